/* Nothing personal can be read from the files without the key, and no box opens in another place. */
#include "journal/seal.h"

#include "base/text.h"
#include "journal/key_file.h"
#include "journal_world.h"

static const uint8_t key[JOURNAL_KEY_SIZE] = {1, 2, 3}, other_key[JOURNAL_KEY_SIZE] = {1, 2, 4};

static void assert_same_person(const struct person_record *a, const struct person_record *b)
{
    assert_memory_equal(a->id.bytes, b->id.bytes, PERSON_ID_SIZE);
    assert_int_equal(a->bound, b->bound);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->id_number, b->id_number);
    assert_string_equal(a->student_no, b->student_no);
    assert_string_equal(a->unit, b->unit);
    assert_string_equal(a->valid_to, b->valid_to);
}

static struct person_record longest_person(void)
{
    struct person_record person = {.bound = true, .valid_to = "20360101"};
    memset(person.id.bytes, 7, PERSON_ID_SIZE);
    memset(person.name, 'n', PERSON_NAME_MAX);
    memset(person.id_number, '9', ID_NUMBER_LENGTH);
    memset(person.student_no, 's', STUDENT_NO_MAX);
    memset(person.unit, 'u', UNIT_MAX);
    return person;
}

static void people_come_back(void **state)
{
    (void)state;
    const struct person_record people[] = {world_person(1), longest_person(), {.id.bytes = {9}}};
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        uint8_t box[SEAL_PERSON_MAX];
        struct person_record back;
        memset(&back, 0xEE, sizeof back);
        size_t size = seal_person(key, &people[i], box);
        assert_int_equal((size - SEAL_OVERHEAD) % 64, 0); /* tells little about the length of the name */
        assert_true(unseal_person(key, &people[i].id, box, size, &back));
        assert_same_person(&people[i], &back);
    }
}

/* Every bit of a box and every byte of its binding matters; outputs stay untouched. */
static void altered_people_do_not_open(void **state)
{
    (void)state;
    struct person_record person = world_person(1), back, untouched;
    uint8_t box[SEAL_PERSON_MAX];
    size_t size = seal_person(key, &person, box);
    memset(&untouched, 0xEE, sizeof untouched);
    back = untouched;
    for (size_t i = 0; i < size; i++) {
        box[i] ^= 1;
        assert_false(unseal_person(key, &person.id, box, size, &back));
        box[i] ^= 1;
    }
    for (size_t short_by = 1; short_by <= size; short_by++)
        assert_false(unseal_person(key, &person.id, box, size - short_by, &back));
    for (size_t i = 0; i < PERSON_ID_SIZE; i++) {
        struct person_id other = person.id;
        other.bytes[i] ^= 0x80;
        assert_false(unseal_person(key, &other, box, size, &back));
    }
    assert_false(unseal_person(other_key, &person.id, box, size, &back));
    assert_memory_equal(&back, &untouched, sizeof back);
    assert_true(unseal_person(key, &person.id, box, size, &back));
}

static void payloads_come_back_exactly(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 8, 255, 256, CREDENTIAL_MAX};
    struct credential_record record = {.kind = CREDENTIAL_CAPTURE_CODE, .digest = {5}, .person.bytes = {6}};
    uint8_t payload[CREDENTIAL_MAX], back[CREDENTIAL_MAX], box[SEAL_PAYLOAD_MAX];
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t size = seal_payload(key, &record, payload, sizes[i], box), back_size = 99;
        assert_true(unseal_payload(key, &record, box, size, back, sizeof back, &back_size));
        assert_int_equal(back_size, sizes[i]);
        assert_memory_equal(back, payload, sizes[i]);
        if (sizes[i])
            assert_false(unseal_payload(key, &record, box, size, back, sizes[i] - 1, &back_size));
    }
}

static void payloads_stay_with_their_row(void **state)
{
    (void)state;
    const struct credential_record record = {.kind = CREDENTIAL_CHIP, .digest = {5}, .person.bytes = {6}};
    struct credential_record digest = record, kind = record, person = record;
    digest.digest[31] = 1;
    kind.kind = CREDENTIAL_CAMPUS_CARD;
    person.person.bytes[15] = 1;
    uint8_t box[SEAL_PAYLOAD_MAX], back[8];
    size_t back_size, size = seal_payload(key, &record, (const uint8_t *)"12345678", 8, box);
    assert_true(unseal_payload(key, &record, box, size, back, sizeof back, &back_size));
    assert_false(unseal_payload(key, &digest, box, size, back, sizeof back, &back_size));
    assert_false(unseal_payload(key, &kind, box, size, back, sizeof back, &back_size));
    assert_false(unseal_payload(key, &person, box, size, back, sizeof back, &back_size));
    assert_false(unseal_payload(other_key, &record, box, size, back, sizeof back, &back_size));
}

static void no_two_boxes_are_the_same(void **state)
{
    (void)state;
    struct person_record person = world_person(1);
    uint8_t first[SEAL_PERSON_MAX], second[SEAL_PERSON_MAX];
    size_t size = seal_person(key, &person, first);
    assert_int_equal(seal_person(key, &person, second), size);
    assert_memory_not_equal(first, second, SEAL_NONCE_SIZE);
    assert_memory_not_equal(first + SEAL_NONCE_SIZE, second + SEAL_NONCE_SIZE, 32);
}

/* ---- the files */
static bool holds(const char *data, size_t size, const void *needle, size_t length)
{
    return memmem(data, size, needle, length) != NULL;
}

struct secret {
    const char *what;
    const void *bytes;
    size_t size;
};

/* Looks for the secrets, also in hexadecimal and in UTF-16. */
static void assert_silent(const char *path, const struct secret *secrets, size_t n_secrets)
{
    char *data;
    size_t size;
    assert_int_equal(file_read(path, 1 << 26, &data, &size), 0);
    for (size_t i = 0; i < n_secrets; i++) {
        char hex[2 * 256 + 1];
        uint8_t wide[512];
        hex_encode(secrets[i].bytes, secrets[i].size, hex);
        if (holds(data, size, secrets[i].bytes, secrets[i].size) || holds(data, size, hex, strlen(hex)))
            fail_msg("%s holds the %s", path, secrets[i].what);
        if (utf8_is_valid(secrets[i].bytes, secrets[i].size) &&
            utf8_to_utf16le(secrets[i].bytes, wide, 2 * secrets[i].size) == 0 && holds(data, size, wide, 6))
            fail_msg("%s holds the %s in UTF-16", path, secrets[i].what);
    }
    free(data);
}

static void the_files_tell_nothing(void **state)
{
    (void)state;
    struct world world;
    char wal[128], shm[128];
    uint8_t payload[200];
    random_bytes(payload, sizeof payload);
    world_init(&world);
    world_open(&world);
    world_day(&world);
    struct person_record person = world_person(3);
    struct credential_record code = {.kind = CREDENTIAL_CAPTURE_CODE, .person = person.id};
    credential_digest(journal_keys(world.journal)->digest, code.kind, payload, sizeof payload, code.digest);
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(journal_put_credential(world.journal, &code, payload, sizeof payload), JOURNAL_OK);
    snprintf(person.unit, sizeof person.unit,
             "秘密学院"); /* a change leaves nothing of the old record either */
    assert_journal(journal_put_person(world.journal, &person), JOURNAL_OK);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);

    char *key_text;
    size_t key_size;
    uint8_t master[JOURNAL_KEY_SIZE];
    assert_int_equal(file_read(world.key, 4096, &key_text, &key_size), 0);
    assert_int_equal(hex_decode(strchr(key_text, '\n') + 1, 64, master, sizeof master), sizeof master);
    free(key_text);
    const struct secret secrets[] = {
        {"name", person.name, strlen(person.name)},
        {"start of any name", "测试者", strlen("测试者")},
        {"ID number", person.id_number, strlen(person.id_number)},
        {"start of any ID number", "9901011990", 10},
        {"student number", person.student_no, strlen(person.student_no)},
        {"unit", "化学工程学院", strlen("化学工程学院")},
        {"new unit", person.unit, strlen(person.unit)},
        {"code", payload, sizeof payload},
        {"start of the code", payload, 12},
        {"master key", master, sizeof master},
        {"sealing key", journal_keys(world.journal)->seal, JOURNAL_KEY_SIZE},
        {"digest key", journal_keys(world.journal)->digest, JOURNAL_KEY_SIZE},
    };
    enum { N_SECRETS = sizeof secrets / sizeof *secrets };
    snprintf(wal, sizeof wal, "%s-wal", world.db);
    snprintf(shm, sizeof shm, "%s-shm", world.db);
    assert_silent(wal, secrets, N_SECRETS);
    assert_silent(shm, secrets, N_SECRETS);
    /* negative control: what is not secret is found, so the search works */
    char *data;
    size_t size;
    assert_int_equal(file_read(wal, 1 << 26, &data, &size), 0);
    assert_true(holds(data, size, "torn sheet", 10));
    assert_true(holds(data, size, person.id.bytes, PERSON_ID_SIZE));
    free(data);

    struct secret kept[N_SECRETS];
    memcpy(kept, secrets, sizeof kept);
    uint8_t keys[2][JOURNAL_KEY_SIZE];
    memcpy(keys[0], journal_keys(world.journal)->seal, JOURNAL_KEY_SIZE);
    memcpy(keys[1], journal_keys(world.journal)->digest, JOURNAL_KEY_SIZE);
    kept[N_SECRETS - 2].bytes = keys[0];
    kept[N_SECRETS - 1].bytes = keys[1];
    world_close(&world);
    assert_silent(world.db, kept, N_SECRETS);
    world_done(&world);
}

/* ---- the key file */
static void keys_differ_and_stay(void **state)
{
    (void)state;
    struct world world;
    struct derived_keys first, again;
    char *detail = NULL;
    world_init(&world);
    assert_journal(key_file_create(world.key, &detail), JOURNAL_OK);
    assert_journal(key_file_load(world.key, &first, &detail), JOURNAL_OK);
    assert_journal(key_file_load(world.key, &again, &detail), JOURNAL_OK);
    assert_memory_equal(&first, &again, sizeof first);
    assert_memory_not_equal(first.keys.seal, first.keys.digest, JOURNAL_KEY_SIZE);
    assert_memory_not_equal(first.keys.seal, first.check, JOURNAL_KEY_SIZE);
    assert_memory_not_equal(first.keys.digest, first.check, JOURNAL_KEY_SIZE);
    assert_journal(key_file_create(world.key, &detail), JOURNAL_KEY_UNWRITABLE); /* never replaced */
    free(detail);
    detail = NULL;
    unlink(world.key);
    assert_journal(key_file_load(world.key, &again, &detail), JOURNAL_KEY_MISSING);
    assert_journal(key_file_create(world.key, &detail), JOURNAL_OK);
    assert_journal(key_file_load(world.key, &again, &detail), JOURNAL_OK);
    assert_memory_not_equal(first.keys.seal, again.keys.seal, JOURNAL_KEY_SIZE);
    free(detail);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_come_back),           cmocka_unit_test(altered_people_do_not_open),
        cmocka_unit_test(payloads_come_back_exactly), cmocka_unit_test(payloads_stay_with_their_row),
        cmocka_unit_test(no_two_boxes_are_the_same),  cmocka_unit_test(the_files_tell_nothing),
        cmocka_unit_test(keys_differ_and_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
