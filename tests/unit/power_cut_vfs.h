/* A disk that can lose power or fail: a VFS for SQLite over the system's own one. It knows of each file
 * what has reached the platter (synced) and what is still under way, and of the folder which names would
 * survive. After every operation the test may build the images that a power cut at this moment could
 * leave. Another use: the N-th operation fails.
 *
 * What a cut may do here: keep or lose each 512-byte sector of each unsynced write on its own, keep or
 * lose each unsynced truncation, creation and removal. It never harms bytes that a write did not touch
 * (SQLite's "power-safe overwrite"). As in the unix VFS the folder is synced with the first sync of a new
 * journal or WAL. */
#ifndef TESTS_POWER_CUT_VFS_H
#define TESTS_POWER_CUT_VFS_H
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"

#define POWER_CUT_VFS "power-cut"

enum { DISK_SECTOR = 512, DISK_NAMES = 3 };

struct disk_write {
    int64_t offset;
    size_t size;
    uint8_t *bytes; /* NULL: a truncation to `offset` */
};

struct disk_file {
    uint8_t *synced;
    size_t synced_size;
    struct disk_write *pending;
    size_t n_pending;
    struct disk_file *next; /* all there ever were */
};

enum disk_failure { DISK_WORKS, DISK_ERROR_ONCE, DISK_ERROR_FROM, DISK_FULL_FROM };

struct disk {
    char db[128]; /* the names are this, and this with -wal and -journal */
    struct {
        struct disk_file *now, *durable;
    } names[DISK_NAMES];
    struct disk_file *files;
    uint64_t operations, changes, wal_syncs; /* changes: operations that write, also failed ones */
    enum disk_failure failure;
    uint64_t failure_at; /* operation, from 1 */
    bool has_failed;
    void (*after_change)(bool has_synced); /* may be NULL */
};
static struct disk disk;

/* ---- randomness with a seed that can be given again */
static uint64_t disk_random_state;
static inline uint64_t disk_random(void)
{
    disk_random_state ^= disk_random_state << 13;
    disk_random_state ^= disk_random_state >> 7;
    disk_random_state ^= disk_random_state << 17;
    return disk_random_state;
}

/* ---- contents */
static inline void disk_apply(uint8_t **data, size_t *size, int64_t offset, const uint8_t *bytes,
                              size_t count)
{
    size_t end = (size_t)offset + count;
    if (end > *size) {
        *data = bytes_resize(*data, end);
        memset(*data + *size, 0, end - *size);
        *size = end;
    }
    memcpy(*data + offset, bytes, count);
}

static inline void disk_truncate(size_t *size, int64_t to)
{
    if ((size_t)to < *size)
        *size = (size_t)to;
}

static inline void disk_pend(struct disk_file *file, int64_t offset, const void *bytes, size_t size)
{
    file->pending = bytes_resize(file->pending, (file->n_pending + 1) * sizeof *file->pending);
    struct disk_write *write = &file->pending[file->n_pending++];
    *write = (struct disk_write){.offset = offset, .size = size};
    if (bytes) {
        write->bytes = bytes_alloc(size);
        memcpy(write->bytes, bytes, size);
    }
}

static inline void disk_forget_pending(struct disk_file *file)
{
    for (size_t i = 0; i < file->n_pending; i++)
        free(file->pending[i].bytes);
    file->n_pending = 0;
}

static inline void disk_sync_file(struct disk_file *file)
{
    for (size_t i = 0; i < file->n_pending; i++) {
        struct disk_write *write = &file->pending[i];
        if (write->bytes)
            disk_apply(&file->synced, &file->synced_size, write->offset, write->bytes, write->size);
        else
            disk_truncate(&file->synced_size, write->offset);
    }
    disk_forget_pending(file);
}

static inline void disk_sync_folder(void)
{
    for (int i = 0; i < DISK_NAMES; i++)
        disk.names[i].durable = disk.names[i].now;
}

static inline void disk_name(int index, const char *folder_db, char ret_name[static 160])
{
    static const char *const suffixes[DISK_NAMES] = {"", "-wal", "-journal"};
    snprintf(ret_name, 160, "%s%s", folder_db, suffixes[index]);
}

static inline int disk_index(const char *path)
{
    char name[160];
    for (int i = 0; i < DISK_NAMES; i++) {
        disk_name(i, disk.db, name);
        if (path && strcmp(path, name) == 0)
            return i;
    }
    return -1;
}

static inline void disk_start(const char *db)
{
    disk = (struct disk){0};
    snprintf(disk.db, sizeof disk.db, "%s", db);
}

static inline void disk_done(void)
{
    while (disk.files) {
        struct disk_file *file = disk.files;
        disk.files = file->next;
        disk_forget_pending(file);
        free(file->pending);
        free(file->synced);
        free(file);
    }
}

/* ---- images */
enum disk_image { DISK_SYNCED_ONLY, DISK_TORN };

static inline void disk_write_image(const char *path, const struct disk_file *file, enum disk_image kind)
{
    uint8_t *data = bytes_alloc(file->synced_size);
    size_t size = file->synced_size;
    if (size)
        memcpy(data, file->synced, size);
    /* three ways to be torn: any sectors at all, the first few writes whole, everything but a few sectors */
    unsigned way = (unsigned)(disk_random() % 3);
    size_t whole = file->n_pending ? disk_random() % (file->n_pending + 1) : 0;
    for (size_t i = 0; kind == DISK_TORN && i < file->n_pending; i++) {
        const struct disk_write *write = &file->pending[i];
        if (way == 1 && i >= whole)
            break;
        if (!write->bytes) {
            if (way == 1 || disk_random() % 2)
                disk_truncate(&size, write->offset);
            continue;
        }
        for (size_t at = 0, step; at < write->size; at += step) {
            step = DISK_SECTOR - ((size_t)write->offset + at) % DISK_SECTOR;
            step = step < write->size - at ? step : write->size - at;
            bool is_kept = way == 1 || (way == 0 ? disk_random() % 2 : disk_random() % 16);
            if (is_kept)
                disk_apply(&data, &size, write->offset + (int64_t)at, write->bytes + at, step);
        }
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    close(fd);
    free(data);
}

/* Writes what a cut now could leave behind into another folder, under the name `db` there. */
static inline void disk_build_image(const char *db, enum disk_image kind)
{
    for (int i = 0; i < DISK_NAMES; i++) {
        char path[160];
        disk_name(i, db, path);
        unlink(path);
        bool has_entry = kind == DISK_TORN && disk_random() % 2;
        const struct disk_file *file = has_entry ? disk.names[i].now : disk.names[i].durable;
        if (file)
            disk_write_image(path, file, kind);
    }
    char shm[160];
    snprintf(shm, sizeof shm, "%s-shm", db);
    unlink(shm);
}

/* ---- the VFS */
struct disk_handle {
    sqlite3_file base;
    struct disk_file *file; /* NULL: not one that we watch */
    bool is_wal, is_folder_unsynced;
    sqlite3_file *real;
};

static inline sqlite3_vfs *disk_real(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

/* Counts an operation; true when it is to fail. */
static inline bool disk_fails(bool is_growing)
{
    uint64_t at = ++disk.operations;
    bool is_failing = disk.failure != DISK_WORKS && at >= disk.failure_at;
    if (disk.failure == DISK_ERROR_ONCE)
        is_failing = is_failing && !disk.has_failed;
    if (disk.failure == DISK_FULL_FROM)
        is_failing = is_failing && is_growing;
    disk.has_failed |= is_failing;
    return is_failing;
}

static inline void disk_changed(bool has_synced)
{
    if (disk.after_change)
        disk.after_change(has_synced);
}

static inline sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct disk_handle *)file)->real;
}

static int disk_close(sqlite3_file *file)
{
    return real_of(file)->pMethods ? real_of(file)->pMethods->xClose(real_of(file)) : SQLITE_OK;
}

static int disk_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset)
{
    if (((struct disk_handle *)file)->file && disk_fails(false))
        return SQLITE_IOERR_READ;
    return real_of(file)->pMethods->xRead(real_of(file), bytes, size, offset);
}

static int disk_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
    struct disk_handle *handle = (struct disk_handle *)file;
    disk.changes += handle->file != NULL;
    if (handle->file && disk_fails(true))
        return disk.failure == DISK_FULL_FROM ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    int result = handle->real->pMethods->xWrite(handle->real, bytes, size, offset);
    if (handle->file && result == SQLITE_OK) {
        disk_pend(handle->file, offset, bytes, (size_t)size);
        disk_changed(false);
    }
    return result;
}

static int disk_truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    struct disk_handle *handle = (struct disk_handle *)file;
    disk.changes += handle->file != NULL;
    if (handle->file && disk_fails(false))
        return SQLITE_IOERR_TRUNCATE;
    int result = handle->real->pMethods->xTruncate(handle->real, size);
    if (handle->file && result == SQLITE_OK) {
        disk_pend(handle->file, size, NULL, 0);
        disk_changed(false);
    }
    return result;
}

static int disk_sync(sqlite3_file *file, int flags)
{
    struct disk_handle *handle = (struct disk_handle *)file;
    disk.changes += handle->file != NULL;
    if (handle->file && disk_fails(false))
        return SQLITE_IOERR_FSYNC;
    int result = handle->real->pMethods->xSync(handle->real, flags);
    if (handle->file && result == SQLITE_OK) {
        disk_sync_file(handle->file);
        if (handle->is_folder_unsynced)
            disk_sync_folder();
        handle->is_folder_unsynced = false;
        disk.wal_syncs += handle->is_wal;
        disk_changed(true);
    }
    return result;
}

static int disk_file_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    if (((struct disk_handle *)file)->file && disk_fails(false))
        return SQLITE_IOERR_FSTAT;
    return real_of(file)->pMethods->xFileSize(real_of(file), ret);
}

static int disk_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int disk_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int disk_check_reserved(sqlite3_file *file, int *ret)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret);
}

static int disk_control(sqlite3_file *file, int operation, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int disk_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int disk_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int disk_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **ret)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, ret);
}

static int disk_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void disk_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int disk_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static struct disk_file *disk_new_file(void)
{
    struct disk_file *file = bytes_alloc(sizeof *file);
    file->next = disk.files;
    disk.files = file;
    return file;
}

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
    static const sqlite3_io_methods methods = {
        .iVersion = 2, /* without memory mapping */
        .xClose = disk_close,
        .xRead = disk_read,
        .xWrite = disk_write,
        .xTruncate = disk_truncate_file,
        .xSync = disk_sync,
        .xFileSize = disk_file_size,
        .xLock = disk_lock,
        .xUnlock = disk_unlock,
        .xCheckReservedLock = disk_check_reserved,
        .xFileControl = disk_control,
        .xSectorSize = disk_sector_size,
        .xDeviceCharacteristics = disk_characteristics,
        .xShmMap = disk_shm_map,
        .xShmLock = disk_shm_lock,
        .xShmBarrier = disk_shm_barrier,
        .xShmUnmap = disk_shm_unmap,
    };
    struct disk_handle *handle = (struct disk_handle *)file;
    int index = disk_index(path);
    *handle = (struct disk_handle){.real = (sqlite3_file *)(handle + 1)};
    handle->real->pMethods = NULL;
    if (index >= 0 && disk_fails(false))
        return SQLITE_CANTOPEN;
    int result = disk_real(vfs)->xOpen(disk_real(vfs), path, handle->real, flags, ret_flags);
    if (result != SQLITE_OK)
        return result;
    handle->base.pMethods = &methods;
    if (index < 0)
        return SQLITE_OK;
    handle->is_wal = flags & SQLITE_OPEN_WAL;
    if (!disk.names[index].now) {
        disk.names[index].now = disk_new_file();
        handle->is_folder_unsynced = flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL);
    }
    handle->file = disk.names[index].now;
    disk_changed(false);
    return SQLITE_OK;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int is_folder_to_be_synced)
{
    int index = disk_index(path);
    disk.changes += index >= 0;
    if (index >= 0 && disk_fails(false))
        return SQLITE_IOERR_DELETE;
    int result = disk_real(vfs)->xDelete(disk_real(vfs), path, is_folder_to_be_synced);
    if (index >= 0 && result == SQLITE_OK) {
        disk.names[index].now = NULL;
        if (is_folder_to_be_synced)
            disk_sync_folder();
        disk_changed(is_folder_to_be_synced);
    }
    return result;
}

static int disk_access(sqlite3_vfs *vfs, const char *path, int flags, int *ret)
{
    return disk_real(vfs)->xAccess(disk_real(vfs), path, flags, ret);
}

static int disk_full_path(sqlite3_vfs *vfs, const char *path, int size, char *ret)
{
    return disk_real(vfs)->xFullPathname(disk_real(vfs), path, size, ret);
}

static int disk_last_error(sqlite3_vfs *vfs, int size, char *text)
{
    (void)vfs, (void)size, (void)text;
    return disk.failure == DISK_FULL_FROM ? ENOSPC : EIO;
}

static inline void disk_register(void)
{
    static sqlite3_vfs vfs;
    sqlite3_vfs *real = sqlite3_vfs_find("unix");
    vfs = *real;
    vfs.iVersion = 2;
    vfs.szOsFile = (int)sizeof(struct disk_handle) + real->szOsFile;
    vfs.zName = POWER_CUT_VFS;
    vfs.pAppData = real;
    vfs.xOpen = disk_open;
    vfs.xDelete = disk_delete;
    vfs.xAccess = disk_access;
    vfs.xFullPathname = disk_full_path;
    vfs.xGetLastError = disk_last_error;
    sqlite3_vfs_register(&vfs, 0);
}

#endif
