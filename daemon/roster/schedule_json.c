/* JSON of a schedule. Must not judge it. Pure; any thread. */
#include "roster/schedule_json.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "roster/schedule_date.h"

/* ---- for people */
static json_t *number_or_null(uint32_t number)
{
    return number > 0 ? json_integer(number) : json_null();
}

static json_t *unit_json(const struct schedule_unit *unit)
{
    return json_pack("{ss ss s{ss ss} sI}", "unit", unit->name, "class", unit->class_name, "levels", "zh",
                     schedule_levels_zh(unit->levels), "en", schedule_levels_en(unit->levels), "planned",
                     (json_int_t)unit->planned);
}

static json_t *slot_json(const struct schedule_slot *slot, size_t index)
{
    json_t *units = json_array();
    char *text = schedule_units_text(slot);
    for (size_t i = 0; i < slot->n_units; i++)
        json_array_append_new(units, unit_json(&slot->units[i]));
    json_t *json =
        json_pack("{sI ss ss ss si ss ss so ss sI so so ss ss ss}", "slot", (json_int_t)index, "lane",
                  slot->lane, "place", slot->place, "date", schedule_date_text(slot->date).text, "weekday",
                  slot->date == SCHEDULE_NO_DATE ? 0 : (int)schedule_weekday_of(slot->date), "start",
                  schedule_minute_text(slot->start_min).text, "end", schedule_minute_text(slot->end_min).text,
                  "units", units, "text", text, "planned", (json_int_t)slot->planned, "parent",
                  slot->parent == SCHEDULE_NO_PARENT ? json_null() : json_integer(slot->parent), "row",
                  number_or_null(slot->row), "sheet", slot->sheet, "batch", slot->batch, "note", slot->note);
    free(text);
    return json;
}

static json_t *problem_json(const struct schedule_problem *problem)
{
    return json_pack("{ss ss ss so so so s{ss ss}}", "code", schedule_code_text(problem->code), "severity",
                     schedule_severity_text(schedule_code_severity(problem->code)), "sheet", problem->sheet,
                     "row", number_or_null(problem->row), "other_row", number_or_null(problem->other_row),
                     "column", number_or_null(problem->column), "message", "zh", problem->zh, "en",
                     problem->en);
}

json_t *schedule_problems_json(const struct schedule_problems *problems)
{
    json_t *array = json_array();
    for (size_t i = 0; i < problems->n_items; i++)
        json_array_append_new(array, problem_json(&problems->items[i]));
    return array;
}

json_t *schedule_json(const struct schedule *schedule, const struct schedule_problems *problems)
{
    static const struct schedule_problems none;
    json_t *slots = json_array();
    if (!problems)
        problems = &none;
    for (size_t i = 0; i < schedule->n_slots; i++)
        json_array_append_new(slots, slot_json(&schedule->slots[i], i));
    return json_pack("{so so sI sI sI sI}", "slots", slots, "problems", schedule_problems_json(problems),
                     "errors", (json_int_t)problems->n_by_severity[SCHEDULE_ERROR], "warnings",
                     (json_int_t)problems->n_by_severity[SCHEDULE_WARNING], "notes",
                     (json_int_t)problems->n_by_severity[SCHEDULE_NOTE], "dropped",
                     (json_int_t)problems->n_dropped);
}

/* ---- to keep */
/* [lane, place, sheet, batch, note, date, start, end, weekday, half, parent, row, planned, [[name, class, levels,
 * planned]...]] */
static json_t *stored_slot(const struct schedule_slot *slot)
{
    json_t *units = json_array();
    for (size_t i = 0; i < slot->n_units; i++)
        json_array_append_new(units,
                              json_pack("[ssiI]", slot->units[i].name, slot->units[i].class_name,
                                        (int)slot->units[i].levels, (json_int_t)slot->units[i].planned));
    return json_pack("[sssss o iiii iII o]", slot->lane, slot->place, slot->sheet, slot->batch, slot->note,
                     slot->date == SCHEDULE_NO_DATE ? json_null() : json_integer(slot->date),
                     (int)slot->start_min, (int)slot->end_min, (int)slot->weekday, (int)slot->half,
                     (int)slot->parent, (json_int_t)slot->row, (json_int_t)slot->planned, units);
}

char *schedule_store(const struct schedule *schedule)
{
    json_t *slots = json_array();
    for (size_t i = 0; i < schedule->n_slots; i++)
        json_array_append_new(slots, stored_slot(&schedule->slots[i]));
    json_t *json = json_pack("{si so}", "v", 1, "slots", slots);
    char *text = json_dumps(json, JSON_COMPACT), *ours = bytes_text(text);
    free(text);
    json_decref(json);
    return ours;
}

static bool is_between(json_int_t number, json_int_t least, json_int_t most)
{
    return number >= least && number <= most;
}

static bool load_unit(json_t *json, struct schedule_unit *unit)
{
    const char *name, *class_name;
    int levels;
    json_int_t planned;
    if (json_unpack(json, "[ssiI!]", &name, &class_name, &levels, &planned) < 0 ||
        !is_between(levels, 0, LEVEL_ALL) || !is_between(planned, 0, SCHEDULE_PEOPLE_MAX))
        return false;
    /* schedule_add() copies */
    *unit = (struct schedule_unit){.name = (char *)name,
                                   .class_name = (char *)class_name,
                                   .levels = (uint8_t)levels,
                                   .planned = (uint32_t)planned};
    return true;
}

static bool load_units(json_t *units, struct schedule_slot *slot)
{
    size_t n = json_array_size(units);
    if (n == 0 || n > SCHEDULE_UNITS_MAX)
        return false;
    slot->units = bytes_alloc(n * sizeof *slot->units);
    slot->n_units = n;
    for (size_t i = 0; i < n; i++)
        if (!load_unit(json_array_get(units, i), &slot->units[i]))
            return false;
    return true;
}

static bool load_slot(struct schedule *schedule, json_t *json)
{
    const char *lane, *place, *sheet, *batch, *note;
    json_t *date, *units;
    int start, end, weekday, half, parent;
    json_int_t row, planned;
    if (json_unpack(json, "[sssss o iiii iII o!]", &lane, &place, &sheet, &batch, &note, &date, &start, &end,
                    &weekday, &half, &parent, &row, &planned, &units) < 0)
        return false;
    json_int_t day = json_is_integer(date) ? json_integer_value(date) : SCHEDULE_NO_DATE;
    if (!(json_is_null(date) || is_between(day, SCHEDULE_DAY_MIN, SCHEDULE_DAY_MAX)) ||
        !is_between(start, 0, 1440) || !is_between(end, 0, 1440) || !is_between(weekday, 0, 7) ||
        !is_between(half, 0, HALF_COUNT - 1) || !is_between(parent, SCHEDULE_NO_PARENT, SCHEDULE_SLOTS_MAX) ||
        !is_between(row, 0, UINT32_MAX) || !is_between(planned, 0, SCHEDULE_PEOPLE_MAX))
        return false;
    struct schedule_slot slot = {.lane = (char *)lane,
                                 .place = (char *)place,
                                 .sheet = (char *)sheet,
                                 .batch = (char *)batch,
                                 .note = (char *)note,
                                 .date = (int32_t)day,
                                 .start_min = (uint16_t)start,
                                 .end_min = (uint16_t)end,
                                 .weekday = (uint8_t)weekday,
                                 .half = (enum schedule_half)half,
                                 .parent = parent,
                                 .row = (uint32_t)row,
                                 .planned = (uint32_t)planned};
    bool is_good = load_units(units, &slot) && schedule_add(schedule, &slot) >= 0;
    free(slot.units);
    return is_good;
}

/* Another text of the same schedule would be two truths. */
static bool is_what_we_write(const struct schedule *schedule, const char *text, size_t length)
{
    char *again = schedule_store(schedule);
    bool is_same = strlen(again) == length && memcmp(again, text, length) == 0;
    free(again);
    return is_same;
}

int schedule_load(const char *text, size_t length, struct schedule **ret)
{
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL), *slots = NULL;
    struct schedule *schedule = schedule_new();
    int version, result = -EINVAL;
    if (!json || json_unpack(json, "{si so!}", "v", &version, "slots", &slots) < 0 || version != 1 ||
        !json_is_array(slots))
        goto out;
    for (size_t i = 0; i < json_array_size(slots); i++)
        if (!load_slot(schedule, json_array_get(slots, i)))
            goto out;
    if (!is_what_we_write(schedule, text, length))
        goto out;
    *ret = schedule;
    schedule = NULL;
    result = 0;
out:
    schedule_free(schedule);
    json_decref(json);
    return result;
}
