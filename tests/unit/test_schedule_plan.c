/* The simulator and the linter's arithmetic: small days whose end can be worked out by hand. */
#include "roster/plan.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "roster/schedule_date.h"
#include "roster/schedule_lint.h"

enum { DAY = 18727 };

struct line {
    const char *lane;
    uint16_t start, end;
    int32_t parent;
    const char *unit, *class_name;
    uint32_t planned;
};

static struct schedule *build(const struct line *lines, size_t n)
{
    struct schedule *schedule = schedule_new();
    for (size_t i = 0; i < n; i++) {
        struct schedule_unit unit = {.name = (char *)lines[i].unit,
                                     .class_name = (char *)lines[i].class_name};
        const struct schedule_slot slot = {.lane = (char *)lines[i].lane,
                                           .date = DAY,
                                           .start_min = lines[i].start,
                                           .end_min = lines[i].end,
                                           .parent = lines[i].parent,
                                           .planned = lines[i].planned,
                                           .row = (uint32_t)i + 2,
                                           .units = &unit,
                                           .n_units = 1};
        assert_int_equal(schedule_add(schedule, &slot), i);
    }
    return schedule;
}
#define BUILD(lines) build(lines, sizeof(lines) / sizeof *(lines))

/* 08:00 to 09:00 and 09:00 to 10:00 in a row, 14:00 to 15:00 after lunch */
static const struct line day[] = {{"A", 480, 540, -1, "甲院", "", 0},
                                  {"A", 540, 600, -1, "乙院", "", 0},
                                  {"A", 840, 900, -1, "丙院", "", 0}};

static void a_slot_overruns_into_the_next(void **state)
{
    (void)state;
    static const struct schedule_count counts[] = {
        {"甲院", "", 0, 400}, {"乙院", "", 0, 240}, {"丙院", "", 0, 100}};
    struct schedule *schedule = BUILD(day);
    const struct plan_options options = {.pace_ms = 10000};
    struct plan plan;
    assert_int_equal(plan_simulate(schedule, counts, 3, &options, &plan), 0);
    /* 400 people at 10 s: 4000 s, 400 s too many; the next 240 take 2400 s from there and are done in time */
    assert_int_equal(plan.slots[0].end_s, 480 * 60 + 4000);
    assert_int_equal(plan.slots[0].overrun_s, 400);
    assert_int_equal(plan.slots[0].overruns_into, 1);
    assert_int_equal(plan.slots[0].pushed_by_s, 400);
    assert_int_equal(plan.slots[1].start_s, 540 * 60 + 400);
    assert_int_equal(plan.slots[1].delay_s, 400);
    assert_int_equal(plan.slots[1].end_s, 540 * 60 + 2800);
    assert_int_equal(plan.slots[1].overrun_s, 0);
    assert_int_equal(plan.slots[1].overruns_into, -1);
    assert_int_equal(plan.slots[2].start_s, 840 * 60);
    assert_int_equal(plan.n_sessions, 2);
    assert_int_equal(plan.sessions[0].n_slots, 2);
    assert_int_equal(plan.sessions[0].people, 640);
    assert_int_equal(plan.sessions[0].end_s, plan.slots[1].end_s);
    plan_done(&plan);
    schedule_free(schedule);
}

static void a_morning_may_eat_the_lunch(void **state)
{
    (void)state;
    static const struct schedule_count counts[] = {
        {"甲院", "", 0, 1440}, {"乙院", "", 0, 780}, {"丙院", "", 0, 1}};
    struct schedule *schedule = BUILD(day);
    const struct plan_options options = {.pace_ms = 10000};
    struct plan plan;
    assert_int_equal(plan_simulate(schedule, counts, 3, &options, &plan), 0);
    /* 2220 people, 22200 s after 08:00 is 14:10 */
    assert_int_equal(plan.slots[1].end_s, 14 * 3600 + 600);
    assert_int_equal(plan.slots[1].overruns_into, 2);
    assert_int_equal(plan.slots[1].pushed_by_s, 600);
    assert_int_equal(plan.slots[2].delay_s, 600);
    plan_done(&plan);
    schedule_free(schedule);
}

static void late_people_come_again(void **state)
{
    (void)state;
    static const struct schedule_count counts[] = {{"甲院", "", 0, 100}, {"乙院", "", 0, 100}};
    static const struct {
        const char *legend;
        enum plan_late late;
        uint32_t first_s, second_s, session_s;
    } cases[] = {
        {"at the end of the session", LATE_END_OF_SESSION, 480 * 60 + 900, 540 * 60 + 900, 540 * 60 + 1100},
        {"at the end of their slot", LATE_END_OF_SLOT, 480 * 60 + 1000, 540 * 60 + 1000, 540 * 60 + 1000},
        {"after the next slot", LATE_AFTER_NEXT_SLOT, 480 * 60 + 900, 540 * 60 + 1000, 540 * 60 + 1100},
    };
    struct schedule *schedule = BUILD(day);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct plan_options options = {.pace_ms = 10000, .late_permille = 100, .late = cases[i].late};
        struct plan plan;
        print_message("  %s\n", cases[i].legend);
        assert_int_equal(plan_simulate(schedule, counts, 2, &options, &plan), 0);
        assert_int_equal(plan.slots[0].late, 10);
        assert_int_equal(plan.slots[0].end_s, cases[i].first_s);
        assert_int_equal(plan.slots[1].end_s, cases[i].second_s);
        assert_int_equal(plan.sessions[0].end_s, cases[i].session_s);
        plan_done(&plan);
    }
    schedule_free(schedule);
}

static void a_divided_slot_gives_its_people_away(void **state)
{
    (void)state;
    static const struct line lines[] = {{"A", 480, 600, -1, "甲院", "", 0},
                                        {"A", 600, 660, -1, "乙院", "", 0},
                                        {"A", 480, 520, 0, "甲院", "1班", 0},
                                        {"A", 520, 600, 0, "甲院", "2班", 0}};
    static const struct schedule_count counts[] = {
        {"甲院", "1班", 0, 40}, {"甲院", "2班", 0, 60}, {"甲院", "3班", 0, 30}, {"丁院", "", 0, 9}};
    struct schedule *schedule = BUILD(lines);
    uint32_t people[4], unplaced[4];
    plan_head_counts(schedule, counts, 4, people, unplaced);
    assert_true(people[0] == 30 && people[1] == 0 && people[2] == 40 && people[3] == 60);
    assert_true(unplaced[0] == 0 && unplaced[2] == 0 && unplaced[3] == 9);
    const struct plan_options options = {.pace_ms = 10000};
    struct plan plan;
    assert_int_equal(plan_simulate(schedule, counts, 4, &options, &plan), 0);
    assert_int_equal(plan.unplaced, 9);
    /* the forgotten class comes after the parts, before the next college */
    assert_int_equal(plan.slots[0].slot, 2);
    assert_int_equal(plan.slots[1].slot, 3);
    assert_int_equal(plan.slots[2].slot, 0);
    assert_int_equal(plan.slots[3].slot, 1);
    assert_int_equal(plan.slots[2].end_s, 520 * 60 + 900);
    plan_done(&plan);
    schedule_free(schedule);
}

static void people_are_shared_out_and_none_is_lost(void **state)
{
    (void)state;
    static const struct line lines[] = {{"A", 480, 517, -1, "甲院", "", 500},
                                        {"B", 480, 577, -1, "甲院", "", 0},
                                        {"C", 480, 491, -1, "甲院", "", 0},
                                        {"C", 600, 660, -1, "乙院", "", 77}};
    struct schedule *schedule = BUILD(lines);
    for (uint32_t n = 0; n < 3000; n += 7) {
        const struct schedule_count count = {"甲院", "", 0, n};
        uint32_t people[4];
        plan_head_counts(schedule, &count, 1, people, NULL);
        if (n > 0)
            assert_int_equal(people[0] + people[1] + people[2], n);
        assert_int_equal(people[3], 77); /* the list knows nobody: what the table plans */
    }
    schedule_free(schedule);
}

static void people_are_shared_out_evenly(void **state)
{
    (void)state;
    static const struct line lines[] = {{"A", 480, 490, -1, "甲院", "", 0},
                                        {"B", 480, 490, -1, "甲院", "", 0},
                                        {"C", 480, 490, -1, "甲院", "", 0}};
    static const struct schedule_count count = {"甲院", "", 0, 8};
    struct schedule *schedule = BUILD(lines);
    uint32_t people[3];
    plan_head_counts(schedule, &count, 1, people, NULL);
    assert_true(people[0] == 3 && people[1] == 2 && people[2] == 3); /* 2.67 each, the running sum rounded */
    schedule_free(schedule);
}

/* A table that plans a college as a whole, divided without numbers. */
static void a_plan_is_shared_out_too(void **state)
{
    (void)state;
    static const struct line lines[] = {{"A", 480, 600, -1, "甲院", "", 120},
                                        {"A", 480, 510, 0, "甲院", "1班", 0},
                                        {"A", 510, 600, 0, "甲院", "2班", 0}};
    struct schedule *schedule = BUILD(lines);
    uint32_t people[3];
    plan_head_counts(schedule, NULL, 0, people, NULL);
    assert_true(people[0] == 0 && people[1] == 30 && people[2] == 90);
    schedule_free(schedule);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    struct schedule *schedule = BUILD(day);
    struct plan plan;
    assert_int_equal(plan_simulate(schedule, NULL, 0, &(const struct plan_options){0}, &plan), -EINVAL);
    assert_int_equal(plan_simulate(schedule, NULL, 0,
                                   &(const struct plan_options){.pace_ms = 1, .late_permille = 1001}, &plan),
                     -EINVAL);
    schedule_free(schedule);
}

/* ---- the linter's limits, one step to either side */
static size_t count_code(const struct schedule *schedule, const struct schedule_lint_options *options,
                         enum schedule_code code)
{
    struct schedule_problems problems = {0};
    size_t n = 0;
    schedule_lint(schedule, options, &problems);
    for (size_t i = 0; i < problems.n_items; i++)
        n += problems.items[i].code == code;
    schedule_problems_done(&problems);
    return n;
}

static void limits_have_two_sides(void **state)
{
    (void)state;
    static const struct line lines[] = {{"A", 480, 540, -1, "甲院", "", 200},
                                        {"A", 540, 570, -1, "乙院", "", 100}};
    static const struct {
        const char *legend;
        struct schedule_lint_options options;
        enum schedule_code code;
        size_t n;
    } cases[] = {
        {"200 people in 60 minutes at 18 s", {.pace_ms = 18000}, SCHEDULE_SLOT_TOO_SHORT, 0},
        {"... a trifle slower", {.pace_ms = 18001}, SCHEDULE_SLOT_TOO_SHORT, 2},
        {"no pace, no question", {0}, SCHEDULE_SLOT_TOO_SHORT, 0},
        {"300 a day are the crew's limit", {.crew_daily_limit = 300}, SCHEDULE_CREW_LIMIT, 0},
        {"one more", {.crew_daily_limit = 299}, SCHEDULE_CREW_LIMIT, 1},
        {"60 minutes may stay whole", {.division_min = 60}, SCHEDULE_SLOT_UNDIVIDED, 0},
        {"59 may not", {.division_min = 59}, SCHEDULE_SLOT_UNDIVIDED, 1},
        {"30 is not over 30", {.division_min = 30}, SCHEDULE_SLOT_UNDIVIDED, 1},
    };
    struct schedule *schedule = BUILD(lines);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        assert_int_equal(count_code(schedule, &cases[i].options, cases[i].code), cases[i].n);
    }
    schedule_free(schedule);
}

/* One after the other is no overlap, whichever row comes first. */
static void neighbours_do_not_overlap(void **state)
{
    (void)state;
    static const struct line lines[] = {{"A", 540, 600, -1, "乙院", "", 0},
                                        {"A", 480, 540, -1, "甲院", "", 0},
                                        {"A", 600, 660, -1, "丙院", "", 0},
                                        {"B", 600, 660, -1, "丁院", "", 0}};
    static const struct line more[] = {{"A", 540, 600, -1, "乙院", "", 0},
                                       {"A", 480, 541, -1, "甲院", "", 0}};
    static const struct schedule_lint_options options = {0};
    struct schedule *schedule = BUILD(lines), *overlapping = BUILD(more);
    assert_int_equal(count_code(schedule, &options, SCHEDULE_LANE_OVERLAP), 0);
    assert_int_equal(count_code(overlapping, &options, SCHEDULE_LANE_OVERLAP), 1);
    schedule_free(overlapping);
    schedule_free(schedule);
}

static void the_list_is_compared(void **state)
{
    (void)state;
    static const struct line lines[] = {{"A", 480, 540, -1, "甲院", "", 200},
                                        {"A", 540, 570, -1, "甲院", "", 100},
                                        {"A", 570, 600, -1, "乙院", "3班", 0},
                                        {"A", 600, 610, -1, "", "", 0}};
    static const struct schedule_count right[] = {
        {"甲院", "1班", 0, 150}, {"甲院", "2班", 0, 150}, {"乙院", "3班", 0, 5}};
    static const struct schedule_count wrong[] = {
        {"甲院", "1班", 0, 150}, {"甲院", "2班", 0, 151}, {"乙院", "4班", 0, 5}};
    struct schedule *schedule = BUILD(lines);
    const struct schedule_lint_options good = {.counts = right, .n_counts = 3},
                                       bad = {.counts = wrong, .n_counts = 3};
    assert_int_equal(count_code(schedule, &good, SCHEDULE_HEAD_COUNT_DIFFERS), 0);
    assert_int_equal(count_code(schedule, &good, SCHEDULE_CLASS_UNKNOWN), 0);
    assert_int_equal(count_code(schedule, &good, SCHEDULE_UNIT_WITHOUT_SLOT), 0);
    assert_int_equal(count_code(schedule, &bad, SCHEDULE_HEAD_COUNT_DIFFERS), 1); /* both slots as one sum */
    schedule->slots[1].planned = 0; /* one of them without a number: nothing to compare */
    assert_int_equal(count_code(schedule, &bad, SCHEDULE_HEAD_COUNT_DIFFERS), 0);
    assert_int_equal(count_code(schedule, &bad, SCHEDULE_CLASS_UNKNOWN), 1);
    assert_int_equal(count_code(schedule, &bad, SCHEDULE_UNIT_WITHOUT_SLOT),
                     1); /* the slot for everybody is none */
    schedule_free(schedule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_overruns_into_the_next),
        cmocka_unit_test(a_morning_may_eat_the_lunch),
        cmocka_unit_test(late_people_come_again),
        cmocka_unit_test(a_divided_slot_gives_its_people_away),
        cmocka_unit_test(people_are_shared_out_and_none_is_lost),
        cmocka_unit_test(people_are_shared_out_evenly),
        cmocka_unit_test(neighbours_do_not_overlap),
        cmocka_unit_test(a_plan_is_shared_out_too),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(limits_have_two_sides),
        cmocka_unit_test(the_list_is_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
