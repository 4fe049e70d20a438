/* One backup into the configured folder: copied, proved with the key, named, and older ones of the same copy of the event
 * taken away. Blocking; any thread but the desk's. */
#ifndef BACKUP_MAKE_H
#define BACKUP_MAKE_H
#include "base/config.h"
#include "desk/problem.h"
#include "journal/journal_copies.h"

struct backup_made {
    enum problem
        problem;      /* PROBLEM_NONE; TARGET_GONE, _READ_ONLY, _FULL; STORE_FAILED: the database itself */
    char detail[256]; /* of a problem, for the log; names no person */
    bool is_new;      /* false: that position was there already */
    bool is_same_disk;
    uint64_t seq;
};
void backup_write(const struct config *, struct backup_made *ret);
/* Is the folder there and can it be written? *ret_detail (free()) is set with a problem. */
enum problem backup_folder_check(const char *folder, char **ret_detail);
/* The highest position of this copy of the event in the folder, 0: none. */
uint64_t backup_latest(const struct config *);
/* Every backup of the event in a folder, of whatever copy: full paths, oldest name first; free each and the block. */
char **backup_list(const char *folder, const uint8_t event[static JOURNAL_HASH_SIZE], size_t *ret_count);

#endif
