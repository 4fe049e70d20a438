/* An event from a backup, on another computer: the same event with the same numbers, one move later. */
#ifndef BACKUP_RESTORE_H
#define BACKUP_RESTORE_H
#include "backup/claim.h"
#include "base/config.h"

enum restore_result {
    RESTORE_DONE,
    RESTORE_EXISTS,    /* there is an event in the data folder already */
    RESTORE_KEY_THERE, /* another key lies where the event's own must go */
    RESTORE_ELSEWHERE, /* a program of this computer has the event open, from another folder */
    RESTORE_PURGED,    /* the backup is of a purged event: nothing to continue */
    RESTORE_UNSOUND,   /* the backup, or the key to it, is wrong: `fault` and `detail` */
    RESTORE_FAILED, /* it could not be written: `fault` and `detail`; nothing is left behind that counts as an event */
};
struct restored {
    enum restore_result result;
    enum journal_fault fault;
    char detail[320];
    struct journal_copy copy; /* as it is now */
    uint64_t backup_seq;      /* how far the backup went */
    int64_t backup_us;        /* the time of its last entry */
    bool has_gone_on;         /* a claim beside the backup says that the event went further than it */
    uint64_t claim_seq;
    bool
        is_claimed; /* the claim beside the backup, and in the configured folder, says that this copy goes on */
};
/* The caller holds the data lock. Verifies first; the event stands in the data folder only when all of it is done, so that a
 * crash leaves nothing to clear away by hand. The key's file may have any mode (FAT); its copy has 0600. */
void restore_run(const struct config *, const char *backup, const char *key_file, struct restored *ret);

#endif
