/* manifest.json: what a package is about, and every file of it with size and SHA-256, sorted by name.
 *
 * {"format": "paihao-package", "version": 1, "about": {...}, "files": [{"name": ..., "size": ..., "sha256": ...}, ...]}
 *
 * There is one text for a content: what was parsed is printed again and must be the same bytes, so a manifest cannot be
 * read in two ways. The bytes come from strangers' sticks. */
#ifndef HANDOVER_PACKAGE_MANIFEST_H
#define HANDOVER_PACKAGE_MANIFEST_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "handover/package.h"

enum { PACKAGE_SUM_SIZE = 32, MANIFEST_TEXT_MAX = 64 << 20 };

struct manifest_file {
    char name[PACKAGE_PATH_SIZE];
    uint64_t size;
    uint8_t sum[PACKAGE_SUM_SIZE];
    bool is_seen; /* for whoever checks */
};
struct manifest {
    json_t *about; /* an object */
    struct manifest_file *files;
    size_t count;
    uint64_t bytes; /* of all files */
};
/* 0 or -EINVAL. *ret to manifest_done(). */
int manifest_parse(const char *text, size_t size, struct manifest *ret);
/* Sorts the files first. The text, to free(). */
char *manifest_text(struct manifest *, size_t *ret_size);
/* Names that clash, also where case is not told apart, or a file that is another's folder. */
bool manifest_is_sound(const struct manifest *);
void manifest_done(struct manifest *);
/* NULL: there is no such file. Of a sorted one. */
struct manifest_file *manifest_find(const struct manifest *, const char *name);
/* Is there a file in that folder? */
bool manifest_has_folder(const struct manifest *, const char *folder);

/* One to eight names with '/' between, safe on FAT32, NTFS and macOS: plain UTF-8 without any of \ : * ? " < > |, none
 * begins with '.' or a blank or ends in one, none is a device of Windows; neither the manifest's own names. */
bool package_path_is_safe(const char *path);

#endif
