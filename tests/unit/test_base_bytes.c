/* Bytes, hexadecimal, base64 and the growing buffer. */
#include "base/bytes.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void hex_goes_both_ways(void **state)
{
    (void)state;
    const uint8_t bytes[] = {0x00, 0x0f, 0xa5, 0xff};
    char text[9];
    hex_encode(bytes, sizeof bytes, text);
    assert_string_equal(text, "000fa5ff");
    hex_encode(bytes, 0, text);
    assert_string_equal(text, "");
}

static void hex_is_decoded_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *text;
        size_t length;
        int result;
        const char *bytes;
    } cases[] = {
        {"nothing", "", 0, 0, ""},
        {"small letters", "00ff", 4, 2, "\x00\xff"},
        {"capital letters", "AbCd", 4, 2, "\xab\xcd"},
        {"odd length", "abc", 3, -EINVAL, NULL},
        {"foreign letter", "0g", 2, -EINVAL, NULL},
        {"blank", "0 ", 2, -EINVAL, NULL},
        {"NUL inside", "0\0", 2, -EINVAL, NULL},
        {"colon", "ab:cd0", 6, -EINVAL, NULL},
        {"just fits", "00112233", 8, 4, "\x00\x11\x22\x33"},
        {"too many", "0011223344", 10, -E2BIG, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        uint8_t bytes[4] = {7, 7, 7, 7};
        assert_int_equal(hex_decode(cases[i].text, cases[i].length, bytes, sizeof bytes), cases[i].result);
        if (cases[i].bytes)
            assert_memory_equal(bytes, cases[i].bytes, (size_t)cases[i].result);
        else
            assert_memory_equal(bytes, "\7\7\7\7", 4); /* untouched */
    }
}

/* RFC 4648 section 10, and what must not pass. */
static void base64_is_decoded_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *text;
        int result;
        const char *bytes;
    } cases[] = {
        {"nothing", "", 0, ""},
        {"f", "Zg==", 1, "f"},
        {"fo", "Zm8=", 2, "fo"},
        {"foo", "Zm9v", 3, "foo"},
        {"foob", "Zm9vYg==", 4, "foob"},
        {"fooba", "Zm9vYmE=", 5, "fooba"},
        {"foobar", "Zm9vYmFy", 6, "foobar"},
        {"plus and slash", "+/+/", 3, "\xfb\xff\xbf"},
        {"no padding", "Zg", -EINVAL, NULL},
        {"too little padding", "Zg=", -EINVAL, NULL},
        {"too much padding", "Zg===", -EINVAL, NULL},
        {"padding alone", "====", -EINVAL, NULL},
        {"padding inside", "Zg==Zg==", -EINVAL, NULL},
        {"bits left over", "Zh==", -EINVAL, NULL},
        {"URL alphabet", "-_-_", -EINVAL, NULL},
        {"line break", "Zm9v\nZm9", -EINVAL, NULL},
        {"blank", "Zm9 ", -EINVAL, NULL},
        {"byte beyond ASCII", "Zm9\xff", -EINVAL, NULL},
        {"too many", "Zm9vYmFyZg==", -E2BIG, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        uint8_t bytes[6] = {7, 7, 7, 7, 7, 7};
        int size = base64_decode(cases[i].text, strlen(cases[i].text), bytes, sizeof bytes);
        assert_int_equal(size, cases[i].result);
        if (!cases[i].bytes) {
            assert_memory_equal(bytes, "\7\7\7\7\7\7", 6); /* untouched */
            continue;
        }
        assert_memory_equal(bytes, cases[i].bytes, (size_t)size);
        char again[16];
        assert_int_equal(base64_size((size_t)size), strlen(cases[i].text) + 1);
        base64_encode(bytes, (size_t)size, again);
        assert_string_equal(again, cases[i].text);
    }
}

static void random_bytes_differ(void **state)
{
    (void)state;
    uint8_t one[32] = {0}, two[32] = {0};
    random_bytes(one, sizeof one);
    random_bytes(two, sizeof two);
    assert_memory_not_equal(one, two, sizeof one);
    wipe_bytes(one, sizeof one);
    for (size_t i = 0; i < sizeof one; i++)
        assert_int_equal(one[i], 0);
}

static void texts_are_allocated(void **state)
{
    (void)state;
    char *text = bytes_format("%s-%04d", "A", 7);
    assert_string_equal(text, "A-0007");
    char *copy = bytes_text(text);
    assert_ptr_not_equal(copy, text);
    assert_string_equal(copy, text);
    assert_null(bytes_text(NULL));
    char *zeroed = bytes_alloc(16);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(zeroed[i], 0);
    zeroed = bytes_resize(zeroed, 4096);
    assert_int_equal(zeroed[15], 0);
    free(bytes_resize(zeroed, 0));
    free(bytes_alloc(0));
    free(copy);
    free(text);
}

static void buffer_grows_and_gives_its_front(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_take_front(&buffer, 3);
    assert_null(buffer.data);
    buffer_add(&buffer, "", 0);
    assert_string_equal(buffer.data, "");
    buffer_add_text(&buffer, "abc");
    buffer_format(&buffer, "%d", 123456);
    buffer_add(&buffer, "\0z", 2);
    assert_int_equal(buffer.size, 11);
    assert_memory_equal(buffer.data, "abc123456\0z", 12);
    buffer_take_front(&buffer, 3);
    assert_memory_equal(buffer.data, "123456\0z", 9);
    assert_int_equal(buffer.size, 8);
    buffer_take_front(&buffer, 100);
    assert_int_equal(buffer.size, 0);
    assert_string_equal(buffer.data, "");
    for (unsigned i = 0; i < 5000; i++)
        buffer_format(&buffer, "%04u", i);
    assert_int_equal(buffer.size, 20000);
    assert_memory_equal(buffer.data + 4 * 4321, "4321", 4);
    assert_true(buffer.capacity > buffer.size);
    buffer_done(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hex_goes_both_ways),           cmocka_unit_test(hex_is_decoded_or_refused),
        cmocka_unit_test(base64_is_decoded_or_refused), cmocka_unit_test(random_bytes_differ),
        cmocka_unit_test(texts_are_allocated),          cmocka_unit_test(buffer_grows_and_gives_its_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
