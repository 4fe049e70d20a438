/* What the office orders: rules, documents, payments, the roll. Within a group of commands; writer's thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "desk/group_state.h"
#include "desk/list_finding.h"

static void now(struct queue_command *command)
{
    command->at_us = clock_utc_us();
    command->mono_us = clock_mono_us();
}

/* ---- documents */
static const struct stored_document *latest(const struct group *group, const char *kind)
{
    const struct stored_document *fresh = documents_find(group->documents, kind);
    return fresh ? fresh : documents_find(group->desk->documents, kind);
}

void group_put_document(struct group *group, struct queue_command *like, const char *kind, const char *text)
{
    const struct stored_document *known = latest(group, kind);
    struct queue_command command = {.kind = COMMAND_LIST_IMPORTED};
    struct queue_decision decision;
    if (!text || (known && strcmp(known->text, text) == 0))
        return;
    now(&command);
    memcpy(command.device, like->device, sizeof command.device);
    snprintf(command.extra, sizeof command.extra, DOCUMENT_EXTRA "%s", kind);
    journal_document_digest(text, command.text);
    command.value = (uint32_t)strlen(text);
    if (group_decide(group, &command, &decision) != QUEUE_DONE || !group_is_sound(group))
        return;
    group->fault = journal_put_document(group->writer->journal, kind, text);
    documents_put(&group->documents, kind, text, decision.entries[0].seq);
    group->has_lists = true;
}

/* ---- rules */
void group_rules(struct group *group, struct outcome *outcome)
{
    struct job *job = outcome->job;
    struct queue_command command = job->command.queue;
    struct queue_decision decision;
    command.kind = COMMAND_RULES_SET;
    command.text[0] = '\0';
    now(&command);
    const enum queue_verdict verdict = group_decide(group, &command, &decision);
    const bool was_event = job->command.kind == DESK_QUEUE;
    if (verdict == QUEUE_DONE || verdict == QUEUE_UNCHANGED)
        group_put_document(group, &command, "profile", job->command.document);
    if (was_event) /* the event is there; its answer is given already */
        return;
    group_settle(group, outcome, &decision);
    outcome->created = false;
    group_keep_answer(group, outcome, verdict);
}

/* ---- payments */
/* A number typed wrong would book the money on somebody else. */
static bool has_other_name(const struct lookup *look, const struct who *who, const struct job *job)
{
    struct person_record record;
    const bool result = who->is_known && directory_get(look->directory, &who->person, &record) &&
                        names_contradict(record.name, job->fresh.name);
    wipe_bytes(&record, sizeof record);
    return result;
}

/* QUEUE_DONE: go on. */
static enum queue_verdict find_payer(const struct group *group, struct job *job, bool *ret_is_known)
{
    struct lookup look;
    struct who who;
    *ret_is_known = true;
    job->command.queue.person = job->command.person_ref;
    if (!job->credential.kind)
        return QUEUE_DONE;
    group_look(group, &look);
    const struct presented presented = {&job->fresh, &job->credential, &job->second, job->command.level};
    lookup_who(&look, &presented, &who);
    job->command.queue.person = who.person;
    *ret_is_known = who.is_known;
    if (who.is_ambiguous)
        return QUEUE_LEVEL_AMBIGUOUS;
    if (!person_id_is_none(&who.other))
        return QUEUE_CREDENTIAL_TAKEN;
    return has_other_name(&look, &who, job) ? QUEUE_NAME_DIFFERS : QUEUE_DONE;
}

static bool person_is_known(const struct group *group, const struct person_id *person)
{
    struct lookup look;
    struct person_facts facts;
    group_look(group, &look);
    directory_facts(look.directory, person, &facts);
    return facts.is_known;
}

void group_payment(struct group *group, struct outcome *outcome)
{
    struct job *job = outcome->job;
    struct queue_command *command = &job->command.queue;
    struct queue_decision decision = {0};
    bool is_known;
    decision.verdict = find_payer(group, job, &is_known);
    if (!job->credential.kind && !person_is_known(group, &command->person)) {
        outcome->problem = PROBLEM_PERSON_UNKNOWN;
        return;
    }
    command->kind = COMMAND_PAYMENT;
    if (!strchr(command->extra, ' ') && strlen(command->extra) < PROFILE_MAX)
        strcat(command->extra, " "); /* no method was said */
    now(command);
    if (decision.verdict == QUEUE_DONE)
        queue_decide(group->writer->deciding, command, &decision);
    if (job->credential.kind)
        people_of_check_in(group, job, is_known, decision.verdict);
    for (size_t i = 0; i < decision.n_entries; i++)
        group_append(group, &decision.entries[i]);
    group_settle(group, outcome, &decision);
    const struct ticket *ticket = queue_ticket_of(group->writer->deciding, &command->person);
    if (ticket)
        outcome->ticket = *ticket;
    group->has_lists |= decision.n_entries > 0;
    group_keep_answer(group, outcome, decision.verdict);
}

/* ---- the ledger */
void group_ledger_sign(struct group *group, struct outcome *outcome)
{
    struct queue_command *command = &outcome->job->command.queue;
    struct queue_decision decision;
    const bool has_event = queue_event(group->writer->deciding)->exists;
    const bool has_lane = !*command->lane || queue_lane(group->writer->deciding, command->lane);
    if (has_event && has_lane && !group_take_difference(group, command)) {
        outcome->problem = PROBLEM_LEDGER_LINE_UNKNOWN;
        return;
    }
    command->kind = COMMAND_LEDGER_SIGN;
    now(command);
    const enum queue_verdict verdict = group_decide(group, command, &decision);
    group_settle(group, outcome, &decision);
    outcome->difference = command->difference;
    outcome->who = command->who;
    group->has_lists |= decision.n_entries > 0;
    group_keep_answer(group, outcome, verdict);
}

/* ---- roll call */
static enum queue_verdict mark_one(struct group *group, struct queue_command *command,
                                   struct queue_decision *decision)
{
    now(command);
    const enum queue_verdict verdict = group_decide(group, command, decision);
    group->has_lists |= decision->n_entries > 0;
    return verdict;
}

static void mark_unit(struct group *group, struct outcome *outcome, struct queue_decision *decision)
{
    struct queue_command *command = &outcome->job->command.queue;
    size_t count;
    const struct person_id *members =
        directory_members(group->desk->directory, outcome->job->command.unit, &count);
    *decision = (struct queue_decision){.verdict = QUEUE_UNCHANGED};
    for (size_t i = 0; i < count && problem_of_verdict(decision->verdict) == PROBLEM_NONE; i++) {
        if (queue_ticket_of(group->writer->deciding, &members[i]))
            continue;
        command->person = members[i];
        if (mark_one(group, command, decision) == QUEUE_DONE)
            outcome->list.updated++;
    }
}

void group_roll(struct group *group, struct outcome *outcome)
{
    struct job *job = outcome->job;
    struct queue_command *command = &job->command.queue;
    struct queue_decision decision;
    struct lookup look;
    group_look(group, &look);
    command->kind = COMMAND_ROLL;
    if (person_id_is_none(&command->person)) {
        if (!directory_unit(look.directory, job->command.unit)) {
            outcome->problem = PROBLEM_NOT_FOUND;
            return;
        }
        mark_unit(group, outcome, &decision);
    } else {
        if (!person_is_known(group, &command->person)) {
            outcome->problem = PROBLEM_PERSON_UNKNOWN;
            return;
        }
        mark_one(group, command, &decision);
    }
    group_settle(group, outcome, &decision);
    outcome->ticket = (struct ticket){0};
    group_keep_answer(group, outcome, decision.verdict);
}
