/* The list of problems as tables. Pure. */
#include <string.h>

#include "desk/desk.h"

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
        [QUEUE_VOID_OPEN] = PROBLEM_VOID_OPEN,
        [QUEUE_NUMBERS_SPENT] = PROBLEM_NUMBERS_SPENT,
        [QUEUE_NAME_DIFFERS] = PROBLEM_NAME_DIFFERS,
        [QUEUE_CREDENTIAL_TAKEN] = PROBLEM_CREDENTIAL_TAKEN,
        [QUEUE_ALREADY_BOUND] = PROBLEM_ALREADY_BOUND,
        [QUEUE_MEDIUM_NOT_ALLOWED] = PROBLEM_MEDIUM_NOT_ALLOWED,
        [QUEUE_NOT_ON_ROSTER] = PROBLEM_NOT_ON_ROSTER,
        [QUEUE_EXCLUDED] = PROBLEM_EXCLUDED,
        [QUEUE_ALREADY_CAPTURED] = PROBLEM_ALREADY_CAPTURED,
        [QUEUE_UNPAID] = PROBLEM_UNPAID,
        [QUEUE_MISSED_WAITS] = PROBLEM_MISSED_WAITS,
        [QUEUE_LEVEL_AMBIGUOUS] = PROBLEM_LEVEL_AMBIGUOUS,
        [QUEUE_OVERRIDE_FORBIDDEN] = PROBLEM_OVERRIDE_FORBIDDEN,
        [QUEUE_REASON_NEEDED] = PROBLEM_REASON_NEEDED,
        [QUEUE_LANE_STOPPED] = PROBLEM_LANE_STOPPED,
        [QUEUE_NOT_STOPPED] = PROBLEM_NOT_STOPPED,
        [QUEUE_NOT_CONFIRMED] = PROBLEM_NOT_CONFIRMED,
        [QUEUE_CAMERA_BUSY] = PROBLEM_CAMERA_BUSY,
        [QUEUE_NO_CARD] = PROBLEM_NO_CARD,
        [QUEUE_CARD_IS_OUT] = PROBLEM_CARD_IS_OUT,
        [QUEUE_NOT_PAID] = PROBLEM_NOT_PAID,
        [QUEUE_ALREADY_PAID] = PROBLEM_ALREADY_PAID,
        [QUEUE_RULES_CONTRADICT] = PROBLEM_RULES_CONTRADICT,
        [QUEUE_RULES_FIXED] = PROBLEM_RULES_FIXED,
        [QUEUE_PAPER_GAP] = PROBLEM_PAPER_GAP,
        [QUEUE_LEVEL_DIFFERS] = PROBLEM_LEVEL_DIFFERS,
        [QUEUE_PAPER_CONFLICT] = PROBLEM_PAPER_CONFLICT,
        [QUEUE_LEDGER_OPEN] = PROBLEM_LEDGER_OPEN,
        [QUEUE_LEDGER_MOVED] = PROBLEM_LEDGER_MOVED,
        [QUEUE_UNDO_LATE] = PROBLEM_UNDO_LATE,
        [QUEUE_EVENT_PURGED] = PROBLEM_EVENT_PURGED,
        [QUEUE_NOT_HANDED_OVER] = PROBLEM_NOT_HANDED_OVER,
        [QUEUE_COPY_GOES_ON] = PROBLEM_COPY_GOES_ON,
    };
    return (unsigned)verdict < QUEUE_VERDICT_COUNT ? problems[verdict] : PROBLEM_INTERNAL;
}

static const struct {
    uint32_t flag;
    const char *note, *refusal; /* refusal: what an override of that kind lets through */
} flags[] = {
    {ISSUE_LOOK_TWICE, "look-twice", ""},
    {ISSUE_OUTSIDER, "outsider", ""},
    {ISSUE_UNPAID, "unpaid", ""},
    {ISSUE_OUT_OF_ORDER, "out-of-order", ""},
    {ISSUE_OUT_OF_SLOT, "out-of-slot", ""},
    {ISSUE_CAPTURED, "captured", ""},
    {ISSUE_PAPER, "paper", ""},
    {ISSUE_NAME_DIFFERS, "name-differs", ""},
    {ISSUE_NOT_CALLED, "not-called", ""},
    {ISSUE_OVER_SHOT, "override-shot", "already-shot"},
    {ISSUE_OVER_EXCLUDED, "override-excluded", "excluded"},
    {ISSUE_OVER_ROSTER, "override-roster", "not-on-roster"},
    {ISSUE_OVER_CAPTURED, "override-captured", "already-captured"},
    {ISSUE_OVER_UNPAID, "override-unpaid", "unpaid"},
    {ISSUE_OVER_MISSED, "override-missed", "missed-waits"},
};
enum { FLAG_COUNT = sizeof flags / sizeof *flags };

const char *issue_flag_code(enum issue_flag flag)
{
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (flags[i].flag == (uint32_t)flag)
            return flags[i].note;
    return "";
}

const char *override_code(enum issue_flag flag)
{
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (flags[i].flag == (uint32_t)flag)
            return flags[i].refusal;
    return "";
}

uint32_t override_from_code(const char *code)
{
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (*code && strcmp(flags[i].refusal, code) == 0)
            return flags[i].flag;
    return 0;
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
