/* What a careful person would ask the school about a schedule, before the day. The codes and words are in
 * schedule_problem.def. Nothing here is an error: a school may mean it so. */
#ifndef ROSTER_SCHEDULE_LINT_H
#define ROSTER_SCHEDULE_LINT_H
#include "roster/plan.h"
#include "roster/schedule.h"

/* Whatever is 0 or empty is not checked. */
struct schedule_lint_options {
    const struct schedule_count *counts; /* the list of people by unit, class and level */
    size_t n_counts;
    uint32_t pace_ms; /* from one person to the next: a slot's people against its minutes */
    uint32_t
        division_min; /* a slot of a college that lasts longer must be divided among its classes (hnust-2021: 30) */
    uint32_t crew_daily_limit; /* people per lane and day */
    uint32_t days_apart;       /* more days than this between two days of the schedule: mistyped? */
};
void schedule_lint(const struct schedule *, const struct schedule_lint_options *, struct schedule_problems *);

#endif
