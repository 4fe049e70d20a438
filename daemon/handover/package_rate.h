/* How fast a package is being made, and how long it will take, for whoever shows it. Pure. */
#ifndef HANDOVER_PACKAGE_RATE_H
#define HANDOVER_PACKAGE_RATE_H
#include "handover/package.h"

/* {0} at first. */
struct package_rate {
    char phase[16];
    int64_t begun_us; /* of the phase, monotonic */
    uint64_t first;   /* done when it began: what was taken up again says nothing of the disk */
    uint64_t bytes_per_s;
    int64_t remaining_s; /* of the phase; -1: not known yet */
};
void package_rate_take(struct package_rate *, const struct package_progress *, int64_t mono_us);
/* 0..100, 100 only when all is done. */
unsigned package_rate_percent(const struct package_progress *);

#endif
