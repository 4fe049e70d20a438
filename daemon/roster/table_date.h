/* Numbers that a workbook shows as dates or times. ECMA-376 part 1, 18.8.30 (built-in formats, those of Chinese editions
 * among them) and 18.17.4.1 (the serial number of a day). */
#ifndef ROSTER_TABLE_DATE_H
#define ROSTER_TABLE_DATE_H
#include <stdbool.h>

enum { TABLE_DATE_SIZE = 24, TABLE_DAYS_FROM_1904 = 1462 };

bool table_date_is_builtin(unsigned format);
/* True for a format code that shows a part of a date or a time: yyyy"年"m"月", h:mm AM/PM, [h]:mm. */
bool table_date_is_code(const char *code);
/* "2019-11-24", "08:30", "2019-11-24 08:30" or with seconds. False when the number is no day of the years 1900 to 9999. */
bool table_date_text(double days, char ret_text[static TABLE_DATE_SIZE]);
/* The other way, for texts in that form or with T between; false for others. */
bool table_date_parse(const char *text, double *ret_days);

#endif
