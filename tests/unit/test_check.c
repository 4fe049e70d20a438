/* The queue-tail check over a real desk: it says what the desk would say, and leaves no trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/bytes.h"
#include "desk/check.h"

struct world {
    struct desk *desk;
    struct config config;
    struct config_lane lanes[2];
    char folder[64];
};

static int enter(void **state)
{
    struct world *world = bytes_alloc(sizeof *world);
    strcpy(world->folder, "/tmp/paihao-check-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    world->lanes[0] = (struct config_lane){.name = bytes_text("A"), .room = bytes_text(""), .line_limit = 2};
    world->lanes[1] = (struct config_lane){.name = bytes_text("B"), .room = bytes_text("")};
    world->config = (struct config){.data_dir = bytes_text(world->folder),
                                    .key_file = bytes_format("%s/secret.key", world->folder),
                                    .lanes = world->lanes,
                                    .n_lanes = 2};
    const struct desk_options options = {.config = &world->config, .create = true};
    char *error = NULL;
    assert_int_equal(desk_open(&world->desk, &options, &error), JOURNAL_OK);
    *state = world;
    return 0;
}

static int leave(void **state)
{
    struct world *world = *state;
    desk_close(world->desk);
    char *command = bytes_format("rm -rf '%s'", world->folder);
    int result = system(command);
    free(command);
    free(world->config.data_dir);
    free(world->config.key_file);
    for (size_t i = 0; i < 2; i++) {
        free(world->lanes[i].name);
        free(world->lanes[i].room);
    }
    free(world);
    return result;
}

/* ---- the desk's side */
static enum problem order(struct world *world, enum command_kind kind, const char *lane,
                          const struct presentation *presentation, uint32_t number)
{
    struct desk_command command = {.kind = DESK_QUEUE,
                                   .queue = {.kind = kind, .number = number, .device = "test"},
                                   .presentation = presentation};
    struct desk_answer answer;
    strcpy(command.queue.lane, lane);
    strcpy(command.queue.text, kind == COMMAND_EVENT_CREATE ? "Test" : "");
    strcpy(command.queue.extra, kind == COMMAND_EVENT_CREATE ? "default" : "");
    desk_call(world->desk, &command, &answer);
    return answer.problem;
}

static void open_lanes(struct world *world)
{
    assert_int_equal(order(world, COMMAND_EVENT_CREATE, "", NULL, 0), PROBLEM_NONE);
    assert_int_equal(order(world, COMMAND_SESSION_OPEN, "A", NULL, 0), PROBLEM_NONE);
    assert_int_equal(order(world, COMMAND_SESSION_OPEN, "B", NULL, 0), PROBLEM_NONE);
}

static struct presentation code(const char *text)
{
    struct presentation presentation = {.medium = MEDIUM_CAPTURE_CODE, .credential_size = strlen(text)};
    memcpy(presentation.credential, text, strlen(text));
    return presentation;
}

static const char one[] = "an opaque capture code of one";

static void expect(struct world *world, const char *lane, const char *text, const char *verdict,
                   const char *remark, const char *number)
{
    struct presentation presentation = code(text);
    struct check_result result;
    uint64_t seq = desk_seq(world->desk);
    check_presentation(world->desk, lane, &presentation, DEGREE_NONE, &result);
    assert_string_equal(check_verdict_name(result.verdict), verdict);
    assert_string_equal(result.code ? result.code : "", remark);
    assert_string_equal(result.number, number);
    assert_true(*result.zh && *result.en && *result.advice_zh && *result.advice_en);
    assert_int_equal(desk_seq(world->desk), seq);
}

/* ---- tests */
static void it_says_what_the_desk_would_say(void **state)
{
    struct world *world = *state;
    struct presentation first = code(one), second = code("an opaque capture code of two"),
                        third = code("an opaque capture code of three");
    expect(world, "A", one, "refused", "no-event", "");
    open_lanes(world);
    expect(world, "A", one, "accepted", "", "");
    expect(world, "Z", one, "refused", "lane-unknown", "");
    assert_int_equal(order(world, COMMAND_CHECK_IN, "A", &first, 0), PROBLEM_NONE);
    expect(world, "A", one, "already", "already-waiting", "A0001");
    expect(world, "B", one, "refused", "already-waiting-elsewhere", "A0001");
    assert_int_equal(order(world, COMMAND_CHECK_IN, "A", &second, 0), PROBLEM_NONE);
    expect(world, "A", "an opaque capture code of three", "refused", "line-full", "");
    assert_int_equal(order(world, COMMAND_CHECK_IN, "A", &third, 0), PROBLEM_LINE_FULL);
    assert_int_equal(order(world, COMMAND_CALL, "A", NULL, 1), PROBLEM_NONE);
    assert_int_equal(order(world, COMMAND_SHOT, "A", NULL, 1), PROBLEM_NONE);
    expect(world, "A", one, "refused", "already-shot", "A0001");
    expect(world, "A", "an opaque capture code of three", "accepted", "", "");
    assert_int_equal(order(world, COMMAND_SESSION_CLOSE, "A", NULL, 0), PROBLEM_NONE);
    expect(world, "A", "an opaque capture code of three", "refused", "session-closed", "");
}

static void it_leaves_no_trace(void **state)
{
    struct world *world = *state;
    struct desk_stats before, after;
    struct queue_lane lane;
    open_lanes(world);
    desk_stats(world->desk, &before);
    for (int i = 0; i < 100; i++) {
        char text[40];
        snprintf(text, sizeof text, "an opaque capture code %d", i);
        expect(world, "A", text, "accepted", "", "");
    }
    desk_stats(world->desk, &after);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(desk_lane_facts(world->desk, "A", &lane), 0);
    assert_int_equal(lane.counts.issued, 0);
    struct presentation first = code("an opaque capture code 7");
    assert_int_equal(order(world, COMMAND_CHECK_IN, "A", &first, 0), PROBLEM_NONE);
    expect(world, "A", "an opaque capture code 7", "already", "already-waiting", "A0001");
}

static void codes_that_look_wrong_are_accepted_with_a_doubt(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *legend, *text, *remark;
    } cases[] = {
        {"one byte less than a cipher's block", "123456789012345", "scan-too-short"},
        {"as long as one", "123456789012345Z", ""},
        {"blanks do not count", "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5", "scan-too-short"},
        {"only blanks", "                      ", "scan-too-short"},
        {"a page", "https://example.edu.cn/login?a=1", "scan-is-address"},
        {"a page in capitals", "HTTP://EXAMPLE.EDU.CN/", "scan-is-address"},
        {"a payment code", "wxp://f2f0abcdefghijklmnop", "scan-is-address"},
        {"without a scheme", "www.example.edu.cn/photo", "scan-is-address"},
        {"blanks before it", "  \thttps://example.edu.cn/", "scan-is-address"},
        {"a short one is first of all an address", "ftp://x.y", "scan-is-address"},
        {"only a colon", "abc:defghijklmnopqrst", ""},
        {"an address inside", "0123456789abcdef http://x", ""},
        {"a scheme with figures", "a1://0123456789abcdef", ""},
        {"an ID number", "990101199001010019", "scan-is-number"},
        {"an ID number with a wrong digit and a blank", "99010119900101001X ", "scan-is-number"},
        {"an ID number that lost a digit", "99010119900101001", "scan-is-number"},
        {"nothing before the slashes", "://0123456789abcdef", ""},
    };
    open_lanes(world);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        expect(world, "A", cases[i].text, "accepted", cases[i].remark, "");
    }
    /* only of capture codes: a student number is short */
    struct presentation typed = {.medium = MEDIUM_MANUAL, .student_no = "12"};
    struct check_result result;
    check_presentation(world->desk, "A", &typed, DEGREE_NONE, &result);
    assert_null(result.code);
}

static void every_code_has_words(void **state)
{
    (void)state;
    struct check_result general, result;
    check_fault("no-such-code", "", "", &general);
    assert_int_equal(general.verdict, CHECK_REFUSED);
    assert_string_equal(general.code, "no-such-code");
    assert_string_equal(general.zh, problem_zh(PROBLEM_CARD_UNREADABLE));
    check_fault("no-such-code", "读不出", "unreadable", &result);
    assert_string_equal(result.zh, "读不出");
    assert_string_equal(result.advice_zh, general.advice_zh);
    /* what a reader may report, of readers/reader_fault.def, and what scans may be */
    static const char *const faults[] = {
        "card-unreadable",   "card-removed",     "card-unsupported", "card-not-accepted", "bad-id-number",
        "frame-garbled",     "no-answer",        "reader-error",     "two-cards",         "random-uid",
        "empty-scan",        "too-large",        "scan-cut-off",     "scan-garbled",      "scan-ambiguous",
        "scan-not-accepted", "mrz-line-missing", "payment-token",    "bad-mrz",
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        check_fault(faults[i], "", "", &result);
        if (strcmp(result.advice_en, general.advice_en) == 0)
            fail_msg("%s has no advice of its own", faults[i]);
    }
    /* brightness mends no scan that was read well */
    static const char *const read_well[] = {"scan-not-accepted", "scan-ambiguous", "payment-token",
                                            "too-large"};
    for (size_t i = 0; i < sizeof read_well / sizeof *read_well; i++) {
        check_fault(read_well[i], "", "", &result);
        assert_null(strstr(result.advice_en, "bright"));
        assert_null(strstr(result.advice_zh, "亮"));
    }
    /* what people in a queue meet has advice of its own */
    static const enum problem own[] = {
        PROBLEM_ALREADY_SHOT,   PROBLEM_ALREADY_CAPTURED, PROBLEM_ALREADY_WAITING_ELSEWHERE,
        PROBLEM_SESSION_CLOSED, PROBLEM_NOT_ON_ROSTER,    PROBLEM_UNPAID,
        PROBLEM_LINE_FULL,      PROBLEM_EMPTY_SCAN,       PROBLEM_TOO_LARGE,
        PROBLEM_BAD_ID_NUMBER,  PROBLEM_BAD_MRZ,          PROBLEM_TWO_CARDS,
        PROBLEM_EVENT_CLOSED,   PROBLEM_NO_EVENT,         PROBLEM_MEDIUM_NOT_ALLOWED,
        PROBLEM_STORE_FAILED,   PROBLEM_DISK_FULL,        PROBLEM_BAD_CHIP,
    };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        check_problem(own[i], &result);
        assert_string_equal(result.code, problem_code(own[i]));
        assert_string_equal(result.en, problem_en(own[i]));
        if (strcmp(result.advice_en, general.advice_en) == 0)
            fail_msg("%s has no advice of its own", result.code);
    }
}

static void tags_tell_scans_apart(void **state)
{
    struct world *world = *state;
    struct check_result first, again;
    int same = 0;
    struct presentation presentation = code(one);
    open_lanes(world);
    check_presentation(world->desk, "A", &presentation, DEGREE_NONE, &first);
    check_presentation(world->desk, "A", &presentation, DEGREE_NONE, &again);
    assert_string_equal(first.tag, again.tag);
    assert_int_equal(strlen(first.tag), 4);
    for (int i = 0; i < 50; i++) {
        presentation.credential[3] = (uint8_t)i;
        check_presentation(world->desk, "A", &presentation, DEGREE_NONE, &again);
        same += strcmp(first.tag, again.tag) == 0;
    }
    assert_true(same <= 1); /* 16 bits: two in a row by chance would be one run in a million */
}

static void as_json(void **state)
{
    struct world *world = *state;
    struct presentation presentation = code(one);
    struct check_result result;
    open_lanes(world);
    check_presentation(world->desk, "A", &presentation, DEGREE_NONE, &result);
    char *text = check_json(&result, "gun");
    assert_null(strstr(text, one));
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_string_equal(json_string_value(json_object_get(object, "verdict")), "accepted");
    assert_true(json_is_null(json_object_get(object, "code")));
    assert_true(json_is_null(json_object_get(object, "number")));
    assert_string_equal(json_string_value(json_object_get(object, "reader")), "gun");
    assert_string_equal(json_string_value(json_object_get(json_object_get(object, "advice"), "zh")),
                        result.advice_zh);
    assert_int_equal(json_object_size(object), 8);
    json_decref(object);
    free(text);
    check_problem(PROBLEM_EMPTY_SCAN, &result);
    text = check_json(&result, NULL);
    object = json_loads(text, 0, NULL);
    assert_true(json_is_null(json_object_get(object, "tag")));
    assert_null(json_object_get(object, "reader"));
    json_decref(object);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_says_what_the_desk_would_say, enter, leave),
        cmocka_unit_test_setup_teardown(it_leaves_no_trace, enter, leave),
        cmocka_unit_test_setup_teardown(codes_that_look_wrong_are_accepted_with_a_doubt, enter, leave),
        cmocka_unit_test(every_code_has_words),
        cmocka_unit_test_setup_teardown(tags_tell_scans_apart, enter, leave),
        cmocka_unit_test_setup_teardown(as_json, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
