/* The parent's parser of what the confined child says: it takes only what our own writer writes, byte for byte. */
#include "fuzz_table.h"
#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int again_row(void *arg, const struct table_row *row)
{
    table_lines_add_row(arg, row);
    return 0;
}

static int again_merge(void *arg, const struct table_merge *merge)
{
    watch_merge(NULL, merge);
    table_lines_add_merge(arg, merge);
    return 0;
}

static int again_note(void *arg, enum table_note note, uint32_t row)
{
    table_lines_add_note(arg, note, row);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer again = {0};
    struct table_lines *lines = bytes_alloc(sizeof *lines);
    const struct table_sink sink = {
        .row = again_row, .merge = again_merge, .note = again_note, .arg = &again};
    table_lines_init(lines, &sink);
    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        const size_t length = end ? (size_t)(end - data) - at : size - at;
        again.size = 0;
        const int r = table_lines_take(lines, (const char *)data + at, length);
        require(r == 0 || r == -EPROTO);
        if (r == 0 && lines->has_ended)
            table_lines_add_end(&again, lines->end);
        require((r == 0) == (again.size > 0));
        require(r < 0 || (again.size == length + 1 && memcmp(again.data, data + at, length) == 0));
        if (r < 0 || lines->has_ended)
            break;
        at += length + 1;
    }
    table_lines_done(lines);
    free(lines);
    buffer_done(&again);
    return 0;
}
