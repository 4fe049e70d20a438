/* What a command leads to. Pure: reads the state, writes only the decision. */
#include <string.h>

#include "queue/queue_state.h"

static const struct edge edges[] = {
    {COMMAND_CALL, TICKET_WAITING, FRAMES_ANY, ENTRY_CALLED, TICKET_CALLED},
    {COMMAND_CALL, TICKET_CALLED, FRAMES_ANY, ENTRY_CALLED, TICKET_CALLED}, /* announced again */
    {COMMAND_SHOT, TICKET_CALLED, FRAMES_ANY, ENTRY_SHOT, TICKET_SHOT},
    {COMMAND_RETAKE, TICKET_SHOT, FRAMES_ANY, ENTRY_RETAKE, TICKET_CALLED},
    {COMMAND_MISS, TICKET_CALLED, FRAMES_NONE, ENTRY_MISSED, TICKET_MISSED},
    {COMMAND_MISS, TICKET_CALLED, FRAMES_SOME, ENTRY_RETAKE_DROPPED,
     TICKET_SHOT}, /* its first frame stands */
    {COMMAND_VOID, TICKET_WAITING, FRAMES_NONE, ENTRY_VOIDED, TICKET_VOID},
    {COMMAND_VOID, TICKET_CALLED, FRAMES_NONE, ENTRY_VOIDED, TICKET_VOID},
};
enum { EDGE_COUNT = sizeof edges / sizeof *edges };

static bool starts_here(const struct edge *edge, const struct ticket *ticket)
{
    enum frames frames = ticket->shots ? FRAMES_SOME : FRAMES_NONE;
    return edge->from == ticket->state && (edge->frames == FRAMES_ANY || edge->frames == frames);
}

const struct edge *edge_of_command(enum command_kind command, const struct ticket *ticket)
{
    for (size_t i = 0; i < EDGE_COUNT; i++)
        if (edges[i].command == command && starts_here(&edges[i], ticket))
            return &edges[i];
    return NULL;
}

const struct edge *edge_of_entry(enum entry_kind entry, const struct ticket *ticket)
{
    for (size_t i = 0; i < EDGE_COUNT; i++)
        if (edges[i].entry == entry && starts_here(&edges[i], ticket))
            return &edges[i];
    return NULL;
}

const char *command_kind_name(enum command_kind kind)
{
    static const char *const names[COMMAND_KIND_COUNT] = {
        "none", "event-create", "event-close", "lane-set", "session-open", "session-close", "check-in",
        "call", "shot",         "retake",      "miss",     "void",         "bind",
    };
    return (unsigned)kind < COMMAND_KIND_COUNT ? names[kind] : "?";
}

static struct queue_entry *add_entry(const struct queue_command *command, enum entry_kind kind,
                                     struct queue_decision *decision)
{
    struct queue_entry *entry = &decision->entries[decision->n_entries++];
    entry->kind = kind;
    entry->at_us = command->at_us;
    entry->mono_us = command->mono_us;
    memcpy(entry->lane, command->lane, sizeof entry->lane);
    memcpy(entry->device, command->device, sizeof entry->device);
    return entry;
}

static void name_ticket(struct queue_decision *decision, const struct ticket *ticket)
{
    memcpy(decision->lane, ticket->lane, sizeof decision->lane);
    decision->number = ticket->number;
}

static enum queue_verdict refuse_with(struct queue_decision *decision, enum queue_verdict verdict,
                                      const struct ticket *ticket)
{
    name_ticket(decision, ticket);
    return verdict;
}

static enum queue_verdict decide_event_create(const struct queue *queue, const struct queue_command *command,
                                              struct queue_decision *decision)
{
    if (queue->event.exists)
        return QUEUE_EVENT_EXISTS;
    struct queue_entry *entry = add_entry(command, ENTRY_EVENT_CREATED, decision);
    memcpy(entry->text, command->text, sizeof entry->text);
    memcpy(entry->extra, command->extra, sizeof entry->extra);
    return QUEUE_DONE;
}

static enum queue_verdict decide_event_close(const struct queue *queue, const struct queue_command *command,
                                             struct queue_decision *decision)
{
    for (size_t i = 0; i < queue->n_lanes; i++) {
        const struct lane_state *lane = &queue->lanes[i];
        if (lane->first_open)
            return refuse_with(decision, QUEUE_LINE_NOT_EMPTY, &state_slot(lane, lane->first_open)->ticket);
    }
    add_entry(command, ENTRY_EVENT_CLOSED, decision);
    return QUEUE_DONE;
}

static enum queue_verdict decide_lane_set(const struct queue *queue, const struct queue_command *command,
                                          struct queue_decision *decision)
{
    const struct lane_state *lane = state_lane(queue, command->lane);
    if (lane && lane->facts.line_limit == command->value && strcmp(lane->facts.room, command->text) == 0)
        return QUEUE_UNCHANGED;
    struct queue_entry *entry = add_entry(command, ENTRY_LANE_SET, decision);
    entry->value = command->value;
    memcpy(entry->text, command->text, sizeof entry->text);
    return QUEUE_DONE;
}

static enum queue_verdict decide_session(const struct lane_state *lane, const struct queue_command *command,
                                         struct queue_decision *decision)
{
    bool open = command->kind == COMMAND_SESSION_OPEN;
    if (lane->facts.is_open == open)
        return QUEUE_UNCHANGED;
    struct queue_entry *entry =
        add_entry(command, open ? ENTRY_SESSION_OPENED : ENTRY_SESSION_CLOSED, decision);
    entry->value = lane->facts.session + (open ? 1 : 0);
    return QUEUE_DONE;
}

static enum queue_verdict decide_check_in(const struct queue *queue, const struct lane_state *lane,
                                          const struct queue_command *command,
                                          struct queue_decision *decision)
{
    const struct ticket *latest = queue_ticket_of(queue, &command->person);
    const struct ticket *other = queue_ticket_of(queue, &command->other);
    if (!person_id_is_none(&command->other))
        return other ? refuse_with(decision, QUEUE_CREDENTIAL_TAKEN, other) : QUEUE_CREDENTIAL_TAKEN;
    if (command->name_differs)
        return latest ? refuse_with(decision, QUEUE_NAME_DIFFERS, latest) : QUEUE_NAME_DIFFERS;
    if (latest && ticket_is_open(latest)) {
        bool here = strcmp(latest->lane, command->lane) == 0;
        return refuse_with(decision, here ? QUEUE_ALREADY_WAITING : QUEUE_ALREADY_WAITING_ELSEWHERE, latest);
    }
    if (latest && latest->state == TICKET_SHOT)
        return refuse_with(decision, QUEUE_ALREADY_SHOT, latest);
    if (!lane->facts.is_open)
        return QUEUE_SESSION_CLOSED;
    const struct queue_counts *counts = &lane->facts.counts;
    if (lane->facts.line_limit && counts->waiting + counts->called >= lane->facts.line_limit)
        return QUEUE_LINE_FULL;
    if (counts->issued == UINT32_MAX)
        return QUEUE_NUMBERS_SPENT;
    struct queue_entry *entry = add_entry(command, ENTRY_ISSUED, decision);
    entry->number = counts->issued + 1;
    entry->value = lane->facts.session;
    entry->person = command->person;
    entry->medium = command->medium;
    entry->bound = command->bound;
    memcpy(decision->lane, command->lane, sizeof decision->lane);
    decision->number = entry->number;
    return QUEUE_DONE;
}

/* Nobody may be called past another who waits, nor while another is called: the order is what the photos hang
 * on. */
static enum queue_verdict check_call(const struct queue *queue, const struct lane_state *lane,
                                     const struct ticket *ticket, struct queue_decision *decision)
{
    if (ticket->state == TICKET_CALLED)
        return QUEUE_DONE;
    const struct ticket *current = queue_current(queue, lane->facts.name);
    if (current)
        return refuse_with(decision, QUEUE_ANOTHER_CALLED, current);
    const struct ticket *next = state_next_waiting(lane, 0);
    if (next && next->number != ticket->number)
        return refuse_with(decision, QUEUE_NOT_NEXT, next);
    return QUEUE_DONE;
}

static uint32_t step_value(enum entry_kind kind, const struct ticket *ticket)
{
    switch (kind) {
    case ENTRY_CALLED:
        return ticket->calls + 1;
    case ENTRY_SHOT:
        return ticket->shots + 1;
    case ENTRY_RETAKE:
        return ticket->retakes + 1;
    default:
        return 0;
    }
}

static void add_step(const struct queue_command *command, enum entry_kind kind, const struct ticket *ticket,
                     struct queue_decision *decision)
{
    struct queue_entry *entry = add_entry(command, kind, decision);
    entry->number = ticket->number;
    entry->person = ticket->person;
    entry->value = step_value(kind, ticket);
    if (kind != ENTRY_CALLED && kind != ENTRY_SHOT)
        memcpy(entry->text, command->text, sizeof entry->text);
}

static enum queue_verdict decide_step(const struct queue *queue, const struct lane_state *lane,
                                      const struct queue_command *command, struct queue_decision *decision)
{
    const struct slot *slot = state_slot(lane, command->number);
    if (!slot)
        return QUEUE_TICKET_UNKNOWN;
    const struct ticket *ticket = &slot->ticket;
    const struct edge *edge = edge_of_command(command->kind, ticket);
    if (!edge)
        return refuse_with(decision, QUEUE_WRONG_STATE, ticket);
    enum queue_verdict verdict =
        command->kind == COMMAND_CALL ? check_call(queue, lane, ticket, decision) : QUEUE_DONE;
    if (verdict != QUEUE_DONE)
        return verdict;
    name_ticket(decision, ticket);
    add_step(command, edge->entry, ticket, decision);
    bool leaves = edge->to != TICKET_CALLED;
    uint32_t others_called = lane->facts.counts.called - (ticket->state == TICKET_CALLED ? 1 : 0);
    const struct ticket *next = state_next_waiting(lane, ticket->number);
    if (command->advance && leaves && others_called == 0 && next)
        add_step(command, ENTRY_CALLED, next, decision);
    return QUEUE_DONE;
}

/* Two persons are never merged: numbers that name somebody else are refused. */
static enum queue_verdict decide_bind(const struct queue *queue, const struct lane_state *lane,
                                      const struct queue_command *command, struct queue_decision *decision)
{
    const struct slot *slot = state_slot(lane, command->number);
    if (!slot)
        return QUEUE_TICKET_UNKNOWN;
    const struct ticket *ticket = &slot->ticket;
    bool is_known = !person_id_is_none(&command->person);
    if (is_known && !person_id_equal(&command->person, &ticket->person)) {
        const struct ticket *other = queue_ticket_of(queue, &command->person);
        return other ? refuse_with(decision, QUEUE_CREDENTIAL_TAKEN, other) : QUEUE_CREDENTIAL_TAKEN;
    }
    name_ticket(decision, ticket);
    if (command->bound)
        return QUEUE_ALREADY_BOUND;
    if (ticket->bound)
        return is_known ? QUEUE_UNCHANGED : QUEUE_ALREADY_BOUND;
    struct queue_entry *entry = add_entry(command, ENTRY_BOUND, decision);
    entry->number = ticket->number;
    entry->person = ticket->person;
    return QUEUE_DONE;
}

static enum queue_verdict decide_in_lane(const struct queue *queue, const struct queue_command *command,
                                         struct queue_decision *decision)
{
    const struct lane_state *lane = state_lane(queue, command->lane);
    if (!lane)
        return QUEUE_LANE_UNKNOWN;
    if (!queue->event.exists)
        return QUEUE_NO_EVENT;
    if (queue->event.is_closed)
        return QUEUE_EVENT_CLOSED;
    switch (command->kind) {
    case COMMAND_SESSION_OPEN:
    case COMMAND_SESSION_CLOSE:
        return decide_session(lane, command, decision);
    case COMMAND_CHECK_IN:
        return decide_check_in(queue, lane, command, decision);
    case COMMAND_BIND:
        return decide_bind(queue, lane, command, decision);
    default:
        return decide_step(queue, lane, command, decision);
    }
}

static enum queue_verdict decide(const struct queue *queue, const struct queue_command *command,
                                 struct queue_decision *decision)
{
    switch (command->kind) {
    case COMMAND_EVENT_CREATE:
        return decide_event_create(queue, command, decision);
    case COMMAND_EVENT_CLOSE:
        if (!queue->event.exists)
            return QUEUE_NO_EVENT;
        if (queue->event.is_closed)
            return QUEUE_UNCHANGED;
        return decide_event_close(queue, command, decision);
    case COMMAND_LANE_SET:
        return decide_lane_set(queue, command, decision);
    default:
        return decide_in_lane(queue, command, decision);
    }
}

void queue_decide(const struct queue *queue, const struct queue_command *command, struct queue_decision *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->verdict = decide(queue, command, ret);
}
