/* The people of a group of commands: who is meant, and what the journal and the directory learn of them. Must not
 * answer or publish anything. Writer's thread. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/group_state.h"

static bool fill_gap(char *ret_field, size_t size, const char *news)
{
    if (*ret_field || !*news)
        return false;
    memcpy(ret_field, news, size);
    return true;
}

static void write_person(struct group *group, const struct person_record *record)
{
    group_begin(group);
    if (group_is_sound(group))
        group->fault = journal_put_person(group->writer->journal, record);
    group->people = bytes_resize(group->people, (group->n_people + 1) * sizeof *group->people);
    group->people[group->n_people++] = *record;
}

/* As this group has left it so far. Only this thread changes the directory, so reading it here needs no lock.
 */
static void read_person(const struct group *group, const struct person_id *id, struct person_record *ret)
{
    for (size_t i = group->n_people; i-- > 0;) {
        if (person_id_equal(&group->people[i].id, id)) {
            *ret = group->people[i];
            return;
        }
    }
    directory_get(group->desk->directory, id, ret);
}

/* What was empty is filled; what is known is never overwritten by a later reading, but for the name by the card's own. */
static void learn_about(struct group *group, const struct person_id *id, const struct person_record *news,
                        bool is_card)
{
    struct person_record record;
    read_person(group, id, &record);
    if (is_card && *news->name && strcmp(news->name, record.name) != 0)
        record.name[0] = '\0';
    bool has_changed = fill_gap(record.name, sizeof record.name, news->name);
    has_changed |= fill_gap(record.id_number, sizeof record.id_number, news->id_number);
    has_changed |= fill_gap(record.student_no, sizeof record.student_no, news->student_no);
    has_changed |= fill_gap(record.unit, sizeof record.unit, news->unit);
    has_changed |= fill_gap(record.valid_to, sizeof record.valid_to, news->valid_to);
    if (has_changed)
        write_person(group, &record);
    wipe_bytes(&record, sizeof record);
}

static void write_credential(struct group *group, struct credential_record *credential,
                             const struct person_id *person, const uint8_t *payload, size_t payload_size)
{
    credential->person = *person;
    group_begin(group);
    if (group_is_sound(group))
        group->fault = journal_put_credential(group->writer->journal, credential, payload, payload_size);
    pthread_mutex_lock(&group->desk->lock);
    directory_put_digest(group->desk->directory, credential->digest, person);
    pthread_mutex_unlock(&group->desk->lock);
}

static bool person_is_known(const struct group *group, const uint8_t digest[static DIGEST_SIZE],
                            struct person_id *ret)
{
    const struct person_id *id = directory_by_digest(group->desk->directory, digest);
    if (id)
        *ret = *id;
    return id;
}

/* Blanks do not tell names apart: cards and people set them differently. */
static bool names_differ(const char *known, const char *typed)
{
    if (!*known || !*typed)
        return false;
    for (; *known || *typed; known++, typed++) {
        known += strspn(known, " ");
        typed += strspn(typed, " ");
        if (*known != *typed)
            return true;
        if (!*known)
            return false;
    }
    return false;
}

/* An ID number nobody has yet, beside a student number that is known: the same person, unless that one has an ID number
 * of his own. */
static void settle_second(const struct group *group, struct job *job, bool *is_known)
{
    struct queue_command *command = &job->command.queue;
    struct person_id second;
    struct person_record record;
    if (!job->second.kind || !person_is_known(group, job->second.digest, &second))
        return;
    read_person(group, &second, &record);
    if (!*is_known && !*record.id_number) {
        command->person = second;
        *is_known = true;
    } else if (!person_id_equal(&command->person, &second)) {
        command->other = second;
    }
    wipe_bytes(&record, sizeof record);
}

bool people_prepare_check_in(const struct group *group, struct job *job)
{
    struct queue_command *command = &job->command.queue;
    struct person_record record;
    command->person = job->fresh.id;
    bool is_known = person_is_known(group, job->credential.digest, &command->person);
    settle_second(group, job, &is_known);
    if (!is_known)
        return false;
    read_person(group, &command->person, &record);
    command->name_differs = command->medium == MEDIUM_MANUAL && names_differ(record.name, job->fresh.name);
    command->bound |= record.bound;
    wipe_bytes(&record, sizeof record);
    return true;
}

void people_of_check_in(struct group *group, struct job *job, bool was_known, enum queue_verdict verdict)
{
    const struct person_id *person = &job->command.queue.person;
    struct person_id known;
    if (verdict != QUEUE_DONE && verdict != QUEUE_ALREADY_WAITING)
        return;
    if (was_known)
        learn_about(group, person, &job->fresh, job->command.queue.medium == MEDIUM_ID_CARD);
    else
        write_person(group, &job->fresh);
    if (!person_is_known(group, job->credential.digest, &known))
        write_credential(group, &job->credential, person, job->payload, job->payload_size);
    if (job->second.kind && !person_is_known(group, job->second.digest, &known))
        write_credential(group, &job->second, person, (const uint8_t *)job->fresh.student_no,
                         strlen(job->fresh.student_no));
}

/* ---- binding */
static bool differs(const char *known, const char *typed)
{
    return *known && *typed && strcmp(known, typed) != 0;
}

/* Of a person who is bound already, nothing that was typed may say otherwise. */
static bool contradicts(const struct group *group, const struct person_id *id,
                        const struct person_record *typed)
{
    struct person_record record;
    read_person(group, id, &record);
    const bool result =
        record.bound && (differs(record.id_number, typed->id_number) ||
                         differs(record.student_no, typed->student_no) || differs(record.name, typed->name));
    wipe_bytes(&record, sizeof record);
    return result;
}

/* Whom the typed numbers name: somebody else rather than `self`; `self` only when all of them do. */
static struct person_id named_by(const struct group *group, const struct job *job,
                                 const struct person_id *self)
{
    struct person_id first, second;
    const bool has_second = job->second.kind;
    const bool knows_first = person_is_known(group, job->credential.digest, &first);
    const bool knows_second = has_second && person_is_known(group, job->second.digest, &second);
    if (knows_first && !person_id_equal(&first, self))
        return first;
    if (knows_second && !person_id_equal(&second, self))
        return second;
    return knows_first && (knows_second || !has_second) ? *self : (struct person_id){{0}};
}

void people_prepare_bind(const struct group *group, struct job *job)
{
    struct queue_command *command = &job->command.queue;
    const struct ticket *ticket = queue_ticket(group->writer->deciding, command->lane, command->number);
    command->person = (struct person_id){{0}};
    command->bound = false;
    if (!ticket)
        return;
    command->person = named_by(group, job, &ticket->person);
    command->bound = contradicts(group, &ticket->person, &job->fresh);
}

static void take_field(char *ret_field, size_t size, const char *typed)
{
    if (*typed)
        memcpy(ret_field, typed, size);
}

void people_bind(struct group *group, struct job *job, const struct person_id *person)
{
    struct person_record record;
    struct person_id known;
    const struct person_record *typed = &job->fresh;
    read_person(group, person, &record);
    record.bound = true;
    take_field(record.name, sizeof record.name, typed->name);
    take_field(record.id_number, sizeof record.id_number, typed->id_number);
    take_field(record.student_no, sizeof record.student_no, typed->student_no);
    write_person(group, &record);
    wipe_bytes(&record, sizeof record);
    if (!person_is_known(group, job->credential.digest, &known))
        write_credential(group, &job->credential, person, job->payload, job->payload_size);
    if (job->second.kind && !person_is_known(group, job->second.digest, &known))
        write_credential(group, &job->second, person, (const uint8_t *)typed->student_no,
                         strlen(typed->student_no));
}
