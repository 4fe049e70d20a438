/* Scans from bytes and pauses. No I/O, no clock, and no opinion about what a code contains. */
#include "readers/scan_split.h"
#include "base/bytes.h"
#include <string.h>

enum scan_separator scan_separator_from_name(const char *name)
{
    static const char *const names[SCAN_SEPARATOR_COUNT] = {"auto", "cr", "lf", "crlf", "tab", "silence"};
    enum scan_separator separator = SCAN_SEPARATOR_AUTO;
    while (separator < SCAN_SEPARATOR_COUNT && strcmp(names[separator], name) != 0)
        separator++;
    return separator;
}

void scan_split_init(struct scan_split *s, enum scan_separator separator, int64_t pause_us)
{
    wipe_bytes(s, sizeof *s);
    s->separator = separator;
    s->pause_us = pause_us;
    s->knows_endings = separator != SCAN_SEPARATOR_AUTO && separator != SCAN_SEPARATOR_SILENCE;
}

void scan_split_set_late(struct scan_split *s, bool is_late)
{
    s->is_late = is_late;
}

static void start_anew(struct scan_split *s)
{
    s->size = 0;
    s->is_done = s->is_overlong = s->has_run_on = false;
}

static bool has_begun(const struct scan_split *s)
{
    return !s->is_done && (s->size > 0 || s->is_overlong || s->n_held > 0);
}

static bool is_line_break(uint8_t byte)
{
    return byte == '\r' || byte == '\n';
}

/* Line breaks alone are no code. */
static bool is_blank(const struct scan_split *s)
{
    bool is_blank = true;
    for (size_t i = 0; i < s->size && is_blank; i++)
        is_blank = s->separator == SCAN_SEPARATOR_AUTO && is_line_break(s->bytes[i]);
    return is_blank;
}

static bool is_too_large(const struct scan_split *s)
{
    return s->is_overlong || s->size > CREDENTIAL_MAX;
}

static enum scan_event end_scan(struct scan_split *s)
{
    s->is_done = true;
    s->n_held = 0;
    return is_too_large(s) ? SCAN_TOO_LARGE
           : is_blank(s)   ? SCAN_EMPTY
           : s->has_run_on ? SCAN_GARBLED
                           : SCAN_WHOLE;
}

static void keep(struct scan_split *s, uint8_t byte)
{
    if (s->size < sizeof s->bytes)
        s->bytes[s->size++] = byte;
    else
        s->is_overlong = true;
}

static void keep_held(struct scan_split *s)
{
    for (size_t i = 0; i < s->n_held; i++)
        keep(s, s->held[i]);
    s->n_held = 0;
}

static void hold(struct scan_split *s, uint8_t byte)
{
    s->held[s->n_held++] = byte;
}

/* A line break ends the scan only when nothing follows it. */
static enum scan_event take_any(struct scan_split *s, uint8_t byte)
{
    const bool completes = is_line_break(byte) && s->n_held == 1 && s->held[0] != byte;
    s->has_run_on |= s->is_late && s->n_held > 0 && !completes;
    if (!completes)
        keep_held(s);
    if (is_line_break(byte))
        hold(s, byte);
    else
        keep(s, byte);
    return SCAN_NONE;
}

static enum scan_event take_crlf(struct scan_split *s, uint8_t byte)
{
    if (byte == '\n' && s->n_held > 0)
        return end_scan(s);
    keep_held(s);
    if (byte == '\r')
        hold(s, byte);
    else
        keep(s, byte);
    return SCAN_NONE;
}

static enum scan_event take_told(struct scan_split *s, uint8_t byte)
{
    static const uint8_t endings[SCAN_SEPARATOR_COUNT] = {
        [SCAN_SEPARATOR_CR] = '\r', [SCAN_SEPARATOR_LF] = '\n', [SCAN_SEPARATOR_TAB] = '\t'};
    if (endings[s->separator] && byte == endings[s->separator])
        return end_scan(s);
    keep(s, byte);
    return SCAN_NONE;
}

static enum scan_event take(struct scan_split *s, uint8_t byte)
{
    if (s->is_done)
        start_anew(s);
    return s->separator == SCAN_SEPARATOR_AUTO   ? take_any(s, byte)
           : s->separator == SCAN_SEPARATOR_CRLF ? take_crlf(s, byte)
                                                 : take_told(s, byte);
}

enum scan_event scan_split_feed(struct scan_split *s, const uint8_t *bytes, size_t size, int64_t now_us,
                                size_t *ret_used)
{
    enum scan_event event = SCAN_NONE;
    size_t used = 0;
    while (used < size && event == SCAN_NONE) {
        event = take(s, bytes[used++]);
        s->last_us = now_us;
    }
    *ret_used = used;
    return event;
}

static bool is_said_again(const struct scan_split *s, size_t once, size_t times)
{
    const size_t step = once + s->n_held;
    for (size_t i = 1; i < times; i++)
        if (memcmp(s->bytes + i * step - s->n_held, s->held, s->n_held) != 0 ||
            memcmp(s->bytes + i * step, s->bytes, once) != 0)
            return false;
    return true;
}

/* A scan that came twice or more in one breath, each time with its ending, is that scan. */
static void keep_once(struct scan_split *s)
{
    for (size_t times = 2; times <= SCAN_TIMES_MAX && !s->is_overlong; times++) {
        const size_t breaks = (times - 1) * s->n_held;
        if (s->size <= breaks || (s->size - breaks) % times != 0 ||
            !is_said_again(s, (s->size - breaks) / times, times))
            continue;
        s->size = (s->size - breaks) / times;
        s->has_run_on = false;
        return;
    }
}

/* An ending without being told of one. */
static bool holds_ending(const struct scan_split *s)
{
    return s->separator == SCAN_SEPARATOR_AUTO && s->n_held > 0;
}

int64_t scan_split_due_us(const struct scan_split *s)
{
    if (!has_begun(s))
        return INT64_MAX;
    if (holds_ending(s))
        return s->last_us + s->pause_us * SCAN_LINE_TENTHS / 10;
    return s->last_us + (s->knows_endings && !is_too_large(s) ? SCAN_CUT_OFF_US : s->pause_us);
}

enum scan_event scan_split_idle(struct scan_split *s, int64_t now_us)
{
    if (now_us < scan_split_due_us(s))
        return SCAN_NONE;
    if (holds_ending(s)) {
        s->knows_endings = true;
        keep_once(s);
        return end_scan(s);
    }
    keep_held(s);
    const enum scan_event event = end_scan(s);
    return event == SCAN_WHOLE && s->knows_endings ? SCAN_CUT_OFF : event;
}
