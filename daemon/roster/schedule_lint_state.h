/* The linter's two halves: the table against the calendar and itself (schedule_lint.c), the table against the list of
 * people and the pace (schedule_lint_people.c). */
#ifndef ROSTER_SCHEDULE_LINT_STATE_H
#define ROSTER_SCHEDULE_LINT_STATE_H
#include "roster/schedule_date.h"
#include "roster/schedule_lint.h"

struct lint {
    const struct schedule *schedule;
    const struct schedule_lint_options *options;
    struct schedule_problems *problems;
};
struct lint_interval_text {
    char text[32];
};
struct lint_interval_text lint_interval(const struct schedule_slot *); /* 08:15-09:30 */
void lint_report(struct lint *, enum schedule_code, const struct schedule_slot *,
                 const struct schedule_slot *other, const struct schedule_word *words, size_t n_words);
bool lint_is_same_slot(const struct schedule_slot *,
                       const struct schedule_slot *); /* lane, day and interval */
void lint_people(struct lint *);

#endif
