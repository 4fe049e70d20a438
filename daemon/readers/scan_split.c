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

static void start_anew(struct scan_split *s)
{
    s->size = 0;
    s->is_done = s->is_overlong = false;
}

static bool has_begun(const struct scan_split *s)
{
    return !s->is_done && (s->size > 0 || s->is_overlong || s->holds_cr);
}

static enum scan_event end_scan(struct scan_split *s)
{
    const enum scan_event event = s->is_overlong ? SCAN_TOO_LARGE : s->size > 0 ? SCAN_WHOLE : SCAN_EMPTY;
    s->is_done = true;
    return event;
}

static void keep(struct scan_split *s, uint8_t byte)
{
    s->ending = 0;
    if (s->size < sizeof s->bytes)
        s->bytes[s->size++] = byte;
    else
        s->is_overlong = true;
}

static bool is_second_of_ending(const struct scan_split *s, uint8_t byte, int64_t since_us)
{
    return s->ending && s->ending != byte && since_us < SCAN_ENDING_US;
}

static enum scan_event take_any_ending(struct scan_split *s, uint8_t byte, int64_t since_us)
{
    if (byte != '\r' && byte != '\n') {
        keep(s, byte);
        return SCAN_NONE;
    }
    s->knows_endings = true;
    if (is_second_of_ending(s, byte, since_us)) {
        s->ending = 0;
        return SCAN_NONE;
    }
    s->ending = byte;
    return end_scan(s);
}

static void keep_held(struct scan_split *s)
{
    if (s->holds_cr)
        keep(s, '\r');
    s->holds_cr = false;
}

static enum scan_event take_crlf(struct scan_split *s, uint8_t byte)
{
    if (byte == '\n' && s->holds_cr) {
        s->holds_cr = false;
        return end_scan(s);
    }
    keep_held(s);
    if (byte == '\r')
        s->holds_cr = true;
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

static enum scan_event take(struct scan_split *s, uint8_t byte, int64_t since_us)
{
    if (s->is_done)
        start_anew(s);
    return s->separator == SCAN_SEPARATOR_AUTO   ? take_any_ending(s, byte, since_us)
           : s->separator == SCAN_SEPARATOR_CRLF ? take_crlf(s, byte)
                                                 : take_told(s, byte);
}

enum scan_event scan_split_feed(struct scan_split *s, const uint8_t *bytes, size_t size, int64_t now_us,
                                size_t *ret_used)
{
    enum scan_event event = SCAN_NONE;
    size_t used = 0;
    while (used < size && event == SCAN_NONE) {
        event = take(s, bytes[used++], now_us - s->last_us);
        s->last_us = now_us;
    }
    *ret_used = used;
    return event;
}

int64_t scan_split_due_us(const struct scan_split *s)
{
    if (!has_begun(s))
        return INT64_MAX;
    return s->last_us + (s->knows_endings && !s->is_overlong ? SCAN_CUT_OFF_US : s->pause_us);
}

enum scan_event scan_split_idle(struct scan_split *s, int64_t now_us)
{
    if (now_us < scan_split_due_us(s))
        return SCAN_NONE;
    keep_held(s);
    const enum scan_event event = end_scan(s);
    return event == SCAN_WHOLE && s->knows_endings ? SCAN_CUT_OFF : event;
}
