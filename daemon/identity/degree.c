/* Degree levels and their words. Pure. */
#include "identity/degree.h"
#include <string.h>
#include <strings.h>

static const struct {
    const char *name, *zh;
} words[DEGREE_COUNT] = {
    [DEGREE_NONE] = {"", ""},
    [DEGREE_ASSOCIATE] = {"associate", "专科"},
    [DEGREE_BACHELOR] = {"bachelor", "本科"},
    [DEGREE_MASTER] = {"master", "硕士"},
    [DEGREE_DOCTOR] = {"doctor", "博士"},
};

/* Parts of what is written; 硕士研究生 and 全日制专业学位硕士 both hold 硕士. Only one level may be found: 硕博连读 names two,
 * and 研究生 alone names none. */
static const struct {
    const char *part;
    enum degree degree;
} parts[] = {
    {"专科", DEGREE_ASSOCIATE},  {"高职", DEGREE_ASSOCIATE}, {"大专", DEGREE_ASSOCIATE},
    {"专升本", DEGREE_BACHELOR}, {"本科", DEGREE_BACHELOR},  {"学士", DEGREE_BACHELOR},
    {"硕士", DEGREE_MASTER},     {"学硕", DEGREE_MASTER},    {"专硕", DEGREE_MASTER},
    {"硕研", DEGREE_MASTER},     {"博士", DEGREE_DOCTOR},    {"博研", DEGREE_DOCTOR},
    {"直博", DEGREE_DOCTOR},
};
static const struct {
    const char *word;
    enum degree degree;
} whole[] = {
    {"专", DEGREE_ASSOCIATE},        {"本", DEGREE_BACHELOR},
    {"硕", DEGREE_MASTER},           {"博", DEGREE_DOCTOR},
    {"associate", DEGREE_ASSOCIATE}, {"junior college", DEGREE_ASSOCIATE},
    {"bachelor", DEGREE_BACHELOR},   {"bachelors", DEGREE_BACHELOR},
    {"bachelor's", DEGREE_BACHELOR}, {"undergraduate", DEGREE_BACHELOR},
    {"master", DEGREE_MASTER},       {"masters", DEGREE_MASTER},
    {"master's", DEGREE_MASTER},     {"doctor", DEGREE_DOCTOR},
    {"doctoral", DEGREE_DOCTOR},     {"doctorate", DEGREE_DOCTOR},
    {"phd", DEGREE_DOCTOR},          {"ph.d.", DEGREE_DOCTOR},
};

const char *degree_name(enum degree degree)
{
    return degree < DEGREE_COUNT ? words[degree].name : "";
}

const char *degree_zh(enum degree degree)
{
    return degree < DEGREE_COUNT ? words[degree].zh : "";
}

bool degree_from_text(const char *text, enum degree *ret)
{
    enum degree found = DEGREE_NONE;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strcasecmp(text, whole[i].word) == 0) {
            *ret = whole[i].degree;
            return true;
        }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!strstr(text, parts[i].part))
            continue;
        if (found != DEGREE_NONE && found != parts[i].degree)
            return false;
        found = parts[i].degree;
    }
    if (found == DEGREE_NONE)
        return false;
    *ret = found;
    return true;
}
