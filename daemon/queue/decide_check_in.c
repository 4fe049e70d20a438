/* Whether somebody at the door gets a number. Pure: reads the state, writes only the decision. */
#include <string.h>

#include "queue/decide.h"

enum queue_verdict check_identity(const struct queue *queue, const struct queue_command *command,
                                  struct queue_decision *decision)
{
    if (command->facts.is_other_level)
        return QUEUE_LEVEL_DIFFERS;
    if (command->facts.is_ambiguous)
        return QUEUE_LEVEL_AMBIGUOUS;
    if (!person_id_is_none(&command->other))
        return decision_refuse(decision, QUEUE_CREDENTIAL_TAKEN, queue_ticket_of(queue, &command->other));
    if (command->name_differs)
        return decision_refuse(decision, QUEUE_NAME_DIFFERS, queue_ticket_of(queue, &command->person));
    return QUEUE_DONE;
}

bool queue_may_override(const struct queue_rules *rules, enum authority authority)
{
    switch (rules->overrides) {
    case OVERRIDE_MARSHAL:
        return authority == AUTHORITY_MARSHAL || authority == AUTHORITY_OFFICE;
    case OVERRIDE_OFFICE:
        return authority == AUTHORITY_OFFICE;
    default:
        return false;
    }
}

bool may_override(const struct queue *queue, const struct queue_command *command)
{
    return queue_may_override(&queue->event.rules, command->authority);
}

static bool is_outsider(const struct queue_facts *facts, bool bound)
{
    return bound && facts->has_roster && !facts->on_roster;
}

uint32_t objections(const struct queue *queue, const struct queue_facts *facts, bool bound, bool is_due)
{
    const struct queue_rules *rules = &queue->event.rules;
    static const uint32_t by_gate_captured[] = {0, ISSUE_CAPTURED, ISSUE_OVER_CAPTURED};
    static const uint32_t by_gate_unpaid[] = {0, ISSUE_UNPAID, ISSUE_OVER_UNPAID};
    uint32_t found = facts->is_excluded ? ISSUE_OVER_EXCLUDED : 0;
    if (is_outsider(facts, bound) && !rules->outsiders)
        found |= ISSUE_OVER_ROSTER;
    if (facts->is_captured)
        found |= by_gate_captured[rules->captured];
    if (is_due && bound)
        found |= by_gate_unpaid[rules->payment_gate];
    else if (is_due && rules->payment_gate != GATE_OFF)
        found |= ISSUE_UNPAID; /* whose card that is, and so who has paid, is known only once it is bound */
    return found;
}

uint32_t flags_of_person(const struct queue *queue, const struct queue_facts *facts, bool bound, bool is_due)
{
    const uint32_t found = objections(queue, facts, bound, is_due);
    return (is_outsider(facts, bound) ? ISSUE_OUTSIDER : 0) |
           (found & (ISSUE_CAPTURED | ISSUE_OVER_CAPTURED) ? ISSUE_CAPTURED : 0) |
           (found & (ISSUE_UNPAID | ISSUE_OVER_UNPAID) ? ISSUE_UNPAID : 0);
}

/* What a number bears whoever lets it through. */
static uint32_t flags_of_coming(const struct queue *queue, const struct queue_command *command)
{
    const struct issue_note note = {.unit = command->facts.unit, .rank = command->facts.rank};
    uint32_t flags = 0;
    if (command->medium == MEDIUM_MANUAL || command->medium == MEDIUM_PASSPORT)
        flags |= ISSUE_LOOK_TWICE;
    if (command->facts.is_out_of_slot)
        flags |= ISSUE_OUT_OF_SLOT;
    if (command->name_noted && gate_may_differ(command->medium))
        flags |= ISSUE_NAME_DIFFERS;
    if (queue->event.rules.order != ORDER_FREE && note.unit && note.rank &&
        (command->facts.ahead > 0 || gate_rank_is_late(queue, &note)))
        flags |= ISSUE_OUT_OF_ORDER;
    return flags;
}

struct queue_entry *decision_add_issued(const struct queue *queue, const struct lane_state *lane,
                                        const struct queue_command *command, uint32_t flags,
                                        struct queue_decision *decision)
{
    const struct issue_note note = {.unit = command->facts.unit,
                                    .rank = command->facts.rank,
                                    .flags = flags | flags_of_coming(queue, command)};
    struct queue_entry *entry = decision_add(decision, command, ENTRY_ISSUED);
    entry->number = lane->facts.counts.issued + 1;
    entry->value = lane->facts.session;
    entry->person = command->person;
    entry->medium = command->medium;
    entry->bound = command->bound;
    issue_note_text(&note, entry->extra);
    if (flags & (ISSUE_OVER | ISSUE_PAPER))
        memcpy(entry->text, command->text, sizeof entry->text);
    memcpy(decision->lane, command->lane, sizeof decision->lane);
    decision->number = entry->number;
    return entry;
}

/* ---- what no override helps against */
static enum queue_verdict check_lane(const struct queue *queue, const struct lane_state *lane,
                                     struct queue_decision *decision)
{
    if (!lane->facts.is_open)
        return QUEUE_SESSION_CLOSED;
    if (gate_line_full(queue, lane))
        return QUEUE_LINE_FULL;
    if (queue->event.rules.scan_and_sit && lane->facts.stopped_by)
        return decision_refuse(decision, QUEUE_LANE_STOPPED,
                               &state_slot(lane, lane->facts.stopped_by)->ticket);
    if (queue->event.rules.scan_and_sit && lane->first_open)
        return decision_refuse(decision, QUEUE_CAMERA_BUSY, &state_slot(lane, lane->first_open)->ticket);
    return lane->facts.counts.issued == UINT32_MAX ? QUEUE_NUMBERS_SPENT : QUEUE_DONE;
}

/* ---- what one may help against */
static uint32_t blocked_by(const struct queue *queue, const struct lane_state *lane,
                           const struct queue_command *command)
{
    uint32_t blocked =
        objections(queue, &command->facts, command->bound, gate_is_due(queue, &command->person)) & ISSUE_OVER;
    if (people_shot(queue, &command->person))
        blocked |= ISSUE_OVER_SHOT;
    if (gate_missed_holds(queue, lane, people_latest(queue, &command->person)))
        blocked |= ISSUE_OVER_MISSED;
    return blocked;
}

static const struct {
    uint32_t flag;
    enum queue_verdict verdict;
} refusals[] = {
    {ISSUE_OVER_SHOT, QUEUE_ALREADY_SHOT},    {ISSUE_OVER_EXCLUDED, QUEUE_EXCLUDED},
    {ISSUE_OVER_ROSTER, QUEUE_NOT_ON_ROSTER}, {ISSUE_OVER_CAPTURED, QUEUE_ALREADY_CAPTURED},
    {ISSUE_OVER_UNPAID, QUEUE_UNPAID},        {ISSUE_OVER_MISSED, QUEUE_MISSED_WAITS},
};

static enum queue_verdict check_blocked(const struct queue *queue, const struct queue_command *command,
                                        uint32_t blocked, struct queue_decision *decision)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const uint32_t flag = refusals[i].flag;
        if (!(blocked & flag))
            continue;
        if (command->overrides & flag && !may_override(queue, command))
            return QUEUE_OVERRIDE_FORBIDDEN;
        if (command->overrides & flag && entry_text_is_blank(command->text))
            return QUEUE_REASON_NEEDED;
        if (command->overrides & flag)
            continue;
        return decision_refuse(decision, refusals[i].verdict,
                               flag == ISSUE_OVER_SHOT     ? people_shot(queue, &command->person)
                               : flag == ISSUE_OVER_MISSED ? queue_ticket_of(queue, &command->person)
                                                           : NULL);
    }
    return QUEUE_DONE;
}

static void sit_down(const struct queue_command *command, const struct queue_entry *issued,
                     struct queue_decision *decision)
{
    struct queue_entry *called = decision_add(decision, command, ENTRY_CALLED);
    called->number = decision->called = issued->number;
    called->person = issued->person;
    called->value = 1;
}

enum queue_verdict decide_check_in(const struct queue *queue, const struct lane_state *lane,
                                   const struct queue_command *command, struct queue_decision *decision)
{
    const struct queue_rules *rules = &queue->event.rules;
    const struct ticket *open = people_open(queue, &command->person);
    const enum queue_verdict identity = check_identity(queue, command, decision);
    if (identity != QUEUE_DONE)
        return identity;
    if (open) {
        bool here = strcmp(open->lane, command->lane) == 0;
        return decision_refuse(decision, here ? QUEUE_ALREADY_WAITING : QUEUE_ALREADY_WAITING_ELSEWHERE,
                               open);
    }
    if (!(rules->media & 1u << command->medium))
        return QUEUE_MEDIUM_NOT_ALLOWED;
    if (command->overrides & ~(uint32_t)ISSUE_OVER)
        return QUEUE_OVERRIDE_FORBIDDEN;
    const uint32_t blocked = blocked_by(queue, lane, command);
    struct queue_decision at_lane = {0};
    const enum queue_verdict there = check_lane(queue, lane, &at_lane);
    enum queue_verdict verdict = check_blocked(queue, command, blocked, decision);
    if (verdict != QUEUE_DONE) {
        decision->blocked = there == QUEUE_DONE ? blocked : 0;
        decision->could_override = may_override(queue, command) ? decision->blocked : 0;
        return verdict;
    }
    if (there != QUEUE_DONE)
        return check_lane(queue, lane, decision);
    const uint32_t warned =
        objections(queue, &command->facts, command->bound, gate_is_due(queue, &command->person)) &
        (ISSUE_UNPAID | ISSUE_CAPTURED);
    const uint32_t outsider = is_outsider(&command->facts, command->bound) ? ISSUE_OUTSIDER : 0;
    const bool is_uncalled = command->facts.on_roster && gate_is_uncalled(queue, &command->person);
    const uint32_t called = is_uncalled ? ISSUE_NOT_CALLED : 0;
    const struct queue_entry *issued =
        decision_add_issued(queue, lane, command, blocked | warned | outsider | called, decision);
    if (rules->scan_and_sit)
        sit_down(command, issued, decision);
    return QUEUE_DONE;
}
