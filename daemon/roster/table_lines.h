/* A table as lines of JSON, `paihao table` (paihao(1)): how the confined child tells what it read, and what one may look
 * at by hand. One object a line:
 *
 *   {"row":3,"sheet":"名单","hidden":true,"cells":["张三",null,{"number":"20210001","value":20210001},
 *       {"date":"2019-11-24","value":43793},{"bool":"TRUE"},{"error":"#N/A"},{"text":"12","formula":true}]}
 *   {"merge":[1,1,1,5],"sheet":"名单"}          first row and column, last row and column
 *   {"note":"full-width-comma","row":0}
 *   {"end":"ok"}                                or table_fault_code(); nothing comes behind it
 *
 * The parser takes these and nothing else, not even a blank more: the child may have been taken over by the file it
 * read, and a parser without freedom is the smallest one. */
#ifndef ROSTER_TABLE_LINES_H
#define ROSTER_TABLE_LINES_H
#include "base/bytes.h"
#include "roster/table.h"

/* A line's most bytes: TABLE_ROW_TEXT_MAX of texts, each byte six when escaped, and what stands around them. */
enum { TABLE_LINE_MAX = 2 << 20 };

/* Each adds one line with its line end. */
void table_lines_add_row(struct buffer *, const struct table_row *);
void table_lines_add_merge(struct buffer *, const struct table_merge *);
void table_lines_add_note(struct buffer *, enum table_note, uint32_t row);
void table_lines_add_end(struct buffer *, enum table_fault);

struct table_lines {
    const struct table_sink *sink; /* borrowed */
    bool has_ended;
    enum table_fault end; /* what the end line said */
    struct buffer texts;
    struct table_cell cells[TABLE_COLUMNS_MAX];
};
void table_lines_init(struct table_lines *, const struct table_sink *);
void table_lines_done(struct table_lines *);
/* One line without its end. 0, -EPROTO for any other line, -ECANCELED when the sink said stop. */
int table_lines_take(struct table_lines *, const char *line, size_t length);

#endif
