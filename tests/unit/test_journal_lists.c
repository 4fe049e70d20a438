/* What the office hands in, on the disk: units, slots, documents, people of the roster, and credentials that change hands.
 * And what verify says when somebody changes it there. */
#include "journal_world.h"

#include "journal/seal.h"

static void begin(struct world *world)
{
    assert_journal(journal_begin(world->journal), JOURNAL_OK);
}

static void commit(struct world *world)
{
    assert_journal(journal_commit(world->journal), JOURNAL_OK);
}

static void put_document(struct world *world, const char *kind, const char *text)
{
    struct queue_command command = {.kind = COMMAND_LIST_IMPORTED, .value = (uint32_t)strlen(text)};
    snprintf(command.extra, sizeof command.extra, DOCUMENT_EXTRA "%s", kind);
    journal_document_digest(text, command.text);
    assert_journal(world_try_step(world, command), JOURNAL_OK);
    assert_journal(journal_put_document(world->journal, kind, text), JOURNAL_OK);
}

static struct person_record roster_person(unsigned n)
{
    struct person_record person = world_person(n);
    person.on_roster = true;
    person.unit_id = 1;
    person.level = DEGREE_DOCTOR;
    memset(person.unit, 0, sizeof person.unit);
    strcpy(person.unit, "博士班");
    strcpy(person.college, "理学院");
    strcpy(person.campus, "南校区");
    return person;
}

/* An event, a unit with one person, a slot, a profile and two schedules. */
static void office_day(struct world *world)
{
    static const struct unit_record unit = {1, "理学院", "博士班"};
    static const struct slot_record slot = {"A", 1000, 2000, "博士班", DEGREE_DOCTOR};
    const struct person_record person = roster_person(500);
    const struct credential_record credential = world_credential(world->journal, &person);
    world_event(world);
    begin(world);
    assert_journal(journal_put_unit(world->journal, &unit), JOURNAL_OK);
    assert_journal(journal_put_person(world->journal, &person), JOURNAL_OK);
    assert_journal(journal_put_credential(world->journal, &credential, (const uint8_t *)person.id_number,
                                          strlen(person.id_number)),
                   JOURNAL_OK);
    put_document(world, "profile", "# 一号\n");
    put_document(world, "schedule", "old\n");
    assert_journal(journal_put_slot(world->journal, &slot), JOURNAL_OK);
    assert_journal(journal_clear_slots(world->journal), JOURNAL_OK);
    assert_journal(journal_put_slot(world->journal, &slot), JOURNAL_OK);
    put_document(world, "schedule", "new\n");
    commit(world);
}

/* ---- reading back */
static int count_slot(void *arg, const struct slot_record *slot)
{
    assert_string_equal(slot->unit, "博士班");
    assert_int_equal(slot->level, DEGREE_DOCTOR);
    ++*(unsigned *)arg;
    return 0;
}

static int count_unit(void *arg, const struct unit_record *unit)
{
    assert_string_equal(unit->college, "理学院");
    *(unsigned *)arg += unit->id;
    return 0;
}

static int add_document(void *arg, const struct document_record *document)
{
    buffer_format(arg, "%s:%s", document->kind, document->text);
    return 0;
}

static int check_person(void *arg, const struct person_record *person)
{
    const struct person_record expected = roster_person(500);
    assert_memory_equal(person, &expected, sizeof expected);
    ++*(unsigned *)arg;
    return 0;
}

static void the_office_reads_back(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world_open(&world);
    office_day(&world);
    world_close(&world);
    world_open(&world);
    unsigned slots = 0, units = 0, people = 0;
    struct buffer documents = {0};
    assert_journal(journal_read_slots(world.journal, count_slot, &slots), JOURNAL_OK);
    assert_journal(journal_read_units(world.journal, count_unit, &units), JOURNAL_OK);
    assert_journal(journal_read_people(world.journal, check_person, &people), JOURNAL_OK);
    assert_journal(journal_read_documents(world.journal, add_document, &documents), JOURNAL_OK);
    assert_int_equal(slots, 1);
    assert_int_equal(units, 1);
    assert_int_equal(people, 1);
    assert_string_equal(documents.data, "profile:# 一号\nschedule:old\nschedule:new\n");
    buffer_done(&documents);
    world_close(&world);
    world_assert_sound(&world);
    world_done(&world);
}

/* ---- boxes */
static void boxes_of_the_roster_and_of_before(void **state)
{
    (void)state;
    const uint8_t key[JOURNAL_KEY_SIZE] = {1};
    uint8_t box[SEAL_PERSON_MAX];
    struct person_record plain = world_person(1), rich = roster_person(1), back;
    size_t size = seal_person(key, &plain, box);
    assert_true(unseal_person(key, &plain.id, box, size, &back));
    assert_memory_equal(&plain, &back, sizeof back);
    /* one field of the roster is enough; the largest of all fits */
    plain.is_captured = true;
    size = seal_person(key, &plain, box);
    assert_true(unseal_person(key, &plain.id, box, size, &back));
    assert_memory_equal(&plain, &back, sizeof back);
    memset(rich.name, 'n', PERSON_NAME_MAX);
    memset(rich.student_no, 's', STUDENT_NO_MAX);
    memset(rich.unit, 'u', UNIT_MAX);
    memset(rich.college, 'c', UNIT_MAX);
    memset(rich.campus, 'a', CAMPUS_TEXT_MAX);
    memset(rich.note, 'o', NOTE_TEXT_MAX);
    rich.unit_id = UINT32_MAX;
    rich.is_excluded = true;
    size = seal_person(key, &rich, box);
    assert_true(size <= 1024); /* what the table allows */
    assert_true(unseal_person(key, &rich.id, box, size, &back));
    assert_memory_equal(&rich, &back, sizeof back);
}

/* ---- credentials that change hands */
static int count_moved(void *arg, const struct credential_record *moved)
{
    const struct person_record two = world_person(2);
    assert_memory_equal(&moved->person, &two.id, sizeof two.id);
    ++*(unsigned *)arg;
    return 0;
}

static void credentials_change_hands(void **state)
{
    (void)state;
    struct world world;
    unsigned moved = 0;
    uint8_t payload[CREDENTIAL_MAX];
    size_t size;
    world_init(&world);
    world_open(&world);
    world_event(&world);
    world_check_in(&world, "A", 3);
    struct person_record one = world_person(1), two = world_person(2);
    struct credential_record chip = {.kind = CREDENTIAL_CHIP, .digest = {9}, .person = one.id};
    begin(&world);
    assert_journal(journal_put_credential(world.journal, &chip, (const uint8_t *)"12345678", 8), JOURNAL_OK);
    assert_journal(journal_move_credentials(world.journal, &one.id, &two.id, count_moved, &moved),
                   JOURNAL_OK);
    assert_journal(journal_move_credentials(world.journal, &one.id, &two.id, count_moved, &moved),
                   JOURNAL_OK);
    commit(&world);
    assert_int_equal(moved, 2);
    assert_journal(journal_payload(world.journal, &two.id, CREDENTIAL_CHIP, payload, sizeof payload, &size),
                   JOURNAL_OK);
    assert_int_equal(size, 8);
    assert_memory_equal(payload, "12345678", 8);
    assert_journal(journal_payload(world.journal, &one.id, CREDENTIAL_CHIP, payload, sizeof payload, &size),
                   JOURNAL_OK);
    assert_int_equal(size, 0);
    world_close(&world);
    struct journal_report report; /* the first one's ticket stayed behind, and has nobody's credential now */
    world_verify(&world, &report);
    assert_string_equal(report.problem, "ticket A0001: its person has no credential");
    world_done(&world);
}

/* ---- tampering */
static const struct tampering {
    const char *legend, *sql, *words;
} tamperings[] = {
    {"a document is altered",
     "DROP TRIGGER document_never_changes; UPDATE document SET text = 'x' WHERE kind = 'profile'",
     "the profile of entry 6 was altered"},
    {"a document is gone",
     "DROP TRIGGER document_never_goes; DELETE FROM document WHERE text = 'old' || char(10)",
     "the document of entry 7 is missing"},
    {"a document nobody handed in", "INSERT INTO document VALUES (1, 'profile', 'x')",
     "that entry brought none"},
    {"a document is given out as another kind",
     "DROP TRIGGER document_never_changes; UPDATE document SET kind = 'schedule' WHERE seq = 6",
     "the schedule of entry 6: that entry brought none"},
    {"a unit is gone", "DELETE FROM unit", "person 1 belongs to a unit that is not there"},
    {"units do not follow each other", "UPDATE unit SET id = 5", "unit 1 is not there"},
};

static void verify_names_what_was_altered(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tamperings / sizeof *tamperings; i++) {
        struct world world;
        struct journal_report report;
        print_message("  %s\n", tamperings[i].legend);
        world_init(&world);
        world_open(&world);
        office_day(&world);
        world_close(&world);
        world_sql(&world, tamperings[i].sql);
        world_verify(&world, &report);
        if (!strstr(report.problem, tamperings[i].words))
            fail_msg("verify: \"%s\"", report.problem);
        world_done(&world);
    }
}

static void the_database_refuses_without_being_asked(void **state)
{
    (void)state;
    static const char *const statements[] = {
        "UPDATE document SET text = 'x'",
        "DELETE FROM document",
        "INSERT INTO document VALUES (99, 'menu', 'x')",
        "INSERT INTO unit SELECT 2, college, name FROM unit",
        "INSERT INTO unit VALUES (2, 'x', '')",
        "UPDATE slot SET end_us = start_us",
        "UPDATE slot SET level = 5",
        "INSERT INTO ticket (lane, number, state, person, medium, bound, session, calls, shots, retakes, "
        "issued_us,"
        " called_us, shot_us, ended_us, issued_seq, seq, reason, confirmed)"
        " VALUES ('A', 1, 1, x'', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, '', 2)",
    };
    struct world world;
    sqlite3 *db;
    world_init(&world);
    world_open(&world);
    office_day(&world);
    world_close(&world);
    assert_int_equal(sqlite3_open(world.db, &db), SQLITE_OK);
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (sqlite3_exec(db, statements[i], NULL, NULL, NULL) != SQLITE_CONSTRAINT)
            fail_msg("%s: not refused", statements[i]);
    sqlite3_close(db);
    world_assert_sound(&world);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_office_reads_back),
        cmocka_unit_test(boxes_of_the_roster_and_of_before),
        cmocka_unit_test(credentials_change_hands),
        cmocka_unit_test(verify_names_what_was_altered),
        cmocka_unit_test(the_database_refuses_without_being_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
