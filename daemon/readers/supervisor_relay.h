/* What a reader process says on its standard error, as log lines of the daemon: cut at READER_TEXT_MAX bytes,
 * control characters blanked, at most RELAY_LINES_MOST lines in RELAY_SPAN_US; how many were left out is told
 * afterwards. */
#ifndef READERS_SUPERVISOR_RELAY_H
#define READERS_SUPERVISOR_RELAY_H
#include "readers/reader_event.h"

enum { RELAY_LINES_MOST = 20, RELAY_SPAN_US = 10000000 };

struct relay {
    const char *name; /* borrowed: "A/door" */
    void (*print)(const char *name, const char *text);
    char text[READER_TEXT_MAX + 1];
    size_t length;
    bool is_cut;
    int64_t span_us;
    unsigned lines, left_out;
};
/* The name is borrowed; print NULL: to the log. */
void relay_init(struct relay *, const char *name, void (*print)(const char *name, const char *text));
void relay_feed(struct relay *, const char *bytes, size_t size, int64_t now_us);
void relay_end(struct relay *, int64_t now_us); /* the process is gone: prints what has no line end */

#endif
