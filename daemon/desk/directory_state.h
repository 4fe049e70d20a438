/* Inside of the directory: how it is laid out. Open-addressing tables: ids and digests are random or keyed hashes, so
 * their own bytes place them. */
#ifndef DESK_DIRECTORY_STATE_H
#define DESK_DIRECTORY_STATE_H
#include "desk/directory.h"

/* The strings stand in one block, each behind the other: masked name, masked number, then the whole fields. Unit and
 * college stand there only for somebody of no known unit. */
struct person_entry {
    struct person_id id;
    bool is_used, bound, on_roster, is_excluded, is_captured;
    uint8_t level;
    uint32_t unit, rank, size;
    char *strings;
};
enum {
    STRING_NAME_MASK,
    STRING_ID_MASK,
    STRING_UNIT,
    STRING_COLLEGE,
    STRING_NAME,
    STRING_ID,
    STRING_STUDENT,
    STRING_VALID,
    STRING_CAMPUS,
    STRING_NOTE,
    STRING_COUNT
};

struct digest_entry {
    uint8_t digest[DIGEST_SIZE];
    struct person_id person;
    bool is_used;
};

struct unit_state {
    struct unit_record record;
    struct person_id *members;
    size_t n_members, capacity;
    bool is_unsorted;
};

struct directory {
    const struct directory *below; /* NULL: it stands alone */
    struct person_entry *people;
    struct digest_entry *digests;
    size_t people_capacity, n_people, digests_capacity, n_digests;
    uint32_t n_roster;
    struct unit_state **units; /* id n at n - 1 - first_unit */
    uint32_t n_units, first_unit;
    uint32_t *unit_places; /* open addressing by name: id, 0: free */
    size_t unit_capacity;
};

/* directory.c. The entry of its own, or the free one where it would stand; the entry wherever it stands, NULL: unknown. */
struct person_entry *directory_own(const struct directory *, const struct person_id *);
const struct person_entry *directory_find(const struct directory *, const struct person_id *);
void directory_unpack(const char *block, const char *ret_strings[STRING_COUNT]);

/* directory_units.c: a person's record in a standing directory changes from `before` (may be unused) to `after`. */
void directory_move_member(struct directory *, const struct person_entry *before,
                           struct person_entry *after); /* who keeps the place keeps the rank */
void directory_units_free(struct directory *);
void directory_units_merge(struct directory *into, struct directory *over);

#endif
