/* Pieces of output waiting for their moment. Runs under the lock of whoever owns the device; does no I/O. */
#include "rehearsal/timed_writes.h"
#include "base/bytes.h"
#include <stdlib.h>
#include <string.h>

enum { PACED_CHUNK = 64 };

static int64_t wire_us(const struct timed_writes *w, size_t size)
{
    return w->baud ? (int64_t)size * 10 * 1000000 / w->baud : 0;
}

static void insert(struct timed_writes *w, struct timed_write piece)
{
    if (w->n == w->capacity) {
        w->capacity = w->capacity ? w->capacity * 2 : 16;
        w->items = bytes_resize(w->items, w->capacity * sizeof *w->items);
    }
    size_t at = w->n;
    while (at > 0 && w->items[at - 1].due_us > piece.due_us)
        at--;
    memmove(w->items + at + 1, w->items + at, (w->n - at) * sizeof *w->items);
    w->items[at] = piece;
    w->n++;
    w->bytes += piece.size;
}

void timed_writes_add(struct timed_writes *w, int64_t due_us, const void *bytes, size_t size, unsigned flags)
{
    const bool is_stale = flags & TIMED_WRITE_STALE;
    const size_t chunk = is_stale ? size : w->chunk ? w->chunk : w->baud ? PACED_CHUNK : size;
    const size_t pieces = size ? (size + chunk - 1) / chunk : 0;
    if (w->bytes + size > TIMED_WRITES_MOST_BYTES || w->n + pieces > TIMED_WRITES_MOST_PIECES) {
        w->lost += size;
        return;
    }
    int64_t at_us = !is_stale && w->line_free_us > due_us ? w->line_free_us : due_us;
    for (size_t from = 0; from < size; from += chunk) {
        const size_t part = size - from < chunk ? size - from : chunk;
        at_us += wire_us(w, part);
        uint8_t *copy = bytes_alloc(part);
        memcpy(copy, (const uint8_t *)bytes + from, part);
        const bool is_last = from + part == size;
        insert(w, (struct timed_write){.due_us = at_us,
                                       .bytes = copy,
                                       .size = part,
                                       .is_stale = is_stale,
                                       .ends_read = is_last && flags & TIMED_WRITE_ENDS_READ});
        at_us += w->gap_us;
    }
    if (!is_stale)
        w->line_free_us = at_us;
}

int64_t timed_writes_next_us(const struct timed_writes *w)
{
    return w->n ? w->items[0].due_us : INT64_MAX;
}

bool timed_writes_take(struct timed_writes *w, int64_t now_us, struct timed_write *ret)
{
    if (w->n == 0 || w->items[0].due_us > now_us)
        return false;
    *ret = w->items[0];
    w->n--;
    w->bytes -= ret->size;
    memmove(w->items, w->items + 1, w->n * sizeof *w->items);
    return true;
}

void timed_writes_cancel(struct timed_writes *w)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (w->items[i].is_stale) {
            w->items[kept++] = w->items[i];
            continue;
        }
        w->bytes -= w->items[i].size;
        free(w->items[i].bytes);
    }
    w->n = kept;
    w->line_free_us = 0;
}

void timed_writes_clear(struct timed_writes *w)
{
    for (size_t i = 0; i < w->n; i++)
        free(w->items[i].bytes);
    w->n = w->bytes = 0;
    w->line_free_us = 0;
}

void timed_writes_done(struct timed_writes *w)
{
    timed_writes_clear(w);
    free(w->items);
    *w = (struct timed_writes){0};
}
