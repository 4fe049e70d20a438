/* What the desk knows of classes and money, as JSON: the same for the pages and the tool. Numbers, units and masked names
 * only. Each result is the caller's to json_decref(). Any thread. */
#ifndef DESK_REPORT_H
#define DESK_REPORT_H
#include <jansson.h>

#include "desk/desk.h"

/* {"id","college","name","people","excluded","captured","due","paid","waived","refunded","present","absent","left",
 *  "counts":{...},"next_rank","pace_ms","eta_s"}; eta_s null while the pace is unknown */
json_t *report_unit(const struct desk_unit *);
json_t *report_units(struct desk *); /* an array, by id */
/* {"event":{...},"lanes":[{"lane",...}],"units":[{"id","college","name",...}]} */
json_t *report_tallies(struct desk *);
/* {"payment","fee_fen","tally":{...},"refunds":[{"person","name","student_no","unit","college","paid_fen"}],
 *  "bills":[{"unit","college","name","people_shot","fee_fen","amount_fen"}]}; bills only where classes are billed */
json_t *report_payments(struct desk *);

#endif
