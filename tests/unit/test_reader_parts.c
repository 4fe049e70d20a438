/* The small parts of a reader process: chip answers, addresses, lines, feedback, the gate. */
#include "readers/chip_apdu.c"
#include "readers/nfc_address.c"
#include "readers/reader_feedback.c"
#include "readers/reader_gate.c"
#include "readers/reader_line.c"
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>

#include <cmocka.h>

static void chip_answers(void **state)
{
    static const struct {
        const char *legend, *hex;
        bool is_good;
    } cases[] = {
        {"a number", "11223344556677889000", true},
        {"all zero", "00000000000000009000", false},
        {"too short", "112233445566779000", false},
        {"too long, as a chained answer comes", "112233445566778811229000", false},
        {"another status", "11223344556677886a82", false},
        {"90 and something else", "11223344556677889001", false},
        {"nothing", "", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[16];
        const int size = hex_decode(cases[i].hex, strlen(cases[i].hex), bytes, sizeof bytes);
        if (chip_number_is_good(bytes, (size_t)size) != cases[i].is_good)
            fail_msg("%s", cases[i].legend);
    }
}

static void answers_to_reqb(void **state)
{
    static const struct {
        const char *hex;
        bool is_resident;
    } cases[] = {
        {"5000000000d103860c008080", true},  {"5000000000d1038607008090", true},
        {"5000000000d1030081007090", true},  {"5011223344d103860c008080", false},
        {"5000000000d203860c008080", false}, {"5000000000d103860c0080", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[16];
        const int size = hex_decode(cases[i].hex, strlen(cases[i].hex), bytes, sizeof bytes);
        assert_int_equal(chip_is_resident_card(bytes, (size_t)size), cases[i].is_resident);
    }
}

static void addresses(void **state)
{
    (void)state;
    struct nfc_address a;
    char folder[] = "/tmp/paihao-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *target = bytes_format("%s/tty", folder), *link_path = bytes_format("%s/usb-0:1.2:1.0", folder);
    char *device = bytes_format("pn532_uart:%s", link_path), *with_baud = bytes_format("%s:9600", device);
    char *expected = bytes_format("pn532_uart:%s", target),
         *expected_baud = bytes_format("%s:9600", expected);
    assert_int_equal(nfc_address_resolve(device, &a), -ENOENT);
    fclose(fopen(target, "w"));
    assert_int_equal(symlink(target, link_path), 0);
    assert_int_equal(nfc_address_resolve(device, &a), 0);
    assert_string_equal(a.connstring, expected);
    assert_string_equal(a.path, target);
    assert_true(a.is_pn53x);
    assert_int_equal(nfc_address_resolve(with_baud, &a), 0);
    assert_string_equal(a.connstring, expected_baud);
    assert_int_equal(nfc_address_resolve("pn53x_usb:001:004", &a), 0);
    assert_string_equal(a.path, "");
    for (size_t i = 0; i < 2; i++) {
        const char *const usb = i ? "acr122_usb" : "pn53x_usb";
        assert_null(nfc_address_objection(usb));
        assert_int_equal(nfc_address_resolve(usb, &a), 0);
        assert_string_equal(a.connstring, usb);
        assert_string_equal(a.path, "");
        assert_true(a.is_pn53x);
    }
    char *buses[] = {bytes_format("pn532_i2c:%s", link_path), bytes_format("pn532_spi:%s:500000", link_path)};
    assert_int_equal(nfc_address_resolve(buses[0], &a), 0);
    assert_true(a.is_pn53x && strcmp(a.path, target) == 0);
    assert_int_equal(strncmp(a.connstring, "pn532_i2c:/", 11), 0);
    assert_int_equal(nfc_address_resolve(buses[1], &a), 0);
    assert_true(a.is_pn53x && strcmp(a.path, target) == 0);
    assert_string_equal(strrchr(a.connstring, ':'), ":500000");
    free(buses[0]);
    free(buses[1]);
    assert_int_equal(nfc_address_resolve("acr122_pcsc:ACR", &a), 0);
    assert_false(a.is_pn53x);
    assert_null(nfc_address_objection(device));
    assert_non_null(nfc_address_objection("/dev/ttyUSB0"));
    assert_non_null(nfc_address_objection("serial:/dev/ttyUSB0"));
    assert_non_null(nfc_address_objection("pn532_uart:"));
    unlink(link_path);
    unlink(target);
    rmdir(folder);
    char *const all[] = {target, link_path, device, with_baud, expected, expected_baud};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void expect_line(char *line, const char *expected)
{
    assert_string_equal(line, expected);
    free(line);
}

static void lines(void **state)
{
    (void)state;
    static struct presentation p;
    p = (struct presentation){
        .medium = MEDIUM_ID_CARD, .id_number = "990101199001010019", .name = "张测试", .valid_to = "LONG"};
    expect_line(reader_line_reading(&p, 17, false), "{\"type\":\"reading\",\"medium\":\"id_card\",\"id_"
                                                    "number\":\"990101199001010019\",\"name\":\"张测试\","
                                                    "\"valid_to\":\"LONG\",\"at_us\":17}");
    expect_line(
        reader_line_reading(&p, 17, true),
        "{\"type\":\"reading\",\"medium\":\"id_card\",\"id_number\":\"990101************\",\"name\":\"张○○\","
        "\"valid_to\":\"LONG\",\"at_us\":17}");
    p = (struct presentation){
        .medium = MEDIUM_CHIP, .credential = {0x11, 0x22, 0, 0xff}, .credential_size = 8};
    expect_line(reader_line_reading(&p, 17, false),
                "{\"type\":\"reading\",\"medium\":\"chip\",\"serial\":\"112200ff00000000\",\"at_us\":17}");
    expect_line(reader_line_reading(&p, 17, true),
                "{\"type\":\"reading\",\"medium\":\"chip\",\"serial\":\"1122************\",\"at_us\":17}");
    p = (struct presentation){.medium = MEDIUM_CAMPUS_CARD,
                              .credential = {4, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 7, 8, 9},
                              .credential_size = 10};
    expect_line(
        reader_line_reading(&p, 17, false),
        "{\"type\":\"reading\",\"medium\":\"campus_card\",\"serial\":\"04a1b2c3d4e5f6070809\",\"at_us\":17}");
    p.credential_size = 4;
    expect_line(reader_line_reading(&p, 17, true),
                "{\"type\":\"reading\",\"medium\":\"campus_card\",\"serial\":\"04a1****\",\"at_us\":17}");
    p = (struct presentation){.medium = MEDIUM_CAPTURE_CODE, .credential = "a\0b", .credential_size = 3};
    expect_line(
        reader_line_reading(&p, 17, false),
        "{\"type\":\"reading\",\"medium\":\"capture_code\",\"payload_base64\":\"YQBi\",\"at_us\":17}");
    expect_line(reader_line_reading(&p, 17, true),
                "{\"type\":\"reading\",\"medium\":\"capture_code\","
                "\"payload_base64\":\"***\",\"payload_bytes\":3,\"at_us\":17}");
    expect_line(
        reader_line_state(READER_ERROR, "device-busy", "another process"),
        "{\"type\":\"state\",\"state\":\"error\",\"code\":\"device-busy\",\"detail\":\"another process\"}");
    expect_line(reader_line_heartbeat(1790000000000000),
                "{\"type\":\"heartbeat\",\"at_us\":1790000000000000}");
    expect_line(reader_line_state(READER_READY, "ready", "a device named \xff\xfe"),
                "{\"type\":\"state\",\"state\":\"ready\",\"code\":\"ready\",\"detail\":\"\"}");
    char *line = reader_line_fault(READER_FAULT_TWO_CARDS, "answers collide");
    json_t *object = json_loads(line, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(object, "code")), "two-cards");
    assert_non_null(json_object_get(json_object_get(object, "message"), "zh"));
    assert_non_null(json_object_get(json_object_get(object, "message"), "en"));
    json_decref(object);
    free(line);
}

static void every_fault_speaks_both_languages(void **state)
{
    (void)state;
    for (int f = 0; f < READER_FAULT_COUNT; f++) {
        const struct reader_fault_text *text = reader_fault_text((enum reader_fault)f);
        assert_true(strspn(text->code, "abcdefghijklmnopqrstuvwxyz-") == strlen(text->code) &&
                    strlen(text->code) <= 32);
        assert_true((unsigned char)text->zh[0] >= 0x80 && (unsigned char)text->en[0] < 0x80);
        for (int g = 0; g < f; g++)
            assert_string_not_equal(text->code, reader_fault_text((enum reader_fault)g)->code);
    }
}

static void feedback_lines(void **state)
{
    static const char text[] =
        "accepted\nrefused\r\nalready\n\nacceptedd\nan overlong line, much too long\nac\naccepted\nlook\n";
    static const enum feedback expected[] = {FEEDBACK_ACCEPTED, FEEDBACK_REFUSED, FEEDBACK_ALREADY,
                                             FEEDBACK_UNKNOWN,  FEEDBACK_UNKNOWN, FEEDBACK_UNKNOWN,
                                             FEEDBACK_ACCEPTED, FEEDBACK_LOOK};
    (void)state;
    for (size_t piece = 1; piece < sizeof text; piece++) {
        struct feedback_parser p = {.size = 0};
        size_t n = 0;
        for (size_t at = 0, used; at < sizeof text - 1; at += used) {
            const size_t left = sizeof text - 1 - at;
            const enum feedback f = feedback_feed(&p, text + at, left < piece ? left : piece, &used);
            if (f != FEEDBACK_NONE)
                assert_int_equal(f, expected[n++]);
        }
        assert_int_equal(n, sizeof expected / sizeof *expected);
    }
}

static void gate_of_a_device_that_tells_gone(void **state)
{
    (void)state;
    struct reader_gate g;
    reader_gate_init(&g, true);
    assert_true(reader_gate_is_new(&g, "a", 1, 0));
    assert_false(reader_gate_is_new(&g, "a", 1, 60000000)); /* it lies there */
    reader_gate_gone(&g);
    assert_false(reader_gate_is_new(&g, "a", 1, 60000000 + READER_GATE_GONE_US - 1)); /* it trembled */
    reader_gate_gone(&g);
    assert_true(reader_gate_is_new(&g, "a", 1, 70000000)); /* taken away and laid down again */
    assert_true(reader_gate_is_new(&g, "b", 1, 70000000));
    assert_true(reader_gate_is_new(&g, "a", 1, 70000000)); /* somebody else was in between */
}

static void gate_after_a_refusal(void **state)
{
    (void)state;
    struct reader_gate g;
    reader_gate_init(&g, true);
    reader_gate_refused(&g); /* of nothing */
    assert_true(reader_gate_is_new(&g, "a", 1, 0));
    reader_gate_refused(&g);
    assert_false(reader_gate_is_new(&g, "a", 1, 300000)); /* it lies there */
    reader_gate_gone(&g);
    assert_true(reader_gate_is_new(&g, "a", 1, 600000)); /* sooner than without a refusal ... */
    reader_gate_gone(&g);
    assert_false(reader_gate_is_new(&g, "a", 1, 900000)); /* ... and this one was not refused */

    reader_gate_init(&g, false);
    assert_true(reader_gate_is_new(&g, "a", 1, 0));
    reader_gate_refused(&g);
    for (int64_t us = 100000; us < READER_GATE_AGAIN_US; us += 100000) /* it is held before the scanner */
        assert_false(reader_gate_is_new(&g, "a", 1, us));
    assert_true(reader_gate_is_new(&g, "a", 1, READER_GATE_AGAIN_US));
    reader_gate_refused(&g);
    assert_true(reader_gate_is_new(&g, "a", 1, READER_GATE_AGAIN_US + READER_GATE_RETRY_US));
    assert_false(reader_gate_is_new(&g, "a", 1, READER_GATE_AGAIN_US + 2 * READER_GATE_RETRY_US));
}

static void gate_of_a_device_that_does_not(void **state)
{
    (void)state;
    struct reader_gate g;
    reader_gate_init(&g, false);
    assert_true(reader_gate_is_new(&g, "a", 1, 0));
    assert_false(reader_gate_is_new(&g, "a", 1, READER_GATE_AGAIN_US - 1));
    assert_true(
        reader_gate_is_new(&g, "a", 1, READER_GATE_AGAIN_US)); /* nobody is kept silent by trying often */
    assert_false(reader_gate_is_new(&g, "a", 1, 2 * READER_GATE_AGAIN_US - 1));
    assert_true(reader_gate_is_new(&g, "", 0, 2 * READER_GATE_AGAIN_US - 1));
}

static int start_sodium(void **state)
{
    (void)state;
    return sodium_init() < 0 ? -1 : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chip_answers),
        cmocka_unit_test(answers_to_reqb),
        cmocka_unit_test(addresses),
        cmocka_unit_test(lines),
        cmocka_unit_test(every_fault_speaks_both_languages),
        cmocka_unit_test(feedback_lines),
        cmocka_unit_test(gate_of_a_device_that_tells_gone),
        cmocka_unit_test(gate_after_a_refusal),
        cmocka_unit_test(gate_of_a_device_that_does_not),
    };
    return cmocka_run_group_tests(tests, start_sodium, NULL);
}
