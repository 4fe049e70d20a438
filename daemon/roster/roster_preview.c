/* What the office sees of a list, and what the desk gets of it. Pure. */
#include "base/bytes.h"
#include "roster/roster.h"
#include "roster/roster_columns.h"
#include "roster/roster_store.h"
#include <stdlib.h>
#include <string.h>

enum { UNITS_SHOWN_MAX = 2000 };

/* ---- counts ---- */

static json_t *levels_json(const struct roster *roster)
{
    size_t counts[DEGREE_COUNT] = {0};
    json_t *levels = json_array();
    for (size_t i = 0; i < roster->n_people; i++)
        counts[roster->people[i].level]++;
    for (enum degree level = DEGREE_NONE; level < DEGREE_COUNT; level++)
        if (counts[level] > 0)
            json_array_append_new(levels, json_pack("{s:s, s:s, s:I}", "level", degree_name(level), "zh",
                                                    degree_zh(level), "people", (json_int_t)counts[level]));
    return levels;
}

/* Texts of a roster that repeat are kept once, so pointers compare; of the empty text there may be several. The order:
 * of the file. */
struct unit_count {
    const char *college, *unit;
    size_t people;
};

static const char *one_empty(const char *text)
{
    static const char empty[] = "";
    return *text ? text : empty;
}

static struct unit_count *find_unit(struct unit_count *units, size_t room, const struct roster_person *person)
{
    const char *college = one_empty(person->college), *unit = one_empty(person->unit);
    size_t at = ((uintptr_t)college * 31 + (uintptr_t)unit) * 2654435761u % room;
    while (units[at].people > 0 && (units[at].college != college || units[at].unit != unit))
        at = (at + 1) % room;
    return &units[at];
}

static json_t *units_json(const struct roster *roster, size_t *ret_left_off)
{
    const size_t room = roster->n_people * 2 + 1;
    struct unit_count *counts = bytes_alloc(room * sizeof *counts);
    json_t *units = json_array();
    *ret_left_off = 0;
    for (size_t i = 0; i < roster->n_people; i++) {
        const struct roster_person *person = &roster->people[i];
        struct unit_count *count = find_unit(counts, room, person);
        *count = (struct unit_count){one_empty(person->college), one_empty(person->unit), count->people + 1};
    }
    for (size_t i = 0; i < roster->n_people; i++) {
        struct unit_count *count = find_unit(counts, room, &roster->people[i]);
        const bool is_first = count->people != SIZE_MAX;
        if (is_first && json_array_size(units) < UNITS_SHOWN_MAX)
            json_array_append_new(units, json_pack("{s:s, s:s, s:I}", "college", count->college, "unit",
                                                   count->unit, "people", (json_int_t)count->people));
        else if (is_first)
            ++*ret_left_off;
        count->people = SIZE_MAX;
    }
    free(counts);
    return units;
}

/* ---- sheets ---- */

static json_t *sheet_json(const struct roster_sheet *sheet)
{
    json_t *columns = json_object(), *unused = json_array();
    char letters[8];
    for (uint32_t i = 0; i < TABLE_COLUMNS_MAX; i++) {
        roster_column_letters(i + 1, letters);
        if (sheet->columns[i] != COLUMN_NONE)
            json_object_set_new(columns, roster_column_name((enum roster_column)sheet->columns[i]),
                                json_string(letters));
        else if (sheet->headings[i])
            json_array_append_new(unused, json_string(sheet->headings[i]));
    }
    return json_pack("{s:s, s:I, s:I, s:o, s:o}", "name", sheet->name, "heading_row",
                     (json_int_t)sheet->heading_row, "people", (json_int_t)sheet->n_people, "columns",
                     columns, "unused", unused);
}

static json_t *sheets_json(const struct roster *roster)
{
    json_t *sheets = json_array();
    for (size_t i = 0; i < roster->n_sheets; i++)
        json_array_append_new(sheets, sheet_json(&roster->sheets[i]));
    return sheets;
}

/* ---- problems ---- */

static const char *sheet_name(const struct roster *roster, uint16_t sheet)
{
    return sheet < roster->n_sheets ? roster->sheets[sheet].name : "";
}

/* A file that could not be read says why in its own words. */
static json_t *problem_json(const struct roster *roster, const struct roster_problem *problem)
{
    const bool is_file = problem->trouble == ROSTER_FILE,
               is_error = roster_trouble_severity(problem->trouble) == ROSTER_ERROR;
    char letters[8];
    roster_column_letters(problem->column, letters);
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:I, s:s, s:I, s:{s:s, s:s}}", "severity", is_error ? "error" : "warning",
                  "code", is_file ? table_fault_code(problem->fault) : roster_trouble_code(problem->trouble),
                  "sheet", sheet_name(roster, problem->sheet), "row", (json_int_t)problem->row, "column",
                  letters, "count", (json_int_t)problem->count, "message", "zh",
                  is_file ? table_fault_zh(problem->fault) : roster_trouble_zh(problem->trouble), "en",
                  is_file ? table_fault_en(problem->fault) : roster_trouble_en(problem->trouble));
    if (*problem->value)
        json_object_set_new(json, "value", json_string(problem->value));
    if (problem->other_row)
        json_object_set_new(json, "other",
                            json_pack("{s:s, s:I}", "sheet", sheet_name(roster, problem->other_sheet), "row",
                                      (json_int_t)problem->other_row));
    return json;
}

json_t *roster_preview_json(const struct roster *roster)
{
    json_t *problems = json_array();
    size_t units_left_off;
    for (size_t i = 0; i < roster->n_problems; i++)
        json_array_append_new(problems, problem_json(roster, &roster->problems[i]));
    json_t *units = units_json(roster, &units_left_off);
    return json_pack("{s:s, s:s, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I}, s:o, s:o, s:o, s:o}", "kind",
                     list_kind_name(roster->kind), "fault", table_fault_code(roster->fault), "counts", "rows",
                     (json_int_t)roster->n_rows, "people", (json_int_t)roster->n_people, "skipped",
                     (json_int_t)roster->n_skipped, "errors", (json_int_t)roster->n_errors, "warnings",
                     (json_int_t)roster->n_warnings, "problems_left_off", (json_int_t)roster->n_left_off,
                     "units_left_off", (json_int_t)units_left_off, "levels", levels_json(roster), "units",
                     units, "sheets", sheets_json(roster), "problems", problems);
}

/* ---- for the desk ---- */

#define COPY(to, from) snprintf((to), sizeof(to), "%s", (from))

struct desk_list *roster_list(const struct roster *roster, const char *digest)
{
    struct desk_list *list = bytes_alloc(sizeof *list);
    list->kind = roster->kind;
    list->n_people = roster->n_people;
    list->people = bytes_alloc(roster->n_people * sizeof *list->people);
    COPY(list->digest, digest);
    for (size_t i = 0; i < roster->n_people; i++) {
        const struct roster_person *from = &roster->people[i];
        struct list_person *to = &list->people[i];
        COPY(to->name, from->name);
        COPY(to->id_number, from->id_number);
        COPY(to->student_no, from->student_no);
        COPY(to->passport, from->document);
        COPY(to->college, from->college);
        COPY(to->unit, from->unit);
        COPY(to->campus, from->campus);
        COPY(to->note, from->note);
        COPY(to->method, from->method);
        to->level = from->level;
        to->amount_fen = from->amount_fen;
        to->row = from->row;
    }
    return list;
}
