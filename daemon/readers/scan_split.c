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

static const char *const endings_names[SCAN_ENDINGS_COUNT] = {"unknown", "break", "none"};

enum scan_endings scan_endings_from_name(const char *name)
{
    enum scan_endings endings = SCAN_ENDINGS_UNKNOWN;
    while (endings < SCAN_ENDINGS_COUNT && strcmp(endings_names[endings], name) != 0)
        endings++;
    return endings;
}

const char *scan_endings_name(enum scan_endings endings)
{
    return endings_names[endings];
}

void scan_split_init(struct scan_split *s, enum scan_separator separator, int64_t pause_us)
{
    wipe_bytes(s, sizeof *s);
    s->separator = separator;
    s->pause_us = pause_us;
    s->endings = separator == SCAN_SEPARATOR_AUTO      ? SCAN_ENDINGS_UNKNOWN
                 : separator == SCAN_SEPARATOR_SILENCE ? SCAN_ENDINGS_NONE
                                                       : SCAN_ENDINGS_BREAK;
    s->ended_us = INT64_MIN / 2;
}

void scan_split_know(struct scan_split *s, enum scan_endings endings)
{
    if (s->separator == SCAN_SEPARATOR_AUTO)
        s->endings = endings;
}

void scan_split_set_late(struct scan_split *s, bool is_late)
{
    s->is_late = is_late;
}

static void start_anew(struct scan_split *s, int64_t now_us)
{
    s->size = 0;
    s->is_done = s->is_overlong = s->has_run_on = false;
    s->may_be_tail = s->cut_size > 0 && now_us - s->cut_us < SCAN_TAIL_US;
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

static bool begins_as_cut(const struct scan_split *s)
{
    return s->cut_size >= SCAN_HEAD && s->size >= SCAN_HEAD && memcmp(s->cut, s->bytes, SCAN_HEAD) == 0;
}

static void forget_cut(struct scan_split *s)
{
    wipe_bytes(s->cut, s->cut_size);
    s->cut_size = 0;
}

/* With its ending, or without one where none is sent. */
static enum scan_event end_scan(struct scan_split *s)
{
    const bool is_tail = s->may_be_tail && !begins_as_cut(s);
    s->is_done = true;
    s->n_held = 0;
    s->may_be_tail = false;
    forget_cut(s);
    return is_too_large(s) ? SCAN_TOO_LARGE
           : is_blank(s)   ? SCAN_EMPTY
           : is_tail       ? SCAN_CUT_OFF
           : s->has_run_on ? SCAN_GARBLED
                           : SCAN_WHOLE;
}

/* An ending that a scanner is told of. */
static enum scan_event end_told(struct scan_split *s, int64_t now_us)
{
    const bool is_second = s->size == 0 && !s->is_overlong && now_us - s->ended_us < SCAN_AGAIN_US;
    s->ended_us = now_us;
    if (!is_second)
        return end_scan(s);
    s->is_done = true;
    return SCAN_NONE;
}

/* Without the ending that must come, or whose coming is not known. */
static enum scan_event cut_off(struct scan_split *s, int64_t now_us)
{
    const bool is_same = s->size > 0 && s->size == s->cut_size && memcmp(s->cut, s->bytes, s->size) == 0;
    if (is_too_large(s))
        return end_scan(s);
    if (s->endings == SCAN_ENDINGS_UNKNOWN && is_same) {
        s->endings = SCAN_ENDINGS_NONE;
        s->may_be_tail = false;
        return end_scan(s);
    }
    s->is_done = true;
    s->n_held = 0;
    s->may_be_tail = false;
    memcpy(s->cut, s->bytes, s->size);
    s->cut_size = s->size;
    s->cut_us = now_us;
    return SCAN_CUT_OFF;
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

static enum scan_event take_crlf(struct scan_split *s, uint8_t byte, int64_t now_us)
{
    if (byte == '\n' && s->n_held > 0)
        return end_told(s, now_us);
    keep_held(s);
    if (byte == '\r')
        hold(s, byte);
    else
        keep(s, byte);
    return SCAN_NONE;
}

static enum scan_event take_told(struct scan_split *s, uint8_t byte, int64_t now_us)
{
    static const uint8_t endings[SCAN_SEPARATOR_COUNT] = {
        [SCAN_SEPARATOR_CR] = '\r', [SCAN_SEPARATOR_LF] = '\n', [SCAN_SEPARATOR_TAB] = '\t'};
    if (endings[s->separator] && byte == endings[s->separator])
        return end_told(s, now_us);
    keep(s, byte);
    return SCAN_NONE;
}

static enum scan_event take(struct scan_split *s, uint8_t byte, int64_t now_us)
{
    if (s->is_done || (s->size == 0 && s->n_held == 0 && !s->is_overlong))
        start_anew(s, now_us);
    return s->separator == SCAN_SEPARATOR_AUTO   ? take_any(s, byte)
           : s->separator == SCAN_SEPARATOR_CRLF ? take_crlf(s, byte, now_us)
                                                 : take_told(s, byte, now_us);
}

enum scan_event scan_split_feed(struct scan_split *s, const uint8_t *bytes, size_t size, int64_t now_us,
                                size_t *ret_used)
{
    enum scan_event event = SCAN_NONE;
    size_t used = 0;
    while (used < size && event == SCAN_NONE) {
        event = take(s, bytes[used++], now_us);
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

static void strip_breaks(struct scan_split *s)
{
    while (s->size > 0 && is_line_break(s->bytes[s->size - 1]))
        s->size--;
}

int64_t scan_split_due_us(const struct scan_split *s)
{
    if (!has_begun(s))
        return INT64_MAX;
    if (holds_ending(s))
        return s->last_us + s->pause_us * SCAN_LINE_TENTHS / 10;
    return s->last_us + (s->endings != SCAN_ENDINGS_NONE && !is_too_large(s) ? SCAN_CUT_OFF_US : s->pause_us);
}

enum scan_event scan_split_idle(struct scan_split *s, int64_t now_us)
{
    if (now_us < scan_split_due_us(s))
        return SCAN_NONE;
    if (holds_ending(s)) {
        s->endings = SCAN_ENDINGS_BREAK;
        keep_once(s);
        strip_breaks(s);
        return end_scan(s);
    }
    keep_held(s);
    return s->endings == SCAN_ENDINGS_NONE ? end_scan(s) : cut_off(s, now_us);
}
