/* Which classes and colleges a token is for, as the token table and the entry that created it say: ids of units, no names.
 * Pure.
 *
 * "u12 c3": unit 12, and every unit of the college that unit 3 is of, also those that come with a later list. One blank
 * between, no part twice, at most TOKEN_SCOPE_MAX parts. "": every unit there is and will be. */
#ifndef JOURNAL_TOKEN_SCOPE_H
#define JOURNAL_TOKEN_SCOPE_H
#include "journal/journal.h"

enum { TOKEN_SCOPE_MAX = 16 };
struct token_scope_part {
    uint32_t unit;
    bool is_college;
};
struct token_scope {
    size_t count;
    struct token_scope_part parts[TOKEN_SCOPE_MAX];
};

/* False, and *ret undefined, when it is not written exactly so. */
bool token_scope_parse(const char *text, struct token_scope *ret);
void token_scope_text(const struct token_scope *, char ret_text[static TOKEN_SCOPE_SIZE]);
/* False when there are too many; what is there already is not added again. */
bool token_scope_add(struct token_scope *, struct token_scope_part);
/* The largest unit id named, 0: none. */
uint32_t token_scope_highest(const struct token_scope *);

#endif
