/* The table against the list of people, the pace and the crew's day. Must not change anything. Pure; any thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "roster/schedule_lint_state.h"
#include "roster/schedule_text.h"

/* A line of the list, ready to be compared. */
struct count_keys {
    char *unit, *class_name;
};
struct people {
    struct lint *lint;
    struct count_keys *keys; /* of options->counts */
    uint32_t *slot_people;   /* by slot */
    bool *is_from_list;      /* ... the list knows them, not only the table */
};

/* ---- head-counts */
static uint32_t sum_of_unit(const struct people *people, const char *key)
{
    const struct schedule_lint_options *options = people->lint->options;
    uint32_t sum = 0;
    for (size_t i = 0; i < options->n_counts; i++)
        if (strcmp(people->keys[i].unit, key) == 0)
            sum += options->counts[i].people;
    return sum;
}

/* The slots of one college alone, all with a number of people, taken together. */
static void compare_unit(struct people *people, size_t first)
{
    const struct schedule *schedule = people->lint->schedule;
    const struct schedule_slot *slot = &schedule->slots[first], *last = NULL;
    uint32_t planned = 0, listed = sum_of_unit(people, slot->units[0].key);
    for (size_t i = 0; i < schedule->n_slots; i++) {
        const struct schedule_slot *other = &schedule->slots[i];
        for (size_t j = 0; j < other->n_units; j++) {
            if (strcmp(other->units[j].key, slot->units[0].key) != 0 || other->parent != SCHEDULE_NO_PARENT)
                continue;
            if (i < first || other->n_units != 1 || other->planned == 0 || other->units[0].levels != 0 ||
                other->units[0].class_key[0] != '\0')
                return; /* told already, or not to be compared as a whole */
            planned += other->planned;
            last = i > first ? other : last;
        }
    }
    if (planned == listed || listed == 0)
        return;
    lint_report(people->lint, SCHEDULE_HEAD_COUNT_DIFFERS, slot, last,
                (const struct schedule_word[]){{schedule_number_text(planned).text, NULL},
                                               {schedule_number_text(listed).text, NULL},
                                               {slot->units[0].name, NULL}},
                3);
}

static void compare_slot(struct people *people, size_t i)
{
    const struct schedule_slot *slot = &people->lint->schedule->slots[i];
    uint32_t listed = people->slot_people[i];
    if (!people->is_from_list[i] || slot->planned == listed)
        return;
    char *text = schedule_units_text(slot);
    lint_report(people->lint, SCHEDULE_HEAD_COUNT_DIFFERS, slot, NULL,
                (const struct schedule_word[]){{schedule_number_text(slot->planned).text, NULL},
                                               {schedule_number_text(listed).text, NULL},
                                               {text, NULL}},
                3);
    free(text);
}

/* Whole colleges may be shared out over slots, which is a guess; then only their sum is compared. */
static void check_head_counts(struct people *people)
{
    const struct schedule *schedule = people->lint->schedule;
    for (size_t i = 0; people->lint->options->n_counts > 0 && i < schedule->n_slots; i++) {
        const struct schedule_slot *slot = &schedule->slots[i];
        if (slot->planned == 0 || slot->n_units == 0)
            continue;
        bool is_college = slot->n_units == 1 && slot->units[0].key[0] != '\0' && slot->units[0].levels == 0 &&
                          slot->units[0].class_key[0] == '\0' && slot->parent == SCHEDULE_NO_PARENT;
        if (is_college)
            compare_unit(people, i);
        else if (!schedule_has_children(schedule, i))
            compare_slot(people, i);
    }
}

/* ---- the pace */
static void check_pace(struct people *people)
{
    const struct schedule *schedule = people->lint->schedule;
    uint32_t pace_ms = people->lint->options->pace_ms;
    for (size_t i = 0; pace_ms > 0 && i < schedule->n_slots; i++) {
        const struct schedule_slot *slot = &schedule->slots[i], *last = NULL;
        uint64_t sum = 0;
        bool is_first = true; /* of the rows that share the slot */
        for (size_t j = 0; j < schedule->n_slots; j++) {
            if (!lint_is_same_slot(slot, &schedule->slots[j]))
                continue;
            is_first = is_first && j >= i;
            sum += people->slot_people[j];
            last = j > i ? &schedule->slots[j] : last;
        }
        uint64_t need = (sum * pace_ms + 59999) / 60000, minutes = (uint64_t)slot->end_min - slot->start_min;
        struct lint_interval_text interval = lint_interval(slot);
        if (is_first && need > minutes)
            lint_report(people->lint, SCHEDULE_SLOT_TOO_SHORT, slot, last,
                        (const struct schedule_word[]){{schedule_number_text((uint32_t)sum).text, NULL},
                                                       {schedule_number_text((uint32_t)need).text, NULL},
                                                       {interval.text, NULL},
                                                       {schedule_number_text((uint32_t)minutes).text, NULL}},
                        4);
    }
}

static void check_crew(struct people *people)
{
    const struct schedule *schedule = people->lint->schedule;
    uint32_t limit = people->lint->options->crew_daily_limit;
    for (size_t i = 0; limit > 0 && i < schedule->n_slots; i++) {
        const struct schedule_slot *slot = &schedule->slots[i], *last = NULL;
        uint64_t sum = 0;
        bool is_first = true;
        for (size_t j = 0; j < schedule->n_slots; j++) {
            const struct schedule_slot *other = &schedule->slots[j];
            if (other->date != slot->date || strcmp(other->lane, slot->lane) != 0)
                continue;
            is_first = is_first && j >= i;
            sum += people->slot_people[j];
            last = j > i ? other : last;
        }
        if (is_first && sum > limit)
            lint_report(people->lint, SCHEDULE_CREW_LIMIT, slot, last,
                        (const struct schedule_word[]){{slot->lane, NULL},
                                                       {schedule_date_text(slot->date).text, NULL},
                                                       {schedule_number_text((uint32_t)sum).text, NULL},
                                                       {schedule_number_text(limit).text, NULL}},
                        4);
    }
}

/* ---- names the list does not know */
enum { NEAREST_MAX = 3, NEAREST_LIKENESS = 500 };
struct nearest {
    const char *names[NEAREST_MAX];
    unsigned likeness[NEAREST_MAX];
    size_t n;
};

static void note_nearest(struct nearest *nearest, const char *name, unsigned likeness)
{
    size_t at = nearest->n;
    if (likeness < NEAREST_LIKENESS)
        return;
    for (size_t i = 0; i < nearest->n; i++)
        if (strcmp(nearest->names[i], name) == 0)
            return;
    while (at > 0 && nearest->likeness[at - 1] < likeness)
        at--;
    if (at == NEAREST_MAX)
        return;
    size_t last = nearest->n < NEAREST_MAX ? nearest->n++ : NEAREST_MAX - 1;
    for (size_t i = last; i > at; i--) {
        nearest->names[i] = nearest->names[i - 1];
        nearest->likeness[i] = nearest->likeness[i - 1];
    }
    nearest->names[at] = name;
    nearest->likeness[at] = likeness;
}

/* Every college is an 院; what is before it tells them apart. */
static unsigned stem_likeness(const char *key, const char *other)
{
    char *stem = schedule_stem(key), *other_stem = schedule_stem(other);
    unsigned likeness = schedule_likeness(stem, other_stem);
    free(other_stem);
    free(stem);
    return likeness;
}

static char *nearest_text(const struct nearest *nearest, const char *before, const char *between,
                          const char *after)
{
    struct buffer text = {0};
    buffer_add_text(&text, nearest->n > 0 ? before : "");
    for (size_t i = 0; i < nearest->n; i++)
        buffer_format(&text, "%s%s", i > 0 ? between : "", nearest->names[i]);
    buffer_add_text(&text, nearest->n > 0 ? after : "");
    return text.data;
}

static void report_unknown(struct people *people, enum schedule_code code, const struct schedule_slot *slot,
                           const struct schedule_unit *unit, const struct nearest *nearest)
{
    char *zh = nearest_text(nearest, "相近的有：", "、", "。"),
         *en = nearest_text(nearest, " Nearest: ", ", ", ".");
    if (code == SCHEDULE_UNIT_UNKNOWN)
        lint_report(people->lint, code, slot, NULL,
                    (const struct schedule_word[]){{unit->name, NULL}, {zh, en}}, 2);
    else
        lint_report(people->lint, code, slot, NULL,
                    (const struct schedule_word[]){{unit->name, NULL}, {unit->class_name, NULL}, {zh, en}},
                    3);
    free(en);
    free(zh);
}

static void report_unknown_unit(struct people *people, const struct schedule_slot *slot,
                                const struct schedule_unit *unit)
{
    const struct schedule_lint_options *options = people->lint->options;
    struct nearest nearest = {0};
    for (size_t i = 0; i < options->n_counts; i++)
        note_nearest(&nearest, options->counts[i].unit, stem_likeness(unit->key, people->keys[i].unit));
    report_unknown(people, SCHEDULE_UNIT_UNKNOWN, slot, unit, &nearest);
}

static void report_unknown_class(struct people *people, const struct schedule_slot *slot,
                                 const struct schedule_unit *unit)
{
    const struct schedule_lint_options *options = people->lint->options;
    struct nearest nearest = {0};
    for (size_t i = 0; i < options->n_counts; i++)
        if (strcmp(people->keys[i].unit, unit->key) == 0)
            note_nearest(&nearest, options->counts[i].class_name,
                         schedule_likeness(unit->class_key, people->keys[i].class_name));
    report_unknown(people, SCHEDULE_CLASS_UNKNOWN, slot, unit, &nearest);
}

/* Whether the list knows the unit, and the class if there is one. */
static void check_known(struct people *people, const struct schedule_slot *slot,
                        const struct schedule_unit *unit)
{
    bool knows_unit = false, knows_class = unit->class_key[0] == '\0';
    for (size_t i = 0; i < people->lint->options->n_counts; i++) {
        const struct count_keys *keys = &people->keys[i];
        if (strcmp(keys->unit, unit->key) != 0)
            continue;
        knows_unit = true;
        knows_class = knows_class || strcmp(keys->class_name, unit->class_key) == 0;
    }
    if (!knows_unit)
        report_unknown_unit(people, slot, unit);
    else if (!knows_class)
        report_unknown_class(people, slot, unit);
}

static bool stands_before(const struct schedule *schedule, size_t slot, size_t unit)
{
    const struct schedule_unit *it = &schedule->slots[slot].units[unit];
    for (size_t i = 0; i <= slot; i++)
        for (size_t j = 0; j < (i == slot ? unit : schedule->slots[i].n_units); j++)
            if (strcmp(schedule->slots[i].units[j].key, it->key) == 0 &&
                strcmp(schedule->slots[i].units[j].class_key, it->class_key) == 0)
                return true;
    return false;
}

static void check_names(struct people *people)
{
    const struct schedule *schedule = people->lint->schedule;
    for (size_t i = 0; people->lint->options->n_counts > 0 && i < schedule->n_slots; i++)
        for (size_t j = 0; j < schedule->slots[i].n_units; j++)
            if (schedule->slots[i].units[j].key[0] != '\0' && !stands_before(schedule, i, j) &&
                people->lint->problems->n_dropped == 0)
                check_known(people, &schedule->slots[i], &schedule->slots[i].units[j]);
}

/* ---- people without a slot */
/* A slot for everybody does not tell a college when to come. */
static bool has_slot(const struct schedule *schedule, const struct schedule_count *count)
{
    size_t first;
    const struct schedule_who who = {count->unit, count->class_name, count->level};
    if (schedule_slots_of(schedule, &who, &first, 1) == 0)
        return false;
    const struct schedule_slot *slot = &schedule->slots[first];
    for (size_t i = 0; i < slot->n_units; i++)
        if (slot->units[i].key[0] != '\0' || slot->units[i].levels != 0)
            return true;
    return false;
}

static void report_without_slot(struct people *people, const char *name, uint32_t count)
{
    schedule_report(people->lint->problems, SCHEDULE_UNIT_WITHOUT_SLOT, (struct schedule_where){0},
                    (const struct schedule_word[]){{name, NULL}, {schedule_number_text(count).text, NULL}},
                    2);
}

/* A whole unit is told in one line, otherwise its classes and levels that were forgotten. */
static void check_unit_slots(struct people *people, size_t first)
{
    const struct schedule_lint_options *options = people->lint->options;
    size_t n_placed = 0;
    uint32_t sum = 0;
    for (size_t i = 0; i < options->n_counts; i++) {
        if (strcmp(people->keys[i].unit, people->keys[first].unit) != 0)
            continue;
        if (i < first)
            return; /* told already */
        n_placed += has_slot(people->lint->schedule, &options->counts[i]);
        sum += options->counts[i].people;
    }
    if (sum == 0)
        return; /* whoever is excluded needs none */
    if (n_placed == 0) {
        report_without_slot(people, options->counts[first].unit, sum);
        return;
    }
    for (size_t i = first; i < options->n_counts; i++) {
        const struct schedule_count *count = &options->counts[i];
        if (strcmp(people->keys[i].unit, people->keys[first].unit) != 0 || count->people == 0 ||
            has_slot(people->lint->schedule, count))
            continue;
        char *name = bytes_format("%s%s%s", count->unit, count->class_name ? count->class_name : "",
                                  schedule_levels_zh(count->level));
        report_without_slot(people, name, count->people);
        free(name);
    }
}

/* Slots that somebody of the list goes to. */
static void mark_from_list(struct people *people)
{
    const struct schedule *schedule = people->lint->schedule;
    size_t *slots = bytes_alloc((schedule->n_slots + 1) * sizeof *slots);
    for (size_t i = 0; i < people->lint->options->n_counts; i++) {
        const struct schedule_count *count = &people->lint->options->counts[i];
        const struct schedule_who who = {count->unit, count->class_name, count->level};
        size_t n = count->people > 0 ? schedule_slots_of(schedule, &who, slots, schedule->n_slots) : 0;
        for (size_t j = 0; j < n; j++)
            people->is_from_list[slots[j]] = true;
    }
    free(slots);
}

void lint_people(struct lint *lint)
{
    const struct schedule_lint_options *options = lint->options;
    size_t n_slots = lint->schedule->n_slots;
    struct people people = {.lint = lint};
    people.keys = bytes_alloc((options->n_counts + 1) * sizeof *people.keys);
    people.slot_people = bytes_alloc((n_slots + 1) * sizeof *people.slot_people);
    people.is_from_list = bytes_alloc(n_slots + 1);
    for (size_t i = 0; i < options->n_counts; i++) {
        people.keys[i].unit = schedule_key(options->counts[i].unit ? options->counts[i].unit : "");
        people.keys[i].class_name =
            schedule_key(options->counts[i].class_name ? options->counts[i].class_name : "");
    }
    plan_head_counts(lint->schedule, options->counts, options->n_counts, people.slot_people, NULL);
    mark_from_list(&people);
    check_head_counts(&people);
    check_pace(&people);
    check_crew(&people);
    check_names(&people);
    for (size_t i = 0; i < options->n_counts; i++)
        check_unit_slots(&people, i);
    for (size_t i = 0; i < options->n_counts; i++) {
        free(people.keys[i].unit);
        free(people.keys[i].class_name);
    }
    free(people.keys);
    free(people.slot_people);
    free(people.is_from_list);
}
