/* The claim: a small file beside the backups that says which copy of the event goes on, and how far it was. Two computers
 * that share a stick or a folder find out by it that they both hold the same event. Nothing personal; no time, so that a
 * clock that is wrong says nothing. Claims of other events have other names and are never looked at.
 *
 * FOLDER/paihao-claim-EVENT.json, EVENT being the first 16 digits of the event's id:
 * {"paihao":"claim 1","event":"HEX","moves":1,"copy":"HEX","seq":123,"head":"HEX"} */
#ifndef BACKUP_CLAIM_H
#define BACKUP_CLAIM_H
#include "journal/journal_copies.h"

enum {
    CLAIM_MOVES_MOST = 1000
}; /* a claim of more is none: nobody restores as often, and to go on takes a step for each */
struct claim {
    uint8_t event[JOURNAL_HASH_SIZE];
    uint32_t moves;
    char copy[COPY_ID_SIZE];
    uint64_t seq;
    uint8_t head[JOURNAL_HASH_SIZE];
};
void claim_of(const struct journal_copy *, struct claim *ret);
char *claim_text(const struct claim *);                             /* free() */
bool claim_parse(const char *text, size_t size, struct claim *ret); /* strict; false: *ret untouched */
bool claim_equal(const struct claim *, const struct claim *);
char *claim_path(const char *folder, const uint8_t event[static JOURNAL_HASH_SIZE]); /* free() */
/* 0, -ENOENT, -EBADMSG (not a claim), or another -errno. */
int claim_read(const char *path, struct claim *ret);
/* Beside it, synced, renamed; also where modes cannot be kept (FAT). 0 or -errno. */
int claim_write(const char *path, const struct claim *);

enum claim_verdict {
    CLAIM_OURS,  /* ours, or of our own past */
    CLAIM_OLDER, /* from before the event came here */
    CLAIM_LATER, /* restored elsewhere since */
    CLAIM_APART, /* another copy of as many moves, or one that went on without us */
};
/* `database`: whose copy `own` is; its entries tell whether the claim is of its past. Faults of reading count as ours: a
 * daemon must not stop the queue over them. */
enum claim_verdict claim_judge(const struct claim *, const struct journal_copy *own, const char *database);

#endif
