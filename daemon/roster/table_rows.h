/* Builds one row after the other for a table_sink, within the limits of table.h. All readers of files share it. */
#ifndef ROSTER_TABLE_ROWS_H
#define ROSTER_TABLE_ROWS_H
#include "base/bytes.h"
#include "roster/table.h"

enum {
    TABLE_ROW_TEXT_MAX = 256 << 10,
    TABLE_SHEET_NAME_MAX = 255
}; /* bytes of a row's texts; of a sheet's name */

struct table_rows {
    const struct table_sink *sink; /* borrowed */
    struct buffer text;
    struct table_cell cells[TABLE_COLUMNS_MAX];
    size_t starts[TABLE_COLUMNS_MAX]; /* of the cells' texts, since `text` moves */
    size_t n_cells;
    bool has_content;
    uint32_t last_number; /* of the sheet's rows that were given */
    size_t n_given;       /* rows of all sheets */
};

void table_rows_init(struct table_rows *, const struct table_sink *);
void table_rows_done(struct table_rows *);
/* Row numbers rise within a sheet. */
void table_rows_begin_sheet(struct table_rows *);

/* One cell, columns from 0, rising. Only kind, number and was_formula of `cell` are looked at. TABLE_OK,
 * TABLE_TOO_LARGE, or TABLE_BROKEN for a column that came before. */
enum table_fault table_rows_cell(struct table_rows *, size_t column, const struct table_cell *cell,
                                 const char *text, size_t length);
/* Gives the row and begins the next; an empty one is passed over. */
enum table_fault table_rows_end(struct table_rows *, const char *sheet, uint32_t number, bool is_hidden);

#endif
