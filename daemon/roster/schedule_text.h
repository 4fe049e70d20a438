/* Texts of notices in one form: full-width signs, a dozen dashes and blanks, Chinese numerals.
 *
 * Folded: U+FF01..U+FF5E as ASCII, every dash and tilde as '-', every colon as ':', every blank as one ' ', brackets
 * as '(' and ')', invisible characters gone, no blank at either end or beside a line's end ('\n'). */
#ifndef ROSTER_SCHEDULE_TEXT_H
#define ROSTER_SCHEDULE_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The caller's to free; NULL when it is not UTF-8 or holds other control characters. */
char *schedule_fold(const char *text);
/* What names are compared by: folded, no blanks, ASCII in lower case. The caller's to free; "" when it cannot be folded. */
char *schedule_key(const char *text);

/* A key without the 学院, 院, 系, 部 or 中心 at its end, unless nothing would be left. The caller's to free. */
char *schedule_stem(const char *key);

/* A place in a folded text. The takers move on only when they found what they look for. */
struct schedule_cursor {
    const char *text;
    size_t at;
};
bool schedule_at_end(const struct schedule_cursor *);
void schedule_skip_blanks(struct schedule_cursor *); /* and line ends */
bool schedule_take(struct schedule_cursor *, const char *word);
/* The first of a NULL-ended list of words that stands here: its index, or -1. */
int schedule_take_any(struct schedule_cursor *, const char *const words[]);
/* 1..max_digits ASCII digits, or Chinese numerals up to ninety-nine or digit by digit (二〇一九). Returns how many
 * characters they were, 0 for none. */
size_t schedule_take_number(struct schedule_cursor *, size_t max_digits, uint32_t *ret);

/* How alike two keys are, 0..1000: the longest common subsequence of characters against both lengths; 历文院 is most
 * like 历史文化学院, because all of it stands there in that order. */
unsigned schedule_likeness(const char *key, const char *other);

#endif
