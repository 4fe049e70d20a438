/* CSV as spreadsheets take it: UTF-8 with a byte order mark, commas, CRLF, quoting by RFC 4180.
 *
 * A spreadsheet runs a field that begins with = + - @ as a formula, also behind a leading tab or line end,
 * and in East Asian settings their full-width forms ＝ ＋ － ＠ too. Such a field gets one apostrophe in
 * front (OWASP, "CSV Injection"); whoever reads the file by program takes it off again. */
#ifndef HANDOVER_CSV_H
#define HANDOVER_CSV_H
#include "base/bytes.h"

/* {0} is an empty one. */
struct csv {
    struct buffer text; /* the file so far, byte order mark first */
    bool has_field;     /* the row under way has a field already */
};
void csv_add(struct csv *, const char *field); /* valid UTF-8 */
void csv_add_number(struct csv *, uint64_t);
void csv_end_row(struct csv *);
/* The whole file, to free(); leaves an empty one. */
char *csv_take(struct csv *, size_t *ret_size);
void csv_done(struct csv *);

#endif
