/* How a day will go: who comes to which slot, when it will really start and end, and who overruns into whom.
 * Arithmetic of whole numbers only, so the same input gives the same plan everywhere. */
#ifndef ROSTER_PLAN_H
#define ROSTER_PLAN_H
#include <jansson.h>

#include "roster/schedule.h"

/* People of the list by unit, class and level. Empty texts and level 0: not known. */
struct schedule_count {
    const char *unit, *class_name;
    uint8_t level; /* one of enum schedule_level, or 0 */
    uint32_t people;
};

/* People of every slot, ret[n_slots]: those of the list go to the slots that are theirs, shared out by the minutes
 * when there are several; a slot nobody of the list goes to has what the table plans for it. A slot that is divided
 * keeps only those whom no part of it names. `ret_unplaced` (NULL, or n_counts of them): people without any slot. */
void plan_head_counts(const struct schedule *, const struct schedule_count *counts, size_t n_counts,
                      uint32_t *ret, uint32_t *ret_unplaced);

/* Where somebody goes who comes late or misses the call. */
enum plan_late { LATE_END_OF_SESSION = 0, LATE_END_OF_SLOT, LATE_AFTER_NEXT_SLOT };
struct plan_options {
    uint32_t pace_ms;       /* from one person to the next */
    uint32_t late_permille; /* of every slot's people, at most 1000 */
    enum plan_late late;
    uint32_t break_min; /* a gap this long between two slots of a lane ends a session (lunch); 0: 45 */
};

/* Seconds after midnight of the slot's day; they may go beyond it. */
struct plan_slot {
    size_t slot;             /* index in the schedule */
    uint32_t people;         /* all, late ones included */
    uint32_t late;           /* of these, served elsewhere or at the end */
    uint32_t start_s, end_s; /* equal to the planned start when nobody comes */
    uint32_t delay_s;        /* the predicted start after the planned one */
    uint32_t overrun_s;      /* the predicted end after the planned one */
    int32_t overruns_into;   /* the first slot of the lane that is pushed back by it, or -1 */
    uint32_t pushed_by_s;    /* ... by that many seconds */
};
/* A stretch of a lane's day without a long break. */
struct plan_session {
    const char *lane; /* borrowed from the schedule */
    int32_t date;
    size_t first, n_slots; /* of plan.slots */
    uint32_t people, late; /* late: served after the last slot */
    uint32_t planned_end_s, end_s;
};
/* Slots by day, lane and time; the plan borrows from its schedule. */
struct plan {
    struct plan_slot *slots;
    size_t n_slots;
    struct plan_session *sessions;
    size_t n_sessions;
    uint32_t unplaced; /* people of the list without a slot */
};
/* `ret` is for plan_done(). A pace of 0 is -EINVAL, as are more late ones than a thousand of a thousand. */
int plan_simulate(const struct schedule *, const struct schedule_count *counts, size_t n_counts,
                  const struct plan_options *, struct plan *ret);
void plan_done(struct plan *);
/* {"pace_ms":..,"slots":[{"slot":0,"lane":"A","date":"2021-04-09","planned_start":"08:15",...,"start":"08:15:00",
 * "end":..,"people":..,"overrun_s":..,"overruns_into":1}],"sessions":[...],"unplaced":0}; a new reference. */
json_t *plan_json(const struct plan *, const struct schedule *, const struct plan_options *);

#endif
