/* Requests of a device that is for certain classes and colleges alone, and what is said of those. On the listener's thread.
 */
#ifndef HTTP_SCOPED_H
#define HTTP_SCOPED_H
#include "http/reply.h"

/* report_scope, as text. */
void render_scope(struct buffer *, struct desk *, const char *units);
/* Whether this caller may see the unit of that id. */
bool scoped_covers(const struct request *, uint32_t unit);
/* {"units":["NAME", ...]} of a body into the token's text: PROBLEM_NONE, also when there is none, or what is wrong. With
 * PROBLEM_UNIT_UNKNOWN the answer is *ret_more, whose en, zh and members are to scoped_more_done(). */
enum problem scoped_take(const struct request *, const json_t *object,
                         char ret_units[static TOKEN_SCOPE_SIZE], struct problem_more *ret_more);
void scoped_more_done(struct problem_more *);
/* The schedule's JSON text, of which a caller of certain units gets their slots alone: takes and gives malloc'd text. */
char *scoped_schedule(const struct request *, char *schedule);

#endif
