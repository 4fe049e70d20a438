/* Who has which numbers, what is kept of a person, and how the units stand. Two tables with open addressing, so that no
 * question takes longer as the event grows. Pure; one thread per state. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "queue/queue_state.h"

void people_init(struct queue *queue)
{
    queue->people_capacity = 1024;
    queue->people = bytes_alloc(queue->people_capacity * sizeof *queue->people);
    queue->units_capacity = 64;
    queue->units = bytes_alloc(queue->units_capacity * sizeof *queue->units);
}

void people_done(struct queue *queue)
{
    free(queue->people);
    free(queue->units);
}

/* ---- people. Ids are random, so their own bytes are the hash. */
static size_t person_place(const struct person_slot *people, size_t capacity, const struct person_id *id)
{
    uint64_t hash;
    memcpy(&hash, id->bytes, sizeof hash);
    size_t place = hash & (capacity - 1);
    while (people[place].is_used && !person_id_equal(&people[place].person, id))
        place = (place + 1) & (capacity - 1);
    return place;
}

static void grow_people(struct queue *queue)
{
    size_t capacity = queue->people_capacity * 2;
    struct person_slot *people = bytes_alloc(capacity * sizeof *people);
    for (size_t i = 0; i < queue->people_capacity; i++)
        if (queue->people[i].is_used)
            people[person_place(people, capacity, &queue->people[i].person)] = queue->people[i];
    free(queue->people);
    queue->people = people;
    queue->people_capacity = capacity;
}

const struct person_slot *people_find(const struct queue *queue, const struct person_id *id)
{
    const struct person_slot *person =
        &queue->people[person_place(queue->people, queue->people_capacity, id)];
    return person->is_used ? person : NULL;
}

struct person_slot *people_keep(struct queue *queue, const struct person_id *id)
{
    if ((queue->n_people + 1) * 2 > queue->people_capacity)
        grow_people(queue);
    struct person_slot *person = &queue->people[person_place(queue->people, queue->people_capacity, id)];
    if (!person->is_used) {
        *person = (struct person_slot){.person = *id, .is_used = true};
        queue->n_people++;
    }
    return person;
}

const struct slot *people_latest(const struct queue *queue, const struct person_id *id)
{
    const struct person_slot *person = people_find(queue, id);
    return person ? state_at(queue, person->latest) : NULL;
}

const struct ticket *people_shot(const struct queue *queue, const struct person_id *id)
{
    const struct slot *slot = people_latest(queue, id);
    while (slot && slot->ticket.state != TICKET_SHOT)
        slot = state_at(queue, slot->earlier);
    return slot ? &slot->ticket : NULL;
}

const struct ticket *people_standing(const struct queue *queue, const struct person_id *id)
{
    const struct ticket *shot = people_shot(queue, id);
    const struct slot *slot = shot ? NULL : people_latest(queue, id);
    while (slot && !ticket_is_open(&slot->ticket))
        slot = state_at(queue, slot->earlier);
    return slot ? &slot->ticket : shot;
}

const struct ticket *queue_shot_of(const struct queue *queue, const struct person_id *id)
{
    return people_shot(queue, id);
}

const struct ticket *queue_ticket_behind(const struct queue *queue, const struct ticket *ticket)
{
    const struct lane_state *lane = state_lane(queue, ticket->lane);
    const struct slot *slot = lane ? state_slot(lane, ticket->number) : NULL;
    slot = slot ? state_at(queue, slot->earlier) : NULL;
    return slot ? &slot->ticket : NULL;
}

/* ---- units */
static size_t unit_place(const struct unit_slot *units, size_t capacity, uint32_t unit)
{
    size_t place = (size_t)(unit * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (capacity - 1);
    while (units[place].unit && units[place].unit != unit)
        place = (place + 1) & (capacity - 1);
    return place;
}

static void grow_units(struct queue *queue)
{
    size_t capacity = queue->units_capacity * 2;
    struct unit_slot *units = bytes_alloc(capacity * sizeof *units);
    for (size_t i = 0; i < queue->units_capacity; i++)
        if (queue->units[i].unit)
            units[unit_place(units, capacity, queue->units[i].unit)] = queue->units[i];
    free(queue->units);
    queue->units = units;
    queue->units_capacity = capacity;
}

static struct unit_slot *keep_unit(struct queue *queue, uint32_t unit)
{
    if ((queue->n_units + 1) * 2 > queue->units_capacity)
        grow_units(queue);
    struct unit_slot *slot = &queue->units[unit_place(queue->units, queue->units_capacity, unit)];
    queue->n_units += slot->unit == 0;
    slot->unit = unit;
    return slot;
}

uint32_t unit_highest_rank(const struct queue *queue, uint32_t unit)
{
    return unit ? queue->units[unit_place(queue->units, queue->units_capacity, unit)].highest_rank : 0;
}

void unit_raise_rank(struct queue *queue, const struct issue_note *note)
{
    if (!note->unit)
        return;
    struct unit_slot *unit = keep_unit(queue, note->unit);
    if (note->rank > unit->highest_rank)
        unit->highest_rank = note->rank;
}

uint32_t queue_unit_rank(const struct queue *queue, uint32_t unit)
{
    return unit_highest_rank(queue, unit);
}

struct queue_counts queue_unit_counts(const struct queue *queue, uint32_t unit)
{
    static const struct queue_counts none;
    return unit ? queue->units[unit_place(queue->units, queue->units_capacity, unit)].counts : none;
}

/* ---- a person's latest ticket stands for the person in the counts of its unit */
static void count_person(struct queue *queue, const struct slot *slot, bool is_there)
{
    if (!slot || !slot->ticket.note.unit)
        return;
    const uint32_t step = is_there ? 1 : UINT32_MAX; /* modulo 2^32: minus one */
    struct queue_counts *counts = &keep_unit(queue, slot->ticket.note.unit)->counts;
    counts->issued += step;
    *count_of(counts, slot->ticket.state) += step;
}

void people_count(struct queue *queue, const struct ticket *ticket, enum ticket_state from,
                  enum ticket_state to)
{
    const struct slot *latest = people_latest(queue, &ticket->person);
    if (!ticket->note.unit || !latest || &latest->ticket != ticket)
        return;
    struct queue_counts *counts = &keep_unit(queue, ticket->note.unit)->counts;
    --*count_of(counts, from);
    ++*count_of(counts, to);
}

/* Behind the last one that stands, or the front. */
static struct place *behind_standing(const struct queue *queue, struct person_slot *person)
{
    struct place *behind = &person->latest;
    for (struct slot *at = state_at(queue, person->latest); at; at = state_at(queue, at->earlier))
        if (ticket_stands(&at->ticket))
            behind = &at->earlier;
    return behind;
}

void people_add_ticket(struct queue *queue, struct place place, struct slot *slot)
{
    if (person_id_is_none(&slot->ticket.person))
        return;
    struct person_slot *person = people_keep(queue, &slot->ticket.person);
    count_person(queue, state_at(queue, person->latest), false);
    struct place *link = &person->latest;
    if (!ticket_stands(&slot->ticket))
        link = behind_standing(queue, person);
    for (struct slot *at; (at = state_at(queue, *link)) && at->ticket.issued_seq > slot->ticket.issued_seq;)
        link = &at->earlier;
    slot->earlier = *link;
    *link = place;
    count_person(queue, state_at(queue, person->latest), true);
}

void people_drop_ticket(struct queue *queue, struct place place, struct slot *slot)
{
    struct person_slot *person = people_keep(queue, &slot->ticket.person);
    count_person(queue, state_at(queue, person->latest), false);
    struct place *link = &person->latest;
    while (link->lane != place.lane || link->number != place.number)
        link = &state_at(queue, *link)->earlier;
    *link = slot->earlier;
    slot->earlier = (struct place){0};
    count_person(queue, state_at(queue, person->latest), true);
}

void people_note(struct queue *queue, struct slot *slot, const struct issue_note *note)
{
    const struct slot *latest = people_latest(queue, &slot->ticket.person);
    count_person(queue, latest, false);
    slot->ticket.note = *note;
    count_person(queue, latest, true);
}

struct queue_person queue_person(const struct queue *queue, const struct person_id *id)
{
    static const struct queue_person none;
    const struct person_slot *person = people_find(queue, id);
    return person ? person->facts : none;
}
