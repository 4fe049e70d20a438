/* Which row holds a person's latest credential of a kind: a table in memory, filled as it is asked. An index
 * in the database over random person ids would dirty a page per check-in for the sake of one hand-over a day.
 */
#ifndef JOURNAL_PAYLOAD_INDEX_H
#define JOURNAL_PAYLOAD_INDEX_H
#include <sqlite3.h>

#include "journal/journal.h"

struct payload_slot {
    struct person_id person;
    int32_t kind;
    int64_t row; /* 0: free */
};
struct payload_index {
    struct payload_slot *slots;
    size_t n_slots, n_used; /* n_slots: a power of two, or 0 */
    int64_t last_row;
};

void payload_index_done(struct payload_index *); /* also empties it, after a rollback */
void payload_index_add(struct payload_index *, int64_t row, enum credential_kind, const struct person_id *);
/* The row, 0 when there is none. */
int64_t payload_index_find(const struct payload_index *, enum credential_kind, const struct person_id *);

#endif
