/* Which classes and colleges a liaison's token is for: names to the text that the token keeps (journal/token_scope.h) and
 * back, and whether a unit is among them. Ids stay when a list renames a class: the class of the new name is another unit,
 * and the one of the old name has nobody left. A college is meant by its name, with the classes that come later. Any
 * thread. */
#ifndef DESK_SCOPE_H
#define DESK_SCOPE_H
#include "desk/desk.h"
#include "journal/token_scope.h"

enum { SCOPE_LABEL_SIZE = 2 * UNIT_MAX + 4, SCOPE_NEAR_MAX = 8 };
/* "college / class", or the one of them that there is. */
void scope_label(const char *college, const char *name, char ret_label[static SCOPE_LABEL_SIZE]);

struct scope_part {
    uint32_t unit; /* of a college: any unit of it */
    bool is_college;
    char college[UNIT_MAX + 1], name[UNIT_MAX + 1]; /* of a college: name is "" */
    uint32_t people;                                /* on the list now; 0: the class or college is no more */
};
/* What a token's `units` are called at present, in their order; free() the one block. NULL and 0 for "". */
struct scope_part *desk_scope_parts(struct desk *, const char *units, size_t *ret_count);
/* Whether it reaches this unit. "" reaches all; what cannot be read reaches none. */
bool desk_scope_covers(struct desk *, const char *units, uint32_t unit);

/* What was asked for and is not there, or is there more than once. */
struct scope_miss {
    const char *name;           /* borrowed from the names given */
    bool is_ambiguous, is_near; /* is_near: `near` are like it; else the first there are */
    size_t n_near;
    char near[SCOPE_NEAR_MAX][SCOPE_LABEL_SIZE];
};
/* Names of classes and colleges as people write them: "class", "college" (all of it), "college / class"; blanks and the
 * case of letters do not matter. Only units with somebody on the list count. PROBLEM_NONE and the text for the token, or
 * PROBLEM_UNIT_UNKNOWN and *ret_miss, or PROBLEM_BAD_REQUEST: more than TOKEN_SCOPE_MAX. */
enum problem desk_scope_find(struct desk *, const char *const *names, size_t count,
                             char ret_units[static TOKEN_SCOPE_SIZE], struct scope_miss *ret_miss);
/* What to say of it; free() both. */
void scope_miss_text(const struct scope_miss *, char **ret_zh, char **ret_en);

/* Whether a token of this role may have these units, of which there are n_units. */
bool scope_is_sound(const char *role, const char *units, uint32_t n_units);

#endif
