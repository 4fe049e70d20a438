/* A whole copy of a living database. On any thread; its connections are its own, and the one on the source
 * cannot write. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "journal/journal_copies.h"
#include "journal/journal_private.h"

static enum journal_fault fault_of_errno(int error)
{
    switch (error) {
    case EEXIST:
        return JOURNAL_DUPLICATE;
    case ENOSPC:
    case EDQUOT:
        return JOURNAL_FULL;
    case EROFS:
    case EACCES:
    case EPERM:
    case ENOENT:
    case ENOTDIR:
        return JOURNAL_READ_ONLY;
    default:
        return JOURNAL_IO;
    }
}

/* What the system said when SQLite could not write the copy; 0: it was not the copy. */
static int error_of_copy(sqlite3 *to, enum journal_fault fault)
{
    int error = sqlite3_system_errno(to);
    if (fault == JOURNAL_FULL)
        return error == EDQUOT ? -EDQUOT : -ENOSPC;
    if (fault == JOURNAL_READ_ONLY)
        return error ? -error : -EACCES;
    return fault == JOURNAL_IO ? -error : 0;
}

/* All pages in one step: one read transaction, so that the copy is of one moment and the writer never makes
 * it start over. */
static enum journal_fault copy_pages(sqlite3 *from, sqlite3 *to)
{
    char *detail = NULL;
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup) {
        sqlite3_backup_step(backup, -1);
        sqlite3_backup_finish(backup);
    }
    enum journal_fault fault = database_explain(to, &detail);
    free(detail);
    return fault;
}

/* One file without a WAL, sound, ours; and what it holds. */
static enum journal_fault finish_copy(sqlite3 *copy, uint64_t *ret_seq,
                                      uint8_t ret_head[static JOURNAL_HASH_SIZE])
{
    struct journal reader = {.db = copy};
    enum journal_fault fault = JOURNAL_OK;
    if (sqlite3_exec(copy, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK)
        fault = database_explain(copy, &reader.detail);
    else if (pragma_check(copy, "integrity_check(1)", &reader.detail) != SQLITE_OK)
        fault = reader.detail ? JOURNAL_CORRUPT : database_explain(copy, &reader.detail);
    if (!fault)
        fault = journal_load_head(&reader);
    if (!fault) {
        *ret_seq = reader.committed.seq;
        memcpy(ret_head, reader.committed.head, JOURNAL_HASH_SIZE);
    }
    free(reader.detail);
    return fault;
}

static enum journal_fault copy_to(sqlite3 *from, const char *path, uint64_t *ret_seq,
                                  uint8_t ret_head[static JOURNAL_HASH_SIZE], int *ret_error)
{
    sqlite3 *to = NULL;
    char *detail = NULL;
    enum journal_fault fault;
    if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        fault = database_explain(to, &detail);
    } else {
        sqlite3_extended_result_codes(to, 1);
        /* synced once, when it is whole */
        sqlite3_exec(to, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
        fault = copy_pages(from, to);
        if (!fault)
            fault = finish_copy(to, ret_seq, ret_head);
    }
    *ret_error = error_of_copy(to, fault);
    sqlite3_close(to);
    free(detail);
    return fault;
}

/* Makes an empty file with our mode, or syncs one. Returns 0 or -errno. */
static int file_touch(const char *path, int flags)
{
    int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int result = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return result;
}

/* Gives the copy its name, unless the name is taken. File systems that cannot rename so (older FAT drivers)
 * get the name reserved first. */
static int name_copy(const char *aside, const char *target)
{
    if (renameat2(AT_FDCWD, aside, AT_FDCWD, target, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL)
        return -errno;
    int error = file_touch(target, O_RDWR | O_CREAT | O_EXCL);
    if (error)
        return error;
    return rename(aside, target) < 0 ? -errno : 0;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? bytes_format("%.*s", slash == path ? 1 : (int)(slash - path), path) : bytes_text(".");
}

static char *name_aside(const char *target)
{
    uint8_t random[4];
    char suffix[2 * sizeof random + 1];
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, suffix);
    return bytes_format("%s.part-%s", target, suffix);
}

static enum journal_fault backup_to(sqlite3 *from, const char *target, uint64_t *ret_seq,
                                    uint8_t ret_head[static JOURNAL_HASH_SIZE], int *ret_error)
{
    char *folder = folder_of(target), *aside = name_aside(target);
    uint64_t seq = 0;
    uint8_t head[JOURNAL_HASH_SIZE];
    int error = access(target, F_OK) == 0 ? -EEXIST : file_touch(aside, O_RDWR | O_CREAT | O_EXCL);
    enum journal_fault fault = error ? fault_of_errno(-error) : JOURNAL_OK;
    if (fault)
        goto out;
    fault = copy_to(from, aside, &seq, head, &error);
    if (!fault) {
        error = file_touch(aside, O_RDWR);
        if (!error)
            error = name_copy(aside, target);
        if (!error)
            error = folder_sync(folder);
        fault = error ? fault_of_errno(-error) : JOURNAL_OK;
    }
    if (fault) {
        unlink(aside);
        goto out;
    }
    *ret_seq = seq;
    memcpy(ret_head, head, sizeof head);
out:
    *ret_error = error;
    free(aside);
    free(folder);
    return fault;
}

enum journal_fault journal_copy_file(const char *database, const char *target, uint64_t *ret_seq,
                                     uint8_t ret_head[static JOURNAL_HASH_SIZE], int *ret_error)
{
    char *detail = NULL;
    sqlite3 *from = NULL;
    int error = 0;
    enum journal_fault fault =
        database_exists(database, NULL) ? database_open_reading(database, &from, &detail) : JOURNAL_MISSING;
    if (!fault)
        fault = backup_to(from, target, ret_seq, ret_head, &error);
    if (fault && ret_error)
        *ret_error = error;
    sqlite3_close(from);
    free(detail);
    return fault;
}

enum journal_fault journal_backup(const char *data_dir, const char *target, uint64_t *ret_seq,
                                  uint8_t ret_head[static JOURNAL_HASH_SIZE], int *ret_error)
{
    char *path = database_path(data_dir);
    enum journal_fault fault = journal_copy_file(path, target, ret_seq, ret_head, ret_error);
    free(path);
    return fault;
}
