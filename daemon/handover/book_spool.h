/* Inside of the book: the temporary files that libxlsxwriter asks for (lxw_tmpfile, which it lets its user define). Small
 * ones stay in memory, so that hundreds of sheets need no descriptor each; larger ones become files without a name in a
 * given folder. The library does not look whether a temporary write succeeded: here it is noticed. */
#ifndef HANDOVER_BOOK_SPOOL_H
#define HANDOVER_BOOK_SPOOL_H
#include <stddef.h>

enum { SPOOL_MEMORY_MAX = 32 * 1024 };
struct spool;
/* {0} and a folder. */
struct spools {
    const char *folder; /* borrowed */
    int fault;          /* the first -errno, 0: none */
    size_t made;        /* how many there ever were */
    struct spool *open;
};
/* Whose spools lxw_tmpfile makes on this thread until it is called again; NULL: the system's temporary files. Gives those
 * of before. */
struct spools *spools_use(struct spools *);
/* Closes those that the library left open. */
void spools_done(struct spools *);

#endif
