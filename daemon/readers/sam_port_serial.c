/* A SAM reader on a serial line, whose speed is found out when nobody says it: the reader's answer to 11 FF is a
 * frame only at its own speed. Runs on the reader's only thread. */
#include "base/bytes.h"
#include "base/clock.h"
#include "readers/reader_trace.h"
#include "readers/sam_frame.h"
#include "readers/sam_port.h"
#include "readers/serial_port.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PROBE_MS = 250, WRITE_MS = 200 };

/* As vendors' programs try them: the speed readers leave the factory with comes first. */
static const int speeds[] = {115200, 57600, 38400, 19200, 9600};

struct serial {
    int fd;
    char description[32];
};

/* 1 when a whole frame came, 0 when none did in time, or -errno. What it says does not matter here: a SAM that is
 * out of order answers, too. */
static int hear_frame(int fd)
{
    struct sam_frame_parser *parser = bytes_alloc(sizeof *parser);
    const int64_t until_us = clock_mono_us() + PROBE_MS * 1000;
    int result = 0;
    for (int64_t left_us; result == 0 && (left_us = until_us - clock_mono_us()) > 0;) {
        uint8_t bytes[64];
        struct sam_frame frame;
        const int n = serial_read(fd, bytes, sizeof bytes, (int)(left_us / 1000) + 1);
        result = n < 0 ? n : 0;
        if (n > 0)
            reader_trace_aside('<', bytes, (size_t)n);
        for (size_t at = 0, used; result == 0 && at < (size_t)n; at += used)
            result =
                sam_frame_feed(parser, bytes + at, (size_t)n - at, &used, &frame) == SAM_FRAME_WHOLE ? 1 : 0;
    }
    free(parser);
    return result;
}

/* A descriptor of a line at whose speed the reader answers, or -errno: -ETIMEDOUT when it answers at none. */
static int find_speed(const char *path, int *ret_baud)
{
    uint8_t request[SAM_REQUEST_SIZE];
    sam_frame_request(0x11, 0xff, request);
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++) {
        const int fd = serial_open(path, speeds[i], true);
        if (fd < 0)
            return fd;
        int result = serial_write(fd, request, sizeof request, WRITE_MS);
        reader_trace_aside('>', request, sizeof request);
        if (result == 0)
            result = hear_frame(fd);
        if (result == 1) {
            *ret_baud = speeds[i];
            return fd;
        }
        close(fd);
        if (result < 0)
            return result;
    }
    return -ETIMEDOUT;
}

static int serial_port_open(const struct device_address *address, int baud, void **ret_port)
{
    const int fd = baud > 0 ? serial_open(address->path, baud, true) : find_speed(address->path, &baud);
    if (fd < 0)
        return fd;
    struct serial *serial = bytes_alloc(sizeof *serial);
    serial->fd = fd;
    snprintf(serial->description, sizeof serial->description, "%d baud", baud);
    *ret_port = serial;
    return 0;
}

static int serial_port_send(void *port, const uint8_t *bytes, size_t size, int timeout_ms)
{
    const struct serial *serial = port;
    return serial_write(serial->fd, bytes, size, timeout_ms);
}

static int serial_port_receive(void *port, uint8_t ret_bytes[static SAM_PORT_CHUNK], int timeout_ms)
{
    const struct serial *serial = port;
    return serial_read(serial->fd, ret_bytes, SAM_PORT_CHUNK, timeout_ms);
}

static void serial_port_close(void *port)
{
    struct serial *serial = port;
    close(serial->fd);
    free(serial);
}

static const char *serial_port_describe(void *port)
{
    const struct serial *serial = port;
    return serial->description;
}

const struct sam_port_class sam_port_serial = {
    .open = serial_port_open,
    .send = serial_port_send,
    .receive = serial_port_receive,
    .close = serial_port_close,
    .describe = serial_port_describe,
};
