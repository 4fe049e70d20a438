/* Cells made clean. Pure. */
#include "roster/roster_clean.h"
#include "base/text.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The next character of valid UTF-8; moves on. 0 at the end. */
static uint32_t next_point(const char **at)
{
    const unsigned char *s = (const unsigned char *)*at;
    if (*s == 0)
        return 0;
    const size_t n = utf8_first(*at);
    uint32_t point = n == 1 ? s[0] : n == 2 ? s[0] & 0x1fu : n == 3 ? s[0] & 0x0fu : s[0] & 0x07u;
    for (size_t i = 1; i < n; i++)
        point = point << 6 | (s[i] & 0x3fu);
    *at += n;
    return point;
}

static size_t put_point(char *to, uint32_t point)
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    const size_t n = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, point >>= 6)
        to[i] = (char)(0x80 | (point & 0x3f));
    to[0] = (char)((0xf00u >> n & 0xf0u) | point);
    return n;
}

static bool is_blank(uint32_t point)
{
    return point == ' ' || (point >= '\t' && point <= '\r') || point == 0x85 || point == 0xa0 ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
           point == 0x202f || point == 0x205f || point == 0x3000;
}

/* Comes with copied text and shows nothing. Other characters that cannot be seen are left for text_is_plain() to find. */
static bool is_nothing(uint32_t point)
{
    return (point >= 0x200b && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) || point == 0x2060 ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xfeff || point == 0xad;
}

static uint32_t narrow(uint32_t point)
{
    return point >= 0xff01 && point <= 0xff5e ? point - 0xfee0 : point;
}

bool clean_text(const char *text, char *ret_text, size_t size)
{
    size_t n = 0;
    bool owes_blank = false;
    for (uint32_t point; (point = next_point(&text)) != 0;) {
        if (is_nothing(point))
            continue;
        if (is_blank(point)) {
            owes_blank = n > 0;
            continue;
        }
        if (n + 6 > size)
            return false;
        if (owes_blank)
            ret_text[n++] = ' ';
        owes_blank = false;
        n += put_point(ret_text + n, narrow(point));
    }
    ret_text[n] = '\0';
    return true;
}

/* ---- headings ---- */

static void drop_brackets(char *text)
{
    static const struct {
        const char *open, *close;
    } pairs[] = {{"(", ")"}, {"[", "]"}, {"【", "】"}, {"〔", "〕"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        for (char *open, *close;
             (open = strstr(text, pairs[i].open)) && (close = strstr(open, pairs[i].close));) {
            close += strlen(pairs[i].close);
            memmove(open, close, strlen(close) + 1);
        }
}

void clean_heading(const char *text, char *ret_text, char *ret_without, size_t size)
{
    char narrowed[256];
    size_t n = 0;
    if (!clean_text(text, narrowed, sizeof narrowed))
        narrowed[0] = '\0';
    for (const char *at = narrowed; *at && n + 1 < size; at++)
        if (*at != ' ' && !(*at == '*' && n == 0) && *at != '_')
            ret_text[n++] = (char)tolower((unsigned char)*at);
    while (n > 0 && strchr(":*.", ret_text[n - 1]))
        n--;
    ret_text[n] = '\0';
    strcpy(ret_without, ret_text);
    drop_brackets(ret_without);
}

/* ---- numbers that are names ---- */

enum { DIGITS_SAFE = 15 }; /* of a double's decimal digits, those that a spreadsheet keeps */

/* 2.0210001E+7 with all its digits is 20210001; with fewer, some are lost. False: not of that form. */
static bool expand_exponent(char *text, size_t size, bool *ret_is_lost)
{
    char digits[64];
    size_t n = 0, behind_dot = 0;
    const char *at = text;
    bool has_dot = false;
    for (; isdigit((unsigned char)*at) || (*at == '.' && !has_dot); at++) {
        if (*at == '.') {
            has_dot = true;
            continue;
        }
        if (n + 1 >= sizeof digits)
            return false;
        digits[n++] = *at;
        behind_dot += has_dot;
    }
    const bool has_sign = (*at == 'e' || *at == 'E') && at[1] == '+';
    if (n == 0 || (*at != 'e' && *at != 'E') || !(has_dot || has_sign))
        return false;
    char *end;
    at += has_sign ? 2 : 1;
    if (!isdigit((unsigned char)*at))
        return false;
    const unsigned long exponent = strtoul(at, &end, 10);
    if (*end)
        return false;
    *ret_is_lost = exponent != behind_dot || n > DIGITS_SAFE;
    digits[n] = '\0';
    snprintf(text, size, "%s", digits);
    return true;
}

/* "20210001.0" */
static bool drop_fraction(char *text)
{
    const size_t whole = strspn(text, "0123456789");
    if (whole == 0 || text[whole] != '.' || text[whole + 1] == '\0' ||
        text[whole + 1 + strspn(text + whole + 1, "0")] != '\0')
        return false;
    text[whole] = '\0';
    return true;
}

static enum clean_number clean_double(double number, char *ret_text, size_t size)
{
    if (!(number >= 0) || number != floor(number))
        return CLEAN_BAD;
    if (number >= 1e15) {
        snprintf(ret_text, size, "%.0f", number < 1e30 ? number : 1e30);
        return CLEAN_DIGITS_LOST;
    }
    snprintf(ret_text, size, "%.0f", number);
    return CLEAN_WAS_NUMBER;
}

enum clean_number clean_number(const struct table_cell *cell, char *ret_text, size_t size)
{
    char text[256];
    size_t n = 0;
    bool is_lost = false;
    ret_text[0] = '\0';
    if (cell->kind == CELL_NUMBER)
        return clean_double(cell->number, ret_text, size);
    if (!clean_text(cell->text, text, sizeof text))
        return CLEAN_BAD;
    /* ' and ` are typed in front to make a text of it; Excel hides its own, other programs keep it */
    for (const char *at = text; *at; at++)
        if (*at != ' ' && !(n == 0 && (*at == '\'' || *at == '`')))
            text[n++] = *at;
    text[n] = '\0';
    const char *quote = "‘", *quote_end = "’";
    char *start = text;
    if (strncmp(start, quote, strlen(quote)) == 0 || strncmp(start, quote_end, strlen(quote_end)) == 0)
        start += strlen(quote);
    expand_exponent(start, sizeof text - (size_t)(start - text), &is_lost);
    drop_fraction(start);
    if (strlen(start) >= size)
        return CLEAN_BAD;
    strcpy(ret_text, start);
    if (is_lost)
        return CLEAN_DIGITS_LOST;
    const size_t before = strspn(cell->text, " \t\r\n");
    const size_t length = strlen(ret_text);
    const bool is_same =
        strncmp(cell->text + before, ret_text, length) == 0 &&
        cell->text[before + length + strspn(cell->text + before + length, " \t\r\n")] == '\0';
    return is_same ? CLEAN_SAME : CLEAN_REPAIRED;
}

/* ---- names ---- */

static bool is_dot(uint32_t point)
{
    static const uint32_t dots[] = {0xb7,   0x2022, 0x2027, 0x2219, 0x22c5, 0x30fb, 0xff65,
                                    0x2024, 0x25cf, 0x26ab, 0x2e31, 0x1427, 0x0387};
    for (size_t i = 0; i < sizeof dots / sizeof *dots; i++)
        if (dots[i] == point)
            return true;
    return false;
}

static bool is_chinese(uint32_t point)
{
    return (point >= 0x2e80 && point <= 0x2fdf) || point == 0x3007 || (point >= 0x3400 && point <= 0x9fff) ||
           (point >= 0xe000 && point <= 0xfaff) || (point >= 0x20000 && point <= 0x3ffff);
}

static unsigned look_at(uint32_t point)
{
    if (point == '?' || point == 0xfffd || point == 0x25a1 || point == 0x3013) /* □ 〓 */
        return NAME_LOST_CHARACTER;
    if ((point >= 0xe000 && point <= 0xf8ff) || point >= 0xf0000)
        return NAME_IS_PRIVATE;
    if ((point < 0x80 && !isalpha((int)point) && !strchr(" .-'", (int)point)))
        return NAME_IS_ODD;
    return 0;
}

bool clean_name(const char *text, char *ret_name, size_t size, unsigned *ret_found)
{
    char tidy[512];
    size_t n = 0;
    uint32_t before = 0;
    unsigned found = 0;
    bool has_letter = false;
    if (!clean_text(text, tidy, sizeof tidy))
        return false;
    for (const char *at = tidy; *at;) {
        uint32_t point = next_point(&at);
        const char *peek = at;
        const uint32_t after = next_point(&peek);
        if (point == ' ' && (is_chinese(before) || is_chinese(after) || is_dot(before) || is_dot(after))) {
            found |= NAME_HAD_BLANKS;
            continue;
        }
        if ((is_dot(point) && point != 0xb7) ||
            ((point == '.' || point == 0x3002) && is_chinese(before) && is_chinese(after))) {
            found |= NAME_HAD_DOT;
            point = 0xb7;
        }
        found |= look_at(point);
        has_letter |= point >= 0x80 ? !is_dot(point) : isalpha((int)point) != 0;
        if (n + 5 > size)
            return false;
        n += put_point(ret_name + n, point);
        before = point;
    }
    ret_name[n] = '\0';
    *ret_found = found | (has_letter || n == 0 ? 0 : NAME_IS_ODD);
    return true;
}

/* ---- money ---- */

static bool is_fen(double yuan, uint32_t *ret_fen)
{
    const double fen = round(yuan * 100);
    if (!(yuan >= 0) || fen > 1e9 || fabs(yuan * 100 - fen) > 1e-6)
        return false;
    *ret_fen = (uint32_t)fen;
    return true;
}

bool clean_amount(const struct table_cell *cell, uint32_t *ret_fen)
{
    char text[64], digits[64], *at = text, *end;
    size_t n = 0;
    if (cell->kind == CELL_NUMBER)
        return is_fen(cell->number, ret_fen);
    if (!clean_text(cell->text, text, sizeof text))
        return false;
    if (strncasecmp(at, "rmb", 3) == 0)
        at += 3;
    for (const char *sign = "¥"; strncmp(at, sign, strlen(sign)) == 0;)
        at += strlen(sign);
    for (const char *sign = "￥"; strncmp(at, sign, strlen(sign)) == 0;)
        at += strlen(sign);
    for (at += strspn(at, " "); isdigit((unsigned char)*at) || *at == '.' || *at == ','; at++)
        if (*at != ',')
            digits[n++] = *at;
    digits[n] = '\0';
    at += strspn(at, " ");
    const char *yuan = "元", *long_yuan = "元整";
    if (*at && strcmp(at, yuan) != 0 && strcmp(at, long_yuan) != 0)
        return false;
    const double value = strtod(digits, &end);
    return n > 0 && !*end && is_fen(value, ret_fen);
}
