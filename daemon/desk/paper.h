/* The paper twin: slips that were given out while no computer ran, entered afterwards in the order of their numbers.
 * Entering the same rows again changes nothing. Each row becomes one command (COMMAND_PAPER), so that the queue decides and nothing is overwritten. */
#ifndef DESK_PAPER_H
#define DESK_PAPER_H
#include <jansson.h>

#include "desk/desk.h"

struct paper_request {
    const char *lane, *device;
    enum authority authority;
    bool is_preview; /* says what would happen; nothing is changed */
};
enum { PAPER_ROWS_MAX = 2000 };
/* rows: [{"number":"A0124","student_no","id_number","name","outcome":"shot|missed|void|waiting|unused",
 *         "at":"09:31" or "2026-11-22 09:31" in China Standard Time,"note","level","override":{"reason"}}], everything but
 * number and outcome optional; one of the two numbers of whoever had a slip that was used. With an override somebody who
 * was photographed already gets this number, too, where the rules let the role do so; the reason is logged.
 * Gives {"preview":b,"counts":{"done","unchanged","refused"},"rows":[{"row","number","result","warnings"}]};
 * a row's result is "done" (preview: would be), "unchanged", or "refused". "warnings" lists what a check-in would have been
 * refused for. A refused one has "code", "message", "ticket" (the number in question), "next" (paper-gap: what comes
 * first) and "unblocks", what would let the rows behind it pass: "override", with a reason, or "unused", the slip
 * entered as one that nobody had. PROBLEM_BAD_REQUEST when rows is no such list.
 * A preview is decided row after row by what decides the entry (desk/trial.h). Waits for the desk: not on its writer's
 * thread. */
enum problem paper_enter(struct desk *, const struct paper_request *, const json_t *rows, json_t **ret);

#endif
