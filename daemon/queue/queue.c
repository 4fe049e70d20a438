/* The state of an event: what the entries so far add up to. Pure, no I/O and no clock; one thread per state.
 */
#include "queue/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "queue/queue_state.h"

struct queue *queue_new(void)
{
    struct queue *queue = bytes_alloc(sizeof *queue);
    queue->people_capacity = 1024;
    queue->people = bytes_alloc(queue->people_capacity * sizeof *queue->people);
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
    free(queue->lanes);
    free(queue->people);
    free(queue);
}

bool ticket_is_open(const struct ticket *ticket)
{
    return ticket->state == TICKET_WAITING || ticket->state == TICKET_CALLED;
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

const struct ticket *state_next_waiting(const struct lane_state *lane, uint32_t except)
{
    for (uint32_t number = lane->first_open; number; number = lane->slots[number - 1].after) {
        const struct ticket *ticket = &lane->slots[number - 1].ticket;
        if (ticket->state == TICKET_WAITING && number != except)
            return ticket;
    }
    return NULL;
}

/* ---- people: id -> latest ticket. Ids are random, so their own bytes are the hash. */
static size_t person_place(const struct person_slot *people, size_t capacity, const struct person_id *id)
{
    uint64_t hash;
    memcpy(&hash, id->bytes, sizeof hash);
    size_t place = hash & (capacity - 1);
    while (people[place].number && !person_id_equal(&people[place].person, id))
        place = (place + 1) & (capacity - 1);
    return place;
}

static void grow_people(struct queue *queue)
{
    size_t capacity = queue->people_capacity * 2;
    struct person_slot *people = bytes_alloc(capacity * sizeof *people);
    for (size_t i = 0; i < queue->people_capacity; i++)
        if (queue->people[i].number)
            people[person_place(people, capacity, &queue->people[i].person)] = queue->people[i];
    free(queue->people);
    queue->people = people;
    queue->people_capacity = capacity;
}

static void remember_person(struct queue *queue, const struct person_id *id, uint32_t lane, uint32_t number)
{
    if ((queue->n_people + 1) * 2 > queue->people_capacity)
        grow_people(queue);
    struct person_slot *slot = &queue->people[person_place(queue->people, queue->people_capacity, id)];
    queue->n_people += slot->number == 0;
    *slot = (struct person_slot){.person = *id, .lane = lane, .number = number};
}

/* ---- the list of the unfinished, in number order */
static void link_open(struct lane_state *lane, uint32_t number)
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

static void unlink_open(struct lane_state *lane, uint32_t number)
{
    struct slot *slot = &lane->slots[number - 1];
    *(slot->before ? &lane->slots[slot->before - 1].after : &lane->first_open) = slot->after;
    *(slot->after ? &lane->slots[slot->after - 1].before : &lane->last_open) = slot->before;
    slot->is_listed = false;
}

static void trail_add(struct trail *trail, uint32_t number)
{
    trail->numbers[trail->count++ % TRAIL_SIZE] = number;
}

/* Newest first; 0 beyond the end. */
static uint32_t trail_back(const struct trail *trail, uint32_t steps)
{
    return steps < trail->count && steps < TRAIL_SIZE
               ? trail->numbers[(trail->count - 1 - steps) % TRAIL_SIZE]
               : 0;
}

static uint32_t *state_count(struct lane_state *lane, enum ticket_state state)
{
    struct queue_counts *counts = &lane->facts.counts;
    uint32_t *const by_state[TICKET_STATE_COUNT] = {
        [TICKET_WAITING] = &counts->waiting, [TICKET_CALLED] = &counts->called, [TICKET_SHOT] = &counts->shot,
        [TICKET_MISSED] = &counts->missed,   [TICKET_VOID] = &counts->voided,
    };
    return by_state[state];
}

/* ---- applying */
static enum queue_apply_fault apply_event_created(struct queue *queue, const struct queue_entry *entry)
{
    if (queue->event.exists)
        return QUEUE_APPLY_IMPOSSIBLE;
    queue->event.exists = true;
    queue->event.created_us = entry->at_us;
    memcpy(queue->event.name, entry->text, sizeof queue->event.name);
    memcpy(queue->event.profile, entry->extra, sizeof queue->event.profile);
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_event_closed(struct queue *queue, const struct queue_entry *entry)
{
    if (!queue->event.exists || queue->event.is_closed)
        return QUEUE_APPLY_IMPOSSIBLE;
    queue->event.is_closed = true;
    for (size_t i = 0; i < queue->n_lanes; i++) {
        struct queue_lane *facts = &queue->lanes[i].facts;
        if (facts->is_open)
            facts->closed_us = entry->at_us;
        facts->is_open = false;
    }
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_lane_set(struct queue *queue, const struct queue_entry *entry)
{
    struct lane_state *lane = state_lane(queue, entry->lane);
    if (!lane) {
        queue->lanes = bytes_resize(queue->lanes, (queue->n_lanes + 1) * sizeof *queue->lanes);
        lane = &queue->lanes[queue->n_lanes++];
        memset(lane, 0, sizeof *lane);
        memcpy(lane->facts.name, entry->lane, sizeof lane->facts.name);
    }
    lane->facts.line_limit = entry->value;
    memcpy(lane->facts.room, entry->text, sizeof lane->facts.room);
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_session(struct lane_state *lane, const struct queue_entry *entry)
{
    bool open = entry->kind == ENTRY_SESSION_OPENED;
    struct queue_lane *facts = &lane->facts;
    if (facts->is_open == open || entry->value != facts->session + (open ? 1 : 0))
        return QUEUE_APPLY_IMPOSSIBLE;
    facts->is_open = open;
    facts->session = entry->value;
    *(open ? &facts->opened_us : &facts->closed_us) = entry->at_us;
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_issued(struct queue *queue, struct lane_state *lane,
                                           const struct queue_entry *entry)
{
    const struct ticket *latest = queue_ticket_of(queue, &entry->person);
    struct queue_counts *counts = &lane->facts.counts;
    bool fits =
        lane->facts.is_open && entry->number == counts->issued + 1 && !person_id_is_none(&entry->person);
    if (!fits || (latest && (ticket_is_open(latest) || latest->state == TICKET_SHOT)))
        return QUEUE_APPLY_IMPOSSIBLE;
    if (counts->issued == lane->capacity) {
        lane->capacity = lane->capacity ? lane->capacity * 2 : 64;
        lane->slots = bytes_resize(lane->slots, lane->capacity * sizeof *lane->slots);
    }
    counts->issued++;
    counts->waiting++;
    struct slot *slot = &lane->slots[entry->number - 1];
    memset(slot, 0, sizeof *slot);
    slot->ticket = (struct ticket){
        .number = entry->number,
        .state = TICKET_WAITING,
        .person = entry->person,
        .medium = entry->medium,
        .bound = entry->bound,
        .session = entry->value,
        .issued_us = entry->at_us,
        .issued_seq = entry->seq,
        .seq = entry->seq,
        .reason = "",
    };
    memcpy(slot->ticket.lane, entry->lane, sizeof slot->ticket.lane);
    link_open(lane, entry->number);
    remember_person(queue, &entry->person, (uint32_t)(lane - queue->lanes), entry->number);
    return QUEUE_APPLY_OK;
}

static const char *keep_reason(struct queue *queue, const char *text)
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

static void mark_step(struct queue *queue, struct lane_state *lane, struct ticket *ticket,
                      const struct queue_entry *entry)
{
    switch (entry->kind) {
    case ENTRY_CALLED:
        ticket->calls++;
        ticket->called_us = entry->at_us;
        return;
    case ENTRY_SHOT:
        ticket->shots++;
        ticket->shot_us = entry->at_us;
        trail_add(&lane->shot, ticket->number);
        return;
    case ENTRY_RETAKE:
        ticket->retakes++;
        ticket->called_us = entry->at_us;
        break;
    case ENTRY_RETAKE_DROPPED:
        trail_add(&lane->shot, ticket->number);
        break;
    default:
        ticket->ended_us = entry->at_us;
        break;
    }
    ticket->reason = keep_reason(queue, entry->text);
}

static enum queue_apply_fault apply_step(struct queue *queue, struct lane_state *lane,
                                         const struct queue_entry *entry)
{
    struct slot *slot = state_slot(lane, entry->number);
    const struct edge *edge = slot ? edge_of_entry(entry->kind, &slot->ticket) : NULL;
    if (!edge || !person_id_equal(&slot->ticket.person, &entry->person))
        return QUEUE_APPLY_IMPOSSIBLE;
    struct ticket *ticket = &slot->ticket;
    --*state_count(lane, ticket->state);
    ++*state_count(lane, edge->to);
    ticket->state = edge->to;
    ticket->seq = entry->seq;
    mark_step(queue, lane, ticket, entry);
    if (ticket_is_open(ticket) && !slot->is_listed) {
        link_open(lane, ticket->number);
    } else if (!ticket_is_open(ticket) && slot->is_listed) {
        unlink_open(lane, ticket->number);
        trail_add(&lane->finished, ticket->number);
    }
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_bound(struct lane_state *lane, const struct queue_entry *entry)
{
    struct slot *slot = state_slot(lane, entry->number);
    if (!slot || slot->ticket.bound || !person_id_equal(&slot->ticket.person, &entry->person))
        return QUEUE_APPLY_IMPOSSIBLE;
    slot->ticket.bound = true;
    slot->ticket.seq = entry->seq;
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_in_lane(struct queue *queue, const struct queue_entry *entry)
{
    struct lane_state *lane = state_lane(queue, entry->lane);
    if (!lane || !queue->event.exists || queue->event.is_closed)
        return QUEUE_APPLY_IMPOSSIBLE;
    switch (entry->kind) {
    case ENTRY_SESSION_OPENED:
    case ENTRY_SESSION_CLOSED:
        return apply_session(lane, entry);
    case ENTRY_ISSUED:
        return apply_issued(queue, lane, entry);
    case ENTRY_BOUND:
        return apply_bound(lane, entry);
    default:
        return apply_step(queue, lane, entry);
    }
}

static enum queue_apply_fault apply(struct queue *queue, const struct queue_entry *entry)
{
    switch (entry->kind) {
    case ENTRY_EVENT_CREATED:
        return apply_event_created(queue, entry);
    case ENTRY_EVENT_CLOSED:
        return apply_event_closed(queue, entry);
    case ENTRY_LANE_SET:
        return apply_lane_set(queue, entry);
    case ENTRY_TOKEN_CREATED:
    case ENTRY_TOKEN_REVOKED:
        return QUEUE_APPLY_OK;
    default:
        return apply_in_lane(queue, entry);
    }
}

enum queue_apply_fault queue_apply(struct queue *queue, const struct queue_entry *entry)
{
    if (entry->seq <= queue->seq)
        return QUEUE_APPLY_IMPOSSIBLE;
    enum queue_apply_fault fault = apply(queue, entry);
    if (fault == QUEUE_APPLY_OK)
        queue->seq = entry->seq;
    return fault;
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
    const struct person_slot *slot =
        &queue->people[person_place(queue->people, queue->people_capacity, person)];
    return slot->number ? &queue->lanes[slot->lane].slots[slot->number - 1].ticket : NULL;
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
    const struct queue_lane *facts = queue_lane(queue, lane);
    if (!facts || facts->counts.called == 0)
        return NULL;
    const struct ticket *ticket = queue_open_after(queue, lane, 0);
    while (ticket && ticket->state != TICKET_CALLED)
        ticket = queue_open_after(queue, lane, ticket->number);
    return ticket;
}

static bool is_among(const struct ticket *tickets[], size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        if (tickets[i]->number == number)
            return true;
    return false;
}

size_t queue_recent(const struct queue *queue, const char *lane, const struct ticket *ret_tickets[],
                    size_t most)
{
    const struct lane_state *state = state_lane(queue, lane);
    size_t count = 0;
    uint32_t number;
    for (uint32_t back = 0; state && count < most && (number = trail_back(&state->finished, back)); back++) {
        const struct slot *slot = state_slot(state, number);
        if (!slot->is_listed && !is_among(ret_tickets, count, number))
            ret_tickets[count++] = &slot->ticket;
    }
    return count;
}

const struct ticket *queue_last_shot(const struct queue *queue, const char *lane)
{
    const struct lane_state *state = state_lane(queue, lane);
    uint32_t number;
    for (uint32_t back = 0; state && (number = trail_back(&state->shot, back)); back++) {
        const struct ticket *ticket = &state_slot(state, number)->ticket;
        if (ticket->state == TICKET_SHOT)
            return ticket;
    }
    return NULL;
}
