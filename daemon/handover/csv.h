/* CSV as spreadsheets take it: UTF-8 with a byte order mark, commas, CRLF, quoting by RFC 4180.
 *
 * A spreadsheet runs a field that begins with = + - @ as a formula, also behind a leading tab or line end,
 * and in East Asian settings their full-width forms ＝ ＋ － ＠ too. Such a field gets one apostrophe in
 * front (OWASP, "CSV Injection"); whoever reads the file by program takes it off again. */
#ifndef HANDOVER_CSV_H
#define HANDOVER_CSV_H
#include "base/bytes.h"
#include <stdio.h>

/* {0} is an empty one, in memory; {.file = ...} writes through to a file, of which little is kept in memory. */
struct csv {
    struct buffer text; /* the file so far, byte order mark first, or what of it is not written yet */
    bool has_mark;
    bool has_field; /* the row under way has a field already */
    FILE *file;     /* borrowed */
    int error;      /* -errno of the first write that failed; what comes later is thrown away */
};
void csv_add(struct csv *, const char *field); /* valid UTF-8 */
void csv_add_number(struct csv *, uint64_t);
void csv_end_row(struct csv *);
/* With a file: writes what is left and flushes; 0 or -errno. Leaves an empty one. */
int csv_finish(struct csv *);
/* The whole file, to free(); leaves an empty one. */
char *csv_take(struct csv *, size_t *ret_size);
void csv_done(struct csv *);

#endif
