/* Figures of the server itself. */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H
#include <stdatomic.h>

#include "http/routes.h"

enum { COUNTERS_STATUSES = 24 };
struct counters { /* by row of the table of routes (the last: no route), and by status */
    atomic_uint_fast64_t requests[ROUTES_MAX + 1][COUNTERS_STATUSES];
};
void counters_count(struct counters *, const struct route *, unsigned status);

#endif
