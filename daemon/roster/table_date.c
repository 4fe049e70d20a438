/* Dates of workbooks. Pure. */
#include "roster/table_date.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { DAYS_MOST = 2958465, /* 9999-12-31 */ SECONDS_A_DAY = 86400, EPOCH_TO_1899_12_30 = 25569 };

bool table_date_is_builtin(unsigned format)
{
    return (format >= 14 && format <= 22) || (format >= 27 && format <= 36) ||
           (format >= 45 && format <= 47) || (format >= 50 && format <= 58);
}

/* [h], [mm], [ss]: hours of many days. Other brackets hold a colour, a language or a condition. */
static bool is_elapsed(const char *bracket)
{
    const size_t n = strspn(bracket, "hHmMsS");
    return n > 0 && bracket[n] == ']';
}

bool table_date_is_code(const char *code)
{
    for (; *code && *code != ';'; code++) {
        if (*code == '"' || *code == '[') {
            if (*code == '[' && is_elapsed(code + 1))
                return true;
            code = strchr(code + 1, *code == '"' ? '"' : ']');
            if (!code)
                return false;
        } else if (*code == '\\' || *code == '_' || *code == '*') {
            if (*++code == '\0')
                return false;
        } else if (strncasecmp(code, "general", 7) == 0) {
            code += 6;
        } else if (strchr("yYmMdDhHsS", *code)) {
            return true;
        }
    }
    return false;
}

/* Days since 1970-01-01 to a date and back, after Howard Hinnant's "chrono-compatible low-level date algorithms". */
static void to_date(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    const int64_t shifted = days + 719468, era = shifted / 146097, of_era = shifted % 146097;
    const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month = (5 * of_year + 2) / 153;
    *ret_day = (int)(of_year - (153 * month + 2) / 5 + 1);
    *ret_month = (int)(month < 10 ? month + 3 : month - 9);
    *ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

static int64_t from_date(int year, int month, int day)
{
    const int64_t y = year - (month <= 2), era = y / 400, of_era_year = y % 400;
    const int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era_year * 365 + of_era_year / 4 - of_era_year / 100 + of_year - 719468;
}

bool table_date_text(double days, char ret_text[static TABLE_DATE_SIZE])
{
    if (!(days >= 0) || days >= DAYS_MOST + 1)
        return false;
    int64_t whole = (int64_t)days, second = llround((days - (double)whole) * SECONDS_A_DAY);
    if (second == SECONDS_A_DAY) {
        whole++;
        second = 0;
    }
    if (whole > DAYS_MOST)
        return false;
    size_t n = 0;
    if (whole > 0) {
        int year, month, day;
        /* workbooks believe in a 29 February 1900 */
        to_date(whole - EPOCH_TO_1899_12_30 + (whole < 60), &year, &month, &day);
        n += (size_t)snprintf(ret_text, TABLE_DATE_SIZE, "%04d-%02d-%02d%s", year, month, day,
                              second > 0 ? " " : "");
    }
    if (whole == 0 || second > 0)
        n += (size_t)snprintf(ret_text + n, TABLE_DATE_SIZE - n, "%02d:%02d", (int)(second / 3600),
                              (int)(second / 60 % 60));
    if (second % 60 > 0)
        snprintf(ret_text + n, TABLE_DATE_SIZE - n, ":%02d", (int)(second % 60));
    return true;
}

static bool parse_time(const char *text, double *ret_days)
{
    int hour, minute, second = 0, n = 0;
    if (sscanf(text, "%2d:%2d%n", &hour, &minute, &n) != 2 || n != 5)
        return false;
    text += n;
    if (*text == ':') {
        if (sscanf(text, ":%2d%n", &second, &n) != 1)
            return false;
        text += n;
        if (*text == '.') /* parts of a second */
            text += 1 + strspn(text + 1, "0123456789");
    }
    if (*text == 'Z')
        text++;
    if (*text || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    *ret_days = (hour * 3600 + minute * 60 + second) / (double)SECONDS_A_DAY;
    return true;
}

bool table_date_parse(const char *text, double *ret_days)
{
    int year, month, day, n = 0;
    double time = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &n) != 3 || n != 10)
        return parse_time(text, ret_days);
    if (year < 1900 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    if (text[n] && ((text[n] != ' ' && text[n] != 'T') || !parse_time(text + n + 1, &time)))
        return false;
    const int64_t days = from_date(year, month, day) + EPOCH_TO_1899_12_30;
    *ret_days = (double)(days - (days <= 60)) + time;
    return *ret_days >= 0;
}
