/* From rows to people: sheets, headings, merged cells. Pure but for roster_read(), which runs the confined child. */
#include "roster/roster.h"
#include "base/bytes.h"
#include "roster/roster_build.h"
#include "roster/roster_columns.h"
#include "roster/table_child.h"
#include <stdlib.h>
#include <string.h>

enum { HEADING_WITHIN = 50, MERGE_WORK_MAX = 4 << 20, SHEETS_MAX = 256 };

/* ---- problems ---- */

static const struct {
    const char *code, *en, *zh;
    enum roster_severity severity;
    bool is_together;
} troubles[ROSTER_TROUBLE_COUNT] = {
#define EACH     false
#define TOGETHER true
#define ROSTER_PROBLEM(name, code, severity, how, en, zh)                                                    \
    [ROSTER_##name] = {code, en, zh, ROSTER_##severity, how},
#include "roster/roster_problem.def"
#undef ROSTER_PROBLEM
#undef EACH
#undef TOGETHER
};

const char *roster_trouble_code(enum roster_trouble trouble)
{
    return troubles[trouble].code;
}

enum roster_severity roster_trouble_severity(enum roster_trouble trouble)
{
    return troubles[trouble].severity;
}

const char *roster_trouble_en(enum roster_trouble trouble)
{
    return troubles[trouble].en;
}

const char *roster_trouble_zh(enum roster_trouble trouble)
{
    return troubles[trouble].zh;
}

struct roster_sheet *roster_build_sheet(const struct roster_build *build)
{
    return &build->roster->sheets[build->roster->n_sheets - 1];
}

static void grow(struct roster_build *build)
{
    if (build->roster->n_problems < build->problems_room)
        return;
    build->problems_room = build->problems_room ? build->problems_room * 2 : 64;
    build->roster->problems =
        bytes_resize(build->roster->problems, build->problems_room * sizeof *build->roster->problems);
}

struct roster_problem *roster_tell(struct roster_build *build, enum roster_trouble trouble, uint32_t row,
                                   uint32_t column, enum roster_column field)
{
    struct roster *roster = build->roster;
    const enum roster_severity severity = troubles[trouble].severity;
    uint32_t *together = troubles[trouble].is_together ? &build->together[trouble][field] : NULL;
    (*(severity == ROSTER_ERROR ? &roster->n_errors : &roster->n_warnings))++;
    if (together && *together) {
        roster->problems[*together - 1].count++;
        return NULL;
    }
    if (build->kept[severity] == ROSTER_PROBLEMS_MAX) {
        roster->n_left_off++;
        return NULL;
    }
    build->kept[severity]++;
    grow(build);
    struct roster_problem *problem = &roster->problems[roster->n_problems++];
    *problem =
        (struct roster_problem){.trouble = trouble, .row = row, .column = column, .count = 1, .value = ""};
    problem->sheet = (uint16_t)(roster->n_sheets > 0 ? roster->n_sheets - 1 : 0);
    if (together)
        *together = (uint32_t)roster->n_problems;
    return problem;
}

/* ---- sheets and headings ---- */

static void begin_sheet(struct roster_build *build, const char *name)
{
    struct roster *roster = build->roster;
    roster->sheets = bytes_resize(roster->sheets, (roster->n_sheets + 1) * sizeof *roster->sheets);
    struct roster_sheet *sheet = &roster->sheets[roster->n_sheets++];
    memset(sheet, 0, sizeof *sheet);
    sheet->name = roster_store_shared(roster->store, name);
    memset(build->together, 0, sizeof build->together);
    build->rows_before_heading = build->last_heading_row = 0;
    build->first_person = roster->n_people;
    build->merge_work = 0;
}

static bool is_number_column(uint8_t column)
{
    return column == COLUMN_NAME || column == COLUMN_ID_NUMBER || column == COLUMN_STUDENT_NO;
}

static void set_heading(struct roster_build *build, const struct table_row *row,
                        const uint8_t columns[static TABLE_COLUMNS_MAX])
{
    struct roster_sheet *sheet = roster_build_sheet(build);
    bool has[COLUMN_COUNT] = {false};
    const bool is_again = sheet->heading_row != 0;
    for (size_t i = 0; i < TABLE_COLUMNS_MAX; i++) {
        const char *text = i < row->n_cells ? row->cells[i].text : "";
        sheet->columns[i] = columns[i];
        sheet->headings[i] = *text ? roster_store_shared(build->roster->store, text) : NULL;
        if (columns[i] != COLUMN_NONE && has[columns[i]]) {
            sheet->columns[i] = COLUMN_NONE;
            if (!is_again)
                roster_tell(build,
                            is_number_column(columns[i]) ? ROSTER_NUMBER_COLUMN_TWICE : ROSTER_COLUMN_TWICE,
                            row->number, (uint32_t)i + 1, COLUMN_NONE);
        }
        has[columns[i]] = true;
    }
    build->last_heading_row = row->number;
    if (is_again)
        build->roster->n_skipped++;
    else
        sheet->heading_row = row->number;
}

/* The second of two heading rows: names and numbers are merged downward, other columns have their names here. */
static bool add_second_heading(struct roster_build *build, const struct table_row *row)
{
    struct roster_sheet *sheet = roster_build_sheet(build);
    uint8_t found[TABLE_COLUMNS_MAX] = {0};
    size_t n_found = 0;
    if (row->number != build->last_heading_row + 1)
        return false;
    for (size_t i = 0; i < row->n_cells; i++) {
        if (row->cells[i].kind == CELL_EMPTY)
            continue;
        if (is_number_column(sheet->columns[i]) || row->cells[i].kind != CELL_TEXT)
            return false;
        found[i] = (uint8_t)roster_column_of(row->cells[i].text);
        n_found += found[i] != COLUMN_NONE;
    }
    for (size_t i = 0; i < row->n_cells && n_found > 0; i++)
        if (row->cells[i].kind == CELL_TEXT) {
            sheet->columns[i] = found[i];
            sheet->headings[i] = roster_store_shared(build->roster->store, row->cells[i].text);
        }
    return n_found > 0;
}

/* Quick, since it is asked of every row: a heading again has a column's name where a person's name or number belongs. */
static bool may_be_heading(const struct roster_sheet *sheet, const struct table_row *row)
{
    for (size_t i = 0; i < row->n_cells; i++)
        if (is_number_column(sheet->columns[i]) && row->cells[i].kind == CELL_TEXT &&
            !strpbrk(row->cells[i].text, "0123456789"))
            return roster_column_of(row->cells[i].text) != COLUMN_NONE;
    return false;
}

static int on_row(void *arg, const struct table_row *row)
{
    struct roster_build *build = arg;
    struct roster *roster = build->roster;
    uint8_t columns[TABLE_COLUMNS_MAX];
    if (roster->n_sheets == 0 || strcmp(roster_build_sheet(build)->name, row->sheet) != 0) {
        if (roster->n_sheets == SHEETS_MAX)
            return 1;
        begin_sheet(build, row->sheet);
    }
    const bool was_found = roster_build_sheet(build)->heading_row != 0;
    if (!was_found && build->rows_before_heading++ == HEADING_WITHIN)
        build->rows_before_heading--;
    const bool may_be = was_found ? may_be_heading(roster_build_sheet(build), row)
                                  : build->rows_before_heading < HEADING_WITHIN;
    if (may_be && roster_is_heading(roster->kind, row, columns))
        set_heading(build, row, columns);
    else if (was_found && !add_second_heading(build, row))
        roster_take_row(build, row);
    return 0;
}

/* ---- merged cells: what stands in the first holds for all ---- */

static const char **inherited(struct roster_person *person, uint8_t column)
{
    switch (column) {
    case COLUMN_COLLEGE:
        return &person->college;
    case COLUMN_MAJOR:
        return &person->major;
    case COLUMN_UNIT:
        return &person->unit;
    case COLUMN_CAMPUS:
        return &person->campus;
    case COLUMN_CATEGORY:
        return &person->category;
    case COLUMN_NOTE:
        return &person->note;
    default:
        return NULL;
    }
}

static void inherit(struct roster_person *to, struct roster_person *from, uint8_t column)
{
    const char **text = inherited(to, column);
    if (text && !**text)
        *text = *inherited(from, column);
    if (column == COLUMN_LEVEL && to->level == DEGREE_NONE)
        to->level = from->level;
}

/* The first person of this sheet in that row or below. */
static size_t find_row(const struct roster_build *build, uint32_t row)
{
    size_t low = build->first_person, high = build->roster->n_people;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (build->roster->people[middle].row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int on_merge(void *arg, const struct table_merge *merge)
{
    struct roster_build *build = arg;
    struct roster *roster = build->roster;
    if (roster->n_sheets == 0 || strcmp(roster_build_sheet(build)->name, merge->sheet) != 0 ||
        merge->first_column != merge->last_column)
        return 0;
    const uint8_t column = roster_build_sheet(build)->columns[merge->first_column - 1];
    const size_t first = find_row(build, merge->first_row);
    if (column == COLUMN_NONE || first == roster->n_people || roster->people[first].row != merge->first_row)
        return 0;
    for (size_t i = first + 1; i < roster->n_people && roster->people[i].row <= merge->last_row; i++) {
        if (build->merge_work++ > MERGE_WORK_MAX)
            return 0;
        inherit(&roster->people[i], &roster->people[first], column);
    }
    return 0;
}

static int on_note(void *arg, enum table_note note, uint32_t row)
{
    struct roster_build *build = arg;
    if (build->roster->n_sheets == 0)
        begin_sheet(build, "");
    roster_tell(build, note == TABLE_NOTE_MIXED_COMMA ? ROSTER_MIXED_COMMA : ROSTER_FULL_WIDTH_COMMA, row, 0,
                COLUMN_NONE);
    return 0;
}

/* ---- from beginning to end ---- */

struct roster_build *roster_build_new(enum list_kind kind)
{
    struct roster_build *build = bytes_alloc(sizeof *build);
    build->roster = bytes_alloc(sizeof *build->roster);
    build->roster->kind = kind;
    build->roster->store = roster_store_new();
    return build;
}

struct table_sink roster_build_sink(struct roster_build *build)
{
    return (struct table_sink){.row = on_row, .merge = on_merge, .note = on_note, .arg = build};
}

/* A sheet without a heading is an aside when another one has one. */
static void tell_headings(struct roster_build *build)
{
    struct roster *roster = build->roster;
    size_t n_found = 0;
    for (size_t i = 0; i < roster->n_sheets; i++)
        n_found += roster->sheets[i].heading_row != 0;
    for (size_t i = 0; i < roster->n_sheets; i++) {
        if (roster->sheets[i].heading_row != 0)
            continue;
        struct roster_problem *problem = roster_tell(
            build, n_found > 0 ? ROSTER_SHEET_SKIPPED : ROSTER_HEADING_MISSING, 0, 0, COLUMN_NONE);
        if (problem)
            problem->sheet = (uint16_t)i;
    }
}

struct roster *roster_build_finish(struct roster_build *build, enum table_fault fault)
{
    struct roster *roster = build->roster;
    roster->fault = fault;
    if (fault != TABLE_OK) {
        struct roster_problem *problem = roster_tell(build, ROSTER_FILE, 0, 0, COLUMN_NONE);
        if (problem)
            problem->fault = fault;
        for (size_t i = 0; i < roster->n_people; i++) /* half a list is none */
            roster->people[i].is_wrong = true;
    } else {
        tell_headings(build);
        roster_check_all(build);
    }
    roster_settle(roster);
    free(build);
    return roster;
}

struct roster *roster_read(enum list_kind kind, const char *program, const uint8_t *bytes, size_t size)
{
    struct roster_build *build = roster_build_new(kind);
    const struct table_sink sink = roster_build_sink(build);
    return roster_build_finish(build, table_child_read(program, bytes, size, TABLE_CHILD_TIMEOUT_MS, &sink));
}

void roster_free(struct roster *roster)
{
    if (!roster)
        return;
    roster_store_free(roster->store);
    free(roster->people);
    free(roster->problems);
    free(roster->sheets);
    free(roster);
}
