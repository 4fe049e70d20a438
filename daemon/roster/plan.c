/* The simulator of a schedule. No clock, no chance. Pure; any thread. */
#include "roster/plan.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "roster/schedule_date.h"

/* ---- who comes where */
static uint32_t length_min(const struct schedule_slot *slot)
{
    return (uint32_t)slot->end_min - slot->start_min;
}

/* Shares people out by the slots' minutes; what is left over goes to the first ones, so nobody is lost. */
static void share_out(const struct schedule *schedule, const size_t *slots, size_t n, uint32_t people,
                      uint32_t *ret)
{
    uint64_t minutes = 0, before = 0, given = 0;
    for (size_t i = 0; i < n; i++)
        minutes += length_min(&schedule->slots[slots[i]]);
    for (size_t i = 0; i < n; i++) { /* the running sum is rounded, so the parts add up */
        before += length_min(&schedule->slots[slots[i]]);
        uint64_t until = (people * before * 2 + minutes) / (minutes * 2);
        ret[slots[i]] += (uint32_t)(until - given);
        given = until;
    }
}

static uint32_t planned_people(const struct schedule_slot *slot)
{
    uint64_t sum = slot->planned;
    for (size_t i = 0; slot->planned == 0 && i < slot->n_units; i++)
        sum += slot->units[i].planned;
    return sum <= SCHEDULE_PEOPLE_MAX ? (uint32_t)sum : SCHEDULE_PEOPLE_MAX;
}

/* What the table plans, for slots that the list gives nobody. */
static void add_planned(const struct schedule *schedule, uint32_t *ret)
{
    size_t *children = bytes_alloc((schedule->n_slots + 1) * sizeof *children);
    bool *is_from_list = bytes_alloc(schedule->n_slots + 1);
    for (size_t i = 0; i < schedule->n_slots; i++)
        is_from_list[i] = ret[i] > 0;
    for (size_t i = 0; i < schedule->n_slots; i++) {
        size_t n = 0;
        bool has_people = is_from_list[i];
        for (size_t j = i + 1; schedule->slots[i].parent == SCHEDULE_NO_PARENT && j < schedule->n_slots;
             j++) {
            if (schedule->slots[j].parent != (int32_t)i)
                continue;
            children[n++] = j;
            has_people = has_people || is_from_list[j] || planned_people(&schedule->slots[j]) > 0;
        }
        if (n > 0 && !has_people)
            share_out(schedule, children, n, planned_people(&schedule->slots[i]), ret);
        else if (n == 0 && !is_from_list[i])
            ret[i] += planned_people(&schedule->slots[i]);
    }
    free(is_from_list);
    free(children);
}

void plan_head_counts(const struct schedule *schedule, const struct schedule_count *counts, size_t n_counts,
                      uint32_t *ret, uint32_t *ret_unplaced)
{
    size_t *slots = bytes_alloc((schedule->n_slots + 1) * sizeof *slots);
    memset(ret, 0, schedule->n_slots * sizeof *ret);
    for (size_t i = 0; i < n_counts; i++) {
        const struct schedule_who who = {counts[i].unit, counts[i].class_name, counts[i].level};
        size_t n = schedule_slots_of(schedule, &who, slots, schedule->n_slots);
        share_out(schedule, slots, n, counts[i].people, ret);
        if (ret_unplaced)
            ret_unplaced[i] = n == 0 ? counts[i].people : 0;
    }
    add_planned(schedule, ret);
    free(slots);
}

/* ---- the order of a lane's day */
/* Those whom no part of a divided slot names come after its parts. */
static uint32_t order_start(const struct schedule *schedule, size_t i)
{
    const struct schedule_slot *slot = &schedule->slots[i];
    uint32_t start = slot->start_min;
    for (size_t j = i + 1; slot->parent == SCHEDULE_NO_PARENT && j < schedule->n_slots; j++)
        if (schedule->slots[j].parent == (int32_t)i && schedule->slots[j].start_min >= start)
            start = schedule->slots[j].start_min;
    return start;
}

struct order {
    const struct schedule_slot *slot;
    size_t index;
    uint32_t start_min;
    bool is_rest; /* of a divided slot */
};

static int compare_order(const void *a, const void *b)
{
    const struct order *one = a, *two = b;
    int lanes = strcmp(one->slot->lane, two->slot->lane);
    if (one->slot->date != two->slot->date)
        return one->slot->date < two->slot->date ? -1 : 1;
    if (lanes != 0)
        return lanes;
    if (one->start_min != two->start_min)
        return one->start_min < two->start_min ? -1 : 1;
    if (one->is_rest != two->is_rest)
        return one->is_rest ? 1 : -1;
    return one->index < two->index ? -1 : one->index > two->index;
}

static struct order *order_slots(const struct schedule *schedule)
{
    struct order *order = bytes_alloc((schedule->n_slots + 1) * sizeof *order);
    for (size_t i = 0; i < schedule->n_slots; i++) {
        order[i] = (struct order){&schedule->slots[i], i, order_start(schedule, i), false};
        order[i].is_rest =
            schedule->slots[i].parent == SCHEDULE_NO_PARENT && schedule_has_children(schedule, i);
    }
    qsort(order, schedule->n_slots, sizeof *order, compare_order);
    return order;
}

static bool is_same_day(const struct schedule_slot *a, const struct schedule_slot *b)
{
    return a->date == b->date && strcmp(a->lane, b->lane) == 0;
}

/* ---- one session */
struct walk {
    const struct schedule *schedule;
    const struct plan_options *options;
    const struct order *order;
    struct plan *plan;
    uint64_t free_ms; /* when the camera is free, after midnight */
    uint32_t waiting; /* late ones of the slot before */
};

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Never beyond what the figures hold: a million people at a very slow camera. */
static uint32_t to_seconds(uint64_t ms)
{
    return (uint32_t)least((ms + 999) / 1000, UINT32_MAX);
}

static void run_slot(struct walk *walk, size_t i)
{
    const struct schedule_slot *slot = walk->order[i].slot;
    struct plan_slot *planned = &walk->plan->slots[i];
    uint64_t start_ms = (uint64_t)walk->order[i].start_min * 60000, pace = walk->options->pace_ms;
    uint32_t late = (uint32_t)((uint64_t)planned->people * walk->options->late_permille / 1000);
    uint32_t served = planned->people - late;
    uint64_t from = planned->people > 0 && walk->free_ms > start_ms ? walk->free_ms : start_ms;
    uint64_t until = from + served * pace;
    planned->late = late;
    if (walk->options->late == LATE_END_OF_SLOT) {
        until += late * pace;
        late = 0;
    } else if (walk->options->late == LATE_AFTER_NEXT_SLOT && planned->people > 0) {
        until += walk->waiting * pace;
        walk->waiting = 0;
    }
    walk->waiting += late;
    planned->start_s = to_seconds(from);
    planned->end_s = to_seconds(until);
    planned->delay_s = to_seconds(from - start_ms);
    uint64_t end_ms = (uint64_t)slot->end_min * 60000;
    planned->overrun_s = until > end_ms && planned->people > 0 ? to_seconds(until - end_ms) : 0;
    if (planned->people > 0)
        walk->free_ms = until;
}

/* The slot after it that should have started by then, and was not meant to run beside it. */
static void find_pushed(struct plan *plan, const struct schedule *schedule, size_t i, size_t end)
{
    struct plan_slot *slot = &plan->slots[i];
    slot->overruns_into = -1;
    if (slot->overrun_s == 0)
        return;
    for (size_t j = i + 1; j < end; j++) {
        const struct schedule_slot *next = &schedule->slots[plan->slots[j].slot];
        uint32_t start_s = (uint32_t)next->start_min * 60;
        if (next->start_min < schedule->slots[slot->slot].end_min || plan->slots[j].people == 0)
            continue;
        if (slot->end_s > start_s) {
            slot->overruns_into = (int32_t)plan->slots[j].slot;
            slot->pushed_by_s = slot->end_s - start_s;
        }
        return;
    }
}

static void run_session(struct walk *walk, size_t first, size_t n)
{
    struct plan_session *session = &walk->plan->sessions[walk->plan->n_sessions++];
    *session = (struct plan_session){.lane = walk->order[first].slot->lane,
                                     .date = walk->order[first].slot->date,
                                     .first = first,
                                     .n_slots = n};
    walk->waiting = 0;
    for (size_t i = first; i < first + n; i++) {
        uint32_t end_s = (uint32_t)walk->order[i].slot->end_min * 60;
        run_slot(walk, i);
        session->people += walk->plan->slots[i].people;
        if (end_s > session->planned_end_s)
            session->planned_end_s = end_s;
        if (walk->plan->slots[i].people > 0 && walk->plan->slots[i].end_s > session->end_s)
            session->end_s = walk->plan->slots[i].end_s;
    }
    if (session->people == 0)
        session->end_s = walk->plan->slots[first].start_s;
    session->late = walk->waiting;
    if (walk->waiting > 0) {
        walk->free_ms += (uint64_t)walk->waiting * walk->options->pace_ms;
        session->end_s = to_seconds(walk->free_ms);
    }
}

static size_t session_length(const struct order *order, size_t n, size_t first, uint32_t break_min)
{
    uint32_t end_min = order[first].slot->end_min;
    size_t i = first + 1;
    for (; i < n && is_same_day(order[i].slot, order[first].slot); i++) {
        if (order[i].slot->start_min >= end_min + break_min)
            break;
        if (order[i].slot->end_min > end_min)
            end_min = order[i].slot->end_min;
    }
    return i - first;
}

static size_t day_end(const struct order *order, size_t n, size_t first)
{
    size_t end = first;
    while (end < n && is_same_day(order[end].slot, order[first].slot))
        end++;
    return end;
}

static void run(struct walk *walk, size_t n)
{
    uint32_t break_min = walk->options->break_min ? walk->options->break_min : 45;
    for (size_t i = 0; i < n;) {
        if (i == 0 || !is_same_day(walk->order[i].slot, walk->order[i - 1].slot))
            walk->free_ms = 0;
        size_t length = session_length(walk->order, n, i, break_min);
        run_session(walk, i, length);
        i += length;
    }
    for (size_t i = 0; i < n; i++)
        find_pushed(walk->plan, walk->schedule, i, day_end(walk->order, n, i));
}

int plan_simulate(const struct schedule *schedule, const struct schedule_count *counts, size_t n_counts,
                  const struct plan_options *options, struct plan *ret)
{
    if (options->pace_ms == 0 || options->late_permille > 1000)
        return -EINVAL;
    size_t n = schedule->n_slots;
    uint32_t *people = bytes_alloc((n + 1) * sizeof *people);
    uint32_t *unplaced = bytes_alloc((n_counts + 1) * sizeof *unplaced);
    struct order *order = order_slots(schedule);
    struct plan plan = {.n_slots = n};
    plan.slots = bytes_alloc((n + 1) * sizeof *plan.slots);
    plan.sessions = bytes_alloc((n + 1) * sizeof *plan.sessions);
    plan_head_counts(schedule, counts, n_counts, people, unplaced);
    for (size_t i = 0; i < n_counts; i++)
        plan.unplaced += unplaced[i];
    for (size_t i = 0; i < n; i++)
        plan.slots[i] = (struct plan_slot){.slot = order[i].index, .people = people[order[i].index]};
    struct walk walk = {.schedule = schedule, .options = options, .order = order, .plan = &plan};
    run(&walk, n);
    *ret = plan;
    free(order);
    free(unplaced);
    free(people);
    return 0;
}

void plan_done(struct plan *plan)
{
    free(plan->slots);
    free(plan->sessions);
    *plan = (struct plan){0};
}
