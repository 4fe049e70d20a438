/* What a person may lay on a reader. A resident card is both: its text for a SAM reader and its chip number
 * for a plain NFC reader. */
#ifndef REHEARSAL_CARD_H
#define REHEARSAL_CARD_H
#include "identity/sam_text.h"
#include <stddef.h>
#include <stdint.h>

enum card_kind {
    CARD_RESIDENT, /* ISO 14443 type B without ISO-DEP (readers.md 6.1) */
    CARD_TYPE_A,   /* a campus card: only its UID matters */
};

enum { CARD_SERIAL_SIZE = 8, CARD_UID_MAX = 10, CARD_ATS_MAX = 20, CARDS_MAX = 2 };

struct card {
    enum card_kind kind;
    uint8_t serial[CARD_SERIAL_SIZE];
    uint8_t text[SAM_TEXT_SIZE];
    uint8_t uid[CARD_UID_MAX];
    size_t uid_size; /* 4, 7 or 10. 4 beginning with 08: another one after each loss of the field (a phone) */
    uint8_t ats[CARD_ATS_MAX]; /* what it answers to RATS, TL first; TL may lie */
    size_t ats_size;           /* 0: no ISO-DEP */
};

#endif
