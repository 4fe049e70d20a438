/* What the agency gets: numbers and what belongs to their photographs, of whom they are not. No name and no student number
 * unless the profile's agency_fields say so; of reasons only the codes that the pages offer, since what somebody wrote may
 * name somebody.
 *
 * numbers.csv and numbers.xlsx hold the same: number, lane, session, state, then issued, called (latest) and shot (latest),
 * each as RFC 3339 in UTC and as clocks in China show it, medium, shots, retakes, suspect (the frame may show somebody
 * else), notes ("paper": written on paper first; "kept": tapped without a network), reason, the named fields, the event and
 * the first twelve digits of its id, and the payload of the capture code in base64. summary.html is one page to be signed. */
#ifndef HANDOVER_AGENCY_H
#define HANDOVER_AGENCY_H
#include "base/bytes.h"
#include "handover/handover.h"

void agency_parts(struct day *const days[], size_t n_days, struct handover_parts *);
/* agency_summary.c: the page. Gives a text; buffer_done. */
void agency_summary(struct day *const days[], size_t n_days, struct buffer *ret);

#endif
