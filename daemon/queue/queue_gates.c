/* The conditions that deciding and applying must see alike: what a rule means against a state. Pure. */
#include <string.h>

#include "queue/queue_state.h"

bool queue_is_owed(const struct queue *queue, const struct queue_person *facts)
{
    const enum payment_way way = queue->event.rules.payment;
    const bool is_asked = way == PAYMENT_PREPAID || way == PAYMENT_TOKEN || way == PAYMENT_ON_SITE;
    return is_asked && facts->payment != PAYMENT_PAID && facts->payment != PAYMENT_WAIVED;
}

bool gate_is_due(const struct queue *queue, const struct person_id *person)
{
    const struct queue_person facts = queue_person(queue, person);
    return queue_is_owed(queue, &facts);
}

/* A late round or a later session counts where the person comes now; the classes are counted where the number was. */
bool gate_missed_holds(const struct queue *queue, const struct lane_state *lane, const struct slot *latest)
{
    if (!latest || latest->ticket.state != TICKET_MISSED || latest->ticket.has_left ||
        lane->facts.is_late_round)
        return false;
    const struct lane_state *missed_in = state_lane(queue, latest->ticket.lane);
    const uint32_t turns = missed_in->facts.turn - latest->ticket.turn;
    switch (queue->event.rules.missed) {
    case MISSED_CLASS_END:
        return turns < 1;
    case MISSED_AFTER_CLASS:
        return turns < 2;
    case MISSED_SESSION_END:
        return lane->opened_seq < latest->ended_seq;
    default:
        return false;
    }
}

bool gate_line_full(const struct queue *queue, const struct lane_state *lane)
{
    const uint32_t limit = lane->facts.line_limit ? lane->facts.line_limit : queue->event.rules.line_limit;
    return limit && lane->facts.counts.waiting + lane->facts.counts.called >= limit;
}

bool gate_rank_is_late(const struct queue *queue, const struct issue_note *note)
{
    return note->unit && note->rank && note->rank < unit_highest_rank(queue, note->unit);
}

bool gate_may_differ(enum medium medium)
{
    return medium == MEDIUM_ID_CARD || medium == MEDIUM_PASSPORT;
}

bool gate_is_uncalled(const struct queue *queue, const struct person_id *person)
{
    return queue->event.rules.roll_call && queue_person(queue, person).roll != ROLL_PRESENT;
}

bool gate_may_call(const struct lane_state *lane, const struct ticket *ticket)
{
    if (ticket->state == TICKET_CALLED)
        return true;
    return lane->facts.counts.called == 0 && state_next_waiting(lane, 0) == ticket;
}

bool gate_may_undo(const struct queue *queue, const struct lane_state *lane, const struct slot *slot,
                   int64_t tapped_us)
{
    const struct frame_mark *frame = &slot->frame;
    return frame->seq && frame->seq == lane->frame_seq && tapped_us - frame->tapped_us <= UNDO_US &&
           !(frame->took_card && queue_person(queue, &slot->ticket.person).has_card);
}

bool gate_was_tapped_before(const struct slot *slot, int64_t tapped_us)
{
    return tapped_us < slot->frame.tapped_us - UNDO_SLACK_US;
}

bool gate_is_stopped(const struct lane_state *lane, enum entry_kind kind)
{
    switch (kind) {
    case ENTRY_CALLED:
    case ENTRY_SHOT:
    case ENTRY_RETAKE:
    case ENTRY_MISSED:
    case ENTRY_CONFIRMED:
    case ENTRY_MISMATCH:
    case ENTRY_UNDONE:
        return lane->facts.stopped_by != 0;
    default:
        return false;
    }
}

bool gate_may_join(const struct queue *queue, const struct person_id *from, const struct person_id *to)
{
    return !people_standing(queue, to) || !people_standing(queue, from);
}

bool gate_rules_fixed(const struct queue *queue, const struct queue_rules *rules)
{
    const struct queue_rules *now = &queue->event.rules;
    if (now->width == rules->width && strcmp(now->prefix, rules->prefix) == 0)
        return false;
    for (size_t i = 0; i < queue->n_lanes; i++)
        if (queue->lanes[i].facts.counts.issued)
            return true;
    return false;
}

bool gate_rules_same(const struct queue *queue, const char *text, const char *profile)
{
    char now[RULES_TEXT_SIZE];
    queue_rules_text(&queue->event.rules, now);
    return queue->has_rules && strcmp(now, text) == 0 && strcmp(queue->event.profile, profile) == 0;
}

bool payment_parse(const char *extra, enum payment_state *ret)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    char name[PROFILE_MAX + 1];
    const size_t size = strcspn(extra, " ");
    if (size > PROFILE_MAX || extra[size] != ' ' || extra[size + 1 + strspn(extra + size + 1, plain)])
        return false;
    memcpy(name, extra, size);
    name[size] = '\0';
    const int state = payment_state_from_name(name);
    if (state <= PAYMENT_STATE_NONE)
        return false;
    *ret = (enum payment_state)state;
    return true;
}

static bool is_settled(const struct queue_person *facts)
{
    return facts->payment != PAYMENT_STATE_NONE && facts->payment != PAYMENT_DUE;
}

/* Somebody who paid twice keeps both: the second payment stays with the person who is no more, to be refunded. */
void persons_merge(struct queue_person *from, struct queue_person *to)
{
    if (!is_settled(to)) {
        if (from->payment != PAYMENT_STATE_NONE) {
            to->payment = from->payment;
            to->paid_fen = from->paid_fen;
        }
        from->payment = PAYMENT_STATE_NONE;
        from->paid_fen = 0;
    }
    if (!to->has_card) {
        to->has_card = from->has_card;
        from->has_card = false;
    }
    if (to->roll == ROLL_UNKNOWN)
        to->roll = from->roll;
    from->roll = ROLL_UNKNOWN;
}
