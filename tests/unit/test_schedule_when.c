/* Dates, times and intervals as notices print them, and the calendar below. */
#include "roster/schedule_when.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "roster/schedule_date.h"
#include "roster/schedule_text.h"

/* 2019-11-24 w7 下午 14:00-15:30 ..., then what was not read after a | */
static char *told(const char *printed, enum when_cell cell)
{
    char *folded = schedule_fold(printed);
    struct buffer text = {0};
    struct when when;
    assert_non_null(folded);
    when_parse(folded, cell, &when);
    buffer_add_text(&text, "");
    if (when.has_date && when.has_year)
        buffer_format(&text, "%u-", when.year);
    if (when.has_date)
        buffer_format(&text, "%u-%u ", when.month, when.day);
    if (when.weekday > 0)
        buffer_format(&text, "w%u ", when.weekday);
    if (when.half != HALF_NOT_SAID)
        buffer_format(&text, "%s ", schedule_half_en(when.half));
    for (size_t i = 0; i < when.n_intervals; i++) {
        uint16_t start = 0, end = 0;
        static const char *const faults[] = {"", "impossible ", "no-end ", "end-first "};
        enum when_fault fault = when_settle(&when.intervals[i], when.half, &start, &end);
        if (fault == WHEN_OK || fault == WHEN_END_FIRST)
            buffer_format(&text, "%s-%s ", schedule_minute_text(start).text, schedule_minute_text(end).text);
        buffer_add_text(&text, faults[fault]);
    }
    if (folded[when.rest] != '\0')
        buffer_format(&text, "| %s ", folded + when.rest);
    if (text.size > 0)
        text.data[text.size - 1] = '\0';
    free(folded);
    return text.data;
}

static void cells_are_read(void **state)
{
    (void)state;
    static const struct {
        enum when_cell cell;
        const char *printed, *told;
    } cases[] = {
        /* dates */
        {WHEN_DATE_CELL, "2019年11月24日 (周日)", "2019-11-24 w7"},
        {WHEN_DATE_CELL, "2019年11月24日（星期日）", "2019-11-24 w7"},
        {WHEN_DATE_CELL, "2019 年 11 月 24 日　星期 天", "2019-11-24 w7"},
        {WHEN_DATE_CELL, "11月24日", "11-24"},
        {WHEN_DATE_CELL, "11月24号 礼拜日", "11-24 w7"},
        {WHEN_DATE_CELL, "19年11月24日", "2019-11-24"},
        {WHEN_DATE_CELL, "2021-04-09", "2021-4-9"},
        {WHEN_DATE_CELL, "2021/4/9", "2021-4-9"},
        {WHEN_DATE_CELL, "2021.4.9", "2021-4-9"},
        {WHEN_DATE_CELL, "２０２１－０４－０９", "2021-4-9"},
        {WHEN_DATE_CELL, "20210409", "2021-4-9"},
        {WHEN_DATE_CELL, "二〇二一年四月二十九日", "2021-4-29"},
        {WHEN_DATE_CELL, "十一月十日", "11-10"},
        {WHEN_DATE_CELL, "4.9", "4-9"},
        {WHEN_DATE_CELL, "4/9 周五", "4-9 w5"},
        {WHEN_DATE_CELL, "2021年2月30日", "2021-2-30"},
        {WHEN_DATE_CELL, "4月9日上午", "4-9 morning"},
        {WHEN_DATE_CELL, "2021-04-09 08:30", "2021-4-9 no-end"},
        {WHEN_DATE_CELL, "2021-04-09T08:30", "2021-4-9 no-end"},
        {WHEN_DATE_CELL, "4月9日-11日", "4-9 | -11日"},
        {WHEN_DATE_CELL, "下周三", "| 下周三"},
        {WHEN_DATE_CELL, "待定", "| 待定"},
        {WHEN_DATE_CELL, "2021/4-9", "| 2021/4-9"},
        {WHEN_DATE_CELL, "", ""},
        /* times */
        {WHEN_TIME_CELL, "8:30—9:30", "08:30-09:30"},
        {WHEN_TIME_CELL, "8：30-9：30", "08:30-09:30"},
        {WHEN_TIME_CELL, "08:30~09:30", "08:30-09:30"},
        {WHEN_TIME_CELL, "８：３０～９：３０", "08:30-09:30"},
        {WHEN_TIME_CELL, "8:30——9:30", "08:30-09:30"},
        {WHEN_TIME_CELL, "8:30 ─ 9:30", "08:30-09:30"},
        {WHEN_TIME_CELL, "8:30一9:30", "08:30-09:30"},
        {WHEN_TIME_CELL, "8∶30到9∶30", "08:30-09:30"},
        {WHEN_TIME_CELL, "8.30-9.30", "08:30-09:30"},
        {WHEN_TIME_CELL, "0830-0930", "08:30-09:30"},
        {WHEN_TIME_CELL, "上午8:30至9:30", "08:30-09:30"},
        {WHEN_TIME_CELL, "下午2:00-3:30", "14:00-15:30"},
        {WHEN_TIME_CELL, "下午2:00-下午3:30", "14:00-15:30"},
        {WHEN_TIME_CELL, "上午10:00-下午2:00", "10:00-14:00"},
        {WHEN_TIME_CELL, "上午11:00-1:00", "11:00-13:00"},
        {WHEN_TIME_CELL, "下午14:00-15:30", "14:00-15:30"},
        {WHEN_TIME_CELL, "下午（2:00-5:00）", "afternoon 14:00-17:00"},
        {WHEN_TIME_CELL, "14时30分", "no-end"},
        {WHEN_TIME_CELL, "14时30分-16时", "14:30-16:00"},
        {WHEN_TIME_CELL, "8点半-9点一刻", "08:30-09:15"},
        {WHEN_TIME_CELL, "八点三十分至十点整", "08:30-10:00"},
        {WHEN_TIME_CELL, "8-10点", "08:00-10:00"},
        {WHEN_TIME_CELL, "下午2-4点", "14:00-16:00"},
        {WHEN_TIME_CELL, "晚上7:00-9:00", "19:00-21:00"},
        {WHEN_TIME_CELL, "晚上10:00-12:00", "22:00-24:00"},
        {WHEN_TIME_CELL, "中午12:00-1:30", "12:00-13:30"},
        {WHEN_TIME_CELL, "2:00-3:30pm", "14:00-15:30"},
        {WHEN_TIME_CELL, "9:00-2:00 PM", "09:00-14:00"},
        {WHEN_TIME_CELL, "8:30:00-9:30:00", "08:30-09:30"},
        {WHEN_TIME_CELL, "8:30-11:30，14:00-17:00", "08:30-11:30 14:00-17:00"},
        {WHEN_TIME_CELL, "上午8:30-11:30\n下午2:00-5:00", "08:30-11:30 14:00-17:00"},
        {WHEN_TIME_CELL, "2:00-3:00", "02:00-03:00"}, /* as printed; the linter asks */
        {WHEN_TIME_CELL, "11月24日 8:30—9:30", "11-24 08:30-09:30"},
        {WHEN_TIME_CELL, "9:30-8:30", "09:30-08:30 end-first"},
        {WHEN_TIME_CELL, "8:30-8:30", "08:30-08:30 end-first"},
        {WHEN_TIME_CELL, "上午9:30-8:30", "09:30-08:30 end-first"},
        {WHEN_TIME_CELL, "下午8:00-7:59", "20:00-19:59 end-first"},
        {WHEN_TIME_CELL, "25:00-26:00", "impossible"},
        {WHEN_TIME_CELL, "8:60-9:30", "impossible"},
        {WHEN_TIME_CELL, "23:00-24:00", "23:00-24:00"},
        {WHEN_TIME_CELL, "24:30-24:40", "impossible"},
        {WHEN_TIME_CELL, "8:30起", "no-end"},
        {WHEN_TIME_CELL, "8:3-9:30", "| 8:3-9:30"},
        {WHEN_TIME_CELL, "8:30-9:30 法学院", "08:30-09:30 | 法学院"},
        {WHEN_TIME_CELL, "全天", "| 全天"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = told(cases[i].printed, cases[i].cell);
        print_message("  %s\n", cases[i].printed);
        assert_string_equal(text, cases[i].told);
        free(text);
    }
}

/* The word of a column helps where the time has none, and does not touch what is 24 hours already. */
static void a_column_says_the_half(void **state)
{
    (void)state;
    static const struct {
        const char *printed;
        enum schedule_half half;
        uint16_t start, end;
    } cases[] = {
        {"2:00-5:00", HALF_AFTERNOON, 14 * 60, 17 * 60},
        {"14:00-17:00", HALF_AFTERNOON, 14 * 60, 17 * 60},
        {"8:30-9:30", HALF_AFTERNOON, 8 * 60 + 30, 9 * 60 + 30}, /* stays, and is warned about */
        {"13:00-14:00", HALF_MORNING, 13 * 60, 14 * 60},         /* likewise */
        {"11:00-1:00", HALF_MORNING, 11 * 60, 13 * 60},
        {"7:00-9:00", HALF_EVENING, 19 * 60, 21 * 60},
        {"上午8:30-9:30", HALF_AFTERNOON, 8 * 60 + 30, 9 * 60 + 30},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct when when;
        uint16_t start, end;
        print_message("  %s\n", cases[i].printed);
        when_parse(cases[i].printed, WHEN_TIME_CELL, &when);
        assert_int_equal(when.n_intervals, 1);
        assert_int_equal(when_settle(&when.intervals[0], cases[i].half, &start, &end), WHEN_OK);
        assert_int_equal(start, cases[i].start);
        assert_int_equal(end, cases[i].end);
    }
}

static void weekdays_stand_alone(void **state)
{
    (void)state;
    static const struct {
        const char *printed;
        uint8_t weekday;
    } cases[] = {{"周一", 1}, {"星期六", 6}, {"(周日)", 7}, {"天", 7}, {"5", 5}, {"Tue", 2},
                 {"Thu.", 4}, {"Sunday", 7}, {"周八", 0},   {"8", 0},  {"", 0},  {"周一二", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].printed);
        assert_int_equal(when_weekday(cases[i].printed), cases[i].weekday);
    }
}

static void days_are_counted(void **state)
{
    (void)state;
    static const struct {
        uint32_t year, month, day;
        int32_t count;
        uint8_t weekday;
    } cases[] = {
        {1970, 1, 1, 0, 4},      {1970, 12, 31, 364, 4},   {1972, 2, 29, 789, 2},
        {2000, 2, 29, 11016, 2}, {2019, 11, 24, 18224, 7}, {2021, 4, 9, 18726, 5},
        {2100, 2, 28, 47540, 7}, {2100, 3, 1, 47541, 1},   {2199, 12, 31, 84005, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(schedule_date_is_real(cases[i].year, cases[i].month, cases[i].day));
        assert_int_equal(schedule_day_of(cases[i].year, cases[i].month, cases[i].day), cases[i].count);
        assert_int_equal(schedule_weekday_of(cases[i].count), cases[i].weekday);
    }
    assert_false(schedule_date_is_real(2019, 2, 29));
    assert_false(schedule_date_is_real(2100, 2, 29));
    assert_false(schedule_date_is_real(2019, 13, 1));
    assert_false(schedule_date_is_real(2019, 4, 31));
    assert_false(schedule_date_is_real(2019, 0, 1));
    assert_false(schedule_date_is_real(1969, 1, 1));
}

static void every_day_has_its_date(void **state)
{
    (void)state;
    uint32_t year = 1970, month = 1, day = 1;
    for (int32_t count = SCHEDULE_DAY_MIN; count <= SCHEDULE_DAY_MAX; count++) {
        uint32_t y, m, d;
        int32_t again;
        schedule_date_of(count, &y, &m, &d);
        assert_true(y == year && m == month && d == day);
        assert_int_equal(schedule_day_of(y, m, d), count);
        assert_true(schedule_date_read(schedule_date_text(count).text, &again));
        assert_int_equal(again, count);
        if (!schedule_date_is_real(year, month, ++day))
            day = 1, month++;
        if (month > 12)
            month = 1, year++;
    }
}

static void texts_are_folded(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *text, *folded;
    } cases[] = {
        {"full width", "８：３０　ＡＢ", "8:30 AB"},
        {"every dash", "—–－～〜─―‐−~", "----------"},
        {"brackets", "（）【】〔〕", "()()()"},
        {"blanks at the ends and in a row", "　 a  \t b \n c ", "a b\nc"},
        {"what cannot be seen", "\xef\xbb\xbf法\xe2\x80\x8b学", "法学"},
        {"Chinese stays", "法学院、商学院。", "法学院、商学院。"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        char *folded = schedule_fold(cases[i].text);
        assert_string_equal(folded, cases[i].folded);
        free(folded);
    }
    assert_null(schedule_fold("\xff"));
    assert_null(schedule_fold("a\x01"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_read),         cmocka_unit_test(a_column_says_the_half),
        cmocka_unit_test(weekdays_stand_alone),   cmocka_unit_test(days_are_counted),
        cmocka_unit_test(every_day_has_its_date), cmocka_unit_test(texts_are_folded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
