/* SAM_V readers of resident identity cards on a serial line. Moves bytes and time into sam_session, which
 * decides everything, and its events out. */
#include "base/bytes.h"
#include "base/clock.h"
#include "readers/reader_driver.h"
#include "readers/sam_session.h"
#include "readers/serial_port.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { WAIT_MS = 200, WRITE_MS = 500 };

struct sam {
    int fd;
    struct sam_session session;
    struct sam_event event;
};

static const char *sam_objection(const char *device)
{
    return serial_path(device)
               ? NULL
               : "this version reads SAM readers at serial:/PATH, for example serial:/dev/ttyUSB0";
}

static int sam_open(const struct reader_options *options, struct reader *reader, void **ret_device)
{
    (void)reader; /* ready once it answers */
    const int fd = serial_open(serial_path(options->device), options->baud, true);
    if (fd < 0)
        return fd;
    struct sam *sam = bytes_alloc(sizeof *sam);
    sam->fd = fd;
    sam_session_init(&sam->session, clock_mono_us());
    *ret_device = sam;
    return 0;
}

/* 0, or -ETIMEDOUT when the reader has fallen silent. */
static int report(struct sam *sam, struct reader *reader)
{
    struct sam_event *event = &sam->event;
    switch (event->kind) {
    case SAM_EVENT_NONE:
        break;
    case SAM_EVENT_READY:
        reader_report_ready(reader, "the SAM answers");
        break;
    case SAM_EVENT_READING:
        reader_report_reading(reader, &event->presentation);
        presentation_wipe(&event->presentation);
        break;
    case SAM_EVENT_FAULT:
        reader_report_fault(reader, event->fault, event->detail);
        break;
    case SAM_EVENT_TROUBLE:
        reader_report_trouble(reader, event->code, event->detail);
        break;
    case SAM_EVENT_SILENT:
        return -ETIMEDOUT;
    }
    return 0;
}

static int wait_ms(const struct sam_session *session)
{
    const int64_t ms = (sam_session_due_us(session) - clock_mono_us() + 999) / 1000;
    return ms < 0 ? 0 : ms > WAIT_MS ? WAIT_MS : (int)ms;
}

static int sam_step(void *device, struct reader *reader)
{
    struct sam *sam = device;
    uint8_t bytes[2048], request[SAM_REQUEST_SIZE];
    const int n = serial_read(sam->fd, bytes, sizeof bytes, wait_ms(&sam->session));
    if (n < 0)
        return n;
    for (size_t done = 0, used; done < (size_t)n; done += used) {
        sam_session_feed(&sam->session, bytes + done, (size_t)n - done, clock_mono_us(), &used, &sam->event);
        report(sam, reader);
    }
    wipe_bytes(bytes, (size_t)n);
    sam_session_tick(&sam->session, clock_mono_us(), &sam->event);
    const int error = report(sam, reader);
    if (error < 0)
        return error;
    if (!sam_session_send(&sam->session, clock_mono_us(), request))
        return 0;
    return serial_write(sam->fd, request, sizeof request, WRITE_MS);
}

static void sam_close(void *device)
{
    struct sam *sam = device;
    close(sam->fd);
    wipe_bytes(sam, sizeof *sam);
    free(sam);
}

const struct reader_driver driver_sam = {
    .name = "sam",
    .objection = sam_objection,
    .open = sam_open,
    .step = sam_step,
    .close = sam_close,
    .pause_ms = 0,
};
