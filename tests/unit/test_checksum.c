/* SHA-256: the examples of FIPS 180-4 (NIST), and the same in pieces of any size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "handover/checksum.h"

static const struct {
    const char *legend, *text;
    size_t times;
    const char *sum;
} examples[] = {
    {"nothing", "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"one block", "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"many blocks",
     "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrs"
     "t"
     "nopqrstu",
     1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    {"a million", "a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

static void assert_sum(const uint8_t sum[CHECKSUM_SIZE], const char *expected, const char *legend)
{
    char hex[2 * CHECKSUM_SIZE + 1];
    hex_encode(sum, CHECKSUM_SIZE, hex);
    if (strcmp(hex, expected) != 0)
        fail_msg("%s: %s", legend, hex);
}

static void the_examples_of_the_standard(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct buffer text = {0};
        uint8_t sum[CHECKSUM_SIZE];
        for (size_t k = 0; k < examples[i].times; k++)
            buffer_add_text(&text, examples[i].text);
        checksum_of(text.data, text.size, sum);
        assert_sum(sum, examples[i].sum, examples[i].legend);
        buffer_done(&text);
    }
}

/* Pieces of 1, 2, 3 ... bytes and around each edge of a block, one state used again and again. */
static void pieces_of_any_size(void **state)
{
    static const size_t sizes[] = {1, 2, 3, 7, 55, 56, 57, 63, 64, 65, 119, 127, 128, 129, 1000, 4097, 65537};
    const char *const million = examples[4].sum;
    char *text = bytes_alloc(1000000);
    struct checksum checksum;
    uint8_t sum[CHECKSUM_SIZE];
    (void)state;
    memset(text, 'a', 1000000);
    checksum_init(&checksum);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t at = 0; at < 1000000; at += sizes[i])
            checksum_add(&checksum, text + at, 1000000 - at < sizes[i] ? 1000000 - at : sizes[i]);
        checksum_end(&checksum, sum);
        assert_sum(sum, million, "in equal pieces");
    }
    size_t size = 0;
    for (size_t at = 0; at < 1000000; at += size) {
        size = size % 1499 + 1 < 1000000 - at ? size % 1499 + 1 : 1000000 - at;
        checksum_add(&checksum, text + at, size);
        checksum_add(&checksum, text, 0);
    }
    checksum_end(&checksum, sum);
    assert_sum(sum, million, "in growing pieces");
    text[999999] ^= 1;
    checksum_of(text, 1000000, sum);
    char hex[2 * CHECKSUM_SIZE + 1];
    hex_encode(sum, CHECKSUM_SIZE, hex);
    assert_string_not_equal(hex, million);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard),
        cmocka_unit_test(pieces_of_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
