/* What the daemon says on standard input, one word a line. To a reading: accepted, refused, already. To a reader that
 * waits for its device: look, since it may be there. */
#ifndef READERS_READER_FEEDBACK_H
#define READERS_READER_FEEDBACK_H
#include <stdbool.h>
#include <stddef.h>

enum feedback {
    FEEDBACK_NONE,
    FEEDBACK_ACCEPTED,
    FEEDBACK_REFUSED,
    FEEDBACK_ALREADY,
    FEEDBACK_LOOK,
    FEEDBACK_UNKNOWN
};

struct feedback_parser {
    char line[16];
    size_t size;
    bool is_overlong;
};

const char *feedback_name(enum feedback);
/* A push parser: bytes up to the end of a line. *ret_used says how many were taken. NONE: the line goes on.
 */
enum feedback feedback_feed(struct feedback_parser *, const char *bytes, size_t size, size_t *ret_used);
/* Tells the person: a line on standard error, and its bell (once accepted, twice otherwise) when that is a
 * terminal. No supported protocol documents a beeper or a lamp of the device itself. */
void feedback_show(enum feedback);

#endif
