/* A roster in the making. For the roster*.c files alone. */
#ifndef ROSTER_ROSTER_BUILD_H
#define ROSTER_ROSTER_BUILD_H
#include "roster/roster.h"
#include "roster/roster_store.h"

struct roster_build {
    struct roster *roster;
    size_t people_room, problems_room;
    size_t kept[2];                                        /* problems of each severity */
    uint32_t together[ROSTER_TROUBLE_COUNT][COLUMN_COUNT]; /* of this sheet: where it is told, from 1 */
    uint32_t rows_before_heading, last_heading_row;
    size_t first_person; /* of this sheet */
    size_t merge_work;
};

struct roster_sheet *roster_build_sheet(const struct roster_build *); /* the current one */
/* Tells a problem of the current sheet. `column` from 1, 0: the row. `field` groups those that are told together. Gives the
 * problem to be added to, or NULL when it is only counted. Invalid after the next one. */
struct roster_problem *roster_tell(struct roster_build *, enum roster_trouble, uint32_t row, uint32_t column,
                                   enum roster_column field);

/* One row below the heading: a person, or something to pass over (roster_person.c). */
void roster_take_row(struct roster_build *, const struct table_row *);
/* What can be said only of all people together (roster_check.c). */
void roster_check_all(struct roster_build *);
/* Drops the wrong ones and brings the problems into the file's order (roster_check.c). */
void roster_settle(struct roster *);

#endif
