/* What a scan is taken for, by which rules; and passports whose lines come one after the other. */
#include "identity/scan_class.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINE1 "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
#define LINE2 "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
#define ID    "990101199001010019"

enum {
    CODE = SCAN_RULE_CAPTURE_CODE,
    NUMBER = SCAN_RULE_ID_NUMBER,
    STUDENT = SCAN_RULE_STUDENT_NO,
    MRZ = SCAN_RULE_MRZ,
    ALL = CODE | NUMBER | STUDENT | MRZ,
    S = 1000000,
};

static void put(struct presentation *scan, const char *bytes, size_t size)
{
    memset(scan, 0, sizeof *scan);
    scan->medium = MEDIUM_CAPTURE_CODE;
    memcpy(scan->credential, bytes, size);
    scan->credential_size = size;
}

/* "manual:ID/STUDENT", "passport:CREDENTIAL", "code", or the verdict. */
static void describe(enum scan_verdict verdict, const struct presentation *scan, char ret_text[static 120])
{
    static const char *const verdicts[] = {"", "half", "ambiguous", "not accepted", "bad mrz"};
    if (verdict != SCAN_TAKEN)
        snprintf(ret_text, 120, "%s", verdicts[verdict]);
    else if (scan->medium == MEDIUM_MANUAL)
        snprintf(ret_text, 120, "manual:%s/%s", scan->id_number, scan->student_no);
    else if (scan->medium == MEDIUM_PASSPORT)
        snprintf(ret_text, 120, "passport:%.100s", (const char *)scan->credential);
    else
        snprintf(ret_text, 120, "code");
}

static void rules_decide(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        unsigned accepts;
        const char *pattern, *scan, *expected;
    } cases[] = {
        {"a code", CODE, NULL, "a code", "code"},
        {"codes alone: nothing is looked at", CODE, NULL, ID, "code"},
        {"codes alone: a passport's line is one too", CODE, NULL, LINE1, "code"},
        {"ID number", CODE | NUMBER, NULL, ID, "manual:" ID "/"},
        {"small x", CODE | NUMBER, NULL, "11010519491231002x", "manual:11010519491231002X/"},
        {"15 digits", CODE | NUMBER, NULL, "110105491231002", "manual:11010519491231002X/"},
        {"wrong check digit: a code", CODE | NUMBER, NULL, "990101199001010018", "code"},
        {"wrong check digit, no codes", NUMBER, NULL, "990101199001010018", "not accepted"},
        {"a blank around is no ID number", NUMBER, NULL, " 110105491231002", "not accepted"},
        {"a blank around makes 18", NUMBER, NULL, " 110105491231002  ", "not accepted"},
        {"longer than an ID number", NUMBER, NULL, ID "0", "not accepted"},
        {"student number", ALL, "[0-9]{8}", "20220001", "manual:/20220001"},
        {"the pattern means the whole: before", ALL, "[0-9]{8}", "x20220001", "code"},
        {"the pattern means the whole: behind", ALL, "[0-9]{8}", "20220001x", "code"},
        {"alternatives mean the whole, too", ALL, "B[0-9]+|[0-9]{8}", "20220001x", "code"},
        {"the longer alternative", ALL, "B|B[0-9]+", "B123", "manual:/B123"},
        {"parentheses do not free it", ALL, "(a)|(b)", "ac", "code"},
        {"33 characters are no student number", STUDENT, ".*", "123456789012345678901234567890123",
         "not accepted"},
        {"a control character is none", STUDENT, ".*", "12\t34", "not accepted"},
        {"two rules", ALL, "[0-9]{18}", ID, "ambiguous"},
        {"two rules, 15 digits", NUMBER | STUDENT, "[0-9]{15}", "110105491231002", "ambiguous"},
        {"the same without one of them", STUDENT, "[0-9]{18}", ID, "manual:/" ID},
        {"passport, 88", ALL, "[0-9]{8}", LINE1 LINE2, "passport:UTO:L898902C3"},
        {"passport, CRLF", MRZ, NULL, LINE1 "\r\n" LINE2, "passport:UTO:L898902C3"},
        {"passport, CR, and one behind", MRZ, NULL, LINE1 "\r" LINE2 "\r", "passport:UTO:L898902C3"},
        {"passport, blank between", MRZ, NULL, LINE1 " " LINE2, "not accepted"},
        {"passport, repaired", MRZ, NULL, LINE1 "L898902C36UTO74O8122F1204159ZE184226B<<<<<10",
         "passport:UTO:L898902C3"},
        {"passport, other fillers", MRZ, NULL,
         "P;UTOERIKSSON;;ANNA;MARIA;;;;;;;;;;;;;;;;;;;"
         "L898902C36UTO7408122F1204159ZE184226B;;;;;10",
         "passport:UTO:L898902C3"},
        {"passport, wrong: never a code", ALL, "x", LINE1 "L898902C37UTO7408122F1204159ZE184226B<<<<<10",
         "bad mrz"},
        {"passport, not accepted", NUMBER, NULL, LINE1 LINE2, "not accepted"},
        {"first line: wait", ALL, "x", LINE1, "half"},
        {"second line without the first: never a code", ALL, "x", LINE2, "bad mrz"},
        {"44 other characters", CODE | MRZ, NULL, "PAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "code"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct presentation scan;
        struct scan_class class;
        char text[120];
        assert_int_equal(scan_class_init(&class, cases[i].accepts, cases[i].pattern), 0);
        put(&scan, cases[i].scan, strlen(cases[i].scan));
        describe(scan_class_take(&class, &scan, S), &scan, text);
        if (strcmp(text, cases[i].expected) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].legend, text, cases[i].expected);
        scan_class_done(&class);
    }
}

static void codes_are_kept_exactly(void **state)
{
    (void)state;
    static struct presentation scan;
    static const char *const codes[] = {"\xe9\x87\x87\xe9\x9b\x86\xe7\xa0\x81", "\xb2\xc9\xbc\xaf\xc2\xeb",
                                        "\xff\x01 "};
    struct scan_class class;
    assert_int_equal(scan_class_init(&class, ALL, "[0-9]{8}"), 0);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        put(&scan, codes[i], strlen(codes[i]));
        assert_int_equal(scan_class_take(&class, &scan, S), SCAN_TAKEN);
        assert_int_equal(scan.medium, MEDIUM_CAPTURE_CODE);
        assert_int_equal(scan.credential_size, strlen(codes[i]));
        assert_memory_equal(scan.credential, codes[i], scan.credential_size);
    }
    scan_class_done(&class);
}

static void numbers_leave_no_bytes_behind(void **state)
{
    (void)state;
    static struct presentation scan, expected;
    struct scan_class class;
    assert_int_equal(scan_class_init(&class, NUMBER, NULL), 0);
    put(&scan, ID, 18);
    assert_int_equal(scan_class_take(&class, &scan, S), SCAN_TAKEN);
    expected.medium = MEDIUM_MANUAL;
    strcpy(expected.id_number, ID);
    assert_memory_equal(&scan, &expected, sizeof scan);
    scan_class_done(&class);
}

static void lines_come_one_by_one(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        struct {
            const char *scan;
            int64_t at_us;
            const char *expected;
        } steps[4];
    } cases[] = {
        {"in time", {{LINE1, S, "half"}, {LINE2, 2 * S, "passport:UTO:L898902C3"}}},
        {"too late", {{LINE1, S, "half"}, {LINE2, 3 * S, "bad mrz"}}},
        {"the first again",
         {{LINE1, S, "half"}, {LINE1, 2 * S, "half"}, {LINE2, 3 * S, "passport:UTO:L898902C3"}}},
        {"a code between", {{LINE1, S, "half"}, {"a code", S, "code"}, {LINE2, 2 * S, "bad mrz"}}},
        {"another passport's",
         {{LINE1, S, "half"}, {"L898902C37UTO7408122F1204159ZE184226B<<<<<10", S, "bad mrz"}}},
        {"one use only", {{LINE1, S, "half"}, {LINE2, S, "passport:UTO:L898902C3"}, {LINE2, S, "bad mrz"}}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scan_class class;
        assert_int_equal(scan_class_init(&class, CODE | MRZ, NULL), 0);
        for (size_t j = 0; j < 4 && cases[i].steps[j].scan; j++) {
            static struct presentation scan;
            char text[120];
            put(&scan, cases[i].steps[j].scan, strlen(cases[i].steps[j].scan));
            describe(scan_class_take(&class, &scan, cases[i].steps[j].at_us), &scan, text);
            if (strcmp(text, cases[i].steps[j].expected) != 0)
                fail_msg("%s, step %zu: \"%s\"", cases[i].legend, j, text);
        }
        scan_class_done(&class);
    }
}

static void half_a_passport_is_given_up_once(void **state)
{
    (void)state;
    static struct presentation scan;
    struct scan_class class;
    assert_int_equal(scan_class_init(&class, MRZ, NULL), 0);
    assert_false(scan_class_gives_up(&class, 9 * S));
    put(&scan, LINE1, 44);
    assert_int_equal(scan_class_take(&class, &scan, S), SCAN_HALF);
    assert_false(scan_class_gives_up(&class, S + SCAN_LINE_US - 1));
    assert_true(scan_class_gives_up(&class, S + SCAN_LINE_US));
    assert_false(scan_class_gives_up(&class, S + SCAN_LINE_US));
    scan_class_done(&class);
}

static void patterns_must_be_regular(void **state)
{
    (void)state;
    static const char *const bad[] = {NULL, "", "[0-9", "(", "a{2,1}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct scan_class class;
        static struct presentation scan;
        assert_int_equal(scan_class_init(&class, STUDENT, bad[i]), -EINVAL);
        put(&scan, "1", 1);
        assert_int_equal(scan_class_take(&class, &scan, S), SCAN_NOT_ACCEPTED);
        scan_class_done(&class);
    }
}

static void rules_have_names(void **state)
{
    (void)state;
    assert_int_equal(scan_rule_from_name("capture_code"), CODE);
    assert_int_equal(scan_rule_from_name("id_number"), NUMBER);
    assert_int_equal(scan_rule_from_name("student_no"), STUDENT);
    assert_int_equal(scan_rule_from_name("mrz"), MRZ);
    assert_int_equal(scan_rule_from_name("id"), SCAN_RULE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_decide),
        cmocka_unit_test(codes_are_kept_exactly),
        cmocka_unit_test(numbers_leave_no_bytes_behind),
        cmocka_unit_test(lines_come_one_by_one),
        cmocka_unit_test(half_a_passport_is_given_up_once),
        cmocka_unit_test(patterns_must_be_regular),
        cmocka_unit_test(rules_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
