/* The journal's door: opening what may be found, writing and reading back, refusals, backups. */
#include "journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "journal_world.h"

static void put_file(const char *path, const void *data, size_t size, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, size), size);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* ---- what may be found at a start */
static void nothing(struct world *world)
{
    (void)world;
}

static void a_day(struct world *world)
{
    world_open(world);
    world_day(world);
    world_close(world);
}

static void empty_file(struct world *world)
{
    put_file(world->db, "", 0, 0600);
}

static void empty_file_and_key(struct world *world)
{
    a_day(world);
    empty_file(world);
}

static void only_a_key(struct world *world)
{
    a_day(world);
    unlink(world->db);
}

/* What a crash between SQLite's first page and our first table leaves. */
static void database_without_tables(struct world *world)
{
    world_sql(world, "PRAGMA journal_mode = WAL; CREATE TABLE t (a); DROP TABLE t; VACUUM");
}

static void text_file(struct world *world)
{
    put_file(world->db, "number,name\n1,nobody\n", 21, 0600);
}

static void long_text_file(struct world *world)
{
    char text[10000];
    memset(text, 'x', sizeof text);
    put_file(world->db, text, sizeof text, 0600);
}

static void folder_instead(struct world *world)
{
    assert_int_equal(mkdir(world->db, 0700), 0);
}

static void of_another_program(struct world *world)
{
    world_sql(world,
              "PRAGMA application_id = 252006673; PRAGMA user_version = 1; CREATE TABLE entry (seq INTEGER)");
}

static void of_an_unnamed_program(struct world *world)
{
    world_sql(world, "CREATE TABLE orders (id INTEGER)");
}

static void newer(struct world *world)
{
    a_day(world);
    world_sql(world, "PRAGMA user_version = 99");
}

static void without_version(struct world *world)
{
    a_day(world);
    world_sql(world, "PRAGMA user_version = 0");
}

static void table_missing(struct world *world)
{
    a_day(world);
    world_sql(world, "DROP TABLE answer");
}

static void cut_to_header(struct world *world)
{
    a_day(world);
    assert_int_equal(truncate(world->db, 100), 0);
}

static void cut_in_half(struct world *world)
{
    struct stat status;
    a_day(world);
    assert_int_equal(stat(world->db, &status), 0);
    assert_int_equal(truncate(world->db, status.st_size / 2), 0);
}

static void page_overwritten(struct world *world)
{
    char page[4096];
    memset(page, 0x5A, sizeof page);
    a_day(world);
    int fd = open(world->db, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, page, sizeof page, 4096), sizeof page);
    close(fd);
}

static void key_gone(struct world *world)
{
    a_day(world);
    unlink(world->key);
}

static void key_of_another(struct world *world)
{
    a_day(world);
    put_file(world->key,
             "paihao key 1\n"
             "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n",
             78, 0600);
}

static void key_cut(struct world *world)
{
    a_day(world);
    assert_int_equal(truncate(world->key, 77), 0);
}

static void key_empty(struct world *world)
{
    a_day(world);
    assert_int_equal(truncate(world->key, 0), 0);
}

static void key_not_hexadecimal(struct world *world)
{
    a_day(world);
    put_file(world->key,
             "paihao key 1\n"
             "g00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n",
             78, 0600);
}

static void key_of_another_format(struct world *world)
{
    a_day(world);
    put_file(world->key,
             "paihao key 2\n"
             "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n",
             78, 0600);
}

static void key_too_long(struct world *world)
{
    char text[200];
    memset(text, 'a', sizeof text);
    a_day(world);
    put_file(world->key, text, sizeof text, 0600);
}

static void key_for_the_group(struct world *world)
{
    a_day(world);
    assert_int_equal(chmod(world->key, 0640), 0);
}

static void key_for_others(struct world *world)
{
    a_day(world);
    assert_int_equal(chmod(world->key, 0602), 0);
}

static void key_is_a_folder(struct world *world)
{
    a_day(world);
    unlink(world->key);
    assert_int_equal(mkdir(world->key, 0700), 0);
}

static void key_in_no_folder(struct world *world)
{
    snprintf(world->key, sizeof world->key, "%s/none/secret.key", world->dir);
}

static void wal_is_a_folder(struct world *world)
{
    char wal[128], inside[160];
    a_day(world);
    snprintf(wal, sizeof wal, "%s-wal", world->db);
    snprintf(inside, sizeof inside, "%s/x", wal);
    assert_int_equal(mkdir(wal, 0700), 0);
    assert_int_equal(mkdir(inside, 0700), 0);
}

static const struct found {
    const char *legend;
    void (*prepare)(struct world *);
    bool create;
    enum journal_fault fault;
} founds[] = {
    {"nothing, not to be made", nothing, false, JOURNAL_MISSING},
    {"nothing, to be made", nothing, true, JOURNAL_OK},
    {"an event, to be made if missing", a_day, true, JOURNAL_OK},
    {"an event", a_day, false, JOURNAL_OK},
    {"a file of zero bytes, to be made", empty_file, true, JOURNAL_OK},
    {"a file of zero bytes, not to be made", empty_file, false, JOURNAL_MISSING},
    {"a key and a file of zero bytes", empty_file_and_key, true, JOURNAL_OK},
    {"a key, but no file", only_a_key, true, JOURNAL_OK},
    {"a key, but no file, not to be made", only_a_key, false, JOURNAL_MISSING},
    {"a database without tables", database_without_tables, true, JOURNAL_OK},
    {"a database without tables, not to be made", database_without_tables, false, JOURNAL_MISSING},
    {"a short text", text_file, true, JOURNAL_FOREIGN},
    {"a long text", long_text_file, true, JOURNAL_FOREIGN},
    {"a folder", folder_instead, true, JOURNAL_FOREIGN},
    {"another program's database", of_another_program, true, JOURNAL_FOREIGN},
    {"a database without application id", of_an_unnamed_program, true, JOURNAL_FOREIGN},
    {"a newer version", newer, true, JOURNAL_NEWER},
    {"ours without a version", without_version, true, JOURNAL_CORRUPT},
    {"ours without a table", table_missing, true, JOURNAL_CORRUPT},
    {"cut to its header", cut_to_header, true, JOURNAL_CORRUPT},
    {"cut in half", cut_in_half, true, JOURNAL_CORRUPT},
    {"a page overwritten", page_overwritten, true, JOURNAL_CORRUPT},
    {"the key is gone", key_gone, true, JOURNAL_KEY_MISSING},
    {"the key is of another event", key_of_another, true, JOURNAL_KEY_WRONG},
    {"the key lacks its last byte", key_cut, true, JOURNAL_KEY_WRONG},
    {"the key file is empty", key_empty, true, JOURNAL_KEY_WRONG},
    {"the key is not hexadecimal", key_not_hexadecimal, true, JOURNAL_KEY_WRONG},
    {"a later key format", key_of_another_format, true, JOURNAL_KEY_WRONG},
    {"the key file is too long", key_too_long, true, JOURNAL_KEY_WRONG},
    {"the group may read the key", key_for_the_group, true, JOURNAL_KEY_WRONG},
    {"others may write the key", key_for_others, true, JOURNAL_KEY_WRONG},
    {"the key is a folder", key_is_a_folder, true, JOURNAL_KEY_WRONG},
    {"the key's folder is not there", key_in_no_folder, true, JOURNAL_KEY_UNWRITABLE},
    {"the WAL is a folder", wal_is_a_folder, true, JOURNAL_READ_ONLY},
};

/* A file's bytes, or an empty buffer; NULL data when it cannot be read. */
static struct buffer contents(const char *path)
{
    struct buffer file = {0};
    if (file_read(path, 1 << 26, &file.data, &file.size) != 0)
        file.data = NULL;
    return file;
}

static void a_start_knows_what_it_finds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof founds / sizeof *founds; i++) {
        const struct found *found = &founds[i];
        struct world world;
        print_message("  %s\n", found->legend);
        world_init(&world);
        found->prepare(&world);
        struct buffer before = contents(world.db);
        assert_journal(world_try_open(&world, found->create), found->fault);
        if (found->fault) {
            /* and changes nothing */
            struct buffer after = contents(world.db);
            assert_int_equal(before.size, after.size);
            assert_true(!before.data == !after.data);
            if (before.data)
                assert_memory_equal(before.data, after.data, before.size);
            free(after.data);
        } else {
            journal_close(world.journal);
            world.journal = NULL;
            world_assert_sound(&world);
        }
        free(before.data);
        world_done(&world);
    }
}

/* Nobody's rights: root may write everywhere. Returns the fault that a child without rights meets. */
static enum journal_fault open_as_nobody(struct world *world, bool create)
{
    enum { NOBODY = 65534 };
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
            _exit(100);
        struct journal_options options = world_options(world, create);
        enum journal_fault fault = journal_open(&world->journal, &options, NULL);
        _exit((int)fault);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (enum journal_fault)WEXITSTATUS(status);
}

static void give_to_nobody(const char *path, mode_t mode)
{
    if (geteuid() == 0)
        assert_int_equal(chown(path, 65534, 65534), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void rights_are_needed(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        bool has_event, create;
        mode_t folder, db, key;
        enum journal_fault fault;
    } cases[] = {
        {"all rights", true, false, 0700, 0600, 0600, JOURNAL_OK},
        {"the file may not be written", true, false, 0700, 0400, 0600, JOURNAL_READ_ONLY},
        {"the file may not be read", true, false, 0700, 0000, 0600, JOURNAL_READ_ONLY},
        {"the folder may not be written", true, false, 0500, 0600, 0600, JOURNAL_READ_ONLY},
        {"the key may not be read", true, false, 0700, 0600, 0000, JOURNAL_KEY_WRONG},
        {"nothing there, and the folder may not be written", false, true, 0500, 0, 0, JOURNAL_KEY_UNWRITABLE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world world;
        print_message("  %s\n", cases[i].legend);
        world_init(&world);
        if (cases[i].has_event) {
            a_day(&world);
            give_to_nobody(world.db, cases[i].db);
            give_to_nobody(world.key, cases[i].key);
        }
        give_to_nobody(world.dir, cases[i].folder);
        assert_journal(open_as_nobody(&world, cases[i].create), cases[i].fault);
        chmod(world.dir, 0700);
        world_done(&world);
    }
}

static void no_folder_at_all(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct journal_options options = {
        .data_dir = "/nonexistent/paihao", .key_file = world.key, .create = true};
    char *detail = NULL;
    assert_journal(journal_open(&world.journal, &options, &detail), JOURNAL_READ_ONLY);
    assert_non_null(strstr(detail, "No such file"));
    free(detail);
    world_done(&world);
}

static void two_do_not_write(void **state)
{
    (void)state;
    struct world world;
    sqlite3 *other;
    world_init(&world);
    a_day(&world);
    assert_int_equal(sqlite3_open(world.db, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_journal(world_try_open(&world, false), JOURNAL_BUSY);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_journal(world_try_open(&world, false), JOURNAL_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_journal(journal_begin(world.journal), JOURNAL_BUSY);
    assert_string_not_equal(journal_detail(world.journal), "");
    sqlite3_close(other);
    world_done(&world);
}

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

/* Who it belongs to is looked at only when the transaction ends, so that the order inside it is free. */
static enum journal_fault credential_of_nobody(struct world *world)
{
    struct credential_record credential = {.kind = CREDENTIAL_CHIP, .digest = {1}, .person.bytes = {1}};
    enum journal_fault fault = journal_put_credential(world->journal, &credential, NULL, 0);
    return fault ? fault : journal_commit(world->journal);
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
        {"a credential of nobody", credential_of_nobody, JOURNAL_DUPLICATE},
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

/* ---- files */
static void files_are_private_and_tidy(void **state)
{
    (void)state;
    struct world world;
    struct stat status;
    char wal[128], shm[128];
    mode_t mask = umask(0);
    world_init(&world);
    world_open(&world);
    world_day(&world);
    umask(mask);
    snprintf(wal, sizeof wal, "%s-wal", world.db);
    snprintf(shm, sizeof shm, "%s-shm", world.db);
    const char *const files[] = {world.db, wal, shm, world.key};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_int_equal(stat(files[i], &status), 0);
        assert_int_equal(status.st_mode & 0777, 0600);
    }
    world_close(&world);
    assert_false(is_there(wal)); /* all in one file now */
    assert_false(is_there(shm));
    world_done(&world);
}

static void the_wal_stays_small(void **state)
{
    (void)state;
    struct world world;
    struct stat status;
    char wal[128];
    world_init(&world);
    world_open(&world);
    snprintf(wal, sizeof wal, "%s-wal", world.db);
    world_event(&world);
    for (int i = 0; i < 300; i++)
        world_check_in(&world, "A", 10);
    assert_int_equal(stat(wal, &status), 0);
    assert_in_range(status.st_size, 1000 * 4096, 2000 * 4096);
    world_done(&world);
}

/* ---- backup and tail */
static void a_backup_is_an_event(void **state)
{
    (void)state;
    struct world world, copy;
    struct journal_report report;
    struct stat status;
    uint64_t seq = 0;
    uint8_t head[JOURNAL_HASH_SIZE], now[JOURNAL_HASH_SIZE];
    world_init(&world);
    world_init(&copy);
    assert_journal(journal_backup(world.dir, copy.db, &seq, head), JOURNAL_MISSING);
    world_open(&world);
    world_day(&world);
    journal_head(world.journal, now);
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(world_try_check_in(&world, "A"), JOURNAL_OK); /* under way: not in the copy */
    assert_journal(journal_backup(world.dir, copy.db, &seq, head), JOURNAL_OK);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    assert_int_equal(seq, journal_seq(world.journal) - 1);
    assert_memory_equal(head, now, sizeof head);
    assert_int_equal(stat(copy.db, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);

    assert_journal(journal_verify(copy.dir, world.key, &report), JOURNAL_OK);
    assert_string_equal(report.problem, "");
    assert_int_equal(report.entries, seq);
    assert_memory_equal(report.head, head, sizeof head);

    struct buffer before = contents(copy.db);
    assert_journal(journal_backup(world.dir, copy.db, &seq, head), JOURNAL_DUPLICATE); /* never replaces */
    struct buffer after = contents(copy.db);
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, after.size);
    free(before.data);
    free(after.data);
    assert_journal(journal_backup(world.dir, "/nonexistent/copy.db", &seq, head), JOURNAL_READ_ONLY);

    struct journal_options options = {.data_dir = copy.dir, .key_file = world.key};
    assert_journal(journal_open(&copy.journal, &options, NULL), JOURNAL_OK);
    assert_int_equal(journal_seq(copy.journal), seq);
    journal_close(copy.journal);
    copy.journal = NULL;
    char *count = bytes_format("test $(ls -A %s | wc -l) = 1", copy.dir); /* no part file, no WAL */
    assert_int_equal(system(count), 0);
    free(count);
    world_done(&copy);
    world_done(&world);
}

struct tail {
    uint64_t first, last, n;
};

static int take_tail(void *arg, const struct queue_entry *entry)
{
    struct tail *tail = arg;
    if (tail->n++ == 0)
        tail->first = entry->seq;
    tail->last = entry->seq;
    return 0;
}

static void the_tail_is_the_latest(void **state)
{
    (void)state;
    static const struct {
        uint64_t most, n;
    } cases[] = {{1, 1}, {5, 5}, {25, 25}, {26, 25}, {UINT64_MAX, 25}};
    struct world world;
    char *detail = NULL;
    world_init(&world);
    struct tail tail = {0};
    assert_journal(journal_tail(world.dir, 3, take_tail, &tail, &detail), JOURNAL_MISSING);
    free(detail);
    world_open(&world);
    world_day(&world);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tail = (struct tail){0};
        assert_journal(journal_tail(world.dir, cases[i].most, take_tail, &tail, NULL), JOURNAL_OK);
        assert_int_equal(tail.n, cases[i].n);
        assert_int_equal(tail.last, 25);
        assert_int_equal(tail.first, 26 - cases[i].n);
    }
    world_done(&world);
}

/* ---- verify, where it cannot look; what it finds is in test_journal_chain.c */
static void verify_says_when_it_cannot_look(void **state)
{
    (void)state;
    static const struct {
        const char *legend;
        void (*prepare)(struct world *);
        enum journal_fault fault;
        bool has_problem;
    } cases[] = {
        {"nothing", nothing, JOURNAL_MISSING, true},
        {"a text", text_file, JOURNAL_FOREIGN, true},
        {"another program's", of_another_program, JOURNAL_FOREIGN, true},
        {"a newer one", newer, JOURNAL_NEWER, true},
        {"no key", key_gone, JOURNAL_KEY_MISSING, true},
        {"another key", key_of_another, JOURNAL_KEY_WRONG, true},
        {"cut in half: a finding", cut_in_half, JOURNAL_OK, true},
        {"a page overwritten: a finding", page_overwritten, JOURNAL_OK, true},
        {"a table missing: a finding", table_missing, JOURNAL_OK, true},
        {"all is well", a_day, JOURNAL_OK, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world world;
        struct journal_report report;
        print_message("  %s\n", cases[i].legend);
        world_init(&world);
        cases[i].prepare(&world);
        assert_journal(journal_verify(world.dir, world.key, &report), cases[i].fault);
        assert_int_equal(report.problem[0] != 0, cases[i].has_problem);
        world_done(&world);
    }
}

/* Proof beside a writer: it neither sees what is under way, nor takes the writer's locks, nor checkpoints. */
static void verify_beside_a_writer(void **state)
{
    (void)state;
    struct world world;
    struct journal_report report;
    struct stat before, after;
    char wal[128];
    world_init(&world);
    world_open(&world);
    world_day(&world);
    snprintf(wal, sizeof wal, "%s-wal", world.db);
    assert_int_equal(stat(wal, &before), 0);
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(world_try_check_in(&world, "A"), JOURNAL_OK);
    world_verify(&world, &report);
    assert_string_equal(report.problem, "");
    assert_int_equal(report.entries, 25);
    assert_int_equal(report.tickets, 12);
    assert_int_equal(report.people, 12);
    assert_int_equal(report.credentials, 12);
    assert_int_equal(report.answers, 12);
    assert_int_equal(stat(wal, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    world_verify(&world, &report);
    assert_int_equal(report.entries, 26);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_knows_what_it_finds),
        cmocka_unit_test(rights_are_needed),
        cmocka_unit_test(no_folder_at_all),
        cmocka_unit_test(two_do_not_write),
        cmocka_unit_test(every_fault_has_a_text),
        cmocka_unit_test(all_of_it_comes_back),
        cmocka_unit_test(reading_can_start_later_and_be_stopped),
        cmocka_unit_test(a_name_may_be_learnt_later),
        cmocka_unit_test(a_rollback_leaves_nothing),
        cmocka_unit_test(the_database_refuses_wrong_code),
        cmocka_unit_test(the_latest_payload_is_given),
        cmocka_unit_test(payloads_of_many),
        cmocka_unit_test(files_are_private_and_tidy),
        cmocka_unit_test(the_wal_stays_small),
        cmocka_unit_test(a_backup_is_an_event),
        cmocka_unit_test(the_tail_is_the_latest),
        cmocka_unit_test(verify_says_when_it_cannot_look),
        cmocka_unit_test(verify_beside_a_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
