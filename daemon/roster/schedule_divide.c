/* A college's own division of its slots, put into the school's table. Pure; any thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "roster/schedule.h"
#include "roster/schedule_date.h"
#include "roster/schedule_text.h"

static bool has_unit(const struct schedule_slot *slot, const char *key)
{
    for (size_t i = 0; i < slot->n_units; i++)
        if (strcmp(slot->units[i].key, key) == 0)
            return true;
    return false;
}

/* What a slot of the division leaves out fits anywhere. */
static bool fits_place_and_day(const struct schedule_slot *slot, const struct schedule_slot *part)
{
    return (part->lane[0] == '\0' || strcmp(part->lane, slot->lane) == 0) &&
           (part->date == SCHEDULE_NO_DATE || part->date == slot->date);
}

static int64_t distance(const struct schedule_slot *slot, const struct schedule_slot *part)
{
    int64_t days = part->date == SCHEDULE_NO_DATE ? 0 : llabs((long long)part->date - slot->date);
    int64_t minutes = 0;
    if (part->start_min < slot->start_min)
        minutes += slot->start_min - part->start_min;
    if (part->end_min > slot->end_min)
        minutes += part->end_min - slot->end_min;
    return days * 1440 + minutes + (part->lane[0] != '\0' && strcmp(part->lane, slot->lane) != 0 ? 720 : 0);
}

struct search {
    size_t n_units; /* slots of the unit */
    size_t n_fits;  /* of these, slots in which the part lies */
    size_t nearest;
};

static struct search find_parent(const struct schedule *schedule, const struct schedule_slot *part,
                                 const char *key)
{
    struct search search = {0};
    int64_t best = INT64_MAX;
    for (size_t i = 0; i < schedule->n_slots; i++) {
        const struct schedule_slot *slot = &schedule->slots[i];
        if (slot->parent != SCHEDULE_NO_PARENT || !has_unit(slot, key))
            continue;
        search.n_units++;
        if (fits_place_and_day(slot, part) && slot->start_min <= part->start_min &&
            part->end_min <= slot->end_min)
            search.n_fits++;
        int64_t far = distance(slot, part);
        if (far < best) {
            best = far;
            search.nearest = i;
        }
    }
    return search;
}

static char *slot_text(const struct schedule_slot *slot)
{
    return bytes_format("%s%s%s %s-%s", slot->lane, slot->lane[0] ? " " : "",
                        schedule_date_text(slot->date).text, schedule_minute_text(slot->start_min).text,
                        schedule_minute_text(slot->end_min).text);
}

static void report_part(struct schedule_problems *problems, enum schedule_code code,
                        const struct schedule_slot *part, const char *unit,
                        const struct schedule_slot *nearest)
{
    char *this = slot_text(part), *other = nearest ? slot_text(nearest) : NULL;
    schedule_report(problems, code, (struct schedule_where){.sheet = part->sheet, .row = part->row},
                    (const struct schedule_word[]){{this, NULL}, {unit, NULL}, {other ? other : "", NULL}},
                    3);
    free(other);
    free(this);
}

static bool add_part(struct schedule *schedule, const struct schedule_slot *part, const char *unit,
                     const char *key, struct schedule_problems *problems)
{
    struct search search = find_parent(schedule, part, key);
    if (search.n_units == 0) {
        schedule_report(problems, SCHEDULE_DIVISION_NO_PARENT,
                        (struct schedule_where){.sheet = part->sheet, .row = part->row},
                        (const struct schedule_word[]){{unit, NULL}}, 1);
        return false;
    }
    if (search.n_fits > 1) {
        report_part(problems, SCHEDULE_DIVISION_AMBIGUOUS, part, unit, NULL);
        return false;
    }
    const struct schedule_slot *parent = &schedule->slots[search.nearest];
    if (search.n_fits == 0)
        report_part(problems, SCHEDULE_DIVISION_OUTSIDE, part, unit, parent);
    struct schedule_slot child = *part;
    child.parent = (int32_t)search.nearest;
    if (child.date == SCHEDULE_NO_DATE)
        child.date = parent->date;
    if (child.lane[0] == '\0')
        child.lane = parent->lane, child.place = parent->place;
    return schedule_add(schedule, &child) >= 0;
}

/* Everything but the unit's earlier division. */
static struct schedule *copy_without_division(const struct schedule *schedule, const char *key)
{
    struct schedule *copy = schedule_new();
    int32_t *places = bytes_alloc(schedule->n_slots * sizeof *places);
    for (size_t i = 0; i < schedule->n_slots; i++) {
        struct schedule_slot slot = schedule->slots[i];
        places[i] = SCHEDULE_NO_PARENT;
        if (slot.parent != SCHEDULE_NO_PARENT) {
            if (has_unit(&slot, key) && has_unit(&schedule->slots[slot.parent], key))
                continue;
            slot.parent = places[slot.parent];
        }
        places[i] = schedule_add(copy, &slot);
    }
    free(places);
    return copy;
}

bool schedule_divide(struct schedule *schedule, const struct schedule *division, const char *unit,
                     struct schedule_problems *problems)
{
    char *key = schedule_key(unit);
    struct schedule *copy = copy_without_division(schedule, key);
    bool is_complete = true;
    for (size_t i = 0; i < division->n_slots; i++)
        is_complete = add_part(copy, &division->slots[i], unit, key, problems) && is_complete;
    if (is_complete) {
        struct schedule old = *schedule;
        *schedule = *copy;
        *copy = old;
    }
    schedule_free(copy);
    free(key);
    return is_complete;
}

/* All parts whose first unit is this one, as a table of its own. */
static struct schedule *parts_of(const struct schedule *schedule, const char *key)
{
    struct schedule *parts = schedule_new();
    for (size_t i = 0; i < schedule->n_slots; i++) {
        struct schedule_slot part = schedule->slots[i];
        if (part.parent == SCHEDULE_NO_PARENT || strcmp(part.units[0].key, key) != 0)
            continue;
        part.parent = SCHEDULE_NO_PARENT;
        schedule_add(parts, &part);
    }
    return parts;
}

static bool is_first_part(const struct schedule *schedule, size_t slot)
{
    if (schedule->slots[slot].parent == SCHEDULE_NO_PARENT)
        return false;
    for (size_t i = 0; i < slot; i++)
        if (schedule->slots[i].parent != SCHEDULE_NO_PARENT &&
            strcmp(schedule->slots[i].units[0].key, schedule->slots[slot].units[0].key) == 0)
            return false;
    return true;
}

void schedule_keep_divisions(struct schedule *fresh, const struct schedule *old,
                             struct schedule_problems *problems)
{
    for (size_t i = 0; i < old->n_slots; i++) {
        if (!is_first_part(old, i))
            continue;
        struct schedule *parts = parts_of(old, old->slots[i].units[0].key);
        schedule_divide(fresh, parts, old->slots[i].units[0].name, problems);
        schedule_free(parts);
    }
}
