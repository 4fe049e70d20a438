/* Connections. Which thread: that of the caller, who is alone on the connection (SQLITE_OPEN_NOMUTEX).
 *
 * Must never open the database file by other means than SQLite: closing a second descriptor would drop
 * SQLite's POSIX locks in this process (sqlite.org/howtocorrupt.html section 2.2). journal.c holds one, for
 * its flock, and closes it after the connection. */
#include "journal/database.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assets.h"
#include "base/bytes.h"
#include "journal/migrate.h"

enum { BUSY_TIMEOUT_MS = 250 };

static enum journal_fault io_fault(sqlite3 *db)
{
    switch (db ? sqlite3_system_errno(db) : 0) {
    case ENOSPC:
    case EDQUOT:
        return JOURNAL_FULL;
    case EROFS:
    case EACCES:
    case EPERM:
        return JOURNAL_READ_ONLY;
    default:
        return JOURNAL_IO;
    }
}

enum journal_fault database_fault(sqlite3 *db, int error)
{
    if (error == SQLITE_IOERR_NOMEM)
        abort();
    switch (error & 0xff) {
    case SQLITE_OK:
        return JOURNAL_OK;
    case SQLITE_NOMEM:
        abort();
    case SQLITE_FULL:
        return JOURNAL_FULL;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return JOURNAL_READ_ONLY;
    case SQLITE_IOERR:
        return io_fault(db);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return JOURNAL_BUSY;
    case SQLITE_CONSTRAINT:
        return JOURNAL_DUPLICATE;
    case SQLITE_NOTADB:
        return JOURNAL_FOREIGN;
    default: /* SQLITE_CORRUPT, and SQLITE_ERROR for a table that is not as we made it */
        return JOURNAL_CORRUPT;
    }
}

static void set_detail(char **ret_detail, char *text)
{
    free(*ret_detail);
    *ret_detail = text;
}

enum journal_fault database_explain(sqlite3 *db, char **ret_detail)
{
    int error = sqlite3_extended_errcode(db), kind = error & 0xff;
    int system_error = kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN ? sqlite3_system_errno(db) : 0;
    set_detail(ret_detail,
               bytes_format("SQLite: %s (%d)%s%s", sqlite3_errmsg(db), error, system_error ? ", " : "",
                            system_error ? strerror(system_error) : ""));
    return database_fault(db, error);
}

static enum journal_fault fault_because(enum journal_fault fault, char **ret_detail, const char *why)
{
    set_detail(ret_detail, bytes_text(why));
    return fault;
}

char *database_path(const char *data_dir)
{
    return bytes_format("%s/event.db", data_dir);
}

bool database_exists(const char *path, const char *vfs_name)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(vfs_name);
    int exists = 1;
    /* SQLite's own VFS says no for a file of zero bytes. In doubt: yes, so that no key is made for a
     * database. */
    return !vfs || vfs->xAccess(vfs, path, SQLITE_ACCESS_EXISTS, &exists) != SQLITE_OK || exists;
}

/* ---- statements */
const char *statement_sql(const char *name)
{
    char *header = bytes_format("-- name: %s\n", name);
    const char *text = NULL;
    for (const struct asset *asset = assets; asset->path && !text; asset++)
        if (strcmp(asset->path, "schema/statements.sql") == 0)
            text = strstr((const char *)asset->data, header);
    if (!text)
        abort();
    text += strlen(header);
    free(header);
    return text;
}

int statement_prepare(sqlite3 *db, const char *name, bool persistent, sqlite3_stmt **ret)
{
    return sqlite3_prepare_v3(db, statement_sql(name), -1, persistent ? SQLITE_PREPARE_PERSISTENT : 0, ret,
                              NULL);
}

int statement_run(sqlite3_stmt *statement)
{
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        abort();
    int error = sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return result == SQLITE_DONE ? SQLITE_OK : error;
}

/* ---- pragmas */
static int pragma_row(sqlite3 *db, const char *pragma, sqlite3_stmt **ret)
{
    char *sql = bytes_format("PRAGMA %s", pragma);
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    free(sql);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    if (result == SQLITE_ROW) {
        *ret = statement;
        return SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return result == SQLITE_DONE ? SQLITE_ERROR : result;
}

int pragma_number(sqlite3 *db, const char *pragma, int64_t *ret)
{
    sqlite3_stmt *statement;
    int result = pragma_row(db, pragma, &statement);
    if (result != SQLITE_OK)
        return result;
    *ret = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return SQLITE_OK;
}

int pragma_check(sqlite3 *db, const char *pragma, char **ret_detail)
{
    sqlite3_stmt *statement;
    int result = pragma_row(db, pragma, &statement);
    if (result != SQLITE_OK)
        return result;
    const char *words = (const char *)sqlite3_column_text(statement, 0);
    if (!words || strcmp(words, "ok") != 0) {
        set_detail(ret_detail, bytes_format("%s: %s", pragma, words ? words : "?"));
        result = SQLITE_CORRUPT;
    }
    sqlite3_finalize(statement);
    return result;
}

/* Sets a pragma and reads it back: some are silently refused, or not understood. */
static enum journal_fault pragma_set(sqlite3 *db, const char *name, int64_t value, char **ret_detail)
{
    char *sql = bytes_format("PRAGMA %s = %lld", name, (long long)value);
    int result = sqlite3_exec(db, sql, NULL, NULL, NULL);
    free(sql);
    int64_t is = 0;
    if (result == SQLITE_OK)
        result = pragma_number(db, name, &is);
    if (result != SQLITE_OK)
        return database_explain(db, ret_detail);
    if (is == value)
        return JOURNAL_OK;
    set_detail(ret_detail, bytes_format("SQLite will not set %s = %lld", name, (long long)value));
    return JOURNAL_IO;
}

static enum journal_fault wal_set(sqlite3 *db, char **ret_detail)
{
    sqlite3_stmt *statement;
    if (pragma_row(db, "journal_mode = WAL", &statement) != SQLITE_OK)
        return database_explain(db, ret_detail);
    const char *mode = (const char *)sqlite3_column_text(statement, 0);
    bool is_wal = mode && strcmp(mode, "wal") == 0;
    sqlite3_finalize(statement);
    return is_wal ? JOURNAL_OK
                  : fault_because(JOURNAL_IO, ret_detail, "the file system does not allow a WAL");
}

/* ---- opening */
static void configure(sqlite3 *db)
{
    static const struct {
        int option, value;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1}, /* taken back once the file is known to be ours to write */
    };
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        int is = -1;
        if (sqlite3_db_config(db, options[i].option, options[i].value, &is) != SQLITE_OK ||
            is != options[i].value)
            abort(); /* this SQLite was built without it: a different program */
    }
}

static enum journal_fault identify(sqlite3 *db, enum database_content *ret, char **ret_detail)
{
    int64_t application_id, version, objects;
    sqlite3_stmt *statement = NULL;
    if (pragma_number(db, "application_id", &application_id) != SQLITE_OK ||
        pragma_number(db, "user_version", &version) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "SELECT count(*) FROM sqlite_schema", -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        enum journal_fault fault = database_explain(db, ret_detail);
        sqlite3_finalize(statement);
        return fault;
    }
    objects = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);

    if (application_id == 0 && version == 0 && objects == 0) {
        *ret = DATABASE_EMPTY;
        return JOURNAL_OK;
    }
    if (application_id != DATABASE_APPLICATION_ID)
        return fault_because(JOURNAL_FOREIGN, ret_detail, "the database of another program");
    if (version > migrate_latest()) {
        set_detail(ret_detail, bytes_format("its version is %lld, this program knows %d", (long long)version,
                                            migrate_latest()));
        return JOURNAL_NEWER;
    }
    if (version < 1)
        return fault_because(JOURNAL_CORRUPT, ret_detail, "a database of ours without a version");
    *ret = DATABASE_OURS;
    return JOURNAL_OK;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static enum journal_fault open_with(const char *path, const char *vfs, int flags, sqlite3 **ret,
                                    enum database_content *ret_content, char **ret_detail)
{
    sqlite3 *db = NULL;
    int result = sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, vfs);
    if (!db)
        abort();
    enum journal_fault fault;
    if (result != SQLITE_OK) {
        sqlite3_extended_result_codes(db, 1);
        fault = database_explain(db, ret_detail);
        if (is_folder(path))
            fault = JOURNAL_FOREIGN;
    } else {
        configure(db);
        /* before anything is read: reading would leave a WAL that may only be read, too */
        fault = flags & SQLITE_OPEN_READWRITE && sqlite3_db_readonly(db, "main")
                    ? fault_because(JOURNAL_READ_ONLY, ret_detail, "the file may only be read")
                    : identify(db, ret_content, ret_detail);
    }
    if (fault)
        sqlite3_close(db);
    else
        *ret = db;
    return fault;
}

enum journal_fault database_open(const char *path, const char *vfs, bool create, sqlite3 **ret,
                                 enum database_content *ret_content, char **ret_detail)
{
    int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
    return open_with(path, vfs, flags, ret, ret_content, ret_detail);
}

static bool has_companion(const char *path, const char *suffix)
{
    struct stat status;
    char *name = bytes_format("%s%s", path, suffix);
    const bool has = lstat(name, &status) == 0 && status.st_size > 0;
    free(name);
    return has;
}

/* Nobody here can write the file or put one beside it, and all of it is in it. Asks by name: a descriptor of our own
 * is not to be opened on it. */
static bool is_carved(const char *path)
{
    char *folder = bytes_text(path), *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    const bool may_write = access(path, W_OK) == 0 && access(slash ? folder : ".", W_OK) == 0;
    free(folder);
    return !may_write && access(path, R_OK) == 0 && !has_companion(path, "-wal") &&
           !has_companion(path, "-journal");
}

/* "file:...?immutable=1", every byte of the path that is not plain written as %XX. */
static char *immutable_uri(const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-";
    struct buffer uri = {0};
    buffer_add_text(&uri, "file:");
    for (const char *at = path; *at; at++)
        if (strchr(plain, *at))
            buffer_add(&uri, at, 1);
        else
            buffer_format(&uri, "%%%02X", (unsigned char)*at);
    buffer_add_text(&uri, "?immutable=1");
    return uri.data;
}

enum journal_fault database_open_reading(const char *path, sqlite3 **ret, char **ret_detail)
{
    enum database_content content;
    sqlite3 *db;
    char *uri = is_carved(path) ? immutable_uri(path) : NULL;
    enum journal_fault fault =
        open_with(uri ? uri : path, NULL, SQLITE_OPEN_READONLY | (uri ? SQLITE_OPEN_URI : 0), &db, &content,
                  ret_detail);
    free(uri);
    if (fault)
        return fault;
    fault = content == DATABASE_OURS ? pragma_set(db, "query_only", 1, ret_detail) : JOURNAL_MISSING;
    if (!fault)
        fault = pragma_set(db, "cell_size_check", 1, ret_detail);
    if (fault)
        sqlite3_close(db);
    else
        *ret = db;
    return fault;
}

enum journal_fault database_prepare_writing(sqlite3 *db, bool is_unsafe_normal, char **ret_detail)
{
    enum { SYNCHRONOUS_NORMAL = 1, SYNCHRONOUS_FULL = 2, CACHE_KIB = 8192, WAL_KEPT = 32 << 20 };
    const struct {
        const char *name;
        int64_t value;
    } pragmas[] = {
        {"synchronous", is_unsafe_normal ? SYNCHRONOUS_NORMAL : SYNCHRONOUS_FULL},
        {"foreign_keys", 1},
        {"cell_size_check", 1},
        {"secure_delete", 0}, /* what is personal is sealed, and nothing is deleted */
        {"cache_size", -CACHE_KIB},
        {"journal_size_limit", WAL_KEPT},
        {"wal_autocheckpoint", 0}, /* journal_begin checkpoints, so that no answer waits for it */
    };
    enum journal_fault fault = wal_set(db, ret_detail);
    for (size_t i = 0; i < sizeof pragmas / sizeof *pragmas && !fault; i++)
        fault = pragma_set(db, pragmas[i].name, pragmas[i].value, ret_detail);
    if (fault)
        return fault;
    char *found = NULL;
    int result = pragma_check(db, "quick_check(1)", &found);
    if (found) {
        set_detail(ret_detail, found);
        return JOURNAL_CORRUPT;
    }
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, "BEGIN IMMEDIATE; ROLLBACK", NULL, NULL, NULL);
    if (result != SQLITE_OK)
        return database_explain(db, ret_detail);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return JOURNAL_OK;
}

enum journal_fault database_check_key(sqlite3 *db, const uint8_t check[static JOURNAL_KEY_SIZE],
                                      char **ret_detail)
{
    sqlite3_stmt *statement = NULL;
    enum journal_fault fault = JOURNAL_OK;
    int result = statement_prepare(db, "select_key_check", false, &statement);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        fault = database_explain(db, ret_detail);
    else if (result == SQLITE_DONE || sqlite3_column_bytes(statement, 0) != JOURNAL_KEY_SIZE)
        fault = fault_because(JOURNAL_CORRUPT, ret_detail, "the database does not say which key is its own");
    else if (sodium_memcmp(sqlite3_column_blob(statement, 0), check, JOURNAL_KEY_SIZE) != 0)
        fault = fault_because(JOURNAL_KEY_WRONG, ret_detail, "the key is that of another database");
    sqlite3_finalize(statement);
    return fault;
}

enum journal_fault database_is_purged(sqlite3 *db, bool *ret, char **ret_detail)
{
    sqlite3_stmt *statement = NULL;
    int result = statement_prepare(db, "select_purged", false, &statement);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    *ret = result == SQLITE_ROW;
    enum journal_fault fault =
        result == SQLITE_ROW || result == SQLITE_DONE ? JOURNAL_OK : database_explain(db, ret_detail);
    sqlite3_finalize(statement);
    return fault;
}
