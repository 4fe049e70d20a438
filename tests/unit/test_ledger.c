/* The ledger over small days, one for each cause of a difference and for each thing that must not be one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk/ledger.h"

/* A day is written down in steps, each a letter and whom it concerns (1..9):
 *   P pays, K pays and gets a payment card, W is waived, R is refunded, A is marked absent,
 *   I checks in at lane A, J at lane B, C is called, S photographed (called first when need be), G the same and the card
 *   comes back, B the card comes back afterwards, Q a retake begins, M called and missed, L leaves, V void;
 *   "-": a slip of paper nobody used.
 * People, one letter each: r on the roster, x there and excluded, c there and captured before, o on no list, e on no
 * roster and excluded. Those of the roster are of unit 1. */
struct world {
    struct queue *queue;
    uint64_t seq;
    const char *people;
};

static struct person_id person(unsigned n)
{
    struct person_id id = {{0}};
    id.bytes[0] = (uint8_t)n;
    id.bytes[15] = 1;
    return id;
}

static enum queue_verdict give(struct world *w, const struct queue_command *command)
{
    struct queue_decision decision;
    queue_decide(w->queue, command, &decision);
    for (size_t i = 0; i < decision.n_entries; i++) {
        decision.entries[i].seq = ++w->seq;
        assert_int_equal(queue_apply(w->queue, &decision.entries[i]), QUEUE_APPLY_OK);
    }
    return decision.verdict;
}

static void order(struct world *w, const char *legend, const struct queue_command *command)
{
    const enum queue_verdict verdict = give(w, command);
    if (verdict != QUEUE_DONE)
        fail_msg("%s: %s gave verdict %d", legend, command_kind_name(command->kind), (int)verdict);
}

static void on_number(struct world *w, const char *legend, enum command_kind kind, unsigned who, bool card)
{
    const struct person_id id = person(who);
    const struct ticket *ticket = queue_ticket_of(w->queue, &id);
    struct queue_command command = {.kind = kind, .at_us = 1, .card = card, .text = "why"};
    if (!ticket)
        fail_msg("%s: %u has no number", legend, who);
    strcpy(command.lane, ticket->lane);
    command.number = ticket->number;
    if (kind == COMMAND_SHOT && ticket->state == TICKET_WAITING)
        on_number(w, legend, COMMAND_CALL, who, false);
    order(w, legend, &command);
}

static void pay(struct world *w, const char *legend, const char *state, unsigned who, bool card)
{
    struct queue_command command = {.kind = COMMAND_PAYMENT, .person = person(who), .card = card};
    command.value = strncmp(state, "paid", 4) == 0 ? 1500 : 0;
    strcpy(command.extra, state);
    order(w, legend, &command);
}

static void come(struct world *w, const char *legend, const char *lane, unsigned who)
{
    const char kind = w->people[who - 1];
    struct queue_command command = {.kind = COMMAND_CHECK_IN,
                                    .at_us = 1,
                                    .person = person(who),
                                    .medium = MEDIUM_ID_CARD,
                                    .bound = true,
                                    .authority = AUTHORITY_OFFICE,
                                    .overrides = ISSUE_OVER,
                                    .text = "why"};
    command.facts = (struct queue_facts){.has_roster = true,
                                         .on_roster = strchr("rxc", kind),
                                         .is_excluded = strchr("xe", kind),
                                         .is_captured = kind == 'c',
                                         .unit = strchr("rxc", kind) ? 1 : 0};
    strcpy(command.lane, lane);
    order(w, legend, &command);
}

static void slip(struct world *w, const char *legend)
{
    struct queue_command command = {.kind = COMMAND_PAPER, .lane = "A", .at_us = 1, .outcome = TICKET_VOID};
    command.number = queue_lane(w->queue, "A")->counts.issued + 1;
    order(w, legend, &command);
}

static void step(struct world *w, const char *legend, char what, unsigned who)
{
    struct queue_command roll = {.kind = COMMAND_ROLL, .person = person(who), .value = ROLL_ABSENT};
    switch (what) {
    case 'P':
    case 'K':
        pay(w, legend, "paid cash", who, what == 'K');
        return;
    case 'W':
        pay(w, legend, "waived ", who, false);
        return;
    case 'R':
        pay(w, legend, "refunded ", who, false);
        return;
    case 'A':
        order(w, legend, &roll);
        return;
    case 'I':
    case 'J':
        come(w, legend, what == 'I' ? "A" : "B", who);
        return;
    case 'C':
        on_number(w, legend, COMMAND_CALL, who, false);
        return;
    case 'S':
    case 'G':
        on_number(w, legend, COMMAND_SHOT, who, what == 'G');
        return;
    case 'B':
        on_number(w, legend, COMMAND_CARD_BACK, who, false);
        return;
    case 'Q':
        on_number(w, legend, COMMAND_RETAKE, who, false);
        return;
    case 'M':
        on_number(w, legend, COMMAND_CALL, who, false);
        on_number(w, legend, COMMAND_MISS, who, false);
        return;
    case 'L':
        on_number(w, legend, COMMAND_LEAVE, who, false);
        return;
    case 'V':
        on_number(w, legend, COMMAND_VOID, who, false);
        return;
    default:
        fail_msg("%s: no step is called %c", legend, what);
    }
}

static void begin(struct world *w, enum payment_way payment, const char *people)
{
    static const enum command_kind opening[] = {COMMAND_EVENT_CREATE, COMMAND_LANE_SET,
                                                COMMAND_LANE_SET,     COMMAND_RULES_SET,
                                                COMMAND_SESSION_OPEN, COMMAND_SESSION_OPEN};
    *w = (struct world){.queue = queue_new(), .people = people};
    for (size_t i = 0; i < sizeof opening / sizeof *opening; i++) {
        struct queue_command command = {.kind = opening[i], .at_us = 1, .text = "x"};
        strcpy(command.lane, i % 2 ? "A" : "B");
        queue_rules_default(&command.rules);
        command.rules.payment = payment;
        order(w, "beginning", &command);
    }
}

static void live(struct world *w, const char *legend, const char *day)
{
    for (; *day; day++) {
        if (*day == ' ')
            continue;
        if (*day == '-') {
            slip(w, legend);
            continue;
        }
        step(w, legend, day[0], (unsigned)(day[1] - '0'));
        day++;
    }
}

static struct ledger *count(const struct world *w)
{
    struct ledger *ledger = ledger_new(w->queue, 1);
    for (unsigned n = 1; w->people[n - 1]; n++) {
        const char kind = w->people[n - 1];
        const bool on_roster = strchr("rxc", kind);
        const struct ledger_person who = {person(n), on_roster, on_roster, strchr("xe", kind), kind == 'c'};
        ledger_add(ledger, &who);
    }
    return ledger;
}

/* "people 3=1+1+0+0+1" */
static void sums_text(struct ledger *ledger, char *ret)
{
    size_t n;
    const struct ledger_line *lines = ledger_lines(ledger, &n);
    *ret = '\0';
    for (size_t i = 0; i < n && lines[i].scope == LEDGER_EVENT; i++) {
        ret += sprintf(ret, "%s%s %u=", i ? " " : "", ledger_code(lines[i].kind), lines[i].total);
        for (size_t k = 0; k < lines[i].n_parts; k++)
            ret += sprintf(ret, "%s%u", k ? "+" : "", lines[i].parts[k]);
        assert_null(ledger_part_code(lines[i].kind, lines[i].n_parts));
        assert_non_null(ledger_part_code(lines[i].kind, lines[i].n_parts - 1));
    }
}

/* "people +1 void-only A1, people u1 +1 ..."; a number that is not there: "-". */
static void differences_text(struct ledger *ledger, char *ret)
{
    size_t n;
    const struct ledger_line *lines = ledger_lines(ledger, &n);
    const char *start = ret;
    *ret = '\0';
    for (size_t i = 0; i < n; i++) {
        struct ledger_cause causes[9];
        const size_t n_causes = ledger_causes(ledger, &lines[i], causes, 9);
        assert_int_equal(n_causes, abs(lines[i].difference));
        if (!lines[i].difference)
            continue;
        ret += sprintf(ret, "%s%s %s", ret == start ? "" : ", ", ledger_code(lines[i].kind), lines[i].lane);
        if (lines[i].unit)
            ret += sprintf(ret, "u%u", lines[i].unit);
        ret += sprintf(ret, "%s%+d", *lines[i].lane || lines[i].unit ? " " : "", (int)lines[i].difference);
        for (size_t k = 0; k < n_causes; k++)
            ret += causes[k].number ? sprintf(ret, " %s %s%u", ledger_fault_code(causes[k].fault),
                                              causes[k].lane, causes[k].number)
                                    : sprintf(ret, " %s -", ledger_fault_code(causes[k].fault));
    }
}

static const struct {
    const char *legend;
    enum payment_way payment;
    const char *people, *day;
    const char *sums;        /* of the event */
    const char *differences; /* of every line */
} days[] = {
    {"nobody came: all are absent", PAYMENT_NONE, "rrr", "", "numbers 0=0+0+0+0 people 3=0+3+0+0+0", ""},
    {"no list of people: nothing to say of them", PAYMENT_NONE, "oo", "I1 S1", "numbers 1=1+0+0+0", ""},
    {"shot, missed, left, waiting, absent, excluded, captured", PAYMENT_NONE, "rrrrrxc",
     "I1 S1 I2 M2 I3 L3 A5 J4", "numbers 4=1+2+0+1 people 7=1+3+1+1+1", ""},
    {"called is open, too", PAYMENT_NONE, "r", "I1 C1", "numbers 1=0+0+0+1 people 1=0+0+0+0+1", ""},
    {"missed, then shot with another number", PAYMENT_NONE, "r", "I1 M1 I1 S1",
     "numbers 2=1+1+0+0 people 1=1+0+0+0+0", ""},
    {"only a void number", PAYMENT_NONE, "r", "I1 V1", "numbers 1=0+0+1+0 people 1=0+0+0+0+0",
     "people +1 void-only A1, people u1 +1 void-only A1"},
    {"missed, then void: he was here, and there is no photograph", PAYMENT_NONE, "r", "I1 M1 J1 V1",
     "numbers 2=0+1+1+0 people 1=0+0+0+0+0", "people +1 void-only B1, people u1 +1 void-only B1"},
    {"void, then shot", PAYMENT_NONE, "r", "I1 V1 I1 S1", "numbers 2=1+0+1+0 people 1=1+0+0+0+0", ""},
    {"void, then missed: absent", PAYMENT_NONE, "r", "I1 V1 I1 M1", "numbers 2=0+1+1+0 people 1=0+1+0+0+0",
     ""},
    {"a slip of paper is nobody", PAYMENT_NONE, "r", "- I1 S1", "numbers 2=1+0+1+0 people 1=1+0+0+0+0", ""},
    {"excluded, yet shot", PAYMENT_NONE, "xr", "I1 S1 I2 S2", "numbers 2=2+0+0+0 people 2=1+0+0+0+0",
     "people +1 excluded-shot A1, people u1 +1 excluded-shot A1"},
    {"excluded, on no roster, yet shot: of no class", PAYMENT_NONE, "er", "I1 S1",
     "numbers 1=1+0+0+0 people 2=0+1+0+0+0", "people +1 excluded-shot A1"},
    {"excluded and turned away with a void number", PAYMENT_NONE, "x", "I1 V1",
     "numbers 1=0+0+1+0 people 1=0+0+1+0+0", ""},
    {"captured before and turned away with a void number", PAYMENT_NONE, "c", "I1 V1",
     "numbers 1=0+0+1+0 people 1=0+0+0+1+0", ""},
    {"captured before and again: a photograph", PAYMENT_NONE, "c", "I1 S1",
     "numbers 1=1+0+0+0 people 1=1+0+0+0+0", ""},
    {"an outsider with a void number is not missing", PAYMENT_NONE, "or", "I1 V1",
     "numbers 1=0+0+1+0 people 1=0+1+0+0+0", ""},
    {"two faults of one line do not hide each other", PAYMENT_NONE, "rx", "I1 V1 J2 S2",
     "numbers 2=1+0+1+0 people 2=0+0+0+0+0",
     "people +2 void-only A1 excluded-shot B1, people u1 +2 void-only A1 excluded-shot B1"},
    {"a retake under way is open", PAYMENT_PREPAID, "r", "P1 I1 S1 Q1",
     "numbers 1=0+0+0+1 people 1=0+0+0+0+1 money 1=0+0+1", ""},
    {"paid and shot, paid and waiting, paid and never come", PAYMENT_PREPAID, "rrr", "P1 P2 P3 I1 S1 I2",
     "numbers 2=1+0+0+1 people 3=1+1+0+0+1 money 3=1+1+1", ""},
    {"nobody paid, nobody came", PAYMENT_PREPAID, "rr", "",
     "numbers 0=0+0+0+0 people 2=0+2+0+0+0 money 0=0+0+0", ""},
    {"rules that ask for no money any more: what was taken is to be given back", PAYMENT_NONE, "rr",
     "P1 I2 S2", "numbers 1=1+0+0+0 people 2=1+1+0+0+0 money 1=0+1+0", ""},
    {"shot unpaid", PAYMENT_PREPAID, "rr", "P1 I1 S1 I2 S2",
     "numbers 2=2+0+0+0 people 2=2+0+0+0+0 money 1=2+0+0",
     "money -1 unpaid-shot A2, money u1 -1 unpaid-shot A2"},
    {"waived owes nothing", PAYMENT_ON_SITE, "rr", "W1 I1 S1 W2",
     "numbers 1=1+0+0+0 people 2=1+1+0+0+0 money 0=0+0+0", ""},
    {"given back, and not shot", PAYMENT_ON_SITE, "r", "P1 R1",
     "numbers 0=0+0+0+0 people 1=0+1+0+0+0 money 1=0+1+0", ""},
    {"given back, yet shot", PAYMENT_ON_SITE, "r", "P1 I1 S1 R1",
     "numbers 1=1+0+0+0 people 1=1+0+0+0+0 money 1=1+1+0",
     "money -1 refunded-shot A1, money u1 -1 refunded-shot A1"},
    {"given back and paid again", PAYMENT_ON_SITE, "r", "P1 R1 P1 I1 S1",
     "numbers 1=1+0+0+0 people 1=1+0+0+0+0 money 1=1+0+0", ""},
    {"an outsider pays like everybody", PAYMENT_ON_SITE, "oo", "P1 I1 S1 I2 S2",
     "numbers 2=2+0+0+0 money 1=2+0+0", "money -1 unpaid-shot A2"},
    {"classes pay afterwards: nothing to compare", PAYMENT_CLASS, "r", "I1 S1",
     "numbers 1=1+0+0+0 people 1=1+0+0+0+0", ""},
    {"the card comes back with the frame, or after it", PAYMENT_TOKEN, "rr", "K1 K2 I1 G1 J2 S2 B2",
     "numbers 2=2+0+0+0 people 2=2+0+0+0+0 money 2=2+0+0 cards 2=2+0", ""},
    {"the card waits in the line", PAYMENT_TOKEN, "r", "K1 I1",
     "numbers 1=0+0+0+1 people 1=0+0+0+0+1 money 1=0+0+1 cards 1=0+1", ""},
    {"the card went home", PAYMENT_TOKEN, "rr", "K1 J1 S1",
     "numbers 1=1+0+0+0 people 2=1+1+0+0+0 money 1=1+0+0 cards 1=0+0",
     "cards +1 card-out B1, cards B +1 card-out B1, cards u1 +1 card-out B1"},
    {"let through once more: the card waits in the line with the second number", PAYMENT_TOKEN, "r",
     "K1 I1 S1 J1", "numbers 2=1+0+0+1 people 1=1+0+0+0+0 money 1=1+0+0 cards 1=0+1", ""},
    {"shot twice is one person", PAYMENT_PREPAID, "r", "P1 I1 S1 J1 S1",
     "numbers 2=2+0+0+0 people 1=1+0+0+0+0 money 1=1+0+0", ""},
    {"missed, with the card in the pocket: no lane's", PAYMENT_TOKEN, "r", "K1 I1 M1",
     "numbers 1=0+1+0+0 people 1=0+1+0+0+0 money 1=0+1+0 cards 1=0+0",
     "cards +1 card-out A1, cards u1 +1 card-out A1"},
    {"missed, and the card came back there", PAYMENT_TOKEN, "r", "K1 I1 M1 B1",
     "numbers 1=0+1+0+0 people 1=0+1+0+0+0 money 1=0+1+0 cards 1=1+0", ""},
    {"a card handed out to somebody who never came", PAYMENT_TOKEN, "or", "K1",
     "numbers 0=0+0+0+0 people 1=0+1+0+0+0 money 1=0+1+0 cards 1=0+0", "cards +1 card-out -"},
    {"cards under other rules, since there are some", PAYMENT_PREPAID, "r", "K1 I1 S1",
     "numbers 1=1+0+0+0 people 1=1+0+0+0+0 money 1=1+0+0 cards 1=0+0",
     "cards +1 card-out A1, cards A +1 card-out A1, cards u1 +1 card-out A1"},
};

static void each_day_comes_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        char sums[512], differences[512];
        struct world w;
        begin(&w, days[i].payment, days[i].people);
        live(&w, days[i].legend, days[i].day);
        struct ledger *ledger = count(&w);
        sums_text(ledger, sums);
        differences_text(ledger, differences);
        if (strcmp(sums, days[i].sums) != 0 || strcmp(differences, days[i].differences) != 0)
            fail_msg("%s:\n  %s\n  %s\nexpected\n  %s\n  %s", days[i].legend, sums, differences, days[i].sums,
                     days[i].differences);
        ledger_free(ledger);
        queue_free(w.queue);
    }
    ledger_free(NULL);
}

static enum queue_verdict sign(struct world *w, const char *lane, const char *extra, int32_t said, int32_t is,
                               const char *reason)
{
    struct queue_command command = {.kind = COMMAND_LEDGER_SIGN,
                                    .at_us = 77,
                                    .value = (uint32_t)said,
                                    .difference = is,
                                    .device = "tool"};
    strcpy(command.lane, lane);
    strcpy(command.extra, extra);
    strcpy(command.text, reason);
    return give(w, &command);
}

static enum queue_verdict close_event(struct world *w, const char *lane)
{
    struct ledger *ledger = count(w);
    struct queue_command command = {.kind = *lane ? COMMAND_SESSION_CLOSE : COMMAND_EVENT_CLOSE};
    strcpy(command.lane, lane);
    command.open_lines = ledger_open(ledger, *lane ? lane : NULL);
    ledger_free(ledger);
    return give(w, &command);
}

/* A signature covers that line and that difference; closing looks at what is open. */
static void a_signature_covers_exactly_that(void **state)
{
    (void)state;
    struct world w;
    begin(&w, PAYMENT_TOKEN, "rrr");
    live(&w, "before", "K1 I1 S1");
    assert_int_equal(close_event(&w, "A"), QUEUE_LEDGER_OPEN);
    assert_int_equal(close_event(&w, "B"), QUEUE_DONE); /* its own lines are zero */
    assert_int_equal(close_event(&w, ""), QUEUE_LEDGER_OPEN);
    assert_int_equal(sign(&w, "A", "cards", 2, 1, "lost"), QUEUE_LEDGER_MOVED);
    assert_int_equal(sign(&w, "A", "cards", 1, 1, "\xe3\x80\x80"), QUEUE_REASON_NEEDED);
    assert_int_equal(sign(&w, "C", "cards", 1, 1, "lost"), QUEUE_LANE_UNKNOWN);
    assert_int_equal(sign(&w, "A", "cards u1", 1, 1, "lost"), QUEUE_WRONG_STATE);
    assert_int_equal(sign(&w, "", "card", 1, 1, "lost"), QUEUE_WRONG_STATE);
    assert_int_equal(sign(&w, "", "money", 0, 0, "all is well"), QUEUE_UNCHANGED);
    assert_int_equal(sign(&w, "A", "cards", 1, 1, "lost"), QUEUE_DONE);
    assert_int_equal(sign(&w, "A", "cards", 1, 1, "lost"), QUEUE_UNCHANGED);
    const struct ledger_mark mark = {.kind = LEDGER_CARDS};
    const struct queue_signature *signature = queue_signature(w.queue, "A", &mark);
    assert_non_null(signature);
    assert_string_equal(signature->reason, "lost");
    assert_string_equal(signature->device, "tool");
    assert_int_equal(signature->difference, 1);
    assert_int_equal(signature->at_us, 77);
    assert_null(queue_signature(w.queue, "", &mark));
    live(&w, "one more", "K2 I2 S2");
    assert_int_equal(close_event(&w, "A"), QUEUE_LEDGER_OPEN); /* two now, and one was signed */
    live(&w, "it comes back", "B2");
    assert_int_equal(close_event(&w, "A"), QUEUE_DONE);
    assert_int_equal(close_event(&w, ""), QUEUE_LEDGER_OPEN); /* the event's line, and the class's */
    assert_int_equal(sign(&w, "", "cards", 1, 1, "lost"), QUEUE_DONE);
    assert_int_equal(close_event(&w, ""), QUEUE_LEDGER_OPEN);
    assert_int_equal(sign(&w, "", "cards u1", 1, 1, "lost"), QUEUE_DONE);
    struct queue *copy = queue_clone(w.queue);
    assert_int_equal(queue_signature(copy, "", &mark)->difference, 1);
    queue_free(copy);
    assert_int_equal(close_event(&w, ""), QUEUE_DONE);
    assert_int_equal(sign(&w, "", "cards", 1, 1, "lost"), QUEUE_EVENT_CLOSED);
    queue_free(w.queue);
}

/* Whatever stood in the way of closing before comes first. */
static void other_refusals_come_first(void **state)
{
    (void)state;
    struct world w;
    begin(&w, PAYMENT_PREPAID, "rr");
    live(&w, "unpaid", "I1 S1 I2");
    assert_int_equal(close_event(&w, ""), QUEUE_LINE_NOT_EMPTY);
    live(&w, "void", "V2");
    assert_int_equal(close_event(&w, ""), QUEUE_VOID_OPEN);
    struct queue_command seen = {.kind = COMMAND_VOID_ACKNOWLEDGE, .lane = "A", .number = 2};
    order(&w, "seen", &seen);
    assert_int_equal(close_event(&w, ""), QUEUE_LEDGER_OPEN);
    queue_free(w.queue);
}

/* No entry says what could not have been decided. */
static void an_altered_signature_is_refused(void **state)
{
    static const struct {
        const char *legend, *lane, *extra, *text;
        uint32_t value;
    } altered[] = {
        {"zero", "A", "cards", "lost", 0},
        {"no reason", "A", "cards", " ", 1},
        {"an unknown lane", "C", "cards", "lost", 1},
        {"an unknown line", "A", "card", "lost", 1},
        {"a unit of a lane", "A", "cards u1", "lost", 1},
        {"unit 0", "", "cards u0", "lost", 1},
        {"a unit with a zero before", "", "cards u01", "lost", 1},
        {"a unit too large", "", "cards u4294967296", "lost", 1},
        {"something behind", "", "cards u1 ", "lost", 1},
    };
    (void)state;
    struct world w;
    begin(&w, PAYMENT_TOKEN, "r");
    for (size_t i = 0; i < sizeof altered / sizeof *altered; i++) {
        struct queue_entry entry = {
            .seq = w.seq + 1, .kind = ENTRY_LEDGER_SIGNED, .value = altered[i].value, .device = "tool"};
        strcpy(entry.lane, altered[i].lane);
        strcpy(entry.extra, altered[i].extra);
        strcpy(entry.text, altered[i].text);
        if (queue_apply(w.queue, &entry) != QUEUE_APPLY_IMPOSSIBLE)
            fail_msg("%s was taken", altered[i].legend);
    }
    queue_free(w.queue);
}

/* Journals from before there was a ledger were closed over whatever was open. */
static void an_older_event_closed_over_differences(void **state)
{
    (void)state;
    struct world w;
    begin(&w, PAYMENT_PREPAID, "rr");
    live(&w, "unpaid", "I1 S1 J2 V2");
    struct queue_entry entry = {.seq = w.seq + 1, .kind = ENTRY_SESSION_CLOSED, .value = 1, .lane = "A"};
    assert_int_equal(queue_apply(w.queue, &entry), QUEUE_APPLY_OK);
    entry = (struct queue_entry){.seq = w.seq + 2, .kind = ENTRY_EVENT_CLOSED};
    assert_int_equal(queue_apply(w.queue, &entry), QUEUE_APPLY_OK);
    struct ledger *ledger = count(&w);
    assert_int_equal(ledger_open(ledger, NULL), 4); /* money and people, of the event and of the class */
    ledger_free(ledger);
    queue_free(w.queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_day_comes_out),
        cmocka_unit_test(a_signature_covers_exactly_that),
        cmocka_unit_test(other_refusals_come_first),
        cmocka_unit_test(an_altered_signature_is_refused),
        cmocka_unit_test(an_older_event_closed_over_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
