/* Binding a number to a person: from then on the chip and the typed numbers name the same one, two persons are never
 * merged, and numbers, states and order stay as they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "desk/desk.h"
#include "identity/id_number.h"

struct door {
    char folder[64];
    struct config_lane lanes[2];
    struct config config;
    struct desk *desk;
};

static void open_desk(struct door *door)
{
    const struct desk_options options = {.config = &door->config, .create = true};
    char *error = NULL;
    if (desk_open(&door->desk, &options, &error) != JOURNAL_OK)
        fail_msg("%s", error);
}

static struct desk_answer ask(struct door *door, const struct desk_command *command)
{
    struct desk_answer answer;
    desk_call(door->desk, command, &answer);
    return answer;
}

static struct desk_answer order(struct door *door, enum command_kind kind, const char *lane, uint32_t number)
{
    struct desk_command command = {.kind = DESK_QUEUE,
                                   .queue = {.kind = kind, .number = number, .device = "test"}};
    strcpy(command.queue.lane, lane);
    strcpy(command.queue.text, kind == COMMAND_EVENT_CREATE ? "2026届采集" : "");
    return ask(door, &command);
}

static struct desk_answer check_in(struct door *door, const char *lane, const struct presentation *who)
{
    struct desk_command command = {.kind = DESK_QUEUE, .presentation = who};
    command.queue = (struct queue_command){.kind = COMMAND_CHECK_IN, .device = "test"};
    strcpy(command.queue.lane, lane);
    return ask(door, &command);
}

static struct presentation chip(unsigned n)
{
    struct presentation p = {.medium = MEDIUM_CHIP, .credential_size = 8};
    p.credential[0] = 0x11;
    p.credential[7] = (uint8_t)n;
    return p;
}

/* Typed: a valid ID number for n > 0 (of region 990101), none for 0. */
static struct presentation typed(unsigned n, const char *name, const char *student_no)
{
    struct presentation p = {.medium = MEDIUM_MANUAL};
    if (n > 0) {
        char digits[32];
        snprintf(digits, sizeof digits, "99010120010203%03u", n);
        memcpy(p.id_number, digits, 17);
        p.id_number[17] = id_number_check(p.id_number);
    }
    strcpy(p.name, name);
    strcpy(p.student_no, student_no);
    return p;
}

static struct presentation campus_card(unsigned n)
{
    struct presentation p = {.medium = MEDIUM_CAMPUS_CARD, .credential_size = 7};
    p.credential[0] = 0x04;
    p.credential[6] = (uint8_t)n;
    return p;
}

static struct desk_answer bind_choosing(struct door *door, const char *lane, uint32_t number,
                                        const struct presentation *who, bool also_void, const char *key)
{
    struct desk_command command = {.kind = DESK_BIND, .presentation = who};
    command.queue = (struct queue_command){.number = number, .also_void = also_void, .device = "test"};
    strcpy(command.queue.lane, lane);
    strcpy(command.key, key);
    return ask(door, &command);
}

static struct desk_answer bind_as(struct door *door, const char *lane, uint32_t number,
                                  const struct presentation *who, const char *key)
{
    return bind_choosing(door, lane, number, who, false, key);
}

static struct desk_answer bind(struct door *door, uint32_t number, const struct presentation *who)
{
    return bind_as(door, "A", number, who, "");
}

static int start(void **state)
{
    struct door *door = calloc(1, sizeof *door);
    strcpy(door->folder, "/tmp/paihao-bind-XXXXXX");
    assert_non_null(mkdtemp(door->folder));
    door->lanes[0] = (struct config_lane){.name = (char *)"A", .room = (char *)"E201"};
    door->lanes[1] = (struct config_lane){.name = (char *)"B", .room = (char *)"E202"};
    door->config.data_dir = door->folder;
    door->config.key_file = bytes_format("%s/secret.key", door->folder);
    door->config.lanes = door->lanes;
    door->config.n_lanes = 2;
    open_desk(door);
    assert_int_equal(order(door, COMMAND_EVENT_CREATE, "", 0).problem, PROBLEM_NONE);
    assert_int_equal(order(door, COMMAND_SESSION_OPEN, "A", 0).problem, PROBLEM_NONE);
    assert_int_equal(order(door, COMMAND_SESSION_OPEN, "B", 0).problem, PROBLEM_NONE);
    *state = door;
    return 0;
}

static int finish(void **state)
{
    struct door *door = *state;
    desk_close(door->desk);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", door->folder);
    free(door->config.key_file);
    free(door);
    return system(command);
}

static void reopen(struct door *door)
{
    desk_close(door->desk);
    open_desk(door);
}

static void verify(struct door *door)
{
    struct journal_report report;
    assert_int_equal(journal_verify(door->folder, door->config.key_file, &report), JOURNAL_OK);
    assert_string_equal(report.problem, "");
}

static void chip_and_typed_numbers_become_one_person(void **state)
{
    struct door *door = *state;
    const struct presentation card = chip(1), who = typed(1, "张测试", "2022001"),
                              by_student_no = typed(0, "", "2022001");
    struct desk_answer issued = check_in(door, "A", &card);
    assert_false(issued.ticket.ticket.bound);
    struct desk_answer bound = bind(door, 1, &who);
    assert_int_equal(bound.problem, PROBLEM_NONE);
    assert_false(bound.created);
    assert_string_equal(bound.ticket.label, "A0001");
    assert_true(bound.ticket.ticket.bound);
    assert_int_equal(bound.ticket.ticket.state, TICKET_WAITING);
    assert_int_equal(bound.ticket.ticket.medium, MEDIUM_CHIP);
    assert_int_equal(bound.ticket.ticket.issued_us, issued.ticket.ticket.issued_us);
    assert_int_equal(bound.ticket.ticket.seq, issued.ticket.ticket.seq + 1);
    assert_string_equal(bound.ticket.name, "张○○");
    assert_string_equal(bound.ticket.id_mask, "990101************");
    for (int round = 0; round < 2; round++) {
        const struct presentation *const ways[] = {&card, &who, &by_student_no};
        for (size_t i = 0; i < 3; i++) {
            struct desk_answer again = check_in(door, "A", ways[i]);
            assert_int_equal(again.problem, PROBLEM_NONE);
            assert_false(again.created);
            assert_string_equal(again.ticket.label, "A0001");
            assert_true(again.ticket.ticket.bound);
            assert_string_equal(again.ticket.name, "张○○");
        }
        verify(door);
        reopen(door);
    }
}

/* Somebody who was bound is recognised by the chip at the next number, too. */
static void the_next_number_is_bound_from_the_start(void **state)
{
    struct door *door = *state;
    const struct presentation card = chip(1), who = typed(1, "张测试", "");
    check_in(door, "A", &card);
    bind(door, 1, &who);
    order(door, COMMAND_CALL, "A", 1);
    assert_int_equal(order(door, COMMAND_MISS, "A", 1).problem, PROBLEM_NONE);
    struct desk_answer second = check_in(door, "A", &card);
    assert_true(second.created && second.ticket.ticket.bound);
    assert_string_equal(second.ticket.label, "A0002");
    assert_string_equal(second.ticket.name, "张○○");
    verify(door);
}

static void two_persons_are_never_merged(void **state)
{
    struct door *door = *state;
    const struct presentation first = chip(1), known = typed(7, "李测试", "2022007");
    const struct presentation by_id = typed(7, "张测试", ""), by_student = typed(8, "张测试", "2022007"),
                              own = typed(8, "张测试", "");
    check_in(door, "A", &first);
    check_in(door, "B", &known);
    const struct presentation *const wrong[] = {&by_id, &by_student, &known};
    for (size_t i = 0; i < 3; i++) {
        struct desk_answer refused = bind(door, 1, wrong[i]);
        assert_int_equal(refused.problem, PROBLEM_CREDENTIAL_TAKEN);
        assert_true(refused.has_ticket);
        assert_string_equal(refused.ticket.label, "B0001");
        struct ticket_view ticket;
        assert_int_equal(desk_ticket(door->desk, "A", 1, &ticket), 0);
        assert_false(ticket.ticket.bound);
        assert_string_equal(ticket.name, "");
    }
    /* nothing of what was refused was learnt */
    assert_int_equal(bind(door, 1, &own).problem, PROBLEM_NONE);
    verify(door);
    reopen(door);
    assert_string_equal(check_in(door, "A", &own).ticket.label, "A0001");
    assert_string_equal(check_in(door, "B", &known).ticket.label, "B0001");
}

static void the_same_again_is_unchanged_and_other_data_refused(void **state)
{
    struct door *door = *state;
    const struct presentation card = chip(1), who = typed(1, "张测试", "2022001"),
                              other_number = typed(2, "张测试", ""), other_name = typed(1, "李测试", ""),
                              more = typed(0, "张测试", "2022999"), part = typed(1, "张测试", "");
    check_in(door, "A", &card);
    struct desk_answer done = bind(door, 1, &who);
    const uint64_t seq = desk_seq(door->desk);
    for (int round = 0; round < 2; round++) {
        struct desk_answer again = bind(door, 1, round ? &part : &who);
        assert_int_equal(again.problem, PROBLEM_NONE);
        assert_int_equal(again.ticket.ticket.seq, done.ticket.ticket.seq);
        const struct presentation *const wrong[] = {&other_number, &other_name, &more};
        for (size_t i = 0; i < 3; i++) {
            struct desk_answer refused = bind(door, 1, wrong[i]);
            assert_int_equal(refused.problem, PROBLEM_ALREADY_BOUND);
            assert_string_equal(refused.ticket.label, "A0001");
            assert_string_equal(refused.ticket.name, "张○○");
        }
        assert_int_equal(desk_seq(door->desk), seq);
    }
    /* a number that was bound from the start */
    check_in(door, "A", &other_number);
    assert_int_equal(bind(door, 2, &more).problem, PROBLEM_ALREADY_BOUND);
    assert_int_equal(bind(door, 9, &more).problem, PROBLEM_TICKET_UNKNOWN);
    assert_int_equal(bind_as(door, "Z", 1, &more, "").problem, PROBLEM_LANE_UNKNOWN);
    verify(door);
}

static void recognised_as(struct door *door, const struct presentation *card, enum problem problem,
                          const char *label)
{
    struct desk_answer answer = check_in(door, "A", card);
    assert_int_equal(answer.problem, problem);
    assert_false(answer.created);
    assert_string_equal(answer.ticket.label, label);
    assert_string_equal(answer.ticket.name, "张○○");
}

/* Typed by hand first, and the card afterwards: whoever chooses makes the card's number void and the card known. */
static void a_card_of_somebody_who_was_typed(void **state)
{
    struct door *door = *state;
    const struct presentation who = typed(1, "张测试", "2022001"), card = campus_card(1), second = chip(2),
                              other_name = typed(1, "李测试", ""),
                              other_student = typed(1, "张测试", "2022009");
    check_in(door, "A", &who);
    assert_string_equal(check_in(door, "A", &card).ticket.label, "A0002");
    struct desk_answer refused = bind_as(door, "A", 2, &who, "k1");
    assert_int_equal(refused.problem, PROBLEM_CREDENTIAL_TAKEN);
    assert_string_equal(refused.ticket.label, "A0001");
    assert_int_equal(bind_choosing(door, "A", 2, &other_name, true, "").problem, PROBLEM_NAME_DIFFERS);
    const uint64_t seq = desk_seq(door->desk);
    assert_int_equal(bind_choosing(door, "A", 2, &who, true, "k1").problem, PROBLEM_KEY_REUSED);
    struct desk_answer bound = bind_choosing(door, "A", 2, &other_student, true, "k2");
    assert_int_equal(bound.problem, PROBLEM_NONE);
    assert_int_equal(desk_seq(door->desk), seq + 2);
    for (int round = 0; round < 2; round++) {
        assert_string_equal(bound.ticket.label, "A0002");
        assert_int_equal(bound.ticket.ticket.state, TICKET_VOID);
        assert_true(bound.ticket.ticket.bound);
        assert_string_equal(bound.ticket.name, "张○○");
        assert_string_equal(bound.ticket.reason, "same-person A0001");
        struct lane_view lane;
        assert_int_equal(desk_lane(door->desk, "A", &lane), 0);
        assert_int_equal(lane.n_open_voids, 1);
        lane_view_done(&lane);
        recognised_as(door, &card, PROBLEM_NONE, "A0001");
        verify(door);
        reopen(door);
        bound = bind_choosing(door, "A", 2, &other_student, true, "k2");
        assert_true(bound.replayed);
    }
    order(door, COMMAND_CALL, "A", 1);
    order(door, COMMAND_SHOT, "A", 1);
    recognised_as(door, &card, PROBLEM_ALREADY_SHOT, "A0001");
    /* after the photograph, with a chip whose number is finished */
    assert_string_equal(check_in(door, "A", &second).ticket.label, "A0003");
    order(door, COMMAND_VOID, "A", 3);
    assert_int_equal(bind(door, 3, &who).problem, PROBLEM_NONE);
    recognised_as(door, &second, PROBLEM_ALREADY_SHOT, "A0001");
    verify(door);
    reopen(door);
    recognised_as(door, &second, PROBLEM_ALREADY_SHOT, "A0001");
    recognised_as(door, &card, PROBLEM_ALREADY_SHOT, "A0001");
}

static void two_frames_are_for_people_to_settle(void **state)
{
    struct door *door = *state;
    const struct presentation who = typed(1, "张测试", ""), card = campus_card(1);
    check_in(door, "A", &who);
    check_in(door, "A", &card);
    for (uint32_t number = 1; number <= 2; number++) {
        order(door, COMMAND_CALL, "A", number);
        order(door, COMMAND_SHOT, "A", number);
    }
    const uint64_t seq = desk_seq(door->desk);
    for (int also_void = 0; also_void < 2; also_void++) {
        struct desk_answer refused = bind_choosing(door, "A", 2, &who, also_void, "");
        assert_int_equal(refused.problem, PROBLEM_CREDENTIAL_TAKEN);
        assert_string_equal(refused.ticket.label, "A0001");
    }
    assert_int_equal(desk_seq(door->desk), seq);
    verify(door);
}

/* Known by what was typed, with no number that stands: the card's open number is that person's from now on. */
static void an_open_number_goes_to_whoever_has_none(void **state)
{
    struct door *door = *state;
    const struct presentation who = typed(1, "张测试", ""), card = campus_card(1);
    check_in(door, "A", &who);
    order(door, COMMAND_VOID, "A", 1);
    check_in(door, "A", &card);
    struct desk_answer bound = bind_choosing(door, "A", 2, &who, true, "");
    assert_int_equal(bound.problem, PROBLEM_NONE);
    assert_int_equal(bound.ticket.ticket.state, TICKET_WAITING);
    recognised_as(door, &who, PROBLEM_NONE, "A0002");
    verify(door);
}

/* The ID number of one and the student number of another. */
static void typed_numbers_of_two_people(void **state)
{
    struct door *door = *state;
    const struct presentation first = typed(1, "张测试", "S-1"), second = typed(2, "李测试", "S-2"),
                              mixed = typed(1, "", "S-2"), unknown = typed(3, "", "S-2"),
                              card = campus_card(1);
    check_in(door, "A", &first);
    order(door, COMMAND_VOID, "A", 1);
    check_in(door, "A", &second);
    order(door, COMMAND_VOID, "A", 2);
    check_in(door, "A", &card);
    for (int also_void = 0; also_void < 2; also_void++) {
        assert_string_equal(bind_choosing(door, "A", 3, &mixed, also_void, "").ticket.label, "A0002");
        struct desk_answer refused = bind_choosing(door, "A", 3, &unknown, also_void, "");
        assert_int_equal(refused.problem, PROBLEM_CREDENTIAL_TAKEN);
        assert_string_equal(refused.ticket.label, "A0002");
    }
    assert_false(check_in(door, "A", &card).ticket.ticket.bound);
    verify(door);
}

/* A number of the same person from before: the person is known by then, the old number is not tied yet. */
static void an_older_number_of_the_same_person(void **state)
{
    struct door *door = *state;
    const struct presentation card = chip(1), who = typed(1, "张测试", ""), other = typed(2, "张测试", "");
    check_in(door, "A", &card);
    order(door, COMMAND_VOID, "A", 1);
    check_in(door, "A", &card);
    assert_int_equal(bind(door, 2, &who).problem, PROBLEM_NONE);
    assert_int_equal(bind(door, 1, &other).problem, PROBLEM_ALREADY_BOUND);
    struct desk_answer older = bind(door, 1, &who);
    assert_int_equal(older.problem, PROBLEM_NONE);
    assert_true(older.ticket.ticket.bound);
    assert_int_equal(older.ticket.ticket.state, TICKET_VOID);
    verify(door);
}

static void the_same_key_gets_the_first_answer(void **state)
{
    struct door *door = *state;
    const struct presentation card = chip(1), who = typed(1, "张测试", "2022001"),
                              other_name = typed(1, "李测试", "2022001"),
                              other_student = typed(1, "张测试", "2022002");
    check_in(door, "A", &card);
    struct desk_answer first = bind_as(door, "A", 1, &who, "k1");
    for (int round = 0; round < 2; round++) {
        struct desk_answer again = bind_as(door, "A", 1, &who, "k1");
        assert_true(again.replayed);
        assert_int_equal(again.problem, PROBLEM_NONE);
        assert_int_equal(again.ticket.ticket.seq, first.ticket.ticket.seq);
        assert_int_equal(bind_as(door, "A", 2, &who, "k1").problem, PROBLEM_KEY_REUSED);
        assert_int_equal(bind_as(door, "A", 1, &other_name, "k1").problem, PROBLEM_KEY_REUSED);
        assert_int_equal(bind_as(door, "A", 1, &other_student, "k1").problem, PROBLEM_KEY_REUSED);
        assert_int_equal(bind_as(door, "A", 1, &other_name, "k2").problem, PROBLEM_ALREADY_BOUND);
        reopen(door);
    }
    verify(door);
}

/* Both commands wait together and are committed together: the second sees what the first has done. */
static void count_answer(void *arg, const struct desk_answer *answer)
{
    int *counts = arg;
    counts[answer->problem == PROBLEM_NONE ? 0 : answer->problem == PROBLEM_CREDENTIAL_TAKEN ? 1 : 2]++;
}

static void two_numbers_bound_to_one_person_at_once(void **state)
{
    struct door *door = *state;
    const struct presentation who = typed(1, "张测试", "");
    int counts[3] = {0};
    for (unsigned n = 1; n <= 20; n++) {
        const struct presentation card = chip(n);
        check_in(door, "A", &card);
    }
    for (uint32_t n = 1; n <= 20; n++) {
        struct desk_command command = {.kind = DESK_BIND, .presentation = &who};
        command.queue = (struct queue_command){.number = n, .lane = "A", .device = "test"};
        assert_int_equal(desk_submit(door->desk, &command, count_answer, counts), 0);
    }
    order(door, COMMAND_SESSION_OPEN, "A", 0);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 19);
    assert_string_equal(check_in(door, "A", &who).ticket.label, "A0001");
    verify(door);
}

static void nothing_is_bound_after_the_event(void **state)
{
    struct door *door = *state;
    const struct presentation card = chip(1), who = typed(1, "张测试", "");
    check_in(door, "A", &card);
    order(door, COMMAND_VOID, "A", 1);
    order(door, COMMAND_VOID_ACKNOWLEDGE, "A", 1);
    order(door, COMMAND_EVENT_CLOSE, "", 0);
    assert_int_equal(bind(door, 1, &who).problem, PROBLEM_EVENT_CLOSED);
    verify(door);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(chip_and_typed_numbers_become_one_person),
        TEST(the_next_number_is_bound_from_the_start),
        TEST(two_persons_are_never_merged),
        TEST(the_same_again_is_unchanged_and_other_data_refused),
        TEST(a_card_of_somebody_who_was_typed),
        TEST(two_frames_are_for_people_to_settle),
        TEST(an_open_number_goes_to_whoever_has_none),
        TEST(typed_numbers_of_two_people),
        TEST(an_older_number_of_the_same_person),
        TEST(the_same_key_gets_the_first_answer),
        TEST(two_numbers_bound_to_one_person_at_once),
        TEST(nothing_is_bound_after_the_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
