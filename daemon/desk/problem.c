/* The list of problems as tables. Pure. */
#include "desk/problem.h"

struct problem_facts {
    const char *code, *en, *zh;
    unsigned status;
};

static const struct problem_facts facts[PROBLEM_COUNT] = {
    [PROBLEM_NONE] = {"", "", "", 200},
#define PROBLEM(name, code, status, en, zh) [PROBLEM_##name] = {code, en, zh, status},
#include "desk/problem.def"
#undef PROBLEM
};

static const struct problem_facts *facts_of(enum problem problem)
{
    return &facts[(unsigned)problem < PROBLEM_COUNT ? problem : PROBLEM_INTERNAL];
}

const char *problem_code(enum problem problem)
{
    return facts_of(problem)->code;
}

unsigned problem_status(enum problem problem)
{
    return facts_of(problem)->status;
}

const char *problem_en(enum problem problem)
{
    return facts_of(problem)->en;
}

const char *problem_zh(enum problem problem)
{
    return facts_of(problem)->zh;
}

enum problem problem_of_verdict(enum queue_verdict verdict)
{
    static const enum problem problems[QUEUE_VERDICT_COUNT] = {
        [QUEUE_DONE] = PROBLEM_NONE,
        [QUEUE_ALREADY_WAITING] = PROBLEM_NONE,
        [QUEUE_UNCHANGED] = PROBLEM_NONE,
        [QUEUE_NO_EVENT] = PROBLEM_NO_EVENT,
        [QUEUE_EVENT_EXISTS] = PROBLEM_EVENT_EXISTS,
        [QUEUE_EVENT_CLOSED] = PROBLEM_EVENT_CLOSED,
        [QUEUE_LANE_UNKNOWN] = PROBLEM_LANE_UNKNOWN,
        [QUEUE_SESSION_CLOSED] = PROBLEM_SESSION_CLOSED,
        [QUEUE_ALREADY_WAITING_ELSEWHERE] = PROBLEM_ALREADY_WAITING_ELSEWHERE,
        [QUEUE_ALREADY_SHOT] = PROBLEM_ALREADY_SHOT,
        [QUEUE_LINE_FULL] = PROBLEM_LINE_FULL,
        [QUEUE_TICKET_UNKNOWN] = PROBLEM_TICKET_UNKNOWN,
        [QUEUE_WRONG_STATE] = PROBLEM_WRONG_STATE,
        [QUEUE_NOT_NEXT] = PROBLEM_NOT_NEXT,
        [QUEUE_ANOTHER_CALLED] = PROBLEM_ANOTHER_CALLED,
        [QUEUE_LINE_NOT_EMPTY] = PROBLEM_LINE_NOT_EMPTY,
        [QUEUE_NUMBERS_SPENT] = PROBLEM_NUMBERS_SPENT,
        [QUEUE_NAME_DIFFERS] = PROBLEM_NAME_DIFFERS,
        [QUEUE_CREDENTIAL_TAKEN] = PROBLEM_CREDENTIAL_TAKEN,
        [QUEUE_ALREADY_BOUND] = PROBLEM_ALREADY_BOUND,
    };
    return (unsigned)verdict < QUEUE_VERDICT_COUNT ? problems[verdict] : PROBLEM_INTERNAL;
}

enum problem problem_of_presentation(enum presentation_fault fault)
{
    switch (fault) {
    case PRESENTATION_OK:
        return PROBLEM_NONE;
    case PRESENTATION_BAD_REQUEST:
    case PRESENTATION_BAD_MEDIUM:
        return PROBLEM_BAD_REQUEST;
    case PRESENTATION_BAD_ID_NUMBER:
        return PROBLEM_BAD_ID_NUMBER;
    case PRESENTATION_BAD_CHIP:
        return PROBLEM_BAD_CHIP;
    case PRESENTATION_EMPTY_SCAN:
        return PROBLEM_EMPTY_SCAN;
    case PRESENTATION_TOO_LARGE:
        return PROBLEM_TOO_LARGE;
    case PRESENTATION_BAD_MRZ:
        return PROBLEM_BAD_MRZ;
    }
    return PROBLEM_INTERNAL;
}

enum problem problem_of_journal(enum journal_fault fault)
{
    if (fault == JOURNAL_OK)
        return PROBLEM_NONE;
    return fault == JOURNAL_FULL ? PROBLEM_DISK_FULL : PROBLEM_STORE_FAILED;
}
