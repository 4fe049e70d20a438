/* The event as a whole: packages that leave, moving to another computer, and the end of what is personal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "queue/queue.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct queue *queue;
static uint64_t seq;

static int start(void **state)
{
    (void)state;
    queue = queue_new();
    seq = 0;
    return 0;
}

static int finish(void **state)
{
    (void)state;
    queue_free(queue);
    return 0;
}

static enum queue_verdict command(enum command_kind kind, const char *text, const char *extra)
{
    struct queue_command wish = {.kind = kind, .lane = "A", .at_us = 1, .mono_us = 1, .value = 0};
    struct queue_decision decision;
    snprintf(wish.text, sizeof wish.text, "%s", text);
    snprintf(wish.extra, sizeof wish.extra, "%s", extra);
    queue_decide(queue, &wish, &decision);
    for (size_t i = 0; i < decision.n_entries; i++) {
        decision.entries[i].seq = ++seq;
        assert_int_equal(queue_apply(queue, &decision.entries[i]), QUEUE_APPLY_OK);
    }
    return decision.verdict;
}

static void begin(void)
{
    assert_int_equal(command(COMMAND_EVENT_CREATE, "Day", "default"), QUEUE_DONE);
    assert_int_equal(command(COMMAND_LANE_SET, "E201", ""), QUEUE_DONE);
}

/* The package of a kind as it stands now. */
static void hand_over(const char *kind)
{
    char text[ENTRY_TEXT_MAX + 1];
    snprintf(text, sizeof text, "%llu %s", (unsigned long long)queue_event(queue)->content_seq, DIGEST);
    assert_int_equal(command(COMMAND_HANDED_OVER, text, kind), QUEUE_DONE);
}

static void a_package_does_not_move_what_it_shows(void **state)
{
    (void)state;
    begin();
    assert_int_equal(command(COMMAND_SESSION_OPEN, "", ""), QUEUE_DONE);
    const uint64_t content = queue_event(queue)->content_seq;
    assert_int_equal(content, seq);
    hand_over("agency");
    hand_over("agency");
    hand_over("school");
    assert_int_equal(queue_event(queue)->content_seq, content);
    assert_int_equal(queue_event(queue)->agency_seq, content);
    assert_int_equal(queue_event(queue)->school_seq, content);
    assert_int_equal(command(COMMAND_SESSION_CLOSE, "", ""), QUEUE_DONE);
    assert_int_equal(queue_event(queue)->content_seq, seq);
    assert_int_equal(queue_event(queue)->agency_seq, content);
}

static void nothing_leaves_before_there_is_an_event(void **state)
{
    (void)state;
    assert_int_equal(command(COMMAND_HANDED_OVER, "1 " DIGEST, "agency"), QUEUE_NO_EVENT);
    assert_int_equal(command(COMMAND_RESTORED, "copy", ""), QUEUE_NO_EVENT);
    assert_int_equal(command(COMMAND_PURGED, "", ""), QUEUE_NO_EVENT);
}

static void purging_needs_a_closed_event_and_both_packages_of_its_end(void **state)
{
    (void)state;
    begin();
    hand_over("agency");
    hand_over("school");
    assert_int_equal(command(COMMAND_PURGED, "", ""), QUEUE_NOT_HANDED_OVER);
    assert_int_equal(command(COMMAND_EVENT_CLOSE, "", ""), QUEUE_DONE);
    assert_int_equal(command(COMMAND_PURGED, "", ""), QUEUE_NOT_HANDED_OVER); /* both were made before it */
    hand_over("agency");
    assert_int_equal(command(COMMAND_PURGED, "", ""), QUEUE_NOT_HANDED_OVER);
    hand_over("school");
    assert_false(queue_event(queue)->is_purged);
    assert_int_equal(command(COMMAND_PURGED, "people 3", ""), QUEUE_DONE);
    assert_true(queue_event(queue)->is_purged);
    static const enum command_kind after[] = {COMMAND_PURGED,       COMMAND_RESTORED,     COMMAND_HANDED_OVER,
                                              COMMAND_EVENT_CREATE, COMMAND_SESSION_OPEN, COMMAND_LANE_SET,
                                              COMMAND_CHECK_IN};
    for (size_t i = 0; i < sizeof after / sizeof *after; i++)
        assert_int_equal(command(after[i], "9 " DIGEST, "agency"), QUEUE_EVENT_PURGED);
    struct queue_entry entry = {.seq = seq + 1, .kind = ENTRY_TOKEN_CREATED};
    assert_int_equal(queue_apply(queue, &entry), QUEUE_APPLY_IMPOSSIBLE);
}

static enum queue_verdict purge_copy(uint32_t moves, uint64_t other_seq)
{
    struct queue_command wish = {.kind = COMMAND_PURGED, .at_us = 1, .mono_us = 1, .value = moves};
    struct queue_decision decision;
    purged_copy_text(other_seq, wish.extra);
    queue_decide(queue, &wish, &decision);
    for (size_t i = 0; i < decision.n_entries; i++) {
        decision.entries[i].seq = ++seq;
        assert_int_equal(queue_apply(queue, &decision.entries[i]), QUEUE_APPLY_OK);
    }
    return decision.verdict;
}

static void a_copy_is_purged_only_behind_another_one(void **state)
{
    (void)state;
    begin();
    assert_int_equal(command(COMMAND_RESTORED, "copy", ""), QUEUE_DONE);
    static const struct {
        const char *legend;
        uint32_t moves;
        int ahead; /* of this copy's entries */
    } cases[] = {
        {"as far as this one", 1, 0},
        {"not so far", 1, -1},
        {"more entries, but moved less often", 0, 99},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (purge_copy(cases[i].moves, seq + (uint64_t)(int64_t)cases[i].ahead) != QUEUE_COPY_GOES_ON)
            fail_msg("%s", cases[i].legend);
    assert_int_equal(command(COMMAND_PURGED, "", "copy 0"), QUEUE_WRONG_STATE);
    assert_int_equal(command(COMMAND_PURGED, "", "copy 07"), QUEUE_WRONG_STATE);
    struct queue_entry entry = {.seq = seq + 1, .kind = ENTRY_PURGED, .value = 1, .extra = "copy 3"};
    assert_int_equal(queue_apply(queue, &entry), QUEUE_APPLY_IMPOSSIBLE); /* nobody can have decided it */
    assert_false(queue_event(queue)->is_purged);
    assert_int_equal(purge_copy(1, seq + 1), QUEUE_DONE); /* neither closed nor handed over */
    assert_true(queue_event(queue)->is_purged);
    assert_int_equal(command(COMMAND_RESTORED, "copy", ""), QUEUE_EVENT_PURGED);
    queue_free(queue);
    queue = queue_new();
    seq = 0;
    begin();
    assert_int_equal(purge_copy(1, 1), QUEUE_DONE); /* moved more often */
}

static void each_move_is_counted(void **state)
{
    (void)state;
    begin();
    for (uint32_t moves = 1; moves <= 3; moves++) {
        assert_int_equal(command(COMMAND_RESTORED, "copy", ""), QUEUE_DONE);
        assert_int_equal(queue_event(queue)->moves, moves);
    }
    struct queue_entry entry = {.seq = seq + 1, .kind = ENTRY_RESTORED, .value = 3};
    assert_int_equal(queue_apply(queue, &entry), QUEUE_APPLY_IMPOSSIBLE);
}

static void entries_that_nobody_can_have_decided_are_refused(void **state)
{
    (void)state;
    begin();
    static const struct {
        const char *legend, *kind, *text;
    } cases[] = {
        {"of no kind", "police", "1 " DIGEST},           {"no position", "agency", DIGEST},
        {"of position 0", "agency", "0 " DIGEST},        {"of its own position", "agency", "3 " DIGEST},
        {"of the future", "agency", "99 " DIGEST},       {"no digest", "agency", "1 "},
        {"a short digest", "agency", "1 0123"},          {"not hexadecimal", "agency", "1 X" DIGEST},
        {"with more behind", "agency", "1 " DIGEST "0"}, {"signed", "agency", "+1 " DIGEST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct queue_entry entry = {.seq = 3, .kind = ENTRY_HANDED_OVER};
        strcpy(entry.extra, cases[i].kind);
        strcpy(entry.text, cases[i].text);
        if (queue_apply(queue, &entry) != QUEUE_APPLY_IMPOSSIBLE)
            fail_msg("%s", cases[i].legend);
    }
    struct queue_entry purged = {.seq = 3, .kind = ENTRY_PURGED};
    assert_int_equal(queue_apply(queue, &purged), QUEUE_APPLY_IMPOSSIBLE); /* the event is open */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_package_does_not_move_what_it_shows, start, finish),
        cmocka_unit_test_setup_teardown(nothing_leaves_before_there_is_an_event, start, finish),
        cmocka_unit_test_setup_teardown(purging_needs_a_closed_event_and_both_packages_of_its_end, start,
                                        finish),
        cmocka_unit_test_setup_teardown(a_copy_is_purged_only_behind_another_one, start, finish),
        cmocka_unit_test_setup_teardown(each_move_is_counted, start, finish),
        cmocka_unit_test_setup_teardown(entries_that_nobody_can_have_decided_are_refused, start, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
