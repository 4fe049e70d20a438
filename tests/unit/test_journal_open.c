/* What a start of the journal may find, and what it says. */
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

static void guard_dropped(struct world *world)
{
    a_day(world);
    world_sql(world, "DROP TRIGGER entry_never_goes");
}

static void link_to_another_folder(struct world *world)
{
    char other[128];
    a_day(world);
    snprintf(other, sizeof other, "%s/elsewhere.db", world->dir);
    assert_int_equal(rename(world->db, other), 0);
    assert_int_equal(symlink(other, world->db), 0);
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
    {"ours without one of its guards", guard_dropped, true, JOURNAL_CORRUPT},
    {"a symbolic link to an event", link_to_another_folder, true, JOURNAL_FOREIGN},
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

static void a_start_knows_what_it_finds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof founds / sizeof *founds; i++) {
        const struct found *found = &founds[i];
        struct world world;
        print_message("  %s\n", found->legend);
        world_init(&world);
        found->prepare(&world);
        struct buffer before = world_contents(world.db);
        assert_journal(world_try_open(&world, found->create), found->fault);
        if (found->fault) {
            /* and changes nothing */
            struct buffer after = world_contents(world.db);
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

/* Returns what a child gets that opens the same file. */
static enum journal_fault open_in_child(const struct world *world, char *ret_detail, size_t size)
{
    int ends[2], status;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct journal_options options = world_options(world, true);
        struct journal *journal;
        char *detail = NULL;
        enum journal_fault fault = journal_open(&journal, &options, &detail);
        if (detail && write(ends[1], detail, strlen(detail)) < 0)
            _exit(100);
        _exit((int)fault);
    }
    close(ends[1]);
    ssize_t got = read(ends[0], ret_detail, size - 1);
    ret_detail[got > 0 ? got : 0] = 0;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (enum journal_fault)WEXITSTATUS(status);
}

/* The file itself is locked, by whichever name and folder another program comes to it; those who only look are
 * not kept out. */
static void one_writer_of_a_file(void **state)
{
    (void)state;
    struct world world, other;
    char detail[256], copy[128];
    uint64_t seq;
    uint8_t head[JOURNAL_HASH_SIZE];
    world_init(&world);
    world_init(&other);
    world_open(&world);
    world_day(&world);
    assert_journal(open_in_child(&world, detail, sizeof detail), JOURNAL_BUSY);
    assert_non_null(strstr(detail, "event.db"));
    assert_int_equal(link(world.db, other.db), 0); /* both are in one file system */
    assert_journal(open_in_child(&other, detail, sizeof detail), JOURNAL_BUSY);
    snprintf(copy, sizeof copy, "%s/copy.db", world.dir);
    world_assert_sound(&world);
    assert_journal(journal_backup(world.dir, copy, &seq, head, NULL), JOURNAL_OK);
    world_check_in(&world, "A", 1);
    unlink(other.db);
    world_close(&world);
    assert_journal(open_in_child(&world, detail, sizeof detail), JOURNAL_OK);
    world_done(&other);
    world_done(&world);
}

/* Whoever looks at a file that may only be read leaves SQLite's files beside it, as unwritable as it is. */
static void looking_at_a_read_only_file_bars_no_start(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    struct world world;
    int status;
    world_init(&world);
    a_day(&world);
    give_to_nobody(world.db, 0400);
    give_to_nobody(world.key, 0600);
    give_to_nobody(world.dir, 0700);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct journal_report report;
        if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
            _exit(100);
        enum journal_fault fault = journal_verify(world.dir, world.key, &report);
        _exit(fault ? (int)fault : report.problem[0] != 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(chmod(world.db, 0600), 0);
    assert_journal(open_as_nobody(&world, false), JOURNAL_OK);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_knows_what_it_finds),
        cmocka_unit_test(rights_are_needed),
        cmocka_unit_test(no_folder_at_all),
        cmocka_unit_test(two_do_not_write),
        cmocka_unit_test(one_writer_of_a_file),
        cmocka_unit_test(looking_at_a_read_only_file_bars_no_start),
        cmocka_unit_test(verify_says_when_it_cannot_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
