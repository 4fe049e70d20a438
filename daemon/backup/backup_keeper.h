/* Backups by themselves: a thread that copies the journal to the configured folder (backup { } in paihao.conf) when
 * something changed, every so many minutes and whenever a session or the event was closed. Each copy is proved with the key
 * before it gets its name, paihao-EVENT-MOVES-COPY-SEQ.db (EVENT, COPY: first digits of the ids); the newest `keep` of this
 * event and copy stay, nothing else in the folder is touched. Only reads the database, one connection at a time.
 *
 * The same thread watches for another live copy of the event (backup/copies.h), on this computer and in the folder; with
 * no folder it does only that. */
#ifndef BACKUP_KEEPER_H
#define BACKUP_KEEPER_H
#include "base/bytes.h"
#include "base/config.h"
#include "desk/desk.h"

struct backup_keeper;
/* The first look at other copies is done when it returns. 0, or -EADDRINUSE: another process of this computer has the event.
 * config and desk are borrowed until backup_keeper_stop. */
int backup_keeper_start(struct backup_keeper **ret, const struct config *, struct desk *);
void backup_keeper_stop(struct backup_keeper *); /* waits for a copy under way; NULL is fine */

struct backup_state {
    bool has_folder;
    int64_t at_us; /* of the latest backup made since the start, 0: none yet */
    uint64_t seq;  /* what the latest in the folder holds, 0: none */
    uint64_t made, failed;
    enum problem problem; /* why there is none since, PROBLEM_NONE: all is well */
    bool is_same_disk;    /* the folder is on the disk of the data */
};
void backup_keeper_state(struct backup_keeper *, struct backup_state *ret);
/* ",\"id\":...,\"backup\":{...}|null,\"elsewhere\":bool", behind other members of an object; free(). With `whole` the folder
 * is named. */
char *backup_keeper_members(struct backup_keeper *, bool whole);
void backup_keeper_print_figures(struct backup_keeper *, struct buffer *out);
/* A person has decided that this copy goes on (copies_continue). */
enum problem backup_keeper_continue(struct backup_keeper *, const char *device, int *ret_claim_error);

#endif
