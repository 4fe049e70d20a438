/* Every problem a person or a program can be told of: a stable code, an HTTP status (RFC 9110), and what to
 * say in Chinese and English. problem.def is the list; the manual page paihaod(8) carries the same one (make
 * lint compares). */
#ifndef DESK_PROBLEM_H
#define DESK_PROBLEM_H
#include "identity/medium.h"
#include "journal/journal.h"
#include "queue/queue.h"

enum problem {
    PROBLEM_NONE = 0,
#define PROBLEM(name, code, status, en, zh) PROBLEM_##name,
#include "desk/problem.def"
#undef PROBLEM
    PROBLEM_COUNT
};

const char *problem_code(enum problem);
unsigned problem_status(enum problem);
const char *problem_en(enum problem);
const char *problem_zh(enum problem);
/* PROBLEM_NONE for the verdicts that are no refusal. */
enum problem problem_of_verdict(enum queue_verdict);
enum problem problem_of_presentation(enum presentation_fault);
enum problem problem_of_journal(enum journal_fault); /* disk-full or store-failed */

#endif
