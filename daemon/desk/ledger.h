/* The ledger: sums that must agree, and by how much they do not. Pure: counted from a queue state and from what is known of
 * its people, so that the desk shows it live and a package shows the same of a journal position.
 *
 * numbers: issued = shot + missed + void + open.
 * people:  on the lists (the roster, and whoever is excluded) = shot + absent + excluded + captured + open. absent: no
 *          number at all, or the latest one missed; captured: before, and not here. Whoever's latest number is void
 *          without a photograph, or is excluded and was shot all the same, is none of these and makes the difference.
 *          Only where there are such lists.
 * money:   people who have ever paid = shot (of those who owe) + refund (due or given) + carried (their number is open).
 *          Only where people pay before the photograph; somebody shot unpaid, or refunded and shot, makes it less.
 * cards:   payment cards handed out = returned + carried (of people whose number is open). Only where there are cards.
 * Of a lane: numbers, and cards: those of people shot there = returned there.
 *
 * The differences of one line have one sign, so that two faults never hide each other: of people and cards the
 * difference is how many make it, of money as many below zero. People who never came make none. */
#ifndef DESK_LEDGER_H
#define DESK_LEDGER_H
#include "queue/queue.h"

enum ledger_scope { LEDGER_EVENT, LEDGER_LANE, LEDGER_UNIT };
enum { LEDGER_PARTS_MAX = 6 };
struct ledger_line {
    enum ledger_kind kind; /* codes: queue/entry.h */
    enum ledger_scope scope;
    char lane[LANE_NAME_MAX + 1]; /* LEDGER_LANE */
    uint32_t unit;                /* LEDGER_UNIT */
    uint32_t total;               /* the left side */
    uint32_t parts[LEDGER_PARTS_MAX];
    size_t n_parts;
    int32_t difference; /* left side less right side */
    bool is_signed;     /* exactly this difference of these people was signed, and it is not zero */
};
const char *ledger_part_code(enum ledger_kind, size_t index); /* "shot" "missed" ...; NULL behind the last */

/* What makes a difference: one of these for each one of it. */
enum ledger_fault {
    LEDGER_VOID_ONLY,     /* people: the latest number is void, and there is no photograph */
    LEDGER_EXCLUDED_SHOT, /* people */
    LEDGER_UNPAID_SHOT,   /* money */
    LEDGER_REFUNDED_SHOT, /* money */
    LEDGER_CARD_OUT,      /* cards: not given back */
    LEDGER_FAULT_COUNT
};
const char *ledger_fault_code(
    enum ledger_fault); /* "void-only" "excluded-shot" "unpaid-shot" "refunded-shot" "card-out" */
struct ledger_cause {
    enum ledger_fault fault;
    struct person_id person;
    uint32_t unit;
    char lane[LANE_NAME_MAX + 1]; /* of the number that says who: the photographed one, else the latest */
    uint32_t number;              /* 0: there is none */
    bool is_shot;
};

/* What the queue state does not know of somebody. */
struct ledger_person {
    struct person_id id;
    uint32_t unit; /* of the roster, 0: none */
    bool on_roster, is_excluded, is_captured;
};
struct ledger;
/* Borrows the queue until ledger_free, and it must stay as it is. Units are 1..n_units. */
struct ledger *ledger_new(const struct queue *, uint32_t n_units);
/* Everybody once, in any order, before anything is asked. */
void ledger_add(struct ledger *, const struct ledger_person *);
/* The event's lines first, then the lanes' in their order, then the units' by id; only those that apply under the rules.
 * Owned by the ledger. */
const struct ledger_line *ledger_lines(struct ledger *, size_t *ret_count);
/* NULL: no such line. lane "" or unit 0: not of a lane, not of a unit. */
const struct ledger_line *ledger_line(struct ledger *, enum ledger_kind, const char *lane, uint32_t unit);
/* Neither zero nor signed. */
bool ledger_is_open(const struct ledger_line *);
/* How many such lines: of the whole event, or (lane not NULL) of that lane. */
uint32_t ledger_open(struct ledger *, const char *lane);
/* Who makes the line's difference, in the order of lanes and numbers, those without a number last: fills at most `most`,
 * returns how many there are. */
size_t ledger_causes(struct ledger *, const struct ledger_line *, struct ledger_cause ret_causes[],
                     size_t most);
/* A sum over who makes the line's difference and how, in any order; never 0. Another loss of the same size has another. */
uint32_t ledger_who(const struct ledger *, const struct ledger_line *);
void ledger_free(struct ledger *); /* NULL is fine */

/* Paid, and not photographed. */
bool person_gets_refund(const struct queue *, const struct person_id *);

#endif
