/* What every reader of tables promises its sink, whatever the bytes were. */
#ifndef FUZZ_TABLE_H
#define FUZZ_TABLE_H
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "roster/table.h"
#include "roster/table_lines.h"
#include "roster/table_rows.h"

static inline void require(bool holds)
{
    if (!holds)
        abort();
}

struct watch {
    struct buffer lines; /* what the sink was given, as lines */
    struct buffer again; /* those lines, parsed and written once more */
    char sheet[TABLE_SHEET_NAME_MAX + 1];
    uint32_t last;
    size_t n_rows;
    bool repeats_sheets; /* two sheets may have one name */
};

static inline int watch_again(void *arg, const struct table_row *row)
{
    table_lines_add_row(&((struct watch *)arg)->again, row);
    return 0;
}

/* Every line is one that the parent's parser takes, and says the same there. */
static inline void watch_line(struct watch *watch, size_t start)
{
    struct table_lines *lines = bytes_alloc(sizeof *lines);
    const struct table_sink sink = {.row = watch_again, .arg = watch};
    table_lines_init(lines, &sink);
    watch->again.size = 0;
    require(table_lines_take(lines, watch->lines.data + start, watch->lines.size - start - 1) == 0);
    require(watch->again.size == watch->lines.size - start &&
            memcmp(watch->again.data, watch->lines.data + start, watch->again.size) == 0);
    table_lines_done(lines);
    free(lines);
}

static inline int watch_row(void *arg, const struct table_row *row)
{
    struct watch *watch = arg;
    bool has_content = false;
    size_t total = 0;
    require(row->number >= 1 && row->number <= TABLE_ROWS_MAX && row->n_cells <= TABLE_COLUMNS_MAX);
    require(strlen(row->sheet) <= TABLE_SHEET_NAME_MAX && utf8_is_valid(row->sheet, strlen(row->sheet)));
    require(watch->repeats_sheets || strcmp(watch->sheet, row->sheet) != 0 || row->number > watch->last);
    strcpy(watch->sheet, row->sheet);
    watch->last = row->number;
    for (size_t i = 0; i < row->n_cells; i++) {
        const struct table_cell *cell = &row->cells[i];
        const size_t length = strlen(cell->text);
        require(length <= TABLE_CELL_MAX && utf8_is_valid(cell->text, length));
        require((length == 0) == (cell->kind == CELL_EMPTY));
        has_content |= length > 0;
        total += length;
    }
    require(has_content && total <= TABLE_ROW_TEXT_MAX);
    if (watch->lines.size > 1 << 20)
        watch->lines.size = 0;
    const size_t start = watch->lines.size;
    table_lines_add_row(&watch->lines, row);
    watch_line(watch, start);
    watch->n_rows++;
    return 0;
}

static inline int watch_merge(void *arg, const struct table_merge *merge)
{
    (void)arg;
    require(merge->first_row >= 1 && merge->first_row <= merge->last_row &&
            merge->last_row <= TABLE_ROWS_MAX);
    require(merge->first_column >= 1 && merge->first_column <= merge->last_column &&
            merge->last_column <= TABLE_COLUMNS_MAX);
    return 0;
}

static inline int watch_note(void *arg, enum table_note note, uint32_t row)
{
    (void)arg;
    require(note > TABLE_NOTE_NONE && note < TABLE_NOTE_COUNT && row <= TABLE_ROWS_MAX);
    return 0;
}

static inline struct table_sink watch_sink(struct watch *watch)
{
    return (struct table_sink){.row = watch_row, .merge = watch_merge, .note = watch_note, .arg = watch};
}

static inline void watch_done(struct watch *watch)
{
    buffer_done(&watch->lines);
    buffer_done(&watch->again);
}

#endif
