/* Taps that come late, and frames that are taken back, as a specification: what a minute allows, what it leaves behind,
 * and which entries of a journal are nobody's. Every day is replayed beside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "queue/queue.h"

struct day {
    struct queue *queue, *replayed;
    uint64_t seq;
    int64_t now_us;
    struct queue_decision decision;
};
static struct day day;
enum { SECOND_US = 1000000 };

static struct person_id person(unsigned n)
{
    struct person_id id = {{0}};
    memcpy(id.bytes, &n, sizeof n);
    id.bytes[15] = 1;
    return id;
}

static void check(const char *legend, enum queue_verdict verdict, const struct queue_command *wish)
{
    struct queue_command command = *wish;
    command.at_us += day.now_us += SECOND_US;
    command.mono_us = command.at_us;
    queue_decide(day.queue, &command, &day.decision);
    for (size_t i = 0; i < day.decision.n_entries; i++) {
        day.decision.entries[i].seq = ++day.seq;
        if (queue_apply(day.queue, &day.decision.entries[i]) != QUEUE_APPLY_OK ||
            queue_apply(day.replayed, &day.decision.entries[i]) != QUEUE_APPLY_OK)
            fail_msg("%s: entry %zu was not taken", legend, i);
    }
    if (day.decision.verdict != verdict)
        fail_msg("%s: verdict %d, expected %d", legend, day.decision.verdict, verdict);
}
#define EXPECT(legend, verdict, ...) check(legend, verdict, &(struct queue_command){__VA_ARGS__})
#define OF(what, no)                 .kind = COMMAND_##what, .lane = "A", .number = (no)
#define COMES(who)                                                                                           \
    .kind = COMMAND_CHECK_IN, .lane = "A", .person = person(who), .medium = MEDIUM_ID_CARD, .bound = true

/* Lane A, open, `count` people, the first of them called. */
static void open_day(unsigned count, const struct queue_rules *rules)
{
    day = (struct day){.queue = queue_new(), .replayed = queue_new(), .now_us = INT64_C(1795000000000000)};
    EXPECT("the event", QUEUE_DONE, .kind = COMMAND_EVENT_CREATE, .text = "a day");
    if (rules)
        EXPECT("its rules", QUEUE_DONE, .kind = COMMAND_RULES_SET, .rules = *rules, .extra = "a-school");
    EXPECT("the lane", QUEUE_DONE, .kind = COMMAND_LANE_SET, .lane = "A");
    EXPECT("opens", QUEUE_DONE, .kind = COMMAND_SESSION_OPEN, .lane = "A");
    for (unsigned who = 1; who <= count; who++)
        EXPECT("comes", QUEUE_DONE, COMES(who));
    EXPECT("the first", QUEUE_DONE, OF(CALL, 1));
}

static int close_day(void **state)
{
    (void)state;
    queue_free(day.queue);
    queue_free(day.replayed);
    return 0;
}

static const struct ticket *ticket(uint32_t number)
{
    return queue_ticket(day.queue, "A", number);
}
static struct queue_counts counts(void)
{
    return queue_lane(day.queue, "A")->counts;
}

/* ---- undo */
static void a_frame_is_taken_back(void **state)
{
    (void)state;
    open_day(3, NULL);
    const int64_t called_us = ticket(1)->called_us;
    EXPECT("shot by mistake", QUEUE_DONE, OF(SHOT, 1), .advance = true);
    assert_int_equal(day.decision.called, 2);
    EXPECT("taken back", QUEUE_DONE, OF(UNDO, 1));
    assert_int_equal(day.decision.n_entries, 1);
    assert_int_equal(day.decision.entries[0].kind, ENTRY_UNDONE);
    assert_int_equal(day.decision.entries[0].value, ENTRY_SHOT);
    assert_int_equal(ticket(1)->state, TICKET_CALLED);
    assert_int_equal(ticket(1)->shots, 0);
    assert_int_equal(ticket(1)->shot_us, 0);
    assert_int_equal(ticket(1)->called_us, called_us);
    assert_int_equal(ticket(2)->state, TICKET_CALLED); /* stays called, behind */
    assert_int_equal(queue_current(day.queue, "A")->number, 1);
    assert_null(queue_last_shot(day.queue, "A"));
    assert_int_equal(counts().called, 2);
    assert_int_equal(counts().shot, 0);
    EXPECT("not twice", QUEUE_WRONG_STATE, OF(UNDO, 1));
    EXPECT("shot indeed", QUEUE_DONE, OF(SHOT, 1), .advance = true);
    assert_int_equal(ticket(1)->shots, 1);
    EXPECT("and missed now: that is final", QUEUE_DONE, OF(MISS, 2));
    EXPECT("a missed one", QUEUE_WRONG_STATE, OF(UNDO, 2));
    EXPECT("the frame before can be taken back still", QUEUE_DONE, OF(UNDO, 1));
}

static void one_after_the_other(void **state)
{
    (void)state;
    open_day(3, NULL);
    EXPECT("first", QUEUE_DONE, OF(SHOT, 1), .advance = true);
    EXPECT("second", QUEUE_DONE, OF(SHOT, 2), .advance = true);
    EXPECT("not past the latest", QUEUE_UNDO_LATE, OF(UNDO, 1));
    assert_int_equal(day.decision.number, 1);
    EXPECT("the latest", QUEUE_DONE, OF(UNDO, 2));
    EXPECT("then the one before", QUEUE_DONE, OF(UNDO, 1));
    assert_int_equal(counts().called, 3);
    assert_int_equal(queue_pace_ms(day.queue, "A"), 0);
}

static void only_for_a_minute_of_taps(void **state)
{
    (void)state;
    open_day(2, NULL);
    EXPECT("shot", QUEUE_DONE, OF(SHOT, 1));
    EXPECT("61 s later", QUEUE_UNDO_LATE, OF(UNDO, 1), .at_us = 60 * SECOND_US);
    day.now_us += 600 * SECOND_US;
    EXPECT("tapped in time, sent after ten minutes", QUEUE_DONE, OF(UNDO, 1), .age_ms = 590000);
    assert_string_equal(day.decision.entries[0].extra, "kept 590000");
    EXPECT("shot, kept for ten minutes", QUEUE_DONE, OF(SHOT, 1), .age_ms = 600000);
    EXPECT("tapped ten minutes after that tap", QUEUE_UNDO_LATE, OF(UNDO, 1));
}

static void what_came_since_forbids_it(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        struct queue_command since[3];
        enum queue_verdict verdict;
    } cases[] = {
        {"nothing came", {{0}}, QUEUE_DONE},
        {"retaken and given up: the frame was chosen to stand",
         {{OF(RETAKE, 1)}, {OF(MISS, 1)}},
         QUEUE_UNDO_LATE},
        {"the lane stands still", {{OF(CALL, 2)}, {OF(MISMATCH, 2)}}, QUEUE_LANE_STOPPED},
        {"a mismatch was settled",
         {{OF(CALL, 2)}, {OF(MISMATCH, 2)}, {OF(RESOLVE, 0), .decision = DECISION_PUT_RIGHT, .text = "why"}},
         QUEUE_UNDO_LATE},
        {"another session", {{OF(SESSION_CLOSE, 0)}, {OF(SESSION_OPEN, 0)}}, QUEUE_UNDO_LATE},
        {"a slip with a frame was entered",
         {{OF(PAPER, 2), .outcome = TICKET_SHOT, .person = {{2, [15] = 1}}, .medium = MEDIUM_ID_CARD,
           .bound = true}},
         QUEUE_UNDO_LATE},
        {"another number was missed", {{OF(CALL, 2)}, {OF(MISS, 2)}}, QUEUE_DONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_day(3, NULL);
        EXPECT("shot", QUEUE_DONE, OF(SHOT, 1));
        for (size_t k = 0; k < 3 && cases[i].since[k].kind; k++)
            check(cases[i].legend, QUEUE_DONE, &cases[i].since[k]);
        EXPECT(cases[i].legend, cases[i].verdict, OF(UNDO, 1));
        close_day(NULL);
    }
    open_day(1, NULL);
}

static void a_retakes_frame_goes_back_to_the_retake(void **state)
{
    (void)state;
    open_day(2, NULL);
    EXPECT("shot", QUEUE_DONE, OF(SHOT, 1));
    const int64_t shot_us = ticket(1)->shot_us;
    EXPECT("eyes closed", QUEUE_DONE, OF(RETAKE, 1), .text = "eyes");
    EXPECT("again", QUEUE_DONE, OF(SHOT, 1));
    EXPECT("too early", QUEUE_DONE, OF(UNDO, 1));
    assert_int_equal(ticket(1)->state, TICKET_CALLED);
    assert_int_equal(ticket(1)->shots, 1);
    assert_int_equal(ticket(1)->retakes, 1);
    assert_int_equal(ticket(1)->shot_us, shot_us);
    EXPECT("given up: the first frame stands", QUEUE_DONE, OF(MISS, 1));
    assert_int_equal(ticket(1)->state, TICKET_SHOT);
    EXPECT("and is not taken back", QUEUE_UNDO_LATE, OF(UNDO, 1));
}

static void the_payment_card_goes_back(void **state)
{
    (void)state;
    struct queue_rules rules;
    queue_rules_default(&rules);
    rules.payment = PAYMENT_TOKEN;
    rules.payment_gate = GATE_WARN;
    open_day(2, &rules);
    const struct person_id one = person(1);
    EXPECT("pays", QUEUE_DONE, .kind = COMMAND_PAYMENT, .person = one, .value = 1500, .extra = "paid cash",
           .card = true);
    EXPECT("shot, and the card", QUEUE_DONE, OF(SHOT, 1), .card = true);
    assert_false(queue_person(day.queue, &one).has_card);
    EXPECT("neither", QUEUE_DONE, OF(UNDO, 1));
    assert_true(queue_person(day.queue, &one).has_card);
    assert_false(ticket(1)->card_back);
    assert_int_equal(queue_lane(day.queue, "A")->cards_back, 0);
    assert_int_equal(queue_person(day.queue, &one).payment, PAYMENT_PAID);
    EXPECT("shot", QUEUE_DONE, OF(SHOT, 1));
    EXPECT("the card by itself", QUEUE_DONE, OF(CARD_BACK, 1));
    EXPECT("only the frame", QUEUE_DONE, OF(UNDO, 1));
    assert_false(queue_person(day.queue, &one).has_card);
    assert_true(ticket(1)->card_back);
    assert_int_equal(queue_lane(day.queue, "A")->cards_back, 1);
    EXPECT("a second card", QUEUE_DONE, .kind = COMMAND_PAYMENT, .person = one, .value = 1500,
           .extra = "paid cash", .card = true);
    EXPECT("shot, and that card", QUEUE_DONE, OF(SHOT, 1), .card = true);
    EXPECT("a third", QUEUE_DONE, .kind = COMMAND_PAYMENT, .person = one, .value = 1500, .extra = "paid cash",
           .card = true);
    EXPECT("nobody has two", QUEUE_UNDO_LATE, OF(UNDO, 1));
}

static void the_pace_forgets_it(void **state)
{
    (void)state;
    open_day(8, NULL);
    for (uint32_t number = 1; number <= 5; number++) {
        day.now_us += 10 * SECOND_US;
        EXPECT("shot", QUEUE_DONE, OF(SHOT, number), .advance = true);
    }
    assert_int_equal(queue_pace_ms(day.queue, "A"), 11000);
    EXPECT("two at once", QUEUE_DONE, OF(SHOT, 6), .advance = true);
    EXPECT("three", QUEUE_DONE, OF(SHOT, 7), .advance = true);
    EXPECT("four", QUEUE_DONE, OF(SHOT, 8));
    EXPECT("no", QUEUE_DONE, OF(UNDO, 8));
    EXPECT("no", QUEUE_DONE, OF(UNDO, 7));
    EXPECT("no", QUEUE_DONE, OF(UNDO, 6));
    assert_int_equal(queue_pace_ms(day.queue, "A"), 11000);
}

/* ---- kept taps */
static void the_times_are_the_taps_own(void **state)
{
    (void)state;
    open_day(3, NULL);
    day.now_us += 3600LL * SECOND_US;
    EXPECT("shot an hour ago", QUEUE_DONE, OF(SHOT, 1), .advance = true, .age_ms = 3600000);
    assert_int_equal(ticket(1)->shot_us, day.now_us - 3600LL * SECOND_US);
    assert_int_equal(ticket(2)->called_us, ticket(1)->shot_us);
    assert_int_equal(day.decision.entries[0].at_us, day.now_us);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(day.decision.entries[i].extra, "kept 3600000");
    EXPECT("missed half an hour ago", QUEUE_DONE, OF(MISS, 2), .advance = true, .age_ms = 1800000);
    assert_int_equal(ticket(2)->ended_us, day.now_us - 1800LL * SECOND_US);
    EXPECT("at once", QUEUE_DONE, OF(SHOT, 3));
    assert_string_equal(day.decision.entries[0].extra, "");
    for (uint32_t number = 1; number <= 3; number++)
        assert_int_equal(queue_ticket(day.replayed, "A", number)->shot_us, ticket(number)->shot_us);
}

static void a_late_tap_is_not_for_a_later_frame(void **state)
{
    (void)state;
    open_day(2, NULL);
    EXPECT("shot elsewhere", QUEUE_DONE, OF(SHOT, 1));
    EXPECT("and called back", QUEUE_DONE, OF(RETAKE, 1));
    EXPECT("a tap from before", QUEUE_WRONG_STATE, OF(SHOT, 1), .has_seen = true, .seen_retakes = 0);
    EXPECT("a confirmation from before", QUEUE_WRONG_STATE, OF(CONFIRM, 1), .has_seen = true,
           .seen_retakes = 0);
    EXPECT("a tap from now", QUEUE_DONE, OF(SHOT, 1), .has_seen = true, .seen_retakes = 1);
}

static void marks_of_kept_taps(void **state)
{
    (void)state;
    static const struct {
        const char *extra;
        bool is_so;
        uint32_t kept_ms;
    } cases[] = {
        {"", true, 0},
        {"kept 1", true, 1},
        {"kept 86400000", true, 86400000},
        {"kept 86400001", false, 0},
        {"kept 0", false, 0},
        {"kept 01", false, 0},
        {"kept -1", false, 0},
        {"kept ", false, 0},
        {"kept 5 ", false, 0},
        {"kept 99999999999999999999", false, 0},
        {"paper", false, 0},
        {"Kept 5", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t kept_ms = 0;
        if (step_kept_parse(cases[i].extra, &kept_ms) != cases[i].is_so || kept_ms != cases[i].kept_ms)
            fail_msg("'%s' gives %u", cases[i].extra, kept_ms);
    }
    open_day(1, NULL);
}

static void a_journal_with_impossible_ones_is_refused(void **state)
{
    (void)state;
    open_day(2, NULL);
    EXPECT("shot", QUEUE_DONE, OF(SHOT, 1));
    const struct queue_entry right = {.seq = day.seq + 1,
                                      .kind = ENTRY_UNDONE,
                                      .lane = "A",
                                      .number = 1,
                                      .value = ENTRY_SHOT,
                                      .person = person(1),
                                      .at_us = day.now_us + SECOND_US};
    static const char *const legends[] = {"another kind", "on paper", "too late", "another number", "a mark"};
    for (size_t i = 0; i < 5; i++) {
        struct queue_entry wrong = right;
        wrong.value = i == 0 ? ENTRY_CALLED : wrong.value;
        strcpy(wrong.extra, i == 1 ? "paper" : i == 4 ? "kept 007" : "");
        wrong.at_us += i == 2 ? 61 * SECOND_US : 0;
        wrong.number += i == 3;
        wrong.person = person(wrong.number);
        if (queue_apply(day.replayed, &wrong) != QUEUE_APPLY_IMPOSSIBLE)
            fail_msg("taken: %s", legends[i]);
    }
    assert_int_equal(queue_apply(day.replayed, &right), QUEUE_APPLY_OK);
}

#define TEST(f) cmocka_unit_test_teardown(f, close_day)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_frame_is_taken_back),
        TEST(one_after_the_other),
        TEST(only_for_a_minute_of_taps),
        TEST(what_came_since_forbids_it),
        TEST(a_retakes_frame_goes_back_to_the_retake),
        TEST(the_payment_card_goes_back),
        TEST(the_pace_forgets_it),
        TEST(the_times_are_the_taps_own),
        TEST(a_late_tap_is_not_for_a_later_frame),
        TEST(marks_of_kept_taps),
        TEST(a_journal_with_impossible_ones_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
