/* Packs a folder into one ZIP, every entry sealed with AES-256 (WinZip AE-2). libzip writes into a file of ours, so that it
 * leaves no temporary file of its own behind, and every error is known by its errno. Blocking. */
#include "handover/package_zip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zip.h>

#include "base/bytes.h"

/* ---- where libzip writes to */
enum { SINK_SIZE = 1 << 20 };

struct sink {
    int fd, error;   /* error: errno of the file, 0: none */
    zip_int64_t at;  /* of the file, where the buffer goes */
    uint8_t *buffer; /* libzip writes 8 KiB at a time */
    size_t filled;
    zip_error_t told;
    struct package_watch *watch;
};

static zip_int64_t sink_fails(struct sink *sink, int zip_code, int error)
{
    zip_error_set(&sink->told, zip_code, error);
    return -1;
}

static zip_int64_t sink_flush(struct sink *sink)
{
    const size_t size = sink->filled;
    const zip_int64_t from = sink->at;
    if (size == 0)
        return 0;
    for (size_t done = 0; done < size;) {
        ssize_t put = pwrite(sink->fd, sink->buffer + done, size - done, (off_t)sink->at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            sink->error = errno;
            return sink_fails(sink, ZIP_ER_WRITE, errno);
        }
        done += (size_t)put;
        sink->at += put;
    }
    sink->filled = 0;
    package_begin_sync(sink->fd, (uint64_t)from, size);
    if (watch_add(sink->watch, size))
        return 0;
    sink->error = ECANCELED;
    return sink_fails(sink, ZIP_ER_CANCELLED, 0);
}

static zip_int64_t sink_write(struct sink *sink, const char *data, zip_uint64_t size)
{
    for (zip_uint64_t done = 0; done < size;) {
        const size_t room = SINK_SIZE - sink->filled, now = room < size - done ? room : size - done;
        memcpy(sink->buffer + sink->filled, data + done, now);
        sink->filled += now;
        done += now;
        if (sink->filled == SINK_SIZE && sink_flush(sink) != 0)
            return -1;
    }
    return (zip_int64_t)size;
}

static zip_int64_t sink_seek(struct sink *sink, void *data, zip_uint64_t size)
{
    struct stat status;
    if (sink_flush(sink) != 0)
        return -1;
    if (fstat(sink->fd, &status) != 0)
        return sink_fails(sink, ZIP_ER_SEEK, errno);
    zip_int64_t at = zip_source_seek_compute_offset((zip_uint64_t)sink->at, (zip_uint64_t)status.st_size,
                                                    data, size, &sink->told);
    if (at >= 0)
        sink->at = at;
    return at < 0 ? -1 : 0;
}

static zip_int64_t sink_call(void *arg, void *data, zip_uint64_t size, zip_source_cmd_t command)
{
    struct sink *sink = arg;
    switch (command) {
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
            ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_BEGIN_WRITE,
            ZIP_SOURCE_COMMIT_WRITE, ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE,
            ZIP_SOURCE_WRITE, ZIP_SOURCE_REMOVE, -1);
    case ZIP_SOURCE_STAT: /* there is nothing to be read: a new archive */
        return sink_fails(sink, ZIP_ER_READ, ENOENT);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&sink->told, data, size);
    case ZIP_SOURCE_WRITE:
        return sink_write(sink, data, size);
    case ZIP_SOURCE_SEEK_WRITE:
        return sink_seek(sink, data, size);
    case ZIP_SOURCE_TELL_WRITE:
        return sink->at + (zip_int64_t)sink->filled;
    case ZIP_SOURCE_COMMIT_WRITE:
        return sink_flush(sink);
    case ZIP_SOURCE_BEGIN_WRITE:
    case ZIP_SOURCE_ROLLBACK_WRITE:
    case ZIP_SOURCE_REMOVE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        return sink_fails(sink, ZIP_ER_OPNOTSUPP, 0);
    }
}

/* ---- entries */

/* China Standard Time, in the two numbers of MS-DOS. */
static void dos_time(int64_t at_us, uint16_t *ret_time, uint16_t *ret_date)
{
    enum { CST_S = 8 * 3600, FIRST_YEAR = 80 };
    time_t at = (time_t)(at_us / 1000000 + CST_S);
    struct tm tm = {0};
    gmtime_r(&at, &tm);
    if (tm.tm_year < FIRST_YEAR)
        tm = (struct tm){.tm_year = FIRST_YEAR, .tm_mday = 1};
    *ret_time = (uint16_t)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
    *ret_date = (uint16_t)((tm.tm_year - FIRST_YEAR) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday);
}

bool package_zip_is_text(const char *name)
{
    static const char *const ends[] = {".csv", ".html", ".json", ".txt", ".md"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (length > strlen(ends[i]) && strcasecmp(name + length - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

struct packing {
    zip_t *zip;
    const char *home, *passphrase;
    uint16_t time, date;
};

static int add_file(const struct packing *packing, const char *name, uint64_t size)
{
    char *path = bytes_format("%s/%s", packing->home, name);
    int index = package_zip_add(packing->zip, path, name, size, packing->passphrase);
    free(path);
    return index < 0
               ? -1
               : zip_file_set_dostime(packing->zip, (zip_uint64_t)index, packing->time, packing->date, 0);
}

static int add_own(const struct packing *packing, const char *name)
{
    struct stat status = {0};
    char *path = bytes_format("%s/%s", packing->home, name);
    int result = stat(path, &status) == 0 ? 0 : -1;
    free(path);
    return result ? result : add_file(packing, name, (uint64_t)status.st_size);
}

static int add_all(const struct packing *packing, const struct manifest *manifest)
{
    char comment[ZIP_COMMENT_SIZE + 1];
    int result = add_own(packing, PACKAGE_MANIFEST);
    if (result == 0)
        result = add_own(packing, PACKAGE_MANIFEST_SUM);
    for (size_t i = 0; result == 0 && i < manifest->count; i++)
        result = add_file(packing, manifest->files[i].name, manifest->files[i].size);
    memset(comment, '0', ZIP_COMMENT_SIZE);
    memcpy(comment, PACKAGE_ZIP_COMMENT, sizeof PACKAGE_ZIP_COMMENT - 1);
    return result != 0 ? result : zip_set_archive_comment(packing->zip, comment, ZIP_COMMENT_SIZE);
}

/* ---- the file */
int package_zip_digest(int fd, bool from_disk, struct package_watch *watch,
                       char ret_hex[static 2 * PACKAGE_SUM_SIZE + 1], uint64_t *ret_before)
{
    uint8_t sum[PACKAGE_SUM_SIZE];
    struct stat status;
    uint64_t size = 0;
    if (fstat(fd, &status) != 0)
        return -errno;
    if (status.st_size <= ZIP_COMMENT_SIZE)
        return -EINVAL;
    uint64_t before = (uint64_t)status.st_size - 2 * PACKAGE_SUM_SIZE;
    int result = package_digest(fd, from_disk, before, watch, sum, &size);
    if (result != 0)
        return result;
    if (size <= before) /* shorter than it was a moment ago */
        return -EIO;
    hex_encode(sum, sizeof sum, ret_hex);
    *ret_before = before;
    return 0;
}

/* The sum of what was meant to be written, still in memory; the check compares with what the disk gives back. */
static int sum_file(int fd, struct package_watch *watch)
{
    char hex[2 * PACKAGE_SUM_SIZE + 1];
    uint64_t before = 0;
    int result = package_zip_digest(fd, false, watch, hex, &before);
    if (result != 0)
        return result;
    ssize_t put = pwrite(fd, hex, 2 * PACKAGE_SUM_SIZE, (off_t)before);
    if (put != 2 * PACKAGE_SUM_SIZE)
        return put < 0 ? -errno : -EIO;
    return fsync(fd) == 0 ? 0 : -errno;
}

static enum package_fault pack_into(struct sink *sink, const struct packing *wanted,
                                    const struct manifest *manifest, const char *path,
                                    struct package_result *ret)
{
    struct packing packing = *wanted;
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_function_create(sink_call, sink, &error);
    packing.zip = source ? zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error) : NULL;
    if (!packing.zip) {
        package_says(ret, PACKAGE_SOURCE, path, zip_error_strerror(&error));
        zip_error_fini(&error);
        zip_source_free(source);
        return PACKAGE_SOURCE;
    }
    zip_error_fini(&error);
    if (add_all(&packing, manifest) == 0 && zip_close(packing.zip) == 0)
        return PACKAGE_OK;
    enum package_fault fault = sink->error
                                   ? package_failed(ret, path, sink->error)
                                   : package_says(ret, PACKAGE_SOURCE, path, zip_strerror(packing.zip));
    zip_discard(packing.zip);
    return fault;
}

enum package_fault package_pack_zip(const char *home, const struct manifest *manifest, const char *path,
                                    const char *passphrase, int64_t at_us, struct package_watch *watch,
                                    struct package_result *ret)
{
    struct packing packing = {.home = home, .passphrase = passphrase};
    struct sink sink = {.watch = watch};
    sink.fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (sink.fd < 0)
        return package_failed(ret, path, errno);
    sink.buffer = bytes_alloc(SINK_SIZE);
    zip_error_init(&sink.told);
    dos_time(at_us, &packing.time, &packing.date);
    watch_phase(watch, "packing", manifest->bytes * 2); /* written, and read for the sum */
    enum package_fault fault = pack_into(&sink, &packing, manifest, path, ret);
    int error = fault == PACKAGE_OK ? sum_file(sink.fd, watch) : 0;
    zip_error_fini(&sink.told);
    free(sink.buffer);
    if (close(sink.fd) != 0 && error == 0 && fault == PACKAGE_OK)
        error = -errno;
    return error ? package_failed(ret, path, error) : fault;
}
