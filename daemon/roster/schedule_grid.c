/* Keeps the rows of a table that is small, as schedules are. Memory is bounded whatever the file is. */
#include "roster/schedule_grid.h"
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "roster/schedule_text.h"

static const char *keep_text(struct grid *grid, char *text)
{
    if ((grid->n_texts & (grid->n_texts - 1)) == 0)
        grid->texts =
            bytes_resize(grid->texts, (grid->n_texts ? grid->n_texts * 2 : 1) * sizeof *grid->texts);
    grid->texts[grid->n_texts++] = text;
    return text;
}

static bool is_sheet_of_last(const struct grid *grid, const char *sheet)
{
    return grid->n_rows > 0 && strcmp(grid->rows[grid->n_rows - 1].sheet, sheet) == 0;
}

static struct grid_cell keep_cell(struct grid *grid, const struct table_cell *cell)
{
    struct grid_cell kept = {.text = "", .kind = cell->kind, .number = cell->number};
    if (cell->kind == CELL_EMPTY || cell->text[0] == '\0') {
        kept.kind = CELL_EMPTY;
        return kept;
    }
    char *folded = strlen(cell->text) <= GRID_CELL_MAX ? schedule_fold(cell->text) : NULL;
    kept.is_bad = !folded;
    if (folded)
        kept.text = keep_text(grid, folded);
    if (!kept.is_bad && kept.text[0] == '\0')
        kept.kind = CELL_EMPTY;
    return kept;
}

void grid_add_row(struct grid *grid, const struct table_row *row)
{
    bool is_empty = true;
    for (size_t i = 0; i < row->n_cells && i < GRID_COLUMNS_MAX; i++)
        is_empty = is_empty && row->cells[i].kind == CELL_EMPTY;
    if (is_empty)
        return;
    if (grid->n_rows >= GRID_ROWS_MAX) {
        grid->last_kept = grid->rows[grid->n_rows - 1].number;
        return;
    }
    const char *sheet = is_sheet_of_last(grid, row->sheet) ? grid->rows[grid->n_rows - 1].sheet
                                                           : keep_text(grid, bytes_text(row->sheet));
    struct grid_row kept = {
        .sheet = sheet, .number = row->number, .cells = bytes_alloc(GRID_COLUMNS_MAX * sizeof *kept.cells)};
    kept.n_cells = GRID_COLUMNS_MAX;
    for (size_t i = 0; i < GRID_COLUMNS_MAX; i++)
        kept.cells[i] = i < row->n_cells ? keep_cell(grid, &row->cells[i]) : (struct grid_cell){.text = ""};
    if ((grid->n_rows & (grid->n_rows - 1)) == 0)
        grid->rows = bytes_resize(grid->rows, (grid->n_rows ? grid->n_rows * 2 : 1) * sizeof *grid->rows);
    grid->rows[grid->n_rows++] = kept;
}

static const struct grid_cell *first_cell(const struct grid *grid, const struct table_merge *merge)
{
    for (size_t i = grid->n_rows; i-- > 0;)
        if (grid->rows[i].number == merge->first_row && strcmp(grid->rows[i].sheet, merge->sheet) == 0)
            return &grid->rows[i].cells[merge->first_column - 1];
    return NULL;
}

void grid_add_merge(struct grid *grid, const struct table_merge *merge)
{
    if (merge->first_column == 0 || merge->first_column > GRID_COLUMNS_MAX ||
        merge->last_column < merge->first_column)
        return;
    const struct grid_cell *first = first_cell(grid, merge);
    if (!first)
        return;
    struct grid_cell filled = *first;
    filled.merge = ++grid->n_merges;
    filled.is_merged_rows = merge->last_row > merge->first_row;
    uint32_t last = merge->last_column < GRID_COLUMNS_MAX ? merge->last_column : GRID_COLUMNS_MAX;
    for (size_t i = 0; i < grid->n_rows && grid->n_fills < GRID_FILLS_MAX; i++) {
        struct grid_row *row = &grid->rows[i];
        grid->n_fills++;
        if (row->number < merge->first_row || row->number > merge->last_row ||
            strcmp(row->sheet, merge->sheet) != 0)
            continue;
        for (uint32_t column = merge->first_column; column <= last; column++, grid->n_fills++)
            row->cells[column - 1] = filled;
    }
}

void grid_done(struct grid *grid)
{
    for (size_t i = 0; i < grid->n_rows; i++)
        free(grid->rows[i].cells);
    for (size_t i = 0; i < grid->n_texts; i++)
        free(grid->texts[i]);
    free(grid->rows);
    free(grid->texts);
    *grid = (struct grid){0};
}
