/* An entry of a ZIP opened: foreign bytes. libzip says where they are; unsealing and inflating are done here, in large pieces.
 * Nothing may stand behind the end of what was deflated. What was stored is not of today's making, and is left to libzip,
 * which is slow but knows it. Blocking; no state. */
#include <stdlib.h>
#include <string.h>
#include <zip.h>
#include <zlib.h>

#include "base/bytes.h"
#include "handover/package_seal.h"
#include "handover/package_zip.h"

enum { BLOCK = 256 << 10, WINDOW_BITS = -15 };

struct unsealing {
    zip_file_t *file;
    const struct zip_taker *taker;
    z_stream inflate;
    bool is_ended;
    struct seal seal;
    uint8_t in[BLOCK], out[BLOCK];
};

/* 0 or libzip's code. */
static int read_exactly(zip_file_t *file, uint8_t *bytes, size_t size)
{
    while (size > 0) {
        const zip_int64_t got = zip_fread(file, bytes, size);
        if (got <= 0)
            return got < 0 ? zip_error_code_zip(zip_file_get_error(file)) : ZIP_ER_EOF;
        bytes += got;
        size -= (size_t)got;
    }
    return 0;
}

static int inflate_piece(struct unsealing *unsealing, size_t size)
{
    z_stream *stream = &unsealing->inflate;
    int result = 0;
    stream->next_in = unsealing->in;
    stream->avail_in = (uInt)size;
    do {
        stream->next_out = unsealing->out;
        stream->avail_out = sizeof unsealing->out;
        const int told = unsealing->is_ended ? Z_DATA_ERROR : inflate(stream, Z_NO_FLUSH);
        if (told != Z_OK && told != Z_STREAM_END && told != Z_BUF_ERROR)
            return ZIP_ER_ZLIB;
        unsealing->is_ended = told == Z_STREAM_END;
        result = unsealing->taker->take(unsealing->taker->arg, unsealing->out,
                                        sizeof unsealing->out - stream->avail_out);
    } while (result == 0 && (stream->avail_in > 0 || (stream->avail_out == 0 && !unsealing->is_ended)));
    return result;
}

static int unseal_content(struct unsealing *unsealing, uint64_t left)
{
    int result = 0;
    while (result == 0 && left > 0) {
        const size_t size = left < sizeof unsealing->in ? (size_t)left : sizeof unsealing->in;
        result = read_exactly(unsealing->file, unsealing->in, size);
        if (result)
            break;
        seal_open(&unsealing->seal, unsealing->in, size);
        result = inflate_piece(unsealing, size);
        left -= size;
    }
    return result == 0 && !unsealing->is_ended ? ZIP_ER_ZLIB : result;
}

static int unseal(struct unsealing *unsealing, uint64_t size, const char *passphrase)
{
    uint8_t head[SEAL_HEAD_SIZE], check[SEAL_CHECK_SIZE], told[SEAL_TAIL_SIZE] = {0}, tail[SEAL_TAIL_SIZE];
    if (size < SEAL_HEAD_SIZE + SEAL_TAIL_SIZE)
        return ZIP_ER_INCONS;
    int result = read_exactly(unsealing->file, head, sizeof head);
    if (result)
        return result;
    seal_init(&unsealing->seal, passphrase, head, check);
    if (memcmp(check, head + SEAL_SALT_SIZE, sizeof check) != 0)
        return ZIP_ER_WRONGPASSWD;
    result = unseal_content(unsealing, size - SEAL_HEAD_SIZE - SEAL_TAIL_SIZE);
    if (result == 0)
        result = read_exactly(unsealing->file, told, sizeof told);
    seal_done(&unsealing->seal, tail);
    return result == 0 && memcmp(told, tail, sizeof tail) != 0 ? ZIP_ER_CRC : result;
}

static int unseal_deflated(zip_file_t *file, uint64_t size, const char *passphrase,
                           const struct zip_taker *taker)
{
    struct unsealing *unsealing = bytes_alloc(sizeof *unsealing);
    unsealing->file = file;
    unsealing->taker = taker;
    int result = inflateInit2(&unsealing->inflate, WINDOW_BITS) == Z_OK ? 0 : ZIP_ER_MEMORY;
    if (result == 0)
        result = unseal(unsealing, size, passphrase);
    inflateEnd(&unsealing->inflate);
    wipe_bytes(unsealing, sizeof *unsealing);
    free(unsealing);
    return result;
}

static int unseal_stored(zip_file_t *file, const struct zip_taker *taker)
{
    uint8_t *block = bytes_alloc(BLOCK);
    zip_int64_t got = 0;
    int result = 0;
    while (result == 0 && (got = zip_fread(file, block, BLOCK)) > 0)
        result = taker->take(taker->arg, block, (size_t)got);
    wipe_bytes(block, BLOCK);
    free(block);
    return result == 0 && got < 0 ? zip_error_code_zip(zip_file_get_error(file)) : result;
}

int package_zip_unseal(zip_t *zip, const zip_stat_t *facts, const char *passphrase,
                       const struct zip_taker *taker)
{
    const bool is_stored = facts->comp_method == ZIP_CM_STORE;
    /* as it stands in the archive, unless libzip is to open it */
    zip_file_t *file = is_stored ? zip_fopen_index_encrypted(zip, facts->index, 0, passphrase)
                                 : zip_fopen_index(zip, facts->index, ZIP_FL_ENCRYPTED);
    if (!file)
        return zip_error_code_zip(zip_get_error(zip));
    int result =
        is_stored ? unseal_stored(file, taker) : unseal_deflated(file, facts->comp_size, passphrase, taker);
    zip_fclose(file);
    return result;
}
