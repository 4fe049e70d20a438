/* Lets one presentation through once: what was last seen less than two seconds ago is the same presentation,
 * however often the device reports it (a card trembling at the edge of the field, a scanner that sees a
 * screen twice). Keeps a keyed hash, not the bytes. Pure: time is given. */
#ifndef READERS_READER_GATE_H
#define READERS_READER_GATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { READER_GATE_US = 2000000 };

struct reader_gate {
    uint8_t key[32], last[32];
    int64_t last_us;
    bool has_last;
};

void reader_gate_init(struct reader_gate *); /* needs sodium_init() */
/* True when this is another presentation than the last. Each call counts as seeing it. */
bool reader_gate_is_new(struct reader_gate *, const void *bytes, size_t size, int64_t now_us);

#endif
