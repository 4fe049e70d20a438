/* Which column is meant by a heading, and which row is the heading. Pure. */
#ifndef ROSTER_ROSTER_COLUMNS_H
#define ROSTER_ROSTER_COLUMNS_H
#include "roster/roster.h"

/* COLUMN_NONE for a heading that means nothing here. */
enum roster_column roster_column_of(const char *heading);
/* True when the row names enough: a name and a number; for other lists than people's a number suffices. Gives the meaning
 * of each cell (TABLE_COLUMNS_MAX of them). */
bool roster_is_heading(enum list_kind, const struct table_row *,
                       uint8_t ret_columns[static TABLE_COLUMNS_MAX]);
/* Totals, signatures, remarks below a table, by the first text in the row. `is_sure`: only words that begin no person's
 * row. */
bool roster_is_footer(const char *text, bool is_sure);
/* "A", "AB" of a column from 1. */
void roster_column_letters(uint32_t column, char ret_letters[static 8]);

#endif
