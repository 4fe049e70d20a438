/* Workbooks (XLSX) from memory: values as the cells hold them, dates by their styles, merged cells, hidden rows and
 * sheets marked, of formulas what they last gave. */
#ifndef ROSTER_TABLE_XLSX_H
#define ROSTER_TABLE_XLSX_H
#include "roster/table_rows.h"

enum table_fault table_xlsx_read(const uint8_t *bytes, size_t size, struct table_rows *);

#endif
