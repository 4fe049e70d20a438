/* Log lines. Must not allocate, lock or change errno, for it speaks when little else works. Any thread;
 * log_init() before the others start. */
#include "base/log.h"
#include "base/clock.h"
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_SIZE = 2048 };

static struct {
    const char *program;
    enum log_level most_detailed;
    bool is_under_systemd;
} settings = {.program = "paihao", .most_detailed = LOG_LEVEL_INFO};

/* sd-daemon(3): the priority of syslog(3) in angle brackets */
static const struct {
    const char *priority, *word;
} levels[] = {
    [LOG_LEVEL_ERROR] = {"<3>", "error"},
    [LOG_LEVEL_WARNING] = {"<4>", "warning"},
    [LOG_LEVEL_INFO] = {"<6>", "info"},
    [LOG_LEVEL_DEBUG] = {"<7>", "debug"},
};

void log_init(const char *program, enum log_level most_detailed)
{
    settings.program = program;
    settings.most_detailed = most_detailed;
    settings.is_under_systemd = getenv("JOURNAL_STREAM") != NULL;
}

static size_t write_head(enum log_level level, char *line)
{
    if (settings.is_under_systemd)
        return (size_t)snprintf(line, LINE_SIZE, "%s", levels[level].priority);
    char now[CLOCK_TEXT_SIZE];
    clock_text(clock_utc_us(), now);
    int length = snprintf(line, LINE_SIZE, "%s %s %s: ", now, settings.program, levels[level].word);
    return length < LINE_SIZE ? (size_t)length : LINE_SIZE - 1;
}

void log_line(enum log_level level, const char *format, ...)
{
    if (level > settings.most_detailed)
        return;
    int saved_errno = errno;
    char line[LINE_SIZE];
    size_t start = write_head(level, line);
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line + start, sizeof line - start, format, arguments);
    va_end(arguments);
    size_t size = start + (length > 0 ? (size_t)length : 0);
    if (size > sizeof line - 1)
        size = sizeof line - 1;
    /* a line break inside would let what a device sent forge a line of its own */
    for (size_t i = start; i < size; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = ' ';
    line[size++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, size);
    (void)written;
    errno = saved_errno;
}
