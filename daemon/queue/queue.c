/* The state of an event as it is laid out and read: lanes, numbers, the line of the unfinished. What changes it stands in
 * queue_apply.c. Pure, no I/O and no clock; one thread per state. */
#include "queue/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "queue/queue_state.h"

struct queue *queue_new(void)
{
    struct queue *queue = bytes_alloc(sizeof *queue);
    queue_rules_default(&queue->event.rules);
    people_init(queue);
    return queue;
}

void queue_free(struct queue *queue)
{
    if (!queue)
        return;
    for (size_t i = 0; i < queue->n_lanes; i++)
        free(queue->lanes[i].slots);
    for (struct reason *reason = queue->reasons, *next; reason; reason = next) {
        next = reason->next;
        free(reason);
    }
    people_done(queue);
    free(queue->signatures);
    free(queue->lanes);
    free(queue);
}

static void *copy_of(const void *data, size_t size)
{
    return size ? memcpy(bytes_alloc(size), data, size) : NULL;
}

struct queue *queue_clone(const struct queue *queue)
{
    struct queue *clone = copy_of(queue, sizeof *queue);
    clone->reasons = NULL;
    clone->lanes = copy_of(queue->lanes, queue->n_lanes * sizeof *queue->lanes);
    for (size_t i = 0; i < queue->n_lanes; i++) {
        struct lane_state *lane = &clone->lanes[i];
        lane->slots = copy_of(lane->slots, lane->facts.counts.issued * sizeof *lane->slots);
        lane->capacity = lane->facts.counts.issued;
    }
    clone->people = copy_of(queue->people, queue->people_capacity * sizeof *queue->people);
    clone->units = copy_of(queue->units, queue->units_capacity * sizeof *queue->units);
    clone->signatures = copy_of(queue->signatures, queue->n_signatures * sizeof *queue->signatures);
    return clone;
}

bool ticket_is_open(const struct ticket *ticket)
{
    return ticket->state == TICKET_WAITING || ticket->state == TICKET_CALLED;
}

bool ticket_stands(const struct ticket *ticket)
{
    return ticket_is_open(ticket) || ticket->state == TICKET_SHOT;
}

struct lane_state *state_lane(const struct queue *queue, const char *name)
{
    for (size_t i = 0; i < queue->n_lanes; i++)
        if (strcmp(queue->lanes[i].facts.name, name) == 0)
            return &queue->lanes[i];
    return NULL;
}

struct slot *state_slot(const struct lane_state *lane, uint32_t number)
{
    return number >= 1 && number <= lane->facts.counts.issued ? &lane->slots[number - 1] : NULL;
}

struct slot *state_at(const struct queue *queue, struct place place)
{
    return place.number ? &queue->lanes[place.lane].slots[place.number - 1] : NULL;
}

const struct ticket *state_next_waiting(const struct lane_state *lane, uint32_t except)
{
    for (uint32_t number = lane->first_open; number; number = lane->slots[number - 1].after) {
        const struct ticket *ticket = &lane->slots[number - 1].ticket;
        if (ticket->state == TICKET_WAITING && number != except)
            return ticket;
    }
    return NULL;
}

const struct ticket *state_current(const struct lane_state *lane)
{
    if (lane->facts.counts.called == 0)
        return NULL;
    uint32_t number = lane->first_open;
    while (lane->slots[number - 1].ticket.state != TICKET_CALLED)
        number = lane->slots[number - 1].after;
    return &lane->slots[number - 1].ticket;
}

/* ---- the list of the unfinished, in number order */
void state_link_open(struct lane_state *lane, uint32_t number)
{
    struct slot *slot = &lane->slots[number - 1];
    uint32_t before = lane->last_open;
    while (before > number)
        before = lane->slots[before - 1].before;
    slot->before = before;
    slot->after = before ? lane->slots[before - 1].after : lane->first_open;
    *(before ? &lane->slots[before - 1].after : &lane->first_open) = number;
    *(slot->after ? &lane->slots[slot->after - 1].before : &lane->last_open) = number;
    slot->is_listed = true;
}

void state_unlink_open(struct lane_state *lane, uint32_t number)
{
    struct slot *slot = &lane->slots[number - 1];
    *(slot->before ? &lane->slots[slot->before - 1].after : &lane->first_open) = slot->after;
    *(slot->after ? &lane->slots[slot->after - 1].before : &lane->last_open) = slot->before;
    slot->is_listed = false;
}

uint32_t *count_of(struct queue_counts *counts, enum ticket_state state)
{
    uint32_t *const by_state[TICKET_STATE_COUNT] = {
        [TICKET_WAITING] = &counts->waiting, [TICKET_CALLED] = &counts->called, [TICKET_SHOT] = &counts->shot,
        [TICKET_MISSED] = &counts->missed,   [TICKET_VOID] = &counts->voided,
    };
    return by_state[state];
}

const char *state_keep_reason(struct queue *queue, const char *text)
{
    if (!*text)
        return "";
    size_t size = strlen(text) + 1;
    struct reason *reason = bytes_alloc(sizeof *reason + size);
    memcpy(reason->text, text, size);
    reason->next = queue->reasons;
    queue->reasons = reason;
    return reason->text;
}

/* ---- reading */
uint64_t queue_seq(const struct queue *queue)
{
    return queue->seq;
}

const struct queue_event *queue_event(const struct queue *queue)
{
    return &queue->event;
}

size_t queue_lane_count(const struct queue *queue)
{
    return queue->n_lanes;
}

const struct queue_lane *queue_lane_at(const struct queue *queue, size_t index)
{
    return index < queue->n_lanes ? &queue->lanes[index].facts : NULL;
}

const struct queue_lane *queue_lane(const struct queue *queue, const char *name)
{
    const struct lane_state *lane = state_lane(queue, name);
    return lane ? &lane->facts : NULL;
}

const struct ticket *queue_ticket(const struct queue *queue, const char *lane, uint32_t number)
{
    const struct lane_state *state = state_lane(queue, lane);
    const struct slot *slot = state ? state_slot(state, number) : NULL;
    return slot ? &slot->ticket : NULL;
}

const struct ticket *queue_ticket_of(const struct queue *queue, const struct person_id *person)
{
    const struct slot *slot = people_latest(queue, person);
    return slot ? &slot->ticket : NULL;
}

const struct ticket *queue_open_after(const struct queue *queue, const char *lane, uint32_t after)
{
    const struct lane_state *state = state_lane(queue, lane);
    if (!state)
        return NULL;
    const struct slot *slot = state_slot(state, after);
    uint32_t number = slot && slot->is_listed ? slot->after : state->first_open;
    while (number && number <= after)
        number = state->slots[number - 1].after;
    return number ? &state->slots[number - 1].ticket : NULL;
}

const struct ticket *queue_current(const struct queue *queue, const char *lane)
{
    const struct lane_state *state = state_lane(queue, lane);
    return state ? state_current(state) : NULL;
}
