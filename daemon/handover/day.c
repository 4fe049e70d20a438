/* Opening an event to hand it over: the journal is read and replayed up to the content position, the people are loaded.
 * On the caller's thread, over a journal of its own; writes nothing, anywhere. */
#include "handover/day.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "handover/day_state.h"
#include "journal/chain.h"

/* ---- entries */
struct replay {
    struct day *day;
    uint64_t until; /* 0: to the end */
    bool is_done;
    uint8_t hash[JOURNAL_HASH_SIZE]; /* of the latest entry */
};

static int replay_entry(void *arg, const struct queue_entry *entry)
{
    struct replay *replay = arg;
    struct day *day = replay->day;
    if (replay->until && entry->seq > replay->until) {
        replay->is_done = true;
        return 1;
    }
    chain_next(replay->hash, entry, replay->hash);
    if (queue_apply(day->queue, entry) != QUEUE_APPLY_OK)
        return 1;
    day_marks_take(day, entry);
    day_codes_take(day, entry);
    if (entry->seq == 1)
        hex_encode(replay->hash, sizeof replay->hash, day->facts.id);
    if (queue_event(day->queue)->content_seq == entry->seq) {
        day->facts.seq = entry->seq;
        day->facts.at_us = entry->at_us;
        hex_encode(replay->hash, sizeof replay->hash, day->facts.head);
    }
    return 0;
}

static enum journal_fault replay_until(struct day *day, uint64_t until)
{
    struct replay replay = {.day = day, .until = until};
    queue_free(day->queue);
    day_marks_done(day);
    day->queue = queue_new();
    chain_first(replay.hash);
    enum journal_fault fault = journal_read_entries(day->journal, 0, replay_entry, &replay);
    return replay.is_done ? JOURNAL_OK : fault;
}

/* What follows the content (tokens, packages made, moves, the purge) is read, but not shown. */
static enum journal_fault load_entries(struct day *day)
{
    enum journal_fault fault = replay_until(day, 0);
    if (fault)
        return fault;
    if (!queue_event(day->queue)->exists) {
        day->detail = bytes_text("no event was created in it");
        return JOURNAL_MISSING;
    }
    day->facts.is_purged = queue_event(day->queue)->is_purged;
    return day->facts.seq == queue_seq(day->queue) ? JOURNAL_OK : replay_until(day, day->facts.seq);
}

/* ---- people */
static int load_unit(void *arg, const struct unit_record *unit)
{
    struct day *day = arg;
    day->units = bytes_resize(day->units, (day->n_units + 1) * sizeof *day->units);
    day->units[day->n_units++] = *unit;
    directory_put_unit(day->people, unit);
    return 0;
}

static int load_person(void *arg, const struct person_record *person)
{
    struct day *day = arg;
    if (day->n_people == day->people_capacity) {
        day->people_capacity = day->people_capacity ? 2 * day->people_capacity : 256;
        day->order = bytes_resize(day->order, day->people_capacity * sizeof *day->order);
    }
    day->order[day->n_people] =
        (struct day_place){.id = person->id, .unit = person->unit_id, .arrival = (uint32_t)day->n_people};
    day->n_people++;
    directory_put(day->people, person);
    return 0;
}

static uint32_t last_if_none(uint32_t value)
{
    return value ? value : UINT32_MAX;
}

static int by_place(const void *a, const void *b)
{
    const struct day_place *one = a, *other = b;
    const uint32_t keys[][2] = {{last_if_none(one->unit), last_if_none(other->unit)},
                                {last_if_none(one->rank), last_if_none(other->rank)},
                                {one->arrival, other->arrival}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

static void put_in_order(struct day *day)
{
    struct person_facts facts;
    directory_settle(day->people);
    for (size_t i = 0; i < day->n_people; i++) {
        directory_facts(day->people, &day->order[i].id, &facts);
        day->order[i].rank = facts.rank;
    }
    if (day->n_people > 1)
        qsort(day->order, day->n_people, sizeof *day->order, by_place);
}

static enum journal_fault load_people(struct day *day)
{
    day->people = directory_new();
    enum journal_fault fault = journal_read_units(day->journal, load_unit, day);
    if (!fault && !day->facts.is_purged)
        fault = journal_read_people(day->journal, load_person, day);
    if (!fault)
        put_in_order(day);
    return fault;
}

/* ---- the profile */
static void parse_profile(struct day *day, const char *text)
{
    struct settings_fault fault;
    struct profile profile;
    if (profile_parse(text, strlen(text), &profile, &fault) == 0) {
        day->facts.profile = profile;
        day->has_profile = true;
        free(day->detail);
        day->detail = NULL;
        return;
    }
    free(day->detail);
    day->detail = bytes_format("the profile of the event, line %d: %s", fault.line, fault.en);
    day->has_profile = false;
}

static int load_document(void *arg, const struct document_record *document)
{
    struct day *day = arg;
    if (document->seq <= day->facts.seq && strcmp(document->kind, "profile") == 0)
        parse_profile(day, document->text);
    return 0;
}

static enum journal_fault load_profile(struct day *day)
{
    const struct queue_event *event = queue_event(day->queue);
    enum journal_fault fault = journal_read_documents(day->journal, load_document, day);
    if (fault)
        return fault;
    if (day->detail) /* the latest one: to go on without it would leave out what it asks for */
        return JOURNAL_CORRUPT;
    if (!day->has_profile && profile_carried(event->profile))
        parse_profile(day, profile_carried(event->profile));
    if (!day->has_profile)
        parse_profile(day, "");
    day->facts.profile.rules = event->rules;
    return day->detail ? JOURNAL_CORRUPT : JOURNAL_OK;
}

/* ---- life */
static enum journal_fault load(struct day *day)
{
    enum journal_fault fault = load_entries(day);
    if (!fault)
        fault = load_people(day);
    if (!fault)
        fault = load_profile(day);
    if (fault && !day->detail)
        day->detail = bytes_text(journal_detail(day->journal));
    const struct queue_event *event = queue_event(day->queue);
    day->facts.event = event->name;
    day->facts.profile_name = event->profile;
    day->facts.created_us = event->created_us;
    day->facts.is_closed = event->is_closed;
    return fault;
}

enum journal_fault day_open(struct day **ret, const char *database, const char *key_file, char **ret_detail)
{
    struct day *day = bytes_alloc(sizeof *day);
    enum journal_fault fault = journal_open_reading(&day->journal, database, key_file, &day->detail);
    if (!fault)
        fault = load(day);
    if (!fault) {
        *ret = day;
        return JOURNAL_OK;
    }
    if (ret_detail)
        *ret_detail = bytes_text(day->detail);
    day_close(day);
    return fault;
}

void day_close(struct day *day)
{
    if (!day)
        return;
    journal_close(day->journal);
    queue_free(day->queue);
    directory_free(day->people);
    free(day->order);
    day_marks_done(day);
    free(day->units);
    free(day->detail);
    wipe_bytes(day, sizeof *day);
    free(day);
}

const struct day_facts *day_facts(const struct day *day)
{
    return &day->facts;
}

const struct queue *day_queue(const struct day *day)
{
    return day->queue;
}

const struct unit_record *day_units(const struct day *day, size_t *ret_count)
{
    *ret_count = day->n_units;
    return day->units;
}

const char *day_detail(const struct day *day)
{
    return journal_detail(day->journal);
}
