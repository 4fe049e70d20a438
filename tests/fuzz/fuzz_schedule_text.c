/* Printed dates, times and units: what is folded stays so, what is read lies within its limits, and what we print
 * ourselves reads back as it was. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "roster/schedule_columns.h"
#include "roster/schedule_date.h"
#include "roster/schedule_text.h"
#include "roster/schedule_units.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void read_when(const char *folded, enum when_cell cell)
{
    struct when when;
    uint16_t start = 0, end = 0;
    when_parse(folded, cell, &when);
    require(when.rest <= strlen(folded) && utf8_is_valid(folded + when.rest, strlen(folded + when.rest)));
    require(when.n_intervals <= WHEN_INTERVALS_MAX && when.weekday <= 7);
    for (size_t i = 0; i < when.n_intervals; i++) {
        for (enum schedule_half half = HALF_NOT_SAID; half < HALF_COUNT; half++) {
            if (when_settle(&when.intervals[i], half, &start, &end) != WHEN_OK)
                continue;
            require(start < end && end <= 24 * 60);
            char *printed =
                bytes_format("%s-%s", schedule_minute_text(start).text, schedule_minute_text(end).text);
            struct when again;
            uint16_t start_again, end_again;
            when_parse(printed, WHEN_TIME_CELL, &again);
            require(again.n_intervals == 1 && printed[again.rest] == '\0');
            require(when_settle(&again.intervals[0], HALF_NOT_SAID, &start_again, &end_again) == WHEN_OK);
            require(start_again == start && end_again == end);
            free(printed);
        }
    }
    if (when.has_date && when.has_year && schedule_date_is_real(when.year, when.month, when.day)) {
        int32_t day = schedule_day_of(when.year, when.month, when.day), again;
        require(schedule_date_read(schedule_date_text(day).text, &again) && again == day);
    }
}

static void read_units(const char *folded)
{
    struct unit_list list = {0};
    uint32_t people;
    unit_list_read(&list, folded);
    require(list.n_items <= SCHEDULE_UNITS_MAX);
    for (size_t i = 0; i < list.n_items; i++) {
        require(list.items[i].levels <= LEVEL_ALL && list.items[i].planned <= SCHEDULE_PEOPLE_MAX);
        require(utf8_is_valid(list.items[i].name, strlen(list.items[i].name)));
        require(strlen(list.items[i].name) + strlen(list.items[i].class_name) <= 2 * strlen(folded));
    }
    unit_list_done(&list);
    if (schedule_people_read(folded, &people))
        require(people <= SCHEDULE_PEOPLE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = bytes_alloc(size + 1);
    if (size > 0)
        memcpy(text, data, size);
    char *folded = schedule_fold(text), *key = schedule_key(text);
    require(!folded || utf8_is_valid(text, strlen(text)));
    if (folded) {
        char *again = schedule_fold(folded), *key_again = schedule_key(key), *stem = schedule_stem(key);
        require(again && strcmp(again, folded) == 0 && strcmp(key, key_again) == 0);
        require(strncmp(key, stem, strlen(stem)) == 0);
        require(key[0] == '\0' || schedule_likeness(key, key) == 1000);
        require(schedule_likeness(key, stem) == schedule_likeness(stem, key));
        free(stem);
        free(key_again);
        free(again);
        read_when(folded, WHEN_DATE_CELL);
        read_when(folded, WHEN_TIME_CELL);
        read_units(folded);
        require(schedule_column_of(folded, NULL) < COLUMN_KINDS && schedule_levels_of(folded) <= LEVEL_ALL);
        require(when_weekday(folded) <= 7);
    }
    free(key);
    free(folded);
    free(text);
    return 0;
}
