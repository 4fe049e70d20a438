/* The disk fails at its N-th operation, for N = 1, 2, 3 ... until nothing fails any more. Each time the
 * fault must be said, must stick, and a start afterwards must find everything that was acknowledged. And
 * the guard that a commit is synced. */
#include "power_cut_vfs.h"

#include "base/clock.h"
#include "journal/journal_private.h"
#include "journal_world.h"

static struct {
    struct world world;
    uint64_t acknowledged; /* seq */
    uint64_t people;       /* acknowledged */
    bool was_opened;
} run;

static enum journal_fault open_journal(void)
{
    struct journal_options options = world_options(&run.world, !run.was_opened);
    options.vfs = POWER_CUT_VFS;
    enum journal_fault fault = journal_open(&run.world.journal, &options, NULL);
    run.was_opened |= !fault;
    return fault;
}

static enum journal_fault acknowledge(enum journal_fault fault)
{
    if (!fault)
        fault = journal_commit(run.world.journal);
    if (!fault) {
        run.acknowledged = journal_seq(run.world.journal);
        run.people = run.world.n_people;
    }
    return fault;
}

static enum journal_fault check_in(unsigned count)
{
    enum journal_fault fault = journal_begin(run.world.journal);
    for (unsigned i = 0; i < count && !fault; i++)
        fault = world_try_check_in(&run.world, "A");
    return acknowledge(fault);
}

static enum journal_fault step(enum command_kind kind)
{
    enum journal_fault fault = journal_begin(run.world.journal);
    return acknowledge(fault ? fault : world_try_ticket(&run.world, kind, "A", 1, ""));
}

static enum journal_fault hold_event(void)
{
    enum journal_fault fault = open_journal();
    if (fault)
        return fault;
    run.world.queue = queue_new();
    fault = world_try_event(&run.world);
    if (!fault)
        fault = check_in(3);
    if (!fault)
        fault = step(COMMAND_CALL);
    if (fault)
        return fault;
    run.world.journal->wal_pages = 1000000; /* the next begin will checkpoint */
    fault = step(COMMAND_SHOT);
    return fault ? fault : check_in(2);
}

/* A journal with a fault refuses everything, with the same fault. */
static void assert_sticks(struct journal *journal, enum journal_fault fault)
{
    struct queue_entry entry = {.kind = ENTRY_LANE_SET, .lane = "Z"};
    struct person_record person = world_person(999);
    struct answer_record answer = {.key = "late"};
    assert_journal(journal_begin(journal), fault);
    assert_journal(journal_append(journal, &entry, NULL), fault);
    assert_journal(journal_put_person(journal, &person), fault);
    assert_journal(journal_put_answer(journal, &answer), fault);
    assert_journal(journal_commit(journal), fault);
    journal_rollback(journal);
    assert_journal(journal_begin(journal), fault);
}

/* The machine starts again on a disk that works. */
static void assert_nothing_lost(void)
{
    struct journal_options options = world_options(&run.world, !run.was_opened);
    struct journal *journal;
    struct journal_report report;
    char *detail = NULL;
    enum journal_fault fault = journal_open(&journal, &options, &detail);
    if (fault)
        fail_msg("after failure at %llu: %s (%s)", (unsigned long long)disk.failure_at,
                 journal_fault_text(fault), detail ? detail : "");
    assert_true(journal_seq(journal) >= run.acknowledged);
    journal_close(journal);
    world_verify(&run.world, &report);
    if (report.problem[0])
        fail_msg("after failure at %llu: %s", (unsigned long long)disk.failure_at, report.problem);
    assert_true(report.people >= run.people && report.answers == report.people &&
                report.tickets == report.people);
}

/* Returns whether the failure was met. */
static bool fail_at(enum disk_failure failure, uint64_t at, unsigned *ret_reported)
{
    memset(&run, 0, sizeof run);
    world_init(&run.world);
    disk_start(run.world.db);
    disk.failure = failure;
    disk.failure_at = at;
    enum journal_fault fault = hold_event();
    *ret_reported += fault != JOURNAL_OK;
    if (fault && !disk.has_failed)
        fail_msg("a fault out of nothing: %s", journal_fault_text(fault));
    if (fault && failure == DISK_FULL_FROM)
        assert_journal(fault, JOURNAL_FULL);
    else if (fault)
        assert_true(fault == JOURNAL_IO ||
                    fault == JOURNAL_READ_ONLY); /* the latter when a file cannot be opened */
    if (fault && run.world.journal)
        assert_sticks(run.world.journal, run.world.journal->fault);
    const uint64_t changes = disk.changes;
    journal_close(run.world.journal);
    if (fault)
        assert_int_equal(disk.changes, changes); /* what the disk holds is left for the recovery */
    run.world.journal = NULL;
    bool has_failed = disk.has_failed;
    assert_nothing_lost();
    disk_done();
    world_done(&run.world);
    return has_failed;
}

static void fail_everywhere(enum disk_failure failure, const char *name)
{
    int64_t started_us = clock_mono_us();
    unsigned n_reported = 0;
    uint64_t at = 1;
    disk_register();
    while (fail_at(failure, at, &n_reported))
        at++;
    print_message("  %s: %llu places, %u faults reported, %.1f s\n", name, (unsigned long long)at - 1,
                  n_reported, (double)(clock_mono_us() - started_us) / 1e6);
    assert_true(at > 50 && n_reported > 50);
}

static void one_operation_fails(void **state)
{
    (void)state;
    fail_everywhere(DISK_ERROR_ONCE, "one error");
}

static void the_disk_dies(void **state)
{
    (void)state;
    fail_everywhere(DISK_ERROR_FROM, "dead from there");
}

static void the_disk_is_full(void **state)
{
    (void)state;
    fail_everywhere(DISK_FULL_FROM, "full from there");
}

/* At least one sync of the WAL a commit: catches NORMAL, and batching gone wrong. */
static void every_commit_is_synced(void **state)
{
    (void)state;
    enum { COMMITS = 40 };
    for (int is_normal = 0; is_normal < 2; is_normal++) {
        memset(&run, 0, sizeof run);
        world_init(&run.world);
        disk_register();
        disk_start(run.world.db);
        struct journal_options options = world_options(&run.world, true);
        options.vfs = POWER_CUT_VFS;
        options.unsafe_normal = is_normal;
        assert_journal(journal_open(&run.world.journal, &options, NULL), JOURNAL_OK);
        run.world.queue = queue_new();
        world_event(&run.world);
        uint64_t before = disk.wal_syncs;
        for (int i = 0; i < COMMITS; i++)
            assert_journal(check_in(1), JOURNAL_OK);
        print_message("  synchronous=%s: %d commits, %llu syncs of the WAL\n", is_normal ? "NORMAL" : "FULL",
                      COMMITS, (unsigned long long)(disk.wal_syncs - before));
        if (is_normal)
            assert_true(disk.wal_syncs - before < COMMITS); /* negative control */
        else
            assert_true(disk.wal_syncs - before >= COMMITS);
        world_done(&run.world);
        disk_done();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_operation_fails),
        cmocka_unit_test(the_disk_dies),
        cmocka_unit_test(the_disk_is_full),
        cmocka_unit_test(every_commit_is_synced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
