/* A small event for the tests of the journal: a folder of its own, a journal, and the queue that decides.
 * Includes cmocka: any fault where none is expected fails the test. */
#ifndef TESTS_JOURNAL_WORLD_H
#define TESTS_JOURNAL_WORLD_H
#include "journal/journal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/bytes.h"
#include "base/files.h"
#include "identity/id_number.h"

struct world {
    char dir[64], key[96], db[96];
    struct journal *journal;
    struct queue *queue;
    int64_t now_us;
    unsigned n_people;
};

static inline void assert_journal(enum journal_fault fault, enum journal_fault expected)
{
    if (fault != expected)
        fail_msg("journal says \"%s\", not \"%s\"", journal_fault_text(fault), journal_fault_text(expected));
}

/* A folder in memory where there is one: the tests of order and content need no real disk. */
static inline void world_init(struct world *world)
{
    *world = (struct world){.now_us = INT64_C(1795000000000000)};
    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(world->dir, sizeof world->dir, "%s/paihao-test-XXXXXX", parent);
    assert_non_null(mkdtemp(world->dir));
    snprintf(world->key, sizeof world->key, "%s/secret.key", world->dir);
    snprintf(world->db, sizeof world->db, "%s/event.db", world->dir);
}

static inline void world_remove_folder(const char *dir)
{
    char *command = bytes_format("rm -rf '%s'", dir);
    assert_int_equal(system(command), 0);
    free(command);
}

static inline void world_done(struct world *world)
{
    journal_close(world->journal);
    queue_free(world->queue);
    world_remove_folder(world->dir);
}

static inline struct journal_options world_options(const struct world *world, bool create)
{
    return (struct journal_options){.data_dir = world->dir, .key_file = world->key, .create = create};
}

static inline enum journal_fault world_try_open(struct world *world, bool create)
{
    struct journal_options options = world_options(world, create);
    char *detail = NULL;
    enum journal_fault fault = journal_open(&world->journal, &options, &detail);
    if (fault)
        print_message("    (%s)\n", detail ? detail : "no detail");
    free(detail);
    return fault;
}

static inline int world_replay(void *queue, const struct queue_entry *entry)
{
    return queue_apply(queue, entry) != QUEUE_APPLY_OK;
}

/* Opens and replays, as the desk does at its start. */
static inline void world_open(struct world *world)
{
    assert_journal(world_try_open(world, true), JOURNAL_OK);
    world->queue = queue_new();
    assert_journal(journal_read_entries(world->journal, 0, world_replay, world->queue), JOURNAL_OK);
}

static inline void world_close(struct world *world)
{
    journal_close(world->journal);
    queue_free(world->queue);
    world->journal = NULL;
    world->queue = NULL;
}

/* ---- steps: inside a transaction that the caller began. The queue moves ahead of the commit, as the
 * desk's does. */
static inline enum journal_fault world_try_step(struct world *world, struct queue_command command)
{
    struct queue_decision decision;
    enum journal_fault fault = JOURNAL_OK;
    command.at_us = world->now_us += 1000;
    command.mono_us = world->now_us / 2;
    snprintf(command.device, sizeof command.device, "test");
    queue_decide(world->queue, &command, &decision);
    assert_int_equal(decision.verdict, QUEUE_DONE);
    for (size_t i = 0; i < decision.n_entries && !fault; i++) {
        struct queue_entry *entry = &decision.entries[i];
        entry->seq = journal_seq(world->journal) + 1;
        assert_int_equal(queue_apply(world->queue, entry), QUEUE_APPLY_OK);
        fault = journal_append(world->journal, entry,
                               entry->number ? queue_ticket(world->queue, entry->lane, entry->number) : NULL);
    }
    return fault;
}

static inline struct person_record world_person(unsigned n)
{
    struct person_record person = {.bound = true, .valid_to = "20360101"};
    snprintf(person.name, sizeof person.name, "测试者%u", n);
    snprintf(person.id_number, sizeof person.id_number, "99010119900101%03u", n % 1000);
    person.id_number[17] = id_number_check(person.id_number);
    snprintf(person.student_no, sizeof person.student_no, "S-%07u", n);
    snprintf(person.unit, sizeof person.unit, "化学工程学院");
    for (unsigned i = 0; i < PERSON_ID_SIZE; i++)
        person.id.bytes[i] = (uint8_t)(n >> (8 * (i % 4))) ^ (uint8_t)(i * 37 + 1);
    return person;
}

static inline struct credential_record world_credential(const struct journal *journal,
                                                        const struct person_record *person)
{
    struct credential_record credential = {.kind = CREDENTIAL_ID_NUMBER, .person = person->id};
    char text[64];
    snprintf(text, sizeof text, "%s/%s", person->id_number, person->student_no);
    credential_digest(journal_keys(journal)->digest, credential.kind, (const uint8_t *)text, strlen(text),
                      credential.digest);
    return credential;
}

/* A new person with record, credential, ticket and kept answer. */
static inline enum journal_fault world_try_check_in(struct world *world, const char *lane)
{
    struct person_record person = world_person(++world->n_people);
    struct credential_record credential = world_credential(world->journal, &person);
    struct queue_command command = {
        .kind = COMMAND_CHECK_IN, .person = person.id, .medium = MEDIUM_ID_CARD, .bound = true};
    snprintf(command.lane, sizeof command.lane, "%s", lane);
    enum journal_fault fault = journal_put_person(world->journal, &person);
    if (!fault)
        fault = journal_put_credential(world->journal, &credential, (const uint8_t *)person.id_number,
                                       strlen(person.id_number));
    if (!fault)
        fault = world_try_step(world, command);
    struct answer_record answer = {
        .verdict = QUEUE_DONE, .created = true, .seq = journal_seq(world->journal)};
    snprintf(answer.key, sizeof answer.key, "key-%u", world->n_people);
    snprintf(answer.lane, sizeof answer.lane, "%s", lane);
    answer.number = queue_lane(world->queue, lane)->counts.issued;
    return fault ? fault : journal_put_answer(world->journal, &answer);
}

static inline enum journal_fault world_try_ticket(struct world *world, enum command_kind kind,
                                                  const char *lane, uint32_t number, const char *reason)
{
    struct queue_command command = {.kind = kind, .number = number};
    snprintf(command.lane, sizeof command.lane, "%s", lane);
    snprintf(command.text, sizeof command.text, "%s", reason);
    return world_try_step(world, command);
}

/* ---- whole transactions */
static inline enum journal_fault world_try_event(struct world *world)
{
    static const struct queue_command commands[] = {
        {.kind = COMMAND_EVENT_CREATE, .text = "test event", .extra = "default"},
        {.kind = COMMAND_LANE_SET, .lane = "A", .text = "E201"},
        {.kind = COMMAND_LANE_SET, .lane = "B2", .text = "E202"},
        {.kind = COMMAND_SESSION_OPEN, .lane = "A"},
        {.kind = COMMAND_SESSION_OPEN, .lane = "B2"},
    };
    enum journal_fault fault = journal_begin(world->journal);
    for (size_t i = 0; i < sizeof commands / sizeof *commands && !fault; i++)
        fault = world_try_step(world, commands[i]);
    return fault ? fault : journal_commit(world->journal);
}

static inline void world_event(struct world *world)
{
    assert_journal(world_try_event(world), JOURNAL_OK);
}

static inline void world_check_in(struct world *world, const char *lane, unsigned count)
{
    assert_journal(journal_begin(world->journal), JOURNAL_OK);
    for (unsigned i = 0; i < count; i++)
        assert_journal(world_try_check_in(world, lane), JOURNAL_OK);
    assert_journal(journal_commit(world->journal), JOURNAL_OK);
}

static inline void world_ticket(struct world *world, enum command_kind kind, const char *lane,
                                uint32_t number, const char *reason)
{
    assert_journal(journal_begin(world->journal), JOURNAL_OK);
    assert_journal(world_try_ticket(world, kind, lane, number, reason), JOURNAL_OK);
    assert_journal(journal_commit(world->journal), JOURNAL_OK);
}

/* Twelve check-ins in two lanes, with every step of a ticket's life in lane A. */
static inline void world_day(struct world *world)
{
    world_event(world);
    world_check_in(world, "A", 9);
    world_check_in(world, "B2", 3);
    world_ticket(world, COMMAND_CALL, "A", 1, "");
    world_ticket(world, COMMAND_SHOT, "A", 1, "");
    world_ticket(world, COMMAND_RETAKE, "A", 1, "eyes closed");
    world_ticket(world, COMMAND_SHOT, "A", 1, "");
    world_ticket(world, COMMAND_CALL, "A", 2, "");
    world_ticket(world, COMMAND_MISS, "A", 2, "not there");
    world_ticket(world, COMMAND_VOID, "A", 5, "torn sheet");
    world_ticket(world, COMMAND_CALL, "A", 3, "");
}

/* ---- the file, from outside */
/* A file's bytes, or an empty buffer; NULL data when it cannot be read. */
static inline struct buffer world_contents(const char *path)
{
    struct buffer file = {0};
    if (file_read(path, 1 << 26, &file.data, &file.size) != 0)
        file.data = NULL;
    return file;
}

static inline void world_sql(const struct world *world, const char *sql)
{
    sqlite3 *db;
    char *message = NULL;
    assert_int_equal(sqlite3_open(world->db, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static inline int64_t world_number(const struct world *world, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open_v2(world->db, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(db);
    return number;
}

static inline void world_verify(const struct world *world, struct journal_report *ret)
{
    assert_journal(journal_verify(world->dir, world->key, ret), JOURNAL_OK);
}

static inline void world_assert_sound(const struct world *world)
{
    struct journal_report report;
    world_verify(world, &report);
    if (report.problem[0])
        fail_msg("verify: %s", report.problem);
}

#endif
