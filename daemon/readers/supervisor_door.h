/* What the staff's pages hear of a reader: notes `reader` (its state, kept as the latest) and `door` (what a
 * person just got, or why not). Both are for staff only, and neither holds a name, an ID number or a payload.
 */
#ifndef READERS_SUPERVISOR_DOOR_H
#define READERS_SUPERVISOR_DOOR_H
#include "desk/door_note.h"
#include "readers/supervisor_life.h"

struct door { /* all borrowed */
    struct desk *desk;
    const char *lane, *reader, *driver;
};

void door_tell_state(const struct door *, const struct reader_life *);
/* An answer of the desk to what was presented. A refusal that a marshal or the office may do something about is told with the
 * tap's id and what they may override; the desk keeps the tap for them. */
enum door_result door_tell_answer(const struct door *, const struct desk_answer *,
                                  const struct presentation *);
/* A problem met before the desk was asked. */
void door_tell_problem(const struct door *, enum problem);
/* A fault that the reader reports: the problem's words where the code is one of problem.def, else the
 * reader's own. */
void door_tell_fault(const struct door *, const struct reader_event *);

#endif
