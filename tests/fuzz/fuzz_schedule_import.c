/* A schedule from any file: the table's reader, merged cells and all; what comes out can be kept. The first byte says
 * which options; bytes after a 0xff at the end are merged cells, five numbers each. */
#include <stdlib.h>
#include <string.h>

#include "roster/schedule_import.h"
#include "roster/schedule_json.h"
#include "roster/schedule_lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void keep(const struct schedule *schedule)
{
    struct schedule *again = NULL;
    char *text = schedule_store(schedule);
    require(schedule_load(text, strlen(text), &again) == 0);
    require(again->n_slots == schedule->n_slots);
    schedule_free(again);
    free(text);
}

static void merge(const struct table_sink *sink, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i + 4 <= size; i += 4) {
        const struct table_merge cells = {"", bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]};
        sink->merge(sink->arg, &cells);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct schedule_place places[] = {{"四教楼101", "A"}, {"四教楼102", "B"}};
    static const struct schedule_alias aliases[] = {{"历文院", "历史文化学院"}};
    if (size == 0)
        return 0;
    const uint8_t *table = data + 1, *end = memchr(table, 0xff, size - 1);
    size_t table_size = end ? (size_t)(end - table) : size - 1;
    const struct schedule_import_options options = {.places = places,
                                                    .n_places = data[0] & 1 ? 2 : 0,
                                                    .aliases = aliases,
                                                    .n_aliases = 1,
                                                    .year = data[0] & 2 ? 2021 : 0,
                                                    .division_of = data[0] & 4 ? "商学院" : NULL};
    struct schedule_import *import = schedule_import_new();
    struct table_sink sink = schedule_import_sink(import);
    struct schedule_problems problems = {0};
    if (table_read(table, table_size, &sink) == TABLE_OK && end)
        merge(&sink, end + 1, size - 2 - table_size);
    struct schedule *schedule = schedule_import_finish(import, &options, &problems);
    require(schedule->n_slots > 0 || schedule_has_errors(&problems));
    keep(schedule);
    struct schedule *school = schedule_new();
    struct schedule_unit unit = {.name = (char *)"商学院"};
    const struct schedule_slot slot = {.lane = (char *)"A",
                                       .date = 18727,
                                       .start_min = 480,
                                       .end_min = 720,
                                       .parent = SCHEDULE_NO_PARENT,
                                       .units = &unit,
                                       .n_units = 1};
    require(schedule_add(school, &slot) == 0);
    bool is_divided = schedule_divide(school, schedule, "商学院", &problems);
    require(school->n_slots == (is_divided ? 1 + schedule->n_slots : 1));
    keep(school);
    const struct schedule_lint_options lint = {.pace_ms = 12000, .division_min = 30};
    schedule_lint(school, &lint, &problems);
    schedule_problems_done(&problems);
    schedule_free(school);
    schedule_free(schedule);
    schedule_import_free(import);
    return 0;
}
