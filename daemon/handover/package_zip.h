/* What the two halves of the ZIP share: packing and checking. */
#ifndef HANDOVER_PACKAGE_ZIP_H
#define HANDOVER_PACKAGE_ZIP_H
#include <zip.h>

#include "handover/package_private.h"

/* The comment ends in so many digits, the last bytes of the file. */
enum { ZIP_COMMENT_SIZE = sizeof PACKAGE_ZIP_COMMENT - 1 + 2 * PACKAGE_SUM_SIZE };

/* SHA-256 of all but the comment's digits. from_disk: what memory keeps of it is dropped first. 0, -EINVAL (too short),
 * -ECANCELED or -errno. */
int package_zip_digest(int fd, bool from_disk, struct package_watch *,
                       char ret_hex[static 2 * PACKAGE_SUM_SIZE + 1], uint64_t *ret_before);
/* Entries, directory and end follow each other without a gap, and each entry is sealed and named alike in both places.
 * 0, -EINVAL (they do not) or -errno. */
int package_zip_layout(int fd, uint64_t size);

/* Adds the file at `path` of that size, to be read and sealed when the archive is written; the passphrase is borrowed until
 * then. Its index, or -1: the archive knows why. */
int package_zip_add(zip_t *, const char *path, const char *name, uint64_t size, const char *passphrase);

/* What becomes of an entry's content: 0, or a negative number that ends it. */
struct zip_taker {
    int (*take)(void *arg, const uint8_t *bytes, size_t size);
    void *arg;
};
/* Opens the entry that zip_stat told of, stored or deflated, sealed with AES-256. The content was altered by nobody only if
 * this gives 0; else libzip's code, or the taker's number. */
int package_zip_unseal(zip_t *, const zip_stat_t *, const char *passphrase, const struct zip_taker *);

#endif
