/* What is scanned at a lane, by the rules of its configuration: the same ones for its scanners and for the fields of its
 * pages, so that one code is one person wherever it is scanned. Any thread. */
#ifndef DESK_SCAN_H
#define DESK_SCAN_H
#include "base/config.h"
#include "desk/problem.h"
#include "identity/scan_class.h"

/* PROBLEM_NONE for SCAN_TAKEN and SCAN_HALF. */
enum problem problem_of_scan(enum scan_verdict);
void scan_init_for_reader(struct scan_class *, const struct config_lane *, const struct config_reader *);
/* What came as MEDIUM_CAPTURE_CODE from a page's field becomes what it is, or PROBLEM says why it is nothing; then it is
 * left alone. A passport's two lines come together. lane NULL: one that the configuration does not name; capture codes. */
enum problem scan_take_at_lane(const struct config_lane *lane, struct presentation *scan);

#endif
