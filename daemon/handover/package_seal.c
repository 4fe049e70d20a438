/* WinZip's AE-2 around nettle's AES-256, HMAC-SHA1 and PBKDF2. Keeps no key longer than its entry; any thread. */
#include "handover/package_seal.h"

#include <nettle/memxor.h>
#include <nettle/pbkdf2.h>
#include <string.h>

#include "base/bytes.h"

enum { ROUNDS = 1000, KEY_SIZE = AES256_KEY_SIZE };

void seal_init(struct seal *seal, const char *passphrase, const uint8_t salt[static SEAL_SALT_SIZE],
               uint8_t ret_check[static SEAL_CHECK_SIZE])
{
    uint8_t keys[2 * KEY_SIZE + SEAL_CHECK_SIZE];
    pbkdf2_hmac_sha1(strlen(passphrase), (const uint8_t *)passphrase, ROUNDS, SEAL_SALT_SIZE, salt,
                     sizeof keys, keys);
    aes256_set_encrypt_key(&seal->aes, keys);
    hmac_sha1_set_key(&seal->hmac, KEY_SIZE, keys + KEY_SIZE);
    memcpy(ret_check, keys + 2 * (size_t)KEY_SIZE, SEAL_CHECK_SIZE);
    wipe_bytes(keys, sizeof keys);
    seal->block = 0;
    seal->used = SEAL_STREAM_SIZE;
}

/* Many counters at once, so that nettle can work on several blocks side by side. */
static void next_stream(struct seal *seal)
{
    memset(seal->stream, 0, sizeof seal->stream);
    for (uint8_t *at = seal->stream; at < seal->stream + sizeof seal->stream; at += AES_BLOCK_SIZE) {
        const uint64_t counter = ++seal->block;
        for (size_t i = 0; i < sizeof counter; i++)
            at[i] = (uint8_t)(counter >> (8 * i));
    }
    aes256_encrypt(&seal->aes, sizeof seal->stream, seal->stream, seal->stream);
    seal->used = 0;
}

static void mix(struct seal *seal, uint8_t *bytes, size_t size)
{
    while (size > 0) {
        if (seal->used == sizeof seal->stream)
            next_stream(seal);
        const size_t left = sizeof seal->stream - seal->used, now = size < left ? size : left;
        memxor(bytes, seal->stream + seal->used, now);
        seal->used += now;
        bytes += now;
        size -= now;
    }
}

void seal_shut(struct seal *seal, uint8_t *bytes, size_t size)
{
    mix(seal, bytes, size);
    hmac_sha1_update(&seal->hmac, size, bytes);
}

void seal_open(struct seal *seal, uint8_t *bytes, size_t size)
{
    hmac_sha1_update(&seal->hmac, size, bytes);
    mix(seal, bytes, size);
}

void seal_done(struct seal *seal, uint8_t ret_tail[static SEAL_TAIL_SIZE])
{
    hmac_sha1_digest(&seal->hmac, SEAL_TAIL_SIZE, ret_tail);
    wipe_bytes(seal, sizeof *seal);
}
