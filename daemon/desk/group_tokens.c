/* Tokens made, revoked and paired within a group of commands. Writer's thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "desk/group_state.h"
#include "desk/scope.h"

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
    int length = snprintf(entry.text, sizeof entry.text, "%s%s%s", token->role, *token->units ? " " : "",
                          token->units);
    if (length < 0 || (size_t)length >= sizeof entry.text)
        abort();
    group_append(group, &entry);
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

void group_token_create(struct group *group, struct outcome *outcome)
{
    const struct token_record *wanted = &outcome->job->command.token;
    const uint32_t n_units = directory_unit_count(group->news ? group->news : group->desk->directory);
    if (*wanted->lane && !queue_lane(group->writer->deciding, wanted->lane))
        outcome->problem = PROBLEM_LANE_UNKNOWN;
    else if (!scope_is_sound(wanted->role, wanted->units, n_units))
        outcome->problem = PROBLEM_BAD_REQUEST;
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
void group_token_revoke(struct group *group, struct outcome *outcome)
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

void group_pair(struct group *group, struct outcome *outcome)
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
    memcpy(session.name, parent.name, sizeof session.name);
    memcpy(session.units, parent.units, sizeof session.units);
    session.parent = parent.id;
    session.seen_us = clock_utc_us();
    if (parent.kind == TOKEN_PAIRING) {
        parent.used_us = clock_utc_us();
        write_token(group, &parent);
    }
    create_token(group, outcome, &session);
    const struct token_record *before = tokens_by_id(&group->writer->tokens, command->session.id);
    if (before && before->kind == TOKEN_SESSION)
        revoke_token(group, outcome->job, before->id);
}

/* What was heard of each token since it was last written down. A pairing token is seen by nobody. */
void group_tokens_seen(struct group *group)
{
    size_t count;
    struct token_record *seen = desk_tokens(group->desk, &count);
    for (size_t i = 0; i < count; i++) {
        const struct token_record *known = tokens_by_id(&group->writer->tokens, seen[i].id);
        if (!known || known->seen_us >= seen[i].seen_us)
            continue;
        struct token_record token = *known;
        token.seen_us = seen[i].seen_us;
        write_token(group, &token);
    }
    free(seen);
}
