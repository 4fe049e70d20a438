/* One row of a table into slots. Must not look at other rows: what they lend has been filled in. Pure; any thread. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "roster/schedule_date.h"
#include "roster/schedule_import_state.h"
#include "roster/schedule_text.h"
#include "roster/schedule_units.h"

/* A slot-to-be: an interval, and who if the cell said so. */
struct emission {
    struct when_interval interval;
    enum schedule_half half; /* of the heading or the cell */
    const char *units;       /* NULL: the row's */
    const char *printed;
    enum schedule_column column;
};
enum { EMISSIONS_MAX = 4 * WHEN_INTERVALS_MAX };
struct reading {
    struct import_state *state;
    struct import_row *row;
    int32_t date;
    uint8_t weekday;
    enum schedule_half half;
    struct emission emissions[EMISSIONS_MAX];
    size_t n_emissions;
    struct when date_when, time_when;
};

const char *import_text(const struct import_row *row, enum schedule_column column)
{
    return row->cells[column] ? row->cells[column]->text : "";
}

/* ---- numbers where dates and times should be */
enum { SERIAL_DAY_OF_1970 = 25569, SERIAL_MIN = 30000, SERIAL_MAX = 80000 };

/* 43793, the days since 1899-12-30 that a spreadsheet shows when a cell lost its format. */
static bool serial_day(const struct grid_cell *cell, int32_t *ret_day)
{
    double number = cell->number;
    uint32_t digits;
    struct schedule_cursor cursor = {cell->text, 0};
    if (cell->kind == CELL_TEXT)
        number = strspn(cell->text, "0123456789") == 5 && schedule_take_number(&cursor, 5, &digits) &&
                         schedule_at_end(&cursor)
                     ? digits
                     : 0;
    else if (cell->kind != CELL_NUMBER)
        return false;
    if (!(number >= SERIAL_MIN && number <= SERIAL_MAX))
        return false;
    *ret_day = (int32_t)number - SERIAL_DAY_OF_1970;
    return true;
}

/* 0.354166667 is half past eight. */
static bool fraction_minutes(const struct grid_cell *cell, struct when *when)
{
    if (cell->kind != CELL_NUMBER || !(cell->number >= 0 && cell->number <= 1) ||
        strchr(cell->text, '.') == NULL)
        return false;
    uint32_t minutes = (uint32_t)(cell->number * 1440 + 0.5);
    *when = (struct when){.n_intervals = 1, .rest = strlen(cell->text)};
    when->intervals[0].start.hour = (uint16_t)(minutes / 60);
    when->intervals[0].start.minute = (uint16_t)(minutes % 60);
    return true;
}

/* ---- the day */
static bool settle_date(struct reading *reading, const struct when *when, enum schedule_column column,
                        const char *printed)
{
    struct import_state *state = reading->state;
    uint32_t year = when->has_year ? when->year : state->year;
    if (year == 0) {
        import_report(state, SCHEDULE_DATE_WITHOUT_YEAR, reading->row, column, printed, NULL);
        return false;
    }
    if (!schedule_date_is_real(year, when->month, when->day)) {
        import_report(state, SCHEDULE_DATE_IMPOSSIBLE, reading->row, column, printed, NULL);
        return false;
    }
    if (!when->has_year && !state->is_year_noted) {
        state->is_year_noted = true;
        import_report(state, SCHEDULE_YEAR_ASSUMED, reading->row, column, schedule_number_text(year).text,
                      NULL);
    }
    if (when->has_year && !state->is_title_year && state->options->year == 0)
        state->year = year;
    reading->date = schedule_day_of(year, when->month, when->day);
    return true;
}

static bool read_date_text(struct reading *reading, const char *text)
{
    when_parse(text, WHEN_DATE_CELL, &reading->date_when);
    const struct when *when = &reading->date_when;
    if (!when->has_date || text[when->rest] != '\0') {
        import_report(reading->state, SCHEDULE_DATE_UNREADABLE, reading->row, COLUMN_DATE, text, NULL);
        return false;
    }
    return settle_date(reading, when, COLUMN_DATE, text);
}

static bool read_date(struct reading *reading)
{
    struct import_state *state = reading->state;
    const struct grid_cell *cell = reading->row->cells[COLUMN_DATE];
    if (cell && serial_day(cell, &reading->date)) {
        import_report(state, SCHEDULE_DATE_FROM_NUMBER, reading->row, COLUMN_DATE, cell->text,
                      schedule_date_text(reading->date).text);
        return true;
    }
    if (cell)
        return read_date_text(reading, cell->text);
    if (reading->time_when.has_date)
        return settle_date(reading, &reading->time_when, COLUMN_TIME, import_text(reading->row, COLUMN_TIME));
    if (state->banner_date)
        return read_date_text(reading, state->banner_date);
    reading->date = state->title_date;
    if (reading->date != SCHEDULE_NO_DATE || state->options->division_of)
        return true;
    import_report(state, SCHEDULE_DATE_MISSING, reading->row, COLUMN_DATE, NULL, NULL);
    return false;
}

static void read_weekday(struct reading *reading)
{
    const char *text = import_text(reading->row, COLUMN_WEEKDAY);
    reading->weekday = reading->date_when.weekday ? reading->date_when.weekday : reading->time_when.weekday;
    if (text[0] == '\0')
        return;
    uint8_t weekday = when_weekday(text);
    if (weekday == 0)
        import_report(reading->state, SCHEDULE_WEEKDAY_UNREADABLE, reading->row, COLUMN_WEEKDAY, text, NULL);
    else
        reading->weekday = weekday;
}

/* ---- the times */
static void emit(struct reading *reading, const struct when_interval *interval, enum schedule_half half,
                 const char *units, enum schedule_column column, const char *printed)
{
    if (reading->n_emissions < EMISSIONS_MAX)
        reading->emissions[reading->n_emissions++] = (struct emission){
            .interval = *interval, .half = half, .units = units, .printed = printed, .column = column};
}

static bool is_clock_cell(const struct grid_cell *cell, struct when *when)
{
    if (fraction_minutes(cell, when))
        return true;
    when_parse(cell->text, WHEN_TIME_CELL, when);
    return when->n_intervals == 1 && cell->text[when->rest] == '\0';
}

/* 开始 and 结束; the first may well hold both. */
static bool emit_start_end(struct reading *reading)
{
    const struct grid_cell *start = reading->row->cells[COLUMN_START], *end = reading->row->cells[COLUMN_END];
    struct when from, to;
    if (!start || !is_clock_cell(start, &from)) {
        import_report(reading->state, start ? SCHEDULE_TIME_UNREADABLE : SCHEDULE_TIME_MISSING, reading->row,
                      COLUMN_START, start ? start->text : NULL, NULL);
        return false;
    }
    if (!reading->time_when.has_date) {
        enum schedule_half half =
            reading->time_when.half != HALF_NOT_SAID ? reading->time_when.half : from.half;
        reading->time_when = from;
        reading->time_when.half = half;
    }
    struct when_interval interval = from.intervals[0];
    if (end && !interval.has_end) {
        if (!is_clock_cell(end, &to)) {
            import_report(reading->state, SCHEDULE_TIME_UNREADABLE, reading->row, COLUMN_END, end->text,
                          NULL);
            return false;
        }
        interval.end = to.intervals[0].start;
        interval.has_end = true;
    }
    emit(reading, &interval, HALF_NOT_SAID, NULL, COLUMN_START, start->text);
    return true;
}

static bool emit_time(struct reading *reading)
{
    const struct when *when = &reading->time_when;
    const char *text = import_text(reading->row, COLUMN_TIME);
    for (size_t i = 0; i < when->n_intervals; i++)
        emit(reading, &when->intervals[i], when->half, NULL, COLUMN_TIME, text);
    if (text[when->rest] == '\0' && when->n_intervals > 0)
        return true;
    import_report(reading->state, SCHEDULE_TIME_UNREADABLE, reading->row, COLUMN_TIME, text, NULL);
    return false;
}

/* A cell under 上午 says when (8:30-11:30), who (under 上午8:30-11:30), or both. */
static bool emit_half(struct reading *reading, enum schedule_column column)
{
    struct import_row *row = reading->row;
    const struct grid_cell *cell = row->cells[column];
    const char *heading = reading->state->headings[row->column[column] - 1];
    struct when when, head;
    when_parse(cell->text, WHEN_TIME_CELL, &when);
    when_parse(heading, WHEN_TIME_CELL, &head);
    const char *rest = cell->text + when.rest;
    const struct when *source = when.n_intervals > 0 ? &when : &head;
    bool says_who = rest[0] != '\0';
    if (source->n_intervals == 0 || (says_who && row->cells[COLUMN_UNIT])) {
        import_report(reading->state, SCHEDULE_TIME_UNREADABLE, row, column, cell->text, NULL);
        return false;
    }
    for (size_t i = 0; i < source->n_intervals; i++)
        emit(reading, &source->intervals[i], schedule_column_half(column), says_who ? rest : NULL, column,
             cell->text);
    return true;
}

static bool read_times(struct reading *reading)
{
    struct import_row *row = reading->row;
    bool has_halves = false, is_good = true;
    for (enum schedule_column column = COLUMN_MORNING; column <= COLUMN_EVENING; column++) {
        if (!row->cells[column])
            continue;
        has_halves = true;
        is_good = emit_half(reading, column) && is_good;
    }
    if (has_halves)
        return is_good;
    if (row->cells[COLUMN_START] || row->cells[COLUMN_END])
        return emit_start_end(reading);
    if (row->cells[COLUMN_TIME])
        return emit_time(reading);
    return true;
}

/* A date's cell may hold the time as well; a spreadsheet's midnight beside a date is none. */
static bool read_times_of_date(struct reading *reading)
{
    const struct when *when = &reading->date_when;
    for (size_t i = 0; reading->n_emissions == 0 && i < when->n_intervals; i++)
        if (when->intervals[i].has_end || when->intervals[i].start.hour != 0)
            emit(reading, &when->intervals[i], HALF_NOT_SAID, NULL, COLUMN_DATE,
                 import_text(reading->row, COLUMN_DATE));
    if (reading->n_emissions > 0)
        return true;
    import_report(reading->state, SCHEDULE_TIME_MISSING, reading->row, COLUMN_TIME, NULL, NULL);
    return false;
}

static void read_half(struct reading *reading)
{
    const char *text = import_text(reading->row, COLUMN_HALF);
    struct when when;
    when_parse(text, WHEN_TIME_CELL, &when);
    reading->half = when.half != HALF_NOT_SAID                 ? when.half
                    : reading->date_when.half != HALF_NOT_SAID ? reading->date_when.half
                                                               : reading->time_when.half;
}

/* ---- where */
/* One line of at most SCHEDULE_NAME_MAX bytes. */
static char *remark(const char *text)
{
    char *line = bytes_text(text);
    size_t at = 0;
    while (line[at] && at + utf8_first(line + at) <= SCHEDULE_NAME_MAX)
        at += utf8_first(line + at);
    line[at] = '\0';
    for (char *sign = line; *sign; sign++)
        if (*sign == '\n')
            *sign = ' ';
    return line;
}

static const char *only_lane(const struct schedule_import_options *options)
{
    for (size_t i = 1; i < options->n_places; i++)
        if (strcmp(options->places[i].lane, options->places[0].lane) != 0)
            return NULL;
    return options->n_places > 0 ? options->places[0].lane : "A";
}

static bool read_lane(struct reading *reading, struct schedule_slot *slot)
{
    struct import_state *state = reading->state;
    const char *lane = import_text(reading->row, COLUMN_LANE),
               *place = import_text(reading->row, COLUMN_PLACE);
    if (place[0] == '\0' && state->banner_place)
        place = state->banner_place;
    if (place[0] == '\0' && state->place)
        place = state->place;
    slot->place = remark(place);
    const char *printed = lane[0] != '\0' ? lane : place;
    if (printed[0] != '\0') {
        const char *known = import_lane_of(state, printed);
        if (!known)
            import_report(state, lane[0] != '\0' ? SCHEDULE_LANE_UNKNOWN : SCHEDULE_PLACE_UNKNOWN,
                          reading->row, lane[0] != '\0' ? COLUMN_LANE : COLUMN_PLACE, printed, NULL);
        slot->lane = remark(known ? known : printed); /* stays in, so that the rest can be looked at */
        return true;
    }
    const char *only = state->options->division_of ? "" : only_lane(state->options);
    if (!only)
        import_report(state, SCHEDULE_PLACE_MISSING, reading->row, COLUMN_PLACE, NULL, NULL);
    slot->lane = bytes_text(only ? only : "");
    return only != NULL;
}

static uint32_t read_people(struct reading *reading, const struct unit_list *list)
{
    const struct grid_cell *cell = reading->row->cells[COLUMN_PEOPLE];
    uint32_t people = 0;
    if (cell && !schedule_people_read(cell->text, &people)) {
        import_report(reading->state, SCHEDULE_HEAD_COUNT_UNREADABLE, reading->row, COLUMN_PEOPLE, cell->text,
                      NULL);
    } else if (cell && (cell->is_merged_rows || reading->n_emissions > 1)) {
        import_report(reading->state, SCHEDULE_HEAD_COUNT_SHARED, reading->row, COLUMN_PEOPLE, cell->text,
                      NULL);
        people = 0;
    } else if (!cell && reading->n_emissions == 1) {
        uint64_t sum = 0;
        for (size_t i = 0; i < list->n_items; i++) {
            if (list->items[i].planned == 0)
                return 0;
            sum += list->items[i].planned;
        }
        people = sum <= SCHEDULE_PEOPLE_MAX ? (uint32_t)sum : 0;
    }
    return people;
}

/* ---- the slot */
static bool settle_times(struct reading *reading, const struct emission *emission, struct schedule_slot *slot)
{
    enum schedule_half half = emission->half != HALF_NOT_SAID ? emission->half : reading->half;
    enum when_fault fault = when_settle(&emission->interval, half, &slot->start_min, &slot->end_min);
    static const enum schedule_code codes[] = {[WHEN_IMPOSSIBLE] = SCHEDULE_TIME_IMPOSSIBLE,
                                               [WHEN_NO_END] = SCHEDULE_END_MISSING,
                                               [WHEN_END_FIRST] = SCHEDULE_END_BEFORE_START};
    slot->half = half != HALF_NOT_SAID ? half : emission->interval.start.half;
    if (fault == WHEN_END_FIRST)
        import_report(reading->state, codes[fault], reading->row, emission->column,
                      schedule_minute_text(slot->start_min).text, schedule_minute_text(slot->end_min).text);
    else if (fault != WHEN_OK)
        import_report(reading->state, codes[fault], reading->row, emission->column, emission->printed, NULL);
    return fault == WHEN_OK;
}

static void add_slot(struct reading *reading, const struct emission *emission)
{
    struct import_state *state = reading->state;
    struct schedule_slot slot = {.date = reading->date,
                                 .weekday = reading->weekday,
                                 .parent = SCHEDULE_NO_PARENT,
                                 .row = reading->row->number};
    struct unit_list list = {0};
    const char *units = emission->units ? emission->units : import_text(reading->row, COLUMN_UNIT);
    bool has_times = settle_times(reading, emission, &slot), has_lane = read_lane(reading, &slot);
    if (import_units_read(reading->state, reading->row, units, &list) && has_times && has_lane) {
        slot.batch = remark(import_text(reading->row, COLUMN_BATCH));
        slot.note = remark(import_text(reading->row, COLUMN_NOTE));
        slot.sheet = remark(state->sheet);
        slot.planned = read_people(reading, &list);
        slot.units = list.items;
        slot.n_units = list.n_items;
        if (schedule_add(state->schedule, &slot) < 0)
            import_report(state,
                          (state->schedule->n_slots >= SCHEDULE_SLOTS_MAX ||
                           state->schedule->n_all_units + slot.n_units > SCHEDULE_ALL_UNITS_MAX)
                              ? SCHEDULE_TABLE_TOO_LONG
                              : SCHEDULE_CELL_UNREADABLE,
                          reading->row, COLUMN_NONE, schedule_number_text(reading->row->number).text, NULL);
    }
    free(slot.lane);
    free(slot.place);
    free(slot.batch);
    free(slot.note);
    free(slot.sheet);
    unit_list_done(&list);
}

void import_row_read(struct import_state *state, struct import_row *row)
{
    struct reading reading = {.state = state, .row = row, .date = SCHEDULE_NO_DATE};
    when_parse(import_text(row, COLUMN_TIME), WHEN_TIME_CELL, &reading.time_when);
    bool has_times = read_times(&reading);
    bool has_date = read_date(&reading);
    read_weekday(&reading);
    if (has_times)
        has_times = read_times_of_date(&reading);
    read_half(&reading);
    if (!has_times || !has_date)
        return;
    for (size_t i = 0; i < reading.n_emissions; i++)
        add_slot(&reading, &reading.emissions[i]);
}
