/* Inside of the merge report: what its three forms share. */
#ifndef HANDOVER_MERGE_REPORT_STATE_H
#define HANDOVER_MERGE_REPORT_STATE_H
#include "handover/merge_report.h"

enum { EVENT_ID_DIGITS = 12 };
struct member_texts { /* of a person on one day; NULL and "" for who has no number there */
    const char *event, *lane, *state;
    char event_id[EVENT_ID_DIGITS + 1], label[TICKET_LABEL_SIZE];
    int64_t shot_us;
};
void merge_report_member(const struct merge_report *, const struct merge_elsewhere *,
                         struct member_texts *ret);
/* The agency learns of those only who have more than one number. */
bool merge_report_shows(const struct merge_report *, enum merge_case);

#endif
