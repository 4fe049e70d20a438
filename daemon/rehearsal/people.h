/* Synthetic people for rehearsals and tests: the same seed and index give the same person, different indexes
 * different ones. Nobody real can match: their region codes 9901xx were never given out. */
#ifndef REHEARSAL_PEOPLE_H
#define REHEARSAL_PEOPLE_H
#include "rehearsal/card.h"

enum { PERSON_CODE_MIN = 60, PERSON_CODE_MAX = 300, PEOPLE_MAX = 100000 };

struct person {
    char name[40];      /* two to four Chinese characters */
    char id_number[19]; /* valid check digit */
    char valid_to[9];   /* YYYYMMDD or "LONG" */
    uint8_t serial[CARD_SERIAL_SIZE];
    uint8_t
        code[PERSON_CODE_MAX]; /* capture code: opaque, no CR, LF or NUL; about one in sixteen is not text */
    size_t code_size;
};

/* index < PEOPLE_MAX. */
void person_make(uint64_t seed, uint32_t index, struct person *ret);
/* The person's resident card, with text record and chip number. */
void person_card(const struct person *, struct card *ret);
/* Deterministic numbers for everything else that should look accidental (splitmix64). */
uint64_t people_random(uint64_t *state);

#endif
