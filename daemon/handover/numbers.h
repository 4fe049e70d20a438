/* The numbers of a lane as a file: the day's work as the office opens it in a spreadsheet.
 *
 * One header row, then one row for each number ever issued in the lane, in number order (handover/csv.h says
 * how fields are written). Columns: number, lane, state, medium, bound (yes: the person is known by number or
 * passport), name, student number, the one fixed mask of the ID number (the whole number is in no column),
 * unit, issued, called (the latest call), shot (the latest shot), each RFC 3339 in UTC; shot again by the
 * clocks in China (UTC+8), to be held against a camera's; shots, retakes, reason (of the latest
 * retake, missed or void), journal position of the number's latest entry, notes (issue_flag_code, a blank between),
 * confirmed (the spoken number, since the latest call), suspect (the frame may show somebody else), payment. The journal position of the whole
 * file stands in its name. */
#ifndef HANDOVER_NUMBERS_H
#define HANDOVER_NUMBERS_H
#include "desk/desk.h"

/* Gives the file, to free(), and the journal position that it shows. 0, or -ENOENT for an unknown lane.
 * Blocking; not on the writer's thread. */
int handover_numbers_csv(struct desk *, const char *lane, char **ret_data, size_t *ret_size,
                         uint64_t *ret_seq);
/* "numbers-A-17.csv", to free(). */
char *handover_numbers_file_name(const char *lane, uint64_t seq);

#endif
