/* From scan_class.h's verdicts to events. Must not log: all of it is personal. Runs on the supervisor's thread. */
#include "readers/supervisor_scan.h"
#include "desk/problem.h"
#include <stdio.h>

void supervisor_scan_init(struct scan_class *class, const struct config_reader *reader)
{
    unsigned accepts = reader->n_accepts > 0 ? SCAN_RULE_NONE : SCAN_RULE_CAPTURE_CODE;
    for (size_t i = 0; i < reader->n_accepts; i++)
        accepts |= scan_rule_from_name(reader->accepts[i]);
    /* the configuration has compiled the pattern once; without it nothing would pass for a student number */
    scan_class_init(class, accepts, reader->student_no_pattern);
}

static void become_fault(struct reader_event *event, enum problem problem)
{
    reader_event_wipe(event);
    event->kind = READER_EVENT_FAULT;
    snprintf(event->code, sizeof event->code, "%s", problem_code(problem));
    snprintf(event->zh, sizeof event->zh, "%s", problem_zh(problem));
    snprintf(event->en, sizeof event->en, "%s", problem_en(problem));
}

static bool take_scan(struct scan_class *class, struct reader_event *event, int64_t now_us)
{
    static const enum problem problems[] = {
        [SCAN_AMBIGUOUS] = PROBLEM_SCAN_AMBIGUOUS,
        [SCAN_NOT_ACCEPTED] = PROBLEM_SCAN_NOT_ACCEPTED,
        [SCAN_BAD_MRZ] = PROBLEM_BAD_MRZ,
    };
    const enum scan_verdict verdict = scan_class_take(class, &event->presentation, now_us);
    if (verdict == SCAN_TAKEN)
        return false;
    if (verdict == SCAN_HALF) {
        reader_event_wipe(event); /* READER_EVENT_NONE */
        return false;
    }
    become_fault(event, problems[verdict]);
    return true;
}

bool supervisor_scan_classify(struct scan_class *class, struct reader_event *event, int64_t now_us)
{
    if (event->kind == READER_EVENT_READING && event->presentation_fault == PRESENTATION_OK &&
        event->presentation.medium == MEDIUM_CAPTURE_CODE)
        return take_scan(class, event, now_us);
    if (event->kind != READER_EVENT_HEARTBEAT || !scan_class_gives_up(class, now_us))
        return false;
    become_fault(event, PROBLEM_SCAN_CUT_OFF);
    return true;
}
