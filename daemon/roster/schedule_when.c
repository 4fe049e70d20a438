/* The grammar of printed dates and times. Must not decide what year it is. Pure; any thread. */
#include "roster/schedule_when.h"
#include <string.h>

#include "roster/schedule_text.h"

const char *schedule_half_zh(enum schedule_half half)
{
    static const char *const names[HALF_COUNT] = {"", "上午", "中午", "下午", "晚上"};
    return names[half];
}

const char *schedule_half_en(enum schedule_half half)
{
    static const char *const names[HALF_COUNT] = {"", "morning", "noon", "afternoon", "evening"};
    return names[half];
}

/* ---- words */
static enum schedule_half take_half(struct schedule_cursor *cursor)
{
    static const char *const words[] = {"上午", "早上", "早晨", "清晨", "凌晨", "中午", "正午",
                                        "下午", "午后", "晚上", "傍晚", "晚间", "夜间", NULL};
    static const enum schedule_half halves[] = {
        HALF_MORNING,   HALF_MORNING,   HALF_MORNING, HALF_MORNING, HALF_MORNING, HALF_NOON,   HALF_NOON,
        HALF_AFTERNOON, HALF_AFTERNOON, HALF_EVENING, HALF_EVENING, HALF_EVENING, HALF_EVENING};
    int index = schedule_take_any(cursor, words);
    return index < 0 ? HALF_NOT_SAID : halves[index];
}

static enum schedule_half take_am_pm(struct schedule_cursor *cursor)
{
    static const char *const words[] = {"AM", "am", "a.m.", "PM", "pm", "p.m.", NULL};
    struct schedule_cursor ahead = *cursor;
    schedule_skip_blanks(&ahead);
    int index = schedule_take_any(&ahead, words);
    if (index < 0)
        return HALF_NOT_SAID;
    *cursor = ahead;
    return index < 3 ? HALF_MORNING : HALF_AFTERNOON;
}

static uint8_t take_day_name(struct schedule_cursor *cursor)
{
    static const char *const names[] = {"一", "二", "三", "四", "五", "六", "日", "天",
                                        "1",  "2",  "3",  "4",  "5",  "6",  "7",  NULL};
    int index = schedule_take_any(cursor, names);
    return index < 0 ? 0 : index < 7 ? (uint8_t)(index + 1) : index == 7 ? 7 : (uint8_t)(index - 7);
}

static uint8_t take_weekday(struct schedule_cursor *cursor)
{
    static const char *const prefixes[] = {"星期", "礼拜", "周", NULL};
    static const char *const english[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
                                          "Sunday", "Mon",     "Tues",      "Wed",      "Thurs",  "Fri",
                                          "Sat",    "Sun",     "Tue",       "Thu",      NULL};
    struct schedule_cursor ahead = *cursor;
    uint8_t day = 0;
    int index = schedule_take_any(&ahead, english);
    if (index >= 0) {
        day = index == 14 ? 2 : index == 15 ? 4 : (uint8_t)(index % 7 + 1);
        schedule_take(&ahead, ".");
    } else if (schedule_take_any(&ahead, prefixes) >= 0) {
        schedule_skip_blanks(&ahead);
        day = take_day_name(&ahead);
    }
    if (day > 0)
        *cursor = ahead;
    return day;
}

uint8_t when_weekday(const char *folded)
{
    struct schedule_cursor cursor = {folded, 0};
    bool in_brackets = schedule_take(&cursor, "(");
    uint8_t day = take_weekday(&cursor);
    if (day == 0)
        day = take_day_name(&cursor);
    if (in_brackets && !schedule_take(&cursor, ")"))
        return 0;
    return schedule_at_end(&cursor) ? day : 0;
}

/* ---- dates */
struct date_parts {
    uint32_t year, month, day;
    bool has_year;
};

/* 20191124 */
static bool take_compact_date(struct schedule_cursor *cursor, struct date_parts *parts)
{
    uint32_t number;
    struct schedule_cursor ahead = *cursor;
    if (strspn(cursor->text + cursor->at, "0123456789") != 8 || !schedule_take_number(&ahead, 8, &number) ||
        number < 19700101 || number > 21991231)
        return false;
    *parts = (struct date_parts){number / 10000, number / 100 % 100, number % 100, true};
    *cursor = ahead;
    return true;
}

static bool take_number_blank(struct schedule_cursor *cursor, size_t max_digits, uint32_t *ret,
                              size_t *ret_length)
{
    size_t length = schedule_take_number(cursor, max_digits, ret);
    if (length == 0)
        return false;
    if (ret_length)
        *ret_length = length;
    struct schedule_cursor ahead = *cursor;
    schedule_skip_blanks(&ahead);
    static const char *const signs[] = {"年", "月", "日", "号", "-", "/", ".", NULL};
    if (schedule_take_any(&(struct schedule_cursor){ahead.text, ahead.at}, signs) >= 0)
        *cursor = ahead;
    return true;
}

/* 11月24日, the day's sign may be missing */
static bool take_month_day(struct schedule_cursor *cursor, struct date_parts *parts)
{
    if (!take_number_blank(cursor, 2, &parts->month, NULL) || !schedule_take(cursor, "月"))
        return false;
    schedule_take(cursor, "份");
    schedule_skip_blanks(cursor);
    if (!take_number_blank(cursor, 2, &parts->day, NULL))
        return false;
    return schedule_take(cursor, "日") || schedule_take(cursor, "号") || true;
}

/* A separator that must be the same twice: 2021-04-09 2021/4/9 2021.4.9 */
static bool take_separated(struct schedule_cursor *cursor, struct date_parts *parts)
{
    static const char *const separators[] = {"-", "/", ".", NULL};
    int index = schedule_take_any(cursor, separators);
    if (index < 0)
        return false;
    schedule_skip_blanks(cursor);
    if (!take_number_blank(cursor, 2, &parts->month, NULL) || !schedule_take(cursor, separators[index]))
        return false;
    schedule_skip_blanks(cursor);
    return schedule_take_number(cursor, 2, &parts->day) > 0;
}

static bool take_year_date(struct schedule_cursor *cursor, struct date_parts *parts)
{
    size_t digits;
    if (!take_number_blank(cursor, 4, &parts->year, &digits) || (digits != 4 && digits != 2))
        return false;
    parts->has_year = true;
    if (schedule_take(cursor, "年")) {
        schedule_take(cursor, "度");
        schedule_skip_blanks(cursor);
        if (digits == 2)
            parts->year += 2000;
        return take_month_day(cursor, parts);
    }
    return digits == 4 && take_separated(cursor, parts);
}

/* 4.9 4/9 4-9, only where a date is expected */
static bool take_bare_month_day(struct schedule_cursor *cursor, struct date_parts *parts)
{
    static const char *const separators[] = {"-", "/", ".", NULL};
    if (!schedule_take_number(cursor, 2, &parts->month) || schedule_take_any(cursor, separators) < 0 ||
        !schedule_take_number(cursor, 2, &parts->day))
        return false;
    char next = cursor->text[cursor->at];
    return next != ':' && next != '-' && next != '/' && next != '.' && !(next >= '0' && next <= '9');
}

static bool take_date(struct schedule_cursor *cursor, enum when_cell cell, struct date_parts *ret)
{
    bool (*const forms[])(struct schedule_cursor *, struct date_parts *) = {
        take_compact_date, take_year_date, take_month_day, take_bare_month_day};
    for (size_t i = 0; i < (cell == WHEN_DATE_CELL ? 4 : 3); i++) {
        struct schedule_cursor ahead = *cursor;
        struct date_parts parts = {0};
        if (!forms[i](&ahead, &parts))
            continue;
        *cursor = ahead;
        *ret = parts;
        return true;
    }
    return false;
}

/* ---- times */
/* 8:30 8:30:00 8.30 */
static bool take_signed_minutes(struct schedule_cursor *cursor, enum when_cell cell, uint16_t *ret)
{
    uint32_t minute, second;
    if (!schedule_take(cursor, ":") && !(cell == WHEN_TIME_CELL && schedule_take(cursor, ".")))
        return false;
    schedule_skip_blanks(cursor);
    if (strspn(cursor->text + cursor->at, "0123456789") != 2 || !schedule_take_number(cursor, 2, &minute))
        return false;
    struct schedule_cursor ahead = *cursor;
    if (schedule_take(&ahead, ":") && schedule_take_number(&ahead, 2, &second) == 2 && second < 60)
        *cursor = ahead;
    *ret = (uint16_t)minute;
    return true;
}

/* 点 点半 点一刻 时30分 点整 */
static bool take_spoken_minutes(struct schedule_cursor *cursor, uint16_t *ret)
{
    static const char *const hours[] = {"点钟", "点", "时", NULL};
    static const char *const parts[] = {"整", "半", "一刻", "三刻", NULL};
    static const uint16_t minutes[] = {0, 30, 15, 45};
    if (schedule_take_any(cursor, hours) < 0)
        return false;
    struct schedule_cursor ahead = *cursor;
    schedule_skip_blanks(&ahead);
    int part = schedule_take_any(&ahead, parts);
    uint32_t minute = 0;
    if (part >= 0) {
        *cursor = ahead;
        *ret = minutes[part];
        return true;
    }
    if (schedule_take_number(&ahead, 2, &minute)) {
        schedule_skip_blanks(&ahead);
        schedule_take(&ahead, "分");
        *cursor = ahead;
    }
    *ret = (uint16_t)minute;
    return true;
}

static bool take_time(struct schedule_cursor *cursor, enum when_cell cell, struct when_time *ret)
{
    struct schedule_cursor ahead = *cursor, sign;
    struct when_time time = {.half = take_half(&ahead)};
    uint32_t hour;
    schedule_skip_blanks(&ahead);
    if (!schedule_take_number(&ahead, 2, &hour))
        return false;
    time.hour = (uint16_t)hour;
    sign = ahead;
    schedule_skip_blanks(&sign);
    struct schedule_cursor spoken = sign;
    if (take_signed_minutes(&sign, cell, &time.minute))
        ahead = sign;
    else if (take_spoken_minutes(&spoken, &time.minute))
        ahead = spoken;
    else
        return false;
    enum schedule_half after = take_am_pm(&ahead);
    if (time.half == HALF_NOT_SAID)
        time.half = after;
    *cursor = ahead;
    *ret = time;
    return true;
}

static bool take_dash(struct schedule_cursor *cursor)
{
    static const char *const dashes[] = {"-", "至", "到", NULL};
    struct schedule_cursor ahead = *cursor;
    bool found = false;
    schedule_skip_blanks(&ahead);
    while (schedule_take_any(&ahead, dashes) >= 0) {
        found = true;
        schedule_skip_blanks(&ahead);
    }
    /* the numeral one, where somebody took it for a dash */
    if (!found && schedule_take(&ahead, "一"))
        found = strspn(ahead.text + ahead.at, "0123456789") > 0;
    if (found)
        *cursor = ahead;
    return found;
}

/* 0830-0930, and 8-10点 */
static bool take_bare_interval(struct schedule_cursor *cursor, enum when_cell cell, struct when_interval *ret)
{
    struct schedule_cursor ahead = *cursor;
    struct when_interval interval = {.has_end = true, .start.half = take_half(&ahead)};
    uint32_t from, to;
    schedule_skip_blanks(&ahead);
    size_t digits = schedule_take_number(&ahead, 4, &from);
    if (digits == 0 || !take_dash(&ahead))
        return false;
    if (digits <= 2) {
        interval.start.hour = (uint16_t)from;
        if (!take_time(&ahead, cell, &interval.end))
            return false;
    } else {
        size_t more = strspn(ahead.text + ahead.at, "0123456789");
        if (digits != 4 || more != 4 || !schedule_take_number(&ahead, 4, &to))
            return false;
        interval.start.hour = (uint16_t)(from / 100), interval.start.minute = (uint16_t)(from % 100);
        interval.end.hour = (uint16_t)(to / 100), interval.end.minute = (uint16_t)(to % 100);
    }
    *cursor = ahead;
    *ret = interval;
    return true;
}

static bool take_interval(struct schedule_cursor *cursor, enum when_cell cell, struct when_interval *ret)
{
    struct schedule_cursor ahead = *cursor, end;
    struct when_interval interval = {0};
    if (!take_time(&ahead, cell, &interval.start))
        return cell == WHEN_TIME_CELL && take_bare_interval(cursor, cell, ret);
    end = ahead;
    if (take_dash(&end) && take_time(&end, cell, &interval.end)) {
        interval.has_end = true;
        ahead = end;
    }
    static const char *const after[] = {"左右", "开始", "起", NULL};
    schedule_take_any(&ahead, after);
    *cursor = ahead;
    *ret = interval;
    return true;
}

/* ---- a cell */
static bool take_item(struct schedule_cursor *cursor, enum when_cell cell, struct when *when)
{
    struct date_parts date;
    uint8_t weekday;
    enum schedule_half half;
    if (!when->has_date && take_date(cursor, cell, &date)) {
        when->has_date = true;
        when->has_year = date.has_year;
        when->year = date.year, when->month = date.month, when->day = date.day;
        schedule_take(cursor, "T"); /* ISO 8601 */
        return true;
    }
    if (when->weekday == 0 && (weekday = take_weekday(cursor)) > 0) {
        when->weekday = weekday;
        return true;
    }
    if (when->n_intervals < WHEN_INTERVALS_MAX &&
        take_interval(cursor, cell, &when->intervals[when->n_intervals])) {
        when->n_intervals++;
        return true;
    }
    if (when->half == HALF_NOT_SAID && (half = take_half(cursor)) != HALF_NOT_SAID) {
        when->half = half;
        return true;
    }
    return false;
}

void when_parse(const char *folded, enum when_cell cell, struct when *ret)
{
    static const char *const between[] = {" ", "\n", ",", ";", "、", "(", ")", "/", NULL};
    struct when when = {0};
    struct schedule_cursor cursor = {folded, 0};
    for (;;) {
        struct schedule_cursor ahead = cursor;
        while (schedule_take_any(&ahead, between) >= 0)
            ;
        if (schedule_at_end(&ahead)) {
            cursor = ahead;
            break;
        }
        if (!take_item(&ahead, cell, &when))
            break;
        cursor = ahead;
    }
    schedule_skip_blanks(&cursor);
    when.rest = cursor.at;
    *ret = when;
}

/* ---- into 24 hours */
static bool is_possible(const struct when_time *time)
{
    return time->minute <= 59 && (time->hour < 24 || (time->hour == 24 && time->minute == 0));
}

/* From which to which hour a word means twelve more. */
static uint16_t minutes_of(const struct when_time *time, enum schedule_half half, bool is_own_word)
{
    static const struct {
        uint8_t from, to, own_to; /* a column's word is weaker: 8:30 under 下午 stays, and is warned about */
    } later[HALF_COUNT] = {
        [HALF_NOON] = {1, 2, 2}, [HALF_AFTERNOON] = {1, 7, 11}, [HALF_EVENING] = {5, 11, 11}};
    uint16_t hour = time->hour;
    uint16_t to = is_own_word ? later[half].own_to : later[half].to;
    if (later[half].from > 0 && hour >= later[half].from && hour <= to)
        hour = (uint16_t)(hour + 12);
    else if (half == HALF_EVENING && hour == 12 && time->minute == 0)
        hour = 24;
    return (uint16_t)(hour * 60 + time->minute);
}

/* 2:00-3:30pm: the last word is for both, unless the first hour would then come after it (9:00-2:00pm). */
static enum schedule_half word_of_start(const struct when_interval *interval, enum schedule_half half)
{
    if (interval->start.half != HALF_NOT_SAID)
        return interval->start.half;
    bool is_late = interval->end.half == HALF_AFTERNOON && interval->start.hour <= interval->end.hour;
    return half == HALF_NOT_SAID && is_late ? HALF_AFTERNOON : half;
}

enum when_fault when_settle(const struct when_interval *interval, enum schedule_half half,
                            uint16_t *ret_start, uint16_t *ret_end)
{
    const struct when_time *start = &interval->start, *end = &interval->end;
    if (!is_possible(start) || (interval->has_end && !is_possible(end)))
        return WHEN_IMPOSSIBLE;
    if (!interval->has_end)
        return WHEN_NO_END;
    bool start_says = start->half != HALF_NOT_SAID, end_says = end->half != HALF_NOT_SAID;
    uint16_t from = minutes_of(start, word_of_start(interval, half), start_says);
    enum schedule_half word = end_says ? end->half : start_says ? start->half : half;
    uint16_t to = minutes_of(end, word, end_says || start_says);
    /* 上午11:00-1:00 */
    if (to <= from && to < 720 && word != HALF_NOT_SAID && !end_says && end->hour >= 1 && end->hour <= 7)
        to = (uint16_t)(to + 720);
    *ret_start = from;
    *ret_end = to;
    return to > from ? WHEN_OK : WHEN_END_FIRST;
}
