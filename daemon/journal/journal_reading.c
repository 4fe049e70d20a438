/* Opening to read everything: hand-over, merge. Over a connection of its own that cannot write, in one read transaction
 * from opening to closing. Any thread, any process. Must never open the database file by other means than SQLite: it
 * may be the daemon itself that reads (database.c). */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "journal/journal_private.h"
#include "journal/migrate.h"
#include "journal/schema_check.h"

/* Is there an entry that says so? */
static enum journal_fault look_for_purge(struct journal *journal, bool *ret_purged)
{
    sqlite3_stmt *statement = NULL;
    int result = statement_prepare(journal->db, "select_purge", false, &statement);
    if (result == SQLITE_OK)
        result = sqlite3_bind_int(statement, 1, ENTRY_PURGED);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    enum journal_fault fault = result == SQLITE_ROW || result == SQLITE_DONE
                                   ? JOURNAL_OK
                                   : database_explain(journal->db, &journal->detail);
    *ret_purged = result == SQLITE_ROW;
    sqlite3_finalize(statement);
    return fault;
}

static enum journal_fault load_key(struct journal *journal, const char *key_file)
{
    bool is_purged = false;
    enum journal_fault fault = look_for_purge(journal, &is_purged);
    if (fault || is_purged)
        return fault;
    fault = key_file_load(key_file, &journal->keys, &journal->detail);
    return fault ? fault : database_check_key(journal->db, journal->keys.check, &journal->detail);
}

static enum journal_fault renew(struct journal *journal)
{
    int64_t version;
    sqlite3 *copy = NULL;
    if (pragma_number(journal->db, "user_version", &version) != SQLITE_OK)
        return database_explain(journal->db, &journal->detail);
    if (version >= migrate_latest())
        return JOURNAL_OK;
    enum journal_fault fault = migrate_copy(journal->db, journal->keys.check, &copy, &journal->detail);
    if (fault)
        return fault;
    sqlite3_close(journal->db);
    journal->db = copy;
    return sqlite3_exec(copy, "PRAGMA query_only = 1; BEGIN", NULL, NULL, NULL) == SQLITE_OK
               ? JOURNAL_OK
               : database_explain(copy, &journal->detail);
}

static enum journal_fault open_snapshot(struct journal *journal, const char *database, const char *key_file)
{
    if (!database_exists(database, NULL))
        return JOURNAL_MISSING;
    enum journal_fault fault = database_open_reading(database, &journal->db, &journal->detail);
    if (!fault && sqlite3_exec(journal->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        fault = database_explain(journal->db, &journal->detail);
    if (!fault)
        fault = schema_check(journal->db, &journal->detail);
    if (!fault)
        fault = load_key(journal, key_file);
    if (!fault)
        fault = renew(journal);
    if (!fault)
        fault = journal_load_head(journal);
    return fault ? fault : journal_prepare_statements(journal);
}

enum journal_fault journal_open_reading(struct journal **ret, const char *database, const char *key_file,
                                        char **ret_detail)
{
    if (sodium_init() < 0)
        abort();
    struct journal *journal = bytes_alloc(sizeof *journal);
    journal->file = -1;
    sodium_mlock(&journal->keys, sizeof journal->keys);
    enum journal_fault fault = open_snapshot(journal, database, key_file);
    journal->fault = JOURNAL_READ_ONLY; /* what every write is told; and nothing is checkpointed */
    if (!fault) {
        *ret = journal;
        return JOURNAL_OK;
    }
    if (ret_detail)
        *ret_detail = bytes_text(journal->detail);
    journal_close(journal);
    return fault;
}
