/* Names: safe ones, templates and their faults, collisions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "desk/profile_names.h"

static void safe(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *stem, *extension, *name;
    } cases[] = {
        {"plain", "A0001", ".jpg", "A0001.jpg"},
        {"Chinese", "湖南师范大学2019张三", ".jpg", "湖南师范大学2019张三.jpg"},
        {"nothing", "", ".jpg", "_.jpg"},
        {"nothing at all", "", "", "_"},
        {"a way up", "../../etc/passwd", "", "_.／..／etc／passwd"},
        {"only dots", "..", "", "_"},
        {"hidden", ".profile", "", "_profile"},
        {"of another drive", "C:\\x", ".jpg", "C：＼x.jpg"},
        {"all that is forbidden", "/\\:*?\"<>|", "", "／＼：＊？＂＜＞｜"},
        {"control characters", "a\nb\x7f", "", "a_b_"},
        {"turns the line round", "a\u202egpj", ".jpg", "agpj.jpg"},
        {"nothing to be seen", "\u200b\ufeff", ".jpg", "_.jpg"},
        {"no character", "a\uffff\ufdd0", "", "a__"},
        {"no UTF-8", "a\xffz\xc3", "", "a_z_"},
        {"blanks around", "  a  ", ".jpg", "a.jpg"},
        {"wide blanks around", "\u3000a\u3000 .", "", "a"},
        {"dots behind", "a...", "", "a"},
        {"dots before the extension", "a. .", ".jpg", "a.jpg"},
        {"a device", "CON", "", "_CON"},
        {"a device with an extension", "nul", ".jpg", "_nul.jpg"},
        {"a device with more dots", "Com1.tar", ".gz", "_Com1.tar.gz"},
        {"a device with a raised digit", "lpt\u00b9", ".jpg", "_lpt\u00b9.jpg"},
        {"a device and a blank", "aux ", ".jpg", "_aux.jpg"},
        {"a device with a dot and a blank", "aux .x", "", "_aux .x"},
        {"no device", "console", "", "console"},
        {"no device either", "com10", "", "com10"},
        {"composed", "Jose\u0301 Nu\u0308n\u0303ez", "", "Jos\u00e9 N\u00fc\u00f1ez"},
        {"composed twice", "u\u0308\u030c", "", "\u01da"},
        {"an extension that is none", "a", ".j/g", "a.j／g"},
        {"an apostrophe and a sign", "=O'Neil", ".jpg", "=O'Neil.jpg"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[SAFE_NAME_MAX + 1];
        safe_name(cases[i].stem, cases[i].extension, name);
        if (strcmp(name, cases[i].name) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].legend, name, cases[i].name);
        if (!safe_name_is(name))
            fail_msg("%s: \"%s\" is not safe", cases[i].legend, name);
    }
}

static void lengths(void **state)
{
    (void)state;
    char longest[1200] = "", name[SAFE_NAME_MAX + 1];
    for (int i = 0; i < 300; i++)
        strcat(longest, "长");
    safe_name(longest, ".jpg", name);
    assert_int_equal(strlen(name), 3 * 83 + 4);
    assert_string_equal(name + strlen(name) - 7, "长.jpg");
    safe_name(longest, "", name);
    assert_int_equal(strlen(name), 255);
    memset(longest, ' ', 400);
    longest[0] = 'a';
    longest[254] = 'b';
    longest[400] = '\0';
    safe_name(longest, "", name);
    assert_int_equal(strlen(name), 255);
    safe_name(longest, ".jpg", name); /* cut among the blanks, which go too */
    assert_string_equal(name, "a.jpg");
    assert_false(safe_name_is("a/b"));
    assert_false(safe_name_is("a."));
    assert_false(safe_name_is(""));
    assert_false(safe_name_is("e\u0301"));
    assert_false(safe_name_is("aux"));
    assert_true(safe_name_is("a.b.jpg"));
}

static void collisions(void **state)
{
    (void)state;
    static const struct {
        const char *stem, *name;
    } steps[] = {
        {"a", "a.jpg"},
        {"A", "A (2).jpg"},
        {"a", "a (3).jpg"},
        {"a (2)", "a (2) (2).jpg"},
        {"e\u0301", "e\u0301.jpg"},
        {"\u00c9", "\u00c9 (2).jpg"},
        {"Ω", "Ω.jpg"},
        {"ω", "ω (2).jpg"},
        {"Ж", "Ж.jpg"},
        {"ж", "ж (2).jpg"},
        {"Ａ", "Ａ.jpg"},
        {"ａ", "ａ (2).jpg"},
        {"ǅ", "ǅ.jpg"},
        {"张三", "张三.jpg"},
        {"张三", "张三 (2).jpg"},
        {"张叁", "张叁.jpg"},
    };
    struct name_set set = {0};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char *name = name_set_take(&set, steps[i].stem, ".jpg", SAFE_NAME_MAX, NAME_IN_BYTES);
        if (strcmp(name, steps[i].name) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", steps[i].stem, name, steps[i].name);
        free(name);
    }
    name_set_done(&set);
    /* the stem gives way to the suffix; thousands of one name stay quick */
    char stem[300], *name = NULL;
    memset(stem, 'x', 299);
    stem[299] = '\0';
    for (int i = 0; i < 20000; i++) {
        free(name);
        name = name_set_take(&set, stem, ".jpg", SAFE_NAME_MAX, NAME_IN_BYTES);
        assert_int_equal(strlen(name), SAFE_NAME_MAX);
    }
    assert_string_equal(name + SAFE_NAME_MAX - 12, " (20000).jpg");
    free(name);
    name_set_done(&set);
    for (int i = 0; i < 3; i++) {
        name = name_set_take(&set, "1234567890123456789012345678𠮷", "", 31, NAME_IN_UTF16);
        assert_string_equal(name, i == 0   ? "1234567890123456789012345678𠮷"
                                  : i == 1 ? "123456789012345678901234567 (2)"
                                           : "123456789012345678901234567 (3)");
        free(name);
    }
    name_set_done(&set);
}

static void faults(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum name_fault fault;
        size_t at;
    } cases[] = {
        {"{number}.jpg", NAME_OK, 0},
        {"{school}{year}{student_no}{name}.jpg", NAME_OK, 0},
        {"{number:6}_{date:%Y-%m-%d}.jpg", NAME_OK, 0},
        {"照片{year:4}", NAME_OK, 0},
        {"", NAME_EMPTY, 0},
        {"{face}.jpg", NAME_FIELD_UNKNOWN, 1},
        {"照片{face}.jpg", NAME_FIELD_UNKNOWN, 3},
        {"{}", NAME_FIELD_UNKNOWN, 1},
        {"a{number", NAME_BRACE_OPEN, 2},
        {"a{num{ber}", NAME_BRACE_OPEN, 2},
        {"a}b", NAME_BRACE_STRAY, 2},
        {"../{name}", NAME_FORBIDDEN, 3},
        {"a:b", NAME_FORBIDDEN, 2},
        {"a\tb", NAME_FORBIDDEN, 2},
        {"a\u202eb", NAME_FORBIDDEN, 2},
        {".{name}", NAME_DOTS, 1},
        {"{name}..jpg", NAME_DOTS, 7},
        {"{name}.", NAME_END, 7},
        {"{name} ", NAME_END, 7},
        {"nul", NAME_DEVICE, 1},
        {"COM1.jpg", NAME_DEVICE, 1},
        {"con.{number}", NAME_DEVICE, 1},
        {"con{number}", NAME_OK, 0},
        {"{number:0}", NAME_WIDTH, 9},
        {"{number:21}", NAME_WIDTH, 9},
        {"{number:x}", NAME_WIDTH, 9},
        {"{number:}", NAME_WIDTH, 9},
        {"{name:6}", NAME_WIDTH, 7},
        {"{date:%H:%M}", NAME_FORM, 7},
        {"{date:%s}", NAME_FORM, 7},
        {"{date:Y}", NAME_FORM, 7},
        {"{date:%}", NAME_FORM, 7},
        {"{date:%Y/%m}", NAME_FORM, 7},
        {"\xff", NAME_NOT_TEXT, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct name_template template;
        struct name_problem problem = {.fault = NAME_OK};
        int result = profile_template_compile(PROFILE_NAMES_FILE, cases[i].text, &template, &problem);
        if (problem.fault != cases[i].fault || problem.at != cases[i].at || (result == 0) != !problem.fault)
            fail_msg("%s: fault %d at %zu, \"%s\"", cases[i].text, problem.fault, problem.at, problem.word);
        assert_true(!problem.fault || (*name_fault_zh(problem.fault) && *name_fault_en(problem.fault)));
    }
    char longest[NAME_TEMPLATE_MAX + 2];
    struct name_template template;
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(profile_template_compile(PROFILE_NAMES_FILE, longest, &template, NULL), -22);
    longest[sizeof longest - 2] = '\0';
    assert_int_equal(profile_template_compile(PROFILE_NAMES_FILE, longest, &template, NULL), 0);
}

static void names(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"{number}.jpg", "A0001.jpg"},
        {"{number:6}.jpg", "A000001.jpg"},
        {"{number:2}.jpg", "A0001.jpg"},
        {"{school}{year}{student_no}{name}.jpg", "某校20190012=张／三.jpg"},
        {"{college}{note}.jpg", "_.jpg"},
        {"{unit}", "_CON"},
        {"{unit}.jpg", "_CON.jpg"},
        {"{date}-{time}.jpg", "20261123-003000.jpg"},
        {"{date:%Y-%m-%d_%H.%M}.jpg", "2026-11-23_00.30.jpg"},
        {"{campus}.JPG", "_..／x.JPG"},
    };
    const union name_value values[FILE_FIELD_COUNT] = {
        [FILE_NUMBER] = {.text = "A0001"},
        [FILE_SCHOOL] = {.text = "某校"},
        [FILE_YEAR] = {.text = "2019"},
        [FILE_STUDENT_NO] = {.text = "0012"},
        [FILE_NAME_] = {.text = "=张/三"},
        [FILE_UNIT] = {.text = "CON"},
        [FILE_CAMPUS] = {.text = "../../x"},
        [FILE_DATE] = {.utc_us = 1795365000000000},
        [FILE_TIME] = {.utc_us = 1795365000000000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct name_template template;
        struct name_set set = {0};
        assert_int_equal(profile_template_compile(PROFILE_NAMES_FILE, cases[i].text, &template, NULL), 0);
        char *name = name_template_file(&template, values, NULL);
        char *again = name_template_file(&template, values, &set);
        if (i != sizeof cases / sizeof *cases - 1 && strcmp(name, cases[i].name) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].text, name, cases[i].name);
        assert_string_equal(name, again);
        assert_true(safe_name_is(name));
        free(again);
        again = name_template_file(&template, values, &set);
        assert_non_null(strstr(again, " (2)"));
        free(again);
        free(name);
        name_set_done(&set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(safe), cmocka_unit_test(lengths),
                                       cmocka_unit_test(collisions), cmocka_unit_test(faults),
                                       cmocka_unit_test(names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
