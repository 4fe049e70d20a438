/* Counting the ledger: once over the numbers, once over the people. Must not change anything, nor know a name. Any thread
 * that may read the queue state given. */
#include "desk/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { NUMBERS_SHOT, NUMBERS_MISSED, NUMBERS_VOID, NUMBERS_OPEN, NUMBERS_PARTS };
enum { PEOPLE_SHOT, PEOPLE_ABSENT, PEOPLE_EXCLUDED, PEOPLE_CAPTURED, PEOPLE_OPEN, PEOPLE_PARTS };
enum { MONEY_SHOT, MONEY_REFUND, MONEY_CARRIED, MONEY_PARTS };
enum { CARDS_RETURNED, CARDS_CARRIED, CARDS_PARTS };
static const char *const part_codes[LEDGER_KIND_COUNT][LEDGER_PARTS_MAX + 1] = {
    [LEDGER_NUMBERS] = {"shot", "missed", "void", "open"},
    [LEDGER_PEOPLE] = {"shot", "absent", "excluded", "captured", "open"},
    [LEDGER_MONEY] = {"shot", "refund", "carried"},
    [LEDGER_CARDS] = {"returned", "carried"},
};

/* Both sides of the four sums. */
struct book {
    struct sum {
        uint32_t total, parts[LEDGER_PARTS_MAX];
    } sums[LEDGER_KIND_COUNT];
};
struct ledger {
    const struct queue *queue;
    struct book event, *lanes, *units;
    size_t n_lanes;
    uint32_t n_units;
    bool asks_for_money;       /* the rules do */
    struct ledger_line *lines; /* NULL: not asked for yet */
    size_t n_lines, lines_capacity;
    struct ledger_cause *causes;
    size_t n_causes, causes_capacity;
};

const char *ledger_part_code(enum ledger_kind kind, size_t index)
{
    return (unsigned)kind < LEDGER_KIND_COUNT && index <= LEDGER_PARTS_MAX ? part_codes[kind][index] : NULL;
}

const char *ledger_fault_code(enum ledger_fault fault)
{
    static const char *const codes[LEDGER_FAULT_COUNT] = {"void-only", "excluded-shot", "unpaid-shot",
                                                          "refunded-shot", "card-out"};
    return (unsigned)fault < LEDGER_FAULT_COUNT ? codes[fault] : "?";
}

bool person_gets_refund(const struct queue *queue, const struct person_id *person)
{
    return queue_person(queue, person).payment == PAYMENT_PAID && !queue_shot_of(queue, person);
}

/* ---- which sums the rules ask for */
static bool rules_ask_for_money(const struct queue *queue)
{
    static const struct queue_person nothing;
    return queue_is_owed(queue, &nothing);
}

/* Money that was taken is counted whatever the rules say by now. */
static bool asks_for_money(const struct ledger *ledger)
{
    return ledger->asks_for_money || ledger->event.sums[LEDGER_MONEY].total;
}

static bool asks_for_cards(const struct ledger *ledger)
{
    const struct queue_event *event = queue_event(ledger->queue);
    return event->rules.payment == PAYMENT_TOKEN || event->cards_out;
}

/* ---- numbers */
static void count_number(struct book *book, const struct ticket *ticket)
{
    static const int parts[TICKET_STATE_COUNT] = {
        [TICKET_WAITING] = NUMBERS_OPEN,  [TICKET_CALLED] = NUMBERS_OPEN, [TICKET_SHOT] = NUMBERS_SHOT,
        [TICKET_MISSED] = NUMBERS_MISSED, [TICKET_VOID] = NUMBERS_VOID,
    };
    book->sums[LEDGER_NUMBERS].parts[parts[ticket->state]]++;
}

static void count_lane(struct ledger *ledger, const struct queue_lane *lane, struct book *book)
{
    struct book *const books[] = {book, &ledger->event};
    for (size_t i = 0; i < 2; i++) {
        books[i]->sums[LEDGER_NUMBERS].total += lane->counts.issued;
        books[i]->sums[LEDGER_CARDS].parts[CARDS_RETURNED] += lane->cards_back;
        for (uint32_t number = 1; number <= lane->counts.issued; number++)
            count_number(books[i], queue_ticket(ledger->queue, lane->name, number));
    }
    book->sums[LEDGER_CARDS].total += lane->cards_back;
}

struct ledger *ledger_new(const struct queue *queue, uint32_t n_units)
{
    struct ledger *ledger = bytes_alloc(sizeof *ledger);
    ledger->queue = queue;
    ledger->n_lanes = queue_lane_count(queue);
    ledger->n_units = n_units;
    ledger->asks_for_money = rules_ask_for_money(queue);
    ledger->lanes = bytes_alloc(ledger->n_lanes * sizeof *ledger->lanes);
    ledger->units = bytes_alloc(n_units * sizeof *ledger->units);
    for (size_t i = 0; i < ledger->n_lanes; i++)
        count_lane(ledger, queue_lane_at(queue, i), &ledger->lanes[i]);
    ledger->event.sums[LEDGER_CARDS].total = queue_event(queue)->cards_out;
    return ledger;
}

void ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    free(ledger->lanes);
    free(ledger->units);
    free(ledger->lines);
    free(ledger->causes);
    free(ledger);
}

/* ---- people, each in the event's sums and in those of a unit */
struct standing {
    const struct ledger_person *who;
    struct queue_person state;
    const struct ticket *shot, *latest; /* NULL: none */
    bool is_open;                       /* a number is waiting or called */
};

static void blame(struct ledger *ledger, const struct standing *person, enum ledger_fault fault)
{
    const struct ticket *ticket = person->shot ? person->shot : person->latest;
    if (ledger->n_causes == ledger->causes_capacity) {
        ledger->causes_capacity = ledger->causes_capacity ? 2 * ledger->causes_capacity : 64;
        ledger->causes = bytes_resize(ledger->causes, ledger->causes_capacity * sizeof *ledger->causes);
    }
    struct ledger_cause *cause = &ledger->causes[ledger->n_causes++];
    *cause = (struct ledger_cause){
        .fault = fault, .person = person->who->id, .unit = person->who->unit, .is_shot = person->shot};
    if (!ticket)
        return;
    memcpy(cause->lane, ticket->lane, sizeof cause->lane);
    cause->number = ticket->number;
}

/* The part somebody of the lists is; -1: none of them. */
static int part_of_people(const struct standing *person)
{
    if (person->shot)
        return person->who->is_excluded ? -1 : PEOPLE_SHOT;
    if (person->who->is_excluded)
        return PEOPLE_EXCLUDED;
    if (person->is_open)
        return PEOPLE_OPEN;
    if (person->who->is_captured)
        return PEOPLE_CAPTURED;
    return person->latest && person->latest->state == TICKET_VOID ? -1 : PEOPLE_ABSENT;
}

static void add_part(struct sum *sum, int part)
{
    sum->total++;
    if (part >= 0)
        sum->parts[part]++;
}

static void add_people(struct book *book, const struct standing *person)
{
    if (person->who->on_roster || person->who->is_excluded)
        add_part(&book->sums[LEDGER_PEOPLE], part_of_people(person));
}

static bool is_shot_owing(const struct ledger *ledger, const struct standing *person)
{
    const enum payment_state payment = person->state.payment;
    if (!ledger->asks_for_money && payment != PAYMENT_PAID && payment != PAYMENT_REFUNDED)
        return false;
    return person->shot && payment != PAYMENT_WAIVED;
}

static void add_money(const struct ledger *ledger, struct book *book, const struct standing *person)
{
    struct sum *sum = &book->sums[LEDGER_MONEY];
    const bool is_paid = person->state.payment == PAYMENT_PAID;
    const bool is_refunded = person->state.payment == PAYMENT_REFUNDED;
    sum->total += is_paid || is_refunded;
    sum->parts[MONEY_SHOT] += is_shot_owing(ledger, person);
    sum->parts[MONEY_CARRIED] += is_paid && !person->shot && person->is_open;
    sum->parts[MONEY_REFUND] += is_refunded || (is_paid && !person->shot && !person->is_open);
}

static void add_to_unit(const struct ledger *ledger, struct book *book, const struct standing *person)
{
    struct sum *cards = &book->sums[LEDGER_CARDS];
    const struct ticket *ticket = person->latest;
    for (; ticket; ticket = queue_ticket_behind(ledger->queue, ticket)) {
        book->sums[LEDGER_NUMBERS].total++;
        count_number(book, ticket);
        cards->total += ticket->card_back;
        cards->parts[CARDS_RETURNED] += ticket->card_back;
    }
    cards->total += person->state.has_card;
    cards->parts[CARDS_CARRIED] += person->state.has_card && person->is_open;
    add_people(book, person);
    add_money(ledger, book, person);
}

static void blame_whom(struct ledger *ledger, const struct standing *person)
{
    const bool is_listed = person->who->on_roster || person->who->is_excluded;
    if (is_listed && part_of_people(person) < 0)
        blame(ledger, person, person->shot ? LEDGER_EXCLUDED_SHOT : LEDGER_VOID_ONLY);
    if (is_shot_owing(ledger, person) && person->state.payment != PAYMENT_PAID)
        blame(ledger, person,
              person->state.payment == PAYMENT_REFUNDED ? LEDGER_REFUNDED_SHOT : LEDGER_UNPAID_SHOT);
    if (person->state.has_card && !person->is_open)
        blame(ledger, person, LEDGER_CARD_OUT);
}

/* Whoever holds a card with an open number has it still to give back there. */
static void add_to_lane(struct ledger *ledger, const struct standing *person)
{
    if (!person->state.has_card || person->is_open || !person->shot)
        return;
    for (size_t i = 0; i < ledger->n_lanes; i++)
        if (strcmp(queue_lane_at(ledger->queue, i)->name, person->shot->lane) == 0)
            ledger->lanes[i].sums[LEDGER_CARDS].total++;
}

void ledger_add(struct ledger *ledger, const struct ledger_person *who)
{
    struct standing person = {.who = who,
                              .state = queue_person(ledger->queue, &who->id),
                              .shot = queue_shot_of(ledger->queue, &who->id),
                              .latest = queue_ticket_of(ledger->queue, &who->id)};
    const struct ticket *ticket = person.latest;
    for (; ticket && !person.is_open; ticket = queue_ticket_behind(ledger->queue, ticket))
        person.is_open = ticket->state == TICKET_WAITING || ticket->state == TICKET_CALLED;
    add_people(&ledger->event, &person);
    add_money(ledger, &ledger->event, &person);
    ledger->event.sums[LEDGER_CARDS].parts[CARDS_CARRIED] += person.state.has_card && person.is_open;
    add_to_lane(ledger, &person);
    if (who->unit && who->unit <= ledger->n_units)
        add_to_unit(ledger, &ledger->units[who->unit - 1], &person);
    blame_whom(ledger, &person);
}

/* ---- who makes a difference */
static bool concerns(const struct ledger_cause *cause, const struct ledger_line *line)
{
    static const enum ledger_kind kinds[LEDGER_FAULT_COUNT] = {LEDGER_PEOPLE, LEDGER_PEOPLE, LEDGER_MONEY,
                                                               LEDGER_MONEY, LEDGER_CARDS};
    if (kinds[cause->fault] != line->kind)
        return false;
    if (line->scope == LEDGER_UNIT)
        return cause->unit == line->unit;
    return line->scope == LEDGER_EVENT || (cause->is_shot && strcmp(cause->lane, line->lane) == 0);
}

/* FNV-1a. Ids are random, so that it needs no key. */
static uint32_t sum_of_cause(const struct ledger_cause *cause)
{
    uint32_t sum = (2166136261u ^ (uint32_t)cause->fault) * 16777619u;
    for (size_t i = 0; i < PERSON_ID_SIZE; i++)
        sum = (sum ^ cause->person.bytes[i]) * 16777619u;
    return sum;
}

uint32_t ledger_who(const struct ledger *ledger, const struct ledger_line *line)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < ledger->n_causes; i++)
        if (concerns(&ledger->causes[i], line))
            sum += sum_of_cause(&ledger->causes[i]);
    return sum ? sum : 1;
}

/* ---- lines */
static void add_line(struct ledger *ledger, const struct book *book, struct ledger_line line)
{
    const struct sum *sum = &book->sums[line.kind];
    static const size_t n_parts[LEDGER_KIND_COUNT] = {NUMBERS_PARTS, PEOPLE_PARTS, MONEY_PARTS, CARDS_PARTS};
    line.total = sum->total;
    line.n_parts = line.scope == LEDGER_LANE && line.kind == LEDGER_CARDS ? 1 : n_parts[line.kind];
    memcpy(line.parts, sum->parts, sizeof line.parts);
    int64_t difference = sum->total;
    for (size_t i = 0; i < line.n_parts; i++)
        difference -= sum->parts[i];
    line.difference = (int32_t)difference;
    const struct ledger_mark mark = {.kind = line.kind, .unit = line.unit};
    const struct queue_signature *signature = queue_signature(ledger->queue, line.lane, &mark);
    line.is_signed = line.difference && signature && signature->difference == line.difference &&
                     (!signature->mark.who || signature->mark.who == ledger_who(ledger, &line));
    if (ledger->n_lines == ledger->lines_capacity) {
        ledger->lines_capacity = ledger->lines_capacity ? 2 * ledger->lines_capacity : 64;
        ledger->lines = bytes_resize(ledger->lines, ledger->lines_capacity * sizeof *ledger->lines);
    }
    ledger->lines[ledger->n_lines++] = line;
}

static void add_lines(struct ledger *ledger, const struct book *book, struct ledger_line line)
{
    const bool is_lane = line.scope == LEDGER_LANE;
    const bool applies[LEDGER_KIND_COUNT] = {
        [LEDGER_NUMBERS] = true,
        [LEDGER_PEOPLE] = !is_lane && book->sums[LEDGER_PEOPLE].total,
        [LEDGER_MONEY] = !is_lane && asks_for_money(ledger),
        [LEDGER_CARDS] = asks_for_cards(ledger),
    };
    for (int kind = 0; kind < LEDGER_KIND_COUNT; kind++) {
        line.kind = (enum ledger_kind)kind;
        if (applies[kind])
            add_line(ledger, book, line);
    }
}

static int by_number(const void *a, const void *b)
{
    const struct ledger_cause *one = a, *other = b;
    if (!one->number != !other->number)
        return one->number ? -1 : 1;
    const int lanes = strcmp(one->lane, other->lane);
    if (lanes)
        return lanes;
    if (one->number != other->number)
        return one->number < other->number ? -1 : 1;
    return memcmp(one->person.bytes, other->person.bytes, PERSON_ID_SIZE);
}

static void settle(struct ledger *ledger)
{
    if (ledger->n_causes)
        qsort(ledger->causes, ledger->n_causes, sizeof *ledger->causes, by_number);
    add_lines(ledger, &ledger->event, (struct ledger_line){.scope = LEDGER_EVENT});
    for (size_t i = 0; i < ledger->n_lanes; i++) {
        struct ledger_line line = {.scope = LEDGER_LANE};
        memcpy(line.lane, queue_lane_at(ledger->queue, i)->name, sizeof line.lane);
        add_lines(ledger, &ledger->lanes[i], line);
    }
    for (uint32_t unit = 1; unit <= ledger->n_units; unit++)
        if (ledger->units[unit - 1].sums[LEDGER_PEOPLE].total)
            add_lines(ledger, &ledger->units[unit - 1],
                      (struct ledger_line){.scope = LEDGER_UNIT, .unit = unit});
}

const struct ledger_line *ledger_lines(struct ledger *ledger, size_t *ret_count)
{
    if (!ledger->lines)
        settle(ledger);
    *ret_count = ledger->n_lines;
    return ledger->lines;
}

const struct ledger_line *ledger_line(struct ledger *ledger, enum ledger_kind kind, const char *lane,
                                      uint32_t unit)
{
    size_t count;
    const struct ledger_line *lines = ledger_lines(ledger, &count);
    for (size_t i = 0; i < count; i++)
        if (lines[i].kind == kind && lines[i].unit == unit && strcmp(lines[i].lane, lane) == 0)
            return &lines[i];
    return NULL;
}

bool ledger_is_open(const struct ledger_line *line)
{
    return line->difference && !line->is_signed;
}

uint32_t ledger_open(struct ledger *ledger, const char *lane)
{
    size_t count;
    uint32_t open = 0;
    const struct ledger_line *lines = ledger_lines(ledger, &count);
    for (size_t i = 0; i < count; i++)
        open += ledger_is_open(&lines[i]) && (!lane || strcmp(lines[i].lane, lane) == 0);
    return open;
}

size_t ledger_causes(struct ledger *ledger, const struct ledger_line *line, struct ledger_cause ret_causes[],
                     size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < ledger->n_causes; i++) {
        if (!concerns(&ledger->causes[i], line))
            continue;
        if (count < most)
            ret_causes[count] = ledger->causes[i];
        count++;
    }
    return count;
}
