/* What the desk has to say about the rows of a list once they meet the people on record. Not thread-safe: of whoever
 * hands the list in, who waits for the answer. */
#ifndef DESK_LIST_FINDING_H
#define DESK_LIST_FINDING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum list_trouble {
#define LIST_FINDING(name, code, is_error, en, zh) FINDING_##name,
#include "desk/list_finding.def"
#undef LIST_FINDING
    FINDING_COUNT
};
const char *list_trouble_code(enum list_trouble);
bool list_trouble_is_error(enum list_trouble); /* the row is not stored */
const char *list_trouble_en(enum list_trouble);
const char *list_trouble_zh(enum list_trouble);

struct list_finding {
    enum list_trouble trouble;
    uint32_t row;   /* as in struct list_person */
    uint32_t index; /* of the row in the list's people */
};
enum { LIST_FINDINGS_MAX = 2000 }; /* errors kept one by one, and as many warnings */
struct list_findings {             /* zeroed: nothing found */
    struct list_finding *items;    /* in the order of the list */
    size_t count, capacity, n_errors, n_warnings;
    size_t n_left_off; /* counted and not kept */
    size_t n_lifted;   /* people who lost the mark, not being in a list that replaces the one before */
};
void list_findings_add(struct list_findings *, enum list_trouble, uint32_t row, uint32_t index);
void list_findings_done(struct list_findings *); /* frees and zeroes */

/* Two names that cannot be one person's: blanks, dots between names and the case of letters do not tell them apart, and
 * a name that is not known ("") differs from none. */
bool names_contradict(const char *one, const char *other);

#endif
