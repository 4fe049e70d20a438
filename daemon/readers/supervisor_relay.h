/* What a reader process says on its standard error, as log lines of the daemon: cut at READER_TEXT_MAX bytes, scrubbed,
 * at most RELAY_LINES_MOST lines in RELAY_SPAN_US; how many were left out is told afterwards.
 * A line may begin with its <priority> as sd-daemon(3) has it; one without is a warning, from a library for example. */
#ifndef READERS_SUPERVISOR_RELAY_H
#define READERS_SUPERVISOR_RELAY_H
#include "base/log.h"
#include "readers/reader_event.h"

enum { RELAY_LINES_MOST = 20, RELAY_SPAN_US = 10000000, RELAY_DIGITS_MOST = 8 };

typedef void (*relay_print_fn)(const char *name, enum log_level, const char *text);

struct relay {
    const char *name; /* borrowed: "A/door" */
    relay_print_fn print;
    char text[READER_TEXT_MAX + 1];
    size_t length;
    int64_t span_us;
    unsigned lines, left_out;
};
/* The name is borrowed; print NULL: to the log. */
void relay_init(struct relay *, const char *name, relay_print_fn print);
void relay_feed(struct relay *, const char *bytes, size_t size, int64_t now_us);
void relay_end(struct relay *, int64_t now_us); /* the process is gone: prints what has no line end */

/* In place: what may be personal in a text that a reader process made, which handles strangers' cards. Digits become
 * asterisks where RELAY_DIGITS_MOST or more stand together, hexadecimal ones too, with single separators in between or not;
 * whatever is not ASCII, as names are, becomes question marks. Programs speak English on their standard error. */
void relay_scrub(char *text);

#endif
