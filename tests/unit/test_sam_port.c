/* The SAM driver on serial lines and behind serial servers: emulated readers on ptys and on TCP. */
#include "base/bytes.h"
#include "base/clock.h"
#include "patience.h"
#include "readers/reader_driver.h"
#include "readers/sam_port.h"
#include "rehearsal/emulated_sam.h"
#include "rehearsal/emulator.h"
#include "rehearsal/people.h"
#include <errno.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 10000 };

static char log_text[1024];
static struct emulator *emulator;
static char folder[] = "/tmp/paihao-XXXXXX";

void reader_report_ready(struct reader *reader, const char *detail)
{
    (void)reader;
    snprintf(log_text, sizeof log_text, "ready %s;", detail);
}

void reader_report_trouble(struct reader *reader, const char *code, const char *detail)
{
    (void)reader;
    (void)detail;
    snprintf(log_text, sizeof log_text, "trouble %s;", code);
}

void reader_report_reading(struct reader *reader, const struct presentation *presentation)
{
    (void)reader;
    snprintf(log_text, sizeof log_text, "reading %s;", presentation->id_number);
}

void reader_report_address(struct reader *reader, const char *address)
{
    (void)reader;
    snprintf(log_text, sizeof log_text, "address %s;", address);
}

void reader_report_fault(struct reader *reader, enum reader_fault fault, const char *detail)
{
    (void)reader;
    (void)detail;
    snprintf(log_text, sizeof log_text, "fault %s;", reader_fault_text(fault)->code);
}

static int step_until(void *device, const char *text)
{
    const int64_t until_us = clock_mono_us() + patiently((int64_t)PATIENCE_MS * 1000);
    while (!strstr(log_text, text)) {
        const int r = driver_sam.step(device, NULL);
        if (r < 0)
            return r;
        if (clock_mono_us() > until_us)
            return -ETIME;
    }
    return 0;
}

static void *open_ready(const char *address, int baud)
{
    const struct reader_options options = {.driver = &driver_sam, .device = address, .baud = baud};
    void *device = NULL;
    log_text[0] = '\0';
    const int opened = driver_sam.open(&options, NULL, &device);
    if (opened != 0)
        fail_msg("%s: %s", address, strerror(-opened));
    const int r = step_until(device, "ready");
    if (r != 0)
        fail_msg("%s: %s: %s", address, strerror(-r), log_text);
    return device;
}

static void expect_reading(int emulated, void *device)
{
    static uint32_t index;
    struct person person;
    struct card card = {.kind = CARD_RESIDENT};
    char expected[40];
    person_make(7, index++, &person);
    person_card(&person, &card);
    log_text[0] = '\0';
    emulator_put(emulator, emulated, &card, 1);
    snprintf(expected, sizeof expected, "reading %s;", person.id_number);
    const int r = step_until(device, ";");
    if (r != 0 || strcmp(log_text, expected) != 0)
        fail_msg("%s: %s, not %s", strerror(-r), log_text, expected);
    emulator_put(emulator, emulated, NULL, 0);
}

static char *tcp_address(int emulated)
{
    struct emulator_state now;
    emulator_state(emulator, emulated, &now);
    return bytes_format("tcp:127.0.0.1:%u", now.port);
}

static void the_speed_is_found(void **state)
{
    static const char *const speeds[] = {"115200", "57600", "38400", "19200", "9600"};
    (void)state;
    char *path = bytes_format("%s/auto", folder), *address = bytes_format("serial:%s", path);
    const int emulated = emulator_add(emulator, &emulated_sam, "auto", path);
    assert_true(emulated >= 0);
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++) {
        char *text = bytes_format("%s baud", speeds[i]);
        assert_int_equal(emulator_option(emulator, emulated, "line", speeds[i]), 0);
        void *device = open_ready(address, 0);
        if (!strstr(log_text, text))
            fail_msg("%s: %s", speeds[i], log_text);
        expect_reading(emulated, device);
        driver_sam.close(device);
        free(text);
    }
    free(address);
    free(path);
}

static void a_speed_that_is_told_is_not_doubted(void **state)
{
    (void)state;
    char *path = bytes_format("%s/told", folder), *address = bytes_format("serial:%s", path);
    const int emulated = emulator_add(emulator, &emulated_sam, "told", path);
    const struct reader_options options = {.driver = &driver_sam, .device = address, .baud = 115200};
    void *device = NULL;
    assert_int_equal(emulator_option(emulator, emulated, "line", "9600"), 0);
    assert_int_equal(driver_sam.open(&options, NULL, &device), 0);
    log_text[0] = '\0';
    assert_int_not_equal(step_until(device, "ready"), 0);
    driver_sam.close(device);
    device = open_ready(address, 9600);
    expect_reading(emulated, device);
    driver_sam.close(device);
    free(address);
    free(path);
}

static void silent_and_absent_lines(void **state)
{
    (void)state;
    char *path = bytes_format("%s/mute", folder), *address = bytes_format("serial:%s", path);
    const struct reader_options options = {.driver = &driver_sam, .device = address};
    void *device = NULL;
    assert_int_equal(driver_sam.open(&options, NULL, &device), -ENOENT);
    const int emulated = emulator_add(emulator, &emulated_sam, "mute", path);
    assert_int_equal(emulator_fault(emulator, emulated, "mute", 1, false), 0);
    const int64_t begun_us = clock_mono_us();
    assert_int_equal(driver_sam.open(&options, NULL, &device), -ETIMEDOUT);
    assert_true(clock_mono_us() - begun_us < patiently(4 * 1000000));
    free(address);
    free(path);
}

static void over_tcp(void **state)
{
    (void)state;
    const int emulated = emulator_add(emulator, &emulated_sam, "tcp", NULL);
    assert_true(emulated >= 0);
    char *address = tcp_address(emulated);
    void *device = open_ready(address, 0);
    for (int i = 0; i < 3; i++)
        expect_reading(emulated, device);
    emulator_option(emulator, emulated, "chunk", "1"); /* a segment a byte */
    expect_reading(emulated, device);
    emulator_option(emulator, emulated, "chunk", "0");
    for (int i = 0; i < 3; i++) {
        emulator_unplug(emulator, emulated);
        log_text[0] = '\0';
        assert_int_equal(step_until(device, "nothing of the kind"), -EIO);
        driver_sam.close(device);
        const struct reader_options options = {.driver = &driver_sam, .device = address};
        assert_int_equal(driver_sam.open(&options, NULL, &device), -ENXIO);
        assert_int_equal(emulator_replug(emulator, emulated), 0);
        device = open_ready(address, 0);
        expect_reading(emulated, device);
    }
    emulator_fault(emulator, emulated, "mute", 1, false);
    assert_int_equal(step_until(device, "nothing of the kind"), -ETIMEDOUT);
    driver_sam.close(device);
    free(address);
}

static void addresses_that_lead_nowhere(void **state)
{
    static const char *const nowhere[] = {"tcp:127.0.0.1:1", "tcp:[::1]:1", "tcp:no-such-host.invalid:4001"};
    (void)state;
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++) {
        const struct reader_options options = {.driver = &driver_sam, .device = nowhere[i]};
        void *device = NULL;
        assert_int_equal(driver_sam.open(&options, NULL, &device), -ENXIO);
    }
    assert_null(driver_sam.objection("tcp:192.0.2.7:4001"));
    assert_null(driver_sam.objection("usb:0400:c35a"));
    assert_non_null(driver_sam.objection("/dev/ttyUSB0"));
}

static int start(void **state)
{
    (void)state;
    return sodium_init() < 0 || !mkdtemp(folder) || emulator_new(true, &emulator) < 0 ? -1 : 0;
}

static int finish(void **state)
{
    (void)state;
    emulator_free(emulator);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_speed_is_found),          cmocka_unit_test(a_speed_that_is_told_is_not_doubted),
        cmocka_unit_test(silent_and_absent_lines),     cmocka_unit_test(over_tcp),
        cmocka_unit_test(addresses_that_lead_nowhere),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
