/* What people see, by who they are; problem documents in both languages; events of the feed as text. */
#include "http/reply.h"
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 2026-11-22T08:30:00.123456Z */
static const int64_t ISSUED_US = 1795336200123456;

static struct ticket_view view(uint32_t number, enum ticket_state state)
{
    struct ticket_view view = {
        .ticket = {.lane = "A",
                   .number = number,
                   .state = state,
                   .medium = MEDIUM_ID_CARD,
                   .bound = true,
                   .issued_us = ISSUED_US,
                   .issued_seq = 7,
                   .seq = 17,
                   .reason = ""},
        .name = "张○○",
        .id_mask = "990101************",
        .unit = "测试 \"学院\"",
    };
    struct queue_rules rules;
    queue_rules_default(&rules);
    ticket_label(&rules, "A", number, view.label);
    return view;
}

static json_t *parse(struct buffer *text)
{
    json_t *value = json_loadb(text->data, text->size, JSON_REJECT_DUPLICATES, NULL);
    if (!value)
        fail_msg("no JSON: %s", text->data);
    buffer_done(text);
    return value;
}

static void texts_and_times(void **state)
{
    (void)state;
    static const struct {
        const char *text, *json;
    } cases[] = {
        {NULL, "null"},
        {"", "\"\""},
        {"张", "\"张\""},
        {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
        {"\x01\n\x1f", "\"\\u0001\\u000a\\u001f\""},
        {"\x7f", "\"\\u007f\""},
        {"\"", "\"\\\"\""},
    };
    struct buffer out = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        render_text(&out, cases[i].text);
        assert_string_equal(out.data, cases[i].json);
        buffer_done(&out);
    }
    render_time(&out, 0);
    render_time(&out, ISSUED_US);
    assert_string_equal(out.data, "null\"2026-11-22T08:30:00.123456Z\"");
    buffer_done(&out);
    render_number(&out, 0);
    render_number(&out, UINT64_MAX);
    assert_string_equal(out.data, "018446744073709551615");
    buffer_done(&out);
}

static void staff_see_the_person(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct ticket_view ticket = view(1, TICKET_CALLED);
    strcpy(ticket.reason, "闭眼");
    ticket.ticket.called_us = ISSUED_US + 1;
    render_ticket(&out, &ticket, AUDIENCE_STAFF);
    assert_string_equal(
        out.data,
        "{\"number\":\"A0001\",\"lane\":\"A\",\"state\":\"called\",\"medium\":\"id_card\",\"bound\":true,"
        "\"name\":\"张○○\",\"id_mask\":\"990101************\",\"unit\":\"测试 \\\"学院\\\"\","
        "\"college\":\"\",\"level\":\"\",\"payment\":\"none\",\"notes\":[],\"confirmed\":false,\"suspect\":"
        "false,"
        "\"left\":false,\"card_back\":false,\"reason\":\"闭眼\",\"issued_at\":\"2026-11-22T08:30:00."
        "123456Z\","
        "\"called_at\":\"2026-11-22T08:30:00.123457Z\",\"shot_at\":null,\"retakes\":0,\"seq\":17}");
    buffer_done(&out);
}

static void staff_see_what_was_noted(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct ticket_view ticket = view(1, TICKET_VOID);
    ticket.level = DEGREE_DOCTOR;
    ticket.payment = PAYMENT_PAID;
    strcpy(ticket.college, "商学院");
    ticket.ticket.note.flags = ISSUE_LOOK_TWICE | ISSUE_OUT_OF_ORDER | ISSUE_OVER_UNPAID;
    ticket.ticket.confirmed = ticket.ticket.is_suspect = ticket.ticket.acknowledged = true;
    render_ticket(&out, &ticket, AUDIENCE_STAFF);
    json_t *value = parse(&out);
    const char *college, *level, *payment, *first, *second, *third;
    int confirmed, suspect, acknowledged;
    assert_int_equal(json_unpack(value, "{s:s, s:s, s:s, s:[s, s, s!], s:b, s:b, s:b}", "college", &college,
                                 "level", &level, "payment", &payment, "notes", &first, &second, &third,
                                 "confirmed", &confirmed, "suspect", &suspect, "acknowledged", &acknowledged),
                     0);
    assert_string_equal(college, "商学院");
    assert_string_equal(level, "doctor");
    assert_string_equal(payment, "paid");
    assert_string_equal(first, "look-twice");
    assert_string_equal(second, "out-of-order");
    assert_string_equal(third, "override-unpaid");
    assert_true(confirmed && suspect && acknowledged);
    json_decref(value);
}

static void an_answer_tells_more(void **state)
{
    (void)state;
    struct buffer out = {0};
    const struct ticket_view ticket = view(1, TICKET_WAITING);
    const struct ticket_more more = {.is_alarm = true, .warnings = ISSUE_OVER_UNPAID | ISSUE_OVER_EXCLUDED};
    render_ticket_answer(&out, &ticket, &more, AUDIENCE_STAFF);
    json_t *value = parse(&out);
    const char *alarm, *first, *second;
    assert_int_equal(json_unpack(value, "{s:s, s:[s, s!]}", "alarm", &alarm, "warnings", &first, &second), 0);
    assert_string_equal(alarm, "out-of-order");
    assert_string_equal(first, "excluded");
    assert_string_equal(second, "unpaid");
    assert_null(json_object_get(value, "called"));
    json_decref(value);
}

static void the_hall_sees_numbers(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct ticket_view ticket = view(12345, TICKET_WAITING), next = view(2, TICKET_CALLED);
    strcpy(ticket.reason, "闭眼");
    render_ticket_answer(&out, &ticket, &(struct ticket_more){.tells_called = true, .called = &next},
                         AUDIENCE_HALL);
    static const char *const secrets[] = {"张", "990101", "学院", "闭眼", "id_card", "bound", "unit", "name"};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        assert_null(strstr(out.data, secrets[i]));
    json_t *value = parse(&out);
    assert_string_equal(json_string_value(json_object_get(value, "number")), "A12345");
    assert_string_equal(json_string_value(json_object_get(json_object_get(value, "called"), "number")),
                        "A0002");
    assert_int_equal(json_object_size(value), 9);
    json_decref(value);
    render_ticket_answer(&out, &ticket, &(struct ticket_more){.tells_called = true}, AUDIENCE_HALL);
    value = parse(&out);
    assert_true(json_is_null(json_object_get(value, "called")));
    json_decref(value);
}

static struct lane_view lane(struct ticket_view *line, size_t count)
{
    struct lane_view lane = {
        .lane = {.name = "A",
                 .room = "E201",
                 .line_limit = 30,
                 .is_open = true,
                 .session = 2,
                 .opened_us = ISSUED_US},
        .has_current = true,
        .current = view(1, TICKET_CALLED),
        .line = line,
        .n_line = count,
        .n_recent = 1,
        .event = {.exists = true, .name = "采集"},
        .store = PROBLEM_DISK_FULL,
        .seq = 99,
    };
    lane.lane.counts =
        (struct queue_counts){.issued = 6, .waiting = 2, .called = 1, .shot = 1, .missed = 1, .voided = 1};
    lane.lane.closed_us = 5; /* of the session before: not shown while this one is open */
    lane.recent[0] = view(5, TICKET_MISSED);
    return lane;
}

static void snapshots(void **state)
{
    (void)state;
    struct ticket_view line[] = {view(2, TICKET_WAITING), view(3, TICKET_WAITING)};
    struct lane_view shown = lane(line, 2);
    struct buffer out = {0};
    render_snapshot(&out, &shown, "[{\"reader\":\"door\"}]", ISSUED_US, AUDIENCE_STAFF);
    json_t *staff = parse(&out);
    render_snapshot(&out, &shown, NULL, ISSUED_US, AUDIENCE_HALL);
    json_t *hall = parse(&out);
    const char *lane_name, *session, *at, *store, *event, *current;
    int line_limit, number, seq, voided;
    json_t *waiting, *last, *done, *closed;
    assert_int_equal(
        json_unpack(
            staff,
            "{s:s, s:{s:s, s:i, s:s, s:o}, s:i, s:{s:s}, s:o, s:o, s:o, s:{s:i}, s:s, s:s, s:i, s:{s:s}}",
            "lane", &lane_name, "session", "state", &session, "number", &number, "opened_at", &at,
            "closed_at", &closed, "line_limit", &line_limit, "current", "number", &current, "line", &waiting,
            "last", &last, "done", &done, "counts", "void", &voided, "store", &store, "now", &at, "seq", &seq,
            "event", "name", &event),
        0);
    assert_string_equal(session, "open");
    assert_string_equal(current, "A0001");
    assert_string_equal(store, "disk-full");
    assert_int_equal(json_array_size(waiting), 2);
    assert_int_equal(json_array_size(done), 1);
    assert_true(json_is_null(last) && json_is_null(closed));
    assert_int_equal(number * 10000 + line_limit * 100 + voided, 23001);
    assert_int_equal(seq, 99);
    assert_int_equal(json_array_size(json_object_get(staff, "readers")), 1);
    assert_null(json_object_get(hall, "readers"));
    assert_int_equal(json_object_size(json_object_get(hall, "current")), 8);
    assert_int_equal(json_object_size(staff), json_object_size(hall) + 2);
    assert_true(json_is_null(json_object_get(staff, "stopped")) &&
                json_is_null(json_object_get(staff, "expected")));
    assert_null(json_object_get(hall, "expected"));
    json_decref(staff);
    json_decref(hall);
}

static void a_stopped_lane_shows_who_is_at_risk(void **state)
{
    (void)state;
    struct lane_view shown = lane(NULL, 0);
    struct buffer out = {0};
    shown.has_stopped = shown.has_expected = shown.is_full = true;
    shown.stopped = view(4, TICKET_CALLED);
    shown.at_risk[0] = view(2, TICKET_SHOT);
    shown.at_risk[1] = view(3, TICKET_SHOT);
    shown.n_at_risk = 2;
    shown.open_voids[0] = view(1, TICKET_VOID);
    shown.n_open_voids = 1;
    shown.limit = 5;
    shown.pace_ms = 14500;
    shown.expected = (struct desk_member){.name = "李○○", .unit_name = "会计1班", .rank = 7};
    shown.event.rules =
        (struct queue_rules){.media = 1u << MEDIUM_PASSPORT, .payment = PAYMENT_TOKEN, .width = 4};
    render_snapshot(&out, &shown, "[]", ISSUED_US, AUDIENCE_STAFF);
    json_t *staff = parse(&out);
    render_snapshot(&out, &shown, NULL, ISSUED_US, AUDIENCE_HALL);
    json_t *hall = parse(&out);
    const char *number, *first, *void_number, *name, *person, *payment, *medium;
    int stop, limit, pace, rank;
    json_t *at_risk;
    assert_int_equal(
        json_unpack(
            staff, "{s:{s:{s:s}, s:o}, s:[{s:s}!], s:{s:b, s:i}, s:i, s:{s:s, s:i, s:s}, s:{s:s, s:[s!]}}",
            "stopped", "ticket", "number", &number, "at_risk", &at_risk, "open_voids", "number", &void_number,
            "door", "stop", &stop, "limit", &limit, "pace_ms", &pace, "expected", "name", &name, "rank",
            &rank, "person", &person, "rules", "payment", &payment, "media", &medium),
        0);
    first = json_string_value(json_object_get(json_array_get(at_risk, 0), "number"));
    assert_string_equal(number, "A0004");
    assert_string_equal(first, "A0002");
    assert_int_equal(json_array_size(at_risk), 2);
    assert_string_equal(void_number, "A0001");
    assert_true(stop && limit == 5 && pace == 14500 && rank == 7);
    assert_string_equal(name, "李○○");
    assert_int_equal(strlen(person), 32);
    assert_string_equal(payment, "token");
    assert_string_equal(medium, "passport");
    assert_null(json_object_get(hall, "expected"));
    assert_null(json_object_get(json_object_get(json_object_get(hall, "stopped"), "ticket"), "name"));
    json_decref(staff);
    json_decref(hall);
}

static void events_of_the_feed(void **state)
{
    (void)state;
    struct feed_item item = {.kind = FEED_TICKET, .seq = 17, .ticket = view(1, TICKET_WAITING)};
    struct buffer out = {0};
    render_item(&out, &item, PROBLEM_NONE, AUDIENCE_HALL);
    assert_string_equal(
        out.data, "event: ticket\nid: 17\ndata: {\"number\":\"A0001\",\"lane\":\"A\",\"state\":\"waiting\","
                  "\"issued_at\":\"2026-11-22T08:30:00.123456Z\",\"called_at\":null,\"shot_at\":null,"
                  "\"retakes\":0,\"seq\":17}\n\n");
    buffer_done(&out);
    item = (struct feed_item){
        .kind = FEED_LANE, .seq = 18, .lane_state = {.name = "A", .session = 1, .line_limit = 9}};
    render_item(&out, &item, PROBLEM_NONE, AUDIENCE_HALL);
    assert_string_equal(
        out.data, "event: lane\nid: 18\ndata: {\"lane\":\"A\",\"session\":{\"state\":\"closed\",\"number\":1,"
                  "\"opened_at\":null,\"closed_at\":null},\"line_limit\":9,\"is_stopped\":false,\"late_"
                  "round\":false}\n\n");
    buffer_done(&out);
    item = (struct feed_item){
        .kind = FEED_NOTE, .note = "reader", .json = "{\n\"a\":1}\r\n", .staff_only = true};
    render_item(&out, &item, PROBLEM_NONE, AUDIENCE_HALL);
    assert_int_equal(out.size, 0);
    render_item(&out, &item, PROBLEM_NONE, AUDIENCE_STAFF);
    assert_string_equal(out.data, "event: reader\ndata: { \"a\":1}  \n\n");
    buffer_done(&out);
    /* the queue-tail check hears of its own notes, which the hall does not */
    render_item(&out, &item, PROBLEM_NONE, AUDIENCE_CHECK);
    assert_int_equal(out.size, 0);
    item = (struct feed_item){.kind = FEED_NOTE, .note = "check", .json = "{}", .staff_only = true};
    render_item(&out, &item, PROBLEM_NONE, AUDIENCE_HALL);
    assert_int_equal(out.size, 0);
    render_item(&out, &item, PROBLEM_NONE, AUDIENCE_CHECK);
    assert_string_equal(out.data, "event: check\ndata: {}\n\n");
    buffer_done(&out);
    item = (struct feed_item){.kind = FEED_STORE};
    render_item(&out, &item, PROBLEM_STORE_FAILED, AUDIENCE_HALL);
    render_item(&out, &item, PROBLEM_NONE, AUDIENCE_HALL);
    assert_string_equal(
        out.data,
        "event: store\ndata: {\"store\":\"store-failed\"}\n\nevent: store\ndata: {\"store\":\"ok\"}\n\n");
    buffer_done(&out);
}

static void problem_documents(void **state)
{
    (void)state;
    struct ticket_view ticket = view(1, TICKET_SHOT);
    struct buffer out = {0};
    render_problem(&out, PROBLEM_ALREADY_SHOT, true, &(struct problem_more){.ticket = &ticket},
                   AUDIENCE_HALL);
    assert_string_equal(
        out.data,
        "{\"type\":\"about:blank\",\"status\":409,\"code\":\"already-shot\",\"title\":"
        "\"您已拍摄完成，如需重拍请联系工作人员。\","
        "\"detail\":\"您已拍摄完成，如需重拍请联系工作人员。\",\"message\":{\"zh\":"
        "\"您已拍摄完成，如需重拍请联系工作人员。\","
        "\"en\":\"Already photographed. Ask the staff if a retake is "
        "needed.\"},\"ticket\":{\"number\":\"A0001\","
        "\"lane\":\"A\",\"state\":\"shot\",\"issued_at\":\"2026-11-22T08:30:00.123456Z\",\"called_at\":null,"
        "\"shot_at\":null,\"retakes\":0,\"seq\":17}}");
    buffer_done(&out);
    const struct problem_more more = {.en = "no setting",
                                      .zh = "没有设置",
                                      .is_message = true,
                                      .members = ",\"line\":3",
                                      .could_override = ISSUE_OVER_UNPAID};
    render_problem(&out, PROBLEM_BAD_PROFILE, false, &more, AUDIENCE_STAFF);
    assert_non_null(strstr(
        out.data, "\"detail\":\"no setting\",\"message\":{\"zh\":\"没有设置\",\"en\":\"no setting\"}"));
    assert_non_null(strstr(out.data, ",\"override\":[\"unpaid\"],\"line\":3}"));
    buffer_done(&out);
    for (int problem = PROBLEM_NONE + 1; problem < PROBLEM_COUNT; problem++) {
        render_problem(&out, (enum problem)problem, false, &(struct problem_more){.en = "why"},
                       AUDIENCE_STAFF);
        json_t *value = parse(&out);
        assert_int_equal(json_integer_value(json_object_get(value, "status")),
                         problem_status((enum problem)problem));
        assert_string_equal(json_string_value(json_object_get(value, "title")),
                            problem_en((enum problem)problem));
        assert_string_equal(json_string_value(json_object_get(value, "detail")), "why");
        assert_int_equal(json_object_size(value), 6);
        json_decref(value);
    }
}

static void bodies(void **state)
{
    (void)state;
    static const char *const members[] = {"a", "b", NULL};
    static const struct {
        const char *legend, *text;
        enum problem problem;
    } cases[] = {
        {"nothing", "", PROBLEM_NONE},
        {"empty", "{}", PROBLEM_NONE},
        {"known", "{\"a\":1}", PROBLEM_NONE},
        {"unknown", "{\"c\":1}", PROBLEM_BAD_REQUEST},
        {"twice", "{\"a\":1,\"a\":1}", PROBLEM_BAD_REQUEST},
        {"array", "[]", PROBLEM_BAD_REQUEST},
        {"text", "\"a\"", PROBLEM_BAD_REQUEST},
        {"two", "{}{}", PROBLEM_BAD_REQUEST},
        {"half", "{\"a\":", PROBLEM_BAD_REQUEST},
        {"NUL", "{\"\\u0000\":1}", PROBLEM_BAD_REQUEST},
        {"not UTF-8", "{\"a\":\"\xff\"}", PROBLEM_BAD_REQUEST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        json_t *object = NULL;
        assert_int_equal(body_object(cases[i].text, strlen(cases[i].text), members, &object),
                         cases[i].problem);
        assert_int_equal(object != NULL, cases[i].problem == PROBLEM_NONE);
        json_decref(object);
    }
}

static void members_of_bodies(void **state)
{
    (void)state;
    static const char text[] =
        "{\"a\":\"文本\",\"n\":null,\"i\":1,\"e\":\"\",\"c\":\"x\\ny\",\"t\":true,\"f\":false}";
    const char *value = "untouched";
    bool is_true = true;
    json_t *object = NULL;
    assert_int_equal(body_object(text, strlen(text), NULL, &object), PROBLEM_NONE);
    assert_int_equal(body_text(object, "a", 6, &value), PROBLEM_NONE);
    assert_string_equal(value, "文本");
    assert_int_equal(body_text(object, "a", 5, &value), PROBLEM_BAD_REQUEST);
    assert_int_equal(body_text(object, "i", 9, &value), PROBLEM_BAD_REQUEST);
    assert_int_equal(body_text(object, "e", 9, &value), PROBLEM_BAD_REQUEST);
    assert_int_equal(body_text(object, "c", 9, &value), PROBLEM_BAD_REQUEST);
    assert_int_equal(body_text(object, "n", 9, &value), PROBLEM_NONE);
    assert_null(value);
    assert_int_equal(body_bool(object, "i", &is_true), PROBLEM_BAD_REQUEST);
    assert_true(is_true);
    assert_int_equal(body_bool(object, "f", &is_true), PROBLEM_NONE);
    assert_false(is_true);
    assert_int_equal(body_bool(object, "t", &is_true), PROBLEM_NONE);
    assert_true(is_true);
    assert_int_equal(body_bool(object, "absent", &is_true), PROBLEM_NONE);
    assert_false(is_true);
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_and_times),
        cmocka_unit_test(staff_see_the_person),
        cmocka_unit_test(staff_see_what_was_noted),
        cmocka_unit_test(an_answer_tells_more),
        cmocka_unit_test(a_stopped_lane_shows_who_is_at_risk),
        cmocka_unit_test(the_hall_sees_numbers),
        cmocka_unit_test(snapshots),
        cmocka_unit_test(events_of_the_feed),
        cmocka_unit_test(problem_documents),
        cmocka_unit_test(bodies),
        cmocka_unit_test(members_of_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
