/* The journal's door: writing and reading back, refusals, payloads. */
#include "journal/journal.h"

#include "journal_world.h"

static void every_fault_has_a_text(void **state)
{
    (void)state;
    for (int i = 0; i < JOURNAL_FAULT_COUNT; i++) {
        assert_non_null(journal_fault_text((enum journal_fault)i));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(journal_fault_text((enum journal_fault)i),
                                    journal_fault_text((enum journal_fault)j));
    }
    assert_string_equal(journal_fault_text(JOURNAL_FAULT_COUNT), "?");
}

/* ---- writing and reading back */
struct memory {
    struct person_record people[32];
    struct credential_record credentials[32];
    struct answer_record answers[32];
    struct token_record tokens[8];
    size_t n_people, n_credentials, n_answers, n_tokens, n_entries;
    size_t stop_after; /* 0: never */
};

static int take_entry(void *arg, const struct queue_entry *entry)
{
    struct memory *memory = arg;
    memory->n_entries++;
    assert_true(entry->seq > 0);
    return memory->stop_after && memory->n_entries == memory->stop_after;
}

static int take_person(void *arg, const struct person_record *person)
{
    struct memory *memory = arg;
    memory->people[memory->n_people++] = *person;
    return memory->stop_after && memory->n_people == memory->stop_after;
}

static int take_credential(void *arg, const struct credential_record *record)
{
    struct memory *memory = arg;
    memory->credentials[memory->n_credentials++] = *record;
    return 0;
}

static int take_answer(void *arg, const struct answer_record *answer)
{
    struct memory *memory = arg;
    memory->answers[memory->n_answers++] = *answer;
    return 0;
}

static int take_token(void *arg, const struct token_record *token)
{
    struct memory *memory = arg;
    memory->tokens[memory->n_tokens++] = *token;
    return 0;
}

static void remember(struct journal *journal, struct memory *ret)
{
    *ret = (struct memory){0};
    assert_journal(journal_read_entries(journal, 0, take_entry, ret), JOURNAL_OK);
    assert_journal(journal_read_people(journal, take_person, ret), JOURNAL_OK);
    assert_journal(journal_read_credentials(journal, take_credential, ret), JOURNAL_OK);
    assert_journal(journal_read_answers(journal, take_answer, ret), JOURNAL_OK);
    assert_journal(journal_read_tokens(journal, take_token, ret), JOURNAL_OK);
}

static void all_of_it_comes_back(void **state)
{
    (void)state;
    struct world world;
    struct memory memory;
    uint8_t head[JOURNAL_HASH_SIZE], head_again[JOURNAL_HASH_SIZE];
    struct answer_record answer = {
        .key = "k", .verdict = QUEUE_WRONG_STATE, .lane = "B2", .number = UINT32_MAX, .called = 7, .seq = 3};
    struct token_record token = {.id = 1,
                                 .kind = TOKEN_PAIRING,
                                 .role = "photographer",
                                 .lane = "A",
                                 .created_us = -5,
                                 .expires_us = INT64_MAX};
    memset(answer.key, 'k', ANSWER_KEY_MAX);
    memset(answer.fingerprint, 0xF0, sizeof answer.fingerprint);
    memset(token.hash, 0xA0, sizeof token.hash);
    world_init(&world);
    world_open(&world);
    world_day(&world);
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(journal_put_answer(world.journal, &answer), JOURNAL_OK);
    assert_journal(journal_put_token(world.journal, &token), JOURNAL_OK);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    strcpy(token.name, "A 机位摄影师平板");
    token.seen_us = 98;
    token.used_us = 99;
    token.revoked_us = 100;
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(journal_put_token(world.journal, &token), JOURNAL_OK);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    uint64_t seq = journal_seq(world.journal);
    journal_head(world.journal, head);
    world_close(&world);

    world_open(&world);
    remember(world.journal, &memory);
    assert_int_equal(journal_seq(world.journal), seq);
    assert_int_equal(memory.n_entries, seq);
    assert_int_equal(queue_seq(world.queue), seq);
    journal_head(world.journal, head_again);
    assert_memory_equal(head, head_again, sizeof head);
    assert_int_equal(memory.n_people, 12);
    for (unsigned i = 0; i < 12; i++) {
        struct person_record person = world_person(i + 1);
        struct credential_record credential = world_credential(world.journal, &person);
        assert_memory_equal(memory.people[i].id.bytes, person.id.bytes, PERSON_ID_SIZE);
        assert_string_equal(memory.people[i].name, person.name);
        assert_string_equal(memory.people[i].id_number, person.id_number);
        assert_true(memory.people[i].bound);
        assert_memory_equal(memory.credentials[i].digest, credential.digest, DIGEST_SIZE);
        assert_memory_equal(memory.credentials[i].person.bytes, person.id.bytes, PERSON_ID_SIZE);
        assert_int_equal(memory.credentials[i].kind, CREDENTIAL_ID_NUMBER);
    }
    assert_int_equal(memory.n_answers, 13);
    assert_string_equal(memory.answers[0].key, "key-1");
    assert_true(memory.answers[0].created);
    const struct answer_record *back = &memory.answers[12];
    assert_string_equal(back->key, answer.key);
    assert_memory_equal(back->fingerprint, answer.fingerprint, sizeof answer.fingerprint);
    assert_int_equal(back->verdict, answer.verdict);
    assert_false(back->created);
    assert_string_equal(back->lane, "B2");
    assert_int_equal(back->number, UINT32_MAX);
    assert_int_equal(back->called, 7);
    assert_int_equal(back->seq, 3);
    assert_int_equal(memory.n_tokens, 1);
    assert_int_equal(memory.tokens[0].kind, TOKEN_PAIRING);
    assert_string_equal(memory.tokens[0].role, "photographer");
    assert_int_equal(memory.tokens[0].created_us, -5);
    assert_true(memory.tokens[0].expires_us == INT64_MAX);
    assert_int_equal(memory.tokens[0].used_us, 99);
    assert_int_equal(memory.tokens[0].revoked_us, 100);
    assert_string_equal(memory.tokens[0].name, "A 机位摄影师平板");
    assert_int_equal(memory.tokens[0].seen_us, 98);
    world_done(&world);
}

static void reading_can_start_later_and_be_stopped(void **state)
{
    (void)state;
    struct world world;
    struct memory memory = {0};
    world_init(&world);
    world_open(&world);
    world_day(&world);
    uint64_t seq = journal_seq(world.journal);
    assert_journal(journal_read_entries(world.journal, seq - 3, take_entry, &memory), JOURNAL_OK);
    assert_int_equal(memory.n_entries, 3);
    memory.n_entries = 0;
    assert_journal(journal_read_entries(world.journal, seq, take_entry, &memory), JOURNAL_OK);
    assert_int_equal(memory.n_entries, 0);
    assert_journal(journal_read_entries(world.journal, seq + 1, take_entry, &memory), JOURNAL_CORRUPT);
    memory.stop_after = 4;
    assert_journal(journal_read_entries(world.journal, 0, take_entry, &memory), JOURNAL_CORRUPT);
    assert_int_equal(memory.n_entries, 4);
    assert_journal(journal_read_people(world.journal, take_person, &memory), JOURNAL_CORRUPT);
    assert_int_equal(memory.n_people, 4);
    world_check_in(&world, "A", 1); /* a reader's refusal does no harm */
    world_done(&world);
}

static void a_name_may_be_learnt_later(void **state)
{
    (void)state;
    struct world world;
    struct memory memory;
    struct person_record person = {.id.bytes = {1, 2, 3}};
    world_init(&world);
    world_open(&world);
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(journal_put_person(world.journal, &person), JOURNAL_OK);
    journal_rollback(world.journal); /* forgotten again */
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(journal_put_person(world.journal, &person), JOURNAL_OK);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    snprintf(person.name, sizeof person.name, "测试后来");
    person.bound = true;
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(journal_put_person(world.journal, &person), JOURNAL_OK);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    remember(world.journal, &memory);
    assert_int_equal(memory.n_people, 1);
    assert_string_equal(memory.people[0].name, "测试后来");
    assert_true(memory.people[0].bound);
    world_done(&world);
}

/* Binding is an entry and a change of its ticket, like any other: replayed, verified, append-only. */
static void a_number_is_bound_later(void **state)
{
    (void)state;
    struct world world;
    struct memory memory;
    struct person_record person = {.id.bytes = {9, 9, 9}};
    struct queue_command command = {
        .kind = COMMAND_CHECK_IN, .lane = "A", .person = person.id, .medium = MEDIUM_CHIP};
    world_init(&world);
    world_open(&world);
    world_event(&world);
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    struct credential_record credential = {.kind = CREDENTIAL_CHIP, .person = person.id, .digest = {9, 9, 9}};
    assert_journal(journal_put_person(world.journal, &person), JOURNAL_OK);
    assert_journal(journal_put_credential(world.journal, &credential, (const uint8_t *)"chip", 4),
                   JOURNAL_OK);
    assert_journal(world_try_step(&world, command), JOURNAL_OK);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    world_check_in(&world, "A", 2);
    assert_int_equal(world_number(&world, "SELECT sum(bound) FROM ticket"), 2);
    person.bound = true;
    snprintf(person.name, sizeof person.name, "测试后来");
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(journal_put_person(world.journal, &person), JOURNAL_OK);
    assert_journal(world_try_ticket(&world, COMMAND_BIND, "A", 1, ""), JOURNAL_OK);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    assert_int_equal(world_number(&world, "SELECT kind FROM entry ORDER BY seq DESC LIMIT 1"), ENTRY_BOUND);
    assert_int_equal(world_number(&world, "SELECT sum(bound) FROM ticket"), 3);
    assert_int_equal(world_number(&world, "SELECT max(number) FROM ticket"), 3);
    world_assert_sound(&world);
    remember(world.journal, &memory);
    assert_int_equal(memory.n_entries, journal_seq(world.journal));
    assert_true(memory.people[0].bound);
    world_sql(&world, "UPDATE ticket SET bound = 0 WHERE number = 1");
    struct journal_report report;
    world_verify(&world, &report);
    assert_string_equal(report.problem, "ticket A0001: its bound is not what the entries say");
    world_done(&world);
}

static void a_rollback_leaves_nothing(void **state)
{
    (void)state;
    struct world world;
    uint8_t before[JOURNAL_HASH_SIZE], after[JOURNAL_HASH_SIZE];
    world_init(&world);
    world_open(&world);
    world_event(&world);
    uint64_t seq = journal_seq(world.journal);
    journal_head(world.journal, before);
    journal_rollback(world.journal); /* nothing to undo */
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(world_try_check_in(&world, "A"), JOURNAL_OK);
    assert_int_equal(journal_seq(world.journal), seq + 1);
    journal_rollback(world.journal);
    assert_int_equal(journal_seq(world.journal), seq);
    journal_head(world.journal, after);
    assert_memory_equal(before, after, sizeof before);
    world_close(&world);
    world_open(&world);
    world.n_people = 0;
    world_check_in(&world, "A", 1); /* the same person, the same number */
    world_assert_sound(&world);
    assert_int_equal(world_number(&world, "SELECT count(*) FROM ticket"), 1);
    /* closing inside a transaction is a rollback too */
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(world_try_check_in(&world, "A"), JOURNAL_OK);
    world_close(&world);
    world_assert_sound(&world);
    assert_int_equal(world_number(&world, "SELECT count(*) FROM ticket"), 1);
    world_done(&world);
}

/* ---- refusals of the database when the code above is wrong */
static enum journal_fault digest_twice(struct world *world)
{
    struct person_record person = world_person(1);
    struct credential_record credential = world_credential(world->journal, &person);
    return journal_put_credential(world->journal, &credential, NULL, 0);
}

static enum journal_fault number_skipped(struct world *world)
{
    struct queue_entry entry = {.kind = ENTRY_ISSUED, .lane = "A", .number = 11};
    struct ticket ticket = *queue_ticket(world->queue, "A", 9);
    ticket.number = 11;
    return journal_append(world->journal, &entry, &ticket);
}

static enum journal_fault number_twice(struct world *world)
{
    struct queue_entry entry = {.kind = ENTRY_ISSUED, .lane = "A", .number = 9};
    return journal_append(world->journal, &entry, queue_ticket(world->queue, "A", 9));
}

static enum journal_fault step_of_nobody(struct world *world)
{
    struct queue_entry entry = {.kind = ENTRY_CALLED, .lane = "A", .number = 10};
    struct ticket ticket = *queue_ticket(world->queue, "A", 9);
    ticket.number = 10;
    return journal_append(world->journal, &entry, &ticket);
}

static enum journal_fault kind_unknown(struct world *world)
{
    struct queue_entry entry = {.kind = (enum entry_kind)15};
    return journal_append(world->journal, &entry, NULL);
}

static enum journal_fault token_hash_twice(struct world *world)
{
    struct token_record token = {.id = 1, .kind = TOKEN_BEARER, .role = "office"};
    enum journal_fault fault = journal_put_token(world->journal, &token);
    token.id = 2;
    return fault ? fault : journal_put_token(world->journal, &token);
}

static void the_database_refuses_wrong_code(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        enum journal_fault (*act)(struct world *);
        enum journal_fault fault;
    } cases[] = {
        {"a digest for a second person", digest_twice, JOURNAL_DUPLICATE},
        {"a number that leaves a gap", number_skipped, JOURNAL_DUPLICATE},
        {"a number twice", number_twice, JOURNAL_DUPLICATE},
        {"a step of a ticket that is not there", step_of_nobody, JOURNAL_CORRUPT},
        {"an entry of no known kind", kind_unknown, JOURNAL_DUPLICATE},
        {"a token's hash twice", token_hash_twice, JOURNAL_DUPLICATE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world world;
        print_message("  %s\n", cases[i].legend);
        world_init(&world);
        world_open(&world);
        world_day(&world);
        uint64_t seq = journal_seq(world.journal);
        assert_journal(journal_begin(world.journal), JOURNAL_OK);
        assert_journal(world_try_check_in(&world, "B2"), JOURNAL_OK); /* goes down with it */
        assert_journal(cases[i].act(&world), cases[i].fault);
        assert_string_not_equal(journal_detail(world.journal), "");
        assert_int_equal(journal_seq(world.journal), seq);
        assert_journal(journal_begin(world.journal), cases[i].fault); /* sticks */
        world_close(&world);
        world_assert_sound(&world);
        assert_int_equal(world_number(&world, "SELECT max(seq) FROM entry"), seq);
        world_done(&world);
    }
}

/* ---- payloads */
static void put_code(struct world *world, const struct person_id *person, enum credential_kind kind,
                     const char *payload)
{
    struct credential_record record = {.kind = kind, .person = *person};
    credential_digest(journal_keys(world->journal)->digest, kind, (const uint8_t *)payload, strlen(payload),
                      record.digest);
    assert_journal(journal_put_credential(world->journal, &record, (const uint8_t *)payload, strlen(payload)),
                   JOURNAL_OK);
}

static void assert_payload(struct world *world, const struct person_id *person, enum credential_kind kind,
                           const char *expected)
{
    uint8_t payload[CREDENTIAL_MAX];
    size_t size = 9999;
    assert_journal(journal_payload(world->journal, person, kind, payload, sizeof payload, &size), JOURNAL_OK);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(payload, expected, size);
}

static void the_latest_payload_is_given(void **state)
{
    (void)state;
    struct world world;
    const struct person_record first = world_person(1), second = world_person(2);
    const struct person_id stranger = {{0xEE}};
    world_init(&world);
    world_open(&world);
    assert_payload(&world, &first.id, CREDENTIAL_CAPTURE_CODE, "");
    world_event(&world);
    world_check_in(&world, "A", 2);
    assert_payload(&world, &first.id, CREDENTIAL_CAPTURE_CODE, "");
    assert_payload(&world, &first.id, CREDENTIAL_ID_NUMBER, first.id_number);
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    put_code(&world, &first.id, CREDENTIAL_CAPTURE_CODE, "code one");
    put_code(&world, &second.id, CREDENTIAL_CAPTURE_CODE, "code two");
    put_code(&world, &first.id, CREDENTIAL_CAPTURE_CODE, "code three");
    put_code(&world, &first.id, CREDENTIAL_CHIP, "chip");
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    assert_payload(&world, &first.id, CREDENTIAL_CAPTURE_CODE, "code three");
    assert_payload(&world, &second.id, CREDENTIAL_CAPTURE_CODE, "code two");
    assert_payload(&world, &first.id, CREDENTIAL_CHIP, "chip");
    assert_payload(&world, &second.id, CREDENTIAL_CHIP, "");
    assert_payload(&world, &stranger, CREDENTIAL_CAPTURE_CODE, "");
    /* what is rolled back is forgotten, also when it was asked for meanwhile */
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    put_code(&world, &second.id, CREDENTIAL_CAPTURE_CODE, "code four");
    assert_payload(&world, &second.id, CREDENTIAL_CAPTURE_CODE, "code four");
    journal_rollback(world.journal);
    assert_payload(&world, &second.id, CREDENTIAL_CAPTURE_CODE, "code two");
    world_close(&world);
    world_open(&world);
    assert_payload(&world, &first.id, CREDENTIAL_CAPTURE_CODE, "code three");
    uint8_t small[4];
    size_t size;
    assert_journal(
        journal_payload(world.journal, &first.id, CREDENTIAL_CAPTURE_CODE, small, sizeof small, &size),
        JOURNAL_CORRUPT);
    world_done(&world);
}

/* More people than the table in memory starts with. */
static void payloads_of_many(void **state)
{
    (void)state;
    enum { PEOPLE = 3000 };
    struct world world;
    world_init(&world);
    world_open(&world);
    world_event(&world);
    world_check_in(&world, "A", PEOPLE / 2);
    struct person_record person = world_person(1);
    assert_payload(&world, &person.id, CREDENTIAL_ID_NUMBER, person.id_number);
    world_check_in(&world, "A", PEOPLE / 2);
    for (unsigned i = 1; i <= PEOPLE; i++) {
        person = world_person(i);
        assert_payload(&world, &person.id, CREDENTIAL_ID_NUMBER, person.id_number);
    }
    world_assert_sound(&world);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_has_a_text),
        cmocka_unit_test(all_of_it_comes_back),
        cmocka_unit_test(reading_can_start_later_and_be_stopped),
        cmocka_unit_test(a_name_may_be_learnt_later),
        cmocka_unit_test(a_number_is_bound_later),
        cmocka_unit_test(a_rollback_leaves_nothing),
        cmocka_unit_test(the_database_refuses_wrong_code),
        cmocka_unit_test(the_latest_payload_is_given),
        cmocka_unit_test(payloads_of_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
