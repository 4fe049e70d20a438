/* What the school gets: who stands behind each number, and everything around it.
 *
 * school.xlsx   summary; every number ever issued with its person, in the order of lanes and numbers, and what its photograph
 *               will be called by the profile's file_name; a sheet for each class by the profile's sheet_columns, people by
 *               student number, shaded who has no photograph; absentees; refunds; bills of the classes; voids, overrides and
 *               what else was out of the ordinary, with reasons; the ledger; its signatures
 * numbers.csv   the sheet of the numbers once more
 * letters.html  a page of A4 for each absentee, how to make it up (the profile's letter_zh, letter_en)
 * summary.html  one page
 * journal.jsonl every entry up to the position with its hash, as it is hashed; behind them the head
 *
 * Of an ID number only the one fixed mask. With several days each row says which event it is of, and who was photographed
 * elsewhere is not absent. */
#ifndef HANDOVER_SCHOOL_H
#define HANDOVER_SCHOOL_H
#include "handover/handover.h"

void school_parts(struct day *const days[], size_t n_days, struct handover_parts *);

#endif
