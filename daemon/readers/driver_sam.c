/* SAM_V readers of identity cards: on a serial line, behind a serial server, or on USB. Moves bytes and time into sam_session, which
 * decides everything, and its events out. */
#include "base/bytes.h"
#include "base/clock.h"
#include "readers/reader_driver.h"
#include "readers/reader_trace.h"
#include "readers/sam_port.h"
#include "readers/sam_session.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    WAIT_MS = 200,
    WRITE_MS = 500,
    BYTES_PER_S = 16384, /* more than any reader has to say, a record being 1,295 */
    PACE_US = 20000,     /* between two looks at a peer that says more */
};

struct sam {
    const struct sam_port_class *port_class;
    void *port;
    struct sam_session session;
    struct sam_event event;
    int64_t second_us; /* the second in which these bytes came */
    size_t bytes_in_second;
};

static const char *sam_objection(const char *device)
{
    struct device_address address;
    return device_address_parse(device, &address)
               ? "a SAM reader is at serial:/PATH, tcp:HOST:PORT or usb:VVVV:PPPP, for example "
                 "serial:/dev/ttyUSB0"
               : NULL;
}

static int sam_open(const struct reader_options *options, struct reader *reader, void **ret_device)
{
    (void)reader; /* ready once it answers */
    struct device_address address;
    if (device_address_parse(options->device, &address))
        return -EINVAL;
    const struct sam_port_class *port_class = sam_port_class(address.kind);
    void *port;
    const int r = port_class->open(&address, options->baud, &port);
    if (r < 0)
        return r;
    struct sam *sam = bytes_alloc(sizeof *sam);
    sam->port_class = port_class;
    sam->port = port;
    reader_trace_opened(port_class->describe(port));
    sam_session_init(&sam->session, clock_mono_us());
    sam->session.wants_address = options->wants_address;
    *ret_device = sam;
    return 0;
}

static void report_ready(struct sam *sam, struct reader *reader, const char *number)
{
    const char *port = sam->port_class->describe(sam->port);
    char detail[SAM_STATUS_TEXT_SIZE + 96];
    snprintf(detail, sizeof detail, "%s%s%s%s", number[0] ? "SAM " : "the SAM answers", number,
             port[0] ? ", " : "", port);
    reader_report_ready(reader, detail);
}

/* 0, or -ETIMEDOUT when the reader has fallen silent. */
static int report(struct sam *sam, struct reader *reader)
{
    struct sam_event *event = &sam->event;
    switch (event->kind) {
    case SAM_EVENT_NONE:
        break;
    case SAM_EVENT_READY:
        report_ready(sam, reader, event->detail);
        break;
    case SAM_EVENT_READING:
        reader_report_reading(reader, &event->presentation);
        presentation_wipe(&event->presentation);
        break;
    case SAM_EVENT_ADDRESS:
        reader_report_address(reader, event->detail);
        wipe_bytes(event->detail, sizeof event->detail);
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

/* Behind a serial server may be anybody, who must not have all of the processor. */
static void pace(struct sam *sam, size_t n)
{
    const int64_t now_us = clock_mono_us();
    if (now_us - sam->second_us >= 1000000) {
        sam->second_us = now_us;
        sam->bytes_in_second = 0;
    }
    sam->bytes_in_second += n;
    if (n > 0 && sam->bytes_in_second > BYTES_PER_S)
        clock_sleep_us(PACE_US);
}

static int sam_step(void *device, struct reader *reader)
{
    struct sam *sam = device;
    uint8_t bytes[SAM_PORT_CHUNK], request[SAM_REQUEST_SIZE];
    const int n = sam->port_class->receive(sam->port, bytes, wait_ms(&sam->session));
    if (n < 0)
        return n;
    if (n > 0)
        reader_trace_received(bytes, (size_t)n);
    pace(sam, (size_t)n);
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
    reader_trace_sent(request, sizeof request);
    return sam->port_class->send(sam->port, request, sizeof request, WRITE_MS);
}

static void sam_close(void *device)
{
    struct sam *sam = device;
    sam->port_class->close(sam->port);
    wipe_bytes(sam, sizeof *sam);
    free(sam);
}

static void sam_refused(void *device)
{
    struct sam *sam = device;
    reader_gate_refused(&sam->session.gate);
}

const struct reader_driver driver_sam = {
    .name = "sam",
    .objection = sam_objection,
    .open = sam_open,
    .step = sam_step,
    .close = sam_close,
    .refused = sam_refused,
    .pause_ms = 0,
};
