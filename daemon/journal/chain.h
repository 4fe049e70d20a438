/* The hash chain over the entries: hash = BLAKE2b-256(prev || canonical bytes), first prev =
 * BLAKE2b-256("paihao journal 1").
 *
 * Canonical bytes of an entry, in this order, integers little-endian, never to be changed once an event was
 * held: u64 seq, u16 kind, i64 at_us, i64 mono_us, text lane, u32 number, u32 value, 16 bytes person (zeros:
 * nobody), u8 medium, u8 bound, text device, text text, text extra where a text is u16 length in bytes and
 * its UTF-8 without a NUL. So no two entries have the same bytes. */
#ifndef JOURNAL_CHAIN_H
#define JOURNAL_CHAIN_H
#include "journal/journal.h"

enum {
    CHAIN_ENTRY_MAX = 8 + 2 + 8 + 8 + (2 + LANE_NAME_MAX) + 4 + 4 + PERSON_ID_SIZE + 1 + 1 +
                      (2 + DEVICE_MAX) + (2 + ENTRY_TEXT_MAX) + (2 + PROFILE_MAX)
};
/* Returns how many bytes were written. */
size_t chain_bytes(const struct queue_entry *, uint8_t ret_bytes[static CHAIN_ENTRY_MAX]);
void chain_first(uint8_t ret_hash[static JOURNAL_HASH_SIZE]);
/* ret_hash may be prev. */
void chain_next(const uint8_t prev[static JOURNAL_HASH_SIZE], const struct queue_entry *,
                uint8_t ret_hash[static JOURNAL_HASH_SIZE]);

#endif
