/* From scan_class.h's verdicts to events. Must not log: all of it is personal. Runs on the supervisor's thread. */
#include "readers/supervisor_scan.h"
#include <stdio.h>
#include <string.h>

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
    const enum scan_verdict verdict = scan_class_take(class, &event->presentation, now_us);
    if (verdict == SCAN_TAKEN)
        return false;
    if (verdict == SCAN_HALF) {
        reader_event_wipe(event); /* READER_EVENT_NONE */
        return false;
    }
    become_fault(event, problem_of_scan(verdict));
    return true;
}

bool supervisor_scan_classify(struct scan_class *class, struct reader_event *event, int64_t now_us)
{
    class->has_dropped = false;
    if (event->kind == READER_EVENT_READING && event->presentation_fault == PRESENTATION_OK &&
        event->presentation.medium == MEDIUM_CAPTURE_CODE)
        return take_scan(class, event, now_us);
    if (event->kind != READER_EVENT_HEARTBEAT || !scan_class_gives_up(class, now_us))
        return false;
    become_fault(event, PROBLEM_MRZ_LINE_MISSING);
    return true;
}

bool supervisor_scan_dropped(const struct scan_class *class, struct reader_event *ret_fault)
{
    if (!class->has_dropped)
        return false;
    memset(ret_fault, 0, sizeof *ret_fault);
    become_fault(ret_fault, PROBLEM_MRZ_LINE_MISSING);
    return true;
}
