/* The table against the calendar, the hours and itself. Must not change anything. Pure; any thread. */
#include "roster/schedule_lint.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "roster/schedule_lint_state.h"

struct lint_interval_text lint_interval(const struct schedule_slot *slot)
{
    struct lint_interval_text text;
    snprintf(text.text, sizeof text.text, "%s-%s", schedule_minute_text(slot->start_min).text,
             schedule_minute_text(slot->end_min).text);
    return text;
}

void lint_report(struct lint *lint, enum schedule_code code, const struct schedule_slot *slot,
                 const struct schedule_slot *other, const struct schedule_word *words, size_t n_words)
{
    struct schedule_where where = {
        .sheet = slot->sheet, .row = slot->row, .other_row = other ? other->row : 0};
    schedule_report(lint->problems, code, where, words, n_words);
}

bool lint_is_same_slot(const struct schedule_slot *a, const struct schedule_slot *b)
{
    return a->date == b->date && a->start_min == b->start_min && a->end_min == b->end_min &&
           strcmp(a->lane, b->lane) == 0;
}

/* ---- the calendar */
/* A wrong weekday is told once, not for every row of its day. */
static void check_weekdays(struct lint *lint)
{
    const struct schedule *schedule = lint->schedule;
    for (size_t i = 0; i < schedule->n_slots; i++) {
        const struct schedule_slot *slot = &schedule->slots[i], *last = NULL;
        bool is_told = false;
        if (slot->weekday == 0 || slot->date == SCHEDULE_NO_DATE ||
            slot->weekday == schedule_weekday_of(slot->date))
            continue;
        for (size_t j = 0; j < schedule->n_slots; j++) {
            const struct schedule_slot *other = &schedule->slots[j];
            if (other->date != slot->date || other->weekday != slot->weekday)
                continue;
            is_told = is_told || j < i;
            last = j > i ? other : last;
        }
        uint8_t real = schedule_weekday_of(slot->date);
        if (!is_told)
            lint_report(lint, SCHEDULE_WEEKDAY_WRONG, slot, last,
                        (const struct schedule_word[]){
                            {schedule_date_text(slot->date).text, NULL},
                            {schedule_weekday_zh(real), schedule_weekday_en(real)},
                            {schedule_weekday_zh(slot->weekday), schedule_weekday_en(slot->weekday)}},
                        3);
    }
}

static int compare_days(const void *a, const void *b)
{
    const struct schedule_slot *const *one = a, *const *two = b;
    return (*one)->date != (*two)->date ? ((*one)->date < (*two)->date ? -1 : 1)
                                        : ((*one)->row > (*two)->row) - ((*one)->row < (*two)->row);
}

static void check_days_apart(struct lint *lint)
{
    size_t n = 0;
    const struct schedule_slot **days = bytes_alloc((lint->schedule->n_slots + 1) * sizeof *days);
    for (size_t i = 0; i < lint->schedule->n_slots; i++)
        if (lint->schedule->slots[i].date != SCHEDULE_NO_DATE)
            days[n++] = &lint->schedule->slots[i];
    qsort(days, n, sizeof *days, compare_days);
    for (size_t i = 1; lint->options->days_apart > 0 && i < n; i++) {
        uint32_t apart = (uint32_t)(days[i]->date - days[i - 1]->date);
        if (apart > lint->options->days_apart)
            lint_report(lint, SCHEDULE_DATES_APART, days[i - 1], days[i],
                        (const struct schedule_word[]){{schedule_date_text(days[i - 1]->date).text, NULL},
                                                       {schedule_date_text(days[i]->date).text, NULL},
                                                       {schedule_number_text(apart).text, NULL}},
                        3);
    }
    free(days);
}

/* ---- the hours */
static bool is_in_half(const struct schedule_slot *slot)
{
    switch (slot->half) {
    case HALF_MORNING:
        return slot->start_min < 12 * 60;
    case HALF_NOON:
        return slot->start_min >= 11 * 60 && slot->start_min < 14 * 60 + 30;
    case HALF_AFTERNOON:
        return slot->start_min >= 12 * 60 && slot->start_min < 19 * 60;
    case HALF_EVENING:
        return slot->start_min >= 17 * 60;
    default:
        return true;
    }
}

static void check_hours(struct lint *lint)
{
    for (size_t i = 0; i < lint->schedule->n_slots; i++) {
        const struct schedule_slot *slot = &lint->schedule->slots[i];
        struct lint_interval_text interval = lint_interval(slot);
        const struct schedule_word text = {interval.text, NULL};
        if (!is_in_half(slot))
            lint_report(lint, SCHEDULE_HALF_DAY_WRONG, slot, NULL,
                        (const struct schedule_word[]){
                            text, {schedule_half_zh(slot->half), schedule_half_en(slot->half)}},
                        2);
        if (slot->start_min < 6 * 60 || slot->end_min > 23 * 60)
            lint_report(lint, SCHEDULE_HOUR_UNLIKELY, slot, NULL, &text, 1);
    }
}

/* ---- slots against each other */
static bool is_overlapping(const struct schedule_slot *a, const struct schedule_slot *b)
{
    return a->date == b->date && a->start_min < b->end_min && b->start_min < a->end_min;
}

/* A college's slot and its parts are one thing; two rows of the same table are two. */
static bool is_same_table(const struct schedule_slot *a, const struct schedule_slot *b)
{
    return (a->parent == SCHEDULE_NO_PARENT) == (b->parent == SCHEDULE_NO_PARENT);
}

static bool is_same_unit(const struct schedule_unit *a, const struct schedule_unit *b)
{
    return strcmp(a->key, b->key) == 0 && strcmp(a->class_key, b->class_key) == 0 &&
           (a->levels == b->levels || (a->levels & b->levels) != 0 || a->levels == 0 || b->levels == 0);
}

static char *unit_text(const struct schedule_unit *unit)
{
    const struct schedule_slot slot = {.units = (struct schedule_unit *)unit, .n_units = 1};
    return schedule_units_text(&slot);
}

static void check_repeated(struct lint *lint, const struct schedule_slot *a, const struct schedule_slot *b)
{
    for (size_t i = 0; i < a->n_units; i++) {
        for (size_t j = a == b ? i + 1 : 0; j < b->n_units; j++) {
            if (!is_same_unit(&a->units[i], &b->units[j]))
                continue;
            char *text = unit_text(&a->units[i]);
            lint_report(lint, SCHEDULE_ROW_REPEATED, a, a == b ? NULL : b,
                        &(const struct schedule_word){text, NULL}, 1);
            free(text);
        }
    }
}

static void report_overlap(struct lint *lint, const struct schedule_slot *a, const struct schedule_slot *b)
{
    struct schedule_text16 day = schedule_date_text(a->date);
    struct lint_interval_text one = lint_interval(a), two = lint_interval(b);
    if (lint_is_same_slot(a, b))
        lint_report(lint, SCHEDULE_SLOT_SHARED, a, b,
                    (const struct schedule_word[]){{a->lane, NULL}, {day.text, NULL}, {one.text, NULL}}, 3);
    else
        lint_report(lint, SCHEDULE_LANE_OVERLAP, a, b,
                    (const struct schedule_word[]){
                        {a->lane, NULL}, {day.text, NULL}, {one.text, NULL}, {two.text, NULL}},
                    4);
}

static void check_two_lanes(struct lint *lint, const struct schedule_slot *a, const struct schedule_slot *b)
{
    struct schedule_text16 day = schedule_date_text(a->date);
    for (size_t i = 0; i < a->n_units; i++) {
        for (size_t j = 0; j < b->n_units; j++) {
            if ((a->units[i].key[0] == '\0' && a->units[i].levels == 0) ||
                !is_same_unit(&a->units[i], &b->units[j]))
                continue;
            char *text = unit_text(&a->units[i]);
            lint_report(lint, SCHEDULE_UNIT_IN_TWO_LANES, a, b,
                        (const struct schedule_word[]){
                            {text, NULL}, {a->lane, NULL}, {b->lane, NULL}, {day.text, NULL}},
                        4);
            free(text);
        }
    }
}

/* A slot that gets in the way of several is told with the first one of them, so a mistyped hour is not fifty lines. */
static void check_pairs(struct lint *lint)
{
    const struct schedule *schedule = lint->schedule;
    bool *is_divided = bytes_alloc(schedule->n_slots + 1);
    for (size_t i = 0; i < schedule->n_slots; i++)
        if (schedule->slots[i].parent != SCHEDULE_NO_PARENT)
            is_divided[schedule->slots[i].parent] = true;
    for (size_t j = 0; j < schedule->n_slots; j++) {
        const struct schedule_slot *b = &schedule->slots[j];
        bool is_shared = false, is_overlapped = false;
        check_repeated(lint, b, b);
        for (size_t i = 0; i < j && lint->problems->n_dropped == 0; i++) {
            const struct schedule_slot *a = &schedule->slots[i];
            if (!is_overlapping(a, b) || !is_same_table(a, b) || a->date == SCHEDULE_NO_DATE)
                continue;
            if (strcmp(a->lane, b->lane) != 0) {
                if (!is_divided[i] || !is_divided[j])
                    check_two_lanes(lint, a, b); /* else the college has said which class goes where */
                continue;
            }
            bool is_same = lint_is_same_slot(a, b), *is_told = is_same ? &is_shared : &is_overlapped;
            if (!*is_told)
                report_overlap(lint, a, b);
            *is_told = true;
            if (is_same)
                check_repeated(lint, a, b);
        }
    }
    free(is_divided);
}

/* ---- long slots */
static bool has_whole_unit(const struct schedule_slot *slot)
{
    for (size_t i = 0; i < slot->n_units; i++)
        if (slot->units[i].key[0] != '\0' && slot->units[i].class_key[0] == '\0')
            return true;
    return false;
}

static void check_divisions(struct lint *lint)
{
    for (size_t i = 0; lint->options->division_min > 0 && i < lint->schedule->n_slots; i++) {
        const struct schedule_slot *slot = &lint->schedule->slots[i];
        uint32_t minutes = (uint32_t)slot->end_min - slot->start_min;
        if (minutes <= lint->options->division_min || slot->parent != SCHEDULE_NO_PARENT ||
            !has_whole_unit(slot) || schedule_has_children(lint->schedule, i))
            continue;
        char *text = schedule_units_text(slot);
        struct lint_interval_text interval = lint_interval(slot);
        lint_report(lint, SCHEDULE_SLOT_UNDIVIDED, slot, NULL,
                    (const struct schedule_word[]){
                        {interval.text, NULL}, {text, NULL}, {schedule_number_text(minutes).text, NULL}},
                    3);
        free(text);
    }
}

void schedule_lint(const struct schedule *schedule, const struct schedule_lint_options *options,
                   struct schedule_problems *problems)
{
    struct schedule_problems found = {0};
    struct lint lint = {schedule, options, &found};
    check_weekdays(&lint);
    check_days_apart(&lint);
    check_hours(&lint);
    check_pairs(&lint);
    check_divisions(&lint);
    lint_people(&lint);
    schedule_problems_move(problems, &found);
}
