/* One pass over the characters, then the rules for the whole name. Pure. */
#include "base/safe_name.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "base/text.h"

static const struct {
    uint16_t base, mark, composed;
} compositions[] = {
#include "base/compose.def"
};

static uint32_t compose(uint32_t base, uint32_t mark)
{
    size_t low = 0, high = sizeof compositions / sizeof *compositions;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint64_t here = (uint64_t)compositions[middle].base << 32 | compositions[middle].mark;
        uint64_t sought = (uint64_t)base << 32 | mark;
        if (here == sought)
            return compositions[middle].composed;
        if (here < sought)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

/* ---- letters */
static bool is_within(uint32_t code, uint32_t from, uint32_t to)
{
    return code >= from && code <= to;
}

/* Where capital and small letter alternate, the capital being even or odd. */
static bool is_in_pairs(uint32_t code, bool *ret_even)
{
    static const struct {
        uint16_t from, to;
        bool is_even;
    } pairs[] = {
        {0x0100, 0x012f, true},  {0x0132, 0x0137, true},  {0x0139, 0x0148, false}, {0x014a, 0x0177, true},
        {0x0179, 0x017e, false}, {0x01cd, 0x01dc, false}, {0x01de, 0x01ef, true},  {0x01f8, 0x021f, true},
        {0x0222, 0x0233, true},  {0x0460, 0x0481, true},  {0x048a, 0x04bf, true},  {0x04d0, 0x052f, true},
        {0x1e00, 0x1e95, true},  {0x1ea0, 0x1eff, true},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (is_within(code, pairs[i].from, pairs[i].to)) {
            *ret_even = pairs[i].is_even;
            return true;
        }
    return false;
}

static uint32_t small_letter(uint32_t code)
{
    bool is_even;
    if (is_within(code, 'A', 'Z') || (is_within(code, 0xc0, 0xde) && code != 0xd7) ||
        is_within(code, 0x0391, 0x03a9) || is_within(code, 0x0410, 0x042f) || is_within(code, 0xff21, 0xff3a))
        return code + 0x20;
    if (is_within(code, 0x0400, 0x040f))
        return code + 0x50;
    if (is_in_pairs(code, &is_even))
        return (code % 2 == 0) == is_even ? code + 1 : code;
    return code == 0x0178   ? 0xff
           : code == 0x1e9e ? 0xdf
           : code == 0x017f ? 's'
           : code == 0x03c2 ? 0x03c3
                            : code;
}

/* ---- characters */
static uint32_t likeness(uint32_t code)
{
    static const char forbidden[] = "/\\:*?\"<>|";
    if (code < 0x80 && code > 0 && strchr(forbidden, (int)code))
        return code + 0xfee0; /* the full-width forms stand in the order of ASCII */
    return code;
}

bool safe_name_forbids(uint32_t code)
{
    return likeness(code) != code || utf8_is_invisible(code) || (code & 0xfffe) == 0xfffe ||
           is_within(code, 0xfdd0, 0xfdef);
}

struct writing {
    struct buffer *out;
    uint32_t last; /* 0: none yet */
    size_t last_at;
};

static void put(struct writing *writing, uint32_t code)
{
    char bytes[4];
    uint32_t composed = writing->last ? compose(writing->last, code) : 0;
    if (composed) {
        writing->out->size = writing->last_at;
        code = composed;
    }
    writing->last_at = writing->out->size;
    writing->last = code;
    buffer_add(writing->out, bytes, utf8_write(code, bytes));
}

static bool is_blank(uint32_t code)
{
    return code == ' ' || code == 0xa0 || code == 0x3000;
}

/* Without what is invisible, with likenesses, from the first character that is no blank. */
static void clean(const char *text, struct buffer *out)
{
    struct writing writing = {.out = out};
    uint32_t code;
    for (size_t left = strlen(text), step; left > 0; text += step, left -= step) {
        if ((step = utf8_read(text, left, &code)) == 0) {
            step = 1;
            code = '_';
        } else if (code >= 0x80 && utf8_is_invisible(code)) {
            continue;
        } else if (likeness(code) == code && safe_name_forbids(code)) {
            code = '_';
        }
        if (out->size == 0 && is_blank(code))
            continue;
        put(&writing, out->size == 0 && code == '.' ? '_' : likeness(code));
    }
}

static size_t trimmed(const char *text, size_t size)
{
    for (;;) {
        if (size > 0 && (text[size - 1] == '.' || text[size - 1] == ' '))
            size--;
        else if (size > 2 && memcmp(text + size - 3, "\u3000", 3) == 0)
            size -= 3;
        else if (size > 1 && memcmp(text + size - 2, "\u00a0", 2) == 0)
            size -= 2;
        else
            return size;
    }
}

/* ---- names */
bool safe_name_is_device(const char *stem)
{
    static const char *const devices[] = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$", NULL};
    static const char *const ports[] = {"COM", "LPT", NULL};
    static const char *const raised[] = {"\u00b9", "\u00b2", "\u00b3", NULL};
    size_t length = strcspn(stem, ".");
    while (length > 0 && stem[length - 1] == ' ')
        length--;
    for (const char *const *device = devices; *device; device++)
        if (strlen(*device) == length && strncasecmp(*device, stem, length) == 0)
            return true;
    for (const char *const *port = ports; *port; port++) {
        if (strncasecmp(*port, stem, 3) != 0)
            continue;
        if (length == 4 && stem[3] >= '0' && stem[3] <= '9')
            return true;
        for (const char *const *digit = raised; *digit; digit++)
            if (length == 5 && memcmp(stem + 3, *digit, 2) == 0)
                return true;
    }
    return false;
}

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

size_t safe_name_extension(const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t size = dot && dot != name ? strlen(dot) : 0;
    if (size < 2 || size > SAFE_EXTENSION_MAX)
        return 0;
    for (size_t i = 1; i < size; i++)
        if (!is_letter_or_digit(dot[i]))
            return 0;
    return size;
}

void safe_name(const char *stem, const char *extension, char ret_name[static SAFE_NAME_MAX + 1])
{
    struct buffer name = {0};
    char *whole = NULL;
    char dotted[SAFE_EXTENSION_MAX + 2];
    size_t tail = strlen(extension);
    if (tail > 0 && tail <= SAFE_EXTENSION_MAX) {
        memcpy(dotted, "x", 1);
        memcpy(dotted + 1, extension, tail + 1);
    }
    if (tail > 0 && (tail > SAFE_EXTENSION_MAX || safe_name_extension(dotted) != tail)) {
        stem = whole = bytes_format("%s%s", stem, extension);
        extension = "";
        tail = 0;
    }
    clean(stem, &name);
    size_t size = trimmed(name.data ? name.data : "", name.size);
    size_t most = SAFE_NAME_MAX - tail;
    char *text = bytes_format("%.*s", (int)size, name.data ? name.data : "");
    const char *front = size == 0 || safe_name_is_device(text) ? "_" : "";
    size = utf8_cut(text, most - strlen(front));
    size = trimmed(text, size);
    memcpy(ret_name, front, strlen(front));
    memcpy(ret_name + strlen(front), text, size);
    memcpy(ret_name + strlen(front) + size, extension, tail + 1);
    free(text);
    free(whole);
    buffer_done(&name);
}

bool safe_name_is(const char *name)
{
    char safe[SAFE_NAME_MAX + 1];
    if (strlen(name) > SAFE_NAME_MAX)
        return false;
    safe_name(name, "", safe);
    return strcmp(safe, name) == 0;
}

char *safe_name_fold(const char *name)
{
    struct buffer out = {0};
    struct writing writing = {.out = &out};
    uint32_t code;
    for (size_t left = strlen(name), step; left > 0; name += step, left -= step) {
        if ((step = utf8_read(name, left, &code)) == 0) {
            step = 1;
            code = '_';
        }
        put(&writing, code);
    }
    struct buffer folded = {0};
    for (const char *at = out.data ? out.data : ""; *at;) {
        char bytes[4];
        at += utf8_read(at, strlen(at), &code);
        buffer_add(&folded, bytes, utf8_write(small_letter(code), bytes));
    }
    buffer_done(&out);
    return folded.data ? folded.data : bytes_text("");
}
