/* What the files of struct journal share: journal.c (life and writing), journal_read.c. Private to journal/.
 */
#ifndef JOURNAL_JOURNAL_PRIVATE_H
#define JOURNAL_JOURNAL_PRIVATE_H
#include "journal/database.h"
#include "journal/key_file.h"
#include "journal/row_index.h"

/* Prepared once; each is the text of that name in schema/statements.sql. */
#define JOURNAL_STATEMENTS(X)                                                                                \
    X(insert_entry)                                                                                          \
    X(insert_ticket)                                                                                         \
    X(update_ticket)                                                                                         \
    X(insert_person)                                                                                         \
    X(update_person)                                                                                         \
    X(select_new_people)                                                                                     \
    X(insert_credential)                                                                                     \
    X(select_credentials_of)                                                                                 \
    X(move_credential)                                                                                       \
    X(put_unit)                                                                                              \
    X(delete_slots)                                                                                          \
    X(insert_slot)                                                                                           \
    X(insert_document)                                                                                       \
    X(insert_answer)                                                                                         \
    X(put_token)                                                                                             \
    X(select_credential)                                                                                     \
    X(select_new_credentials)

struct journal {
    sqlite3 *db;
    int file; /* holds the flock on event.db; -1: not yet. Closed after db, see database.c */
#define X(name) sqlite3_stmt *name;
    struct {
        JOURNAL_STATEMENTS(X)
    } statements;
#undef X
    struct derived_keys keys; /* in locked memory where the limits allow */
    struct {
        uint64_t seq;
        uint8_t head[JOURNAL_HASH_SIZE];
    } now, committed;         /* `now` is ahead of `committed` inside a transaction */
    int wal_pages;            /* in the WAL after the latest commit */
    enum journal_fault fault; /* sticky */
    char *detail;             /* of the fault; NULL: none */
    struct row_index people, payloads;
};

/* journal.c: what the writing files share. */
/* Ends the transaction; the fault sticks. */
enum journal_fault journal_fail(struct journal *, enum journal_fault);
/* Turns the result of a statement into ours. */
enum journal_fault journal_outcome(struct journal *, int result);
/* Runs a statement that is to write exactly one row. */
enum journal_fault journal_run_on_one(struct journal *, sqlite3_stmt *, const char *otherwise);
bool journal_is_writing(const struct journal *); /* inside a transaction */

/* Prepares all of them. */
enum journal_fault journal_prepare_statements(struct journal *);

/* Adds the rows that came since to people or payloads. */
enum journal_fault journal_extend_people(struct journal *);
enum journal_fault journal_extend_payloads(struct journal *);
/* Fills now and committed from the latest entry. Needs no more of the journal than db. */
enum journal_fault journal_load_head(struct journal *);

#endif
