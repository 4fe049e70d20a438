/* Applying an entry that names a number: its issue, its steps, and to whom it belongs. Checked first, then done. Pure; one
 * thread per state. */
#include <string.h>

#include "base/bytes.h"
#include "queue/queue_state.h"

static struct place place_of(const struct queue *queue, const struct lane_state *lane, uint32_t number)
{
    return (struct place){.lane = (uint32_t)(lane - queue->lanes), .number = number};
}

/* ---- issue */
/* A flag that must be there exactly when its cause is. */
static bool is_exactly(uint32_t flags, uint32_t flag, bool cause)
{
    return ((flags & flag) != 0) == cause;
}

/* What the queue knows itself. Entries from before there were rules bear no note. */
static bool causes_fit(const struct queue *queue, const struct lane_state *lane,
                       const struct queue_entry *entry, const struct issue_note *note)
{
    const struct queue_rules *rules = &queue->event.rules;
    const bool is_paper = note->flags & ISSUE_PAPER;
    const bool is_due = gate_is_due(queue, &entry->person) && !person_id_is_none(&entry->person);
    const bool is_refused = rules->payment_gate == GATE_REFUSE && !is_paper && entry->bound;
    const bool look_twice = entry->medium == MEDIUM_MANUAL || entry->medium == MEDIUM_PASSPORT;
    const struct slot *latest = people_latest(queue, &entry->person);
    if (queue->has_rules ? !is_exactly(note->flags, ISSUE_LOOK_TWICE, look_twice)
                         : note->flags & ISSUE_LOOK_TWICE && !look_twice)
        return false;
    return is_exactly(note->flags, ISSUE_UNPAID, is_due && rules->payment_gate != GATE_OFF && !is_refused) &&
           is_exactly(note->flags, ISSUE_OVER_UNPAID, is_due && is_refused) &&
           is_exactly(note->flags, ISSUE_OVER_SHOT, people_shot(queue, &entry->person)) &&
           is_exactly(note->flags, ISSUE_OVER_MISSED, !is_paper && gate_missed_holds(queue, lane, latest));
}

/* What it cannot know, but under which rules it can be at all. */
static bool rules_fit(const struct queue *queue, const struct queue_entry *entry,
                      const struct issue_note *note)
{
    const struct queue_rules *rules = &queue->event.rules;
    const uint32_t flags = note->flags;
    const bool is_paper = flags & ISSUE_PAPER;
    if (flags & ISSUE_OVER && (rules->overrides == OVERRIDE_NOBODY || !*entry->text))
        return false;
    if (*entry->text && !(flags & ISSUE_OVER) && !is_paper)
        return false;
    if (flags & ISSUE_OUTSIDER && !rules->outsiders && !is_paper && !(flags & ISSUE_OVER_ROSTER))
        return false;
    if (flags & ISSUE_OVER_ROSTER && (rules->outsiders || is_paper || !(flags & ISSUE_OUTSIDER)))
        return false;
    if (flags & ISSUE_CAPTURED && rules->captured != GATE_WARN && !(is_paper && rules->captured))
        return false;
    if (flags & ISSUE_OVER_CAPTURED && (rules->captured != GATE_REFUSE || is_paper))
        return false;
    if (flags & ISSUE_OVER_EXCLUDED && is_paper)
        return false;
    if (flags & ISSUE_NAME_DIFFERS && !gate_may_differ(entry->medium))
        return false;
    if (flags & ISSUE_NOT_CALLED && (is_paper || !gate_is_uncalled(queue, &entry->person)))
        return false;
    if (flags & ISSUE_OUT_OF_ORDER)
        return rules->order != ORDER_FREE && note->unit && note->rank;
    return rules->order == ORDER_FREE || !gate_rank_is_late(queue, note);
}

static bool place_fits(const struct queue *queue, const struct lane_state *lane,
                       const struct queue_entry *entry, const struct issue_note *note)
{
    const struct slot *latest = people_latest(queue, &entry->person);
    if (entry->number != lane->facts.counts.issued + 1 || entry->value != lane->facts.session ||
        (unsigned)entry->medium >= MEDIUM_COUNT || (latest && ticket_is_open(&latest->ticket)))
        return false;
    if (note->flags & ISSUE_PAPER)
        return !lane->facts.stopped_by;
    const struct queue_rules *rules = &queue->event.rules;
    return lane->facts.is_open && !person_id_is_none(&entry->person) && rules->media & 1u << entry->medium &&
           !gate_line_full(queue, lane) &&
           !(rules->scan_and_sit && (lane->first_open || lane->facts.stopped_by));
}

static struct slot *new_slot(struct lane_state *lane)
{
    if (lane->facts.counts.issued == lane->capacity) {
        lane->capacity = lane->capacity ? lane->capacity * 2 : 64;
        lane->slots = bytes_resize(lane->slots, lane->capacity * sizeof *lane->slots);
    }
    struct slot *slot = &lane->slots[lane->facts.counts.issued++];
    memset(slot, 0, sizeof *slot);
    return slot;
}

/* Somebody who comes back late is no sign that the class has changed. */
static void turn_class(struct lane_state *lane, uint32_t unit, bool is_first)
{
    if (!unit || unit == lane->facts.last_unit || !is_first)
        return;
    lane->facts.last_unit = unit;
    lane->facts.turn++;
}

static enum queue_apply_fault apply_issued(struct queue *queue, struct lane_state *lane,
                                           const struct queue_entry *entry)
{
    struct issue_note note;
    if (!issue_note_parse(entry->extra, &note) || !place_fits(queue, lane, entry, &note) ||
        !causes_fit(queue, lane, entry, &note) || !rules_fit(queue, entry, &note))
        return QUEUE_APPLY_IMPOSSIBLE;
    turn_class(lane, note.unit, !people_latest(queue, &entry->person));
    struct slot *slot = new_slot(lane);
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
        .note = note,
        .turn = lane->facts.turn,
        .reason = state_keep_reason(queue, entry->text),
    };
    memcpy(slot->ticket.lane, entry->lane, sizeof slot->ticket.lane);
    lane->facts.counts.waiting++;
    state_link_open(lane, entry->number);
    unit_raise_rank(queue, &note);
    people_add_ticket(queue, place_of(queue, lane, entry->number), slot);
    return QUEUE_APPLY_OK;
}

/* ---- steps */
static uint32_t step_count(enum entry_kind kind, const struct ticket *ticket)
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

static int64_t tapped_us(const struct queue_entry *entry)
{
    uint32_t kept_ms = 0;
    step_kept_parse(entry->extra, &kept_ms);
    return entry->at_us - kept_ms * INT64_C(1000);
}

static bool is_of_paper(const struct queue_entry *entry)
{
    return strcmp(entry->extra, STEP_PAPER) == 0;
}

static bool step_fits(const struct queue *queue, const struct lane_state *lane, const struct slot *slot,
                      const struct queue_entry *entry)
{
    const struct ticket *ticket = &slot->ticket;
    const bool is_paper = is_of_paper(entry);
    uint32_t kept_ms;
    if ((!step_kept_parse(entry->extra, &kept_ms) && !is_paper) ||
        entry->value != step_count(entry->kind, ticket) || gate_is_stopped(lane, entry->kind))
        return false;
    if (person_id_is_none(&ticket->person))
        return is_paper && entry->kind == ENTRY_VOIDED;
    if (is_paper) /* a slip knows a call, a frame, a miss and a void, and nothing that came after a frame */
        return entry->kind == ENTRY_CALLED
                   ? ticket->state == TICKET_WAITING
                   : entry->kind == ENTRY_SHOT || entry->kind == ENTRY_MISSED || entry->kind == ENTRY_VOIDED;
    if (entry->kind == ENTRY_CALLED)
        return gate_may_call(lane, ticket);
    if (entry->kind == ENTRY_UNDONE)
        return gate_may_undo(queue, lane, slot, tapped_us(entry));
    return entry->kind != ENTRY_SHOT || ticket->confirmed || !queue->event.rules.spoken_check;
}

/* A frame on paper is long past, and nobody takes back what was before it. */
static void mark_shot(struct lane_state *lane, struct slot *slot, const struct queue_entry *entry)
{
    struct ticket *ticket = &slot->ticket;
    const bool is_paper = is_of_paper(entry);
    slot->frame = (struct frame_mark){
        .seq = is_paper ? 0 : entry->seq,
        .earlier_seq = lane->frame_seq,
        .tapped_us = tapped_us(entry),
        .mono_us = entry->mono_us,
        .shot_us = ticket->shot_us,
        .is_suspect = ticket->is_suspect,
        .card_back = ticket->card_back,
    };
    lane->frame_seq = slot->frame.seq;
    ticket->shots++;
    ticket->shot_us = tapped_us(entry);
    ticket->is_suspect = false;
    trail_add(&lane->shot, ticket->number);
    if (!is_paper)
        pace_frame(&lane->pace, ticket->shot_us, ticket->shots == 1, &slot->frame);
}

static void mark_undone(struct queue *queue, struct lane_state *lane, struct slot *slot)
{
    struct ticket *ticket = &slot->ticket;
    const struct frame_mark *frame = &slot->frame;
    ticket->shots--;
    ticket->shot_us = frame->shot_us;
    ticket->is_suspect = frame->is_suspect;
    pace_take_back(&lane->pace, frame);
    lane->frame_seq = frame->earlier_seq;
    if (frame->took_card) {
        people_keep(queue, &ticket->person)->facts.has_card = true;
        ticket->card_back = frame->card_back;
        lane->facts.cards_back--;
    }
    slot->frame = (struct frame_mark){0};
}

static void mark_step(struct queue *queue, struct lane_state *lane, struct slot *slot,
                      const struct queue_entry *entry)
{
    struct ticket *ticket = &slot->ticket;
    switch (entry->kind) {
    case ENTRY_CALLED:
        ticket->calls++;
        ticket->called_us = tapped_us(entry);
        ticket->confirmed = false;
        return;
    case ENTRY_SHOT:
        mark_shot(lane, slot, entry);
        return;
    case ENTRY_UNDONE:
        mark_undone(queue, lane, slot);
        return;
    case ENTRY_RETAKE:
        ticket->retakes++;
        ticket->called_us = tapped_us(entry);
        ticket->confirmed = false;
        slot->frame.seq = 0;
        break;
    case ENTRY_RETAKE_DROPPED:
        trail_add(&lane->shot, ticket->number);
        break;
    case ENTRY_VOIDED:
        lane->facts.open_voids++;
        ticket->ended_us = tapped_us(entry);
        break;
    default:
        ticket->has_left = entry->kind == ENTRY_LEFT;
        ticket->ended_us = tapped_us(entry);
        slot->ended_seq = entry->seq;
        break;
    }
    ticket->reason = state_keep_reason(queue, entry->text);
}

static enum queue_apply_fault apply_step(struct queue *queue, struct lane_state *lane, struct slot *slot,
                                         const struct queue_entry *entry)
{
    struct ticket *ticket = &slot->ticket;
    const struct edge *edge = edge_of_entry(entry->kind, ticket);
    if (!edge || !step_fits(queue, lane, slot, entry))
        return QUEUE_APPLY_IMPOSSIBLE;
    --*count_of(&lane->facts.counts, ticket->state);
    ++*count_of(&lane->facts.counts, edge->to);
    people_count(queue, ticket, ticket->state, edge->to);
    ticket->state = edge->to;
    ticket->seq = entry->seq;
    mark_step(queue, lane, slot, entry);
    if (ticket_is_open(ticket) && !slot->is_listed) {
        state_link_open(lane, ticket->number);
    } else if (!ticket_is_open(ticket) && slot->is_listed) {
        state_unlink_open(lane, ticket->number);
        trail_add(&lane->finished, ticket->number);
    }
    return QUEUE_APPLY_OK;
}

/* ---- what is said about a number without a step */
static enum queue_apply_fault apply_confirmed(struct lane_state *lane, struct ticket *ticket,
                                              const struct queue_entry *entry)
{
    if (ticket->state != TICKET_CALLED || ticket->confirmed || gate_is_stopped(lane, entry->kind))
        return QUEUE_APPLY_IMPOSSIBLE;
    ticket->confirmed = true;
    if (ticket->number > lane->facts.confirmed_up_to)
        lane->facts.confirmed_up_to = ticket->number;
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_mismatch(struct lane_state *lane, struct ticket *ticket,
                                             const struct queue_entry *entry)
{
    if (ticket->state != TICKET_CALLED || gate_is_stopped(lane, entry->kind))
        return QUEUE_APPLY_IMPOSSIBLE;
    ticket->confirmed = false;
    lane->facts.stopped_by = ticket->number;
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_resolved(struct lane_state *lane, const struct ticket *ticket,
                                             const struct queue_entry *entry)
{
    const int decision = decision_from_name(entry->extra);
    const bool is_from = decision == DECISION_SUSPECT;
    if (lane->facts.stopped_by != ticket->number || decision < 0 || is_from != (entry->value != 0) ||
        entry->value > ticket->number)
        return QUEUE_APPLY_IMPOSSIBLE;
    for (uint32_t number = is_from ? entry->value : ticket->number + 1; number <= ticket->number; number++) {
        struct ticket *at_risk = &lane->slots[number - 1].ticket;
        if (at_risk->shots)
            at_risk->is_suspect = true;
    }
    lane->facts.stopped_by = 0;
    lane->frame_seq = 0;
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_acknowledged(struct lane_state *lane, struct ticket *ticket)
{
    if (ticket->state != TICKET_VOID || ticket->acknowledged)
        return QUEUE_APPLY_IMPOSSIBLE;
    ticket->acknowledged = true;
    lane->facts.open_voids--;
    return QUEUE_APPLY_OK;
}

/* With the frame, when it comes from the same command: the very next entry, of the same moment. */
static enum queue_apply_fault apply_card_back(struct queue *queue, struct lane_state *lane, struct slot *slot,
                                              const struct queue_entry *entry)
{
    struct ticket *ticket = &slot->ticket;
    struct frame_mark *frame = &slot->frame;
    if (!queue_person(queue, &ticket->person).has_card)
        return QUEUE_APPLY_IMPOSSIBLE;
    people_keep(queue, &ticket->person)->facts.has_card = false;
    ticket->card_back = true;
    lane->facts.cards_back++;
    if (frame->seq && entry->seq == frame->seq + 1 && tapped_us(entry) == frame->tapped_us &&
        entry->mono_us == frame->mono_us)
        frame->took_card = true;
    return QUEUE_APPLY_OK;
}

/* ---- to whom a number belongs */
static bool note_fits(const struct queue *queue, const struct queue_person *facts,
                      const struct issue_note *before, const struct issue_note *now)
{
    const struct queue_rules *rules = &queue->event.rules;
    return ((before->flags ^ now->flags) & ~(uint32_t)ISSUE_OF_PERSON) == 0 &&
           is_exactly(now->flags, ISSUE_UNPAID,
                      rules->payment_gate != GATE_OFF && facts_are_due(queue, facts)) &&
           !(now->flags & ISSUE_CAPTURED && rules->captured == GATE_OFF);
}

static bool may_move(const struct queue *queue, const struct person_id *from, const struct person_id *to)
{
    if (!person_id_is_none(&queue->moving_to))
        return person_id_equal(&queue->moving_from, from) && person_id_equal(&queue->moving_to, to);
    if (person_id_is_none(from) || !gate_may_join(queue, from, to))
        return false;
    for (const struct slot *slot = people_latest(queue, from); slot; slot = state_at(queue, slot->earlier))
        if (slot->ticket.bound)
            return false;
    return true;
}

static enum queue_apply_fault apply_moved(struct queue *queue, struct lane_state *lane, struct slot *slot,
                                          const struct queue_entry *entry, const struct issue_note *note)
{
    const struct person_id from = slot->ticket.person;
    struct queue_person theirs = queue_person(queue, &from), now = queue_person(queue, &entry->person);
    persons_merge(&theirs, &now);
    if (!may_move(queue, &from, &entry->person) || !note_fits(queue, &now, &slot->ticket.note, note))
        return QUEUE_APPLY_IMPOSSIBLE;
    people_keep(queue, &from)->facts = theirs;
    people_keep(queue, &entry->person)->facts = now;
    const struct place place = place_of(queue, lane, entry->number);
    people_drop_ticket(queue, place, slot);
    slot->ticket.person = entry->person;
    slot->ticket.note = *note;
    slot->frame.seq = 0;
    people_add_ticket(queue, place, slot);
    static const struct person_id nobody;
    const bool is_last = !people_latest(queue, &from);
    queue->moving_from = is_last ? nobody : from;
    queue->moving_to = is_last ? nobody : entry->person;
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_bound(struct queue *queue, struct lane_state *lane, struct slot *slot,
                                          const struct queue_entry *entry)
{
    struct issue_note note;
    if (slot->ticket.bound || person_id_is_none(&entry->person) || !issue_note_parse(entry->extra, &note))
        return QUEUE_APPLY_IMPOSSIBLE;
    if (!person_id_equal(&slot->ticket.person, &entry->person)) {
        if (apply_moved(queue, lane, slot, entry, &note) != QUEUE_APPLY_OK)
            return QUEUE_APPLY_IMPOSSIBLE;
    } else {
        const struct queue_person facts = queue_person(queue, &entry->person);
        if (!person_id_is_none(&queue->moving_to) || !note_fits(queue, &facts, &slot->ticket.note, &note))
            return QUEUE_APPLY_IMPOSSIBLE;
        people_note(queue, slot, &note);
    }
    slot->ticket.bound = true;
    unit_raise_rank(queue, &note);
    return QUEUE_APPLY_OK;
}

static enum queue_apply_fault apply_said(struct queue *queue, struct lane_state *lane, struct slot *slot,
                                         const struct queue_entry *entry)
{
    uint32_t kept_ms;
    if (entry->kind != ENTRY_BOUND && entry->kind != ENTRY_RESOLVED &&
        !step_kept_parse(entry->extra, &kept_ms))
        return QUEUE_APPLY_IMPOSSIBLE;
    switch (entry->kind) {
    case ENTRY_BOUND:
        return apply_bound(queue, lane, slot, entry);
    case ENTRY_CONFIRMED:
        return apply_confirmed(lane, &slot->ticket, entry);
    case ENTRY_MISMATCH:
        return apply_mismatch(lane, &slot->ticket, entry);
    case ENTRY_RESOLVED:
        return apply_resolved(lane, &slot->ticket, entry);
    case ENTRY_VOID_ACKNOWLEDGED:
        return apply_acknowledged(lane, &slot->ticket);
    default:
        return apply_card_back(queue, lane, slot, entry);
    }
}

enum queue_apply_fault apply_ticket_entry(struct queue *queue, struct lane_state *lane,
                                          const struct queue_entry *entry)
{
    if (entry->kind == ENTRY_ISSUED)
        return apply_issued(queue, lane, entry);
    struct slot *slot = state_slot(lane, entry->number);
    const bool is_said = entry->kind == ENTRY_BOUND ||
                         (entry->kind >= ENTRY_CONFIRMED && entry->kind <= ENTRY_VOID_ACKNOWLEDGED) ||
                         entry->kind == ENTRY_CARD_BACK;
    if (!slot || (entry->kind != ENTRY_BOUND && !person_id_equal(&slot->ticket.person, &entry->person)))
        return QUEUE_APPLY_IMPOSSIBLE;
    if (!is_said)
        return apply_step(queue, lane, slot, entry);
    const enum queue_apply_fault fault = apply_said(queue, lane, slot, entry);
    if (fault == QUEUE_APPLY_OK)
        slot->ticket.seq = entry->seq;
    return fault;
}
