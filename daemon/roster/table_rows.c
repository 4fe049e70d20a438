/* Rows in the making. Pure. */
#include "roster/table_rows.h"
#include <string.h>

void table_rows_init(struct table_rows *rows, const struct table_sink *sink)
{
    memset(rows, 0, sizeof *rows);
    rows->sink = sink;
}

void table_rows_done(struct table_rows *rows)
{
    buffer_done(&rows->text);
}

void table_rows_begin_sheet(struct table_rows *rows)
{
    rows->last_number = 0;
}

enum table_fault table_rows_cell(struct table_rows *rows, size_t column, const struct table_cell *cell,
                                 const char *text, size_t length)
{
    const bool is_empty = length == 0 || cell->kind == CELL_EMPTY;
    if (is_empty && !cell->was_formula)
        return TABLE_OK;
    if (column >= TABLE_COLUMNS_MAX || length > TABLE_CELL_MAX ||
        rows->text.size + length > TABLE_ROW_TEXT_MAX)
        return TABLE_TOO_LARGE;
    if (column < rows->n_cells)
        return TABLE_BROKEN;
    for (; rows->n_cells <= column; rows->n_cells++) {
        rows->cells[rows->n_cells] = (struct table_cell){.text = ""};
        rows->starts[rows->n_cells] = rows->text.size;
    }
    struct table_cell *kept = &rows->cells[column];
    kept->was_formula = cell->was_formula;
    if (is_empty)
        return TABLE_OK;
    kept->kind = cell->kind;
    kept->number = cell->number;
    rows->starts[column] = rows->text.size;
    buffer_add(&rows->text, text, length);
    buffer_add(&rows->text, "", 1);
    rows->has_content = true;
    return TABLE_OK;
}

static enum table_fault give(struct table_rows *rows, const char *sheet, uint32_t number, bool is_hidden)
{
    for (size_t i = 0; i < rows->n_cells; i++)
        rows->cells[i].text = rows->cells[i].kind == CELL_EMPTY ? "" : rows->text.data + rows->starts[i];
    const struct table_row row = {.sheet = sheet,
                                  .number = number,
                                  .is_hidden = is_hidden,
                                  .cells = rows->cells,
                                  .n_cells = rows->n_cells};
    rows->last_number = number;
    rows->n_given++;
    return rows->sink->row(rows->sink->arg, &row) != 0 ? TABLE_STOPPED : TABLE_OK;
}

enum table_fault table_rows_end(struct table_rows *rows, const char *sheet, uint32_t number, bool is_hidden)
{
    enum table_fault fault = TABLE_OK;
    if (number == 0 || number > TABLE_ROWS_MAX)
        fault = TABLE_TOO_LARGE;
    else if (number <= rows->last_number)
        fault = TABLE_BROKEN;
    else if (rows->has_content)
        fault = give(rows, sheet, number, is_hidden);
    rows->n_cells = 0;
    rows->text.size = 0;
    rows->has_content = false;
    return fault;
}
