/* Rate and remaining time, from the progress of one phase. Pure. */
#include "handover/package_rate.h"

#include <stdio.h>
#include <string.h>

enum { LEAST_US = 500000 };

void package_rate_take(struct package_rate *rate, const struct package_progress *now, int64_t mono_us)
{
    if (strcmp(rate->phase, now->phase) != 0) {
        *rate = (struct package_rate){.begun_us = mono_us, .first = now->done, .remaining_s = -1};
        snprintf(rate->phase, sizeof rate->phase, "%s", now->phase);
        return;
    }
    int64_t span_us = mono_us - rate->begun_us;
    if (span_us < LEAST_US || now->done <= rate->first)
        return;
    rate->bytes_per_s = (uint64_t)((double)(now->done - rate->first) * 1e6 / (double)span_us);
    if (rate->bytes_per_s > 0)
        rate->remaining_s = (int64_t)((now->total - now->done + rate->bytes_per_s - 1) / rate->bytes_per_s);
}

unsigned package_rate_percent(const struct package_progress *now)
{
    return now->total ? (unsigned)((double)now->done * 100.0 / (double)now->total) : 0;
}
