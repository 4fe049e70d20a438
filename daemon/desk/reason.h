/* Inside of the desk: reasons as the journal may hold them. One of the codes that the pages offer stands there as
 * it is. What somebody typed, were it only small letters, may hold a name or a number, so it is sealed, and goes
 * with the key when the event is purged. */
#ifndef DESK_REASON_H
#define DESK_REASON_H
#include "journal/journal.h"

/* One of the codes that the pages offer, or nothing: says nothing of anybody. */
bool reason_is_code(const char *plain);
/* `plain` has at most PLAIN_TEXT_MAX bytes. */
void reason_seal(const struct journal_keys *, const char *plain, char ret_text[static ENTRY_TEXT_MAX + 1]);
/* "" for what was sealed with another key or altered. */
void reason_open(const struct journal_keys *, const char *text, char ret_plain[static PLAIN_TEXT_MAX + 1]);

#endif
