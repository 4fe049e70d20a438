/* The calendar and the clock of a notice: China Standard Time (UTC+8, no summer time since 1992), so a day is a count
 * and a time is minutes after midnight; nothing here asks the machine. Proleptic Gregorian calendar. */
#ifndef ROSTER_SCHEDULE_DATE_H
#define ROSTER_SCHEDULE_DATE_H
#include <stdbool.h>
#include <stdint.h>

enum { SCHEDULE_YEAR_MIN = 1970, SCHEDULE_YEAR_MAX = 2199, SCHEDULE_DAY_MIN = 0, SCHEDULE_DAY_MAX = 84005 };
enum { SCHEDULE_NO_DATE = INT32_MIN };

bool schedule_date_is_real(uint32_t year, uint32_t month, uint32_t day);
/* Days since 1970-01-01, of a real date. */
int32_t schedule_day_of(uint32_t year, uint32_t month, uint32_t day);
void schedule_date_of(int32_t day, uint32_t *ret_year, uint32_t *ret_month, uint32_t *ret_day);
/* 1 for Monday to 7 for Sunday (GB/T 7408, ISO 8601). */
uint8_t schedule_weekday_of(int32_t day);
const char *schedule_weekday_zh(uint8_t weekday); /* 周一 */
const char *schedule_weekday_en(uint8_t weekday);

struct schedule_text16 {
    char text[16];
};
struct schedule_text16 schedule_date_text(int32_t day);       /* 2019-11-24 */
struct schedule_text16 schedule_minute_text(uint32_t minute); /* 08:30, 24:00 */
struct schedule_text16 schedule_number_text(uint32_t number);
/* The other way, these very forms only. */
bool schedule_date_read(const char *text, int32_t *ret_day);
bool schedule_minute_read(const char *text, uint16_t *ret_minute);

#endif
