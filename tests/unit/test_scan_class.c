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
#define LOW1  "p<utoeriksson<<anna<maria<<<<<<<<<<<<<<<<<<<"
#define LOW2  "l898902c36uto7408122f1204159ze184226b<<<<<10"
#define AND1  "P&UTOERIKSSON&&ANNA&MARIA&&&&&&&&&&&&&&&&&&&"
#define AND2  "L898902C36UTO7408122F1204159ZE184226B&&&&&10"

enum {
    CODE = SCAN_RULE_CAPTURE_CODE,
    NUMBER = SCAN_RULE_ID_NUMBER,
    STUDENT = SCAN_RULE_STUDENT_NO,
    MRZ = SCAN_RULE_MRZ,
    TOKEN = SCAN_RULE_PAYMENT_TOKEN,
    ALL = CODE | NUMBER | STUDENT | MRZ | TOKEN,
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
    static const char *const verdicts[] = {"",       "half",    "ambiguous",    "not accepted", "blank",
                                           "bad id", "bad mrz", "line missing", "token"};
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
        {"a permanent resident's", CODE | NUMBER, NULL, "utc990190010111", "bad id"},
        {"wrong check digit: never a code", CODE | NUMBER, NULL, "990101199001010018", "bad id"},
        {"no date: never a code", CODE | NUMBER, NULL, "990101199013010018", "bad id"},
        {"wrong check digit, no codes", NUMBER, NULL, "990101199001010018", "bad id"},
        {"blanks inside: never a code", CODE | NUMBER, NULL, "990101 19900101 0019", "bad id"},
        {"an ID number where none is taken: never a code", CODE | MRZ, NULL, ID, "not accepted"},
        {"blanks around", NUMBER, NULL, " 110105491231002", "manual:11010519491231002X/"},
        {"tab behind", CODE | NUMBER, NULL, ID "\t", "manual:" ID "/"},
        {"line break behind", CODE | NUMBER, NULL, ID "\r\n", "manual:" ID "/"},
        {"blanks make 18", NUMBER, NULL, " 110105491231002  ", "manual:11010519491231002X/"},
        {"one digit lost: never a code", CODE | NUMBER, NULL, "99010119900101001", "bad id"},
        {"one digit lost before an X", CODE | NUMBER, NULL, "9901011990010100X", "bad id"},
        {"two digits lost: never a code", CODE | NUMBER, NULL, "9901011990010100", "bad id"},
        {"one digit too many: never a code", CODE | NUMBER, NULL, "9901011990010100190", "bad id"},
        {"20 digits are another code", CODE | NUMBER, NULL, "99010119900101001900", "code"},
        {"14 digits are another code", CODE | NUMBER, NULL, "99010119900101", "code"},
        {"18 characters that are no number", CODE | NUMBER, NULL, "99010119900101001A", "code"},
        {"nothing but blanks", ALL, "x", " \t\r", "blank"},
        {"nothing but blanks, codes alone: not looked at", CODE, NULL, " ", "code"},
        {"one digit more than an ID number", NUMBER, NULL, ID "0", "bad id"},
        {"longer than an ID number", NUMBER, NULL, ID "00", "not accepted"},
        {"student number", ALL, "[0-9]{8}", "20220001", "manual:/20220001"},
        {"student number, blank before", ALL, "[0-9]{8}", " 20220001\t", "manual:/20220001"},
        {"18 digits that check wrong, and a student number", NUMBER | STUDENT, "[0-9]{18}",
         "990101199001010018", "ambiguous"},
        {"18 digits without a date are one thing only", NUMBER | STUDENT, "[0-9]{18}", "202211111111111111",
         "manual:/202211111111111111"},
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
        {"passport, tab between", MRZ, NULL, LINE1 "\t" LINE2 "\t", "passport:UTO:L898902C3"},
        {"passport, blank between", MRZ, NULL, LINE1 " " LINE2, "passport:UTO:L898902C3"},
        {"passport in small letters", CODE | MRZ, NULL, LOW1 "\r" LOW2, "passport:UTO:L898902C3"},
        {"passport with another filler", CODE | MRZ, NULL, AND1 "\r" AND2, "passport:UTO:L898902C3"},
        {"first line too short", CODE | MRZ, NULL, "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<", "bad mrz"},
        {"second line too short", CODE | MRZ, NULL,
         LINE1 "\r"
               "L898902C36UTO7408122F1204159ZE184226B<<<<<1",
         "bad mrz"},
        {"second line alone and too short", CODE | MRZ, NULL, "L898902C36UTO7408122F1204159ZE184226B<<<<<1",
         "bad mrz"},
        {"full optional data, too long", CODE | MRZ, NULL, "E123456784CHN9001011M3001019MMPDLGLINOKLA9412",
         "bad mrz"},
        {"three lines", CODE | MRZ, NULL, LINE1 "\r" LINE2 "\rX", "bad mrz"},
        {"the second line first", CODE | MRZ, NULL, LINE2 "\r" LINE1, "bad mrz"},
        {"an identity card's line", CODE | MRZ, NULL, "I<UTOD231458907<<<<<<<<<<<<<<<", "bad mrz"},
        {"a passport where none is taken: never a code", CODE | NUMBER, NULL, LINE1, "not accepted"},
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
        {"second line without the first: never a code", ALL, "x", LINE2, "line missing"},
        {"second line alone, misread", ALL, "x", "L898902C36UTO74O8122F12O4159ZE184226B<<<<<10",
         "line missing"},
        {"44 other characters", CODE | MRZ, NULL, "PAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "code"},
        {"44 of base64", CODE | MRZ, NULL, "PAz/+3fQ09kqLmWxE8aYc1d2BvTnR7uIoJhGpZsXbK0=", "code"},
        {"44 capitals and digits", CODE | MRZ, NULL, "L898902C36UTOX40B122F1204159ZE184226BAAAAA10", "code"},
        {"88 hexadecimal digits", ALL, "x",
         "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF01234567", "code"},
        {"payment token", ALL, "[0-9]{8}", "PAY1a2b3c", "token"},
        {"payment token beside codes alone", CODE | TOKEN, NULL, "PAY1a2b3c\r", "token"},
        {"beside codes alone nothing else is looked at", CODE | TOKEN, NULL, ID, "code"},
        {"the prefix alone is none", CODE | TOKEN, NULL, "PAY", "code"},
        {"the prefix stands at the start", CODE | TOKEN, NULL, "xPAY1", "code"},
        {"payment token and student number", ALL, "[A-Z0-9]+", "PAY123", "ambiguous"},
        {"payment token, not accepted", CODE | NUMBER, NULL, "PAY1a2b3c", "not accepted"},
        {"payment token, codes alone: not accepted", CODE, NULL, "PAY1a2b3c", "not accepted"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct presentation scan;
        struct scan_class class;
        char text[120];
        assert_int_equal(scan_class_init(&class, cases[i].accepts, cases[i].pattern, "PAY"), 0);
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
    assert_int_equal(scan_class_init(&class, ALL, "[0-9]{8}", "PAY"), 0);
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
    assert_int_equal(scan_class_init(&class, NUMBER, NULL, NULL), 0);
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
        {"too late", {{LINE1, S, "half"}, {LINE2, 3 * S, "line missing, dropped"}}},
        {"the first again",
         {{LINE1, S, "half"}, {LINE1, 2 * S, "half"}, {LINE2, 3 * S, "passport:UTO:L898902C3"}}},
        {"a code between",
         {{LINE1, S, "half"}, {"a code", S, "code, dropped"}, {LINE2, 2 * S, "line missing"}}},
        {"two passports at once, half and whole",
         {{LINE1, S, "half"}, {LINE1 LINE2, S, "passport:UTO:L898902C3, dropped"}}},
        {"in small letters", {{LOW1, S, "half"}, {LOW2, 2 * S, "passport:UTO:L898902C3"}}},
        {"the second too short",
         {{LINE1, S, "half"},
          {"L898902C36UTO7408122F1204159ZE184226B<<<<<1", S, "bad mrz"},
          {LINE2, 2 * S, "line missing"}}},
        {"the second misread beyond its shape",
         {{LINE1, S, "half"}, {"L898902C36UTOX408122F1204159ZE184226BXXXXX10", S, "bad mrz"}}},
        {"another passport's",
         {{LINE1, S, "half"}, {"L898902C37UTO7408122F1204159ZE184226B<<<<<10", S, "bad mrz"}}},
        {"one use only",
         {{LINE1, S, "half"}, {LINE2, S, "passport:UTO:L898902C3"}, {LINE2, S, "line missing"}}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scan_class class;
        assert_int_equal(scan_class_init(&class, CODE | MRZ, NULL, NULL), 0);
        for (size_t j = 0; j < 4 && cases[i].steps[j].scan; j++) {
            static struct presentation scan;
            char text[120];
            put(&scan, cases[i].steps[j].scan, strlen(cases[i].steps[j].scan));
            describe(scan_class_take(&class, &scan, cases[i].steps[j].at_us), &scan, text);
            if (class.has_dropped)
                strcat(text, ", dropped");
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
    assert_int_equal(scan_class_init(&class, MRZ, NULL, NULL), 0);
    assert_false(scan_class_gives_up(&class, 9 * S));
    put(&scan, LINE1, 44);
    assert_int_equal(scan_class_take(&class, &scan, S), SCAN_HALF);
    assert_false(scan_class_gives_up(&class, S + SCAN_LINE_US - 1));
    assert_true(scan_class_gives_up(&class, S + SCAN_LINE_US));
    assert_false(scan_class_gives_up(&class, S + SCAN_LINE_US));
    scan_class_done(&class);
}

static void a_page_sends_both_lines_at_once(void **state)
{
    (void)state;
    static struct presentation scan;
    struct scan_class class;
    assert_int_equal(scan_class_init(&class, CODE | MRZ, NULL, NULL), 0);
    put(&scan, LINE1, 44);
    assert_int_equal(scan_class_take_whole(&class, &scan), SCAN_LINE_MISSING);
    assert_int_equal(scan.medium, MEDIUM_CAPTURE_CODE);
    put(&scan, LINE2, 44);
    assert_int_equal(scan_class_take_whole(&class, &scan), SCAN_LINE_MISSING);
    assert_false(class.has_dropped);
    put(&scan, LINE1 "\r" LINE2, 89);
    assert_int_equal(scan_class_take_whole(&class, &scan), SCAN_TAKEN);
    assert_int_equal(scan.medium, MEDIUM_PASSPORT);
    scan_class_done(&class);
}

static void prefixes_must_fit(void **state)
{
    (void)state;
    static const char *const bad[] = {NULL, "", "123456789012345678901234567890123"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct scan_class class;
        assert_int_equal(scan_class_init(&class, CODE | TOKEN, NULL, bad[i]), -EINVAL);
        assert_int_equal(class.accepts, CODE);
        scan_class_done(&class);
    }
}

static void patterns_must_be_regular(void **state)
{
    (void)state;
    static const char *const bad[] = {NULL, "", "[0-9", "(", "a{2,1}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct scan_class class;
        static struct presentation scan;
        assert_int_equal(scan_class_init(&class, STUDENT, bad[i], NULL), -EINVAL);
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
    assert_int_equal(scan_rule_from_name("payment_token"), TOKEN);
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
        cmocka_unit_test(a_page_sends_both_lines_at_once),
        cmocka_unit_test(prefixes_must_fit),
        cmocka_unit_test(patterns_must_be_regular),
        cmocka_unit_test(rules_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
