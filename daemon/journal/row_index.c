/* Open addressing, linear probing; person ids are random, so their first bytes are the hash. On the journal's
 * thread. */
#include "journal/row_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { FIRST_SLOTS = 1024 };

void row_index_done(struct row_index *index)
{
    free(index->slots);
    *index = (struct row_index){0};
}

/* The slot of this person and kind, or the free one where it would stand. */
static struct row_slot *slot_of(const struct row_index *index, int32_t kind, const struct person_id *person)
{
    uint64_t hash;
    memcpy(&hash, person->bytes, sizeof hash);
    for (size_t at = (hash + (uint64_t)kind) & (index->n_slots - 1);; at = (at + 1) & (index->n_slots - 1)) {
        struct row_slot *slot = &index->slots[at];
        if (!slot->row || (slot->kind == kind && person_id_equal(&slot->person, person)))
            return slot;
    }
}

static void grow(struct row_index *index)
{
    struct row_index larger = {.n_slots = index->n_slots ? 2 * index->n_slots : FIRST_SLOTS,
                               .n_used = index->n_used,
                               .last_row = index->last_row};
    larger.slots = bytes_alloc(larger.n_slots * sizeof *larger.slots);
    for (size_t i = 0; i < index->n_slots; i++)
        if (index->slots[i].row)
            *slot_of(&larger, index->slots[i].kind, &index->slots[i].person) = index->slots[i];
    free(index->slots);
    *index = larger;
}

void row_index_add(struct row_index *index, int64_t row, int32_t kind, const struct person_id *person)
{
    if (2 * (index->n_used + 1) > index->n_slots)
        grow(index);
    struct row_slot *slot = slot_of(index, kind, person);
    index->n_used += !slot->row;
    *slot = (struct row_slot){*person, kind, row};
    index->last_row = row;
}

int64_t row_index_find(const struct row_index *index, int32_t kind, const struct person_id *person)
{
    return index->n_slots ? slot_of(index, kind, person)->row : 0;
}
