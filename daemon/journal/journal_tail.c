/* The latest entries as they stand in the file, over a read-only connection of its own. Any thread, any
 * process. */
#include <stdlib.h>

#include "journal/database.h"
#include "journal/rows.h"

static enum journal_fault read_latest(sqlite3 *db, uint64_t most, journal_entry_fn take, void *arg,
                                      char **ret_detail)
{
    sqlite3_stmt *statement = NULL;
    struct queue_entry entry;
    uint8_t prev[JOURNAL_HASH_SIZE], hash[JOURNAL_HASH_SIZE];
    enum journal_fault fault = JOURNAL_OK;
    int64_t limit = most < INT64_MAX ? (int64_t)most : INT64_MAX;
    int result = statement_prepare(db, "select_latest_entries", false, &statement);
    if (result == SQLITE_OK)
        result = sqlite3_bind_int64(statement, 1, limit);
    while (!fault && (result == SQLITE_OK || result == SQLITE_ROW)) {
        result = sqlite3_step(statement);
        if (result == SQLITE_ROW && (!row_entry(statement, &entry, prev, hash) || take(arg, &entry) != 0))
            fault = JOURNAL_CORRUPT;
    }
    if (!fault && result != SQLITE_DONE)
        fault = database_explain(db, ret_detail);
    sqlite3_finalize(statement);
    return fault;
}

enum journal_fault journal_tail(const char *data_dir, uint64_t most, journal_entry_fn take, void *arg,
                                char **ret_detail)
{
    char *path = database_path(data_dir), *detail = NULL;
    sqlite3 *db = NULL;
    enum journal_fault fault =
        database_exists(path, NULL) ? database_open_reading(path, &db, &detail) : JOURNAL_MISSING;
    if (!fault)
        fault = read_latest(db, most, take, arg, &detail);
    sqlite3_close(db);
    free(path);
    if (fault && ret_detail)
        *ret_detail = detail;
    else
        free(detail);
    return fault;
}
