/* One presentation, one reading. */
#include "readers/reader_gate.h"
#include "base/bytes.h"
#include <sodium.h>
#include <string.h>

void reader_gate_init(struct reader_gate *g, bool tells_gone)
{
    *g = (struct reader_gate){.tells_gone = tells_gone};
    random_bytes(g->key, sizeof g->key);
}

void reader_gate_gone(struct reader_gate *g)
{
    g->is_gone = true;
}

void reader_gate_refused(struct reader_gate *g)
{
    g->is_refused = g->has_last;
}

static bool is_again(const struct reader_gate *g, int64_t now_us)
{
    if (g->tells_gone)
        return g->is_gone && (g->is_refused || now_us - g->seen_us >= READER_GATE_GONE_US);
    return now_us - g->passed_us >= READER_GATE_AGAIN_US ||
           (g->is_refused && now_us - g->seen_us >= READER_GATE_RETRY_US);
}

bool reader_gate_is_new(struct reader_gate *g, const void *bytes, size_t size, int64_t now_us)
{
    uint8_t hash[sizeof g->last];
    crypto_generichash(hash, sizeof hash, bytes, size, g->key, sizeof g->key);
    const bool is_same = g->has_last && memcmp(hash, g->last, sizeof hash) == 0;
    const bool is_new = !is_same || is_again(g, now_us);
    memcpy(g->last, hash, sizeof hash);
    g->has_last = true;
    g->is_gone = false;
    g->seen_us = now_us;
    if (is_new) {
        g->passed_us = now_us;
        g->is_refused = false;
    }
    return is_new;
}
