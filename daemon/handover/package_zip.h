/* What the two halves of the ZIP share: packing and checking. */
#ifndef HANDOVER_PACKAGE_ZIP_H
#define HANDOVER_PACKAGE_ZIP_H
#include "handover/package_private.h"

/* The comment ends in so many digits, the last bytes of the file. */
enum { ZIP_COMMENT_SIZE = sizeof PACKAGE_ZIP_COMMENT - 1 + 2 * PACKAGE_SUM_SIZE };

/* SHA-256 of all but the comment's digits, read from the disk. 0, -EINVAL (too short), -ECANCELED or -errno. */
int package_zip_digest(int fd, struct package_watch *, char ret_hex[static 2 * PACKAGE_SUM_SIZE + 1],
                       uint64_t *ret_before);
/* Entries, directory and end follow each other without a gap, and each entry is sealed and named alike in both places.
 * 0, -EINVAL (they do not) or -errno. */
int package_zip_layout(int fd, uint64_t size);

#endif
