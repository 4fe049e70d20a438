/* The emulated SAM reader against any host: it must not crash, must stay bounded, and each write of a sound
 * device is one frame whose length and checksum are right. Input as for fuzz_emulated_pn532. */
#include "rehearsal/emulated_sam.h"
#include <stdlib.h>
#include <string.h>

#define REQUIRE(what)                                                                                        \
    do {                                                                                                     \
        if (!(what))                                                                                         \
            abort();                                                                                         \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_whole_frame(const uint8_t *b, size_t n)
{
    static const uint8_t header[] = {0xaa, 0xaa, 0xaa, 0x96, 0x69};
    uint8_t check = 0;
    REQUIRE(n >= 11 && memcmp(b, header, sizeof header) == 0);
    REQUIRE(n == 7 + ((size_t)b[5] << 8 | b[6]));
    for (size_t i = 5; i < n; i++)
        check ^= b[i];
    REQUIRE(check == 0);
}

static void drain(struct device *d, int64_t now_us, bool is_sound)
{
    struct timed_write piece;
    REQUIRE(d->output.bytes <= TIMED_WRITES_MOST_BYTES && d->output.n <= TIMED_WRITES_MOST_PIECES);
    while (timed_writes_take(&d->output, now_us, &piece)) {
        if (is_sound)
            require_whole_frame(piece.bytes, piece.size);
        free(piece.bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct card cards[2] = {{.kind = CARD_RESIDENT}, {.kind = CARD_RESIDENT}};
    static const char *const kinds[] = {"none",  "checksum", "truncate", "header",
                                        "noise", "slow",     "status31", "dup"};
    if (size == 0)
        return 0;
    struct device *d = emulated_sam.create();
    int64_t now_us = 0;
    const uint8_t settings = *data++;
    size--;
    d->is_fast = settings & 1;
    d->output.baud = settings & 2 ? 115200 : 0;
    const bool is_sound = (settings & 0x3a) == 0;
    device_plan_fault(d, kinds[settings >> 3 & 7], 0, settings & 4);
    while (size > 0) {
        const uint8_t head = *data++;
        size--;
        size_t part = head & 0x7f;
        part = part < size ? part : size;
        if (head & 0x80)
            d->class->put(d, cards, head & 3 ? (head & 3) - 1u : 0, now_us);
        d->class->feed(d, data, part, now_us);
        data += part;
        size -= part;
        now_us += 20000;
        drain(d, now_us, is_sound);
    }
    drain(d, INT64_MAX, is_sound);
    REQUIRE(d->output.n == 0 && d->output.bytes == 0);
    d->class->destroy(d);
    return 0;
}
