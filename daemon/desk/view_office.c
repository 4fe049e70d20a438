/* The roster, the payments and the rules as others may read them. Every function here takes the desk's lock for a short
 * while and copies. Any thread. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/desk_state.h"
#include "desk/ledger.h"
#include "desk/lookup.h"

static struct lookup look_at(const struct desk *desk)
{
    return (struct lookup){desk->directory, desk->visible, &desk->keys, desk->slots, desk->n_slots};
}

/* ---- one person */
static void fill_member(const struct desk *desk, const struct person_id *person,
                        const struct person_facts *facts, struct desk_member *ret)
{
    const struct ticket *ticket = queue_ticket_of(desk->visible, person);
    memset(ret, 0, sizeof *ret);
    ret->id = *person;
    copy_text(ret->name, sizeof ret->name, facts->name);
    copy_text(ret->student_no, sizeof ret->student_no, facts->student_no);
    copy_text(ret->unit_name, sizeof ret->unit_name, facts->unit);
    copy_text(ret->college, sizeof ret->college, facts->college);
    ret->unit = facts->unit_id;
    ret->rank = facts->rank;
    ret->level = facts->level;
    ret->is_excluded = facts->is_excluded;
    ret->is_captured = facts->is_captured;
    ret->state = queue_person(desk->visible, person);
    ret->has_ticket = ticket;
    if (ticket)
        view_of_ticket(desk, ticket, &ret->ticket);
}

static void member_of(const struct desk *desk, const struct person_id *person, struct desk_member *ret)
{
    struct person_facts facts;
    directory_facts(desk->directory, person, &facts);
    fill_member(desk, person, &facts, ret);
}

/* ---- a lane under its rules */
static void fill_at_risk(const struct desk *desk, const struct queue_lane *lane, struct lane_view *view)
{
    const struct ticket *stopped = queue_ticket(desk->visible, lane->name, lane->stopped_by);
    const struct ticket *at_risk[LANE_AT_RISK_MAX];
    if (!stopped)
        return;
    view->has_stopped = true;
    view_of_ticket(desk, stopped, &view->stopped);
    view->n_at_risk = queue_at_risk(desk->visible, lane->name, at_risk, LANE_AT_RISK_MAX);
    for (size_t i = 0; i < view->n_at_risk; i++)
        view_of_ticket(desk, at_risk[i], &view->at_risk[i]);
}

/* From the latest number back: a void one is seen to within minutes, so those still open are near the end. */
static void fill_open_voids(const struct desk *desk, const struct queue_lane *lane, struct lane_view *view)
{
    uint32_t numbers[LANE_OPEN_VOIDS_MAX];
    size_t count = 0;
    for (uint32_t number = lane->counts.issued;
         number && count < lane->open_voids && count < LANE_OPEN_VOIDS_MAX; number--) {
        const struct ticket *ticket = queue_ticket(desk->visible, lane->name, number);
        if (ticket->state == TICKET_VOID && !ticket->acknowledged)
            numbers[count++] = number;
    }
    view->n_open_voids = count;
    for (size_t i = 0; i < count; i++)
        view_of_ticket(desk, queue_ticket(desk->visible, lane->name, numbers[count - 1 - i]),
                       &view->open_voids[i]);
}

void view_of_rules(const struct desk *desk, const struct queue_lane *lane, struct lane_view *view)
{
    const struct queue_rules *rules = &view->event.rules;
    const struct lookup look = look_at(desk);
    const struct person_id *next = lane->last_unit ? lookup_next(&look, lane->last_unit, NULL) : NULL;
    const uint32_t in_line = lane->counts.waiting + lane->counts.called;
    view->pace_ms = queue_pace_ms(desk->visible, lane->name);
    view->limit = lane->line_limit ? lane->line_limit : rules->line_limit;
    view->is_full = (view->limit && in_line >= view->limit) || (rules->scan_and_sit && in_line > 0);
    fill_at_risk(desk, lane, view);
    fill_open_voids(desk, lane, view);
    view->has_expected = next;
    if (next)
        member_of(desk, next, &view->expected);
    if (next)
        view->expected.is_next = true;
}

/* ---- units */
/* A mean of the lanes' paces, for units that are at none of them now. */
static uint32_t pace_at_large(const struct desk *desk)
{
    uint64_t sum = 0;
    uint32_t count = 0;
    for (size_t i = 0; i < queue_lane_count(desk->visible); i++) {
        const uint32_t pace_ms = queue_pace_ms(desk->visible, queue_lane_at(desk->visible, i)->name);
        sum += pace_ms;
        count += pace_ms != 0;
    }
    return count ? (uint32_t)(sum / count) : 0;
}

static uint32_t pace_of_unit(const struct desk *desk, uint32_t unit, uint32_t otherwise_ms)
{
    for (size_t i = 0; i < queue_lane_count(desk->visible); i++) {
        const struct queue_lane *lane = queue_lane_at(desk->visible, i);
        const uint32_t pace_ms = lane->last_unit == unit ? queue_pace_ms(desk->visible, lane->name) : 0;
        if (pace_ms)
            return pace_ms;
    }
    return otherwise_ms;
}

static void count_ticket(const struct ticket *ticket, struct queue_counts *counts)
{
    counts->issued++;
    counts->waiting += ticket->state == TICKET_WAITING;
    counts->called += ticket->state == TICKET_CALLED;
    counts->shot += ticket->state == TICKET_SHOT;
    counts->missed += ticket->state == TICKET_MISSED;
    counts->voided += ticket->state == TICKET_VOID;
}

static void count_member(const struct desk *desk, const struct person_id *person, struct desk_unit *unit)
{
    const struct ticket *ticket = queue_ticket_of(desk->visible, person);
    const struct queue_person state = queue_person(desk->visible, person);
    struct person_facts facts;
    directory_facts(desk->directory, person, &facts);
    unit->excluded += facts.is_excluded;
    unit->captured += facts.is_captured;
    unit->paid += state.payment == PAYMENT_PAID;
    unit->waived += state.payment == PAYMENT_WAIVED;
    unit->refunded += state.payment == PAYMENT_REFUNDED;
    unit->due += person_is_expected(&facts) && queue_is_owed(desk->visible, &state);
    unit->present += state.roll == ROLL_PRESENT;
    unit->absent += state.roll == ROLL_ABSENT && !ticket;
    if (ticket)
        count_ticket(ticket, &unit->counts);
    unit->left += person_is_expected(&facts) && !queue_shot_of(desk->visible, person) &&
                  !(state.roll == ROLL_ABSENT && !ticket);
}

static void fill_unit(const struct desk *desk, uint32_t id, uint32_t pace_at_large_ms, struct desk_unit *ret)
{
    const struct unit_record *record = directory_unit(desk->directory, id);
    const struct lookup look = look_at(desk);
    size_t count;
    const struct person_id *members = directory_members(desk->directory, id, &count);
    *ret = (struct desk_unit){.id = id, .people = (uint32_t)count};
    memcpy(ret->college, record->college, sizeof ret->college);
    memcpy(ret->name, record->name, sizeof ret->name);
    for (size_t i = 0; i < count; i++)
        count_member(desk, &members[i], ret);
    lookup_next(&look, id, &ret->next_rank);
    ret->pace_ms = pace_of_unit(desk, id, pace_at_large_ms);
}

int desk_units(struct desk *desk, struct desk_unit **ret, size_t *ret_count)
{
    pthread_mutex_lock(&desk->lock);
    const uint32_t count = directory_unit_count(desk->directory);
    struct desk_unit *units = bytes_alloc(count * sizeof *units);
    const uint32_t at_large_ms = pace_at_large(desk);
    for (uint32_t id = 1; id <= count; id++)
        fill_unit(desk, id, at_large_ms, &units[id - 1]);
    pthread_mutex_unlock(&desk->lock);
    *ret = units;
    *ret_count = count;
    return 0;
}

int desk_unit(struct desk *desk, uint32_t unit, struct desk_unit *ret)
{
    pthread_mutex_lock(&desk->lock);
    const bool is_known = directory_unit(desk->directory, unit);
    if (is_known)
        fill_unit(desk, unit, pace_at_large(desk), ret);
    pthread_mutex_unlock(&desk->lock);
    return is_known ? 0 : -ENOENT;
}

int desk_unit_members(struct desk *desk, uint32_t unit, struct desk_member **ret, size_t *ret_count)
{
    pthread_mutex_lock(&desk->lock);
    const bool is_known = directory_unit(desk->directory, unit);
    const struct lookup look = look_at(desk);
    uint32_t next_rank = 0;
    size_t count = 0;
    if (is_known) {
        const struct person_id *members = directory_members(desk->directory, unit, &count);
        *ret = bytes_alloc(count * sizeof **ret);
        for (size_t i = 0; i < count; i++)
            member_of(desk, &members[i], &(*ret)[i]);
        if (lookup_next(&look, unit, &next_rank))
            (*ret)[next_rank - 1].is_next = true;
        *ret_count = count;
    }
    pthread_mutex_unlock(&desk->lock);
    return is_known ? 0 : -ENOENT;
}

/* ---- documents and slots */
int desk_document(struct desk *desk, const char *kind, char **ret_text, uint64_t *ret_seq)
{
    pthread_mutex_lock(&desk->lock);
    const struct stored_document *document = documents_find(desk->documents, kind);
    if (document) {
        *ret_text = bytes_text(document->text);
        *ret_seq = document->seq;
    }
    pthread_mutex_unlock(&desk->lock);
    return document ? 0 : -ENOENT;
}

struct list_slot *desk_slots(struct desk *desk, size_t *ret_count)
{
    pthread_mutex_lock(&desk->lock);
    struct list_slot *slots = bytes_alloc(desk->n_slots * sizeof *slots);
    if (desk->n_slots)
        memcpy(slots, desk->slots, desk->n_slots * sizeof *slots);
    *ret_count = desk->n_slots;
    pthread_mutex_unlock(&desk->lock);
    return slots;
}

/* ---- money */
struct refunds {
    const struct desk *desk;
    struct desk_member *members;
    size_t count, capacity;
};

static void add_refund(void *arg, const struct person_id *person, const struct person_facts *facts)
{
    struct refunds *refunds = arg;
    if (!person_gets_refund(refunds->desk->visible, person))
        return;
    if (refunds->count == refunds->capacity) {
        refunds->capacity = refunds->capacity ? 2 * refunds->capacity : 64;
        refunds->members = bytes_resize(refunds->members, refunds->capacity * sizeof *refunds->members);
    }
    fill_member(refunds->desk, person, facts, &refunds->members[refunds->count++]);
}

/* By unit, then as the class stands. */
static int by_place(const void *a, const void *b)
{
    const struct desk_member *one = a, *other = b;
    if (one->unit != other->unit)
        return one->unit < other->unit ? -1 : 1;
    if (one->rank != other->rank)
        return one->rank < other->rank ? -1 : 1;
    return memcmp(one->id.bytes, other->id.bytes, PERSON_ID_SIZE);
}

int desk_refunds(struct desk *desk, struct desk_member **ret, size_t *ret_count)
{
    struct refunds refunds = {.desk = desk};
    pthread_mutex_lock(&desk->lock);
    directory_each(desk->directory, add_refund, &refunds);
    pthread_mutex_unlock(&desk->lock);
    if (refunds.count)
        qsort(refunds.members, refunds.count, sizeof *refunds.members, by_place);
    *ret = refunds.members ? refunds.members : bytes_alloc(0);
    *ret_count = refunds.count;
    return 0;
}
