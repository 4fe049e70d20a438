/* Copies of one event among several databases: which is the older, or where two went different ways. Compares hashes of
 * entries, each of which stands for all before it. On the caller's thread. */
#include <errno.h>
#include <string.h>

#include "handover/merge.h"

static int same_at(struct day *one, struct day *other, uint64_t seq, bool *ret)
{
    struct queue_entry entry;
    uint8_t hashes[2][JOURNAL_HASH_SIZE];
    if (day_entry_at(one, seq, &entry, hashes[0]) || day_entry_at(other, seq, &entry, hashes[1]))
        return -EIO;
    *ret = memcmp(hashes[0], hashes[1], JOURNAL_HASH_SIZE) == 0;
    return 0;
}

/* They are the same at 1 and differ at `until`; once different, always different. */
static int find_fork(struct day *one, struct day *other, uint64_t until, struct merge_fork *ret)
{
    uint64_t same = 1, differs = until;
    uint8_t hash[JOURNAL_HASH_SIZE];
    bool is_same;
    while (differs - same > 1) {
        const uint64_t middle = same + (differs - same) / 2;
        if (same_at(one, other, middle, &is_same))
            return -EIO;
        *(is_same ? &same : &differs) = middle;
    }
    ret->seq = differs;
    return day_entry_at(one, differs, &ret->entries[0], hash) ||
                   day_entry_at(other, differs, &ret->entries[1], hash)
               ? -EIO
               : -EEXIST;
}

static int compare(struct day *const days[], size_t one, size_t other, struct merge_copy copies[],
                   struct merge_fork *ret_fork)
{
    const struct day_facts *facts = day_facts(days[one]), *others = day_facts(days[other]);
    const uint64_t shared = facts->seq < others->seq ? facts->seq : others->seq;
    bool is_same;
    if (strcmp(facts->id, others->id) != 0)
        return 0;
    if (same_at(days[one], days[other], shared, &is_same))
        return -EIO;
    if (!is_same) {
        ret_fork->one = one;
        ret_fork->other = other;
        return find_fork(days[one], days[other], shared, ret_fork);
    }
    const size_t older = facts->seq < others->seq ? one : other;
    copies[older] = (struct merge_copy){true, older == one ? other : one};
    return 0;
}

int merge_copies(struct day *const days[], size_t n_days, struct merge_copy ret_copies[],
                 struct merge_fork *ret_fork)
{
    int result = 0;
    for (size_t i = 0; i < n_days; i++)
        ret_copies[i] = (struct merge_copy){false, i};
    for (size_t i = 0; i < n_days; i++)
        for (size_t j = i + 1; j < n_days && result == 0; j++)
            result = compare(days, i, j, ret_copies, ret_fork);
    for (size_t i = 0; i < n_days; i++) /* to the one that stays */
        while (ret_copies[ret_copies[i].of].is_left_out)
            ret_copies[i].of = ret_copies[ret_copies[i].of].of;
    return result;
}
