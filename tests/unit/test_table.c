/* Tables: separators, dates, limits, the lines between child and parent. What whole files give is test_roster_golden's. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "roster/table.h"
#include "roster/table_csv.h"
#include "roster/table_date.h"
#include "roster/table_lines.h"
#include "roster/table_rows.h"
#include "roster/table_text.h"

/* Rows as "number:cell|cell;" and notes as "note2@row;" */
static int add_row(void *arg, const struct table_row *row)
{
    buffer_format(arg, "%u:", row->number);
    for (size_t i = 0; i < row->n_cells; i++)
        buffer_format(arg, i ? "|%s" : "%s", row->cells[i].text);
    buffer_add_text(arg, ";");
    return 0;
}

static int add_note(void *arg, enum table_note note, uint32_t row)
{
    buffer_format(arg, "note%d@%u;", (int)note, row);
    return 0;
}

static void texts_become_rows(void **state)
{
    static const struct {
        const char *legend, *text, *rows;
        enum table_fault fault;
    } cases[] = {
        {"commas", "a,b\n1,2\n", "1:a|b;2:1|2;", TABLE_OK},
        {"tabs, and a comma in a cell", "a\tb\n1,1\t2\n", "1:a|b;2:1,1|2;", TABLE_OK},
        {"semicolons, and commas in many cells", "a;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n",
         "1:a|b|c;2:1,5|2,5|3,5;3:1,5|2,5|3,5;", TABLE_OK},
        {"a separator inside quotes", "a,b\n\"1,;\",2\n", "1:a|b;2:1,;|2;", TABLE_OK},
        {"a doubled quote, a line end inside", "\"a\"\"b\",\"c\r\nd\"\r\n", "1:a\"b|c\r\nd;", TABLE_OK},
        {"a quote inside a plain cell is itself", "a\"b,c\n", "1:a\"b|c;", TABLE_OK},
        {"text behind a closing quote stays", "\"a\"b,c\n", "1:ab|c;", TABLE_OK},
        {"a quote that stays open", "a,b\n\"c,d\n", "1:a|b;", TABLE_BROKEN},
        {"no line end at the end", "a,b\n1,2", "1:a|b;2:1|2;", TABLE_OK},
        {"CR alone", "a,b\r1,2\r", "1:a|b;2:1|2;", TABLE_OK},
        {"empty rows keep their numbers", "a,b\n\n,\n1,2\n", "1:a|b;4:1|2;", TABLE_OK},
        {"trailing separators", "a,b,,\n", "1:a|b;", TABLE_OK},
        {"one column", "a\nb\n", "1:a;2:b;", TABLE_OK},
        {"Excel's own line", "sep=;\na;b,c\n", "1:a|b,c;", TABLE_OK},
        {"a text kept from being a number", "=\"001\",2\n", "1:001|2;", TABLE_OK},
        {"full-width commas", "a，b\n1，2\n", "note1@0;1:a|b;2:1|2;", TABLE_OK},
        {"a full-width comma once", "a,b,c\n1，2,3\n", "1:a|b|c;2:1，2|3;note2@2;", TABLE_OK},
        {"the end mark of old editors", "a,b\n\x1a", "1:a|b;", TABLE_OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer out = {0};
        const struct table_sink sink = {.row = add_row, .note = add_note, .arg = &out};
        const enum table_fault fault =
            table_read((const uint8_t *)cases[i].text, strlen(cases[i].text), &sink);
        if (fault != cases[i].fault || strcmp(out.data ? out.data : "", cases[i].rows) != 0)
            fail_msg("%s: %s, %s", cases[i].legend, table_fault_code(fault), out.data);
        buffer_done(&out);
    }
}

static enum table_fault read_repeated(const char *head, const char *part, size_t times, const char *tail)
{
    struct buffer text = {0}, out = {0};
    const struct table_sink sink = {.row = add_row, .arg = &out};
    buffer_add_text(&text, head);
    for (size_t i = 0; i < times; i++)
        buffer_add_text(&text, part);
    buffer_add_text(&text, tail);
    const enum table_fault fault = table_read((const uint8_t *)text.data, text.size, &sink);
    buffer_done(&text);
    buffer_done(&out);
    return fault;
}

static void limits_hold(void **state)
{
    (void)state;
    assert_int_equal(read_repeated("a", ",a", TABLE_COLUMNS_MAX - 1, "\n"), TABLE_OK);
    assert_int_equal(read_repeated("a", ",a", TABLE_COLUMNS_MAX, "\n"), TABLE_TOO_LARGE);
    assert_int_equal(read_repeated("a", ",", 100000, "\n"), TABLE_OK); /* formatted, empty columns */
    assert_int_equal(read_repeated("a,", "x", TABLE_CELL_MAX, "\n"), TABLE_OK);
    assert_int_equal(read_repeated("a,", "x", TABLE_CELL_MAX + 1, "\n"), TABLE_TOO_LARGE);
    assert_int_equal(read_repeated("a,\"", "x", TABLE_CELL_MAX + 1, "\"\n"), TABLE_TOO_LARGE);
    assert_int_equal(read_repeated("", "x\n", TABLE_ROWS_MAX, ""), TABLE_OK);
    assert_int_equal(read_repeated("", "x\n", TABLE_ROWS_MAX + 1, ""), TABLE_TOO_LARGE);
}

static int stop_at_second(void *arg, const struct table_row *row)
{
    ++*(int *)arg;
    return row->number == 2;
}

static void a_sink_may_stop(void **state)
{
    int rows = 0;
    const struct table_sink sink = {.row = stop_at_second, .arg = &rows};
    (void)state;
    assert_int_equal(table_read((const uint8_t *)"a\nb\nc\n", 6, &sink), TABLE_STOPPED);
    assert_int_equal(rows, 2);
}

static void dates_are_texts(void **state)
{
    static const struct {
        double days;
        const char *text;
    } cases[] = {
        {43793, "2019-11-24"},
        {43793.354166666664, "2019-11-24 08:30"},
        {0.354166666666667, "08:30"},
        {0, "00:00"},
        {43793.99999999, "2019-11-25"},
        {1.0 / 86400, "00:00:01"},
        {1, "1900-01-01"},
        {59, "1900-02-28"},
        {61, "1900-03-01"},
        {36526, "2000-01-01"},
        {2958465, "9999-12-31"},
        {0.999999999, "1900-01-01"},
    };
    char text[TABLE_DATE_SIZE];
    double days;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(table_date_text(cases[i].days, text));
        assert_string_equal(text, cases[i].text);
        assert_true(table_date_parse(text, &days));
        assert_true(days - cases[i].days < 1e-5 && cases[i].days - days < 1e-5);
    }
    assert_false(table_date_text(-1, text));
    assert_false(table_date_text(2958466, text));
    assert_false(table_date_text(1e300, text));
    static const char *const wrong[] = {"2019-13-01", "2019-11-24 25:00", "24.11.2019", "",
                                        "08:60",      "2019-11-24 x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(table_date_parse(wrong[i], &days));
}

static void date_formats_are_known(void **state)
{
    static const char *const dates[] = {"yyyy/m/d", "yyyy\"年\"m\"月\"d\"日\"",   "h:mm AM/PM",
                                        "[h]:mm",   "[$-804]yyyy\"年\"m\"月\";@", "[DBNum1][$-804]yyyy\"年\"",
                                        "mm:ss.0"};
    static const char *const others[] = {"General",
                                         "0",
                                         "0.00",
                                         "#,##0.00",
                                         "@",
                                         "0.00E+00",
                                         "[Red]0",
                                         "\"day\"0",
                                         "0\\d",
                                         "General\"d\"",
                                         "_(* #,##0_);_(* (#,##0)",
                                         "0;yyyy",
                                         "[>100]0",
                                         "\"unclosed"};
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
        if (!table_date_is_code(dates[i]))
            fail_msg("no date: %s", dates[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (table_date_is_code(others[i]))
            fail_msg("a date: %s", others[i]);
    assert_true(table_date_is_builtin(14) && table_date_is_builtin(31) && table_date_is_builtin(58));
    assert_false(table_date_is_builtin(0) || table_date_is_builtin(49) || table_date_is_builtin(23));
}

/* ---- lines ---- */

static int again_row(void *arg, const struct table_row *row)
{
    table_lines_add_row(arg, row);
    return 0;
}

static int again_merge(void *arg, const struct table_merge *merge)
{
    table_lines_add_merge(arg, merge);
    return 0;
}

static int again_note(void *arg, enum table_note note, uint32_t row)
{
    table_lines_add_note(arg, note, row);
    return 0;
}

static int take(const char *line, struct buffer *again)
{
    struct table_lines *lines = bytes_alloc(sizeof *lines);
    const struct table_sink sink = {.row = again_row, .merge = again_merge, .note = again_note, .arg = again};
    table_lines_init(lines, &sink);
    const int r = table_lines_take(lines, line, strlen(line));
    if (r == 0 && lines->has_ended)
        table_lines_add_end(again, lines->end);
    table_lines_done(lines);
    free(lines);
    return r;
}

static void lines_say_the_same_again(void **state)
{
    static const char *const good[] = {
        "{\"row\":3,\"sheet\":\"名单\",\"hidden\":true,\"cells\":[\"张三\",null,{\"number\":\"20210001\","
        "\"value\":20210001},"
        "{\"date\":\"2019-11-24\",\"value\":43793},{\"bool\":\"TRUE\"},{\"error\":\"#N/"
        "A\"},{\"text\":\"12\",\"formula\":true},"
        "{\"empty\":\"\",\"formula\":true},{\"number\":\"1.5\",\"value\":1.5,\"formula\":true}]}",
        "{\"row\":1048576,\"sheet\":\"\",\"cells\":[\"\\\"\\\\\\u000a\\u001f\\u007f/\"]}",
        "{\"merge\":[1,1,1048576,256],\"sheet\":\"a\"}",
        "{\"note\":\"full-width-comma\",\"row\":0}",
        "{\"note\":\"mixed-comma\",\"row\":7}",
        "{\"end\":\"ok\"}",
        "{\"end\":\"table-broken\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct buffer again = {0};
        assert_int_equal(take(good[i], &again), 0);
        assert_int_equal(again.data[again.size - 1], '\n');
        again.data[again.size - 1] = '\0';
        assert_string_equal(again.data, good[i]);
        buffer_done(&again);
    }
}

static void other_lines_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "{}",
        "{\"row\":0,\"sheet\":\"\",\"cells\":[\"a\"]}",
        "{\"row\":01,\"sheet\":\"\",\"cells\":[\"a\"]}",
        "{\"row\":1048577,\"sheet\":\"\",\"cells\":[\"a\"]}",
        "{\"row\":99999999999999999999,\"sheet\":\"\",\"cells\":[\"a\"]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[\"\"]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[\"a\"]} ",
        "{\"row\": 1,\"sheet\":\"\",\"cells\":[\"a\"]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[\"a\",]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[\"\\u0000\"]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[\"\\u0041\"]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[\"\\n\"]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[\"\\u001F\"]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[\"a\tb\"]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[\"\xff\"]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[\"\xed\xa0\x80\"]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[\"a\"",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[{\"text\":\"a\"}]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[{\"number\":\"1\"}]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[{\"number\":\"1\",\"value\":nan}]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[{\"number\":\"1\",\"value\":1e999}]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[{\"number\":\"1\",\"value\":0x1}]}",
        "{\"row\":1,\"sheet\":\"\",\"cells\":[{\"number\":\"1\",\"value\":1.0}]}",
        "{\"merge\":[2,1,1,1],\"sheet\":\"a\"}",
        "{\"merge\":[1,1,1,257],\"sheet\":\"a\"}",
        "{\"note\":\"else\",\"row\":1}",
        "{\"end\":\"?\"}",
        "{\"end\":\"ok\"}x",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buffer again = {0};
        if (take(bad[i], &again) != -EPROTO || again.size > 0)
            fail_msg("taken: %s", bad[i]);
        buffer_done(&again);
    }
}

static void nothing_comes_behind_the_end(void **state)
{
    struct table_lines *lines = bytes_alloc(sizeof *lines);
    struct buffer again = {0};
    const struct table_sink sink = {.row = again_row, .arg = &again};
    static const char end[] = "{\"end\":\"ok\"}", row[] = "{\"row\":1,\"sheet\":\"\",\"cells\":[\"a\"]}";
    (void)state;
    table_lines_init(lines, &sink);
    assert_int_equal(table_lines_take(lines, row, strlen(row)), 0);
    assert_int_equal(table_lines_take(lines, end, strlen(end)), 0);
    assert_int_equal(table_lines_take(lines, row, strlen(row)), -EPROTO);
    assert_int_equal(table_lines_take(lines, end, strlen(end)), -EPROTO);
    table_lines_done(lines);
    free(lines);
    buffer_done(&again);
}

static void faults_have_words(void **state)
{
    (void)state;
    for (enum table_fault fault = TABLE_OK; fault < TABLE_FAULT_COUNT; fault++) {
        assert_true(strlen(table_fault_code(fault)) > 1 && strlen(table_fault_en(fault)) > 5);
        assert_true((unsigned char)table_fault_zh(fault)[0] >= 0xe4); /* Chinese */
        for (enum table_fault other = TABLE_OK; other < fault; other++)
            assert_string_not_equal(table_fault_code(fault), table_fault_code(other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_rows),       cmocka_unit_test(limits_hold),
        cmocka_unit_test(a_sink_may_stop),         cmocka_unit_test(dates_are_texts),
        cmocka_unit_test(date_formats_are_known),  cmocka_unit_test(lines_say_the_same_again),
        cmocka_unit_test(other_lines_are_refused), cmocka_unit_test(nothing_comes_behind_the_end),
        cmocka_unit_test(faults_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
