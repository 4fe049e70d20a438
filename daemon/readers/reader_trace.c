/* The recorder. Must not hold back: each line is written at once, since the process may be killed by what the device
 * sends next. The loop's thread only. */
#include "readers/reader_trace.h"
#include "base/bytes.h"
#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BYTES_A_LINE = 32, STAMP_US = 10000 };

static struct {
    int fd; /* 0: none */
    int error;
    bool is_scanner;
    int64_t stamped_us;
} trace;

static void put(const char *text, size_t size)
{
    while (size > 0 && trace.error == 0) {
        const ssize_t n = write(trace.fd, text, size);
        if (n < 0 && errno != EINTR)
            trace.error = errno;
        if (n > 0) {
            text += n;
            size -= (size_t)n;
        }
    }
}

__attribute__((format(printf, 2, 0))) static void put_text(const char *head, const char *format,
                                                           va_list arguments)
{
    struct buffer line = {0};
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        abort();
    buffer_add_text(&line, head);
    buffer_add_text(&line, text);
    buffer_add_text(&line, "\n");
    put(line.data, line.size);
    wipe_bytes(text, strlen(text));
    wipe_bytes(line.data, line.size);
    free(text);
    buffer_done(&line);
}

__attribute__((format(printf, 1, 2))) static void put_line(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_text("", format, arguments);
    va_end(arguments);
}

/* Whole steps of the clock; the rest is kept for the next stamp, so that a replay does not drift. */
static void put_stamp(void)
{
    const int64_t steps = (clock_mono_us() - trace.stamped_us) / STAMP_US;
    if (steps <= 0)
        return;
    put_line("+ %lld", (long long)(steps * STAMP_US / 1000));
    trace.stamped_us += steps * STAMP_US;
}

static void put_hex_lines(const char *head, const uint8_t *bytes, size_t size)
{
    char hex[2 * BYTES_A_LINE + 1];
    for (size_t at = 0; at < size; at += BYTES_A_LINE) {
        const size_t n = size - at < BYTES_A_LINE ? size - at : BYTES_A_LINE;
        hex_encode(bytes + at, n, hex);
        put_line("%s %s", head, hex);
    }
    wipe_bytes(hex, sizeof hex);
}

static void put_bytes(const char *head, const uint8_t *bytes, size_t size)
{
    if (trace.fd == 0 || size == 0)
        return;
    put_stamp();
    put_hex_lines(head, bytes, size);
}

int reader_trace_open(const char *path, const char *driver, const char *device, const char *options)
{
    char now[CLOCK_TEXT_SIZE];
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOCTTY | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    clock_text(clock_utc_us(), now);
    trace.fd = fd;
    trace.error = 0;
    trace.is_scanner = strcmp(driver, "scanner") == 0;
    trace.stamped_us = clock_mono_us();
    put_line("# driver: %s\n# device: %s\n# firmware: not known\n# synthetic: no", driver, device);
    if (options[0])
        put_line("# options: %s", options);
    put_line("# notes: recorded %s by paihao-reader " PAIHAO_VERSION
             "; personal data of whoever presented something",
             now);
    return -trace.error;
}

int reader_trace_close(void)
{
    if (trace.fd != 0 && close(trace.fd) < 0 && trace.error == 0)
        trace.error = errno;
    trace.fd = 0;
    return -trace.error;
}

void reader_trace_sent(const void *bytes, size_t size)
{
    put_bytes(">", bytes, size);
}

void reader_trace_received(const void *bytes, size_t size)
{
    put_bytes("<", bytes, size);
}

void reader_trace_opened(const char *connection)
{
    if (trace.fd == 0)
        return;
    trace.stamped_us = clock_mono_us();
    put_line("# opened%s%s", connection[0] ? ": " : "", connection);
}

void reader_trace_aside(char direction, const void *bytes, size_t size)
{
    const char head[] = {'#', ' ', direction, '\0'};
    if (trace.fd != 0)
        put_hex_lines(head, bytes, size);
}

void reader_trace_told(const char *format, ...)
{
    if (trace.fd == 0)
        return;
    va_list arguments;
    va_start(arguments, format);
    put_stamp();
    put_text("* ", format, arguments);
    va_end(arguments);
}

/* A scanner is ready as soon as its port is open, which no byte shows. */
void reader_trace_ready(void)
{
    if (trace.fd == 0 || trace.is_scanner)
        return;
    put_stamp();
    put_line("= ready");
}

static void put_hex(const char *what, const uint8_t *bytes, size_t size)
{
    char *hex = bytes_alloc(2 * size + 1);
    hex_encode(bytes, size, hex);
    put_line("= %s %s", what, hex);
    wipe_bytes(hex, 2 * size);
    free(hex);
}

void reader_trace_scan(const void *bytes, size_t size)
{
    if (trace.fd == 0)
        return;
    put_stamp();
    put_hex("scan", bytes, size);
}

void reader_trace_reading(const struct presentation *p)
{
    if (trace.fd == 0 || trace.is_scanner)
        return;
    put_stamp();
    if (p->credential_size > 0)
        put_hex(p->medium == MEDIUM_CHIP ? "reading chip" : "reading card", p->credential,
                p->credential_size);
    else
        put_line("= reading %s %s %s %s", medium_name(p->medium), p->id_number, p->name, p->valid_to);
}

void reader_trace_address(const char *address)
{
    if (trace.fd == 0)
        return;
    put_stamp();
    put_line("= address %s", address);
}

void reader_trace_fault(enum reader_fault fault)
{
    if (trace.fd == 0)
        return;
    put_stamp();
    if (trace.is_scanner && fault == READER_FAULT_EMPTY_SCAN)
        put_line("= empty");
    else if (trace.is_scanner && fault == READER_FAULT_TOO_LARGE)
        put_line("= too-large");
    else if (trace.is_scanner && fault == READER_FAULT_SCAN_CUT_OFF)
        put_line("= cut-off");
    else
        put_line("= fault %s", reader_fault_text(fault)->code);
}

void reader_trace_trouble(const char *code)
{
    if (trace.fd == 0)
        return;
    put_stamp();
    put_line("= trouble %s", code);
}

void reader_trace_lost(int error)
{
    if (trace.fd == 0)
        return;
    put_stamp();
    if (error == ETIMEDOUT && !trace.is_scanner)
        put_line("= silent");
    else
        put_line("# lost: %s", strerror(error));
}
