/* The only thread of paihao-reader. Must never wait longer than a heartbeat by itself; drivers may, and then
 * show it by the heartbeat that stays away. */
#include "readers/reader_loop.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"
#include "readers/reader_feedback.h"
#include "readers/reader_sandbox.h"
#include "readers/reader_trace.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct reader_driver *const reader_drivers[] = {&driver_sam, &driver_nfc, &driver_scanner, NULL};

struct reader {
    const struct reader_options *options;
    enum reader_state state;
    char code[32];
    bool masks, watches_input;
    bool is_lost; /* the device, after it was open */
    int error;    /* of standard output or of confining, once; negative */
    struct reader_sandbox sandbox;
    int64_t next_beat_us, next_open_us;
    void *device; /* NULL while closed */
    struct feedback_parser feedback;
};

static void end_with(struct reader *r, int error, const char *what)
{
    log_error("%s: %s", what, strerror(-error));
    r->error = error;
}

/* Takes the line. */
static void print(struct reader *r, char *line)
{
    const size_t length = strlen(line);
    line[length] = '\n'; /* in place of the NUL, so that one write carries the whole line */
    for (size_t done = 0; done < length + 1 && r->error == 0;) {
        const ssize_t n = write(STDOUT_FILENO, line + done, length + 1 - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno == EAGAIN)
            poll(&(struct pollfd){.fd = STDOUT_FILENO, .events = POLLOUT}, 1, 100);
        else if (errno != EINTR)
            end_with(r, -errno, "standard output");
    }
    wipe_bytes(line, length);
    free(line);
}

static void enter(struct reader *r, enum reader_state state, const char *code, const char *detail)
{
    if (r->state == state && strcmp(r->code, code) == 0)
        return;
    r->state = state;
    snprintf(r->code, sizeof r->code, "%s", code);
    print(r, reader_line_state(state, code, detail));
}

void reader_report_ready(struct reader *r, const char *detail)
{
    reader_trace_ready();
    if (r->state == READER_ABSENT)
        enter(r, READER_OPENING, "opening", "the device is there again");
    enter(r, READER_READY, "ready", detail);
}

void reader_report_trouble(struct reader *r, const char *code, const char *detail)
{
    reader_trace_trouble(code);
    enter(r, READER_ERROR, code, detail);
}

void reader_report_reading(struct reader *r, const struct presentation *p)
{
    reader_trace_reading(p);
    print(r, reader_line_reading(p, clock_utc_us(), r->masks));
}

void reader_report_address(struct reader *r, const char *address)
{
    reader_trace_address(address);
    print(r, reader_line_address(address, clock_utc_us(), r->masks));
}

void reader_report_fault(struct reader *r, enum reader_fault fault, const char *detail)
{
    reader_trace_fault(fault);
    print(r, reader_line_fault(fault, detail));
}

void reader_report_endings(struct reader *r, enum scan_endings endings)
{
    if (r->options->is_supervised)
        print(r, reader_line_endings(scan_endings_name(endings)));
}

/* Why there is no device, by the errno of open or step. */
static void enter_loss(struct reader *r, int error)
{
    static const struct {
        int error;
        enum reader_state state;
        const char *code, *detail;
    } losses[] = {
        {ENOENT, READER_ABSENT, "device-absent", "the device is not there"},
        {ENOTDIR, READER_ABSENT, "device-absent", "the device is not there"},
        {ENODEV, READER_ABSENT, "device-absent", "the device is not there"},
        {ENXIO, READER_ABSENT, "device-absent", "the device is not there"},
        {EIO, READER_ABSENT, "device-absent", "the device has gone"},
        {EPIPE, READER_ABSENT, "device-absent", "the device has gone"},
        {EWOULDBLOCK, READER_ERROR, "device-busy", "another process uses the device"},
        {EBUSY, READER_ERROR, "device-busy", "another process uses the device"},
        {EACCES, READER_ERROR, "permission-denied",
         "no permission for the device; is the user in its group?"},
        {EPERM, READER_ERROR, "permission-denied", "no permission for the device; is the user in its group?"},
        {ENOTTY, READER_ERROR, "wrong-device", "what is there is no device of this kind"},
        {EISDIR, READER_ERROR, "wrong-device", "what is there is no device of this kind"},
        {ETIMEDOUT, READER_ERROR, "no-answer", "the device is there but does not answer"},
        {EPROTO, READER_ERROR, "garbled-answers", "the device answers, but not in its protocol"},
    };
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++)
        if (losses[i].error == error) {
            enter(r, losses[i].state, losses[i].code, losses[i].detail);
            return;
        }
    enter(r, READER_ERROR, "open-failed", strerror(error));
}

static void confine(struct reader *r)
{
    const int result = reader_sandbox_enter(&r->sandbox);
    if (result > 0)
        log_warning("this kernel has no seccomp filters: the reader runs without one");
    else if (result < 0)
        end_with(r, result, "cannot confine this process");
}

static void open_device(struct reader *r)
{
    const int error = r->options->driver->open(r->options, r, &r->device);
    if (error < 0) {
        enter_loss(r, -error);
        r->next_open_us = clock_mono_us() + READER_REOPEN_US;
        return;
    }
    confine(r);
    if (r->state == READER_ABSENT)
        enter(r, READER_OPENING, "opening", "the device is there again");
}

static void close_device(struct reader *r)
{
    r->options->driver->close(r->device);
    r->device = NULL;
}

static void step_device(struct reader *r)
{
    const int error = r->options->driver->step(r->device, r);
    if (error == 0)
        return;
    r->is_lost = true;
    reader_trace_lost(-error);
    close_device(r);
    enter_loss(r, -error);
}

static void beat(struct reader *r)
{
    const int64_t now_us = clock_mono_us();
    if (now_us < r->next_beat_us)
        return;
    print(r, reader_line_heartbeat(clock_utc_us()));
    const bool is_late = now_us - r->next_beat_us >= READER_HEARTBEAT_US;
    r->next_beat_us = (is_late ? now_us : r->next_beat_us) + READER_HEARTBEAT_US;
}

/* False when standard input has ended and with it our task. */
static bool read_input(struct reader *r)
{
    char bytes[256];
    const ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (n <= 0) {
        r->watches_input = false;
        return !r->options->is_supervised;
    }
    for (size_t done = 0, used; done < (size_t)n; done += used) {
        const enum feedback feedback = feedback_feed(&r->feedback, bytes + done, (size_t)n - done, &used);
        if (feedback == FEEDBACK_REFUSED && r->device && r->options->driver->refused) {
            reader_trace_told("refused");
            r->options->driver->refused(r->device);
        }
        if (feedback == FEEDBACK_LOOK)
            r->next_open_us = 0;
        else if (feedback != FEEDBACK_NONE)
            feedback_show(feedback);
    }
    return true;
}

/* Waits, listening to standard input. False when it is time to end. */
static bool wait_for_input(struct reader *r, int wait_ms)
{
    struct pollfd p = {.fd = r->watches_input ? STDIN_FILENO : -1, .events = POLLIN};
    const int n = poll(&p, 1, wait_ms);
    return n <= 0 || read_input(r);
}

static bool is_told_to_end(void)
{
    const struct timespec at_once = {0};
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    return sigtimedwait(&ends, NULL, &at_once) > 0;
}

/* Milliseconds until the loop has something to do. */
static int pause_ms(const struct reader *r)
{
    if (r->device)
        return r->options->driver->pause_ms;
    const int64_t now_us = clock_mono_us();
    const int64_t due_us = r->next_open_us < r->next_beat_us ? r->next_open_us : r->next_beat_us;
    const int64_t wait_ms = (due_us - now_us + 999) / 1000;
    return wait_ms < 0 ? 0 : wait_ms > 100 ? 100 : (int)wait_ms; /* signals are looked for in between */
}

static int work(struct reader *r)
{
    do {
        if (r->options->is_supervised)
            alarm(READER_WATCHDOG_S);
        beat(r);
        if (r->device)
            step_device(r);
        else if (clock_mono_us() >= r->next_open_us)
            open_device(r);
        if (r->is_lost || r->error < 0)
            break;
    } while (wait_for_input(r, pause_ms(r)) && !is_told_to_end() && r->error == 0);
    if (r->device)
        close_device(r);
    return r->error < 0 ? r->error : r->is_lost ? READER_END_LOST : READER_END_DONE;
}

int reader_loop(const struct reader_options *options, bool is_again)
{
    struct reader *r = bytes_alloc(sizeof *r);
    r->options = options;
    r->masks = isatty(STDOUT_FILENO) && !options->shows_all;
    r->watches_input = true;
    r->state = is_again ? READER_OPENING : READER_STATE_COUNT;
    int result = reader_sandbox_prepare(&r->sandbox, options->user);
    if (result < 0)
        log_error("no user to become: %s", options->user);
    if (result == 0 && !is_again)
        enter(r, READER_OPENING, "opening", options->device);
    if (result == 0)
        result = work(r);
    free(r);
    return result;
}
