/* Presentations from JSON: what a page or a reader may send, what must be refused, and who it turns out to
 * be. */
#include "base/bytes.h"
#include "identity/medium.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MRZ1 "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
#define MRZ2 "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
#define N16  "0123456789abcdef"
#define N64  N16 N16 N16 N16

/* To keep the table narrow: an `expected` is given only for what is taken. */
static const struct {
    const char *legend, *json;
    enum presentation_fault fault;
    struct presentation expected;
} cases[] = {
    {"typed number",
     "{'medium':'manual','id_number':'990101199001010019','name':'张测试'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_MANUAL, .id_number = "990101199001010019", .name = "张测试"}},
    {"old number, small x, unit",
     "{'medium':'manual','id_number':' 110105491231002','unit':'文学院'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_MANUAL, .id_number = "11010519491231002X", .unit = "文学院"}},
    {"student number alone",
     "{'medium':'manual','student_no':' 2022-0001 ','id_number':'','name':null}",
     PRESENTATION_OK,
     {.medium = MEDIUM_MANUAL, .student_no = "2022-0001"}},
    {"both",
     "{'medium':'manual','student_no':'7','id_number':'990101199001010019'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_MANUAL, .id_number = "990101199001010019", .student_no = "7"}},
    {"blanks around a name",
     "{'medium':'manual','student_no':'7','name':' 　张 三　 '}",
     PRESENTATION_OK,
     {.medium = MEDIUM_MANUAL, .student_no = "7", .name = "张 三"}},
    {"neither", "{'medium':'manual','name':'张测试'}", PRESENTATION_BAD_REQUEST, {0}},
    {"blank student number", "{'medium':'manual','student_no':' '}", PRESENTATION_BAD_REQUEST, {0}},
    {"wrong number beside a student number",
     "{'medium':'manual','student_no':'7','id_number':'990101199001010018'}",
     PRESENTATION_BAD_ID_NUMBER,
     {0}},
    {"blank number", "{'medium':'manual','student_no':'7','id_number':' '}", PRESENTATION_BAD_ID_NUMBER, {0}},
    {"number as a number",
     "{'medium':'manual','id_number':990101199001010019}",
     PRESENTATION_BAD_REQUEST,
     {0}},
    {"name as a list", "{'medium':'manual','student_no':'7','name':['x']}", PRESENTATION_BAD_REQUEST, {0}},
    {"line break in a name",
     "{'medium':'manual','student_no':'7','name':'a\\nb'}",
     PRESENTATION_BAD_REQUEST,
     {0}},
    {"NUL in a name",
     "{'medium':'manual','student_no':'7','name':'a\\u0000b'}",
     PRESENTATION_BAD_REQUEST,
     {0}},
    {"name of 193",
     "{'medium':'manual','student_no':'7','name':'" N64 N64 N64 "x'}",
     PRESENTATION_BAD_REQUEST,
     {0}},
    {"name of 192",
     "{'medium':'manual','student_no':'7','name':'" N64 N64 N64 "'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_MANUAL, .student_no = "7", .name = N64 N64 N64}},
    {"student number of 33",
     "{'medium':'manual','student_no':'" N16 N16 "x'}",
     PRESENTATION_BAD_REQUEST,
     {0}},
    {"unit of 121",
     "{'medium':'manual','student_no':'7','unit':'" N64 N16 N16 N16 "12345678x'}",
     PRESENTATION_BAD_REQUEST,
     {0}},

    {"card from a reader",
     "{'type':'reading','at_us':5,'medium':'id_card','id_number':'11010519491231002x','name':'李测','valid_"
     "to':'20400101'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_ID_CARD, .id_number = "11010519491231002X", .name = "李测", .valid_to = "20400101"}},
    {"card for ever",
     "{'medium':'id_card','id_number':'990101199001010019','valid_to':'LONG'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_ID_CARD, .id_number = "990101199001010019", .valid_to = "LONG"}},
    {"a permanent resident's number of before 2023",
     "{'medium':'id_card','id_number':'uto990190010105','name':'TEST, SPECIMEN','valid_to':'20280101'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_ID_CARD,
      .id_number = "UTO990190010105",
      .name = "TEST, SPECIMEN",
      .valid_to = "20280101"}},
    {"the same, typed",
     "{'medium':'manual','id_number':'UTO990190010105'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_MANUAL, .id_number = "UTO990190010105"}},
    {"a permanent resident's number that does not check",
     "{'medium':'id_card','id_number':'UTO990190010106'}",
     PRESENTATION_BAD_ID_NUMBER,
     {0}},
    {"odd validity",
     "{'medium':'id_card','id_number':'990101199001010019','valid_to':'2040'}",
     PRESENTATION_BAD_REQUEST,
     {0}},
    {"card without a number", "{'medium':'id_card','name':'李测'}", PRESENTATION_BAD_REQUEST, {0}},
    {"student number does not make a card",
     "{'medium':'id_card','student_no':'7'}",
     PRESENTATION_BAD_REQUEST,
     {0}},
    {"wrong check digit",
     "{'medium':'id_card','id_number':'990101199001010018'}",
     PRESENTATION_BAD_ID_NUMBER,
     {0}},

    {"chip",
     "{'medium':'chip','serial':'00112233AABBccdd'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_CHIP,
      .credential = {0, 0x11, 0x22, 0x33, 0xaa, 0xbb, 0xcc, 0xdd},
      .credential_size = 8}},
    {"chip: a number typed beside it is not its own",
     "{'medium':'chip','serial':'00112233AABBccdd','id_number':'x'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_CHIP,
      .credential = {0, 0x11, 0x22, 0x33, 0xaa, 0xbb, 0xcc, 0xdd},
      .credential_size = 8}},
    {"chip of zeroes", "{'medium':'chip','serial':'0000000000000000'}", PRESENTATION_BAD_CHIP, {0}},
    {"chip of 15 digits", "{'medium':'chip','serial':'00112233aabbccd'}", PRESENTATION_BAD_CHIP, {0}},
    {"chip of 18 digits", "{'medium':'chip','serial':'00112233aabbccddee'}", PRESENTATION_BAD_CHIP, {0}},
    {"chip with a letter", "{'medium':'chip','serial':'00112233aabbccdg'}", PRESENTATION_BAD_CHIP, {0}},
    {"chip without a serial", "{'medium':'chip'}", PRESENTATION_BAD_REQUEST, {0}},

    {"campus card, single size",
     "{'medium':'campus_card','serial':'04a1b2c3'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_CAMPUS_CARD, .credential = {4, 0xa1, 0xb2, 0xc3}, .credential_size = 4}},
    {"campus card, double size",
     "{'medium':'campus_card','serial':'04010203040506'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_CAMPUS_CARD, .credential = {4, 1, 2, 3, 4, 5, 6}, .credential_size = 7}},
    {"campus card, triple size",
     "{'medium':'campus_card','serial':'04010203040506070809'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_CAMPUS_CARD, .credential = {4, 1, 2, 3, 4, 5, 6, 7, 8, 9}, .credential_size = 10}},
    {"campus card of 5 bytes", "{'medium':'campus_card','serial':'0401020304'}", PRESENTATION_BAD_CHIP, {0}},
    {"campus card of zeroes", "{'medium':'campus_card','serial':'00000000'}", PRESENTATION_BAD_CHIP, {0}},

    {"capture code",
     "{'medium':'capture_code','payload_base64':'AGNvZGX/'}",
     PRESENTATION_OK,
     {.medium = MEDIUM_CAPTURE_CODE, .credential = "\0code\xff", .credential_size = 6}},
    {"empty scan", "{'medium':'capture_code','payload_base64':''}", PRESENTATION_EMPTY_SCAN, {0}},
    {"bad base64", "{'medium':'capture_code','payload_base64':'AGNvZGX'}", PRESENTATION_BAD_REQUEST, {0}},
    {"no payload", "{'medium':'capture_code','payload':'AGNv'}", PRESENTATION_BAD_REQUEST, {0}},

    {"passport",
     "{'medium':'passport','mrz':['" MRZ1 "','" MRZ2 "']}",
     PRESENTATION_OK,
     {.medium = MEDIUM_PASSPORT,
      .name = "ERIKSSON ANNA MARIA",
      .valid_to = "20120415",
      .credential = "UTO:L898902C3",
      .credential_size = 13}},
    {"passport misread",
     "{'medium':'passport','mrz':['" MRZ1 "','L898902C36UTO7408122F1204159ZE184226B<<<<<11']}",
     PRESENTATION_BAD_MRZ,
     {0}},
    {"passport, one line", "{'medium':'passport','mrz':['" MRZ1 "']}", PRESENTATION_BAD_REQUEST, {0}},
    {"passport, three lines",
     "{'medium':'passport','mrz':['" MRZ1 "','" MRZ2 "','']}",
     PRESENTATION_BAD_REQUEST,
     {0}},
    {"passport, a text", "{'medium':'passport','mrz':'" MRZ1 "'}", PRESENTATION_BAD_REQUEST, {0}},

    {"no medium", "{'id_number':'990101199001010019'}", PRESENTATION_BAD_REQUEST, {0}},
    {"medium a number", "{'medium':1}", PRESENTATION_BAD_REQUEST, {0}},
    {"unknown medium", "{'medium':'face'}", PRESENTATION_BAD_MEDIUM, {0}},
    {"medium none", "{'medium':'none'}", PRESENTATION_BAD_MEDIUM, {0}},
    {"medium with a NUL",
     "{'medium':'chip\\u0000','serial':'00112233aabbccdd'}",
     PRESENTATION_BAD_MEDIUM,
     {0}},
    {"a list", "['manual']", PRESENTATION_BAD_REQUEST, {0}},
};

/* The tables above write ' for ". */
static enum presentation_fault take(const char *text, struct presentation *ret)
{
    char *json = bytes_text(text);
    for (char *at = json; (at = strchr(at, '\'')); at++)
        *at = '"';
    json_t *object = json_loads(json, JSON_ALLOW_NUL, NULL);
    assert_non_null(object);
    enum presentation_fault fault = presentation_from_json(object, ret);
    json_decref(object);
    free(json);
    return fault;
}

static void assert_same(const struct presentation *one, const struct presentation *two)
{
    assert_int_equal(one->medium, two->medium);
    assert_string_equal(one->id_number, two->id_number);
    assert_string_equal(one->name, two->name);
    assert_string_equal(one->student_no, two->student_no);
    assert_string_equal(one->unit, two->unit);
    assert_string_equal(one->valid_to, two->valid_to);
    assert_int_equal(one->credential_size, two->credential_size);
    assert_memory_equal(one->credential, two->credential, one->credential_size);
}

static void presentations_are_judged(void **state)
{
    (void)state;
    static const struct presentation untouched = {.name = "untouched"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        struct presentation got = untouched;
        assert_int_equal(take(cases[i].json, &got), cases[i].fault);
        assert_same(&got, cases[i].fault == PRESENTATION_OK ? &cases[i].expected : &untouched);
    }
}

static void codes_have_a_largest_size(void **state)
{
    (void)state;
    uint8_t payload[CREDENTIAL_MAX + 1];
    random_bytes(payload, sizeof payload);
    for (size_t size = CREDENTIAL_MAX; size <= CREDENTIAL_MAX + 1; size++) {
        char *text = bytes_alloc(base64_size(size));
        base64_encode(payload, size, text);
        char *json = bytes_format("{'medium':'capture_code','payload_base64':'%s'}", text);
        struct presentation got;
        enum presentation_fault fault = take(json, &got);
        assert_int_equal(fault, size > CREDENTIAL_MAX ? PRESENTATION_TOO_LARGE : PRESENTATION_OK);
        assert_int_equal(got.credential_size, CREDENTIAL_MAX);
        assert_memory_equal(got.credential, payload, CREDENTIAL_MAX);
        free(json);
        free(text);
    }
}

static void what_is_no_json_is_refused(void **state)
{
    (void)state;
    struct presentation got;
    assert_int_equal(presentation_from_json(NULL, &got), PRESENTATION_BAD_REQUEST);
}

static void media_have_names(void **state)
{
    (void)state;
    for (enum medium medium = MEDIUM_MANUAL; medium < MEDIUM_COUNT; medium++)
        assert_int_equal(medium_from_name(medium_name(medium)), medium);
    assert_string_equal(medium_name(MEDIUM_CAPTURE_CODE), "capture_code");
    assert_string_equal(medium_name(MEDIUM_NONE), "none");
    assert_int_equal(medium_from_name("none"), MEDIUM_NONE);
    assert_int_equal(medium_from_name(""), MEDIUM_NONE);
}

static void credentials_say_who(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *json;
        enum credential_kind kind;
        const char *bytes;
        size_t size;
        bool is_bound;
    } whos[] = {
        {"number before student number",
         "{'medium':'manual','student_no':'7','id_number':'990101199001010019'}", CREDENTIAL_ID_NUMBER,
         "990101199001010019", 18, true},
        {"card", "{'medium':'id_card','id_number':'990101199001010019'}", CREDENTIAL_ID_NUMBER,
         "990101199001010019", 18, true},
        {"permanent resident", "{'medium':'id_card','id_number':'UTO990190010105'}", CREDENTIAL_ID_NUMBER,
         "UTO990190010105", 15, true},
        {"student number", "{'medium':'manual','student_no':'7'}", CREDENTIAL_STUDENT_NO, "7", 1, true},
        {"chip", "{'medium':'chip','serial':'0011223344556677'}", CREDENTIAL_CHIP,
         "\0\x11\x22\x33\x44\x55\x66\x77", 8, false},
        {"code", "{'medium':'capture_code','payload_base64':'AGNvZGX/'}", CREDENTIAL_CAPTURE_CODE,
         "\0code\xff", 6, false},
        {"passport", "{'medium':'passport','mrz':['" MRZ1 "','" MRZ2 "']}", CREDENTIAL_PASSPORT,
         "UTO:L898902C3", 13, true},
        {"campus card", "{'medium':'campus_card','serial':'04a1b2c3'}", CREDENTIAL_CAMPUS_CARD,
         "\x04\xa1\xb2\xc3", 4, false},
    };
    for (size_t i = 0; i < sizeof whos / sizeof *whos; i++) {
        print_message("  %s\n", whos[i].legend);
        struct presentation got;
        const uint8_t *bytes;
        size_t size;
        assert_int_equal(take(whos[i].json, &got), PRESENTATION_OK);
        assert_int_equal(presentation_credential(&got, &bytes, &size), whos[i].kind);
        assert_int_equal(size, whos[i].size);
        assert_memory_equal(bytes, whos[i].bytes, size);
        assert_int_equal(credential_is_bound(whos[i].kind), whos[i].is_bound);
    }
}

/* Computed with another BLAKE2b: key 00..1f, over kind, length in eight bytes little endian, and bytes. */
static void digests_never_change(void **state)
{
    (void)state;
    static const struct {
        enum credential_kind kind;
        const char *bytes;
        size_t size;
        const char *digest;
    } known[] = {
        {CREDENTIAL_ID_NUMBER, "990101199001010019", 18,
         "c4e92f5c93ca7c30d0981f2a98a20938000342c6ec905f90bde37a0991b778d0"},
        {CREDENTIAL_CAPTURE_CODE, "\0code\xff", 6,
         "7d729f25942809f4572b56b14c84eddaa0de66d498f4edfd7170a23a7a2fa6ec"},
        {CREDENTIAL_PASSPORT, "UTO:L898902C3", 13,
         "cf6d3d43a070c112653025b6097ccaebe5d21bd7569bddd9a73f32c3364c7ef6"},
    };
    uint8_t key[DIGEST_KEY_SIZE];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint8_t digest[DIGEST_SIZE];
        char text[2 * DIGEST_SIZE + 1];
        credential_digest(key, known[i].kind, (const uint8_t *)known[i].bytes, known[i].size, digest);
        hex_encode(digest, sizeof digest, text);
        assert_string_equal(text, known[i].digest);
    }
}

static void cards_expire(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *valid_to, *today;
        bool is_expired;
    } days[] = {
        {"a day later", "20261121", "20261122", true},   {"its last day", "20261122", "20261122", false},
        {"years before", "20400101", "20261122", false}, {"long ago", "19991231", "20261122", true},
        {"for ever", "LONG", "99991231", false},         {"unknown", "", "20261122", false},
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        struct presentation card = {.medium = MEDIUM_ID_CARD};
        strcpy(card.valid_to, days[i].valid_to);
        if (presentation_is_expired(&card, days[i].today) != days[i].is_expired)
            fail_msg("%s", days[i].legend);
    }
}

static void wiping_leaves_nothing(void **state)
{
    (void)state;
    struct presentation got, zero = {0};
    assert_int_equal(take("{'medium':'manual','student_no':'7','name':'x'}", &got), PRESENTATION_OK);
    presentation_wipe(&got);
    assert_memory_equal(&got, &zero, sizeof got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presentations_are_judged),
        cmocka_unit_test(codes_have_a_largest_size),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(media_have_names),
        cmocka_unit_test(credentials_say_who),
        cmocka_unit_test(digests_never_change),
        cmocka_unit_test(cards_expire),
        cmocka_unit_test(wiping_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
