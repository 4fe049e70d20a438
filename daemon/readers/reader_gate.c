/* One presentation, one reading. */
#include "readers/reader_gate.h"
#include "base/bytes.h"
#include <sodium.h>
#include <string.h>

void reader_gate_init(struct reader_gate *g)
{
    *g = (struct reader_gate){.has_last = false};
    random_bytes(g->key, sizeof g->key);
}

bool reader_gate_is_new(struct reader_gate *g, const void *bytes, size_t size, int64_t now_us)
{
    uint8_t hash[sizeof g->last];
    crypto_generichash(hash, sizeof hash, bytes, size, g->key, sizeof g->key);
    const bool is_same = g->has_last && memcmp(hash, g->last, sizeof hash) == 0;
    const bool is_new = !is_same || now_us - g->last_us >= READER_GATE_US;
    memcpy(g->last, hash, sizeof hash);
    g->last_us = now_us;
    g->has_last = true;
    return is_new;
}
