/* The CSV writer: quoting, guards, rows, as exact bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "handover/csv.c"

static void fields(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *field, *written;
    } cases[] = {
        {"plain", "A0001", "A0001"},
        {"empty", "", ""},
        {"Chinese", "张三", "张三"},
        {"comma", "a,b", "\"a,b\""},
        {"quote", "say \"cheese\"", "\"say \"\"cheese\"\"\""},
        {"only a quote", "\"", "\"\"\"\""},
        {"line end inside", "a\nb", "\"a\nb\""},
        {"carriage return inside", "a\rb", "\"a\rb\""},
        {"blank in front", " a", "\" a\""},
        {"blank behind", "a ", "\"a \""},
        {"blank inside", "a b", "a b"},
        {"only a blank", " ", "\" \""},
        {"formula", "=cmd()", "'=cmd()"},
        {"only the sign", "=", "'="},
        {"plus", "+1", "'+1"},
        {"minus", "-1", "'-1"},
        {"at", "@x", "'@x"},
        {"tab", "\t=1", "'\t=1"},
        {"carriage return", "\r=1", "\"'\r=1\""},
        {"line feed", "\n=1", "\"'\n=1\""},
        {"full-width equals", "＝1", "'＝1"},
        {"full-width plus", "＋1", "'＋1"},
        {"full-width minus", "－1", "'－1"},
        {"full-width at", "＠x", "'＠x"},
        {"formula with comma and quotes", "=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""},
        {"sign inside only", "a=b+c-d@e", "a=b+c-d@e"},
        {"sign behind a blank", " =1", "\" =1\""},
        {"an apostrophe of its own", "'tis", "'tis"},
        {"mask", "990101************", "990101************"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct csv csv = {0};
        csv_add(&csv, cases[i].field);
        csv_end_row(&csv);
        size_t size;
        char *data = csv_take(&csv, &size);
        char *expected = bytes_format("\xef\xbb\xbf%s\r\n", cases[i].written);
        if (size != strlen(expected) || strcmp(data, expected) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].legend, data, expected);
        free(expected);
        free(data);
    }
}

static void rows(void **state)
{
    (void)state;
    struct csv csv = {0};
    csv_add(&csv, "");
    csv_add(&csv, "");
    csv_end_row(&csv);
    csv_add(&csv, "a");
    csv_add_number(&csv, 0);
    csv_add_number(&csv, UINT64_MAX);
    csv_add(&csv, "-");
    csv_end_row(&csv);
    size_t size;
    char *data = csv_take(&csv, &size);
    assert_string_equal(data, "\xef\xbb\xbf,\r\na,0,18446744073709551615,'-\r\n");
    assert_int_equal(size, strlen(data));
    free(data);
}

static void take_leaves_an_empty_one(void **state)
{
    (void)state;
    struct csv csv = {0};
    size_t size = 99;
    char *data = csv_take(&csv, &size);
    assert_int_equal(size, 0);
    assert_string_equal(data, "");
    free(data);
    csv_add(&csv, "a");
    free(csv_take(&csv, &size));
    assert_int_equal(size, 4);
    csv_add_number(&csv, 7);
    data = csv_take(&csv, &size);
    assert_string_equal(data, "\xef\xbb\xbf"
                              "7");
    free(data);
    csv_done(&csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields),
        cmocka_unit_test(rows),
        cmocka_unit_test(take_leaves_an_empty_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
