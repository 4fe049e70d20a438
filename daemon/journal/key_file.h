/* The event's key: 32 random bytes, kept apart from the database. Without it the personal fields cannot be
 * read; destroying it is the purge. The file: a line "paihao key 1", a line of 64 hexadecimal digits; mode
 * 0600. */
#ifndef JOURNAL_KEY_FILE_H
#define JOURNAL_KEY_FILE_H
#include "journal/journal.h"

struct derived_keys {
    struct journal_keys keys;
    uint8_t check[JOURNAL_KEY_SIZE]; /* stands in the database, so that another event's key is noticed */
};

/* JOURNAL_KEY_MISSING, or JOURNAL_KEY_WRONG when it cannot be read, is damaged, or group or others may read
 * or write it. Outputs only on success. ret_detail is set (free()) on a fault. */
enum journal_fault key_file_load(const char *path, struct derived_keys *ret, char **ret_detail);
/* Makes a new key, durably; JOURNAL_KEY_UNWRITABLE (also when there is a file already). */
enum journal_fault key_file_create(const char *path, char **ret_detail);

#endif
