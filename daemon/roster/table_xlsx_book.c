/* The parts of a workbook beside its sheets: relations, list of sheets, shared strings, styles. Opens no file. */
#include "roster/table_date.h"
#include "roster/table_xlsx_parts.h"
#include <stdlib.h>
#include <string.h>

/* ---- relations ---- */

/* "/xl/a.xml", "a.xml" or "../xl/a.xml" as a name in the archive. "..": one folder up, and never out of the archive. */
static char *part_name(const char *folder, const char *target)
{
    char *path = target[0] == '/' ? bytes_text(target + 1) : bytes_format("%s%s", folder, target);
    char *to = path;
    for (const char *from = path; *from;) {
        const size_t length = strcspn(from, "/");
        const char *next = from + length + (from[length] == '/');
        if (length == 2 && memcmp(from, "..", 2) == 0) {
            if (to > path)
                to--;
            while (to > path && to[-1] != '/')
                to--;
        } else if (!(length == 1 && from[0] == '.') && length > 0) {
            memmove(to, from, (size_t)(next - from));
            to += next - from;
        }
        from = next;
    }
    *to = '\0';
    return path;
}

static void relation_start(struct xlsx_walk *walk, const char *name, const char **attributes)
{
    struct xlsx *xlsx = walk->xlsx;
    const char *id = xlsx_attribute(attributes, "Id"), *target = xlsx_attribute(attributes, "Target"),
               *type = xlsx_attribute(attributes, "Type"), *mode = xlsx_attribute(attributes, "TargetMode");
    if (strcmp(name, "Relationship") != 0 || !id || !target || !type ||
        (mode && strcmp(mode, "External") == 0))
        return;
    if (xlsx->n_relations == XLSX_ENTRIES_MAX || strlen(target) >= XLSX_PATH_MAX / 2) {
        walk->fault = TABLE_TOO_LARGE;
        return;
    }
    if (xlsx->n_relations % 64 == 0)
        xlsx->relations = bytes_resize(xlsx->relations, (xlsx->n_relations + 64) * sizeof *xlsx->relations);
    xlsx->relations[xlsx->n_relations++] =
        (struct xlsx_relation){bytes_text(id), part_name(walk->state, target), bytes_text(type)};
}

enum table_fault xlsx_read_relations(struct xlsx *xlsx, const char *part, const char *folder)
{
    struct xlsx_walk walk = {.xlsx = xlsx, .start = relation_start, .state = (void *)(uintptr_t)folder};
    return xlsx_walk_part(&walk, part);
}

void xlsx_forget_relations(struct xlsx *xlsx)
{
    for (size_t i = 0; i < xlsx->n_relations; i++) {
        free(xlsx->relations[i].id);
        free(xlsx->relations[i].target);
        free(xlsx->relations[i].type);
    }
    free(xlsx->relations);
    xlsx->relations = NULL;
    xlsx->n_relations = 0;
}

const char *xlsx_target_of_type(const struct xlsx *xlsx, const char *type_end)
{
    const size_t end = strlen(type_end);
    for (size_t i = 0; i < xlsx->n_relations; i++) {
        const size_t length = strlen(xlsx->relations[i].type);
        if (length >= end && strcmp(xlsx->relations[i].type + length - end, type_end) == 0)
            return xlsx->relations[i].target;
    }
    return NULL;
}

const char *xlsx_target_of_id(const struct xlsx *xlsx, const char *id)
{
    for (size_t i = 0; i < xlsx->n_relations; i++)
        if (strcmp(xlsx->relations[i].id, id) == 0)
            return xlsx->relations[i].target;
    return NULL;
}

/* ---- the list of sheets ---- */

static void workbook_start(struct xlsx_walk *walk, const char *name, const char **attributes)
{
    struct xlsx *xlsx = walk->xlsx;
    if (strcmp(name, "workbookPr") == 0)
        xlsx->is_1904 = xlsx_is_true(xlsx_attribute(attributes, "date1904"));
    if (strcmp(name, "sheet") != 0)
        return;
    const char *title = xlsx_attribute(attributes, "name"), *state = xlsx_attribute(attributes, "state"),
               *relation = NULL;
    /* r:id beside sheetId, which is another thing */
    for (const char **a = attributes; a[0]; a += 2)
        if (strchr(a[0], ':') && strcmp(strchr(a[0], ':'), ":id") == 0)
            relation = a[1];
    if (!title || !relation || xlsx->n_sheets == XLSX_SHEETS_MAX || strlen(title) > TABLE_SHEET_NAME_MAX) {
        walk->fault = !title || !relation ? TABLE_BROKEN : TABLE_TOO_LARGE;
        return;
    }
    if (!xlsx->sheets)
        xlsx->sheets = bytes_alloc(XLSX_SHEETS_MAX * sizeof *xlsx->sheets);
    xlsx->sheets[xlsx->n_sheets++] =
        (struct xlsx_sheet){bytes_text(title), bytes_text(relation), state && strcmp(state, "visible") != 0};
}

enum table_fault xlsx_read_workbook(struct xlsx *xlsx, const char *part)
{
    struct xlsx_walk walk = {.xlsx = xlsx, .start = workbook_start};
    return xlsx_walk_part(&walk, part);
}

/* ---- shared strings ---- */

struct strings_state {
    bool is_in_item, is_in_text;
    unsigned phonetic; /* readings beside the text are no part of it */
};

static void strings_start(struct xlsx_walk *walk, const char *name, const char **attributes)
{
    struct strings_state *state = walk->state;
    struct xlsx *xlsx = walk->xlsx;
    (void)attributes;
    if (strcmp(name, "si") == 0) {
        if (xlsx->n_strings == xlsx->string_room) {
            xlsx->string_room = xlsx->string_room ? xlsx->string_room * 2 : 1024;
            if (xlsx->string_room > XLSX_STRINGS_MAX) {
                walk->fault = TABLE_TOO_LARGE;
                return;
            }
            xlsx->string_starts =
                bytes_resize(xlsx->string_starts, (xlsx->string_room + 1) * sizeof *xlsx->string_starts);
        }
        xlsx->string_starts[xlsx->n_strings] = (uint32_t)xlsx->strings.size;
        state->is_in_item = true;
    } else if (strcmp(name, "rPh") == 0) {
        state->phonetic++;
    } else if (strcmp(name, "t") == 0) {
        state->is_in_text = state->is_in_item && state->phonetic == 0;
    }
}

static void strings_end(struct xlsx_walk *walk, const char *name)
{
    struct strings_state *state = walk->state;
    struct xlsx *xlsx = walk->xlsx;
    if (strcmp(name, "t") == 0)
        state->is_in_text = false;
    else if (strcmp(name, "rPh") == 0 && state->phonetic > 0)
        state->phonetic--;
    if (strcmp(name, "si") != 0 || !state->is_in_item)
        return;
    const size_t start = xlsx->string_starts[xlsx->n_strings++];
    if (xlsx->strings.size > start)
        xlsx->strings.size = start + xlsx_unescape(xlsx->strings.data + start, xlsx->strings.size - start);
    buffer_add(&xlsx->strings, "", 1);
    xlsx->string_starts[xlsx->n_strings] = (uint32_t)xlsx->strings.size;
    state->is_in_item = false;
}

static void strings_text(struct xlsx_walk *walk, const char *text, size_t length)
{
    const struct strings_state *state = walk->state;
    if (!state->is_in_text)
        return;
    buffer_add(&walk->xlsx->strings, text, length);
    if (walk->xlsx->strings.size > XLSX_STRING_BYTES_MAX)
        walk->fault = TABLE_TOO_LARGE;
}

enum table_fault xlsx_read_strings(struct xlsx *xlsx, const char *part)
{
    struct strings_state state = {0};
    struct xlsx_walk walk = {
        .xlsx = xlsx, .start = strings_start, .end = strings_end, .text = strings_text, .state = &state};
    return xlsx_walk_part(&walk, part);
}

/* ---- styles: which of them show a date ---- */

struct styles_state {
    bool is_in_cells;
    uint32_t dates[1024]; /* formats of the workbook's own that show one */
    size_t n_dates;
};

static bool is_date_format(const struct styles_state *state, uint32_t format)
{
    for (size_t i = 0; i < state->n_dates; i++)
        if (state->dates[i] == format)
            return true;
    return table_date_is_builtin(format);
}

static void styles_start(struct xlsx_walk *walk, const char *name, const char **attributes)
{
    struct styles_state *state = walk->state;
    struct xlsx *xlsx = walk->xlsx;
    const char *id = xlsx_attribute(attributes, "numFmtId"), *code = xlsx_attribute(attributes, "formatCode");
    const uint32_t format = id ? (uint32_t)strtoul(id, NULL, 10) : 0;
    if (strcmp(name, "numFmt") == 0 && id && code && table_date_is_code(code)) {
        if (state->n_dates < sizeof state->dates / sizeof *state->dates)
            state->dates[state->n_dates++] = format;
    } else if (strcmp(name, "cellXfs") == 0) {
        state->is_in_cells = true;
    } else if (strcmp(name, "xf") == 0 && state->is_in_cells) {
        if (xlsx->n_styles == XLSX_STYLES_MAX) {
            walk->fault = TABLE_TOO_LARGE;
            return;
        }
        if (xlsx->n_styles % 256 == 0)
            xlsx->style_is_date =
                bytes_resize(xlsx->style_is_date, (xlsx->n_styles + 256) * sizeof *xlsx->style_is_date);
        xlsx->style_is_date[xlsx->n_styles++] = is_date_format(state, format);
    }
}

static void styles_end(struct xlsx_walk *walk, const char *name)
{
    struct styles_state *state = walk->state;
    if (strcmp(name, "cellXfs") == 0)
        state->is_in_cells = false;
}

enum table_fault xlsx_read_styles(struct xlsx *xlsx, const char *part)
{
    struct styles_state state = {0};
    struct xlsx_walk walk = {.xlsx = xlsx, .start = styles_start, .end = styles_end, .state = &state};
    return xlsx_walk_part(&walk, part);
}
