/* What encoding a text file is in, decided over the whole file: byte order marks, then UTF-16 without one (only when it is
 * plain), strict UTF-8, GB18030. GB18030 and not GBK, which lacks characters that stand in names. */
#ifndef ROSTER_TABLE_TEXT_H
#define ROSTER_TABLE_TEXT_H
#include "base/bytes.h"
#include "roster/table.h"

struct table_text {
    const char *data; /* UTF-8 without NUL; into the file's bytes or into `own` */
    size_t size;
    struct buffer own;
};

/* Loads the converters and keeps them, so that the like can be opened again where no file can. */
void table_text_prepare(void);
/* TABLE_OK, TABLE_ENCODING, TABLE_UNKNOWN (bytes that are no text), or TABLE_SYSTEM (no converter). *ret is to be given
 * to table_text_done() on TABLE_OK. */
enum table_fault table_text_decode(const uint8_t *bytes, size_t size, struct table_text *ret);
void table_text_done(struct table_text *);

#endif
