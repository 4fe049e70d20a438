/* What a reader of purpose "check" reads, at the tail of the queue: shown as notes `check` (desk/check.h's JSON with the
 * reader's name), for the staff and the check page. Issues nothing. */
#ifndef READERS_SUPERVISOR_CHECK_H
#define READERS_SUPERVISOR_CHECK_H
#include "readers/supervisor_door.h"

/* A reading, or one that is none (presentation_fault). Returns what to tell the reader. */
enum door_result door_check_reading(const struct door *, const struct reader_event *reading);
/* A fault that the reader reports. */
void door_check_fault(const struct door *, const struct reader_event *fault);

#endif
