/* Pure look-ups in directory and queue. Must not change, keep or log anything of a person. Any thread, see lookup.h. */
#include "desk/lookup.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

enum { SLOT_GRACE_US = 10 * 60 * 1000000 };

/* ---- one number, several people */
void lookup_level_digest(const struct lookup *look, enum credential_kind kind, const char *number,
                         enum degree level, uint8_t ret_digest[static DIGEST_SIZE])
{
    char text[ID_NUMBER_LENGTH + STUDENT_NO_MAX + 16];
    snprintf(text, sizeof text, "%s\x1f%d", number, (int)level);
    credential_digest(look->keys->digest, kind, (const uint8_t *)text, strlen(text), ret_digest);
    wipe_bytes(text, sizeof text);
}

static bool is_among(const struct person_id people[], size_t count, const struct person_id *person)
{
    for (size_t i = 0; i < count; i++)
        if (person_id_equal(&people[i], person))
            return true;
    return false;
}

static void add_owner(const struct lookup *look, const uint8_t digest[static DIGEST_SIZE],
                      struct person_id people[], size_t *count)
{
    const struct person_id *owner = directory_by_digest(look->directory, digest);
    if (owner && !is_among(people, *count, owner))
        people[(*count)++] = *owner;
}

size_t lookup_family(const struct lookup *look, enum credential_kind kind, const char *number,
                     struct person_id ret_people[static FAMILY_MAX])
{
    uint8_t digest[DIGEST_SIZE];
    size_t count = 0;
    if (!*number)
        return 0;
    credential_digest(look->keys->digest, kind, (const uint8_t *)number, strlen(number), digest);
    add_owner(look, digest, ret_people, &count);
    for (int level = DEGREE_NONE; level < DEGREE_COUNT && count > 0; level++) {
        lookup_level_digest(look, kind, number, (enum degree)level, digest);
        add_owner(look, digest, ret_people, &count);
    }
    return count;
}

/* Whoever else the person may be: by the ID number on record, or by the student number that was presented. A capture
 * code is of one enrolment, so of one level. */
static size_t family_of(const struct lookup *look, const struct presented *presented,
                        const struct person_id *person, struct person_id ret_people[static FAMILY_MAX])
{
    struct person_record record;
    size_t count = 0;
    const enum credential_kind kind = presented->credential->kind;
    if (kind == CREDENTIAL_STUDENT_NO) {
        count = lookup_family(look, kind, presented->fresh->student_no, ret_people);
    } else if (kind != CREDENTIAL_CAPTURE_CODE) {
        directory_get(look->directory, person, &record);
        count = lookup_family(look, CREDENTIAL_ID_NUMBER, record.id_number, ret_people);
        wipe_bytes(&record, sizeof record);
    }
    if (!is_among(ret_people, count, person)) {
        ret_people[0] = *person;
        count = 1;
    }
    return count;
}

static bool is_done(const struct lookup *look, const struct person_id *person)
{
    struct person_facts facts;
    directory_facts(look->directory, person, &facts);
    return facts.is_captured || facts.is_excluded || queue_shot_of(look->queue, person);
}

static bool is_in_line(const struct lookup *look, const struct person_id *person)
{
    const struct ticket *ticket = queue_ticket_of(look->queue, person);
    return ticket && (ticket->state == TICKET_WAITING || ticket->state == TICKET_CALLED);
}

/* Of one human at several levels: the level asked for, whoever stands in line, or whoever is not photographed yet. */
static void choose(const struct lookup *look, const struct person_id people[], size_t count,
                   enum degree level, struct who *who)
{
    size_t n_left = 0;
    const struct person_id *left = NULL;
    for (size_t i = 0; i < count; i++) {
        struct person_facts facts;
        directory_facts(look->directory, &people[i], &facts);
        if ((level != DEGREE_NONE && facts.level == level) ||
            (level == DEGREE_NONE && is_in_line(look, &people[i]))) {
            who->person = people[i];
            return;
        }
        if (!is_done(look, &people[i])) {
            left = &people[i];
            n_left++;
        }
    }
    if (n_left == 1)
        who->person = *left;
    who->is_ambiguous = n_left > 1;
}

/* An ID number nobody has yet, beside a student number that is known: the same person, unless that one has an ID number
 * of his own. A passport seen for the first time: whoever has its number on a list; the photographer looks twice. */
static void settle_second(const struct lookup *look, const struct presented *presented,
                          const struct person_id family[], size_t count, struct who *who)
{
    struct person_record record;
    const struct person_id *second =
        presented->second->kind ? directory_by_digest(look->directory, presented->second->digest) : NULL;
    if (!second)
        return;
    if (is_among(family, count, second)) {
        if (presented->level == DEGREE_NONE) {
            who->person = *second;
            who->is_ambiguous = false;
        }
        return;
    }
    const bool is_passport = presented->second->kind == CREDENTIAL_PASSPORT;
    directory_get(look->directory, second, &record);
    if (!who->is_known && (is_passport || !*record.id_number)) {
        who->person = *second;
        who->is_known = true;
    } else if (!is_passport && !person_id_equal(&who->person, second)) {
        who->other = *second;
    }
    wipe_bytes(&record, sizeof record);
}

void lookup_who(const struct lookup *look, const struct presented *presented, struct who *ret)
{
    struct person_id family[FAMILY_MAX];
    size_t count = 0;
    const struct person_id *known = directory_by_digest(look->directory, presented->credential->digest);
    *ret = (struct who){.person = known ? *known : presented->fresh->id, .is_known = known};
    if (known)
        count = family_of(look, presented, known, family);
    if (count > 1)
        choose(look, family, count, presented->level, ret);
    settle_second(look, presented, family, count, ret);
    if (ret->is_known && presented->level != DEGREE_NONE) {
        struct person_facts facts;
        directory_facts(look->directory, &ret->person, &facts);
        ret->is_other_level = facts.level != DEGREE_NONE && facts.level != presented->level;
    }
}

/* ---- facts */
bool person_is_expected(const struct person_facts *facts)
{
    return facts->on_roster && !facts->is_excluded && !facts->is_captured;
}

static bool has_come(const struct lookup *look, const struct person_id *person)
{
    return queue_ticket_of(look->queue, person) || queue_person(look->queue, person).roll == ROLL_ABSENT;
}

static bool is_awaited(const struct lookup *look, const struct person_id *person)
{
    struct person_facts facts;
    if (has_come(look, person))
        return false;
    directory_facts(look->directory, person, &facts);
    return person_is_expected(&facts);
}

const struct person_id *lookup_next(const struct lookup *look, uint32_t unit, uint32_t *ret_rank)
{
    size_t count;
    const struct person_id *members = directory_members(look->directory, unit, &count);
    const size_t highest = queue_unit_rank(look->queue, unit), from = highest < count ? highest : 0;
    for (size_t i = 0; i < count; i++) {
        const size_t at = from + i < count ? from + i : from + i - count;
        if (!is_awaited(look, &members[at]))
            continue;
        if (ret_rank)
            *ret_rank = (uint32_t)at + 1;
        return &members[at];
    }
    return NULL;
}

/* Whoever has come before has told of the gaps below: only the new one is counted. */
static uint32_t count_ahead(const struct lookup *look, uint32_t unit, uint32_t rank)
{
    size_t count;
    uint32_t ahead = 0;
    const struct person_id *members = directory_members(look->directory, unit, &count);
    for (size_t i = queue_unit_rank(look->queue, unit); i < count && i + 1 < rank; i++)
        ahead += is_awaited(look, &members[i]);
    return ahead;
}

static bool slot_concerns(const struct list_slot *slot, const struct person_facts *facts)
{
    if (slot->level != DEGREE_NONE && slot->level != facts->level)
        return false;
    return !*slot->unit || strcmp(slot->unit, facts->unit) == 0 || strcmp(slot->unit, facts->college) == 0;
}

/* Somebody of whom the schedule says nothing is never at the wrong time. */
static bool is_out_of_slot(const struct lookup *look, const struct person_facts *facts, const char *lane,
                           int64_t at_us)
{
    bool is_scheduled = false;
    for (size_t i = 0; i < look->n_slots; i++) {
        const struct list_slot *slot = &look->slots[i];
        if (!slot_concerns(slot, facts))
            continue;
        is_scheduled = true;
        if (strcmp(slot->lane, lane) == 0 && at_us >= slot->start_us - SLOT_GRACE_US &&
            at_us < slot->end_us + SLOT_GRACE_US)
            return false;
    }
    return is_scheduled;
}

void lookup_facts(const struct lookup *look, const struct person_id *person, bool is_ambiguous,
                  const char *lane, int64_t at_us, struct queue_facts *ret)
{
    struct person_facts facts;
    directory_facts(look->directory, person, &facts);
    *ret = (struct queue_facts){
        .has_roster = directory_roster_count(look->directory) > 0,
        .on_roster = facts.on_roster,
        .is_excluded = facts.is_excluded,
        .is_captured = facts.is_captured,
        .is_ambiguous = is_ambiguous,
        .unit = facts.unit_id,
        .rank = facts.rank,
    };
    if (facts.on_roster && look->n_slots)
        ret->is_out_of_slot = is_out_of_slot(look, &facts, lane, at_us);
    if (facts.unit_id && facts.rank > 1 && queue_event(look->queue)->rules.order != ORDER_FREE)
        ret->ahead = count_ahead(look, facts.unit_id, facts.rank);
}
