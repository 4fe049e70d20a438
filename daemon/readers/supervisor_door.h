/* What the staff's pages hear of a reader: notes `reader` (its state, kept as the latest) and `door` (what a
 * person just got, or why not). Both are for staff only, and neither holds a name, an ID number or a payload.
 */
#ifndef READERS_SUPERVISOR_DOOR_H
#define READERS_SUPERVISOR_DOOR_H
#include "desk/desk.h"
#include "readers/supervisor_life.h"

struct door { /* all borrowed */
    struct desk *desk;
    const char *lane, *reader, *driver;
};

enum door_result { DOOR_ACCEPTED, DOOR_ALREADY, DOOR_REFUSED };
const char *door_result_name(enum door_result); /* also the word a reader takes on its standard input */

void door_tell_state(const struct door *, const struct reader_life *);
/* An answer of the desk, with what was repaired in a passport; or a problem met before it was asked (PROBLEM_NONE: none).
 * An expired card still says who somebody is: the answer stands, and a `note` beside it tells the staff. */
enum door_result door_tell_answer(const struct door *, const struct desk_answer *,
                                  const struct mrz_repairs *repairs, bool is_expired);
void door_tell_problem(const struct door *, enum problem);
/* A fault that the reader reports: the problem's words where the code is one of problem.def, else the
 * reader's own. */
void door_tell_fault(const struct door *, const struct reader_event *);

#endif
