/* An event as it stands in a database, at one journal position: what every package is made of. Read by itself, beside a
 * running daemon, from a live data folder or from a backup, and never changed. Everything is a function of the database
 * up to the content position, so the same position gives the same package. One thread at a time, any thread.
 *
 * In memory stand the queue's state and the people (desk/directory.h); payloads and entries are read as they are asked
 * for. */
#ifndef HANDOVER_DAY_H
#define HANDOVER_DAY_H
#include <stddef.h>

#include "desk/profile.h"
#include "journal/journal.h"

struct day;
/* `database`: event.db or a backup of it. Reads one snapshot; the chain and the replay are checked. ret_detail (free())
 * may be NULL. JOURNAL_KEY_... as journal_open; of a purged event there is no key and no person. */
enum journal_fault day_open(struct day **ret, const char *database, const char *key_file, char **ret_detail);
void day_close(struct day *); /* wipes; NULL is fine */

struct day_facts { /* borrowed from the day */
    const char *event, *profile_name;
    struct profile profile;               /* as written by the office; the rules are those in force */
    uint64_t seq;                         /* the content position (queue_event.content_seq) */
    char head[2 * JOURNAL_HASH_SIZE + 1]; /* hexadecimal hash of that entry */
    char id[2 * JOURNAL_HASH_SIZE + 1];   /* of the event: hash of the entry that created it */
    int64_t at_us, created_us;            /* of the entry at the position, of the event; UTC */
    bool is_closed, is_purged;
};
const struct day_facts *day_facts(const struct day *);
/* The replayed state at that position. */
const struct queue *day_queue(const struct day *);

/* Everything of a person; texts borrowed until the row function returns, "" for what is unknown. */
struct day_person {
    struct person_id id;
    const char *name, *student_no, *id_number;  /* whole: mask_id_number() before it leaves */
    const char *unit, *college, *campus, *note; /* note: why excluded */
    uint32_t unit_id, rank;                     /* rank in the unit by student number, from 1; 0: none */
    enum degree level;
    bool bound, on_roster, is_excluded, is_captured;
    struct queue_person state;
    const struct ticket *ticket; /* the photographed one, else the latest; NULL: none */
};
/* A number with what belongs to it. */
struct day_number {
    const struct ticket *ticket;
    const char *label;
    const char *reason; /* unsealed */
    bool was_kept,
        on_paper; /* a step of it was tapped without a network, or written on paper, and came in later */
    struct day_person person;
    const uint8_t *payload; /* the code, exactly as read, where the medium was one; else NULL */
    size_t payload_size;
};
/* In lane order and number order. 0, or the row function's first other answer, or -EIO when the database cannot be read. */
int day_numbers(struct day *, int (*row)(void *arg, const struct day_number *), void *arg);
/* Everybody: by unit id, rank, then in order of arrival; those without a unit last. */
int day_people(struct day *, int (*row)(void *arg, const struct day_person *), void *arg);
/* Every entry up to the position, the reason unsealed in `reason`; hash: of the entry. */
int day_entries(struct day *,
                int (*row)(void *arg, const struct queue_entry *, const char *reason,
                           const uint8_t hash[static JOURNAL_HASH_SIZE]),
                void *arg);
const struct unit_record *day_units(const struct day *, size_t *ret_count); /* by id */

/* ---- beyond rows */
/* One person, as day_people shows everybody; texts borrowed until the next row or the next call. False when nothing is
 * known of them but the id. */
bool day_person(struct day *, const struct person_id *, struct day_person *ret);
/* Everything that was read from people, as it was read. 0 or as day_numbers. None of a purged event. */
int day_credentials(struct day *,
                    int (*row)(void *arg, const struct person_id *, enum credential_kind,
                               const uint8_t *payload, size_t payload_size),
                    void *arg);
/* The entry of this position (at most the day's) and its hash: 0, -ENOENT or -EIO. */
int day_entry_at(struct day *, uint64_t seq, struct queue_entry *ret,
                 uint8_t ret_hash[static JOURNAL_HASH_SIZE]);
/* What the journal said of the latest -EIO; "" when nothing. Borrowed. */
const char *day_detail(const struct day *);

#endif
