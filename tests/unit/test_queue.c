/* The rules of the queue, as a specification: a day is a list of commands with the verdict each must get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "queue/queue.h"
#include "queue/queue_state.h"

struct day {
    struct queue *queue, *replayed;
    uint64_t seq;
    struct queue_decision decision;
};

static struct person_id person(unsigned n)
{
    struct person_id id = {{0}};
    memcpy(id.bytes, &n, sizeof n);
    id.bytes[15] = 1;
    return id;
}

static int start(void **state)
{
    struct day *day = calloc(1, sizeof *day);
    day->queue = queue_new();
    day->replayed = queue_new();
    *state = day;
    return 0;
}

static int finish(void **state)
{
    struct day *day = *state;
    queue_free(day->queue);
    queue_free(day->replayed);
    free(day);
    return 0;
}

/* Decides and, as the desk does, applies what came of it. */
static enum queue_verdict give(struct day *day, const struct queue_command *command)
{
    queue_decide(day->queue, command, &day->decision);
    for (size_t i = 0; i < day->decision.n_entries; i++) {
        day->decision.entries[i].seq = ++day->seq;
        assert_int_equal(queue_apply(day->queue, &day->decision.entries[i]), QUEUE_APPLY_OK);
        assert_int_equal(queue_apply(day->replayed, &day->decision.entries[i]), QUEUE_APPLY_OK);
    }
    return day->decision.verdict;
}

struct step {
    enum command_kind kind;
    const char *lane;
    unsigned who; /* person, number or value, as the command has it */
    bool advance;
    enum queue_verdict verdict;
    const char *label; /* of the ticket in the decision; NULL: none */
};

static enum queue_verdict take(struct day *day, const struct step *step)
{
    struct queue_command command = {
        .kind = step->kind, .at_us = (int64_t)day->seq + 1, .advance = step->advance};
    strcpy(command.lane, step->lane);
    if (step->kind == COMMAND_CHECK_IN)
        command.person = person(step->who);
    else
        command.number = command.value = step->who;
    command.medium = MEDIUM_MANUAL;
    return give(day, &command);
}

static void live(struct day *day, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum queue_verdict verdict = take(day, &steps[i]);
        char label[TICKET_LABEL_SIZE] = "";
        if (day->decision.number)
            ticket_label(&queue_event(day->queue)->rules, day->decision.lane, day->decision.number, label);
        if (verdict != steps[i].verdict || strcmp(label, steps[i].label ? steps[i].label : "") != 0)
            fail_msg("step %zu (%s %s %u): verdict %d, expected %d; ticket '%s', expected '%s'", i,
                     command_kind_name(steps[i].kind), steps[i].lane, steps[i].who, verdict, steps[i].verdict,
                     label, steps[i].label ? steps[i].label : "");
    }
}
#define LIVE(day, ...)                                                                                       \
    do {                                                                                                     \
        static const struct step steps[] = {__VA_ARGS__};                                                    \
        live(day, steps, sizeof steps / sizeof *steps);                                                      \
    } while (0)

#define OPENING                                                                                              \
    {COMMAND_EVENT_CREATE, "", 0, false, QUEUE_DONE, NULL},                                                  \
        {COMMAND_LANE_SET, "A", 0, false, QUEUE_DONE, NULL},                                                 \
        {COMMAND_LANE_SET, "B", 2, false, QUEUE_DONE, NULL},                                                 \
        {COMMAND_SESSION_OPEN, "A", 0, false, QUEUE_DONE, NULL},                                             \
    {                                                                                                        \
        COMMAND_SESSION_OPEN, "B", 0, false, QUEUE_DONE, NULL                                                \
    }

static void a_plain_line(void **state)
{
    struct day *day = *state;
    LIVE(day, OPENING, {COMMAND_CHECK_IN, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_CHECK_IN, "A", 2, false, QUEUE_DONE, "A0002"},
         {COMMAND_CHECK_IN, "A", 1, false, QUEUE_ALREADY_WAITING, "A0001"},
         {COMMAND_CHECK_IN, "B", 1, false, QUEUE_ALREADY_WAITING_ELSEWHERE, "A0001"},
         {COMMAND_CALL, "A", 2, false, QUEUE_NOT_NEXT, "A0001"},
         {COMMAND_CALL, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_CALL, "A", 1, false, QUEUE_DONE, "A0001"}, /* announced again */
         {COMMAND_CALL, "A", 2, false, QUEUE_ANOTHER_CALLED, "A0001"},
         {COMMAND_CHECK_IN, "A", 1, false, QUEUE_ALREADY_WAITING, "A0001"},
         {COMMAND_SHOT, "A", 2, false, QUEUE_WRONG_STATE, "A0002"},
         {COMMAND_SHOT, "A", 1, true, QUEUE_DONE, "A0001"},
         {COMMAND_SHOT, "A", 1, true, QUEUE_WRONG_STATE, "A0001"}, /* the double tap */
         {COMMAND_CHECK_IN, "A", 1, false, QUEUE_ALREADY_SHOT, "A0001"},
         {COMMAND_CHECK_IN, "B", 1, false, QUEUE_ALREADY_SHOT, "A0001"});
    assert_int_equal(queue_current(day->queue, "A")->number, 2);
    assert_int_equal(queue_ticket(day->queue, "A", 1)->calls, 2);
    assert_int_equal(queue_last_shot(day->queue, "A")->number, 1);
}

static void missed_and_void_get_a_new_number(void **state)
{
    struct day *day = *state;
    LIVE(day, OPENING, {COMMAND_CHECK_IN, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_MISS, "A", 1, false, QUEUE_WRONG_STATE, "A0001"}, /* only who was called can be missed */
         {COMMAND_CALL, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_MISS, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_CHECK_IN, "A", 1, false, QUEUE_DONE, "A0002"},
         {COMMAND_VOID, "A", 2, false, QUEUE_DONE, "A0002"},
         {COMMAND_RETAKE, "A", 2, false, QUEUE_WRONG_STATE, "A0002"},
         {COMMAND_CHECK_IN, "B", 1, false, QUEUE_DONE, "B0001"},
         {COMMAND_CALL, "A", 1, false, QUEUE_WRONG_STATE, "A0001"},
         {COMMAND_CALL, "A", 3, false, QUEUE_TICKET_UNKNOWN, NULL});
}

static void a_retake_goes_before_everybody(void **state)
{
    struct day *day = *state;
    LIVE(day, OPENING, {COMMAND_CHECK_IN, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_CHECK_IN, "A", 2, false, QUEUE_DONE, "A0002"},
         {COMMAND_CHECK_IN, "A", 3, false, QUEUE_DONE, "A0003"},
         {COMMAND_CALL, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_SHOT, "A", 1, true, QUEUE_DONE, "A0001"},
         {COMMAND_RETAKE, "A", 1, false, QUEUE_DONE, "A0001"});
    assert_int_equal(queue_current(day->queue, "A")->number, 1);
    assert_null(queue_last_shot(day->queue, "A"));
    /* A0002 is still called, so nobody else is called with it */
    LIVE(day, {COMMAND_SHOT, "A", 1, true, QUEUE_DONE, "A0001"});
    assert_int_equal(day->decision.n_entries, 1);
    assert_int_equal(queue_current(day->queue, "A")->number, 2);
    assert_int_equal(queue_ticket(day->queue, "A", 1)->retakes, 1);
    assert_int_equal(queue_ticket(day->queue, "A", 1)->shots, 2);
    assert_int_equal(queue_open_after(day->queue, "A", 2)->number, 3);
}

static void a_retake_given_up_keeps_the_frame(void **state)
{
    struct day *day = *state;
    LIVE(day, OPENING, {COMMAND_CHECK_IN, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_CALL, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_SHOT, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_RETAKE, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_VOID, "A", 1, false, QUEUE_WRONG_STATE, "A0001"},
         {COMMAND_MISS, "A", 1, false, QUEUE_DONE, "A0001"});
    const struct ticket *ticket = queue_ticket(day->queue, "A", 1);
    assert_int_equal(ticket->state, TICKET_SHOT);
    assert_int_equal(ticket->shots, 1);
    assert_int_equal(ticket->retakes, 1);
    assert_int_equal(queue_last_shot(day->queue, "A")->number, 1);
    LIVE(day, {COMMAND_CHECK_IN, "A", 1, false, QUEUE_ALREADY_SHOT, "A0001"}); /* no second number */
}

static void sessions_and_limits(void **state)
{
    struct day *day = *state;
    LIVE(day, {COMMAND_SESSION_OPEN, "A", 0, false, QUEUE_LANE_UNKNOWN, NULL},
         {COMMAND_LANE_SET, "A", 0, false, QUEUE_DONE, NULL},
         {COMMAND_SESSION_OPEN, "A", 0, false, QUEUE_NO_EVENT, NULL},
         {COMMAND_EVENT_CLOSE, "", 0, false, QUEUE_NO_EVENT, NULL},
         {COMMAND_EVENT_CREATE, "", 0, false, QUEUE_DONE, NULL},
         {COMMAND_LANE_SET, "A", 0, false, QUEUE_UNCHANGED, NULL},
         {COMMAND_CHECK_IN, "A", 1, false, QUEUE_SESSION_CLOSED, NULL},
         {COMMAND_SESSION_OPEN, "A", 0, false, QUEUE_DONE, NULL},
         {COMMAND_SESSION_OPEN, "A", 0, false, QUEUE_UNCHANGED, NULL},
         {COMMAND_CHECK_IN, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_LANE_SET, "A", 2, false, QUEUE_DONE, NULL},
         {COMMAND_CHECK_IN, "A", 2, false, QUEUE_DONE, "A0002"},
         {COMMAND_CHECK_IN, "A", 3, false, QUEUE_LINE_FULL, NULL},
         {COMMAND_CHECK_IN, "A", 1, false, QUEUE_ALREADY_WAITING, "A0001"}, /* a full line turns nobody out */
         {COMMAND_SESSION_CLOSE, "A", 0, false, QUEUE_DONE, NULL},
         {COMMAND_CALL, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_SHOT, "A", 1, true, QUEUE_DONE,
          "A0001"}, /* who has a number is photographed after closing */
         {COMMAND_CHECK_IN, "A", 2, false, QUEUE_ALREADY_WAITING, "A0002"},
         {COMMAND_CHECK_IN, "A", 3, false, QUEUE_SESSION_CLOSED, NULL},
         {COMMAND_SESSION_OPEN, "A", 0, false, QUEUE_DONE, NULL});
    assert_int_equal(queue_lane(day->queue, "A")->session, 2);
}

/* Nobody issues four billion numbers to see it: the count is put there. */
static void a_lane_without_numbers_gives_none(void **state)
{
    struct day *day = *state;
    LIVE(day, OPENING);
    uint32_t *issued = &state_lane(day->queue, "A")->facts.counts.issued;
    const uint32_t before = *issued;
    *issued = UINT32_MAX;
    LIVE(day, {COMMAND_CHECK_IN, "A", 1, false, QUEUE_NUMBERS_SPENT, NULL});
    *issued = before;
    LIVE(day, {COMMAND_CHECK_IN, "A", 1, false, QUEUE_DONE, "A0001"});
}

static void a_closed_event_stays_closed(void **state)
{
    struct day *day = *state;
    LIVE(day, OPENING, {COMMAND_EVENT_CREATE, "", 0, false, QUEUE_EVENT_EXISTS, NULL},
         {COMMAND_CHECK_IN, "B", 1, false, QUEUE_DONE, "B0001"},
         {COMMAND_EVENT_CLOSE, "", 0, false, QUEUE_LINE_NOT_EMPTY, "B0001"},
         {COMMAND_VOID, "B", 1, false, QUEUE_DONE, "B0001"},
         {COMMAND_EVENT_CLOSE, "", 0, false, QUEUE_VOID_OPEN, "B0001"},
         {COMMAND_VOID_ACKNOWLEDGE, "B", 1, false, QUEUE_DONE, "B0001"},
         {COMMAND_EVENT_CLOSE, "", 0, false, QUEUE_DONE, NULL},
         {COMMAND_EVENT_CLOSE, "", 0, false, QUEUE_UNCHANGED, NULL},
         {COMMAND_CHECK_IN, "A", 2, false, QUEUE_EVENT_CLOSED, NULL},
         {COMMAND_SESSION_OPEN, "A", 0, false, QUEUE_EVENT_CLOSED, NULL});
    assert_false(queue_lane(day->queue, "A")->is_open);
}

/* ---- binding: whom the typed numbers name (0: nobody yet), and whether they contradict what is known */
static enum queue_verdict bind_number(struct day *day, const char *lane, uint32_t number, unsigned who,
                                      bool contradicts)
{
    struct queue_command command = {.kind = COMMAND_BIND, .number = number, .bound = contradicts};
    strcpy(command.lane, lane);
    if (who)
        command.person = person(who);
    return give(day, &command);
}

static void binding_changes_no_number(void **state)
{
    struct day *day = *state;
    LIVE(day, OPENING, {COMMAND_CHECK_IN, "A", 1, false, QUEUE_DONE, "A0001"},
         {COMMAND_CHECK_IN, "A", 2, false, QUEUE_DONE, "A0002"},
         {COMMAND_CHECK_IN, "B", 3, false, QUEUE_DONE, "B0001"},
         {COMMAND_CALL, "A", 1, false, QUEUE_DONE, "A0001"});
    static const struct {
        const char *legend, *lane;
        uint32_t number;
        unsigned who;
        bool contradicts;
        enum queue_verdict verdict;
        const char *ticket_lane;
        uint32_t ticket;
    } cases[] = {
        {"no such lane", "C", 1, 0, false, QUEUE_LANE_UNKNOWN, "", 0},
        {"never issued", "A", 3, 0, false, QUEUE_TICKET_UNKNOWN, "", 0},
        {"somebody else, who waits elsewhere", "A", 1, 3, false, QUEUE_CREDENTIAL_TAKEN, "B", 1},
        {"somebody else, without any number", "A", 1, 9, false, QUEUE_CREDENTIAL_TAKEN, "", 0},
        {"the person is known by other numbers", "A", 1, 0, true, QUEUE_ALREADY_BOUND, "A", 1},
        {"called: bound, and still called", "A", 1, 0, false, QUEUE_DONE, "A", 1},
        {"the same again", "A", 1, 1, false, QUEUE_UNCHANGED, "A", 1},
        {"something new about it", "A", 1, 0, false, QUEUE_ALREADY_BOUND, "A", 1},
        {"unbound, by numbers of its own person", "A", 2, 2, false, QUEUE_DONE, "A", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct queue_counts before = queue_lane(day->queue, "A")->counts;
        const enum queue_verdict verdict =
            bind_number(day, cases[i].lane, cases[i].number, cases[i].who, cases[i].contradicts);
        if (verdict != cases[i].verdict || day->decision.number != cases[i].ticket ||
            strcmp(day->decision.lane, cases[i].ticket_lane) != 0 ||
            day->decision.n_entries != (verdict == QUEUE_DONE))
            fail_msg("%s: verdict %d, ticket %s %u", cases[i].legend, verdict, day->decision.lane,
                     day->decision.number);
        assert_memory_equal(&before, &queue_lane(day->queue, "A")->counts, sizeof before);
    }
    assert_true(queue_ticket(day->queue, "A", 1)->bound && queue_ticket(day->queue, "A", 2)->bound);
    assert_int_equal(queue_ticket(day->queue, "A", 1)->state, TICKET_CALLED);
    assert_int_equal(queue_current(day->queue, "A")->number, 1);
    LIVE(day, {COMMAND_SHOT, "A", 1, true, QUEUE_DONE, "A0001"}, /* the order is what it was */
         {COMMAND_VOID, "B", 1, false, QUEUE_DONE, "B0001"});
    assert_int_equal(bind_number(day, "B", 1, 0, false), QUEUE_DONE); /* whatever became of it */
    assert_int_equal(queue_ticket(day->queue, "B", 1)->state, TICKET_VOID);
}

/* ---- what replay must refuse: each entry is one that no rule could have left there */
static void replay_refuses_the_impossible(void **state)
{
    struct day *day = *state;
    LIVE(day, OPENING, {COMMAND_CHECK_IN, "A", 1, false, QUEUE_DONE, "A0001"});
    const struct queue_entry table[] = {
        {.kind = ENTRY_ISSUED, .lane = "A", .number = 1, .person = person(7)}, /* a number twice */
        {.kind = ENTRY_ISSUED, .lane = "A", .number = 3, .person = person(7)}, /* a gap */
        {.kind = ENTRY_ISSUED, .lane = "C", .number = 1, .person = person(7)}, /* no such lane */
        {.kind = ENTRY_ISSUED, .lane = "A", .number = 2, .person = person(1)}, /* waits already */
        {.kind = ENTRY_ISSUED, .lane = "A", .number = 2},                      /* nobody */
        {.kind = ENTRY_SHOT, .lane = "A", .number = 1, .person = person(1)},   /* not called */
        {.kind = ENTRY_CALLED, .lane = "A", .number = 1, .person = person(2)}, /* another person's number */
        {.kind = ENTRY_CALLED, .lane = "A", .number = 9, .person = person(1)}, /* never issued */
        {.kind = ENTRY_SESSION_OPENED, .lane = "A", .value = 2},               /* open already */
        {.kind = ENTRY_EVENT_CREATED},                                         /* a second event */
        {.kind = ENTRY_BOUND, .lane = "A", .number = 1, .person = person(2)},  /* another person's number */
        {.kind = ENTRY_BOUND, .lane = "A", .number = 9, .person = person(1)},  /* never issued */
        {.kind = (enum entry_kind)99, .lane = "A", .number = 1, .person = person(1)}, /* no such kind */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct queue_entry entry = table[i];
        entry.seq = day->seq + 1;
        if (queue_apply(day->queue, &entry) != QUEUE_APPLY_IMPOSSIBLE)
            fail_msg("entry %zu was taken", i);
    }
    assert_int_equal(bind_number(day, "A", 1, 0, false), QUEUE_DONE);
    struct queue_entry twice = {
        .seq = day->seq + 1, .kind = ENTRY_BOUND, .lane = "A", .number = 1, .person = person(1)};
    assert_int_equal(queue_apply(day->queue, &twice), QUEUE_APPLY_IMPOSSIBLE);
    struct queue_entry stale = {.kind = ENTRY_TOKEN_CREATED, .seq = day->seq};
    assert_int_equal(queue_apply(day->queue, &stale), QUEUE_APPLY_IMPOSSIBLE);
}

/* ---- random days: whatever is asked, the invariants hold */
static void check_lane(const struct queue *queue, const char *lane)
{
    const struct queue_counts *counts = &queue_lane(queue, lane)->counts;
    assert_int_equal(counts->issued,
                     counts->waiting + counts->called + counts->shot + counts->missed + counts->voided);
    uint32_t open = 0, before = 0;
    for (const struct ticket *t = queue_open_after(queue, lane, 0); t;
         t = queue_open_after(queue, lane, t->number)) {
        assert_true(t->number > before && (t->state == TICKET_WAITING || t->state == TICKET_CALLED));
        before = t->number;
        open++;
    }
    assert_int_equal(open, counts->waiting + counts->called);
    assert_true((queue_current(queue, lane) != NULL) == (counts->called > 0));
}

static void check_same(const struct queue *a, const struct queue *b, const char *lane)
{
    assert_memory_equal(queue_lane(a, lane), queue_lane(b, lane), sizeof *queue_lane(a, lane));
    for (uint32_t n = 1; n <= queue_lane(a, lane)->counts.issued; n++) {
        struct ticket left = *queue_ticket(a, lane, n), right = *queue_ticket(b, lane, n);
        assert_string_equal(left.reason, right.reason);
        left.reason = right.reason = NULL;
        assert_memory_equal(&left, &right, sizeof left);
    }
}

static void random_days(void **state)
{
    struct day *day = *state;
    LIVE(day, OPENING);
    unsigned seed = (unsigned)time(NULL);
    const char *given = getenv("SEED");
    if (given)
        seed = (unsigned)strtoul(given, NULL, 10);
    print_message("random_days: SEED=%u\n", seed);
    srand(seed);
    for (int i = 0; i < 20000; i++) {
        static const enum command_kind kinds[] = {
            COMMAND_CHECK_IN, COMMAND_CHECK_IN, COMMAND_CALL,         COMMAND_CALL,
            COMMAND_SHOT,     COMMAND_SHOT,     COMMAND_RETAKE,       COMMAND_MISS,
            COMMAND_VOID,     COMMAND_BIND,     COMMAND_SESSION_OPEN, COMMAND_SESSION_CLOSE};
        struct step step = {.kind = kinds[(unsigned)rand() % (sizeof kinds / sizeof *kinds)],
                            .lane = rand() % 2 ? "A" : "B",
                            .advance = rand() % 2};
        uint32_t issued = queue_lane(day->queue, step.lane)->counts.issued;
        const struct ticket *current = queue_current(day->queue, step.lane);
        const struct ticket *open = queue_open_after(day->queue, step.lane, 0);
        step.who = step.kind == COMMAND_CHECK_IN ? (unsigned)rand() % 3000 + 1
                   : current && rand() % 4       ? current->number
                   : open && rand() % 2          ? open->number
                                                 : (unsigned)rand() % (issued + 2);
        uint32_t before = issued;
        enum queue_verdict verdict = take(day, &step);
        issued = queue_lane(day->queue, step.lane)->counts.issued;
        assert_int_equal(issued - before, step.kind == COMMAND_CHECK_IN && verdict == QUEUE_DONE);
        if (i % 50 == 0) {
            check_lane(day->queue, "A");
            check_lane(day->queue, "B");
        }
    }
    check_same(day->queue, day->replayed, "A");
    check_same(day->queue, day->replayed, "B");
    assert_true(queue_lane(day->queue, "A")->counts.shot > 50);
}

static void labels(void **state)
{
    (void)state;
    static const struct {
        const char *prefix;
        uint32_t width;
        const char *lane;
        uint32_t number;
        const char *label;
    } table[] = {{"", 4, "A", 1, "A0001"},
                 {"", 4, "A", 12345, "A12345"},
                 {"", 4, "A1", 1, "A1-0001"},
                 {"", 4, "west-2", 4294967295u, "west-2-4294967295"},
                 {"", 0, "A", 7, "A0007"}, /* rules that say nothing */
                 {"", 1, "A", 7, "A7"},
                 {"", 8, "A", 7, "A00000007"},
                 {"D2", 3, "A", 7, "D2A007"},
                 {"D2", 3, "12345678", 7, "D212345678-007"},
                 {"XYZ9", 8, "12345678", 4294967295u, "XYZ912345678-4294967295"}};
    char label[TICKET_LABEL_SIZE];
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct queue_rules rules = {.width = table[i].width};
        strcpy(rules.prefix, table[i].prefix);
        ticket_label(&rules, table[i].lane, table[i].number, label);
        assert_string_equal(label, table[i].label);
        assert_int_equal(ticket_label_parse(&rules, table[i].lane, label), table[i].number);
    }
    static const char *const wrong[] = {"",
                                        "A",
                                        "A1",
                                        "A00001",
                                        "A0000",
                                        "A-001",
                                        "B0001",
                                        "A 001",
                                        "A0001 ",
                                        "A4294967296",
                                        "A99999999999999999999"};
    struct queue_rules rules;
    queue_rules_default(&rules);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(ticket_label_parse(&rules, "A", wrong[i]), 0);
    strcpy(rules.prefix, "D");
    assert_int_equal(ticket_label_parse(&rules, "A", "A0001"), 0); /* another day's prefix */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_plain_line),
        TEST(missed_and_void_get_a_new_number),
        TEST(a_retake_goes_before_everybody),
        TEST(a_retake_given_up_keeps_the_frame),
        TEST(sessions_and_limits),
        TEST(a_lane_without_numbers_gives_none),
        TEST(a_closed_event_stays_closed),
        TEST(binding_changes_no_number),
        TEST(replay_refuses_the_impossible),
        TEST(random_days),
        cmocka_unit_test(labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
