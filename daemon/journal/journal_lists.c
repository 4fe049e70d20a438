/* Writing what the office hands in, and what changes whose a credential is. On the journal's thread, inside the
 * transaction that journal.c began. */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "journal/journal_private.h"
#include "journal/rows.h"
#include "journal/seal.h"

enum journal_fault journal_put_ticket(struct journal *journal, const struct ticket *ticket)
{
    if (journal->fault)
        return journal->fault;
    assert(journal_is_writing(journal));
    bind_ticket(journal->statements.update_ticket, ticket);
    return journal_run_on_one(journal, journal->statements.update_ticket,
                              "a change of a ticket that is not there");
}

enum journal_fault journal_put_unit(struct journal *journal, const struct unit_record *unit)
{
    if (journal->fault)
        return journal->fault;
    assert(journal_is_writing(journal));
    bind_unit(journal->statements.put_unit, unit);
    return journal_outcome(journal, statement_run(journal->statements.put_unit));
}

enum journal_fault journal_clear_slots(struct journal *journal)
{
    if (journal->fault)
        return journal->fault;
    assert(journal_is_writing(journal));
    return journal_outcome(journal, statement_run(journal->statements.delete_slots));
}

enum journal_fault journal_put_slot(struct journal *journal, const struct slot_record *slot)
{
    if (journal->fault)
        return journal->fault;
    assert(journal_is_writing(journal));
    bind_slot(journal->statements.insert_slot, slot);
    return journal_outcome(journal, statement_run(journal->statements.insert_slot));
}

enum journal_fault journal_put_document(struct journal *journal, const char *kind, const char *text)
{
    if (journal->fault)
        return journal->fault;
    assert(journal_is_writing(journal));
    bind_document(journal->statements.insert_document, journal->now.seq, kind, text);
    return journal_outcome(journal, statement_run(journal->statements.insert_document));
}

void journal_document_digest(const char *text, char ret_digest[static DOCUMENT_DIGEST_SIZE])
{
    uint8_t hash[(DOCUMENT_DIGEST_SIZE - 1) / 2];
    crypto_generichash(hash, sizeof hash, (const uint8_t *)text, strlen(text), NULL, 0);
    hex_encode(hash, sizeof hash, ret_digest);
}

/* ---- credentials that change hands: the box is bound to its person, so it is made anew */
struct moving {
    int64_t row;
    struct credential_record record;
    size_t payload_size;
    uint8_t payload[CREDENTIAL_MAX];
};

static bool take_moving(struct journal *journal, sqlite3_stmt *statement, struct moving *ret)
{
    enum { ROW = 4 };
    const uint8_t *box = sqlite3_column_blob(statement, 3);
    ret->row = sqlite3_column_int64(statement, ROW);
    return row_credential(statement, &ret->record) && box &&
           unseal_payload(journal->keys.keys.seal, &ret->record, box,
                          (size_t)sqlite3_column_bytes(statement, 3), ret->payload, sizeof ret->payload,
                          &ret->payload_size);
}

/* Reads all before any is written: the statement must not see its own changes. */
static enum journal_fault load_moving(struct journal *journal, const struct person_id *from,
                                      struct moving **ret, size_t *ret_count)
{
    sqlite3_stmt *statement = journal->statements.select_credentials_of;
    enum journal_fault fault = JOURNAL_OK;
    int result;
    sqlite3_bind_blob(statement, 1, from->bytes, PERSON_ID_SIZE, SQLITE_STATIC);
    while ((result = sqlite3_step(statement)) == SQLITE_ROW && !fault) {
        *ret = bytes_resize(*ret, (*ret_count + 1) * sizeof **ret);
        if (take_moving(journal, statement, &(*ret)[*ret_count]))
            ++*ret_count;
        else
            fault = JOURNAL_CORRUPT;
    }
    if (!fault && result != SQLITE_DONE)
        fault = database_explain(journal->db, &journal->detail);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return fault;
}

static enum journal_fault store_moved(struct journal *journal, struct moving *moving,
                                      const struct person_id *to)
{
    sqlite3_stmt *statement = journal->statements.move_credential;
    uint8_t box[SEAL_PAYLOAD_MAX];
    moving->record.person = *to;
    size_t size =
        seal_payload(journal->keys.keys.seal, &moving->record, moving->payload, moving->payload_size, box);
    sqlite3_bind_blob(statement, 1, to->bytes, PERSON_ID_SIZE, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 2, box, (int)size, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, moving->row);
    return journal_run_on_one(journal, statement, "a credential that is not there");
}

enum journal_fault journal_move_credentials(struct journal *journal, const struct person_id *from,
                                            const struct person_id *to, journal_credential_fn moved,
                                            void *arg)
{
    struct moving *moving = NULL;
    size_t count = 0;
    if (journal->fault)
        return journal->fault;
    assert(journal_is_writing(journal));
    enum journal_fault fault = load_moving(journal, from, &moving, &count);
    if (fault)
        journal_fail(journal, fault);
    for (size_t i = 0; i < count && !fault; i++) {
        fault = store_moved(journal, &moving[i], to);
        if (!fault)
            moved(arg, &moving[i].record);
    }
    row_index_done(&journal->payloads); /* it is filled anew when it is asked */
    wipe_bytes(moving, count * sizeof *moving);
    free(moving);
    return fault;
}
