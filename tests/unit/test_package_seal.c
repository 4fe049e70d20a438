/* The seal of a ZIP's entry, against sealed bytes that Python's hashlib and hmac and OpenSSL's AES made (AES-256-ECB over the
 * counters 1, 2, 3 ..., low byte first). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "handover/checksum.h"
#include "handover/package_seal.h"

static const char *const passphrase = "ABCDE-FGHJK-MNPQR-STUVW-XYZ23";

/* Of the bytes 0, 1, 2 ... 255, 0, 1 ...: the SHA-256 of what is sealed, and its tail. The larger ones carry the counter into
 * its second and third byte. */
static const struct {
    size_t size;
    const char *sealed, *tail;
} examples[] = {
    {0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "d9e70c6d2eddf53f256a"},
    {1, "68aa2e2ee5dff96e3355e6c7ee373e3d6a4e17f75f9518d843709c0c9bc3e3d4", "042c46a1eb9f60cadb9b"},
    {16, "f0dee2da8190c8ca7c14706ea80b3d7293a55662f02457495ed4a0cfa4e2c4d9", "b2c75bf3ae7aeaa5f921"},
    {100, "2c5de913307b155e21d8f52a3a2ab9d9cb6587b8022a517f86f4259208162a6a", "bade29920180459fa4ca"},
    {10000, "d279fd38f3119ffebf65c6f28ef3d19af85bc36b1a76f34e332da6a5f57f626b", "e57c6a4296c1d926c643"},
    {1100000, "a36d6f882630284e5a8c2026057b3465d34f1c85540bba4bb791215ea6e12a6a", "9a70a09d9be4ce7a290f"},
};

static void salt_of(uint8_t ret_salt[SEAL_SALT_SIZE])
{
    for (size_t i = 0; i < SEAL_SALT_SIZE; i++)
        ret_salt[i] = (uint8_t)i;
}

static void begin(struct seal *seal, const char *with)
{
    uint8_t salt[SEAL_SALT_SIZE], check[SEAL_CHECK_SIZE];
    salt_of(salt);
    seal_init(seal, with, salt, check);
    if (with == passphrase)
        assert_memory_equal(check, "\xd7\x2d", sizeof check);
    else
        assert_memory_not_equal(check, "\xd7\x2d", sizeof check);
}

/* In pieces of `step` bytes, then one more each time; 0: at once. */
static void go(struct seal *seal, void (*with)(struct seal *, uint8_t *, size_t), uint8_t *bytes, size_t size,
               size_t step)
{
    for (size_t at = 0, now = 0; at < size; at += now) {
        now = step == 0 || step > size - at ? size - at : step;
        step += step ? 1 : 0;
        with(seal, bytes + at, now);
    }
}

static void assert_hex(const uint8_t *bytes, size_t size, const char *expected)
{
    char hex[2 * CHECKSUM_SIZE + 1];
    hex_encode(bytes, size, hex);
    assert_string_equal(hex, expected);
}

static void as_others_seal(void **state)
{
    static const size_t steps[] = {0, 1, 15, 4095};
    struct seal seal;
    uint8_t sum[CHECKSUM_SIZE], tail[SEAL_TAIL_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        const size_t size = examples[i].size;
        uint8_t *plain = bytes_alloc(size), *bytes = bytes_alloc(size);
        for (size_t k = 0; k < size; k++)
            plain[k] = (uint8_t)k;
        for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
            memcpy(bytes, plain, size);
            begin(&seal, passphrase);
            go(&seal, seal_shut, bytes, size, steps[k]);
            seal_done(&seal, tail);
            checksum_of(bytes, size, sum);
            assert_hex(sum, sizeof sum, examples[i].sealed);
            assert_hex(tail, sizeof tail, examples[i].tail);
            begin(&seal, passphrase);
            go(&seal, seal_open, bytes, size, steps[sizeof steps / sizeof *steps - 1 - k]);
            seal_done(&seal, tail);
            assert_hex(tail, sizeof tail, examples[i].tail);
            assert_memory_equal(bytes, plain, size);
        }
        free(plain);
        free(bytes);
    }
}

static void another_byte_or_passphrase_is_another_tail(void **state)
{
    struct seal seal;
    uint8_t bytes[100], tail[SEAL_TAIL_SIZE], other[SEAL_TAIL_SIZE];
    (void)state;
    for (size_t i = 0; i <= sizeof bytes; i++) {
        memset(bytes, 7, sizeof bytes);
        begin(&seal, passphrase);
        seal_shut(&seal, bytes, sizeof bytes);
        seal_done(&seal, tail);
        if (i < sizeof bytes)
            bytes[i] ^= 1;
        begin(&seal, i < sizeof bytes ? passphrase : "ABCDE-FGHJK-MNPQR-STUVW-XYZ24");
        seal_open(&seal, bytes, sizeof bytes);
        seal_done(&seal, other);
        assert_memory_not_equal(tail, other, sizeof tail);
    }
    /* nothing of the keys stays behind */
    for (size_t i = 0; i < sizeof seal; i++)
        assert_int_equal(((const uint8_t *)&seal)[i], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_others_seal),
        cmocka_unit_test(another_byte_or_passphrase_is_another_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
