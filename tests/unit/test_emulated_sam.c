/* The emulated SAM_V reader against the frames of readers.md 1.2 and 1.3 and the synthetic record of 3.3. */
#include "base/bytes.h"
#include "rehearsal/emulated_sam.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WHOLE_READ = 1295 };

#define FIND               "aaaaaa9669000320 0122"
#define SELECT             "aaaaaa9669000320 0221"
#define READ               "aaaaaa9669000330 0132"
#define STATUS(sw3, check) "aaaaaa9669 0004 0000" sw3 check
#define FOUND              "aaaaaa9669 0008 00009f 00000000 97"
#define SELECTED           "aaaaaa9669 000c 000090 0000000000000000 9c"

struct reply {
    uint8_t bytes[4096];
    size_t size;
    int writes;
    bool ends_read;
};

static size_t from_hex(const char *text, uint8_t *ret, size_t capacity)
{
    char plain[512];
    size_t n = 0;
    for (; *text; text++)
        if (*text != ' ')
            plain[n++] = *text;
    const int size = hex_decode(plain, n, ret, capacity);
    assert_true(size >= 0);
    return (size_t)size;
}

static struct reply ask(struct device *d, const char *hex)
{
    uint8_t bytes[256];
    struct reply r = {.size = 0};
    struct timed_write piece;
    d->class->feed(d, bytes, from_hex(hex, bytes, sizeof bytes), 0);
    while (timed_writes_take(&d->output, INT64_MAX, &piece)) {
        assert_true(r.size + piece.size <= sizeof r.bytes);
        memcpy(r.bytes + r.size, piece.bytes, piece.size);
        r.size += piece.size;
        r.ends_read |= piece.ends_read;
        r.writes++;
        free(piece.bytes);
    }
    return r;
}

static void expect(struct device *d, const char *legend, const char *host, const char *reader)
{
    uint8_t bytes[256];
    char wanted[513], got[2 * 4096 + 1];
    const struct reply r = ask(d, host);
    hex_encode(bytes, from_hex(reader, bytes, sizeof bytes), wanted);
    hex_encode(r.bytes, r.size, got);
    if (strcmp(got, wanted) != 0)
        fail_msg("%s:\n said %s\n not  %s", legend, got, wanted);
}

static struct device *reader_new(bool with_card)
{
    struct device *d = emulated_sam.create();
    struct card card = {.kind = CARD_RESIDENT};
    assert_int_equal(sam_text_compose("张测试", "990101199001010019", "LONG", card.text), 0);
    d->class->put(d, &card, with_card, 0);
    return d;
}

static void read_card(struct device *d)
{
    expect(d, "find", FIND, FOUND);
    expect(d, "select", SELECT, SELECTED);
    assert_int_equal(ask(d, READ).size, WHOLE_READ);
}

static void test_plain_commands(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *host, *reader;
    } cases[] = {
        {"reset", "aaaaaa9669000310ffec", STATUS("90", "94")},
        {"status", "aaaaaa9669000311ffed", STATUS("90", "94")},
        {"number", "aaaaaa9669000312ffee", "aaaaaa9669 0014 000090 05000300a53a340187d61200b1cb7400 65"},
        {"find nothing", FIND, STATUS("80", "84")},
        {"select nothing", SELECT, STATUS("81", "85")},
        {"read nothing", READ, STATUS("41", "45")},
        {"no newest address without a card", "aaaaaa9669000330 0330", STATUS("41", "45")},
        {"115200", "aaaaaa96690003600063", STATUS("90", "94")},
        {"no such speed", "aaaaaa96690003600566", STATUS("21", "25")},
        {"RF frame size", "aaaaaa9669000461ff50ca", STATUS("90", "94")},
        {"unknown command", "aaaaaa966900037701 75", STATUS("21", "25")},
        {"wrong checksum", "aaaaaa96690003200121", STATUS("10", "14")},
        {"wrong length", "aaaaaa9669000420010025", STATUS("11", "15")},
        {"absurd length", "aaaaaa96694000", STATUS("11", "15")},
        {"noise, then a command", "00ff13aa9669aaaa" FIND, STATUS("80", "84")},
        {"one AA too many", "aa" FIND, STATUS("80", "84")},
        {"two at once", FIND SELECT, STATUS("80", "84") STATUS("81", "85")},
        {"half a command", "aaaaaa96690003", ""},
        {"its other half", "200122", STATUS("80", "84")},
    };
    struct device *d = reader_new(false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(d, cases[i].legend, cases[i].host, cases[i].reader);
    d->class->destroy(d);
}

static void test_half_a_command_expires(void **state)
{
    (void)state;
    struct device *d = reader_new(false);
    struct timed_write piece;
    d->class->feed(d, (const uint8_t *)"\xaa\xaa\xaa\x96\x69", 5, 0);
    d->class->feed(d, (const uint8_t *)"\xaa\xaa\xaa\x96\x69\x00\x03\x20\x01\x22", 10, 10000000);
    assert_true(timed_writes_take(&d->output, INT64_MAX, &piece));
    assert_int_equal(piece.size, 11);
    assert_int_equal(piece.bytes[9], 0x80);
    free(piece.bytes);
    d->class->destroy(d);
}

static void test_whole_read(void **state)
{
    (void)state;
    static const uint8_t head[] = {0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x05, 0x08,
                                   0x00, 0x00, 0x90, 0x01, 0x00, 0x04, 0x00};
    struct device *d = reader_new(true);
    struct presentation person;
    expect(d, "no select before find", SELECT, STATUS("81", "85"));
    expect(d, "no read before select", READ, STATUS("41", "45"));
    expect(d, "find", FIND, FOUND);
    expect(d, "select", SELECT, SELECTED);
    const struct reply r = ask(d, READ);
    assert_int_equal(r.size, WHOLE_READ);
    assert_true(r.ends_read);
    assert_memory_equal(r.bytes, head, sizeof head);
    uint8_t check = 0;
    for (size_t i = 5; i < r.size; i++)
        check ^= r.bytes[i];
    assert_int_equal(check, 0);
    assert_int_equal(sam_text_parse(r.bytes + sizeof head, SAM_TEXT_SIZE, &person), SAM_TEXT_OK);
    assert_string_equal(person.id_number, "990101199001010019");
    assert_string_equal(person.name, "张测试");
    assert_string_equal(person.valid_to, "LONG");
    expect(d, "no newest address on it", "aaaaaa9669000330 0330", STATUS("91", "95"));
    assert_int_equal(ask(d, "aaaaaa9669000330 1023").size, 1297);
    d->class->destroy(d);
}

static void test_card_must_leave_before_it_is_found_again(void **state)
{
    (void)state;
    struct card card = {.kind = CARD_RESIDENT};
    struct device *d = reader_new(true);
    read_card(d);
    expect(d, "rests", FIND, STATUS("80", "84"));
    expect(d, "rests still", FIND, STATUS("80", "84"));
    expect(d, "reset does not help", "aaaaaa9669000310ffec", STATUS("90", "94"));
    expect(d, "rests still", FIND, STATUS("80", "84"));
    d->class->put(d, NULL, 0, 0);
    expect(d, "gone", FIND, STATUS("80", "84"));
    d->class->put(d, &card, 1, 0);
    read_card(d);
    assert_int_equal(device_option(d, "rests", "off"), 0);
    read_card(d);
    read_card(d);
    d->class->destroy(d);
}

static void test_second_read_of_a_resting_card(void **state)
{
    (void)state;
    struct device *d = reader_new(true);
    read_card(d);
    assert_int_equal(ask(d, READ).size, WHOLE_READ);
    assert_int_equal(device_option(d, "reread", "off"), 0);
    expect(d, "refused", READ, STATUS("41", "45"));
    d->class->destroy(d);
}

static void test_what_is_not_found(void **state)
{
    (void)state;
    const struct card cards[2] = {{.kind = CARD_RESIDENT}, {.kind = CARD_RESIDENT}};
    const struct card uid = {.kind = CARD_TYPE_A, .uid_size = 4};
    struct device *d = reader_new(false);
    d->class->put(d, cards, 2, 0);
    expect(d, "two cards", FIND, STATUS("80", "84"));
    d->class->put(d, &uid, 1, 0);
    expect(d, "type A", FIND, STATUS("80", "84"));
    d->class->destroy(d);
}

static void test_short_faults(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *reader;
    } cases[] = {
        {"checksum", "aaaaaa9669 0008 00009f 00000000 cd"},
        {"truncate", "aaaaaa96690008"},
        {"header", "aa00aaaa9669 0008 00009f 00000000 97"},
        {"noise", "00aaaa966900ffaa13" FOUND},
        {"extra-aa", "aaaa" FOUND},
        {"silence", ""},
        {"slow", FOUND},
        {"dup", FOUND FOUND},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct device *d = reader_new(true);
        assert_int_equal(device_plan_fault(d, cases[i].kind, 1, false), 0);
        expect(d, cases[i].kind, FIND, cases[i].reader);
        expect(d, "well again", FIND, FOUND);
        d->class->destroy(d);
    }
}

static void test_faults_of_reads_wait_for_a_read(void **state)
{
    (void)state;
    struct device *d = reader_new(true);
    assert_int_equal(device_plan_fault(d, "truncate", 1, true), 0);
    expect(d, "find", FIND, FOUND);
    expect(d, "select", SELECT, SELECTED);
    const struct reply torn = ask(d, READ);
    assert_int_equal(torn.size, WHOLE_READ / 2);
    assert_false(torn.ends_read);
    assert_int_equal(ask(d, READ).size, WHOLE_READ);
    assert_int_equal(device_plan_fault(d, "status31", 1, false), 0);
    expect(d, "31", READ, STATUS("31", "35"));
    assert_int_equal(device_plan_fault(d, "status41", 1, false), 0);
    expect(d, "41", READ, STATUS("41", "45"));
    d->class->destroy(d);
}

static void test_status81(void **state)
{
    (void)state;
    struct device *d = reader_new(true);
    assert_int_equal(device_plan_fault(d, "status81", 1, false), 0);
    expect(d, "find", FIND, FOUND);
    expect(d, "select fails", SELECT, STATUS("81", "85"));
    expect(d, "so does the read", READ, STATUS("41", "45"));
    d->class->destroy(d);
}

static void test_slow_comes_byte_by_byte(void **state)
{
    (void)state;
    struct device *d = reader_new(true);
    assert_int_equal(device_plan_fault(d, "slow", 1, false), 0);
    assert_int_equal(ask(d, FIND).writes, 15);
    assert_int_equal(ask(d, FIND).writes, 1);
    d->class->destroy(d);
}

static void test_mute_until_replugged(void **state)
{
    (void)state;
    struct device *d = reader_new(true);
    assert_int_equal(device_plan_fault(d, "mute", 1, false), 0);
    expect(d, "mute", FIND, "");
    expect(d, "still", FIND, "");
    expect(d, "even for nonsense", "aaaaaa96694000", "");
    d->class->power_up(d);
    expect(d, "speaks", FIND, FOUND);
    d->class->destroy(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_commands),
        cmocka_unit_test(test_half_a_command_expires),
        cmocka_unit_test(test_whole_read),
        cmocka_unit_test(test_card_must_leave_before_it_is_found_again),
        cmocka_unit_test(test_second_read_of_a_resting_card),
        cmocka_unit_test(test_what_is_not_found),
        cmocka_unit_test(test_short_faults),
        cmocka_unit_test(test_faults_of_reads_wait_for_a_read),
        cmocka_unit_test(test_status81),
        cmocka_unit_test(test_slow_comes_byte_by_byte),
        cmocka_unit_test(test_mute_until_replugged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
