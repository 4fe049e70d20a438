/* Time: microseconds since 1970 UTC (may jump) and microseconds of the boot's monotonic clock (never does). */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
#include <stdint.h>

enum { CLOCK_TEXT_SIZE = 28 }; /* "2026-11-22T08:30:00.123456Z" and its NUL */

int64_t clock_utc_us(void);
int64_t clock_mono_us(void);
/* RFC 3339 in UTC with six decimals. Years 0001 to 9999; anything else gives an empty text. */
void clock_text(int64_t utc_us, char ret_text[static CLOCK_TEXT_SIZE]);
/* The day of a time by the clock on the wall of this machine, YYYYMMDD. */
enum { CLOCK_DATE_SIZE = 9 };
void clock_local_date(int64_t utc_us, char ret_date[static CLOCK_DATE_SIZE]);
void clock_sleep_us(int64_t us);

#endif
