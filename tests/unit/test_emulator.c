/* The emulator on real pseudo-terminals: what a host program sees of its ports. */
#include "base/bytes.h"
#include "base/clock.h"
#include "patience.h"
#include "rehearsal/emulated_sam.h"
#include "rehearsal/emulated_scanner.h"
#include "rehearsal/emulator.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

enum { WAIT_MS = 3000 };

struct rig {
    char dir[64], door[96], gun[96];
    struct emulator *emulator;
    int door_device, gun_device;
};

static struct rig rig_new(void)
{
    struct rig r = {.dir = "/tmp/test-emulator-XXXXXX"};
    assert_non_null(mkdtemp(r.dir));
    snprintf(r.door, sizeof r.door, "%s/door", r.dir);
    snprintf(r.gun, sizeof r.gun, "%s/gun", r.dir);
    assert_int_equal(emulator_new(true, &r.emulator), 0);
    r.door_device = emulator_add(r.emulator, &emulated_sam, "door", r.door);
    r.gun_device = emulator_add(r.emulator, &emulated_scanner, "gun", r.gun);
    assert_true(r.door_device >= 0 && r.gun_device >= 0);
    return r;
}

static void rig_free(struct rig *r)
{
    emulator_free(r->emulator);
    assert_int_equal(rmdir(r->dir), 0); /* all links are gone */
}

static int port_open(const char *path)
{
    const int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

/* Reads until `size` bytes are there, the line hangs up or nothing comes. */
static size_t port_read(int fd, uint8_t *bytes, size_t size)
{
    size_t got = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (got < size && poll(&p, 1, (int)patiently(WAIT_MS)) > 0) {
        const ssize_t n = read(fd, bytes + got, size - got);
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    return got;
}

static void expect_no_card(int fd)
{
    static const uint8_t none[] = {0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x00, 0x04, 0x00, 0x00, 0x80, 0x84};
    uint8_t bytes[sizeof none];
    assert_int_equal(write(fd, "\xaa\xaa\xaa\x96\x69\x00\x03\x20\x01\x22", 10), 10);
    assert_int_equal(port_read(fd, bytes, sizeof bytes), sizeof bytes);
    assert_memory_equal(bytes, none, sizeof none);
}

static void test_hosts_come_and_go(void **state)
{
    (void)state;
    struct rig r = rig_new();
    for (int i = 0; i < 20; i++) {
        const int fd = port_open(r.door);
        expect_no_card(fd);
        close(fd);
    }
    rig_free(&r);
}

static void test_unplug_and_replug(void **state)
{
    (void)state;
    struct rig r = rig_new();
    uint8_t byte;
    const int fd = port_open(r.door);
    expect_no_card(fd);
    emulator_unplug(r.emulator, r.door_device);
    assert_int_equal(access(r.door, F_OK), -1);
    assert_int_equal(port_read(fd, &byte, 1), 0);
    assert_true(write(fd, "x", 1) < 0 && errno == EIO);
    assert_int_equal(emulator_replug(r.emulator, r.door_device), 0);
    const int again = port_open(r.door);
    expect_no_card(again);
    close(again);
    close(fd);
    rig_free(&r);
}

/* A killed host's TIOCEXCL must not outlive it, as it does not on a real line. Root may open such a port anyhow. */
static void test_exclusive_host_that_died(void **state)
{
    (void)state;
    struct rig r = rig_new();
    const int fd = port_open(r.door);
    assert_int_equal(ioctl(fd, TIOCEXCL), 0);
    expect_no_card(fd);
    close(fd);
    int again = -1;
    for (int tries = 0; tries < 100 && again < 0; tries++) {
        clock_sleep_us(20000);
        again = open(r.door, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    }
    assert_true(again >= 0);
    expect_no_card(again);
    close(again);
    rig_free(&r);
}

static void test_scan_needs_a_host(void **state)
{
    (void)state;
    struct rig r = rig_new();
    struct emulator_state s;
    uint8_t bytes[4];
    assert_int_equal(emulator_scan(r.emulator, r.gun_device, (const uint8_t *)"lost", 4), 0);
    assert_false(emulator_wait_read(r.emulator, r.gun_device, 0, 100));
    const int fd = port_open(r.gun);
    assert_int_equal(emulator_scan(r.emulator, r.gun_device, (const uint8_t *)"abc", 3), 0);
    assert_int_equal(port_read(fd, bytes, 4), 4);
    assert_memory_equal(bytes, "abc\r", 4);
    assert_true(emulator_wait_read(r.emulator, r.gun_device, 0, (int)patiently(WAIT_MS)));
    emulator_state(r.emulator, r.gun_device, &s);
    assert_int_equal(s.counts.reads, 1);
    assert_int_equal(s.lost, 5);
    close(fd);
    rig_free(&r);
}

static void test_refusals(void **state)
{
    (void)state;
    struct rig r = rig_new();
    char file[96];
    snprintf(file, sizeof file, "%s/file", r.dir);
    close(open(file, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(emulator_add(r.emulator, &emulated_sam, "door", r.gun), -EEXIST);
    assert_int_equal(emulator_add(r.emulator, &emulated_sam, "other", file), -EEXIST);
    assert_int_equal(access(file, F_OK), 0);
    assert_int_equal(emulator_find(r.emulator, "nobody"), -ENOENT);
    assert_int_equal(emulator_put(r.emulator, r.gun_device, NULL, 0), -ENOTSUP);
    assert_int_equal(emulator_scan(r.emulator, r.door_device, NULL, 0), -ENOTSUP);
    unlink(file);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts_come_and_go),
        cmocka_unit_test(test_unplug_and_replug),
        cmocka_unit_test(test_exclusive_host_that_died),
        cmocka_unit_test(test_scan_needs_a_host),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
