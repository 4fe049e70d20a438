/* Packages made beside the running desk: one at a time, on a thread of its own, of what the database shows at that moment.
 *
 * Goes to a stick (targets.h), or as a ZIP into DATA_DIR/handover (0700), from where it is downloaded. What was made is put
 * on record (COMMAND_HANDED_OVER). A ZIP's passphrase is given out once, to the device that asked for the package, and kept
 * nowhere. Any thread. */
#ifndef HANDOVER_JOB_H
#define HANDOVER_JOB_H
#include "base/config.h"
#include "desk/desk.h"
#include "handover/handover.h"

struct jobs;
struct jobs *jobs_new(const struct config *, struct desk *); /* borrows both */
/* Cancels what is under way and waits for its end; from then on everything is refused. Before the desk closes. */
void jobs_stop(struct jobs *);
void jobs_free(struct jobs *); /* NULL is fine */

struct job_wish {
    enum handover_kind kind;
    bool is_zip;
    const char *folder; /* one of the targets; NULL: DATA_DIR/handover (a ZIP only) */
    const char *device; /* who asks */
};
/* PROBLEM_NONE and *ret_id, PROBLEM_HANDOVER_BUSY, PROBLEM_TARGET_GONE (no such target), PROBLEM_BAD_REQUEST,
 * PROBLEM_STOPPING. Asks the disks, so it may block. */
enum problem jobs_start(struct jobs *, const struct job_wish *, uint64_t *ret_id);
void jobs_cancel(struct jobs *); /* whatever is under way; it ends soon after */
/* {"jobs":[...newest first],"targets":[...],"packages":[...],"agency_seq","school_seq","content_seq"}, to wipe and free().
 * device: whoever looks; the one that made a package gets its passphrase, once. May block likewise. */
char *jobs_json(struct jobs *, const char *device);

/* As kept_open. */
int jobs_open(const struct jobs *, const char *address, char **ret_name, uint64_t *ret_size);

/* ---- kept.c: packages in DATA_DIR/handover */
enum { KEPT_ADDRESS_SIZE = 17 };
/* The address under which a file of that name is downloaded. */
void kept_address(const char *name, char ret_text[static KEPT_ADDRESS_SIZE]);
/* A descriptor to close() and the name to free(), or -ENOENT or another -errno. */
int kept_open(const char *data_dir, const char *address, char **ret_name, uint64_t *ret_size);
/* An array of {"name","size","download"} in the order of their names. */
json_t *kept_json(const char *data_dir);

#endif
