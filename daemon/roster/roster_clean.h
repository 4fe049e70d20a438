/* What a cell's text means once the habits of offices are taken off: full-width letters and digits, blanks of every kind,
 * signs that spreadsheets add. Pure; every text is valid UTF-8. */
#ifndef ROSTER_ROSTER_CLEAN_H
#define ROSTER_ROSTER_CLEAN_H
#include "roster/table.h"

/* Blanks at both ends away; inner ones (line breaks, U+3000 ...) to one ASCII blank; invisible characters away; full-width
 * ASCII (U+FF01..FF5E) to ASCII. `size` counts the NUL; false when the result does not fit. */
bool clean_text(const char *text, char *ret_text, size_t size);
/* The same without any blank, in lower case, and without a leading * and trailing colon: for headings. Then, in
 * *ret_without, also without what stands in brackets. */
void clean_heading(const char *text, char *ret_text, char *ret_without, size_t size);

enum clean_number {
    CLEAN_SAME,     /* as it stood there, but for blanks at its ends */
    CLEAN_REPAIRED, /* tidied; no digit lost */
    CLEAN_WAS_NUMBER,
    CLEAN_DIGITS_LOST,
    CLEAN_BAD, /* negative, a fraction, or too long */
};
/* A number that is a name (student number, ID number) out of any cell of kind text or number. */
enum clean_number clean_number(const struct table_cell *, char *ret_text, size_t size);

enum {
    NAME_HAD_BLANKS = 1,
    NAME_HAD_DOT = 2,
    NAME_LOST_CHARACTER = 4,
    NAME_IS_PRIVATE = 8,
    NAME_IS_ODD = 16
};
/* A person's name. Blanks go between Chinese characters and become single between others; every middle dot becomes U+00B7.
 * False when it does not fit. *ret_found: NAME_... bits. */
bool clean_name(const char *text, char *ret_name, size_t size, unsigned *ret_found);

/* Yuan as offices write them ("15", "15.00元", "￥1,500") in fen. False when it is none. */
bool clean_amount(const struct table_cell *, uint32_t *ret_fen);

#endif
