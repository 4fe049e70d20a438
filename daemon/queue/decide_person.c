/* What is kept of people: to whom a number belongs, who has paid, who is there. Pure: reads the state, writes only the
 * decision. */
#include <string.h>

#include "queue/decide.h"

/* ---- binding */
/* An entry for each number of the person, latest first, with what is known of the person now. */
static void add_bound(const struct queue *queue, const struct queue_command *command, const struct slot *slot,
                      const struct queue_person *facts, struct queue_decision *decision)
{
    const struct person_id *to =
        person_id_is_none(&command->person) ? &slot->ticket.person : &command->person;
    struct issue_note note = {.unit = command->facts.unit, .rank = command->facts.rank};
    note.flags = (slot->ticket.note.flags & ~(uint32_t)ISSUE_OF_PERSON) |
                 flags_of_person(queue, &command->facts, true, queue_is_owed(queue, facts));
    struct queue_entry *entry = decision_add_for(decision, command, ENTRY_BOUND, &slot->ticket);
    memcpy(entry->lane, slot->ticket.lane, sizeof entry->lane);
    entry->person = *to;
    issue_note_text(&note, entry->extra);
}

static enum queue_verdict refuse_taken(const struct queue *queue, const struct person_id *by,
                                       struct queue_decision *decision)
{
    const struct ticket *stands = people_standing(queue, by);
    return decision_refuse(decision, QUEUE_CREDENTIAL_TAKEN, stands ? stands : queue_ticket_of(queue, by));
}

/* The number that was named, and it alone: no other of the same person is made void unasked. */
static bool may_void(const struct queue *queue, const struct ticket *ticket)
{
    const struct slot *slot = people_latest(queue, &ticket->person);
    for (; slot; slot = state_at(queue, slot->earlier))
        if (&slot->ticket != ticket && ticket_stands(&slot->ticket))
            return false;
    return edge_of_command(COMMAND_VOID, ticket);
}

/* One entry for each of its person's numbers, and one more to make it void. */
static enum queue_verdict check_numbers(const struct queue *queue, const struct ticket *ticket, bool voids,
                                        struct queue_decision *decision)
{
    size_t count = voids ? 1 : 0;
    const struct slot *slot = people_latest(queue, &ticket->person);
    for (; slot; slot = state_at(queue, slot->earlier), count++)
        if (slot->ticket.bound)
            return decision_refuse(decision, QUEUE_ALREADY_BOUND, &slot->ticket);
    return count <= QUEUE_ENTRIES_MAX ? QUEUE_DONE : decision_refuse(decision, QUEUE_WRONG_STATE, ticket);
}

static enum queue_verdict move_numbers(const struct queue *queue, const struct queue_command *command,
                                       const struct ticket *ticket, struct queue_decision *decision)
{
    const bool joins = gate_may_join(queue, &ticket->person, &command->person);
    const bool voids = !joins && command->also_void && may_void(queue, ticket);
    if (!command->facts.is_known || ticket->bound || (!joins && !voids))
        return refuse_taken(queue, &command->person, decision);
    if (command->bound)
        return decision_refuse(decision, QUEUE_ALREADY_BOUND, ticket);
    if (command->name_differs)
        return decision_refuse(decision, QUEUE_NAME_DIFFERS, queue_ticket_of(queue, &command->person));
    const enum queue_verdict verdict = check_numbers(queue, ticket, voids, decision);
    if (verdict != QUEUE_DONE)
        return verdict;
    if (voids)
        decision_add_step(decision, command, ENTRY_VOIDED, ticket);
    struct queue_person from = queue_person(queue, &ticket->person);
    struct queue_person to = queue_person(queue, &command->person);
    persons_merge(&from, &to);
    const struct slot *slot = people_latest(queue, &ticket->person);
    for (; slot; slot = state_at(queue, slot->earlier))
        add_bound(queue, command, slot, &to, decision);
    decision->warnings = objections(queue, &command->facts, true, queue_is_owed(queue, &to));
    decision_name_ticket(decision, ticket);
    return QUEUE_DONE;
}

enum queue_verdict decide_bind(const struct queue *queue, const struct lane_state *lane,
                               const struct queue_command *command, struct queue_decision *decision)
{
    const struct slot *slot = state_slot(lane, command->number);
    if (!slot)
        return QUEUE_TICKET_UNKNOWN;
    const struct ticket *ticket = &slot->ticket;
    if (person_id_is_none(&ticket->person))
        return decision_refuse(decision, QUEUE_WRONG_STATE, ticket);
    if (!person_id_is_none(&command->other))
        return refuse_taken(queue, &command->other, decision);
    const bool is_known = !person_id_is_none(&command->person);
    if (is_known && !person_id_equal(&command->person, &ticket->person))
        return move_numbers(queue, command, ticket, decision);
    decision_name_ticket(decision, ticket);
    if (command->bound)
        return QUEUE_ALREADY_BOUND;
    if (ticket->bound)
        return is_known ? QUEUE_UNCHANGED : QUEUE_ALREADY_BOUND;
    const struct queue_person facts = queue_person(queue, &ticket->person);
    add_bound(queue, command, slot, &facts, decision);
    decision->warnings = objections(queue, &command->facts, true, queue_is_owed(queue, &facts));
    return QUEUE_DONE;
}

/* ---- payment */
static bool may_have_card(enum payment_state state)
{
    return state == PAYMENT_PAID || state == PAYMENT_WAIVED;
}

enum queue_verdict decide_payment(const struct queue *queue, const struct queue_command *command,
                                  struct queue_decision *decision)
{
    const struct queue_person now = queue_person(queue, &command->person);
    enum payment_state state;
    if (person_id_is_none(&command->person))
        return QUEUE_TICKET_UNKNOWN;
    if (!payment_parse(command->extra, &state))
        return QUEUE_WRONG_STATE;
    const bool is_same = state == now.payment && (state != PAYMENT_PAID || command->value == now.paid_fen);
    if (state == PAYMENT_REFUNDED && !is_same && now.payment != PAYMENT_PAID)
        return QUEUE_NOT_PAID;
    if (command->card && !may_have_card(state))
        return QUEUE_NOT_PAID;
    if (command->card && now.has_card)
        return QUEUE_CARD_IS_OUT;
    if (is_same && !command->card)
        return QUEUE_UNCHANGED;
    if (!is_same && state == PAYMENT_PAID && now.payment == PAYMENT_PAID &&
        entry_text_is_blank(command->text))
        return QUEUE_ALREADY_PAID;
    if (!is_same) {
        struct queue_entry *entry = decision_add(decision, command, ENTRY_PAYMENT);
        entry->person = command->person;
        entry->value = command->value;
        memcpy(entry->extra, command->extra, sizeof entry->extra);
        memcpy(entry->text, command->text, sizeof entry->text);
    }
    if (command->card)
        decision_add(decision, command, ENTRY_CARD_OUT)->person = command->person;
    return QUEUE_DONE;
}

enum queue_verdict decide_roll(const struct queue *queue, const struct queue_command *command,
                               struct queue_decision *decision)
{
    if (person_id_is_none(&command->person))
        return QUEUE_TICKET_UNKNOWN;
    if (command->value > ROLL_ABSENT)
        return QUEUE_WRONG_STATE;
    if (queue_person(queue, &command->person).roll == command->value)
        return QUEUE_UNCHANGED;
    struct queue_entry *entry = decision_add(decision, command, ENTRY_ROLL);
    entry->person = command->person;
    entry->value = command->value;
    return QUEUE_DONE;
}
