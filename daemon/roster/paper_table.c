/* Headings to columns, words to outcomes. What a cell means is judged by the desk. No other state than the table's. */
#include "roster/paper_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum paper_column {
    PAPER_NONE,
    PAPER_NUMBER,
    PAPER_STUDENT_NO,
    PAPER_ID_NUMBER,
    PAPER_NAME,
    PAPER_OUTCOME,
    PAPER_TIME,
    PAPER_NOTE,
    PAPER_LEVEL,
    PAPER_OVERRIDE,
    PAPER_COLUMN_COUNT
};
static const struct {
    const char *heading;
    enum paper_column column;
} headings[] = {
    {"号码", PAPER_NUMBER},
    {"拍摄号", PAPER_NUMBER},
    {"number", PAPER_NUMBER},
    {"学号", PAPER_STUDENT_NO},
    {"student_no", PAPER_STUDENT_NO},
    {"身份证号", PAPER_ID_NUMBER},
    {"身份证", PAPER_ID_NUMBER},
    {"id_number", PAPER_ID_NUMBER},
    {"姓名", PAPER_NAME},
    {"name", PAPER_NAME},
    {"结果", PAPER_OUTCOME},
    {"outcome", PAPER_OUTCOME},
    {"时间", PAPER_TIME},
    {"time", PAPER_TIME},
    {"at", PAPER_TIME},
    {"备注", PAPER_NOTE},
    {"note", PAPER_NOTE},
    {"层次", PAPER_LEVEL},
    {"level", PAPER_LEVEL},
    {"放行原因", PAPER_OVERRIDE},
    {"override reason", PAPER_OVERRIDE},
    {"override_reason", PAPER_OVERRIDE},
};
static const char *const members[PAPER_COLUMN_COUNT] = {
    [PAPER_NUMBER] = "number", [PAPER_STUDENT_NO] = "student_no", [PAPER_ID_NUMBER] = "id_number",
    [PAPER_NAME] = "name",     [PAPER_OUTCOME] = "outcome",       [PAPER_TIME] = "at",
    [PAPER_NOTE] = "note",     [PAPER_LEVEL] = "level",           [PAPER_OVERRIDE] = "override",
};
static const struct {
    const char *word, *outcome;
} outcomes[] = {
    {"已拍", "shot"}, {"过号", "missed"}, {"作废", "void"}, {"未用", "unused"}, {"候拍", "waiting"},
};

void paper_table_init(struct paper_table *table)
{
    *table = (struct paper_table){.rows = json_array()};
}

void paper_table_done(struct paper_table *table)
{
    json_decref(table->rows);
    free(table->lines);
}

/* Without the blanks around it; to free(). */
static char *trimmed(const char *text)
{
    text += strspn(text, " \t\r\n");
    char *copy = bytes_text(text);
    size_t length = strlen(copy);
    while (length > 0 && strchr(" \t\r\n", copy[length - 1]))
        copy[--length] = '\0';
    return copy;
}

static enum paper_column column_of(const char *text)
{
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        if (strcasecmp(headings[i].heading, text) == 0)
            return headings[i].column;
    return PAPER_NONE;
}

static void take_heading(struct paper_table *table, const struct table_row *row)
{
    for (size_t i = 0; i < row->n_cells && i < sizeof table->columns / sizeof *table->columns; i++) {
        char *text = trimmed(row->cells[i].text);
        table->columns[i] = (int)column_of(text);
        table->has_heading |= table->columns[i] == PAPER_NUMBER;
        free(text);
    }
}

static json_t *cell_value(enum paper_column column, const char *text)
{
    for (size_t i = 0; column == PAPER_OUTCOME && i < sizeof outcomes / sizeof *outcomes; i++)
        if (strcmp(outcomes[i].word, text) == 0)
            return json_string(outcomes[i].outcome);
    return column == PAPER_OVERRIDE ? json_pack("{s:s}", "reason", text) : json_string(text);
}

static int take_row(void *arg, const struct table_row *row)
{
    struct paper_table *table = arg;
    if (!table->has_heading) {
        take_heading(table, row);
        return 0;
    }
    json_t *object = json_object();
    for (size_t i = 0; i < row->n_cells && i < sizeof table->columns / sizeof *table->columns; i++) {
        enum paper_column column = (enum paper_column)table->columns[i];
        char *text = column ? trimmed(row->cells[i].text) : NULL;
        if (text && *text)
            json_object_set_new(object, members[column], cell_value(column, text));
        free(text);
    }
    if (json_object_size(object) == 0) {
        json_decref(object);
        return 0;
    }
    json_array_append_new(table->rows, object);
    table->lines = bytes_resize(table->lines, (table->n_lines + 1) * sizeof *table->lines);
    table->lines[table->n_lines++] = row->number;
    return 0;
}

struct table_sink paper_table_sink(struct paper_table *table)
{
    return (struct table_sink){.row = take_row, .arg = table};
}
