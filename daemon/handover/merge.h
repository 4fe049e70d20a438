/* Several days as one: lanes, rooms or campuses that had no network between them, each with a database of its own. Says
 * which of the databases are copies of one event, and who was at more than one. Numbers are never changed: a row says
 * which event it is of.
 *
 * A person is one human at one degree level, and is known again by the ID number; else by the student number; else by the
 * passport; else by the same bytes of a capture code, of a card's chip or of a campus card. What is stronger than the mark
 * they share, what both have and what differs keeps two apart; so does the degree level. Where an ID number is known at
 * several levels, a record that does not say its level is nobody's. One database never has the same person twice.
 * A student number alone under two names (one was mistyped) is told, and nobody is taken for photographed by it. */
#ifndef HANDOVER_MERGE_H
#define HANDOVER_MERGE_H
#include <jansson.h>

#include "handover/day.h"

enum { MERGE_DAYS_MAX = 64 };

/* ---- copies of one event, before anything is merged */
struct merge_copy {
    bool is_left_out; /* an older copy of `of`, or the same once more */
    size_t of;        /* index of the database that goes on further */
};
struct merge_fork { /* two copies of one event that went different ways */
    size_t one, other;
    uint64_t seq; /* the first entry that differs */
    struct queue_entry entries[2];
};
/* 0; -EEXIST: two databases of one event contradict each other, and *ret_fork says where; -EIO. Positions are compared up
 * to the content: tokens and hand-overs behind it are nothing that could be lost. */
int merge_copies(struct day *const days[], size_t n_days, struct merge_copy ret_copies[],
                 struct merge_fork *ret_fork);

/* ---- who was at more than one */
struct merge;
/* Borrows the days, which are of different events. 0 or -EIO. At most MERGE_DAYS_MAX. In a purged one nobody is known. */
int merge_new(struct merge **ret, struct day *const days[], size_t n_days);
void merge_free(struct merge *); /* NULL is fine */

/* Of a person of days[day]. A merge of NULL (there is one day only) knows of nobody elsewhere. */
struct merge_elsewhere {
    size_t day;                  /* index of the other day */
    struct person_id id;         /* the same human there */
    const struct ticket *ticket; /* there: the photographed one, else the latest, NULL: none */
};
/* The photographed number on another day, the earliest frame if there are several; false: on none. Whoever is absent
 * here and was photographed there is not absent. */
bool merge_is_shot_elsewhere(const struct merge *, size_t day, const struct person_id *,
                             struct merge_elsewhere *ret);
/* Is this the first of the days that know this human? So that each is counted once over all of them. True without a merge. */
bool merge_is_first(const struct merge *, size_t day, const struct person_id *);

enum merge_case {
    MERGE_SHOT_TWICE,     /* photographed on more than one day */
    MERGE_NUMBER_TWICE,   /* numbers on more than one day, photographed on one at most */
    MERGE_SHOT_ELSEWHERE, /* planned on more than one day, came to one, photographed there */
    MERGE_NAME_DIFFERS, /* the same student number under another name: for people to settle, and absent until then */
    MERGE_CASE_COUNT
};
const char *
    merge_case_name(enum merge_case); /* "shot-twice" "number-twice" "shot-elsewhere" "name-differs" */
uint64_t merge_count(const struct merge *, enum merge_case);
/* Each human who is known on several days and is one of these cases: their members, one a day, in the order of the days.
 * 0 or the row function's first other answer. Ordered by case, then as the first of the days lists its people. */
int merge_rows(const struct merge *,
               int (*row)(void *arg, enum merge_case, const struct merge_elsewhere *members,
                          size_t n_members),
               void *arg);

#endif
