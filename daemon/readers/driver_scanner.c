/* Barcode scanners: on a serial line (USB CDC or a UART), or posing as a keyboard. Knows no code: what was scanned is
 * passed on byte for byte. */
#include "base/bytes.h"
#include "base/clock.h"
#include "readers/evdev_keys.h"
#include "readers/evdev_port.h"
#include "readers/reader_driver.h"
#include "readers/reader_gate.h"
#include "readers/reader_trace.h"
#include "readers/scan_split.h"
#include "readers/serial_port.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 100, LATE_US = 30000, KEYS_A_STEP = 1024 };

struct scanner {
    int fd;                      /* serial, else -1 */
    struct evdev_port *keyboard; /* else NULL */
    struct evdev_keys keys;
    enum scan_endings told; /* to whoever starts the next process */
    bool is_garbled;        /* a key of this scan stands for nothing, or keys were lost */
    struct scan_split split;
    struct reader_gate gate;
    int64_t listened_us; /* when it last listened */
};

static const char *scanner_objection(const char *device)
{
    return serial_path(device) || evdev_path(device)
               ? NULL
               : "a scanner needs serial:/PATH or evdev:/PATH, for example serial:/dev/ttyACM0";
}

/* Serial input that waits already is kept: somebody scanned while this process was being restarted. */
static int open_port(struct scanner *s, const struct reader_options *options)
{
    const char *path = serial_path(options->device);
    if (!path)
        return evdev_port_open(evdev_path(options->device), &s->keyboard);
    s->fd = serial_open(path, options->baud, false);
    return s->fd < 0 ? s->fd : 0;
}

static void set_late(struct scanner *s, bool is_late)
{
    if (s->split.is_late != is_late)
        reader_trace_told(is_late ? "late" : "in time");
    scan_split_set_late(&s->split, is_late);
}

/* From before it was open; a keyboard's events begin with the opening. */
static bool something_waits(const struct scanner *s)
{
    struct pollfd p = {.fd = s->fd, .events = POLLIN};
    return !s->keyboard && poll(&p, 1, 0) != 0;
}

static int scanner_open(const struct reader_options *options, struct reader *reader, void **ret_device)
{
    struct scanner *s = bytes_alloc(sizeof *s);
    s->fd = -1;
    const int r = open_port(s, options);
    if (r < 0) {
        free(s);
        return r;
    }
    evdev_keys_init(&s->keys, options->layout);
    scan_split_init(&s->split, options->separator, s->keyboard ? SCAN_KEYS_PAUSE_US : SCAN_PAUSE_US);
    scan_split_know(&s->split, options->endings);
    s->told = s->split.endings;
    reader_gate_init(&s->gate, false);
    s->listened_us = clock_mono_us();
    reader_trace_opened("");
    set_late(s, something_waits(s));
    *ret_device = s;
    reader_report_ready(reader, s->keyboard ? "keyboard grabbed" : "port open");
    return 0;
}

static void report_scan(struct scanner *s, struct reader *reader, int64_t now_us)
{
    reader_trace_scan(s->split.bytes, s->split.size);
    if (!reader_gate_is_new(&s->gate, s->split.bytes, s->split.size, now_us))
        return;
    struct presentation *p = bytes_alloc(sizeof *p);
    p->medium = MEDIUM_CAPTURE_CODE;
    p->credential_size = s->split.size;
    memcpy(p->credential, s->split.bytes, s->split.size);
    reader_report_reading(reader, p);
    presentation_wipe(p);
    free(p);
}

static void report(struct scanner *s, struct reader *reader, enum scan_event event, int64_t now_us)
{
    if (event == SCAN_NONE)
        return;
    if (s->is_garbled)
        reader_report_fault(reader, READER_FAULT_SCAN_GARBLED, "a key that is no character, or lost keys");
    else if (event == SCAN_WHOLE)
        report_scan(s, reader, now_us);
    else if (event == SCAN_EMPTY)
        reader_report_fault(reader, READER_FAULT_EMPTY_SCAN, "an ending without a code");
    else if (event == SCAN_TOO_LARGE)
        reader_report_fault(reader, READER_FAULT_TOO_LARGE, "more than 2953 bytes");
    else if (event == SCAN_CUT_OFF)
        reader_report_fault(reader, READER_FAULT_SCAN_CUT_OFF, "a code without its ending");
    else if (event == SCAN_GARBLED)
        reader_report_fault(reader, READER_FAULT_SCAN_GARBLED, "perhaps two scans that ran together");
    if (s->split.endings != s->told)
        reader_report_endings(reader, s->split.endings);
    s->told = s->split.endings;
    s->is_garbled = false;
    wipe_bytes(s->split.bytes, s->split.size);
}

/* Of a scanner that types the keys are recorded, not the bytes that they stand for. */
static void take_bytes(struct scanner *s, struct reader *reader, const uint8_t *bytes, size_t size,
                       int64_t now_us)
{
    if (!s->keyboard)
        reader_trace_received(bytes, size);
    for (size_t done = 0, used; done < size; done += used)
        report(s, reader, scan_split_feed(&s->split, bytes + done, size - done, now_us, &used), now_us);
}

/* Nothing had come by now_us. */
static void take_pause(struct scanner *s, struct reader *reader, int64_t now_us)
{
    report(s, reader, scan_split_idle(&s->split, now_us), now_us);
    if (s->is_garbled && scan_split_due_us(&s->split) == INT64_MAX) {
        s->is_garbled = false;
        reader_report_fault(reader, READER_FAULT_SCAN_GARBLED, "keys that are no characters");
    }
}

/* How long to listen: until a pause will mean something. */
static int listening_ms(const struct scanner *s)
{
    const int64_t due_us = scan_split_due_us(&s->split);
    const int64_t left_us = due_us == INT64_MAX ? INT64_MAX : due_us - clock_mono_us();
    return left_us >= WAIT_MS * 1000 ? WAIT_MS : left_us <= 0 ? 1 : (int)((left_us + 999) / 1000);
}

/* Nothing waits: from now on it is known when something comes. */
static void catch_up(struct scanner *s)
{
    set_late(s, false);
    s->listened_us = clock_mono_us();
}

/* After having listened for at most wait_ms. Gives the time until which that was, for what was heard. */
static int64_t end_listening(struct scanner *s, int wait_ms)
{
    const int64_t now_us = clock_mono_us();
    if (now_us - s->listened_us > wait_ms * 1000 + LATE_US)
        set_late(s, true);
    s->listened_us = now_us;
    return now_us;
}

static int step_serial(struct scanner *s, struct reader *reader)
{
    uint8_t bytes[1024];
    const int wait_ms = listening_ms(s);
    int n = serial_read(s->fd, bytes, sizeof bytes, 0);
    if (n == 0) {
        catch_up(s);
        n = serial_read(s->fd, bytes, sizeof bytes, wait_ms);
    }
    const int64_t now_us = end_listening(s, wait_ms);
    if (n == 0) /* until now_us, or did something come while the clock was asked? */
        n = serial_read(s->fd, bytes, sizeof bytes, 0);
    if (n < 0)
        return n;
    if (n == 0)
        take_pause(s, reader, now_us);
    take_bytes(s, reader, bytes, (size_t)n, now_us);
    wipe_bytes(bytes, (size_t)n);
    return 0;
}

static void take_key(struct scanner *s, struct reader *reader, unsigned code, int value)
{
    uint8_t bytes[KEY_BYTES_MAX];
    reader_trace_told("key %u %d", code, value);
    const int n = evdev_keys_feed(&s->keys, code, value, bytes);
    if (n < 0)
        s->is_garbled = true;
    else
        take_bytes(s, reader, bytes, (size_t)n, clock_mono_us());
    wipe_bytes(bytes, sizeof bytes);
}

/* As evdev_port_next, for the first key of a step. */
static int listen_for_key(struct scanner *s, struct reader *reader, unsigned *ret_code, int *ret_value)
{
    const int wait_ms = listening_ms(s);
    int event = evdev_port_next(s->keyboard, 0, ret_code, ret_value);
    if (event == EVDEV_NOTHING) {
        catch_up(s);
        event = evdev_port_next(s->keyboard, wait_ms, ret_code, ret_value);
    }
    const int64_t now_us = end_listening(s, wait_ms);
    if (event == EVDEV_NOTHING)
        event = evdev_port_next(s->keyboard, 0, ret_code, ret_value);
    if (event == EVDEV_NOTHING)
        take_pause(s, reader, now_us);
    return event;
}

static int step_keyboard(struct scanner *s, struct reader *reader)
{
    for (int i = 0; i < KEYS_A_STEP; i++) {
        unsigned code = 0;
        int value = 0;
        const int event = i == 0 ? listen_for_key(s, reader, &code, &value)
                                 : evdev_port_next(s->keyboard, 0, &code, &value);
        if (event < 0)
            return event;
        if (event == EVDEV_NOTHING)
            return 0;
        if (event == EVDEV_KEY) {
            take_key(s, reader, code, value);
        } else {
            reader_trace_told("keys lost");
            evdev_keys_init(&s->keys, s->keys.layout);
            s->is_garbled = true;
        }
    }
    return 0;
}

static int scanner_step(void *device, struct reader *reader)
{
    struct scanner *s = device;
    return s->keyboard ? step_keyboard(s, reader) : step_serial(s, reader);
}

static void scanner_close(void *device)
{
    struct scanner *s = device;
    if (s->keyboard)
        evdev_port_close(s->keyboard);
    else
        close(s->fd);
    wipe_bytes(&s->split, sizeof s->split);
    free(s);
}

static void scanner_refused(void *device)
{
    struct scanner *s = device;
    reader_gate_refused(&s->gate);
}

const struct reader_driver driver_scanner = {
    .name = "scanner",
    .objection = scanner_objection,
    .open = scanner_open,
    .step = scanner_step,
    .close = scanner_close,
    .refused = scanner_refused,
    .pause_ms = 0,
};
