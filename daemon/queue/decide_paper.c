/* Slips of paper, entered after the computer was down: what the line did is written down as it was, and nothing of it is
 * refused but what cannot stand beside the numbers there are. Pure: reads the state, writes only the decision. */
#include <string.h>

#include "queue/decide.h"

static struct queue_entry *add_paper_step(const struct queue_command *command, enum entry_kind kind,
                                          const struct ticket *ticket, struct queue_decision *decision)
{
    struct queue_entry *entry = decision_add_step(decision, command, kind, ticket);
    strcpy(entry->extra, STEP_PAPER);
    return entry;
}

/* From where the ticket stands to what the slip says; false when no steps lead there. A void slip went through the
 * photographer's hands, so it is acknowledged. */
static bool add_outcome(const struct queue_command *command, const struct ticket *ticket,
                        struct queue_decision *decision)
{
    switch (command->outcome) {
    case TICKET_WAITING:
        return true;
    case TICKET_VOID:
        add_paper_step(command, ENTRY_VOIDED, ticket, decision);
        decision_add_for(decision, command, ENTRY_VOID_ACKNOWLEDGED, ticket);
        return true;
    case TICKET_SHOT:
    case TICKET_MISSED:
        if (ticket->state == TICKET_WAITING)
            add_paper_step(command, ENTRY_CALLED, ticket, decision);
        add_paper_step(command, command->outcome == TICKET_SHOT ? ENTRY_SHOT : ENTRY_MISSED, ticket,
                       decision);
        return true;
    default:
        return false;
    }
}

/* ---- a number that is there already */
static enum queue_verdict bring_up_to_date(const struct queue_command *command, const struct ticket *ticket,
                                           struct queue_decision *decision)
{
    if (!person_id_equal(&ticket->person, &command->person))
        return decision_refuse(decision, QUEUE_PAPER_CONFLICT, ticket);
    const bool is_settled = ticket_is_open(ticket) && command->outcome == TICKET_WAITING;
    if (ticket->state == command->outcome || (is_settled && !ticket->shots))
        return decision_refuse(decision, QUEUE_UNCHANGED, ticket);
    if (!ticket_is_open(ticket) || (ticket->shots && command->outcome != TICKET_SHOT))
        return decision_refuse(decision, QUEUE_PAPER_CONFLICT, ticket);
    decision_name_ticket(decision, ticket);
    return add_outcome(command, ticket, decision) ? QUEUE_DONE : QUEUE_WRONG_STATE;
}

/* ---- the next number */
static enum queue_verdict check_person(const struct queue *queue, const struct queue_command *command,
                                       struct queue_decision *decision)
{
    const struct ticket *open = people_open(queue, &command->person);
    const struct ticket *shot = people_shot(queue, &command->person);
    const enum queue_verdict identity = check_identity(queue, command, decision);
    if (identity != QUEUE_DONE)
        return identity;
    if (open)
        return decision_refuse(decision, QUEUE_ALREADY_WAITING_ELSEWHERE, open);
    if (!shot)
        return QUEUE_DONE;
    if (!(command->overrides & ISSUE_OVER_SHOT)) {
        decision->could_override = may_override(queue, command) ? ISSUE_OVER_SHOT : 0;
        return decision_refuse(decision, QUEUE_ALREADY_SHOT, shot);
    }
    if (!may_override(queue, command))
        return QUEUE_OVERRIDE_FORBIDDEN;
    return entry_text_is_blank(command->text) ? QUEUE_REASON_NEEDED : QUEUE_DONE;
}

static enum queue_verdict issue_slip(const struct queue *queue, const struct lane_state *lane,
                                     const struct queue_command *command, struct queue_decision *decision)
{
    const bool is_unused = person_id_is_none(&command->person);
    if (is_unused && command->outcome != TICKET_VOID)
        return QUEUE_WRONG_STATE;
    const enum queue_verdict verdict = is_unused ? QUEUE_DONE : check_person(queue, command, decision);
    if (verdict != QUEUE_DONE)
        return verdict;
    const bool is_due = !is_unused && gate_is_due(queue, &command->person);
    uint32_t flags = ISSUE_PAPER | flags_of_person(queue, &command->facts, command->bound, is_due);
    if (people_shot(queue, &command->person))
        flags |= ISSUE_OVER_SHOT;
    decision->warnings = objections(queue, &command->facts, command->bound, is_due);
    const struct queue_entry *issued = decision_add_issued(queue, lane, command, flags, decision);
    struct ticket ticket = {
        .number = issued->number, .state = TICKET_WAITING, .person = issued->person, .reason = ""};
    memcpy(ticket.lane, issued->lane, sizeof ticket.lane);
    add_outcome(command, &ticket, decision);
    return QUEUE_DONE;
}

enum queue_verdict decide_paper(const struct queue *queue, const struct lane_state *lane,
                                const struct queue_command *command, struct queue_decision *decision)
{
    const uint32_t issued = lane->facts.counts.issued;
    if (lane->facts.stopped_by)
        return decision_refuse(decision, QUEUE_LANE_STOPPED,
                               &state_slot(lane, lane->facts.stopped_by)->ticket);
    if (command->outcome == TICKET_NONE || command->outcome == TICKET_CALLED ||
        (unsigned)command->outcome >= TICKET_STATE_COUNT)
        return QUEUE_WRONG_STATE;
    if (command->number == 0 || (command->number > issued && command->number - 1 > issued)) {
        memcpy(decision->lane, command->lane, sizeof decision->lane);
        decision->number = issued < UINT32_MAX ? issued + 1 : 0;
        return QUEUE_PAPER_GAP;
    }
    return command->number <= issued
               ? bring_up_to_date(command, &state_slot(lane, command->number)->ticket, decision)
               : issue_slip(queue, lane, command, decision);
}
