/* Shapes of scans. No I/O, no clock. Must not log: all of it is personal. */
#include "identity/scan_shape.h"
#include "base/bytes.h"
#include <string.h>

enum {
    PARTS_MAX = 3,
    LINE_SHORTEST = 30, /* of any machine-readable line, ICAO 9303-5 */
    LINE2_SLACK = 2,    /* a second line that lost or gained so many characters still looks like one */
    BIRTH_AT = 13,      /* of a second line: six digits, check digit, sex, six digits, check digit */
    CORE_LENGTH = 15,
    FILLERS_SURE = 5, /* so many '<' in a row stand in nothing else */
};

static bool is_ending(char c)
{
    return c == '\r' || c == '\n' || c == '\t';
}

struct scan_text scan_text_trim(const void *bytes, size_t size)
{
    struct scan_text text = {bytes, size};
    while (text.size > 0 && (is_ending(text.bytes[0]) || text.bytes[0] == ' ')) {
        text.bytes++;
        text.size--;
    }
    while (text.size > 0 && (is_ending(text.bytes[text.size - 1]) || text.bytes[text.size - 1] == ' '))
        text.size--;
    return text;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_letter(char c)
{
    return upper(c) >= 'A' && upper(c) <= 'Z';
}

bool scan_shape_is_id_number(struct scan_text text)
{
    char solid[19]; /* one more than an ID number has */
    size_t size = 0, digits = 0, letters = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] == ' ')
            continue;
        if (size == sizeof solid)
            return false;
        solid[size++] = text.bytes[i];
    }
    size_t last_x = size > 0 && upper(solid[size - 1]) == 'X';
    while (digits < size - last_x && is_digit(solid[size - last_x - 1 - digits]))
        digits++;
    while (letters < size && is_letter(solid[letters]))
        letters++;
    wipe_bytes(solid, sizeof solid);
    const bool is_whole = digits + last_x == size;
    return (size >= 16 && is_whole) || (size == 15 && digits == 15) ||
           (size == 15 && digits == 12 && letters == 3);
}

/* ---- machine-readable lines. '<' and what a keyboard layout may have made of it count as fillers. */

static bool is_filler(char c)
{
    return c && strchr("<>;,&", c);
}

static bool are_of_zone(struct scan_text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!is_letter(text.bytes[i]) && !is_digit(text.bytes[i]) && !is_filler(text.bytes[i]))
            return false;
    return true;
}

static bool has_fillers_between(struct scan_text text)
{
    for (size_t i = 5; i + 1 < text.size; i++)
        if (text.bytes[i] == text.bytes[i + 1] && is_filler(text.bytes[i]))
            return true;
    return false;
}

static bool has_long_filler(struct scan_text text)
{
    size_t run = 0;
    for (size_t i = 0; i < text.size && run < FILLERS_SURE; i++)
        run = text.bytes[i] == '<' ? run + 1 : 0;
    return run == FILLERS_SURE;
}

/* P, and two fillers between the names. */
static bool is_line1(struct scan_text text)
{
    return text.size == MRZ_LINE_LENGTH && upper(text.bytes[0]) == 'P' && are_of_zone(text) &&
           has_fillers_between(text);
}

static bool is_nearly_digit(char c)
{
    return is_digit(c) || (c && strchr("OISBZ", upper(c)));
}

/* Birth date, sex and expiry date with their check digits: no other text of capitals and digits has these. */
static bool has_core_at(struct scan_text text, size_t at)
{
    const char *core = text.bytes + at;
    bool is_core = text.size >= at + CORE_LENGTH && (strchr("MF", upper(core[7])) || is_filler(core[7]));
    for (size_t i = 0; is_core && i < CORE_LENGTH; i++)
        is_core = i == 7 || is_nearly_digit(core[i]) || (i < 6 && is_filler(core[i]));
    return is_core;
}

static bool is_line2(struct scan_text text)
{
    return text.size == MRZ_LINE_LENGTH && are_of_zone(text) && has_core_at(text, BIRTH_AT);
}

static bool is_nearly_line(struct scan_text text)
{
    if (text.size < LINE_SHORTEST || !are_of_zone(text))
        return false;
    if (has_long_filler(text) || (strchr("PIACV", upper(text.bytes[0])) && has_fillers_between(text)))
        return true;
    const bool is_as_long =
        text.size + LINE2_SLACK >= MRZ_LINE_LENGTH && text.size <= MRZ_LINE_LENGTH + LINE2_SLACK;
    for (size_t at = BIRTH_AT - LINE2_SLACK; is_as_long && at <= BIRTH_AT + LINE2_SLACK; at++)
        if (has_core_at(text, at))
            return true;
    return false;
}

/* At line breaks, tabs and blanks, or 88 characters in their middle. PARTS_MAX: that many or more. */
static size_t split(struct scan_text text, struct scan_text ret_parts[static PARTS_MAX])
{
    size_t n = 0;
    if (text.size == (size_t)2 * MRZ_LINE_LENGTH && are_of_zone(text)) {
        ret_parts[0] = (struct scan_text){text.bytes, MRZ_LINE_LENGTH};
        ret_parts[1] = (struct scan_text){text.bytes + MRZ_LINE_LENGTH, MRZ_LINE_LENGTH};
        return 2;
    }
    for (size_t at = 0; at < text.size && n < PARTS_MAX;) {
        size_t end = at;
        while (end < text.size && !is_ending(text.bytes[end]) && text.bytes[end] != ' ')
            end++;
        ret_parts[n++] = (struct scan_text){text.bytes + at, end - at};
        for (at = end; at < text.size && (is_ending(text.bytes[at]) || text.bytes[at] == ' ');)
            at++;
    }
    return n;
}

static void copy_line(struct scan_text text, char ret_line[static MRZ_LINE_LENGTH])
{
    for (size_t i = 0; i < MRZ_LINE_LENGTH; i++)
        ret_line[i] = upper(text.bytes[i]);
}

enum scan_zone scan_shape_zone(struct scan_text text, char ret_lines[2][MRZ_LINE_LENGTH])
{
    struct scan_text parts[PARTS_MAX];
    const size_t n = split(text, parts);
    if (n == 2 && is_line1(parts[0]) && parts[1].size == MRZ_LINE_LENGTH && are_of_zone(parts[1])) {
        copy_line(parts[0], ret_lines[0]);
        copy_line(parts[1], ret_lines[1]);
        return SCAN_ZONE_BOTH;
    }
    if (n == 1 && is_line1(parts[0])) {
        copy_line(parts[0], ret_lines[0]);
        return SCAN_ZONE_LINE1;
    }
    if (n == 1 && is_line2(parts[0])) {
        copy_line(parts[0], ret_lines[1]);
        return SCAN_ZONE_LINE2;
    }
    for (size_t i = 0; i < n; i++)
        if (is_nearly_line(parts[i]))
            return SCAN_ZONE_BROKEN;
    return SCAN_ZONE_NONE;
}

bool scan_shape_may_follow(struct scan_text text, char ret_line[static MRZ_LINE_LENGTH], bool *ret_is_whole)
{
    if (text.size + LINE2_SLACK < MRZ_LINE_LENGTH || text.size > MRZ_LINE_LENGTH + LINE2_SLACK ||
        !are_of_zone(text))
        return false;
    *ret_is_whole = text.size == MRZ_LINE_LENGTH;
    if (*ret_is_whole)
        copy_line(text, ret_line);
    return true;
}
