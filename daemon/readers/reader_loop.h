/* The life of a reader process: waits for its device, opens it, confines itself (reader_sandbox.h), steps the device
 * and prints what comes of it until it is lost. One thread does all this and prints a heartbeat every second, so that a
 * driver that hangs falls silent. */
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

enum reader_end { READER_END_DONE, READER_END_LOST };

/* Runs until SIGINT, SIGTERM or SIGHUP, or the end of standard input when supervised (READER_END_DONE), or until the
 * open device is lost (READER_END_LOST): a confined process cannot open it again, so another one has to. is_again: this
 * is that other one, and the pages know already. The caller has blocked all signals but those that kill outright, since
 * libnfc restarts its time-outs after each one. Or -errno: -ENOENT for an unknown user, -EPERM when the process cannot be
 * confined, -EPIPE and others when standard output has failed; the cause is logged. */
int reader_loop(const struct reader_options *, bool is_again);

#endif
