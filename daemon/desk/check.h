/* The check at the tail of the queue: what the desk would say of a card or code, and what to do about it, long before its
 * bearer stands there. Decided by the same queue on what is visible now; issues nothing, stores nobody, keeps nothing.
 *
 * The verdict is the desk's own. A capture code is opaque, so one that merely looks wrong is still accepted, with a code
 * (scan-too-short, scan-is-address, scan-is-number) that casts doubt on it. Any thread. */
#ifndef DESK_CHECK_H
#define DESK_CHECK_H
#include "desk/desk.h"

enum check_verdict { CHECK_ACCEPTED, CHECK_ALREADY, CHECK_REFUSED };
const char *check_verdict_name(enum check_verdict); /* accepted, already, refused */

enum {
    CHECK_CODE_SHORT = 16
}; /* bytes other than blanks; an encrypted code cannot be shorter than one block of AES */

struct check_result {
    enum check_verdict verdict;
    const char *code; /* of problem.def or advice.def; NULL: nothing to remark. Borrowed, like the words. */
    char number[TICKET_LABEL_SIZE]; /* "": none */
    const char *zh, *en, *advice_zh, *advice_en;
    /* Four hexadecimal digits that tell whether two scans were the same: 16 bits under a key that this process forgets.
     * "": nothing was read. */
    char tag[5];
};

void check_presentation(struct desk *, const char *lane, const struct presentation *,
                        enum degree level, /* asked for; DEGREE_NONE: not said */
                        struct check_result *ret);
/* Something was presented and could not be read. The words are borrowed; NULL or "": the code's own, or general ones. */
void check_problem(enum problem, struct check_result *ret);
void check_fault(const char *code, const char *zh, const char *en, struct check_result *ret);
/* {"verdict","code","number","message":{"zh","en"},"advice":{"zh","en"},"tag","at"}, with "reader" when one is named;
 * free(). */
char *check_json(const struct check_result *, const char *reader);

#endif
