/* What /metrics tells of the readers, in the Prometheus text format: state, readings, faults, time since the last
 * heartbeat. No personal data. (Readiness and restarts stand beside the lanes, from the notes of the pages.) */
#ifndef READERS_SUPERVISOR_FIGURES_H
#define READERS_SUPERVISOR_FIGURES_H
#include <stddef.h>

#include "base/bytes.h"
#include "readers/supervisor_life.h"

/* A copy of what changes, made by the supervisor's thread; the names are borrowed from the configuration. */
struct reader_figures {
    const char *lane, *reader, *driver;
    enum reader_state state;
    int64_t since_utc_us;
    uint64_t readings, faults;
    int64_t beaten_us; /* monotonic; 0: no heartbeat yet */
};

void reader_figures_take(struct reader_figures *, const struct reader_life *); /* the names stay */
void reader_figures_print(const struct reader_figures *, size_t n, int64_t now_us, struct buffer *out);

#endif
