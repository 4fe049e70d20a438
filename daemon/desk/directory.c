/* People and digests. Which thread: the desk says. */
#include "desk/directory_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "identity/mask.h"

enum { FIRST_CAPACITY = 1024, FIRST_CAPACITY_OVER = 16 };

static struct directory *make(size_t capacity, const struct directory *below)
{
    struct directory *directory = bytes_alloc(sizeof *directory);
    directory->people_capacity = directory->digests_capacity = capacity;
    directory->people = bytes_alloc(capacity * sizeof *directory->people);
    directory->digests = bytes_alloc(capacity * sizeof *directory->digests);
    directory->below = below;
    directory->first_unit = below ? directory_unit_count(below) : 0;
    return directory;
}

struct directory *directory_new(void)
{
    return make(FIRST_CAPACITY, NULL);
}

struct directory *directory_over(const struct directory *below)
{
    return make(FIRST_CAPACITY_OVER, below);
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
    directory_units_free(directory);
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

struct person_entry *directory_own(const struct directory *directory, const struct person_id *id)
{
    return find_person(directory->people, directory->people_capacity, id);
}

const struct person_entry *directory_find(const struct directory *directory, const struct person_id *id)
{
    for (; directory; directory = directory->below) {
        const struct person_entry *entry = directory_own(directory, id);
        if (entry->is_used)
            return entry;
    }
    return NULL;
}

/* Of a person whose unit is known, the names of unit and college are that unit's. */
static char *pack_strings(const struct person_record *record, uint32_t *ret_size)
{
    char name_mask[NAME_MASK_SIZE], id_mask[ID_NUMBER_LENGTH + 1];
    mask_name(record->name, name_mask);
    mask_id_number(record->id_number, id_mask);
    const bool has_unit = record->unit_id;
    const char *const strings[STRING_COUNT] = {
        [STRING_NAME_MASK] = name_mask,
        [STRING_ID_MASK] = id_mask,
        [STRING_UNIT] = has_unit ? "" : record->unit,
        [STRING_COLLEGE] = has_unit ? "" : record->college,
        [STRING_NAME] = record->name,
        [STRING_ID] = record->id_number,
        [STRING_STUDENT] = record->student_no,
        [STRING_VALID] = record->valid_to,
        [STRING_CAMPUS] = record->campus,
        [STRING_NOTE] = record->note,
    };
    size_t size = 0;
    for (size_t i = 0; i < STRING_COUNT; i++)
        size += strlen(strings[i]) + 1;
    char *block = bytes_alloc(size), *at = block;
    for (size_t i = 0; i < STRING_COUNT; i++)
        at = stpcpy(at, strings[i]) + 1;
    *ret_size = (uint32_t)size;
    return block;
}

void directory_unpack(const char *block, const char *ret_strings[STRING_COUNT])
{
    for (size_t i = 0; i < STRING_COUNT; i++) {
        ret_strings[i] = block ? block : "";
        block = block ? block + strlen(block) + 1 : NULL;
    }
}

/* Takes the entry and its strings. */
static void put_entry(struct directory *directory, struct person_entry *entry)
{
    if ((directory->n_people + 1) * 2 > directory->people_capacity)
        grow_people(directory);
    struct person_entry *place = directory_own(directory, &entry->id);
    if (!directory->below)
        directory_move_member(directory, place, entry);
    directory->n_people += !place->is_used;
    free_strings(place);
    *place = *entry;
}

void directory_put(struct directory *directory, const struct person_record *record)
{
    struct person_entry entry = {
        .id = record->id,
        .is_used = true,
        .bound = record->bound,
        .on_roster = record->on_roster,
        .is_excluded = record->is_excluded,
        .is_captured = record->is_captured,
        .level = (uint8_t)record->level,
        .unit = record->unit_id,
    };
    entry.strings = pack_strings(record, &entry.size);
    const struct person_entry *known = directory->below ? directory_find(directory, &record->id) : NULL;
    if (known && known->unit == entry.unit)
        entry.rank = known->rank;
    put_entry(directory, &entry);
}

static void copy_text(char *ret_text, size_t size, const char *text)
{
    size_t length = strnlen(text, size - 1);
    memcpy(ret_text, text, length);
    ret_text[length] = '\0';
}

bool directory_get(const struct directory *directory, const struct person_id *id, struct person_record *ret)
{
    const struct person_entry *entry = directory_find(directory, id);
    memset(ret, 0, sizeof *ret);
    ret->id = *id;
    if (!entry)
        return false;
    const char *strings[STRING_COUNT];
    directory_unpack(entry->strings, strings);
    const struct unit_record *unit = directory_unit(directory, entry->unit);
    ret->bound = entry->bound;
    ret->on_roster = entry->on_roster;
    ret->is_excluded = entry->is_excluded;
    ret->is_captured = entry->is_captured;
    ret->level = (enum degree)entry->level;
    ret->unit_id = entry->unit;
    copy_text(ret->name, sizeof ret->name, strings[STRING_NAME]);
    copy_text(ret->id_number, sizeof ret->id_number, strings[STRING_ID]);
    copy_text(ret->student_no, sizeof ret->student_no, strings[STRING_STUDENT]);
    copy_text(ret->unit, sizeof ret->unit, unit ? unit->name : strings[STRING_UNIT]);
    copy_text(ret->college, sizeof ret->college, unit ? unit->college : strings[STRING_COLLEGE]);
    copy_text(ret->valid_to, sizeof ret->valid_to, strings[STRING_VALID]);
    copy_text(ret->campus, sizeof ret->campus, strings[STRING_CAMPUS]);
    copy_text(ret->note, sizeof ret->note, strings[STRING_NOTE]);
    return true;
}

static void take_facts(const struct directory *directory, const struct person_entry *entry,
                       struct person_facts *ret)
{
    const char *strings[STRING_COUNT];
    directory_unpack(entry ? entry->strings : NULL, strings);
    const struct unit_record *unit = entry ? directory_unit(directory, entry->unit) : NULL;
    *ret = (struct person_facts){
        .name = strings[STRING_NAME_MASK],
        .id_mask = strings[STRING_ID_MASK],
        .unit = unit ? unit->name : strings[STRING_UNIT],
        .college = unit ? unit->college : strings[STRING_COLLEGE],
        .student_no = strings[STRING_STUDENT],
    };
    if (!entry)
        return;
    ret->level = (enum degree)entry->level;
    ret->unit_id = entry->unit;
    ret->rank = entry->rank;
    ret->is_known = true;
    ret->bound = entry->bound;
    ret->on_roster = entry->on_roster;
    ret->is_excluded = entry->is_excluded;
    ret->is_captured = entry->is_captured;
}

void directory_facts(const struct directory *directory, const struct person_id *id, struct person_facts *ret)
{
    take_facts(directory, directory_find(directory, id), ret);
}

void directory_each(const struct directory *directory,
                    void (*each)(void *arg, const struct person_id *, const struct person_facts *), void *arg)
{
    struct person_facts facts;
    for (const struct directory *layer = directory; layer; layer = layer->below)
        for (size_t i = 0; i < layer->people_capacity; i++) {
            const struct person_entry *entry = &layer->people[i];
            if (!entry->is_used || (layer != directory && directory_find(directory, &entry->id) != entry))
                continue;
            take_facts(directory, entry, &facts);
            each(arg, &entry->id, &facts);
        }
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
    for (; directory; directory = directory->below) {
        const struct digest_entry *entry =
            find_digest(directory->digests, directory->digests_capacity, digest);
        if (entry->is_used)
            return &entry->person;
    }
    return NULL;
}

/* Strings change hands, so that merging a large list copies no text. */
void directory_merge(struct directory *into, struct directory *over)
{
    directory_units_merge(into, over);
    for (size_t i = 0; i < over->people_capacity; i++) {
        if (over->people[i].is_used)
            put_entry(into, &over->people[i]);
        over->people[i] = (struct person_entry){0};
    }
    for (size_t i = 0; i < over->digests_capacity; i++) {
        if (over->digests[i].is_used)
            directory_put_digest(into, over->digests[i].digest, &over->digests[i].person);
        over->digests[i].is_used = false;
    }
    over->n_people = over->n_digests = 0;
    directory_settle(into);
}
