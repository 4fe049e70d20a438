/* What a command leads to: the declared ticket life, the event and its lanes, and which file decides the rest. Pure: reads
 * the state, writes only the decision. */
#include <string.h>

#include "queue/decide.h"

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
    {COMMAND_LEAVE, TICKET_WAITING, FRAMES_NONE, ENTRY_LEFT, TICKET_MISSED},
    {COMMAND_LEAVE, TICKET_CALLED, FRAMES_NONE, ENTRY_LEFT, TICKET_MISSED},
    {COMMAND_LEAVE, TICKET_CALLED, FRAMES_SOME, ENTRY_RETAKE_DROPPED, TICKET_SHOT},
    {COMMAND_UNDO, TICKET_SHOT, FRAMES_SOME, ENTRY_UNDONE, TICKET_CALLED},
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
        "none",          "event-create", "event-close", "lane-set",  "session-open",
        "session-close", "check-in",     "call",        "shot",      "retake",
        "miss",          "void",         "bind",        "rules-set", "list-imported",
        "late-round",    "confirm",      "mismatch",    "resolve",   "void-acknowledge",
        "leave",         "card-back",    "payment",     "roll",      "paper",
        "ledger-sign",   "handed-over",  "restored",    "purged",    "undo",
    };
    return (unsigned)kind < COMMAND_KIND_COUNT ? names[kind] : "?";
}

/* ---- writing a decision down */
struct queue_entry *decision_add(struct queue_decision *decision, const struct queue_command *command,
                                 enum entry_kind kind)
{
    struct queue_entry *entry = &decision->entries[decision->n_entries++];
    entry->kind = kind;
    entry->at_us = command->at_us;
    entry->mono_us = command->mono_us;
    memcpy(entry->lane, command->lane, sizeof entry->lane);
    memcpy(entry->device, command->device, sizeof entry->device);
    step_kept_text(command->age_ms, entry->extra);
    return entry;
}

struct queue_entry *decision_add_for(struct queue_decision *decision, const struct queue_command *command,
                                     enum entry_kind kind, const struct ticket *ticket)
{
    struct queue_entry *entry = decision_add(decision, command, kind);
    entry->number = ticket->number;
    entry->person = ticket->person;
    return entry;
}

void decision_name_ticket(struct queue_decision *decision, const struct ticket *ticket)
{
    memcpy(decision->lane, ticket->lane, sizeof decision->lane);
    decision->number = ticket->number;
}

enum queue_verdict decision_refuse(struct queue_decision *decision, enum queue_verdict verdict,
                                   const struct ticket *ticket)
{
    if (ticket)
        decision_name_ticket(decision, ticket);
    return verdict;
}

/* ---- the event and its lanes */
static enum queue_verdict decide_event_create(const struct queue *queue, const struct queue_command *command,
                                              struct queue_decision *decision)
{
    if (queue->event.exists)
        return QUEUE_EVENT_EXISTS;
    struct queue_entry *entry = decision_add(decision, command, ENTRY_EVENT_CREATED);
    memcpy(entry->text, command->text, sizeof entry->text);
    memcpy(entry->extra, command->extra, sizeof entry->extra);
    return QUEUE_DONE;
}

/* Once an event: looking through the lane is cheap enough. NULL: the photographer has seen them all. */
static const struct ticket *first_open_void(const struct lane_state *lane)
{
    if (!lane->facts.open_voids)
        return NULL;
    for (uint32_t number = 1; number <= lane->facts.counts.issued; number++) {
        const struct ticket *ticket = &state_slot(lane, number)->ticket;
        if (ticket->state == TICKET_VOID && !ticket->acknowledged)
            return ticket;
    }
    return NULL;
}

static enum queue_verdict decide_event_close(const struct queue *queue, const struct queue_command *command,
                                             struct queue_decision *decision)
{
    for (size_t i = 0; i < queue->n_lanes; i++) {
        const struct lane_state *lane = &queue->lanes[i];
        if (lane->first_open)
            return decision_refuse(decision, QUEUE_LINE_NOT_EMPTY,
                                   &state_slot(lane, lane->first_open)->ticket);
    }
    for (size_t i = 0; i < queue->n_lanes; i++) {
        const uint32_t stopped_by = queue->lanes[i].facts.stopped_by;
        if (stopped_by)
            return decision_refuse(decision, QUEUE_LANE_STOPPED,
                                   &state_slot(&queue->lanes[i], stopped_by)->ticket);
    }
    for (size_t i = 0; i < queue->n_lanes; i++) {
        const struct ticket *open = first_open_void(&queue->lanes[i]);
        if (open)
            return decision_refuse(decision, QUEUE_VOID_OPEN, open);
    }
    decision_add(decision, command, ENTRY_EVENT_CLOSED);
    return QUEUE_DONE;
}

static enum queue_verdict decide_lane_set(const struct queue *queue, const struct queue_command *command,
                                          struct queue_decision *decision)
{
    const struct lane_state *lane = state_lane(queue, command->lane);
    if (lane && lane->facts.line_limit == command->value && strcmp(lane->facts.room, command->text) == 0)
        return QUEUE_UNCHANGED;
    struct queue_entry *entry = decision_add(decision, command, ENTRY_LANE_SET);
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
        decision_add(decision, command, open ? ENTRY_SESSION_OPENED : ENTRY_SESSION_CLOSED);
    entry->value = lane->facts.session + (open ? 1 : 0);
    return QUEUE_DONE;
}

static enum queue_verdict decide_late_round(const struct lane_state *lane,
                                            const struct queue_command *command,
                                            struct queue_decision *decision)
{
    const bool begins = command->value != 0;
    if (lane->facts.is_late_round == begins)
        return QUEUE_UNCHANGED;
    if (!lane->facts.is_open)
        return QUEUE_SESSION_CLOSED;
    decision_add(decision, command, ENTRY_LATE_ROUND)->value = begins;
    return QUEUE_DONE;
}

static enum queue_verdict decide_rules_set(const struct queue *queue, const struct queue_command *command,
                                           struct queue_decision *decision)
{
    struct queue_rules exact;
    char wished[RULES_TEXT_SIZE];
    queue_rules_text(&command->rules, wished);
    if (!queue_rules_parse(wished, &exact))
        return QUEUE_RULES_CONTRADICT;
    if (gate_rules_fixed(queue, &exact))
        return QUEUE_RULES_FIXED;
    if (gate_rules_same(queue, wished, command->extra))
        return QUEUE_UNCHANGED;
    struct queue_entry *entry = decision_add(decision, command, ENTRY_RULES_SET);
    memcpy(entry->text, wished, sizeof wished);
    memcpy(entry->extra, command->extra, sizeof entry->extra);
    return QUEUE_DONE;
}

static enum queue_verdict decide_list(const struct queue_command *command, struct queue_decision *decision)
{
    struct queue_entry *entry = decision_add(decision, command, ENTRY_LIST_IMPORTED);
    entry->value = command->value;
    memcpy(entry->text, command->text, sizeof entry->text);
    memcpy(entry->extra, command->extra, sizeof entry->extra);
    return QUEUE_DONE;
}

/* ---- which command goes where */
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
    case COMMAND_PAPER:
        return decide_paper(queue, lane, command, decision);
    case COMMAND_LATE_ROUND:
        return decide_late_round(lane, command, decision);
    case COMMAND_CONFIRM:
    case COMMAND_MISMATCH:
    case COMMAND_RESOLVE:
    case COMMAND_VOID_ACKNOWLEDGE:
    case COMMAND_CARD_BACK:
        return decide_say(queue, lane, command, decision);
    default:
        return decide_step(queue, lane, command, decision);
    }
}

static enum queue_verdict decide_in_event(const struct queue *queue, const struct queue_command *command,
                                          struct queue_decision *decision)
{
    if (!queue->event.exists)
        return QUEUE_NO_EVENT;
    if (queue->event.is_closed)
        return command->kind == COMMAND_EVENT_CLOSE ? QUEUE_UNCHANGED : QUEUE_EVENT_CLOSED;
    switch (command->kind) {
    case COMMAND_EVENT_CLOSE:
        return decide_event_close(queue, command, decision);
    case COMMAND_RULES_SET:
        return decide_rules_set(queue, command, decision);
    case COMMAND_LIST_IMPORTED:
        return decide_list(command, decision);
    case COMMAND_PAYMENT:
        return decide_payment(queue, command, decision);
    default:
        return decide_roll(queue, command, decision);
    }
}

static enum queue_verdict decide(const struct queue *queue, const struct queue_command *command,
                                 struct queue_decision *decision)
{
    if (queue->event.is_purged)
        return QUEUE_EVENT_PURGED;
    switch (command->kind) {
    case COMMAND_EVENT_CREATE:
        return decide_event_create(queue, command, decision);
    case COMMAND_HANDED_OVER:
    case COMMAND_RESTORED:
    case COMMAND_PURGED:
        return decide_copies(queue, command, decision);
    case COMMAND_LANE_SET:
        return decide_lane_set(queue, command, decision);
    case COMMAND_EVENT_CLOSE:
    case COMMAND_RULES_SET:
    case COMMAND_LIST_IMPORTED:
    case COMMAND_PAYMENT:
    case COMMAND_ROLL:
        return decide_in_event(queue, command, decision);
    default:
        return decide_in_lane(queue, command, decision);
    }
}

void queue_decide(const struct queue *queue, const struct queue_command *command, struct queue_decision *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->verdict = decide(queue, command, ret);
}
