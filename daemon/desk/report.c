/* Builds JSON trees: a few hundred units at most, and nobody waits for them at a door. No state; any thread. */
#include "desk/report.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "desk/scope.h"

static void set_number(json_t *object, const char *name, uint64_t value)
{
    if (json_object_set_new(object, name, json_integer((json_int_t)value)) != 0)
        abort();
}

static void set_text(json_t *object, const char *name, const char *value)
{
    if (json_object_set_new(object, name, json_string(value)) != 0)
        abort();
}

static void set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0)
        abort();
}

static json_t *counts_json(const struct queue_counts *counts)
{
    json_t *object = json_object();
    set_number(object, "issued", counts->issued);
    set_number(object, "waiting", counts->waiting);
    set_number(object, "called", counts->called);
    set_number(object, "shot", counts->shot);
    set_number(object, "missed", counts->missed);
    set_number(object, "void", counts->voided);
    return object;
}

/* ---- units */
json_t *report_unit(const struct desk_unit *unit)
{
    json_t *object = json_object();
    set_number(object, "id", unit->id);
    set_text(object, "college", unit->college);
    set_text(object, "name", unit->name);
    set_number(object, "people", unit->people);
    set_number(object, "excluded", unit->excluded);
    set_number(object, "captured", unit->captured);
    set_number(object, "due", unit->due);
    set_number(object, "paid", unit->paid);
    set_number(object, "waived", unit->waived);
    set_number(object, "refunded", unit->refunded);
    set_number(object, "present", unit->present);
    set_number(object, "absent", unit->absent);
    set_number(object, "left", unit->left);
    set(object, "counts", counts_json(&unit->counts));
    set_number(object, "next_rank", unit->next_rank);
    set_number(object, "pace_ms", unit->pace_ms);
    set(object, "eta_s",
        unit->pace_ms ? json_integer((json_int_t)((uint64_t)unit->left * unit->pace_ms / 1000))
                      : json_null());
    return object;
}

json_t *report_units(struct desk *desk)
{
    struct desk_unit *units = NULL;
    size_t count = 0;
    json_t *list = json_array();
    if (desk_units(desk, &units, &count) != 0)
        return list;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, report_unit(&units[i]));
    free(units);
    return list;
}

json_t *report_scope(struct desk *desk, const char *scope)
{
    size_t count;
    struct scope_part *parts = desk_scope_parts(desk, scope, &count);
    json_t *list = parts ? json_array() : json_null();
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        set(object, "unit", parts[i].is_college ? json_null() : json_integer(parts[i].unit));
        set_text(object, "college", parts[i].college);
        set(object, "name", parts[i].is_college ? json_null() : json_string(parts[i].name));
        set_number(object, "people", parts[i].people);
        json_array_append_new(list, object);
    }
    free(parts);
    return list;
}

/* ---- tallies */
static json_t *tally_json(const struct desk_tally *tally)
{
    const struct {
        const char *name;
        uint64_t value;
    } sums[] = {
        {"planned", tally->planned},
        {"issued", tally->issued},
        {"waiting", tally->waiting},
        {"called", tally->called},
        {"shot", tally->shot},
        {"missed", tally->missed},
        {"void", tally->voided},
        {"open_voids", tally->open_voids},
        {"suspects", tally->suspects},
        {"people_shot", tally->people_shot},
        {"due", tally->due},
        {"paid", tally->paid},
        {"waived", tally->waived},
        {"refunded", tally->refunded},
        {"paid_fen", tally->paid_fen},
        {"bill_fen", tally->bill_fen},
        {"refund_due", tally->refund_due},
        {"cards_out", tally->cards_out},
        {"cards_back", tally->cards_back},
        {"cards_held", tally->cards_held},
        {"absent", tally->absent},
        {"excluded", tally->excluded},
        {"outsiders", tally->outsiders},
    };
    json_t *object = json_object();
    if (tally->scope == TALLY_LANE)
        set_text(object, "lane", tally->lane);
    if (tally->scope == TALLY_UNIT) {
        set_number(object, "id", tally->unit);
        set_text(object, "college", tally->college);
        set_text(object, "name", tally->name);
    }
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        set_number(object, sums[i].name, sums[i].value);
    return object;
}

json_t *report_tallies(struct desk *desk)
{
    struct desk_tally *tallies = NULL;
    size_t count = 0;
    json_t *object = json_object(), *lanes = json_array(), *units = json_array();
    set(object, "event", json_null());
    set(object, "lanes", lanes);
    set(object, "units", units);
    if (desk_tallies(desk, &tallies, &count) != 0)
        return object;
    for (size_t i = 0; i < count; i++) {
        json_t *sums = tally_json(&tallies[i]);
        if (tallies[i].scope == TALLY_EVENT)
            set(object, "event", sums);
        else
            json_array_append_new(tallies[i].scope == TALLY_LANE ? lanes : units, sums);
    }
    free(tallies);
    return object;
}

/* ---- money */
static json_t *refunds_json(struct desk *desk)
{
    struct desk_member *members = NULL;
    size_t count = 0;
    json_t *list = json_array();
    if (desk_refunds(desk, &members, &count) != 0)
        return list;
    for (size_t i = 0; i < count; i++) {
        char person[2 * PERSON_ID_SIZE + 1];
        json_t *object = json_object();
        hex_encode(members[i].id.bytes, PERSON_ID_SIZE, person);
        set_text(object, "person", person);
        set_text(object, "name", members[i].name);
        set_text(object, "student_no", members[i].student_no);
        set_text(object, "unit", members[i].unit_name);
        set_text(object, "college", members[i].college);
        set_number(object, "paid_fen", members[i].state.paid_fen);
        json_array_append_new(list, object);
    }
    free(members);
    return list;
}

static json_t *bill_json(const struct desk_tally *tally, uint32_t fee_fen)
{
    json_t *object = json_object();
    set_number(object, "unit", tally->unit);
    set_text(object, "college", tally->college);
    set_text(object, "name", tally->name);
    set_number(object, "people_shot", tally->people_shot);
    set_number(object, "fee_fen", fee_fen);
    set_number(object, "amount_fen", tally->bill_fen);
    return object;
}

json_t *report_payments(struct desk *desk)
{
    struct desk_tally *tallies = NULL;
    struct queue_event event;
    size_t count = 0;
    json_t *object = json_object(), *bills = json_array();
    desk_event(desk, &event);
    set_text(object, "payment", payment_way_name(event.rules.payment));
    set_number(object, "fee_fen", event.rules.fee_fen);
    set(object, "tally", json_null());
    set(object, "refunds", refunds_json(desk));
    set(object, "bills", bills);
    if (desk_tallies(desk, &tallies, &count) != 0)
        return object;
    for (size_t i = 0; i < count; i++) {
        if (tallies[i].scope == TALLY_EVENT)
            set(object, "tally", tally_json(&tallies[i]));
        else if (tallies[i].scope == TALLY_UNIT && event.rules.payment == PAYMENT_CLASS)
            json_array_append_new(bills, bill_json(&tallies[i], event.rules.fee_fen));
    }
    free(tallies);
    return object;
}
