/* Keeps one paihao-reader process running for every reader of the configuration: starts it, watches it,
 * restarts it, hands what it reads to the desk, tells it the outcome, and tells the pages how it is. One
 * thread for all of them, which never waits for a reader, so that a bad one cannot slow another. */
#ifndef READERS_SUPERVISOR_H
#define READERS_SUPERVISOR_H
#include "base/bytes.h"
#include "base/config.h"
#include "desk/desk.h"

struct supervisor;

/* Both are borrowed until supervisor_stop(). Returns 0 or -errno; a reader that cannot be started is no
 * failure. */
int supervisor_start(struct supervisor **ret, const struct config *, struct desk *);
/* Ends the readers (politely for a second), waits for answers under way: before desk_close. NULL is fine. */
void supervisor_stop(struct supervisor *);
/* Adds what /metrics tells of the readers (supervisor_figures.h). Any thread. */
void supervisor_print_figures(struct supervisor *, struct buffer *out);

#endif
