/* Lines of a table, written and parsed. Pure. */
#include "roster/table_lines.h"
#include "base/text.h"
#include "roster/table_rows.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {[CELL_EMPTY] = "empty", [CELL_TEXT] = "text", [CELL_NUMBER] = "number",
                                    [CELL_DATE] = "date",   [CELL_BOOL] = "bool", [CELL_ERROR] = "error"};
enum { KINDS = sizeof kinds / sizeof *kinds };
static const char *const notes[TABLE_NOTE_COUNT] = {
    [TABLE_NOTE_FULL_WIDTH_COMMA] = "full-width-comma", [TABLE_NOTE_MIXED_COMMA] = "mixed-comma"};

/* ---- writing ---- */

/* What must be escaped, and nothing else: so that a text has one form. */
static bool is_escaped(char c)
{
    return (unsigned char)c < 0x20 || c == '"' || c == '\\' || c == 0x7f;
}

static void add_string(struct buffer *to, const char *text)
{
    buffer_add(to, "\"", 1);
    for (const char *plain = text;; text++) {
        if (*text && !is_escaped(*text))
            continue;
        buffer_add(to, plain, (size_t)(text - plain));
        if (!*text)
            break;
        if (*text == '"' || *text == '\\')
            buffer_format(to, "\\%c", *text);
        else
            buffer_format(to, "\\u%04x", (unsigned)*text);
        plain = text + 1;
    }
    buffer_add(to, "\"", 1);
}

static bool has_value(enum cell_kind kind)
{
    return kind == CELL_NUMBER || kind == CELL_DATE;
}

static void add_cell(struct buffer *to, const struct table_cell *cell)
{
    if (cell->kind == CELL_EMPTY && !cell->was_formula) {
        buffer_add_text(to, "null");
        return;
    }
    if (cell->kind == CELL_TEXT && !cell->was_formula) {
        add_string(to, cell->text);
        return;
    }
    buffer_format(to, "{\"%s\":", kinds[cell->kind]);
    add_string(to, cell->text);
    if (has_value(cell->kind))
        buffer_format(to, ",\"value\":%.17g", cell->number);
    buffer_add_text(to, cell->was_formula ? ",\"formula\":true}" : "}");
}

void table_lines_add_row(struct buffer *to, const struct table_row *row)
{
    buffer_format(to, "{\"row\":%u,\"sheet\":", row->number);
    add_string(to, row->sheet);
    buffer_add_text(to, row->is_hidden ? ",\"hidden\":true,\"cells\":[" : ",\"cells\":[");
    for (size_t i = 0; i < row->n_cells; i++) {
        if (i > 0)
            buffer_add(to, ",", 1);
        add_cell(to, &row->cells[i]);
    }
    buffer_add_text(to, "]}\n");
}

void table_lines_add_merge(struct buffer *to, const struct table_merge *merge)
{
    buffer_format(to, "{\"merge\":[%u,%u,%u,%u],\"sheet\":", merge->first_row, merge->first_column,
                  merge->last_row, merge->last_column);
    add_string(to, merge->sheet);
    buffer_add_text(to, "}\n");
}

void table_lines_add_note(struct buffer *to, enum table_note note, uint32_t row)
{
    buffer_format(to, "{\"note\":\"%s\",\"row\":%u}\n", notes[note], row);
}

void table_lines_add_end(struct buffer *to, enum table_fault fault)
{
    buffer_format(to, "{\"end\":\"%s\"}\n", table_fault_code(fault));
}

/* ---- parsing. `at` moves over what fits; false: it does not. Texts go into lines->texts, as offsets at first. ---- */

struct parse {
    const char *at, *end;
    struct buffer *texts;
};

static bool skip(struct parse *p, const char *word)
{
    const size_t length = strlen(word);
    if ((size_t)(p->end - p->at) < length || memcmp(p->at, word, length) != 0)
        return false;
    p->at += length;
    return true;
}

static bool take_uint(struct parse *p, uint32_t least, uint32_t most, uint32_t *ret)
{
    uint64_t value = 0;
    const char *start = p->at;
    while (p->at < p->end && *p->at >= '0' && *p->at <= '9' && value <= most)
        value = value * 10 + (uint64_t)(*p->at++ - '0');
    if (p->at == start || (*start == '0' && p->at - start > 1) || value < least || value > most)
        return false;
    *ret = (uint32_t)value;
    return true;
}

/* \" \\ or \u00XX of a character that must be escaped. Its value, or -1. */
static int take_escape(struct parse *p)
{
    uint8_t value;
    if (skip(p, "\\\""))
        return '"';
    if (skip(p, "\\\\"))
        return '\\';
    if (!skip(p, "\\u00") || p->end - p->at < 2 || hex_decode(p->at, 2, &value, 1) != 1)
        return -1;
    if (value == 0 || value == '"' || value == '\\' || !is_escaped((char)value) ||
        (p->at[0] >= 'A' && p->at[0] <= 'F') || (p->at[1] >= 'A' && p->at[1] <= 'F'))
        return -1;
    p->at += 2;
    return value;
}

static bool take_string(struct parse *p, size_t most, size_t *ret_start)
{
    const size_t start = p->texts->size;
    if (!skip(p, "\""))
        return false;
    for (;;) {
        const char *plain = p->at;
        while (p->at < p->end && !is_escaped(*p->at))
            p->at++;
        buffer_add(p->texts, plain, (size_t)(p->at - plain));
        if (p->texts->size - start > most || p->at >= p->end)
            return false;
        if (skip(p, "\""))
            break;
        const int c = take_escape(p);
        if (c < 0)
            return false;
        buffer_add(p->texts, &(char){(char)c}, 1);
    }
    *ret_start = start;
    const bool is_valid =
        p->texts->size - start <= most && utf8_is_valid(p->texts->data + start, p->texts->size - start);
    buffer_add(p->texts, "", 1);
    return is_valid;
}

/* A number in JSON's form, as printf() writes it. */
static bool take_value(struct parse *p, double *ret)
{
    char text[40];
    size_t n = 0;
    while (p->at < p->end && strchr("+-.0123456789e", *p->at) && *p->at && n + 1 < sizeof text)
        text[n++] = *p->at++;
    text[n] = '\0';
    char *end;
    *ret = strtod(text, &end);
    char again[40];
    snprintf(again, sizeof again, "%.17g", *ret);
    return n > 0 && !*end && isfinite(*ret) && strcmp(text, again) == 0;
}

static bool take_object(struct parse *p, struct table_cell *cell, size_t *ret_start)
{
    size_t kind;
    for (kind = 0; kind < KINDS; kind++) {
        const char *before = p->at;
        if (skip(p, "{\"") && skip(p, kinds[kind]) && skip(p, "\":"))
            break;
        p->at = before;
    }
    if (kind == KINDS || !take_string(p, TABLE_CELL_MAX, ret_start))
        return false;
    cell->kind = (enum cell_kind)kind;
    const bool is_empty = p->texts->data[*ret_start] == '\0';
    if (has_value(cell->kind) && (!skip(p, ",\"value\":") || !take_value(p, &cell->number)))
        return false;
    cell->was_formula = skip(p, ",\"formula\":true");
    return is_empty == (cell->kind == CELL_EMPTY) &&
           (cell->was_formula || (cell->kind != CELL_EMPTY && cell->kind != CELL_TEXT)) && skip(p, "}");
}

static bool take_cell(struct parse *p, struct table_cell *cell, size_t *ret_start)
{
    *cell = (struct table_cell){0};
    *ret_start = p->texts->size; /* null: the NUL added below */
    if (skip(p, "null")) {
        buffer_add(p->texts, "", 1);
        return true;
    }
    if (p->at < p->end && *p->at == '{')
        return take_object(p, cell, ret_start);
    cell->kind = CELL_TEXT;
    return take_string(p, TABLE_CELL_MAX, ret_start) && p->texts->data[*ret_start] != '\0';
}

static bool take_cells(struct table_lines *lines, struct parse *p, size_t starts[static TABLE_COLUMNS_MAX],
                       size_t *ret_n)
{
    size_t n = 0;
    if (!skip(p, "["))
        return false;
    while (!skip(p, "]")) {
        if (n == TABLE_COLUMNS_MAX || (n > 0 && !skip(p, ",")) || !take_cell(p, &lines->cells[n], &starts[n]))
            return false;
        n++;
    }
    *ret_n = n;
    return n > 0;
}

static int take_row(struct table_lines *lines, struct parse *p)
{
    size_t starts[TABLE_COLUMNS_MAX], sheet;
    struct table_row row = {.cells = lines->cells};
    if (!take_uint(p, 1, TABLE_ROWS_MAX, &row.number) || !skip(p, ",\"sheet\":") ||
        !take_string(p, TABLE_SHEET_NAME_MAX, &sheet))
        return -EPROTO;
    row.is_hidden = skip(p, ",\"hidden\":true");
    if (!skip(p, ",\"cells\":") || !take_cells(lines, p, starts, &row.n_cells) || !skip(p, "}") ||
        p->at != p->end)
        return -EPROTO;
    row.sheet = p->texts->data + sheet;
    for (size_t i = 0; i < row.n_cells; i++)
        lines->cells[i].text = p->texts->data + starts[i];
    return lines->sink->row(lines->sink->arg, &row) != 0 ? -ECANCELED : 0;
}

static int take_merge(struct table_lines *lines, struct parse *p)
{
    struct table_merge merge;
    size_t sheet;
    if (!take_uint(p, 1, TABLE_ROWS_MAX, &merge.first_row) || !skip(p, ",") ||
        !take_uint(p, 1, TABLE_COLUMNS_MAX, &merge.first_column) || !skip(p, ",") ||
        !take_uint(p, merge.first_row, TABLE_ROWS_MAX, &merge.last_row) || !skip(p, ",") ||
        !take_uint(p, merge.first_column, TABLE_COLUMNS_MAX, &merge.last_column) ||
        !skip(p, "],\"sheet\":") || !take_string(p, TABLE_SHEET_NAME_MAX, &sheet) || !skip(p, "}") ||
        p->at != p->end)
        return -EPROTO;
    merge.sheet = p->texts->data + sheet;
    return lines->sink->merge && lines->sink->merge(lines->sink->arg, &merge) != 0 ? -ECANCELED : 0;
}

static int take_note(struct table_lines *lines, struct parse *p)
{
    enum table_note note = TABLE_NOTE_NONE + 1;
    uint32_t row;
    while (note < TABLE_NOTE_COUNT && !skip(p, notes[note]))
        note++;
    if (note == TABLE_NOTE_COUNT || !skip(p, "\",\"row\":") || !take_uint(p, 0, TABLE_ROWS_MAX, &row) ||
        !skip(p, "}") || p->at != p->end)
        return -EPROTO;
    return lines->sink->note && lines->sink->note(lines->sink->arg, note, row) != 0 ? -ECANCELED : 0;
}

static int take_end(struct table_lines *lines, struct parse *p)
{
    for (enum table_fault fault = TABLE_OK; fault < TABLE_FAULT_COUNT; fault++) {
        const char *before = p->at;
        if (skip(p, table_fault_code(fault)) && skip(p, "\"}") && p->at == p->end) {
            lines->has_ended = true;
            lines->end = fault;
            return 0;
        }
        p->at = before;
    }
    return -EPROTO;
}

void table_lines_init(struct table_lines *lines, const struct table_sink *sink)
{
    memset(lines, 0, sizeof *lines);
    lines->sink = sink;
}

void table_lines_done(struct table_lines *lines)
{
    buffer_done(&lines->texts);
}

int table_lines_take(struct table_lines *lines, const char *line, size_t length)
{
    struct parse p = {line, line + length, &lines->texts};
    lines->texts.size = 0;
    if (lines->has_ended || length > TABLE_LINE_MAX)
        return -EPROTO;
    if (skip(&p, "{\"row\":"))
        return take_row(lines, &p);
    if (skip(&p, "{\"merge\":["))
        return take_merge(lines, &p);
    if (skip(&p, "{\"note\":\""))
        return take_note(lines, &p);
    return skip(&p, "{\"end\":\"") ? take_end(lines, &p) : -EPROTO;
}
