/* Inside of the desk: who is who, in memory. People by id (for views), persons by credential digest (for decisions), and
 * the units of the roster with their people in the order of student numbers. Not thread-safe: the desk guards it.
 *
 * A directory may lie over another: it shows that one but for what was put into itself. So the writer sees what its
 * group has learnt, and nobody else does before the commit; directory_merge makes it visible then. */
#ifndef DESK_DIRECTORY_H
#define DESK_DIRECTORY_H
#include "journal/journal.h"

struct directory;
struct directory *directory_new(void);
struct directory *directory_over(const struct directory *below); /* below must stay, and stay as it is */
void directory_free(struct directory *);                         /* wipes */
/* Everything that was put into `over` goes to `into`, which it lay over; `over` is empty then. Puts the units in order. */
void directory_merge(struct directory *into, struct directory *over);

/* Adds a person or replaces the record under the same id. Copies. */
void directory_put(struct directory *, const struct person_record *);
/* False when unknown; *ret is then a record with only the id. */
bool directory_get(const struct directory *, const struct person_id *, struct person_record *ret);
/* The masked fields and what costs nothing to tell: cheaper, for views. Texts are owned by the directory until the record
 * is replaced. All zero and "" for somebody unknown. */
struct person_facts {
    const char *name, *id_mask, *unit, *college; /* the first two masked */
    const char *student_no;
    enum degree level;
    uint32_t unit_id, rank; /* rank: from 1, as of the latest directory_settle; 0: of no unit */
    bool is_known, bound, on_roster, is_excluded, is_captured;
};
void directory_facts(const struct directory *, const struct person_id *, struct person_facts *ret);

void directory_put_digest(struct directory *, const uint8_t digest[static DIGEST_SIZE],
                          const struct person_id *);
/* NULL: nobody yet. */
const struct person_id *directory_by_digest(const struct directory *,
                                            const uint8_t digest[static DIGEST_SIZE]);

/* ---- units */
/* The id of this class or college; 0: unknown. */
uint32_t directory_unit_id(const struct directory *, const char *college, const char *name);
/* Its id is the next one: directory_unit_count() + 1. */
void directory_put_unit(struct directory *, const struct unit_record *);
uint32_t directory_unit_count(const struct directory *);
const struct unit_record *directory_unit(const struct directory *, uint32_t id); /* NULL: unknown */
/* The unit's people in the order of their ranks, owned by the directory until the next change: as of the latest
 * directory_settle, also where another directory lies over it. */
const struct person_id *directory_members(const struct directory *, uint32_t unit, size_t *ret_count);
/* Sorts what has changed and gives everybody the rank. */
void directory_settle(struct directory *);
/* How many people are on the roster. */
uint32_t directory_roster_count(const struct directory *);
/* Calls for each person once, in no order; `each` must not change the directory. */
void directory_each(const struct directory *,
                    void (*each)(void *arg, const struct person_id *, const struct person_facts *),
                    void *arg);

#endif
