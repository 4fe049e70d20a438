/* What all of the packages do with files: sums, removing, moving; and how faults and progress are told. No state; blocking.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "handover/checksum.h"
#include "handover/package_private.h"

enum { BLOCK = 1 << 20, PASSPHRASE_GROUP = 5 };

/* ---- progress */
void watch_phase(struct package_watch *watch, const char *phase, uint64_t total)
{
    if (!watch)
        return;
    watch->now = (struct package_progress){phase, 0, total};
    watch_add(watch, 0);
}

bool watch_add(struct package_watch *watch, uint64_t bytes)
{
    if (!watch)
        return true;
    watch->now.done += bytes;
    if (watch->now.done > watch->now.total)
        watch->now.total = watch->now.done;
    if (watch->progress && !watch->is_stopped)
        watch->is_stopped = watch->progress(watch->arg, &watch->now);
    return !watch->is_stopped;
}

/* ---- faults */
enum package_fault package_fault_of(int error)
{
    switch (error) {
    case 0:
        return PACKAGE_OK;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return PACKAGE_TARGET_FULL;
    case EIO:
    case ENODEV:
    case ENOENT:
    case ENOTDIR:
    case ESTALE:
    case ENXIO:
    case ENOMEDIUM:
    case ENOTCONN:
    case ESHUTDOWN:
        return PACKAGE_TARGET_GONE;
    case EEXIST:
    case ENOTEMPTY:
        return PACKAGE_TARGET_EXISTS;
    case ECANCELED:
        return PACKAGE_CANCELLED;
    default:
        return PACKAGE_TARGET_READ_ONLY; /* "cannot be written", for whatever reason */
    }
}

enum package_fault package_says(struct package_result *ret, enum package_fault fault, const char *file,
                                const char *words)
{
    snprintf(ret->detail, sizeof ret->detail, "%s: %s", file, words);
    return fault;
}

enum package_fault package_failed(struct package_result *ret, const char *file, int error)
{
    error = error < 0 ? -error : error;
    ret->is_file_limit = error == EFBIG;
    return package_says(ret, package_fault_of(error), file, strerror(error));
}

enum problem package_problem(enum package_fault fault)
{
    static const enum problem problems[PACKAGE_FAULT_COUNT] = {
        [PACKAGE_OK] = PROBLEM_NONE,
        [PACKAGE_TARGET_EXISTS] = PROBLEM_TARGET_EXISTS,
        [PACKAGE_TARGET_GONE] = PROBLEM_TARGET_GONE,
        [PACKAGE_TARGET_FULL] = PROBLEM_TARGET_FULL,
        [PACKAGE_TARGET_READ_ONLY] = PROBLEM_TARGET_READ_ONLY,
        [PACKAGE_BROKEN] = PROBLEM_PACKAGE_BROKEN,
        [PACKAGE_PASSPHRASE_WRONG] = PROBLEM_PASSPHRASE_WRONG,
        [PACKAGE_SOURCE] = PROBLEM_STORE_FAILED,
        [PACKAGE_CANCELLED] = PROBLEM_NONE,
    };
    return (unsigned)fault < PACKAGE_FAULT_COUNT ? problems[fault] : PROBLEM_INTERNAL;
}

const char *package_words_en(enum package_fault fault, const struct package_result *result)
{
    if (fault == PACKAGE_TARGET_FULL && result->is_file_limit)
        return "The stick takes no file of that size (FAT32: less than 4 GiB). Make a folder instead of a "
               "ZIP, or "
               "take a stick with exFAT; nothing is lost.";
    if (fault == PACKAGE_SOURCE)
        return "A file of the package could not be made on this computer. Nothing is lost; see the log.";
    return problem_en(package_problem(fault));
}

const char *package_words_zh(enum package_fault fault, const struct package_result *result)
{
    if (fault == PACKAGE_TARGET_FULL && result->is_file_limit)
        return "U 盘不能存放这么大的单个文件（FAT32 须小于 4 GiB），请改用文件夹形式，或换用 exFAT 的 U "
               "盘，数据没有丢失。";
    if (fault == PACKAGE_SOURCE)
        return "本机未能生成交接包中的一个文件，数据没有丢失，请查看日志。";
    return problem_zh(package_problem(fault));
}

/* ---- files */
int package_digest(int fd, bool from_disk, uint64_t most, struct package_watch *watch,
                   uint8_t ret_sum[static PACKAGE_SUM_SIZE], uint64_t *ret_size)
{
    struct checksum checksum;
    uint64_t size = 0;
    int result = 0;
    if (from_disk)
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    const size_t block_size = most < BLOCK ? (size_t)most + 1 : BLOCK;
    uint8_t *block = bytes_alloc(block_size);
    checksum_init(&checksum);
    while (result == 0 && size <= most) {
        uint64_t left = most - size;
        ssize_t got = pread(fd, block, left < block_size ? (size_t)left + 1 : block_size, (off_t)size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            result = got < 0 ? -errno : 0;
            break;
        }
        checksum_add(&checksum, block, (uint64_t)got > left ? (size_t)left : (size_t)got);
        size += (uint64_t)got;
        if (!watch_add(watch, (uint64_t)got))
            result = -ECANCELED;
    }
    wipe_bytes(block, block_size);
    free(block);
    checksum_end(&checksum, ret_sum);
    *ret_size = size;
    return result;
}

void package_begin_sync(int fd, uint64_t from, uint64_t size)
{
    /* no error is lost: fsync tells, and the bytes are read back; not every file system can */
    sync_file_range(fd, (off_t)from, (off_t)size, SYNC_FILE_RANGE_WRITE);
}

int package_write_file(const char *path, const void *data, size_t size)
{
    const char *at = data;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), result = fd < 0 ? -errno : 0;
    while (result == 0 && size > 0) {
        ssize_t put = write(fd, at, size);
        if (put < 0 && errno != EINTR)
            result = -errno;
        at += put > 0 ? put : 0;
        size -= put > 0 ? (size_t)put : 0;
    }
    if (result == 0 && fsync(fd) != 0)
        result = -errno;
    if (fd >= 0 && close(fd) != 0 && result == 0)
        result = -errno;
    return result;
}

void package_remove(const char *path)
{
    char *const roots[] = {(char *)(uintptr_t)path, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
    for (FTSENT *entry; walk && (entry = fts_read(walk));) {
        if (entry->fts_info == FTS_D)
            continue;
        if (entry->fts_info == FTS_DP)
            rmdir(entry->fts_accpath);
        else
            unlink(entry->fts_accpath);
    }
    if (walk)
        fts_close(walk);
}

int package_move(const char *from, const char *to)
{
    struct stat status;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    /* file systems that do not know the flag (ntfs-3g and others behind FUSE) */
    if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
        return -errno;
    if (lstat(to, &status) == 0)
        return -EEXIST;
    return rename(from, to) == 0 ? 0 : -errno;
}

int package_make_folders(const char *root, const char *name)
{
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        char *folder = bytes_format("%s/%.*s", root, (int)(slash - name), name);
        int result = mkdir(folder, 0700) == 0 || errno == EEXIST ? 0 : -errno;
        free(folder);
        if (result != 0)
            return result;
    }
    return 0;
}

char *package_sum_line(const char *manifest, size_t size, char ret_hex[static 2 * PACKAGE_SUM_SIZE + 1])
{
    uint8_t sum[PACKAGE_SUM_SIZE];
    checksum_of(manifest, size, sum);
    hex_encode(sum, sizeof sum, ret_hex);
    return bytes_format("%s  " PACKAGE_MANIFEST "\n", ret_hex);
}

/* ---- passphrase */
void package_passphrase(char ret_text[static PASSPHRASE_SIZE])
{
    static const char letters[] = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
    enum { LETTERS = sizeof letters - 1, FAIR = 256 / LETTERS * LETTERS };
    for (size_t i = 0; i + 1 < PASSPHRASE_SIZE; i++) {
        uint8_t byte = FAIR;
        if (i % (PASSPHRASE_GROUP + 1) == PASSPHRASE_GROUP) {
            ret_text[i] = '-';
            continue;
        }
        while (byte >= FAIR)
            random_bytes(&byte, 1);
        ret_text[i] = letters[byte % LETTERS];
    }
    ret_text[PASSPHRASE_SIZE - 1] = '\0';
}
