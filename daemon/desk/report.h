/* What the desk knows of classes, money and the ledger, as JSON: the same for the pages and the tool. Numbers, units and masked names
 * only. Each result is the caller's to json_decref(). Any thread. */
#ifndef DESK_REPORT_H
#define DESK_REPORT_H
#include <jansson.h>

#include "desk/desk.h"

/* {"id","college","name","people","excluded","captured","due","paid","waived","refunded","present","absent","left",
 *  "counts":{...},"next_rank","pace_ms","eta_s"}; eta_s null while the pace is unknown */
json_t *report_unit(const struct desk_unit *);
json_t *report_units(struct desk *); /* an array, by id */
/* What a token's `units` are: null of all; else [{"unit","college","name","people"}], name and unit null for a whole
 * college, people 0 when the list has it no more. */
json_t *report_scope(struct desk *, const char *units);
/* {"event":{...},"lanes":[{"lane",...}],"units":[{"id","college","name",...}]} */
json_t *report_tallies(struct desk *);
/* {"payment","fee_fen","tally":{...},"refunds":[{"person","name","student_no","unit","college","paid_fen"}],
 *  "bills":[{"unit","college","name","people_shot","fee_fen","amount_fen"}]}; bills only where classes are billed */
json_t *report_payments(struct desk *);

/* {"seq","is_balanced","lines":[{"line","scope":"event|lane|unit","lane","unit","college","name","total",
 *  "parts":[{"code","count"}],"difference","who","is_open","signed":null|{"difference","at","device","reason"},"outdated": a
 *  signature of another difference, likewise,"causes":[{"code","count","numbers":[...],"others"}]}]}; numbers: the first
 *  LEDGER_NUMBERS_MOST; others: how many more, and people without a number */
enum { LEDGER_NUMBERS_MOST = 30 };
json_t *report_ledger(struct desk *);
/* Its lines that are neither zero nor signed: of everything, or (lane not NULL) of a lane. */
json_t *report_open_lines(struct desk *, const char *lane);
/* Those of the event and its lanes: which there are. */
json_t *report_known_lines(struct desk *);

#endif
