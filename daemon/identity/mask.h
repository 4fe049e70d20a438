/* The one fixed mask of each personal field (DOMAIN.md, privacy): two different masks of one number could be
 * spliced together again, so nobody else may invent another. */
#ifndef IDENTITY_MASK_H
#define IDENTITY_MASK_H
#include "identity/medium.h"

/* "990101************": the first six characters and twelve asterisks; "" for "". */
void mask_id_number(const char *id_number, char ret_mask[static ID_NUMBER_LENGTH + 1]);
/* The first character and one ○ for each further one, at most three: 张○○. "" for "". Blanks count as nothing. */
enum { NAME_MASK_SIZE = 4 + 3 * 3 + 1 };
void mask_name(const char *name, char ret_mask[static NAME_MASK_SIZE]);

#endif
