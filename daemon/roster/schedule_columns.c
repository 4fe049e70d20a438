/* The words of headings. Pure; any thread. */
#include "roster/schedule_columns.h"
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "roster/schedule_text.h"

static const struct {
    const char *word; /* a key: no blanks, lower case */
    enum schedule_column column;
} headings[] = {
    {"日期", COLUMN_DATE},        {"拍摄日期", COLUMN_DATE},
    {"采集日期", COLUMN_DATE},    {"照相日期", COLUMN_DATE},
    {"date", COLUMN_DATE},        {"day", COLUMN_DATE},
    {"星期", COLUMN_WEEKDAY},     {"周几", COLUMN_WEEKDAY},
    {"weekday", COLUMN_WEEKDAY},  {"时间", COLUMN_TIME},
    {"拍摄时间", COLUMN_TIME},    {"采集时间", COLUMN_TIME},
    {"照相时间", COLUMN_TIME},    {"时间段", COLUMN_TIME},
    {"拍摄时间段", COLUMN_TIME},  {"时段", COLUMN_TIME},
    {"拍摄时段", COLUMN_TIME},    {"具体时间", COLUMN_TIME},
    {"时间安排", COLUMN_TIME},    {"起止时间", COLUMN_TIME},
    {"time", COLUMN_TIME},        {"slot", COLUMN_TIME},
    {"开始", COLUMN_START},       {"开始时间", COLUMN_START},
    {"起始时间", COLUMN_START},   {"拍摄开始时间", COLUMN_START},
    {"start", COLUMN_START},      {"from", COLUMN_START},
    {"begin", COLUMN_START},      {"starttime", COLUMN_START},
    {"结束", COLUMN_END},         {"结束时间", COLUMN_END},
    {"截止时间", COLUMN_END},     {"终止时间", COLUMN_END},
    {"拍摄结束时间", COLUMN_END}, {"end", COLUMN_END},
    {"to", COLUMN_END},           {"until", COLUMN_END},
    {"endtime", COLUMN_END},      {"上下午", COLUMN_HALF},
    {"上/下午", COLUMN_HALF},     {"上、下午", COLUMN_HALF},
    {"上午/下午", COLUMN_HALF},   {"午别", COLUMN_HALF},
    {"半天", COLUMN_HALF},        {"am/pm", COLUMN_HALF},
    {"地点", COLUMN_PLACE},       {"拍摄地点", COLUMN_PLACE},
    {"采集地点", COLUMN_PLACE},   {"照相地点", COLUMN_PLACE},
    {"教室", COLUMN_PLACE},       {"场地", COLUMN_PLACE},
    {"房间", COLUMN_PLACE},       {"place", COLUMN_PLACE},
    {"room", COLUMN_PLACE},       {"location", COLUMN_PLACE},
    {"venue", COLUMN_PLACE},      {"机位", COLUMN_LANE},
    {"lane", COLUMN_LANE},        {"camera", COLUMN_LANE},
    {"批次", COLUMN_BATCH},       {"场次", COLUMN_BATCH},
    {"batch", COLUMN_BATCH},      {"单位", COLUMN_UNIT},
    {"学院", COLUMN_UNIT},        {"学院名称", COLUMN_UNIT},
    {"单位名称", COLUMN_UNIT},    {"院系", COLUMN_UNIT},
    {"院系名称", COLUMN_UNIT},    {"学院/单位", COLUMN_UNIT},
    {"培养单位", COLUMN_UNIT},    {"拍摄单位", COLUMN_UNIT},
    {"拍摄学院", COLUMN_UNIT},    {"采集单位", COLUMN_UNIT},
    {"拍摄对象", COLUMN_UNIT},    {"采集对象", COLUMN_UNIT},
    {"部门", COLUMN_UNIT},        {"院(系)", COLUMN_UNIT},
    {"unit", COLUMN_UNIT},        {"college", COLUMN_UNIT},
    {"school", COLUMN_UNIT},      {"department", COLUMN_UNIT},
    {"班级", COLUMN_CLASS},       {"班级名称", COLUMN_CLASS},
    {"专业班级", COLUMN_CLASS},   {"行政班", COLUMN_CLASS},
    {"行政班级", COLUMN_CLASS},   {"班别", COLUMN_CLASS},
    {"class", COLUMN_CLASS},      {"层次", COLUMN_LEVEL},
    {"学历层次", COLUMN_LEVEL},   {"培养层次", COLUMN_LEVEL},
    {"学历", COLUMN_LEVEL},       {"level", COLUMN_LEVEL},
    {"degree", COLUMN_LEVEL},     {"人数", COLUMN_PEOPLE},
    {"计划人数", COLUMN_PEOPLE},  {"拍摄人数", COLUMN_PEOPLE},
    {"预计人数", COLUMN_PEOPLE},  {"毕业生人数", COLUMN_PEOPLE},
    {"count", COLUMN_PEOPLE},     {"people", COLUMN_PEOPLE},
    {"headcount", COLUMN_PEOPLE}, {"备注", COLUMN_NOTE},
    {"说明", COLUMN_NOTE},        {"note", COLUMN_NOTE},
    {"notes", COLUMN_NOTE},       {"remarks", COLUMN_NOTE},
    {"序号", COLUMN_IGNORED},     {"no.", COLUMN_IGNORED},
    {"编号", COLUMN_IGNORED},     {"#", COLUMN_IGNORED},
};
/* A heading that merely contains one of these; the first one wins. */
static const struct {
    const char *word;
    enum schedule_column column;
} tellings[] = {
    {"日期", COLUMN_DATE},   {"星期", COLUMN_WEEKDAY}, {"开始", COLUMN_START}, {"结束", COLUMN_END},
    {"人数", COLUMN_PEOPLE}, {"地点", COLUMN_PLACE},   {"教室", COLUMN_PLACE}, {"时间", COLUMN_TIME},
    {"时段", COLUMN_TIME},   {"机位", COLUMN_LANE},    {"批次", COLUMN_BATCH}, {"班级", COLUMN_CLASS},
    {"层次", COLUMN_LEVEL},  {"学院", COLUMN_UNIT},    {"单位", COLUMN_UNIT},  {"备注", COLUMN_NOTE},
};
enum { HEADING_BYTES_MAX = 60 };

static enum schedule_column half_heading(const char *key)
{
    static const struct {
        const char *word;
        enum schedule_column column;
    } halves[] = {{"上午", COLUMN_MORNING},    {"下午", COLUMN_AFTERNOON},      {"晚上", COLUMN_EVENING},
                  {"morning", COLUMN_MORNING}, {"afternoon", COLUMN_AFTERNOON}, {"evening", COLUMN_EVENING}};
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        size_t length = strlen(halves[i].word);
        if (strncmp(key, halves[i].word, length) != 0)
            continue;
        struct when when;
        when_parse(key, WHEN_TIME_CELL, &when);
        if (key[length] == '\0' || (when.n_intervals > 0 && key[when.rest] == '\0'))
            return halves[i].column;
    }
    return COLUMN_NONE;
}

enum schedule_column schedule_column_of(const char *folded, bool *ret_is_sure)
{
    char *key = schedule_key(folded);
    enum schedule_column column = COLUMN_NONE;
    bool is_sure = false;
    size_t length = strlen(key);
    for (size_t i = 0; column == COLUMN_NONE && i < sizeof headings / sizeof *headings; i++)
        if (strcmp(key, headings[i].word) == 0)
            column = headings[i].column;
    if (column == COLUMN_NONE)
        column = half_heading(key);
    is_sure = column != COLUMN_NONE;
    /* 人数(人) */
    char *bracket = strchr(key, '(');
    if (column == COLUMN_NONE && bracket && bracket > key && key[length - 1] == ')') {
        *bracket = '\0';
        for (size_t i = 0; column == COLUMN_NONE && i < sizeof headings / sizeof *headings; i++)
            if (strcmp(key, headings[i].word) == 0)
                column = headings[i].column;
        is_sure = column != COLUMN_NONE;
    }
    for (size_t i = 0;
         column == COLUMN_NONE && length <= HEADING_BYTES_MAX && i < sizeof tellings / sizeof *tellings; i++)
        if (strstr(key, tellings[i].word))
            column = tellings[i].column;
    free(key);
    if (ret_is_sure)
        *ret_is_sure = is_sure;
    return column;
}

enum schedule_half schedule_column_half(enum schedule_column column)
{
    switch (column) {
    case COLUMN_MORNING:
        return HALF_MORNING;
    case COLUMN_AFTERNOON:
        return HALF_AFTERNOON;
    case COLUMN_EVENING:
        return HALF_EVENING;
    default:
        return HALF_NOT_SAID;
    }
}
