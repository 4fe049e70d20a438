/* Inside of the desk: who is who, in memory. People by id (for views), persons by credential digest (for
 * decisions). Not thread-safe: the desk guards it. */
#ifndef DESK_DIRECTORY_H
#define DESK_DIRECTORY_H
#include "journal/journal.h"

struct directory;
struct directory *directory_new(void);
void directory_free(struct directory *); /* wipes */

/* Adds a person or replaces the record under the same id. Copies. */
void directory_put(struct directory *, const struct person_record *);
/* False when unknown; *ret is then a record with only the id. */
bool directory_get(const struct directory *, const struct person_id *, struct person_record *ret);
/* The masked fields only: cheaper, for views. */
struct person_masks {
    const char *name, *id_mask, *unit; /* owned by the directory until the record is replaced */
};
void directory_masks(const struct directory *, const struct person_id *, struct person_masks *ret);

void directory_put_digest(struct directory *, const uint8_t digest[static DIGEST_SIZE],
                          const struct person_id *);
/* NULL: nobody yet. */
const struct person_id *directory_by_digest(const struct directory *,
                                            const uint8_t digest[static DIGEST_SIZE]);

#endif
