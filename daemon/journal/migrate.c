/* Runs the numbered SQL files that the program carries. On the thread that opens the journal. */
#include "journal/migrate.h"

#include <stdlib.h>
#include <string.h>

#include "base/assets.h"
#include "base/bytes.h"
#include "journal/database.h"

/* The number in "schema/0001-first.sql"; 0 for any other path. */
static int migration_number(const char *path)
{
    static const char folder[] = "schema/";
    if (strncmp(path, folder, sizeof folder - 1) != 0)
        return 0;
    const char *name = path + sizeof folder - 1;
    return strspn(name, "0123456789") == 4 && name[4] == '-' ? atoi(name) : 0;
}

static const struct asset *migration(int number)
{
    for (const struct asset *asset = assets; asset->path; asset++)
        if (migration_number(asset->path) == number)
            return asset;
    return NULL;
}

int migrate_latest(void)
{
    int latest = 0;
    while (migration(latest + 1))
        latest++;
    return latest;
}

static int store_check(sqlite3 *db, const uint8_t *check)
{
    sqlite3_stmt *statement = NULL;
    int result = statement_prepare(db, "insert_key_check", false, &statement);
    if (result == SQLITE_OK)
        result = sqlite3_bind_blob(statement, 1, check, JOURNAL_KEY_SIZE, SQLITE_STATIC);
    if (result == SQLITE_OK)
        result = statement_run(statement);
    sqlite3_finalize(statement);
    return result;
}

static int migrate_to(sqlite3 *db, int number, const uint8_t *check)
{
    char *set_version = bytes_format("PRAGMA user_version = %d", number);
    int result = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, (const char *)migration(number)->data, NULL, NULL, NULL);
    if (result == SQLITE_OK && number == 1)
        result = store_check(db, check);
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, set_version, NULL, NULL, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    free(set_version);
    return result;
}

int migrate_build(sqlite3 *db, int version)
{
    int result = SQLITE_OK;
    for (int number = 1; number <= version && result == SQLITE_OK; number++)
        result = sqlite3_exec(db, (const char *)migration(number)->data, NULL, NULL, NULL);
    return result;
}

enum journal_fault migrate_run(sqlite3 *db, const uint8_t check[static JOURNAL_KEY_SIZE], char **ret_detail)
{
    int64_t version;
    if (pragma_number(db, "user_version", &version) != SQLITE_OK)
        return database_explain(db, ret_detail);
    while (version < migrate_latest()) {
        version++;
        if (migrate_to(db, (int)version, check) == SQLITE_OK)
            continue;
        enum journal_fault fault = database_explain(db, ret_detail);
        if (!sqlite3_get_autocommit(db))
            sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
        return fault;
    }
    return JOURNAL_OK;
}

enum journal_fault migrate_copy(sqlite3 *from, const uint8_t check[static JOURNAL_KEY_SIZE], sqlite3 **ret,
                                char **ret_detail)
{
    sqlite3 *copy = NULL;
    sqlite3_backup *backup = NULL;
    enum journal_fault fault;
    if (sqlite3_open_v2(":memory:", &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
        sqlite3_extended_result_codes(copy, 1) == SQLITE_OK)
        backup = sqlite3_backup_init(copy, "main", from, "main");
    int result = backup ? sqlite3_backup_step(backup, -1) : SQLITE_ERROR;
    if (backup)
        sqlite3_backup_finish(backup);
    if (result != SQLITE_DONE)
        fault = database_explain(copy, ret_detail);
    else
        fault = migrate_run(copy, check, ret_detail);
    if (fault)
        sqlite3_close(copy);
    else
        *ret = copy;
    return fault;
}
