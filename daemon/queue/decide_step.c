/* What becomes of a number: its steps, and what the photographer says about it. Pure: reads the state, writes only the
 * decision. */
#include <string.h>

#include "queue/decide.h"

static uint32_t step_value(enum entry_kind kind, const struct ticket *ticket)
{
    switch (kind) {
    case ENTRY_CALLED:
        return ticket->calls + 1;
    case ENTRY_SHOT:
        return ticket->shots + 1;
    case ENTRY_RETAKE:
        return ticket->retakes + 1;
    case ENTRY_UNDONE:
        return ENTRY_SHOT;
    default:
        return 0;
    }
}

/* Whatever a tablet's clock says: a step was tapped after the number was given and after the step before it. */
static uint32_t kept_ms(const struct queue_command *command, const struct ticket *ticket)
{
    int64_t before_us = ticket->issued_us;
    if (ticket->called_us > before_us)
        before_us = ticket->called_us;
    if (ticket->shot_us > before_us)
        before_us = ticket->shot_us;
    const int64_t most_ms = command->at_us > before_us ? (command->at_us - before_us) / 1000 : 0;
    return command->age_ms > most_ms ? (uint32_t)most_ms : command->age_ms;
}

struct queue_entry *decision_add_step(struct queue_decision *decision, const struct queue_command *command,
                                      enum entry_kind kind, const struct ticket *ticket)
{
    struct queue_entry *entry = decision_add_for(decision, command, kind, ticket);
    entry->value = step_value(kind, ticket);
    step_kept_text(kept_ms(command, ticket), entry->extra);
    if (kind != ENTRY_CALLED && kind != ENTRY_SHOT && kind != ENTRY_UNDONE)
        memcpy(entry->text, command->text, sizeof entry->text);
    return entry;
}

/* Nobody may be called past another who waits, nor while another is called: the order is what the photos hang
 * on. */
static enum queue_verdict check_call(const struct lane_state *lane, const struct ticket *ticket,
                                     struct queue_decision *decision)
{
    if (gate_may_call(lane, ticket))
        return QUEUE_DONE;
    const struct ticket *current = state_current(lane);
    return current ? decision_refuse(decision, QUEUE_ANOTHER_CALLED, current)
                   : decision_refuse(decision, QUEUE_NOT_NEXT, state_next_waiting(lane, 0));
}

static enum queue_verdict check_shot(const struct queue *queue, const struct queue_command *command,
                                     const struct ticket *ticket, struct queue_decision *decision)
{
    if (queue->event.rules.spoken_check && !ticket->confirmed)
        return decision_refuse(decision, QUEUE_NOT_CONFIRMED, ticket);
    if (command->card && !queue_person(queue, &ticket->person).has_card)
        return decision_refuse(decision, QUEUE_NO_CARD, ticket);
    return QUEUE_DONE;
}

/* Which command a stopped lane refuses, by the entry it would leave. */
static bool is_stopped(const struct lane_state *lane, enum command_kind kind)
{
    static const enum entry_kind leaves[COMMAND_KIND_COUNT] = {
        [COMMAND_CALL] = ENTRY_CALLED,       [COMMAND_SHOT] = ENTRY_SHOT,
        [COMMAND_RETAKE] = ENTRY_RETAKE,     [COMMAND_MISS] = ENTRY_MISSED,
        [COMMAND_CONFIRM] = ENTRY_CONFIRMED, [COMMAND_MISMATCH] = ENTRY_MISMATCH,
        [COMMAND_UNDO] = ENTRY_UNDONE,
    };
    return (unsigned)kind < COMMAND_KIND_COUNT && gate_is_stopped(lane, leaves[kind]);
}

static enum queue_verdict refuse_stopped(const struct lane_state *lane, struct queue_decision *decision)
{
    return decision_refuse(decision, QUEUE_LANE_STOPPED, &state_slot(lane, lane->facts.stopped_by)->ticket);
}

static void advance(const struct lane_state *lane, const struct queue_command *command,
                    const struct ticket *ticket, struct queue_decision *decision)
{
    uint32_t others_called = lane->facts.counts.called - (ticket->state == TICKET_CALLED ? 1 : 0);
    const struct ticket *next = state_next_waiting(lane, ticket->number);
    if (lane->facts.stopped_by || others_called || !next)
        return;
    decision_add_step(decision, command, ENTRY_CALLED, next);
    decision->called = next->number;
}

bool is_seen_otherwise(const struct queue_command *command, const struct ticket *ticket)
{
    return command->has_seen && command->seen_retakes != ticket->retakes;
}

static bool may_undo(const struct queue *queue, const struct lane_state *lane, const struct slot *slot,
                     const struct queue_command *command)
{
    const int64_t tapped_us = command->at_us - command->age_ms * INT64_C(1000);
    return gate_may_undo(queue, lane, slot, tapped_us) && !gate_was_tapped_before(slot, tapped_us);
}

/* Said by the same tap as the step, so of the same time, whatever that was taken to be. */
static void add_said(struct queue_decision *decision, const struct queue_command *command,
                     enum entry_kind kind, const struct ticket *ticket, const struct queue_entry *step)
{
    struct queue_entry *said = decision_add_for(decision, command, kind, ticket);
    memcpy(said->extra, step->extra, sizeof said->extra);
}

enum queue_verdict decide_step(const struct queue *queue, const struct lane_state *lane,
                               const struct queue_command *command, struct queue_decision *decision)
{
    const struct slot *slot = state_slot(lane, command->number);
    if (!slot)
        return QUEUE_TICKET_UNKNOWN;
    if (is_stopped(lane, command->kind))
        return refuse_stopped(lane, decision);
    const struct ticket *ticket = &slot->ticket;
    const struct edge *edge = edge_of_command(command->kind, ticket);
    if (!edge || is_seen_otherwise(command, ticket))
        return decision_refuse(decision, QUEUE_WRONG_STATE, ticket);
    enum queue_verdict verdict = QUEUE_DONE;
    if (command->kind == COMMAND_CALL)
        verdict = check_call(lane, ticket, decision);
    else if (command->kind == COMMAND_SHOT)
        verdict = check_shot(queue, command, ticket, decision);
    else if (command->kind == COMMAND_UNDO && !may_undo(queue, lane, slot, command))
        verdict = decision_refuse(decision, QUEUE_UNDO_LATE, ticket);
    if (verdict != QUEUE_DONE)
        return verdict;
    decision_name_ticket(decision, ticket);
    const struct queue_entry *step = decision_add_step(decision, command, edge->entry, ticket);
    if (edge->entry == ENTRY_VOIDED && command->authority == AUTHORITY_CAMERA)
        add_said(decision, command, ENTRY_VOID_ACKNOWLEDGED, ticket, step);
    if (edge->entry == ENTRY_SHOT && command->card)
        add_said(decision, command, ENTRY_CARD_BACK, ticket, step);
    if (command->advance && edge->to != TICKET_CALLED)
        advance(lane, command, ticket, decision);
    return QUEUE_DONE;
}

/* ---- without a step */
static enum queue_verdict decide_confirm(const struct lane_state *lane, const struct queue_command *command,
                                         const struct ticket *ticket, struct queue_decision *decision)
{
    if (is_stopped(lane, command->kind))
        return refuse_stopped(lane, decision);
    if (ticket->state != TICKET_CALLED || is_seen_otherwise(command, ticket))
        return decision_refuse(decision, QUEUE_WRONG_STATE, ticket);
    decision_name_ticket(decision, ticket);
    if (command->kind == COMMAND_CONFIRM && ticket->confirmed)
        return QUEUE_UNCHANGED;
    if (command->kind == COMMAND_CONFIRM)
        decision_add_for(decision, command, ENTRY_CONFIRMED, ticket);
    else
        memcpy(decision_add_for(decision, command, ENTRY_MISMATCH, ticket)->text, command->text,
               sizeof command->text);
    return QUEUE_DONE;
}

static enum queue_verdict decide_resolve(const struct lane_state *lane, const struct queue_command *command,
                                         struct queue_decision *decision)
{
    const uint32_t number = lane->facts.stopped_by;
    if (!number || (command->number && command->number != number))
        return QUEUE_NOT_STOPPED;
    const struct ticket *ticket = &state_slot(lane, number)->ticket;
    if (command->decision < DECISION_ORDER_RIGHT || command->decision >= DECISION_COUNT)
        return decision_refuse(decision, QUEUE_WRONG_STATE, ticket);
    if (command->decision == DECISION_SUSPECT && command->value > number)
        return QUEUE_TICKET_UNKNOWN;
    if (entry_text_is_blank(command->text))
        return decision_refuse(decision, QUEUE_REASON_NEEDED, ticket);
    decision_name_ticket(decision, ticket);
    struct queue_entry *entry = decision_add_for(decision, command, ENTRY_RESOLVED, ticket);
    if (command->decision == DECISION_SUSPECT)
        entry->value = command->value ? command->value : risk_from(lane, number);
    memcpy(entry->text, command->text, sizeof entry->text);
    strcpy(entry->extra, decision_name(command->decision));
    return QUEUE_DONE;
}

static enum queue_verdict decide_acknowledge(const struct queue_command *command, const struct ticket *ticket,
                                             struct queue_decision *decision)
{
    decision_name_ticket(decision, ticket);
    if (ticket->state != TICKET_VOID)
        return QUEUE_WRONG_STATE;
    if (ticket->acknowledged)
        return QUEUE_UNCHANGED;
    decision_add_for(decision, command, ENTRY_VOID_ACKNOWLEDGED, ticket);
    return QUEUE_DONE;
}

enum queue_verdict decide_say(const struct queue *queue, const struct lane_state *lane,
                              const struct queue_command *command, struct queue_decision *decision)
{
    if (command->kind == COMMAND_RESOLVE)
        return decide_resolve(lane, command, decision);
    const struct slot *slot = state_slot(lane, command->number);
    if (!slot)
        return QUEUE_TICKET_UNKNOWN;
    const struct ticket *ticket = &slot->ticket;
    if (command->kind == COMMAND_VOID_ACKNOWLEDGE)
        return decide_acknowledge(command, ticket, decision);
    if (command->kind != COMMAND_CARD_BACK)
        return decide_confirm(lane, command, ticket, decision);
    decision_name_ticket(decision, ticket);
    if (!queue_person(queue, &ticket->person).has_card)
        return QUEUE_NO_CARD;
    decision_add_for(decision, command, ENTRY_CARD_BACK, ticket);
    return QUEUE_DONE;
}
