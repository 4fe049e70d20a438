/* What a merge found, as parts of the package: merge-report.json, .csv and .html. Per event its position and head; copies
 * that were left out; labels that more than one event has; and everybody who is known on several days and had a number on
 * more than one, or was photographed on one and planned on another. The agency's names nobody: numbers only, and of people
 * only those who have more than one. */
#ifndef HANDOVER_MERGE_REPORT_H
#define HANDOVER_MERGE_REPORT_H
#include "handover/handover.h"
#include "handover/merge.h"

struct merge_left_out { /* an older copy */
    char id[2 * JOURNAL_HASH_SIZE + 1], head[2 * JOURNAL_HASH_SIZE + 1];
    uint64_t seq;
    int64_t at_us;
};
struct merge_report {
    enum handover_kind kind;
    struct day *const *days;
    size_t n_days;
    const struct merge *merge;
    const struct merge_left_out *left_out;
    size_t n_left_out;
};
/* Everything is borrowed until the parts are done with; copies the report itself. */
void merge_report_parts(const struct merge_report *, struct handover_parts *);
/* The same as an object, for whoever asked the machine; decref. */
json_t *merge_report_json(const struct merge_report *);

#endif
