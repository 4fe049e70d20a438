/* Inside of the desk: the first answer to each idempotency key. Writer's thread only. */
#ifndef DESK_ANSWERS_H
#define DESK_ANSWERS_H
#include "journal/journal.h"

struct answers;
struct answers *answers_new(void);
void answers_free(struct answers *);
/* Keeps a copy; the key must not be there yet. */
void answers_put(struct answers *, const struct answer_record *);
/* NULL: a new key. Valid until the next answers_put. */
const struct answer_record *answers_get(const struct answers *, const char *key);

#endif
