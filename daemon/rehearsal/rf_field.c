/* The cards' side of the air. Pure: no I/O, no clock; delays belong to the chip that asks. */
#include "rehearsal/rf_field.h"
#include <string.h>

static const uint8_t atqb[ATQB_SIZE] = {0x50, 0x00, 0x00, 0x00, 0x00, 0xd1,
                                        0x03, 0x86, 0x0c, 0x00, 0x80, 0x80};
static const uint8_t success[2] = {0x90, 0x00};

/* ISO 14443-3: a single size UID that begins with 08 is made up at each power-up; the same ones in each run. */
static void renew_random_uid(struct card *card)
{
    if (card->kind != CARD_TYPE_A || card->uid_size != 4 || card->uid[0] != 0x08)
        return;
    for (size_t i = 1; i < 4; i++)
        card->uid[i] = (uint8_t)(card->uid[i] * 5 + 2 * i + 1);
}

void rf_field_switch(struct rf_field *f, bool is_on)
{
    if (!is_on)
        memset(f->states, 0, sizeof f->states);
    for (size_t i = 0; f->is_on && !is_on && i < f->n; i++)
        renew_random_uid(&f->cards[i]);
    f->is_on = is_on;
}

static bool is_same_card(const struct card *a, const struct card *b)
{
    if (a->kind != b->kind)
        return false;
    return a->kind == CARD_RESIDENT ? memcmp(a->serial, b->serial, sizeof a->serial) == 0
                                    : a->uid_size == b->uid_size && memcmp(a->uid, b->uid, a->uid_size) == 0;
}

/* Idle for a card that comes; one that lay there already stays as it was. */
static enum card_state state_before(const struct rf_field *f, const struct card *card)
{
    for (size_t i = 0; i < f->n; i++)
        if (is_same_card(&f->cards[i], card))
            return f->states[i];
    return CARD_IDLE;
}

void rf_field_put(struct rf_field *f, const struct card *cards, size_t n)
{
    struct rf_field next = *f;
    next.n = n < CARDS_MAX ? n : CARDS_MAX;
    for (size_t i = 0; i < next.n; i++) {
        next.cards[i] = cards[i];
        next.states[i] = state_before(f, &cards[i]);
    }
    *f = next;
}

size_t rf_field_count(const struct rf_field *f, enum card_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++)
        n += f->cards[i].kind == kind;
    return n;
}

const struct card *rf_field_card(const struct rf_field *f, enum card_kind kind, size_t n)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->cards[i].kind == kind && n-- == 0)
            return &f->cards[i];
    return NULL;
}

uint16_t rf_crc_b(const uint8_t *bytes, size_t size)
{
    uint16_t crc = 0xffff;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0x8408 : crc >> 1);
    }
    return (uint16_t)~crc;
}

static size_t answer(uint8_t *out, const void *data, size_t size)
{
    memcpy(out, data, size);
    return size;
}

/* A "random" that repeats for the same card, so that transcripts can be compared. */
static size_t challenge(const struct card *card, uint8_t *out)
{
    for (size_t i = 0; i < CARD_SERIAL_SIZE; i++)
        out[i] = (uint8_t)(card->serial[CARD_SERIAL_SIZE - 1 - i] * 37 + 11);
    return CARD_SERIAL_SIZE + answer(out + CARD_SERIAL_SIZE, success, sizeof success);
}

static bool is_bytes(const uint8_t *bytes, size_t size, const char *expected, size_t expected_size)
{
    return size == expected_size && memcmp(bytes, expected, size) == 0;
}
#define IS(literal) is_bytes(bytes, size, literal, sizeof(literal) - 1)

static size_t answer_active(const struct card *card, const uint8_t *bytes, size_t size, uint8_t *out,
                            bool *ret_is_number)
{
    if (IS("\x00\x36\x00\x00\x08")) {
        *ret_is_number = true;
        memcpy(out, card->serial, CARD_SERIAL_SIZE);
        return CARD_SERIAL_SIZE + answer(out + CARD_SERIAL_SIZE, success, sizeof success);
    }
    if (IS("\x00\x84\x00\x00\x08"))
        return challenge(card, out);
    if (IS("\x00\xa4\x00\x00\x02\x60\x02"))
        return answer(out, success, sizeof success);
    return 0; /* ISO-DEP blocks, R(NAK) among them, mean nothing to this card */
}

/* One card hears one frame. 0: it stays silent. */
static size_t card_hears(const struct card *card, enum card_state *state, const uint8_t *bytes, size_t size,
                         uint8_t *out, bool *ret_is_number)
{
    const bool is_request = size == 3 && bytes[0] == 0x05 && bytes[1] == 0x00;
    if (is_request) {
        const bool is_wake_up = bytes[2] & 0x08;
        if (*state == CARD_ACTIVE || (*state == CARD_HALTED && !is_wake_up))
            return 0;
        *state = CARD_READY;
        return answer(out, atqb, sizeof atqb);
    }
    if (*state == CARD_READY && size == 9 && bytes[0] == 0x1d && memcmp(bytes + 1, atqb + 1, 4) == 0) {
        *state = CARD_ACTIVE;
        return answer(out, "\x08", 1);
    }
    if (size == 5 && bytes[0] == 0x50 && memcmp(bytes + 1, atqb + 1, 4) == 0 && *state != CARD_IDLE) {
        *state = CARD_HALTED;
        return answer(out, "\x00", 1);
    }
    return *state == CARD_ACTIVE ? answer_active(card, bytes, size, out, ret_is_number) : 0;
}

enum rf_status rf_field_send_b(struct rf_field *f, const uint8_t *bytes, size_t size,
                               uint8_t ret_answer[static RF_ANSWER_MAX], size_t *ret_size,
                               bool *ret_is_number)
{
    static const enum rf_status spoiled[] = {RF_CRC, RF_FRAMING, RF_COLLISION};
    size_t answers = 0, answer_size = 0;
    bool is_number = false;
    for (size_t i = 0; f->is_on && i < f->n; i++) {
        if (f->cards[i].kind != CARD_RESIDENT)
            continue;
        const size_t got = card_hears(&f->cards[i], &f->states[i], bytes, size, ret_answer, &is_number);
        if (got) {
            answers++;
            answer_size = got;
        }
    }
    if (answers == 0)
        return RF_TIMEOUT;
    if (answers > 1)
        return spoiled[f->collisions++ % 3];
    *ret_size = answer_size;
    *ret_is_number = is_number;
    return RF_OK;
}

const struct card *rf_field_select_a(struct rf_field *f)
{
    const struct card *selected = NULL;
    for (size_t i = 0; f->is_on && i < f->n; i++) {
        if (f->cards[i].kind != CARD_TYPE_A || f->states[i] == CARD_HALTED)
            continue;
        const bool answers = f->states[i] == CARD_IDLE;
        f->states[i] = answers && !selected ? CARD_ACTIVE : CARD_IDLE; /* not selected: back to idle */
        if (f->states[i] == CARD_ACTIVE)
            selected = &f->cards[i];
    }
    return selected;
}

void rf_field_halt_a(struct rf_field *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->cards[i].kind == CARD_TYPE_A && f->states[i] == CARD_ACTIVE)
            f->states[i] = CARD_HALTED;
}

void rf_field_wake_a(struct rf_field *f, const struct card *card)
{
    for (size_t i = 0; i < f->n; i++)
        if (&f->cards[i] == card)
            f->states[i] = CARD_ACTIVE;
}
