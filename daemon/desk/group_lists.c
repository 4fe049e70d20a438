/* The office's lists: whole or not at all, in one transaction. Nobody is ever taken away, no number is ever lost: a row
 * adds somebody, or says more about somebody who is known. Within a group of commands; writer's thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "desk/group_state.h"

_Static_assert((int)CAMPUS_TEXT_MAX == (int)CAMPUS_MAX && (int)NOTE_TEXT_MAX == (int)NOTE_MAX,
               "a row's texts fit a record");

/* ---- whom a row names */
enum match { MATCH_NONE, MATCH_ONE, MATCH_UNCLEAR };

struct family {
    struct person_id people[2 * FAMILY_MAX];
    size_t count;
};

static void add_to_family(struct family *family, const struct person_id people[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool is_new = true;
        for (size_t j = 0; j < family->count; j++)
            is_new &= !person_id_equal(&family->people[j], &people[i]);
        if (is_new)
            family->people[family->count++] = people[i];
    }
}

/* Everybody who goes by one of the row's numbers. */
static void family_of_row(const struct lookup *look, const struct list_person *row, struct family *ret)
{
    struct person_id people[FAMILY_MAX];
    ret->count = 0;
    add_to_family(ret, people, lookup_family(look, CREDENTIAL_ID_NUMBER, row->id_number, people));
    add_to_family(ret, people, lookup_family(look, CREDENTIAL_STUDENT_NO, row->student_no, people));
}

static enum degree level_of(const struct lookup *look, const struct person_id *person)
{
    struct person_facts facts;
    directory_facts(look->directory, person, &facts);
    return facts.level;
}

/* The one at the row's level; else the one whose level nobody knows yet; of a row without a level, the only one. */
static enum match match_row(const struct lookup *look, const struct list_person *row,
                            const struct family *family, struct person_id *ret)
{
    size_t n_exact = 0, n_open = 0;
    const struct person_id *exact = NULL, *open = NULL;
    for (size_t i = 0; i < family->count; i++) {
        const enum degree level = level_of(look, &family->people[i]);
        if (level == row->level || row->level == DEGREE_NONE) {
            exact = &family->people[i];
            n_exact++;
        } else if (level == DEGREE_NONE) {
            open = &family->people[i];
            n_open++;
        }
    }
    const size_t count = n_exact ? n_exact : n_open;
    if (count == 1)
        *ret = n_exact ? *exact : *open;
    return count > 1 ? MATCH_UNCLEAR : count ? MATCH_ONE : MATCH_NONE;
}

/* ---- credentials of a row */
/* The plain number names the first who has it; whoever comes second is found by number and level. */
static void put_number(struct group *group, const struct lookup *look, enum credential_kind kind,
                       const char *number, const struct person_record *record)
{
    struct credential_record credential = {.kind = kind};
    const size_t size = strlen(number);
    if (!size)
        return;
    credential_digest(look->keys->digest, kind, (const uint8_t *)number, size, credential.digest);
    const struct person_id *owner = directory_by_digest(look->directory, credential.digest);
    if (owner && person_id_equal(owner, &record->id))
        return;
    if (owner) {
        lookup_level_digest(look, kind, number, record->level, credential.digest);
        if (directory_by_digest(look->directory, credential.digest))
            return;
    }
    group_write_credential(group, &credential, &record->id, (const uint8_t *)number, size);
}

/* True when it is news. ":L898902C3": a list does not say of which state. */
static bool put_passport(struct group *group, const struct list_person *row,
                         const struct person_record *record)
{
    struct lookup look;
    char number[STUDENT_NO_MAX + 2];
    uint8_t digest[DIGEST_SIZE];
    if (!*row->passport)
        return false;
    group_news(group);
    group_look(group, &look);
    const size_t size = (size_t)snprintf(number, sizeof number, ":%s", row->passport);
    credential_digest(look.keys->digest, CREDENTIAL_PASSPORT, (const uint8_t *)number, size, digest);
    const bool is_news = !directory_by_digest(look.directory, digest);
    if (is_news)
        put_number(group, &look, CREDENTIAL_PASSPORT, number, record);
    wipe_bytes(number, sizeof number);
    return is_news;
}

static void put_numbers(struct group *group, const struct person_record *record)
{
    struct lookup look;
    group_news(group);
    group_look(group, &look);
    put_number(group, &look, CREDENTIAL_ID_NUMBER, record->id_number, record);
    put_number(group, &look, CREDENTIAL_STUDENT_NO, record->student_no, record);
}

/* ---- records */
static uint32_t unit_of_row(struct group *group, const struct list_person *row)
{
    struct unit_record unit = {0};
    struct directory *news = group_news(group);
    memcpy(unit.college, row->college, sizeof unit.college);
    memcpy(unit.name, *row->unit ? row->unit : row->college, sizeof unit.name);
    if (!*unit.name)
        return 0;
    unit.id = directory_unit_id(news, unit.college, unit.name);
    if (unit.id)
        return unit.id;
    unit.id = directory_unit_count(news) + 1;
    group_begin(group);
    if (group_is_sound(group))
        group->fault = journal_put_unit(group->writer->journal, &unit);
    directory_put_unit(news, &unit);
    return unit.id;
}

static bool take(char *ret_field, size_t size, const char *news)
{
    if (!*news || strcmp(ret_field, news) == 0)
        return false;
    memset(ret_field, 0, size);
    memcpy(ret_field, news, strlen(news));
    return true;
}

/* What the row says of who somebody is; what it leaves empty stays. */
static bool take_identity(struct person_record *record, const struct list_person *row)
{
    bool has_changed = !record->bound;
    record->bound = true;
    has_changed |= take(record->name, sizeof record->name, row->name);
    has_changed |= take(record->id_number, sizeof record->id_number, row->id_number);
    has_changed |= take(record->student_no, sizeof record->student_no, row->student_no);
    if (row->level != DEGREE_NONE && record->level != row->level) {
        record->level = row->level;
        has_changed = true;
    }
    return has_changed;
}

static bool take_roster_row(struct group *group, struct person_record *record, const struct list_person *row)
{
    const uint32_t unit = unit_of_row(group, row);
    bool has_changed = take_identity(record, row) | !record->on_roster;
    record->on_roster = true;
    has_changed |= take(record->campus, sizeof record->campus, row->campus);
    if (unit && unit != record->unit_id) {
        const struct unit_record *known = directory_unit(group_news(group), unit);
        record->unit_id = unit;
        memcpy(record->unit, known->name, sizeof record->unit);
        memcpy(record->college, known->college, sizeof record->college);
        has_changed = true;
    }
    return has_changed;
}

static void start_person(struct person_record *ret)
{
    memset(ret, 0, sizeof *ret);
    random_bytes(ret->id.bytes, sizeof ret->id.bytes);
}

static void store(struct group *group, const struct person_record *record)
{
    group_write_person(group, record);
    put_numbers(group, record);
}

static void import_person(struct group *group, const struct list_person *row, struct list_result *result)
{
    struct lookup look;
    struct family family;
    struct person_record record;
    struct person_id person;
    group_look(group, &look);
    family_of_row(&look, row, &family);
    switch (match_row(&look, row, &family, &person)) {
    case MATCH_UNCLEAR:
        result->skipped++;
        return;
    case MATCH_NONE:
        start_person(&record);
        take_roster_row(group, &record, row);
        store(group, &record);
        put_passport(group, row, &record);
        result->added++;
        break;
    case MATCH_ONE:
        directory_get(look.directory, &person, &record);
        if (put_passport(group, row, &record) | take_roster_row(group, &record, row)) {
            store(group, &record);
            result->updated++;
        } else {
            result->unchanged++;
        }
        break;
    }
    wipe_bytes(&record, sizeof record);
}

/* ---- exclusions and earlier captures */
static bool mark(struct person_record *record, enum list_kind kind, const struct list_person *row)
{
    bool *flag = kind == LIST_EXCLUDED ? &record->is_excluded : &record->is_captured;
    bool has_changed = !*flag;
    *flag = true;
    if (kind == LIST_EXCLUDED)
        has_changed |= take(record->note, sizeof record->note, row->note);
    return has_changed;
}

/* Somebody who is on no roster, too, so that the door knows. */
static void mark_stranger(struct group *group, enum list_kind kind, const struct list_person *row,
                          struct list_result *result)
{
    struct person_record record;
    start_person(&record);
    take_identity(&record, row);
    take(record.unit, sizeof record.unit, *row->unit ? row->unit : row->college);
    take(record.college, sizeof record.college, row->college);
    mark(&record, kind, row);
    store(group, &record);
    wipe_bytes(&record, sizeof record);
    result->added++;
}

/* A row without a level means whatever level that person has; one with a level that one, and whoever's is not known. */
static void import_mark(struct group *group, enum list_kind kind, const struct list_person *row,
                        struct list_result *result)
{
    struct lookup look;
    struct family family;
    struct person_record record;
    bool has_met = false, has_changed = false;
    group_look(group, &look);
    family_of_row(&look, row, &family);
    for (size_t i = 0; i < family.count; i++) {
        group_look(group, &look);
        directory_get(look.directory, &family.people[i], &record);
        if (row->level != DEGREE_NONE && record.level != DEGREE_NONE && record.level != row->level)
            continue;
        has_met = true;
        if (!mark(&record, kind, row))
            continue;
        group_write_person(group, &record);
        has_changed = true;
    }
    wipe_bytes(&record, sizeof record);
    if (!has_met)
        mark_stranger(group, kind, row, result);
    else if (has_changed)
        result->updated++;
    else
        result->unchanged++;
}

/* ---- payments */
/* *ret_count grows with whoever's payment is entered. */
static void pay(struct group *group, const struct queue_command *like, const struct person_id *person,
                const struct list_person *row, uint32_t *ret_count, struct list_result *result)
{
    const struct queue *queue = group->writer->deciding;
    const struct queue_rules *rules = &queue_event(queue)->rules;
    struct queue_command command = {.kind = COMMAND_PAYMENT, .person = *person};
    struct queue_decision decision;
    if (queue_person(queue, person).payment == PAYMENT_PAID) {
        result->unchanged++;
        return;
    }
    command.at_us = like->at_us;
    command.mono_us = like->mono_us;
    command.value = row->amount_fen ? row->amount_fen : rules->fee_fen;
    memcpy(command.device, like->device, sizeof command.device);
    snprintf(command.extra, sizeof command.extra, "%s %.*s", payment_state_name(PAYMENT_PAID), METHOD_MAX,
             *row->method ? row->method : "list");
    if (group_decide(group, &command, &decision) == QUEUE_DONE)
        ++*ret_count;
    else
        result->skipped++;
}

static void import_payment(struct group *group, const struct queue_command *like,
                           const struct list_person *row, struct list_result *result)
{
    struct lookup look;
    struct family family;
    struct person_record record;
    struct person_id person;
    group_look(group, &look);
    family_of_row(&look, row, &family);
    const enum match match = match_row(&look, row, &family, &person);
    if (match == MATCH_UNCLEAR) {
        result->skipped++;
        return;
    }
    if (match == MATCH_NONE) {
        start_person(&record);
        take_identity(&record, row);
        store(group, &record);
        person = record.id;
        wipe_bytes(&record, sizeof record);
    }
    pay(group, like, &person, row, match == MATCH_NONE ? &result->added : &result->updated, result);
}

/* ---- the schedule */
static void import_schedule(struct group *group, struct queue_command *like, const struct desk_list *list,
                            struct list_result *result)
{
    group_begin(group);
    if (group_is_sound(group))
        group->fault = journal_clear_slots(group->writer->journal);
    free(group->slots);
    group->slots = bytes_alloc(list->n_slots * sizeof *group->slots);
    group->n_slots = list->n_slots;
    group->has_slots = true;
    for (size_t i = 0; i < list->n_slots && group_is_sound(group); i++) {
        const struct list_slot *slot = &list->slots[i];
        struct slot_record record = {
            .start_us = slot->start_us, .end_us = slot->end_us, .level = slot->level};
        memcpy(record.lane, slot->lane, sizeof record.lane);
        memcpy(record.unit, slot->unit, sizeof record.unit);
        group->slots[i] = *slot;
        group->fault = journal_put_slot(group->writer->journal, &record);
    }
    group_put_document(group, like, "schedule", list->document);
    result->added = (uint32_t)list->n_slots;
}

static void import_rows(struct group *group, struct queue_command *like, const struct desk_list *list,
                        struct list_result *result)
{
    for (size_t i = 0; i < list->n_people && group_is_sound(group); i++) {
        const struct list_person *row = &list->people[i];
        if (!*row->id_number && !*row->student_no)
            result->skipped++;
        else if (list->kind == LIST_PEOPLE)
            import_person(group, row, result);
        else if (list->kind == LIST_PAID)
            import_payment(group, like, row, result);
        else
            import_mark(group, list->kind, row, result);
    }
    if (list->kind == LIST_SCHEDULE)
        import_schedule(group, like, list, result);
}

void group_list(struct group *group, struct outcome *outcome)
{
    struct job *job = outcome->job;
    const struct desk_list *list = job->command.list;
    struct queue_command *command = &job->command.queue;
    struct queue_decision decision;
    if (!list || !desk_list_is_sound(list)) {
        outcome->problem = PROBLEM_BAD_REQUEST;
        return;
    }
    command->kind = COMMAND_LIST_IMPORTED;
    command->at_us = clock_utc_us();
    command->mono_us = clock_mono_us();
    command->value = (uint32_t)(list->kind == LIST_SCHEDULE ? list->n_slots : list->n_people);
    snprintf(command->extra, sizeof command->extra, "%s", list_kind_name(list->kind));
    snprintf(command->text, sizeof command->text, "%s", list->digest);
    if (group_decide(group, command, &decision) == QUEUE_DONE)
        import_rows(group, command, list, &outcome->list);
    group_settle(group, outcome, &decision);
    group->has_lists = true;
    group_keep_answer(group, outcome, decision.verdict);
}
