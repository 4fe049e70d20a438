/* Encodings, numbers in text, and the text of a time. */
#include "base/clock.h"
#include "base/text.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define TEXT(literal) (literal), sizeof(literal) - 1

static void utf8_is_strict(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *text;
        size_t length;
        bool is_valid, is_plain;
    } cases[] = {
        {"nothing", TEXT(""), true, false},
        {"ASCII", TEXT("Zhang"), true, true},
        {"two bytes", TEXT("\xc3\xa9"), true, true},
        {"three bytes", TEXT("张"), true, true},
        {"four bytes", TEXT("\xf0\xa0\xae\xb7"), true, true},
        {"private use, as cards have it", TEXT("\xee\xa0\x80"), true, true},
        {"last of all", TEXT("\xf4\x8f\xbf\xbf"), true, true},
        {"beyond the last", TEXT("\xf4\x90\x80\x80"), false, false},
        {"five bytes", TEXT("\xf8\x88\x80\x80\x80"), false, false},
        {"overlong slash", TEXT("\xc0\xaf"), false, false},
        {"overlong in three", TEXT("\xe0\x9f\xbf"), false, false},
        {"overlong in four", TEXT("\xf0\x8f\xbf\xbf"), false, false},
        {"surrogate", TEXT("\xed\xa0\x80"), false, false},
        {"below the surrogates", TEXT("\xed\x9f\xbf"), true, true},
        {"cut off", TEXT("\xe5\xbc"), false, false},
        {"follower alone", TEXT("\x80"), false, false},
        {"follower missing", TEXT("\xe5\xbcZ"), false, false},
        {"NUL", "\0", 1, true, false},
        {"line break", TEXT("a\nb"), true, false},
        {"DEL", TEXT("\x7f"), true, false},
        {"C1 control", TEXT("\xc2\x85"), true, false},
        {"first beyond C1", TEXT("\xc2\xa0"), true, true},
        {"byte order mark", TEXT("\xef\xbb\xbf"), true, false},
        {"soft hyphen", TEXT("a\xc2\xad"), true, false},
        {"Arabic letter mark", TEXT("\xd8\x9c"), true, false},
        {"an Arabic letter", TEXT("\xd8\xa7"), true, true},
        {"Mongolian vowel separator", TEXT("\xe1\xa0\x8e"), true, false},
        {"a Mongolian letter", TEXT("\xe1\xa0\xa0"), true, true},
        {"last blank before the invisible ones", TEXT("\xe2\x80\x8a"), true, true},
        {"zero-width space", TEXT("\xe2\x80\x8b"), true, false},
        {"right-to-left mark", TEXT("\xe2\x80\x8f"), true, false},
        {"hyphen beyond the marks", TEXT("\xe2\x80\x90"), true, true},
        {"bullet before the separators", TEXT("\xe2\x80\xa7"), true, true},
        {"line separator", TEXT("\xe2\x80\xa8"), true, false},
        {"paragraph separator", TEXT("\xe2\x80\xa9"), true, false},
        {"left-to-right embedding", TEXT("\xe2\x80\xaa"), true, false},
        {"right-to-left override",
         TEXT("a\xe2\x80\xae"
              "b"),
         true, false},
        {"narrow blank beyond the overrides", TEXT("\xe2\x80\xaf"), true, true},
        {"word joiner", TEXT("\xe2\x81\xa0"), true, false},
        {"left-to-right isolate", TEXT("\xe2\x81\xa6"), true, false},
        {"pop isolate", TEXT("\xe2\x81\xa9"), true, false},
        {"interlinear anchor", TEXT("\xef\xbf\xb9"), true, false},
        {"interlinear end", TEXT("\xef\xbf\xbb"), true, false},
        {"object replacement, which is seen", TEXT("\xef\xbf\xbc"), true, true},
        {"language tag", TEXT("\xf3\xa0\x80\x81"), true, false},
        {"last tag", TEXT("\xf3\xa0\x81\xbf"), true, false},
        {"variant of a character, as names have it", TEXT("\xe8\xbe\xbb\xf3\xa0\x84\x80"), true, true},
        {"middle dot of a Uyghur name", TEXT("\xc2\xb7"), true, true},
        {"nine bytes of at most eight", TEXT("123456789"), true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        assert_int_equal(utf8_is_valid(cases[i].text, cases[i].length), cases[i].is_valid);
        assert_int_equal(text_is_plain(cases[i].text, cases[i].length, 8), cases[i].is_plain);
    }
}

static void first_character_has_a_size(void **state)
{
    (void)state;
    assert_int_equal(utf8_first("a张"), 1);
    assert_int_equal(utf8_first("\xc3\xa9"), 2);
    assert_int_equal(utf8_first("张a"), 3);
    assert_int_equal(utf8_first("\xf0\xa0\xae\xb7"), 4);
}

static void utf16_becomes_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *bytes;
        size_t size;
        int result;
        const char *text;
    } cases[] = {
        {"nothing", TEXT(""), 0, ""},
        {"padding of all three kinds", TEXT("A\0 \0\x00\x30\0\0 \0"), 1, "A"},
        {"padding only", TEXT(" \0 \0"), 0, ""},
        {"blank inside stays", TEXT("A\0 \0B\0"), 3, "A B"},
        {"three-byte character", TEXT("\x20\x5f"), 3, "张"},
        {"surrogate pair", TEXT("\x42\xd8\xb7\xdf"), 4, "\xf0\xa0\xae\xb7"},
        {"high surrogate last", TEXT("A\0\x42\xd8"), -EILSEQ, NULL},
        {"high surrogate, then a letter",
         TEXT("\x42\xd8"
              "A\0"),
         -EILSEQ, NULL},
        {"low surrogate first", TEXT("\xb7\xdf\x42\xd8"), -EILSEQ, NULL},
        {"odd size", TEXT("A\0B"), -EILSEQ, NULL},
        {"no room for the NUL", TEXT("1\0002\0003\0004\0005\0006\0007\0008\000"), -E2BIG, NULL},
        {"just room", TEXT("1\0002\0003\0004\0005\0006\0007\000"), 7, "1234567"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        char text[8] = "before";
        int result = utf16le_to_utf8((const uint8_t *)cases[i].bytes, cases[i].size, text, sizeof text);
        assert_int_equal(result, cases[i].result);
        assert_string_equal(text, cases[i].text ? cases[i].text : "before");
    }
}

static void utf8_becomes_padded_utf16(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *text;
        int result;
        const char *bytes;
    } cases[] = {
        {"padded", "A", 0, "A\0 \0 \0"},
        {"empty", "", 0, " \0 \0 \0"},
        {"pair and letter", "\xf0\xa0\xae\xb7Z", 0, "\x42\xd8\xb7\xdfZ\0"},
        {"too long", "ABCD", -E2BIG, NULL},
        {"pair does not fit", "AB\xf0\xa0\xae\xb7", -E2BIG, NULL},
        {"broken", "\xff", -EILSEQ, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        uint8_t bytes[6] = "before";
        assert_int_equal(utf8_to_utf16le(cases[i].text, bytes, sizeof bytes), cases[i].result);
        assert_memory_equal(bytes, cases[i].bytes ? cases[i].bytes : "before", 6);
    }
}

static void numbers_are_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t least, most;
        int result;
        uint64_t value;
    } cases[] = {
        {"0", 0, 9, 0, 0},
        {"007", 1, 9, 0, 7},
        {"9", 1, 9, 0, 9},
        {"10", 1, 9, -ERANGE, 0},
        {"0", 1, 9, -ERANGE, 0},
        {"18446744073709551615", 0, UINT64_MAX, 0, UINT64_MAX},
        {"18446744073709551616", 0, UINT64_MAX, -ERANGE, 0},
        {"99999999999999999999999", 0, UINT64_MAX, -ERANGE, 0},
        {"99999999999999999999999x", 0, UINT64_MAX, -EINVAL, 0},
        {"", 0, 9, -EINVAL, 0},
        {" 1", 0, 9, -EINVAL, 0},
        {"1 ", 0, 9, -EINVAL, 0},
        {"+1", 0, 9, -EINVAL, 0},
        {"-1", 0, 9, -EINVAL, 0},
        {"0x1", 0, 9, -EINVAL, 0},
        {"1.0", 0, 9, -EINVAL, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  \"%s\"\n", cases[i].text);
        uint64_t value = 4711;
        assert_int_equal(text_to_u64(cases[i].text, cases[i].least, cases[i].most, &value), cases[i].result);
        assert_true(value == (cases[i].result == 0 ? cases[i].value : 4711));
    }
}

static void times_are_written(void **state)
{
    (void)state;
    static const struct {
        int64_t at_us;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000000Z"},
        {1795336200123456, "2026-11-22T08:30:00.123456Z"},
        {951782400000001, "2000-02-29T00:00:00.000001Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {-62135596800000000, "0001-01-01T00:00:00.000000Z"},
        {-62135596800000001, ""},
        {253402300799999999, "9999-12-31T23:59:59.999999Z"},
        {253402300800000000, ""},
        {INT64_MAX, ""},
        {INT64_MIN, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[CLOCK_TEXT_SIZE];
        clock_text(cases[i].at_us, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void clocks_go_on(void **state)
{
    (void)state;
    int64_t before = clock_mono_us(), utc = clock_utc_us();
    clock_sleep_us(2000);
    clock_sleep_us(-5);
    assert_true(clock_mono_us() - before >= 2000);
    assert_true(utc > 1700000000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_strict),     cmocka_unit_test(first_character_has_a_size),
        cmocka_unit_test(utf16_becomes_utf8), cmocka_unit_test(utf8_becomes_padded_utf16),
        cmocka_unit_test(numbers_are_whole),  cmocka_unit_test(times_are_written),
        cmocka_unit_test(clocks_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
