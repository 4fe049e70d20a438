/* The life of a reader process: opens its device, steps it, prints what comes of it, and opens it anew after
 * a loss. One thread does all this and prints a heartbeat every second, so that a driver that hangs falls
 * silent. */
#ifndef READERS_READER_LOOP_H
#define READERS_READER_LOOP_H
#include "readers/reader_driver.h"

enum {
    READER_HEARTBEAT_US = 1000000,
    READER_REOPEN_US = 500000,
    READER_WATCHDOG_S = 15, /* a supervised process whose step never returns ends itself */
};

/* NULL-terminated. */
extern const struct reader_driver *const reader_drivers[];

/* Runs until SIGINT, SIGTERM or SIGHUP, or the end of standard input when supervised. The caller has blocked
 * all signals but those that kill outright, since libnfc restarts its time-outs after each one. Returns 0, or
 * -errno when standard output has failed. */
int reader_loop(const struct reader_options *);

#endif
