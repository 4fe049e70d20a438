/* Texts of a roster. Pure but for the salt. */
#include "roster/roster_store.h"
#include "base/bytes.h"
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 << 10, FIRST_SLOTS = 256 };

struct block {
    struct block *next;
    size_t size, used;
    char data[];
};
struct roster_store {
    struct block *blocks;
    const char **slots; /* open addressing, at most half full */
    size_t n_slots, n_shared;
};

uint64_t roster_hash(const char *text)
{
    static uint64_t salt;
    if (salt == 0)
        random_bytes(&salt, sizeof salt);
    uint64_t hash = 14695981039346656037u ^ salt;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash ^ hash >> 32;
}

struct roster_store *roster_store_new(void)
{
    struct roster_store *store = bytes_alloc(sizeof *store);
    store->n_slots = FIRST_SLOTS;
    store->slots = bytes_alloc(store->n_slots * sizeof *store->slots);
    return store;
}

void roster_store_free(struct roster_store *store)
{
    if (!store)
        return;
    while (store->blocks) {
        struct block *next = store->blocks->next;
        wipe_bytes(store->blocks->data, store->blocks->used);
        free(store->blocks);
        store->blocks = next;
    }
    free(store->slots);
    free(store);
}

const char *roster_store_text(struct roster_store *store, const char *text)
{
    const size_t size = strlen(text) + 1;
    if (size == 1)
        return "";
    struct block *block = store->blocks;
    if (!block || block->size - block->used < size) {
        const size_t room = size > BLOCK ? size : BLOCK;
        block = bytes_alloc(sizeof *block + room);
        block->size = room;
        block->next = store->blocks;
        store->blocks = block;
    }
    char *at = block->data + block->used;
    memcpy(at, text, size);
    block->used += size;
    return at;
}

static const char **find_slot(const char **slots, size_t n_slots, const char *text)
{
    size_t at = (size_t)roster_hash(text) & (n_slots - 1);
    while (slots[at] && strcmp(slots[at], text) != 0)
        at = (at + 1) & (n_slots - 1);
    return &slots[at];
}

static void grow(struct roster_store *store)
{
    const size_t n_slots = store->n_slots * 2;
    const char **slots = bytes_alloc(n_slots * sizeof *slots);
    for (size_t i = 0; i < store->n_slots; i++)
        if (store->slots[i])
            *find_slot(slots, n_slots, store->slots[i]) = store->slots[i];
    free(store->slots);
    store->slots = slots;
    store->n_slots = n_slots;
}

const char *roster_store_shared(struct roster_store *store, const char *text)
{
    if (!*text)
        return "";
    const char **slot = find_slot(store->slots, store->n_slots, text);
    if (!*slot) {
        *slot = roster_store_text(store, text);
        store->n_shared++;
    }
    const char *kept = *slot;
    if (store->n_shared * 2 > store->n_slots)
        grow(store);
    return kept;
}
