/* Rows of the database to our structs and back. Columns stand in the order of schema/statements.sql.
 * A reader (row_...) returns false, leaving *ret undefined, when a value does not fit: the file was altered.
 */
#ifndef JOURNAL_ROWS_H
#define JOURNAL_ROWS_H
#include <sqlite3.h>

#include "journal/journal.h"

/* The bound memory must stay until the statement has run. */
void bind_entry(sqlite3_stmt *, const struct queue_entry *, const uint8_t prev[static JOURNAL_HASH_SIZE],
                const uint8_t hash[static JOURNAL_HASH_SIZE]);
void bind_ticket(sqlite3_stmt *, const struct ticket *);
void bind_person(sqlite3_stmt *, const struct person_id *, const uint8_t *box, size_t box_size);
void bind_credential(sqlite3_stmt *, const struct credential_record *, const uint8_t *box, size_t box_size);
void bind_answer(sqlite3_stmt *, const struct answer_record *);
void bind_unit(sqlite3_stmt *, const struct unit_record *);
void bind_slot(sqlite3_stmt *, const struct slot_record *);
void bind_document(sqlite3_stmt *, uint64_t seq, const char *kind, const char *text);
void bind_token(sqlite3_stmt *, const struct token_record *);

bool row_entry(sqlite3_stmt *, struct queue_entry *ret, uint8_t ret_prev[static JOURNAL_HASH_SIZE],
               uint8_t ret_hash[static JOURNAL_HASH_SIZE]);
bool row_ticket(sqlite3_stmt *, struct ticket *ret); /* its reason: until the statement's next step */
bool row_person(sqlite3_stmt *, const uint8_t key[static JOURNAL_KEY_SIZE], struct person_record *ret);
bool row_credential(sqlite3_stmt *, struct credential_record *ret);
bool row_answer(sqlite3_stmt *, struct answer_record *ret);
bool row_unit(sqlite3_stmt *, struct unit_record *ret);
bool row_slot(sqlite3_stmt *, struct slot_record *ret);
bool row_document(sqlite3_stmt *,
                  struct document_record *ret); /* its texts: until the statement's next step */
bool row_token(sqlite3_stmt *, struct token_record *ret);

/* A blob of exactly `size` bytes; a person id, of which x'' is nobody. */
bool column_blob(sqlite3_stmt *, int column, uint8_t *ret_bytes, size_t size);
bool column_person(sqlite3_stmt *, int column, struct person_id *ret);

#endif
