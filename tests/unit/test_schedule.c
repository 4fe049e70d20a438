/* Slots, whose they are, a college's own division, and the form in which a schedule is kept. */
#include "roster/schedule.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "roster/schedule_date.h"
#include "roster/schedule_json.h"

enum { DAY = 18727 }; /* 2021-04-10 */

static char *str(const char *text) /* schedule_add() copies, but its struct takes char * */
{
    return (char *)text;
}

static int add(struct schedule *schedule, const char *lane, int32_t date, uint16_t start, uint16_t end,
               int32_t parent, const char *name, const char *class_name, uint8_t levels)
{
    struct schedule_unit unit = {.name = str(name), .class_name = str(class_name), .levels = levels};
    const struct schedule_slot slot = {.lane = str(lane),
                                       .date = date,
                                       .start_min = start,
                                       .end_min = end,
                                       .parent = parent,
                                       .units = &unit,
                                       .n_units = 1,
                                       .row = (uint32_t)schedule->n_slots + 2};
    return schedule_add(schedule, &slot);
}

/* 0 everybody, 1 and 2 the business college in two lanes, 3 all doctors, 4 the law college's masters, 5 and 6 parts of 2 */
static struct schedule *world(void)
{
    struct schedule *schedule = schedule_new();
    assert_int_equal(add(schedule, "A", DAY, 480, 510, -1, "", "", 0), 0);
    assert_int_equal(add(schedule, "A", DAY, 600, 660, -1, "商学院", "", 0), 1);
    assert_int_equal(add(schedule, "B", DAY, 600, 720, -1, "商学院", "", 0), 2);
    assert_int_equal(add(schedule, "C", DAY, 600, 625, -1, "", "", LEVEL_DOCTOR), 3);
    assert_int_equal(add(schedule, "C", DAY, 840, 900, -1, "法学院", "", LEVEL_MASTER), 4);
    assert_int_equal(add(schedule, "B", DAY, 600, 650, 2, "商学院", "会计1班", 0), 5);
    assert_int_equal(add(schedule, "B", DAY, 650, 720, 2, "商学院", "会计2班", 0), 6);
    return schedule;
}

static void a_person_has_slots(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        struct schedule_who who;
        const char *slots, *lanes;
    } cases[] = {
        {"no class known: both of the college's", {"商学院", "", LEVEL_BACHELOR}, "12", "AB"},
        {"a class of the division: that part alone", {"商学院", "会计1班", LEVEL_BACHELOR}, "5", "B"},
        {"printed with blanks and full width", {" 商学院 ", "会计２班", LEVEL_BACHELOR}, "6", "B"},
        {"a class that the division forgot: the college's slots",
         {"商学院", "国贸1班", LEVEL_BACHELOR},
         "12",
         "AB"},
        {"a doctor of the college goes with all doctors", {"商学院", "", LEVEL_DOCTOR}, "3", "C"},
        {"a doctor of no college in the table", {"文学院", NULL, LEVEL_DOCTOR}, "3", "C"},
        {"a master where masters are meant", {"法学院", "", LEVEL_MASTER}, "4", "C"},
        {"a bachelor where masters are meant: with everybody", {"法学院", "", LEVEL_BACHELOR}, "0", "A"},
        {"level unknown is no level", {"法学院", "", 0}, "0", "A"},
        {"nothing known at all", {NULL, NULL, 0}, "0", "A"},
    };
    struct schedule *schedule = world();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t slots[8], n = schedule_slots_of(schedule, &cases[i].who, slots, 8);
        const char *lanes[8];
        print_message("  %s\n", cases[i].legend);
        assert_int_equal(n, strlen(cases[i].slots));
        for (size_t j = 0; j < n; j++)
            assert_int_equal(slots[j], cases[i].slots[j] - '0');
        assert_int_equal(schedule_slots_of(schedule, &cases[i].who, NULL, 0), n);
        n = schedule_lanes_of(schedule, &cases[i].who, lanes, 8);
        assert_int_equal(n, strlen(cases[i].lanes));
        for (size_t j = 0; j < n; j++)
            assert_true(lanes[j][0] == cases[i].lanes[j] && lanes[j][1] == '\0');
    }
    schedule_free(schedule);
}

static void it_is_a_persons_turn(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        struct schedule_who who;
        const char *lane;
        int32_t date;
        uint16_t minute;
        int at, next;
    } cases[] = {
        {"the first minute counts", {"商学院", "会计1班", 0}, "B", DAY, 600, 5, 5},
        {"the last minute does not", {"商学院", "会计1班", 0}, "B", DAY, 650, -1, 5},
        {"the class's part, not the college's slot", {"商学院", "会计2班", 0}, "B", DAY, 610, -1, 6},
        {"another lane", {"商学院", "会计1班", 0}, "A", DAY, 610, -1, 5},
        {"any lane", {"商学院", "会计1班", 0}, NULL, DAY, 610, 5, 5},
        {"everybody's slot counts beside one's own", {"商学院", "会计1班", 0}, "A", DAY, 490, 0, 5},
        {"another day", {"商学院", "会计1班", 0}, "B", DAY + 1, 610, -1, 5},
        {"two lanes at once: the first of the table", {"商学院", "", 0}, NULL, DAY, 610, 1, 1},
        {"too early: the next one", {"法学院", "", LEVEL_MASTER}, "C", DAY, 500, -1, 4},
    };
    struct schedule *schedule = world();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct schedule_slot *at =
            schedule_slot_at(schedule, &cases[i].who, cases[i].lane, cases[i].date, cases[i].minute);
        const struct schedule_slot *next =
            schedule_slot_next(schedule, &cases[i].who, cases[i].date, cases[i].minute);
        print_message("  %s\n", cases[i].legend);
        assert_int_equal(at ? at - schedule->slots : -1, cases[i].at);
        assert_int_equal(next ? next - schedule->slots : -1, cases[i].next);
    }
    schedule_free(schedule);
}

static void a_lane_shows_the_deepest(void **state)
{
    (void)state;
    struct schedule *schedule = world();
    size_t slots[4];
    assert_int_equal(schedule_lane_at(schedule, "B", DAY, 610, slots, 4), 1);
    assert_int_equal(slots[0], 5);
    assert_int_equal(schedule_lane_at(schedule, "A", DAY, 610, slots, 4), 1);
    assert_int_equal(slots[0], 1);
    assert_int_equal(schedule_lane_at(schedule, "A", DAY, 700, slots, 4), 0);
    schedule_free(schedule);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct schedule *schedule = world();
    struct schedule_unit unit = {.name = str("商学院")};
    const struct schedule_slot good = {.lane = str("A"),
                                       .date = DAY,
                                       .start_min = 1,
                                       .end_min = 2,
                                       .parent = -1,
                                       .units = &unit,
                                       .n_units = 1};
    struct schedule_slot slot = good;
    assert_int_equal(schedule_add(schedule, &slot), 7);
    slot = good, slot.end_min = 1;
    assert_int_equal(schedule_add(schedule, &slot), -EINVAL);
    slot = good, slot.end_min = 1441;
    assert_int_equal(schedule_add(schedule, &slot), -EINVAL);
    slot = good, slot.n_units = 0;
    assert_int_equal(schedule_add(schedule, &slot), -EINVAL);
    slot = good, slot.parent = 8;
    assert_int_equal(schedule_add(schedule, &slot), -EINVAL);
    slot = good, slot.parent = 5; /* which is a part itself */
    assert_int_equal(schedule_add(schedule, &slot), -EINVAL);
    slot = good, slot.parent = -2;
    assert_int_equal(schedule_add(schedule, &slot), -EINVAL);
    slot = good, slot.date = -1;
    assert_int_equal(schedule_add(schedule, &slot), -EINVAL);
    slot = good, slot.lane = str("A\nB");
    assert_int_equal(schedule_add(schedule, &slot), -EINVAL);
    unit = (struct schedule_unit){.class_name = str("会计1班")}; /* a class of no unit */
    slot = good;
    assert_int_equal(schedule_add(schedule, &slot), -EINVAL);
    assert_int_equal(schedule->n_slots, 8);
    schedule_free(schedule);
}

/* ---- division */
static struct schedule *division(const char *lane, int32_t date, uint16_t start, uint16_t end,
                                 const char *class_name)
{
    struct schedule *parts = schedule_new();
    assert_true(add(parts, lane, date, start, end, -1, "商学院", class_name, 0) >= 0);
    return parts;
}

static void a_division_finds_its_slot(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *unit, *lane;
        int32_t date;
        uint16_t start, end;
        bool is_taken;
        int parent;
        const char *code; /* NULL: nothing to say */
    } cases[] = {
        {"place and day said", "商学院", "A", DAY, 600, 630, true, 1, NULL},
        {"place and day left out, the time tells", "商学院", "", SCHEDULE_NO_DATE, 665, 700, true, 2, NULL},
        {"two slots could be meant", "商学院", "", SCHEDULE_NO_DATE, 600, 630, false, 0,
         "division-ambiguous"},
        {"after the slot", "商学院", "A", DAY, 650, 680, true, 1, "division-outside"},
        {"another day", "商学院", "B", DAY + 1, 600, 630, true, 2, "division-outside"},
        {"a unit without a slot", "文学院", "A", DAY, 600, 630, false, 0, "division-no-parent"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct schedule *schedule = world();
        struct schedule *parts =
            division(cases[i].lane, cases[i].date, cases[i].start, cases[i].end, "会计3班");
        struct schedule_problems problems = {0};
        print_message("  %s\n", cases[i].legend);
        assert_int_equal(schedule_divide(schedule, parts, cases[i].unit, &problems), cases[i].is_taken);
        assert_int_equal(problems.n_items, cases[i].code ? 1 : 0);
        if (cases[i].code)
            assert_string_equal(schedule_code_text(problems.items[0].code), cases[i].code);
        /* 5 and 6 were the earlier division, which is replaced; or nothing has changed */
        assert_int_equal(schedule->n_slots, cases[i].is_taken ? 6 : 7);
        if (cases[i].is_taken) {
            const struct schedule_slot *part = &schedule->slots[5];
            assert_int_equal(part->parent, cases[i].parent);
            assert_true(part->lane[0] != '\0' && part->date != SCHEDULE_NO_DATE);
            size_t slot;
            assert_int_equal(
                schedule_slots_of(schedule, &(struct schedule_who){"商学院", "会计3班", 0}, &slot, 1), 1);
            assert_int_equal(slot, 5);
        }
        schedule_problems_done(&problems);
        schedule_free(parts);
        schedule_free(schedule);
    }
}

static void divisions_outlive_a_new_table(void **state)
{
    (void)state;
    struct schedule *old = world(), *fresh = schedule_new();
    struct schedule_problems problems = {0};
    assert_int_equal(add(old, "C", DAY, 850, 860, 4, "法学院", "法学1班", 0), 7);
    /* the business college has moved to another lane and hour, the law college is gone */
    assert_int_equal(add(fresh, "B", DAY, 590, 730, -1, "商学院", "", 0), 0);
    schedule_keep_divisions(fresh, old, &problems);
    assert_int_equal(fresh->n_slots, 3);
    assert_int_equal(fresh->slots[1].parent, 0);
    assert_string_equal(fresh->slots[1].units[0].class_name, "会计1班");
    assert_string_equal(fresh->slots[2].units[0].class_name, "会计2班");
    assert_int_equal(problems.n_items, 1);
    assert_int_equal(problems.items[0].code, SCHEDULE_DIVISION_NO_PARENT);
    schedule_problems_done(&problems);
    schedule_free(fresh);
    schedule_free(old);
}

/* ---- levels */
static void levels_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint8_t levels;
    } cases[] = {
        {"博士", LEVEL_DOCTOR},
        {"全体博士研究生", LEVEL_DOCTOR},
        {"硕士、博士", LEVEL_MASTER | LEVEL_DOCTOR},
        {"研究生", LEVEL_MASTER | LEVEL_DOCTOR},
        {"本科毕业生", LEVEL_BACHELOR},
        {"大专", LEVEL_JUNIOR},
        {"研究生学院", 0},
        {"博士后", 0},
        {"", 0},
        {"全体", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].text);
        assert_int_equal(schedule_levels_of(cases[i].text), cases[i].levels);
    }
    for (uint8_t levels = 1; levels <= LEVEL_ALL; levels++) /* what is shown is what is read */
        if (levels != LEVEL_ALL)
            assert_int_equal(schedule_levels_of(schedule_levels_zh(levels)), levels);
}

/* ---- keeping */
static void a_schedule_is_kept(void **state)
{
    (void)state;
    struct schedule *schedule = world(), *again = NULL;
    char *text = schedule_store(schedule);
    assert_int_equal(schedule_load(text, strlen(text), &again), 0);
    char *second = schedule_store(again);
    assert_string_equal(text, second);
    assert_int_equal(again->n_slots, 7);
    assert_int_equal(again->slots[5].parent, 2);
    assert_string_equal(again->slots[5].units[0].class_key, "会计1班");
    free(second);
    schedule_free(again);
    schedule_free(schedule);
    free(text);
}

static void other_texts_are_refused(void **state)
{
    (void)state;
#define SLOT "[\"A\",\"\",\"\",\"\",\"\",18727,480,510,0,0,-1,2,0,[[\"\",\"\",0,0]]]"
    static const struct {
        const char *legend, *text;
        int result;
    } cases[] = {
        {"one slot", "{\"v\":1,\"slots\":[" SLOT "]}", 0},
        {"none", "{\"v\":1,\"slots\":[]}", 0},
        {"nothing", "", -EINVAL},
        {"another version", "{\"v\":2,\"slots\":[]}", -EINVAL},
        {"a blank more", "{\"v\":1, \"slots\":[]}", -EINVAL},
        {"a key more", "{\"v\":1,\"slots\":[],\"x\":0}", -EINVAL},
        {"another order", "{\"slots\":[],\"v\":1}", -EINVAL},
        {"a slot too short", "{\"v\":1,\"slots\":[[\"A\"]]}", -EINVAL},
        {"an end before its start",
         "{\"v\":1,\"slots\":[[\"A\",\"\",\"\",\"\",\"\",18727,510,480,0,0,-1,2,0,[[\"\",\"\",0,0]]]]}",
         -EINVAL},
        {"its own parent",
         "{\"v\":1,\"slots\":[[\"A\",\"\",\"\",\"\",\"\",18727,480,510,0,0,0,2,0,[[\"\",\"\",0,0]]]]}",
         -EINVAL},
        {"a number that only fits when cut",
         "{\"v\":1,\"slots\":[[\"A\",\"\",\"\",\"\",\"\",18727,480,4294967806,0,0,-1,2,0,[[\"\",\"\",0,0]]]]"
         "}",
         -EINVAL},
        {"a level that is none",
         "{\"v\":1,\"slots\":[[\"A\",\"\",\"\",\"\",\"\",18727,480,510,0,0,-1,2,0,[[\"\",\"\",16,0]]]]}",
         -EINVAL},
        {"no unit", "{\"v\":1,\"slots\":[[\"A\",\"\",\"\",\"\",\"\",18727,480,510,0,0,-1,2,0,[]]]}", -EINVAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct schedule *schedule = NULL;
        print_message("  %s\n", cases[i].legend);
        assert_int_equal(schedule_load(cases[i].text, strlen(cases[i].text), &schedule), cases[i].result);
        assert_int_equal(schedule != NULL, cases[i].result == 0);
        schedule_free(schedule);
    }
}

/* ---- problems */
static void every_problem_has_its_words(void **state)
{
    (void)state;
    struct schedule_word words[SCHEDULE_WORDS_MAX];
    struct schedule_problems problems = {0};
    for (size_t i = 0; i < SCHEDULE_WORDS_MAX; i++)
        words[i] = (struct schedule_word){"甲", "x"};
    for (int code = 0; code < SCHEDULE_CODE_COUNT; code++) {
        schedule_report(&problems, (enum schedule_code)code, (struct schedule_where){0}, words,
                        SCHEDULE_WORDS_MAX);
        const struct schedule_problem *problem = &problems.items[problems.n_items - 1];
        assert_null(strchr(problem->en, '{'));
        assert_null(strchr(problem->zh, '{'));
        assert_true((problem->zh[0] & 0x80) != 0);
        for (int other = 0; other < code; other++)
            assert_string_not_equal(schedule_code_text((enum schedule_code)code),
                                    schedule_code_text((enum schedule_code)other));
    }
    for (size_t i = 0; i < 2 * SCHEDULE_PROBLEMS_MAX; i++)
        schedule_report(&problems, SCHEDULE_NO_SLOT, (struct schedule_where){0}, NULL, 0);
    assert_int_equal(problems.n_items, SCHEDULE_PROBLEMS_MAX);
    assert_int_equal(problems.n_items + problems.n_dropped, SCHEDULE_CODE_COUNT + 2 * SCHEDULE_PROBLEMS_MAX);
    schedule_problems_done(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_has_slots),        cmocka_unit_test(it_is_a_persons_turn),
        cmocka_unit_test(a_lane_shows_the_deepest),  cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(a_division_finds_its_slot), cmocka_unit_test(divisions_outlive_a_new_table),
        cmocka_unit_test(levels_are_read),           cmocka_unit_test(a_schedule_is_kept),
        cmocka_unit_test(other_texts_are_refused),   cmocka_unit_test(every_problem_has_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
