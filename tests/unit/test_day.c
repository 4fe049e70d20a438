/* The day that packages are made of: one position of a journal, read by itself. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "journal_world.h"

#include "handover/day.h"

static struct day *open_day(const struct world *world)
{
    struct day *day = NULL;
    char *detail = NULL;
    enum journal_fault fault = day_open(&day, world->db, world->key, &detail);
    if (fault)
        fail_msg("%s: %s", journal_fault_text(fault), detail ? detail : "no detail");
    return day;
}

static void refused(const char *database, const char *key, enum journal_fault expected)
{
    struct day *day = NULL;
    char *detail = NULL;
    assert_journal(day_open(&day, database, key, &detail), expected);
    assert_null(day);
    free(detail);
}

static void put(struct world *world, struct queue_command command)
{
    assert_journal(journal_begin(world->journal), JOURNAL_OK);
    assert_journal(world_try_step(world, command), JOURNAL_OK);
    assert_journal(journal_commit(world->journal), JOURNAL_OK);
}

static void token_entry(struct world *world)
{
    struct queue_entry entry = {
        .kind = ENTRY_TOKEN_CREATED, .at_us = world->now_us, .value = 1, .text = "office"};
    entry.seq = journal_seq(world->journal) + 1;
    assert_int_equal(queue_apply(world->queue, &entry), QUEUE_APPLY_OK);
    assert_journal(journal_begin(world->journal), JOURNAL_OK);
    assert_journal(journal_append(world->journal, &entry, NULL), JOURNAL_OK);
    assert_journal(journal_commit(world->journal), JOURNAL_OK);
}

static void head_of(const struct world *world, char ret_text[static 2 * JOURNAL_HASH_SIZE + 1])
{
    uint8_t head[JOURNAL_HASH_SIZE];
    journal_head(world->journal, head);
    hex_encode(head, sizeof head, ret_text);
}

/* ---- rows as text */
static int take_number(void *arg, const struct day_number *number)
{
    char payload[64] = "";
    memcpy(payload, number->payload ? number->payload : (const uint8_t *)"", number->payload_size);
    buffer_format(arg, "%s %s %s %s|%s|%s|%s\n", number->label, ticket_state_name(number->ticket->state),
                  medium_name(number->ticket->medium), number->reason, number->person.name,
                  number->person.student_no, payload);
    return 0;
}

static void numbers_are(struct day *day, const char *expected)
{
    struct buffer text = {0};
    assert_int_equal(day_numbers(day, take_number, &text), 0);
    assert_string_equal(text.data ? text.data : "", expected);
    buffer_done(&text);
}

static void the_numbers_stand_with_their_people(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world_open(&world);
    world_day(&world);
    struct day *day = open_day(&world); /* beside the one that writes */
    numbers_are(day, "A0001 shot id_card eyes closed|测试者1|S-0000001|\n"
                     "A0002 missed id_card not there|测试者2|S-0000002|\n"
                     "A0003 called id_card |测试者3|S-0000003|\n"
                     "A0004 waiting id_card |测试者4|S-0000004|\n"
                     "A0005 void id_card torn sheet|测试者5|S-0000005|\n"
                     "A0006 waiting id_card |测试者6|S-0000006|\n"
                     "A0007 waiting id_card |测试者7|S-0000007|\n"
                     "A0008 waiting id_card |测试者8|S-0000008|\n"
                     "A0009 waiting id_card |测试者9|S-0000009|\n"
                     "B2-0001 waiting id_card |测试者10|S-0000010|\n"
                     "B2-0002 waiting id_card |测试者11|S-0000011|\n"
                     "B2-0003 waiting id_card |测试者12|S-0000012|\n");
    day_close(day);
    world_done(&world);
}

/* ---- the position */
static void later_entries_without_content_do_not_move_it(void **state)
{
    (void)state;
    struct world world;
    char head[2 * JOURNAL_HASH_SIZE + 1], digest[65], later[2 * JOURNAL_HASH_SIZE + 1];
    world_init(&world);
    world_open(&world);
    world_day(&world);
    const uint64_t seq = journal_seq(world.journal);
    head_of(&world, head);
    memset(digest, 'a', 64);
    digest[64] = '\0';
    token_entry(&world);
    struct queue_command made = {.kind = COMMAND_HANDED_OVER, .extra = "agency"};
    snprintf(made.text, sizeof made.text, "%llu %s", (unsigned long long)seq, digest);
    put(&world, made);
    head_of(&world, later);

    struct day *day = open_day(&world);
    const struct day_facts *facts = day_facts(day);
    assert_int_equal(facts->seq, seq);
    assert_string_equal(facts->head, head);
    assert_string_not_equal(facts->head, later);
    assert_string_equal(facts->event, "test event");
    assert_string_equal(facts->profile_name, "default");
    assert_int_equal(facts->at_us, world.now_us - 1000); /* the token's entry took no time of its own */
    assert_int_equal(queue_event(day_queue(day))->agency_seq, 0);
    assert_int_equal(queue_seq(day_queue(day)), seq);
    day_close(day);

    world_ticket(&world, COMMAND_SHOT, "A", 3, "");
    day = open_day(&world);
    assert_int_equal(day_facts(day)->seq, journal_seq(world.journal));
    head_of(&world, head);
    assert_string_equal(day_facts(day)->head, head);
    day_close(day);
    world_done(&world);
}

static int count_entry(void *arg, const struct queue_entry *entry, const char *reason,
                       const uint8_t hash[static JOURNAL_HASH_SIZE])
{
    (void)reason;
    memcpy(arg, hash, JOURNAL_HASH_SIZE);
    return entry->seq == 7 ? 7 : 0;
}

static void entries_come_with_their_hashes_and_can_be_stopped(void **state)
{
    (void)state;
    struct world world;
    struct queue_entry entry;
    uint8_t hash[JOURNAL_HASH_SIZE], at[JOURNAL_HASH_SIZE], head[JOURNAL_HASH_SIZE];
    world_init(&world);
    world_open(&world);
    world_day(&world);
    struct day *day = open_day(&world);
    assert_int_equal(day_entries(day, count_entry, hash), 7);
    assert_int_equal(day_entry_at(day, 7, &entry, at), 0);
    assert_int_equal(entry.seq, 7);
    assert_memory_equal(hash, at, sizeof hash);
    assert_int_equal(day_entry_at(day, day_facts(day)->seq, &entry, at), 0);
    journal_head(world.journal, head);
    assert_memory_equal(head, at, sizeof head);
    assert_int_equal(day_entry_at(day, day_facts(day)->seq + 1, &entry, at), -ENOENT);
    assert_int_equal(day_entry_at(day, 0, &entry, at), -ENOENT);
    day_close(day);
    world_done(&world);
}

/* ---- what is sealed */
static void the_payload_is_that_of_the_code(void **state)
{
    (void)state;
    static const uint8_t payload[] = "ENCRYPTED-CODE-1";
    struct world world;
    world_init(&world);
    world_open(&world);
    world_event(&world);
    struct person_record person = {.id = {{1, 2, 3}}, .name = ""};
    struct credential_record credential = {.kind = CREDENTIAL_CAPTURE_CODE, .person = person.id};
    credential.digest[0] = 1;
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(journal_put_person(world.journal, &person), JOURNAL_OK);
    assert_journal(journal_put_credential(world.journal, &credential, payload, sizeof payload - 1),
                   JOURNAL_OK);
    struct queue_command command = {
        .kind = COMMAND_CHECK_IN, .lane = "A", .person = person.id, .medium = MEDIUM_CAPTURE_CODE};
    assert_journal(world_try_step(&world, command), JOURNAL_OK);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    struct day *day = open_day(&world);
    numbers_are(day, "A0001 waiting capture_code |||ENCRYPTED-CODE-1\n");
    day_close(day);
    world_done(&world);
}

static int take_credential(void *arg, const struct person_id *person, enum credential_kind kind,
                           const uint8_t *payload, size_t size)
{
    assert_false(person_id_is_none(person));
    assert_int_equal(kind, CREDENTIAL_ID_NUMBER);
    assert_int_equal(size, ID_NUMBER_LENGTH);
    assert_memory_equal(payload, "990101", 6);
    ++*(int *)arg;
    return 0;
}

static void everything_read_is_there(void **state)
{
    (void)state;
    struct world world;
    int count = 0;
    world_init(&world);
    world_open(&world);
    world_day(&world);
    struct day *day = open_day(&world);
    assert_int_equal(day_credentials(day, take_credential, &count), 0);
    assert_int_equal(count, 12);
    day_close(day);
    world_done(&world);
}

/* ---- people */
static int take_person(void *arg, const struct day_person *person)
{
    buffer_format(arg, "%s/%s u%u r%u %s\n", person->college, person->unit, person->unit_id, person->rank,
                  person->student_no);
    return 0;
}

static void people_come_by_unit_and_rank(void **state)
{
    (void)state;
    static const struct {
        unsigned unit;
        bool on_roster;
        const char *student_no;
    } people[] = {
        {2, true, "100"},  {1, true, "1000"}, {0, false, "5"}, {2, true, "99"}, {2, false, "1"},
        {1, true, "0999"}, {0, false, ""},    {1, true, ""},   {1, true, "7"},
    };
    struct world world;
    struct buffer text = {0};
    world_init(&world);
    world_open(&world);
    world_event(&world);
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    for (uint32_t i = 1; i <= 2; i++) {
        struct unit_record unit = {.id = i, .college = "化学"};
        snprintf(unit.name, sizeof unit.name, "%u班", i);
        assert_journal(journal_put_unit(world.journal, &unit), JOURNAL_OK);
    }
    for (unsigned i = 0; i < sizeof people / sizeof *people; i++) {
        struct person_record person = world_person(i + 1);
        person.unit_id = people[i].unit;
        person.on_roster = people[i].on_roster;
        strcpy(person.student_no, people[i].student_no);
        strcpy(person.unit, "");
        assert_journal(journal_put_person(world.journal, &person), JOURNAL_OK);
    }
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    struct day *day = open_day(&world);
    assert_int_equal(day_people(day, take_person, &text), 0);
    assert_string_equal(text.data, "化学/1班 u1 r1 7\n化学/1班 u1 r2 0999\n化学/1班 u1 r3 1000\n"
                                   "化学/1班 u1 r4 \n"
                                   "化学/2班 u2 r1 99\n化学/2班 u2 r2 100\n化学/2班 u2 r0 1\n"
                                   "/ u0 r0 5\n/ u0 r0 \n");
    size_t n_units;
    assert_string_equal(day_units(day, &n_units)[1].name, "2班");
    assert_int_equal(n_units, 2);
    day_close(day);
    buffer_done(&text);
    world_done(&world);
}

/* ---- one moment */
static void what_comes_later_is_not_seen(void **state)
{
    (void)state;
    struct world world;
    struct buffer text = {0};
    world_init(&world);
    world_open(&world);
    world_event(&world);
    world_check_in(&world, "A", 2);
    struct day *day = open_day(&world);
    world_check_in(&world, "A", 1);
    numbers_are(day,
                "A0001 waiting id_card |测试者1|S-0000001|\nA0002 waiting id_card |测试者2|S-0000002|\n");
    int count = 0;
    assert_int_equal(day_credentials(day, take_credential, &count), 0);
    assert_int_equal(count, 2);
    day_close(day);
    buffer_done(&text);
    world_done(&world);
}

static void reading_cannot_write(void **state)
{
    (void)state;
    struct world world;
    struct journal *reading = NULL;
    world_init(&world);
    world_open(&world);
    world_day(&world);
    assert_journal(journal_open_reading(&reading, world.db, world.key, NULL), JOURNAL_OK);
    struct person_record person = world_person(99);
    assert_journal(journal_begin(reading), JOURNAL_READ_ONLY);
    assert_journal(journal_put_person(reading, &person), JOURNAL_READ_ONLY);
    assert_int_equal(journal_seq(reading), journal_seq(world.journal));
    journal_close(reading);
    world_check_in(&world, "A", 1); /* and the writer's file is as it was */
    world_assert_sound(&world);
    world_done(&world);
}

/* ---- what may not be read */
static void what_is_wrong_is_told(void **state)
{
    (void)state;
    struct world world, other;
    world_init(&world);
    world_init(&other);
    char *missing = bytes_format("%s/none.db", world.dir);
    refused(missing, world.key, JOURNAL_MISSING);
    world_open(&world);
    refused(world.db, world.key, JOURNAL_MISSING); /* a database, but no event */
    world_day(&world);
    world_open(&other);
    refused(world.db, other.key, JOURNAL_KEY_WRONG);
    refused(world.db, missing, JOURNAL_KEY_MISSING);
    world_close(&world);
    world_sql(&world, "DROP TRIGGER entry_never_changes; UPDATE entry SET at_us = at_us + 1 WHERE seq = 9;"
                      "CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry\n"
                      "BEGIN\n    SELECT RAISE(ABORT, 'the journal is append-only');\nEND;");
    refused(world.db, world.key, JOURNAL_CORRUPT);
    free(missing);
    world_done(&other);
    world_done(&world);
}

/* Once purged there is no key, and nothing personal is asked for. */
static void a_purged_event_is_read_without_a_key(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world_open(&world);
    world_event(&world);
    world_check_in(&world, "A", 1);
    world_ticket(&world, COMMAND_CALL, "A", 1, "");
    world_ticket(&world, COMMAND_SHOT, "A", 1, "");
    put(&world, (struct queue_command){.kind = COMMAND_SESSION_CLOSE, .lane = "A"});
    put(&world, (struct queue_command){.kind = COMMAND_SESSION_CLOSE, .lane = "B2"});
    put(&world, (struct queue_command){.kind = COMMAND_EVENT_CLOSE});
    const uint64_t seq = journal_seq(world.journal);
    struct queue_entry purged = {.kind = ENTRY_PURGED, .at_us = world.now_us, .text = "people 1"};
    purged.seq = seq + 1;
    assert_int_equal(queue_apply(world.queue, &purged), QUEUE_APPLY_OK);
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(journal_append(world.journal, &purged, NULL), JOURNAL_OK);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    assert_int_equal(unlink(world.key), 0);
    struct day *day = open_day(&world);
    assert_true(day_facts(day)->is_purged);
    assert_true(day_facts(day)->is_closed);
    assert_int_equal(day_facts(day)->seq, seq);
    numbers_are(day, "A0001 shot id_card |||\n");
    struct buffer text = {0};
    assert_int_equal(day_people(day, take_person, &text), 0);
    assert_null(text.data);
    day_close(day);
    world_done(&world);
}

/* ---- other places */
static void copy_file(const char *from, const char *to, mode_t mode)
{
    char *data;
    size_t size;
    assert_int_equal(file_read(from, 1 << 26, &data, &size), 0);
    FILE *file = fopen(to, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(to, mode), 0);
    free(data);
}

enum { NOBODY = 65534 };

/* As somebody who may write neither the file nor beside it: 0 when the day opens and nothing came beside it. */
static int open_as_nobody(const char *folder, const char *database, const char *key)
{
    int status;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct day *day = NULL;
        if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
            _exit(90);
        char *detail = NULL;
        enum journal_fault fault = day_open(&day, database, key, &detail);
        if (fault)
            fprintf(stderr, "%s: %s\n", folder, detail ? detail : "no detail");
        day_close(day);
        free(detail);
        _exit((int)fault);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_stick_that_may_only_be_read(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world_open(&world);
    world_day(&world);
    world_close(&world); /* in WAL mode, without a -wal */
    char *stick = bytes_format("%s/st%%ck 1", world.dir), *database = bytes_format("%s/a?b#.db", stick),
         *key = bytes_format("%s/key", stick), *shm = bytes_format("%s-shm", database),
         *wal = bytes_format("%s-wal", database);
    assert_int_equal(mkdir(stick, 0700), 0);
    copy_file(world.db, database, 0400);
    copy_file(world.key, key, 0400);
    assert_int_equal(chmod(world.dir, 0755), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(database, NOBODY, NOBODY), 0);
        assert_int_equal(chown(key, NOBODY, NOBODY), 0);
        assert_int_equal(chown(stick, NOBODY, NOBODY), 0);
    }
    assert_int_equal(chmod(stick, 0500), 0);
    assert_int_equal(open_as_nobody(stick, database, key), JOURNAL_OK);
    assert_int_not_equal(access(shm, F_OK), 0);
    /* with a -wal the file alone is not the whole, and it cannot be put together there */
    copy_file(world.key, wal, 0400);
    if (geteuid() == 0)
        assert_int_equal(chown(wal, NOBODY, NOBODY), 0);
    assert_int_equal(open_as_nobody(stick, database, key), JOURNAL_READ_ONLY);
    chmod(stick, 0700);
    free(stick);
    free(database);
    free(key);
    free(shm);
    free(wal);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_numbers_stand_with_their_people),
        cmocka_unit_test(later_entries_without_content_do_not_move_it),
        cmocka_unit_test(entries_come_with_their_hashes_and_can_be_stopped),
        cmocka_unit_test(the_payload_is_that_of_the_code),
        cmocka_unit_test(everything_read_is_there),
        cmocka_unit_test(people_come_by_unit_and_rank),
        cmocka_unit_test(what_comes_later_is_not_seen),
        cmocka_unit_test(reading_cannot_write),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(a_purged_event_is_read_without_a_key),
        cmocka_unit_test(a_stick_that_may_only_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
