/* The rows of a table, kept until the merged cells are known. Texts are folded as they come in. */
#ifndef ROSTER_SCHEDULE_GRID_H
#define ROSTER_SCHEDULE_GRID_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "roster/table.h"

enum { GRID_ROWS_MAX = 4096, GRID_COLUMNS_MAX = 64, GRID_CELL_MAX = 2000, GRID_FILLS_MAX = 1000000 };

struct grid_cell {
    const char *text; /* folded; "" when empty */
    enum cell_kind kind;
    double number;
    bool is_bad;         /* too long, or cannot be shown */
    uint32_t merge;      /* 0, or which merge it belongs to */
    bool is_merged_rows; /* that merge is higher than one row */
};
struct grid_row {
    const char *sheet;
    uint32_t number;
    size_t n_cells;
    struct grid_cell *cells;
};
struct grid {
    struct grid_row *rows;
    size_t n_rows;
    uint32_t last_kept; /* not 0 when rows were left out: the number of the last one that was kept */
    char **texts;
    size_t n_texts;
    uint32_t n_merges;
    size_t n_fills;
};

/* {0} is an empty one. Rows beyond the limits are left out; see last_kept. */
void grid_add_row(struct grid *, const struct table_row *);
/* Every cell of the merge gets the text of its first one. */
void grid_add_merge(struct grid *, const struct table_merge *);
void grid_done(struct grid *);

#endif
