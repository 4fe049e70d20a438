/* Inside of the desk: the first answer to each idempotency key, with the tickets as they stood then. Writer's
 * thread only. */
#ifndef DESK_ANSWERS_H
#define DESK_ANSWERS_H
#include "journal/journal.h"

struct kept_answer {
    struct answer_record record;
    struct ticket ticket, called; /* number 0: none. Reasons belong to the writer's queue state. */
};

struct answers;
struct answers *answers_new(void);
void answers_free(struct answers *);
/* Keeps a copy; the key must not be there yet. */
void answers_put(struct answers *, const struct kept_answer *);
/* NULL: a new key. Valid until the next answers_put. */
const struct kept_answer *answers_get(const struct answers *, const char *key);

/* While the journal is replayed: answers were put in the order they were given, without tickets; this fills
 * those of every answer given at or before the state's position that has none yet. Call it before each entry
 * is applied, and once at the end. */
void answers_fill(struct answers *, const struct queue *);

#endif
