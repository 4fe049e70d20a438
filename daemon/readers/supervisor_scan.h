/* A scanner's lines by the rules of its configuration: what a scan is (identity/scan_class.h). The supervisor's thread
 * only. */
#ifndef READERS_SUPERVISOR_SCAN_H
#define READERS_SUPERVISOR_SCAN_H
#include "desk/scan.h"
#include "readers/reader_event.h"

/* Turns a reading of a code into what it is: a reading of another medium, nothing (half a passport, which waits), or a
 * fault; and a heartbeat into a fault when half a passport has waited too long. Leaves everything else alone. True when
 * it made a fault, which the reader does not know of yet. */
bool supervisor_scan_classify(struct scan_class *, struct reader_event *, int64_t now_us);
/* True when the event just classified came between a passport's lines; *ret_fault says that the second is missing. */
bool supervisor_scan_dropped(const struct scan_class *, struct reader_event *ret_fault);

#endif
