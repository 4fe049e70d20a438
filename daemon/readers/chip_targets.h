/* What a PN53x lists of the type A cards in its field (UM0701-02 section 7.3.5), RATS being switched off. Pure. */
#ifndef READERS_CHIP_TARGETS_H
#define READERS_CHIP_TARGETS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHIP_UID_MAX = 10 };

struct chip_uid {
    uint8_t bytes[CHIP_UID_MAX];
    size_t size; /* 4, 7 or 10: single, double or triple size (ISO/IEC 14443-3) */
};

/* `reply` begins with NbTg. Gives how many cards lie there: 0, 1 and that card's UID, or 2 (whose UIDs matter to
 * nobody); -EPROTO when it is no such reply, *ret is then untouched. */
int chip_targets_parse(const uint8_t *reply, size_t size, struct chip_uid *ret);
/* The same UID from a list without the chip's framing; strips cascade tags. -EPROTO for any other size. */
int chip_uid_take(const uint8_t *bytes, size_t size, struct chip_uid *ret);
/* 4 bytes beginning with 08: made up anew at each power-up, so it names nobody (ISO/IEC 14443-3, phones above all). */
bool chip_uid_is_random(const struct chip_uid *);
bool chip_uid_is_zero(const struct chip_uid *);

#endif
