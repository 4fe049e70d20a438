/* Migrations: schema/NNNN-name.sql, each run in one transaction that also sets user_version = NNNN. */
#ifndef JOURNAL_MIGRATE_H
#define JOURNAL_MIGRATE_H
#include <sqlite3.h>

#include "journal/journal.h"

/* The version of a database that this program makes. */
int migrate_latest(void);
/* Runs migrations 1 to `version` on an empty connection, without a key: the schema and nothing in it. An
 * SQLite result. */
int migrate_build(sqlite3 *, int version);
/* Brings the database up to date; nothing is done when it is. The transaction that makes the first tables
 * also stores `check`. A migration that fails leaves the version before it. */
enum journal_fault migrate_run(sqlite3 *, const uint8_t check[static JOURNAL_KEY_SIZE], char **ret_detail);
/* A copy in memory of the database behind `from`, brought up to date; `from` stays as it is and open. *ret is to be closed,
 * set only on success. What is sealed stays sealed in it. */
enum journal_fault migrate_copy(sqlite3 *from, const uint8_t check[static JOURNAL_KEY_SIZE], sqlite3 **ret,
                                char **ret_detail);

#endif
