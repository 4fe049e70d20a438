/* Serial barcode scanners (USB CDC or a UART). Knows no code: what was scanned is passed on byte for byte. */
#include "base/bytes.h"
#include "base/clock.h"
#include "readers/reader_driver.h"
#include "readers/reader_gate.h"
#include "readers/scan_split.h"
#include "readers/serial_port.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 100 };

struct scanner {
    int fd;
    struct scan_split split;
    struct reader_gate gate;
};

static const char *scanner_objection(const char *device)
{
    return serial_path(device) ? NULL : "a scanner needs serial:/PATH, for example serial:/dev/ttyACM0";
}

/* Input that waits already is kept: somebody scanned while this process was being restarted. */
static int scanner_open(const struct reader_options *options, struct reader *reader, void **ret_device)
{
    const int fd = serial_open(serial_path(options->device), options->baud, false);
    if (fd < 0)
        return fd;
    struct scanner *s = bytes_alloc(sizeof *s);
    s->fd = fd;
    scan_split_init(&s->split);
    reader_gate_init(&s->gate);
    *ret_device = s;
    reader_report_ready(reader, "port open");
    return 0;
}

static void report_scan(struct scanner *s, struct reader *reader, int64_t now_us)
{
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
    if (event == SCAN_WHOLE)
        report_scan(s, reader, now_us);
    else if (event == SCAN_EMPTY)
        reader_report_fault(reader, READER_FAULT_EMPTY_SCAN, "an ending without a code");
    else if (event == SCAN_TOO_LARGE)
        reader_report_fault(reader, READER_FAULT_TOO_LARGE, "more than 2953 bytes");
    else if (event == SCAN_CUT_OFF)
        reader_report_fault(reader, READER_FAULT_SCAN_CUT_OFF, "a code without its ending");
    if (event != SCAN_NONE)
        wipe_bytes(s->split.bytes, s->split.size);
}

static int scanner_step(void *device, struct reader *reader)
{
    struct scanner *s = device;
    uint8_t bytes[1024];
    const int n = serial_read(s->fd, bytes, sizeof bytes, WAIT_MS);
    if (n < 0)
        return n;
    const int64_t now_us = clock_mono_us();
    if (n == 0)
        report(s, reader, scan_split_idle(&s->split, now_us), now_us);
    for (size_t done = 0, used; done < (size_t)n; done += used)
        report(s, reader, scan_split_feed(&s->split, bytes + done, (size_t)n - done, now_us, &used), now_us);
    wipe_bytes(bytes, (size_t)n);
    return 0;
}

static void scanner_close(void *device)
{
    struct scanner *s = device;
    close(s->fd);
    scan_split_init(&s->split);
    free(s);
}

const struct reader_driver driver_scanner = {
    .name = "scanner",
    .objection = scanner_objection,
    .open = scanner_open,
    .step = scanner_step,
    .close = scanner_close,
    .pause_ms = 0,
};
