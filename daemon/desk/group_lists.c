/* The office's lists: whole or not at all, in one transaction. Nobody is ever taken away, no number is ever lost: a row
 * adds somebody, or says more about somebody who is known; what cannot be stored is told with its row. Within a group of
 * commands; writer's thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "desk/group_intake.h"

void intake_tell(struct intake *intake, enum list_trouble trouble)
{
    const struct list_person *row = intake->row;
    list_findings_add(intake->findings, trouble, row->row, (uint32_t)(row - intake->list->people));
    intake->result->skipped += list_trouble_is_error(trouble);
}

void intake_look(const struct intake *intake, struct lookup *ret)
{
    group_look(intake->group, ret);
}

/* ---- whom a row names */
static bool is_in_family(const struct family *family, const struct person_id *person)
{
    for (size_t i = 0; i < family->count; i++)
        if (person_id_equal(&family->people[i], person))
            return true;
    return false;
}

void family_of_row(const struct intake *intake, struct family *ret)
{
    struct lookup look;
    struct person_id others[FAMILY_MAX];
    const struct list_person *row = intake->row;
    size_t n_shared = 0;
    intake_look(intake, &look);
    ret->count = lookup_family(&look, CREDENTIAL_ID_NUMBER, row->id_number, ret->people);
    const size_t n_by_id = ret->count,
                 n_others = lookup_family(&look, CREDENTIAL_STUDENT_NO, row->student_no, others);
    for (size_t i = 0; i < n_others; i++) {
        if (is_in_family(ret, &others[i]))
            n_shared++;
        else
            ret->people[ret->count++] = others[i];
    }
    ret->is_of_two = n_by_id && n_others && !n_shared;
}

static enum degree level_of(const struct lookup *look, const struct person_id *person)
{
    struct person_facts facts;
    directory_facts(look->directory, person, &facts);
    return facts.level;
}

static bool is_another(const char *known, const char *said)
{
    return *known && *said && strcmp(known, said) != 0;
}

/* Of one who has the one number, the other is not known yet: then it is somebody else's record of the same human, at
 * another level. */
static bool fits(const struct lookup *look, const struct family *family, const struct list_person *row,
                 const struct person_id *person)
{
    struct person_record record;
    if (!family->is_of_two)
        return true;
    directory_get(look->directory, person, &record);
    const bool result =
        !is_another(record.id_number, row->id_number) && !is_another(record.student_no, row->student_no);
    wipe_bytes(&record, sizeof record);
    return result;
}

/* The one at the row's level; else the one whose level nobody knows yet; of a row without a level, the only one. */
enum match match_row(struct intake *intake, const struct family *family, struct person_id *ret)
{
    const struct list_person *row = intake->row;
    struct lookup look;
    size_t n_exact = 0, n_open = 0;
    const struct person_id *exact = NULL, *open = NULL;
    intake_look(intake, &look);
    for (size_t i = 0; i < family->count; i++) {
        const enum degree level = level_of(&look, &family->people[i]);
        if (level == row->level || row->level == DEGREE_NONE) {
            exact = &family->people[i];
            n_exact++;
        } else if (level == DEGREE_NONE) {
            open = &family->people[i];
            n_open++;
        }
    }
    const size_t count = n_exact ? n_exact : n_open;
    const struct person_id *only = n_exact ? exact : open;
    if (count > 1 || (count == 1 && !fits(&look, family, row, only)) || (!count && family->is_of_two)) {
        intake_tell(intake, family->is_of_two ? FINDING_TWO_PEOPLE : FINDING_LEVEL_UNCLEAR);
        return MATCH_UNCLEAR;
    }
    if (count == 1)
        *ret = *only;
    return count ? MATCH_ONE : MATCH_NONE;
}

/* ---- credentials of a row */
/* The plain number names the first who has it; whoever comes second is found by number and level. */
static void put_number(struct intake *intake, const struct lookup *look, enum credential_kind kind,
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
    if (intake->is_rehearsal)
        directory_put_digest(group_news(intake->group), credential.digest, &record->id);
    else
        group_write_credential(intake->group, &credential, &record->id, (const uint8_t *)number, size);
}

/* True when it is news. ":L898902C3": a list does not say of which state. */
static bool put_passport(struct intake *intake, const struct person_record *record)
{
    const struct list_person *row = intake->row;
    struct lookup look;
    char number[STUDENT_NO_MAX + 2];
    uint8_t digest[DIGEST_SIZE];
    if (!*row->passport)
        return false;
    group_news(intake->group);
    intake_look(intake, &look);
    const size_t size = (size_t)snprintf(number, sizeof number, ":%s", row->passport);
    credential_digest(look.keys->digest, CREDENTIAL_PASSPORT, (const uint8_t *)number, size, digest);
    const bool is_news = !directory_by_digest(look.directory, digest);
    if (is_news)
        put_number(intake, &look, CREDENTIAL_PASSPORT, number, record);
    wipe_bytes(number, sizeof number);
    return is_news;
}

/* ---- records */
void intake_write_person(struct intake *intake, const struct person_record *record)
{
    if (intake->is_rehearsal)
        directory_put(group_news(intake->group), record);
    else
        group_write_person(intake->group, record);
}

void intake_store(struct intake *intake, const struct person_record *record)
{
    struct lookup look;
    intake_write_person(intake, record);
    intake_look(intake, &look);
    put_number(intake, &look, CREDENTIAL_ID_NUMBER, record->id_number, record);
    put_number(intake, &look, CREDENTIAL_STUDENT_NO, record->student_no, record);
}

static uint32_t unit_of_row(struct intake *intake)
{
    const struct list_person *row = intake->row;
    struct group *group = intake->group;
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
    if (!intake->is_rehearsal) {
        group_begin(group);
        if (group_is_sound(group))
            group->fault = journal_put_unit(group->writer->journal, &unit);
    }
    directory_put_unit(news, &unit);
    return unit.id;
}

bool intake_take_text(char *ret_field, size_t size, const char *news)
{
    if (!*news || strcmp(ret_field, news) == 0)
        return false;
    memset(ret_field, 0, size);
    memcpy(ret_field, news, strlen(news));
    return true;
}

/* What the row leaves empty stays. */
bool intake_take_identity(struct person_record *record, const struct list_person *row)
{
    bool has_changed = !record->bound;
    record->bound = true;
    has_changed |= intake_take_text(record->name, sizeof record->name, row->name);
    has_changed |= intake_take_text(record->id_number, sizeof record->id_number, row->id_number);
    has_changed |= intake_take_text(record->student_no, sizeof record->student_no, row->student_no);
    if (row->level != DEGREE_NONE && record->level != row->level) {
        record->level = row->level;
        has_changed = true;
    }
    return has_changed;
}

static bool take_roster_row(struct intake *intake, struct person_record *record)
{
    const struct list_person *row = intake->row;
    const uint32_t unit = unit_of_row(intake);
    bool has_changed = intake_take_identity(record, row) | !record->on_roster;
    record->on_roster = true;
    has_changed |= intake_take_text(record->campus, sizeof record->campus, row->campus);
    if (unit && unit != record->unit_id) {
        const struct unit_record *known = directory_unit(group_news(intake->group), unit);
        record->unit_id = unit;
        memcpy(record->unit, known->name, sizeof record->unit);
        memcpy(record->college, known->college, sizeof record->college);
        has_changed = true;
    }
    return has_changed;
}

void intake_start_person(struct person_record *ret)
{
    memset(ret, 0, sizeof *ret);
    random_bytes(ret->id.bytes, sizeof ret->id.bytes);
}

static void update_person(struct intake *intake, const struct person_id *person)
{
    struct person_record record;
    struct lookup look;
    intake_look(intake, &look);
    directory_get(look.directory, person, &record);
    if (names_contradict(record.name, intake->row->name))
        intake_tell(intake, FINDING_RENAMED);
    if (put_passport(intake, &record) | take_roster_row(intake, &record)) {
        intake_store(intake, &record);
        intake->result->updated++;
    } else {
        intake->result->unchanged++;
    }
    wipe_bytes(&record, sizeof record);
}

static void import_person(struct intake *intake)
{
    struct family family;
    struct person_record record;
    struct person_id person;
    family_of_row(intake, &family);
    switch (match_row(intake, &family, &person)) {
    case MATCH_UNCLEAR:
        return;
    case MATCH_NONE:
        intake_start_person(&record);
        take_roster_row(intake, &record);
        intake_store(intake, &record);
        put_passport(intake, &record);
        wipe_bytes(&record, sizeof record);
        intake->result->added++;
        return;
    case MATCH_ONE:
        update_person(intake, &person);
        return;
    }
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

/* ---- all of a list */
static void import_row(struct intake *intake)
{
    const struct list_person *row = intake->row;
    if (!*row->id_number && !*row->student_no)
        intake_tell(intake, FINDING_NUMBER_MISSING);
    else if (intake->list->kind == LIST_PEOPLE)
        import_person(intake);
    else if (intake->list->kind == LIST_PAID)
        intake_payment(intake);
    else
        intake_mark(intake);
}

static void import_rows(struct intake *intake)
{
    const struct desk_list *list = intake->list;
    for (size_t i = 0; i < list->n_people && group_is_sound(intake->group); i++) {
        intake->row = &list->people[i];
        import_row(intake);
    }
    if (list->replaces)
        intake_lift_marks(intake);
    free(intake->met);
}

/* The same rows in the same order, over what this group has left so far. */
static void rehearse(struct group *group, const struct queue_command *like, const struct desk_list *list,
                     struct list_result *result, struct list_findings *findings)
{
    struct group aside = {.desk = group->desk, .writer = group->writer};
    struct intake intake = {.group = &aside,
                            .like = like,
                            .list = list,
                            .result = result,
                            .findings = findings,
                            .is_rehearsal = true};
    aside.news = directory_over(group->news ? group->news : group->desk->directory);
    import_rows(&intake);
    directory_free(aside.news);
}

static void import_all(struct group *group, struct queue_command *command, const struct desk_list *list,
                       struct outcome *outcome, struct list_findings *findings)
{
    struct intake intake = {
        .group = group, .like = command, .list = list, .result = &outcome->list, .findings = findings};
    struct queue_decision decision;
    command->kind = COMMAND_LIST_IMPORTED;
    command->value = (uint32_t)(list->kind == LIST_SCHEDULE ? list->n_slots : list->n_people);
    snprintf(command->extra, sizeof command->extra, "%s", list_kind_name(list->kind));
    snprintf(command->text, sizeof command->text, "%s", list->digest);
    if (group_decide(group, command, &decision) == QUEUE_DONE) {
        import_rows(&intake);
        if (list->kind == LIST_SCHEDULE)
            import_schedule(group, command, list, &outcome->list);
    }
    group_settle(group, outcome, &decision);
    group->has_lists = true;
    group_keep_answer(group, outcome, decision.verdict);
}

/* Row by row before anything is stored, so that a list with an error in it leaves nothing behind. */
static bool may_be_stored(struct group *group, const struct queue_command *command,
                          const struct desk_list *list, struct outcome *outcome,
                          struct list_findings *findings)
{
    if (list->is_preview || !list->accepts_good) {
        rehearse(group, command, list, &outcome->list, findings);
        if (list->is_preview)
            return false;
        if (findings->n_errors) {
            outcome->problem = PROBLEM_IMPORT_REFUSED;
            return false;
        }
        outcome->list = (struct list_result){0};
        list_findings_done(findings);
    }
    return true;
}

void group_list(struct group *group, struct outcome *outcome)
{
    struct job *job = outcome->job;
    const struct desk_list *list = job->command.list;
    struct queue_command *command = &job->command.queue;
    struct list_findings own = {0};
    if (!list || !desk_list_is_sound(list)) {
        outcome->problem = PROBLEM_BAD_REQUEST;
        return;
    }
    struct list_findings *findings = list->findings ? list->findings : &own;
    command->at_us = clock_utc_us();
    command->mono_us = clock_mono_us();
    if (may_be_stored(group, command, list, outcome, findings))
        import_all(group, command, list, outcome, findings);
    list_findings_done(&own);
}
