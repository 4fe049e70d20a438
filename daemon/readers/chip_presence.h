/* From what each look into the field showed to what is presented: one card that comes and stays is one
 * presentation. Pure: looks in, events out. */
#ifndef READERS_CHIP_PRESENCE_H
#define READERS_CHIP_PRESENCE_H
#include "readers/chip_apdu.h"

enum {
    CHIP_MISSES_MAX = 3,    /* looks without the card until it has gone */
    CHIP_DISTURBED_MAX = 4, /* damaged answers in a row that mean two cards: they answer at once */
    CHIP_STRANGE_MAX = 3,
};

enum chip_look {
    CHIP_LOOK_EMPTY,     /* nobody answered */
    CHIP_LOOK_NUMBER,    /* a card gave its number */
    CHIP_LOOK_DISTURBED, /* an answer with collision, CRC or framing error */
    CHIP_LOOK_STRANGE,   /* a type B card that was selected but gave no number */
};

enum chip_event {
    CHIP_EVENT_NONE,
    CHIP_EVENT_READING,
    CHIP_EVENT_TWO_CARDS,
    CHIP_EVENT_UNSUPPORTED,
};

struct chip_presence {
    uint8_t serial[CHIP_SERIAL_SIZE];
    bool has_card;
    unsigned misses, disturbed, strange;
};

/* `serial` is looked at only with CHIP_LOOK_NUMBER. Two cards or a strange card are reported once, until the
 * field has been empty (or given a number) again. */
enum chip_event chip_presence_see(struct chip_presence *, enum chip_look, const uint8_t *serial);

#endif
