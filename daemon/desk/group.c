/* One group of commands in one transaction: decide, write, commit, apply to what is visible, publish, answer;
 * in that order. Writer's thread. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "desk/door_note.h"
#include "desk/group_state.h"

bool group_is_sound(const struct group *group)
{
    return group->fault == JOURNAL_OK && !group->is_trial;
}

void group_begin(struct group *group)
{
    if (group_is_sound(group) && !group->has_begun) {
        group->fault = journal_begin(group->writer->journal);
        group->has_begun = group_is_sound(group);
    }
}

/* A decision on a mismatch puts every frame of a range under suspicion. */
static void write_suspects(struct group *group, const struct queue_entry *entry)
{
    const struct writer *writer = group->writer;
    for (uint32_t number = entry->value; number && number < entry->number && group_is_sound(group);
         number++) {
        const struct ticket *ticket = queue_ticket(writer->deciding, entry->lane, number);
        if (ticket)
            group->fault = journal_put_ticket(writer->journal, ticket);
    }
}

void group_append(struct group *group, struct queue_entry *entry)
{
    struct writer *writer = group->writer;
    if (group->is_trial) {
        entry->seq = queue_seq(writer->deciding) + 1;
        if (queue_apply(writer->deciding, entry) != QUEUE_APPLY_OK)
            abort(); /* it was decided on the same state */
        return;
    }
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
    if (entry->kind == ENTRY_RESOLVED)
        write_suspects(group, entry);
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

void group_keep_answer(struct group *group, const struct outcome *outcome, enum queue_verdict verdict)
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
        .could_override = outcome->could_override,
        .warnings = outcome->warnings,
        .is_alarm = outcome->is_alarm,
        .next_number = outcome->next_number,
        .added = outcome->list.added,
        .updated = outcome->list.updated,
        .unchanged = outcome->list.unchanged,
        .skipped = outcome->list.skipped,
    };
    memcpy(answer.record.key, job->command.key, sizeof answer.record.key);
    memcpy(answer.record.fingerprint, job->fingerprint, sizeof answer.record.fingerprint);
    memcpy(answer.record.lane, outcome->ticket.lane, sizeof answer.record.lane);
    group_begin(group);
    if (group_is_sound(group))
        group->fault = journal_put_answer(group->writer->journal, &answer.record);
    answers_put(group->writer->answers, &answer);
}

enum queue_verdict group_decide(struct group *group, struct queue_command *command,
                                struct queue_decision *ret)
{
    queue_decide(group->writer->deciding, command, ret);
    for (size_t i = 0; i < ret->n_entries; i++)
        group_append(group, &ret->entries[i]);
    return ret->verdict;
}

static bool is_creating(enum command_kind kind)
{
    return kind == COMMAND_CHECK_IN || kind == COMMAND_EVENT_CREATE;
}

void group_settle(struct group *group, struct outcome *outcome, const struct queue_decision *decision)
{
    outcome->problem = problem_of_verdict(decision->verdict);
    outcome->is_unchanged = decision->verdict == QUEUE_UNCHANGED;
    outcome->created = decision->verdict == QUEUE_DONE && is_creating(outcome->job->command.queue.kind);
    outcome->ticket = ticket_now(group, decision->lane, decision->number);
    outcome->called = ticket_now(group, decision->lane, decision->called);
    outcome->could_override = decision->could_override;
    outcome->blocked = decision->blocked;
    outcome->warnings = decision->warnings;
    if (decision->verdict == QUEUE_PAPER_GAP)
        outcome->next_number = decision->number;
}

/* Heard at once, since whoever stands in the wrong place can still be asked to step back. */
static bool is_alarming(const struct group *group, const struct outcome *outcome)
{
    return outcome->created && outcome->ticket.number && outcome->ticket.note.flags & ISSUE_OUT_OF_ORDER &&
           queue_event(group->writer->deciding)->rules.order == ORDER_ALARM;
}

/* Slips are entered later than they were handed out; nothing else knows a time of its own. */
static void take_time(struct queue_command *command)
{
    const int64_t now_us = clock_utc_us();
    if (command->kind != COMMAND_PAPER || command->at_us <= 0 || command->at_us > now_us)
        command->at_us = now_us;
    command->mono_us = clock_mono_us();
}

static bool brings_somebody(enum command_kind kind)
{
    return kind == COMMAND_CHECK_IN || kind == COMMAND_PAPER;
}

/* What is learnt of people goes before the entries that name them. */
static void learn(struct group *group, struct outcome *outcome, bool was_known,
                  const struct queue_decision *decision)
{
    struct job *job = outcome->job;
    const struct queue_command *command = &job->command.queue;
    if (brings_somebody(command->kind)) {
        people_of_check_in(group, job, was_known, decision->verdict);
    } else if (command->kind == COMMAND_BIND && decision->verdict == QUEUE_DONE) {
        const struct person_id before =
            queue_ticket(group->writer->deciding, command->lane, command->number)->person;
        people_bind(group, job, &before, &decision->entries[decision->n_entries - 1].person);
    }
}

/* No event without the rules it was to have. */
static bool is_unsound_event(const struct job *job)
{
    const struct queue_command *command = &job->command.queue;
    return command->kind == COMMAND_EVENT_CREATE && job->command.document &&
           queue_rules_check(&command->rules) != RULES_SOUND;
}

static void run_queue_command(struct group *group, struct outcome *outcome)
{
    struct job *job = outcome->job;
    struct queue_command *command = &job->command.queue;
    struct queue_decision decision;
    bool was_known = false;
    take_time(command);
    if (brings_somebody(command->kind))
        was_known = people_prepare_check_in(group, job);
    else if (command->kind == COMMAND_BIND)
        people_prepare_bind(group, job);
    else if (command->kind == COMMAND_SESSION_CLOSE || command->kind == COMMAND_EVENT_CLOSE)
        group_take_open_lines(group, command);
    queue_decide(group->writer->deciding, command, &decision);
    if (is_unsound_event(job))
        decision = (struct queue_decision){.verdict = QUEUE_RULES_CONTRADICT};
    else if (command->kind == COMMAND_BIND && command->facts.is_other_level)
        decision = (struct queue_decision){.verdict = QUEUE_LEVEL_DIFFERS};
    else if (command->kind == COMMAND_BIND && command->facts.is_ambiguous)
        decision = (struct queue_decision){.verdict = QUEUE_LEVEL_AMBIGUOUS};
    learn(group, outcome, was_known, &decision);
    for (size_t i = 0; i < decision.n_entries; i++)
        group_append(group, &decision.entries[i]);
    group_settle(group, outcome, &decision);
    outcome->is_alarm = is_alarming(group, outcome);
    group_keep_answer(group, outcome, decision.verdict);
    if (command->kind == COMMAND_EVENT_CREATE && job->command.document && decision.verdict == QUEUE_DONE)
        group_rules(group, outcome);
}

void group_try(struct group *group, struct job *job, struct outcome *ret)
{
    *ret = (struct outcome){.job = job};
    run_queue_command(group, ret);
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
    outcome->is_unchanged = record->verdict == QUEUE_UNCHANGED;
    outcome->ticket = answer->ticket;
    outcome->called = answer->called;
    outcome->could_override = record->could_override;
    outcome->warnings = record->warnings;
    outcome->is_alarm = record->is_alarm;
    outcome->next_number = record->next_number;
    outcome->list = (struct list_result){record->added, record->updated, record->unchanged, record->skipped};
}

/* What an event that goes on at another computer may still do here: nothing that the other one would not know of. */
static bool stays_here(const struct desk_command *command)
{
    if (command->kind != DESK_QUEUE)
        return command->kind == DESK_TOKEN_CREATE || command->kind == DESK_TOKEN_REVOKE ||
               command->kind == DESK_PAIR;
    return command->queue.kind == COMMAND_RESTORED || command->queue.kind == COMMAND_HANDED_OVER ||
           command->queue.kind == COMMAND_PURGED;
}

static void run_job(struct group *group, struct outcome *outcome)
{
    const struct desk_command *command = &outcome->job->command;
    if (command->document && strlen(command->document) > DOCUMENT_MAX) {
        outcome->problem = PROBLEM_TOO_LARGE;
        return;
    }
    const struct kept_answer *known =
        *command->key ? answers_get(group->writer->answers, command->key) : NULL;
    if (known) {
        repeat_answer(outcome, known);
        return;
    }
    if (group->desk->is_elsewhere && !stays_here(command)) {
        outcome->problem = PROBLEM_EVENT_ELSEWHERE;
        return;
    }
    switch (command->kind) {
    case DESK_QUEUE:
    case DESK_BIND:
        run_queue_command(group, outcome);
        return;
    case DESK_TOKEN_CREATE:
        group_token_create(group, outcome);
        return;
    case DESK_TOKEN_REVOKE:
        group_token_revoke(group, outcome);
        return;
    case DESK_PAIR:
        group_pair(group, outcome);
        return;
    case DESK_TOKENS_SEEN:
        group_tokens_seen(group);
        return;
    case DESK_RULES:
        group_rules(group, outcome);
        return;
    case DESK_LIST:
        group_list(group, outcome);
        return;
    case DESK_PAYMENT:
        group_payment(group, outcome);
        return;
    case DESK_ROLL:
        group_roll(group, outcome);
        return;
    case DESK_LEDGER_SIGN:
        group_ledger_sign(group, outcome);
        return;
    }
}

/* ---- after the commit */
static void publish_office(struct group *group)
{
    struct desk *desk = group->desk;
    if (group->news)
        directory_merge(desk->directory, group->news);
    if (group->has_slots) {
        free(desk->slots);
        desk->slots = group->slots;
        desk->n_slots = group->n_slots;
        group->slots = NULL;
    }
    documents_take(&desk->documents, &group->documents);
}

static void publish(struct group *group, int64_t commit_us)
{
    struct desk *desk = group->desk;
    pthread_mutex_lock(&desk->lock);
    publish_office(group);
    for (size_t i = 0; i < group->n_entries; i++) {
        if (queue_apply(desk->visible, &group->entries[i]) != QUEUE_APPLY_OK)
            abort(); /* it was applied to the writer's state a moment ago */
        feed_add_entry(&desk->feed, desk->visible, &group->entries[i]);
    }
    if (group->has_lists)
        feed_add_note(&desk->feed, "", "lists", "{}", false);
    desk->stats.entries += group->n_entries;
    for (size_t i = 0; i < group->n_tokens; i++)
        tokens_put(&desk->tokens, &group->tokens[i]);
    desk->token_changes += group->n_tokens > 0;
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

/* A tap that has become a number: the door hears of it as of any other, once. */
static void use_tap(struct desk *desk, const struct outcome *outcome, const struct desk_answer *answer)
{
    const struct desk_command *command = &outcome->job->command;
    const int64_t now_us = clock_mono_us();
    char reader[READER_NAME_MAX + 1];
    struct presentation presentation;
    if (!*command->tap || answer->problem || answer->replayed ||
        taps_find(&desk->taps, command->queue.lane, command->tap, command->key, now_us, reader,
                  &presentation) < 0)
        return;
    door_note_answer(desk, command->queue.lane, reader, answer, &presentation, NULL);
    presentation_wipe(&presentation);
    taps_use(&desk->taps, command->queue.lane, command->tap, command->key, now_us);
}

static void answer_job(struct group *group, struct outcome *outcome)
{
    struct desk *desk = group->desk;
    struct desk_answer answer = {
        .problem = outcome->problem,
        .created = outcome->created,
        .is_unchanged = outcome->is_unchanged,
        .replayed = outcome->replayed,
        .has_ticket = outcome->ticket.number,
        .has_called = outcome->called.number,
        .token = outcome->token,
        .is_alarm = outcome->is_alarm,
        .could_override = outcome->could_override,
        .blocked = outcome->blocked,
        .warnings = outcome->warnings,
        .next_number = outcome->next_number,
        .difference = outcome->difference,
        .who = outcome->who,
        .list = outcome->list,
    };
    pthread_mutex_lock(&desk->lock);
    answer.seq = queue_seq(desk->visible);
    if (answer.has_ticket)
        view_of_ticket(desk, &outcome->ticket, &answer.ticket);
    if (answer.has_called)
        view_of_ticket(desk, &outcome->called, &answer.called);
    pthread_mutex_unlock(&desk->lock);
    use_tap(desk, outcome, &answer);
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
    free(group.slots);
    documents_free(group.documents);
    directory_free(group.news);
}
