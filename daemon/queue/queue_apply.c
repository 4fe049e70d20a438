/* Applying an entry: the event, the lanes and what is kept of people. Every entry is checked before anything changes, as
 * strictly as deciding would have allowed it. Pure, no I/O and no clock; one thread per state. */
#include <string.h>

#include "base/bytes.h"
#include "queue/queue_state.h"

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

static void close_session(struct queue_lane *facts, int64_t at_us)
{
    if (facts->is_open)
        facts->closed_us = at_us;
    facts->is_open = false;
    facts->is_late_round = false;
}

/* Void numbers that nobody has acknowledged do not matter here: older events were closed with them. */
static enum queue_apply_fault apply_event_closed(struct queue *queue, const struct queue_entry *entry)
{
    for (size_t i = 0; i < queue->n_lanes; i++)
        if (queue->lanes[i].first_open || queue->lanes[i].facts.stopped_by)
            return QUEUE_APPLY_IMPOSSIBLE;
    queue->event.is_closed = true;
    for (size_t i = 0; i < queue->n_lanes; i++)
        close_session(&queue->lanes[i].facts, entry->at_us);
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_rules_set(struct queue *queue, const struct queue_entry *entry)
{
    struct queue_rules rules;
    if (!queue_rules_parse(entry->text, &rules) || gate_rules_fixed(queue, &rules) ||
        gate_rules_same(queue, entry->text, entry->extra))
        return QUEUE_APPLY_IMPOSSIBLE;
    queue->event.rules = rules;
    queue->has_rules = true;
    memcpy(queue->event.profile, entry->extra, sizeof queue->event.profile);
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
    if (!open) {
        close_session(facts, entry->at_us);
        return QUEUE_APPLY_OK;
    }
    facts->is_open = true;
    facts->session = entry->value;
    facts->opened_us = entry->at_us;
    lane->opened_seq = entry->seq;
    lane->frame_seq = 0;
    pace_break(&lane->pace);
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_late_round(struct lane_state *lane, const struct queue_entry *entry)
{
    const bool begins = entry->value == 1;
    if (entry->value > 1 || lane->facts.is_late_round == begins || !lane->facts.is_open)
        return QUEUE_APPLY_IMPOSSIBLE;
    lane->facts.is_late_round = begins;
    return QUEUE_APPLY_OK;
}

/* ---- people */
static enum queue_apply_fault apply_payment(struct queue *queue, const struct queue_entry *entry)
{
    const struct queue_person now = queue_person(queue, &entry->person);
    enum payment_state state;
    if (!payment_parse(entry->extra, &state))
        return QUEUE_APPLY_IMPOSSIBLE;
    if (state == PAYMENT_REFUNDED && now.payment != PAYMENT_PAID)
        return QUEUE_APPLY_IMPOSSIBLE;
    if (state == now.payment && (state != PAYMENT_PAID || entry->value == now.paid_fen))
        return QUEUE_APPLY_IMPOSSIBLE;
    struct queue_person *facts = &people_keep(queue, &entry->person)->facts;
    facts->payment = state;
    facts->paid_fen = state == PAYMENT_PAID ? entry->value : 0;
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_card_out(struct queue *queue, const struct queue_entry *entry)
{
    const struct queue_person now = queue_person(queue, &entry->person);
    if (now.has_card || (now.payment != PAYMENT_PAID && now.payment != PAYMENT_WAIVED))
        return QUEUE_APPLY_IMPOSSIBLE;
    people_keep(queue, &entry->person)->facts.has_card = true;
    queue->event.cards_out++;
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_roll(struct queue *queue, const struct queue_entry *entry)
{
    if (entry->value > ROLL_ABSENT || queue_person(queue, &entry->person).roll == entry->value)
        return QUEUE_APPLY_IMPOSSIBLE;
    people_keep(queue, &entry->person)->facts.roll = (enum roll)entry->value;
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_to_person(struct queue *queue, const struct queue_entry *entry)
{
    if (person_id_is_none(&entry->person))
        return QUEUE_APPLY_IMPOSSIBLE;
    switch (entry->kind) {
    case ENTRY_PAYMENT:
        return apply_payment(queue, entry);
    case ENTRY_CARD_OUT:
        return apply_card_out(queue, entry);
    default:
        return apply_roll(queue, entry);
    }
}

/* ---- which entry goes where */
static enum queue_apply_fault apply_in_lane(struct queue *queue, const struct queue_entry *entry)
{
    struct lane_state *lane = state_lane(queue, entry->lane);
    if (!lane)
        return QUEUE_APPLY_IMPOSSIBLE;
    switch (entry->kind) {
    case ENTRY_SESSION_OPENED:
    case ENTRY_SESSION_CLOSED:
        return apply_session(lane, entry);
    case ENTRY_LATE_ROUND:
        return apply_late_round(lane, entry);
    default:
        return apply_ticket_entry(queue, lane, entry);
    }
}

static enum queue_apply_fault apply_in_event(struct queue *queue, const struct queue_entry *entry)
{
    if (!queue->event.exists || queue->event.is_closed)
        return QUEUE_APPLY_IMPOSSIBLE;
    switch (entry->kind) {
    case ENTRY_EVENT_CLOSED:
        return apply_event_closed(queue, entry);
    case ENTRY_RULES_SET:
        return apply_rules_set(queue, entry);
    case ENTRY_LIST_IMPORTED:
        return QUEUE_APPLY_OK;
    case ENTRY_LEDGER_SIGNED:
        return apply_signed(queue, entry);
    case ENTRY_PAYMENT:
    case ENTRY_CARD_OUT:
    case ENTRY_ROLL:
        return apply_to_person(queue, entry);
    case ENTRY_LEARNT:
        return people_latest(queue, &entry->person) ? QUEUE_APPLY_OK : QUEUE_APPLY_IMPOSSIBLE;
    default:
        return apply_in_lane(queue, entry);
    }
}

static enum queue_apply_fault apply(struct queue *queue, const struct queue_entry *entry)
{
    if (entry->kind != ENTRY_BOUND && !person_id_is_none(&queue->moving_to))
        return QUEUE_APPLY_IMPOSSIBLE;
    if (queue->event.is_purged)
        return QUEUE_APPLY_IMPOSSIBLE;
    switch (entry->kind) {
    case ENTRY_EVENT_CREATED:
        return apply_event_created(queue, entry);
    case ENTRY_HANDED_OVER:
    case ENTRY_RESTORED:
    case ENTRY_PURGED:
        return apply_copies(queue, entry);
    case ENTRY_LANE_SET:
        return apply_lane_set(queue, entry);
    case ENTRY_TOKEN_CREATED:
    case ENTRY_TOKEN_REVOKED:
        return QUEUE_APPLY_OK;
    default:
        return apply_in_event(queue, entry);
    }
}

enum queue_apply_fault queue_apply(struct queue *queue, const struct queue_entry *entry)
{
    if (entry->seq <= queue->seq)
        return QUEUE_APPLY_IMPOSSIBLE;
    enum queue_apply_fault fault = apply(queue, entry);
    if (fault == QUEUE_APPLY_OK)
        queue->seq = entry->seq;
    if (fault == QUEUE_APPLY_OK && entry_is_content(entry->kind))
        queue->event.content_seq = entry->seq;
    return fault;
}
