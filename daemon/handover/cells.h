/* What stands in the cells of files that leave: times and notes as texts. Local is China Standard Time (UTC+8), wherever
 * the machine thinks it is. Any thread. */
#ifndef HANDOVER_CELLS_H
#define HANDOVER_CELLS_H
#include "base/bytes.h"
#include "base/clock.h"

/* RFC 3339 with microseconds, or "" for 0. */
void cell_utc(int64_t utc_us, char ret_text[static CLOCK_TEXT_SIZE]);
/* "2026-11-22 16:30:00", which spreadsheets take for a date and time; "" for 0. */
enum { CELL_LOCAL_SIZE = 20 };
void cell_local(int64_t utc_us, char ret_text[static CELL_LOCAL_SIZE]);
/* The codes of flags (enum issue_flag), a blank between. */
enum { CELL_FLAGS_SIZE = 256 };
void cell_flags(uint32_t flags, char ret_text[static CELL_FLAGS_SIZE]);

#endif
