/* Times by arithmetic: a file has hundreds of thousands of them, and neither locale nor time zone may matter. No state. */
#include "handover/cells.h"

#include <stdio.h>
#include <string.h>

#include "desk/desk.h"

enum { US_PER_SECOND = 1000000, SECONDS_PER_DAY = 86400, LOCAL_OFFSET_S = 8 * 3600 };

struct civil {
    uint32_t year, month, day, hour, minute, second, us;
};

/* Days since 1970 to a date of the Gregorian calendar: Richards, in the form of Hinnant's "chrono-compatible low-level date
 * algorithms". False outside the years 0001 to 9999. */
static bool civil_of(int64_t utc_us, struct civil *ret)
{
    int64_t seconds = utc_us / US_PER_SECOND, us = utc_us % US_PER_SECOND;
    if (us < 0) {
        us += US_PER_SECOND;
        seconds--;
    }
    int64_t days = seconds / SECONDS_PER_DAY, rest = seconds % SECONDS_PER_DAY;
    if (rest < 0) {
        rest += SECONDS_PER_DAY;
        days--;
    }
    days += 719468; /* from 0000-03-01 */
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const uint32_t of_era = (uint32_t)(days - era * 146097);
    const uint32_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const uint32_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const uint32_t month_from_march = (5 * of_year + 2) / 153;
    const uint32_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    const int64_t year = (int64_t)year_of_era + era * 400 + (month <= 2);
    if (year < 1 || year > 9999)
        return false;
    *ret = (struct civil){
        .year = (uint32_t)year,
        .month = month,
        .day = of_year - (153 * month_from_march + 2) / 5 + 1,
        .hour = (uint32_t)rest / 3600,
        .minute = (uint32_t)rest / 60 % 60,
        .second = (uint32_t)rest % 60,
        .us = (uint32_t)us,
    };
    return true;
}

static char *digits(char *at, uint32_t value, unsigned width)
{
    for (unsigned i = width; i > 0; i--, value /= 10)
        at[i - 1] = (char)('0' + value % 10);
    return at + width;
}

/* "2026-11-22T08:30:00": gives the end. */
static char *date_and_time(const struct civil *civil, char between, char *at)
{
    at = digits(at, civil->year, 4);
    *at++ = '-';
    at = digits(at, civil->month, 2);
    *at++ = '-';
    at = digits(at, civil->day, 2);
    *at++ = between;
    at = digits(at, civil->hour, 2);
    *at++ = ':';
    at = digits(at, civil->minute, 2);
    *at++ = ':';
    at = digits(at, civil->second, 2);
    *at = '\0';
    return at;
}

void cell_utc(int64_t utc_us, char ret_text[static CLOCK_TEXT_SIZE])
{
    struct civil civil;
    ret_text[0] = '\0';
    if (utc_us == 0 || !civil_of(utc_us, &civil))
        return;
    char *at = date_and_time(&civil, 'T', ret_text);
    *at++ = '.';
    at = digits(at, civil.us, 6);
    strcpy(at, "Z");
}

void cell_local(int64_t utc_us, char ret_text[static CELL_LOCAL_SIZE])
{
    struct civil civil;
    ret_text[0] = '\0';
    if (utc_us != 0 && civil_of(utc_us + (int64_t)LOCAL_OFFSET_S * US_PER_SECOND, &civil))
        date_and_time(&civil, ' ', ret_text);
}

void cell_flags(uint32_t flags, char ret_text[static CELL_FLAGS_SIZE])
{
    size_t used = 0;
    ret_text[0] = '\0';
    for (uint32_t flag = 1; flag && flag <= ISSUE_NOT_CALLED && used < CELL_FLAGS_SIZE; flag <<= 1)
        if (flags & flag)
            used += (size_t)snprintf(ret_text + used, CELL_FLAGS_SIZE - used, "%s%s", used ? " " : "",
                                     issue_flag_code((enum issue_flag)flag));
}
