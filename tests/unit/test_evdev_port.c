/* What libevdev may answer, and what becomes of it: a grab that is refused, an overrun, a device that has gone. libevdev
 * itself is played here; the real one is in tests/integration/evdev_test.py. */
#include <errno.h>
#include <libevdev/libevdev.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static struct {
    int new_result, grab_result, n_freed;
    bool can_type;
    struct {
        int result;
        uint16_t type, code;
        int32_t value;
    } answers[8];
    size_t at;
} played;

static int played_new(int fd, struct libevdev **ret)
{
    assert_true(fd >= 0);
    *ret = NULL;
    return played.new_result;
}

static int played_grab(struct libevdev *device, enum libevdev_grab_mode mode)
{
    (void)device;
    assert_int_equal(mode, LIBEVDEV_GRAB);
    return played.grab_result;
}

static int played_has(const struct libevdev *device, unsigned type, unsigned code)
{
    (void)device;
    return type == EV_KEY && code > 0 && played.can_type;
}

static void played_free(struct libevdev *device)
{
    (void)device;
    played.n_freed++;
}

static int played_next(struct libevdev *device, unsigned flags, struct input_event *ret)
{
    (void)device;
    const int result = played.answers[played.at].result;
    if (result == -EAGAIN)
        return result;
    /* after an overrun the queue is read to its end in the other way */
    assert_int_equal(flags == LIBEVDEV_READ_FLAG_SYNC,
                     played.at > 0 && played.answers[played.at - 1].result == LIBEVDEV_READ_STATUS_SYNC);
    *ret = (struct input_event){.type = played.answers[played.at].type,
                                .code = played.answers[played.at].code,
                                .value = played.answers[played.at].value};
    played.at++;
    return result;
}

#define libevdev_new_from_fd    played_new
#define libevdev_grab           played_grab
#define libevdev_has_event_code played_has
#define libevdev_free           played_free
#define libevdev_next_event     played_next
#include "readers/evdev_port.c"

static int count_descriptors(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void devices_are_opened_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *path;
        int new_result;
        bool can_type;
        int grab_result, expected;
    } cases[] = {
        {"all is well", "/dev/null", 0, true, 0, 0},
        {"not there", "/dev/no-such-input", 0, true, 0, -ENOENT},
        {"no input device", "/dev/null", -ENOTTY, true, 0, -ENOTTY},
        {"no keys to type with", "/dev/null", 0, false, 0, -ENOTTY},
        {"grabbed by another program", "/dev/null", 0, true, -EBUSY, -EBUSY},
        {"gone meanwhile", "/dev/null", 0, true, -ENODEV, -ENODEV},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        memset(&played, 0, sizeof played);
        played.new_result = cases[i].new_result;
        played.can_type = cases[i].can_type;
        played.grab_result = cases[i].grab_result;
        struct evdev_port *port = NULL;
        const int before = count_descriptors();
        assert_int_equal(evdev_port_open(cases[i].path, &port), cases[i].expected);
        assert_int_equal(port != NULL, cases[i].expected == 0);
        if (port)
            evdev_port_close(port);
        assert_int_equal(count_descriptors(), before);
        assert_int_equal(played.n_freed, cases[i].expected != -ENOENT);
    }
}

static void events_are_passed_on(void **state)
{
    (void)state;
    enum { OK = LIBEVDEV_READ_STATUS_SUCCESS, SYNC = LIBEVDEV_READ_STATUS_SYNC };
    int ends[2];
    unsigned code = 0;
    int value = 0;
    assert_int_equal(pipe(ends), 0);
    struct evdev_port port = {.fd = ends[0]};
    memset(&played, 0, sizeof played);
    played.answers[0].result = OK; /* EV_SYN */
    played.answers[1].result = OK;
    played.answers[1].type = EV_KEY;
    played.answers[1].code = KEY_A;
    played.answers[1].value = 1;
    played.answers[2].result = SYNC;
    played.answers[3].result = SYNC;
    played.answers[4].result = -EAGAIN;
    assert_int_equal(evdev_port_next(&port, 0, &code, &value), EVDEV_KEY);
    assert_int_equal(code, KEY_A);
    assert_int_equal(value, 1);
    assert_int_equal(evdev_port_next(&port, 0, &code, &value), EVDEV_LOST);
    assert_int_equal(evdev_port_next(&port, 0, &code, &value), EVDEV_NOTHING);
    close(ends[1]); /* hung up, and nothing to read */
    assert_int_equal(evdev_port_next(&port, 0, &code, &value), -ENODEV);
    played.answers[++played.at].result = -ENODEV;
    assert_int_equal(evdev_port_next(&port, 0, &code, &value), -ENODEV);
    close(ends[0]);
}

static void paths_have_a_scheme(void **state)
{
    (void)state;
    assert_string_equal(evdev_path("evdev:/dev/input/by-id/x"), "/dev/input/by-id/x");
    assert_null(evdev_path("evdev:event5"));
    assert_null(evdev_path("serial:/dev/ttyUSB0"));
    assert_null(evdev_path("/dev/input/event5"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_are_opened_or_refused),
        cmocka_unit_test(events_are_passed_on),
        cmocka_unit_test(paths_have_a_scheme),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
