/* Cells of files: times by the calendar, wherever the machine thinks it is, and payloads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <time.h>

#include "handover/cells.c"

static void times_are_those_of_the_calendar(void **state)
{
    (void)state;
    static const struct {
        int64_t utc_us;
        const char *utc, *local;
    } cases[] = {
        {0, "", ""},
        {1, "1970-01-01T00:00:00.000001Z", "1970-01-01 08:00:00"},
        {-1, "1969-12-31T23:59:59.999999Z", "1970-01-01 07:59:59"},
        {INT64_C(1709136000000000), "2024-02-28T16:00:00.000000Z", "2024-02-29 00:00:00"},
        {INT64_C(1795622400123456), "2026-11-25T16:00:00.123456Z", "2026-11-26 00:00:00"},
        {INT64_C(-62135596800000000), "0001-01-01T00:00:00.000000Z", "0001-01-01 08:00:00"},
        {INT64_C(253402300799999999), "9999-12-31T23:59:59.999999Z", ""},
        {INT64_C(253402300800000000), "", ""},
        {INT64_MAX, "", ""},
        {INT64_MIN, "", ""},
    };
    setenv("TZ", "America/New_York", 1);
    tzset();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char utc[CLOCK_TEXT_SIZE], local[CELL_LOCAL_SIZE];
        cell_utc(cases[i].utc_us, utc);
        cell_local(cases[i].utc_us, local);
        assert_string_equal(utc, cases[i].utc);
        assert_string_equal(local, cases[i].local);
    }
}

/* Against the other one, over four hundred years of odd steps. */
static void times_agree_with_the_clock(void **state)
{
    (void)state;
    for (int64_t at = INT64_C(-2000000000000000); at < INT64_C(12000000000000000);
         at += INT64_C(86399123456)) {
        char one[CLOCK_TEXT_SIZE], other[CLOCK_TEXT_SIZE];
        cell_utc(at, one);
        clock_text(at, other);
        assert_string_equal(one, other);
    }
}

static void payloads_agree_with_the_library(void **state)
{
    (void)state;
    uint8_t bytes[300];
    char one[(sizeof bytes + 2) / 3 * 4 + 1], other[sizeof one];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 151 + 7);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        cell_base64(bytes, size, one);
        base64_encode(bytes, size, other);
        assert_string_equal(one, other);
    }
}

static void flags_are_codes(void **state)
{
    (void)state;
    char text[CELL_FLAGS_SIZE];
    cell_flags(0, text);
    assert_string_equal(text, "");
    cell_flags(ISSUE_LOOK_TWICE | ISSUE_PAPER, text);
    assert_string_equal(text, "look-twice paper");
    cell_flags(ISSUE_FLAGS, text);
    assert_true(strlen(text) < CELL_FLAGS_SIZE - 1); /* all of them fit */
    assert_non_null(strstr(text, "not-called"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_those_of_the_calendar),
        cmocka_unit_test(times_agree_with_the_clock),
        cmocka_unit_test(payloads_agree_with_the_library),
        cmocka_unit_test(flags_are_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
