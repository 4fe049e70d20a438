/* The hash chain and what journal_verify finds. Each tampering is made with SQLite itself, by somebody who
 * knows how to drop the triggers. */
#include "journal/chain.h"

#include "journal_world.h"

static void canonical_bytes_never_change(void **state)
{
    (void)state;
    struct queue_entry entry = {.seq = 0x0102,
                                .kind = ENTRY_ISSUED,
                                .at_us = 3,
                                .mono_us = -1,
                                .lane = "A",
                                .number = 7,
                                .value = 8,
                                .medium = MEDIUM_CHIP,
                                .bound = true,
                                .device = "t",
                                .text = "xy",
                                .extra = ""};
    memset(entry.person.bytes, 0xAB, PERSON_ID_SIZE);
    static const char expected[] = "0201000000000000"                 /* seq */
                                   "1000"                             /* kind */
                                   "0300000000000000"                 /* at */
                                   "ffffffffffffffff"                 /* mono */
                                   "010041"                           /* lane */
                                   "07000000"                         /* number */
                                   "08000000"                         /* value */
                                   "abababababababababababababababab" /* person */
                                   "03"                               /* medium */
                                   "01"                               /* bound */
                                   "010074"                           /* device */
                                   "02007879"                         /* text */
                                   "0000";                            /* extra */
    uint8_t bytes[CHAIN_ENTRY_MAX];
    char text[2 * CHAIN_ENTRY_MAX + 1];
    hex_encode(bytes, chain_bytes(&entry, bytes), text);
    assert_string_equal(text, expected);

    uint8_t hash[JOURNAL_HASH_SIZE];
    chain_first(hash);
    hex_encode(hash, sizeof hash, text);
    assert_string_equal(text, "7a6dbe318780de75cdafb6884cb0f622831e70c78f3405dcdc7388bb0d4dba64");
    /* python3: hashlib.blake2b(first + canonical, digest_size=32) */
    chain_next(hash, &entry, hash);
    hex_encode(hash, sizeof hash, text);
    assert_string_equal(text, "ba67c63a84fd0b26f88dc9139ad1a052a4abd748c8ffcc0a73ef073ad90044d0");
}

static void the_longest_entry_fits(void **state)
{
    (void)state;
    struct queue_entry entry = {.seq = UINT64_MAX};
    memset(entry.lane, 'l', LANE_NAME_MAX);
    memset(entry.device, 'd', DEVICE_MAX);
    memset(entry.text, 't', ENTRY_TEXT_MAX);
    memset(entry.extra, 'e', PROFILE_MAX);
    uint8_t bytes[CHAIN_ENTRY_MAX];
    assert_int_equal(chain_bytes(&entry, bytes), CHAIN_ENTRY_MAX);
}

static void every_field_counts(void **state)
{
    (void)state;
    const struct queue_entry entry = {.seq = 9, .kind = ENTRY_SHOT, .lane = "A", .text = "b", .device = ""};
    struct queue_entry others[] = {entry, entry, entry, entry, entry, entry, entry,
                                   entry, entry, entry, entry, entry, entry};
    size_t n = 0;
    others[n++].seq++;
    others[n++].kind = ENTRY_RETAKE;
    others[n++].at_us++;
    others[n++].mono_us++;
    others[n++].lane[0] = 'B';
    others[n++].number++;
    others[n++].value++;
    others[n++].person.bytes[15] = 1;
    others[n++].medium = MEDIUM_CHIP;
    others[n++].bound = true;
    memcpy(others[n].device, "b", 2); /* the same letters in another field */
    others[n++].text[0] = 0;
    others[n++].text[0] = 'c';
    others[n++].extra[0] = 'b';
    assert_int_equal(n, sizeof others / sizeof *others);

    uint8_t first[JOURNAL_HASH_SIZE], hash[JOURNAL_HASH_SIZE], other[JOURNAL_HASH_SIZE];
    chain_first(first);
    chain_next(first, &entry, hash);
    for (size_t i = 0; i < n; i++) {
        chain_next(first, &others[i], other);
        assert_memory_not_equal(hash, other, sizeof hash);
    }
    chain_next(hash, &entry, other); /* the same entry at another place */
    assert_memory_not_equal(hash, other, sizeof hash);
}

/* ---- tampering */
static void add_text(sqlite3 *db, const char *query, struct buffer *to)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(db, query, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW)
        buffer_format(to, "%s;\n", sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
}

/* Takes the guards away, and afterwards puts them back as they were. */
static void tamper(const struct world *world, const char *sql)
{
    struct buffer script = {0};
    sqlite3 *db;
    assert_int_equal(sqlite3_open(world->db, &db), SQLITE_OK);
    add_text(db, "SELECT 'DROP TRIGGER ' || name FROM sqlite_schema WHERE type = 'trigger'", &script);
    buffer_format(&script, "%s;\n", sql);
    add_text(db, "SELECT sql FROM sqlite_schema WHERE type = 'trigger'", &script);
    sqlite3_close(db);
    world_sql(world, script.data);
    free(script.data);
}

/* Those of migration 1; the rest has defaults. */
#define TICKET_COLUMNS                                                                                       \
    "lane, number, state, person, medium, bound, session, calls, shots, retakes, issued_us, called_us,"      \
    " shot_us, ended_us, issued_seq, seq, reason"

/* Entries 1-5 make the event, 6-14 are lane A's check-ins, 15-17 those of B2, 18 onwards ticket steps:
 * world_day(). */
static const struct tampering {
    const char *legend, *sql;
    uint64_t seq; /* that the report must name */
    const char *words;
} tamperings[] = {
    {"a time is altered", "UPDATE entry SET at_us = at_us + 1 WHERE seq = 8", 8, "altered"},
    {"a text is altered", "UPDATE entry SET text = 'other' WHERE seq = 20", 20, "altered"},
    {"two persons are swapped",
     "UPDATE entry SET person = (SELECT person FROM entry AS other WHERE other.seq = 15 - entry.seq)"
     " WHERE seq IN (7, 8)",
     7, "altered"},
    {"the first entry is altered", "UPDATE entry SET text = 'another event' WHERE seq = 1", 1, "altered"},
    {"a hash is altered", "UPDATE entry SET hash = zeroblob(32) WHERE seq = 10", 10, "altered"},
    {"a link is altered", "UPDATE entry SET prev = zeroblob(32) WHERE seq = 10", 10, "follow"},
    {"an entry in the middle is gone", "DELETE FROM entry WHERE seq = 12", 12, "missing"},
    {"the first entry is gone", "DELETE FROM entry WHERE seq = 1", 1, "missing"},
    {"a gap is closed by renumbering",
     "DELETE FROM entry WHERE seq = 19;"
     "UPDATE entry SET seq = -seq WHERE seq > 19;"
     "UPDATE entry SET seq = -seq - 1 WHERE seq < 0",
     19, "follow"},
    {"the last entry is gone, its ticket stays", "DELETE FROM entry WHERE seq = 25", 8, "state"},
    {"the tail is gone with its tickets, an answer stays",
     "DELETE FROM ticket WHERE lane = 'B2'; DELETE FROM entry WHERE seq >= 15;"
     "UPDATE ticket SET state = 1, calls = 0, shots = 0, retakes = 0, called_us = 0, shot_us = 0, ended_us = "
     "0,"
     " seq = issued_seq, reason = ''",
     15, "answer"},
    {"a forged entry with a right hash, against the rules", NULL, 26, "rules"},
    {"a ticket's state is changed", "UPDATE ticket SET state = 3 WHERE lane = 'A' AND number = 4", 9,
     "state"},
    {"a ticket is given to another person",
     "UPDATE ticket SET person = (SELECT person FROM ticket WHERE number = 7)"
     " WHERE lane = 'A' AND number = 6",
     11, "person"},
    {"a ticket's reason is changed", "UPDATE ticket SET reason = 'he left' WHERE lane = 'A' AND number = 2",
     23, "reason"},
    {"a ticket's retakes are changed", "UPDATE ticket SET retakes = 0 WHERE lane = 'A' AND number = 1", 21,
     "retakes"},
    {"a ticket's time is changed", "UPDATE ticket SET issued_us = 1 WHERE lane = 'B2' AND number = 3", 17,
     "issued_us"},
    {"a ticket's note is changed", "UPDATE ticket SET note_flags = 4 WHERE lane = 'A' AND number = 8", 13,
     "note.flags"},
    {"a ticket is confirmed that was not", "UPDATE ticket SET confirmed = 1 WHERE lane = 'A' AND number = 3",
     25, "confirmed"},
    {"a ticket's suspicion is made up", "UPDATE ticket SET is_suspect = 1 WHERE lane = 'A' AND number = 1",
     21, "is_suspect"},
    {"a ticket too many",
     "INSERT INTO ticket (" TICKET_COLUMNS
     ") SELECT lane, 10, state, person, medium, bound, session, calls, shots, retakes,"
     " issued_us, called_us, shot_us, ended_us, issued_seq, seq, reason FROM ticket"
     " WHERE lane = 'A' AND number = 9",
     14, "no entry"},
    {"a ticket in a lane that is not",
     "INSERT INTO ticket (" TICKET_COLUMNS ") SELECT 'C', 1, state, person, medium, bound, session, calls,"
     " shots, retakes, issued_us, called_us, shot_us, ended_us, issued_seq, seq, reason"
     " FROM ticket WHERE lane = 'A' AND number = 9",
     14, "no entry"},
    {"a ticket in the middle is gone", "DELETE FROM ticket WHERE lane = 'A' AND number = 4", 10, "missing"},
    {"the last ticket of a lane is gone", "DELETE FROM ticket WHERE lane = 'B2' AND number = 3", 0, "11"},
    {"two numbers are swapped",
     "UPDATE ticket SET number = 100 WHERE lane = 'A' AND number = 6;"
     "UPDATE ticket SET number = 6 WHERE lane = 'A' AND number = 7;"
     "UPDATE ticket SET number = 7 WHERE lane = 'A' AND number = 100",
     11, "issued_us"},
    {"a person's box is damaged", "UPDATE person SET sealed = zeroblob(length(sealed)) WHERE row = 4", 0,
     "person 4"},
    {"two persons' boxes are swapped",
     "UPDATE person SET sealed = (SELECT sealed FROM person AS other"
     " WHERE other.row = 5 - person.row) WHERE row IN (2, 3)",
     0, "person 2"},
    {"a credential is given to another person",
     "UPDATE credential SET person = (SELECT id FROM person WHERE row = 1)"
     " WHERE row = 3",
     0, "credential 3"},
    {"a person is gone", "DELETE FROM person WHERE row = 6", 0, "not there"},
    {"a person is there twice", "INSERT INTO person (id, sealed) SELECT id, sealed FROM person WHERE row = 6",
     0, "twice"},
    {"a person is gone with every credential",
     "DELETE FROM credential WHERE row = 4; DELETE FROM person WHERE row = 4", 9,
     "A0004: its person has no record"},
    {"a person's only credential is gone", "DELETE FROM credential WHERE row = 11", 16,
     "B2-0002: its person has no credential"},
    {"an answer names a number that is not", "UPDATE answer SET created = 0, number = 40 WHERE row = 3", 0,
     "answer 3 names"},
    {"an answer names a lane that is not", "UPDATE answer SET created = 0, lane = 'C' WHERE row = 3", 0,
     "answer 3 names"},
    {"an answer names the number of another lane", "UPDATE answer SET lane = 'B2' WHERE row = 9", 0,
     "answer 9"},
    {"an answer names a number issued later", "UPDATE answer SET created = 0, number = 2 WHERE row = 1", 0,
     "answer 1 names"},
    {"an answer names a number issued before", "UPDATE answer SET number = 1 WHERE row = 2", 0,
     "answer 2 does not agree with entry 7"},
    {"an answer calls a number that is not", "UPDATE answer SET called = 10 WHERE row = 9", 0,
     "answer 9 names"},
    {"an answer calls a number that was not called", "UPDATE answer SET called = 3 WHERE row = 5", 0,
     "answer 5 does not agree with entry 10"},
    {"an index lies",
     "PRAGMA writable_schema = ON;"
     "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = "
     "'sqlite_autoindex_token_1')"
     " WHERE name = 'sqlite_autoindex_credential_1'",
     0, "integrity_check"},
};

/* The chain is not keyed: somebody who can compute may append. The rules still hold. */
static void forge(const struct world *world)
{
    struct queue_entry entry = {.kind = ENTRY_SHOT, .lane = "A", .number = 9, .value = 1, .seq = 26};
    uint8_t head[JOURNAL_HASH_SIZE], hash[JOURNAL_HASH_SIZE];
    char head_text[2 * JOURNAL_HASH_SIZE + 1], hash_text[2 * JOURNAL_HASH_SIZE + 1];
    struct journal_report report;
    world_verify(world, &report);
    memcpy(head, report.head, sizeof head);
    chain_next(head, &entry, hash);
    hex_encode(head, sizeof head, head_text);
    hex_encode(hash, sizeof hash, hash_text);
    char *sql = bytes_format(
        "INSERT INTO entry VALUES (26, %d, 0, 0, 'A', 9, 1, x'', 0, 0, '', '', '', x'%s', x'%s')", ENTRY_SHOT,
        head_text, hash_text);
    world_sql(world, sql);
    free(sql);
}

static void verify_names_what_was_altered(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tamperings / sizeof *tamperings; i++) {
        const struct tampering *tampering = &tamperings[i];
        struct world world;
        struct journal_report report;
        print_message("  %s\n", tampering->legend);
        world_init(&world);
        world_open(&world);
        world_day(&world);
        world_close(&world);
        world_assert_sound(&world);
        if (tampering->sql)
            tamper(&world, tampering->sql);
        else
            forge(&world);
        world_verify(&world, &report);
        print_message("    -> %llu: %s\n", (unsigned long long)report.first_bad_seq, report.problem);
        assert_int_equal(report.first_bad_seq, tampering->seq);
        assert_non_null(strstr(report.problem, tampering->words));
        world_done(&world);
    }
}

/* ---- tokens: 1 bearer; 2 pairing, spent by session 3; 4 bearer, revoked; 5 pairing, not used yet; and
 * session 6, paired with 1; 7 bearer, of unit 1 and the college of 2, and its session 8 */
static void put_token(struct world *world, struct token_record token, enum entry_kind kind)
{
    struct queue_entry entry = {.kind = kind, .value = token.id, .device = "test"};
    entry.at_us = token.created_us = world->now_us += 1000;
    snprintf(entry.text, sizeof entry.text, "%s%s%s", token.role, *token.units ? " " : "", token.units);
    snprintf(entry.lane, sizeof entry.lane, "%s", token.lane);
    memset(token.hash, (int)token.id, sizeof token.hash);
    if (kind == ENTRY_TOKEN_REVOKED)
        token.revoked_us = world->now_us;
    assert_journal(journal_begin(world->journal), JOURNAL_OK);
    assert_journal(journal_append(world->journal, &entry, NULL), JOURNAL_OK);
    assert_journal(journal_put_token(world->journal, &token), JOURNAL_OK);
    assert_journal(journal_commit(world->journal), JOURNAL_OK);
}

/* Entries 26 to 34. */
static void hold_tokens(struct world *world)
{
    static const struct unit_record units[] = {{1, "C", "C1"}, {2, "D", "D1"}};
    assert_journal(journal_begin(world->journal), JOURNAL_OK);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        assert_journal(journal_put_unit(world->journal, &units[i]), JOURNAL_OK);
    assert_journal(journal_commit(world->journal), JOURNAL_OK);
    struct token_record revoked = {.id = 4, .kind = TOKEN_BEARER, .role = "marshal", .lane = "A"};
    put_token(world, (struct token_record){.id = 1, .kind = TOKEN_BEARER, .role = "office"},
              ENTRY_TOKEN_CREATED);
    put_token(world,
              (struct token_record){
                  .id = 2, .kind = TOKEN_PAIRING, .role = "photographer", .lane = "A", .used_us = 1},
              ENTRY_TOKEN_CREATED);
    put_token(world,
              (struct token_record){
                  .id = 3, .kind = TOKEN_SESSION, .parent = 2, .role = "photographer", .lane = "A"},
              ENTRY_TOKEN_CREATED);
    put_token(world, revoked, ENTRY_TOKEN_CREATED);
    put_token(world, revoked, ENTRY_TOKEN_REVOKED);
    put_token(world, (struct token_record){.id = 5, .kind = TOKEN_PAIRING, .role = "display"},
              ENTRY_TOKEN_CREATED);
    put_token(world, (struct token_record){.id = 6, .kind = TOKEN_SESSION, .parent = 1, .role = "office"},
              ENTRY_TOKEN_CREATED);
    put_token(world,
              (struct token_record){.id = 7, .kind = TOKEN_BEARER, .role = "liaison", .units = "u1 c2"},
              ENTRY_TOKEN_CREATED);
    put_token(world,
              (struct token_record){
                  .id = 8, .kind = TOKEN_SESSION, .parent = 7, .role = "liaison", .units = "u1 c2"},
              ENTRY_TOKEN_CREATED);
}

static const struct tampering token_tamperings[] = {
    {"a role is raised", "UPDATE token SET role = 'office' WHERE id = 5", 0, "token 5: its role"},
    {"a lane is widened", "UPDATE token SET lane = '' WHERE id = 2", 0, "token 2: its lane"},
    {"a revoked one is good again", "UPDATE token SET revoked_us = 0 WHERE id = 4", 0,
     "token 4: the entries"},
    {"one is revoked without an entry", "UPDATE token SET revoked_us = 9 WHERE id = 1", 0,
     "token 1: the entr"},
    {"one is gone", "DELETE FROM token WHERE id = 4", 0, "token 4: its record is missing"},
    {"the last one is gone", "DELETE FROM token WHERE id = 8", 0, "token 8: its record is missing"},
    {"its units are widened", "UPDATE token SET units = '' WHERE id = 7", 0, "token 7: its units"},
    {"a session's units are widened", "UPDATE token SET units = 'u1 c2 u2' WHERE id = 8", 0,
     "token 8: its units"},
    {"another's units", "UPDATE token SET units = 'u1' WHERE id = 5", 0, "token 5: its units"},
    {"units that nobody writes so", "UPDATE token SET units = 'u01 c2' WHERE id = 7", 0,
     "token 7 holds values that cannot be"},
    {"a unit that is no more", "DELETE FROM unit WHERE id = 2", 0, "token 7: it is for unit 2"},
    {"one that nobody created",
     "INSERT INTO token SELECT 9, zeroblob(32), kind, parent, role, lane, created_us, expires_us, used_us,"
     " revoked_us, name, seen_us, units FROM token WHERE id = 1",
     0, "token 9: no entry"},
    {"a name that turns the line round", "UPDATE token SET name = 'A' || char(8238) WHERE id = 1", 0,
     "token 1 holds values that cannot be"},
    {"a spent one is good again", "UPDATE token SET used_us = 0 WHERE id = 2", 0, "token 2: token 3"},
    {"one is spent by nobody", "UPDATE token SET used_us = 9 WHERE id = 5", 0, "token 5 is spent"},
    {"a session of a token that is none of its kin", "UPDATE token SET parent = 1 WHERE id = 3", 0,
     "token 3: its rights"},
    {"a session of nobody", "UPDATE token SET parent = 0 WHERE id = 6", 0, "token 6: there is no token"},
    {"a session becomes a token", "UPDATE token SET kind = 1 WHERE id = 3", 0, "token 3 has a parent"},
};

static void verify_names_tokens_that_disagree(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof token_tamperings / sizeof *token_tamperings; i++) {
        const struct tampering *tampering = &token_tamperings[i];
        struct world world;
        struct journal_report report;
        print_message("  %s\n", tampering->legend);
        world_init(&world);
        world_open(&world);
        world_day(&world);
        hold_tokens(&world);
        world_close(&world);
        world_assert_sound(&world);
        tamper(&world, tampering->sql);
        world_verify(&world, &report);
        print_message("    -> %s\n", report.problem);
        assert_int_equal(report.first_bad_seq, tampering->seq);
        assert_non_null(strstr(report.problem, tampering->words));
        world_done(&world);
    }
}

/* Entries about tokens that no desk would write, rightly chained. */
static void verify_names_token_entries_that_cannot_be(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        struct queue_entry entry;
        const char *words;
    } cases[] = {
        {"an id is skipped", {.kind = ENTRY_TOKEN_CREATED, .value = 10, .text = "office"}, "token 9 is next"},
        {"an id is used again",
         {.kind = ENTRY_TOKEN_CREATED, .value = 3, .text = "office"},
         "token 9 is next"},
        {"units that nobody writes so",
         {.kind = ENTRY_TOKEN_CREATED, .value = 9, .text = "liaison u1 u1"},
         "units that cannot be"},
        {"a blank and no units",
         {.kind = ENTRY_TOKEN_CREATED, .value = 9, .text = "liaison "},
         "units that cannot be"},
        {"a role that is none",
         {.kind = ENTRY_TOKEN_CREATED, .value = 9, .text = "liaison-of-everything u1"},
         "a role that cannot be"},
        {"an unknown one is revoked", {.kind = ENTRY_TOKEN_REVOKED, .value = 9}, "never created"},
        {"one is revoked twice", {.kind = ENTRY_TOKEN_REVOKED, .value = 4}, "twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world world;
        struct journal_report report;
        struct queue_entry entry = cases[i].entry;
        print_message("  %s\n", cases[i].legend);
        world_init(&world);
        world_open(&world);
        world_day(&world);
        hold_tokens(&world);
        assert_journal(journal_begin(world.journal), JOURNAL_OK);
        assert_journal(journal_append(world.journal, &entry, NULL), JOURNAL_OK);
        assert_journal(journal_commit(world.journal), JOURNAL_OK);
        world_close(&world);
        world_verify(&world, &report);
        assert_int_equal(report.first_bad_seq, 35);
        assert_non_null(strstr(report.problem, cases[i].words));
        world_done(&world);
    }
}

/* ---- the schema: verify finds what is not ours, and so does a start */
static void guards_are_missed(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *sql, *words; /* NULL: nothing wrong */
    } cases[] = {
        {"a guard is gone", "DROP TRIGGER ticket_never_goes", "trigger ticket_never_goes is missing"},
        {"the last guard by name is gone", "DROP TRIGGER ticket_keeps_number",
         "ticket_keeps_number is missing"},
        {"a guard is only a name",
         "DROP TRIGGER entry_never_goes;"
         "CREATE TRIGGER entry_never_goes BEFORE DELETE ON entry BEGIN SELECT 1; END",
         "trigger entry_never_goes is not as"},
        {"a foreign trigger", "CREATE TRIGGER zz AFTER INSERT ON ticket BEGIN DELETE FROM answer; END",
         "trigger zz is not of this"},
        {"a foreign table", "CREATE TABLE aa (x)", "table aa is not of this"},
        {"a foreign index", "CREATE INDEX ii ON person (id)", "index ii is not of this"},
        {"a foreign view", "CREATE VIEW vv AS SELECT 1", "view vv is not of this"},
        {"a check is gone",
         "PRAGMA writable_schema = ON;"
         "UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (created IN (0, 1))', '') WHERE name = 'answer'",
         "table answer is not as"},
        {"what ANALYZE makes is SQLite's own", "ANALYZE", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world world;
        struct journal_report report;
        char *detail = NULL;
        print_message("  %s\n", cases[i].legend);
        world_init(&world);
        world_open(&world);
        world_day(&world);
        world_close(&world);
        world_sql(&world, cases[i].sql);
        world_verify(&world, &report);
        struct journal_options options = world_options(&world, false);
        assert_journal(journal_open(&world.journal, &options, &detail),
                       cases[i].words ? JOURNAL_CORRUPT : JOURNAL_OK);
        if (cases[i].words) {
            print_message("    -> %s\n", report.problem);
            assert_non_null(strstr(report.problem, cases[i].words));
            assert_non_null(strstr(detail, cases[i].words));
        } else {
            assert_string_equal(report.problem, "");
        }
        free(detail);
        world_done(&world);
    }
}

static void the_database_refuses_without_being_asked(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *sql;
    } cases[] = {
        {"to alter an entry", "UPDATE entry SET text = 'x' WHERE seq = 3"},
        {"to delete the last entry", "DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)"},
        {"an entry that leaves a gap",
         "INSERT INTO entry SELECT seq + 2, kind, at_us, mono_us, lane, number, value, person,"
         " medium, bound, device, text, extra, hash, hash FROM entry ORDER BY seq DESC LIMIT 1"},
        {"an entry that forks the chain",
         "INSERT INTO entry SELECT seq + 1, kind, at_us, mono_us, lane, number, value,"
         " person, medium, bound, device, text, extra, prev, hash FROM entry"
         " ORDER BY seq DESC LIMIT 1"},
        {"to replace an entry", "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 4"},
        {"a number twice", "INSERT INTO ticket SELECT * FROM ticket WHERE lane = 'A' AND number = 9"},
        {"to skip a number",
         "INSERT INTO ticket (" TICKET_COLUMNS
         ") SELECT lane, number + 2, state, person, medium, bound, session, calls, shots,"
         " retakes, issued_us, called_us, shot_us, ended_us, issued_seq, seq, reason FROM ticket"
         " WHERE lane = 'A' AND number = 9"},
        {"to renumber", "UPDATE ticket SET number = 10 WHERE lane = 'A' AND number = 9"},
        {"to move to another lane", "UPDATE ticket SET lane = 'C' WHERE lane = 'A' AND number = 1"},
        {"to take a number back", "DELETE FROM ticket WHERE lane = 'A' AND number = 9"},
        {"a state that is not", "UPDATE ticket SET state = 6 WHERE lane = 'A' AND number = 9"},
        {"a digest for two people",
         "INSERT INTO credential (digest, kind, person, sealed)"
         " SELECT digest, kind, (SELECT id FROM person WHERE row = 2), sealed FROM credential"
         " WHERE row = 1"},
        {"a text where a number belongs", "UPDATE ticket SET calls = 'many' WHERE lane = 'A' AND number = 9"},
        {"a second key", "INSERT INTO key_check VALUES (2, zeroblob(32))"},
    };
    struct world world;
    sqlite3 *db;
    world_init(&world);
    world_open(&world);
    world_day(&world);
    world_close(&world);
    assert_int_equal(sqlite3_open(world.db, &db), SQLITE_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("  %s\n", cases[i].legend);
        assert_int_equal(sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL), SQLITE_CONSTRAINT);
    }
    sqlite3_close(db);
    world_assert_sound(&world);
    world_done(&world);
}

/* Reading at start stops at the same places. */
static void reading_checks_the_chain(void **state)
{
    (void)state;
    static const char *const alterations[] = {
        "UPDATE entry SET at_us = at_us + 1 WHERE seq = 8",
        "DELETE FROM entry WHERE seq = 8",
        "UPDATE entry SET hash = zeroblob(32) WHERE seq = 8",
    };
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        struct world world;
        world_init(&world);
        world_open(&world);
        world_day(&world);
        world_close(&world);
        tamper(&world, alterations[i]);
        assert_journal(world_try_open(&world, false), JOURNAL_OK);
        world.queue = queue_new();
        assert_journal(journal_read_entries(world.journal, 0, world_replay, world.queue), JOURNAL_CORRUPT);
        assert_int_equal(queue_seq(world.queue), 7);
        world_done(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_bytes_never_change),
        cmocka_unit_test(the_longest_entry_fits),
        cmocka_unit_test(every_field_counts),
        cmocka_unit_test(verify_names_what_was_altered),
        cmocka_unit_test(verify_names_tokens_that_disagree),
        cmocka_unit_test(verify_names_token_entries_that_cannot_be),
        cmocka_unit_test(guards_are_missed),
        cmocka_unit_test(the_database_refuses_without_being_asked),
        cmocka_unit_test(reading_checks_the_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
