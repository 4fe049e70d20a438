/* What the queue would decide, asked of the visible state. Must not change anything: no entry, no person, no credential
 * comes of it. Any thread; the desk's lock is held for one lookup and one decision. */
#include <string.h>

#include "base/clock.h"
#include "desk/desk_state.h"
#include "desk/lookup.h"

static void take_decision(const struct queue_event *event, const struct queue_decision *decision,
                          struct desk_preview *ret)
{
    ret->problem = problem_of_verdict(decision->verdict);
    ret->is_waiting = decision->verdict == QUEUE_ALREADY_WAITING;
    /* the number that a new ticket would get is nobody's yet */
    if (decision->number && decision->verdict != QUEUE_DONE)
        ticket_label(&event->rules, decision->lane, decision->number, ret->label);
}

/* A person nobody knows has an id that no ticket carries. */
static void decide(const struct desk *desk, const struct presentation *presentation,
                   struct queue_command *command, struct queue_decision *ret)
{
    struct job job = {0};
    struct lookup look = {desk->directory, desk->visible, &desk->keys, desk->slots, desk->n_slots};
    struct who who;
    job_present(desk, &job, presentation);
    const struct presented presented = {&job.fresh, &job.credential, &job.second, DEGREE_NONE};
    lookup_who(&look, &presented, &who);
    command->person = who.person;
    command->other = who.other;
    command->medium = presentation->medium;
    command->bound = job.fresh.bound;
    lookup_facts(&look, &who.person, who.is_ambiguous, command->lane, command->at_us, &command->facts);
    queue_decide(desk->visible, command, ret);
    job_forget(&job);
}

void desk_preview(struct desk *desk, const char *lane, const struct presentation *presentation,
                  struct desk_preview *ret)
{
    struct queue_command command = {.kind = COMMAND_CHECK_IN};
    struct queue_decision decision;
    command.at_us = clock_utc_us();
    command.mono_us = clock_mono_us();
    strncpy(command.lane, lane, sizeof command.lane - 1);
    *ret = (struct desk_preview){0};
    pthread_mutex_lock(&desk->lock);
    decide(desk, presentation, &command, &decision);
    ret->problem = desk->store;
    if (ret->problem == PROBLEM_NONE)
        take_decision(queue_event(desk->visible), &decision, ret);
    pthread_mutex_unlock(&desk->lock);
}
