/* From what each look into the field showed to what is presented: one card that comes and stays is one
 * presentation. Pure: looks in, events out. */
#ifndef READERS_CHIP_PRESENCE_H
#define READERS_CHIP_PRESENCE_H
#include "identity/medium.h"
#include "readers/chip_targets.h"

enum {
    CHIP_MISSES_MAX = 3,    /* looks without the card until it has gone */
    CHIP_DISTURBED_MAX = 4, /* damaged answers in a row that mean two cards: they answer at once */
    CHIP_STRANGE_MAX = 3,
    CHIP_SETTLED_MIN =
        3, /* looks at one card alone, after SEVERAL, until it is believed that the other has gone */
};

enum chip_look {
    CHIP_LOOK_EMPTY,     /* nobody answered */
    CHIP_LOOK_NUMBER,    /* one card gave its number */
    CHIP_LOOK_DISTURBED, /* an answer with collision, CRC or framing error */
    CHIP_LOOK_STRANGE,   /* a card that was selected but gave no number */
    CHIP_LOOK_SEVERAL,   /* two cards, told apart: both of type A, or one of each type */
    CHIP_LOOK_RANDOM,    /* one card with a number that it makes up each time */
};

enum chip_event {
    CHIP_EVENT_NONE,
    CHIP_EVENT_READING,
    CHIP_EVENT_TWO_CARDS,
    CHIP_EVENT_UNSUPPORTED,
    CHIP_EVENT_RANDOM_UID,
};

struct chip_card {
    enum medium medium; /* MEDIUM_CHIP: the 8-byte number of a resident card; MEDIUM_CAMPUS_CARD: a UID */
    uint8_t bytes[CHIP_UID_MAX];
    size_t size;
};

struct chip_presence {
    struct chip_card card, candidate;
    bool has_card, has_seen_several, has_told_random;
    unsigned misses, disturbed, strange, settled;
};

/* `card` is looked at only with CHIP_LOOK_NUMBER. Two cards, a strange or a random one are reported once, until
 * the field has been empty (or has shown one good card alone) again. */
enum chip_event chip_presence_see(struct chip_presence *, enum chip_look, const struct chip_card *card);
/* True for the card that was read and has not gone since. */
bool chip_presence_has(const struct chip_presence *, const struct chip_card *);
/* False while there may be more than one card. */
bool chip_presence_is_calm(const struct chip_presence *);

#endif
