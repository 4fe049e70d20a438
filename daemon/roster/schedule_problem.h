/* What is wrong with a schedule, or worth a look: a stable code, how bad, where it stands, words in both languages.
 * schedule_problem.def is the list. An error means that a row is left out or that the table cannot be imported; a
 * warning is for a person to settle with the school; a note says what was assumed. */
#ifndef ROSTER_SCHEDULE_PROBLEM_H
#define ROSTER_SCHEDULE_PROBLEM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum schedule_severity { SCHEDULE_NOTE = 0, SCHEDULE_WARNING, SCHEDULE_ERROR };
enum schedule_code {
#define SCHEDULE_PROBLEM(name, code, severity, en, zh) SCHEDULE_##name,
#include "roster/schedule_problem.def"
#undef SCHEDULE_PROBLEM
    SCHEDULE_CODE_COUNT
};
const char *schedule_code_text(enum schedule_code);
enum schedule_severity schedule_code_severity(enum schedule_code);
const char *schedule_severity_text(enum schedule_severity); /* note warning error */

/* Rows and columns from 1, 0 for none. `other_row` is the second row of a conflict, or the last one of several. */
struct schedule_where {
    const char *sheet; /* "" or NULL for CSV */
    uint32_t row, other_row, column;
};
struct schedule_problem {
    enum schedule_code code;
    char *sheet;
    uint32_t row, other_row, column;
    char *zh, *en;
};
enum { SCHEDULE_PROBLEMS_MAX = 1000, SCHEDULE_WORDS_MAX = 8 };
/* {0} is an empty list. */
struct schedule_problems {
    struct schedule_problem *items;
    size_t n_items, n_dropped; /* beyond the limit they are only counted */
    size_t n_by_severity[3];   /* dropped ones included */
};

/* What stands in a sentence's gaps {0}, {1} ...; `en` NULL: the same in both languages. */
struct schedule_word {
    const char *zh, *en;
};
/* At most SCHEDULE_WORDS_MAX words; everything is copied. */
void schedule_report(struct schedule_problems *, enum schedule_code, struct schedule_where,
                     const struct schedule_word *words, size_t n_words);
bool schedule_has_errors(const struct schedule_problems *);
/* Gives everything of `more` to `problems`; `more` is empty afterwards. */
void schedule_problems_move(struct schedule_problems *problems, struct schedule_problems *more);
void schedule_problems_done(struct schedule_problems *);

#endif
