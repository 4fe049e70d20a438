/* Names of devices: what is taken, and what is refused with a reason. */
#include "base/device_address.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void taken(void **state)
{
    static const struct {
        const char *text;
        struct device_address expected;
    } cases[] = {
        {"serial:/dev/ttyUSB0", {.kind = DEVICE_SERIAL, .path = "/dev/ttyUSB0"}},
        {"serial:/dev/serial/by-path/a:1.0", {.kind = DEVICE_SERIAL, .path = "/dev/serial/by-path/a:1.0"}},
        {"tcp:192.0.2.7:4001", {.kind = DEVICE_TCP, .host = "192.0.2.7", .port = 4001}},
        {"tcp:moxa-1.example:1", {.kind = DEVICE_TCP, .host = "moxa-1.example", .port = 1}},
        {"tcp:[::1]:65535", {.kind = DEVICE_TCP, .host = "::1", .port = 65535}},
        {"tcp:[fe80::1%eth0]:4001", {.kind = DEVICE_TCP, .host = "fe80::1%eth0", .port = 4001}},
        {"usb:0400:c35a", {.kind = DEVICE_USB, .vendor = 0x0400, .product = 0xc35a}},
        {"usb:2B8B:2721", {.kind = DEVICE_USB, .vendor = 0x2b8b, .product = 0x2721}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct device_address got;
        const char *fault = device_address_parse(cases[i].text, &got);
        if (fault)
            fail_msg("%s: %s", cases[i].text, fault);
        const struct device_address *expected = &cases[i].expected;
        assert_int_equal(got.kind, expected->kind);
        assert_string_equal(got.path, expected->path);
        assert_string_equal(got.host, expected->host);
        assert_int_equal(got.port, expected->port);
        assert_int_equal(got.vendor, expected->vendor);
        assert_int_equal(got.product, expected->product);
    }
}

static void refused(void **state)
{
    static const char *const cases[] = {
        "",
        "serial",
        "serial:",
        "serial:ttyUSB0",
        "serial:/dev/\ntty",
        "tcp:",
        "tcp:host",
        "tcp:host:",
        "tcp:host:0",
        "tcp:host:65536",
        "tcp::4001",
        "tcp:host:4001x",
        "tcp:a:b:4001",
        "tcp:::1:4001",
        "tcp:[::1]4001",
        "tcp:[::1:1",
        "tcp:[host]:1",
        "tcp:[]:1",
        "tcp:ho st:1",
        "tcp:ho/st:1",
        "usb:",
        "usb:0400",
        "usb:0400:",
        "usb:400:c35a",
        "usb:0400:c35a0",
        "usb:0400-c35a",
        "usb:0x40:c35a",
        "usb:04g0:c35a",
        "pn532_uart:/dev/ttyUSB0",
        "TCP:host:1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct device_address got = {.port = 7};
        const char *fault = device_address_parse(cases[i], &got);
        if (!fault)
            fail_msg("%s was taken", cases[i]);
        assert_true(strlen(fault) > 10);
        assert_int_equal(got.port, 7);
    }
}

static void hosts_have_a_longest(void **state)
{
    char text[DEVICE_HOST_MAX + 16] = "tcp:";
    struct device_address got;
    (void)state;
    memset(text + 4, 'a', DEVICE_HOST_MAX);
    strcpy(text + 4 + DEVICE_HOST_MAX, ":1");
    assert_null(device_address_parse(text, &got));
    assert_int_equal(strlen(got.host), DEVICE_HOST_MAX);
    memset(text + 4, 'a', DEVICE_HOST_MAX + 1);
    strcpy(text + 5 + DEVICE_HOST_MAX, ":1");
    assert_non_null(device_address_parse(text, &got));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken),
        cmocka_unit_test(refused),
        cmocka_unit_test(hosts_have_a_longest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
