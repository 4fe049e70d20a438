/* Profiles: each one that is carried says what its school's notice demands, and every mistake is told with its line, in
 * two languages, with the settings that are meant. */
#include "desk/profile.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct profile load(const char *text)
{
    struct profile profile;
    struct settings_fault fault = {0};
    int result = profile_parse(text, strlen(text), &profile, &fault);
    if (result != 0)
        print_error("line %d: %s\n", fault.line, fault.en);
    assert_int_equal(result, 0);
    return profile;
}

static void every_carried_one_is_sound(void **state)
{
    (void)state;
    static const char *const names[] = {"default",    "hnust-2021", "hqu-2024",
                                        "hunnu-2019", "ncu-2020",   "zju-2021"};
    char name[PROFILE_MAX + 1];
    const char *text = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_true(profile_carried_at(i, name, &text));
        assert_string_equal(name, names[i]);
        assert_true(profile_name_is_valid(name));
        assert_ptr_equal(profile_carried(name), text);
        struct profile profile = load(text);
        assert_int_equal(queue_rules_check(&profile.rules), RULES_SOUND);
        assert_true(profile.title_zh[0] && profile.title_en[0]);
    }
    assert_false(profile_carried_at(sizeof names / sizeof *names, name, &text));
    assert_null(profile_carried("hunnu-2020"));
    assert_null(profile_carried(""));
}

#define MEDIUM(name) (1u << MEDIUM_##name)

/* What DOMAIN.md says of each school. */
static void each_school_gets_its_rules(void **state)
{
    (void)state;
    struct profile hunnu = load(profile_carried("hunnu-2019")), hnust = load(profile_carried("hnust-2021")),
                   hqu = load(profile_carried("hqu-2024")), ncu = load(profile_carried("ncu-2020")),
                   zju = load(profile_carried("zju-2021")), plain = load(profile_carried("default"));
    struct queue_rules usual;
    queue_rules_default(&usual);
    char plain_text[RULES_TEXT_SIZE], usual_text[RULES_TEXT_SIZE];
    usual.order = plain.rules.order; /* a hint refuses nobody */
    queue_rules_text(&plain.rules, plain_text);
    queue_rules_text(&usual, usual_text);
    assert_string_equal(plain_text, usual_text);

    assert_int_equal(hunnu.rules.media, MEDIUM(ID_CARD) | MEDIUM(MANUAL));
    assert_true(hunnu.rules.outsiders);
    assert_int_equal(hunnu.rules.payment, PAYMENT_TOKEN);
    assert_int_equal(hunnu.rules.fee_fen, 1500);
    assert_string_equal(hunnu.file_name, "{school}{year}{student_no}{name}.jpg");
    assert_int_equal(hunnu.image.width, 640);
    assert_int_equal(hunnu.image.height, 480);
    assert_int_equal(hunnu.image.kb_least, 100);

    assert_int_equal(hnust.rules.media, MEDIUM(ID_CARD));
    assert_int_equal(hnust.rules.payment, PAYMENT_PREPAID);
    assert_int_equal(hnust.rules.payment_gate, GATE_REFUSE);
    assert_int_equal(hnust.rules.overrides, OVERRIDE_MARSHAL);

    assert_int_equal(hqu.rules.media, MEDIUM(CAPTURE_CODE));
    assert_int_equal(hqu.rules.missed, MISSED_SESSION_END);
    assert_true(hqu.rules.spoken_check && hqu.rules.roll_call);
    assert_int_equal(hqu.rules.payment, PAYMENT_CLASS);
    assert_int_equal(hqu.rules.fee_fen, 2000);
    assert_int_equal(hqu.rules.captured, GATE_REFUSE);

    assert_int_equal(ncu.rules.media, MEDIUM(ID_CARD) | MEDIUM(PASSPORT));
    assert_int_equal(ncu.rules.order, ORDER_ALARM);
    assert_false(ncu.rules.outsiders);

    assert_int_equal(zju.rules.line_limit, 5);
    assert_int_equal(zju.rules.media,
                     MEDIUM(ID_CARD) | MEDIUM(PASSPORT) | MEDIUM(CAMPUS_CARD) | MEDIUM(MANUAL));
    assert_int_equal(zju.rules.payment, PAYMENT_ON_SITE);
}

static void an_empty_file_is_the_default(void **state)
{
    (void)state;
    struct profile empty = load(""), comment = load("# nothing\n\n");
    struct queue_rules usual;
    char expected[RULES_TEXT_SIZE], got[RULES_TEXT_SIZE];
    queue_rules_default(&usual);
    queue_rules_text(&usual, expected);
    queue_rules_text(&empty.rules, got);
    assert_string_equal(got, expected);
    queue_rules_text(&comment.rules, got);
    assert_string_equal(got, expected);
    assert_string_equal(empty.title_zh, "");
}

static void values(void **state)
{
    (void)state;
    static const struct {
        const char *fee;
        uint32_t fen;
    } fees[] = {{"0", 0}, {"15", 1500}, {"15.5", 1550}, {"15.05", 1505}, {"10000", 1000000}, {"0.01", 1}};
    for (size_t i = 0; i < sizeof fees / sizeof *fees; i++) {
        char text[80];
        snprintf(text, sizeof text, "payment = \"class\"\nfee = \"%s\"\n", fees[i].fee);
        assert_int_equal(load(text).rules.fee_fen, fees[i].fen);
    }
    struct profile profile =
        load("media = {\n  \"manual\",\n  \"passport\"\n}\nscan_and_sit = yes\nprefix = \"K\"\n"
             "width = 6\nsheet_columns = {\"number\", \"name\"}\nimage_least = \"480x640\"\n");
    assert_int_equal(profile.rules.media, MEDIUM(MANUAL) | MEDIUM(PASSPORT));
    assert_true(profile.rules.scan_and_sit);
    assert_string_equal(profile.rules.prefix, "K");
    assert_int_equal(profile.rules.width, 6);
    assert_int_equal(profile.n_columns, 2);
    assert_string_equal(profile.columns[1], "name");
    assert_int_equal(profile.image.height, 640);
}

static void every_mistake_has_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *text;
        int line;
        const char *en, *zh; /* parts of the words */
    } cases[] = {
        {"an unknown setting", "order = \"hint\"\n\ncolour = \"red\"\n", 3, "no setting \"colour\"",
         "没有“colour”"},
        {"behind comments, too", "# one\n# two\n/* three\n four */\ncolour = 1\n", 5, "colour", "colour"},
        {"a misspelt word", "\nmissed = \"later\"\n", 2, "\"missed\" cannot be \"later\"; it takes line-end",
         "missed"},
        {"a medium that is none", "media = {\"id_card\",\n \"face\"}", 1, "\"face\"", "“face”"},
        {"no medium", "media = {}\n", 1, "\"media\" is empty", "空"},
        {"a number out of range", "line_limit = 10000", 1, "\"line_limit\" cannot be \"10000\"",
         "line_limit"},
        {"a negative number", "pace_seconds = -1", 1, "pace_seconds", "pace_seconds"},
        {"a text for a number", "width = \"four\"", 1, "\"width\" is not of its kind", "width"},
        {"a word for a switch", "\n\nspoken_check = \"perhaps\"", 3, "spoken_check", "spoken_check"},
        {"twice", "order = \"hint\"\norder = \"free\"\n", 2, "\"order\" is given twice", "两次"},
        {"a list twice", "media = {\"manual\"}\nmedia = {\"chip\"}\n", 2, "given twice", "两次"},
        {"a fee with three places", "payment = \"class\"\nfee = \"1.005\"", 2, "yuan", "fee"},
        {"a fee without digits", "payment = \"class\"\nfee = \".\"", 2, "fee", "fee"},
        {"an unknown field in a file name", "file_name = \"{face}.jpg\"", 1, "file_name", "file_name"},
        {"a folder in a file name", "file_name = \"../{name}.jpg\"", 1, "file_name", "file_name"},
        {"a brace left open", "file_name = \"{name\"", 1, "file_name", "file_name"},
        {"an unknown column", "sheet_columns = {\"number\", \"face\"}", 1, "sheet_columns", "sheet_columns"},
        {"half an image size", "image_least = \"640\"", 1, "image_least", "image_least"},
        {"a prefix of other letters", "prefix = \"A-\"", 1, "prefix", "prefix"},
        {"a prefix that is too long", "prefix = \"ABCDE\"", 1, "prefix", "prefix"},
        {"a gate without payment", "payment_gate = \"refuse\"\n", 1, "\"payment_gate\"", "“payment”"},
        {"a gate before a bill", "payment = \"class\"\n\npayment_gate = \"refuse\"\n", 3, "contradicts",
         "矛盾"},
        {"the same the other way round", "payment_gate = \"warn\"\npayment = \"none\"\n", 2, "contradicts",
         "矛盾"},
        {"a line where there is none", "scan_and_sit = true\nline_limit = 5\n", 2, "line_limit",
         "scan_and_sit"},
        {"missed without a line", "missed = \"session-end\"\nscan_and_sit = true\n", 2, "missed",
         "scan_and_sit"},
        {"a fee without payment", "fee = \"15\"\n", 1, "\"fee\" contradicts \"payment\"", "fee"},
        {"images both too small and too large", "image_kb_least = 9\nimage_kb_most = 8\n", 2, "image_kb",
         "image_kb"},
        {"a section", "lane \"A\" {\n}\n", 1, "lane", "lane"},
        {"an open text", "title_zh = \"abc\n", 1, "", ""},
        {"the environment", "title_en = \"${HOME}\"\n", 1, "${", "${"},
        {"a foreign encoding", "order = \"hint\"\ntitle_zh = \"\xd5\xc5\"\n", 2, "UTF-8", "UTF-8"},
        {"an open comment", "order = \"hint\"\n/* more\n\n", 2, "comment", "注释"},
        {"a title with a line end", "title_en = \"a\\nb\"\n", 1, "control", "控制字符"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct profile profile, before;
        struct settings_fault fault = {0};
        memset(&profile, 0x5a, sizeof profile);
        before = profile;
        print_message("  %s\n", cases[i].legend);
        assert_int_equal(profile_parse(cases[i].text, strlen(cases[i].text), &profile, &fault), -EINVAL);
        assert_memory_equal(&profile, &before, sizeof profile);
        print_message("    %d: %s / %s\n", fault.line, fault.en, fault.zh);
        assert_int_equal(fault.line, cases[i].line);
        assert_non_null(strstr(fault.en, cases[i].en));
        assert_non_null(strstr(fault.zh, cases[i].zh));
        assert_true(fault.en[0] && fault.zh[0]);
    }
}

static void a_file_may_not_be_endless(void **state)
{
    (void)state;
    static char text[SETTINGS_TEXT_MAX + 2];
    struct profile profile;
    struct settings_fault fault;
    memset(text, '\n', sizeof text - 1);
    assert_int_equal(profile_parse(text, SETTINGS_TEXT_MAX, &profile, &fault), 0);
    assert_int_equal(profile_parse(text, SETTINGS_TEXT_MAX + 1, &profile, &fault), -EINVAL);
}

static void names(void **state)
{
    (void)state;
    assert_true(profile_name_is_valid("zju-2021"));
    assert_true(profile_name_is_valid("a_B-9"));
    assert_false(profile_name_is_valid(""));
    assert_false(profile_name_is_valid("../x"));
    assert_false(profile_name_is_valid("a.conf"));
    assert_false(profile_name_is_valid("123456789012345678901234567890123"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_carried_one_is_sound),
        cmocka_unit_test(each_school_gets_its_rules),
        cmocka_unit_test(an_empty_file_is_the_default),
        cmocka_unit_test(values),
        cmocka_unit_test(every_mistake_has_its_line),
        cmocka_unit_test(a_file_may_not_be_endless),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
