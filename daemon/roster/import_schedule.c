/* The schedule: read, checked against the list of people and the profile's pace, stored as its canonical text and as the
 * slots that the desk goes by. A college's own division is put into the stored schedule. */
#include "roster/import_schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/profile.h"
#include "roster/plan.h"
#include "roster/schedule_import.h"
#include "roster/schedule_json.h"
#include "roster/schedule_lint.h"
#include "roster/table_child.h"

enum {
    DIVISION_MIN = 30, /* a college's slot beyond it is divided among its classes (hnust-2021) */
    DAYS_APART = 30,
};
static const int64_t zone_us = (int64_t)8 * 3600 * 1000000, minute_us = (int64_t)60 * 1000000;

/* ---- what the desk knows already */
struct known {
    struct desk_unit *units;
    size_t n_units;
    struct schedule_count *counts;
    size_t n_counts;
    struct profile profile;
};

/* Those who are expected, by level: a table's head-count leaves out whom another list leaves out. */
static void count_unit(struct desk *desk, const struct desk_unit *unit, struct known *known)
{
    uint32_t people[DEGREE_COUNT] = {0};
    struct desk_member *members = NULL;
    size_t count = 0, before = known->n_counts;
    bool is_college = !*unit->college || strcmp(unit->college, unit->name) == 0;
    if (desk_unit_members(desk, unit->id, &members, &count) != 0)
        count = 0;
    for (size_t i = 0; i < count; i++)
        people[members[i].level] += !members[i].is_excluded && !members[i].is_captured;
    free(members);
    for (int level = DEGREE_COUNT - 1; level >= DEGREE_NONE; level--) {
        if (!people[level] && (level > DEGREE_NONE || known->n_counts > before))
            continue; /* a unit of nobody is known all the same */
        known->counts[known->n_counts++] = (struct schedule_count){
            .unit = is_college ? unit->name : unit->college,
            .class_name = is_college ? "" : unit->name,
            .level = level > DEGREE_NONE ? (uint8_t)(1u << (level - 1)) : 0,
            .people = people[level],
        };
    }
}

static void known_load(struct desk *desk, struct known *ret)
{
    struct settings_fault fault;
    char *text = NULL;
    uint64_t seq;
    *ret = (struct known){.n_units = 0};
    if (desk_document(desk, "profile", &text, &seq) == 0)
        profile_parse(text, strlen(text), &ret->profile, &fault);
    free(text);
    if (desk_units(desk, &ret->units, &ret->n_units) != 0)
        ret->n_units = 0;
    ret->counts = bytes_alloc(ret->n_units * DEGREE_COUNT * sizeof *ret->counts);
    for (size_t i = 0; i < ret->n_units; i++)
        count_unit(desk, &ret->units[i], ret);
}

static void known_done(struct known *known)
{
    free(known->counts);
    free(known->units);
}

static void lint(const struct schedule *schedule, const struct known *known,
                 struct schedule_problems *problems)
{
    const struct schedule_lint_options options = {
        .counts = known->counts,
        .n_counts = known->n_counts,
        .pace_ms = known->profile.pace_s * 1000,
        .division_min = DIVISION_MIN,
        .crew_daily_limit = known->profile.daily_limit,
        .days_apart = DAYS_APART,
    };
    schedule_lint(schedule, &options, problems);
}

/* The stored one, NULL: none. */
static struct schedule *load_stored(struct desk *desk)
{
    struct schedule *schedule = NULL;
    char *text = NULL;
    uint64_t seq;
    if (desk_document(desk, "schedule", &text, &seq) != 0)
        return NULL;
    if (schedule_load(text, strlen(text), &schedule) != 0)
        schedule = NULL;
    free(text);
    return schedule;
}

/* ---- from the file */
struct lanes {
    struct queue_lane *lanes;
    struct schedule_place *places;
    size_t count;
};

/* A room is a place; a lane without one is its own place. */
static void lanes_load(struct desk *desk, struct lanes *ret)
{
    size_t count = 0;
    char(*names)[LANE_NAME_MAX + 1] = desk_lane_names(desk, &count);
    ret->lanes = bytes_alloc(count * sizeof *ret->lanes);
    ret->places = bytes_alloc(count * sizeof *ret->places);
    ret->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct queue_lane *lane = &ret->lanes[ret->count];
        if (desk_lane_facts(desk, names[i], lane) == 0)
            ret->places[ret->count++] =
                (struct schedule_place){.place = *lane->room ? lane->room : lane->name, .lane = lane->name};
    }
    free(names);
}

static struct schedule *read_file(struct desk *desk, const struct import_request *request,
                                  struct schedule_problems *problems, enum table_fault *ret_fault)
{
    struct lanes lanes;
    struct schedule_import *import = schedule_import_new();
    const struct table_sink sink = schedule_import_sink(import);
    *ret_fault =
        table_child_read(request->program, request->bytes, request->size, TABLE_CHILD_TIMEOUT_MS, &sink);
    lanes_load(desk, &lanes);
    const char *division = request->division_of && *request->division_of ? request->division_of : NULL;
    const struct schedule_import_options options = {
        .places = lanes.places, .n_places = lanes.count, .division_of = division};
    struct schedule *schedule =
        *ret_fault == TABLE_OK ? schedule_import_finish(import, &options, problems) : schedule_new();
    schedule_import_free(import);
    free(lanes.places);
    free(lanes.lanes);
    return schedule;
}

/* ---- for the desk */
static enum degree degree_of(unsigned level)
{
    switch (level) {
    case LEVEL_JUNIOR:
        return DEGREE_ASSOCIATE;
    case LEVEL_BACHELOR:
        return DEGREE_BACHELOR;
    case LEVEL_MASTER:
        return DEGREE_MASTER;
    case LEVEL_DOCTOR:
        return DEGREE_DOCTOR;
    default:
        return DEGREE_NONE;
    }
}

/* The division of a college wins over the school's slot. */
static bool is_divided(const struct schedule *schedule, size_t slot, const struct schedule_unit *unit)
{
    for (size_t i = slot + 1; i < schedule->n_slots; i++)
        for (size_t k = 0; schedule->slots[i].parent == (int32_t)slot && k < schedule->slots[i].n_units; k++)
            if (strcmp(schedule->slots[i].units[k].key, unit->key) == 0)
                return true;
    return false;
}

static void add_slot(struct desk_list *list, const struct schedule_slot *slot,
                     const struct schedule_unit *unit, enum degree level)
{
    const char *name = *unit->class_name ? unit->class_name : unit->name;
    if ((!*name && level == DEGREE_NONE) || strlen(name) > UNIT_MAX)
        return; /* for everybody, or for nobody on the list: bars nobody */
    list->slots = bytes_resize(list->slots, (list->n_slots + 1) * sizeof *list->slots);
    struct list_slot *to = &list->slots[list->n_slots++];
    int64_t day_us = (int64_t)slot->date * 24 * 60 * minute_us - zone_us;
    *to = (struct list_slot){.start_us = day_us + slot->start_min * minute_us,
                             .end_us = day_us + slot->end_min * minute_us,
                             .level = level};
    snprintf(to->lane, sizeof to->lane, "%s", slot->lane);
    snprintf(to->unit, sizeof to->unit, "%s", name);
}

static struct desk_list *list_of(struct desk *desk, const struct schedule *schedule,
                                 const struct import_request *request)
{
    struct desk_list *list = bytes_alloc(sizeof *list);
    list->kind = LIST_SCHEDULE;
    list->document = schedule_store(schedule);
    import_digest(request->bytes, request->size, list->digest);
    for (size_t i = 0; i < schedule->n_slots; i++) {
        const struct schedule_slot *slot = &schedule->slots[i];
        /* a place that is no lane of this event was told as a problem */
        bool is_lane = strlen(slot->lane) <= LANE_NAME_MAX && desk_lane_facts(desk, slot->lane, NULL) == 0;
        for (size_t k = 0; is_lane && k < slot->n_units; k++) {
            const struct schedule_unit *unit = &slot->units[k];
            if (is_divided(schedule, i, unit))
                continue;
            if (!unit->levels)
                add_slot(list, slot, unit, DEGREE_NONE);
            for (unsigned level = LEVEL_JUNIOR; level <= LEVEL_DOCTOR; level <<= 1)
                if (unit->levels & level)
                    add_slot(list, slot, unit, degree_of(level));
        }
    }
    return list;
}

/* ---- how the days will go */
static json_t *simulate(struct desk *desk, const struct schedule *schedule, const struct known *known,
                        uint32_t pace_s)
{
    static const enum plan_late late[] = {[MISSED_LINE_END] = LATE_END_OF_SLOT,
                                          [MISSED_CLASS_END] = LATE_END_OF_SLOT,
                                          [MISSED_AFTER_CLASS] = LATE_AFTER_NEXT_SLOT,
                                          [MISSED_SESSION_END] = LATE_END_OF_SESSION};
    struct queue_event event;
    struct plan plan;
    desk_event(desk, &event);
    const struct plan_options options = {.pace_ms = pace_s * 1000, .late = late[event.rules.missed]};
    if (plan_simulate(schedule, known->counts, known->n_counts, &options, &plan) != 0)
        return NULL;
    json_t *json = plan_json(&plan, schedule, &options);
    plan_done(&plan);
    return json;
}

/* ---- the whole */
/* A college's table goes into the stored schedule. NULL: it does not, and the problems say why. */
static struct schedule *divide(struct desk *desk, const char *unit, struct schedule *division,
                               struct schedule_problems *problems)
{
    struct schedule *whole = load_stored(desk);
    if (!whole)
        whole = schedule_new();
    bool is_done = schedule_divide(whole, division, unit, problems);
    schedule_free(division);
    if (is_done)
        return whole;
    schedule_free(whole);
    return NULL;
}

static json_t *told_of(const struct schedule *schedule, const struct schedule_problems *problems)
{
    json_t *told = schedule_json(schedule, problems);
    json_object_set_new(told, "stored", json_false());
    json_object_set_new(told, "counts",
                        json_pack("{s:I, s:I, s:I, s:I}", "slots", (json_int_t)schedule->n_slots, "errors",
                                  (json_int_t)problems->n_by_severity[SCHEDULE_ERROR], "warnings",
                                  (json_int_t)problems->n_by_severity[SCHEDULE_WARNING], "notes",
                                  (json_int_t)problems->n_by_severity[SCHEDULE_NOTE]));
    return told;
}

void import_schedule(struct desk *desk, const struct import_request *request, struct import_answer *ret)
{
    struct schedule_problems problems = {0};
    enum table_fault fault;
    struct known known;
    struct schedule *schedule = read_file(desk, request, &problems, &fault);
    if (fault == TABLE_OK && request->division_of && *request->division_of) {
        struct schedule *whole = divide(desk, request->division_of, schedule, &problems);
        schedule = whole ? whole : schedule_new();
    }
    known_load(desk, &known);
    if (schedule->n_slots > 0)
        lint(schedule, &known, &problems);
    bool is_refused = (schedule_has_errors(&problems) && !request->accepts_good) || schedule->n_slots == 0;
    json_t *told = told_of(schedule, &problems);
    if (request->pace_s && schedule->n_slots > 0)
        json_object_set_new(told, "plan", simulate(desk, schedule, &known, request->pace_s));
    known_done(&known);
    ret->problem = import_fault_problem(fault);
    if (!ret->problem && !request->is_preview)
        ret->problem = is_refused ? PROBLEM_IMPORT_REFUSED
                                  : import_store(desk, request, list_of(desk, schedule, request), told,
                                                 &ret->is_replayed);
    schedule_problems_done(&problems);
    schedule_free(schedule);
    ret->members = import_members(told);
}

char *import_show_schedule(struct desk *desk, uint32_t pace_s)
{
    struct schedule_problems problems = {0};
    struct known known;
    struct schedule *schedule = load_stored(desk);
    if (!schedule)
        return NULL;
    known_load(desk, &known);
    lint(schedule, &known, &problems);
    json_t *json = pace_s ? simulate(desk, schedule, &known, pace_s) : schedule_json(schedule, &problems);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    known_done(&known);
    schedule_problems_done(&problems);
    schedule_free(schedule);
    return text;
}
