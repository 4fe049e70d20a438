/* One file on its way into a ZIP: read, deflated, sealed. libzip is handed entries that are sealed already and only puts them
 * in their places; their CRC-32 is 0, as AE-2 has it, so that nothing of a content can be read outside of its seal. What is
 * dense already is deflated in stored blocks, since libzip counts a stored entry's bytes itself. Blocking; one thread. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

#include "base/bytes.h"
#include "handover/package_seal.h"
#include "handover/package_zip.h"

enum { BLOCK = 256 << 10, WINDOW_BITS = -15 /* deflate alone, without zlib's own head */, MEMORY_LEVEL = 8 };

/* What an entry needs while libzip reads it; there may be very many entries. */
struct work {
    int fd;
    z_stream deflate;
    struct seal seal;
    bool is_read, is_deflated, is_whole; /* whole: its tail was given, too */
    size_t at, ready;                    /* of `out` */
    uint8_t in[BLOCK], out[BLOCK];
};
struct entry {
    char *path;
    uint64_t size;
    bool is_dense;
    const char *passphrase;
    zip_error_t told;
    struct work *work;
};

static zip_int64_t fails(struct entry *entry, int zip_code, int error)
{
    zip_error_set(&entry->told, zip_code, error);
    return -1;
}

/* ---- its bytes */
static void close_entry(struct entry *entry)
{
    struct work *work = entry->work;
    if (!work)
        return;
    if (work->fd >= 0)
        close(work->fd);
    deflateEnd(&work->deflate);
    wipe_bytes(work, sizeof *work);
    free(work);
    entry->work = NULL;
}

static zip_int64_t open_entry(struct entry *entry)
{
    struct work *work = bytes_alloc(sizeof *work);
    entry->work = work;
    work->fd = open(entry->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (work->fd < 0)
        return fails(entry, ZIP_ER_OPEN, errno);
    if (deflateInit2(&work->deflate, entry->is_dense ? Z_NO_COMPRESSION : Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                     WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return fails(entry, ZIP_ER_MEMORY, 0);
    posix_fadvise(work->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    random_bytes(work->out, SEAL_SALT_SIZE);
    seal_init(&work->seal, entry->passphrase, work->out, work->out + SEAL_SALT_SIZE);
    work->ready = SEAL_HEAD_SIZE;
    return 0;
}

static int read_more(struct work *work)
{
    ssize_t got;
    do
        got = read(work->fd, work->in, sizeof work->in);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    work->is_read = got == 0;
    work->deflate.next_in = work->in;
    work->deflate.avail_in = (uInt)got;
    return 0;
}

/* The next bytes of the entry; none, once it is whole. 0 or -errno. */
static int fill(struct entry *entry)
{
    struct work *work = entry->work;
    work->at = work->ready = 0;
    while (work->ready == 0 && !work->is_deflated) {
        const int error = work->deflate.avail_in == 0 && !work->is_read ? read_more(work) : 0;
        if (error)
            return error;
        work->deflate.next_out = work->out;
        work->deflate.avail_out = sizeof work->out;
        work->is_deflated = deflate(&work->deflate, work->is_read ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_END;
        work->ready = sizeof work->out - work->deflate.avail_out;
        if (work->is_deflated && work->deflate.total_in != entry->size)
            return -ESTALE;
        seal_shut(&work->seal, work->out, work->ready);
    }
    if (work->ready == 0 && !work->is_whole) {
        seal_done(&work->seal, work->out);
        work->ready = SEAL_TAIL_SIZE;
        work->is_whole = true;
    }
    return 0;
}

static zip_int64_t read_entry(struct entry *entry, uint8_t *bytes, zip_uint64_t size)
{
    struct work *work = entry->work;
    zip_uint64_t done = 0;
    while (done < size) {
        const int error = work->at == work->ready ? fill(entry) : 0;
        if (error)
            return fails(entry, ZIP_ER_READ, -error);
        const size_t ready = work->ready - work->at, now = ready < size - done ? ready : size - done;
        if (now == 0)
            break;
        memcpy(bytes + done, work->out + work->at, now);
        work->at += now;
        done += now;
    }
    return (zip_int64_t)done;
}

/* ---- what libzip asks */
static zip_int64_t tell_facts(const struct entry *entry, zip_stat_t *facts)
{
    zip_stat_init(facts);
    facts->valid = ZIP_STAT_SIZE | ZIP_STAT_CRC | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    facts->size = entry->size;
    facts->crc = 0;
    facts->comp_method = ZIP_CM_DEFLATE;
    facts->encryption_method = ZIP_EM_AES_256;
    return sizeof *facts;
}

static void free_entry(struct entry *entry)
{
    close_entry(entry);
    zip_error_fini(&entry->told);
    free(entry->path);
    free(entry);
}

static zip_int64_t entry_call(void *arg, void *data, zip_uint64_t size, zip_source_cmd_t command)
{
    struct entry *entry = arg;
    switch (command) {
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                              ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
    case ZIP_SOURCE_STAT:
        return tell_facts(entry, data);
    case ZIP_SOURCE_OPEN:
        return open_entry(entry);
    case ZIP_SOURCE_READ:
        return read_entry(entry, data, size);
    case ZIP_SOURCE_CLOSE:
        close_entry(entry);
        return 0;
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&entry->told, data, size);
    case ZIP_SOURCE_FREE:
        free_entry(entry);
        return 0;
    default:
        return fails(entry, ZIP_ER_OPNOTSUPP, 0);
    }
}

int package_zip_add(zip_t *zip, const char *path, const char *name, uint64_t size, const char *passphrase)
{
    struct entry *entry = bytes_alloc(sizeof *entry);
    *entry = (struct entry){bytes_text(path), size, !package_zip_is_text(name), passphrase, {0}, NULL};
    zip_error_init(&entry->told);
    zip_source_t *source = zip_source_function(zip, entry_call, entry);
    if (!source) {
        free_entry(entry);
        return -1;
    }
    const zip_int64_t index = zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
        return -1;
    }
    if (zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_DEFLATE, 0) != 0 ||
        zip_file_set_encryption(zip, (zip_uint64_t)index, ZIP_EM_AES_256, NULL) != 0)
        return -1;
    return (int)index;
}
