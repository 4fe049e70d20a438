/* XChaCha20-Poly1305 with a random nonce in front, as base64 behind a '~'. Any thread. */
#include "desk/reason.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

enum {
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    BOX_MAX = NONCE + PLAIN_TEXT_MAX + crypto_aead_xchacha20poly1305_ietf_ABYTES,
};
_Static_assert(1 + (BOX_MAX + 2) / 3 * 4 <= ENTRY_TEXT_MAX, "a sealed reason fits an entry");

static const uint8_t purpose[] = "reason";

/* What the pages offer to press (data-reason). Anything else may be a name in letters. */
static const char *const codes[] = {
    "test",     "duplicate", "left",     "wrong-person", "equipment", "other",
    "verified", "proof",     "approved", "list-error",   "reshoot",
};

bool reason_is_code(const char *text)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(text, codes[i]) == 0)
            return true;
    return *text == '\0';
}

void reason_seal(const struct journal_keys *keys, const char *plain, char ret_text[static ENTRY_TEXT_MAX + 1])
{
    uint8_t box[BOX_MAX];
    unsigned long long size = 0;
    size_t length = strnlen(plain, PLAIN_TEXT_MAX);
    if (reason_is_code(plain)) {
        memmove(ret_text, plain, length + 1);
        return;
    }
    random_bytes(box, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE, &size, (const uint8_t *)plain, length, purpose,
                                               sizeof purpose, NULL, box, keys->seal);
    ret_text[0] = '~';
    base64_encode(box, NONCE + size, ret_text + 1);
}

void reason_open(const struct journal_keys *keys, const char *text, char ret_plain[static PLAIN_TEXT_MAX + 1])
{
    uint8_t box[BOX_MAX];
    unsigned long long size = 0;
    ret_plain[0] = '\0';
    if (text[0] != '~') {
        snprintf(ret_plain, PLAIN_TEXT_MAX + 1, "%s", text);
        return;
    }
    int box_size = base64_decode(text + 1, strlen(text + 1), box, sizeof box);
    if (box_size < NONCE + (int)crypto_aead_xchacha20poly1305_ietf_ABYTES)
        return;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)ret_plain, &size, NULL, box + NONCE,
                                                   (unsigned long long)(box_size - NONCE), purpose,
                                                   sizeof purpose, box, keys->seal) != 0)
        size = 0;
    ret_plain[size] = '\0';
}
