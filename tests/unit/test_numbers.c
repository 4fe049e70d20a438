/* The numbers of a lane as CSV, from a real desk on a temporary folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handover/numbers.c"
#include "identity/id_number.h"

static const char first_row[] =
    "\xef\xbb\xbf拍摄号 number,机位 lane,状态 state,介质 medium,已核身份 bound,姓名 name,学号 student number,"
    "证件号码 ID mask,单位 unit,取号时间 issued (UTC),叫号时间 called (UTC),拍摄时间 shot (UTC),"
    "本地拍摄时间 shot (local),拍摄次数 shots,重拍次数 retakes,原因 reason,日志序号 journal seq,"
    "备注 notes,报号核对 confirmed,照片存疑 suspect,缴费 payment\r\n";

struct fixture {
    char folder[32];
    struct config *config;
    struct desk *desk;
};

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path);
}

static void write_config(const char *folder, char **ret_path)
{
    *ret_path = bytes_format("%s/paihao.conf", folder);
    FILE *file = fopen(*ret_path, "w");
    assert_non_null(file);
    fprintf(file, "data_dir = \"%s/data\"\nlane \"A\" { room = \"E201\" }\nlane \"B1\" {}\n", folder);
    assert_int_equal(fclose(file), 0);
}

static void command(struct fixture *fixture, enum command_kind kind, const char *lane, uint32_t number,
                    const char *text)
{
    struct desk_command one = {.kind = DESK_QUEUE,
                               .queue = {.kind = kind, .number = number, .device = "test"}};
    struct desk_answer answer;
    strcpy(one.queue.lane, lane);
    strcpy(one.queue.text, text);
    strcpy(one.queue.extra, kind == COMMAND_EVENT_CREATE ? "default" : "");
    desk_call(fixture->desk, &one, &answer);
    assert_string_equal(problem_code(answer.problem), "");
}

static void check_in(struct fixture *fixture, const char *lane, struct presentation presentation)
{
    struct desk_command one = {.kind = DESK_QUEUE,
                               .queue = {.kind = COMMAND_CHECK_IN, .device = "test"},
                               .presentation = &presentation};
    struct desk_answer answer;
    strcpy(one.queue.lane, lane);
    desk_call(fixture->desk, &one, &answer);
    assert_string_equal(problem_code(answer.problem), "");
    assert_true(answer.created);
}

static void pay(struct fixture *fixture, struct presentation presentation)
{
    struct desk_command one = {.kind = DESK_PAYMENT,
                               .queue = {.extra = "paid cash", .value = 1500, .device = "test"},
                               .presentation = &presentation};
    struct desk_answer answer;
    desk_call(fixture->desk, &one, &answer);
    assert_string_equal(problem_code(answer.problem), "");
}

/* A person with a number of the test region and a valid check digit. */
static struct presentation person(unsigned sequence, const char *name)
{
    struct presentation one = {.medium = MEDIUM_MANUAL};
    snprintf(one.id_number, sizeof one.id_number, "99010120010101%03u", sequence);
    one.id_number[17] = id_number_check(one.id_number);
    strcpy(one.name, name);
    return one;
}

static int set_up(void **state)
{
    struct fixture *fixture = bytes_alloc(sizeof *fixture);
    char *path, *error = NULL;
    strcpy(fixture->folder, "/tmp/paihao-numbers-XXXXXX");
    setenv("TZ", "CST-8", 1);
    assert_true(sodium_init() >= 0);
    assert_non_null(mkdtemp(fixture->folder));
    write_config(fixture->folder, &path);
    assert_int_equal(config_load(path, &fixture->config, &error), 0);
    free(path);
    struct desk_options options = {.config = fixture->config, .create = true};
    assert_int_equal(desk_open(&fixture->desk, &options, &error), JOURNAL_OK);
    command(fixture, COMMAND_EVENT_CREATE, "", 0, "Test");
    command(fixture, COMMAND_SESSION_OPEN, "A", 0, "");
    command(fixture, COMMAND_SESSION_OPEN, "B1", 0, "");
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    desk_close(fixture->desk);
    config_free(fixture->config);
    nftw(fixture->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(fixture);
    return 0;
}

static char *numbers(struct fixture *fixture, const char *lane, uint64_t *ret_seq)
{
    char *data;
    size_t size;
    assert_int_equal(handover_numbers_csv(fixture->desk, lane, &data, &size, ret_seq), 0);
    assert_int_equal(strlen(data), size);
    return data;
}

/* The n-th field of the row that begins with `label`; no field of these tests holds a comma. */
static char *field(const char *data, const char *label, int n)
{
    char *start = bytes_format("\r\n%s,", label);
    const char *at = strstr(data, start);
    assert_non_null(at);
    free(start);
    for (at += 2; n > 0; n--)
        at = strchr(at, ',') + 1;
    return bytes_format("%.*s", (int)strcspn(at, ",\r"), at);
}

static void expect(const char *data, const char *label, int n, const char *expected)
{
    char *found = field(data, label, n);
    assert_string_equal(found, expected);
    free(found);
}

static void an_empty_lane_has_only_its_header(void **state)
{
    uint64_t seq;
    char *data = numbers(*state, "A", &seq);
    assert_string_equal(data, first_row);
    assert_true(seq > 0);
    free(data);
}

static void an_unknown_lane_is_refused(void **state)
{
    struct fixture *fixture = *state;
    char *data = NULL;
    size_t size = 7;
    uint64_t seq = 9;
    assert_int_equal(handover_numbers_csv(fixture->desk, "Z", &data, &size, &seq), -ENOENT);
    assert_null(data);
    assert_int_equal(size, 7);
    assert_int_equal(seq, 9);
}

enum {
    STATE = 2,
    MEDIUM,
    BOUND,
    NAME,
    STUDENT,
    MASK,
    UNIT,
    ISSUED,
    CALLED,
    SHOT,
    LOCAL,
    SHOTS,
    RETAKES,
    REASON,
    SEQ,
    NOTES,
    CONFIRMED,
    SUSPECT,
    PAYMENT
};

static void every_state_has_its_row_in_number_order(void **state)
{
    struct fixture *fixture = *state;
    struct presentation code = {.medium = MEDIUM_CAPTURE_CODE, .credential = "opaque", .credential_size = 6};
    struct presentation hostile = person(4, "=cmd()");
    strcpy(hostile.student_no, "+1");
    strcpy(hostile.unit, "@x");
    check_in(fixture, "A", person(1, "张测试"));
    check_in(fixture, "A", person(2, "李测试"));
    check_in(fixture, "B1", person(3, "王测试"));
    check_in(fixture, "A", code);
    check_in(fixture, "A", hostile);
    command(fixture, COMMAND_CALL, "A", 1, "");
    command(fixture, COMMAND_SHOT, "A", 1, "");
    command(fixture, COMMAND_RETAKE, "A", 1, "-blinked");
    command(fixture, COMMAND_SHOT, "A", 1, "");
    command(fixture, COMMAND_CALL, "A", 2, "");
    command(fixture, COMMAND_CONFIRM, "A", 2, "");
    pay(fixture, person(2, "李测试"));
    command(fixture, COMMAND_MISS, "A", 2, "");
    command(fixture, COMMAND_VOID, "A", 3, "wrong code");

    uint64_t seq;
    char *data = numbers(fixture, "A", &seq);
    assert_memory_equal(data, first_row, strlen(first_row));
    const char *rows[] = {"\r\nA0001,A,", "\r\nA0002,A,", "\r\nA0003,A,", "\r\nA0004,A,"}, *at = data;
    for (size_t i = 0; i < 4; i++) {
        at = strstr(at, rows[i]);
        assert_non_null(at);
    }
    assert_null(strstr(data, "B1-0001"));

    expect(data, "A0001", STATE, "shot");
    expect(data, "A0001", MEDIUM, "manual");
    expect(data, "A0001", BOUND, "yes");
    expect(data, "A0001", NAME, "张测试");
    expect(data, "A0001", MASK, "990101************");
    expect(data, "A0001", SHOTS, "2");
    expect(data, "A0001", RETAKES, "1");
    expect(data, "A0001", REASON, "'-blinked");
    expect(data, "A0001", NOTES, "look-twice");
    expect(data, "A0001", CONFIRMED, "no");
    expect(data, "A0001", SUSPECT, "no");
    expect(data, "A0001", PAYMENT, "none");
    expect(data, "A0002", CONFIRMED, "yes");
    expect(data, "A0002", PAYMENT, "paid");
    expect(data, "A0003", NOTES, "");
    expect(data, "A0002", STATE, "missed");
    expect(data, "A0002", SHOT, "");
    expect(data, "A0002", LOCAL, "");
    expect(data, "A0003", STATE, "void");
    expect(data, "A0003", MEDIUM, "capture_code");
    expect(data, "A0003", BOUND, "no");
    expect(data, "A0003", NAME, "");
    expect(data, "A0003", MASK, "");
    expect(data, "A0003", CALLED, "");
    expect(data, "A0003", REASON, "wrong code");
    expect(data, "A0004", STATE, "waiting");
    expect(data, "A0004", NAME, "'=cmd()");
    expect(data, "A0004", STUDENT, "'+1");
    expect(data, "A0004", UNIT, "'@x");

    char *last = bytes_format("%ju", (uintmax_t)seq);
    expect(data, "A0003", SEQ, last);
    free(last);
    free(data);
}

static void no_whole_id_number_leaves(void **state)
{
    struct fixture *fixture = *state;
    struct presentation one = person(1, "张测试");
    uint64_t seq;
    check_in(fixture, "B1", one);
    char *data = numbers(fixture, "B1", &seq);
    expect(data, "B1-0001", MASK, "990101************");
    assert_null(strstr(data, one.id_number));
    assert_null(strstr(data, one.id_number + 6));
    free(data);
}

static void times_are_utc_and_the_wall_clock(void **state)
{
    struct fixture *fixture = *state;
    struct ticket_view view;
    uint64_t seq;
    check_in(fixture, "A", person(1, "张测试"));
    command(fixture, COMMAND_CALL, "A", 1, "");
    command(fixture, COMMAND_SHOT, "A", 1, "");
    assert_int_equal(desk_ticket(fixture->desk, "A", 1, &view), 0);
    char *data = numbers(fixture, "A", &seq), utc[CLOCK_TEXT_SIZE], eight_ahead[CLOCK_TEXT_SIZE];
    clock_text(view.ticket.shot_us, utc);
    expect(data, "A0001", SHOT, utc);
    clock_text(view.ticket.issued_us, utc);
    expect(data, "A0001", ISSUED, utc);
    clock_text(view.ticket.called_us, utc);
    expect(data, "A0001", CALLED, utc);
    clock_text(view.ticket.shot_us + INT64_C(8) * 3600 * 1000000, eight_ahead);
    eight_ahead[10] = ' ';
    eight_ahead[19] = '\0';
    expect(data, "A0001", LOCAL, eight_ahead);
    free(data);
}

static void the_position_stands_in_the_name(void **state)
{
    (void)state;
    char *name = handover_numbers_file_name("B1", 17);
    assert_string_equal(name, "numbers-B1-17.csv");
    free(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_lane_has_only_its_header, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_lane_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_state_has_its_row_in_number_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_whole_id_number_leaves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(times_are_utc_and_the_wall_clock, set_up, tear_down),
        cmocka_unit_test(the_position_stands_in_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
