/* Lets one presentation through once, however often the device reports it (a card that lies there, or trembles at the edge
 * of the field; a scanner that sees a screen twice), and every further one: whoever takes the card away and lays it
 * down again is answered again, and sooner so after a refusal, since that tells people to try again. Keeps a keyed hash, not the bytes. Pure: time is given. */
#ifndef READERS_READER_GATE_H
#define READERS_READER_GATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    READER_GATE_GONE_US = 800000, /* not seen so long, and said to be gone: gone */
    READER_GATE_AGAIN_US =
        2000000, /* a device that cannot say so: let through again this long after the last time */
    READER_GATE_RETRY_US = 500000, /* ... or, when that time was refused, this long after it was last seen */
};

struct reader_gate {
    uint8_t key[32], last[32];
    int64_t seen_us, passed_us;
    bool has_last, is_gone, tells_gone, is_refused;
};

/* tells_gone: the device reports when nothing lies there, by reader_gate_gone. Needs sodium_init(). */
void reader_gate_init(struct reader_gate *, bool tells_gone);
void reader_gate_gone(struct reader_gate *);
/* What was let through last has been refused. */
void reader_gate_refused(struct reader_gate *);
/* True when this is another presentation than the last. Each call counts as seeing it. */
bool reader_gate_is_new(struct reader_gate *, const void *bytes, size_t size, int64_t now_us);

#endif
