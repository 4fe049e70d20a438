/* The ledger: sums that must agree, and by how much they do not. Pure: counted from a queue state and from what is known of
 * its people, so that the desk shows it live and a package shows the same of a journal position.
 *
 * numbers: issued = shot + missed + void + open.
 * people:  planned (on the roster) = shot + absent + excluded + captured + open. absent: no number at all, or the latest
 *          one missed. Whoever has only void numbers, or is excluded and was shot all the same, makes the difference.
 * money:   people who have paid = shot (of those who owe) + refund (due or given) + carried (open). Only where people pay
 *          before the photograph; somebody shot unpaid, or refunded and shot, makes the difference.
 * cards:   payment cards handed out = returned + carried (of people whose number is open). Only where there are cards.
 * Of a lane: numbers, and cards: people shot there who had a card = cards returned there. */
#ifndef DESK_LEDGER_H
#define DESK_LEDGER_H
#include "queue/queue.h"

enum ledger_kind { LEDGER_NUMBERS = 0, LEDGER_PEOPLE, LEDGER_MONEY, LEDGER_CARDS, LEDGER_KIND_COUNT };
enum ledger_scope { LEDGER_EVENT, LEDGER_LANE, LEDGER_UNIT };
enum { LEDGER_PARTS_MAX = 6 };
struct ledger_line {
    enum ledger_kind kind;
    enum ledger_scope scope;
    char lane[LANE_NAME_MAX + 1]; /* LEDGER_LANE */
    uint32_t unit;                /* LEDGER_UNIT */
    uint32_t total;               /* the left side */
    uint32_t parts[LEDGER_PARTS_MAX];
    size_t n_parts;
    int32_t difference; /* left side less right side */
    bool is_signed;     /* exactly this difference was signed */
};
const char *ledger_code(enum ledger_kind);                    /* "numbers" "people" "money" "cards" */
int ledger_kind_from_code(const char *);                      /* -1: unknown */
const char *ledger_part_code(enum ledger_kind, size_t index); /* "shot" "missed" ...; NULL behind the last */

/* What the queue state does not know of somebody. */
struct ledger_person {
    struct person_id id;
    uint32_t unit; /* of the roster, 0: none */
    bool on_roster, is_excluded, is_captured;
};
struct ledger;
/* Borrows the queue until ledger_free. Units are 1..n_units. */
struct ledger *ledger_new(const struct queue *, uint32_t n_units);
void ledger_add(struct ledger *, const struct ledger_person *); /* everybody once */
/* The event's lines first, then the lanes' in their order, then the units' by id; only those that apply under the rules. */
const struct ledger_line *ledger_lines(struct ledger *, size_t *ret_count);
/* Lines neither zero nor signed: of the whole event, or (lane not NULL) of that lane. */
uint32_t ledger_open(struct ledger *, const char *lane);
void ledger_free(struct ledger *);

#endif
