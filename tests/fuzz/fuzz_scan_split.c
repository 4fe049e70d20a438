/* Scans from a scanner's bytes. The first byte's lowest bit says whether FE in the input stands for a pause of 300 ms,
 * the rest of it what ends a scan. No scan is empty, too large or holds an ending; byte by byte gives the same scans;
 * every byte that is no ending comes out once, or is accounted for by a report that it was too much or cut off;
 * an untold scanner's scans are what it sent, in one piece. */
#include "base/bytes.h"
#include "readers/scan_split.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define CHECK(truth)                                                                                         \
    do {                                                                                                     \
        if (!(truth))                                                                                        \
            abort();                                                                                         \
    } while (0)

enum { PAUSE_MARK = 0xfe, PAUSE_US = 300000 };

struct run {
    struct scan_split split;
    struct buffer out;
    int64_t now_us;
    const uint8_t *input; /* NULL when it holds pauses */
    size_t input_size, given, got;
    bool has_lost;
};

/* A byte that never stands in a scan. */
static bool is_ending(enum scan_separator separator, uint8_t byte)
{
    return (separator == SCAN_SEPARATOR_CR && byte == '\r') ||
           (separator == SCAN_SEPARATOR_LF && byte == '\n') ||
           (separator == SCAN_SEPARATOR_TAB && byte == '\t');
}

static bool is_line_breaks(const uint8_t *bytes, size_t size)
{
    size_t n = 0;
    while (n < size && (bytes[n] == '\r' || bytes[n] == '\n'))
        n++;
    return n == size;
}

static void note(struct run *r, enum scan_event event)
{
    const struct scan_split *s = &r->split;
    if (event == SCAN_NONE)
        return;
    buffer_format(&r->out, "<%d>", (int)event);
    if (event == SCAN_WHOLE) {
        CHECK(s->size > 0 && s->size <= CREDENTIAL_MAX);
        for (size_t i = 0; i < s->size; i++)
            CHECK(!is_ending(s->separator, s->bytes[i]));
        CHECK(s->separator != SCAN_SEPARATOR_CRLF || !memmem(s->bytes, s->size, "\r\n", 2));
        if (s->separator == SCAN_SEPARATOR_AUTO) {
            CHECK(!is_line_breaks(s->bytes, s->size));
            CHECK(!r->input || memmem(r->input, r->input_size, s->bytes, s->size));
        }
        buffer_add(&r->out, s->bytes, s->size);
        r->got += s->size;
    }
    r->has_lost = r->has_lost || event == SCAN_TOO_LARGE || event == SCAN_CUT_OFF;
}

static void feed(struct run *r, const uint8_t *bytes, size_t size, size_t piece)
{
    for (size_t at = 0, used; at < size; at += used) {
        const size_t n = size - at < piece ? size - at : piece;
        note(r, scan_split_feed(&r->split, bytes + at, n, r->now_us, &used));
        CHECK(used > 0 && used <= n);
        for (size_t i = at; i < at + used; i++)
            r->given += !is_ending(r->split.separator, bytes[i]);
    }
}

static void pass(struct run *r, int64_t us)
{
    r->now_us += us;
    note(r, scan_split_idle(&r->split, r->now_us));
}

static struct run *run(const uint8_t *bytes, size_t size, uint8_t how, size_t piece)
{
    struct run *r = bytes_alloc(sizeof *r);
    r->now_us = 1000000000;
    const bool has_pauses = how & 1;
    r->input = has_pauses ? NULL : bytes;
    r->input_size = size;
    scan_split_init(&r->split, (enum scan_separator)((how >> 1) % SCAN_SEPARATOR_COUNT), SCAN_PAUSE_US);
    buffer_add_text(&r->out, "");
    while (size > 0) {
        const uint8_t *mark = has_pauses ? memchr(bytes, PAUSE_MARK, size) : NULL;
        const size_t n = mark ? (size_t)(mark - bytes) : size;
        feed(r, bytes, n, piece);
        if (mark)
            pass(r, PAUSE_US);
        bytes += n + (mark != NULL);
        size -= n + (mark != NULL);
    }
    pass(r, SCAN_CUT_OFF_US);
    CHECK(scan_split_due_us(&r->split) == INT64_MAX);
    const bool counts_endings =
        r->split.separator == SCAN_SEPARATOR_CRLF || r->split.separator == SCAN_SEPARATOR_AUTO;
    const bool may_lack = r->has_lost || counts_endings;
    CHECK(may_lack ? r->got <= r->given : r->got == r->given);
    return r;
}

static void run_free(struct run *r)
{
    buffer_done(&r->out);
    free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    struct run *whole = run(bytes + 1, size - 1, bytes[0], size),
               *single = run(bytes + 1, size - 1, bytes[0], 1);
    CHECK(whole->out.size == single->out.size &&
          memcmp(whole->out.data, single->out.data, whole->out.size) == 0);
    run_free(whole);
    run_free(single);
    return 0;
}
