/* Calendar arithmetic. Must not include time.h: the machine's zone has no say in a printed notice. Pure; any thread. */
#include "roster/schedule_date.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static bool is_leap(uint32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static uint32_t days_in_month(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool schedule_date_is_real(uint32_t year, uint32_t month, uint32_t day)
{
    return year >= SCHEDULE_YEAR_MIN && year <= SCHEDULE_YEAR_MAX && month >= 1 && month <= 12 && day >= 1 &&
           day <= days_in_month(year, month);
}

int32_t schedule_day_of(uint32_t year, uint32_t month, uint32_t day)
{
    uint32_t before = year - 1; /* leap days of the years before, less those before 1970 */
    int32_t days = (int32_t)((year - 1970) * 365 + before / 4 - before / 100 + before / 400) - 477;
    for (uint32_t i = 1; i < month; i++)
        days += (int32_t)days_in_month(year, i);
    return days + (int32_t)day - 1;
}

void schedule_date_of(int32_t day, uint32_t *ret_year, uint32_t *ret_month, uint32_t *ret_day)
{
    uint32_t year = (uint32_t)(1970 + day / 366), month = 12;
    while (schedule_day_of(year + 1, 1, 1) <= day)
        year++;
    while (schedule_day_of(year, month, 1) > day)
        month--;
    *ret_year = year;
    *ret_month = month;
    *ret_day = (uint32_t)(day - schedule_day_of(year, month, 1)) + 1;
}

uint8_t schedule_weekday_of(int32_t day)
{
    return (uint8_t)((day + 3) % 7 + 1); /* 1970-01-01 was a Thursday */
}

const char *schedule_weekday_zh(uint8_t weekday)
{
    static const char *const names[] = {"", "周一", "周二", "周三", "周四", "周五", "周六", "周日"};
    return names[weekday <= 7 ? weekday : 0];
}

const char *schedule_weekday_en(uint8_t weekday)
{
    static const char *const names[] = {"",         "Monday", "Tuesday",  "Wednesday",
                                        "Thursday", "Friday", "Saturday", "Sunday"};
    return names[weekday <= 7 ? weekday : 0];
}

struct schedule_text16 schedule_date_text(int32_t day)
{
    struct schedule_text16 text = {""};
    uint32_t year, month, of_month;
    if (day < SCHEDULE_DAY_MIN || day > SCHEDULE_DAY_MAX)
        return text;
    schedule_date_of(day, &year, &month, &of_month);
    snprintf(text.text, sizeof text.text, "%04u-%02u-%02u", year % 10000, month % 100, of_month % 100);
    return text;
}

struct schedule_text16 schedule_minute_text(uint32_t minute)
{
    struct schedule_text16 text;
    snprintf(text.text, sizeof text.text, "%02u:%02u", minute / 60, minute % 60);
    return text;
}

struct schedule_text16 schedule_number_text(uint32_t number)
{
    struct schedule_text16 text;
    snprintf(text.text, sizeof text.text, "%u", number);
    return text;
}

/* Digits where the shape has 0, the sign itself elsewhere. */
static bool has_shape(const char *text, const char *shape)
{
    if (strlen(text) != strlen(shape))
        return false;
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    return true;
}

static uint32_t digits_at(const char *text, size_t count)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (uint32_t)(text[i] - '0');
    return value;
}

bool schedule_date_read(const char *text, int32_t *ret_day)
{
    if (!has_shape(text, "0000-00-00"))
        return false;
    uint32_t year = digits_at(text, 4), month = digits_at(text + 5, 2), day = digits_at(text + 8, 2);
    if (!schedule_date_is_real(year, month, day))
        return false;
    *ret_day = schedule_day_of(year, month, day);
    return true;
}

bool schedule_minute_read(const char *text, uint16_t *ret_minute)
{
    if (!has_shape(text, "00:00"))
        return false;
    uint32_t hour = digits_at(text, 2), minute = digits_at(text + 3, 2);
    if (minute > 59 || hour * 60 + minute > 24 * 60)
        return false;
    *ret_minute = (uint16_t)(hour * 60 + minute);
    return true;
}
