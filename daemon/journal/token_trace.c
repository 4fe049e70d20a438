/* Compares tokens with their entries. Pure; on the thread of journal_verify. */
#include "journal/token_trace.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "journal/token_scope.h"

void token_trace_done(struct token_trace *trace)
{
    free(trace->seen);
    *trace = (struct token_trace){0};
}

static struct token_seen *seen_of(const struct token_trace *trace, uint32_t id)
{
    return id >= 1 && id <= trace->count ? &trace->seen[id - 1] : NULL;
}

static char *trace_created(struct token_trace *trace, const struct queue_entry *entry)
{
    if (entry->value != trace->count + 1)
        return bytes_format("token %u was created where token %u is next", entry->value, trace->count + 1);
    const size_t role = strcspn(entry->text, " ");
    const char *units = entry->text[role] ? entry->text + role + 1 : "";
    struct token_scope scope;
    if (role >= sizeof trace->seen->role)
        return bytes_format("token %u was created with a role that cannot be", entry->value);
    if (strlen(units) >= TOKEN_SCOPE_SIZE || (entry->text[role] && !*units) ||
        !token_scope_parse(units, &scope))
        return bytes_format("token %u was created with units that cannot be", entry->value);
    trace->seen = bytes_resize(trace->seen, (trace->count + (size_t)1) * sizeof *trace->seen);
    struct token_seen *seen = &trace->seen[trace->count++];
    *seen = (struct token_seen){0};
    memcpy(seen->role, entry->text, role);
    memcpy(seen->units, units, strlen(units));
    memcpy(seen->lane, entry->lane, sizeof seen->lane);
    return NULL;
}

static char *trace_revoked(struct token_trace *trace, const struct queue_entry *entry)
{
    struct token_seen *seen = seen_of(trace, entry->value);
    if (!seen)
        return bytes_format("token %u was revoked, but never created", entry->value);
    if (seen->is_revoked)
        return bytes_format("token %u was revoked twice", entry->value);
    seen->is_revoked = true;
    return NULL;
}

char *token_trace_entry(struct token_trace *trace, const struct queue_entry *entry)
{
    if (entry->kind == ENTRY_TOKEN_CREATED)
        return trace_created(trace, entry);
    return entry->kind == ENTRY_TOKEN_REVOKED ? trace_revoked(trace, entry) : NULL;
}

/* A session has the rights of the token it was paired with, and spends it when it is a pairing token. */
static char *trace_session(const struct token_trace *trace, const struct token_record *session)
{
    struct token_seen *parent = seen_of(trace, session->parent);
    if (!parent || !parent->has_record || parent->kind == TOKEN_SESSION)
        return bytes_format("token %u: there is no token it can have been paired with", session->id);
    if (strcmp(parent->role, session->role) != 0 || strcmp(parent->lane, session->lane) != 0 ||
        strcmp(parent->units, session->units) != 0)
        return bytes_format("token %u: its rights are not those of token %u", session->id, session->parent);
    if (parent->kind == TOKEN_PAIRING && !parent->is_spent)
        return bytes_format("token %u: token %u was paired with it, yet it is not spent", session->parent,
                            session->id);
    if (parent->kind == TOKEN_PAIRING && parent->has_session)
        return bytes_format("token %u was paired twice", session->parent);
    parent->has_session = true;
    return NULL;
}

static uint32_t highest_unit(const struct token_record *token)
{
    struct token_scope scope;
    return token_scope_parse(token->units, &scope) ? token_scope_highest(&scope) : 0;
}

char *token_trace_record(struct token_trace *trace, const struct token_record *token)
{
    struct token_seen *seen = seen_of(trace, token->id);
    if (!seen)
        return bytes_format("token %u: no entry ever created it", token->id);
    seen->has_record = true;
    seen->kind = token->kind;
    seen->is_spent = token->used_us != 0;
    if (strcmp(seen->role, token->role) != 0)
        return bytes_format("token %u: its role is not what the entries say", token->id);
    if (strcmp(seen->lane, token->lane) != 0)
        return bytes_format("token %u: its lane is not what the entries say", token->id);
    if (strcmp(seen->units, token->units) != 0)
        return bytes_format("token %u: its units are not what the entries say", token->id);
    if (highest_unit(token) > trace->n_units)
        return bytes_format("token %u: it is for unit %u, which is not there", token->id,
                            highest_unit(token));
    if (seen->is_revoked != (token->revoked_us != 0))
        return bytes_format("token %u: the entries say it %s revoked", token->id,
                            seen->is_revoked ? "was" : "was never");
    if (token->kind == TOKEN_SESSION)
        return trace_session(trace, token);
    return token->parent ? bytes_format("token %u has a parent, but is no session", token->id) : NULL;
}

char *token_trace_end(const struct token_trace *trace)
{
    for (uint32_t id = 1; id <= trace->count; id++) {
        const struct token_seen *seen = &trace->seen[id - 1];
        if (!seen->has_record)
            return bytes_format("token %u: its record is missing", id);
        if (seen->kind == TOKEN_PAIRING && seen->is_spent && !seen->has_session)
            return bytes_format("token %u is spent, but nobody was paired with it", id);
    }
    return NULL;
}
