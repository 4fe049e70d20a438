/* Migrations: run in order, each whole or not at all, never twice. The migrations themselves are the
 * test's own, set in the place of those the program carries. */
#include "base/assets.h"

enum { MIGRATIONS_MAX = 6, OURS = 4 /* migrations the program carries */ };
static struct asset test_assets[MIGRATIONS_MAX + 2]; /* filled before each case */
#define assets test_assets
#include "../../daemon/journal/database.c"
#include "../../daemon/journal/migrate.c"
#undef assets
#include "../../daemon/journal/schema_check.c"

#include "journal_world.h"

static void carry(const char *const sql[], size_t count)
{
    static const char *const paths[] = {"schema/0005-fifth.sql", "schema/0006-sixth.sql"};
    size_t n = 0;
    while (known) { /* a process has one set of migrations; this one has another in each case */
        struct schema *old = known;
        known = old->next;
        schema_free(old);
    }
    memset(test_assets, 0, sizeof test_assets);
    for (unsigned i = 0; i < assets_count; i++)
        if (strncmp(assets[i].path, "schema/", 7) == 0)
            test_assets[n++] = assets[i];
    assert_int_equal(n, OURS + 1);
    for (size_t i = 0; i < count; i++)
        test_assets[n++] = (struct asset){.path = paths[i],
                                          .data = (const unsigned char *)sql[i],
                                          .end = (const unsigned char *)sql[i] + strlen(sql[i])};
}

static int64_t version(const struct world *world)
{
    return world_number(world, "PRAGMA user_version");
}

static char *schema(const struct world *world)
{
    struct buffer text = {0};
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(world->db, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name", -1,
                                        &statement, NULL),
                     SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW)
        buffer_format(&text, "%s\n", sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return text.data;
}

static void a_second_start_changes_nothing(void **state)
{
    (void)state;
    struct world world;
    carry(NULL, 0);
    assert_int_equal(migrate_latest(), OURS);
    world_init(&world);
    world_open(&world);
    world_day(&world);
    world_close(&world);
    char *before = schema(&world), *data, *data_again;
    size_t size, size_again;
    assert_int_equal(version(&world), OURS);
    assert_int_equal(world_number(&world, "PRAGMA application_id"), DATABASE_APPLICATION_ID);
    assert_int_equal(file_read(world.db, 1 << 24, &data, &size), 0);
    world_open(&world);
    world_close(&world);
    char *after = schema(&world);
    assert_string_equal(before, after);
    assert_int_equal(file_read(world.db, 1 << 24, &data_again, &size_again), 0);
    assert_int_equal(size, size_again);
    assert_memory_equal(data, data_again, size);
    free(before);
    free(after);
    free(data);
    free(data_again);
    world_done(&world);
}

static void later_ones_run_in_order_and_once(void **state)
{
    (void)state;
    static const char *const sql[] = {
        "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT; INSERT INTO note VALUES (1, "
        "'two');",
        "ALTER TABLE note ADD COLUMN more TEXT; INSERT INTO note (text) VALUES ('three');",
    };
    struct world grown, fresh;
    world_init(&grown);
    world_init(&fresh);
    carry(NULL, 0);
    world_open(&grown);
    world_day(&grown);
    world_close(&grown);
    carry(sql, 1);
    assert_journal(world_try_open(&grown, false), JOURNAL_OK);
    world_close(&grown);
    assert_int_equal(version(&grown), OURS + 1);
    carry(sql, 2);
    for (int i = 0; i < 2; i++) {
        assert_journal(world_try_open(&grown, false), JOURNAL_OK);
        world_close(&grown);
        assert_int_equal(version(&grown), OURS + 2);
        assert_int_equal(world_number(&grown, "SELECT count(*) FROM note"), 2);
    }
    world_assert_sound(&grown);
    assert_journal(world_try_open(&fresh, true), JOURNAL_OK);
    world_close(&fresh);
    char *one = schema(&grown), *other = schema(&fresh);
    assert_string_equal(one, other); /* fresh is the same as migrated */
    free(one);
    free(other);
    carry(sql, 1); /* an older program */
    assert_journal(world_try_open(&grown, false), JOURNAL_NEWER);
    world_done(&grown);
    world_done(&fresh);
}

static void one_that_fails_leaves_the_version_before(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "CREATE TABLE note (id INTEGER PRIMARY KEY) STRICT;",
        "INSERT INTO note VALUES (1); CREATE TABLE half (id INTEGER) STRICT; INSERT INTO nowhere VALUES (1);",
    };
    static const char *const mended[] = {
        "CREATE TABLE note (id INTEGER PRIMARY KEY) STRICT;",
        "INSERT INTO note VALUES (1); CREATE TABLE half (id INTEGER) STRICT;",
    };
    struct world world;
    world_init(&world);
    carry(NULL, 0);
    world_open(&world);
    world_day(&world);
    world_close(&world);
    carry(broken, 2);
    for (int i = 0; i < 2; i++) {
        assert_journal(world_try_open(&world, false), JOURNAL_CORRUPT);
        assert_int_equal(version(&world), OURS + 1);
        assert_int_equal(world_number(&world, "SELECT count(*) FROM note"), 0);
        assert_int_equal(world_number(&world, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
    }
    carry(mended, 2);
    assert_journal(world_try_open(&world, false), JOURNAL_OK);
    world_close(&world);
    assert_int_equal(version(&world), OURS + 2);
    world_assert_sound(&world);
    world_done(&world);
}

/* The first migration and the key check are one transaction: when it fails, the file is as good as none. */
static void a_first_one_that_fails_leaves_an_empty_database(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    carry(NULL, 0);
    struct asset good[OURS + 1];
    memcpy(good, test_assets, sizeof good);
    for (int i = 0; i <= OURS; i++)
        if (strstr(test_assets[i].path, "0001"))
            test_assets[i].data =
                (const unsigned char
                     *)"PRAGMA application_id = 0x50616948; CREATE TABLE entry (seq INTEGER);";
    assert_journal(world_try_open(&world, true), JOURNAL_CORRUPT); /* there is no table for the key check */
    assert_int_equal(version(&world), 0);
    assert_int_equal(world_number(&world, "SELECT count(*) FROM sqlite_schema"), 0);
    assert_int_equal(world_number(&world, "PRAGMA application_id"), 0);
    memcpy(test_assets, good, sizeof good);
    world_open(&world);
    world_day(&world);
    world_assert_sound(&world);
    world_done(&world);
}

/* ---- an event that was begun by the version before */
static const struct asset *first_migration(void)
{
    for (unsigned i = 0; i < assets_count; i++)
        if (strncmp(assets[i].path, "schema/0001-", 12) == 0)
            return &assets[i];
    fail_msg("there is no first migration");
    return NULL;
}

/* The same rows in a database that migration 1 made: its tables hold every entry, box and answer as they were then. */
static void make_old(const struct world *world)
{
    char *path = bytes_format("%s/old.db", world->dir);
    char *attach = bytes_format("ATTACH '%s' AS now", world->db);
    sqlite3 *db;
    char *message = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, (const char *)first_migration()->data, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 1", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, attach, NULL, NULL, NULL), SQLITE_OK);
    static const char copy[] =
        "INSERT INTO main.key_check SELECT * FROM now.key_check;"
        "INSERT INTO main.entry SELECT * FROM now.entry ORDER BY seq;"
        "INSERT INTO main.ticket SELECT lane, number, state, person, medium, bound, session, calls, shots,"
        " retakes, issued_us, called_us, shot_us, ended_us, issued_seq, seq, reason FROM now.ticket ORDER BY "
        "lane, number;"
        "INSERT INTO main.person SELECT * FROM now.person;"
        "INSERT INTO main.credential SELECT * FROM now.credential;"
        "INSERT INTO main.answer SELECT row, key, fingerprint, verdict, created, lane, number, called, seq"
        " FROM now.answer;"
        "INSERT INTO main.token SELECT id, hash, kind, parent, role, lane, created_us, expires_us, used_us, "
        "revoked_us"
        " FROM now.token;"
        "DETACH now";
    if (sqlite3_exec(db, copy, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s", message);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(rename(path, world->db), 0);
    free(path);
    free(attach);
}

static char *rows(const struct world *world, const char *query)
{
    struct buffer text = {0};
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(world->db, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, query, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW)
        buffer_format(&text, "%s\n", sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return text.data;
}

static void an_event_of_the_version_before_goes_on(void **state)
{
    (void)state;
    static const char entries[] = "SELECT printf('%d %d %d %d %s %d %d %s %d %d %s %s %s %s %s', seq, kind, "
                                  "at_us, mono_us, lane, number,"
                                  " value, hex(person), medium, bound, device, text, extra, hex(prev), "
                                  "hex(hash)) FROM entry ORDER BY seq";
    static const char tickets[] = "SELECT printf('%s %d %d %s %d %s', lane, number, state, hex(person), seq,"
                                  " reason) FROM ticket ORDER BY lane, number";
    struct world world;
    carry(NULL, 0);
    world_init(&world);
    world_open(&world);
    world_day(&world);
    world_close(&world);
    make_old(&world);
    assert_int_equal(version(&world), 1);
    char *entries_before = rows(&world, entries), *tickets_before = rows(&world, tickets);
    assert_non_null(entries_before);
    world_open(&world);
    world_close(&world);
    assert_int_equal(version(&world), OURS);
    char *entries_after = rows(&world, entries), *tickets_after = rows(&world, tickets);
    assert_string_equal(entries_before, entries_after);
    assert_string_equal(tickets_before, tickets_after);
    world_assert_sound(&world);
    world_open(&world);
    world_check_in(&world, "A", 1);
    world_ticket(&world, COMMAND_CONFIRM, "A", 3, ""); /* what the old table would refuse */
    world_close(&world);
    world_assert_sound(&world);
    /* and is what a new one is */
    struct world fresh;
    world_init(&fresh);
    world_open(&fresh);
    world_close(&fresh);
    char *one = schema(&world), *other = schema(&fresh);
    assert_string_equal(one, other);
    free(one);
    free(other);
    free(entries_before);
    free(entries_after);
    free(tickets_before);
    free(tickets_after);
    world_done(&fresh);
    world_done(&world);
}

/* Byte for byte the same afterwards, and found as a start will make it. */
static void one_of_the_version_before_is_verified_as_it_is(void **state)
{
    (void)state;
    struct world world;
    struct journal_report report;
    char *data, *data_after;
    size_t size, size_after;
    carry(NULL, 0);
    world_init(&world);
    world_open(&world);
    world_day(&world);
    world_close(&world);
    assert_journal(journal_verify(world.dir, world.key, &report), JOURNAL_OK);
    assert_int_equal(report.version, OURS);
    assert_false(report.is_older);
    const struct journal_report now = report;
    make_old(&world);
    assert_int_equal(file_read(world.db, 1 << 24, &data, &size), 0);
    assert_journal(journal_verify(world.dir, world.key, &report), JOURNAL_OK);
    assert_string_equal(report.problem, "");
    assert_int_equal(report.version, 1);
    assert_true(report.is_older);
    assert_int_equal(report.entries, now.entries);
    assert_int_equal(report.tickets, now.tickets);
    assert_int_equal(report.people, now.people);
    assert_memory_equal(report.head, now.head, sizeof now.head);
    assert_int_equal(file_read(world.db, 1 << 24, &data_after, &size_after), 0);
    assert_int_equal(size, size_after);
    assert_memory_equal(data, data_after, size);
    free(data);
    free(data_after);
    world_done(&world);
}

static int count_person(void *arg, const struct person_record *person)
{
    ++*(int *)arg;
    return strncmp(person->name, "测试者", strlen("测试者"));
}

/* A backup that an older program made is read as a whole, and stays as it is. */
static void one_of_the_version_before_is_read_as_it_is(void **state)
{
    (void)state;
    struct world world;
    struct journal *reading;
    struct queue *queue = queue_new();
    char *data, *data_after;
    size_t size, size_after;
    uint8_t head[JOURNAL_HASH_SIZE], head_read[JOURNAL_HASH_SIZE], payload[CREDENTIAL_MAX];
    int people = 0;
    carry(NULL, 0);
    world_init(&world);
    world_open(&world);
    world_day(&world);
    journal_head(world.journal, head);
    const struct person_id person = queue_ticket(world.queue, "A", 1)->person;
    world_close(&world);
    make_old(&world);
    assert_int_equal(file_read(world.db, 1 << 24, &data, &size), 0);
    assert_journal(journal_open_reading(&reading, world.db, world.key, NULL), JOURNAL_OK);
    assert_journal(journal_read_entries(reading, 0, world_replay, queue), JOURNAL_OK);
    assert_int_equal(queue_lane(queue, "A")->counts.issued, 9);
    assert_journal(journal_read_people(reading, count_person, &people), JOURNAL_OK);
    assert_int_equal(people, 12);
    journal_head(reading, head_read);
    assert_memory_equal(head, head_read, sizeof head);
    size_t payload_size = 0;
    assert_journal(
        journal_payload(reading, &person, CREDENTIAL_ID_NUMBER, payload, sizeof payload, &payload_size),
        JOURNAL_OK);
    assert_int_equal(payload_size, ID_NUMBER_LENGTH);
    assert_journal(journal_begin(reading), JOURNAL_READ_ONLY);
    journal_close(reading);
    assert_int_equal(file_read(world.db, 1 << 24, &data_after, &size_after), 0);
    assert_int_equal(size, size_after);
    assert_memory_equal(data, data_after, size);
    queue_free(queue);
    free(data);
    free(data_after);
    world_done(&world);
}

static void alter(const struct world *world, const char *sql)
{
    sqlite3 *db;
    char *message = NULL;
    assert_int_equal(sqlite3_open(world->db, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s", message);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void one_of_the_version_before_that_was_altered_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *problem;
    } cases[] = {
        {"UPDATE ticket SET calls = calls + 1 WHERE lane = 'A' AND number = 1", "its calls is not what"},
        {"DROP TRIGGER entry_never_changes", "is missing"},
        {"CREATE TRIGGER more AFTER DELETE ON token BEGIN SELECT 1; END", "is not of this program"},
        {"CREATE TABLE unit (id INTEGER PRIMARY KEY) STRICT", "is not of this program"},
        {"DELETE FROM person WHERE row = 1", "a person who is not there"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world world;
        struct journal_report report;
        carry(NULL, 0);
        world_init(&world);
        world_open(&world);
        world_day(&world);
        world_close(&world);
        make_old(&world);
        alter(&world, cases[i].sql);
        assert_journal(journal_verify(world.dir, world.key, &report), JOURNAL_OK);
        assert_true(report.is_older);
        if (!strstr(report.problem, cases[i].problem))
            fail_msg("%s: %s", cases[i].sql, report.problem);
        world_done(&world);
    }
}

static int note_units(void *arg, const struct token_record *token)
{
    strcpy(arg, token->units);
    return strcmp(token->role, "liaison");
}

/* Version 3 knew no units of a token: whoever paired then goes on with all classes. */
static void a_liaisons_token_of_version_3_is_of_all_classes(void **state)
{
    (void)state;
    struct token_record token = {.id = 1, .kind = TOKEN_BEARER, .role = "liaison", .created_us = 1};
    struct queue_entry entry = {.kind = ENTRY_TOKEN_CREATED, .value = 1, .device = "test", .text = "liaison"};
    struct journal_report report;
    struct world world;
    char units[TOKEN_SCOPE_SIZE] = "unread";
    carry(NULL, 0);
    world_init(&world);
    world_open(&world);
    world_day(&world);
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(journal_append(world.journal, &entry, NULL), JOURNAL_OK);
    assert_journal(journal_put_token(world.journal, &token), JOURNAL_OK);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    world_close(&world);
    alter(&world, "ALTER TABLE token DROP COLUMN units; PRAGMA user_version = 3");
    assert_journal(journal_verify(world.dir, world.key, &report), JOURNAL_OK);
    assert_string_equal(report.problem, "");
    assert_int_equal(report.version, 3);
    assert_true(report.is_older);
    assert_journal(world_try_open(&world, false), JOURNAL_OK);
    assert_journal(journal_read_tokens(world.journal, note_units, units), JOURNAL_OK);
    assert_string_equal(units, "");
    world_close(&world);
    assert_int_equal(version(&world), OURS);
    world_assert_sound(&world);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_start_changes_nothing),
        cmocka_unit_test(later_ones_run_in_order_and_once),
        cmocka_unit_test(one_that_fails_leaves_the_version_before),
        cmocka_unit_test(a_first_one_that_fails_leaves_an_empty_database),
        cmocka_unit_test(an_event_of_the_version_before_goes_on),
        cmocka_unit_test(one_of_the_version_before_is_verified_as_it_is),
        cmocka_unit_test(one_of_the_version_before_is_read_as_it_is),
        cmocka_unit_test(one_of_the_version_before_that_was_altered_is_told),
        cmocka_unit_test(a_liaisons_token_of_version_3_is_of_all_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
