/* The end of what is personal: after both packages are handed over, the key and every sealed field are destroyed. The journal
 * stays, and says so. Each step may be the last one before a crash: running it again does what is left.
 *
 * Order: ENTRY_PURGED is committed (from then on nothing can be opened for work); the key is overwritten and unlinked (from
 * then on nothing can be read); the rows are deleted and the database written anew; packages and backups kept in the data
 * folder, and what a crash may have left there, are overwritten and unlinked. */
#ifndef HANDOVER_PURGE_H
#define HANDOVER_PURGE_H
#include "base/config.h"
#include "desk/desk.h"
#include "journal/journal_copies.h"

/* What was there, as ENTRY_PURGED's text keeps it: "people 3 credentials 5 reasons 1 packages 2 backups 1". */
struct purge_counts {
    uint64_t people, credentials, reasons, packages, backups;
};
void purge_count(const struct config *, const struct journal_copy *, struct purge_counts *ret);
void purge_counts_text(const struct purge_counts *, char ret_text[static ENTRY_TEXT_MAX + 1]);
bool purge_counts_parse(const char *text, struct purge_counts *ret);

/* The copy of the event that goes on instead of this one, as it was last seen. */
struct purge_other {
    uint32_t moves;
    uint64_t seq;
};
/* Writes ENTRY_PURGED through the desk: of the whole event, or (`other`, else NULL) of a copy that stopped for another one.
 * PROBLEM_NOT_HANDED_OVER, PROBLEM_COPY_GOES_ON ... */
enum problem purge_record(const struct config *, struct desk *, const char *device,
                          const struct purge_other *other);
/* A copy's key in a folder that is not this data folder's is left alone: the copy that goes on may use that very file. */
bool purge_leaves_key(const struct config *, const struct journal_copy *);
/* Everything behind that entry; the caller holds the data lock and no desk is open. JOURNAL_OK, or *ret_detail (free()) says
 * what could not be done: run it again. */
enum journal_fault purge_finish(const struct config *, char **ret_detail);
/* Files in the data folder that are not Paihao's and were left alone: names, free each and the block. */
char **purge_left_alone(const struct config *, size_t *ret_count);

#endif
