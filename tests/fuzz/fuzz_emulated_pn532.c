/* The emulated PN532 against any host and any card: it must not crash, must stay bounded, and whatever it
 * says without a fault consists of whole frames and ACKs. Input: one byte of settings, then chunks, each a
 * length byte (its high bit also moves a card) and that many host bytes. */
#include "rehearsal/emulated_pn532.h"
#include <stdlib.h>
#include <string.h>

#define REQUIRE(what)                                                                                        \
    do {                                                                                                     \
        if (!(what))                                                                                         \
            abort();                                                                                         \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One write of a sound device is exactly one ACK or one frame with right checksums. */
static void require_whole_frame(const uint8_t *b, size_t n)
{
    static const uint8_t ack[] = {0x00, 0x00, 0xff, 0x00, 0xff, 0x00};
    uint8_t sum = 0;
    if (n == sizeof ack && memcmp(b, ack, n) == 0)
        return;
    REQUIRE(n >= 8 && b[0] == 0 && b[1] == 0 && b[2] == 0xff && b[n - 1] == 0);
    const bool is_long = b[3] == 0xff && b[4] == 0xff;
    const size_t head = is_long ? 8 : 5, length = is_long ? (size_t)b[5] << 8 | b[6] : b[3];
    REQUIRE((uint8_t)(is_long ? b[5] + b[6] + b[7] : b[3] + b[4]) == 0);
    REQUIRE(n == head + length + 2);
    for (size_t i = head; i < n - 1; i++)
        sum = (uint8_t)(sum + b[i]);
    REQUIRE(sum == 0);
    REQUIRE(b[head] == 0xd5 || (b[head] == 0x7f && length == 1));
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
    static const struct card cards[2] = {{.kind = CARD_RESIDENT, .serial = {1, 2, 3, 4, 5, 6, 7, 8}},
                                         {.kind = CARD_TYPE_A, .uid = {9, 9, 9, 9}, .uid_size = 4}};
    static const char *const kinds[] = {"none", "noack", "truncate", "late", "nad", "mi", "junk", "dup"};
    if (size == 0)
        return 0;
    struct device *d = emulated_pn532.create();
    int64_t now_us = 0;
    const uint8_t settings = *data++;
    size--;
    d->is_fast = settings & 1;
    d->output.baud = settings & 2 ? 115200 : 0;
    const bool is_sound = (settings & 0x3a) == 0;
    if (settings & 8)
        d->output.chunk = 1;
    device_plan_fault(d, kinds[settings >> 3 & 6], 0, false);
    if (settings & 4)
        d->class->feed(d, (const uint8_t *)"\x55\x55\0\0", 4, now_us);
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
