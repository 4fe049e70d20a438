/* Text encodings. Pure functions; any thread. */
#include "base/text.h"
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

/* Unicode 15, table 3-7: by the first byte, how many follow and the bounds of the second. */
static bool utf8_shape(uint8_t first, size_t *ret_length, uint8_t *ret_least, uint8_t *ret_most)
{
    static const struct {
        uint8_t from, to, length, least, most;
    } shapes[] = {
        {0x00, 0x7f, 1, 0x00, 0x00}, {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf},
        {0xe1, 0xec, 3, 0x80, 0xbf}, {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
        {0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (first < shapes[i].from || first > shapes[i].to)
            continue;
        *ret_length = shapes[i].length;
        *ret_least = shapes[i].least;
        *ret_most = shapes[i].most;
        return true;
    }
    return false;
}

size_t utf8_read(const char *text, size_t left, uint32_t *ret_point)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t length;
    uint8_t least, most;
    if (left == 0 || !utf8_shape(bytes[0], &length, &least, &most) || length > left)
        return 0;
    if (length == 1) {
        *ret_point = bytes[0];
        return 1;
    }
    if (bytes[1] < least || bytes[1] > most)
        return 0;
    uint32_t point = bytes[0] & (0x7fU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (bytes[i] & 0x3fU);
    }
    *ret_point = point;
    return length;
}

size_t utf8_write(uint32_t point, char bytes[static 4])
{
    if (point < 0x80) {
        bytes[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (point & 0x3f));
        point >>= 6;
    }
    bytes[0] = (char)((0xf00 >> length & 0xf0) | point);
    return length;
}

bool utf8_is_valid(const char *text, size_t length)
{
    uint32_t point;
    for (size_t at = 0, step; at < length; at += step)
        if ((step = utf8_read(text + at, length - at, &point)) == 0)
            return false;
    return true;
}

size_t utf8_first(const char *text)
{
    size_t length;
    uint8_t least, most;
    return utf8_shape((uint8_t)text[0], &length, &least, &most) ? length : 1;
}

bool utf8_is_invisible(uint32_t point)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {
        {0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad},   {0x061c, 0x061c},
        {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},
        {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (point >= ranges[i].from && point <= ranges[i].to)
            return true;
    return false;
}

bool text_is_plain(const char *text, size_t length, size_t max_bytes)
{
    if (length == 0 || length > max_bytes)
        return false;
    uint32_t point;
    for (size_t at = 0, step; at < length; at += step) {
        if ((step = utf8_read(text + at, length - at, &point)) == 0)
            return false;
        if (utf8_is_invisible(point))
            return false;
    }
    return true;
}

static uint32_t unit_at(const uint8_t *bytes, size_t at)
{
    return bytes[at] | (uint32_t)bytes[at + 1] << 8;
}

static size_t without_padding(const uint8_t *bytes, size_t size)
{
    for (; size > 0; size -= 2) {
        uint32_t unit = unit_at(bytes, size - 2);
        if (unit != 0x0020 && unit != 0x3000 && unit != 0x0000)
            break;
    }
    return size;
}

/* Reads one character of 2 or 4 bytes. Returns its bytes, 0 for a lone surrogate. */
static size_t utf16le_read(const uint8_t *bytes, size_t left, uint32_t *ret_point)
{
    uint32_t high = unit_at(bytes, 0);
    if (high < 0xd800 || high > 0xdfff) {
        *ret_point = high;
        return 2;
    }
    uint32_t low = left >= 4 ? unit_at(bytes, 2) : 0;
    if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return 0;
    *ret_point = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    return 4;
}

int utf16le_to_utf8(const uint8_t *bytes, size_t size, char *ret_text, size_t capacity)
{
    if (size % 2 != 0)
        return -EILSEQ;
    size = without_padding(bytes, size);
    /* a first round measures, so that a fault leaves ret_text alone */
    size_t length = 0;
    uint32_t point;
    char character[4];
    for (size_t at = 0, step; at < size; at += step) {
        if ((step = utf16le_read(bytes + at, size - at, &point)) == 0)
            return -EILSEQ;
        length += utf8_write(point, character);
    }
    if (length >= capacity || length > INT_MAX)
        return -E2BIG;
    length = 0;
    for (size_t at = 0; at < size;) {
        at += utf16le_read(bytes + at, size - at, &point);
        size_t more = utf8_write(point, character);
        memcpy(ret_text + length, character, more);
        length += more;
    }
    ret_text[length] = '\0';
    return (int)length;
}

static size_t put_unit(uint8_t *bytes, uint32_t unit)
{
    bytes[0] = (uint8_t)unit;
    bytes[1] = (uint8_t)(unit >> 8);
    return 2;
}

int utf8_to_utf16le(const char *text, uint8_t *ret_bytes, size_t size)
{
    assert(size % 2 == 0);
    size_t length = strlen(text), needed = 0;
    uint32_t point;
    for (size_t at = 0, step; at < length; at += step) {
        if ((step = utf8_read(text + at, length - at, &point)) == 0)
            return -EILSEQ;
        needed += point < 0x10000 ? 2 : 4;
    }
    if (needed > size)
        return -E2BIG;
    uint8_t *to = ret_bytes, *end = ret_bytes + size;
    for (size_t at = 0; at < length;) {
        at += utf8_read(text + at, length - at, &point);
        if (point >= 0x10000) {
            to += put_unit(to, 0xd800 + ((point - 0x10000) >> 10));
            point = 0xdc00 + ((point - 0x10000) & 0x3ff);
        }
        to += put_unit(to, point);
    }
    while (to < end)
        to += put_unit(to, ' ');
    return 0;
}

int text_to_u64(const char *text, uint64_t least, uint64_t most, uint64_t *ret)
{
    if (*text == '\0')
        return -EINVAL;
    uint64_t value = 0;
    bool is_too_large = false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return -EINVAL;
        uint64_t digit = (uint64_t)(*text - '0');
        is_too_large = is_too_large || value > (UINT64_MAX - digit) / 10;
        value = value * 10 + digit;
    }
    if (is_too_large || value < least || value > most)
        return -ERANGE;
    *ret = value;
    return 0;
}
