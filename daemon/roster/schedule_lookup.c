/* Whose slot is it? Must not change a schedule. Pure; any thread. */
#include <stdlib.h>
#include <string.h>

#include "roster/schedule.h"
#include "roster/schedule_text.h"

/* A person, ready to be compared. */
struct who_keys {
    char *unit, *class_name;
    uint8_t level;
};

static struct who_keys keys_of(const struct schedule_who *who)
{
    return (struct who_keys){
        .unit = schedule_key(who->unit ? who->unit : ""),
        .class_name = schedule_key(who->class_name ? who->class_name : ""),
        .level = who->level,
    };
}

static void keys_done(struct who_keys *keys)
{
    free(keys->unit);
    free(keys->class_name);
}

enum { RANK_NONE = 0, RANK_EVERYBODY = 1, RANK_UNIT = 2, RANK_LEVEL = 4, RANK_CLASS = 8 };

/* How closely a line of a slot means this person; RANK_NONE when it means others. */
static unsigned unit_rank(const struct schedule_unit *unit, const struct who_keys *who)
{
    unsigned rank = RANK_EVERYBODY;
    if (unit->key[0] != '\0') {
        if (strcmp(unit->key, who->unit) != 0)
            return RANK_NONE;
        rank += RANK_UNIT;
    }
    if (unit->class_key[0] != '\0') {
        if (strcmp(unit->class_key, who->class_name) != 0)
            return RANK_NONE;
        rank += RANK_CLASS;
    }
    if (unit->levels != 0) {
        if ((unit->levels & who->level) == 0)
            return RANK_NONE;
        rank += RANK_LEVEL;
    }
    return rank;
}

static unsigned slot_rank(const struct schedule_slot *slot, const struct who_keys *who)
{
    unsigned best = RANK_NONE;
    for (size_t i = 0; i < slot->n_units; i++) {
        unsigned rank = unit_rank(&slot->units[i], who);
        if (rank > best)
            best = rank;
    }
    return best;
}

static unsigned best_rank(const struct schedule *schedule, const struct who_keys *who)
{
    unsigned best = RANK_NONE;
    for (size_t i = 0; i < schedule->n_slots; i++) {
        unsigned rank = slot_rank(&schedule->slots[i], who);
        if (rank > best)
            best = rank;
    }
    return best;
}

size_t schedule_slots_of(const struct schedule *schedule, const struct schedule_who *who, size_t *ret,
                         size_t capacity)
{
    struct who_keys keys = keys_of(who);
    unsigned best = best_rank(schedule, &keys);
    size_t n = 0;
    for (size_t i = 0; best != RANK_NONE && i < schedule->n_slots; i++) {
        if (slot_rank(&schedule->slots[i], &keys) != best)
            continue;
        if (n < capacity)
            ret[n] = i;
        n++;
    }
    keys_done(&keys);
    return n;
}

static bool covers(const struct schedule_slot *slot, const char *lane, int32_t date, uint16_t minute)
{
    return slot->date == date && slot->start_min <= minute && minute < slot->end_min &&
           (!lane || strcmp(slot->lane, lane) == 0);
}

const struct schedule_slot *schedule_slot_at(const struct schedule *schedule, const struct schedule_who *who,
                                             const char *lane, int32_t date, uint16_t minute)
{
    struct who_keys keys = keys_of(who);
    unsigned best = best_rank(schedule, &keys);
    const struct schedule_slot *found = NULL, *open = NULL;
    for (size_t i = 0; best != RANK_NONE && i < schedule->n_slots; i++) {
        const struct schedule_slot *slot = &schedule->slots[i];
        if (!covers(slot, lane, date, minute))
            continue;
        unsigned rank = slot_rank(slot, &keys);
        if (rank == best && !found)
            found = slot;
        else if (rank == RANK_EVERYBODY && !open)
            open = slot;
    }
    keys_done(&keys);
    return found ? found : open;
}

const struct schedule_slot *schedule_slot_next(const struct schedule *schedule,
                                               const struct schedule_who *who, int32_t date, uint16_t minute)
{
    struct who_keys keys = keys_of(who);
    unsigned best = best_rank(schedule, &keys);
    const struct schedule_slot *next = NULL, *last = NULL;
    int64_t now = (int64_t)date * 1440 + minute, next_at = 0, last_at = 0;
    for (size_t i = 0; best != RANK_NONE && i < schedule->n_slots; i++) {
        const struct schedule_slot *slot = &schedule->slots[i];
        if (slot_rank(slot, &keys) != best)
            continue;
        int64_t start = (int64_t)slot->date * 1440 + slot->start_min,
                end = start + slot->end_min - slot->start_min;
        if (end > now && (!next || start < next_at))
            next = slot, next_at = start;
        if (!last || end > last_at)
            last = slot, last_at = end;
    }
    keys_done(&keys);
    return next ? next : last;
}

size_t schedule_lanes_of(const struct schedule *schedule, const struct schedule_who *who, const char **ret,
                         size_t capacity)
{
    struct who_keys keys = keys_of(who);
    unsigned best = best_rank(schedule, &keys);
    const char *seen[SCHEDULE_UNITS_MAX];
    size_t n = 0;
    for (size_t i = 0; best != RANK_NONE && i < schedule->n_slots; i++) {
        const struct schedule_slot *slot = &schedule->slots[i];
        if (slot_rank(slot, &keys) != best)
            continue;
        size_t known = 0;
        while (known < n && strcmp(seen[known], slot->lane) != 0)
            known++;
        if (known < n || n == SCHEDULE_UNITS_MAX)
            continue;
        if (n < capacity)
            ret[n] = slot->lane;
        seen[n++] = slot->lane;
    }
    keys_done(&keys);
    return n;
}

size_t schedule_lane_at(const struct schedule *schedule, const char *lane, int32_t date, uint16_t minute,
                        size_t *ret, size_t capacity)
{
    size_t n = 0;
    for (size_t i = 0; i < schedule->n_slots; i++) {
        bool is_deepest = covers(&schedule->slots[i], lane, date, minute);
        for (size_t child = i + 1; is_deepest && child < schedule->n_slots; child++)
            is_deepest = schedule->slots[child].parent != (int32_t)i ||
                         !covers(&schedule->slots[child], lane, date, minute);
        if (!is_deepest)
            continue;
        if (n < capacity)
            ret[n] = i;
        n++;
    }
    return n;
}
