/* Reading the journal back: at start, and payloads for the hand-over. On the journal's thread. Checks what it
 * reads: the chain of the entries, the seals of the people. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "journal/chain.h"
#include "journal/journal_private.h"
#include "journal/rows.h"
#include "journal/seal.h"

/* Takes one row; false stops with JOURNAL_CORRUPT. */
typedef bool (*row_fn)(struct journal *, sqlite3_stmt *, void *arg);

static enum journal_fault corrupt(struct journal *journal, const char *why)
{
    free(journal->detail);
    journal->detail = bytes_text(why);
    return JOURNAL_CORRUPT;
}

static enum journal_fault read_rows(struct journal *journal, sqlite3_stmt *statement, row_fn take, void *arg)
{
    int result;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW)
        if (!take(journal, statement, arg))
            return corrupt(journal, sqlite3_sql(statement));
    return result == SQLITE_DONE ? JOURNAL_OK : database_explain(journal->db, &journal->detail);
}

static enum journal_fault read_all(struct journal *journal, const char *name, row_fn take, void *arg)
{
    sqlite3_stmt *statement = NULL;
    if (statement_prepare(journal->db, name, false, &statement) != SQLITE_OK)
        return database_explain(journal->db, &journal->detail);
    enum journal_fault fault = read_rows(journal, statement, take, arg);
    sqlite3_finalize(statement);
    return fault;
}

/* ---- entries */
struct entry_reading {
    journal_entry_fn take;
    void *arg;
    uint64_t seq; /* of the entry before */
    uint8_t hash[JOURNAL_HASH_SIZE];
};

static bool take_entry(struct journal *journal, sqlite3_stmt *statement, void *arg)
{
    (void)journal;
    struct entry_reading *reading = arg;
    struct queue_entry entry;
    uint8_t prev[JOURNAL_HASH_SIZE], stored[JOURNAL_HASH_SIZE];
    if (!row_entry(statement, &entry, prev, stored) || entry.seq != reading->seq + 1 ||
        memcmp(prev, reading->hash, sizeof prev) != 0)
        return false;
    chain_next(prev, &entry, reading->hash);
    reading->seq = entry.seq;
    return memcmp(stored, reading->hash, sizeof stored) == 0 && reading->take(reading->arg, &entry) == 0;
}

enum journal_fault journal_hash(struct journal *journal, uint64_t seq,
                                uint8_t ret_hash[static JOURNAL_HASH_SIZE])
{
    chain_first(ret_hash);
    if (seq == 0)
        return JOURNAL_OK;
    sqlite3_stmt *statement = NULL;
    enum journal_fault fault = JOURNAL_OK;
    int result = statement_prepare(journal->db, "select_hash", false, &statement);
    if (result == SQLITE_OK)
        result = sqlite3_bind_int64(statement, 1, (int64_t)seq);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        fault = database_explain(journal->db, &journal->detail);
    else if (result == SQLITE_DONE || !column_blob(statement, 0, ret_hash, JOURNAL_HASH_SIZE))
        fault = corrupt(journal, "an entry is not there");
    sqlite3_finalize(statement);
    return fault;
}

enum journal_fault journal_read_entries(struct journal *journal, uint64_t after_seq, journal_entry_fn take,
                                        void *arg)
{
    struct entry_reading reading = {.take = take, .arg = arg, .seq = after_seq};
    sqlite3_stmt *statement = NULL;
    enum journal_fault fault = journal_hash(journal, after_seq, reading.hash);
    if (fault)
        return fault;
    if (statement_prepare(journal->db, "select_entries", false, &statement) != SQLITE_OK ||
        sqlite3_bind_int64(statement, 1, (int64_t)after_seq) != SQLITE_OK)
        fault = database_explain(journal->db, &journal->detail);
    else
        fault = read_rows(journal, statement, take_entry, &reading);
    sqlite3_finalize(statement);
    return fault;
}

/* ---- people, credentials, answers, tokens */
struct person_reading {
    journal_person_fn take;
    void *arg;
};

static bool take_person(struct journal *journal, sqlite3_stmt *statement, void *arg)
{
    const struct person_reading *reading = arg;
    struct person_record person;
    bool is_good =
        row_person(statement, journal->keys.keys.seal, &person) && reading->take(reading->arg, &person) == 0;
    wipe_bytes(&person, sizeof person);
    return is_good;
}

enum journal_fault journal_read_people(struct journal *journal, journal_person_fn take, void *arg)
{
    return read_all(journal, "select_people", take_person, &(struct person_reading){take, arg});
}

struct credential_reading {
    journal_credential_fn take;
    void *arg;
};

static bool take_credential(struct journal *journal, sqlite3_stmt *statement, void *arg)
{
    (void)journal;
    const struct credential_reading *reading = arg;
    struct credential_record record;
    return row_credential(statement, &record) && reading->take(reading->arg, &record) == 0;
}

enum journal_fault journal_read_credentials(struct journal *journal, journal_credential_fn take, void *arg)
{
    return read_all(journal, "select_credentials", take_credential, &(struct credential_reading){take, arg});
}

struct answer_reading {
    journal_answer_fn take;
    void *arg;
};

static bool take_answer(struct journal *journal, sqlite3_stmt *statement, void *arg)
{
    (void)journal;
    const struct answer_reading *reading = arg;
    struct answer_record answer;
    return row_answer(statement, &answer) && reading->take(reading->arg, &answer) == 0;
}

enum journal_fault journal_read_answers(struct journal *journal, journal_answer_fn take, void *arg)
{
    return read_all(journal, "select_answers", take_answer, &(struct answer_reading){take, arg});
}

struct unit_reading {
    journal_unit_fn take;
    void *arg;
};

static bool take_unit(struct journal *journal, sqlite3_stmt *statement, void *arg)
{
    (void)journal;
    const struct unit_reading *reading = arg;
    struct unit_record unit;
    return row_unit(statement, &unit) && reading->take(reading->arg, &unit) == 0;
}

enum journal_fault journal_read_units(struct journal *journal, journal_unit_fn take, void *arg)
{
    return read_all(journal, "select_units", take_unit, &(struct unit_reading){take, arg});
}

struct slot_reading {
    journal_slot_fn take;
    void *arg;
};

static bool take_slot(struct journal *journal, sqlite3_stmt *statement, void *arg)
{
    (void)journal;
    const struct slot_reading *reading = arg;
    struct slot_record slot;
    return row_slot(statement, &slot) && reading->take(reading->arg, &slot) == 0;
}

enum journal_fault journal_read_slots(struct journal *journal, journal_slot_fn take, void *arg)
{
    return read_all(journal, "select_slots", take_slot, &(struct slot_reading){take, arg});
}

struct document_reading {
    journal_document_fn take;
    void *arg;
};

static bool take_document(struct journal *journal, sqlite3_stmt *statement, void *arg)
{
    (void)journal;
    const struct document_reading *reading = arg;
    struct document_record document;
    return row_document(statement, &document) && reading->take(reading->arg, &document) == 0;
}

enum journal_fault journal_read_documents(struct journal *journal, journal_document_fn take, void *arg)
{
    return read_all(journal, "select_documents", take_document, &(struct document_reading){take, arg});
}

struct token_reading {
    journal_token_fn take;
    void *arg;
};

static bool take_token(struct journal *journal, sqlite3_stmt *statement, void *arg)
{
    (void)journal;
    const struct token_reading *reading = arg;
    struct token_record token;
    return row_token(statement, &token) && reading->take(reading->arg, &token) == 0;
}

enum journal_fault journal_read_tokens(struct journal *journal, journal_token_fn take, void *arg)
{
    return read_all(journal, "select_tokens", take_token, &(struct token_reading){take, arg});
}

/* ---- rows of people */
static bool take_new_person(struct journal *journal, sqlite3_stmt *statement, void *arg)
{
    (void)arg;
    struct person_id person;
    if (!column_person(statement, 1, &person))
        return false;
    row_index_add(&journal->people, sqlite3_column_int64(statement, 0), 0, &person);
    return true;
}

static bool take_new_credential(struct journal *journal, sqlite3_stmt *statement, void *arg)
{
    (void)arg;
    struct person_id person;
    if (!column_person(statement, 1, &person))
        return false;
    row_index_add(&journal->payloads, sqlite3_column_int64(statement, 0), sqlite3_column_int(statement, 2),
                  &person);
    return true;
}

static enum journal_fault extend(struct journal *journal, sqlite3_stmt *statement, int64_t last_row,
                                 row_fn take)
{
    sqlite3_bind_int64(statement, 1, last_row);
    enum journal_fault fault = read_rows(journal, statement, take, NULL);
    sqlite3_reset(statement);
    return fault;
}

enum journal_fault journal_extend_people(struct journal *journal)
{
    return extend(journal, journal->statements.select_new_people, journal->people.last_row, take_new_person);
}

enum journal_fault journal_extend_payloads(struct journal *journal)
{
    return extend(journal, journal->statements.select_new_credentials, journal->payloads.last_row,
                  take_new_credential);
}

/* ---- payloads */
struct payload_reading {
    uint8_t *ret_bytes;
    size_t capacity, *ret_size;
};

static bool take_payload(struct journal *journal, sqlite3_stmt *statement, void *arg)
{
    const struct payload_reading *reading = arg;
    struct credential_record record;
    if (!row_credential(statement, &record))
        return false;
    const uint8_t *box = sqlite3_column_blob(statement, 3);
    size_t size = (size_t)sqlite3_column_bytes(statement, 3);
    return box && unseal_payload(journal->keys.keys.seal, &record, box, size, reading->ret_bytes,
                                 reading->capacity, reading->ret_size);
}

enum journal_fault journal_payload(struct journal *journal, const struct person_id *person,
                                   enum credential_kind kind, uint8_t *ret_bytes, size_t capacity,
                                   size_t *ret_size)
{
    enum journal_fault fault = journal_extend_payloads(journal);
    if (fault)
        return fault;
    int64_t row = row_index_find(&journal->payloads, (int32_t)kind, person);
    if (row == 0) {
        *ret_size = 0;
        return JOURNAL_OK;
    }
    sqlite3_stmt *statement = journal->statements.select_credential;
    size_t size = 0;
    struct payload_reading reading = {ret_bytes, capacity, &size};
    sqlite3_bind_int64(statement, 1, row);
    fault = read_rows(journal, statement, take_payload, &reading);
    sqlite3_reset(statement);
    if (!fault)
        *ret_size = size;
    return fault;
}

struct nth_payload {
    struct payload_reading reading;
    enum credential_kind kind;
    size_t before; /* so many more of that kind come first */
};

static bool take_nth_payload(struct journal *journal, sqlite3_stmt *statement, void *arg)
{
    struct nth_payload *nth = arg;
    struct credential_record record;
    if (!row_credential(statement, &record))
        return false;
    return record.kind != nth->kind || nth->before-- != 0 || take_payload(journal, statement, &nth->reading);
}

enum journal_fault journal_payload_at(struct journal *journal, const struct person_id *person,
                                      enum credential_kind kind, size_t index, uint8_t *ret_bytes,
                                      size_t capacity, size_t *ret_size)
{
    sqlite3_stmt *statement = journal->statements.select_credentials_of;
    size_t size = 0;
    struct nth_payload nth = {{ret_bytes, capacity, &size}, kind, index};
    sqlite3_bind_blob(statement, 1, person->bytes, PERSON_ID_SIZE, SQLITE_STATIC);
    enum journal_fault fault = read_rows(journal, statement, take_nth_payload, &nth);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (!fault)
        *ret_size = size;
    return fault;
}

struct all_payloads {
    journal_payload_fn take;
    void *arg;
    uint8_t payload[CREDENTIAL_MAX];
};

static bool take_one_payload(struct journal *journal, sqlite3_stmt *statement, void *arg)
{
    struct all_payloads *all = arg;
    struct credential_record record;
    size_t size = 0;
    const uint8_t *box = sqlite3_column_blob(statement, 3);
    return row_credential(statement, &record) && box &&
           unseal_payload(journal->keys.keys.seal, &record, box, (size_t)sqlite3_column_bytes(statement, 3),
                          all->payload, sizeof all->payload, &size) &&
           all->take(all->arg, &record, all->payload, size) == 0;
}

enum journal_fault journal_read_payloads(struct journal *journal, journal_payload_fn take, void *arg)
{
    struct all_payloads all = {.take = take, .arg = arg};
    enum journal_fault fault = read_all(journal, "select_credentials", take_one_payload, &all);
    wipe_bytes(all.payload, sizeof all.payload);
    return fault;
}
