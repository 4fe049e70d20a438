/* Folding and reading of printed Chinese. Must not guess what a text means. Pure; any thread. */
#include "roster/schedule_text.h"
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"

/* ---- folding */
static uint32_t point_of(const char *text, size_t length)
{
    const uint8_t *bytes = (const uint8_t *)text;
    if (length == 1)
        return bytes[0];
    uint32_t point = bytes[0] & (0x7fU >> length);
    for (size_t i = 1; i < length; i++)
        point = point << 6 | (bytes[i] & 0x3fU);
    return point;
}

static const struct {
    uint32_t from, to;
    char sign; /* '\0': nothing at all */
} folds[] = {
    {'\t', '\t', ' '},      {'\r', '\r', '\0'},     {'~', '~', '-'},        {0x00a0, 0x00a0, ' '},
    {0x00ad, 0x00ad, '\0'}, {0x2000, 0x200a, ' '},  {0x200b, 0x200f, '\0'}, {0x2010, 0x2015, '-'},
    {0x2028, 0x2029, '\n'}, {0x202a, 0x202e, '\0'}, {0x202f, 0x202f, ' '},  {0x205f, 0x205f, ' '},
    {0x2060, 0x206f, '\0'}, {0x2192, 0x2192, '-'},  {0x2212, 0x2212, '-'},  {0x2236, 0x2236, ':'},
    {0x223c, 0x223c, '-'},  {0x2500, 0x2501, '-'},  {0x3000, 0x3000, ' '},  {0x3008, 0x3008, '('},
    {0x3009, 0x3009, ')'},  {0x3010, 0x3010, '('},  {0x3011, 0x3011, ')'},  {0x3014, 0x3014, '('},
    {0x3015, 0x3015, ')'},  {0x301c, 0x301c, '-'},  {0x3030, 0x3030, '-'},  {0x30fc, 0x30fc, '-'},
    {0xfe13, 0xfe13, ':'},  {0xfe31, 0xfe32, '-'},  {0xfe55, 0xfe55, ':'},  {0xfe58, 0xfe58, '-'},
    {0xfe63, 0xfe63, '-'},  {0xfeff, 0xfeff, '\0'}, {0xff5e, 0xff5e, '-'},  {0xff70, 0xff70, '-'},
    {0xfff9, 0xfffb, '\0'},
};

/* Writes what stands for a character. Returns its bytes, or -1 for a control character. */
static int fold_point(uint32_t point, const char *bytes, size_t length, char ret[static 4])
{
    for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) {
        if (point < folds[i].from || point > folds[i].to)
            continue;
        ret[0] = folds[i].sign;
        return folds[i].sign != '\0';
    }
    if (point >= 0xff01 && point <= 0xff5e) {
        ret[0] = (char)(point - 0xff01 + '!');
        return 1;
    }
    if ((point < 0x20 && point != '\n') || (point >= 0x7f && point < 0xa0))
        return -1;
    memcpy(ret, bytes, length);
    return (int)length;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\n';
}

/* One blank where several were, and a line's end wins over blanks beside it. */
static size_t squeeze(char *text, size_t size)
{
    size_t kept = 0;
    for (size_t i = 0; i < size; i++) {
        if (!is_blank(text[i]))
            text[kept++] = text[i];
        else if (kept > 0 && text[kept - 1] == ' ')
            text[kept - 1] = text[i];
        else if (kept > 0 && text[kept - 1] != '\n')
            text[kept++] = text[i];
    }
    while (kept > 0 && is_blank(text[kept - 1]))
        kept--;
    text[kept] = '\0';
    return kept;
}

char *schedule_fold(const char *text)
{
    size_t size = strlen(text), written = 0;
    if (!utf8_is_valid(text, size))
        return NULL;
    char *folded = bytes_alloc(size + 1);
    for (size_t at = 0; at < size;) {
        size_t length = utf8_first(text + at);
        char sign[4];
        int bytes = fold_point(point_of(text + at, length), text + at, length, sign);
        if (bytes < 0) {
            free(folded);
            return NULL;
        }
        memcpy(folded + written, sign, (size_t)bytes);
        written += (size_t)bytes;
        at += length;
    }
    squeeze(folded, written);
    return folded;
}

char *schedule_key(const char *text)
{
    char *key = schedule_fold(text);
    if (!key)
        return bytes_text("");
    size_t kept = 0;
    for (const char *at = key; *at; at++)
        if (!is_blank(*at))
            key[kept++] = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
    key[kept] = '\0';
    return key;
}

char *schedule_stem(const char *key)
{
    static const char *const ends[] = {"学院", "院", "系", "部", "中心"};
    size_t length = strlen(key);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t size = strlen(ends[i]);
        if (length > size && strcmp(key + length - size, ends[i]) == 0)
            return bytes_format("%.*s", (int)(length - size), key);
    }
    return bytes_text(key);
}

/* ---- reading */
bool schedule_at_end(const struct schedule_cursor *cursor)
{
    return cursor->text[cursor->at] == '\0';
}

void schedule_skip_blanks(struct schedule_cursor *cursor)
{
    while (is_blank(cursor->text[cursor->at]))
        cursor->at++;
}

bool schedule_take(struct schedule_cursor *cursor, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(cursor->text + cursor->at, word, length) != 0)
        return false;
    cursor->at += length;
    return true;
}

int schedule_take_any(struct schedule_cursor *cursor, const char *const words[])
{
    for (int i = 0; words[i]; i++)
        if (schedule_take(cursor, words[i]))
            return i;
    return -1;
}

static const char *const numerals[] = {"〇", "一", "二", "三", "四", "五", "六", "七",
                                       "八", "九", "零", "○",  "两", "十", NULL};
enum { NUMERAL_TEN = 13 };

static int numeral_value(int index)
{
    return index <= 9 ? index : index == 12 ? 2 : index == NUMERAL_TEN ? 10 : 0;
}

/* 十 二十 十四 二十四 digit by digit: 二〇一九 */
static size_t take_numerals(struct schedule_cursor *cursor, size_t max_digits, uint32_t *ret)
{
    struct schedule_cursor ahead = *cursor;
    uint32_t value = 0;
    size_t count = 0, digits = 0;
    bool had_ten = false;
    for (int index; digits < max_digits && (index = schedule_take_any(&ahead, numerals)) >= 0; count++) {
        uint32_t digit = (uint32_t)numeral_value(index);
        if (index == NUMERAL_TEN) {
            if (had_ten || value > 9 || digits > 1)
                return 0;
            value = (digits == 0 ? 1 : value) * 10;
            had_ten = true;
            digits = 1;
        } else if (had_ten) {
            if (value % 10 != 0 || digits > 1)
                return 0;
            value += digit;
            digits = 2;
        } else {
            value = value * 10 + digit;
            digits++;
        }
    }
    if (count == 0)
        return 0;
    *ret = value;
    *cursor = ahead;
    return count;
}

size_t schedule_take_number(struct schedule_cursor *cursor, size_t max_digits, uint32_t *ret)
{
    const char *from = cursor->text + cursor->at;
    size_t length = strspn(from, "0123456789");
    if (length == 0)
        return take_numerals(cursor, max_digits < 4 ? max_digits : 4, ret);
    if (length > max_digits || length > 9)
        return 0;
    uint32_t value = 0;
    for (size_t i = 0; i < length; i++)
        value = value * 10 + (uint32_t)(from[i] - '0');
    *ret = value;
    cursor->at += length;
    return length;
}

/* ---- likeness */
enum { LIKENESS_LENGTH_MAX = 64 };

static size_t split_points(const char *key, uint32_t points[static LIKENESS_LENGTH_MAX])
{
    size_t n = 0;
    for (size_t at = 0; key[at] && n < LIKENESS_LENGTH_MAX;) {
        size_t length = utf8_first(key + at);
        points[n++] = point_of(key + at, length);
        at += length;
    }
    return n;
}

unsigned schedule_likeness(const char *key, const char *other)
{
    uint32_t a[LIKENESS_LENGTH_MAX], b[LIKENESS_LENGTH_MAX];
    size_t n_a = split_points(key, a), n_b = split_points(other, b);
    if (n_a == 0 || n_b == 0)
        return 0;
    unsigned lengths[LIKENESS_LENGTH_MAX + 1] = {0};
    for (size_t i = 0; i < n_a; i++) {
        unsigned diagonal = 0;
        for (size_t j = 0; j < n_b; j++) {
            unsigned above = lengths[j + 1];
            lengths[j + 1] = a[i] == b[j] ? diagonal + 1 : above > lengths[j] ? above : lengths[j];
            diagonal = above;
        }
    }
    size_t shorter = n_a < n_b ? n_a : n_b;
    unsigned common = lengths[n_b];
    /* half for the share of the shorter name that is found, half for the share of both */
    return (unsigned)(500 * common / shorter + 1000 * common / (n_a + n_b));
}
