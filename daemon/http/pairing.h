/* Tokens as they are made: shared by what the office makes and what devices get. */
#ifndef HTTP_PAIRING_H
#define HTTP_PAIRING_H
#include "http/request.h"

/* A fresh token's text, kept with the request for its answer and wiped with it, and kind, hash and expiry of its
 * record. life_us 0: it does not expire. */
void token_make(struct request *, enum token_kind, int64_t life_us, struct token_record *ret);

#endif
