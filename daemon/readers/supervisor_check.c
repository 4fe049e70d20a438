/* Readings of the queue-tail check on their way to the pages. Must not put anything of a presentation into a note. Runs on
 * the supervisor's thread. */
#include "readers/supervisor_check.h"
#include "desk/check.h"
#include <stdlib.h>
#include <string.h>

static void publish(const struct door *door, const struct check_result *result)
{
    char *json = check_json(result, door->reader);
    desk_note(door->desk, door->lane, "check", NULL, json, true);
    free(json);
}

enum door_result door_check_reading(const struct door *door, const struct reader_event *reading)
{
    static const enum door_result results[] = {
        [CHECK_ACCEPTED] = DOOR_ACCEPTED, [CHECK_ALREADY] = DOOR_ALREADY, [CHECK_REFUSED] = DOOR_REFUSED};
    struct check_result result;
    if (reading->presentation_fault != PRESENTATION_OK)
        check_problem(problem_of_presentation(reading->presentation_fault), &result);
    else
        check_presentation(door->desk, door->lane, &reading->presentation, DEGREE_NONE, &result);
    publish(door, &result);
    return results[result.verdict];
}

void door_check_fault(const struct door *door, const struct reader_event *fault)
{
    struct check_result result;
    for (int problem = PROBLEM_NONE + 1; problem < PROBLEM_COUNT; problem++) {
        if (strcmp(problem_code((enum problem)problem), fault->code) != 0)
            continue;
        check_problem((enum problem)problem, &result);
        publish(door, &result);
        return;
    }
    check_fault(fault->code, fault->zh, fault->en, &result);
    publish(door, &result);
}
