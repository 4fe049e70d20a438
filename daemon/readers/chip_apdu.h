/* What is said to the contactless chip of a resident identity card (ISO 14443-3 type B without ISO-DEP; CRC_B
 * left out) and how its answers are judged. Pure. */
#ifndef READERS_CHIP_APDU_H
#define READERS_CHIP_APDU_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHIP_SERIAL_SIZE = 8, CHIP_ANSWER_SIZE = CHIP_SERIAL_SIZE + 2, CHIP_ATQB_SIZE = 12 };

extern const uint8_t chip_reqb[3];   /* the answer is an ATQB */
extern const uint8_t chip_attrib[9]; /* selects the card whose PUPI is zero, which all of these have */
extern const uint8_t chip_get_number[5];

/* Exactly the serial and 90 00; anything else is no answer of this card. An all-zero serial is none. */
bool chip_number_is_good(const uint8_t *answer, size_t size);
/* 50, a PUPI of zero and D1 03: the only part of the ATQB that all these cards share. */
bool chip_is_resident_card(const uint8_t *atqb, size_t size);

#endif
