/* Names given away: a hash table of folds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/safe_name.h"
#include "base/text.h"

enum { FIRST_SUFFIX = 2, SUFFIX_SIZE = 24 };
struct name_entry {
    char *fold; /* NULL: free */
    uint32_t next_suffix;
};

size_t utf16_length(const char *text)
{
    size_t units = 0;
    for (size_t step; *text; text += step) {
        step = utf8_first(text);
        units += step == 4 ? 2 : 1;
    }
    return units;
}

size_t utf16_cut(const char *text, size_t most)
{
    const char *at = text;
    for (size_t units = 0; *at; at += utf8_first(at)) {
        units += utf8_first(at) == 4 ? 2 : 1;
        if (units > most)
            break;
    }
    return (size_t)(at - text);
}

size_t utf8_cut(const char *text, size_t most)
{
    size_t size = strlen(text);
    if (size <= most)
        return size;
    while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
        most--;
    return most;
}

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037U; /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211U;
    return hash;
}

/* The entry of that fold, or the free one where it belongs. */
static struct name_entry *place_of(const struct name_set *set, const char *fold)
{
    size_t at = hash_of(fold) & (set->capacity - 1);
    while (set->entries[at].fold && strcmp(set->entries[at].fold, fold) != 0)
        at = (at + 1) & (set->capacity - 1);
    return &set->entries[at];
}

static void make_room(struct name_set *set)
{
    if (set->capacity > 0 && set->count * 2 < set->capacity)
        return;
    struct name_set larger = {.capacity = set->capacity ? set->capacity * 2 : 64, .count = set->count};
    larger.entries = bytes_alloc(larger.capacity * sizeof *larger.entries);
    for (size_t i = 0; i < set->capacity; i++)
        if (set->entries[i].fold)
            *place_of(&larger, set->entries[i].fold) = set->entries[i];
    free(set->entries);
    *set = larger;
}

static char *joined(const char *stem, const char *suffix, const char *extension, size_t most,
                    enum name_measure measure)
{
    size_t tail = strlen(suffix) + strlen(extension); /* ASCII */
    size_t room = most > tail ? most - tail : 0;
    size_t size = measure == NAME_IN_BYTES ? utf8_cut(stem, room) : utf16_cut(stem, room);
    while (size > 0 && size < strlen(stem) && (stem[size - 1] == ' ' || stem[size - 1] == '.'))
        size--;
    return bytes_format("%.*s%s%s", (int)size, stem, suffix, extension);
}

static bool take(struct name_set *set, const char *name)
{
    char *fold = safe_name_fold(name);
    make_room(set);
    struct name_entry *entry = place_of(set, fold);
    if (entry->fold) {
        free(fold);
        return false;
    }
    *entry = (struct name_entry){.fold = fold, .next_suffix = FIRST_SUFFIX};
    set->count++;
    return true;
}

char *name_set_take(struct name_set *set, const char *stem, const char *extension, size_t most,
                    enum name_measure measure)
{
    char *name = joined(stem, "", extension, most, measure);
    if (take(set, name))
        return name;
    char *fold = safe_name_fold(name);
    uint32_t suffix_at = place_of(set, fold)->next_suffix;
    for (;; suffix_at++) {
        char suffix[SUFFIX_SIZE];
        free(name);
        snprintf(suffix, sizeof suffix, " (%u)", suffix_at);
        name = joined(stem, suffix, extension, most, measure);
        if (take(set, name))
            break;
    }
    place_of(set, fold)->next_suffix = suffix_at + 1;
    free(fold);
    return name;
}

void name_set_done(struct name_set *set)
{
    for (size_t i = 0; i < set->capacity; i++)
        free(set->entries[i].fold);
    free(set->entries);
    *set = (struct name_set){0};
}
