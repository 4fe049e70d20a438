/* Units of the roster and who belongs to them, in the order of student numbers. Which thread: the desk says. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/directory_state.h"

enum { FIRST_UNITS = 64, FIRST_MEMBERS = 16 };

void directory_units_free(struct directory *directory)
{
    for (uint32_t i = 0; i < directory->n_units; i++) {
        free(directory->units[i]->members);
        free(directory->units[i]);
    }
    free(directory->units);
    free(directory->unit_places);
}

/* ---- by name */
static uint32_t name_hash(const char *college, const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a; both with their NUL, so that the border counts */
    for (const char *text = college;; text++) {
        hash = (hash ^ (uint8_t)*text) * 16777619u;
        if (!*text)
            break;
    }
    for (const char *text = name; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 16777619u;
    return hash;
}

static uint32_t *place_of(const struct directory *directory, const char *college, const char *name)
{
    size_t mask = directory->unit_capacity - 1;
    for (size_t at = name_hash(college, name) & mask;; at = (at + 1) & mask) {
        uint32_t *place = &directory->unit_places[at];
        const struct unit_record *unit =
            *place ? &directory->units[*place - 1 - directory->first_unit]->record : NULL;
        if (!unit || (strcmp(unit->college, college) == 0 && strcmp(unit->name, name) == 0))
            return place;
    }
}

static void grow_units(struct directory *directory)
{
    directory->unit_capacity = directory->unit_capacity ? 2 * directory->unit_capacity : FIRST_UNITS;
    directory->units =
        bytes_resize(directory->units, directory->unit_capacity / 2 * sizeof *directory->units);
    free(directory->unit_places);
    directory->unit_places = bytes_alloc(directory->unit_capacity * sizeof *directory->unit_places);
    for (uint32_t i = 0; i < directory->n_units; i++) {
        const struct unit_record *unit = &directory->units[i]->record;
        *place_of(directory, unit->college, unit->name) = unit->id;
    }
}

uint32_t directory_unit_id(const struct directory *directory, const char *college, const char *name)
{
    uint32_t id = 0;
    for (; directory && !id; directory = directory->below)
        id = directory->unit_capacity ? *place_of(directory, college, name) : 0;
    return id;
}

void directory_put_unit(struct directory *directory, const struct unit_record *unit)
{
    if (2 * (directory->n_units + (size_t)1) > directory->unit_capacity)
        grow_units(directory);
    struct unit_state *state = bytes_alloc(sizeof *state);
    state->record = *unit;
    directory->units[directory->n_units++] = state;
    *place_of(directory, unit->college, unit->name) = unit->id;
}

uint32_t directory_unit_count(const struct directory *directory)
{
    return directory->first_unit + directory->n_units;
}

static struct unit_state *unit_state(const struct directory *directory, uint32_t id)
{
    while (directory && id && id <= directory->first_unit)
        directory = directory->below;
    return directory && id && id <= directory_unit_count(directory)
               ? directory->units[id - 1 - directory->first_unit]
               : NULL;
}

const struct unit_record *directory_unit(const struct directory *directory, uint32_t id)
{
    const struct unit_state *state = unit_state(directory, id);
    return state ? &state->record : NULL;
}

void directory_units_merge(struct directory *into, struct directory *over)
{
    for (uint32_t i = 0; i < over->n_units; i++) {
        directory_put_unit(into, &over->units[i]->record);
        free(over->units[i]);
    }
    over->n_units = 0;
}

/* ---- members */
static void add_member(struct unit_state *unit, const struct person_id *person)
{
    if (unit->n_members == unit->capacity) {
        unit->capacity = unit->capacity ? 2 * unit->capacity : FIRST_MEMBERS;
        unit->members = bytes_resize(unit->members, unit->capacity * sizeof *unit->members);
    }
    unit->members[unit->n_members++] = *person;
    unit->is_unsorted = true;
}

static const char *student_no(const struct person_entry *entry)
{
    const char *strings[STRING_COUNT];
    directory_unpack(entry->strings, strings);
    return strings[STRING_STUDENT];
}

/* Only people of the roster stand in their unit's list. */
static uint32_t unit_of(const struct person_entry *entry)
{
    return entry->is_used && entry->on_roster ? entry->unit : 0;
}

void directory_move_member(struct directory *directory, const struct person_entry *before,
                           struct person_entry *after)
{
    struct unit_state *from = unit_state(directory, unit_of(before)),
                      *to = unit_state(directory, unit_of(after));
    directory->n_roster += (uint32_t)after->on_roster - (uint32_t)(before->is_used && before->on_roster);
    if (from == to) {
        if (to && strcmp(student_no(before), student_no(after)) != 0)
            to->is_unsorted = true;
        else if (to)
            after->rank = before->rank;
        return;
    }
    if (from)
        from->is_unsorted = true; /* whoever has left goes when it is put in order: a whole class may move */
    if (to)
        add_member(to, &after->id);
}

/* ---- order */
struct placed {
    const char *student_no;
    struct person_entry *entry;
};

/* A longer number is a later one; whoever has none comes last. */
static int by_number(const void *a, const void *b)
{
    const struct placed *one = a, *other = b;
    size_t length = strlen(one->student_no), other_length = strlen(other->student_no);
    if (!length != !other_length)
        return length ? -1 : 1;
    if (length != other_length)
        return length < other_length ? -1 : 1;
    int order = strcmp(one->student_no, other->student_no);
    return order ? order : memcmp(one->entry->id.bytes, other->entry->id.bytes, PERSON_ID_SIZE);
}

/* Whoever has left stands there still, and whoever came back stands there twice. */
static size_t take_members(const struct directory *directory, const struct unit_state *unit,
                           struct placed *ret_placed)
{
    size_t count = 0;
    for (size_t i = 0; i < unit->n_members; i++) {
        struct person_entry *entry = directory_own(directory, &unit->members[i]);
        if (unit_of(entry) == unit->record.id)
            ret_placed[count++] = (struct placed){student_no(entry), entry};
    }
    qsort(ret_placed, count, sizeof *ret_placed, by_number);
    return count;
}

static void sort_unit(struct directory *directory, struct unit_state *unit)
{
    struct placed *placed = bytes_alloc((unit->n_members + 1) * sizeof *placed);
    const size_t count = take_members(directory, unit, placed);
    unit->n_members = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && placed[i].entry == placed[i - 1].entry)
            continue;
        unit->members[unit->n_members++] = placed[i].entry->id;
        placed[i].entry->rank = (uint32_t)unit->n_members;
    }
    free(placed);
    unit->is_unsorted = false;
}

void directory_settle(struct directory *directory)
{
    for (uint32_t i = 0; i < directory->n_units; i++)
        if (directory->units[i]->is_unsorted)
            sort_unit(directory, directory->units[i]);
}

const struct person_id *directory_members(const struct directory *directory, uint32_t unit, size_t *ret_count)
{
    while (directory->below)
        directory = directory->below;
    const struct unit_state *state = unit_state(directory, unit);
    *ret_count = state ? state->n_members : 0;
    return state ? state->members : NULL;
}

uint32_t directory_roster_count(const struct directory *directory)
{
    return directory->n_roster + (directory->below ? directory_roster_count(directory->below) : 0);
}
