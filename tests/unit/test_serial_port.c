/* Serial ports over real ptys. */
#include "readers/serial_port.c"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cmocka.h>

struct pty {
    int master;
    char path[64];
};

static struct pty new_pty(void)
{
    struct pty p = {.master = posix_openpt(O_RDWR | O_NOCTTY)};
    assert_true(p.master >= 0 && grantpt(p.master) == 0 && unlockpt(p.master) == 0);
    assert_int_equal(ptsname_r(p.master, p.path, sizeof p.path), 0);
    return p;
}

static void bytes_pass_unchanged(void **state)
{
    (void)state;
    struct pty p = new_pty();
    const int fd = serial_open(p.path, 115200, true);
    uint8_t all[256], got[512];
    size_t n = 0;
    assert_true(fd >= 0);
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    assert_int_equal(write(p.master, all, sizeof all), (int)sizeof all);
    while (n < sizeof all) {
        const int r = serial_read(fd, got + n, sizeof got - n, 1000);
        assert_true(r > 0);
        n += (size_t)r;
    }
    assert_memory_equal(got, all, sizeof all);
    assert_int_equal(serial_write(fd, all, sizeof all, 1000), 0);
    for (n = 0; n < sizeof all;)
        n += (size_t)read(p.master, got + n, sizeof got - n);
    assert_memory_equal(got, all, sizeof all);
    close(fd);
    close(p.master);
}

static void silence_and_departure(void **state)
{
    (void)state;
    struct pty p = new_pty();
    uint8_t byte;
    const int fd = serial_open(p.path, 9600, true);
    const int64_t before_us = clock_mono_us();
    assert_int_equal(serial_read(fd, &byte, 1, 50), 0);
    assert_true(clock_mono_us() - before_us >= 45000);
    assert_int_equal(serial_read(fd, &byte, 1, 0), 0);
    close(p.master);
    assert_int_equal(serial_read(fd, &byte, 1, 1000), -EIO);
    assert_true(serial_write(fd, &byte, 1, 100) < 0);
    close(fd);
}

static void a_second_process_finds_it_busy(void **state)
{
    (void)state;
    struct pty p = new_pty();
    const int fd = serial_open(p.path, 9600, true);
    const pid_t child = fork();
    if (child == 0)
        _exit(serial_open(p.path, 9600, true) == -EWOULDBLOCK ? 0 : 1);
    int status = -1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    close(fd);
    const int again = serial_open(p.path, 9600, true);
    assert_true(again >= 0);
    close(again);
    close(p.master);
}

static void waiting_input_is_kept_or_dropped(void **state)
{
    (void)state;
    for (int drops = 0; drops < 2; drops++) {
        struct pty p = new_pty();
        uint8_t byte = 0;
        const int keeper = serial_open(p.path, 9600, true); /* makes it raw and keeps its buffer alive */
        assert_int_equal(write(p.master, "x", 1), 1);
        flock(keeper, LOCK_UN);
        const int fd = serial_open(p.path, 9600, drops);
        assert_int_equal(serial_read(fd, &byte, 1, 100), drops ? 0 : 1);
        close(fd);
        close(keeper);
        close(p.master);
    }
}

static void what_is_no_port(void **state)
{
    (void)state;
    assert_int_equal(serial_open("/nonexistent/tty", 9600, true), -ENOENT);
    assert_int_equal(serial_open("/", 9600, true), -EISDIR);
    assert_int_equal(serial_open("/dev/null", 12345, true), -EINVAL);
    assert_int_equal(serial_open("/dev/null", 9600, true), -ENOTTY);
    assert_int_equal(serial_open("/proc/self/comm", 9600, false), -ENOTTY); /* a file that can be written */
    const int fd = serial_lock("/dev/null");                                /* at its end */
    uint8_t byte;
    assert_true(fd >= 0);
    assert_int_equal(serial_read(fd, &byte, 1, 100), -EIO);
    close(fd);
}

static void device_texts(void **state)
{
    (void)state;
    assert_string_equal(serial_path("serial:/dev/ttyUSB0"), "/dev/ttyUSB0");
    static const char *const wrong[] = {
        "", "/dev/ttyUSB0", "serial:", "serial:ttyUSB0", "usb:0400:c35a", "Serial:/dev/x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(serial_path(wrong[i]));
    assert_true(serial_baud_is_known(115200));
    assert_false(serial_baud_is_known(115201));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_pass_unchanged),
        cmocka_unit_test(silence_and_departure),
        cmocka_unit_test(a_second_process_finds_it_busy),
        cmocka_unit_test(waiting_input_is_kept_or_dropped),
        cmocka_unit_test(what_is_no_port),
        cmocka_unit_test(device_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
