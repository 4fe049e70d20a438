/* Streams of our own (fopencookie) under the name that libxlsxwriter calls. Any thread; a book's on one at a time. */
#include "handover/book_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/bytes.h"

enum { STREAM_BUFFER = 16 * 1024 };
struct spool {
    struct spool *next;
    struct spools *owner;
    FILE *stream;
    char *memory; /* until `file` is open */
    off64_t size, at;
    int file; /* -1: in memory */
};
static _Thread_local struct spools *in_use;

struct spools *spools_use(struct spools *spools)
{
    struct spools *before = in_use;
    in_use = spools;
    return before;
}

static int spool_fail(struct spool *spool, int error)
{
    if (spool->owner->fault == 0)
        spool->owner->fault = error;
    errno = -error;
    return error;
}

/* FAT knows no file without a name from the start. */
static int open_nameless(const char *folder)
{
    int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL))
        return file >= 0 ? file : -errno;
    char *path = bytes_format("%s/.book-XXXXXX", folder);
    file = mkostemp(path, O_CLOEXEC);
    int error = file >= 0 ? 0 : -errno;
    if (file >= 0)
        unlink(path);
    free(path);
    return file >= 0 ? file : error;
}

static int write_file(struct spool *spool, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = pwrite(spool->file, data, size, spool->at);
        if (n <= 0)
            return spool_fail(spool, n < 0 ? -errno : -EIO);
        data += n;
        size -= (size_t)n;
        spool->at += n;
    }
    return 0;
}

static int move_to_file(struct spool *spool)
{
    const off64_t at = spool->at;
    int file = open_nameless(spool->owner->folder);
    if (file < 0)
        return spool_fail(spool, file);
    spool->file = file;
    spool->at = 0;
    int result = write_file(spool, spool->memory, (size_t)spool->size);
    spool->at = at;
    wipe_bytes(spool->memory, SPOOL_MEMORY_MAX);
    free(spool->memory);
    spool->memory = NULL;
    return result;
}

static ssize_t spool_write(void *cookie, const char *data, size_t size)
{
    struct spool *spool = cookie;
    if (spool->owner->fault != 0)
        return 0;
    if (spool->file < 0 && spool->at + (off64_t)size > SPOOL_MEMORY_MAX && move_to_file(spool) != 0)
        return 0;
    if (spool->file >= 0 && write_file(spool, data, size) != 0)
        return 0;
    if (spool->file < 0) {
        memcpy(spool->memory + spool->at, data, size);
        spool->at += (off64_t)size;
    }
    if (spool->at > spool->size)
        spool->size = spool->at;
    return (ssize_t)size;
}

static ssize_t spool_read(void *cookie, char *data, size_t size)
{
    struct spool *spool = cookie;
    ssize_t n = spool->size > spool->at ? (ssize_t)(spool->size - spool->at) : 0;
    n = n > (ssize_t)size ? (ssize_t)size : n;
    if (spool->file >= 0)
        n = pread(spool->file, data, (size_t)n, spool->at);
    else if (n > 0)
        memcpy(data, spool->memory + spool->at, (size_t)n);
    if (n < 0)
        return spool_fail(spool, -errno);
    spool->at += n;
    return n;
}

static int spool_seek(void *cookie, off64_t *offset, int whence)
{
    struct spool *spool = cookie;
    off64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? spool->at : spool->size;
    if (base + *offset < 0 || base + *offset > spool->size)
        return spool_fail(spool, -EINVAL);
    *offset = spool->at = base + *offset;
    return 0;
}

static int spool_close(void *cookie)
{
    struct spool *spool = cookie;
    struct spool **place = &spool->owner->open;
    while (*place != spool)
        place = &(*place)->next;
    *place = spool->next;
    if (spool->memory)
        wipe_bytes(spool->memory, SPOOL_MEMORY_MAX);
    free(spool->memory);
    if (spool->file >= 0)
        close(spool->file);
    free(spool);
    return 0;
}

FILE *lxw_tmpfile(char *tmpdir)
{
    (void)tmpdir;
    if (!in_use)
        return tmpfile();
    struct spool *spool = bytes_alloc(sizeof *spool);
    *spool = (struct spool){
        .next = in_use->open, .owner = in_use, .memory = bytes_alloc(SPOOL_MEMORY_MAX), .file = -1};
    spool->stream =
        fopencookie(spool, "w+",
                    (cookie_io_functions_t){
                        .read = spool_read, .write = spool_write, .seek = spool_seek, .close = spool_close});
    if (!spool->stream) {
        free(spool->memory);
        free(spool);
        return NULL;
    }
    setvbuf(spool->stream, NULL, _IOFBF, STREAM_BUFFER);
    in_use->open = spool;
    in_use->made++;
    return spool->stream;
}

void spools_done(struct spools *spools)
{
    while (spools->open)
        fclose(spools->open->stream);
}
