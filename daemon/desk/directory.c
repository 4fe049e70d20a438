/* Two open-addressing tables. Ids and digests are random or keyed hashes, so their own bytes place them. */
#include "desk/directory.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "identity/mask.h"

/* The strings stand in one block, each behind the other: masked name, masked number, unit, then the whole
 * fields. */
struct person_entry {
    struct person_id id;
    bool is_used, bound;
    uint32_t size;
    char *strings;
};
enum {
    STRING_NAME_MASK,
    STRING_ID_MASK,
    STRING_UNIT,
    STRING_NAME,
    STRING_ID,
    STRING_STUDENT,
    STRING_VALID,
    STRING_COUNT
};

struct digest_entry {
    uint8_t digest[DIGEST_SIZE];
    struct person_id person;
    bool is_used;
};

struct directory {
    struct person_entry *people;
    struct digest_entry *digests;
    size_t people_capacity, n_people, digests_capacity, n_digests;
};

struct directory *directory_new(void)
{
    struct directory *directory = bytes_alloc(sizeof *directory);
    directory->people_capacity = directory->digests_capacity = 1024;
    directory->people = bytes_alloc(1024 * sizeof *directory->people);
    directory->digests = bytes_alloc(1024 * sizeof *directory->digests);
    return directory;
}

static void free_strings(struct person_entry *entry)
{
    if (entry->strings)
        wipe_bytes(entry->strings, entry->size);
    free(entry->strings);
}

void directory_free(struct directory *directory)
{
    if (!directory)
        return;
    for (size_t i = 0; i < directory->people_capacity; i++)
        free_strings(&directory->people[i]);
    free(directory->people);
    free(directory->digests);
    free(directory);
}

static size_t place_of(const uint8_t *bytes, size_t capacity)
{
    uint64_t hash;
    memcpy(&hash, bytes, sizeof hash);
    return hash & (capacity - 1);
}

static struct person_entry *find_person(struct person_entry *people, size_t capacity,
                                        const struct person_id *id)
{
    size_t place = place_of(id->bytes, capacity);
    while (people[place].is_used && !person_id_equal(&people[place].id, id))
        place = (place + 1) & (capacity - 1);
    return &people[place];
}

static struct digest_entry *find_digest(struct digest_entry *digests, size_t capacity, const uint8_t *digest)
{
    size_t place = place_of(digest, capacity);
    while (digests[place].is_used && memcmp(digests[place].digest, digest, DIGEST_SIZE) != 0)
        place = (place + 1) & (capacity - 1);
    return &digests[place];
}

static void grow_people(struct directory *directory)
{
    size_t capacity = directory->people_capacity * 2;
    struct person_entry *people = bytes_alloc(capacity * sizeof *people);
    for (size_t i = 0; i < directory->people_capacity; i++)
        if (directory->people[i].is_used)
            *find_person(people, capacity, &directory->people[i].id) = directory->people[i];
    free(directory->people);
    directory->people = people;
    directory->people_capacity = capacity;
}

static void grow_digests(struct directory *directory)
{
    size_t capacity = directory->digests_capacity * 2;
    struct digest_entry *digests = bytes_alloc(capacity * sizeof *digests);
    for (size_t i = 0; i < directory->digests_capacity; i++)
        if (directory->digests[i].is_used)
            *find_digest(digests, capacity, directory->digests[i].digest) = directory->digests[i];
    free(directory->digests);
    directory->digests = digests;
    directory->digests_capacity = capacity;
}

static char *pack_strings(const struct person_record *record, uint32_t *ret_size)
{
    char name_mask[NAME_MASK_SIZE], id_mask[ID_NUMBER_LENGTH + 1];
    mask_name(record->name, name_mask);
    mask_id_number(record->id_number, id_mask);
    const char *const strings[STRING_COUNT] = {
        [STRING_NAME_MASK] = name_mask,    [STRING_ID_MASK] = id_mask,
        [STRING_UNIT] = record->unit,      [STRING_NAME] = record->name,
        [STRING_ID] = record->id_number,   [STRING_STUDENT] = record->student_no,
        [STRING_VALID] = record->valid_to,
    };
    struct buffer packed = {0};
    for (size_t i = 0; i < STRING_COUNT; i++)
        buffer_add(&packed, strings[i], strlen(strings[i]) + 1);
    char *block = bytes_alloc(packed.size);
    memcpy(block, packed.data, packed.size);
    *ret_size = (uint32_t)packed.size;
    wipe_bytes(packed.data, packed.size);
    buffer_done(&packed);
    return block;
}

static void unpack_strings(const char *block, const char *ret_strings[STRING_COUNT])
{
    for (size_t i = 0; i < STRING_COUNT; i++) {
        ret_strings[i] = block ? block : "";
        block = block ? block + strlen(block) + 1 : NULL;
    }
}

void directory_put(struct directory *directory, const struct person_record *record)
{
    if ((directory->n_people + 1) * 2 > directory->people_capacity)
        grow_people(directory);
    struct person_entry *entry = find_person(directory->people, directory->people_capacity, &record->id);
    directory->n_people += !entry->is_used;
    free_strings(entry);
    *entry = (struct person_entry){.id = record->id, .is_used = true, .bound = record->bound};
    entry->strings = pack_strings(record, &entry->size);
}

bool directory_get(const struct directory *directory, const struct person_id *id, struct person_record *ret)
{
    const struct person_entry *entry = find_person(directory->people, directory->people_capacity, id);
    memset(ret, 0, sizeof *ret);
    ret->id = *id;
    if (!entry->is_used)
        return false;
    const char *strings[STRING_COUNT];
    unpack_strings(entry->strings, strings);
    ret->bound = entry->bound;
    strncpy(ret->name, strings[STRING_NAME], sizeof ret->name - 1);
    strncpy(ret->id_number, strings[STRING_ID], sizeof ret->id_number - 1);
    strncpy(ret->student_no, strings[STRING_STUDENT], sizeof ret->student_no - 1);
    strncpy(ret->unit, strings[STRING_UNIT], sizeof ret->unit - 1);
    strncpy(ret->valid_to, strings[STRING_VALID], sizeof ret->valid_to - 1);
    return true;
}

void directory_masks(const struct directory *directory, const struct person_id *id, struct person_masks *ret)
{
    const struct person_entry *entry = find_person(directory->people, directory->people_capacity, id);
    const char *strings[STRING_COUNT];
    unpack_strings(entry->is_used ? entry->strings : NULL, strings);
    *ret = (struct person_masks){strings[STRING_NAME_MASK], strings[STRING_ID_MASK], strings[STRING_UNIT]};
}

void directory_put_digest(struct directory *directory, const uint8_t digest[static DIGEST_SIZE],
                          const struct person_id *person)
{
    if ((directory->n_digests + 1) * 2 > directory->digests_capacity)
        grow_digests(directory);
    struct digest_entry *entry = find_digest(directory->digests, directory->digests_capacity, digest);
    directory->n_digests += !entry->is_used;
    memcpy(entry->digest, digest, DIGEST_SIZE);
    entry->person = *person;
    entry->is_used = true;
}

const struct person_id *directory_by_digest(const struct directory *directory,
                                            const uint8_t digest[static DIGEST_SIZE])
{
    const struct digest_entry *entry = find_digest(directory->digests, directory->digests_capacity, digest);
    return entry->is_used ? &entry->person : NULL;
}
