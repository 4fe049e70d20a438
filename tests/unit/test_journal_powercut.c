/* Power cuts at every moment of an event, over the very code of the journal. Each image must open, verify,
 * hold every acknowledged commit, and no half one. The negative control, synchronous=NORMAL, must lose
 * something: else this proves nothing. PAIHAO_SEED=N repeats a run, PAIHAO_SLOW=1 makes a longer one. */
#include "power_cut_vfs.h"

#include "base/clock.h"
#include "journal/journal_private.h"
#include "journal_world.h"

enum { BOUNDARIES_MAX = 256 };

/* Where a commit may end. The last one may be under way, all others are acknowledged. */
struct boundary {
    uint64_t seq;
    uint8_t head[JOURNAL_HASH_SIZE];
    uint64_t people;
};

static struct {
    struct world world;
    struct world image; /* only its folder and names */
    struct boundary boundaries[BOUNDARIES_MAX];
    size_t n_boundaries, n_acknowledged;
    bool was_opened; /* the first open returned: there is a database from now on */
    unsigned n_images, n_bad, n_lost;
    char first_bad[400];
} run;

/* ---- images */
static void bad_image(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void bad_image(const char *format, ...)
{
    if (run.n_bad++)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(run.first_bad, sizeof run.first_bad, format, arguments);
    va_end(arguments);
}

static bool is_boundary(const struct journal *journal, const struct journal_report *report)
{
    uint8_t head[JOURNAL_HASH_SIZE];
    journal_head(journal, head);
    for (size_t i = 0; i < run.n_boundaries; i++) {
        const struct boundary *boundary = &run.boundaries[i];
        if (boundary->seq == journal_seq(journal))
            return memcmp(boundary->head, head, sizeof head) == 0 && report->people == boundary->people &&
                   report->credentials == boundary->people && report->answers == boundary->people &&
                   report->tickets == boundary->people;
    }
    return false;
}

static bool has_lost(const struct journal *journal, uint64_t acknowledged)
{
    bool has = journal_seq(journal) < acknowledged;
    run.n_lost += has;
    return has;
}

static void check_image(enum disk_image kind)
{
    struct journal_options options = world_options(&run.image, !run.was_opened);
    struct journal_report report;
    struct journal *journal;
    char *detail = NULL;
    const uint64_t acknowledged = run.n_acknowledged ? run.boundaries[run.n_acknowledged - 1].seq : 0;
    unsigned long long at = disk.operations;
    run.n_images++;
    disk_build_image(run.image.db, kind);
    enum journal_fault fault = journal_open(&journal, &options, &detail);
    if (fault) {
        bad_image("operation %llu: %s (%s)", at, journal_fault_text(fault), detail ? detail : "");
        free(detail);
        return;
    }
    fault = journal_verify(run.image.dir, run.image.key, &report);
    if (fault || report.problem[0])
        bad_image("operation %llu: verify says %s %s", at, journal_fault_text(fault), report.problem);
    else if (has_lost(journal, acknowledged))
        bad_image("operation %llu: entry %llu was acknowledged, the image ends at %llu", at,
                  (unsigned long long)acknowledged, (unsigned long long)journal_seq(journal));
    else if (!is_boundary(journal, &report))
        bad_image("operation %llu: the image ends at %llu, inside a transaction", at,
                  (unsigned long long)journal_seq(journal));
    journal_close(journal);
}

static void after_change(bool has_synced)
{
    if (has_synced)
        check_image(DISK_SYNCED_ONLY);
    check_image(DISK_TORN);
    check_image(DISK_TORN);
}

/* ---- the event */
static void open_journal(bool is_normal)
{
    struct journal_options options = world_options(&run.world, !run.was_opened);
    options.vfs = POWER_CUT_VFS;
    options.unsafe_normal = is_normal;
    assert_journal(journal_open(&run.world.journal, &options, NULL), JOURNAL_OK);
    run.was_opened = true;
    after_change(true);
}

static void commit(void)
{
    struct boundary *boundary = &run.boundaries[run.n_boundaries++];
    assert_true(run.n_boundaries <= BOUNDARIES_MAX);
    boundary->seq = journal_seq(run.world.journal);
    journal_head(run.world.journal, boundary->head);
    boundary->people = run.world.n_people;
    assert_journal(journal_commit(run.world.journal), JOURNAL_OK);
    run.n_acknowledged = run.n_boundaries;
    after_change(true); /* the moment of the beep */
}

static void check_in(unsigned count)
{
    assert_journal(journal_begin(run.world.journal), JOURNAL_OK);
    for (unsigned i = 0; i < count; i++)
        assert_journal(world_try_check_in(&run.world, i % 3 == 2 ? "B2" : "A"), JOURNAL_OK);
    commit();
}

static void step(enum command_kind kind, uint32_t number)
{
    assert_journal(journal_begin(run.world.journal), JOURNAL_OK);
    assert_journal(world_try_ticket(&run.world, kind, "A", number, ""), JOURNAL_OK);
    commit();
}

static void create_event(void)
{
    static const struct queue_command commands[] = {
        {.kind = COMMAND_EVENT_CREATE, .text = "power cuts", .extra = "default"},
        {.kind = COMMAND_LANE_SET, .lane = "A"},
        {.kind = COMMAND_LANE_SET, .lane = "B2"},
        {.kind = COMMAND_SESSION_OPEN, .lane = "A"},
        {.kind = COMMAND_SESSION_OPEN, .lane = "B2"},
    };
    assert_journal(journal_begin(run.world.journal), JOURNAL_OK);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        assert_journal(world_try_step(&run.world, commands[i]), JOURNAL_OK);
    commit();
}

/* Two days: groups of every size, steps of a ticket, checkpoints in the middle and at the end, a start
 * over. */
static void hold_event(bool is_normal)
{
    open_journal(is_normal);
    run.world.queue = queue_new();
    create_event();
    check_in(8);
    for (unsigned i = 1; i <= 5; i++)
        check_in(i);
    step(COMMAND_CALL, 1);
    run.world.journal->wal_pages = 1000000; /* the next begin will checkpoint */
    step(COMMAND_SHOT, 1);
    check_in(2);
    journal_close(run.world.journal);
    run.world.journal = NULL;
    open_journal(is_normal);
    step(COMMAND_CALL, 2);
    step(COMMAND_MISS, 2);
    check_in(3);
    journal_close(run.world.journal);
    run.world.journal = NULL;
    after_change(true);
}

static void cut_everywhere(bool is_normal)
{
    const char *given = getenv("PAIHAO_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)clock_utc_us() | 1;
    int64_t started_us = clock_mono_us();
    memset(&run, 0, sizeof run);
    world_init(&run.world);
    world_init(&run.image);
    run.boundaries[run.n_boundaries++] = (struct boundary){0}; /* before the first commit */
    char *none = NULL;
    assert_journal(key_file_create(run.world.key, &none), JOURNAL_OK);
    char *key;
    size_t key_size;
    assert_int_equal(file_read(run.world.key, 4096, &key, &key_size), 0);
    assert_int_equal(file_create_durably(run.image.key, key, key_size, 0600), 0);
    free(key);
    /* the hash before the first entry, as a journal without entries says it */
    struct journal *empty;
    struct journal_options options = world_options(&run.image, true);
    assert_journal(journal_open(&empty, &options, NULL), JOURNAL_OK);
    journal_head(empty, run.boundaries[0].head);
    journal_close(empty);

    disk_random_state = seed;
    disk_register();
    disk_start(run.world.db);
    disk.after_change = after_change;
    hold_event(is_normal);
    print_message("  synchronous=%s: %u images, %u bad, %u of them lost an answer, %zu commits, %llu "
                  "operations, %.1f s, seed %llu\n",
                  is_normal ? "NORMAL" : "FULL", run.n_images, run.n_bad, run.n_lost, run.n_acknowledged - 1,
                  (unsigned long long)disk.operations, (double)(clock_mono_us() - started_us) / 1e6,
                  (unsigned long long)seed);
    if (run.n_bad)
        print_message("  first: %s\n", run.first_bad);
    disk_done();
    world_done(&run.image);
    world_done(&run.world);
}

static void no_cut_loses_what_was_acknowledged(void **state)
{
    (void)state;
    const int rounds = getenv("PAIHAO_SLOW") ? 60 : 3;
    for (int i = 0; i < rounds; i++) {
        cut_everywhere(false);
        assert_true(run.n_images > 400);
        if (run.n_bad)
            fail_msg("%s", run.first_bad);
    }
}

static void cuts_do_lose_with_normal(void **state)
{
    (void)state;
    cut_everywhere(true);
    assert_true(run.n_lost > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_cut_loses_what_was_acknowledged),
        cmocka_unit_test(cuts_do_lose_with_normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
