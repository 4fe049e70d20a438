/* The end of what is personal in the database. On the thread of whoever holds the data lock; the only connection on the
 * file. Each step may be the last one before a crash: the next call does what is left. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/bytes.h"
#include "journal/database.h"
#include "journal/journal_copies.h"

static enum journal_fault run(sqlite3 *db, const char *sql, char **ret_detail)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? JOURNAL_OK
                                                                : database_explain(db, ret_detail);
}

static enum journal_fault run_named(sqlite3 *db, const char *name, char **ret_detail)
{
    sqlite3_stmt *statement = NULL;
    int result = statement_prepare(db, name, false, &statement);
    if (result == SQLITE_OK)
        result = statement_run(statement);
    enum journal_fault fault = result == SQLITE_OK ? JOURNAL_OK : database_explain(db, ret_detail);
    sqlite3_finalize(statement);
    return fault;
}

static enum journal_fault delete_rows(sqlite3 *db, char **ret_detail)
{
    static const char *const steps[] = {"purge_people", "purge_credentials", "purge_documents",
                                        "purge_answers", "purge_token_names"};
    enum journal_fault fault = run(db, "BEGIN IMMEDIATE", ret_detail);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && !fault; i++)
        fault = run_named(db, steps[i], ret_detail);
    return fault ? fault : run(db, "COMMIT", ret_detail);
}

/* All frames into the file, and the WAL cut to nothing. Whoever still reads is told to be busy. */
static enum journal_fault empty_wal(sqlite3 *db, char **ret_detail)
{
    if (sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK)
        return JOURNAL_OK;
    return database_explain(db, ret_detail);
}

/* The rows are overwritten where they stand and that is on the disk, before the file is written anew and its end cut off;
 * what VACUUM keeps meanwhile stays in memory. */
static enum journal_fault destroy(sqlite3 *db, char **ret_detail)
{
    enum journal_fault fault = run(db, "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY", ret_detail);
    if (!fault)
        fault = delete_rows(db, ret_detail);
    if (!fault)
        fault = empty_wal(db, ret_detail);
    if (!fault)
        fault = run(db, "VACUUM", ret_detail);
    return fault ? fault : empty_wal(db, ret_detail);
}

/* As journal_open holds it: one writer, whatever became of the folder's lock. */
static enum journal_fault hold(const char *path, int *ret_file)
{
    *ret_file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (*ret_file < 0)
        return errno == ENOENT ? JOURNAL_MISSING : JOURNAL_READ_ONLY;
    if (flock(*ret_file, LOCK_EX | LOCK_NB) == 0)
        return JOURNAL_OK;
    return errno == EWOULDBLOCK ? JOURNAL_BUSY : JOURNAL_IO;
}

enum journal_fault journal_purge(const char *data_dir, char **ret_detail)
{
    char *path = database_path(data_dir), *detail = NULL;
    struct journal_copy copy;
    enum database_content content;
    sqlite3 *db = NULL;
    int file = -1;
    enum journal_fault fault = journal_look(path, &copy, &detail);
    if (!fault && !copy.is_purged) {
        detail = bytes_text("the journal does not say that the event is purged");
        fault = JOURNAL_CORRUPT;
    }
    if (!fault)
        fault = hold(path, &file);
    if (!fault)
        fault = database_open(path, NULL, false, &db, &content, &detail);
    if (!fault)
        fault = database_prepare_writing(db, false, &detail);
    if (!fault)
        fault = destroy(db, &detail);
    sqlite3_close(db);
    if (file >= 0)
        close(file);
    free(path);
    if (fault && ret_detail)
        *ret_detail = detail;
    else
        free(detail);
    return fault;
}
