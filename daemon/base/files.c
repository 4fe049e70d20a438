/* Files on disk. Blocking: never called on the HTTP thread. No state; any thread. */
#include "base/files.h"
#include "base/bytes.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Fills `data` as far as the file goes. Returns the bytes read or -errno. */
static ssize_t read_fully(int fd, char *data, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, data + done, size - done);
        if (got == 0)
            break;
        if (got > 0)
            done += (size_t)got;
        else if (errno != EINTR)
            return -errno;
    }
    return (ssize_t)done;
}

static int write_fully(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t put = write(fd, data, size);
        if (put >= 0) {
            data += put;
            size -= (size_t)put;
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return 0;
}

int file_read(const char *path, size_t most, char **ret_data, size_t *ret_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct buffer file = {0};
    char block[16384];
    ssize_t got;
    while ((got = read_fully(fd, block, sizeof block)) > 0) {
        if ((size_t)got > most - file.size) {
            got = -EFBIG;
            break;
        }
        buffer_add(&file, block, (size_t)got);
    }
    close(fd);
    wipe_bytes(block, sizeof block);
    if (got < 0) {
        wipe_bytes(file.data, file.capacity);
        buffer_done(&file);
        return (int)got;
    }
    buffer_add(&file, "", 0);
    *ret_data = file.data;
    *ret_size = file.size;
    return 0;
}

/* The folder that `path` is in, to free(). */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return bytes_text(".");
    if (slash == path)
        return bytes_text("/");
    return bytes_format("%.*s", (int)(slash - path), path);
}

int64_t folder_room(const char *path)
{
    struct statvfs facts;
    if (statvfs(path, &facts) < 0)
        return -errno;
    return (int64_t)(facts.f_bavail * facts.f_frsize);
}

int folder_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int result = fsync(fd) == 0 ? 0 : -errno;
    close(fd);
    return result;
}

/* A new file with all of its bytes on disk; removed again on failure. */
static int write_aside(const char *path, const void *data, size_t size, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int result = write_fully(fd, data, size);
    /* open()'s mode is cut by the umask, this one is not */
    if (result == 0 && (fchmod(fd, mode) != 0 || fsync(fd) != 0))
        result = -errno;
    if (close(fd) != 0 && result == 0)
        result = -errno;
    if (result != 0)
        unlink(path);
    return result;
}

static int write_and_rename(const char *path, const void *data, size_t size, mode_t mode,
                            unsigned rename_flags)
{
    uint8_t random[8];
    char suffix[2 * sizeof random + 1];
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, suffix);
    char *folder = folder_of(path);
    char *aside = bytes_format("%s/.new-%s", folder, suffix);
    int result = write_aside(aside, data, size, mode);
    if (result != 0)
        goto out;
    if (renameat2(AT_FDCWD, aside, AT_FDCWD, path, rename_flags) != 0) {
        result = -errno;
        unlink(aside);
        goto out;
    }
    result = folder_sync(folder);
out:
    free(aside);
    free(folder);
    return result;
}

int file_write_durably(const char *path, const void *data, size_t size, mode_t mode)
{
    return write_and_rename(path, data, size, mode, 0);
}

int file_create_durably(const char *path, const void *data, size_t size, mode_t mode)
{
    return write_and_rename(path, data, size, mode, RENAME_NOREPLACE);
}

static int overwrite(int fd)
{
    uint8_t block[4096];
    struct stat status;
    if (fstat(fd, &status) != 0)
        return -errno;
    for (off_t left = S_ISREG(status.st_mode) ? status.st_size : 0; left > 0;) {
        size_t size = left < (off_t)sizeof block ? (size_t)left : sizeof block;
        random_bytes(block, size);
        int result = write_fully(fd, (const char *)block, size);
        if (result != 0)
            return result;
        left -= (off_t)size;
    }
    return fsync(fd) == 0 ? 0 : -errno;
}

int file_destroy(const char *path)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT ? 0 : -errno;
    if (S_ISREG(status.st_mode)) {
        enum { FLAGS = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };
        int fd = open(path, FLAGS);
        if (fd < 0 && errno == EACCES && chmod(path, 0600) == 0)
            fd = open(path, FLAGS);
        if (fd < 0)
            return -errno;
        int result = overwrite(fd);
        close(fd);
        if (result != 0)
            return result;
    }
    if (unlink(path) != 0 && errno != ENOENT)
        return -errno;
    char *folder = folder_of(path);
    int result = folder_sync(folder);
    free(folder);
    return result;
}

static pid_t holder_of(int fd)
{
    char text[24];
    ssize_t size = pread(fd, text, sizeof text - 1, 0);
    if (size <= 0)
        return 0;
    text[size] = '\0';
    text[strcspn(text, "\n")] = '\0';
    uint64_t pid;
    return text_to_u64(text, 1, INT_MAX, &pid) == 0 ? (pid_t)pid : 0;
}

static int write_holder(int fd)
{
    char text[24];
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0)
        return -errno;
    return write_fully(fd, text, (size_t)length);
}

int data_lock(const char *data_dir, pid_t *ret_holder)
{
    char *path = bytes_format("%s/lock", data_dir);
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    int result = fd < 0 ? -errno : 0;
    free(path);
    if (fd < 0)
        return result;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        result = -errno;
    else
        result = write_holder(fd);
    if (result == -EWOULDBLOCK && ret_holder)
        *ret_holder = holder_of(fd);
    if (result == 0)
        return fd;
    close(fd);
    return result;
}
