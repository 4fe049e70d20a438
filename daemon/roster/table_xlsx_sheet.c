/* One sheet of a workbook: its rows, and which cells are merged. Opens no file. */
#include "roster/table_date.h"
#include "roster/table_xlsx_parts.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_OF_A_SHEET = 16384, MERGES_MAX = 65536 };

struct sheet_state {
    const struct xlsx_sheet *sheet;
    bool is_in_data, is_in_row, is_in_cell, is_row_hidden, has_formula;
    bool takes_text;
    unsigned phonetic;
    uint32_t row, next_row, style;
    size_t column, next_column;
    char type[12];
    struct buffer value;
    size_t n_merges;
};

/* "AB12". False when it is none. ret_row 0: letters alone. */
static bool parse_reference(const char *text, size_t *ret_column, uint32_t *ret_row, const char **ret_end)
{
    size_t column = 0;
    uint32_t row = 0;
    const char *at = text;
    for (; *at >= 'A' && *at <= 'Z'; at++)
        if ((column = column * 26 + (size_t)(*at - 'A') + 1) > COLUMNS_OF_A_SHEET)
            return false;
    if (at == text)
        return false;
    for (; *at >= '0' && *at <= '9'; at++)
        if ((row = row * 10 + (uint32_t)(*at - '0')) > TABLE_ROWS_MAX)
            return false;
    *ret_column = column;
    *ret_row = row;
    *ret_end = at;
    return true;
}

/* ---- starts ---- */

static void row_start(struct xlsx_walk *walk, const char **attributes)
{
    struct sheet_state *state = walk->state;
    const char *number = xlsx_attribute(attributes, "r");
    char *end = NULL;
    const unsigned long told = number ? strtoul(number, &end, 10) : state->next_row;
    if (told == 0 || told > TABLE_ROWS_MAX || (end && *end)) {
        walk->fault = told > TABLE_ROWS_MAX ? TABLE_TOO_LARGE : TABLE_BROKEN;
        return;
    }
    state->row = (uint32_t)told;
    state->next_row = state->row + 1;
    state->next_column = 0;
    state->is_row_hidden = xlsx_is_true(xlsx_attribute(attributes, "hidden"));
    state->is_in_row = true;
}

static void cell_start(struct xlsx_walk *walk, const char **attributes)
{
    struct sheet_state *state = walk->state;
    const char *reference = xlsx_attribute(attributes, "r"), *type = xlsx_attribute(attributes, "t"),
               *style = xlsx_attribute(attributes, "s"), *end;
    state->column = state->next_column;
    if (reference) {
        uint32_t row;
        if (!parse_reference(reference, &state->column, &row, &end) || *end || row != state->row) {
            walk->fault = TABLE_BROKEN;
            return;
        }
        state->column--;
    }
    if (state->column < state->next_column) { /* two cells in one place */
        walk->fault = TABLE_BROKEN;
        return;
    }
    state->next_column = state->column + 1;
    snprintf(state->type, sizeof state->type, "%s", type ? type : "n");
    state->style = style ? (uint32_t)strtoul(style, NULL, 10) : 0;
    state->value.size = 0;
    state->has_formula = false;
    state->is_in_cell = true;
}

static void merge_start(struct xlsx_walk *walk, const char **attributes)
{
    struct sheet_state *state = walk->state;
    const struct table_sink *sink = walk->xlsx->rows->sink;
    const char *reference = xlsx_attribute(attributes, "ref"), *at;
    size_t first, last;
    uint32_t top, bottom;
    if (!reference || !parse_reference(reference, &first, &top, &at) || top == 0 || *at != ':' ||
        !parse_reference(at + 1, &last, &bottom, &at) || *at || bottom < top || last < first) {
        walk->fault = TABLE_BROKEN;
        return;
    }
    if (++state->n_merges > MERGES_MAX) {
        walk->fault = TABLE_TOO_LARGE;
        return;
    }
    if (!sink->merge || first > TABLE_COLUMNS_MAX)
        return;
    const struct table_merge merge = {state->sheet->name, top, (uint32_t)first, bottom,
                                      (uint32_t)(last < TABLE_COLUMNS_MAX ? last : TABLE_COLUMNS_MAX)};
    if (sink->merge(sink->arg, &merge) != 0)
        walk->fault = TABLE_STOPPED;
}

static void sheet_start(struct xlsx_walk *walk, const char *name, const char **attributes)
{
    struct sheet_state *state = walk->state;
    if (strcmp(name, "sheetData") == 0) {
        state->is_in_data = true;
    } else if (strcmp(name, "row") == 0 && state->is_in_data && !state->is_in_row) {
        row_start(walk, attributes);
    } else if (strcmp(name, "c") == 0 && state->is_in_row && !state->is_in_cell) {
        cell_start(walk, attributes);
    } else if (strcmp(name, "mergeCell") == 0) {
        merge_start(walk, attributes);
    } else if (state->is_in_cell) {
        if (strcmp(name, "f") == 0)
            state->has_formula = true;
        else if (strcmp(name, "rPh") == 0)
            state->phonetic++;
        else if (strcmp(name, "v") == 0 || (strcmp(name, "t") == 0 && state->phonetic == 0))
            state->takes_text = true;
    }
}

/* ---- ends ---- */

/* A decimal number and nothing else: no "inf", no hexadecimal. */
static bool parse_number(const char *text, double *ret)
{
    char *end;
    if (!*text || text[strspn(text, "+-.0123456789eE")])
        return false;
    *ret = strtod(text, &end);
    return !*end && isfinite(*ret);
}

static void give(struct xlsx_walk *walk, const struct table_cell *cell, const char *text, size_t length)
{
    const struct sheet_state *state = walk->state;
    walk->fault = table_rows_cell(walk->xlsx->rows, state->column, cell, text, length);
}

static void give_string(struct xlsx_walk *walk, struct table_cell *cell, const char *value)
{
    const struct xlsx *xlsx = walk->xlsx;
    char *end;
    const unsigned long index = strtoul(value, &end, 10);
    if (end == value || *end || index >= xlsx->n_strings) {
        walk->fault = TABLE_BROKEN;
        return;
    }
    const size_t start = xlsx->string_starts[index];
    cell->kind = CELL_TEXT;
    give(walk, cell, xlsx->strings.data + start, xlsx->string_starts[index + 1] - start - 1);
}

static void give_number(struct xlsx_walk *walk, struct table_cell *cell, const char *value, size_t length)
{
    const struct sheet_state *state = walk->state;
    const struct xlsx *xlsx = walk->xlsx;
    char date[TABLE_DATE_SIZE];
    cell->kind = parse_number(value, &cell->number) ? CELL_NUMBER : CELL_TEXT;
    if (cell->kind == CELL_NUMBER && state->style < xlsx->n_styles && xlsx->style_is_date[state->style]) {
        const double days = cell->number + (xlsx->is_1904 && cell->number >= 1 ? TABLE_DAYS_FROM_1904 : 0);
        if (table_date_text(days, date)) {
            cell->kind = CELL_DATE;
            cell->number = days;
            give(walk, cell, date, strlen(date));
            return;
        }
    }
    give(walk, cell, value, length);
}

static void give_date(struct xlsx_walk *walk, struct table_cell *cell, const char *value, size_t length)
{
    char date[TABLE_DATE_SIZE];
    if (table_date_parse(value, &cell->number) && table_date_text(cell->number, date)) {
        cell->kind = CELL_DATE;
        give(walk, cell, date, strlen(date));
    } else {
        cell->kind = CELL_TEXT;
        cell->number = 0;
        give(walk, cell, value, length);
    }
}

static void cell_end(struct xlsx_walk *walk)
{
    struct sheet_state *state = walk->state;
    struct table_cell cell = {.was_formula = state->has_formula};
    char *value = state->value.data ? state->value.data : (char[]){""};
    size_t length = state->value.size;
    state->is_in_cell = false;
    if (strcmp(state->type, "str") == 0 || strcmp(state->type, "inlineStr") == 0)
        length = xlsx_unescape(value, length);
    if (length == 0) {
        give(walk, &cell, "", 0);
        return;
    }
    value[length] = '\0';
    if (strcmp(state->type, "s") == 0) {
        give_string(walk, &cell, value);
    } else if (strcmp(state->type, "n") == 0) {
        give_number(walk, &cell, value, length);
    } else if (strcmp(state->type, "d") == 0) {
        give_date(walk, &cell, value, length);
    } else if (strcmp(state->type, "b") == 0) {
        const bool is_true = xlsx_is_true(value);
        cell.kind = CELL_BOOL;
        give(walk, &cell, is_true ? "TRUE" : "FALSE", is_true ? 4 : 5);
    } else {
        cell.kind = strcmp(state->type, "e") == 0 ? CELL_ERROR : CELL_TEXT;
        give(walk, &cell, value, length);
    }
}

static void sheet_end(struct xlsx_walk *walk, const char *name)
{
    struct sheet_state *state = walk->state;
    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        state->takes_text = false;
    else if (strcmp(name, "rPh") == 0 && state->phonetic > 0)
        state->phonetic--;
    else if (strcmp(name, "c") == 0 && state->is_in_cell)
        cell_end(walk);
    else if (strcmp(name, "sheetData") == 0)
        state->is_in_data = false;
    else if (strcmp(name, "row") == 0 && state->is_in_row && !state->is_in_cell) {
        state->is_in_row = false;
        walk->fault = table_rows_end(walk->xlsx->rows, state->sheet->name, state->row,
                                     state->is_row_hidden || state->sheet->is_hidden);
    }
}

static void sheet_text(struct xlsx_walk *walk, const char *text, size_t length)
{
    struct sheet_state *state = walk->state;
    if (!state->takes_text || !state->is_in_cell)
        return;
    if (state->value.size + length > TABLE_CELL_MAX * 7) /* before its escapes are undone */
        walk->fault = TABLE_TOO_LARGE;
    else
        buffer_add(&state->value, text, length);
}

enum table_fault xlsx_read_sheet(struct xlsx *xlsx, const char *part, const struct xlsx_sheet *sheet)
{
    struct sheet_state state = {.sheet = sheet, .next_row = 1};
    struct xlsx_walk walk = {
        .xlsx = xlsx, .start = sheet_start, .end = sheet_end, .text = sheet_text, .state = &state};
    table_rows_begin_sheet(xlsx->rows);
    const enum table_fault fault = xlsx_walk_part(&walk, part);
    buffer_done(&state.value);
    return fault;
}
