/* The SAM text record: a synthetic card (region 990101 does not exist) byte by byte, and records gone wrong.
 */
#include "base/text.h"
#include "identity/sam_text.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* 张测试, male, 汉, 1990-01-01, 990101199001010019, valid 2020-01-01 to 长期 */
static const uint8_t golden[SAM_TEXT_SIZE] = {
    0x20, 0x5f, 0x4b, 0x6d, 0xd5, 0x8b, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00,
    0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x31, 0x00,
    0x30, 0x00, 0x31, 0x00, 0x31, 0x00, 0x39, 0x00, 0x39, 0x00, 0x30, 0x00, 0x30, 0x00, 0x31, 0x00,
    0x30, 0x00, 0x31, 0x00, 0x4b, 0x6d, 0xd5, 0x8b, 0x01, 0x77, 0x4b, 0x6d, 0xd5, 0x8b, 0x02, 0x5e,
    0x4b, 0x6d, 0xd5, 0x8b, 0xef, 0x8d, 0x31, 0x00, 0xf7, 0x53, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00,
    0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00,
    0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00,
    0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x39, 0x00, 0x39, 0x00, 0x30, 0x00,
    0x31, 0x00, 0x30, 0x00, 0x31, 0x00, 0x31, 0x00, 0x39, 0x00, 0x39, 0x00, 0x30, 0x00, 0x30, 0x00,
    0x31, 0x00, 0x30, 0x00, 0x31, 0x00, 0x30, 0x00, 0x30, 0x00, 0x31, 0x00, 0x39, 0x00, 0x4b, 0x6d,
    0xd5, 0x8b, 0x02, 0x5e, 0x6c, 0x51, 0x89, 0x5b, 0x40, 0x5c, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00,
    0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x32, 0x00, 0x30, 0x00,
    0x32, 0x00, 0x30, 0x00, 0x30, 0x00, 0x31, 0x00, 0x30, 0x00, 0x31, 0x00, 0x7f, 0x95, 0x1f, 0x67,
    0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00,
    0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00,
    0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00,
};

static void golden_record_is_read(void **state)
{
    (void)state;
    struct presentation person;
    memset(&person, 'u', sizeof person);
    assert_int_equal(sam_text_parse(golden, sizeof golden, &person), SAM_TEXT_OK);
    struct presentation expected = {
        .medium = MEDIUM_ID_CARD, .id_number = "990101199001010019", .name = "张测试", .valid_to = "LONG"};
    assert_memory_equal(&person, &expected, sizeof person); /* the rest is zero */
}

static void golden_record_is_composed(void **state)
{
    (void)state;
    uint8_t record[SAM_TEXT_SIZE];
    assert_int_equal(sam_text_compose("张测试", "990101199001010019", "LONG", record), 0);
    assert_memory_equal(record, golden, sizeof record);
}

static void damaged_records_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        size_t at;
        const char *text; /* written there as UTF-16LE */
        enum sam_text_fault fault;
        const char *name, *valid_to;
    } cases[] = {
        {"Hong Kong, Macao or Taiwan", 248, "J", SAM_TEXT_UNSUPPORTED_CARD, NULL, NULL},
        {"permanent resident, 2017", 248, "I", SAM_TEXT_UNSUPPORTED_CARD, NULL, NULL},
        {"permanent resident, 2023", 248, "Y", SAM_TEXT_UNSUPPORTED_CARD, NULL, NULL},
        {"a letter of tomorrow", 248, "Z", SAM_TEXT_UNSUPPORTED_CARD, NULL, NULL},
        {"U+0120, whose low byte is a blank", 248, "Ġ", SAM_TEXT_UNSUPPORTED_CARD, NULL, NULL},
        {"wrong check digit", 156, "8", SAM_TEXT_BAD_ID_NUMBER, NULL, NULL},
        {"no number", 122, "                  ", SAM_TEXT_BAD_ID_NUMBER, NULL, NULL},
        {"no name", 0, "   ", SAM_TEXT_BAD_NAME, NULL, NULL},
        {"control character in the name", 2, "\n", SAM_TEXT_BAD_NAME, NULL, NULL},
        {"small x", 122, "99010119900101030x", SAM_TEXT_OK, "张测试", "LONG"},
        {"wide blank after the name", 6, "　", SAM_TEXT_OK, "张测试", "LONG"},
        {"private-use character", 2, "\xee\xa0\x80", SAM_TEXT_OK, "张\xee\xa0\x80试", "LONG"},
        {"beyond the basic plane", 2, "\xf0\xa0\xae\xb7", SAM_TEXT_OK, "张\xf0\xa0\xae\xb7", "LONG"},
        {"name of 15", 0, "一二三四五六七八九十一二三四五", SAM_TEXT_OK, "一二三四五六七八九十一二三四五",
         "LONG"},
        {"end of validity", 204, "20400101", SAM_TEXT_OK, "张测试", "20400101"},
        {"no end of validity", 204, "  ", SAM_TEXT_OK, "张测试", ""},
        {"garbled end of validity", 204, "2040x101", SAM_TEXT_OK, "张测试", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        uint8_t record[SAM_TEXT_SIZE], units[64];
        memcpy(record, golden, sizeof record);
        size_t size = 0;
        for (const char *at = cases[i].text; *at; at += utf8_first(at))
            size += utf8_first(at) == 4 ? 4 : 2;
        assert_int_equal(utf8_to_utf16le(cases[i].text, units, size), 0);
        memcpy(record + cases[i].at, units, size);
        struct presentation person = {.name = "untouched"};
        enum sam_text_fault fault = sam_text_parse(record, sizeof record, &person);
        assert_int_equal(fault, cases[i].fault);
        assert_string_equal(person.name, cases[i].name ? cases[i].name : "untouched");
        if (fault == SAM_TEXT_OK)
            assert_string_equal(person.valid_to, cases[i].valid_to);
    }
}

static void sizes_and_surrogates_are_refused(void **state)
{
    (void)state;
    struct presentation person = {.name = "untouched"};
    uint8_t record[SAM_TEXT_SIZE + 1];
    memcpy(record, golden, sizeof golden);
    assert_int_equal(sam_text_parse(record, 255, &person), SAM_TEXT_BAD_SIZE);
    assert_int_equal(sam_text_parse(record, 257, &person), SAM_TEXT_BAD_SIZE);
    assert_int_equal(sam_text_parse(record, 0, &person), SAM_TEXT_BAD_SIZE);
    record[3] = 0xd8; /* the name's second character becomes half a pair */
    assert_int_equal(sam_text_parse(record, 256, &person), SAM_TEXT_BAD_ENCODING);
    record[3] = golden[3];
    record[125] = 0xdc;
    assert_int_equal(sam_text_parse(record, 256, &person), SAM_TEXT_BAD_ENCODING);
    assert_string_equal(person.name, "untouched");
}

static void composing_refuses_what_no_card_has(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *name, *id_number, *valid_to;
        int result;
    } cases[] = {
        {"dated", "李测", "990101200002290011", "20400101", 0},
        {"without an end", "李测", "990101200002290011", "", 0},
        {"name of 16", "一二三四五六七八九十一二三四五六", "990101199001010019", "LONG", -E2BIG},
        {"no name", "", "990101199001010019", "LONG", -EINVAL},
        {"name not UTF-8", "\xff", "990101199001010019", "LONG", -EINVAL},
        {"wrong check digit", "李测", "990101199001010018", "LONG", -EINVAL},
        {"odd end", "李测", "990101199001010019", "2040", -EINVAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        uint8_t record[SAM_TEXT_SIZE] = "untouched";
        assert_int_equal(sam_text_compose(cases[i].name, cases[i].id_number, cases[i].valid_to, record),
                         cases[i].result);
        if (cases[i].result != 0) {
            assert_string_equal((const char *)record, "untouched");
            continue;
        }
        struct presentation person;
        assert_int_equal(sam_text_parse(record, sizeof record, &person), SAM_TEXT_OK);
        assert_string_equal(person.name, cases[i].name);
        assert_string_equal(person.id_number, cases[i].id_number);
        assert_string_equal(person.valid_to, cases[i].valid_to);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_record_is_read),
        cmocka_unit_test(golden_record_is_composed),
        cmocka_unit_test(damaged_records_are_judged),
        cmocka_unit_test(sizes_and_surrogates_are_refused),
        cmocka_unit_test(composing_refuses_what_no_card_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
