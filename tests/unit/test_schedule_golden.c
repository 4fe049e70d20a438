/* Printed schedules and odd notices, as bytes of a file, against what must come of them: tests/data/schedule/NAME and
 * NAME.golden. The goldens are plain lines, to be read: a slot, or a problem in both languages. With
 * SCHEDULE_GOLDEN=write they are written anew; look at the difference before it is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "roster/plan.h"
#include "roster/schedule_date.h"
#include "roster/schedule_import.h"
#include "roster/schedule_json.h"
#include "roster/schedule_lint.h"

static const char folder[] = "tests/data/schedule";

static const struct schedule_place hnust_places[] = {
    {"四教楼101", "A"}, {"四教楼102", "B"}, {"四教楼106", "C"}};
static const struct schedule_place ncu_places[] = {{"A101", "A"}, {"A102", "B"}, {"A103", "C"}};
static const struct schedule_place one_place[] = {{"景德楼201", "A"}};
static const struct schedule_place campus_places[] = {{"泉州校区陈嘉庚纪念堂", "泉"},
                                                      {"厦门校区王源兴体育馆", "厦"}};
static const struct schedule_alias hunnu_aliases[] = {{"历文院", "历史文化学院"}, {"外院", "外国语学院"}};
static const struct schedule_count hunnu_counts[] = {
    {"法学院", "", 0, 180},         {"163医院", "", 0, 12},      {"商学院", "", 0, 240},
    {"历史文化学院", "", 0, 90},    {"化学化工学院", "", 0, 80}, {"外国语学院", "", 0, 150},
    {"数学与统计学院", "", 0, 110}, {"哲学系", "", 0, 30},
};
static const struct schedule_count ncu_counts[] = {
    {"人文学院", "", LEVEL_BACHELOR, 200},    {"人文学院", "", LEVEL_MASTER, 60},
    {"人文学院", "", LEVEL_DOCTOR, 9},        {"机电工程学院", "", LEVEL_BACHELOR, 420},
    {"机电工程学院", "", LEVEL_DOCTOR, 31},   {"玛丽女王学院", "", LEVEL_BACHELOR, 180},
    {"国际教育学院", "", LEVEL_BACHELOR, 10}, {"继续教育学院", "", LEVEL_JUNIOR, 75},
};
#define COUNTED(array) array, sizeof array / sizeof *array
#define PLACES(array)  .places = array, .n_places = sizeof array / sizeof *array
#define COUNTS(array)  .counts = array, .n_counts = sizeof array / sizeof *array

static const struct {
    const char *legend, *name;
    struct schedule_import_options import;
    struct schedule_lint_options lint;
    const char *divided, *unit; /* another file that divides the unit's slots */
} files[] = {
    {"hunnu 2019, as printed",
     "schedule-hunnu-2019.csv",
     {.places = one_place, .n_places = 1},
     {0},
     NULL,
     NULL},
    {"hunnu 2019, against a list that writes the names out",
     "hunnu-names.csv",
     {.places = one_place, .n_places = 1, .aliases = hunnu_aliases, .n_aliases = 2},
     {.counts = hunnu_counts, .n_counts = 8, .pace_ms = 12000, .crew_daily_limit = 600},
     NULL,
     NULL},
    {"hnust 2021, as printed: three rooms, and one college in all of them",
     "schedule-hnust-2021.csv",
     {.places = hnust_places, .n_places = 3},
     {.division_min = 30, .days_apart = 14},
     NULL,
     NULL},
    {"hnust 2021 with the business college's own table",
     "schedule-hnust-2021.csv",
     {.places = hnust_places, .n_places = 3},
     {.division_min = 120},
     "division.csv",
     "商学院"},
    {"head-counts, all doctors, ten foreign students in five minutes",
     "head-counts.csv",
     {.places = ncu_places, .n_places = 3},
     {COUNTS(ncu_counts), .pace_ms = 15000, .crew_daily_limit = 600},
     NULL,
     NULL},
    {"every error of a notice that the domain knows",
     "errors.csv",
     {PLACES(ncu_places)},
     {.days_apart = 14},
     NULL,
     NULL},
    {"times in every writing", "odd-times.csv", {0}, {0}, NULL, NULL},
    {"columns headed 上午 and 下午", "halves.csv", {.year = 2024}, {0}, NULL, NULL},
    {"a day as a row of its own, a place in the title, blanks for as above",
     "banners.csv",
     {0},
     {0},
     NULL,
     NULL},
    {"English headings in another order", "english.csv", {0}, {0}, NULL, NULL},
    {"two campuses, a sheet each", "campuses.xlsx", {PLACES(campus_places)}, {0}, NULL, NULL},
    {"merged cells, a heading of two lines, dates and times of a spreadsheet",
     "merged.xlsx",
     {PLACES(ncu_places)},
     {0},
     NULL,
     NULL},
    {"no schedule at all", "no-schedule.csv", {0}, {0}, NULL, NULL},
};

static char *read_file(const char *name, const char *suffix, size_t *ret_size)
{
    char *path = bytes_format("%s/%s%s", folder, name, suffix);
    FILE *file = fopen(path, "rb");
    struct buffer text = {0};
    char chunk[4096];
    buffer_add_text(&text, "");
    for (size_t n; file && (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buffer_add(&text, chunk, n);
    if (file)
        fclose(file);
    else
        print_message("cannot read %s\n", path);
    free(path);
    *ret_size = text.size;
    return text.data;
}

static struct schedule *import_file(const char *name, const struct schedule_import_options *options,
                                    struct schedule_problems *problems)
{
    size_t size;
    char *bytes = read_file(name, "", &size);
    struct schedule_import *import = schedule_import_new();
    struct table_sink sink = schedule_import_sink(import);
    assert_int_equal(table_read((const uint8_t *)bytes, size, &sink), TABLE_OK);
    struct schedule *schedule = schedule_import_finish(import, options, problems);
    schedule_import_free(import);
    free(bytes);
    return schedule;
}

static void write_slot(struct buffer *text, const struct schedule_slot *slot, size_t index)
{
    char *units = schedule_units_text(slot);
    buffer_format(text, "%zu: %s %s %s-%s %s", index, slot->lane, schedule_date_text(slot->date).text,
                  schedule_minute_text(slot->start_min).text, schedule_minute_text(slot->end_min).text,
                  units);
    if (slot->planned > 0)
        buffer_format(text, " [%u]", slot->planned);
    if (slot->parent != SCHEDULE_NO_PARENT)
        buffer_format(text, " part of %d", slot->parent);
    if (slot->batch[0] != '\0')
        buffer_format(text, " batch %s", slot->batch);
    if (slot->note[0] != '\0')
        buffer_format(text, " (%s)", slot->note);
    buffer_format(text, " | row %u\n", slot->row);
    free(units);
}

static void write_problem(struct buffer *text, const struct schedule_problem *problem)
{
    buffer_format(text, "%s %s", schedule_severity_text(schedule_code_severity(problem->code)),
                  schedule_code_text(problem->code));
    if (problem->sheet[0] != '\0')
        buffer_format(text, " sheet %s", problem->sheet);
    if (problem->row > 0)
        buffer_format(text, " row %u", problem->row);
    if (problem->other_row > 0)
        buffer_format(text, " and %u", problem->other_row);
    if (problem->column > 0)
        buffer_format(text, " column %u", problem->column);
    buffer_format(text, "\n  %s\n  %s\n", problem->zh, problem->en);
}

static void write_golden(const char *name, const char *suffix, const char *text)
{
    char *path = bytes_format("%s/%s%s", folder, name, suffix);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
    free(path);
}

static void compare(const char *name, const char *suffix, const char *text)
{
    const char *mode = getenv("SCHEDULE_GOLDEN");
    size_t size;
    if (mode && strcmp(mode, "write") == 0)
        write_golden(name, suffix, text);
    char *golden = read_file(name, suffix, &size);
    assert_string_equal(text, golden);
    free(golden);
}

/* Every schedule that is read can be kept, and is the same afterwards. */
static void keep_and_load(const struct schedule *schedule)
{
    char *stored = schedule_store(schedule);
    struct schedule *loaded = NULL;
    assert_int_equal(schedule_load(stored, strlen(stored), &loaded), 0);
    json_t *one = schedule_json(schedule, NULL), *two = schedule_json(loaded, NULL);
    assert_true(json_equal(one, two));
    json_decref(one);
    json_decref(two);
    schedule_free(loaded);
    free(stored);
}

static void files_read_as_people_read_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        print_message("  %s\n", files[i].legend);
        struct schedule_problems problems = {0};
        struct buffer text = {0};
        struct schedule *schedule = import_file(files[i].name, &files[i].import, &problems);
        if (files[i].divided) {
            struct schedule_import_options options = files[i].import;
            options.division_of = files[i].unit;
            struct schedule *division = import_file(files[i].divided, &options, &problems);
            assert_true(schedule_divide(schedule, division, files[i].unit, &problems));
            schedule_free(division);
        }
        schedule_lint(schedule, &files[i].lint, &problems);
        buffer_format(&text, "# %s\n", files[i].legend);
        for (size_t j = 0; j < schedule->n_slots; j++)
            write_slot(&text, &schedule->slots[j], j);
        for (size_t j = 0; j < problems.n_items; j++)
            write_problem(&text, &problems.items[j]);
        compare(files[i].name, files[i].divided ? ".divided.golden" : ".golden", text.data);
        keep_and_load(schedule);
        buffer_done(&text);
        schedule_problems_done(&problems);
        schedule_free(schedule);
    }
}

static void a_day_is_predicted(void **state)
{
    (void)state;
    static const struct schedule_count counts[] = {
        {"研究生学院", "", LEVEL_MASTER, 1400}, {"外国语学院", "", LEVEL_BACHELOR, 560},
        {"商学院", "", LEVEL_BACHELOR, 900},    {"机电工程学院", "", LEVEL_BACHELOR, 610},
        {"体育学院", "", LEVEL_BACHELOR, 150},  {"不在表中学院", "", LEVEL_BACHELOR, 7},
    };
    const struct schedule_import_options options = {PLACES(hnust_places)};
    const struct plan_options plan_options = {.pace_ms = 13500, .late_permille = 30};
    struct schedule_problems problems = {0};
    struct schedule *schedule = import_file("schedule-hnust-2021.csv", &options, &problems);
    struct plan plan;
    assert_int_equal(plan_simulate(schedule, COUNTED(counts), &plan_options, &plan), 0);
    json_t *json = plan_json(&plan, schedule, &plan_options);
    char *text = json_dumps(json, JSON_INDENT(1)), *line = bytes_format("%s\n", text);
    compare("schedule-hnust-2021.csv", ".plan.golden", line);
    free(line);
    free(text);
    json_decref(json);
    plan_done(&plan);
    schedule_problems_done(&problems);
    schedule_free(schedule);
}

/* What the office's page gets, once in full. */
static void json_is_as_told(void **state)
{
    (void)state;
    const struct schedule_import_options options = {PLACES(ncu_places)};
    struct schedule_problems problems = {0};
    struct schedule *schedule = import_file("errors.csv", &options, &problems);
    json_t *json = schedule_json(schedule, &problems);
    char *text = json_dumps(json, JSON_INDENT(1)), *line = bytes_format("%s\n", text);
    compare("errors.csv", ".json.golden", line);
    free(line);
    free(text);
    json_decref(json);
    schedule_problems_done(&problems);
    schedule_free(schedule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_read_as_people_read_them),
        cmocka_unit_test(a_day_is_predicted),
        cmocka_unit_test(json_is_as_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
