/* The rows of a day: numbers, people, entries, what was read. On the caller's thread; what a row shows is unsealed for that
 * row and wiped with the day. */
#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/reason.h"
#include "handover/day_state.h"
#include "journal/chain.h"

/* ---- people */
bool day_person(struct day *day, const struct person_id *id, struct day_person *ret)
{
    struct person_record *record = &day->record;
    struct person_facts facts;
    const bool is_known = directory_get(day->people, id, record);
    directory_facts(day->people, id, &facts);
    *ret = (struct day_person){
        .id = *id,
        .name = record->name,
        .student_no = record->student_no,
        .id_number = record->id_number,
        .unit = record->unit,
        .college = record->college,
        .campus = record->campus,
        .note = record->note,
        .unit_id = record->unit_id,
        .rank = facts.rank,
        .level = record->level,
        .bound = record->bound,
        .on_roster = record->on_roster,
        .is_excluded = record->is_excluded,
        .is_captured = record->is_captured,
    };
    if (person_id_is_none(id))
        return false;
    ret->state = queue_person(day->queue, id);
    ret->ticket = queue_shot_of(day->queue, id);
    if (!ret->ticket)
        ret->ticket = queue_ticket_of(day->queue, id);
    return is_known;
}

int day_people(struct day *day, int (*row)(void *arg, const struct day_person *), void *arg)
{
    struct day_person person;
    int result = 0;
    for (size_t i = 0; i < day->n_people && result == 0; i++) {
        day_person(day, &day->order[i].id, &person);
        result = row(arg, &person);
    }
    return result;
}

/* ---- numbers */
static bool load_payload(struct day *day, struct day_number *number)
{
    if (number->ticket->medium != MEDIUM_CAPTURE_CODE || day->facts.is_purged)
        return true;
    const struct person_id *person = &number->ticket->person;
    bool is_one_of_several;
    const size_t index = day_code_of(day, number->ticket, &is_one_of_several);
    const enum journal_fault fault =
        is_one_of_several ? journal_payload_at(day->journal, person, CREDENTIAL_CAPTURE_CODE, index,
                                               day->payload, sizeof day->payload, &number->payload_size)
                          : journal_payload(day->journal, person, CREDENTIAL_CAPTURE_CODE, day->payload,
                                            sizeof day->payload, &number->payload_size);
    if (fault != JOURNAL_OK)
        return false;
    number->payload = number->payload_size ? day->payload : NULL;
    return true;
}

static int lane_numbers(struct day *day, const struct queue_lane *lane, bool has_people,
                        int (*row)(void *arg, const struct day_number *), void *arg)
{
    const struct journal_keys *keys = journal_keys(day->journal);
    const struct queue_rules *rules = &queue_event(day->queue)->rules;
    char label[TICKET_LABEL_SIZE];
    int result = 0;
    for (uint32_t i = 1; i <= lane->counts.issued && result == 0; i++) {
        struct day_number number = {.ticket = queue_ticket(day->queue, lane->name, i), .label = label};
        ticket_label(rules, lane->name, i, label);
        reason_open(keys, number.ticket->reason, day->reason);
        number.reason = day->reason;
        const unsigned marks = day_marks_of(day, number.ticket);
        number.was_kept = marks & DAY_MARK_KEPT;
        number.on_paper = marks & DAY_MARK_PAPER;
        number.person.id = number.ticket->person;
        if (has_people)
            day_person(day, &number.ticket->person, &number.person);
        result = load_payload(day, &number) ? row(arg, &number) : -EIO;
    }
    return result;
}

static int all_numbers(struct day *day, bool has_people, int (*row)(void *arg, const struct day_number *),
                       void *arg)
{
    int result = 0;
    for (size_t i = 0; i < queue_lane_count(day->queue) && result == 0; i++)
        result = lane_numbers(day, queue_lane_at(day->queue, i), has_people, row, arg);
    return result;
}

int day_numbers(struct day *day, int (*row)(void *arg, const struct day_number *), void *arg)
{
    return all_numbers(day, true, row, arg);
}

int day_numbers_only(struct day *day, int (*row)(void *arg, const struct day_number *), void *arg)
{
    return all_numbers(day, false, row, arg);
}

/* ---- entries */
/* Whose text is a reason that somebody gave. */
static bool has_reason(enum entry_kind kind)
{
    switch (kind) {
    case ENTRY_ISSUED:
    case ENTRY_RETAKE:
    case ENTRY_MISSED:
    case ENTRY_VOIDED:
    case ENTRY_RETAKE_DROPPED:
    case ENTRY_MISMATCH:
    case ENTRY_RESOLVED:
    case ENTRY_LEFT:
    case ENTRY_PAYMENT:
    case ENTRY_LEDGER_SIGNED:
        return true;
    default:
        return false;
    }
}

struct entry_rows {
    struct day *day;
    int (*row)(void *arg, const struct queue_entry *, const char *reason,
               const uint8_t hash[static JOURNAL_HASH_SIZE]);
    void *arg;
    int result;
    bool is_over; /* the row function has stopped, or the position is reached */
    uint8_t hash[JOURNAL_HASH_SIZE];
};

static int take_entry(void *arg, const struct queue_entry *entry)
{
    struct entry_rows *rows = arg;
    struct day *day = rows->day;
    rows->is_over = entry->seq > day->facts.seq;
    if (rows->is_over)
        return 1;
    chain_next(rows->hash, entry, rows->hash);
    day->reason[0] = '\0';
    if (has_reason(entry->kind))
        reason_open(journal_keys(day->journal), entry->text, day->reason);
    rows->result = rows->row(rows->arg, entry, day->reason, rows->hash);
    rows->is_over = rows->result != 0;
    return rows->is_over;
}

int day_entries(struct day *day,
                int (*row)(void *arg, const struct queue_entry *, const char *reason,
                           const uint8_t hash[static JOURNAL_HASH_SIZE]),
                void *arg)
{
    struct entry_rows rows = {.day = day, .row = row, .arg = arg};
    chain_first(rows.hash);
    enum journal_fault fault = journal_read_entries(day->journal, 0, take_entry, &rows);
    return rows.is_over || fault == JOURNAL_OK ? rows.result : -EIO;
}

static int take_one(void *arg, const struct queue_entry *entry)
{
    *(struct queue_entry *)arg = *entry;
    return 1;
}

int day_entry_at(struct day *day, uint64_t seq, struct queue_entry *ret,
                 uint8_t ret_hash[static JOURNAL_HASH_SIZE])
{
    struct queue_entry entry = {.seq = 0};
    if (seq == 0 || seq > day->facts.seq)
        return -ENOENT;
    journal_read_entries(day->journal, seq - 1, take_one, &entry); /* stopped at the first */
    if (entry.seq != seq || journal_hash(day->journal, seq, ret_hash) != JOURNAL_OK)
        return -EIO;
    *ret = entry;
    return 0;
}

/* ---- what was read */
struct credential_rows {
    int (*row)(void *arg, const struct person_id *, enum credential_kind, const uint8_t *payload,
               size_t payload_size);
    void *arg;
    int result;
};

static int take_credential(void *arg, const struct credential_record *record, const uint8_t *payload,
                           size_t payload_size)
{
    struct credential_rows *rows = arg;
    rows->result = rows->row(rows->arg, &record->person, record->kind, payload, payload_size);
    return rows->result;
}

int day_credentials(struct day *day,
                    int (*row)(void *arg, const struct person_id *, enum credential_kind,
                               const uint8_t *payload, size_t payload_size),
                    void *arg)
{
    struct credential_rows rows = {row, arg, 0};
    if (day->facts.is_purged)
        return 0;
    enum journal_fault fault = journal_read_payloads(day->journal, take_credential, &rows);
    return rows.result || fault == JOURNAL_OK ? rows.result : -EIO;
}
