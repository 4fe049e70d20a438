/* The schedule of an event: which unit is photographed when, in which lane. Slots form a tree: the school's table,
 * and a college's own division of its slot into classes, which wins over it.
 *
 *   import (schedule_import.h) -> struct schedule -> divide, look up (here), lint (schedule_lint.h),
 *   simulate (plan.h), store and show (schedule_json.h)
 *
 * Days are counted from 1970-01-01, times are minutes after midnight, China Standard Time; see schedule_date.h. */
#ifndef ROSTER_SCHEDULE_H
#define ROSTER_SCHEDULE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "roster/schedule_problem.h"
#include "roster/schedule_when.h"

/* Degree levels (层次) as a set: 1 << (degree - 1) of enum degree (identity/degree.h); 0 is no filter. */
enum schedule_level {
    LEVEL_JUNIOR = 1,
    LEVEL_BACHELOR = 2,
    LEVEL_MASTER = 4,
    LEVEL_DOCTOR = 8,
    LEVEL_ALL = 15
};
/* 博士研究生 -> LEVEL_DOCTOR, 研究生 -> master and doctor, 硕士、博士 -> both. 0 when it names none, or more than levels. */
uint8_t schedule_levels_of(const char *text);
const char *
schedule_levels_zh(uint8_t levels); /* "" for none; 专科 本科 硕士 博士 研究生 or several with 、 */
const char *schedule_levels_en(uint8_t levels);

enum {
    SCHEDULE_SLOTS_MAX = 4096,
    SCHEDULE_UNITS_MAX = 256, /* of one slot */
    SCHEDULE_ALL_UNITS_MAX = 8192,
    SCHEDULE_NAME_MAX = 200, /* bytes of any text in a slot */
    SCHEDULE_PEOPLE_MAX = 1000000,
    SCHEDULE_NO_PARENT = -1,
};

/* Whom a slot is for. No unit name: everybody (of those levels). */
struct schedule_unit {
    char *name, *class_name; /* folded (schedule_text.h); "" for all */
    uint8_t levels;          /* 0: of every level */
    uint32_t planned;        /* people, 0 when the table does not say */
    char *key, *class_key;   /* what names are compared by; filled in by schedule_add() */
};
struct schedule_slot {
    char *lane;
    char *place, *sheet, *batch, *note; /* as printed; "" when not said */
    int32_t date;
    uint16_t start_min, end_min; /* start < end <= 1440 */
    uint8_t weekday;             /* as printed, 1 Monday .. 7 Sunday, 0 not said */
    enum schedule_half half;     /* as printed */
    int32_t parent;              /* index of the slot that this one divides, or SCHEDULE_NO_PARENT */
    uint32_t row;                /* of the table it came from, 0 when from none */
    uint32_t planned;            /* people of the whole slot, 0 when not said */
    struct schedule_unit *units;
    size_t n_units;
};
/* Parents stand before their children; otherwise the order of the table. */
struct schedule {
    struct schedule_slot *slots;
    size_t n_slots, n_all_units;
};

struct schedule *schedule_new(void);
void schedule_free(struct schedule *);
/* Copies a slot (its keys are made anew, NULL texts are ""). Returns its index, or -EINVAL when it breaks what is
 * said above: order of times, limits, a parent that does not stand before it or has a parent itself, texts that are
 * not plain, no unit at all. */
int schedule_add(struct schedule *, const struct schedule_slot *);

/* Puts a college's own table into the school's: each of its slots becomes a child of that slot of `unit` in which it
 * lies. What it leaves out (lane, date, unit) is its parent's. An earlier division of the unit is replaced. What does
 * not fit is reported; on an error `schedule` is unchanged and false is returned. */
bool schedule_divide(struct schedule *schedule, const struct schedule *division, const char *unit,
                     struct schedule_problems *);

/* The school's table was imported anew: gives the divisions of `old` to it. What fits nowhere any more is reported, and
 * that unit's division is left out; the others are kept. */
void schedule_keep_divisions(struct schedule *fresh, const struct schedule *old, struct schedule_problems *);

/* ---- look-ups. Rules: a slot that names the class wins over one that names only the unit, a slot for the person's
 * degree level over both; when any of these is there, it is the only one that counts. A slot for everybody counts
 * beside them. */
struct schedule_who {
    const char *unit, *class_name; /* as on the list of people; NULL or "" when unknown */
    uint8_t level;                 /* one of enum schedule_level, 0 when unknown */
};
/* Indexes of the slots that are this person's, ascending. Returns how many there are, of which at most `capacity`
 * were written. Slots for everybody are not among them unless there is no other. */
size_t schedule_slots_of(const struct schedule *, const struct schedule_who *, size_t *ret, size_t capacity);
/* The slot of this person that runs at this moment in this lane (NULL: in any lane); NULL when it is not their turn. */
const struct schedule_slot *schedule_slot_at(const struct schedule *, const struct schedule_who *,
                                             const char *lane, int32_t date, uint16_t minute);
/* The slot of this person that comes next, or the last one when all are over; NULL when there is none. For words like
 * "your slot is 14:00 at lane B". */
const struct schedule_slot *schedule_slot_next(const struct schedule *, const struct schedule_who *,
                                               int32_t date, uint16_t minute);
/* The lanes of a person's slots, each once, in the order of the table; borrowed. As schedule_slots_of(). */
size_t schedule_lanes_of(const struct schedule *, const struct schedule_who *, const char **ret,
                         size_t capacity);
/* What runs in a lane: the deepest slots that cover this moment. As schedule_slots_of(). */
size_t schedule_lane_at(const struct schedule *, const char *lane, int32_t date, uint16_t minute, size_t *ret,
                        size_t capacity);
bool schedule_has_children(const struct schedule *, size_t slot);

/* "商学院、历文院" or "商学院会计1班", for words about a slot; the caller's to free. */
char *schedule_units_text(const struct schedule_slot *);

#endif
