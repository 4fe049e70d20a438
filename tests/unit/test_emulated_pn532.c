/* The emulated PN532 against the transcript of the real libnfc 1.8 (emulation.md 1, readers.md 6.4): what the
 * host sends and what the chip must answer, byte for byte. "ACK" stands for 00 00 ff 00 ff 00. */
#include "base/bytes.h"
#include "rehearsal/emulated_pn532.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ACK  "0000ff00ff00"
#define WAKE "55550000000000000000000000000000"

struct step {
    const char *legend, *host, *chip;
};

static const struct card resident = {.kind = CARD_RESIDENT,
                                     .serial = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88}};

static const struct step opening[] = {
    {"asleep: a frame without wake-up is not heard", "0000ff02fed4022a00", ""},
    {"wake-up and SAMConfiguration", WAKE "0000ff03fdd414011700", ACK "0000ff02fed5151600"},
    {"Diagnose \"libnfc\"", "0000ff09f7d400006c69626e6663be00", ACK "0000ff09f7d501006c69626e6663bc00"},
    {"GetFirmwareVersion", "0000ff02fed4022a00", ACK "0000ff06fad50332010607e800"},
    {"SetParameters 14", "0000ff03fdd412140600", ACK "0000ff02fed5131800"},
    {"ReadRegister x5", "0000ff0cf4d406630263036 30d6338633db000", ACK "0000ff07f9d50700000000002400"},
    {"WriteRegister", "0000ff08f8d408630280630380 5900", ACK "0000ff02fed5092200"},
    {"reads back what was written", "0000ff06fad406630263035b00", ACK "0000ff04fcd50780802400"},
    {"RF off", "0000ff04fcd4320100f900", ACK "0000ff02fed533f800"},
    {"RF on", "0000ff04fcd4320101f800", ACK "0000ff02fed533f800"},
    {"MaxRetries infinite", "0000ff06fad43205fffffff800", ACK "0000ff02fed533f800"},
    {"MaxRetries 2", "0000ff06fad43205000102f200", ACK "0000ff02fed533f800"},
};

#define SELECT_B      "0000ff05fbd44a010300de00"
#define GUID          "0000ff07f9d44200360000 08ac00"
#define RF_OFF        "0000ff04fcd4320100f900"
#define RF_ON         "0000ff04fcd4320101f800"
#define FOUND_B_FRAME "0000ff12eed54b01015000000000d103860c00808001081f00"
#define FOUND_B       ACK FOUND_B_FRAME
#define NONE_B        ACK "0000ff03fdd54b00e000"
#define NUMBER        ACK "0000ff0df3d543001122334455667788 9000f400"
#define TIMED_OUT     ACK "0000ff03fdd54301e700"

static const struct step list_way[] = {
    {"nothing in the field", SELECT_B, NONE_B},
    {"PRESENT", NULL, NULL},
    {"found", SELECT_B, FOUND_B},
    {"its number", GUID, NUMBER},
    {"and again", GUID, NUMBER},
    {"R(NAK) means nothing to it", "0000ff04fcd442ba012f00", TIMED_OUT},
    {"an active card hears no REQB", SELECT_B, NONE_B},
    {"field off", RF_OFF, ACK "0000ff02fed533f800"},
    {"field on", RF_ON, ACK "0000ff02fed533f800"},
    {"idle again: no number before it is selected", GUID, TIMED_OUT},
    {"found again", SELECT_B, FOUND_B},
    {"InDataExchange fails: no ISO-DEP", "0000ff08f8d4400100360000 08ad00", ACK "0000ff03fdd54101e900"},
    {"InDeselect", "0000ff03fdd44400e800", ACK "0000ff03fdd54500e600"},
    {"REMOVE", NULL, NULL},
    {"gone", GUID, TIMED_OUT},
    {"InRelease", "0000ff03fdd45200da00", ACK "0000ff03fdd55300d800"},
    {"PowerDown", "0000ff03fdd416f02600", ACK "0000ff03fdd517001400"},
    {"asleep", SELECT_B, ""},
    {"awake", WAKE "0000ff03fdd414011700", ACK "0000ff02fed5151600"},
};

static const struct step raw_way[] = {
    {"PRESENT", NULL, NULL},
    {"RF on", RF_ON, ACK "0000ff02fed533f800"},
    {"type A framing: the card hears nothing", "0000ff05fbd442050000e500", TIMED_OUT},
    {"type B framing, CRC by the chip", "0000ff08f8d408630283630383 5300", ACK "0000ff02fed5092200"},
    {"no ATTRIB without REQB", "0000ff0bf5d4421d0000000000080108bc00", TIMED_OUT},
    {"REQB", "0000ff05fbd442050000e500", ACK "0000ff0ff1d543005000000000d103860c0080803200"},
    {"ATTRIB", "0000ff0bf5d4421d0000000000080108bc00", ACK "0000ff04fcd5430008e000"},
    {"number", GUID, NUMBER},
    {"WUPB to an active card", "0000ff05fbd442050008dd00", TIMED_OUT},
    {"field off", RF_OFF, ACK "0000ff02fed533f800"},
    {"nobody hears without a field", "0000ff05fbd442050008dd00", TIMED_OUT},
    {"field on", RF_ON, ACK "0000ff02fed533f800"},
    {"WUPB", "0000ff05fbd442050008dd00", ACK "0000ff0ff1d543005000000000d103860c0080803200"},
    {"CRC by the host", "0000ff08f8d408630203630303 5300", ACK "0000ff02fed5092200"},
    {"wrong CRC", "0000ff07f9d44205000071fe7600", TIMED_OUT},
    {"REQB with CRC", "0000ff07f9d44205000071ff7500", ACK "0000ff11efd543005000000000d103860c008080216ba600"},
};

static struct device *chip_new(void)
{
    struct device *d = emulated_pn532.create();
    return d;
}

static size_t from_hex(const char *text, uint8_t *ret, size_t capacity)
{
    char plain[1024];
    size_t n = 0;
    for (; *text; text++)
        if (*text != ' ')
            plain[n++] = *text;
    const int size = hex_decode(plain, n, ret, capacity);
    assert_true(size >= 0);
    return (size_t)size;
}

/* All that is due by now_us, in hexadecimal; gives also in how many writes it came. */
static char *spoken(struct device *d, int64_t now_us, int *ret_writes)
{
    struct buffer all = {0};
    struct timed_write piece;
    *ret_writes = 0;
    while (timed_writes_take(&d->output, now_us, &piece)) {
        char hex[2 * 512 + 1];
        assert_true(piece.size <= 512);
        hex_encode(piece.bytes, piece.size, hex);
        buffer_add_text(&all, hex);
        d->counts.reads += piece.ends_read;
        free(piece.bytes);
        ++*ret_writes;
    }
    return all.data ? all.data : bytes_text("");
}

static void say(struct device *d, const char *hex, int64_t now_us)
{
    uint8_t bytes[512];
    d->class->feed(d, bytes, from_hex(hex, bytes, sizeof bytes), now_us);
}

static void expect(struct device *d, const char *legend, const char *chip, int64_t now_us)
{
    uint8_t bytes[512];
    char wanted[2 * sizeof bytes + 1];
    int writes;
    hex_encode(bytes, from_hex(chip, bytes, sizeof bytes), wanted);
    char *got = spoken(d, now_us, &writes);
    if (strcmp(got, wanted) != 0)
        fail_msg("%s:\n said %s\n not  %s", legend, got, wanted);
    free(got);
}

static void play(struct device *d, const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!steps[i].host) {
            d->class->put(d, &resident, strcmp(steps[i].legend, "PRESENT") == 0, 0);
            continue;
        }
        say(d, steps[i].host, 0);
        expect(d, steps[i].legend, steps[i].chip, 0);
    }
}
#define PLAY(d, steps) play(d, steps, sizeof(steps) / sizeof *(steps))

static void test_open_and_list_way(void **state)
{
    (void)state;
    struct device *d = chip_new();
    PLAY(d, opening);
    PLAY(d, list_way);
    assert_int_equal(d->counts.reads, 2);
    d->class->destroy(d);
}

static void test_raw_way(void **state)
{
    (void)state;
    struct device *d = chip_new();
    PLAY(d, opening);
    PLAY(d, raw_way);
    d->class->destroy(d);
}

static void test_list_way_refused_raw_way_works(void **state)
{
    (void)state;
    struct device *d = chip_new();
    PLAY(d, opening);
    assert_int_equal(device_option(d, "nbtg0", "on"), 0);
    d->class->put(d, &resident, 1, 0);
    say(d, SELECT_B, 0);
    expect(d, "not found", NONE_B, 0);
    say(d, "0000ff05fbd442050000e500", 0);
    expect(d, "REQB in the framing that 4A left", ACK "0000ff0ff1d543005000000000d103860c0080803200", 0);
    d->class->destroy(d);
}

static void test_bytewise_input_gives_the_same(void **state)
{
    (void)state;
    struct device *d = chip_new();
    uint8_t bytes[64];
    PLAY(d, opening);
    const size_t n = from_hex("0000ff02fed4022a00", bytes, sizeof bytes);
    for (size_t i = 0; i < n; i++)
        d->class->feed(d, bytes + i, 1, 0);
    expect(d, "firmware", ACK "0000ff06fad50332010607e800", 0);
    say(d, "13370000ffffff0002fe d4022a00", 0);
    expect(d, "extended frame after junk", ACK "0000ff06fad50332010607e800", 0);
    say(d,
        "0000ff02fed4022b00"
        "0000ff02fdd4022a00",
        0);
    expect(d, "wrong DCS, wrong LCS", "", 0);
    say(d, "0000ff02fed477b500", 0);
    expect(d, "unknown command", ACK "0000ff01ff7f8100", 0);
    d->class->destroy(d);
}

static void test_infinite_search(void **state)
{
    (void)state;
    static const char infinite[] = "0000ff06fad43205fffffff800";
    struct device *d = chip_new();
    PLAY(d, opening);
    say(d, infinite, 0);
    expect(d, "infinite", ACK "0000ff02fed533f800", 0);
    say(d, SELECT_B, 0);
    expect(d, "silent", ACK, INT64_MAX);
    d->class->put(d, &resident, 1, 0);
    expect(d, "a card comes", FOUND_B_FRAME, 0);
    d->class->put(d, NULL, 0, 0);

    say(d, SELECT_B, 0);
    expect(d, "silent again", ACK, INT64_MAX);
    say(d, ACK, 0);
    d->class->put(d, &resident, 1, 0);
    expect(d, "cancelled by the host's ACK", "", INT64_MAX);
    d->class->put(d, NULL, 0, 0);

    say(d, SELECT_B, 0);
    say(d, "0000ff02fed4022a00", 0);
    d->class->put(d, &resident, 1, 0);
    expect(d, "abandoned for a new frame", ACK "0000ff06fad50332010607e800", INT64_MAX);
    d->class->destroy(d);
}

static void test_cards_that_spoil_each_other(void **state)
{
    (void)state;
    const struct card two[2] = {resident, resident};
    struct device *d = chip_new();
    PLAY(d, opening);
    d->class->put(d, two, 2, 0);
    say(d, SELECT_B, 0);
    expect(d, "list way", NONE_B, 0);
    say(d, "0000ff05fbd442050000e500", 0);
    expect(d, "raw: framing", ACK "0000ff03fdd54305e300", 0);
    say(d, "0000ff05fbd442050000e500", 0);
    expect(d, "raw: collision", ACK "0000ff03fdd54306e200", 0);
    say(d, "0000ff05fbd442050000e500", 0);
    expect(d, "raw: CRC", ACK "0000ff03fdd54302e600", 0);
    d->class->destroy(d);
}

static void test_type_a_card(void **state)
{
    (void)state;
    const struct card uid = {.kind = CARD_TYPE_A, .uid = {0xde, 0xad, 0xbe, 0xef}, .uid_size = 4};
    struct device *d = chip_new();
    PLAY(d, opening);
    d->class->put(d, &uid, 1, 0);
    say(d, SELECT_B, 0);
    expect(d, "not type B", NONE_B, 0);
    say(d, "0000ff04fcd44a0100e100", 0);
    expect(d, "UID", ACK "0000ff0cf4d54b01010004 0804deadbeef96 00", 0);
    assert_int_equal(d->counts.reads, 1);
    d->class->destroy(d);
}

#define SELECT_A2 "0000ff04fcd44a0200e000"
#define FOUND_4   ACK "0000ff0cf4d54b010100040804deadbeef9600"

/* Frames of UM0701-02 section 7.3.5: NbTg, then Tg, SENS_RES, SEL_RES, length and UID of each. */
static void test_type_a_uids(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        struct card cards[2];
        size_t n;
        const char *host, *chip;
    } cases[] = {
        {"nobody", {{.kind = CARD_TYPE_A}}, 0, SELECT_A2, NONE_B},
        {"4 bytes",
         {{.kind = CARD_TYPE_A, .uid = {0xde, 0xad, 0xbe, 0xef}, .uid_size = 4}},
         1,
         SELECT_A2,
         FOUND_4},
        {"7 bytes",
         {{.kind = CARD_TYPE_A, .uid = {0x04, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6}, .uid_size = 7}},
         1,
         SELECT_A2,
         ACK "0000ff0ff1d54b01010044080704a1b2c3d4e5f6c200"},
        {"10 bytes",
         {{.kind = CARD_TYPE_A,
           .uid = {0x04, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99},
           .uid_size = 10}},
         1,
         SELECT_A2,
         ACK "0000ff12eed54b01010084080a041122334455667788994700"},
        {"two, asked for two",
         {{.kind = CARD_TYPE_A, .uid = {0xde, 0xad, 0xbe, 0xef}, .uid_size = 4},
          {.kind = CARD_TYPE_A, .uid = {0x04, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6}, .uid_size = 7}},
         2,
         SELECT_A2,
         ACK "0000ff18e8d54b020100040804deadbeef020044080704a1b2c3d4e5f67700"},
        {"two, asked for one",
         {{.kind = CARD_TYPE_A, .uid = {0xde, 0xad, 0xbe, 0xef}, .uid_size = 4},
          {.kind = CARD_TYPE_A, .uid = {0x04, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6}, .uid_size = 7}},
         2,
         "0000ff04fcd44a0100e100",
         FOUND_4},
        {"a wallet: the resident card does not hear type A",
         {{.kind = CARD_RESIDENT, .serial = {1}},
          {.kind = CARD_TYPE_A, .uid = {0xde, 0xad, 0xbe, 0xef}, .uid_size = 4}},
         2,
         SELECT_A2,
         FOUND_4},
        {"a wallet: the campus card does not hear type B",
         {{.kind = CARD_TYPE_A, .uid = {0xde, 0xad, 0xbe, 0xef}, .uid_size = 4},
          {.kind = CARD_RESIDENT, .serial = {1}}},
         2,
         SELECT_B,
         FOUND_B},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct device *d = chip_new();
        PLAY(d, opening);
        d->class->put(d, cases[i].cards, cases[i].n, 0);
        for (int again = 0; again < 2; again++) {
            say(d, cases[i].host, 0);
            expect(d, cases[i].legend, cases[i].chip, 0);
            say(d, RF_OFF, 0); /* what halted or active cards do then: test_type_a_states */
            say(d, RF_ON, 0);
            free(spoken(d, 0, &(int){0}));
        }
        d->class->destroy(d);
    }
}

/* ISO 14443-3: an active card falls back to idle at a REQA and answers the next one; a halted one waits for WUPA. */
static void test_type_a_states(void **state)
{
    (void)state;
    static const struct card uid = {.kind = CARD_TYPE_A, .uid = {0xde, 0xad, 0xbe, 0xef}, .uid_size = 4};
    static const struct step steps[] = {
        {"found", SELECT_A2, FOUND_4},
        {"active, but three tries", SELECT_A2, FOUND_4},
        {"one try each", "0000ff06fad43205000000f500", ACK "0000ff02fed533f800"},
        {"active: not at the first", SELECT_A2, NONE_B},
        {"idle now", SELECT_A2, FOUND_4},
        {"HLTA", "0000ff03fdd44400e800", ACK "0000ff03fdd54500e600"},
        {"halted", SELECT_A2, NONE_B},
        {"halted still", SELECT_A2, NONE_B},
        {"field off", RF_OFF, ACK "0000ff02fed533f800"},
        {"field on by the search itself", SELECT_A2, FOUND_4},
    };
    struct device *d = chip_new();
    PLAY(d, opening);
    d->class->put(d, &uid, 1, 0);
    PLAY(d, steps);
    d->class->destroy(d);
}

/* The ATS comes only while the chip sends RATS by itself; a TL of zero is passed on as the card sent it. */
static void test_type_a_with_iso_dep(void **state)
{
    (void)state;
    static const struct card good = {.kind = CARD_TYPE_A,
                                     .uid = {0x04, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6},
                                     .uid_size = 7,
                                     .ats = {0x06, 0x75, 0x77, 0x81, 0x02, 0x80},
                                     .ats_size = 6},
                             bad = {.kind = CARD_TYPE_A,
                                    .uid = {0xde, 0xad, 0xbe, 0xef},
                                    .uid_size = 4,
                                    .ats = {0},
                                    .ats_size = 1},
                             cut_short = {.kind = CARD_TYPE_A,
                                          .uid = {0xde, 0xad, 0xbe, 0xef},
                                          .uid_size = 4,
                                          .ats = {0xff},
                                          .ats_size = 1};
    struct device *d = chip_new();
    PLAY(d, opening);
    d->class->put(d, &good, 1, 0);
    say(d, SELECT_A2, 0);
    expect(d, "with RATS", ACK "0000ff15ebd54b01010044200704a1b2c3d4e5f6067577810280b500", 0);
    d->class->put(d, &bad, 1, 0);
    say(d, SELECT_A2, 0);
    expect(d, "TL = 0", ACK "0000ff0df3d54b010100042004deadbeef007e00", 0);
    d->class->put(d, &cut_short, 1, 0);
    say(d, SELECT_A2, 0);
    expect(d, "an ATS cut short", NONE_B, 0);
    say(d, "0000ff03fdd412041600", 0);
    expect(d, "SetParameters 04: no RATS", ACK "0000ff02fed5131800", 0);
    d->class->put(d, &good, 1, 0);
    say(d, SELECT_A2, 0);
    expect(d, "without RATS", ACK "0000ff0ff1d54b01010044200704a1b2c3d4e5f6aa00", 0);
    d->class->destroy(d);
}

static void test_random_uid_changes_with_the_field(void **state)
{
    (void)state;
    static const struct card phone = {.kind = CARD_TYPE_A, .uid = {0x08, 0x01, 0x02, 0x03}, .uid_size = 4};
    static const struct step steps[] = {
        {"first", SELECT_A2, ACK "0000ff0cf4d54b01010004080408010203c000"},
        {"the same while the field stays", SELECT_A2, ACK "0000ff0cf4d54b01010004080408010203c000"},
        {"field off", RF_OFF, ACK "0000ff02fed533f800"},
        {"another", SELECT_A2, ACK "0000ff0cf4d54b01010004080408080f169900"},
    };
    struct device *d = chip_new();
    PLAY(d, opening);
    d->class->put(d, &phone, 1, 0);
    PLAY(d, steps);
    d->class->destroy(d);
}

/* One fault each in the answer to GetFirmwareVersion (or, where it needs a status byte, to REQB without a
 * card). */
static void test_faults(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *host, *chip;
    } cases[] = {
        {"noack", "0000ff02fed4022a00", "0000ff06fad50332010607e800"},
        {"badack", "0000ff02fed4022a00",
         "0000ffff0000"
         "0000ff06fad50332010607e800"},
        {"dcs", "0000ff02fed4022a00", ACK "0000ff06fad50332010607b200"},
        {"lcs", "0000ff02fed4022a00", ACK "0000ff06a0d50332010607e800"},
        {"preamble", "0000ff02fed4022a00", ACK "0000fe06fad50332010607e800"},
        {"tfi", "0000ff02fed4022a00", ACK "0000ff06fad40332010607e900"},
        {"command", "0000ff02fed4022a00", ACK "0000ff06fad51332010607d800"},
        {"postamble", "0000ff02fed4022a00", ACK "0000ff06fad50332010607e8ff"},
        {"truncate", "0000ff02fed4022a00", ACK "0000ff06fad5"},
        {"silence", "0000ff02fed4022a00", ACK},
        {"error", "0000ff02fed4022a00", ACK "0000ff01ff7f8100"},
        {"junk", "0000ff02fed4022a00",
         ACK "1337aa55c3"
             "0000ff06fad50332010607e800"},
        {"dup", "0000ff02fed4022a00",
         ACK "0000ff06fad50332010607e800"
             "0000ff06fad50332010607e800"},
        {"nad", "0000ff05fbd442050000e500", ACK "0000ff03fdd543816700"},
        {"mi", "0000ff05fbd442050000e500", ACK "0000ff03fdd54341a700"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct device *d = chip_new();
        PLAY(d, opening);
        assert_int_equal(device_plan_fault(d, cases[i].kind, 1, false), 0);
        say(d, cases[i].host, 0);
        expect(d, cases[i].kind, cases[i].chip, INT64_MAX);
        say(d, "0000ff02fed4022a00", 0);
        expect(d, "well again", ACK "0000ff06fad50332010607e800", INT64_MAX);
        d->class->destroy(d);
    }
}

static void test_mute_until_replugged(void **state)
{
    (void)state;
    struct device *d = chip_new();
    PLAY(d, opening);
    assert_int_equal(device_plan_fault(d, "mute", 1, false), 0);
    for (int i = 0; i < 3; i++) {
        say(d, "0000ff02fed4022a00", 0);
        expect(d, "mute", "", INT64_MAX);
    }
    d->class->power_up(d);
    PLAY(d, opening);
    d->class->destroy(d);
}

static void test_late_answer_outlives_its_command(void **state)
{
    (void)state;
    struct device *d = chip_new();
    PLAY(d, opening);
    assert_int_equal(device_option(d, "late_ms", "700"), 0);
    assert_int_equal(device_plan_fault(d, "late", 1, false), 0);
    say(d, "0000ff02fed4022a00", 0);
    expect(d, "only the ACK", ACK, 699999);
    say(d, "0000ff03fdd412140600", 699999);
    expect(d, "the next command is not hurt", ACK "0000ff02fed5131800", 699999);
    expect(d, "then it comes", "0000ff06fad50332010607e800", 700000);
    d->class->destroy(d);
}

static void test_ways_of_writing(void **state)
{
    (void)state;
    int writes;
    struct device *d = chip_new();
    PLAY(d, opening);
    say(d, "0000ff02fed4022a00", 0);
    free(spoken(d, 0, &writes));
    assert_int_equal(writes, 2);
    assert_int_equal(device_option(d, "merge", "on"), 0);
    say(d, "0000ff02fed4022a00", 0);
    free(spoken(d, 0, &writes));
    assert_int_equal(writes, 1);
    assert_int_equal(device_option(d, "chunk", "1"), 0);
    say(d, "0000ff02fed4022a00", 0);
    free(spoken(d, 0, &writes));
    assert_int_equal(writes, 6 + 13);
    d->class->destroy(d);
}

static void test_pace(void **state)
{
    (void)state;
    struct device *d = chip_new();
    PLAY(d, opening);
    d->is_fast = false;
    assert_int_equal(device_option(d, "baud", "115200"), 0);
    d->class->put(d, &resident, 1, 0);
    say(d, SELECT_B, 0); /* 12 bytes in, 6 out: 1041 and 520 us */
    expect(d, "no ACK yet", "", 1500);
    expect(d, "the ACK", ACK, 1600);
    expect(d, "the radio still works", "", 9000);
    expect(d, "8 ms later 25 bytes", FOUND_B_FRAME, 12000);
    d->class->destroy(d);
}

static void test_wrong_options(void **state)
{
    (void)state;
    struct device *d = chip_new();
    assert_int_equal(device_option(d, "nbtg0", "maybe"), -EINVAL);
    assert_int_equal(device_option(d, "colour", "red"), -ENOENT);
    assert_int_equal(device_option(d, "chunk", "-1"), -EINVAL);
    assert_int_equal(device_plan_fault(d, "gremlins", 1, false), -ENOENT);
    d->class->destroy(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_and_list_way),
        cmocka_unit_test(test_raw_way),
        cmocka_unit_test(test_list_way_refused_raw_way_works),
        cmocka_unit_test(test_bytewise_input_gives_the_same),
        cmocka_unit_test(test_infinite_search),
        cmocka_unit_test(test_cards_that_spoil_each_other),
        cmocka_unit_test(test_type_a_card),
        cmocka_unit_test(test_type_a_uids),
        cmocka_unit_test(test_type_a_states),
        cmocka_unit_test(test_type_a_with_iso_dep),
        cmocka_unit_test(test_random_uid_changes_with_the_field),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_mute_until_replugged),
        cmocka_unit_test(test_late_answer_outlives_its_command),
        cmocka_unit_test(test_ways_of_writing),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_wrong_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
