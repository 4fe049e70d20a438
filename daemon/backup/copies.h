/* Two live copies of one event must never both issue numbers. What is found of another copy is kept in
 * DATA_DIR/elsewhere.json, so that pulling the stick or starting again does not forget it, until a person decides
 * (`paihao event continue`) or this copy is restored later than that one. */
#ifndef BACKUP_COPIES_H
#define BACKUP_COPIES_H
#include "backup/claim.h"
#include "base/config.h"
#include "desk/desk.h"

/* Looks at what was found before and at the claim in the backup folder, where there is one. True: the event goes on
 * elsewhere, *ret_claim (may be NULL) says so, and it is kept. False also while there is no event or nothing can be read. */
bool copies_are_elsewhere(const struct config *, struct claim *ret_claim);
/* The claim in the backup folder, of this copy, as far as it is now. 0 or -errno; -ENOENT also without a folder. */
int copies_claim(const struct config *);
/* A person has decided: this copy goes on, any other must stop. Records ENTRY_RESTORED until this copy has moved more
 * often than the one that was found, claims, and lets the desk go on. PROBLEM_NONE, or why not. The claim may fail where the
 * stick is gone: *ret_claim_error, 0 or -errno. */
enum problem copies_continue(const struct config *, struct desk *, const char *device, int *ret_claim_error);
/* One ENTRY_RESTORED with a new random id. */
enum problem copies_move(struct desk *, const char *device);

/* One computer: a name in the abstract socket name space that only one process can have, by the event's id. A descriptor to
 * close(), or -EADDRINUSE: another process has the event, from another folder. */
int copies_hold(const uint8_t event[static JOURNAL_HASH_SIZE]);

#endif
