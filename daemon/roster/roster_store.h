/* Texts of a roster: kept until the roster goes, wiped then, and where they repeat kept once. */
#ifndef ROSTER_ROSTER_STORE_H
#define ROSTER_ROSTER_STORE_H
#include <stddef.h>
#include <stdint.h>

struct roster_store;
struct roster_store *roster_store_new(void);
void roster_store_free(struct roster_store *);
const char *roster_store_text(struct roster_store *, const char *text); /* a copy of its own */
const char *roster_store_shared(struct roster_store *,
                                const char *text); /* the same pointer for the same text */
/* FNV-1a with a salt of this process: keys come from strangers. */
uint64_t roster_hash(const char *text);

#endif
