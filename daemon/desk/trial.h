/* Inside of the desk: commands tried one after the other on a private copy of what is visible, decided and applied by the
 * writer's own code, so that a preview says what the entry would. Nothing is written, published or kept.
 *
 * The desk's lock is held from trial_new to trial_free: in between no other function of the desk may be called by this
 * thread, and everybody else waits, so that is for a bounded number of commands. Not on the writer's thread. */
#ifndef DESK_TRIAL_H
#define DESK_TRIAL_H
#include "desk/desk.h"

struct trial;
struct trial *trial_new(struct desk *);
void trial_free(struct trial *);
/* DESK_QUEUE commands. Of the ticket in question the answer has the label and the ticket, without its person. */
void trial_call(struct trial *, const struct desk_command *, struct desk_answer *ret);

#endif
