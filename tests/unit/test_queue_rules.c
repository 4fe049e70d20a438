/* The rules a profile may set, as a specification: under which rules a command gets which verdict, and what is on record
 * then. Every day is replayed beside, so that whatever was decided is also taken from a journal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "queue/queue.h"

struct day {
    struct queue *queue, *replayed;
    uint64_t seq;
    int64_t now_us;
    struct queue_decision decision;
};
static struct day *day;

static struct person_id person(unsigned n)
{
    struct person_id id = {{0}};
    memcpy(id.bytes, &n, sizeof n);
    id.bytes[15] = 1;
    return id;
}

static int start(void **state)
{
    (void)state;
    day = calloc(1, sizeof *day);
    day->queue = queue_new();
    day->replayed = queue_new();
    return 0;
}

static int finish(void **state)
{
    (void)state;
    queue_free(day->queue);
    queue_free(day->replayed);
    free(day);
    return 0;
}

/* One command, ten seconds after the one before. */
static void check(const char *legend, enum queue_verdict verdict, const char *label,
                  const struct queue_command *wish)
{
    struct queue_command command = *wish;
    char got[TICKET_LABEL_SIZE] = "";
    command.at_us = day->now_us += 10000000;
    queue_decide(day->queue, &command, &day->decision);
    for (size_t i = 0; i < day->decision.n_entries; i++) {
        day->decision.entries[i].seq = ++day->seq;
        if (queue_apply(day->queue, &day->decision.entries[i]) != QUEUE_APPLY_OK ||
            queue_apply(day->replayed, &day->decision.entries[i]) != QUEUE_APPLY_OK)
            fail_msg("%s: entry %zu was not taken", legend, i);
    }
    if (day->decision.number)
        ticket_label(&queue_event(day->queue)->rules, day->decision.lane, day->decision.number, got);
    if (day->decision.verdict != verdict || strcmp(got, label) != 0)
        fail_msg("%s: verdict %d and '%s', expected %d and '%s'", legend, day->decision.verdict, got, verdict,
                 label);
}
#define EXPECT(legend, verdict, label, ...)                                                                  \
    check(legend, verdict, label, &(struct queue_command){__VA_ARGS__})
#define COMES(who)                                                                                           \
    .kind = COMMAND_CHECK_IN, .lane = "A", .person = person(who), .medium = MEDIUM_ID_CARD, .bound = true
#define OF(what, no) .kind = COMMAND_##what, .lane = "A", .number = (no)
/* what a case says overrides what its macro says */
#pragma GCC diagnostic ignored "-Woverride-init"

/* Lanes A and B, both open, under the default rules with what the day changes in them. */
static struct queue_rules rules_with(void (*change)(struct queue_rules *))
{
    struct queue_rules rules;
    queue_rules_default(&rules);
    if (change)
        change(&rules);
    return rules;
}

static void open_day(void (*change)(struct queue_rules *))
{
    EXPECT("the event", QUEUE_DONE, "", .kind = COMMAND_EVENT_CREATE, .text = "a day");
    EXPECT("its rules", QUEUE_DONE, "", .kind = COMMAND_RULES_SET, .rules = rules_with(change),
           .extra = "a-school");
    EXPECT("lane A", QUEUE_DONE, "", .kind = COMMAND_LANE_SET, .lane = "A");
    EXPECT("lane B", QUEUE_DONE, "", .kind = COMMAND_LANE_SET, .lane = "B");
    EXPECT("A opens", QUEUE_DONE, "", .kind = COMMAND_SESSION_OPEN, .lane = "A");
    EXPECT("B opens", QUEUE_DONE, "", .kind = COMMAND_SESSION_OPEN, .lane = "B");
}

static const struct ticket *ticket(uint32_t number)
{
    return queue_ticket(day->queue, "A", number);
}

/* ---- closing the event */
static void nothing_is_left_open_for_ever(void **state)
{
    (void)state;
    open_day(NULL);
    for (unsigned who = 1; who <= 3; who++) {
        static const char *const labels[] = {"", "A0001", "A0002", "A0003"};
        EXPECT("comes", QUEUE_DONE, labels[who], COMES(who));
    }
    EXPECT("void by the marshal", QUEUE_DONE, "A0001", OF(VOID, 1), .authority = AUTHORITY_MARSHAL);
    EXPECT("called", QUEUE_DONE, "A0002", OF(CALL, 2));
    EXPECT("says another number", QUEUE_DONE, "A0002", OF(MISMATCH, 2));
    EXPECT("and goes", QUEUE_DONE, "A0002", OF(LEAVE, 2));
    EXPECT("void by the camera", QUEUE_DONE, "A0003", OF(VOID, 3), .authority = AUTHORITY_CAMERA);
    EXPECT("the session ends all the same", QUEUE_DONE, "", .kind = COMMAND_SESSION_CLOSE, .lane = "A");
    EXPECT("the mismatch first", QUEUE_LANE_STOPPED, "A0002", .kind = COMMAND_EVENT_CLOSE);
    EXPECT("settled", QUEUE_DONE, "A0002", .kind = COMMAND_RESOLVE, .lane = "A",
           .decision = DECISION_PUT_RIGHT, .text = "they changed places");
    EXPECT("the void one next", QUEUE_VOID_OPEN, "A0001", .kind = COMMAND_EVENT_CLOSE);
    EXPECT("seen", QUEUE_DONE, "A0001", OF(VOID_ACKNOWLEDGE, 1));
    EXPECT("closed", QUEUE_DONE, "", .kind = COMMAND_EVENT_CLOSE);
}

/* An older event may have been closed over numbers that nobody has acknowledged: its journal is sound still. */
static void an_older_closing_is_taken(void **state)
{
    (void)state;
    struct queue_entry closing = {.kind = ENTRY_EVENT_CLOSED};
    open_day(NULL);
    EXPECT("comes", QUEUE_DONE, "A0001", COMES(1));
    EXPECT("void", QUEUE_DONE, "A0001", OF(VOID, 1));
    closing.seq = ++day->seq;
    assert_int_equal(queue_apply(day->queue, &closing), QUEUE_APPLY_OK);
    assert_int_equal(queue_apply(day->replayed, &closing), QUEUE_APPLY_OK);
}

/* ---- what a number bears */
static void calls_the_roll(struct queue_rules *rules)
{
    rules->roll_call = true;
}

static void whoever_was_not_called_is_noted(void **state)
{
    (void)state;
    open_day(calls_the_roll);
    EXPECT("is there", QUEUE_DONE, "", .kind = COMMAND_ROLL, .person = person(1), .value = ROLL_PRESENT);
    EXPECT("is not", QUEUE_DONE, "", .kind = COMMAND_ROLL, .person = person(2), .value = ROLL_ABSENT);
    EXPECT("comes", QUEUE_DONE, "A0001", COMES(1), .facts = {.has_roster = true, .on_roster = true});
    EXPECT("comes after all", QUEUE_DONE, "A0002", COMES(2),
           .facts = {.has_roster = true, .on_roster = true});
    EXPECT("comes", QUEUE_DONE, "A0003", COMES(3), .facts = {.has_roster = true, .on_roster = true});
    EXPECT("is of no class", QUEUE_DONE, "A0004", COMES(4), .facts = {.has_roster = true});
    EXPECT("a slip", QUEUE_DONE, "A0005", OF(PAPER, 5), .person = person(5), .medium = MEDIUM_ID_CARD,
           .bound = true, .outcome = TICKET_SHOT, .facts = {.has_roster = true, .on_roster = true});
    assert_int_equal(ticket(1)->note.flags, 0);
    assert_int_equal(ticket(2)->note.flags, ISSUE_NOT_CALLED);
    assert_int_equal(ticket(3)->note.flags, ISSUE_NOT_CALLED);
    assert_int_equal(ticket(4)->note.flags, ISSUE_OUTSIDER);
    assert_int_equal(ticket(5)->note.flags, ISSUE_PAPER);
    struct queue_entry entry = day->decision.entries[0];
    entry.seq = day->seq + 1;
    entry.number = 6;
    entry.person = person(1);
    strcpy(entry.extra, "f16384"); /* present, and yet not called */
    assert_int_equal(queue_apply(day->queue, &entry), QUEUE_APPLY_IMPOSSIBLE);
}

static void another_name_on_the_card_is_noted(void **state)
{
    (void)state;
    open_day(NULL);
    EXPECT("a card", QUEUE_DONE, "A0001", COMES(1), .name_noted = true);
    EXPECT("a passport", QUEUE_DONE, "A0002", COMES(2), .medium = MEDIUM_PASSPORT, .name_noted = true);
    EXPECT("a chip bears no name", QUEUE_DONE, "A0003", COMES(3), .medium = MEDIUM_CHIP, .name_noted = true);
    assert_int_equal(ticket(1)->note.flags, ISSUE_NAME_DIFFERS);
    assert_int_equal(ticket(2)->note.flags, ISSUE_NAME_DIFFERS | ISSUE_LOOK_TWICE);
    assert_int_equal(ticket(3)->note.flags, 0);
}

static void blanks_are_no_reason(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *text;
        bool is_blank;
    } cases[] = {
        {"nothing", "", true},
        {"blanks", "  ", true},
        {"tabulator and line's end", "\t\r\n", true},
        {"no-break", "\xc2\xa0", true},
        {"ideographic", "\xe3\x80\x80\xe3\x80\x80 ", true},
        {"a word between", "\xe3\x80\x80x ", false},
        {"another ideographic mark", "\xe3\x80\x82", false},
        {"half a blank", "\xe3\x80", false},
        {"a letter", "\xc3\xa0", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (entry_text_is_blank(cases[i].text) != cases[i].is_blank)
            fail_msg("%s", cases[i].legend);
    open_day(NULL);
    EXPECT("excluded", QUEUE_REASON_NEEDED, "", COMES(1), .facts = {.is_excluded = true},
           .overrides = ISSUE_OVER_EXCLUDED, .authority = AUTHORITY_OFFICE, .text = "\xe3\x80\x80 \xc2\xa0");
    EXPECT("void needs none", QUEUE_DONE, "A0001", COMES(2));
    EXPECT("void needs none", QUEUE_DONE, "A0001", OF(VOID, 1));
}

/* ---- the door */
static void strict(struct queue_rules *rules)
{
    rules->media = 1u << MEDIUM_ID_CARD | 1u << MEDIUM_PASSPORT | 1u << MEDIUM_CHIP;
    rules->outsiders = false;
    rules->payment = PAYMENT_PREPAID;
    rules->payment_gate = GATE_REFUSE;
    rules->missed = MISSED_SESSION_END;
}

static void warning(struct queue_rules *rules)
{
    rules->payment = PAYMENT_ON_SITE;
    rules->payment_gate = GATE_WARN;
    rules->captured = GATE_WARN;
}

static void the_door(void **state)
{
    (void)state;
    open_day(strict);
    static const struct queue_facts fine = {.has_roster = true, .on_roster = true};
    static const struct queue_facts outsider = {.has_roster = true};
    static const struct queue_facts excluded = {.has_roster = true, .on_roster = true, .is_excluded = true};
    static const struct queue_facts captured = {.has_roster = true, .on_roster = true, .is_captured = true};
    static const struct queue_facts everything = {
        .has_roster = true, .is_excluded = true, .is_captured = true};
    static const struct queue_facts two_levels = {.has_roster = true, .is_ambiguous = true};
    EXPECT("paid", QUEUE_DONE, "", .kind = COMMAND_PAYMENT, .person = person(1), .extra = "paid list");
    static const struct {
        const char *legend;
        unsigned who;
        enum medium medium;
        bool is_opaque;
        const struct queue_facts *facts;
        uint32_t overrides;
        enum authority authority;
        const char *reason;
        enum queue_verdict verdict;
        uint32_t could_override;
    } cases[] = {
        {"two levels: which?", 1, MEDIUM_ID_CARD, false, &two_levels, 0, 0, "", QUEUE_LEVEL_AMBIGUOUS, 0},
        {"typed in, where cards are asked for", 1, MEDIUM_MANUAL, false, &fine, ISSUE_OVER, AUTHORITY_OFFICE,
         "please", QUEUE_MEDIUM_NOT_ALLOWED, 0},
        {"excluded", 1, MEDIUM_ID_CARD, false, &excluded, 0, AUTHORITY_MARSHAL, "", QUEUE_EXCLUDED,
         ISSUE_OVER_EXCLUDED},
        {"excluded, at a reader", 1, MEDIUM_ID_CARD, false, &excluded, 0, 0, "", QUEUE_EXCLUDED, 0},
        {"captured before", 1, MEDIUM_ID_CARD, false, &captured, 0, AUTHORITY_OFFICE, "",
         QUEUE_ALREADY_CAPTURED, ISSUE_OVER_CAPTURED},
        {"on no roster, nor paid", 2, MEDIUM_ID_CARD, false, &outsider, 0, AUTHORITY_MARSHAL, "",
         QUEUE_NOT_ON_ROSTER, ISSUE_OVER_ROSTER | ISSUE_OVER_UNPAID},
        {"unpaid", 2, MEDIUM_ID_CARD, false, &fine, 0, AUTHORITY_MARSHAL, "", QUEUE_UNPAID,
         ISSUE_OVER_UNPAID},
        {"the first refusal that is not overridden", 2, MEDIUM_ID_CARD, false, &everything,
         ISSUE_OVER_EXCLUDED, AUTHORITY_MARSHAL, "dean", QUEUE_NOT_ON_ROSTER,
         ISSUE_OVER_EXCLUDED | ISSUE_OVER_ROSTER | ISSUE_OVER_CAPTURED | ISSUE_OVER_UNPAID},
        {"overridden by nobody in particular", 2, MEDIUM_ID_CARD, false, &fine, ISSUE_OVER_UNPAID, 0, "why",
         QUEUE_OVERRIDE_FORBIDDEN, 0},
        {"nor by the camera", 2, MEDIUM_ID_CARD, false, &fine, ISSUE_OVER_UNPAID, AUTHORITY_CAMERA, "why",
         QUEUE_OVERRIDE_FORBIDDEN, 0},
        {"without a reason", 2, MEDIUM_ID_CARD, false, &fine, ISSUE_OVER_UNPAID, AUTHORITY_MARSHAL, "",
         QUEUE_REASON_NEEDED, ISSUE_OVER_UNPAID},
        {"what is no override", 2, MEDIUM_ID_CARD, false, &fine, ISSUE_PAPER, AUTHORITY_MARSHAL, "why",
         QUEUE_OVERRIDE_FORBIDDEN, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct queue_command command = {COMES(cases[i].who)};
        command.medium = cases[i].medium;
        command.bound = !cases[i].is_opaque;
        command.facts = *cases[i].facts;
        command.overrides = cases[i].overrides;
        command.authority = cases[i].authority;
        strcpy(command.text, cases[i].reason);
        check(cases[i].legend, cases[i].verdict, "", &command);
        if (day->decision.could_override != cases[i].could_override)
            fail_msg("%s: could override %x", cases[i].legend, day->decision.could_override);
    }
    EXPECT("somebody with the card of another", QUEUE_CREDENTIAL_TAKEN, "", COMES(1), .other = person(9));
    EXPECT("paid, and on the roster", QUEUE_DONE, "A0001", COMES(1), .facts = fine, .overrides = ISSUE_OVER);
    assert_int_equal(ticket(1)->note.flags, 0); /* what was not needed was not overridden */
    EXPECT("everything overridden", QUEUE_DONE, "A0002", COMES(2), .facts = everything,
           .overrides = ISSUE_OVER, .authority = AUTHORITY_OFFICE, .text = "dean");
    assert_int_equal(ticket(2)->note.flags, ISSUE_OUTSIDER | ISSUE_OVER_EXCLUDED | ISSUE_OVER_ROSTER |
                                                ISSUE_OVER_CAPTURED | ISSUE_OVER_UNPAID);
    assert_string_equal(day->decision.entries[0].text, "dean");
    EXPECT("a chip nobody knows: who has paid cannot be told yet", QUEUE_DONE, "A0003", COMES(3),
           .medium = MEDIUM_CHIP, .bound = false, .facts = outsider);
    assert_int_equal(ticket(3)->note.flags, ISSUE_UNPAID);
    EXPECT("another name on the card", QUEUE_NAME_DIFFERS, "A0001", COMES(1), .name_differs = true);
    EXPECT("the session ends", QUEUE_DONE, "", .kind = COMMAND_SESSION_CLOSE, .lane = "A");
    EXPECT("no override opens a closed lane", QUEUE_UNPAID, "", COMES(4), .facts = fine,
           .authority = AUTHORITY_OFFICE);
    assert_int_equal(day->decision.could_override, 0);
}

static void a_door_that_warns(void **state)
{
    (void)state;
    open_day(warning);
    EXPECT("due and captured, let in", QUEUE_DONE, "A0001", COMES(1),
           .facts = {.has_roster = true, .is_captured = true, .is_out_of_slot = true});
    assert_int_equal(ticket(1)->note.flags,
                     ISSUE_OUTSIDER | ISSUE_UNPAID | ISSUE_CAPTURED | ISSUE_OUT_OF_SLOT);
    EXPECT("waived", QUEUE_DONE, "", .kind = COMMAND_PAYMENT, .person = person(2), .extra = "waived ");
    EXPECT("typed in", QUEUE_DONE, "A0002", COMES(2), .medium = MEDIUM_MANUAL);
    assert_int_equal(ticket(2)->note.flags, ISSUE_LOOK_TWICE);
    EXPECT("paid", QUEUE_DONE, "", .kind = COMMAND_PAYMENT, .person = person(3), .extra = "paid cash",
           .value = 1500);
    EXPECT("given back", QUEUE_DONE, "", .kind = COMMAND_PAYMENT, .person = person(3),
           .extra = "refunded cash", .value = 1500);
    EXPECT("is due again", QUEUE_DONE, "A0003", COMES(3));
    assert_int_equal(ticket(3)->note.flags, ISSUE_UNPAID);
}

static void nobody_overrides(struct queue_rules *rules)
{
    rules->overrides = OVERRIDE_NOBODY;
}
static void only_the_office(struct queue_rules *rules)
{
    rules->overrides = OVERRIDE_OFFICE;
}

static void who_may_override(void **state)
{
    (void)state;
    open_day(only_the_office);
    EXPECT("first", QUEUE_DONE, "A0001", COMES(1));
    EXPECT("called", QUEUE_DONE, "A0001", OF(CALL, 1));
    EXPECT("shot", QUEUE_DONE, "A0001", OF(SHOT, 1));
    EXPECT("again, in another lane", QUEUE_ALREADY_SHOT, "A0001", COMES(1), .lane = "B",
           .authority = AUTHORITY_MARSHAL);
    assert_int_equal(day->decision.could_override, 0);
    EXPECT("the marshal may not", QUEUE_OVERRIDE_FORBIDDEN, "", COMES(1), .overrides = ISSUE_OVER_SHOT,
           .authority = AUTHORITY_MARSHAL, .text = "blinked");
    EXPECT("the office may", QUEUE_DONE, "A0002", COMES(1), .overrides = ISSUE_OVER_SHOT,
           .authority = AUTHORITY_OFFICE, .text = "blinked");
    EXPECT("void", QUEUE_DONE, "A0002", OF(VOID, 2));
    EXPECT("the first frame still stands", QUEUE_ALREADY_SHOT, "A0001", COMES(1));
    EXPECT("a retake of the first", QUEUE_DONE, "A0001", OF(RETAKE, 1));
    EXPECT("is at the camera, whatever became of the second", QUEUE_ALREADY_WAITING, "A0001", COMES(1));
    EXPECT("taken again", QUEUE_DONE, "A0001", OF(SHOT, 1));
    EXPECT("other rules", QUEUE_DONE, "", .kind = COMMAND_RULES_SET, .extra = "a-school",
           .rules = rules_with(nobody_overrides));
    EXPECT("nobody may", QUEUE_OVERRIDE_FORBIDDEN, "", COMES(1), .overrides = ISSUE_OVER_SHOT,
           .authority = AUTHORITY_OFFICE, .text = "blinked");
}

/* ---- who was missed */
static void class_end(struct queue_rules *rules)
{
    rules->missed = MISSED_CLASS_END;
}
static void after_class(struct queue_rules *rules)
{
    rules->missed = MISSED_AFTER_CLASS;
}
static void session_end(struct queue_rules *rules)
{
    rules->missed = MISSED_SESSION_END;
}
#define UNIT(no, place) .facts = {.unit = (no), .rank = (place)}

static void miss_the_first(void)
{
    EXPECT("of class 1", QUEUE_DONE, "A0001", COMES(1), UNIT(1, 1));
    EXPECT("likewise", QUEUE_DONE, "A0002", COMES(2), UNIT(1, 2));
    EXPECT("called", QUEUE_DONE, "A0001", OF(CALL, 1));
    EXPECT("not there", QUEUE_DONE, "A0001", OF(MISS, 1));
    EXPECT("too early", QUEUE_MISSED_WAITS, "A0001", COMES(1), UNIT(1, 1), .authority = AUTHORITY_MARSHAL);
    assert_int_equal(day->decision.could_override, ISSUE_OVER_MISSED);
}

static void missed_to_the_class_end(void **state)
{
    (void)state;
    open_day(class_end);
    miss_the_first();
    EXPECT("too early in any lane", QUEUE_MISSED_WAITS, "A0001", COMES(1), .lane = "B", UNIT(1, 1));
    EXPECT("an outsider is no class", QUEUE_DONE, "A0003", COMES(3));
    EXPECT("still too early", QUEUE_MISSED_WAITS, "A0001", COMES(1), UNIT(1, 1));
    EXPECT("class 2 begins", QUEUE_DONE, "A0004", COMES(4), UNIT(2, 1));
    EXPECT("now", QUEUE_DONE, "A0005", COMES(1), UNIT(1, 1));
    assert_int_equal(queue_lane(day->queue, "A")->turn, 2); /* who comes back begins no class */
    assert_int_equal(queue_lane(day->queue, "A")->last_unit, 2);
}

static void missed_to_after_another_class(void **state)
{
    (void)state;
    open_day(after_class);
    miss_the_first();
    EXPECT("class 2 begins", QUEUE_DONE, "A0003", COMES(4), UNIT(2, 1));
    EXPECT("too early", QUEUE_MISSED_WAITS, "A0001", COMES(1), UNIT(1, 1));
    EXPECT("class 3 begins", QUEUE_DONE, "A0004", COMES(5), UNIT(3, 1));
    EXPECT("now", QUEUE_DONE, "A0005", COMES(1), UNIT(1, 1));
}

static void missed_to_the_session_end(void **state)
{
    (void)state;
    open_day(session_end);
    miss_the_first();
    EXPECT("class 2 changes nothing", QUEUE_DONE, "A0003", COMES(4), UNIT(2, 1));
    EXPECT("too early", QUEUE_MISSED_WAITS, "A0001", COMES(1), UNIT(1, 1));
    EXPECT("begin a late round", QUEUE_DONE, "", .kind = COMMAND_LATE_ROUND, .lane = "A", .value = 1);
    EXPECT("twice", QUEUE_UNCHANGED, "", .kind = COMMAND_LATE_ROUND, .lane = "A", .value = 1);
    EXPECT("not in the other lane", QUEUE_MISSED_WAITS, "A0001", COMES(1), .lane = "B");
    EXPECT("now", QUEUE_DONE, "A0004", COMES(1), UNIT(1, 1));
    EXPECT("called", QUEUE_DONE, "A0002", OF(CALL, 2));
    EXPECT("missed", QUEUE_DONE, "A0002", OF(MISS, 2));
    EXPECT("the late round ends with the session", QUEUE_DONE, "", .kind = COMMAND_SESSION_CLOSE,
           .lane = "A");
    EXPECT("none in a closed lane", QUEUE_SESSION_CLOSED, "", .kind = COMMAND_LATE_ROUND, .lane = "A",
           .value = 1);
    EXPECT("B was open then already", QUEUE_MISSED_WAITS, "A0002", COMES(2), .lane = "B");
    EXPECT("afternoon", QUEUE_DONE, "", .kind = COMMAND_SESSION_OPEN, .lane = "A");
    assert_false(queue_lane(day->queue, "A")->is_late_round);
    EXPECT("a later session", QUEUE_DONE, "A0005", COMES(2), UNIT(1, 2));
}

static void leaving_is_not_missing(void **state)
{
    (void)state;
    open_day(session_end);
    EXPECT("one", QUEUE_DONE, "A0001", COMES(1));
    EXPECT("two", QUEUE_DONE, "A0002", COMES(2));
    EXPECT("goes while waiting", QUEUE_DONE, "A0001", OF(LEAVE, 1), .text = "exam");
    assert_true(ticket(1)->has_left && ticket(1)->state == TICKET_MISSED);
    assert_string_equal(ticket(1)->reason, "exam");
    EXPECT("back at once", QUEUE_DONE, "A0003", COMES(1));
    EXPECT("called", QUEUE_DONE, "A0002", OF(CALL, 2));
    EXPECT("goes while called; the next is called", QUEUE_DONE, "A0002", OF(LEAVE, 2), .advance = true);
    assert_int_equal(day->decision.called, 3);
    EXPECT("a finished number cannot leave", QUEUE_WRONG_STATE, "A0002", OF(LEAVE, 2));
    EXPECT("shot", QUEUE_DONE, "A0003", OF(SHOT, 3));
    EXPECT("a retake", QUEUE_DONE, "A0003", OF(RETAKE, 3));
    EXPECT("who leaves then keeps the frame", QUEUE_DONE, "A0003", OF(LEAVE, 3));
    assert_int_equal(ticket(3)->state, TICKET_SHOT);
}

/* ---- void */
static void a_void_number_is_acknowledged(void **state)
{
    (void)state;
    open_day(NULL);
    EXPECT("one", QUEUE_DONE, "A0001", COMES(1));
    EXPECT("two", QUEUE_DONE, "A0002", COMES(2));
    EXPECT("waiting numbers are not void", QUEUE_WRONG_STATE, "A0001", OF(VOID_ACKNOWLEDGE, 1));
    EXPECT("by the marshal", QUEUE_DONE, "A0001", OF(VOID, 1), .authority = AUTHORITY_MARSHAL);
    assert_int_equal(queue_lane(day->queue, "A")->open_voids, 1);
    assert_false(ticket(1)->acknowledged);
    EXPECT("seen", QUEUE_DONE, "A0001", OF(VOID_ACKNOWLEDGE, 1));
    EXPECT("seen twice", QUEUE_UNCHANGED, "A0001", OF(VOID_ACKNOWLEDGE, 1));
    EXPECT("at the camera itself", QUEUE_DONE, "A0002", OF(VOID, 2), .authority = AUTHORITY_CAMERA);
    assert_int_equal(day->decision.n_entries, 2);
    assert_true(ticket(1)->acknowledged && ticket(2)->acknowledged);
    assert_int_equal(queue_lane(day->queue, "A")->open_voids, 0);
}

/* ---- the spoken check */
static void spoken(struct queue_rules *rules)
{
    rules->spoken_check = true;
}

static void the_number_is_spoken(void **state)
{
    (void)state;
    open_day(spoken);
    EXPECT("one", QUEUE_DONE, "A0001", COMES(1));
    EXPECT("not called yet", QUEUE_WRONG_STATE, "A0001", OF(CONFIRM, 1));
    EXPECT("called", QUEUE_DONE, "A0001", OF(CALL, 1));
    EXPECT("no frame before", QUEUE_NOT_CONFIRMED, "A0001", OF(SHOT, 1));
    EXPECT("right", QUEUE_DONE, "A0001", OF(CONFIRM, 1));
    EXPECT("right, twice", QUEUE_UNCHANGED, "A0001", OF(CONFIRM, 1));
    EXPECT("announced again: once more, please", QUEUE_DONE, "A0001", OF(CALL, 1));
    EXPECT("no frame", QUEUE_NOT_CONFIRMED, "A0001", OF(SHOT, 1));
    EXPECT("right", QUEUE_DONE, "A0001", OF(CONFIRM, 1));
    EXPECT("the frame", QUEUE_DONE, "A0001", OF(SHOT, 1));
    EXPECT("a retake", QUEUE_DONE, "A0001", OF(RETAKE, 1));
    EXPECT("is somebody's turn again", QUEUE_NOT_CONFIRMED, "A0001", OF(SHOT, 1));
    assert_int_equal(queue_lane(day->queue, "A")->confirmed_up_to, 1);
}

static void shoot_up_to(uint32_t last)
{
    struct queue_command come = {COMES(0)}, step = {OF(CALL, 0)};
    for (uint32_t n = 1; n <= last + 1; n++) {
        come.person = person(n);
        char label[TICKET_LABEL_SIZE];
        ticket_label(&queue_event(day->queue)->rules, "A", n, label);
        check("comes", QUEUE_DONE, label, &come);
    }
    for (uint32_t n = 1; n <= last; n++) {
        char label[TICKET_LABEL_SIZE];
        ticket_label(&queue_event(day->queue)->rules, "A", n, label);
        step.number = n;
        step.kind = COMMAND_CALL;
        check("called", QUEUE_DONE, label, &step);
        step.kind = COMMAND_SHOT;
        check("shot", QUEUE_DONE, label, &step);
    }
}

static uint32_t suspects(void)
{
    uint32_t bits = 0;
    for (uint32_t n = 1; n <= queue_lane(day->queue, "A")->counts.issued; n++)
        bits |= ticket(n)->is_suspect ? 1u << n : 0;
    return bits;
}

static void a_mismatch_stops_the_lane(void **state)
{
    (void)state;
    const struct ticket *at_risk[16];
    open_day(NULL); /* whether or not the rules ask for it */
    shoot_up_to(7);
    EXPECT("only who is called can be wrong", QUEUE_WRONG_STATE, "A0007", OF(MISMATCH, 7));
    EXPECT("called", QUEUE_DONE, "A0008", OF(CALL, 8));
    EXPECT("says another number", QUEUE_DONE, "A0008", OF(MISMATCH, 8), .text = "said 9");
    assert_int_equal(queue_lane(day->queue, "A")->stopped_by, 8);
    assert_int_equal(queue_at_risk(day->queue, "A", at_risk, 16),
                     6); /* never confirmed: five, and this one */
    assert_int_equal(at_risk[0]->number, 3);
    assert_int_equal(at_risk[5]->number, 8);
    assert_int_equal(queue_at_risk(day->queue, "A", at_risk, 2), 2);
    assert_int_equal(at_risk[0]->number, 7);
    EXPECT("check-in goes on", QUEUE_DONE, "A0009", COMES(9));
    static const enum command_kind refused[] = {COMMAND_CALL, COMMAND_SHOT,    COMMAND_RETAKE,
                                                COMMAND_MISS, COMMAND_CONFIRM, COMMAND_MISMATCH};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        EXPECT(command_kind_name(refused[i]), QUEUE_LANE_STOPPED, "A0008", .kind = refused[i], .lane = "A",
               .number = 8);
    EXPECT("paper, too", QUEUE_LANE_STOPPED, "A0008", OF(PAPER, 10), .person = person(10),
           .outcome = TICKET_SHOT);
    EXPECT("leaving stays possible, and calls nobody", QUEUE_DONE, "A0008", OF(LEAVE, 8), .advance = true);
    assert_int_equal(day->decision.called, 0);
    EXPECT("the other lane runs", QUEUE_NOT_STOPPED, "", .kind = COMMAND_RESOLVE, .lane = "B",
           .decision = DECISION_ORDER_RIGHT);
    EXPECT("a number behind the mismatch", QUEUE_TICKET_UNKNOWN, "", .kind = COMMAND_RESOLVE, .lane = "A",
           .decision = DECISION_SUSPECT, .value = 9);
    EXPECT("no decision", QUEUE_WRONG_STATE, "A0008", .kind = COMMAND_RESOLVE, .lane = "A");
    EXPECT("no word why", QUEUE_REASON_NEEDED, "A0008", .kind = COMMAND_RESOLVE, .lane = "A",
           .decision = DECISION_SUSPECT);
    EXPECT("nothing but blanks", QUEUE_REASON_NEEDED, "A0008", .kind = COMMAND_RESOLVE, .lane = "A",
           .decision = DECISION_SUSPECT, .text = " \xe3\x80\x80\xc2\xa0\t");
    EXPECT("the frames may be wrong", QUEUE_DONE, "A0008", .kind = COMMAND_RESOLVE, .lane = "A",
           .decision = DECISION_SUSPECT, .text = "nobody knows");
    assert_int_equal(day->decision.entries[0].value, 3);
    assert_int_equal(suspects(), 0xf8);
    EXPECT("settled", QUEUE_NOT_STOPPED, "", .kind = COMMAND_RESOLVE, .lane = "A",
           .decision = DECISION_SUSPECT);
    EXPECT("a new frame", QUEUE_DONE, "A0005", OF(RETAKE, 5));
    EXPECT("is no suspect", QUEUE_DONE, "A0005", OF(SHOT, 5));
    assert_int_equal(suspects(), 0xd8);
    EXPECT("called", QUEUE_DONE, "A0009", OF(CALL, 9));
    EXPECT("said 6, meant 9", QUEUE_DONE, "A0009", OF(MISMATCH, 9));
    EXPECT("misread", QUEUE_DONE, "A0009", .kind = COMMAND_RESOLVE, .lane = "A",
           .decision = DECISION_ORDER_RIGHT, .text = "misread");
    assert_int_equal(suspects(), 0xd8);
    EXPECT("on we go", QUEUE_DONE, "A0009", OF(SHOT, 9));
}

static void at_risk_since_the_last_confirmed(void **state)
{
    (void)state;
    const struct ticket *at_risk[16];
    open_day(NULL);
    shoot_up_to(6);
    EXPECT("once more", QUEUE_DONE, "A0004", OF(RETAKE, 4));
    EXPECT("right", QUEUE_DONE, "A0004", OF(CONFIRM, 4));
    EXPECT("shot", QUEUE_DONE, "A0004", OF(SHOT, 4));
    EXPECT("called", QUEUE_DONE, "A0007", OF(CALL, 7));
    assert_int_equal(queue_at_risk(day->queue, "A", at_risk, 16), 3);
    assert_int_equal(at_risk[0]->number, 5);
    EXPECT("wrong", QUEUE_DONE, "A0007", OF(MISMATCH, 7));
    EXPECT("from further back than it says itself", QUEUE_DONE, "A0007", .kind = COMMAND_RESOLVE, .lane = "A",
           .decision = DECISION_SUSPECT, .value = 2, .text = "somebody knows better");
    assert_int_equal(suspects(), 0x7c);
}

/* ---- scan-and-sit */
static void sit(struct queue_rules *rules)
{
    rules->scan_and_sit = true;
}

static void scan_and_sit(void **state)
{
    (void)state;
    open_day(sit);
    EXPECT("sits down at once", QUEUE_DONE, "A0001", COMES(1));
    assert_int_equal(day->decision.called, 1);
    assert_int_equal(queue_current(day->queue, "A")->number, 1);
    EXPECT("somebody sits", QUEUE_CAMERA_BUSY, "A0001", COMES(2));
    EXPECT("the same card again", QUEUE_ALREADY_WAITING, "A0001", COMES(1));
    EXPECT("another camera", QUEUE_DONE, "B0001", COMES(2), .lane = "B");
    EXPECT("shot", QUEUE_DONE, "A0001", OF(SHOT, 1), .advance = true);
    EXPECT("next", QUEUE_DONE, "A0002", COMES(3));
    EXPECT("wrong number", QUEUE_DONE, "A0002", OF(MISMATCH, 2));
    EXPECT("void", QUEUE_DONE, "A0002", OF(VOID, 2));
    EXPECT("sitting down would be a call", QUEUE_LANE_STOPPED, "A0002", COMES(4));
}

/* ---- payment */
static void tokens(struct queue_rules *rules)
{
    rules->payment = PAYMENT_TOKEN;
    rules->payment_gate = GATE_REFUSE;
    rules->fee_fen = 1500;
}
#define PAYS(who, what, ...) .kind = COMMAND_PAYMENT, .person = person(who), .extra = what, __VA_ARGS__

static void payment_cards(void **state)
{
    (void)state;
    const struct person_id one = person(1);
    open_day(tokens);
    EXPECT("nothing paid to give back", QUEUE_NOT_PAID, "", PAYS(1, "refunded cash"));
    EXPECT("no card for a debt", QUEUE_NOT_PAID, "", PAYS(1, "due ", .card = true));
    EXPECT("no such state", QUEUE_WRONG_STATE, "", PAYS(1, "none "));
    EXPECT("a method with a blank in it", QUEUE_WRONG_STATE, "", PAYS(1, "paid in cash"));
    EXPECT("pays and has a card", QUEUE_DONE, "", PAYS(1, "paid cash", .value = 1500, .card = true));
    assert_true(queue_person(day->queue, &one).has_card);
    assert_int_equal(queue_person(day->queue, &one).paid_fen, 1500);
    EXPECT("the same again", QUEUE_UNCHANGED, "", PAYS(1, "paid cash", .value = 1500));
    EXPECT("the same again, by another way", QUEUE_UNCHANGED, "", PAYS(1, "paid alipay", .value = 1500));
    EXPECT("another sum", QUEUE_ALREADY_PAID, "", PAYS(1, "paid cash", .value = 2000));
    EXPECT("blanks say nothing", QUEUE_ALREADY_PAID, "",
           PAYS(1, "paid cash", .value = 2000, .text = "\xc2\xa0 \xe3\x80\x80"));
    assert_int_equal(queue_person(day->queue, &one).paid_fen, 1500);
    EXPECT("another sum, and why", QUEUE_DONE, "",
           PAYS(1, "paid cash", .value = 2000, .text = "typed wrong"));
    EXPECT("a second card", QUEUE_CARD_IS_OUT, "", PAYS(1, "paid cash", .value = 2000, .card = true));
    EXPECT("waived, with a card", QUEUE_DONE, "", PAYS(2, "waived ", .card = true));
    EXPECT("paid by list, no card", QUEUE_DONE, "", PAYS(3, "paid list"));
    for (unsigned who = 1; who <= 3; who++) {
        static const char *const labels[] = {"", "A0001", "A0002", "A0003"};
        EXPECT("comes", QUEUE_DONE, labels[who], COMES(who));
    }
    EXPECT("called", QUEUE_DONE, "A0001", OF(CALL, 1));
    EXPECT("shot, and the card is back", QUEUE_DONE, "A0001", OF(SHOT, 1), .card = true, .advance = true);
    assert_int_equal(day->decision.n_entries, 3);
    assert_int_equal(day->decision.called, 2);
    assert_true(ticket(1)->card_back && !queue_person(day->queue, &one).has_card);
    EXPECT("shot", QUEUE_DONE, "A0002", OF(SHOT, 2), .advance = true);
    EXPECT("the card came later", QUEUE_DONE, "A0002", OF(CARD_BACK, 2));
    EXPECT("and only once", QUEUE_NO_CARD, "A0002", OF(CARD_BACK, 2));
    EXPECT("a card from nowhere stops the shot", QUEUE_NO_CARD, "A0003", OF(SHOT, 3), .card = true);
    assert_int_equal(ticket(3)->state, TICKET_CALLED);
    assert_int_equal(queue_event(day->queue)->cards_out, 2);
    assert_int_equal(queue_lane(day->queue, "A")->cards_back, 2);
}

static void roll_call(void **state)
{
    (void)state;
    const struct person_id one = person(1);
    open_day(NULL);
    EXPECT("there", QUEUE_DONE, "", .kind = COMMAND_ROLL, .person = one, .value = ROLL_PRESENT);
    EXPECT("still there", QUEUE_UNCHANGED, "", .kind = COMMAND_ROLL, .person = one, .value = ROLL_PRESENT);
    EXPECT("gone", QUEUE_DONE, "", .kind = COMMAND_ROLL, .person = one, .value = ROLL_ABSENT);
    EXPECT("neither", QUEUE_WRONG_STATE, "", .kind = COMMAND_ROLL, .person = one, .value = 3);
    assert_int_equal(queue_person(day->queue, &one).roll, ROLL_ABSENT);
}

/* ---- order */
static void alarm_order(struct queue_rules *rules)
{
    rules->order = ORDER_ALARM;
}

static void the_order_within_the_class(void **state)
{
    (void)state;
    open_day(alarm_order);
    static const struct {
        const char *legend, *label;
        uint32_t unit, rank, ahead;
        bool is_flagged;
    } cases[] = {
        {"the first", "A0001", 1, 1, 0, false},
        {"before two who have not come", "A0002", 1, 4, 2, true},
        {"nobody ahead, but a later one was here", "A0003", 1, 2, 0, true},
        {"in order again", "A0004", 1, 5, 0, false},
        {"another class begins anywhere", "A0005", 2, 3, 0, false},
        {"without a rank", "A0006", 1, 0, 3, false},
        {"without a class", "A0007", 0, 3, 3, false},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        EXPECT(cases[i].legend, QUEUE_DONE, cases[i].label, COMES(i + 1),
               .facts = {.unit = cases[i].unit, .rank = cases[i].rank, .ahead = cases[i].ahead});
        if (((ticket(i + 1)->note.flags & ISSUE_OUT_OF_ORDER) != 0) != cases[i].is_flagged)
            fail_msg("%s: flags %x", cases[i].legend, ticket(i + 1)->note.flags);
    }
    const struct queue_counts counts = queue_unit_counts(day->queue, 1);
    assert_int_equal(counts.issued, 5);
    assert_int_equal(counts.waiting, 5);
    assert_int_equal(queue_unit_counts(day->queue, 3).issued, 0);
}

static void five_in_line(struct queue_rules *rules)
{
    rules->line_limit = 1;
}

static void the_lanes_own_limit_wins(void **state)
{
    (void)state;
    open_day(five_in_line);
    EXPECT("the lane's own", QUEUE_DONE, "", .kind = COMMAND_LANE_SET, .lane = "B", .value = 2);
    EXPECT("one", QUEUE_DONE, "A0001", COMES(1));
    EXPECT("full", QUEUE_LINE_FULL, "", COMES(2));
    EXPECT("one", QUEUE_DONE, "B0001", COMES(2), .lane = "B");
    EXPECT("two", QUEUE_DONE, "B0002", COMES(3), .lane = "B");
    EXPECT("full", QUEUE_LINE_FULL, "", COMES(4), .lane = "B");
}

/* ---- rules */
static void second_prefix(struct queue_rules *rules)
{
    strcpy(rules->prefix, "D2");
}
static void nonsense(struct queue_rules *rules)
{
    rules->payment_gate = GATE_REFUSE;
}

static void rules_change(void **state)
{
    (void)state;
    open_day(NULL);
    EXPECT("no change", QUEUE_UNCHANGED, "", .kind = COMMAND_RULES_SET, .rules = rules_with(NULL),
           .extra = "a-school");
    EXPECT("another profile of the same rules", QUEUE_DONE, "", .kind = COMMAND_RULES_SET,
           .rules = rules_with(NULL), .extra = "default");
    assert_string_equal(queue_event(day->queue)->profile, "default");
    EXPECT("a contradiction", QUEUE_RULES_CONTRADICT, "", .kind = COMMAND_RULES_SET,
           .rules = rules_with(nonsense));
    EXPECT("another prefix", QUEUE_DONE, "", .kind = COMMAND_RULES_SET, .rules = rules_with(second_prefix));
    EXPECT("in use", QUEUE_DONE, "D2A0001", COMES(1));
    EXPECT("for good", QUEUE_RULES_FIXED, "", .kind = COMMAND_RULES_SET, .rules = rules_with(NULL));
    EXPECT("a list", QUEUE_DONE, "", .kind = COMMAND_LIST_IMPORTED, .value = 812, .extra = "people",
           .text = "00112233445566778899aabbccddeeff");
}

/* ---- pace */
static void the_pace(void **state)
{
    (void)state;
    open_day(NULL);
    shoot_up_to(3);                                      /* 20 s each: call and shot */
    assert_int_equal(queue_pace_ms(day->queue, "A"), 0); /* two intervals say nothing */
    EXPECT("called", QUEUE_DONE, "A0004", OF(CALL, 4));
    day->now_us += INT64_C(600) * 1000000; /* lunch */
    EXPECT("shot", QUEUE_DONE, "A0004", OF(SHOT, 4));
    assert_int_equal(queue_pace_ms(day->queue, "A"), 0);
    EXPECT("a retake", QUEUE_DONE, "A0004", OF(RETAKE, 4));
    EXPECT("is nobody's turn", QUEUE_DONE, "A0004", OF(SHOT, 4));
    assert_int_equal(queue_pace_ms(day->queue, "A"), 0);
    EXPECT("comes", QUEUE_DONE, "A0005", COMES(5));
    EXPECT("called", QUEUE_DONE, "A0005", OF(CALL, 5));
    EXPECT("shot", QUEUE_DONE, "A0005", OF(SHOT, 5));
    assert_int_equal(queue_pace_ms(day->queue, "A"), 20000); /* 20, 20, 30 */
}

/* ---- a number finds its person */
static void binding_moves_every_number(void **state)
{
    (void)state;
    const struct person_id chip = person(90), student = person(7);
    open_day(tokens);
    EXPECT("somebody paid for the chip", QUEUE_DONE, "", PAYS(90, "paid cash", .value = 1500, .card = true));
    EXPECT("a chip", QUEUE_DONE, "A0001", COMES(90), .medium = MEDIUM_CHIP, .bound = false);
    EXPECT("called", QUEUE_DONE, "A0001", OF(CALL, 1));
    EXPECT("missed", QUEUE_DONE, "A0001", OF(MISS, 1));
    EXPECT("again", QUEUE_DONE, "B0001", COMES(90), .lane = "B", .medium = MEDIUM_CHIP, .bound = false);
    EXPECT("whom nobody knows is never merged", QUEUE_CREDENTIAL_TAKEN, "", OF(BIND, 1), .person = student);
    EXPECT("the office knows", QUEUE_DONE, "A0001", OF(BIND, 1), .person = student,
           .facts = {.has_roster = true,
                     .on_roster = true,
                     .is_known = true,
                     .is_excluded = true,
                     .unit = 4,
                     .rank = 2});
    assert_int_equal(day->decision.n_entries, 2);
    assert_int_equal(day->decision.warnings, ISSUE_OVER_EXCLUDED); /* paid: that came along */
    assert_null(queue_ticket_of(day->queue, &chip));
    assert_string_equal(queue_ticket_of(day->queue, &student)->lane, "B");
    assert_true(ticket(1)->bound && person_id_equal(&ticket(1)->person, &student));
    assert_int_equal(ticket(1)->note.unit, 4);
    assert_int_equal(queue_unit_counts(day->queue, 4).waiting, 1);
    assert_int_equal(queue_person(day->queue, &student).paid_fen, 1500);
    assert_true(queue_person(day->queue, &student).has_card);
    assert_int_equal(queue_person(day->queue, &chip).payment, PAYMENT_STATE_NONE);
    EXPECT("known by card now", QUEUE_ALREADY_WAITING, "B0001", COMES(7), .lane = "B");
    EXPECT("another chip", QUEUE_DONE, "", PAYS(91, "waived "));
    EXPECT("comes", QUEUE_DONE, "A0002", COMES(91), .medium = MEDIUM_CHIP, .bound = false);
    EXPECT("the student waits already", QUEUE_CREDENTIAL_TAKEN, "B0001", OF(BIND, 2), .person = student,
           .facts = {.has_roster = true, .on_roster = true, .is_known = true});
}

/* Typed by hand, and later a campus card that nobody knows: the card is that person's from now on, whatever became of the
 * numbers, and only people choose between two that stand. */
static const struct queue_facts typed = {.is_known = true, .unit = 4, .rank = 2};

static void a_card_of_somebody_in_line(void **state)
{
    (void)state;
    open_day(NULL);
    EXPECT("typed", QUEUE_DONE, "A0001", COMES(7), .medium = MEDIUM_MANUAL, .facts = typed);
    EXPECT("the card", QUEUE_DONE, "A0002", COMES(90), .medium = MEDIUM_CAMPUS_CARD, .bound = false);
    EXPECT("both stand", QUEUE_CREDENTIAL_TAKEN, "A0001", OF(BIND, 2), .person = person(7), .facts = typed);
    EXPECT("nobody knows the typed one", QUEUE_CREDENTIAL_TAKEN, "A0001", OF(BIND, 2), .person = person(7),
           .also_void = true);
    EXPECT("typed numbers of two", QUEUE_CREDENTIAL_TAKEN, "A0001", OF(BIND, 2), .person = person(8),
           .other = person(7), .facts = typed, .also_void = true);
    EXPECT("under another name", QUEUE_NAME_DIFFERS, "A0001", OF(BIND, 2), .person = person(7),
           .facts = typed, .name_differs = true, .also_void = true);
    EXPECT("the same person", QUEUE_DONE, "A0002", OF(BIND, 2), .person = person(7), .facts = typed,
           .also_void = true, .text = "same-person", .authority = AUTHORITY_MARSHAL);
    assert_int_equal(day->decision.n_entries, 2);
    assert_int_equal(day->decision.entries[0].kind, ENTRY_VOIDED);
    assert_string_equal(ticket(2)->reason, "same-person");
    assert_true(ticket(2)->bound && ticket(2)->state == TICKET_VOID && !ticket(2)->acknowledged);
    assert_int_equal(queue_lane(day->queue, "A")->open_voids, 1);
    const struct person_id student = person(7), card = person(90);
    assert_ptr_equal(queue_ticket_of(day->queue, &student), ticket(1));
    assert_null(queue_ticket_of(day->queue, &card));
    assert_int_equal(queue_unit_counts(day->queue, 4).waiting, 1);
    assert_int_equal(queue_unit_counts(day->queue, 4).issued, 1);
    EXPECT("the card is known", QUEUE_ALREADY_WAITING, "A0001", COMES(7), .medium = MEDIUM_CAMPUS_CARD);
    EXPECT("the same again", QUEUE_UNCHANGED, "A0002", OF(BIND, 2), .person = person(7), .facts = typed,
           .also_void = true);
    EXPECT("called", QUEUE_DONE, "A0001", OF(CALL, 1));
    EXPECT("shot", QUEUE_DONE, "A0001", OF(SHOT, 1));
    EXPECT("the card is known", QUEUE_ALREADY_SHOT, "A0001", COMES(7), .medium = MEDIUM_CAMPUS_CARD);
    assert_int_equal(queue_unit_counts(day->queue, 4).shot, 1);
}

static void finished_numbers_of_a_card_move_to_whoever_was_shot(void **state)
{
    (void)state;
    open_day(NULL);
    EXPECT("typed", QUEUE_DONE, "A0001", COMES(7), .facts = typed);
    EXPECT("called", QUEUE_DONE, "A0001", OF(CALL, 1));
    EXPECT("shot", QUEUE_DONE, "A0001", OF(SHOT, 1));
    EXPECT("the card", QUEUE_DONE, "A0002", COMES(90), .bound = false);
    EXPECT("void", QUEUE_DONE, "A0002", OF(VOID, 2));
    EXPECT("again", QUEUE_DONE, "A0003", COMES(90), .bound = false);
    EXPECT("gone", QUEUE_DONE, "A0003", OF(LEAVE, 3));
    EXPECT("tied", QUEUE_DONE, "A0002", OF(BIND, 2), .person = person(7), .facts = typed);
    assert_int_equal(day->decision.n_entries, 2);
    const struct person_id student = person(7);
    assert_ptr_equal(queue_ticket_of(day->queue, &student), ticket(1));
    assert_int_equal(queue_unit_counts(day->queue, 4).shot, 1);
    assert_int_equal(queue_unit_counts(day->queue, 4).issued, 1);
    EXPECT("a retake", QUEUE_DONE, "A0001", OF(RETAKE, 1));
    EXPECT("waits for it", QUEUE_ALREADY_WAITING, "A0001", COMES(7));
    EXPECT("another card", QUEUE_DONE, "A0004", COMES(91), .bound = false);
    EXPECT("two that stand", QUEUE_CREDENTIAL_TAKEN, "A0001", OF(BIND, 4), .person = person(7),
           .facts = typed);
    EXPECT("shot again", QUEUE_DONE, "A0001", OF(SHOT, 1));
    EXPECT("called", QUEUE_DONE, "A0004", OF(CALL, 4));
    EXPECT("shot", QUEUE_DONE, "A0004", OF(SHOT, 4));
    EXPECT("two frames", QUEUE_CREDENTIAL_TAKEN, "A0001", OF(BIND, 4), .person = person(7), .facts = typed,
           .also_void = true);
    EXPECT("the card again", QUEUE_DONE, "A0005", COMES(91), .bound = false, .overrides = ISSUE_OVER_SHOT,
           .text = "blinked", .authority = AUTHORITY_OFFICE);
    EXPECT("an open number beside a frame", QUEUE_CREDENTIAL_TAKEN, "A0001", OF(BIND, 5), .person = person(7),
           .facts = typed, .also_void = true);
    EXPECT("gone", QUEUE_DONE, "A0005", OF(LEAVE, 5));
    EXPECT("being taken again", QUEUE_DONE, "A0004", OF(RETAKE, 4));
    EXPECT("a frame is a frame", QUEUE_CREDENTIAL_TAKEN, "A0001", OF(BIND, 4), .person = person(7),
           .facts = typed, .also_void = true);
}

static void only_the_number_that_was_named_is_made_void(void **state)
{
    (void)state;
    open_day(NULL);
    EXPECT("typed", QUEUE_DONE, "A0001", COMES(7), .facts = typed);
    EXPECT("the card", QUEUE_DONE, "A0002", COMES(90), .bound = false);
    EXPECT("gone", QUEUE_DONE, "A0002", OF(LEAVE, 2));
    EXPECT("the card elsewhere", QUEUE_DONE, "B0001", COMES(90), .lane = "B", .bound = false);
    EXPECT("not that one", QUEUE_CREDENTIAL_TAKEN, "A0001", OF(BIND, 2), .person = person(7), .facts = typed,
           .also_void = true);
    EXPECT("gone", QUEUE_DONE, "A0001", OF(LEAVE, 1));
    EXPECT("nothing to be made void for", QUEUE_DONE, "B0001", OF(BIND, 1), .lane = "B", .person = person(7),
           .facts = typed, .also_void = true);
    const struct person_id student = person(7);
    assert_string_equal(queue_ticket_of(day->queue, &student)->lane, "B");
    assert_int_equal(queue_ticket_of(day->queue, &student)->state, TICKET_WAITING);
}

static void more_numbers_than_one_step_can_move(void **state)
{
    (void)state;
    const struct queue_facts student = {.has_roster = true, .on_roster = true, .is_known = true};
    open_day(NULL);
    for (uint32_t n = 1; n <= QUEUE_ENTRIES_MAX + 1; n++) {
        char label[TICKET_LABEL_SIZE];
        ticket_label(&queue_event(day->queue)->rules, "A", n, label);
        if (n == QUEUE_ENTRIES_MAX + 1) {
            struct queue_command bind = {OF(BIND, 1), .person = person(7), .facts = student};
            queue_decide(day->queue, &bind, &day->decision); /* decided only: one more would be too many */
            assert_int_equal(day->decision.verdict, QUEUE_DONE);
            assert_int_equal(day->decision.n_entries, QUEUE_ENTRIES_MAX);
        }
        EXPECT("a chip", QUEUE_DONE, label, COMES(90), .medium = MEDIUM_CHIP, .bound = false);
        EXPECT("gone", QUEUE_DONE, label, OF(LEAVE, n));
    }
    EXPECT("too many", QUEUE_WRONG_STATE, "A0001", OF(BIND, 1), .person = person(7), .facts = student);
}

static void an_unpaid_student_is_bound_all_the_same(void **state)
{
    (void)state;
    open_day(warning);
    EXPECT("a chip", QUEUE_DONE, "A0001", COMES(90), .medium = MEDIUM_CHIP, .bound = false);
    EXPECT("bound, with a warning", QUEUE_DONE, "A0001", OF(BIND, 1), .person = person(7),
           .facts = {.has_roster = true, .on_roster = true, .is_known = true, .is_captured = true});
    assert_int_equal(day->decision.warnings, ISSUE_UNPAID | ISSUE_CAPTURED);
    assert_int_equal(ticket(1)->note.flags, ISSUE_UNPAID | ISSUE_CAPTURED);
    EXPECT("a typed number", QUEUE_DONE, "A0002", COMES(91), .medium = MEDIUM_CAMPUS_CARD, .bound = false);
    EXPECT("of somebody who is on no list", QUEUE_DONE, "A0002", OF(BIND, 2), .facts = {.has_roster = true});
    assert_int_equal(ticket(2)->note.flags, ISSUE_UNPAID | ISSUE_OUTSIDER);
}

/* ---- paper */
#define SLIP(no, who, what, ...)                                                                             \
    OF(PAPER, no), .person = (who) ? person(who) : (struct person_id){{0}},                                  \
                   .medium = (who) ? MEDIUM_MANUAL : MEDIUM_NONE, .bound = (who) != 0,                       \
                   .outcome = TICKET_##what, __VA_ARGS__

static void slips_of_paper(void **state)
{
    (void)state;
    open_day(spoken);
    EXPECT("the computer knew three", QUEUE_DONE, "A0001", COMES(1));
    EXPECT("two", QUEUE_DONE, "A0002", COMES(2));
    EXPECT("three", QUEUE_DONE, "A0003", COMES(3));
    EXPECT("called", QUEUE_DONE, "A0001", OF(CALL, 1));
    EXPECT("beyond the next number", QUEUE_PAPER_GAP, "A0004", SLIP(5, 5, SHOT));
    EXPECT("no number", QUEUE_PAPER_GAP, "A0004", SLIP(0, 5, SHOT));
    EXPECT("it went on: one", QUEUE_DONE, "A0001", SLIP(1, 1, SHOT));
    EXPECT("nothing new", QUEUE_UNCHANGED, "A0001", SLIP(1, 1, SHOT));
    EXPECT("another outcome than the camera's", QUEUE_PAPER_CONFLICT, "A0001", SLIP(1, 1, MISSED));
    EXPECT("a retake, when the power went", QUEUE_DONE, "A0001", OF(RETAKE, 1));
    EXPECT("its frame was there before", QUEUE_PAPER_CONFLICT, "A0001", SLIP(1, 1, MISSED));
    EXPECT("so it cannot be void", QUEUE_PAPER_CONFLICT, "A0001", SLIP(1, 1, VOID));
    EXPECT("retaken", QUEUE_DONE, "A0001", SLIP(1, 1, SHOT));
    EXPECT("somebody else's number", QUEUE_PAPER_CONFLICT, "A0002", SLIP(2, 3, SHOT));
    EXPECT("three came before two", QUEUE_DONE, "A0003", SLIP(3, 3, SHOT));
    assert_int_equal(ticket(3)->state, TICKET_SHOT);
    assert_int_equal(ticket(2)->state, TICKET_WAITING);
    EXPECT("two has not", QUEUE_UNCHANGED, "A0002", SLIP(2, 2, WAITING));
    EXPECT("a new number, shot", QUEUE_DONE, "A0004", SLIP(4, 4, SHOT, .text = "09:31"));
    assert_int_equal(day->decision.n_entries, 3);
    assert_int_equal(ticket(4)->note.flags, ISSUE_PAPER | ISSUE_LOOK_TWICE);
    EXPECT("not there", QUEUE_DONE, "A0005", SLIP(5, 5, MISSED));
    EXPECT("torn", QUEUE_DONE, "A0006", SLIP(6, 6, VOID, .text = "torn"));
    EXPECT("not used", QUEUE_DONE, "A0007", SLIP(7, 0, VOID));
    EXPECT("not used, twice", QUEUE_UNCHANGED, "A0007", SLIP(7, 0, VOID));
    EXPECT("nobody cannot be shot", QUEUE_WRONG_STATE, "", SLIP(8, 0, SHOT));
    EXPECT("nobody has no name", QUEUE_WRONG_STATE, "A0007", OF(BIND, 7), .person = person(8));
    EXPECT("waits still", QUEUE_DONE, "A0008", SLIP(8, 8, WAITING));
    EXPECT("with a number already", QUEUE_ALREADY_WAITING_ELSEWHERE, "A0008", SLIP(9, 8, SHOT));
    EXPECT("shot already", QUEUE_ALREADY_SHOT, "A0004", SLIP(9, 4, SHOT, .authority = AUTHORITY_OFFICE));
    assert_int_equal(day->decision.could_override, ISSUE_OVER_SHOT);
    EXPECT("shot twice, the office says", QUEUE_DONE, "A0009",
           SLIP(9, 4, SHOT, .authority = AUTHORITY_OFFICE, .overrides = ISSUE_OVER_SHOT, .text = "blinked"));
    EXPECT("paper needs no session", QUEUE_DONE, "", .kind = COMMAND_SESSION_CLOSE, .lane = "A");
    EXPECT("in a closed lane", QUEUE_DONE, "A0010", SLIP(10, 10, SHOT));
    EXPECT("the line goes on with two", QUEUE_DONE, "A0002", OF(CALL, 2));
    const struct queue_counts *counts = &queue_lane(day->queue, "A")->counts;
    assert_int_equal(counts->shot, 5);
    assert_int_equal(queue_lane(day->queue, "A")->open_voids, 0);
    assert_int_equal(queue_pace_ms(day->queue, "A"), 0); /* paper has no clock */
}

/* ---- an event of before there were rules */
static void an_older_journal_still_replays(void **state)
{
    (void)state;
    const struct queue_entry older[] = {
        {.kind = ENTRY_LANE_SET, .lane = "A"},
        {.kind = ENTRY_EVENT_CREATED, .text = "before"},
        {.kind = ENTRY_SESSION_OPENED, .lane = "A", .value = 1},
        {.kind = ENTRY_ISSUED,
         .lane = "A",
         .number = 1,
         .value = 1,
         .person = person(1),
         .medium = MEDIUM_MANUAL},
        {.kind = ENTRY_BOUND, .lane = "A", .number = 1, .person = person(1)},
        {.kind = ENTRY_VOIDED, .lane = "A", .number = 1, .person = person(1)},
    };
    for (size_t i = 0; i < sizeof older / sizeof *older; i++) {
        struct queue_entry entry = older[i];
        entry.seq = ++day->seq;
        if (queue_apply(day->queue, &entry) != QUEUE_APPLY_OK ||
            queue_apply(day->replayed, &entry) != QUEUE_APPLY_OK)
            fail_msg("entry %zu was refused", i);
    }
    struct queue_rules rules;
    char plain[RULES_TEXT_SIZE], text[RULES_TEXT_SIZE];
    queue_rules_default(&rules);
    queue_rules_text(&rules, plain);
    queue_rules_text(&queue_event(day->queue)->rules, text);
    assert_string_equal(text, plain);
    EXPECT("rules from now on, though they are the same", QUEUE_DONE, "", .kind = COMMAND_RULES_SET,
           .rules = rules, .extra = "default");
    struct queue_entry bare = older[3];
    bare.number = 2;
    bare.seq = day->seq + 1;
    assert_int_equal(queue_apply(day->queue, &bare),
                     QUEUE_APPLY_IMPOSSIBLE); /* typed in, and no note of it */
}

/* ---- what replay must refuse under these rules */
static void replay_refuses_what_rules_forbid(void **state)
{
    (void)state;
    open_day(strict);
    EXPECT("paid", QUEUE_DONE, "", PAYS(1, "paid list"));
    EXPECT("one", QUEUE_DONE, "A0001", COMES(1));
    EXPECT("called", QUEUE_DONE, "A0001", OF(CALL, 1));
    EXPECT("shot", QUEUE_DONE, "A0001", OF(SHOT, 1));
    EXPECT("paid", QUEUE_DONE, "", PAYS(2, "paid list"));
#define ISSUED_TO(who, note)                                                                                 \
    .kind = ENTRY_ISSUED, .lane = "A", .number = 2, .value = 1, .person = person(who), .bound = true,        \
    .medium = MEDIUM_ID_CARD, .extra = note
#define ABOUT(what, no, who) .kind = ENTRY_##what, .lane = "A", .number = (no), .person = person(who)
    const struct {
        const char *legend;
        struct queue_entry entry;
    } cases[] = {
        {"a shot person without an override", {ISSUED_TO(1, "")}},
        {"with one, but no reason", {ISSUED_TO(1, "f256")}},
        {"overrides for somebody they do not concern", {ISSUED_TO(2, "f256"), .text = "why"}},
        {"a reason for nothing", {ISSUED_TO(2, ""), .text = "why"}},
        {"unpaid, where that is refused", {ISSUED_TO(3, "")}},
        {"unpaid, as if it were only warned of", {ISSUED_TO(3, "f4")}},
        {"an outsider, where they are refused", {ISSUED_TO(2, "f2")}},
        {"out of order, where there is none", {ISSUED_TO(2, "u1 r1 f8")}},
        {"another session", {ISSUED_TO(2, ""), .value = 2}},
        {"a medium the rules do not allow", {ISSUED_TO(2, "f1"), .medium = MEDIUM_MANUAL}},
        {"a look twice at a card", {ISSUED_TO(2, "f1")}},
        {"a note that is none", {ISSUED_TO(2, "u0")}},
        {"nobody, not on paper",
         {.kind = ENTRY_ISSUED, .lane = "A", .number = 2, .value = 1, .medium = MEDIUM_ID_CARD}},
        {"rules that contradict", {.kind = ENTRY_RULES_SET, .text = "media="}},
        {"confirmed, not called", {ABOUT(CONFIRMED, 1, 1)}},
        {"a mismatch, not called", {ABOUT(MISMATCH, 1, 1)}},
        {"resolved, not stopped", {ABOUT(RESOLVED, 1, 1), .extra = "order-right"}},
        {"acknowledged, not void", {ABOUT(VOID_ACKNOWLEDGED, 1, 1)}},
        {"a card from nobody who has one", {ABOUT(CARD_BACK, 1, 1)}},
        {"a shot number that left", {ABOUT(LEFT, 1, 1)}},
        {"a second retake before the first", {ABOUT(RETAKE, 1, 1), .value = 2}},
        {"a retake on paper", {ABOUT(RETAKE, 1, 1), .value = 1, .extra = "paper"}},
        {"a step with something extra", {ABOUT(RETAKE, 1, 1), .value = 1, .extra = "x"}},
        {"a bound number bound", {ABOUT(BOUND, 1, 2)}},
        {"paid as before", {.kind = ENTRY_PAYMENT, .person = person(1), .extra = "paid list"}},
        {"back what was not paid", {.kind = ENTRY_PAYMENT, .person = person(3), .extra = "refunded cash"}},
        {"paid by nobody", {.kind = ENTRY_PAYMENT, .extra = "paid cash"}},
        {"a card without payment", {.kind = ENTRY_CARD_OUT, .person = person(3)}},
        {"a roll nobody calls", {.kind = ENTRY_ROLL, .person = person(1), .value = 3}},
        {"unknown as before", {.kind = ENTRY_ROLL, .person = person(1)}},
        {"a late round that never began", {.kind = ENTRY_LATE_ROUND, .lane = "A"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct queue_entry entry = cases[i].entry;
        entry.seq = day->seq + 1;
        if (queue_apply(day->queue, &entry) != QUEUE_APPLY_IMPOSSIBLE)
            fail_msg("%s: was taken", cases[i].legend);
    }
    struct queue_entry fine = {ISSUED_TO(1, "f256"), .text = "blinked", .seq = day->seq + 1};
    assert_int_equal(queue_apply(day->queue, &fine), QUEUE_APPLY_OK); /* the cases fail for their own cause */
}

/* Two numbers that stand are never of one person by a bind, whoever wrote the entry. */
static void replay_refuses_two_that_stand(void **state)
{
    (void)state;
    open_day(NULL);
    EXPECT("typed", QUEUE_DONE, "A0001", COMES(7));
    EXPECT("the card", QUEUE_DONE, "A0002", COMES(90), .bound = false);
    EXPECT("another card", QUEUE_DONE, "A0003", COMES(91), .bound = false);
    EXPECT("gone", QUEUE_DONE, "A0003", OF(LEAVE, 3));
    struct queue_entry tied = {
        .kind = ENTRY_BOUND, .lane = "A", .number = 2, .person = person(7), .seq = day->seq + 1};
    assert_int_equal(queue_apply(day->queue, &tied), QUEUE_APPLY_IMPOSSIBLE);
    tied.number = 3;
    assert_int_equal(queue_apply(day->queue, &tied), QUEUE_APPLY_OK); /* it failed for its own cause */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_door),
        TEST(nothing_is_left_open_for_ever),
        TEST(an_older_closing_is_taken),
        TEST(whoever_was_not_called_is_noted),
        TEST(another_name_on_the_card_is_noted),
        TEST(blanks_are_no_reason),
        TEST(a_door_that_warns),
        TEST(who_may_override),
        TEST(missed_to_the_class_end),
        TEST(missed_to_after_another_class),
        TEST(missed_to_the_session_end),
        TEST(leaving_is_not_missing),
        TEST(a_void_number_is_acknowledged),
        TEST(the_number_is_spoken),
        TEST(a_mismatch_stops_the_lane),
        TEST(at_risk_since_the_last_confirmed),
        TEST(scan_and_sit),
        TEST(payment_cards),
        TEST(roll_call),
        TEST(the_order_within_the_class),
        TEST(the_lanes_own_limit_wins),
        TEST(rules_change),
        TEST(the_pace),
        TEST(binding_moves_every_number),
        TEST(a_card_of_somebody_in_line),
        TEST(finished_numbers_of_a_card_move_to_whoever_was_shot),
        TEST(only_the_number_that_was_named_is_made_void),
        TEST(more_numbers_than_one_step_can_move),
        TEST(an_unpaid_student_is_bound_all_the_same),
        TEST(slips_of_paper),
        TEST(an_older_journal_still_replays),
        TEST(replay_refuses_what_rules_forbid),
        TEST(replay_refuses_two_that_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
