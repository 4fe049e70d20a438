/* Notes for the pages. Must not put anything of a presentation into them. Runs on the supervisor's thread. */
#include "readers/supervisor_door.h"
#include "base/bytes.h"
#include "base/clock.h"
#include <stdlib.h>
#include <string.h>

void door_tell_state(const struct door *door, const struct reader_life *life)
{
    char since[CLOCK_TEXT_SIZE];
    clock_text(life->since_utc_us, since);
    json_t *note = json_pack("{ss ss ss ss ss ss si}", "reader", door->reader, "driver", door->driver,
                             "state", reader_state_name(life->state), "code", life->code, "detail",
                             life->detail, "since", since, "restarts", (int)life->restarts);
    char *text = json_dumps(note, JSON_COMPACT);
    json_decref(note);
    if (!text)
        abort(); /* every text in it was checked: only memory can be missing */
    desk_note(door->desk, door->lane, "reader", door->reader, text, true);
    free(text);
}

static void refuse(const struct door *door, const char *code, const char *zh, const char *en)
{
    door_note_refusal(door->desk, door->lane, door->reader, code, zh, en);
}

void door_tell_problem(const struct door *door, enum problem problem)
{
    refuse(door, problem_code(problem), problem_zh(problem), problem_en(problem));
}

/* Whoever stands at the page may know better than the reader, and the page does not hold the card. */
static void keep_tap(const struct door *door, const struct desk_answer *answer,
                     const struct presentation *presentation, struct door_help *ret)
{
    struct queue_event event;
    desk_event(door->desk, &event);
    ret->marshal = queue_may_override(&event.rules, AUTHORITY_MARSHAL) ? answer->blocked : 0;
    ret->office = queue_may_override(&event.rules, AUTHORITY_OFFICE) ? answer->blocked : 0;
    if (answer->problem == PROBLEM_LEVEL_AMBIGUOUS || (ret->marshal | ret->office))
        desk_keep_tap(door->desk, door->lane, door->reader, presentation, ret->tap);
}

enum door_result door_tell_answer(const struct door *door, const struct desk_answer *answer,
                                  const struct presentation *presentation)
{
    struct door_help help = {0};
    if (answer->problem)
        keep_tap(door, answer, presentation, &help);
    return door_note_answer(door->desk, door->lane, door->reader, answer, presentation, &help);
}

static enum problem problem_from_code(const char *code)
{
    for (int problem = PROBLEM_NONE + 1; problem < PROBLEM_COUNT; problem++)
        if (strcmp(problem_code((enum problem)problem), code) == 0)
            return (enum problem)problem;
    return PROBLEM_NONE;
}

void door_tell_fault(const struct door *door, const struct reader_event *fault)
{
    enum problem problem = problem_from_code(fault->code);
    bool has_words = fault->zh[0] && fault->en[0];
    if (problem == PROBLEM_NONE && has_words)
        refuse(door, fault->code, fault->zh, fault->en);
    else if (problem == PROBLEM_NONE)
        refuse(door, fault->code, problem_zh(PROBLEM_CARD_UNREADABLE), problem_en(PROBLEM_CARD_UNREADABLE));
    else
        door_tell_problem(door, problem);
}
