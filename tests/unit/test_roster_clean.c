/* Cells made clean, headings understood, degree levels read: one table each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "identity/degree.h"
#include "roster/roster_clean.h"
#include "roster/roster_columns.h"
#include "roster/roster_store.h"

static void texts_are_tidied(void **state)
{
    static const struct {
        const char *text, *clean;
    } cases[] = {
        {"  张三 ", "张三"},
        {"\u3000张\u3000三\u3000", "张 三"},
        {"ＡＢ１２（班）", "AB12(班)"},
        {"a\r\n b", "a b"},
        {"\ufeff张\u200b三", "张三"},
        {"李\u202e四", "李四"},
        {"", ""},
        {" \u00a0\t", ""},
        {"𠮷田", "𠮷田"},
    };
    char text[64];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(clean_text(cases[i].text, text, sizeof text));
        assert_string_equal(text, cases[i].clean);
    }
    assert_false(clean_text("0123456789", text, 8));
}

static void numbers_are_repaired_or_refused(void **state)
{
    static const struct {
        enum cell_kind kind;
        const char *text;
        double number;
        enum clean_number how;
        const char *clean;
    } cases[] = {
        {CELL_TEXT, "20210001", 0, CLEAN_SAME, "20210001"},
        {CELL_TEXT, " 20210001\n", 0, CLEAN_SAME, "20210001"},
        {CELL_TEXT, "0021", 0, CLEAN_SAME, "0021"},
        {CELL_TEXT, "2021 0001", 0, CLEAN_REPAIRED, "20210001"},
        {CELL_TEXT, "２０２１", 0, CLEAN_REPAIRED, "2021"},
        {CELL_TEXT, "'2021", 0, CLEAN_REPAIRED, "2021"},
        {CELL_TEXT, "’2021", 0, CLEAN_REPAIRED, "2021"},
        {CELL_TEXT, "2021.0", 0, CLEAN_REPAIRED, "2021"},
        {CELL_TEXT, "2021.", 0, CLEAN_SAME, "2021."},
        {CELL_TEXT, "2021.5", 0, CLEAN_SAME, "2021.5"},
        {CELL_TEXT, "2.0210001E+7", 0, CLEAN_REPAIRED, "20210001"},
        {CELL_TEXT, "2.021e+3", 0, CLEAN_REPAIRED, "2021"},
        {CELL_TEXT, "2.02101E+11", 0, CLEAN_DIGITS_LOST, "202101"},
        {CELL_TEXT, "9.90101E+17", 0, CLEAN_DIGITS_LOST, "990101"},
        {CELL_TEXT, "9.90101200101011234E+17", 0, CLEAN_DIGITS_LOST, "990101200101011234"},
        {CELL_TEXT, "2E+11", 0, CLEAN_DIGITS_LOST, "2"},
        {CELL_TEXT, "20E12", 0, CLEAN_SAME, "20E12"}, /* may well be a class's number */
        {CELL_TEXT, "M2021E+", 0, CLEAN_SAME, "M2021E+"},
        {CELL_NUMBER, "20210001", 20210001, CLEAN_WAS_NUMBER, "20210001"},
        {CELL_NUMBER, "2.0210001E7", 20210001, CLEAN_WAS_NUMBER, "20210001"},
        {CELL_NUMBER, "999999999999999", 999999999999999, CLEAN_WAS_NUMBER, "999999999999999"},
        {CELL_NUMBER, "1000000000000000", 1e15, CLEAN_DIGITS_LOST, "1000000000000000"},
        {CELL_NUMBER, "1.5", 1.5, CLEAN_BAD, ""},
        {CELL_NUMBER, "-1", -1, CLEAN_BAD, ""},
        {CELL_TEXT, "01234567890123456789012345678901234567890", 0, CLEAN_BAD, ""},
    };
    char text[33];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct table_cell cell = {
            .kind = cases[i].kind, .text = cases[i].text, .number = cases[i].number};
        const enum clean_number how = clean_number(&cell, text, sizeof text);
        if (how != cases[i].how || strcmp(text, cases[i].clean) != 0)
            fail_msg("%s: %d, %s", cases[i].text, (int)how, text);
    }
}

static void names_are_tidied(void **state)
{
    static const struct {
        const char *text, *clean;
        unsigned found;
    } cases[] = {
        {"张三", "张三", 0},
        {"张\u3000三", "张三", NAME_HAD_BLANKS},
        {"张  三  丰", "张三丰", NAME_HAD_BLANKS},
        {"阿依・古丽", "阿依·古丽", NAME_HAD_DOT},
        {"阿依．古丽", "阿依·古丽", NAME_HAD_DOT},
        {"阿依 • 古丽", "阿依·古丽", NAME_HAD_DOT | NAME_HAD_BLANKS},
        {"阿依·古丽", "阿依·古丽", 0},
        {"John  Q. Smith", "John Q. Smith", 0},
        {"ＪＯＨＮ", "JOHN", 0},
        {"O'Neil-Jones", "O'Neil-Jones", 0},
        {"张?", "张?", NAME_LOST_CHARACTER},
        {"张□", "张□", NAME_LOST_CHARACTER},
        {"张\ue000", "张\ue000", NAME_IS_PRIVATE},
        {"张三2", "张三2", NAME_IS_ODD},
        {"张三(大)", "张三(大)", NAME_IS_ODD},
        {"·", "·", NAME_IS_ODD},
        {"", "", 0},
        {"𠮷", "𠮷", 0},
    };
    char name[64];
    unsigned found;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(clean_name(cases[i].text, name, sizeof name, &found));
        if (strcmp(name, cases[i].clean) != 0 || found != cases[i].found)
            fail_msg("%s: %s, %u", cases[i].text, name, found);
    }
}

static void amounts_are_read(void **state)
{
    static const struct {
        const char *text;
        int fen; /* -1: none */
    } cases[] = {{"15", 1500},       {"15.00", 1500},      {"15元", 1500},   {"￥15", 1500},
                 {"¥ 15.5元", 1550}, {"1,500.50", 150050}, {"0", 0},         {"RMB15", 1500},
                 {"十五", -1},       {"-15", -1},          {"", -1},         {"15.005", -1},
                 {"1e3", -1},        {"15 20", -1},        {"20000000", -1}, {"15元整", 1500},
                 {"１５", 1500}};
    uint32_t fen;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct table_cell cell = {.kind = CELL_TEXT, .text = cases[i].text};
        const bool is_one = clean_amount(&cell, &fen);
        if (is_one != (cases[i].fen >= 0) || (is_one && fen != (uint32_t)cases[i].fen))
            fail_msg("%s", cases[i].text);
    }
    const struct table_cell number = {.kind = CELL_NUMBER, .text = "15.1", .number = 15.1};
    assert_true(clean_amount(&number, &fen));
    assert_int_equal(fen, 1510);
}

static void headings_are_understood(void **state)
{
    static const struct {
        const char *heading;
        enum roster_column column;
    } cases[] = {
        {"学号", COLUMN_STUDENT_NO},
        {"*学 号：", COLUMN_STUDENT_NO},
        {"学号(必填)", COLUMN_STUDENT_NO},
        {"Student_No.", COLUMN_STUDENT_NO},
        {"ＸＨ", COLUMN_STUDENT_NO},
        {"姓　　名", COLUMN_NAME},
        {"姓名\n（与身份证一致）", COLUMN_NAME},
        {"身份证号", COLUMN_ID_NUMBER},
        {"证件\r\n号码", COLUMN_ID_NUMBER},
        {"ID Number", COLUMN_ID_NUMBER},
        {"证件类型", COLUMN_ID_KIND},
        {"学院", COLUMN_COLLEGE},
        {"院（系）", COLUMN_COLLEGE},
        {"专业名称", COLUMN_MAJOR},
        {"行政班级", COLUMN_UNIT},
        {"学历层次", COLUMN_LEVEL},
        {"校区", COLUMN_CAMPUS},
        {"学习形式", COLUMN_CATEGORY},
        {"备注【可空】", COLUMN_NOTE},
        {"缴费金额（元）", COLUMN_AMOUNT},
        {"支付方式", COLUMN_METHOD},
        {"护照号码", COLUMN_PASSPORT},
        {"序号", COLUMN_NONE},
        {"性别", COLUMN_NONE},
        {"姓名拼音", COLUMN_NONE},
        {"家长姓名", COLUMN_NONE},
        {"", COLUMN_NONE},
        {"辅导员姓名", COLUMN_NONE},
        {"2021届毕业生名单", COLUMN_NONE},
        {"学号姓名", COLUMN_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (roster_column_of(cases[i].heading) != cases[i].column)
            fail_msg("%s: %s", cases[i].heading, roster_column_name(roster_column_of(cases[i].heading)));
    for (enum roster_column column = COLUMN_NONE + 1; column < COLUMN_COUNT; column++)
        assert_int_equal(roster_column_of(roster_column_zh(column)), column);
}

static void letters_are_a_spreadsheets(void **state)
{
    static const struct {
        uint32_t column;
        const char *letters;
    } cases[] = {{0, ""},    {1, "A"},    {26, "Z"},   {27, "AA"},
                 {52, "AZ"}, {256, "IV"}, {702, "ZZ"}, {703, "AAA"}};
    char letters[8];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        roster_column_letters(cases[i].column, letters);
        assert_string_equal(letters, cases[i].letters);
    }
}

static void levels_are_read(void **state)
{
    static const struct {
        const char *text;
        enum degree degree; /* NONE: unknown */
    } cases[] = {
        {"专科", DEGREE_ASSOCIATE},        {"高职高专", DEGREE_ASSOCIATE},  {"本科", DEGREE_BACHELOR},
        {"全日制本科生", DEGREE_BACHELOR}, {"专升本", DEGREE_BACHELOR},     {"学士学位", DEGREE_BACHELOR},
        {"硕士研究生", DEGREE_MASTER},     {"专业学位硕士", DEGREE_MASTER}, {"博士", DEGREE_DOCTOR},
        {"直博", DEGREE_DOCTOR},           {"Master", DEGREE_MASTER},       {"PhD", DEGREE_DOCTOR},
        {"硕博连读", DEGREE_NONE},         {"研究生", DEGREE_NONE},         {"", DEGREE_NONE},
        {"本科/硕士", DEGREE_NONE},        {"二学位", DEGREE_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum degree degree = DEGREE_NONE;
        const bool is_known = degree_from_text(cases[i].text, &degree);
        if (degree != cases[i].degree || is_known != (degree != DEGREE_NONE))
            fail_msg("%s: %s", cases[i].text, degree_name(degree));
    }
    for (enum degree degree = DEGREE_ASSOCIATE; degree < DEGREE_COUNT; degree++) {
        enum degree again = DEGREE_NONE;
        assert_true(degree_from_text(degree_zh(degree), &again) && again == degree);
        assert_true(degree_from_text(degree_name(degree), &again) && again == degree);
    }
    assert_string_equal(degree_name(DEGREE_NONE), "");
}

static void texts_are_kept_once(void **state)
{
    struct roster_store *store = roster_store_new();
    char text[32];
    const char *kept[2000];
    (void)state;
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "班%d", i);
        kept[i] = roster_store_shared(store, text);
    }
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "班%d", i);
        assert_string_equal(kept[i], text);
        assert_ptr_equal(roster_store_shared(store, text), kept[i]);
        assert_ptr_not_equal(roster_store_text(store, text), kept[i]);
    }
    roster_store_free(store);
    roster_store_free(NULL);
}

static void troubles_have_words(void **state)
{
    (void)state;
    for (enum roster_trouble trouble = 0; trouble < ROSTER_TROUBLE_COUNT; trouble++) {
        assert_true(strlen(roster_trouble_code(trouble)) > 3 && strlen(roster_trouble_en(trouble)) > 10);
        assert_true((unsigned char)roster_trouble_zh(trouble)[0] >= 0x31);
        for (enum roster_trouble other = 0; other < trouble; other++)
            assert_string_not_equal(roster_trouble_code(trouble), roster_trouble_code(other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_tidied),        cmocka_unit_test(numbers_are_repaired_or_refused),
        cmocka_unit_test(names_are_tidied),        cmocka_unit_test(amounts_are_read),
        cmocka_unit_test(headings_are_understood), cmocka_unit_test(letters_are_a_spreadsheets),
        cmocka_unit_test(levels_are_read),         cmocka_unit_test(texts_are_kept_once),
        cmocka_unit_test(troubles_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
