/* Proof: looks at everything in the database from one read-only snapshot and says what is wrong first. On the
 * caller's thread, any. Must not write, not even a checkpoint. */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "journal/chain.h"
#include "journal/database.h"
#include "journal/journal_copies.h"
#include "journal/key_file.h"
#include "journal/migrate.h"
#include "journal/rows.h"
#include "journal/schema_check.h"
#include "journal/seal.h"
#include "journal/token_trace.h"

struct proof {
    sqlite3 *db;
    struct derived_keys keys;
    struct journal_report *report;
    struct queue *queue;    /* the entries so far, replayed */
    bool is_broken;         /* the replay stopped: later comparisons would only be noise */
    uint64_t seq;           /* of the entry before */
    struct ticket previous; /* ticket row */
    struct token_trace tokens;
    uint32_t n_units;
};

/* Only the first problem counts; what follows is often its consequence. seq 0: of no entry in particular. */
static void problem(struct proof *proof, uint64_t seq, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void problem(struct proof *proof, uint64_t seq, const char *format, ...)
{
    struct journal_report *report = proof->report;
    if (report->problem[0])
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(report->problem, sizeof report->problem, format, arguments);
    va_end(arguments);
    report->first_bad_seq = seq;
}

/* Takes `text`, NULL: nothing is wrong. */
static void problem_text(struct proof *proof, uint64_t seq, char *text)
{
    if (text)
        problem(proof, seq, "%s", text);
    free(text);
}

/* A database that SQLite finds damaged is a finding, not a reason not to look. */
static enum journal_fault finding(struct proof *proof, enum journal_fault fault, const char *detail)
{
    problem(proof, 0, "%s", detail ? detail : journal_fault_text(fault));
    return fault == JOURNAL_CORRUPT ? JOURNAL_OK : fault;
}

static enum journal_fault sqlite_finding(struct proof *proof)
{
    char *detail = NULL;
    enum journal_fault fault = database_explain(proof->db, &detail);
    fault = finding(proof, fault, detail);
    free(detail);
    return fault;
}

static enum journal_fault each_row(struct proof *proof, sqlite3_stmt *statement,
                                   void (*take)(struct proof *, sqlite3_stmt *))
{
    int result;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW)
        take(proof, statement);
    enum journal_fault fault = result == SQLITE_DONE ? JOURNAL_OK : sqlite_finding(proof);
    sqlite3_finalize(statement);
    return fault;
}

static enum journal_fault each(struct proof *proof, const char *name,
                               void (*take)(struct proof *, sqlite3_stmt *))
{
    sqlite3_stmt *statement = NULL;
    if (statement_prepare(proof->db, name, false, &statement) != SQLITE_OK)
        return sqlite_finding(proof);
    if (sqlite3_bind_parameter_count(statement) == 1)
        sqlite3_bind_int64(statement, 1, 0);
    return each_row(proof, statement, take);
}

/* ---- entries */
static void check_entry(struct proof *proof, sqlite3_stmt *statement)
{
    struct queue_entry entry;
    uint8_t prev[JOURNAL_HASH_SIZE], hash[JOURNAL_HASH_SIZE], *head = proof->report->head;
    bool is_readable = row_entry(statement, &entry, prev, hash);
    uint64_t expected = ++proof->seq;
    proof->report->entries++;
    if (proof->is_broken)
        return;
    proof->is_broken = true;
    if (!is_readable)
        problem(proof, expected, "entry %llu holds values that cannot be", (unsigned long long)expected);
    else if (entry.seq != expected)
        problem(proof, expected, "entry %llu is missing", (unsigned long long)expected);
    else if (memcmp(prev, head, sizeof prev) != 0)
        problem(proof, expected, "entry %llu does not follow the one before it",
                (unsigned long long)expected);
    else if (chain_next(head, &entry, head), memcmp(hash, head, sizeof hash) != 0)
        problem(proof, expected, "entry %llu was altered: its hash does not match",
                (unsigned long long)expected);
    else if (queue_apply(proof->queue, &entry) != QUEUE_APPLY_OK)
        problem(proof, expected, "entry %llu (%s) breaks the rules of the queue",
                (unsigned long long)expected, entry_kind_name(entry.kind));
    else
        proof->is_broken = false;
    if (!proof->is_broken)
        problem_text(proof, expected, token_trace_entry(&proof->tokens, &entry));
}

/* ---- tickets */
static const char *difference(const struct ticket *stored, const struct ticket *replayed)
{
#define SAME(field)                                                                                          \
    if (stored->field != replayed->field)                                                                    \
        return #field;
    SAME(state)
    SAME(medium)
    SAME(bound)
    SAME(session)
    SAME(calls)
    SAME(shots)
    SAME(retakes)
    SAME(issued_us)
    SAME(called_us)
    SAME(shot_us)
    SAME(ended_us)
    SAME(issued_seq)
    SAME(seq)
    SAME(note.unit)
    SAME(note.rank)
    SAME(note.flags)
    SAME(confirmed)
    SAME(is_suspect)
    SAME(acknowledged)
    SAME(card_back)
    SAME(has_left)
    SAME(turn)
#undef SAME
    if (!person_id_equal(&stored->person, &replayed->person))
        return "person";
    return strcmp(stored->reason, replayed->reason) ? "reason" : NULL;
}

static void check_ticket(struct proof *proof, sqlite3_stmt *statement)
{
    struct ticket stored;
    char label[TICKET_LABEL_SIZE];
    bool is_readable = row_ticket(statement, &stored);
    proof->report->tickets++;
    if (!is_readable) {
        problem(proof, 0, "ticket row %llu holds values that cannot be",
                (unsigned long long)proof->report->tickets);
        return;
    }
    ticket_label(&queue_event(proof->queue)->rules, stored.lane, stored.number, label);
    uint32_t next = strcmp(stored.lane, proof->previous.lane) == 0 ? proof->previous.number + 1 : 1;
    proof->previous = stored;
    if (stored.number != next)
        problem(proof, stored.issued_seq, "ticket %s: the number before it is missing", label);
    if (proof->is_broken)
        return;
    const struct ticket *replayed = queue_ticket(proof->queue, stored.lane, stored.number);
    const char *field = replayed ? difference(&stored, replayed) : NULL;
    if (!replayed)
        problem(proof, stored.issued_seq, "ticket %s: no entry ever issued it", label);
    else if (field)
        problem(proof, replayed->seq, "ticket %s: its %s is not what the entries say", label, field);
}

/* Every ticket row was found in the replay; so equal counts mean equal sets. */
static void check_issued(struct proof *proof)
{
    uint64_t issued = 0;
    for (size_t i = 0; i < queue_lane_count(proof->queue); i++)
        issued += queue_lane_at(proof->queue, i)->counts.issued;
    if (!proof->is_broken && issued != proof->report->tickets)
        problem(proof, 0, "the entries issued %llu tickets, the table holds %llu", (unsigned long long)issued,
                (unsigned long long)proof->report->tickets);
}

/* ---- the rest */
static void check_person(struct proof *proof, sqlite3_stmt *statement)
{
    struct person_record person;
    uint64_t row = ++proof->report->people;
    if (!row_person(statement, proof->keys.keys.seal, &person))
        problem(proof, 0, "the record of person %llu cannot be unsealed", (unsigned long long)row);
    else if (person.unit_id > proof->n_units)
        problem(proof, 0, "person %llu belongs to a unit that is not there", (unsigned long long)row);
    wipe_bytes(&person, sizeof person);
}

static void check_unit(struct proof *proof, sqlite3_stmt *statement)
{
    struct unit_record unit;
    if (!row_unit(statement, &unit) || unit.id != ++proof->n_units)
        problem(proof, 0, "unit %u is not there, or holds values that cannot be", proof->n_units);
}

static void check_slot(struct proof *proof, sqlite3_stmt *statement)
{
    struct slot_record slot;
    if (!row_slot(statement, &slot))
        problem(proof, 0, "a slot of the schedule holds values that cannot be");
}

static void check_document(struct proof *proof, sqlite3_stmt *statement)
{
    enum { ENTRY_KIND = 3, ENTRY_EXTRA, ENTRY_TEXT };
    struct document_record document;
    char digest[DOCUMENT_DIGEST_SIZE], extra[PROFILE_MAX + 1];
    if (!row_document(statement, &document)) {
        problem(proof, 0, "a document holds values that cannot be");
        return;
    }
    journal_document_digest(document.text, digest);
    snprintf(extra, sizeof extra, DOCUMENT_EXTRA "%s", document.kind);
    if (sqlite3_column_int(statement, ENTRY_KIND) != ENTRY_LIST_IMPORTED ||
        strcmp((const char *)sqlite3_column_text(statement, ENTRY_EXTRA), extra) != 0)
        problem(proof, document.seq, "the %s of entry %llu: that entry brought none", document.kind,
                (unsigned long long)document.seq);
    else if (strcmp((const char *)sqlite3_column_text(statement, ENTRY_TEXT), digest) != 0)
        problem(proof, document.seq, "the %s of entry %llu was altered", document.kind,
                (unsigned long long)document.seq);
}

static void check_lost_document(struct proof *proof, sqlite3_stmt *statement)
{
    uint64_t seq = (uint64_t)sqlite3_column_int64(statement, 0);
    problem(proof, seq, "the document of entry %llu is missing", (unsigned long long)seq);
}

static void check_credential(struct proof *proof, sqlite3_stmt *statement)
{
    struct credential_record record;
    uint8_t payload[CREDENTIAL_MAX];
    size_t size;
    uint64_t row = ++proof->report->credentials;
    const uint8_t *box = sqlite3_column_blob(statement, 3);
    if (!row_credential(statement, &record) || !box ||
        !unseal_payload(proof->keys.keys.seal, &record, box, (size_t)sqlite3_column_bytes(statement, 3),
                        payload, sizeof payload, &size))
        problem(proof, 0, "credential %llu cannot be unsealed", (unsigned long long)row);
    wipe_bytes(payload, sizeof payload);
}

/* ---- answers */
static void check_answered(struct proof *proof, const struct answer_record *answer, uint32_t number)
{
    const struct ticket *ticket = number ? queue_ticket(proof->queue, answer->lane, number) : NULL;
    if (number && (!ticket || ticket->issued_seq > answer->seq))
        problem(proof, 0, "answer %llu names a number that was not issued then",
                (unsigned long long)proof->report->answers);
}

/* An answer that knows a later entry than the last one tells of a tail cut off. */
static void check_answer(struct proof *proof, sqlite3_stmt *statement)
{
    struct answer_record answer;
    uint64_t row = ++proof->report->answers;
    if (!row_answer(statement, &answer))
        problem(proof, 0, "answer %llu holds values that cannot be", (unsigned long long)row);
    else if (answer.seq > proof->seq)
        problem(proof, proof->seq + 1, "entry %llu is missing: an answer was given after it",
                (unsigned long long)proof->seq + 1);
    else if (!proof->is_broken) {
        check_answered(proof, &answer, answer.number);
        check_answered(proof, &answer, answer.called);
    }
}

static void check_contradicted(struct proof *proof, sqlite3_stmt *statement)
{
    long long seq = sqlite3_column_int64(statement, 1);
    problem(proof, 0, "answer %lld does not agree with entry %lld", sqlite3_column_int64(statement, 0), seq);
}

/* ---- tokens */
static void check_token(struct proof *proof, sqlite3_stmt *statement)
{
    struct token_record token;
    if (!row_token(statement, &token)) {
        problem(proof, 0, "token %lld holds values that cannot be", sqlite3_column_int64(statement, 0));
    } else if (!proof->is_broken) {
        proof->tokens.n_units = proof->n_units;
        problem_text(proof, 0, token_trace_record(&proof->tokens, &token));
    }
}

/* ---- who belongs to whom */
static void check_faceless(struct proof *proof, sqlite3_stmt *statement)
{
    char lane[LANE_NAME_MAX + 1], label[TICKET_LABEL_SIZE];
    snprintf(lane, sizeof lane, "%s", (const char *)sqlite3_column_text(statement, 1));
    ticket_label(&queue_event(proof->queue)->rules, lane, (uint32_t)sqlite3_column_int64(statement, 2),
                 label);
    problem(proof, (uint64_t)sqlite3_column_int64(statement, 0), "ticket %s: its person has no %s", label,
            sqlite3_column_int(statement, 3) ? "credential" : "record");
}

static void check_repeated(struct proof *proof, sqlite3_stmt *statement)
{
    problem(proof, 0, "person %lld is there twice", (long long)sqlite3_column_int64(statement, 0));
}

static void check_stranger(struct proof *proof, sqlite3_stmt *statement)
{
    problem(proof, 0, "credential %lld belongs to a person who is not there",
            (long long)sqlite3_column_int64(statement, 0));
}

static enum journal_fault check_file(struct proof *proof)
{
    char *detail = NULL;
    int result = pragma_check(proof->db, "integrity_check(1)", &detail);
    enum journal_fault fault = JOURNAL_OK;
    if (detail)
        fault = finding(proof, JOURNAL_CORRUPT, detail);
    else if (result != SQLITE_OK)
        fault = sqlite_finding(proof);
    free(detail);
    return fault;
}

/* With another key there is nothing to unseal. */
static enum journal_fault check_key(struct proof *proof, const char *key_file)
{
    char *detail = NULL;
    enum journal_fault fault = database_is_purged(proof->db, &proof->report->is_purged, &detail);
    if (!fault && proof->report->is_purged)
        return JOURNAL_OK;
    if (!fault)
        fault = key_file_load(key_file, &proof->keys, &detail);
    if (!fault)
        fault = database_check_key(proof->db, proof->keys.check, &detail);
    if (fault)
        fault = finding(proof, fault, detail);
    free(detail);
    return fault;
}

/* Last: whoever took a guard away has something to hide, and that is worth more to know. */
static enum journal_fault check_schema(struct proof *proof)
{
    char *detail = NULL;
    enum journal_fault fault = schema_check(proof->db, &detail);
    if (fault)
        fault = finding(proof, fault, detail);
    free(detail);
    return fault;
}

/* A database of an older version is proved as it will be: a copy in memory is brought up to date, and the rows are
 * read from there. What the file itself holds (its pages, its schema) was looked at before. */
static enum journal_fault renew_copy(struct proof *proof)
{
    char *detail = NULL;
    sqlite3 *copy = NULL;
    enum journal_fault fault = migrate_copy(proof->db, proof->keys.check, &copy, &detail);
    if (fault) {
        fault = finding(proof, fault, detail);
    } else {
        sqlite3_close(proof->db);
        proof->db = copy;
    }
    free(detail);
    return fault;
}

static enum journal_fault check_version(struct proof *proof)
{
    int64_t version;
    if (pragma_number(proof->db, "user_version", &version) != SQLITE_OK)
        return sqlite_finding(proof);
    proof->report->version = (int)version;
    proof->report->is_older = version < migrate_latest();
    return JOURNAL_OK;
}

static void check_leftover(struct proof *proof, sqlite3_stmt *statement)
{
    if (sqlite3_column_int64(statement, 0) > 0)
        problem(proof, 0, "the purge is not finished: run \"paihao purge\" once more");
}

static enum journal_fault check_all(struct proof *proof)
{
    static const struct {
        const char *name;
        void (*take)(struct proof *, sqlite3_stmt *);
        bool is_personal; /* gone when purged */
    } tables[] = {
        {"select_entries", check_entry, false},
        {"select_tickets", check_ticket, false},
        {"select_units", check_unit, false},
        {"select_people", check_person, true},
        {"select_credentials", check_credential, true},
        {"select_repeated_people", check_repeated, true},
        {"select_strangers", check_stranger, true},
        {"select_faceless", check_faceless, true},
        {"select_answers", check_answer, false},
        {"select_contradicted_answers", check_contradicted, false},
        {"select_tokens", check_token, false},
        {"select_slots", check_slot, false},
        {"select_vouched_documents", check_document, false},
        {"select_lost_documents", check_lost_document, false},
    };
    enum journal_fault fault = check_file(proof);
    if (!fault && proof->report->is_older) {
        fault = check_schema(proof);
        if (fault || proof->report->problem[0])
            return fault; /* nothing that could be brought up to date */
        fault = renew_copy(proof);
        if (fault || proof->report->problem[0])
            return fault;
    }
    for (size_t i = 0; i < sizeof tables / sizeof *tables && !fault; i++)
        if (!tables[i].is_personal || !proof->report->is_purged)
            fault = each(proof, tables[i].name, tables[i].take);
    if (!fault && proof->report->is_purged)
        fault = each(proof, "select_sealed_rows", check_leftover);
    if (fault)
        return fault;
    check_issued(proof);
    if (!proof->is_broken)
        problem_text(proof, 0, token_trace_end(&proof->tokens));
    return check_schema(proof);
}

static enum journal_fault open_snapshot(struct proof *proof, const char *path)
{
    char *detail = NULL;
    enum journal_fault fault =
        database_exists(path, NULL) ? database_open_reading(path, &proof->db, &detail) : JOURNAL_MISSING;
    if (!fault && sqlite3_exec(proof->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        fault = database_explain(proof->db, &detail);
    if (fault)
        fault = finding(proof, fault, detail);
    free(detail);
    return fault;
}

enum journal_fault journal_verify(const char *data_dir, const char *key_file, struct journal_report *ret)
{
    char *path = database_path(data_dir);
    enum journal_fault fault = journal_verify_file(path, key_file, ret);
    free(path);
    return fault;
}

enum journal_fault journal_verify_file(const char *database, const char *key_file, struct journal_report *ret)
{
    struct proof proof = {.report = ret};
    if (sodium_init() < 0)
        abort();
    *ret = (struct journal_report){0};
    chain_first(ret->head);
    enum journal_fault fault = open_snapshot(&proof, database);
    if (!fault && proof.db)
        fault = check_key(&proof, key_file);
    if (!fault && proof.db)
        fault = check_version(&proof);
    if (!fault && proof.db) {
        proof.queue = queue_new();
        fault = check_all(&proof);
        queue_free(proof.queue);
        token_trace_done(&proof.tokens);
    }
    sqlite3_close(proof.db);
    wipe_bytes(&proof.keys, sizeof proof.keys);
    return fault;
}
