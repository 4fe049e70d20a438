/* The ledger at the desk: counted from what the writer has just done, signed with a sealed reason, kept over a restart. */
#include <pthread.h>

#include "desk_door.h"

#include "desk/report.h"

static struct door *prepaid_door(void)
{
    struct queue_rules rules;
    queue_rules_default(&rules);
    rules.payment = PAYMENT_PREPAID;
    rules.payment_gate = GATE_WARN;
    return door_new(&rules);
}

static struct desk_command signing(const char *lane, const char *extra, int32_t difference,
                                   const char *reason)
{
    struct desk_command command = door_command(COMMAND_LEDGER_SIGN, lane, 0);
    command.kind = DESK_LEDGER_SIGN;
    command.queue.value = (uint32_t)difference;
    strcpy(command.queue.extra, extra);
    strcpy(command.queue.text, reason);
    return command;
}

static struct desk_answer sign(struct door *door, const char *lane, const char *extra, int32_t difference,
                               const char *reason)
{
    const struct desk_command command = signing(lane, extra, difference, reason);
    return door_ask(door, &command);
}

/* The line's difference; INT32_MAX when there is no such line. */
static int32_t difference_of(struct door *door, enum ledger_kind kind, const char *lane, uint32_t unit)
{
    size_t count;
    uint64_t seq;
    int32_t difference = INT32_MAX;
    struct desk_ledger_line *lines = desk_ledger(door->desk, &count, &seq);
    for (size_t i = 0; i < count; i++)
        if (lines[i].line.kind == kind && lines[i].line.unit == unit && strcmp(lines[i].line.lane, lane) == 0)
            difference = lines[i].line.difference;
    desk_ledger_free(lines, count);
    return difference;
}

/* ---- several commands at once */
struct outcomes {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t count;
    enum problem problems[8];
};

static void take_outcome(void *arg, const struct desk_answer *answer)
{
    struct outcomes *outcomes = arg;
    pthread_mutex_lock(&outcomes->lock);
    outcomes->problems[outcomes->count++] = answer->problem;
    pthread_cond_signal(&outcomes->changed);
    pthread_mutex_unlock(&outcomes->lock);
}

/* A long list keeps the writer busy, so that what comes meanwhile is one group: each of it is decided by what the one
 * before has done, which nobody else can see yet. */
static void it_is_counted_from_the_writers_own_state(void **state)
{
    enum { PEOPLE = 3000 };
    (void)state;
    struct door *door = prepaid_door();
    struct outcomes outcomes = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    struct desk_list *list = bytes_alloc(sizeof *list);
    *list = (struct desk_list){.kind = LIST_PEOPLE, .accepts_good = true, .n_people = PEOPLE};
    list->people = bytes_alloc(PEOPLE * sizeof *list->people);
    for (unsigned n = 0; n < PEOPLE; n++)
        list->people[n] = door_row(n + 1, "化学学院", "一班");
    snprintf(list->digest, sizeof list->digest, "%032x", 1u);
    const struct presentation card = door_card(1);
    struct desk_command commands[] = {
        {.kind = DESK_LIST, .queue = {.device = "test"}, .list = list},
        door_check_in_of("A", &card),
        door_command(COMMAND_CALL, "A", 1),
        door_command(COMMAND_SHOT, "A", 1),
        door_command(COMMAND_EVENT_CLOSE, "", 0),
        signing("", "money", -1, "明日补缴"),
        signing("", "money u1", -1, "明日补缴"),
        door_command(COMMAND_EVENT_CLOSE, "", 0),
    };
    static const enum problem expected[] = {PROBLEM_NONE,        PROBLEM_NONE, PROBLEM_NONE, PROBLEM_NONE,
                                            PROBLEM_LEDGER_OPEN, PROBLEM_NONE, PROBLEM_NONE, PROBLEM_NONE};
    enum { COUNT = sizeof commands / sizeof *commands };
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(desk_submit(door->desk, &commands[i], take_outcome, &outcomes), 0);
    pthread_mutex_lock(&outcomes.lock);
    while (outcomes.count < COUNT)
        pthread_cond_wait(&outcomes.changed, &outcomes.lock);
    pthread_mutex_unlock(&outcomes.lock);
    for (size_t i = 0; i < COUNT; i++)
        if (outcomes.problems[i] != expected[i])
            fail_msg("command %zu: %s, not %s", i, problem_code(outcomes.problems[i]),
                     problem_code(expected[i]));
    struct desk_stats stats;
    desk_stats(door->desk, &stats);
    assert_true(stats.group_max >= COUNT - 1);
    door_verify(door);
    door_free(door);
}

static void a_reason_is_sealed_and_read_again(void **state)
{
    (void)state;
    struct door *door = prepaid_door();
    door_class(door, "一班", 1, 3);
    door_shoot(door, "A", 2);
    assert_int_equal(difference_of(door, LEDGER_MONEY, "", 0), -1);
    assert_int_equal(difference_of(door, LEDGER_MONEY, "", 1), -1);
    assert_int_equal(difference_of(door, LEDGER_PEOPLE, "", 0), 0);
    assert_int_equal(difference_of(door, LEDGER_CARDS, "", 0), INT32_MAX); /* there are none */
    struct desk_answer moved = sign(door, "", "money", -2, "看错了");
    door_expect(moved, PROBLEM_LEDGER_MOVED);
    assert_int_equal(moved.difference, -1);
    door_expect(sign(door, "A", "money", -1, "x"), PROBLEM_LEDGER_LINE_UNKNOWN);
    door_expect(sign(door, "", "money u2", -1, "x"), PROBLEM_LEDGER_LINE_UNKNOWN);
    door_expect(sign(door, "", "money", -1, " \xc2\xa0"), PROBLEM_REASON_NEEDED);
    door_expect(sign(door, "", "money", -1, "张测2 明日补缴"), PROBLEM_NONE);
    assert_true(sign(door, "", "money", -1, "again").is_unchanged);
    for (int round = 0; round < 2; round++, door_reopen(door)) {
        size_t count;
        uint64_t seq;
        struct desk_ledger_line *lines = desk_ledger(door->desk, &count, &seq);
        size_t n_signed = 0;
        for (size_t i = 0; i < count; i++) {
            if (!lines[i].has_signature)
                continue;
            n_signed++;
            assert_int_equal(lines[i].line.kind, LEDGER_MONEY);
            assert_true(lines[i].line.is_signed);
            assert_string_equal(lines[i].reason, "张测2 明日补缴");
            assert_string_equal(lines[i].signed_by, "test");
            assert_int_equal(lines[i].n_causes, 1);
            assert_string_equal(lines[i].causes[0].label, "A0001");
        }
        assert_int_equal(n_signed, 1);
        assert_int_equal(seq, desk_seq(door->desk));
        desk_ledger_free(lines, count);
    }
    char *grep = bytes_format("grep -aq '明日补缴' '%s'/event.db*", door->folder);
    assert_int_not_equal(system(grep), 0);
    free(grep);
    door_verify(door);
    door_free(door);
}

/* Many unpaid: all are counted, the first are named. */
static void the_report_names_the_first(void **state)
{
    enum { PEOPLE = LEDGER_NUMBERS_MOST + 5 };
    (void)state;
    struct door *door = prepaid_door();
    for (unsigned n = 1; n <= PEOPLE; n++)
        door_shoot(door, n % 2 ? "B" : "A", n);
    json_t *report = report_ledger(door->desk), *lines = report_open_lines(door->desk, NULL);
    assert_true(json_is_false(json_object_get(report, "is_balanced")));
    assert_int_equal(json_array_size(lines), 1);
    const json_t *causes = json_object_get(json_array_get(lines, 0), "causes"),
                 *cause = json_array_get(causes, 0);
    assert_int_equal(json_array_size(causes), 1);
    assert_int_equal(json_integer_value(json_object_get(cause, "count")), PEOPLE);
    assert_int_equal(json_integer_value(json_object_get(cause, "others")), 5);
    const json_t *numbers = json_object_get(cause, "numbers");
    assert_string_equal(json_string_value(json_array_get(numbers, 0)), "A0001");
    assert_string_equal(json_string_value(json_array_get(numbers, 1)), "A0002");
    json_decref(lines);
    json_decref(report);
    lines = report_open_lines(door->desk, "A");
    assert_int_equal(json_array_size(lines), 0);
    json_decref(lines);
    door_free(door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_counted_from_the_writers_own_state),
        cmocka_unit_test(a_reason_is_sealed_and_read_again),
        cmocka_unit_test(the_report_names_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
