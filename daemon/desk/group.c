/* One group of commands in one transaction: decide, write, commit, apply to what is visible, publish, answer;
 * in that order. Writer's thread. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "desk/group_state.h"

bool group_is_sound(const struct group *group)
{
    return group->fault == JOURNAL_OK;
}

void group_begin(struct group *group)
{
    if (group_is_sound(group) && !group->has_begun) {
        group->fault = journal_begin(group->writer->journal);
        group->has_begun = group_is_sound(group);
    }
}

static void append_entry(struct group *group, struct queue_entry *entry)
{
    struct writer *writer = group->writer;
    group_begin(group);
    if (!group_is_sound(group))
        return;
    entry->seq = journal_seq(writer->journal) + 1;
    if (queue_apply(writer->deciding, entry) != QUEUE_APPLY_OK) {
        group->fault = JOURNAL_CORRUPT;
        return;
    }
    const struct ticket *after =
        entry->number ? queue_ticket(writer->deciding, entry->lane, entry->number) : NULL;
    group->fault = journal_append(writer->journal, entry, after);
    if (group->n_entries == group->entries_capacity) {
        group->entries_capacity = group->entries_capacity ? group->entries_capacity * 2 : 64;
        group->entries = bytes_resize(group->entries, group->entries_capacity * sizeof *group->entries);
    }
    group->entries[group->n_entries++] = *entry;
}

/* ---- commands of the queue */
static struct ticket ticket_now(const struct group *group, const char *lane, uint32_t number)
{
    const struct ticket *ticket = number ? queue_ticket(group->writer->deciding, lane, number) : NULL;
    return ticket ? *ticket : (struct ticket){0};
}

static void keep_answer(struct group *group, const struct outcome *outcome, enum queue_verdict verdict)
{
    const struct job *job = outcome->job;
    if (!*job->command.key)
        return;
    struct kept_answer answer = {.ticket = outcome->ticket, .called = outcome->called};
    answer.record = (struct answer_record){
        .verdict = (int32_t)verdict,
        .created = outcome->created,
        .number = outcome->ticket.number,
        .called = outcome->called.number,
        .seq = journal_seq(group->writer->journal),
    };
    memcpy(answer.record.key, job->command.key, sizeof answer.record.key);
    memcpy(answer.record.fingerprint, job->fingerprint, sizeof answer.record.fingerprint);
    memcpy(answer.record.lane, outcome->ticket.lane, sizeof answer.record.lane);
    group_begin(group);
    if (group_is_sound(group))
        group->fault = journal_put_answer(group->writer->journal, &answer.record);
    answers_put(group->writer->answers, &answer);
}

static bool is_creating(enum command_kind kind)
{
    return kind == COMMAND_CHECK_IN || kind == COMMAND_EVENT_CREATE;
}

static void run_queue_command(struct group *group, struct outcome *outcome)
{
    struct job *job = outcome->job;
    struct queue_command *command = &job->command.queue;
    struct queue_decision decision;
    bool was_known = false;
    if (command->kind == COMMAND_CHECK_IN)
        was_known = people_prepare_check_in(group, job);
    else if (command->kind == COMMAND_BIND)
        people_prepare_bind(group, job);
    command->at_us = clock_utc_us();
    command->mono_us = clock_mono_us();
    queue_decide(group->writer->deciding, command, &decision);
    if (command->kind == COMMAND_CHECK_IN)
        people_of_check_in(group, job, was_known, decision.verdict);
    else if (command->kind == COMMAND_BIND && decision.verdict == QUEUE_DONE)
        people_bind(group, job, &decision.entries[0].person);
    for (size_t i = 0; i < decision.n_entries; i++)
        append_entry(group, &decision.entries[i]);
    outcome->problem = problem_of_verdict(decision.verdict);
    outcome->created = decision.verdict == QUEUE_DONE && is_creating(command->kind);
    outcome->ticket = ticket_now(group, decision.lane, decision.number);
    if (decision.n_entries == 2)
        outcome->called = ticket_now(group, decision.lane, decision.entries[1].number);
    keep_answer(group, outcome, decision.verdict);
}

static void repeat_answer(struct outcome *outcome, const struct kept_answer *answer)
{
    const struct answer_record *record = &answer->record;
    if (memcmp(record->fingerprint, outcome->job->fingerprint, sizeof record->fingerprint) != 0) {
        outcome->problem = PROBLEM_KEY_REUSED;
        return;
    }
    outcome->replayed = true;
    outcome->created = record->created;
    outcome->problem = problem_of_verdict((enum queue_verdict)record->verdict);
    outcome->ticket = answer->ticket;
    outcome->called = answer->called;
}

/* ---- tokens */
static void write_token(struct group *group, const struct token_record *token)
{
    group_begin(group);
    if (group_is_sound(group))
        group->fault = journal_put_token(group->writer->journal, token);
    tokens_put(&group->writer->tokens, token);
    group->tokens = bytes_resize(group->tokens, (group->n_tokens + 1) * sizeof *group->tokens);
    group->tokens[group->n_tokens++] = *token;
}

static void write_token_entry(struct group *group, const struct job *job, enum entry_kind kind,
                              const struct token_record *token)
{
    struct queue_entry entry = {
        .kind = kind,
        .at_us = clock_utc_us(),
        .mono_us = clock_mono_us(),
        .value = token->id,
    };
    memcpy(entry.device, job->command.queue.device, sizeof entry.device);
    memcpy(entry.lane, token->lane, sizeof entry.lane);
    memcpy(entry.text, token->role, sizeof token->role);
    append_entry(group, &entry);
}

static void create_token(struct group *group, struct outcome *outcome, const struct token_record *wanted)
{
    struct token_record token = *wanted;
    token.id = (uint32_t)group->writer->tokens.count + 1;
    token.created_us = clock_utc_us();
    write_token_entry(group, outcome->job, ENTRY_TOKEN_CREATED, &token);
    write_token(group, &token);
    outcome->token = token;
    outcome->created = true;
}

static void run_token_create(struct group *group, struct outcome *outcome)
{
    const struct token_record *wanted = &outcome->job->command.token;
    if (*wanted->lane && !queue_lane(group->writer->deciding, wanted->lane))
        outcome->problem = PROBLEM_LANE_UNKNOWN;
    else
        create_token(group, outcome, wanted);
}

static void revoke_token(struct group *group, const struct job *job, uint32_t id)
{
    struct token_record token = *tokens_by_id(&group->writer->tokens, id);
    if (token.revoked_us)
        return;
    token.revoked_us = clock_utc_us();
    write_token_entry(group, job, ENTRY_TOKEN_REVOKED, &token);
    write_token(group, &token);
}

/* A token's sessions end with it; they have higher ids. */
static void run_token_revoke(struct group *group, struct outcome *outcome)
{
    const struct token_record *known = tokens_by_id(&group->writer->tokens, outcome->job->command.token.id);
    if (!known) {
        outcome->problem = PROBLEM_NOT_FOUND;
        return;
    }
    uint32_t id = known->id;
    for (uint32_t each = id; each <= group->writer->tokens.count; each++)
        if (each == id || tokens_by_id(&group->writer->tokens, each)->parent == id)
            revoke_token(group, outcome->job, each);
    outcome->token = *tokens_by_id(&group->writer->tokens, id);
}

static void run_pair(struct group *group, struct outcome *outcome)
{
    const struct desk_command *command = &outcome->job->command;
    const struct token_record *known = tokens_by_hash(&group->writer->tokens, command->token.hash);
    if (!known || !token_is_live(known, clock_utc_us()) || known->kind == TOKEN_SESSION) {
        outcome->problem = PROBLEM_BAD_TOKEN;
        return;
    }
    struct token_record parent = *known, session = command->session;
    memcpy(session.role, parent.role, sizeof session.role);
    memcpy(session.lane, parent.lane, sizeof session.lane);
    session.parent = parent.id;
    if (parent.kind == TOKEN_PAIRING) {
        parent.used_us = clock_utc_us();
        write_token(group, &parent);
    }
    create_token(group, outcome, &session);
}

static void run_job(struct group *group, struct outcome *outcome)
{
    const struct desk_command *command = &outcome->job->command;
    const struct kept_answer *known =
        *command->key ? answers_get(group->writer->answers, command->key) : NULL;
    if (known) {
        repeat_answer(outcome, known);
        return;
    }
    switch (command->kind) {
    case DESK_QUEUE:
    case DESK_BIND:
        run_queue_command(group, outcome);
        return;
    case DESK_TOKEN_CREATE:
        run_token_create(group, outcome);
        return;
    case DESK_TOKEN_REVOKE:
        run_token_revoke(group, outcome);
        return;
    case DESK_PAIR:
        run_pair(group, outcome);
        return;
    }
}

/* ---- after the commit */
static void publish(struct group *group, int64_t commit_us)
{
    struct desk *desk = group->desk;
    pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < group->n_people; i++)
        directory_put(desk->directory, &group->people[i]);
    for (size_t i = 0; i < group->n_entries; i++) {
        if (queue_apply(desk->visible, &group->entries[i]) != QUEUE_APPLY_OK)
            abort(); /* it was applied to the writer's state a moment ago */
        feed_add_entry(&desk->feed, desk->visible, &group->entries[i]);
    }
    desk->stats.entries += group->n_entries;
    for (size_t i = 0; i < group->n_tokens; i++)
        tokens_put(&desk->tokens, &group->tokens[i]);
    desk->stats.commands += group->n_outcomes;
    desk->stats.commits += group->has_begun;
    desk->stats.commit_us_sum += group->has_begun ? (uint64_t)commit_us : 0;
    if (group->n_outcomes > desk->stats.group_max)
        desk->stats.group_max = group->n_outcomes;
    for (size_t i = 0; i < group->n_outcomes; i++)
        desk->stats.refused += group->outcomes[i].problem != PROBLEM_NONE;
    pthread_mutex_unlock(&desk->lock);
    if (group->n_entries)
        wake_listener(desk);
}

static void answer_job(struct group *group, struct outcome *outcome)
{
    struct desk *desk = group->desk;
    struct desk_answer answer = {
        .problem = outcome->problem,
        .created = outcome->created,
        .replayed = outcome->replayed,
        .has_ticket = outcome->ticket.number,
        .has_called = outcome->called.number,
        .token = outcome->token,
    };
    pthread_mutex_lock(&desk->lock);
    answer.seq = queue_seq(desk->visible);
    if (answer.has_ticket)
        view_of_ticket(desk, &outcome->ticket, &answer.ticket);
    if (answer.has_called)
        view_of_ticket(desk, &outcome->called, &answer.called);
    pthread_mutex_unlock(&desk->lock);
    if (outcome->job->done)
        outcome->job->done(outcome->job->arg, &answer);
}

/* Nothing of the group happened; whoever asked is told so, and the writer's state is thrown away with it. */
static void abandon(struct group *group)
{
    struct desk *desk = group->desk;
    enum problem problem = problem_of_journal(group->fault);
    char *detail =
        bytes_format("%s: %s", journal_fault_text(group->fault), journal_detail(group->writer->journal));
    writer_unload(desk);
    set_store(desk, problem, detail);
    free(detail);
    for (size_t i = 0; i < group->n_outcomes; i++) {
        struct outcome *outcome = &group->outcomes[i];
        *outcome = (struct outcome){.job = outcome->job, .problem = problem};
    }
}

static void commit_group(struct group *group)
{
    int64_t start_us = clock_mono_us();
    if (group_is_sound(group) && group->has_begun)
        group->fault = journal_commit(group->writer->journal);
    else if (group->has_begun)
        journal_rollback(group->writer->journal);
    if (group_is_sound(group))
        publish(group, clock_mono_us() - start_us);
    else
        abandon(group);
}

void group_run(struct desk *desk, struct job *jobs)
{
    struct group group = {.desk = desk, .writer = &desk->writer};
    for (struct job *job = jobs; job; job = job->next)
        group.n_outcomes++;
    group.outcomes = bytes_alloc(group.n_outcomes * sizeof *group.outcomes);
    size_t index = 0;
    for (struct job *job = jobs; job; job = job->next)
        group.outcomes[index++].job = job;
    for (index = 0; index < group.n_outcomes && group_is_sound(&group); index++)
        run_job(&group, &group.outcomes[index]);
    commit_group(&group);
    for (index = 0; index < group.n_outcomes; index++) {
        answer_job(&group, &group.outcomes[index]);
        job_free(group.outcomes[index].job);
    }
    free(group.outcomes);
    free(group.entries);
    free(group.tokens);
    wipe_bytes(group.people, group.n_people * sizeof *group.people);
    free(group.people);
}
