/* The walk over a table: titles, headings, banners, rows. Must not interpret the cells of a row (schedule_row.c).
 * No I/O; any thread. */
#include "roster/schedule_import.h"
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "roster/schedule_date.h"
#include "roster/schedule_import_state.h"
#include "roster/schedule_text.h"

struct schedule_import {
    struct grid grid;
};

struct schedule_import *schedule_import_new(void)
{
    return bytes_alloc(sizeof(struct schedule_import));
}

void schedule_import_free(struct schedule_import *import)
{
    if (!import)
        return;
    grid_done(&import->grid);
    free(import);
}

static int take_row(void *arg, const struct table_row *row)
{
    struct schedule_import *import = arg;
    grid_add_row(&import->grid, row);
    return 0;
}

static int take_merge(void *arg, const struct table_merge *merge)
{
    struct schedule_import *import = arg;
    grid_add_merge(&import->grid, merge);
    return 0;
}

struct table_sink schedule_import_sink(struct schedule_import *import)
{
    return (struct table_sink){.row = take_row, .merge = take_merge, .arg = import};
}

/* ---- places */
static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* 四教楼101教室 contains 四教楼101, but 四教楼1012 does not. */
static bool contains_place(const char *longer, const char *shorter)
{
    size_t length = strlen(shorter);
    if (length < 3)
        return false;
    for (const char *at = longer; (at = strstr(at, shorter)) != NULL; at++) {
        bool is_cut = (at > longer && is_digit(at[-1]) && is_digit(shorter[0])) ||
                      (is_digit(at[length]) && is_digit(shorter[length - 1]));
        if (!is_cut)
            return true;
    }
    return false;
}

/* The lane whose names the place is, or with `is_loose` whose place it contains or stands in. */
static const char *find_lane(const struct schedule_import_options *options, const char *key, bool is_loose)
{
    const char *found = NULL;
    bool is_one = true;
    for (size_t i = 0; i < options->n_places; i++) {
        const struct schedule_place *place = &options->places[i];
        char *place_key = schedule_key(place->place), *lane_key = schedule_key(place->lane);
        bool is_same = strcmp(key, place_key) == 0 || strcmp(key, lane_key) == 0;
        if (is_loose)
            is_same = contains_place(key, place_key) || contains_place(place_key, key);
        if (is_same && found && strcmp(found, place->lane) != 0)
            is_one = false;
        else if (is_same)
            found = place->lane;
        free(place_key);
        free(lane_key);
    }
    return is_one ? found : NULL;
}

const char *import_lane_of(const struct import_state *state, const char *place)
{
    if (state->options->n_places == 0)
        return place;
    char *key = schedule_key(place);
    const char *lane = find_lane(state->options, key, false);
    if (!lane)
        lane = find_lane(state->options, key, true);
    free(key);
    return lane;
}

/* ---- problems */
void import_report(struct import_state *state, enum schedule_code code, const struct import_row *row,
                   enum schedule_column column, const char *word, const char *other)
{
    struct schedule_where where = {.sheet = state->sheet, .row = row->number, .column = row->column[column]};
    schedule_report(state->problems, code, where,
                    (const struct schedule_word[]){{word ? word : "", NULL}, {other ? other : "", NULL}}, 2);
}

/* ---- headings */
/* Enough headings to the letter; a data row may well hold 上午8:30-9:30 and 商学院, which look like headings. */
static bool is_heading_row(const struct grid_row *row, bool is_continued)
{
    size_t n_plain = 0;
    bool sure[COLUMN_KINDS] = {false}, any[COLUMN_KINDS] = {false};
    for (size_t i = 0; i < row->n_cells; i++) {
        bool is_sure = false;
        enum schedule_column column =
            row->cells[i].kind == CELL_TEXT ? schedule_column_of(row->cells[i].text, &is_sure) : COLUMN_NONE;
        any[column] = true;
        n_plain += is_sure && schedule_column_half(column) == HALF_NOT_SAID;
        sure[column] = sure[column] || is_sure;
    }
    bool has_who = any[COLUMN_UNIT] || any[COLUMN_CLASS] || any[COLUMN_LEVEL];
    bool has_half = sure[COLUMN_MORNING] || sure[COLUMN_AFTERNOON] || sure[COLUMN_EVENING];
    bool has_when = sure[COLUMN_DATE] || sure[COLUMN_TIME] || sure[COLUMN_START];
    return (n_plain >= 2 && has_when && (is_continued || has_who)) ||
           (n_plain >= 1 && has_half && (sure[COLUMN_DATE] || sure[COLUMN_UNIT]));
}

static void set_column(struct import_state *state, const struct grid_row *row, size_t i)
{
    const struct grid_cell *cell = &row->cells[i];
    enum schedule_column column = schedule_column_of(cell->text, NULL);
    struct schedule_where where = {.sheet = row->sheet, .row = row->number, .column = (uint32_t)i + 1};
    const struct schedule_word word = {cell->text, NULL};
    if (column == COLUMN_NONE) {
        schedule_report(state->problems, SCHEDULE_COLUMN_UNKNOWN, where, &word, 1);
        return;
    }
    for (size_t other = 0; other < i; other++) {
        if (state->columns[other] != column || column == COLUMN_IGNORED)
            continue;
        if (cell->merge == 0 || row->cells[other].merge != cell->merge)
            schedule_report(state->problems, SCHEDULE_COLUMN_REPEATED, where, &word, 1);
        return;
    }
    state->columns[i] = (uint8_t)column;
}

static bool is_when(enum schedule_column column)
{
    return column == COLUMN_DATE || column == COLUMN_TIME || column == COLUMN_MORE;
}

static void forget_rows(struct import_state *state)
{
    memset(state->carried, 0, sizeof state->carried);
    memset(state->carried_more, 0, sizeof state->carried_more);
}

static void set_columns(struct import_state *state, const struct grid_row *row, bool is_continued)
{
    if (!is_continued) {
        memset(state->columns, 0, sizeof state->columns);
        memset(state->headings, 0, sizeof state->headings);
        forget_rows(state);
        state->banner_date = state->banner_place = NULL;
    }
    for (size_t i = 0; i < row->n_cells; i++) {
        if (row->cells[i].kind == CELL_EMPTY)
            continue;
        if (is_continued)
            state->columns[i] = COLUMN_NONE;
        set_column(state, row, i);
        state->headings[i] = row->cells[i].text;
    }
    /* 时间 over a day, a half and an interval: merged (one text), or with blank cells after it */
    for (size_t i = 1; i < row->n_cells; i++)
        if (state->columns[i] == COLUMN_NONE && is_when(state->columns[i - 1]) &&
            (!state->headings[i] || state->headings[i] == state->headings[i - 1]))
            state->columns[i] = COLUMN_MORE;
    state->has_heading = state->any_heading = true;
}

/* ---- what stands above the heading */
/* 2019年, but not 2020届 */
static uint32_t year_in(const char *text)
{
    for (const char *at = text; (at = strstr(at, "20")) != NULL; at++) {
        struct schedule_cursor cursor = {at, 0};
        uint32_t year;
        if ((at == text || !is_digit(at[-1])) && schedule_take_number(&cursor, 4, &year) == 4 &&
            schedule_take(&cursor, "年"))
            return year;
    }
    return 0;
}

static bool date_in(const char *text, struct when *ret)
{
    for (const char *at = text; (at = strstr(at, "20")) != NULL; at++) {
        when_parse(at, WHEN_DATE_CELL, ret);
        if ((at == text || !is_digit(at[-1])) && ret->has_date && ret->has_year &&
            schedule_date_is_real(ret->year, ret->month, ret->day))
            return true;
    }
    return false;
}

static void read_title(struct import_state *state, const char *text)
{
    struct when when;
    if (state->year == 0 && year_in(text) != 0) {
        state->year = year_in(text);
        state->is_title_year = true;
    }
    if (state->title_date == SCHEDULE_NO_DATE && date_in(text, &when))
        state->title_date = schedule_day_of(when.year, when.month, when.day);
    const char *place = strstr(text, "地点:");
    if (place && !state->place) {
        place += strlen("地点:");
        place += *place == ' ';
        state->place = bytes_format("%.*s", (int)strcspn(place, " ;,\n)"), place);
    }
}

/* ---- rows */
static size_t count_values(const struct grid_row *row, const char **ret_text)
{
    size_t n = 0;
    uint32_t merge = 0;
    for (size_t i = 0; i < row->n_cells; i++) {
        const struct grid_cell *cell = &row->cells[i];
        if (cell->kind == CELL_EMPTY || (cell->merge != 0 && cell->merge == merge))
            continue;
        merge = cell->merge;
        *ret_text = cell->text;
        n++;
    }
    return n;
}

static bool starts_with_any(const char *text, const char *const words[])
{
    return schedule_take_any(&(struct schedule_cursor){text, 0}, words) >= 0;
}

/* A row that is one text over the width: a date or a place for the rows below, or a remark. */
static bool take_banner(struct import_state *state, const struct grid_row *row)
{
    static const char *const remarks[] = {"注",   "备注", "说明", "合计", "总计",
                                          "共计", "小计", "附",   "*",    NULL};
    const char *text = "";
    size_t n = count_values(row, &text);
    struct when when;
    if (n > 0 && row->cells[0].kind == CELL_TEXT && starts_with_any(row->cells[0].text, remarks)) {
        text = row->cells[0].text;
        n = 0;
    }
    if (n > 1 || (n == 1 && row->cells[0].kind == CELL_EMPTY))
        return false;
    /* a lone cell in the unit's own column is a row whose other cells were left blank */
    if (n == 1 && row->cells[0].merge == 0 &&
        (state->columns[0] == COLUMN_UNIT || state->columns[0] == COLUMN_CLASS) &&
        state->carried[COLUMN_TIME])
        return false;
    when_parse(text, WHEN_DATE_CELL, &when);
    bool is_date = when.has_date && when.n_intervals == 0 && text[when.rest] == '\0';
    if (n == 1 && (is_date || (state->options->n_places > 0 && import_lane_of(state, text)))) {
        if (is_date)
            state->banner_date = text;
        else
            state->banner_place = text;
        forget_rows(state);
        return true;
    }
    schedule_report(state->problems, SCHEDULE_ROW_IGNORED,
                    (struct schedule_where){.sheet = row->sheet, .row = row->number},
                    &(const struct schedule_word){text, NULL}, 1);
    return true;
}

static void fill_one(struct import_state *state, struct import_row *row, enum schedule_column column,
                     bool is_filled)
{
    if (!row->cells[column] && is_filled && state->carried[column]) {
        row->cells[column] = state->carried[column];
        if (column != COLUMN_WEEKDAY && state->n_filled++ == 0)
            state->first_filled = (struct schedule_where){
                .sheet = state->sheet, .row = row->number, .column = row->column[column]};
    }
    state->carried[column] = row->cells[column];
}

/* CSV knows no merged cells: what is blank is as above, as far as the printed page means it so. */
static void fill_down(struct import_state *state, struct import_row *row)
{
    const struct grid_cell **cells = row->cells;
    bool has_place = cells[COLUMN_PLACE] || cells[COLUMN_LANE], has_date = cells[COLUMN_DATE] != NULL;
    bool has_when = cells[COLUMN_TIME] || cells[COLUMN_START] || cells[COLUMN_END] || cells[COLUMN_MORNING] ||
                    cells[COLUMN_AFTERNOON] || cells[COLUMN_EVENING];
    bool is_same_slot = !has_place && !has_date && !has_when && !cells[COLUMN_HALF] &&
                        (cells[COLUMN_UNIT] || cells[COLUMN_CLASS]);
    fill_one(state, row, COLUMN_WEEKDAY, !has_date);
    fill_one(state, row, COLUMN_HALF, !has_date);
    fill_one(state, row, COLUMN_DATE, true);
    fill_one(state, row, COLUMN_LANE, !has_place);
    fill_one(state, row, COLUMN_PLACE, !has_place);
    fill_one(state, row, COLUMN_BATCH, is_same_slot);
    fill_one(state, row, COLUMN_TIME, is_same_slot);
    fill_one(state, row, COLUMN_START, is_same_slot);
    fill_one(state, row, COLUMN_END, is_same_slot);
    /* only a class: it is of the unit above */
    fill_one(state, row, COLUMN_UNIT, cells[COLUMN_CLASS] && !has_place && !has_date);
}

static void join(struct buffer *text, const struct grid_cell *cell)
{
    if (cell && cell->text[0] != '\0')
        buffer_format(text, "%s%s", text->size > 0 ? " " : "", cell->text);
}

/* The cells under one heading as one. A blank one is as above if a later one is not: the day stays, the hour is new. */
static const struct grid_cell *join_cells(struct import_state *state, const struct grid_row *row,
                                          size_t first)
{
    size_t end = first + 1, last = first;
    struct buffer text = {0};
    for (; end < row->n_cells && state->columns[end] == COLUMN_MORE; end++)
        if (row->cells[end].kind != CELL_EMPTY)
            last = end;
    bool is_blank = last == first && row->cells[first].kind == CELL_EMPTY;
    if (end == first + 1 || is_blank)
        return is_blank ? NULL : &row->cells[first];
    for (size_t i = first; i < end; i++) {
        if (row->cells[i].kind != CELL_EMPTY || i > last)
            state->carried_more[i] = row->cells[i].kind != CELL_EMPTY ? &row->cells[i] : NULL;
        join(&text, state->carried_more[i]);
    }
    struct grid_cell *cell = bytes_alloc(sizeof *cell);
    *cell = (struct grid_cell){.text = text.data, .kind = CELL_TEXT};
    state->joined = bytes_resize(state->joined, (state->n_joined + 1) * sizeof(struct grid_cell *));
    state->joined[state->n_joined++] = cell;
    return cell;
}

static void joined_done(struct import_state *state)
{
    for (size_t i = 0; i < state->n_joined; i++) {
        free((char *)state->joined[i]->text);
        free(state->joined[i]);
    }
    free(state->joined);
}

static void take_data_row(struct import_state *state, const struct grid_row *grid_row)
{
    struct import_row row = {.number = grid_row->number, .grid = grid_row};
    bool is_good = true;
    for (size_t i = 0; i < grid_row->n_cells; i++) {
        const struct grid_cell *cell = &grid_row->cells[i];
        enum schedule_column column = state->columns[i];
        if (column == COLUMN_NONE || column == COLUMN_IGNORED)
            continue;
        row.column[column] = (uint32_t)i + 1;
        if (cell->is_bad || cell->kind == CELL_ERROR) {
            import_report(state, cell->is_bad ? SCHEDULE_CELL_UNREADABLE : SCHEDULE_CELL_ERROR, &row, column,
                          cell->text, NULL);
            is_good = false;
        }
        if (is_when(column) && column != COLUMN_MORE)
            row.cells[column] = join_cells(state, grid_row, i);
        else if (cell->kind != CELL_EMPTY && column != COLUMN_MORE)
            row.cells[column] = cell;
    }
    fill_down(state, &row);
    if (is_good)
        import_row_read(state, &row);
}

static void start_sheet(struct import_state *state, const char *sheet)
{
    state->sheet = sheet;
    state->has_heading = false;
    state->banner_date = state->banner_place = NULL;
    forget_rows(state);
    free(state->place);
    state->place = NULL;
    state->title_date = SCHEDULE_NO_DATE;
    if (sheet[0] != '\0' && state->options->n_places > 0 && import_lane_of(state, sheet))
        state->place = bytes_text(sheet);
}

static void walk(struct import_state *state, const struct grid *grid)
{
    bool was_heading = false;
    for (size_t i = 0; i < grid->n_rows; i++) {
        const struct grid_row *row = &grid->rows[i];
        const char *text = "";
        if (!state->sheet || strcmp(state->sheet, row->sheet) != 0) {
            start_sheet(state, row->sheet);
            was_heading = false;
        }
        if (is_heading_row(row, was_heading)) {
            set_columns(state, row, was_heading);
            was_heading = true;
            continue;
        }
        was_heading = false;
        if (!state->has_heading) {
            for (size_t column = 0; column < row->n_cells; column++)
                read_title(state, row->cells[column].text);
        } else if (count_values(row, &text) > 0 && !take_banner(state, row)) {
            take_data_row(state, row);
        }
    }
}

static void report_file(struct import_state *state, const struct grid *grid)
{
    if (grid->last_kept != 0)
        schedule_report(state->problems, SCHEDULE_TABLE_TOO_LONG,
                        (struct schedule_where){.row = grid->last_kept},
                        &(const struct schedule_word){schedule_number_text(grid->last_kept).text, NULL}, 1);
    if (!state->any_heading)
        schedule_report(state->problems, SCHEDULE_NO_HEADING, (struct schedule_where){0}, NULL, 0);
    else if (state->schedule->n_slots == 0 && !schedule_has_errors(state->problems))
        schedule_report(state->problems, SCHEDULE_NO_SLOT, (struct schedule_where){0}, NULL, 0);
    if (state->n_filled > 0)
        schedule_report(state->problems, SCHEDULE_FILLED_DOWN, state->first_filled,
                        &(const struct schedule_word){schedule_number_text(state->n_filled).text, NULL}, 1);
}

struct schedule *schedule_import_finish(struct schedule_import *import,
                                        const struct schedule_import_options *options,
                                        struct schedule_problems *problems)
{
    struct schedule_problems found = {0};
    struct import_state state = {
        .options = options,
        .problems = &found,
        .schedule = schedule_new(),
        .year = options->year,
        .title_date = SCHEDULE_NO_DATE,
    };
    walk(&state, &import->grid);
    report_file(&state, &import->grid);
    free(state.place);
    joined_done(&state);
    schedule_problems_move(problems, &found);
    return state.schedule;
}
