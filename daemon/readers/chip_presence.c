/* Arrival and departure of cards at a chip reader. No I/O, no clock. */
#include "readers/chip_presence.h"
#include <string.h>

static bool is_same(const struct chip_card *a, const struct chip_card *b)
{
    return a->medium == b->medium && a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

bool chip_presence_has(const struct chip_presence *p, const struct chip_card *card)
{
    return p->has_card && is_same(&p->card, card);
}

bool chip_presence_is_calm(const struct chip_presence *p)
{
    return !p->has_seen_several && p->disturbed == 0;
}

/* After two cards that were told apart one of them may only have been missed: it must be seen alone a few times. */
static bool is_settled(struct chip_presence *p, const struct chip_card *card)
{
    if (!p->has_seen_several)
        return true;
    if (p->settled == 0 || !is_same(&p->candidate, card))
        p->settled = 0;
    p->candidate = *card;
    return ++p->settled >= CHIP_SETTLED_MIN;
}

static enum chip_event see_number(struct chip_presence *p, const struct chip_card *card)
{
    p->misses = 0;
    if (!is_settled(p, card))
        return CHIP_EVENT_NONE;
    const bool is_known = chip_presence_has(p, card);
    *p = (struct chip_presence){.has_card = true, .card = *card};
    return is_known ? CHIP_EVENT_NONE : CHIP_EVENT_READING;
}

static enum chip_event see_nobody(struct chip_presence *p)
{
    if (++p->misses >= CHIP_MISSES_MAX)
        *p = (struct chip_presence){.has_card = false};
    return CHIP_EVENT_NONE;
}

static enum chip_event see_several(struct chip_presence *p)
{
    const bool is_told = p->disturbed >= CHIP_DISTURBED_MAX;
    p->disturbed = CHIP_DISTURBED_MAX;
    p->has_seen_several = true;
    p->settled = 0;
    return is_told ? CHIP_EVENT_NONE : CHIP_EVENT_TWO_CARDS;
}

static enum chip_event see_disturbed(struct chip_presence *p)
{
    p->settled = 0;
    if (p->disturbed >= CHIP_DISTURBED_MAX)
        return CHIP_EVENT_NONE;
    return ++p->disturbed == CHIP_DISTURBED_MAX ? CHIP_EVENT_TWO_CARDS : CHIP_EVENT_NONE;
}

static enum chip_event see_random(struct chip_presence *p)
{
    const bool is_told = p->has_told_random;
    p->has_told_random = true;
    p->has_card = false;
    return is_told ? CHIP_EVENT_NONE : CHIP_EVENT_RANDOM_UID;
}

enum chip_event chip_presence_see(struct chip_presence *p, enum chip_look look, const struct chip_card *card)
{
    if (look == CHIP_LOOK_NUMBER)
        return see_number(p, card);
    if (look == CHIP_LOOK_EMPTY)
        return see_nobody(p);
    p->misses = 0; /* something lies there, so nothing has left */
    if (look == CHIP_LOOK_SEVERAL)
        return see_several(p);
    if (look == CHIP_LOOK_DISTURBED)
        return see_disturbed(p);
    if (look == CHIP_LOOK_RANDOM)
        return see_random(p);
    return ++p->strange == CHIP_STRANGE_MAX ? CHIP_EVENT_UNSUPPORTED : CHIP_EVENT_NONE;
}
