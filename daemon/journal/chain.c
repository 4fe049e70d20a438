/* Canonical bytes and their hashes. Pure; any thread. */
#include "journal/chain.h"

#include <sodium.h>
#include <string.h>

static uint8_t *put_number(uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        *at++ = (uint8_t)(value >> (8 * i));
    return at;
}

static uint8_t *put_text(uint8_t *at, const char *text, size_t most)
{
    size_t length = strnlen(text, most);
    at = put_number(at, length, 2);
    memcpy(at, text, length);
    return at + length;
}

size_t chain_bytes(const struct queue_entry *entry, uint8_t ret_bytes[static CHAIN_ENTRY_MAX])
{
    uint8_t *at = ret_bytes;
    at = put_number(at, entry->seq, 8);
    at = put_number(at, (uint64_t)entry->kind, 2);
    at = put_number(at, (uint64_t)entry->at_us, 8);
    at = put_number(at, (uint64_t)entry->mono_us, 8);
    at = put_text(at, entry->lane, LANE_NAME_MAX);
    at = put_number(at, entry->number, 4);
    at = put_number(at, entry->value, 4);
    memcpy(at, entry->person.bytes, PERSON_ID_SIZE);
    at += PERSON_ID_SIZE;
    at = put_number(at, (uint64_t)entry->medium, 1);
    at = put_number(at, entry->bound, 1);
    at = put_text(at, entry->device, DEVICE_MAX);
    at = put_text(at, entry->text, ENTRY_TEXT_MAX);
    at = put_text(at, entry->extra, PROFILE_MAX);
    return (size_t)(at - ret_bytes);
}

void chain_first(uint8_t ret_hash[static JOURNAL_HASH_SIZE])
{
    static const char seed[] = "paihao journal 1";
    crypto_generichash(ret_hash, JOURNAL_HASH_SIZE, (const unsigned char *)seed, sizeof seed - 1, NULL, 0);
}

void chain_next(const uint8_t prev[static JOURNAL_HASH_SIZE], const struct queue_entry *entry,
                uint8_t ret_hash[static JOURNAL_HASH_SIZE])
{
    uint8_t bytes[JOURNAL_HASH_SIZE + CHAIN_ENTRY_MAX];
    memcpy(bytes, prev, JOURNAL_HASH_SIZE);
    size_t size = JOURNAL_HASH_SIZE + chain_bytes(entry, bytes + JOURNAL_HASH_SIZE);
    crypto_generichash(ret_hash, JOURNAL_HASH_SIZE, bytes, size, NULL, 0);
}
