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
    static const char *const names[] = {[SCAN_EMPTY] = "empty ",
                                        [SCAN_TOO_LARGE] = "large ",
                                        [SCAN_CUT_OFF] = "cut ",
                                        [SCAN_GARBLED] = "garbled "};
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
        {"CR", {{"ab\r", 0, 70}}, "6162 "},
        {"CR: not before it is quiet", {{"ab\r", 0, 50}}, ""},
        {"LF", {{"ab\n", 0, 70}}, "6162 "},
        {"CRLF", {{"ab\r\n", 0, 100}, {"cd\r\n", 0, 100}}, "6162 6364 "},
        {"CRLF in two pieces", {{"ab\r", 0, 20}, {"\n", 0, 100}, {"cd\r", 0, 100}}, "6162 6364 "},
        {"LFCR", {{"ab\n\r", 0, 100}, {"cd\n\r", 0, 100}}, "6162 6364 "},
        {"two lines at once are one scan", {{"ab\rcd\r", 0, 100}}, "61620d6364 "},
        {"two lines, CRLF", {{"ab\r\ncd\r\n", 0, 100}}, "61620d0a6364 "},
        {"two lines in bursts", {{"a", 0, 40}, {"b\r", 0, 50}, {"c", 0, 50}, {"d\r", 0, 100}}, "61620d6364 "},
        {"a burst ends between CR and LF",
         {{"ab\r", 0, 50}, {"\ncd\r", 0, 50}, {"\n", 0, 100}},
         "61620d0a6364 "},
        {"twice in one breath", {{"abc\rabc\r", 0, 100}}, "616263 "},
        {"three times, CRLF", {{"ab\r\nab\r\nab\r\n", 0, 100}}, "6162 "},
        {"two lines, twice", {{"a\nb\na\nb\n", 0, 100}}, "610a62 "},
        {"not quite twice", {{"ab\rac\r", 0, 100}}, "61620d6163 "},
        {"an empty line inside", {{"ab\r\rcd\r", 0, 100}}, "61620d0d6364 "},
        {"the code ends with a line break of its own", {{"ab\n\r\n", 0, 100}}, "6162 "},
        {"a scanner that ends twice", {{"ab\r\r", 0, 100}, {"cd\r\r", 0, 100}}, "6162 6364 "},
        {"a scanner that ends twice, twice in one breath", {{"ab\r\rab\r\r", 0, 100}}, "6162 "},
        {"two lines without an ending", {{"ab\rcd", 0, 1100}, {"ab\rcd", 0, 1100}}, "cut 61620d6364 "},
        {"two lines, the rest never comes", {{"ab\r", 0, 100}, {"cd\ref", 0, 1100}}, "6162 cut "},
        {"no ending: the first scan is not believed", {{"abcd", 0, 1100}}, "cut "},
        {"no ending: the same again is, and then a pause ends every scan",
         {{"ab", 0, 1100}, {"ab", 0, 1100}, {"cd", 0, 250}, {"ef", 0, 250}},
         "cut 6162 6364 6566 "},
        {"no ending: another one is not",
         {{"abcd", 0, 1100}, {"abce", 0, 5000}, {"abce", 0, 1100}},
         "cut cut 61626365 "},
        {"no ending, but one comes later",
         {{"abcd", 0, 1100}, {"abcd", 0, 1100}, {"abef\r", 0, 300}, {"abcd", 0, 1100}},
         "cut 61626364 61626566 cut "},
        {"half of the first scan, then the rest", {{"ab", 0, 350}, {"cd\r", 0, 100}}, "61626364 "},
        {"a tail is no scan", {{"abcde", 0, 1300}, {"fg\r", 0, 100}, {"hi\r", 0, 100}}, "cut cut 6869 "},
        {"a tail in two bursts is none",
         {{"abcde", 0, 1300}, {"fg", 0, 300}, {"hi\r", 0, 100}, {"jk\r", 0, 100}},
         "cut cut 6a6b "},
        {"the same code anew is no tail", {{"abcde", 0, 1300}, {"abcdefg\r", 0, 100}}, "cut 61626364656667 "},
        {"what comes long after is no tail", {{"abcde", 0, 4500}, {"fg\r", 0, 100}}, "cut 6667 "},
        {"still waiting", {{"ab", 0, 100}}, ""},
        {"a scanner with endings: a pause does not end it",
         {{"ab\r", 0, 100}, {"cd", 0, 800}, {"ef\r", 0, 100}},
         "6162 63646566 "},
        {"a scanner with endings: the rest never comes",
         {{"ab\r", 0, 100}, {"cd", 0, 4500}, {"ef\r", 0, 100}},
         "6162 cut 6566 "},
        {"a scanner with endings: the same half twice is no scan",
         {{"ab\r", 0, 100}, {"cdef", 0, 1100}, {"cdef", 0, 1100}},
         "6162 cut cut "},
        {"TAB, NUL, blanks and high bytes are payload", {{"\t\0 \xff\r", 5, 100}}, "090020ff "},
        {"empty", {{"\r", 0, 300}}, "empty "},
        {"empty with CRLF", {{"\r\n", 0, 300}, {"\r\n", 0, 300}}, "empty empty "},
        {"nothing but line breaks", {{"\r\r\n\n", 0, 300}}, "empty "},
        {"a lone LF long after a CR is an empty scan", {{"ab\r", 0, 300}, {"\n", 0, 300}}, "6162 empty "},
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
        struct piece pieces[4];
        const char *expected;
    } cases[] = {
        {"2953 bytes", {{many, 2953, 0}, {"\r", 0, 100}}, "long "},
        {"2953 bytes, the ending late", {{many, 2953, 150}, {"\r", 0, 100}}, "long "},
        {"2953 bytes, twice", {{many, 2953, 0}, {"\r", 0, 0}, {many, 2953, 0}, {"\r", 0, 100}}, "long "},
        {"2953 bytes and one more line",
         {{many, 2953, 0}, {"\r\n", 0, 0}, {many, 2952, 0}, {"\r\n", 0, 100}},
         "large "},
        {"2954 bytes", {{many, 2954, 0}, {"\r", 0, 100}}, "large "},
        {"2953 bytes and a line break inside", {{many, 2953, 0}, {"\rx\r", 0, 100}}, "large "},
        {"10 kB, once", {{many, 10000, 0}, {"\r", 0, 100}, {"ab\r", 0, 100}}, "large 6162 "},
        {"10 kB without an ending", {{many, 10000, 250}, {"ab\r", 0, 100}}, "large 6162 "},
        {"10 kB without an ending, from a scanner with endings",
         {{"ab\r", 0, 300}, {many, 10000, 250}, {"cd\r", 0, 100}},
         "6162 large 6364 "},
        {"10 kB in two bursts, close together", {{many, 5000, 100}, {many, 5000, 250}}, "large "},
    };
    (void)state;
    memset(many, 'x', sizeof many - 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(cases[i].legend, cases[i].pieces, 4, cases[i].expected);
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
         {{"ab", 0, 4500}, {"cd\r", 0, 0}},
         "cut 6364 "},
        {"CR: a tail is no scan",
         SCAN_SEPARATOR_CR,
         {{"ab", 0, 1300}, {"cd\r", 0, 0}, {"ef\r", 0, 0}},
         "cut cut 6566 "},
        {"CR: two of them end one scan",
         SCAN_SEPARATOR_CR,
         {{"ab\r\r", 0, 100}, {"cd\r\r", 0, 0}},
         "6162 6364 "},
        {"CR: an empty scan for itself", SCAN_SEPARATOR_CR, {{"ab\r", 0, 400}, {"\r", 0, 0}}, "6162 empty "},
        {"CRLF: two of them end one scan", SCAN_SEPARATOR_CRLF, {{"ab\r\n\r\n", 0, 100}}, "6162 "},
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

/* As a process that takes the place of another one. */
static void what_was_learned_is_handed_on(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        enum scan_separator separator;
        enum scan_endings endings, learned;
        const char *text, *expected;
    } cases[] = {
        {"nothing known", SCAN_SEPARATOR_AUTO, SCAN_ENDINGS_UNKNOWN, SCAN_ENDINGS_UNKNOWN, "abcd", "cut "},
        {"an ending is learned", SCAN_SEPARATOR_AUTO, SCAN_ENDINGS_UNKNOWN, SCAN_ENDINGS_BREAK, "ab\r",
         "6162 "},
        {"it sends endings", SCAN_SEPARATOR_AUTO, SCAN_ENDINGS_BREAK, SCAN_ENDINGS_BREAK, "abcd", "cut "},
        {"it sends none", SCAN_SEPARATOR_AUTO, SCAN_ENDINGS_NONE, SCAN_ENDINGS_NONE, "abcd", "61626364 "},
        {"none, and then one", SCAN_SEPARATOR_AUTO, SCAN_ENDINGS_NONE, SCAN_ENDINGS_BREAK, "ab\r", "6162 "},
        {"told: known better", SCAN_SEPARATOR_CR, SCAN_ENDINGS_NONE, SCAN_ENDINGS_BREAK, "abcd", "cut "},
        {"told silence", SCAN_SEPARATOR_SILENCE, SCAN_ENDINGS_BREAK, SCAN_ENDINGS_NONE, "abcd", "61626364 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct scan_split s;
        struct buffer out = {0};
        int64_t now_us = 0;
        scan_split_init(&s, cases[i].separator, SCAN_PAUSE_US);
        scan_split_know(&s, cases[i].endings);
        feed(&s, &out, cases[i].text, strlen(cases[i].text), now_us);
        wait(&s, &out, &now_us, 1100 * MS);
        if (strcmp(out.data, cases[i].expected) != 0 || s.endings != cases[i].learned)
            fail_msg("%s: got \"%s\", knows %d", cases[i].legend, out.data, (int)s.endings);
        buffer_done(&out);
    }
    for (enum scan_endings endings = SCAN_ENDINGS_UNKNOWN; endings < SCAN_ENDINGS_COUNT; endings++)
        assert_int_equal(scan_endings_from_name(scan_endings_name(endings)), endings);
    assert_int_equal(scan_endings_from_name("cr"), SCAN_ENDINGS_COUNT);
}

static void a_typing_scanner_pauses_longer(void **state)
{
    (void)state;
    static struct scan_split s;
    size_t used;
    scan_split_init(&s, SCAN_SEPARATOR_AUTO, SCAN_KEYS_PAUSE_US);
    scan_split_feed(&s, (const uint8_t *)"a", 1, 5, &used);
    assert_true(scan_split_due_us(&s) == 5 + SCAN_CUT_OFF_US);
    scan_split_know(&s, SCAN_ENDINGS_NONE);
    assert_true(scan_split_due_us(&s) == 5 + SCAN_KEYS_PAUSE_US);
}

/* After having been held up, L, until it has caught up, "-". */
static void what_waited_while_held_up(void **state)
{
    static const struct {
        const char *legend, *late, *prompt, *expected;
    } cases[] = {
        {"one scan", "ab\r", "", "6162 "},
        {"one scan with CRLF", "ab\r\n", "", "6162 "},
        {"two scans, or one of two lines", "ab\rcd\r", "", "garbled "},
        {"the same scan twice", "ab\rab\r", "", "6162 "},
        {"once more, and it is one of two lines", "", "ab\rcd\r", "61620d6364 "},
        {"the end of a scan", "ab", "\r", "6162 "},
        {"a line of a scan that goes on", "ab\r", "cd\r", "61620d6364 "},
        {"two empty ones", "\r\r", "", "empty "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct scan_split s;
        struct buffer out = {0};
        int64_t now_us = 1000 * 1000 * MS;
        scan_split_init(&s, SCAN_SEPARATOR_AUTO, SCAN_PAUSE_US);
        buffer_add_text(&out, "");
        scan_split_set_late(&s, true);
        feed(&s, &out, cases[i].late, strlen(cases[i].late), now_us);
        scan_split_set_late(&s, false);
        feed(&s, &out, cases[i].prompt, strlen(cases[i].prompt), now_us);
        wait(&s, &out, &now_us, 100 * MS);
        feed(&s, &out, "ef\r", 3, now_us); /* and nothing of it stays */
        wait(&s, &out, &now_us, 100 * MS);
        if (strncmp(out.data, cases[i].expected, strlen(cases[i].expected)) != 0 ||
            strcmp(out.data + strlen(cases[i].expected), "6566 ") != 0)
            fail_msg("%s: got \"%s\"", cases[i].legend, out.data);
        buffer_done(&out);
    }
}

static void byte_by_byte_is_the_same(void **state)
{
    (void)state;
    static const char text[] = "ab\r\ncd\r\r\nef\n\rg\r";
    static struct scan_split whole, single;
    struct buffer a = {0}, b = {0};
    int64_t now_us = 0;
    scan_split_init(&whole, SCAN_SEPARATOR_AUTO, SCAN_PAUSE_US);
    scan_split_init(&single, SCAN_SEPARATOR_AUTO, SCAN_PAUSE_US);
    feed(&whole, &a, text, strlen(text), 0);
    for (size_t i = 0; i < strlen(text); i++)
        feed(&single, &b, text + i, 1, 0);
    wait(&whole, &a, &now_us, 100 * MS);
    now_us = 0;
    wait(&single, &b, &now_us, 100 * MS);
    assert_string_equal(a.data, b.data);
    assert_string_equal(a.data, "61620d0a63640d0d0a65660a0d67 ");
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
    assert_true(scan_split_due_us(&s) == 5 + SCAN_CUT_OFF_US);
    scan_split_feed(&s, (const uint8_t *)"\r", 1, 6, &used);
    assert_true(scan_split_due_us(&s) == 6 + 60 * MS);
    assert_int_equal(scan_split_idle(&s, 5 + 60 * MS), SCAN_NONE);
    assert_int_equal(scan_split_idle(&s, 6 + 60 * MS), SCAN_WHOLE);
    assert_true(scan_split_due_us(&s) == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endings_and_pauses),
        cmocka_unit_test(sizes),
        cmocka_unit_test(told_separators),
        cmocka_unit_test(separators_have_names),
        cmocka_unit_test(what_was_learned_is_handed_on),
        cmocka_unit_test(a_typing_scanner_pauses_longer),
        cmocka_unit_test(what_waited_while_held_up),
        cmocka_unit_test(byte_by_byte_is_the_same),
        cmocka_unit_test(nothing_is_due_between_scans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
