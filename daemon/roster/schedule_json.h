/* A schedule as JSON: for people's pages and tools, and in one line for the desk to keep. */
#ifndef ROSTER_SCHEDULE_JSON_H
#define ROSTER_SCHEDULE_JSON_H
#include <jansson.h>

#include "roster/schedule.h"

/* {"slots":[{"slot":0,"lane":"A","place":"四教楼101","date":"2021-04-09","weekday":5,"start":"08:15","end":"08:45",
 *   "units":[{"unit":"商学院","class":"","levels":{"zh":"","en":""},"planned":0}],"text":"商学院","planned":0,
 *   "parent":null,"row":2,"sheet":"","batch":"1","note":""}],
 *  "problems":[{"code":"weekday-wrong","severity":"warning","sheet":"","row":2,"other_row":null,"column":null,
 *   "message":{"zh":"...","en":"..."}}],
 *  "errors":0,"warnings":1,"notes":0,"dropped":0}
 * `problems` may be NULL. A new reference. */
json_t *schedule_json(const struct schedule *, const struct schedule_problems *);
json_t *schedule_problems_json(const struct schedule_problems *); /* the array alone */

/* The form to store: one text for every schedule, and what is read back is the same schedule. Nothing of the
 * problems is in it. The caller's to free. */
char *schedule_store(const struct schedule *);
/* 0, or -EINVAL for anything that schedule_store() would not have written, byte by byte. */
int schedule_load(const char *text, size_t length, struct schedule **ret);

#endif
