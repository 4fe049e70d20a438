/* Who stands in a cell: 商学院、历文院、化工院   法学院(120人)   商学院(会计1班、会计2班)   全体博士   外国语学院硕士 */
#ifndef ROSTER_SCHEDULE_UNITS_H
#define ROSTER_SCHEDULE_UNITS_H
#include "roster/schedule.h"

/* {0} is an empty one; keys are not filled in. */
struct unit_list {
    struct schedule_unit *items;
    size_t n_items;
};
/* Adds what a folded cell names; everything beyond SCHEDULE_UNITS_MAX is left away and false returned. */
bool unit_list_read(struct unit_list *, const char *folded);
bool unit_list_add(struct unit_list *, const char *name, const char *class_name, uint8_t levels,
                   uint32_t planned);
void unit_list_done(struct unit_list *);

/* 120, 120人, 约120人, 120.0. False when it is no number of people. */
bool schedule_people_read(const char *folded, uint32_t *ret);
/* Cuts a folded list at 、 , ; / and line ends outside brackets, and at blanks after 院 部 系 所 班. Returns the
 * piece's length and moves `cursor` behind it and its separator; 0 at the end. */
size_t schedule_piece(const char **cursor, const char **ret_piece);

#endif
