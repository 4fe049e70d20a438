/* Text tables: CSV (RFC 4180 and what offices make of it), tab- and semicolon-separated. The separator is the one that
 * cuts most of the first lines into equally many cells; a first line "sep=;" says it. Any line end. Every cell is text. */
#ifndef ROSTER_TABLE_CSV_H
#define ROSTER_TABLE_CSV_H
#include "roster/table_rows.h"

/* `text` is UTF-8 without NUL. */
enum table_fault table_csv_read(const char *text, size_t size, struct table_rows *);

#endif
