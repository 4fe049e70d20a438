/* The two clocks and the text of a time. No state; any thread. */
#include "base/clock.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { US_PER_SECOND = 1000000 };

static int64_t read_us(clockid_t id)
{
    struct timespec now;
    if (clock_gettime(id, &now) != 0)
        abort();
    return (int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t clock_utc_us(void)
{
    return read_us(CLOCK_REALTIME);
}

int64_t clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

void clock_text(int64_t utc_us, char ret_text[static CLOCK_TEXT_SIZE])
{
    int64_t seconds = utc_us / US_PER_SECOND, rest = utc_us % US_PER_SECOND;
    if (rest < 0) {
        rest += US_PER_SECOND;
        seconds--;
    }
    time_t at = (time_t)seconds;
    struct tm tm;
    ret_text[0] = '\0';
    if (!gmtime_r(&at, &tm) || tm.tm_year < 1 - 1900 || tm.tm_year > 9999 - 1900)
        return;
    /* the remainders let the compiler see that the text fits */
    snprintf(ret_text, CLOCK_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%06uZ",
             (unsigned)(tm.tm_year + 1900) % 10000U, (unsigned)(tm.tm_mon + 1) % 100U,
             (unsigned)tm.tm_mday % 100U, (unsigned)tm.tm_hour % 100U, (unsigned)tm.tm_min % 100U,
             (unsigned)tm.tm_sec % 100U, (unsigned)rest % 1000000U);
}

void clock_local_date(int64_t utc_us, char ret_date[static CLOCK_DATE_SIZE])
{
    const time_t at = (time_t)(utc_us / US_PER_SECOND);
    struct tm tm;
    if (!localtime_r(&at, &tm))
        abort(); /* only a year beyond an int fails */
    snprintf(ret_date, CLOCK_DATE_SIZE, "%04u%02u%02u", (unsigned)(tm.tm_year + 1900) % 10000U,
             (unsigned)(tm.tm_mon + 1) % 100U, (unsigned)tm.tm_mday % 100U);
}

void clock_sleep_us(int64_t us)
{
    if (us <= 0)
        return;
    struct timespec left = {.tv_sec = us / US_PER_SECOND, .tv_nsec = us % US_PER_SECOND * 1000};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
}
