/* Old workbooks (XLS: BIFF in a compound file) by freexl, which opens a file by its path: here the path of a memory file
 * that was made beforehand. freexl says nothing of merged cells and hidden rows. It has read past its buffers before,
 * and gives up files that hold an empty text or are very small: such a one is TABLE_BROKEN, whose words say what to do. */
#ifndef ROSTER_TABLE_XLS_H
#define ROSTER_TABLE_XLS_H
#include "roster/table_rows.h"

/* Makes the memory file, and its path in a page that cannot be written. Once. */
void table_xls_prepare(void);
/* That path, for a filter which lets nothing else be opened: one address, always the same. NULL: not prepared. */
const char *table_xls_path(void);
/* Puts the bytes into the memory file: while files may still grow. 0 or -errno. table_xls_read() does it when it was
 * not done. */
int table_xls_load(const uint8_t *bytes, size_t size);
/* A compound file by its first bytes. It may as well hold an encrypted XLSX, a document or a presentation. */
bool table_xls_is_compound(const uint8_t *bytes, size_t size);
enum table_fault table_xls_read(const uint8_t *bytes, size_t size, struct table_rows *);

#endif
