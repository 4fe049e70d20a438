/* The radio field over an antenna and the cards in it: ISO 14443-3 type B states and answers of a resident
 * card (readers.md 6.1), and type A cards by their UID. Pure. */
#ifndef REHEARSAL_RF_FIELD_H
#define REHEARSAL_RF_FIELD_H
#include "rehearsal/card.h"
#include <stdbool.h>

/* As the PN532 reports them in a status byte (UM0701-02 section 7.1). */
enum rf_status {
    RF_OK = 0x00,
    RF_TIMEOUT = 0x01,
    RF_CRC = 0x02,
    RF_FRAMING = 0x05,
    RF_COLLISION = 0x06,
};

enum card_state { CARD_IDLE, CARD_READY, CARD_ACTIVE, CARD_HALTED };

enum { RF_ANSWER_MAX = 64, ATQB_SIZE = 12 };

struct rf_field {
    bool is_on;
    struct card cards[CARDS_MAX];
    enum card_state states[CARDS_MAX];
    size_t n;
    unsigned collisions; /* picks the next way in which two answers spoil each other */
};

/* Off and on again puts every card back to idle; a card with a random UID then has another one. */
void rf_field_switch(struct rf_field *, bool is_on);
/* Replaces the cards; at most CARDS_MAX are taken. One that lay there before is not disturbed. */
void rf_field_put(struct rf_field *, const struct card *cards, size_t n);
size_t rf_field_count(const struct rf_field *, enum card_kind);
/* The n-th card of that kind, NULL when there is none. */
const struct card *rf_field_card(const struct rf_field *, enum card_kind, size_t n);
/* Sends a type B frame (no CRC) and gives the answer (no CRC). Two resident cards, whose PUPI is all zero,
 * always answer at once and spoil each other. *ret_is_number tells that the answer is the chip number. */
enum rf_status rf_field_send_b(struct rf_field *, const uint8_t *bytes, size_t size,
                               uint8_t ret_answer[static RF_ANSWER_MAX], size_t *ret_size,
                               bool *ret_is_number);
/* Type A (ISO 14443-3): one REQA, anticollision and SELECT. Gives the card that is now active, NULL when none
 * answered: a halted card hears no REQA, and an active one only falls back to idle by it. */
const struct card *rf_field_select_a(struct rf_field *);
/* HLTA to the active card of type A, if any. */
void rf_field_halt_a(struct rf_field *);
/* WUPA and SELECT of a card that was halted a moment ago. */
void rf_field_wake_a(struct rf_field *, const struct card *);
/* CRC_B, ISO/IEC 13239 as ISO 14443-3 annex B uses it; low byte goes first on the air. */
uint16_t rf_crc_b(const uint8_t *bytes, size_t size);

#endif
