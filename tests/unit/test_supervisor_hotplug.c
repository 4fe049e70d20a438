/* Devices that come, through the real libudev over umockdev's test bed: which reader of the configuration each concerns,
 * and that a reader in back-off is started at once. */
#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"
#include "patience.h"
#include "readers/supervisor.h"
#include "readers/supervisor_hotplug.h"
#include "readers/supervisor_life.h"
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <umockdev.h>
#include <unistd.h>

#include <cmocka.h>

#define S 1000000

/* The test bed has a thread of its own, and glib, which hands it its memory, is not built for the sanitizer: what the two of them
 * do with each other looks like races, from time to time. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "ignore_noninstrumented_modules=1";
}
enum { SOON_US = 700000 };

static UMockdevTestbed *bed;
static struct hotplug *plugs;
static char *tty, *sam, *keyboard; /* paths in sysfs */

static int build(void **state)
{
    (void)state;
    assert_true(sodium_init() >= 0);
    log_init("test", LOG_LEVEL_ERROR);
    signal(SIGPIPE, SIG_IGN); /* as paihaod does */
    bed = umockdev_testbed_new();
    sam = umockdev_testbed_add_device(bed, "usb", "usb1-1", NULL, "idVendor", "0400", "idProduct", "c35a",
                                      NULL, "DEVTYPE", "usb_device", "DEVNAME", "/dev/bus/usb/001/004", NULL);
    tty = umockdev_testbed_add_device(
        bed, "tty", "ttyUSB0", sam, NULL, "DEVNAME", "/dev/ttyUSB0", "DEVLINKS",
        "/dev/serial/by-id/usb-1a86-port0 /dev/serial/by-path/pci-0:1:1.0-port0", NULL);
    keyboard = umockdev_testbed_add_device(bed, "input", "event7", NULL, NULL, "DEVNAME", "/dev/input/event7",
                                           "ID_INPUT_KEYBOARD", "1", NULL);
    assert_non_null(sam);
    assert_non_null(tty);
    assert_non_null(keyboard);
    plugs = hotplug_new();
    assert_non_null(plugs);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hotplug_free(plugs);
    g_free(sam);
    g_free(tty);
    g_free(keyboard);
    g_object_unref(bed);
    return 0;
}

/* The event of a device in sysfs, waited for. */
static struct hotplug_event event_of(const char *path, const char *action)
{
    struct hotplug_event event = {NULL};
    struct pollfd p = {.fd = hotplug_fd(plugs), .events = POLLIN};
    umockdev_testbed_uevent(bed, path, action);
    assert_int_equal(poll(&p, 1, (int)patiently(5000)), 1);
    assert_true(hotplug_next(plugs, &event));
    return event;
}

static void what_concerns_whom(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *device;
        bool by_sam, by_tty, by_keyboard;
    } rows[] = {
        {"the node itself", "serial:/dev/ttyUSB0", false, true, false},
        {"another node with the same beginning", "serial:/dev/ttyUSB01", false, false, false},
        {"a shorter one", "serial:/dev/ttyUSB", false, false, false},
        {"a link", "serial:/dev/serial/by-id/usb-1a86-port0", false, true, false},
        {"a link with colons, for libnfc", "pn532_uart:/dev/serial/by-path/pci-0:1:1.0-port0", false, true,
         false},
        {"a node and a speed, for libnfc", "pn532_uart:/dev/ttyUSB0:115200", false, true, false},
        {"vendor and product", "usb:0400:c35a", true, false, false},
        {"in capitals", "usb:0400:C35A", true, false, false},
        {"another product", "usb:0400:c35b", false, false, false},
        {"any USB device may be libnfc's", "acr122_usb:001", true, false, false},
        {"a keyboard", "evdev:/dev/input/event7", false, false, true},
        {"a network has no plug", "tcp:192.0.2.1:4001", false, false, false},
        {"no address at all", "nonsense", false, false, false},
    };
    struct hotplug_event by_sam = event_of(sam, "add"), by_tty = event_of(tty, "add"),
                         by_keyboard = event_of(keyboard, "change");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (hotplug_concerns(&by_sam, rows[i].device) != rows[i].by_sam ||
            hotplug_concerns(&by_tty, rows[i].device) != rows[i].by_tty ||
            hotplug_concerns(&by_keyboard, rows[i].device) != rows[i].by_keyboard)
            fail_msg("%s", rows[i].legend);
    hotplug_done(&by_sam);
    hotplug_done(&by_tty);
    hotplug_done(&by_keyboard);
}

static void departures_are_no_news(void **state)
{
    (void)state;
    struct hotplug_event event = {NULL};
    umockdev_testbed_uevent(bed, tty, "remove");
    struct pollfd p = {.fd = hotplug_fd(plugs), .events = POLLIN};
    assert_int_equal(poll(&p, 1, (int)patiently(5000)), 1);
    assert_false(hotplug_next(plugs, &event));
    assert_int_equal(poll(&p, 1, 0), 0); /* taken off, so that poll() does not spin */
}

/* A life in its longest back-off, whose device comes. */
static void a_coming_device_ends_the_back_off(void **state)
{
    (void)state;
    struct reader_life life;
    reader_life_init(&life, 0, 0);
    for (int i = 0; i < 6; i++) {
        reader_life_started(&life, i * S);
        reader_life_ended(&life, i * S);
    }
    assert_int_equal(reader_life_deadline_us(&life), 5 * S + LIFE_BACKOFF_MOST_US);
    assert_false(reader_life_wake(&life, 6 * S));
    assert_int_equal(reader_life_deadline_us(&life), 6 * S);
    assert_false(reader_life_wake(&life, 7 * S)); /* never later than before */
    assert_int_equal(reader_life_deadline_us(&life), 6 * S);
    /* a device that comes and goes all the time starts nobody more often than this */
    reader_life_started(&life, 6 * S);
    reader_life_ended(&life, 6 * S);
    assert_false(reader_life_wake(&life, 6 * S + 1));
    assert_int_equal(reader_life_deadline_us(&life), 6 * S + LIFE_WAKE_US);
    /* a process that waits for the device by itself is told; one that has it is not */
    reader_life_started(&life, 7 * S);
    assert_true(reader_life_wake(&life, 7 * S));
    reader_life_move(&life, READER_OPENING, "", "", 0);
    reader_life_move(&life, READER_READY, "", "", 0);
    assert_false(reader_life_wake(&life, 7 * S));
}

/* A process that ended because its device was lost is no failure that counts, and is not shown as a new opening. */
static void reopening_is_no_restart(void **state)
{
    (void)state;
    struct reader_life life;
    reader_life_init(&life, 0, 0);
    reader_life_started(&life, 0);
    reader_life_ended(&life, S);
    reader_life_lost_device(&life);
    reader_life_started(&life, 2 * S);
    assert_int_equal(life.restarts, 0);
    assert_true(life.is_reopening);
    reader_life_ended(&life, 3 * S); /* this time it died */
    assert_false(life.is_reopening);
    reader_life_started(&life, 4 * S);
    assert_int_equal(life.restarts, 1);
}

/* ---- through the supervisor: shell scripts as readers, $4 is the device */
static const char script[] =
    "#!/bin/sh\n"
    "cd \"${0%/*}\" || exit 9\n"
    "case $4 in\n"
    "serial:/dev/ttyUSB0) echo 1 >>failing.starts; exit 1 ;;\n"
    "*) echo '{\"type\":\"state\",\"state\":\"absent\",\"code\":\"device-absent\",\"detail\":\"\"}'\n"
    "  while sleep 0.5; do echo '{\"type\":\"heartbeat\",\"at_us\":1}'; done &\n"
    "  while read -r word; do echo \"$word\" >>waiting.words; done ;;\n"
    "esac\n";

static size_t size_of(const char *folder, const char *name)
{
    char *path = bytes_format("%s/%s", folder, name);
    struct stat s;
    const size_t size = stat(path, &s) == 0 ? (size_t)s.st_size : 0;
    free(path);
    return size;
}

/* How long until the file has grown beyond `before`; -1: not in time. */
static int64_t growth_us(const char *folder, const char *name, size_t before, int64_t limit_us)
{
    const int64_t start_us = clock_mono_us();
    while (size_of(folder, name) <= before) {
        if (clock_mono_us() - start_us > patiently(limit_us))
            return -1;
        clock_sleep_us(1000);
    }
    return clock_mono_us() - start_us;
}

static void write_script(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, script, sizeof script - 1), sizeof script - 1);
    close(fd);
}

static void the_supervisor_does_not_wait_out_its_back_off(void **state)
{
    (void)state;
    char folder[] = "/tmp/paihao-test-XXXXXX", auto_text[] = "auto", us[] = "us", scanner[] = "scanner",
         lane_name[] = "A", room[] = "", failing[] = "failing", waiting[] = "waiting",
         tty_device[] = "serial:/dev/ttyUSB0", evdev_device[] = "evdev:/dev/input/event7";
    assert_non_null(mkdtemp(folder));
    struct config_reader readers[] = {
        {.name = failing,
         .driver = scanner,
         .device = tty_device,
         .method = auto_text,
         .separator = auto_text,
         .layout = us},
        {.name = waiting,
         .driver = scanner,
         .device = evdev_device,
         .method = auto_text,
         .separator = auto_text,
         .layout = us},
    };
    struct config_lane lane = {.name = lane_name, .room = room, .readers = readers, .n_readers = 2};
    struct config config = {.data_dir = folder,
                            .lanes = &lane,
                            .n_lanes = 1,
                            .key_file = bytes_format("%s/secret.key", folder),
                            .reader_program = bytes_format("%s/reader", folder)};
    write_script(config.reader_program);
    struct desk *desk;
    struct supervisor *supervisor;
    char *error = NULL;
    assert_int_equal(desk_open(&desk, &(struct desk_options){.config = &config, .create = true}, &error),
                     JOURNAL_OK);
    assert_int_equal(supervisor_start(&supervisor, &config, desk), 0);

    /* five starts: the next one would come after two seconds */
    assert_true(growth_us(folder, "failing.starts", 2 * 5 - 1, 15 * S) >= 0);
    /* A machine that stalls lets it seem to have waited, so once in ten is enough; who does wait it out is never so soon. */
    int64_t start_us = INT64_MAX;
    for (int i = 0; i < 10 && start_us > SOON_US; i++) {
        clock_sleep_us(300000);
        const size_t starts = size_of(folder, "failing.starts"), words = size_of(folder, "waiting.words");
        umockdev_testbed_uevent(bed, keyboard, "add");
        assert_true(growth_us(folder, "waiting.words", words, 5 * S) >= 0);
        if (size_of(folder, "failing.starts") !=
            starts) /* that was not its device, but it may have been its time */
            continue;
        umockdev_testbed_uevent(bed, tty, "add");
        start_us = growth_us(folder, "failing.starts", starts, 5 * S);
        assert_true(start_us >= 0);
    }
    print_message("from the event to the next start: %.1f ms instead of up to %d\n", (double)start_us / 1e3,
                  LIFE_BACKOFF_MOST_US / 1000);
    assert_in_range(start_us, 0, SOON_US);
    supervisor_stop(supervisor);
    desk_close(desk);
    char *line = bytes_format("rm -r %s", folder);
    assert_int_equal(system(line), 0);
    free(line);
    free(config.key_file);
    free(config.reader_program);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_concerns_whom),
        cmocka_unit_test(departures_are_no_news),
        cmocka_unit_test(a_coming_device_ends_the_back_off),
        cmocka_unit_test(reopening_is_no_restart),
        cmocka_unit_test(the_supervisor_does_not_wait_out_its_back_off),
    };
    (void)argc;
    if (!getenv("UMOCKDEV_IS_LOADED")) { /* it must be there from the process's start */
        setenv("UMOCKDEV_IS_LOADED", "1", 1);
        setenv("LD_PRELOAD", "libumockdev-preload.so.0", 1);
        execv("/proc/self/exe", argv);
        return 1;
    }
    return cmocka_run_group_tests(tests, build, tear_down);
}
