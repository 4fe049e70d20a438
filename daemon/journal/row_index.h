/* Which row a person has in a table: in memory, filled from the table as it is asked. An index in the
 * database over random person ids would dirty a page per check-in: measured, a quarter of all check-ins a
 * second. */
#ifndef JOURNAL_ROW_INDEX_H
#define JOURNAL_ROW_INDEX_H
#include <sqlite3.h>

#include "journal/journal.h"

struct row_slot {
    struct person_id person;
    int32_t kind; /* of a credential; 0 for the person's own record */
    int64_t row;  /* 0: free */
};
struct row_index {
    struct row_slot *slots;
    size_t n_slots, n_used; /* n_slots: a power of two, or 0 */
    int64_t last_row;
};

void row_index_done(struct row_index *); /* also empties it, after a rollback */
void row_index_add(struct row_index *, int64_t row, int32_t kind, const struct person_id *);
/* The row added last, 0 when there is none. */
int64_t row_index_find(const struct row_index *, int32_t kind, const struct person_id *);

#endif
