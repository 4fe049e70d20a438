/* Inside of the queue room: how a decision is written down. Each decide_...() answers one kind of command; the event is
 * there and open, and so is the lane where one is given. */
#ifndef QUEUE_DECIDE_H
#define QUEUE_DECIDE_H
#include "queue/queue_state.h"

/* The next entry, with what every entry takes from its command; the rest is zero. */
struct queue_entry *decision_add(struct queue_decision *, const struct queue_command *, enum entry_kind);
/* An entry of a number as it stands; the caller adds the rest. */
struct queue_entry *decision_add_for(struct queue_decision *, const struct queue_command *, enum entry_kind,
                                     const struct ticket *);
/* A step of a number: the count of its calls, frames or retakes, and the reason where the entry has one. */
struct queue_entry *decision_add_step(struct queue_decision *, const struct queue_command *, enum entry_kind,
                                      const struct ticket *);
void decision_name_ticket(struct queue_decision *, const struct ticket *);
/* A tap that came late may meet the number in the state it was in before, but for another frame. */
bool is_seen_otherwise(const struct queue_command *, const struct ticket *);
/* The verdict, with the ticket in question; NULL: none. */
enum queue_verdict decision_refuse(struct queue_decision *, enum queue_verdict, const struct ticket *);

enum queue_verdict decide_check_in(const struct queue *, const struct lane_state *,
                                   const struct queue_command *, struct queue_decision *);
enum queue_verdict decide_paper(const struct queue *, const struct lane_state *, const struct queue_command *,
                                struct queue_decision *);
enum queue_verdict decide_step(const struct queue *, const struct lane_state *, const struct queue_command *,
                               struct queue_decision *);
/* Confirm, mismatch, resolve, acknowledge, card back. */
enum queue_verdict decide_say(const struct queue *, const struct lane_state *, const struct queue_command *,
                              struct queue_decision *);
enum queue_verdict decide_bind(const struct queue *, const struct lane_state *, const struct queue_command *,
                               struct queue_decision *);
enum queue_verdict decide_payment(const struct queue *, const struct queue_command *,
                                  struct queue_decision *);
/* Handed over, restored, purged: also of a closed event. */
enum queue_verdict decide_copies(const struct queue *, const struct queue_command *, struct queue_decision *);
enum queue_verdict decide_roll(const struct queue *, const struct queue_command *, struct queue_decision *);

/* ---- decide_check_in.c, shared with paper and bind */
/* Two persons are never merged, and nobody takes another's number: what a presentation says about who that is. DONE: fine. */
enum queue_verdict check_identity(const struct queue *, const struct queue_command *,
                                  struct queue_decision *);
/* May this role override under the rules. */
bool may_override(const struct queue *, const struct queue_command *);
/* The ISSUE_OVER_... that the facts of a person ask for at a door that refuses, and ISSUE_UNPAID or ISSUE_CAPTURED where
 * it only warns. `is_due`: the person owes the fee. */
uint32_t objections(const struct queue *, const struct queue_facts *, bool bound, bool is_due);
/* ISSUE_OF_PERSON flags for a number that is there whatever the door would have said. */
uint32_t flags_of_person(const struct queue *, const struct queue_facts *, bool bound, bool is_due);
/* ISSUED with a note; the decision's ticket. */
struct queue_entry *decision_add_issued(const struct queue *, const struct lane_state *,
                                        const struct queue_command *, uint32_t flags,
                                        struct queue_decision *);

#endif
