/* Arrival and departure of cards at a chip reader. No I/O, no clock. */
#include "readers/chip_presence.h"
#include <string.h>

static enum chip_event see_number(struct chip_presence *p, const uint8_t *serial)
{
    const bool is_same = p->has_card && memcmp(p->serial, serial, sizeof p->serial) == 0;
    *p = (struct chip_presence){.has_card = true};
    memcpy(p->serial, serial, sizeof p->serial);
    return is_same ? CHIP_EVENT_NONE : CHIP_EVENT_READING;
}

static void see_nobody(struct chip_presence *p)
{
    if (++p->misses >= CHIP_MISSES_MAX)
        *p = (struct chip_presence){.has_card = false};
}

enum chip_event chip_presence_see(struct chip_presence *p, enum chip_look look, const uint8_t *serial)
{
    if (look == CHIP_LOOK_NUMBER)
        return see_number(p, serial);
    if (look == CHIP_LOOK_EMPTY) {
        see_nobody(p);
        return CHIP_EVENT_NONE;
    }
    p->misses = 0; /* something lies there, so nothing has left */
    if (look == CHIP_LOOK_DISTURBED)
        return ++p->disturbed == CHIP_DISTURBED_MAX ? CHIP_EVENT_TWO_CARDS : CHIP_EVENT_NONE;
    return ++p->strange == CHIP_STRANGE_MAX ? CHIP_EVENT_UNSUPPORTED : CHIP_EVENT_NONE;
}
