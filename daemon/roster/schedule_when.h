/* When: dates, weekdays, halves of the day and intervals of time as notices print them, in any order, in one cell.
 *
 *   2019年11月24日 (周日)   11月24日上午   2021/4/9   8：30—9：30   下午2:00-3:30   14时30分至16时   八点半到十点 */
#ifndef ROSTER_SCHEDULE_WHEN_H
#define ROSTER_SCHEDULE_WHEN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum schedule_half { HALF_NOT_SAID = 0, HALF_MORNING, HALF_NOON, HALF_AFTERNOON, HALF_EVENING, HALF_COUNT };
const char *schedule_half_zh(enum schedule_half);
const char *schedule_half_en(enum schedule_half);

/* A time as printed: nothing has been turned into 24 hours yet. */
struct when_time {
    uint16_t hour, minute;
    enum schedule_half half; /* the word before it, if any */
};
struct when_interval {
    struct when_time start, end;
    bool has_end;
};
enum { WHEN_INTERVALS_MAX = 8 };
struct when {
    bool has_date, has_year;
    uint32_t year, month, day; /* as printed: 2019-02-30 is possible here */
    uint8_t weekday;           /* 1 Monday .. 7 Sunday, 0 not said */
    enum schedule_half half;   /* said apart from a time */
    struct when_interval intervals[WHEN_INTERVALS_MAX];
    size_t n_intervals;
    size_t rest; /* where in the text the unread begins; its length when all was read */
};
/* What a bare "4.9" or "8-10" is, depends on the column. */
enum when_cell { WHEN_DATE_CELL, WHEN_TIME_CELL };

/* Reads as much of a folded text as it understands; never fails: see `rest`. */
void when_parse(const char *folded, enum when_cell, struct when *ret);
/* A weekday alone, as it stands in a column of its own: 周日, 日, 7, Sunday. 0 when it is none. */
uint8_t when_weekday(const char *folded);

enum when_fault { WHEN_OK = 0, WHEN_IMPOSSIBLE, WHEN_NO_END, WHEN_END_FIRST };
/* Into minutes after midnight: 下午2:00-3:30 is 14:00 to 15:30, the half from a column or the date's cell helping
 * where the time has no word of its own. Without any word the hours stay as printed. WHEN_END_FIRST still gives
 * both minutes, for the words. */
enum when_fault when_settle(const struct when_interval *, enum schedule_half, uint16_t *ret_start,
                            uint16_t *ret_end);

#endif
