/* The files of an event, copies of it, and looking at it beside a writer. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "journal_world.h"

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
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
    int error = 0;
    uint8_t head[JOURNAL_HASH_SIZE], now[JOURNAL_HASH_SIZE];
    world_init(&world);
    world_init(&copy);
    assert_journal(journal_backup(world.dir, copy.db, &seq, head, NULL), JOURNAL_MISSING);
    world_open(&world);
    world_day(&world);
    journal_head(world.journal, now);
    assert_journal(journal_begin(world.journal), JOURNAL_OK);
    assert_journal(world_try_check_in(&world, "A"), JOURNAL_OK); /* under way: not in the copy */
    assert_journal(journal_backup(world.dir, copy.db, &seq, head, NULL), JOURNAL_OK);
    assert_journal(journal_commit(world.journal), JOURNAL_OK);
    assert_int_equal(seq, journal_seq(world.journal) - 1);
    assert_memory_equal(head, now, sizeof head);
    assert_int_equal(stat(copy.db, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);

    assert_journal(journal_verify(copy.dir, world.key, &report), JOURNAL_OK);
    assert_string_equal(report.problem, "");
    assert_int_equal(report.entries, seq);
    assert_memory_equal(report.head, head, sizeof head);

    struct buffer before = world_contents(copy.db);
    assert_journal(journal_backup(world.dir, copy.db, &seq, head, NULL),
                   JOURNAL_DUPLICATE); /* never replaces */
    struct buffer after = world_contents(copy.db);
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, after.size);
    free(before.data);
    free(after.data);
    assert_journal(journal_backup(world.dir, "/nonexistent/copy.db", &seq, head, &error), JOURNAL_READ_ONLY);
    assert_int_equal(error, -ENOENT);

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

/* ---- both beside a writer that commits and checkpoints all the while */
static atomic_bool is_over;

static void *look(void *arg)
{
    const struct world *world = arg;
    unsigned *ret_looks = bytes_alloc(sizeof *ret_looks);
    struct journal_report report;
    uint64_t seq, seen = 0;
    uint8_t head[JOURNAL_HASH_SIZE];
    char *copy = bytes_format("%s/copy.db", world->dir);
    while (!is_over || *ret_looks == 0) {
        unlink(copy);
        /* cmocka's assertions belong to the main thread */
        if (journal_verify(world->dir, world->key, &report) != JOURNAL_OK || report.problem[0] ||
            report.entries < seen || journal_backup(world->dir, copy, &seq, head, NULL) != JOURNAL_OK ||
            seq < report.entries) {
            *ret_looks = 0;
            break;
        }
        seen = seq;
        ++*ret_looks;
    }
    free(copy);
    return ret_looks;
}

static void looking_never_disturbs(void **state)
{
    (void)state;
    struct world world;
    pthread_t thread;
    void *looks;
    world_init(&world);
    world_open(&world);
    world_event(&world);
    is_over = false;
    assert_int_equal(pthread_create(&thread, NULL, look, &world), 0);
    for (int i = 0; i < 250; i++)
        world_check_in(&world, "A", 8);
    is_over = true;
    pthread_join(thread, &looks);
    print_message("  %u looks\n", *(unsigned *)looks);
    assert_true(*(unsigned *)looks > 0);
    free(looks);
    world_close(&world);
    world_assert_sound(&world);
    assert_int_equal(world_number(&world, "SELECT max(number) FROM ticket"), 2000);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_private_and_tidy), cmocka_unit_test(the_wal_stays_small),
        cmocka_unit_test(a_backup_is_an_event),       cmocka_unit_test(the_tail_is_the_latest),
        cmocka_unit_test(verify_beside_a_writer),     cmocka_unit_test(looking_never_disturbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
