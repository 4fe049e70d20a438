/* Binding and reading of rows, nothing else. On the thread of the connection. */
#include "journal/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "journal/seal.h"
#include "journal/token_scope.h"

/* The next parameter or column of a statement. */
struct cursor {
    sqlite3_stmt *statement;
    int at;
    bool is_sound;
};

static void check(int result)
{
    if (result != SQLITE_OK)
        abort(); /* out of memory, or a parameter that the statement does not have */
}

static void put_number(struct cursor *to, int64_t value)
{
    check(sqlite3_bind_int64(to->statement, ++to->at, value));
}

static void put_text(struct cursor *to, const char *text)
{
    check(sqlite3_bind_text(to->statement, ++to->at, text, -1, SQLITE_STATIC));
}

static void put_blob(struct cursor *to, const void *bytes, size_t size)
{
    check(sqlite3_bind_blob(to->statement, ++to->at, bytes, (int)size, SQLITE_STATIC));
}

static void put_person(struct cursor *to, const struct person_id *id)
{
    put_blob(to, id->bytes, person_id_is_none(id) ? 0 : PERSON_ID_SIZE);
}

void bind_entry(sqlite3_stmt *statement, const struct queue_entry *entry,
                const uint8_t prev[static JOURNAL_HASH_SIZE], const uint8_t hash[static JOURNAL_HASH_SIZE])
{
    struct cursor to = {.statement = statement};
    put_number(&to, (int64_t)entry->seq);
    put_number(&to, (int64_t)entry->kind);
    put_number(&to, entry->at_us);
    put_number(&to, entry->mono_us);
    put_text(&to, entry->lane);
    put_number(&to, entry->number);
    put_number(&to, entry->value);
    put_person(&to, &entry->person);
    put_number(&to, (int64_t)entry->medium);
    put_number(&to, entry->bound);
    put_text(&to, entry->device);
    put_text(&to, entry->text);
    put_text(&to, entry->extra);
    put_blob(&to, prev, JOURNAL_HASH_SIZE);
    put_blob(&to, hash, JOURNAL_HASH_SIZE);
}

void bind_ticket(sqlite3_stmt *statement, const struct ticket *ticket)
{
    struct cursor to = {.statement = statement};
    put_number(&to, (int64_t)ticket->state);
    put_person(&to, &ticket->person);
    put_number(&to, (int64_t)ticket->medium);
    put_number(&to, ticket->bound);
    put_number(&to, ticket->session);
    put_number(&to, ticket->calls);
    put_number(&to, ticket->shots);
    put_number(&to, ticket->retakes);
    put_number(&to, ticket->issued_us);
    put_number(&to, ticket->called_us);
    put_number(&to, ticket->shot_us);
    put_number(&to, ticket->ended_us);
    put_number(&to, (int64_t)ticket->issued_seq);
    put_number(&to, (int64_t)ticket->seq);
    put_text(&to, ticket->reason);
    put_number(&to, ticket->note.unit);
    put_number(&to, ticket->note.rank);
    put_number(&to, ticket->note.flags);
    put_number(&to, ticket->confirmed);
    put_number(&to, ticket->is_suspect);
    put_number(&to, ticket->acknowledged);
    put_number(&to, ticket->card_back);
    put_number(&to, ticket->has_left);
    put_number(&to, ticket->turn);
    put_text(&to, ticket->lane);
    put_number(&to, ticket->number);
}

void bind_person(sqlite3_stmt *statement, const struct person_id *id, const uint8_t *box, size_t box_size)
{
    struct cursor to = {.statement = statement};
    put_blob(&to, id->bytes, PERSON_ID_SIZE);
    put_blob(&to, box, box_size);
}

void bind_credential(sqlite3_stmt *statement, const struct credential_record *record, const uint8_t *box,
                     size_t box_size)
{
    struct cursor to = {.statement = statement};
    put_blob(&to, record->digest, DIGEST_SIZE);
    put_number(&to, (int64_t)record->kind);
    put_blob(&to, record->person.bytes, PERSON_ID_SIZE);
    put_blob(&to, box, box_size);
}

void bind_answer(sqlite3_stmt *statement, const struct answer_record *answer)
{
    struct cursor to = {.statement = statement};
    put_text(&to, answer->key);
    put_blob(&to, answer->fingerprint, sizeof answer->fingerprint);
    put_number(&to, answer->verdict);
    put_number(&to, answer->created);
    put_text(&to, answer->lane);
    put_number(&to, answer->number);
    put_number(&to, answer->called);
    put_number(&to, (int64_t)answer->seq);
    put_number(&to, answer->could_override);
    put_number(&to, answer->warnings);
    put_number(&to, answer->is_alarm);
    put_number(&to, answer->next_number);
    put_number(&to, answer->added);
    put_number(&to, answer->updated);
    put_number(&to, answer->unchanged);
    put_number(&to, answer->skipped);
}

void bind_token(sqlite3_stmt *statement, const struct token_record *token)
{
    struct cursor to = {.statement = statement};
    put_number(&to, token->id);
    put_blob(&to, token->hash, DIGEST_SIZE);
    put_number(&to, (int64_t)token->kind);
    put_number(&to, token->parent);
    put_text(&to, token->role);
    put_text(&to, token->lane);
    put_number(&to, token->created_us);
    put_number(&to, token->expires_us);
    put_number(&to, token->used_us);
    put_number(&to, token->revoked_us);
    put_text(&to, token->name);
    put_number(&to, token->seen_us);
    put_text(&to, token->units);
}

void bind_unit(sqlite3_stmt *statement, const struct unit_record *unit)
{
    struct cursor to = {.statement = statement};
    put_number(&to, unit->id);
    put_text(&to, unit->college);
    put_text(&to, unit->name);
}

void bind_slot(sqlite3_stmt *statement, const struct slot_record *slot)
{
    struct cursor to = {.statement = statement};
    put_text(&to, slot->lane);
    put_number(&to, slot->start_us);
    put_number(&to, slot->end_us);
    put_text(&to, slot->unit);
    put_number(&to, (int64_t)slot->level);
}

void bind_document(sqlite3_stmt *statement, uint64_t seq, const char *kind, const char *text)
{
    struct cursor to = {.statement = statement};
    put_number(&to, (int64_t)seq);
    put_text(&to, kind);
    put_text(&to, text);
}

/* ---- reading */
bool column_blob(sqlite3_stmt *statement, int column, uint8_t *ret_bytes, size_t size)
{
    const void *bytes = sqlite3_column_blob(statement, column);
    if (!bytes || (size_t)sqlite3_column_bytes(statement, column) != size)
        return false;
    memcpy(ret_bytes, bytes, size);
    return true;
}

bool column_person(sqlite3_stmt *statement, int column, struct person_id *ret)
{
    memset(ret, 0, sizeof *ret);
    return sqlite3_column_bytes(statement, column) == 0 ||
           column_blob(statement, column, ret->bytes, PERSON_ID_SIZE);
}

static int64_t take_number(struct cursor *from, int64_t least, int64_t most)
{
    int64_t value = sqlite3_column_int64(from->statement, from->at++);
    from->is_sound &= value >= least && value <= most;
    return value;
}

static int64_t take_time(struct cursor *from)
{
    return take_number(from, INT64_MIN, INT64_MAX);
}

static uint32_t take_u32(struct cursor *from)
{
    return (uint32_t)take_number(from, 0, UINT32_MAX);
}

static uint64_t take_seq(struct cursor *from)
{
    return (uint64_t)take_number(from, 0, INT64_MAX);
}

static void take_text(struct cursor *from, char *ret_text, size_t capacity)
{
    const char *text = (const char *)sqlite3_column_text(from->statement, from->at);
    size_t length = (size_t)sqlite3_column_bytes(from->statement, from->at++);
    if (!text || length >= capacity || memchr(text, 0, length)) {
        from->is_sound = false;
        return;
    }
    memcpy(ret_text, text, length + 1);
}

/* SQLite's memory, until the statement's next step. */
static const char *take_borrowed(struct cursor *from, size_t most)
{
    const char *text = (const char *)sqlite3_column_text(from->statement, from->at);
    size_t length = (size_t)sqlite3_column_bytes(from->statement, from->at++);
    from->is_sound &= text && length <= most && !memchr(text, 0, length);
    return text ? text : "";
}

static void take_blob(struct cursor *from, uint8_t *ret_bytes, size_t size)
{
    from->is_sound &= column_blob(from->statement, from->at++, ret_bytes, size);
}

static void take_person(struct cursor *from, struct person_id *ret)
{
    from->is_sound &= column_person(from->statement, from->at++, ret);
}

bool row_entry(sqlite3_stmt *statement, struct queue_entry *ret, uint8_t ret_prev[static JOURNAL_HASH_SIZE],
               uint8_t ret_hash[static JOURNAL_HASH_SIZE])
{
    struct cursor from = {.statement = statement, .is_sound = true};
    memset(ret, 0, sizeof *ret);
    ret->seq = take_seq(&from);
    ret->kind = (enum entry_kind)take_number(&from, 1, UINT16_MAX);
    ret->at_us = take_time(&from);
    ret->mono_us = take_time(&from);
    take_text(&from, ret->lane, sizeof ret->lane);
    ret->number = take_u32(&from);
    ret->value = take_u32(&from);
    take_person(&from, &ret->person);
    ret->medium = (enum medium)take_number(&from, 0, MEDIUM_COUNT - 1);
    ret->bound = take_number(&from, 0, 1);
    take_text(&from, ret->device, sizeof ret->device);
    take_text(&from, ret->text, sizeof ret->text);
    take_text(&from, ret->extra, sizeof ret->extra);
    take_blob(&from, ret_prev, JOURNAL_HASH_SIZE);
    take_blob(&from, ret_hash, JOURNAL_HASH_SIZE);
    return from.is_sound;
}

bool row_ticket(sqlite3_stmt *statement, struct ticket *ret)
{
    struct cursor from = {.statement = statement, .is_sound = true};
    memset(ret, 0, sizeof *ret);
    ret->state = (enum ticket_state)take_number(&from, 1, TICKET_STATE_COUNT - 1);
    take_person(&from, &ret->person);
    ret->medium = (enum medium)take_number(&from, 0, MEDIUM_COUNT - 1);
    ret->bound = take_number(&from, 0, 1);
    ret->session = take_u32(&from);
    ret->calls = take_u32(&from);
    ret->shots = take_u32(&from);
    ret->retakes = take_u32(&from);
    ret->issued_us = take_time(&from);
    ret->called_us = take_time(&from);
    ret->shot_us = take_time(&from);
    ret->ended_us = take_time(&from);
    ret->issued_seq = take_seq(&from);
    ret->seq = take_seq(&from);
    ret->reason = take_borrowed(&from, ENTRY_TEXT_MAX);
    ret->note.unit = take_u32(&from);
    ret->note.rank = take_u32(&from);
    ret->note.flags = take_u32(&from);
    ret->confirmed = take_number(&from, 0, 1);
    ret->is_suspect = take_number(&from, 0, 1);
    ret->acknowledged = take_number(&from, 0, 1);
    ret->card_back = take_number(&from, 0, 1);
    ret->has_left = take_number(&from, 0, 1);
    ret->turn = take_u32(&from);
    take_text(&from, ret->lane, sizeof ret->lane);
    ret->number = take_u32(&from);
    return from.is_sound;
}

bool row_person(sqlite3_stmt *statement, const uint8_t key[static JOURNAL_KEY_SIZE],
                struct person_record *ret)
{
    struct person_id id = {0};
    if (!column_blob(statement, 0, id.bytes, PERSON_ID_SIZE))
        return false;
    const uint8_t *box = sqlite3_column_blob(statement, 1);
    return box && unseal_person(key, &id, box, (size_t)sqlite3_column_bytes(statement, 1), ret);
}

bool row_credential(sqlite3_stmt *statement, struct credential_record *ret)
{
    struct cursor from = {.statement = statement, .is_sound = true};
    memset(ret, 0, sizeof *ret);
    take_blob(&from, ret->digest, DIGEST_SIZE);
    ret->kind = (enum credential_kind)take_number(&from, CREDENTIAL_ID_NUMBER, CREDENTIAL_CAMPUS_CARD);
    take_blob(&from, ret->person.bytes, PERSON_ID_SIZE);
    return from.is_sound;
}

bool row_answer(sqlite3_stmt *statement, struct answer_record *ret)
{
    struct cursor from = {.statement = statement, .is_sound = true};
    memset(ret, 0, sizeof *ret);
    take_text(&from, ret->key, sizeof ret->key);
    take_blob(&from, ret->fingerprint, sizeof ret->fingerprint);
    ret->verdict = (int32_t)take_number(&from, INT32_MIN, INT32_MAX);
    ret->created = take_number(&from, 0, 1);
    take_text(&from, ret->lane, sizeof ret->lane);
    ret->number = take_u32(&from);
    ret->called = take_u32(&from);
    ret->seq = take_seq(&from);
    ret->could_override = take_u32(&from);
    ret->warnings = take_u32(&from);
    ret->is_alarm = take_number(&from, 0, 1);
    ret->next_number = take_u32(&from);
    ret->added = take_u32(&from);
    ret->updated = take_u32(&from);
    ret->unchanged = take_u32(&from);
    ret->skipped = take_u32(&from);
    return from.is_sound;
}

bool row_unit(sqlite3_stmt *statement, struct unit_record *ret)
{
    struct cursor from = {.statement = statement, .is_sound = true};
    memset(ret, 0, sizeof *ret);
    ret->id = (uint32_t)take_number(&from, 1, UINT32_MAX);
    take_text(&from, ret->college, sizeof ret->college);
    take_text(&from, ret->name, sizeof ret->name);
    return from.is_sound && *ret->name;
}

bool row_slot(sqlite3_stmt *statement, struct slot_record *ret)
{
    struct cursor from = {.statement = statement, .is_sound = true};
    memset(ret, 0, sizeof *ret);
    take_text(&from, ret->lane, sizeof ret->lane);
    ret->start_us = take_time(&from);
    ret->end_us = take_time(&from);
    take_text(&from, ret->unit, sizeof ret->unit);
    ret->level = (enum degree)take_number(&from, 0, DEGREE_COUNT - 1);
    return from.is_sound && *ret->lane && ret->end_us > ret->start_us;
}

bool row_document(sqlite3_stmt *statement, struct document_record *ret)
{
    enum { KIND_MAX = 24, TEXT_MAX = 16777216 };
    struct cursor from = {.statement = statement, .is_sound = true};
    memset(ret, 0, sizeof *ret);
    ret->seq = take_seq(&from);
    ret->kind = take_borrowed(&from, KIND_MAX);
    ret->text = take_borrowed(&from, TEXT_MAX);
    return from.is_sound;
}

bool row_token(sqlite3_stmt *statement, struct token_record *ret)
{
    struct cursor from = {.statement = statement, .is_sound = true};
    memset(ret, 0, sizeof *ret);
    ret->id = take_u32(&from);
    take_blob(&from, ret->hash, DIGEST_SIZE);
    ret->kind = (enum token_kind)take_number(&from, TOKEN_BEARER, TOKEN_SESSION);
    ret->parent = take_u32(&from);
    take_text(&from, ret->role, sizeof ret->role);
    take_text(&from, ret->lane, sizeof ret->lane);
    ret->created_us = take_time(&from);
    ret->expires_us = take_time(&from);
    ret->used_us = take_time(&from);
    ret->revoked_us = take_time(&from);
    take_text(&from, ret->name, sizeof ret->name);
    ret->seen_us = take_time(&from);
    take_text(&from, ret->units, sizeof ret->units);
    struct token_scope scope;
    return from.is_sound && token_scope_parse(ret->units, &scope) &&
           (!*ret->name || text_is_plain(ret->name, strlen(ret->name), TOKEN_NAME_MAX));
}
