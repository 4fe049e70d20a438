/* What the daemon makes of a reader's lines. */
#include "readers/reader_event.c"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

/* One line to one event; returns it by value for the tables. */
static struct reader_event parse(const char *line, size_t length)
{
    static struct reader_parser parser;
    struct reader_event event;
    reader_parser_init(&parser);
    char *bytes = bytes_alloc(length + 1);
    memcpy(bytes, line, length);
    bytes[length] = '\n';
    assert_int_equal(reader_parser_feed(&parser, bytes, length + 1, &event), length + 1);
    free(bytes);
    return event;
}

static void tells_what_each_line_is(void **test)
{
    (void)test;
    static const struct {
        const char *legend, *line;
        enum reader_event_kind kind;
        const char *detail; /* of garbage */
    } cases[] = {
        {"heartbeat", "{\"type\":\"heartbeat\",\"at_us\":5}", READER_EVENT_HEARTBEAT, ""},
        {"endings", "{\"type\":\"endings\",\"code\":\"break\"}", READER_EVENT_ENDINGS, ""},
        {"endings of no kind", "{\"type\":\"endings\"}", READER_EVENT_GARBAGE, "endings without a code"},
        {"heartbeat of a bare kind", "{\"type\":\"heartbeat\"}", READER_EVENT_HEARTBEAT, ""},
        {"with a carriage return", "{\"type\":\"heartbeat\"}\r", READER_EVENT_HEARTBEAT, ""},
        {"reading", "{\"type\":\"reading\",\"medium\":\"chip\",\"serial\":\"d0aa26a30b5c3411\"}",
         READER_EVENT_READING, ""},
        {"state", "{\"type\":\"state\",\"state\":\"ready\"}", READER_EVENT_STATE, ""},
        {"fault", "{\"type\":\"fault\",\"code\":\"two-cards\"}", READER_EVENT_FAULT, ""},
        {"fault without a code", "{\"type\":\"fault\"}", READER_EVENT_GARBAGE, "fault without a code"},
        {"fault with a strange code", "{\"type\":\"fault\",\"code\":\"Two Cards\"}", READER_EVENT_GARBAGE,
         "fault without a code"},
        {"no such state", "{\"type\":\"state\",\"state\":\"asleep\"}", READER_EVENT_GARBAGE, "unknown state"},
        {"state of a wrong type", "{\"type\":\"state\",\"state\":7}", READER_EVENT_GARBAGE, "unknown state"},
        {"no such type", "{\"type\":\"greeting\"}", READER_EVENT_GARBAGE, "unknown type"},
        {"no type", "{}", READER_EVENT_GARBAGE, "unknown type"},
        {"type of a wrong type", "{\"type\":[]}", READER_EVENT_GARBAGE, "unknown type"},
        {"array", "[]", READER_EVENT_GARBAGE, "not a JSON object"},
        {"text", "Segmentation fault", READER_EVENT_GARBAGE, "not a JSON object"},
        {"empty line", "", READER_EVENT_GARBAGE, "not a JSON object"},
        {"half a line", "{\"type\":\"heart", READER_EVENT_GARBAGE, "not a JSON object"},
        {"two values", "{\"type\":\"heartbeat\"}{}", READER_EVENT_GARBAGE, "not a JSON object"},
        {"a key twice", "{\"type\":\"heartbeat\",\"type\":\"state\"}", READER_EVENT_GARBAGE,
         "not a JSON object"},
        {"bad UTF-8", "{\"type\":\"heartbeat\",\"x\":\"\xff\"}", READER_EVENT_GARBAGE, "not a JSON object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reader_event event = parse(cases[i].line, strlen(cases[i].line));
        if (event.kind != cases[i].kind || strcmp(event.detail, cases[i].detail) != 0)
            fail_msg("%s: kind %d, detail \"%s\"", cases[i].legend, event.kind, event.detail);
    }
}

static void reads_presentations(void **test)
{
    (void)test;
    static const struct {
        const char *line;
        enum presentation_fault fault;
        enum medium medium;
    } cases[] = {
        {"{\"type\":\"reading\",\"medium\":\"chip\",\"serial\":\"d0aa26a30b5c3411\"}", PRESENTATION_OK,
         MEDIUM_CHIP},
        {"{\"type\":\"reading\",\"medium\":\"chip\",\"serial\":\"d0aa\"}", PRESENTATION_BAD_CHIP,
         MEDIUM_CHIP},
        {"{\"type\":\"reading\",\"medium\":\"capture_code\",\"payload_base64\":\"YWJj\"}", PRESENTATION_OK,
         MEDIUM_CAPTURE_CODE},
        {"{\"type\":\"reading\",\"medium\":\"capture_code\",\"payload_base64\":\"\"}",
         PRESENTATION_EMPTY_SCAN, MEDIUM_CAPTURE_CODE},
        {"{\"type\":\"reading\",\"medium\":\"id_card\",\"id_number\":\"990101200001010012\",\"name\":\"a\"}",
         PRESENTATION_BAD_ID_NUMBER, MEDIUM_ID_CARD},
        {"{\"type\":\"reading\",\"medium\":\"telepathy\"}", PRESENTATION_BAD_MEDIUM, MEDIUM_NONE},
        {"{\"type\":\"reading\"}", PRESENTATION_BAD_REQUEST, MEDIUM_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reader_event event = parse(cases[i].line, strlen(cases[i].line));
        assert_int_equal(event.kind, READER_EVENT_READING);
        if (event.presentation_fault != cases[i].fault || event.presentation.medium != cases[i].medium)
            fail_msg("%s: fault %d, medium %d", cases[i].line, event.presentation_fault,
                     event.presentation.medium);
    }
}

static void keeps_code_and_words(void **test)
{
    (void)test;
    static const char state[] =
        "{\"type\":\"state\",\"state\":\"error\",\"code\":\"device-busy\",\"detail\":\"设备忙\"}";
    struct reader_event event = parse(state, sizeof state - 1);
    assert_int_equal(event.state, READER_ERROR);
    assert_string_equal(event.code, "device-busy");
    assert_string_equal(event.detail, "设备忙");

    static const char same[] = "{\"type\":\"state\",\"state\":\"ready\",\"code\":\"ready\",\"detail\":\"x\"}";
    event = parse(same, sizeof same - 1);
    assert_string_equal(event.code, "");

    static const char fault[] = "{\"type\":\"fault\",\"code\":\"frame-garbled\",\"at_us\":17,\"message\":{"
                                "\"zh\":\"请重试\",\"en\":\"Again\"}}";
    event = parse(fault, sizeof fault - 1);
    assert_string_equal(event.code, "frame-garbled");
    assert_string_equal(event.zh, "请重试");
    assert_string_equal(event.en, "Again");
    assert_int_equal(event.at_us, 17);
}

static void drops_words_that_are_not_plain(void **test)
{
    (void)test;
    static const char *const lines[] = {
        "{\"type\":\"state\",\"state\":\"absent\",\"code\":\"UPPER\",\"detail\":\"a\\nb\"}",
        "{\"type\":\"state\",\"state\":\"absent\",\"code\":\"a b\",\"detail\":\"\\u001b[2J\"}",
        "{\"type\":\"state\",\"state\":\"absent\",\"code\":7,\"detail\":[]}",
        "{\"type\":\"state\",\"state\":\"absent\",\"code\":\"an-endless-code-of-more-than-32-letters\"}",
        "{\"type\":\"state\",\"state\":\"absent\",\"detail\":\"\\u0085\"}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct reader_event event = parse(lines[i], strlen(lines[i]));
        assert_int_equal(event.kind, READER_EVENT_STATE);
        assert_string_equal(event.code, "");
        assert_string_equal(event.detail, "");
    }
}

static void cuts_long_words_at_a_character(void **test)
{
    (void)test;
    char line[1024] = "{\"type\":\"state\",\"state\":\"absent\",\"detail\":\"a";
    for (int i = 0; i < 100; i++)
        strcat(line, "机"); /* 3 bytes each: 1 + 66 * 3 = 199, the next does not fit */
    strcat(line, "\"}");
    struct reader_event event = parse(line, strlen(line));
    assert_int_equal(strlen(event.detail), 199);
    assert_true(utf8_is_valid(event.detail, 199));
}

/* The kinds of all events, and where in the input each came. */
static size_t run(const char *bytes, size_t size, size_t step, char *ret_trace, size_t capacity)
{
    static struct reader_parser parser;
    struct reader_event event;
    size_t length = 0;
    reader_parser_init(&parser);
    for (size_t start = 0; start < size; start += step) {
        size_t end = start + step < size ? start + step : size;
        for (size_t at = start; at < end;) {
            size_t taken = reader_parser_feed(&parser, bytes + at, end - at, &event);
            assert_in_range(taken, 1, end - at);
            at += taken;
            if (event.kind != READER_EVENT_NONE)
                length += (size_t)snprintf(ret_trace + length, capacity - length, "%d@%zu ", event.kind, at);
        }
    }
    return length;
}

static void cuts_of_the_input_do_not_matter(void **test)
{
    (void)test;
    enum { LONG = READER_LINE_MAX + 300 };
    char *bytes = bytes_alloc(3 * LONG), whole[512] = "", parts[512];
    size_t size = (size_t)sprintf(bytes, "{\"type\":\"heartbeat\"}\nnoise\n\n");
    memset(bytes + size, 'x', LONG);
    size += LONG;
    size += (size_t)sprintf(bytes + size, "\n{\"type\":\"state\",\"state\":\"ready\"}\n");
    memset(bytes + size, ' ', READER_LINE_MAX); /* exactly as long as allowed */
    memcpy(bytes + size, "{\"type\":\"heartbeat\"}", 20);
    size += READER_LINE_MAX;
    size += (size_t)sprintf(bytes + size, "\n{\"type\":\"heartbeat\"}\nhalf");
    run(bytes, size, size, whole, sizeof whole);
    for (size_t step = 1; step < 4000; step = step * 3 / 2 + 1) {
        run(bytes, size, step, parts, sizeof parts);
        assert_string_equal(parts, whole);
    }
    size_t first = 20 + 1, noise = first + 6, empty = noise + 1, too_long = empty + READER_LINE_MAX + 1;
    size_t state = empty + LONG + 1 + 33, full = state + READER_LINE_MAX + 1;
    char expected[512];
    snprintf(expected, sizeof expected, "%d@%zu %d@%zu %d@%zu %d@%zu %d@%zu %d@%zu %d@%zu ",
             READER_EVENT_HEARTBEAT, first, READER_EVENT_GARBAGE, noise, READER_EVENT_GARBAGE, empty,
             READER_EVENT_GARBAGE, too_long, READER_EVENT_STATE, state, READER_EVENT_HEARTBEAT, full,
             READER_EVENT_HEARTBEAT, full + 21);
    assert_string_equal(whole, expected);
    free(bytes);
}

static void forgets_every_line(void **test)
{
    (void)test;
    static struct reader_parser parser;
    struct reader_event event;
    static const char line[] = "{\"type\":\"reading\",\"medium\":\"manual\",\"name\":\"SECRET\"}\n";
    reader_parser_init(&parser);
    reader_parser_feed(&parser, line, sizeof line - 1, &event);
    assert_null(memmem(parser.text, sizeof parser.text, "SECRET", 6));
    reader_parser_feed(&parser, line, sizeof line - 2, &event); /* half a line ... */
    assert_non_null(memmem(parser.text, sizeof parser.text, "SECRET", 6));
    reader_parser_wipe(&parser);
    assert_null(memmem(parser.text, sizeof parser.text, "SECRET", 6));
}

static void embedded_nul_is_garbage(void **test)
{
    (void)test;
    static const char line[] = "{\"type\":\"heartbeat\0\"}";
    assert_int_equal(parse(line, sizeof line - 1).kind, READER_EVENT_GARBAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_each_line_is),
        cmocka_unit_test(reads_presentations),
        cmocka_unit_test(keeps_code_and_words),
        cmocka_unit_test(drops_words_that_are_not_plain),
        cmocka_unit_test(cuts_long_words_at_a_character),
        cmocka_unit_test(cuts_of_the_input_do_not_matter),
        cmocka_unit_test(forgets_every_line),
        cmocka_unit_test(embedded_nul_is_garbage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
