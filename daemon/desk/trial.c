/* A group of commands that is never committed. Must not write to the journal nor change what is visible. On the thread of
 * whoever asks, under the desk's lock. */
#include "desk/trial.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "desk/group_state.h"

struct trial {
    struct writer writer; /* deciding: a copy; no journal */
    struct group group;
};

struct trial *trial_new(struct desk *desk)
{
    struct trial *trial = bytes_alloc(sizeof *trial);
    pthread_mutex_lock(&desk->lock);
    trial->writer.deciding = queue_clone(desk->visible);
    trial->group = (struct group){.desk = desk, .writer = &trial->writer, .is_trial = true};
    return trial;
}

void trial_free(struct trial *trial)
{
    queue_free(trial->writer.deciding);
    directory_free(trial->group.news);
    pthread_mutex_unlock(&trial->group.desk->lock);
    free(trial);
}

void trial_call(struct trial *trial, const struct desk_command *command, struct desk_answer *ret)
{
    const struct desk *desk = trial->group.desk;
    struct job *job = job_new(desk, command);
    struct outcome outcome = {.problem = told_store(desk)};
    if (outcome.problem == PROBLEM_NONE)
        group_try(&trial->group, job, &outcome);
    job_free(job);
    *ret = (struct desk_answer){
        .problem = outcome.problem,
        .created = outcome.created,
        .has_ticket = outcome.ticket.number,
        .is_alarm = outcome.is_alarm,
        .is_unchanged = outcome.is_unchanged,
        .could_override = outcome.could_override,
        .blocked = outcome.blocked,
        .warnings = outcome.warnings,
        .next_number = outcome.next_number,
    };
    if (!ret->has_ticket)
        return;
    ret->ticket.ticket = outcome.ticket;
    ret->ticket.ticket.reason = "";
    ticket_label(&queue_event(trial->writer.deciding)->rules, outcome.ticket.lane, outcome.ticket.number,
                 ret->ticket.label);
}
