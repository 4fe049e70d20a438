/* Rows of exclusions, earlier captures and payments. Must not take a person of the roster away. Within a group of
 * commands; writer's thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/group_intake.h"

_Static_assert((int)CAMPUS_TEXT_MAX == (int)CAMPUS_MAX && (int)NOTE_TEXT_MAX == (int)NOTE_MAX,
               "a row's texts fit a record");

static bool has_roster(const struct intake *intake)
{
    struct lookup look;
    intake_look(intake, &look);
    return directory_roster_count(look.directory) > 0;
}

/* ---- who keeps the mark of a list that replaces another */
static void meet(struct intake *intake, const struct person_id *person)
{
    if (!intake->list->replaces)
        return;
    if (intake->n_met == intake->met_capacity) {
        intake->met_capacity = intake->met_capacity ? 2 * intake->met_capacity : 64;
        intake->met = bytes_resize(intake->met, intake->met_capacity * sizeof *intake->met);
    }
    intake->met[intake->n_met++] = *person;
}

static int by_id(const void *one, const void *other)
{
    return memcmp(((const struct person_id *)one)->bytes, ((const struct person_id *)other)->bytes,
                  PERSON_ID_SIZE);
}

struct lifting {
    const struct intake *intake;
    struct person_id *people;
    size_t count, capacity;
};

static void consider(void *arg, const struct person_id *id, const struct person_facts *facts)
{
    struct lifting *lifting = arg;
    const struct intake *intake = lifting->intake;
    const bool has_mark = intake->list->kind == LIST_EXCLUDED ? facts->is_excluded : facts->is_captured;
    if (!has_mark || (intake->n_met && bsearch(id, intake->met, intake->n_met, sizeof *intake->met, by_id)))
        return;
    if (lifting->count == lifting->capacity) {
        lifting->capacity = lifting->capacity ? 2 * lifting->capacity : 64;
        lifting->people = bytes_resize(lifting->people, lifting->capacity * sizeof *lifting->people);
    }
    lifting->people[lifting->count++] = *id;
}

static void lift(struct intake *intake, const struct person_id *person)
{
    struct person_record record;
    struct lookup look;
    intake_look(intake, &look);
    directory_get(look.directory, person, &record);
    if (intake->list->kind == LIST_EXCLUDED) {
        record.is_excluded = false;
        memset(record.note, 0, sizeof record.note);
    } else {
        record.is_captured = false;
    }
    intake_write_person(intake, &record);
    intake->result->updated++;
    intake->findings->n_lifted++;
    wipe_bytes(&record, sizeof record);
}

void intake_lift_marks(struct intake *intake)
{
    struct lifting lifting = {.intake = intake};
    if (intake->n_met)
        qsort(intake->met, intake->n_met, sizeof *intake->met, by_id);
    directory_each(group_news(intake->group), consider, &lifting);
    for (size_t i = 0; i < lifting.count && group_is_sound(intake->group); i++)
        lift(intake, &lifting.people[i]);
    free(lifting.people);
}

/* ---- exclusions and earlier captures */
static bool mark(const struct intake *intake, struct person_record *record)
{
    const bool is_exclusion = intake->list->kind == LIST_EXCLUDED;
    bool *flag = is_exclusion ? &record->is_excluded : &record->is_captured;
    bool has_changed = !*flag;
    *flag = true;
    if (is_exclusion)
        has_changed |= intake_take_text(record->note, sizeof record->note, intake->row->note);
    return has_changed;
}

/* Somebody who is on no roster, too, so that the door knows. */
static void mark_stranger(struct intake *intake)
{
    const struct list_person *row = intake->row;
    struct person_record record;
    if (intake->list->kind == LIST_EXCLUDED && has_roster(intake))
        intake_tell(intake, FINDING_EXCLUDED_UNKNOWN);
    intake_start_person(&record);
    intake_take_identity(&record, row);
    intake_take_text(record.unit, sizeof record.unit, *row->unit ? row->unit : row->college);
    intake_take_text(record.college, sizeof record.college, row->college);
    mark(intake, &record);
    intake_store(intake, &record);
    meet(intake, &record.id);
    wipe_bytes(&record, sizeof record);
    intake->result->added++;
}

/* A row without a level means whatever level that person has; one with a level that one, and whoever's is not known. */
static bool is_meant(const struct person_record *record, const struct list_person *row)
{
    return row->level == DEGREE_NONE || record->level == DEGREE_NONE || record->level == row->level;
}

/* A number typed wrong would keep somebody else away. */
static bool has_other_name(const struct intake *intake, const struct family *family)
{
    struct lookup look;
    struct person_record record;
    bool result = false;
    intake_look(intake, &look);
    for (size_t i = 0; i < family->count; i++) {
        directory_get(look.directory, &family->people[i], &record);
        result |= is_meant(&record, intake->row) && names_contradict(record.name, intake->row->name);
    }
    wipe_bytes(&record, sizeof record);
    return result;
}

void intake_mark(struct intake *intake)
{
    struct lookup look;
    struct family family;
    struct person_record record = {0};
    bool has_met = false, has_changed = false;
    family_of_row(intake, &family);
    if (family.is_of_two || has_other_name(intake, &family)) {
        intake_tell(intake, family.is_of_two ? FINDING_TWO_PEOPLE : FINDING_OTHER_NAME);
        return;
    }
    for (size_t i = 0; i < family.count; i++) {
        intake_look(intake, &look);
        directory_get(look.directory, &family.people[i], &record);
        if (!is_meant(&record, intake->row))
            continue;
        has_met = true;
        meet(intake, &record.id);
        if (!mark(intake, &record))
            continue;
        intake_write_person(intake, &record);
        has_changed = true;
    }
    wipe_bytes(&record, sizeof record);
    if (!has_met)
        mark_stranger(intake);
    else if (has_changed)
        intake->result->updated++;
    else
        intake->result->unchanged++;
}

/* ---- payments */
/* *ret_count grows with whoever's payment is entered. */
static void enter_payment(struct intake *intake, const struct person_id *person, uint32_t *ret_count)
{
    const struct queue *queue = intake->group->writer->deciding;
    const struct list_person *row = intake->row;
    struct queue_command command = {.kind = COMMAND_PAYMENT, .person = *person};
    struct queue_decision decision;
    command.at_us = intake->like->at_us;
    command.mono_us = intake->like->mono_us;
    command.value = row->amount_fen ? row->amount_fen : queue_event(queue)->rules.fee_fen;
    memcpy(command.device, intake->like->device, sizeof command.device);
    snprintf(command.extra, sizeof command.extra, "%s %.*s", payment_state_name(PAYMENT_PAID), METHOD_MAX,
             *row->method ? row->method : "list");
    if (intake->is_rehearsal)
        queue_decide(queue, &command, &decision);
    else
        group_decide(intake->group, &command, &decision);
    if (decision.verdict == QUEUE_DONE)
        ++*ret_count;
    else
        intake_tell(intake, FINDING_NOT_TAKEN);
}

/* A list is older than what the office has decided since: money given back or waived stays so. */
static void pay(struct intake *intake, const struct person_id *person, uint32_t *ret_count)
{
    const enum payment_state state = queue_person(intake->group->writer->deciding, person).payment;
    if (state == PAYMENT_REFUNDED)
        intake_tell(intake, FINDING_STAYS_REFUNDED);
    else if (state == PAYMENT_WAIVED)
        intake_tell(intake, FINDING_STAYS_WAIVED);
    if (state == PAYMENT_PAID || state == PAYMENT_REFUNDED || state == PAYMENT_WAIVED)
        intake->result->unchanged++;
    else
        enter_payment(intake, person, ret_count);
}

static void pay_for_stranger(struct intake *intake)
{
    struct person_record record;
    intake_start_person(&record);
    intake_take_identity(&record, intake->row);
    intake_store(intake, &record);
    pay(intake, &record.id, &intake->result->added);
    wipe_bytes(&record, sizeof record);
}

void intake_payment(struct intake *intake)
{
    struct lookup look;
    struct family family;
    struct person_record record;
    struct person_id person;
    family_of_row(intake, &family);
    const enum match match = match_row(intake, &family, &person);
    if (match == MATCH_UNCLEAR)
        return;
    intake_look(intake, &look);
    const bool is_known = match == MATCH_ONE && directory_get(look.directory, &person, &record);
    const bool is_other = is_known && names_contradict(record.name, intake->row->name);
    const bool is_stranger = !is_known || !record.on_roster;
    wipe_bytes(&record, sizeof record);
    if (is_other) {
        intake_tell(intake, FINDING_OTHER_NAME);
        return;
    }
    if (is_stranger && has_roster(intake))
        intake_tell(intake, FINDING_PAYER_UNKNOWN);
    if (match == MATCH_NONE)
        pay_for_stranger(intake);
    else
        pay(intake, &person, &intake->result->updated);
}
