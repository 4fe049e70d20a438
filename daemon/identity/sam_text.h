/* The 256-byte UTF-16LE text record that a SAM_V reader gives (GA 467 as vendors describe it). The letter at byte
 * 248 says which card it is: blank a citizen's, J a resident's of Hong Kong, Macao or Taiwan, I a foreign permanent
 * resident's of 2017, Y one of 2023. */
#ifndef IDENTITY_SAM_TEXT_H
#define IDENTITY_SAM_TEXT_H
#include "identity/medium.h"

enum { SAM_TEXT_SIZE = 256 };

enum sam_text_fault {
    SAM_TEXT_OK = 0,
    SAM_TEXT_BAD_SIZE,
    SAM_TEXT_BAD_ENCODING,
    SAM_TEXT_UNSUPPORTED_CARD, /* an unknown letter, and no number that checks where most cards have it */
    SAM_TEXT_BAD_ID_NUMBER,
    SAM_TEXT_BAD_NAME,
};

/* Fills medium, id_number, name and valid_to of *ret (zeroed first), only on success. The name is the Chinese one,
 * or the foreign one of a card without. Of a card with an unknown letter only the number is taken, when it checks:
 * nothing else stands in a known place. */
enum sam_text_fault sam_text_parse(const uint8_t *record, size_t size, struct presentation *ret);
/* The other way, for rehearsals and tests: a mainland record of a synthetic person. valid_to as in a presentation.
 * Returns 0, -EINVAL or -E2BIG. */
int sam_text_compose(const char *name, const char *id_number, const char *valid_to,
                     uint8_t ret_record[static SAM_TEXT_SIZE]);

#endif
