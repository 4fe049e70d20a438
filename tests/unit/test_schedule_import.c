/* Rows of a table into slots, cell by cell: what a CSV file cannot say, and what nobody would print. */
#include "roster/schedule_import.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "roster/schedule_date.h"
#include "roster/schedule_grid.h"
#include "roster/schedule_units.h"

/* ---- who stands in a cell */
static char *told_units(const char *printed)
{
    struct unit_list list = {0};
    struct buffer text = {0};
    buffer_add_text(&text, "");
    unit_list_read(&list, printed);
    for (size_t i = 0; i < list.n_items; i++) {
        const struct schedule_unit *unit = &list.items[i];
        buffer_format(&text, "%s%s", i > 0 ? " + " : "", unit->name[0] != '\0' ? unit->name : "*");
        if (unit->class_name[0] != '\0')
            buffer_format(&text, "/%s", unit->class_name);
        if (unit->levels != 0)
            buffer_format(&text, " <%s>", schedule_levels_zh(unit->levels));
        if (unit->planned > 0)
            buffer_format(&text, " [%u]", unit->planned);
    }
    unit_list_done(&list);
    return text.data;
}

static void units_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *printed, *told;
    } cases[] = {
        {"商学院、历文院、化工院", "商学院 + 历文院 + 化工院"},
        {"商学院,历文院;化工院/外院\n文院", "商学院 + 历文院 + 化工院 + 外院 + 文院"},
        {"资源环境与安全工程学院", "资源环境与安全工程学院"}, /* 与 is part of a name */
        {"法学院 商学院", "法学院 + 商学院"},
        {"School of Law, School of Arts", "School of Law + School of Arts"},
        {"法学院(120人)、历史学院80人", "法学院 [120] + 历史学院 [80]"},
        {"法学院共120人", "法学院 [120]"},
        {"163医院", "163医院"},
        {"商学院(会计1班、会计2班)", "商学院/会计1班 + 商学院/会计2班"},
        {"商学院会计1班、会计2班", "商学院/会计1班 + 商学院/会计2班"},
        {"商学院(会计1班)(45人)", "商学院/会计1班 [45]"},
        {"商学院(本部)", "商学院(本部)"},
        {"商学院(硕士、博士)", "商学院 <研究生>"},
        {"全体博士", "* <博士>"},
        {"全体博士研究生(31人)", "* <博士> [31]"},
        {"外国语学院硕士", "外国语学院 <硕士>"},
        {"法学院全体毕业生", "法学院"},
        {"2021届毕业生", "*"},
        {"研究生学院", "研究生学院"},
        {"留学生", "留学生"},
        {"商学院(会计1班", "商学院(会计1班"}, /* the bracket is never closed: not ours to guess */
        {"、、,", ""},
        {"()", "()"},
        {"1班", "1班"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = told_units(cases[i].printed);
        print_message("  %s\n", cases[i].printed);
        assert_string_equal(text, cases[i].told);
        free(text);
    }
}

/* ---- tables made by hand */
enum { CELLS_MAX = 8 };
struct table {
    struct schedule_import *import;
    struct table_sink sink;
    uint32_t row;
};

static struct table start(void)
{
    struct table table = {.import = schedule_import_new()};
    table.sink = schedule_import_sink(table.import);
    return table;
}

static void put(struct table *table, const struct table_cell *cells, size_t n)
{
    const struct table_row row = {.sheet = "S", .number = ++table->row, .cells = cells, .n_cells = n};
    assert_int_equal(table->sink.row(table->sink.arg, &row), 0);
}

/* "日期|时间|学院": all of them text */
static void put_text(struct table *table, const char *line)
{
    struct table_cell cells[CELLS_MAX] = {0};
    char *copy = bytes_text(line), *at = copy;
    size_t n = 0;
    for (char *cell; n < CELLS_MAX && (cell = strsep(&at, "|")) != NULL; n++)
        cells[n] = (struct table_cell){.kind = cell[0] ? CELL_TEXT : CELL_EMPTY, .text = cell};
    put(table, cells, n);
    free(copy);
}

static void put_merge(struct table *table, uint32_t first_row, uint32_t first_column, uint32_t last_row,
                      uint32_t last_column)
{
    const struct table_merge merge = {"S", first_row, first_column, last_row, last_column};
    assert_int_equal(table->sink.merge(table->sink.arg, &merge), 0);
}

/* One line a slot and a code a problem: "A 2021-04-09 08:30-09:30 法学院; !time-missing@3" */
static char *finish(struct table *table, const struct schedule_import_options *options)
{
    struct schedule_problems problems = {0};
    struct buffer text = {0};
    struct schedule *schedule = schedule_import_finish(table->import, options, &problems);
    buffer_add_text(&text, "");
    for (size_t i = 0; i < schedule->n_slots; i++) {
        const struct schedule_slot *slot = &schedule->slots[i];
        char *units = schedule_units_text(slot);
        buffer_format(&text, "%s%s%s-%s %s;", slot->lane,
                      schedule_date_text(slot->date).text + (slot->date < 0 ? 0 : 4),
                      schedule_minute_text(slot->start_min).text, schedule_minute_text(slot->end_min).text,
                      units);
        free(units);
    }
    for (size_t i = 0; i < problems.n_items; i++)
        if (schedule_code_severity(problems.items[i].code) != SCHEDULE_NOTE)
            buffer_format(&text, "!%s@%u;", schedule_code_text(problems.items[i].code),
                          problems.items[i].row);
    schedule_problems_done(&problems);
    schedule_free(schedule);
    schedule_import_free(table->import);
    return text.data;
}

static const struct schedule_place places[] = {{"四教楼101", "A"}, {"四教楼102", "B"}};
static const struct schedule_import_options two_lanes = {.places = places, .n_places = 2},
                                            division = {
                                                .places = places, .n_places = 2, .division_of = "商学院"};

static void tables_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        const struct schedule_import_options *options;
        const char *lines[6];
        const char *told;
    } cases[] = {
        {"a place within a longer one",
         &two_lanes,
         {"地点|日期|时间|学院", "第四教学楼四教楼101教室|2021-04-09|8:30-9:30|法学院"},
         "A-04-0908:30-09:30 法学院;"},
        {"another room whose number begins alike",
         &two_lanes,
         {"地点|日期|时间|学院", "四教楼1012|2021-04-09|8:30-9:30|法学院"},
         "四教楼1012-04-0908:30-09:30 法学院;!place-unknown@2;"},
        {"both rooms in one cell are none",
         &two_lanes,
         {"地点|日期|时间|学院", "四教楼101、四教楼102|2021-04-09|8:30-9:30|法学院"},
         "四教楼101、四教楼102-04-0908:30-09:30 法学院;!place-unknown@2;"},
        {"a lane by its name",
         &two_lanes,
         {"机位|日期|时间|学院", "b|2021-04-09|8:30-9:30|法学院"},
         "B-04-0908:30-09:30 法学院;"},
        {"an unknown lane",
         &two_lanes,
         {"机位|日期|时间|学院", "D|2021-04-09|8:30-9:30|法学院"},
         "D-04-0908:30-09:30 法学院;!lane-not-known@2;"},
        {"no place, two lanes",
         &two_lanes,
         {"日期|时间|学院", "2021-04-09|8:30-9:30|法学院"},
         "!place-missing@2;"},
        {"no date", &two_lanes, {"机位|日期|时间|学院", "A||8:30-9:30|法学院"}, "!date-missing@2;"},
        {"a year nobody knows",
         &two_lanes,
         {"机位|日期|时间|学院", "A|4月9日|8:30-9:30|法学院"},
         "!date-without-year@2;"},
        {"the date within the time",
         &two_lanes,
         {"机位|时间|学院", "A|2021年4月9日 8:30-9:30|法学院"},
         "A-04-0908:30-09:30 法学院;"},
        {"a second heading further down",
         &two_lanes,
         {"机位|日期|时间|学院", "A|2021-04-09|8:30-9:30|法学院", "时间|日期|机位|学院",
          "9:30-10:30|2021-04-09|B|商学院"},
         "A-04-0908:30-09:30 法学院;B-04-0909:30-10:30 商学院;"},
        {"two columns headed alike: the first",
         &two_lanes,
         {"机位|日期|时间|学院|学院", "A|2021-04-09|8:30-9:30|法学院|商学院"},
         "A-04-0908:30-09:30 法学院;!column-repeated@1;"},
        {"a column of the morning and the afternoon",
         &two_lanes,
         {"机位|日期|上下午|时间|学院", "A|2021-04-09|上午|8:30-9:30|法学院", "|||9:30-10:30|商学院",
          "||下午|2:00-3:00|文学院"},
         "A-04-0908:30-09:30 法学院;A-04-0909:30-10:30 商学院;A-04-0914:00-15:00 文学院;"},
        {"whose class is it?",
         &two_lanes,
         {"机位|日期|时间|学院|班级", "A|2021-04-09|8:30-9:30|法学院、商学院|1班"},
         "A-04-0908:30-09:30 法学院、商学院;!class-of-whom@2;"},
        {"a level's column, nobody else",
         &two_lanes,
         {"机位|日期|时间|学院|层次", "A|2021-04-09|8:30-9:30||博士"},
         "A-04-0908:30-09:30 博士;"},
        {"a weekday that is none",
         &two_lanes,
         {"机位|日期|星期|时间|学院", "A|2021-04-09|周九|8:30-9:30|法学院"},
         "A-04-0908:30-09:30 法学院;!weekday-unreadable@2;"},
        {"a division: units are classes, place and date may be missing",
         &division,
         {"时间|学院", "8:30-9:00|会计1班、会计2班", "9:00-9:30|商学院金融1班"},
         "08:30-09:00 商学院会计1班、商学院会计2班;09:00-09:30 商学院金融1班;"},
        {"one heading over a day, a half and an interval",
         &two_lanes,
         {"机位|时间|||学院", "A|2021年4月9日|上午|8:30-9:30|法学院", "|||9:30-10:30|商学院",
          "||下午|2:00-3:00|文学院", "|2021年4月10日|上午|8:30-9:30|理学院", "||||工学院"},
         "A-04-0908:30-09:30 法学院;A-04-0909:30-10:30 商学院;A-04-0914:00-15:00 文学院;A-04-1008:30-09:30 "
         "理学院;"
         "A-04-1008:30-09:30 工学院;"},
        {"a date's heading over its weekday",
         &two_lanes,
         {"机位|日期||时间|学院", "A|2021年4月9日|周五|8:30-9:30|法学院", "|||9:30-10:30|商学院"},
         "A-04-0908:30-09:30 法学院;A-04-0909:30-10:30 商学院;"},
        {"a heading and nothing", &two_lanes, {"机位|日期|时间|学院"}, "!no-slot@0;"},
        {"no heading", &two_lanes, {"A|2021-04-09|8:30-9:30|法学院"}, "!no-heading@0;"},
        {"nothing", &two_lanes, {NULL}, "!no-heading@0;"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct table table = start();
        print_message("  %s\n", cases[i].legend);
        for (size_t j = 0; j < 6 && cases[i].lines[j]; j++)
            put_text(&table, cases[i].lines[j]);
        char *text = finish(&table, cases[i].options);
        assert_string_equal(text, cases[i].told);
        free(text);
    }
}

static void cells_have_kinds(void **state)
{
    (void)state;
    struct table table = start();
    put_text(&table, "日期|开始|结束|学院|人数");
    put(&table,
        (const struct table_cell[]){{.kind = CELL_DATE, .text = "2021-04-09", .number = 44295},
                                    {.kind = CELL_DATE, .text = "08:30", .number = 0.3541666667},
                                    {.kind = CELL_NUMBER, .text = "0.375", .number = 0.375},
                                    {.kind = CELL_TEXT, .text = "法学院"},
                                    {.kind = CELL_NUMBER, .text = "120", .number = 120}},
        5);
    put(&table,
        (const struct table_cell[]){
            {.kind = CELL_NUMBER, .text = "44296", .number = 44296},
            {.kind = CELL_DATE, .text = "2021-04-10 08:30", .number = 44296.3541666667},
            {.kind = CELL_TEXT, .text = "9:00"},
            {.kind = CELL_TEXT, .text = "商学院"}},
        4);
    put(&table,
        (const struct table_cell[]){{.kind = CELL_ERROR, .text = "#REF!"},
                                    {.kind = CELL_TEXT, .text = "9:00"},
                                    {.kind = CELL_TEXT, .text = "9:30"},
                                    {.kind = CELL_TEXT, .text = "文学院"}},
        4);
    put(&table,
        (const struct table_cell[]){{.kind = CELL_TEXT, .text = "2021-04-10"},
                                    {.kind = CELL_NUMBER, .text = "1e300", .number = 1e300},
                                    {.kind = CELL_TEXT, .text = "9:30"},
                                    {.kind = CELL_TEXT, .text = "文学院"}},
        4);
    char *text = finish(&table, &(const struct schedule_import_options){0});
    assert_string_equal(text, "A-04-0908:30-09:00 法学院;A-04-1008:30-09:00 商学院;!date-from-number@3;"
                              "!cell-error@4;!time-unreadable@5;");
    free(text);
}

static void merged_cells_are_filled(void **state)
{
    (void)state;
    struct table table = start();
    put_text(&table, "机位|日期|时间|学院");
    put_text(&table, "A|2021-04-09|8:30-9:30|法学院");
    put_text(&table, "|||商学院");
    put_text(&table, "||9:30-10:30|文学院");
    put_text(&table, "B||8:30-9:30|理学院");
    put_merge(&table, 2, 1, 4, 1);
    put_merge(&table, 2, 2, 5, 2);
    put_merge(&table, 2, 3, 3, 3);
    put_merge(&table, 1, 3, 1, 3);
    char *text = finish(&table, &two_lanes);
    assert_string_equal(text, "A-04-0908:30-09:30 法学院;A-04-0908:30-09:30 商学院;A-04-0909:30-10:30 文学院;"
                              "B-04-0908:30-09:30 理学院;");
    free(text);
}

/* 时间 merged over the day, the half and the interval, each merged down. */
static void one_heading_stands_over_three(void **state)
{
    (void)state;
    struct table table = start();
    put_text(&table, "机位|时间|||学院");
    put_text(&table, "A|2021年4月9日|上午|8:30-9:30|法学院");
    put_text(&table, "|||9:30-10:30|商学院");
    put_text(&table, "||下午|2:00-3:00|文学院");
    put_merge(&table, 1, 2, 1, 4);
    put_merge(&table, 2, 1, 4, 1);
    put_merge(&table, 2, 2, 4, 2);
    put_merge(&table, 2, 3, 3, 3);
    char *text = finish(&table, &two_lanes);
    assert_string_equal(text,
                        "A-04-0908:30-09:30 法学院;A-04-0909:30-10:30 商学院;A-04-0914:00-15:00 文学院;");
    free(text);
}

/* Merges that reach nowhere, everywhere, or backwards. */
static void hostile_merges_do_nothing(void **state)
{
    (void)state;
    struct table table = start();
    put_text(&table, "机位|日期|时间|学院");
    put_text(&table, "A|2021-04-09|8:30-9:30|法学院");
    put_merge(&table, 0, 0, 0, 0);
    put_merge(&table, 2, 0, 2, 5);
    put_merge(&table, 2, 5, 2, 1);
    put_merge(&table, 9, 1, UINT32_MAX, UINT32_MAX);
    put_merge(&table, 2, 65, UINT32_MAX, UINT32_MAX);
    put_merge(&table, 2, 5, UINT32_MAX, UINT32_MAX);
    for (size_t i = 0; i < 100000; i++)
        put_merge(&table, 2, 1, UINT32_MAX, 1);
    char *text = finish(&table, &two_lanes);
    assert_string_equal(text, "A-04-0908:30-09:30 法学院;");
    free(text);
}

static void long_tables_and_cells_have_an_end(void **state)
{
    (void)state;
    struct table table = start();
    char *cell = bytes_alloc(GRID_CELL_MAX + 2);
    memset(cell, 'x', GRID_CELL_MAX + 1);
    char *line = bytes_format("A|2021-04-09|8:30-9:30|%s", cell);
    put_text(&table, "机位|日期|时间|学院");
    put_text(&table, line);
    put_text(&table, "A|2021-04-09|8:30-9:30|a\x01z");
    char *text = finish(&table, &two_lanes);
    assert_string_equal(text, "!cell-unreadable@2;!cell-unreadable@3;");
    free(text);
    free(line);
    free(cell);
    table = start();
    put_text(&table, "机位|日期|时间|学院");
    for (size_t i = 0; i < GRID_ROWS_MAX + 10; i++)
        put_text(&table, "A|2021-04-09|8:30-9:30|法学院");
    text = finish(&table, &two_lanes);
    assert_non_null(strstr(text, "!table-too-long@4096;"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_read),
        cmocka_unit_test(tables_are_read),
        cmocka_unit_test(cells_have_kinds),
        cmocka_unit_test(merged_cells_are_filled),
        cmocka_unit_test(one_heading_stands_over_three),
        cmocka_unit_test(hostile_merges_do_nothing),
        cmocka_unit_test(long_tables_and_cells_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
