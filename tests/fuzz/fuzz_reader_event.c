/* A reader's lines: the first byte says how the rest is cut. Cuts must not matter; texts must be plain; no
 * event may follow from half a line. */
#include "base/text.h"
#include "readers/reader_event.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_so)
{
    if (!is_so)
        abort();
}

static void check_text(const char *text)
{
    size_t length = strlen(text);
    require(length == 0 || text_is_plain(text, length, READER_TEXT_MAX));
}

static void check_event(const struct reader_event *event)
{
    check_text(event->detail);
    check_text(event->zh);
    check_text(event->en);
    require(strlen(event->code) <= READER_CODE_MAX);
    require(strspn(event->code, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(event->code));
    require(event->kind != READER_EVENT_STATE || (unsigned)event->state < READER_STATE_COUNT);
    require(event->kind != READER_EVENT_FAULT || event->code[0]);
    require(event->kind != READER_EVENT_READING || event->presentation_fault != PRESENTATION_OK ||
            event->presentation.medium != MEDIUM_NONE);
}

/* A number that two runs share when they saw the same events at the same bytes. */
static uint64_t run(const uint8_t *data, size_t size, size_t step)
{
    static struct reader_parser parser;
    static struct reader_event event;
    uint64_t digest = 1469598103934665603u;
    reader_parser_init(&parser);
    for (size_t start = 0; start < size; start += step) {
        size_t end = step < size - start ? start + step : size;
        for (size_t at = start; at < end;) {
            size_t taken = reader_parser_feed(&parser, (const char *)data + at, end - at, &event);
            require(taken > 0 && taken <= end - at);
            at += taken;
            check_event(&event);
            if (event.kind == READER_EVENT_NONE)
                continue;
            const uint8_t *bytes = (const uint8_t *)&event;
            for (size_t i = 0; i < sizeof event; i++)
                digest = (digest ^ bytes[i]) * 1099511628211u;
            digest = (digest ^ at) * 1099511628211u;
        }
    }
    return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t step = 1 + data[0];
    require(run(data + 1, size - 1, step) == run(data + 1, size - 1, size - 1));
    return 0;
}
