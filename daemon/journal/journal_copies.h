/* An event as a whole: which one it is, which copy of it, how far, and whether what is personal is gone. Read without a
 * key; and the end of what is personal. Part of the journal's door. */
#ifndef JOURNAL_JOURNAL_COPIES_H
#define JOURNAL_JOURNAL_COPIES_H
#include "journal/journal.h"

enum { COPY_ID_SIZE = 33, HANDED_OVER_DIGEST_SIZE = 65 };
struct journal_handed_over {
    uint64_t seq;                         /* the position it shows, 0: none was made */
    char digest[HANDED_OVER_DIGEST_SIZE]; /* SHA-256 of its manifest, hexadecimal */
};
struct journal_copy {
    bool exists, is_closed, is_purged;
    uint8_t event[JOURNAL_HASH_SIZE]; /* hash of the entry that created the event: its id on every computer */
    char name[ENTRY_TEXT_MAX + 1], profile[PROFILE_MAX + 1];
    uint32_t moves;                           /* how many times it was restored */
    char copy[COPY_ID_SIZE];                  /* of the latest restoring, "" for the first copy */
    int64_t created_us, latest_us, purged_us; /* latest: of the last entry of any kind */
    uint64_t seq;
    uint8_t head[JOURNAL_HASH_SIZE];
    uint64_t reasons;                /* entries with a written reason, sealed in their text */
    uint64_t people, credentials;    /* rows that are there now */
    char purged[ENTRY_TEXT_MAX + 1]; /* text of the entry that says it */
    uint64_t other_seq;   /* not 0: purged as a copy that did not go on; where the one that did was */
    uint32_t other_moves; /* and how often that one had moved */
    struct journal_handed_over agency, school;
};
/* From a read-only connection of its own; beside a running daemon too. JOURNAL_MISSING: no such file or no tables in it.
 * ret_detail (free()) may be NULL. */
enum journal_fault journal_look(const char *database, struct journal_copy *ret, char **ret_detail);
/* The hash of an entry. JOURNAL_MISSING: there is none of that number (yet). */
enum journal_fault journal_hash_at(const char *database, uint64_t seq,
                                   uint8_t ret_hash[static JOURNAL_HASH_SIZE]);
/* DATA_DIR/event.db, to free(). */
char *journal_database(const char *data_dir);

/* journal_verify of any database, a backup for instance. */
enum journal_fault journal_verify_file(const char *database, const char *key_file,
                                       struct journal_report *ret);
/* journal_backup of any database. */
enum journal_fault journal_copy_file(const char *database, const char *target, uint64_t *ret_seq,
                                     uint8_t ret_head[static JOURNAL_HASH_SIZE], int *ret_error);

/* Destroys every sealed row of a journal that says it is purged (ENTRY_PURGED): deletes with secure_delete, rewrites the
 * file (VACUUM), cuts the WAL to nothing. Entries, tickets, units and documents stay. Needs no key; the caller holds the
 * data lock. May end anywhere and be called again. JOURNAL_CORRUPT when the journal does not say so. */
enum journal_fault journal_purge(const char *data_dir, char **ret_detail);

#endif
