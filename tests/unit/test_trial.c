/* A trial of commands against the desk that then gets them: random slips, every answer the same, and what is visible as it
 * was. A fixed seed: the same slips each time. */
#include "desk/trial.h"
#include "desk_door.h"

enum { STEPS = 60, ROUNDS = 12, PEOPLE = 24 };

static unsigned chance;
static unsigned any(unsigned most)
{
    chance = chance * 1664525 + 1013904223;
    return (chance >> 16) % most;
}

struct step {
    struct presentation who;
    struct desk_command command;
};

/* Mostly the next number, mostly somebody of the class, sometimes a name that contradicts. */
static void take_step(struct step *step, uint32_t about)
{
    static const enum ticket_state outcomes[] = {TICKET_SHOT, TICKET_SHOT, TICKET_MISSED, TICKET_VOID,
                                                 TICKET_WAITING};
    *step = (struct step){.who = door_card(1 + any(PEOPLE)), .command = door_command(COMMAND_PAPER, "A", 0)};
    step->who.medium = MEDIUM_MANUAL;
    if (any(8) == 0)
        strcpy(step->who.name, "王五");
    struct queue_command *queue = &step->command.queue;
    queue->number = about + any(4) - (any(2) ? 0 : any(3));
    queue->outcome = outcomes[any(5)];
    queue->authority = any(2) ? AUTHORITY_OFFICE : AUTHORITY_MARSHAL;
    queue->overrides = any(3) ? 0 : ISSUE_OVER_SHOT;
    strcpy(queue->text, any(3) ? "eyes shut, again" : " ");
    if (queue->outcome != TICKET_VOID || any(2))
        step->command.presentation = &step->who;
}

static void expect_same(const struct desk_answer *tried, const struct desk_answer *done)
{
    assert_int_equal(tried->problem, done->problem);
    assert_int_equal(tried->is_unchanged, done->is_unchanged);
    assert_int_equal(tried->could_override, done->could_override);
    assert_int_equal(tried->warnings, done->warnings);
    assert_int_equal(tried->next_number, done->next_number);
    assert_int_equal(tried->has_ticket, done->has_ticket);
    assert_string_equal(tried->ticket.label, done->ticket.label);
    assert_int_equal(tried->ticket.ticket.state, done->ticket.ticket.state);
    assert_int_equal(tried->ticket.ticket.note.flags, done->ticket.ticket.note.flags);
}

static void a_trial_says_what_the_entry_says(void **state)
{
    (void)state;
    static struct step steps[STEPS];
    static struct desk_answer tried[STEPS];
    struct queue_rules rules;
    queue_rules_default(&rules);
    rules.outsiders = false;
    rules.overrides = OVERRIDE_OFFICE;
    rules.payment = PAYMENT_PREPAID;
    rules.payment_gate = GATE_REFUSE;
    struct door *door = door_new(&rules);
    door_class(door, "一班", 1, PEOPLE - 6);
    unsigned seen[PROBLEM_COUNT] = {0};
    chance = 4;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct queue_lane lane, after;
        assert_int_equal(desk_lane_facts(door->desk, "A", &lane), 0);
        const uint64_t seq = desk_seq(door->desk);
        struct trial *trial = trial_new(door->desk);
        for (size_t i = 0; i < STEPS; i++) {
            take_step(&steps[i], lane.counts.issued + 1 + (uint32_t)i / 8);
            trial_call(trial, &steps[i].command, &tried[i]);
            seen[tried[i].problem]++;
        }
        trial_free(trial);
        assert_int_equal(desk_seq(door->desk), seq);
        assert_int_equal(desk_lane_facts(door->desk, "A", &after), 0);
        assert_memory_equal(&lane, &after, sizeof lane);
        for (size_t i = 0; i < STEPS; i++) {
            const struct desk_answer done = door_ask(door, &steps[i].command);
            expect_same(&tried[i], &done);
        }
    }
    static const enum problem all[] = {PROBLEM_NONE,
                                       PROBLEM_PAPER_GAP,
                                       PROBLEM_PAPER_CONFLICT,
                                       PROBLEM_ALREADY_SHOT,
                                       PROBLEM_ALREADY_WAITING_ELSEWHERE,
                                       PROBLEM_NAME_DIFFERS,
                                       PROBLEM_OVERRIDE_FORBIDDEN,
                                       PROBLEM_REASON_NEEDED};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!seen[all[i]])
            fail_msg("no slip met %s", all[i] ? problem_code(all[i]) : "success");
    door_free(door);
}

static void what_is_tried_is_learnt_by_nobody(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    struct presentation who = door_card(1);
    struct desk_command command = door_command(COMMAND_PAPER, "A", 1);
    struct desk_answer answer;
    command.presentation = &who;
    command.queue.outcome = TICKET_SHOT;
    struct trial *trial = trial_new(door->desk);
    trial_call(trial, &command, &answer);
    assert_int_equal(answer.problem, PROBLEM_NONE);
    assert_string_equal(answer.ticket.label, "A0001");
    command.queue.number = 2;
    trial_call(trial, &command, &answer);
    assert_int_equal(answer.problem, PROBLEM_ALREADY_SHOT); /* known in the trial */
    trial_free(trial);
    who.medium = MEDIUM_MANUAL;
    strcpy(who.name, "王五"); /* and under whatever name outside */
    const struct desk_command check_in = door_check_in_of("A", &who);
    struct desk_answer first = door_ask(door, &check_in);
    door_expect(first, PROBLEM_NONE);
    assert_string_equal(first.ticket.label, "A0001");
    door_free(door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_says_what_the_entry_says),
        cmocka_unit_test(what_is_tried_is_learnt_by_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
