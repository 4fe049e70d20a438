/* What the queue would decide, asked of the visible state. Must not change anything: no entry, no person, no credential
 * comes of it. Any thread; the desk's lock is held for one lookup and one decision. */
#include <string.h>

#include "base/clock.h"
#include "desk/group_state.h"

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
static void decide(struct desk *desk, const struct presentation *presentation, struct job *job,
                   struct queue_decision *ret)
{
    struct writer reading = {.deciding = desk->visible};
    const struct group group = {.desk = desk, .writer = &reading, .is_trial = true};
    job_present(desk, job, presentation);
    people_prepare_check_in(&group, job);
    queue_decide(desk->visible, &job->command.queue, ret);
    job_forget(job);
}

void desk_preview(struct desk *desk, const char *lane, const struct presentation *presentation,
                  enum degree level, struct desk_preview *ret)
{
    struct job job = {.command = {.queue = {.kind = COMMAND_CHECK_IN}, .level = level}};
    struct queue_command *command = &job.command.queue;
    struct queue_decision decision;
    command->at_us = clock_utc_us();
    command->mono_us = clock_mono_us();
    strncpy(command->lane, lane, sizeof command->lane - 1);
    *ret = (struct desk_preview){0};
    pthread_mutex_lock(&desk->lock);
    decide(desk, presentation, &job, &decision);
    ret->problem = told_store(desk);
    if (ret->problem == PROBLEM_NONE)
        take_decision(queue_event(desk->visible), &decision, ret);
    pthread_mutex_unlock(&desk->lock);
}
