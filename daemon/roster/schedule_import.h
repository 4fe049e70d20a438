/* From the rows of a table (roster/table.h) to a schedule and what is wrong with it.
 *
 *   struct schedule_import *import = schedule_import_new();
 *   struct table_sink sink = schedule_import_sink(import);
 *   ... table_read(bytes, size, &sink), or the confined child ...
 *   struct schedule *schedule = schedule_import_finish(import, &options, &problems);
 *   schedule_import_free(import);
 *
 * Understood: headings in any order and in either language, below a title whose year, place and date count for rows
 * without; merged cells, and blank cells below a value in the columns of place, date, time, half-day and batch;
 * several units in a cell; several intervals in a cell; columns headed 上午 and 下午; several sheets, a sheet's name
 * being a place; dates and places that stand alone in a row above their rows. */
#ifndef ROSTER_SCHEDULE_IMPORT_H
#define ROSTER_SCHEDULE_IMPORT_H
#include "roster/schedule.h"
#include "roster/table.h"

struct schedule_place {
    const char *place, *lane; /* 四教楼101 -> A; a lane's own name is known without */
};
struct schedule_alias {
    const char *printed, *unit; /* 历文院 -> 历史文化学院 */
};
struct schedule_import_options {
    /* The event's lanes by place. None: every place is a lane of its own name, and a table without places is of one
     * lane A (for a look before there is an event). */
    const struct schedule_place *places;
    size_t n_places;
    const struct schedule_alias *aliases;
    size_t n_aliases;
    uint32_t year; /* of dates without one; 0: from the title or the other dates */
    const char *
        division_of; /* NULL, or the unit whose own table this is: what stands in its unit column are classes,
                                and date and place may be missing. For schedule_divide(). */
};

struct schedule_import *schedule_import_new(void);
void schedule_import_free(struct schedule_import *);
struct table_sink schedule_import_sink(struct schedule_import *); /* borrows */
/* Once. Never NULL; rows with an error are left out, so it may be empty; only a row whose place or lane is not known
 * stays in under the printed name, so that the rest of it can be looked at. Do not keep a schedule when
 * schedule_has_errors(). The caller's to free. */
struct schedule *schedule_import_finish(struct schedule_import *, const struct schedule_import_options *,
                                        struct schedule_problems *);

#endif
