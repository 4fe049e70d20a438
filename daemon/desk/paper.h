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
 *         "at":"09:31" or "2026-11-22 09:31" in China Standard Time,"note","level"}], everything but number and outcome optional.
 * Gives {"preview":b,"counts":{"done","unchanged","refused"},"rows":[{"row","number","result","code","message"}]};
 * a row's result is "done" (preview: would be), "unchanged", or "refused" with the code of the problem.
 * "warnings" lists what a check-in would have been refused for. PROBLEM_BAD_REQUEST when rows is no such list.
 * Waits for the desk: not on its writer's thread. */
enum problem paper_enter(struct desk *, const struct paper_request *, const json_t *rows, json_t **ret);

#endif
