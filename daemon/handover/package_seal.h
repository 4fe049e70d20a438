/* How an entry of a ZIP is sealed: WinZip's AE-2 with AES-256 (APPNOTE 7.2 leaves it to WinZip's "AES Encryption
 * Information", 2009). A sealed entry is
 *
 *   salt (16 bytes), check (2), content (AES-256 in counter mode, the counter's low byte first, from 1), tail (10)
 *
 * PBKDF2-HMAC-SHA1 with 1,000 rounds makes of passphrase and salt the content's key, the tail's key and the check; the tail
 * is the front of HMAC-SHA1 over the sealed content. AES, HMAC and PBKDF2 are nettle's; libzip's own sealing takes one block
 * of 16 bytes at a time, a tenth as fast. Cannot fail; no I/O; one thread per seal. */
#ifndef HANDOVER_PACKAGE_SEAL_H
#define HANDOVER_PACKAGE_SEAL_H
#include <nettle/aes.h>
#include <nettle/hmac.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SEAL_SALT_SIZE = 16,
    SEAL_CHECK_SIZE = 2,
    SEAL_HEAD_SIZE = SEAL_SALT_SIZE + SEAL_CHECK_SIZE,
    SEAL_TAIL_SIZE = 10,
    SEAL_STREAM_SIZE = 4096,
};

struct seal {
    struct aes256_ctx aes;
    struct hmac_sha1_ctx hmac;
    uint64_t block; /* the last counter that is in the stream */
    size_t used;    /* bytes of the stream */
    uint8_t stream[SEAL_STREAM_SIZE];
};
/* ret_check: what must stand behind the salt if the passphrase is the right one (by chance so once in 65,536). */
void seal_init(struct seal *, const char *passphrase, const uint8_t salt[static SEAL_SALT_SIZE],
               uint8_t ret_check[static SEAL_CHECK_SIZE]);
/* In place; pieces of any size, in order. */
void seal_shut(struct seal *, uint8_t *bytes, size_t size);
void seal_open(struct seal *, uint8_t *bytes, size_t size);
/* Wipes the keys. */
void seal_done(struct seal *, uint8_t ret_tail[static SEAL_TAIL_SIZE]);

#endif
