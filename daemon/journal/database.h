/* One SQLite connection as this house wants it, its faults in our words, and its statements by name.
 * Private to journal/: nobody above sees a sqlite3. */
#ifndef JOURNAL_DATABASE_H
#define JOURNAL_DATABASE_H
#include <sqlite3.h>

#include "journal/journal.h"

enum { DATABASE_APPLICATION_ID = 0x50616948 /* "PaiH" */ };

/* What a failing SQLite result means here; `error` is an extended code. NULL db is fine. SQLITE_NOMEM aborts.
 */
enum journal_fault database_fault(sqlite3 *db, int error);
/* The same for the connection's latest error, with SQLite's words (and errno's) in *ret_detail. */
enum journal_fault database_explain(sqlite3 *db, char **ret_detail);

/* DATA_DIR/event.db, to free(). */
char *database_path(const char *data_dir);
/* True when there is a file with something in it. */
bool database_exists(const char *path, const char *vfs);

/* What stands in a file, found out without changing it. */
enum database_content { DATABASE_EMPTY, DATABASE_OURS };

/* Opens for writing without changing anything yet, and says whose file it is. An empty database (no table in
 * it) is what a crash during the very first start leaves behind. */
enum journal_fault database_open(const char *path, const char *vfs, bool create, sqlite3 **ret,
                                 enum database_content *ret_content, char **ret_detail);
/* WAL, synchronous and the rest, each read back; then quick_check and a try of the write lock. */
enum journal_fault database_prepare_writing(sqlite3 *, bool is_unsafe_normal, char **ret_detail);
/* A connection that cannot write nor checkpoint, on a database of ours of this version or an older one. A file that
 * nobody can write here (a stick or disc that may only be read) and that stands alone, without a -wal, is taken as it is:
 * SQLite would want to put a -shm beside it. */
enum journal_fault database_open_reading(const char *path, sqlite3 **ret, char **ret_detail);

/* Is `check` (key_file.h) the one that the database was made with? JOURNAL_KEY_WRONG when not. */
enum journal_fault database_check_key(sqlite3 *, const uint8_t check[static JOURNAL_KEY_SIZE],
                                      char **ret_detail);

/* Does the journal of a database of ours say that what is personal was destroyed? */
enum journal_fault database_is_purged(sqlite3 *, bool *ret, char **ret_detail);

/* SQL text of schema/statements.sql; aborts on a name that is not there. */
const char *statement_sql(const char *name);
/* persistent: kept for the life of the connection. */
int statement_prepare(sqlite3 *, const char *name, bool persistent, sqlite3_stmt **ret);
/* Runs a statement without rows to its end and makes it ready for the next time. SQLITE_OK or an extended
 * error. */
int statement_run(sqlite3_stmt *);

/* The number a pragma gives. */
int pragma_number(sqlite3 *, const char *pragma, int64_t *ret);
/* Runs "integrity_check(1)" or "quick_check(1)"; SQLITE_OK when it says ok, SQLITE_CORRUPT with its words in
 * *ret_detail. */
int pragma_check(sqlite3 *, const char *pragma, char **ret_detail);

#endif
