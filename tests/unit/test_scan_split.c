/* Scans out of a scanner's bytes and pauses. */
#include "base/bytes.h"
#include "readers/scan_split.c"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MS = 1000 };

struct piece {
    const char *text;
    int size;     /* 0: strlen */
    int pause_ms; /* after it */
};

static void note(struct buffer *out, const struct scan_split *s, enum scan_event event)
{
    static const char *const names[] = {
        [SCAN_EMPTY] = "empty ", [SCAN_TOO_LARGE] = "large ", [SCAN_CUT_OFF] = "cut "};
    if (event == SCAN_WHOLE) {
        char *hex = bytes_alloc(2 * s->size + 1);
        hex_encode(s->bytes, s->size, hex);
        buffer_format(out, "%s ", s->size > 16 ? "long" : hex);
        free(hex);
    } else if (event != SCAN_NONE) {
        buffer_add_text(out, names[event]);
    }
}

static void feed(struct scan_split *s, struct buffer *out, const void *bytes, size_t size, int64_t now_us)
{
    for (size_t at = 0, used; at < size; at += used) {
        const enum scan_event event =
            scan_split_feed(s, (const uint8_t *)bytes + at, size - at, now_us, &used);
        assert_true(used > 0);
        note(out, s, event);
    }
}

/* Lets time go by as the driver does, in steps. */
static void wait(struct scan_split *s, struct buffer *out, int64_t *now_us, int64_t pause_us)
{
    for (const int64_t end_us = *now_us + pause_us; *now_us < end_us; *now_us += 10 * MS)
        note(out, s, scan_split_idle(s, *now_us));
}

static void expect_told(const char *legend, enum scan_separator separator, const struct piece *pieces,
                        size_t n, const char *expected)
{
    static struct scan_split s;
    struct buffer out = {0};
    int64_t now_us = 1000 * 1000 * MS;
    scan_split_init(&s, separator, SCAN_PAUSE_US);
    buffer_add_text(&out, "");
    for (size_t i = 0; i < n && pieces[i].text; i++) {
        const size_t size = pieces[i].size ? (size_t)pieces[i].size : strlen(pieces[i].text);
        feed(&s, &out, pieces[i].text, size, now_us);
        wait(&s, &out, &now_us, pieces[i].pause_ms * MS);
    }
    if (strcmp(out.data, expected) != 0)
        fail_msg("%s: got \"%s\", not \"%s\"", legend, out.data, expected);
    buffer_done(&out);
}

static void expect(const char *legend, const struct piece *pieces, size_t n, const char *expected)
{
    expect_told(legend, SCAN_SEPARATOR_AUTO, pieces, n, expected);
}

static void endings_and_pauses(void **state)
{
    static const struct {
        const char *legend;
        struct piece pieces[6];
        const char *expected;
    } cases[] = {
        {"CR", {{"ab\r", 0, 0}}, "6162 "},
        {"LF", {{"ab\n", 0, 0}}, "6162 "},
        {"CRLF", {{"ab\r\n", 0, 0}, {"cd\r\n", 0, 0}}, "6162 6364 "},
        {"CRLF in two pieces", {{"ab\r", 0, 20}, {"\ncd\r", 0, 0}}, "6162 6364 "},
        {"LFCR", {{"ab\n\rcd\n\r", 0, 0}}, "6162 6364 "},
        {"two scans in one piece", {{"ab\rcd\r", 0, 0}}, "6162 6364 "},
        {"no ending: a pause ends it", {{"ab", 0, 250}, {"cd", 0, 250}}, "6162 6364 "},
        {"no ending: a short pause does not", {{"ab", 0, 100}, {"cd", 0, 250}}, "61626364 "},
        {"still waiting", {{"ab", 0, 100}}, ""},
        {"a scanner with endings: a pause does not end it",
         {{"ab\rcd", 0, 800}, {"ef\r", 0, 0}},
         "6162 63646566 "},
        {"a scanner with endings: the rest never comes",
         {{"ab\rcd", 0, 1100}, {"ef\r", 0, 0}},
         "6162 cut 6566 "},
        {"TAB, NUL, blanks and high bytes are payload", {{"\t\0 \xff\r", 5, 0}}, "090020ff "},
        {"empty", {{"\r", 0, 300}}, "empty "},
        {"empty with CRLF", {{"\r\n", 0, 300}, {"\r\n", 0, 300}}, "empty empty "},
        {"empty after a scan", {{"ab\r\r", 0, 0}}, "6162 empty "},
        {"a lone LF long after a CR is an empty scan", {{"ab\r", 0, 300}, {"\n", 0, 0}}, "6162 empty "},
        {"nothing", {{"", 0, 2000}}, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(cases[i].legend, cases[i].pieces, 6, cases[i].expected);
}

static void sizes(void **state)
{
    static char many[10001];
    static const struct {
        const char *legend;
        struct piece pieces[3];
        const char *expected;
    } cases[] = {
        {"2953 bytes", {{many, 2953, 0}, {"\r", 0, 0}}, "long "},
        {"2954 bytes", {{many, 2954, 0}, {"\r", 0, 0}}, "large "},
        {"10 kB, once", {{many, 10000, 0}, {"\r", 0, 0}, {"ab\r", 0, 0}}, "large 6162 "},
        {"10 kB without an ending", {{many, 10000, 250}, {"ab\r", 0, 0}}, "large 6162 "},
        {"10 kB without an ending, from a scanner with endings",
         {{"ab\r", 0, 300}, {many, 10000, 250}, {"cd\r", 0, 0}},
         "6162 large 6364 "},
        {"10 kB in two bursts, close together", {{many, 5000, 100}, {many, 5000, 250}}, "large "},
    };
    (void)state;
    memset(many, 'x', sizeof many - 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(cases[i].legend, cases[i].pieces, 3, cases[i].expected);
}

static void told_separators(void **state)
{
    static char many[2954];
    static const struct {
        const char *legend;
        enum scan_separator separator;
        struct piece pieces[4];
        const char *expected;
    } cases[] = {
        {"CR: LF and TAB are payload", SCAN_SEPARATOR_CR, {{"a\nb\tc\r", 0, 0}}, "610a620963 "},
        {"CR: a pause does not end it", SCAN_SEPARATOR_CR, {{"ab", 0, 800}, {"cd\r", 0, 0}}, "61626364 "},
        {"CR: the rest never comes, from the first scan on",
         SCAN_SEPARATOR_CR,
         {{"ab", 0, 1100}, {"cd\r", 0, 0}},
         "cut 6364 "},
        {"LF: CR is payload", SCAN_SEPARATOR_LF, {{"ab\r\ncd\n", 0, 0}}, "61620d 6364 "},
        {"CRLF", SCAN_SEPARATOR_CRLF, {{"ab\r\ncd\r\n", 0, 0}}, "6162 6364 "},
        {"CRLF in two pieces", SCAN_SEPARATOR_CRLF, {{"ab\r", 0, 500}, {"\n", 0, 0}}, "6162 "},
        {"CRLF: a lone CR or LF is payload", SCAN_SEPARATOR_CRLF, {{"a\rb\nc\r\r\n", 0, 0}}, "610d620a630d "},
        {"CRLF: cut off at CR", SCAN_SEPARATOR_CRLF, {{"ab\r", 0, 1100}, {"\n", 0, 1100}}, "cut cut "},
        {"CRLF: empty", SCAN_SEPARATOR_CRLF, {{"\r\n", 0, 0}}, "empty "},
        {"CRLF: the ending is not counted", SCAN_SEPARATOR_CRLF, {{many, 2953, 0}, {"\r\n", 0, 0}}, "long "},
        {"TAB: CR and LF are payload", SCAN_SEPARATOR_TAB, {{"a\r\n\tb\t", 0, 0}}, "610d0a 62 "},
        {"silence: everything is payload",
         SCAN_SEPARATOR_SILENCE,
         {{"a\r\n\tb", 0, 100}, {"c\r", 0, 250}},
         "610d0a0962630d "},
        {"silence: never cut off",
         SCAN_SEPARATOR_SILENCE,
         {{"ab\r", 0, 250}, {"cd", 0, 250}},
         "61620d 6364 "},
        {"GBK, UTF-8 and raw bytes",
         SCAN_SEPARATOR_CR,
         {{"\xb2\xc9\xc2\xeb\r", 0, 0}, {"\xe9\x87\x87\r", 0, 0}, {"\xff\0\x81\r", 4, 0}},
         "b2c9c2eb e98787 ff0081 "},
    };
    (void)state;
    memset(many, 'x', sizeof many - 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_told(cases[i].legend, cases[i].separator, cases[i].pieces, 4, cases[i].expected);
}

static void separators_have_names(void **state)
{
    (void)state;
    assert_int_equal(scan_separator_from_name("auto"), SCAN_SEPARATOR_AUTO);
    assert_int_equal(scan_separator_from_name("crlf"), SCAN_SEPARATOR_CRLF);
    assert_int_equal(scan_separator_from_name("silence"), SCAN_SEPARATOR_SILENCE);
    assert_int_equal(scan_separator_from_name("CR"), SCAN_SEPARATOR_COUNT);
}

static void a_typing_scanner_pauses_longer(void **state)
{
    (void)state;
    static struct scan_split s;
    size_t used;
    scan_split_init(&s, SCAN_SEPARATOR_AUTO, SCAN_KEYS_PAUSE_US);
    scan_split_feed(&s, (const uint8_t *)"a", 1, 5, &used);
    assert_true(scan_split_due_us(&s) == 5 + SCAN_KEYS_PAUSE_US);
}

static void byte_by_byte_is_the_same(void **state)
{
    (void)state;
    static const char text[] = "ab\r\ncd\r\r\nef\n\rg";
    static struct scan_split whole, single;
    struct buffer a = {0}, b = {0};
    scan_split_init(&whole, SCAN_SEPARATOR_AUTO, SCAN_PAUSE_US);
    scan_split_init(&single, SCAN_SEPARATOR_AUTO, SCAN_PAUSE_US);
    feed(&whole, &a, text, strlen(text), 0);
    for (size_t i = 0; i < strlen(text); i++)
        feed(&single, &b, text + i, 1, 0);
    assert_string_equal(a.data, b.data);
    assert_string_equal(a.data, "6162 6364 empty 6566 ");
    buffer_done(&a);
    buffer_done(&b);
}

static void nothing_is_due_between_scans(void **state)
{
    (void)state;
    static struct scan_split s;
    size_t used;
    scan_split_init(&s, SCAN_SEPARATOR_AUTO, SCAN_PAUSE_US);
    assert_true(scan_split_due_us(&s) == INT64_MAX);
    scan_split_feed(&s, (const uint8_t *)"a", 1, 5, &used);
    assert_true(scan_split_due_us(&s) == 5 + SCAN_PAUSE_US);
    scan_split_feed(&s, (const uint8_t *)"\r", 1, 6, &used);
    assert_true(scan_split_due_us(&s) == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endings_and_pauses),
        cmocka_unit_test(sizes),
        cmocka_unit_test(told_separators),
        cmocka_unit_test(separators_have_names),
        cmocka_unit_test(a_typing_scanner_pauses_longer),
        cmocka_unit_test(byte_by_byte_is_the_same),
        cmocka_unit_test(nothing_is_due_between_scans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
