/* A profile's rules through the desk and onto the disk: alarms, the spoken check, bound people, paper, late rounds. What
 * was answered once is answered the same again, and the journal proves every number afterwards. */
#include "desk_door.h"

static struct queue_rules base_rules(void)
{
    struct queue_rules rules;
    queue_rules_default(&rules);
    return rules;
}

/* ---- rules and their text */
static void the_profile_is_kept_with_the_rules(void **state)
{
    (void)state;
    struct queue_rules rules = base_rules();
    rules.line_limit = 5;
    struct door *door = door_new(&rules);
    for (int round = 0; round < 2; round++) {
        char *text;
        uint64_t seq;
        struct queue_event event;
        desk_event(door->desk, &event);
        assert_int_equal(event.rules.line_limit, 5);
        assert_int_equal(desk_document(door->desk, "profile", &text, &seq), 0);
        assert_string_equal(text, "# the test's own\n");
        free(text);
        door_reopen(door);
    }
    rules.line_limit = 7;
    door_expect(door_rules(door, &rules, "# seven\n"), PROBLEM_NONE);
    const uint64_t seq = desk_seq(door->desk);
    door_expect(door_rules(door, &rules, "# seven\n"), PROBLEM_NONE); /* nothing new: no entry */
    assert_int_equal(desk_seq(door->desk), seq);
    door_expect(door_rules(door, &rules, "# still seven\n"), PROBLEM_NONE); /* the text alone */
    assert_int_equal(desk_seq(door->desk), seq + 1);
    door_check_in(door, "A", 1);
    rules.width = 6;
    door_expect(door_rules(door, &rules, "# wider\n"), PROBLEM_RULES_FIXED);
    rules.width = 4;
    rules.media = 0;
    door_expect(door_rules(door, &rules, "# nobody\n"), PROBLEM_RULES_CONTRADICT);
    door_reopen(door);
    char *text;
    uint64_t text_seq;
    assert_int_equal(desk_document(door->desk, "profile", &text, &text_seq), 0);
    assert_string_equal(text, "# still seven\n");
    free(text);
    assert_int_equal(desk_document(door->desk, "schedule", &text, &text_seq), -ENOENT);
    door_verify(door);
    door_free(door);
}

static void no_event_with_rules_that_cannot_be(void **state)
{
    (void)state;
    struct door door = {.folder = "/tmp/paihao-door-XXXXXX"};
    assert_non_null(mkdtemp(door.folder));
    door.config.data_dir = door.folder;
    door.config.key_file = bytes_format("%s/secret.key", door.folder);
    door_open(&door);
    struct desk_command create = door_command(COMMAND_EVENT_CREATE, "", 0);
    create.queue.rules = base_rules();
    create.queue.rules.media = 0;
    create.document = bytes_text("# nobody\n");
    door_expect(door_ask(&door, &create), PROBLEM_RULES_CONTRADICT);
    struct queue_event event;
    desk_event(door.desk, &event);
    assert_false(event.exists);
    desk_close(door.desk);
    char *command = bytes_format("rm -rf '%s'", door.folder);
    assert_int_equal(system(command), 0);
    free(command);
    free(door.config.key_file);
}

/* ---- order */
static void out_of_order_is_heard_and_answered_the_same_again(void **state)
{
    (void)state;
    struct queue_rules rules = base_rules();
    rules.order = ORDER_ALARM;
    struct door *door = door_new(&rules);
    door_class(door, "一班", 1, 5);
    assert_false(door_check_in(door, "A", 1).is_alarm);
    struct lane_view view;
    assert_int_equal(desk_lane(door->desk, "A", &view), 0);
    assert_true(view.has_expected && view.expected.is_next);
    assert_string_equal(view.expected.student_no, "20220002");
    lane_view_done(&view);
    const struct presentation third = door_card(3);
    struct desk_command command = door_check_in_of("A", &third);
    strcpy(command.key, "tap-3");
    struct desk_answer first = door_ask(door, &command);
    assert_true(first.is_alarm && first.created);
    assert_true(first.ticket.ticket.note.flags & ISSUE_OUT_OF_ORDER);
    assert_int_equal(first.ticket.ticket.note.rank, 3);
    door_reopen(door);
    struct desk_answer again = door_ask(door, &command);
    assert_true(again.replayed && again.is_alarm && again.created);
    assert_int_equal(again.ticket.ticket.note.flags, first.ticket.ticket.note.flags);
    /* who is marked absent is waited for no longer */
    struct desk_member *members;
    size_t count;
    assert_int_equal(desk_unit_members(door->desk, 1, &members, &count), 0);
    struct desk_command roll = {.kind = DESK_ROLL, .queue = {.value = ROLL_ABSENT, .device = "test"}};
    roll.queue.person = members[3].id;
    free(members);
    door_expect(door_ask(door, &roll), PROBLEM_NONE);
    /* nor is it told again that the second was left out */
    const struct desk_answer fifth = door_check_in(door, "A", 5);
    assert_false(fifth.is_alarm || fifth.ticket.ticket.note.flags & ISSUE_OUT_OF_ORDER);
    assert_int_equal(fifth.ticket.ticket.note.rank, 5);
    struct desk_unit unit;
    assert_int_equal(desk_unit(door->desk, 1, &unit), 0);
    assert_int_equal(unit.absent, 1);
    assert_int_equal(unit.next_rank, 2);
    assert_int_equal(unit.counts.waiting, 3);
    assert_int_equal(unit.left, 4);
    assert_true(door_check_in(door, "A", 2).is_alarm); /* goes back in rank */
    door_verify(door);
    door_free(door);
}

static void the_liaison_marks_a_whole_class(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    door_class(door, "一班", 1, 5);
    door_check_in(door, "A", 2);
    struct desk_command roll = {
        .kind = DESK_ROLL, .unit = 1, .queue = {.value = ROLL_PRESENT, .device = "test"}};
    struct desk_answer answer = door_ask(door, &roll);
    door_expect(answer, PROBLEM_NONE);
    assert_int_equal(answer.list.updated, 4); /* who has a number is there anyway */
    assert_int_equal(door_ask(door, &roll).list.updated, 0);
    struct desk_unit unit;
    assert_int_equal(desk_unit(door->desk, 1, &unit), 0);
    assert_int_equal(unit.present, 4);
    roll.unit = 9;
    door_expect(door_ask(door, &roll), PROBLEM_NOT_FOUND);
    roll.queue.person.bytes[0] = 1;
    door_expect(door_ask(door, &roll), PROBLEM_PERSON_UNKNOWN);
    door_verify(door);
    door_free(door);
}

/* ---- names */
static void another_name_on_the_card_is_noted_and_the_lists_stays(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    door_class(door, "一班", 1, 2);
    struct presentation card = door_card(1);
    strcpy(card.name, "李测别");
    struct desk_command command = door_check_in_of("A", &card);
    struct desk_answer answer = door_ask(door, &command);
    door_expect(answer, PROBLEM_NONE);
    assert_int_equal(answer.ticket.ticket.note.flags, ISSUE_NAME_DIFFERS);
    assert_string_equal(issue_flag_code(ISSUE_NAME_DIFFERS), "name-differs");
    assert_string_equal(answer.ticket.name, "张○○");
    answer = door_check_in(door, "A", 2); /* the name of the list: nothing to note */
    assert_int_equal(answer.ticket.ticket.note.flags, 0);
    /* of somebody whom no list names the card knows the name best */
    struct presentation typed = door_card(30);
    typed.medium = MEDIUM_MANUAL;
    strcpy(typed.name, "王测错");
    command = door_check_in_of("A", &typed);
    door_expect(door_ask(door, &command), PROBLEM_NONE);
    door_done(door, COMMAND_VOID, "A", 3);
    answer = door_check_in(door, "A", 30);
    assert_true(answer.ticket.ticket.note.flags & ISSUE_NAME_DIFFERS);
    assert_string_equal(answer.ticket.name, "张○○○");
    door_verify(door);
    door_free(door);
}

/* ---- overrides */
static void what_could_be_overridden_is_told_again(void **state)
{
    (void)state;
    struct queue_rules rules = base_rules();
    rules.outsiders = false;
    struct door *door = door_new(&rules);
    door_class(door, "一班", 1, 1);
    const struct presentation stranger = door_card(50);
    struct desk_command command = door_check_in_of("A", &stranger);
    command.queue.authority = AUTHORITY_MARSHAL;
    strcpy(command.key, "tap-50");
    struct desk_answer refused = door_ask(door, &command);
    door_expect(refused, PROBLEM_NOT_ON_ROSTER);
    assert_int_equal(refused.could_override, ISSUE_OVER_ROSTER);
    assert_string_equal(override_code(ISSUE_OVER_ROSTER), "not-on-roster");
    assert_int_equal(override_from_code("not-on-roster"), ISSUE_OVER_ROSTER);
    assert_int_equal(override_from_code(""), 0);
    door_reopen(door);
    struct desk_answer again = door_ask(door, &command);
    assert_true(again.replayed);
    door_expect(again, PROBLEM_NOT_ON_ROSTER);
    assert_int_equal(again.could_override, ISSUE_OVER_ROSTER);
    /* the same key for another wish is another command */
    command.queue.overrides = ISSUE_OVER_ROSTER;
    strcpy(command.queue.text, "补报");
    door_expect(door_ask(door, &command), PROBLEM_KEY_REUSED);
    strcpy(command.key, "");
    strcpy(command.queue.text, " \xe3\x80\x80\xc2\xa0"); /* blanks say nothing */
    door_expect(door_ask(door, &command), PROBLEM_REASON_NEEDED);
    strcpy(command.queue.text, "补报");
    struct desk_answer passed = door_ask(door, &command);
    door_expect(passed, PROBLEM_NONE);
    assert_true(passed.ticket.ticket.note.flags & ISSUE_OUTSIDER);
    struct desk_preview preview;
    const struct presentation another = door_card(51);
    desk_preview(door->desk, "A", &another, DEGREE_NONE, &preview);
    assert_int_equal(preview.problem, PROBLEM_NOT_ON_ROSTER);
    const struct presentation chip = door_chip(1); /* opaque: it cannot be told yet */
    command = door_check_in_of("A", &chip);
    door_expect(door_ask(door, &command), PROBLEM_NONE);
    door_verify(door);
    door_free(door);
}

/* ---- the spoken check */
static unsigned feed_tickets(struct door *door, uint64_t *position, uint64_t *ret_seq)
{
    struct feed_item item;
    unsigned count = 0;
    while (feed_read(door->desk, "A", position, &item) == FEED_ITEM) {
        count += item.kind == FEED_TICKET && item.ticket.ticket.is_suspect;
        *ret_seq = item.seq ? item.seq : *ret_seq;
    }
    return count;
}

static void a_mismatch_stops_the_lane_until_it_is_resolved(void **state)
{
    (void)state;
    struct queue_rules rules = base_rules();
    rules.spoken_check = true;
    struct door *door = door_new(&rules);
    for (unsigned n = 1; n <= 6; n++)
        door_check_in(door, "A", n);
    for (uint32_t number = 1; number <= 3; number++) {
        door_done(door, COMMAND_CALL, "A", number);
        door_expect(door_order(door, COMMAND_SHOT, "A", number), PROBLEM_NOT_CONFIRMED);
        door_done(door, COMMAND_CONFIRM, "A", number);
        door_done(door, COMMAND_SHOT, "A", number);
    }
    door_done(door, COMMAND_CALL, "A", 4);
    struct desk_command mismatch = door_command(COMMAND_MISMATCH, "A", 4);
    strcpy(mismatch.queue.text, "学生报A0005");
    door_expect(door_ask(door, &mismatch), PROBLEM_NONE);
    door_expect(door_order(door, COMMAND_CONFIRM, "A", 4), PROBLEM_LANE_STOPPED);
    door_reopen(door);
    struct lane_view view;
    assert_int_equal(desk_lane(door->desk, "A", &view), 0);
    assert_true(view.has_stopped);
    assert_string_equal(view.stopped.label, "A0004");
    assert_true(view.n_at_risk >= 1);
    uint64_t position = view.feed, seq = 0;
    lane_view_done(&view);
    struct desk_command resolve = door_command(COMMAND_RESOLVE, "A", 0);
    resolve.queue.decision = DECISION_SUSPECT;
    resolve.queue.value = 2;
    strcpy(resolve.queue.text, "A0002起可能错位");
    door_expect(door_ask(door, &resolve), PROBLEM_NONE);
    /* every number under suspicion is published, and whoever was cut off after the first of them gets all again */
    uint64_t again = position;
    struct feed_item first;
    assert_int_equal(feed_read(door->desk, "A", &again, &first), FEED_ITEM);
    assert_true(first.ticket.ticket.is_suspect);
    assert_int_equal(feed_find(door->desk, first.seq, &again), FEED_ITEM);
    assert_int_equal(feed_tickets(door, &again, &seq), 2);
    assert_int_equal(feed_tickets(door, &position, &seq), 2);
    const uint64_t before = desk_seq(door->desk) - 1;
    assert_int_equal(seq, desk_seq(door->desk));
    assert_int_equal(feed_find(door->desk, before, &position), FEED_ITEM);
    assert_int_equal(feed_tickets(door, &position, &seq), 2);
    door_verify(door);
    struct desk_tally *tallies;
    size_t count;
    desk_tallies(door->desk, &tallies, &count);
    assert_int_equal(tallies[0].suspects, 2);
    assert_int_equal(tallies[1].suspects, 2);
    free(tallies);
    door_reopen(door);
    struct ticket_view ticket;
    assert_int_equal(desk_ticket(door->desk, "A", 3, &ticket), 0);
    assert_true(ticket.ticket.is_suspect);
    door_expect(door_order(door, COMMAND_RESOLVE, "A", 0), PROBLEM_NOT_STOPPED);
    door_free(door);
}

/* ---- voids, leaving, late rounds, limits */
static void open_voids_wait_for_the_photographer(void **state)
{
    (void)state;
    struct queue_rules rules = base_rules();
    rules.missed = MISSED_SESSION_END;
    rules.line_limit = 3;
    struct door *door = door_new(&rules);
    for (unsigned n = 1; n <= 3; n++)
        door_check_in(door, "A", n);
    door_expect(door_check_in(door, "A", 4), PROBLEM_LINE_FULL);
    door_done(door, COMMAND_VOID, "A", 2);
    struct lane_view view;
    assert_int_equal(desk_lane(door->desk, "A", &view), 0);
    assert_int_equal(view.limit, 3);
    assert_false(view.is_full);
    assert_int_equal(view.n_open_voids, 1);
    assert_string_equal(view.open_voids[0].label, "A0002");
    lane_view_done(&view);
    door_done(door, COMMAND_VOID_ACKNOWLEDGE, "A", 2);
    door_done(door, COMMAND_CALL, "A", 1);
    door_done(door, COMMAND_MISS, "A", 1);
    door_expect(door_check_in(door, "A", 1), PROBLEM_MISSED_WAITS);
    door_done(door, COMMAND_LEAVE, "A", 3);
    assert_string_equal(door_check_in(door, "A", 3).ticket.label, "A0004"); /* who left comes back at once */
    struct desk_command late = door_command(COMMAND_LATE_ROUND, "A", 0);
    late.queue.value = 1;
    door_expect(door_ask(door, &late), PROBLEM_NONE);
    assert_string_equal(door_check_in(door, "A", 1).ticket.label, "A0005");
    assert_int_equal(desk_lane(door->desk, "A", &view), 0);
    assert_int_equal(view.n_open_voids, 0);
    assert_true(view.lane.is_late_round);
    lane_view_done(&view);
    door_verify(door);
    door_free(door);
}

static void scan_and_sit_calls_in_the_same_step(void **state)
{
    (void)state;
    struct queue_rules rules = base_rules();
    rules.scan_and_sit = true;
    struct door *door = door_new(&rules);
    const struct presentation card = door_card(1);
    struct desk_command command = door_check_in_of("A", &card);
    strcpy(command.key, "sit-1");
    struct desk_answer first = door_ask(door, &command);
    assert_true(first.created && first.has_called);
    assert_int_equal(first.ticket.ticket.state, TICKET_CALLED);
    struct lane_view view;
    assert_int_equal(desk_lane(door->desk, "A", &view), 0);
    assert_true(view.is_full);
    lane_view_done(&view);
    door_expect(door_check_in(door, "A", 2), PROBLEM_CAMERA_BUSY);
    door_reopen(door);
    struct desk_answer again = door_ask(door, &command);
    assert_true(again.replayed && again.has_called && again.created);
    assert_int_equal(again.ticket.ticket.state, TICKET_CALLED);
    door_verify(door);
    door_free(door);
}

/* ---- binding to somebody of the roster */
static struct desk_answer bind_to(struct door *door, uint32_t number, unsigned n)
{
    struct presentation typed = door_card(n);
    typed.medium = MEDIUM_MANUAL;
    struct desk_command command = {.kind = DESK_BIND, .presentation = &typed};
    command.queue = (struct queue_command){.number = number, .lane = "A", .device = "test"};
    return door_ask(door, &command);
}

static struct desk_answer tap(struct door *door, unsigned chip)
{
    const struct presentation presented = door_chip(chip);
    const struct desk_command command = door_check_in_of("A", &presented);
    return door_ask(door, &command);
}

static void a_chip_becomes_somebody_of_the_roster(void **state)
{
    (void)state;
    struct queue_rules rules = base_rules();
    rules.payment = PAYMENT_PREPAID;
    rules.payment_gate = GATE_REFUSE;
    struct door *door = door_new(NULL);
    door_class(door, "一班", 1, 3);
    door_expect(tap(door, 7), PROBLEM_NONE);
    door_expect(tap(door, 8), PROBLEM_NONE);
    door_expect(door_rules(door, &rules, "# pay\n"), PROBLEM_NONE);
    struct desk_answer bound = bind_to(door, 1, 2);
    door_expect(bound, PROBLEM_NONE);
    assert_int_equal(bound.warnings, ISSUE_OVER_UNPAID);
    assert_string_equal(bound.ticket.unit, "一班");
    assert_true(bound.ticket.ticket.bound);
    assert_int_equal(bound.ticket.ticket.note.rank, 2);
    door_expect(bind_to(door, 2, 2), PROBLEM_CREDENTIAL_TAKEN); /* who stands in line already */
    for (int round = 0; round < 2; round++) {
        struct desk_answer chip = tap(door, 7), card = door_check_in(door, "A", 2);
        assert_string_equal(chip.ticket.label, "A0001");
        assert_string_equal(card.ticket.label, "A0001");
        assert_string_equal(chip.ticket.name, "张○○");
        size_t count;
        struct desk_member *members;
        assert_int_equal(desk_unit_members(door->desk, 1, &members, &count), 0);
        assert_int_equal(count, 3);
        assert_string_equal(members[1].ticket.label, "A0001");
        free(members);
        door_verify(door);
        door_reopen(door);
    }
    door_free(door);
}

/* ---- paper */
static struct desk_answer slip(struct door *door, uint32_t number, unsigned n, enum ticket_state outcome,
                               int64_t at_us)
{
    const struct presentation card = door_card(n);
    struct desk_command command = door_command(COMMAND_PAPER, "A", number);
    command.presentation = n ? &card : NULL;
    command.queue.outcome = outcome;
    command.queue.at_us = at_us;
    command.queue.authority = AUTHORITY_OFFICE;
    return door_ask(door, &command);
}

static void paper_slips_are_entered_in_order(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    door_class(door, "一班", 1, 5);
    door_check_in(door, "A", 1);
    const int64_t at_us = clock_utc_us() - INT64_C(3600000000);
    struct desk_answer gap = slip(door, 3, 3, TICKET_SHOT, 0);
    door_expect(gap, PROBLEM_PAPER_GAP);
    assert_int_equal(gap.next_number, 2);
    struct desk_answer shot = slip(door, 2, 2, TICKET_SHOT, at_us);
    door_expect(shot, PROBLEM_NONE);
    assert_int_equal(shot.ticket.ticket.state, TICKET_SHOT);
    assert_int_equal(shot.ticket.ticket.shot_us, at_us);
    assert_true(shot.ticket.ticket.note.flags & ISSUE_PAPER);
    struct desk_answer unused = slip(door, 3, 0, TICKET_VOID, 0);
    door_expect(unused, PROBLEM_NONE);
    assert_true(person_id_is_none(&unused.ticket.ticket.person));
    door_expect(slip(door, 2, 3, TICKET_SHOT, 0), PROBLEM_PAPER_CONFLICT);
    door_expect(slip(door, 1, 1, TICKET_SHOT, 0),
                PROBLEM_NONE); /* the computer's own number, brought up to date */
    const uint64_t seq = desk_seq(door->desk);
    door_expect(slip(door, 1, 1, TICKET_SHOT, 0), PROBLEM_NONE);
    assert_int_equal(desk_seq(door->desk), seq);
    door_expect(slip(door, 4, 77, TICKET_MISSED, 0), PROBLEM_NONE); /* nobody knew him */
    door_reopen(door);
    door_expect(door_check_in(door, "A", 2), PROBLEM_ALREADY_SHOT);
    assert_string_equal(door_check_in(door, "A", 77).ticket.label, "A0005");
    struct desk_tally *tallies;
    size_t count;
    desk_tallies(door->desk, &tallies, &count);
    assert_int_equal(tallies[0].voided, 1);
    assert_int_equal(tallies[0].people_shot, 2);
    assert_int_equal(tallies[0].outsiders, 1);
    assert_int_equal(tallies[3].shot, 2); /* the class */
    free(tallies);
    door_verify(door);
    door_free(door);
}

/* ---- pages that are open */
static void open_pages_are_told_of_lists(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    struct lane_view view;
    assert_int_equal(desk_lane(door->desk, "A", &view), 0);
    uint64_t position = view.feed;
    lane_view_done(&view);
    door_class(door, "一班", 1, 2);
    struct feed_item item;
    unsigned lists = 0;
    while (feed_read(door->desk, "A", &position, &item) == FEED_ITEM)
        lists += item.kind == FEED_NOTE && strcmp(item.note, "lists") == 0 && !item.staff_only;
    assert_int_equal(lists, 1);
    door_check_in(door, "A", 1);
    while (feed_read(door->desk, "A", &position, &item) == FEED_ITEM)
        ;
    const struct presentation card = door_card(1);
    door_expect(door_pay(door, &card, "waived", 0, false), PROBLEM_NONE);
    bool was_told = false;
    while (feed_read(door->desk, "A", &position, &item) == FEED_ITEM)
        was_told |= item.kind == FEED_TICKET && item.ticket.payment == PAYMENT_WAIVED;
    assert_true(was_told);
    door_free(door);
}

/* Somebody who has a number shows another thing: no new number, yet an entry, so that the people on record are a matter of
 * the journal's position, as the packages promise. */
static void what_is_learnt_of_somebody_has_an_entry(void **state)
{
    (void)state;
    struct door *door = door_new(NULL);
    door_expect(door_check_in(door, "A", 1), PROBLEM_NONE);
    const uint64_t before = desk_seq(door->desk);
    door_expect(door_check_in(door, "A", 1), PROBLEM_NONE);
    assert_int_equal(desk_seq(door->desk), before); /* nothing new */
    struct presentation card = door_card(1);
    strcpy(card.student_no, "20220001");
    card.medium = MEDIUM_MANUAL;
    const struct desk_command again = door_check_in_of("A", &card);
    struct desk_answer answer = door_ask(door, &again);
    door_expect(answer, PROBLEM_NONE);
    assert_string_equal(answer.ticket.label, "A0001");
    assert_false(answer.created);
    assert_int_equal(desk_seq(door->desk), before + 1);
    door_expect(door_ask(door, &again), PROBLEM_NONE);
    assert_int_equal(desk_seq(door->desk), before + 1);
    struct queue_event event;
    desk_event(door->desk, &event);
    assert_int_equal(event.content_seq, before + 1);
    door_verify(door);
    door_free(door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_profile_is_kept_with_the_rules),
        cmocka_unit_test(no_event_with_rules_that_cannot_be),
        cmocka_unit_test(out_of_order_is_heard_and_answered_the_same_again),
        cmocka_unit_test(the_liaison_marks_a_whole_class),
        cmocka_unit_test(another_name_on_the_card_is_noted_and_the_lists_stays),
        cmocka_unit_test(what_could_be_overridden_is_told_again),
        cmocka_unit_test(a_mismatch_stops_the_lane_until_it_is_resolved),
        cmocka_unit_test(open_voids_wait_for_the_photographer),
        cmocka_unit_test(scan_and_sit_calls_in_the_same_step),
        cmocka_unit_test(a_chip_becomes_somebody_of_the_roster),
        cmocka_unit_test(paper_slips_are_entered_in_order),
        cmocka_unit_test(open_pages_are_told_of_lists),
        cmocka_unit_test(what_is_learnt_of_somebody_has_an_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
