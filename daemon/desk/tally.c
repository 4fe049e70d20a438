/* The sums of an event, its lanes and its units, counted from the tickets and the people as they stand. Takes the desk's
 * lock while it counts. Any thread. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/desk_state.h"
#include "desk/ledger.h"
#include "desk/lookup.h"

struct counting {
    const struct desk *desk;
    struct desk_tally *event, *lanes, *units; /* in one block */
    size_t n_lanes;
};

static void count_numbers(struct desk_tally *tally, const struct queue_counts *counts)
{
    tally->issued += counts->issued;
    tally->waiting += counts->waiting;
    tally->called += counts->called;
    tally->shot += counts->shot;
    tally->missed += counts->missed;
    tally->voided += counts->voided;
}

static void count_lane(const struct counting *counting, const struct queue_lane *lane,
                       struct desk_tally *tally)
{
    tally->scope = TALLY_LANE;
    memcpy(tally->lane, lane->name, sizeof tally->lane);
    count_numbers(tally, &lane->counts);
    tally->open_voids = lane->open_voids;
    tally->cards_back = lane->cards_back;
    for (uint32_t number = 1; number <= lane->counts.issued; number++)
        tally->suspects += queue_ticket(counting->desk->visible, lane->name, number)->is_suspect;
    count_numbers(counting->event, &lane->counts);
    counting->event->open_voids += tally->open_voids;
    counting->event->cards_back += tally->cards_back;
    counting->event->suspects += tally->suspects;
}

/* ---- people, each in up to three sums */
struct standing {
    struct queue_person state;
    const struct ticket *ticket; /* the photographed one, else the latest */
    const struct person_facts *facts;
    bool is_shot, gets_refund, is_owing;
};

static void count_person(struct desk_tally *tally, const struct standing *person)
{
    const enum payment_state payment = person->state.payment;
    tally->planned += person_is_expected(person->facts);
    tally->people_shot += person->is_shot;
    tally->due += person->is_owing;
    tally->paid += payment == PAYMENT_PAID;
    tally->waived += payment == PAYMENT_WAIVED;
    tally->refunded += payment == PAYMENT_REFUNDED;
    tally->paid_fen += payment == PAYMENT_PAID ? person->state.paid_fen : 0;
    tally->refund_due += person->gets_refund;
    tally->cards_held += person->state.has_card;
    tally->absent += person->state.roll == ROLL_ABSENT && !person->ticket;
    tally->excluded += person->facts->is_excluded;
    tally->outsiders += person->ticket && !person->facts->on_roster;
}

static void count_in_unit(struct desk_tally *tally, const struct standing *person)
{
    count_person(tally, person);
    if (!person->ticket)
        return;
    tally->issued++;
    tally->waiting += person->ticket->state == TICKET_WAITING;
    tally->called += person->ticket->state == TICKET_CALLED;
    tally->shot += person->ticket->state == TICKET_SHOT;
    tally->missed += person->ticket->state == TICKET_MISSED;
    tally->voided += person->ticket->state == TICKET_VOID;
    tally->open_voids += person->ticket->state == TICKET_VOID && !person->ticket->acknowledged;
    tally->suspects += person->ticket->is_suspect;
    tally->cards_back += person->ticket->card_back;
}

static struct desk_tally *lane_of(const struct counting *counting, const struct ticket *ticket)
{
    for (size_t i = 0; i < counting->n_lanes; i++)
        if (strcmp(counting->lanes[i].lane, ticket->lane) == 0)
            return &counting->lanes[i];
    return NULL;
}

static void take_person(void *arg, const struct person_id *id, const struct person_facts *facts)
{
    const struct counting *counting = arg;
    const struct queue *queue = counting->desk->visible;
    struct standing person = {.state = queue_person(queue, id),
                              .ticket = queue_shot_of(queue, id),
                              .facts = facts,
                              .gets_refund = person_gets_refund(queue, id)};
    person.is_shot = person.ticket;
    if (!person.is_shot)
        person.ticket = queue_ticket_of(queue, id);
    person.is_owing = queue_is_owed(queue, &person.state) && (facts->on_roster || person.ticket) &&
                      !facts->is_excluded && !facts->is_captured;
    count_person(counting->event, &person);
    struct desk_tally *lane = person.ticket ? lane_of(counting, person.ticket) : NULL;
    if (lane)
        count_person(lane, &person);
    if (facts->unit_id && facts->on_roster)
        count_in_unit(&counting->units[facts->unit_id - 1], &person);
}

static void start_units(const struct counting *counting, uint32_t count)
{
    for (uint32_t id = 1; id <= count; id++) {
        const struct unit_record *record = directory_unit(counting->desk->directory, id);
        struct desk_tally *tally = &counting->units[id - 1];
        tally->scope = TALLY_UNIT;
        tally->unit = id;
        memcpy(tally->college, record->college, sizeof tally->college);
        memcpy(tally->name, record->name, sizeof tally->name);
    }
}

int desk_tallies(struct desk *desk, struct desk_tally **ret, size_t *ret_count)
{
    pthread_mutex_lock(&desk->lock);
    const size_t n_lanes = queue_lane_count(desk->visible);
    const uint32_t n_units = directory_unit_count(desk->directory);
    const size_t count = 1 + n_lanes + n_units;
    struct desk_tally *tallies = bytes_alloc(count * sizeof *tallies);
    struct counting counting = {desk, tallies, tallies + 1, tallies + 1 + n_lanes, n_lanes};
    const struct queue_event *event = queue_event(desk->visible);
    start_units(&counting, n_units);
    for (size_t i = 0; i < n_lanes; i++)
        count_lane(&counting, queue_lane_at(desk->visible, i), &counting.lanes[i]);
    directory_each(desk->directory, take_person, &counting);
    tallies->cards_out = event->cards_out;
    for (size_t i = 0; i < count; i++)
        tallies[i].bill_fen = (uint64_t)tallies[i].people_shot * event->rules.fee_fen;
    pthread_mutex_unlock(&desk->lock);
    *ret = tallies;
    *ret_count = count;
    return 0;
}
