/* A reader's life by a made-up clock. */
#include "readers/supervisor_life.c"
#include "readers/supervisor_relay.c"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { S = 1000000 };

static void the_table_of_states(void **test)
{
    (void)test;
    /* from, and which of opening, ready, absent, error may follow */
    static const struct {
        enum reader_state from;
        bool to[READER_STATE_COUNT];
    } rows[] = {
        {READER_OPENING, {true, true, true, true}},
        {READER_READY, {true, true, true, true}},
        {READER_ABSENT, {true, false, true, true}},
        {READER_ERROR, {true, true, true, true}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (unsigned to = 0; to < READER_STATE_COUNT; to++)
            assert_int_equal(reader_life_may_move(rows[i].from, (enum reader_state)to), rows[i].to[to]);
}

static void moves_and_remembers_since_when(void **test)
{
    (void)test;
    struct reader_life life;
    reader_life_init(&life, 0, 100);
    assert_int_equal(life.state, READER_ABSENT);
    assert_int_equal(reader_life_move(&life, READER_READY, "", "", 200), LIFE_FORBIDDEN);
    assert_int_equal(life.state, READER_ABSENT);
    assert_int_equal(reader_life_move(&life, READER_OPENING, "", "", 300), LIFE_CHANGED);
    assert_int_equal(reader_life_move(&life, READER_OPENING, "", "", 400), LIFE_SAME);
    assert_int_equal(reader_life_move(&life, READER_OPENING, "", "port", 500), LIFE_CHANGED);
    assert_int_equal(life.since_utc_us, 300);
    assert_int_equal(reader_life_move(&life, READER_READY, "", "", 600), LIFE_CHANGED);
    assert_int_equal(life.since_utc_us, 600);
}

static void silence_is_death(void **test)
{
    (void)test;
    struct reader_life life;
    struct reader_event state = {.kind = READER_EVENT_STATE}, beat = {.kind = READER_EVENT_HEARTBEAT};
    reader_life_init(&life, 0, 0);
    assert_false(reader_life_is_silent(&life, 100 * S)); /* no process, no silence */
    reader_life_started(&life, 100 * S);
    assert_false(reader_life_is_silent(&life, 105 * S - 1));
    assert_true(reader_life_is_silent(&life, 105 * S));
    reader_life_heard(&life, &state, 101 * S); /* a line that is no heartbeat leaves the long patience */
    assert_false(reader_life_is_silent(&life, 106 * S - 1));
    reader_life_heard(&life, &beat, 102 * S);
    assert_false(reader_life_is_silent(&life, 105 * S - 1));
    assert_true(reader_life_is_silent(&life, 105 * S));
    assert_int_equal(reader_life_deadline_us(&life), 105 * S);
    reader_life_forgive(&life, 10 * S);
    assert_false(reader_life_is_silent(&life, 114 * S));
    reader_life_killed(&life);
    assert_false(reader_life_is_silent(&life, 1000 * S));
    assert_true(reader_life_deadline_us(&life) == INT64_MAX);
}

static void backs_off_and_starts_anew_after_health(void **test)
{
    (void)test;
    static const int64_t waits_us[] = {200000, 400000, 800000, 1600000, 2000000, 2000000, 2000000};
    struct reader_life life;
    int64_t now_us = 1 * S;
    reader_life_init(&life, now_us, 0);
    assert_int_equal(reader_life_deadline_us(&life), now_us);
    for (size_t i = 0; i < sizeof waits_us / sizeof waits_us[0]; i++) {
        reader_life_started(&life, now_us);
        reader_life_ended(&life, now_us);
        assert_int_equal(life.next_start_us - now_us, waits_us[i]);
        now_us = life.next_start_us;
    }
    assert_int_equal(life.restarts, 6);
    reader_life_started(&life, now_us);
    reader_life_ended(&life, now_us + LIFE_HEALTHY_US - 1);
    assert_int_equal(life.next_start_us - now_us, LIFE_HEALTHY_US - 1 + LIFE_BACKOFF_MOST_US);
    reader_life_started(&life, now_us);
    reader_life_ended(&life, now_us + LIFE_HEALTHY_US);
    assert_int_equal(life.next_start_us - now_us, LIFE_HEALTHY_US + LIFE_BACKOFF_US);
}

static void counts_lines_of_each_second(void **test)
{
    (void)test;
    struct reader_life life;
    struct reader_event reading = {.kind = READER_EVENT_READING}, beat = {.kind = READER_EVENT_HEARTBEAT};
    reader_life_init(&life, 0, 0);
    reader_life_started(&life, 0);
    for (int second = 0; second < 3; second++) {
        for (int i = 0; i < LIFE_READINGS_PER_S; i++)
            assert_true(reader_life_heard(&life, &reading, second * S + i));
        assert_false(reader_life_heard(&life, &reading, second * S + 999999));
    }
    for (int i = 0; i < LIFE_LINES_PER_S; i++)
        assert_true(reader_life_heard(&life, &beat, 5 * S));
    assert_false(reader_life_heard(&life, &beat, 5 * S));
}

static void patience_with_garbage_ends(void **test)
{
    (void)test;
    struct reader_life life;
    reader_life_init(&life, 0, 0);
    for (int process = 0; process < 2; process++) {
        reader_life_started(&life, 0);
        for (int i = 1; i < LIFE_GARBAGE_MOST; i++)
            assert_false(reader_life_is_fed_up(&life));
        assert_true(reader_life_is_fed_up(&life));
    }
}

/* ---- standard error */
static char printed[64][READER_TEXT_MAX + 1];
static enum log_level levels[64];
static unsigned n_printed;

static void print(const char *name, enum log_level level, const char *text)
{
    assert_string_equal(name, "A/door");
    assert_in_range(n_printed, 0, 63);
    levels[n_printed] = level;
    snprintf(printed[n_printed++], sizeof printed[0], "%s", text);
}

static void relays_lines(void **test)
{
    (void)test;
    struct relay relay;
    char long_line[500];
    n_printed = 0;
    relay_init(&relay, "A/door", print);
    relay_feed(&relay, "one\ntw", 6, 0);
    relay_feed(&relay, "o\r\n\n\x1b[2Jthree\xff\n机位\n", 22, 0);
    memset(long_line, 'y', sizeof long_line - 1);
    long_line[sizeof long_line - 1] = '\n';
    relay_feed(&relay, long_line, sizeof long_line, 0);
    relay_feed(&relay, "unfinished", 10, 0);
    relay_end(&relay, 0);
    assert_int_equal(n_printed, 6);
    assert_string_equal(printed[0], "one");
    assert_string_equal(printed[1], "two ");
    assert_string_equal(printed[2], "?[2Jthree?");
    assert_string_equal(printed[3], "??????");
    assert_int_equal(strlen(printed[4]), READER_TEXT_MAX);
    assert_string_equal(printed[5], "unfinished");
}

static void relays_nothing_personal(void **test)
{
    (void)test;
    static const struct {
        const char *said, *printed;
    } cases[] = {
        {"990101200001010012", "******************"},
        {"99010120000101002X read", "*****************X read"},
        {"id=990101 20000101 0012;", "id=****** ******** ****;"},
        {"9-9-0-1-0-1-2-0", "*-*-*-*-*-*-*-*"},
        {"TX: d4 42 00 36 00 00 08", "TX: ** ** ** ** ** ** **"},
        {"chip abcdefabcdefab12", "chip ****************"},
        {"张测试 says", "????????? says"},
        {"a 1234567 b", "a 1234567 b"},
        {"libnfc 1.8.0, error -20", "libnfc 1.8.0, error -20"},
        {"pn53x.c:235: bad face", "pn53x.c:235: bad face"},
        {"usb-1a86_USB_Serial-if00", "usb-1a86_USB_Serial-if00"},
        {"<4>number 99010120000101", "number **************"},
    };
    struct relay relay;
    n_printed = 0;
    relay_init(&relay, "A/door", print);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        relay_feed(&relay, cases[i].said, strlen(cases[i].said), 0);
        relay_feed(&relay, "\n", 1, 0);
        assert_int_equal(n_printed, i + 1);
        assert_string_equal(printed[i], cases[i].printed);
    }
    n_printed = 0;
    relay_feed(&relay, "x\0y 990101200001010012\n", 23, RELAY_SPAN_US);
    assert_string_equal(printed[0], "x y ******************");
}

static void relays_with_the_level_it_was_said(void **test)
{
    (void)test;
    static const struct {
        const char *said, *printed;
        enum log_level level;
    } cases[] = {
        {"<3>broken\n", "broken", LOG_LEVEL_ERROR},    {"<4>odd\n", "odd", LOG_LEVEL_WARNING},
        {"<6>all well\n", "all well", LOG_LEVEL_INFO}, {"<7>step\n", "step", LOG_LEVEL_DEBUG},
        {"<0>panic\n", "panic", LOG_LEVEL_ERROR},      {"<8>none\n", "<8>none", LOG_LEVEL_WARNING},
        {"abort()\n", "abort()", LOG_LEVEL_WARNING},   {"<\n", "<", LOG_LEVEL_WARNING},
    };
    struct relay relay;
    n_printed = 0;
    relay_init(&relay, "A/door", print);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        relay_feed(&relay, cases[i].said, strlen(cases[i].said), 0);
        assert_int_equal(n_printed, i + 1);
        assert_string_equal(printed[i], cases[i].printed);
        assert_int_equal(levels[i], cases[i].level);
    }
}

static void relays_no_more_than_is_bearable(void **test)
{
    (void)test;
    struct relay relay;
    n_printed = 0;
    relay_init(&relay, "A/door", print);
    for (int i = 0; i < 1000; i++)
        relay_feed(&relay, "noise\n", 6, RELAY_SPAN_US + i);
    assert_int_equal(n_printed, RELAY_LINES_MOST);
    relay_feed(&relay, "later\n", 6, 3 * (int64_t)RELAY_SPAN_US);
    assert_int_equal(n_printed, RELAY_LINES_MOST + 2);
    assert_string_equal(printed[RELAY_LINES_MOST], "(980 more lines left out)");
    assert_string_equal(printed[RELAY_LINES_MOST + 1], "later");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_states),
        cmocka_unit_test(moves_and_remembers_since_when),
        cmocka_unit_test(silence_is_death),
        cmocka_unit_test(backs_off_and_starts_anew_after_health),
        cmocka_unit_test(counts_lines_of_each_second),
        cmocka_unit_test(patience_with_garbage_ends),
        cmocka_unit_test(relays_lines),
        cmocka_unit_test(relays_nothing_personal),
        cmocka_unit_test(relays_with_the_level_it_was_said),
        cmocka_unit_test(relays_no_more_than_is_bearable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
