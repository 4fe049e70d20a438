/* The table in which slips of paper were written down, as the rows that desk/paper.h takes. Columns in any order under
 * 号码 or 拍摄号, 学号, 身份证号, 姓名, 结果 (已拍 过号 作废 未用 候拍), 时间, 备注, 层次,
 * 放行原因, or their English names. */
#ifndef ROSTER_PAPER_TABLE_H
#define ROSTER_PAPER_TABLE_H
#include <jansson.h>

#include "roster/table.h"

struct paper_table {
    json_t *rows;    /* an array; owned */
    int columns[16]; /* by place in the table: what it holds; 0: not used */
    bool has_heading;
    uint32_t n_lines; /* of rows, so that messages can name the file's row: lines[i] */
    uint32_t *lines;
};
void paper_table_init(struct paper_table *);
void paper_table_done(struct paper_table *);
struct table_sink paper_table_sink(struct paper_table *); /* borrows */

#endif
