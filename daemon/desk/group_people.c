/* The people of a group of commands: who is meant, and what the journal and the directory learn of them. Must not
 * answer or publish anything. Writer's thread. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/group_state.h"
#include "desk/reason.h"

static bool fill_gap(char *ret_field, size_t size, const char *news)
{
    if (*ret_field || !*news)
        return false;
    memcpy(ret_field, news, size);
    return true;
}

void group_look(const struct group *group, struct lookup *ret)
{
    const struct desk *desk = group->desk;
    *ret = (struct lookup){
        .directory = group->news ? group->news : desk->directory,
        .queue = group->writer->deciding,
        .keys = &desk->keys,
        .slots = desk->slots,
        .n_slots = desk->n_slots,
    };
}

/* Only this thread changes the directory, so reading it here needs no lock. */
struct directory *group_news(struct group *group)
{
    if (!group->news)
        group->news = directory_over(group->desk->directory);
    return group->news;
}

void group_write_person(struct group *group, const struct person_record *record)
{
    group_begin(group);
    if (group_is_sound(group))
        group->fault = journal_put_person(group->writer->journal, record);
    directory_put(group_news(group), record);
}

static void read_person(const struct group *group, const struct person_id *id, struct person_record *ret)
{
    directory_get(group->news ? group->news : group->desk->directory, id, ret);
}

/* What was empty is filled; what is known is never overwritten by a later reading, but for the name by the card's own,
 * unless the roster gave it. */
static bool learn_about(struct group *group, const struct person_id *id, const struct person_record *news,
                        bool is_card)
{
    struct person_record record;
    read_person(group, id, &record);
    if (is_card && !record.on_roster && *news->name && strcmp(news->name, record.name) != 0)
        record.name[0] = '\0';
    bool has_changed = fill_gap(record.name, sizeof record.name, news->name);
    has_changed |= fill_gap(record.id_number, sizeof record.id_number, news->id_number);
    has_changed |= fill_gap(record.student_no, sizeof record.student_no, news->student_no);
    has_changed |= fill_gap(record.unit, sizeof record.unit, news->unit);
    has_changed |= fill_gap(record.valid_to, sizeof record.valid_to, news->valid_to);
    if (has_changed)
        group_write_person(group, &record);
    wipe_bytes(&record, sizeof record);
    return has_changed;
}

void group_write_credential(struct group *group, const struct credential_record *credential,
                            const struct person_id *person, const uint8_t *payload, size_t payload_size)
{
    struct credential_record record = *credential;
    record.person = *person;
    group_begin(group);
    if (group_is_sound(group))
        group->fault = journal_put_credential(group->writer->journal, &record, payload, payload_size);
    directory_put_digest(group_news(group), record.digest, person);
}

static bool is_known_by(const struct group *group, const uint8_t digest[static DIGEST_SIZE])
{
    return directory_by_digest(group->news ? group->news : group->desk->directory, digest);
}

/* What was presented names this person from now on, unless it names somebody already. True: something new. */
static bool keep_credentials(struct group *group, struct job *job, const struct person_id *person)
{
    const bool is_new = !is_known_by(group, job->credential.digest);
    if (is_new)
        group_write_credential(group, &job->credential, person, job->payload, job->payload_size);
    if (job->second.kind != CREDENTIAL_STUDENT_NO || is_known_by(group, job->second.digest))
        return is_new;
    group_write_credential(group, &job->second, person, (const uint8_t *)job->fresh.student_no,
                           strlen(job->fresh.student_no));
    return true;
}

/* A number that is there already brings no entry of its own, and nothing is learnt without one: whatever the people on
 * record are is a matter of the journal's position. */
static void note_learnt(struct group *group, const struct queue_command *command)
{
    struct queue_entry entry = {.kind = ENTRY_LEARNT,
                                .at_us = command->at_us,
                                .mono_us = command->mono_us,
                                .person = command->person};
    memcpy(entry.lane, command->lane, sizeof entry.lane);
    memcpy(entry.device, command->device, sizeof entry.device);
    group_append(group, &entry);
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

/* Names in Latin letters only: a passport sets them in capitals, and the family name elsewhere. */
static bool letters_differ(const char *known, const char *read)
{
    int counts[26] = {0};
    if (!*known || !*read)
        return false;
    for (const char *at = known; *at; at++) {
        if ((unsigned char)*at >= 0x80)
            return false;
        if (isalpha((unsigned char)*at))
            counts[tolower((unsigned char)*at) - 'a']++;
    }
    for (const char *at = read; *at; at++)
        if ((unsigned char)*at < 0x80 && isalpha((unsigned char)*at))
            counts[tolower((unsigned char)*at) - 'a']--;
    for (size_t i = 0; i < 26; i++)
        if (counts[i])
            return true;
    return false;
}

static void find_who(const struct group *group, const struct job *job, struct lookup *ret_look,
                     struct who *ret)
{
    group_look(group, ret_look);
    const struct presented presented = {&job->fresh, &job->credential, &job->second, job->command.level};
    lookup_who(ret_look, &presented, ret);
}

bool people_prepare_check_in(const struct group *group, struct job *job)
{
    struct queue_command *command = &job->command.queue;
    struct person_record record;
    struct lookup look;
    struct who who;
    if (!job->credential.kind) {
        command->person = (struct person_id){{0}}; /* a slip that nobody used */
        return false;
    }
    find_who(group, job, &look, &who);
    command->person = who.person;
    command->other = who.other;
    lookup_facts(&look, &who.person, who.is_ambiguous, command->lane, command->at_us, &command->facts);
    command->facts.is_other_level = who.is_other_level;
    if (!who.is_known)
        return false;
    read_person(group, &who.person, &record);
    command->name_differs = command->medium == MEDIUM_MANUAL && names_differ(record.name, job->fresh.name);
    command->name_noted =
        (command->medium == MEDIUM_ID_CARD && names_differ(record.name, job->fresh.name)) ||
        (command->medium == MEDIUM_PASSPORT && letters_differ(record.name, job->fresh.name));
    command->bound |= record.bound;
    wipe_bytes(&record, sizeof record);
    return true;
}

void people_of_check_in(struct group *group, struct job *job, bool was_known, enum queue_verdict verdict)
{
    const struct person_id *person = &job->command.queue.person;
    if ((verdict != QUEUE_DONE && verdict != QUEUE_ALREADY_WAITING) || !job->credential.kind)
        return;
    bool has_learnt = !was_known;
    if (was_known)
        has_learnt = learn_about(group, person, &job->fresh, job->command.queue.medium == MEDIUM_ID_CARD);
    else
        group_write_person(group, &job->fresh);
    has_learnt |= keep_credentials(group, job, person);
    if (has_learnt && verdict == QUEUE_ALREADY_WAITING)
        note_learnt(group, &job->command.queue);
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
static struct person_id named_by(const struct group *group, const struct job *job, const struct who *who,
                                 const struct person_id *self)
{
    const struct person_id nobody = {{0}};
    if (who->is_known && !person_id_equal(&who->person, self))
        return who->person;
    const bool knows_all = is_known_by(group, job->credential.digest) &&
                           (!job->second.kind || is_known_by(group, job->second.digest));
    return who->is_known && knows_all ? *self : nobody;
}

/* Tied to somebody who is there already: what is known of that person besides the lists. */
static void know_other(const struct group *group, const struct job *job, struct queue_command *command)
{
    struct person_record record;
    read_person(group, &command->person, &record);
    command->facts.is_known = record.bound || record.on_roster;
    command->name_differs = names_differ(record.name, job->fresh.name);
    wipe_bytes(&record, sizeof record);
}

/* Whoever reads of the void number learns which one stands. */
static void say_same_person(const struct group *group, struct queue_command *command)
{
    const struct queue *queue = group->writer->deciding;
    const struct ticket *stands = queue_shot_of(queue, &command->person);
    char label[TICKET_LABEL_SIZE] = "", plain[PLAIN_TEXT_MAX + 1];
    if (!stands)
        stands = queue_ticket_of(queue, &command->person);
    if (stands)
        ticket_label(&queue_event(queue)->rules, stands->lane, stands->number, label);
    snprintf(plain, sizeof plain, "same-person %s", label);
    reason_seal(&group->desk->keys, plain, command->text);
}

void people_prepare_bind(const struct group *group, struct job *job)
{
    struct queue_command *command = &job->command.queue;
    const struct ticket *ticket = queue_ticket(group->writer->deciding, command->lane, command->number);
    struct lookup look;
    struct who who;
    command->person = command->other = (struct person_id){{0}};
    command->bound = command->name_differs = false;
    if (!ticket)
        return;
    find_who(group, job, &look, &who);
    command->person = named_by(group, job, &who, &ticket->person);
    if (!person_id_equal(&who.other, &ticket->person))
        command->other = who.other;
    command->bound = contradicts(group, &ticket->person, &job->fresh);
    const struct person_id *whose = person_id_is_none(&command->person) ? &ticket->person : &command->person;
    lookup_facts(&look, whose, who.is_ambiguous, command->lane, command->at_us, &command->facts);
    command->facts.is_other_level = who.is_other_level;
    if (person_id_is_none(&command->person) || person_id_equal(&command->person, &ticket->person))
        return;
    know_other(group, job, command);
    if (command->also_void)
        say_same_person(group, command);
}

static void take_field(char *ret_field, size_t size, const char *typed)
{
    if (*typed)
        memcpy(ret_field, typed, size);
}

static int take_moved(void *arg, const struct credential_record *moved)
{
    directory_put_digest(arg, moved->digest, &moved->person);
    return 0;
}

/* Of somebody of the roster the list knows the names better than whoever types them at the door, and of whoever was known
 * before nothing is overwritten. */
static void take_typed(struct person_record *record, const struct person_record *typed)
{
    const bool is_known = record->bound || record->on_roster;
    record->bound = true;
    if (is_known) {
        fill_gap(record->name, sizeof record->name, typed->name);
        fill_gap(record->id_number, sizeof record->id_number, typed->id_number);
        fill_gap(record->student_no, sizeof record->student_no, typed->student_no);
        return;
    }
    take_field(record->name, sizeof record->name, typed->name);
    take_field(record->id_number, sizeof record->id_number, typed->id_number);
    take_field(record->student_no, sizeof record->student_no, typed->student_no);
}

void people_bind(struct group *group, struct job *job, const struct person_id *before,
                 const struct person_id *person)
{
    struct person_record record;
    read_person(group, person, &record);
    take_typed(&record, &job->fresh);
    group_write_person(group, &record);
    wipe_bytes(&record, sizeof record);
    if (!person_id_equal(before, person) && group_is_sound(group))
        group->fault =
            journal_move_credentials(group->writer->journal, before, person, take_moved, group_news(group));
    keep_credentials(group, job, person);
}
