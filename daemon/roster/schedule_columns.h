/* What the columns of a printed schedule are, by their Chinese or English heading. */
#ifndef ROSTER_SCHEDULE_COLUMNS_H
#define ROSTER_SCHEDULE_COLUMNS_H
#include <stdbool.h>
#include <stddef.h>

#include "roster/schedule_when.h"

enum schedule_column {
    COLUMN_NONE = 0,
    COLUMN_DATE,
    COLUMN_WEEKDAY,
    COLUMN_TIME, /* an interval */
    COLUMN_START,
    COLUMN_END,
    COLUMN_HALF,    /* says 上午 or 下午 */
    COLUMN_MORNING, /* is headed 上午, perhaps with an interval; its cells say when, or who */
    COLUMN_AFTERNOON,
    COLUMN_EVENING,
    COLUMN_PLACE,
    COLUMN_LANE,
    COLUMN_BATCH,
    COLUMN_UNIT,
    COLUMN_CLASS,
    COLUMN_LEVEL,
    COLUMN_PEOPLE,
    COLUMN_NOTE,
    COLUMN_IGNORED, /* known and of no use: 序号 */
    COLUMN_MORE,    /* 时间 or 日期 stands over several columns: belongs to the one at its left */
    COLUMN_KINDS
};
/* COLUMN_NONE for a heading that is not known. `ret_is_sure` (may be NULL): it is a heading to the letter, and does
 * not merely contain a telling word. */
enum schedule_column schedule_column_of(const char *folded, bool *ret_is_sure);
/* Of the three columns headed by a half of the day; HALF_NOT_SAID for others. */
enum schedule_half schedule_column_half(enum schedule_column);

#endif
