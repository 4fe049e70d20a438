/* Text tables. Pure. A quote that is never closed is a broken file: what stands behind it cannot be told apart. */
#include "roster/table_csv.h"
#include <string.h>

static const char wide_comma[] = "，";

struct csv {
    const char *at, *end;
    const char *separator;
    size_t separator_length;
    struct table_rows *rows;
    struct buffer cell;
    size_t n_cells, n_usual; /* of this row; of the first row that had more than one */
    bool has_wide_comma;     /* in an unquoted cell of this row */
};

static bool is_separator(const struct csv *csv, const char *at)
{
    return (size_t)(csv->end - at) >= csv->separator_length &&
           memcmp(at, csv->separator, csv->separator_length) == 0;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* ---- which separator ---- */

enum { GUESS_LINES = 64, GUESS_BYTES = 256 << 10, COUNTS = TABLE_COLUMNS_MAX };

/* How well a separator cuts the first lines: the lines with the most usual count of it. */
static size_t score(const char *text, const char *end, const char *separator, size_t *ret_lines)
{
    size_t lines_with[COUNTS] = {0}, lines = 0, count = 0, best = 0;
    const size_t length = strlen(separator);
    bool is_quoted = false, has_any = false;
    for (const char *at = text; lines < GUESS_LINES; at++) {
        const bool ends = at >= end;
        if (ends || (is_line_end(*at) && !is_quoted)) {
            lines_with[count < COUNTS ? count : COUNTS - 1] += has_any;
            lines += has_any;
            count = 0;
            has_any = false;
            if (ends)
                break;
        } else if (*at == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && (size_t)(end - at) >= length && memcmp(at, separator, length) == 0) {
            count++;
            has_any = true;
        } else if (*at != ' ') {
            has_any = true;
        }
    }
    for (size_t n = 1; n < COUNTS; n++)
        if (lines_with[n] > 0 && lines_with[n] * 16 + (n < 15 ? n : 15) > best)
            best = lines_with[n] * 16 + (n < 15 ? n : 15);
    *ret_lines = lines;
    return best;
}

static const char *guess(const char *text, const char *end)
{
    static const char *const usual[] = {",", "\t", ";"};
    const char *found = NULL;
    size_t best = 0, lines;
    if (end - text > GUESS_BYTES)
        end = text + GUESS_BYTES;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        const size_t now = score(text, end, usual[i], &lines);
        if (now > best) {
            best = now;
            found = usual[i];
        }
    }
    /* a comma of the Chinese keyboard, only where it does what a separator does and nothing else does */
    const size_t wide = score(text, end, wide_comma, &lines);
    if (wide / 16 > best / 16 && wide / 16 * 2 >= lines)
        return wide_comma;
    return found ? found : ",";
}

/* "sep=;" and a line end, which Excel understands. */
static const char *told(const char *text, const char *end)
{
    static const char *const usual[] = {",", "\t", ";"};
    if (end - text < 6 || memcmp(text, "sep=", 4) != 0 || !is_line_end(text[5]))
        return NULL;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (text[4] == usual[i][0])
            return usual[i];
    return NULL;
}

/* ---- rows ---- */

/* Behind the opening quote; ends behind the closing one. */
static enum table_fault take_quoted(struct csv *csv)
{
    while (csv->at < csv->end) {
        const char *quote = memchr(csv->at, '"', (size_t)(csv->end - csv->at));
        if (!quote)
            break;
        if (csv->cell.size + (size_t)(quote - csv->at) > TABLE_CELL_MAX)
            return TABLE_TOO_LARGE;
        buffer_add(&csv->cell, csv->at, (size_t)(quote - csv->at));
        csv->at = quote + 1;
        if (csv->at >= csv->end || *csv->at != '"')
            return TABLE_OK;
        buffer_add(&csv->cell, csv->at++, 1);
    }
    return TABLE_BROKEN;
}

static enum table_fault take_plain(struct csv *csv)
{
    const char *start = csv->at;
    while (csv->at < csv->end && !is_line_end(*csv->at) && !is_separator(csv, csv->at))
        csv->at++;
    const size_t length = (size_t)(csv->at - start);
    if (csv->cell.size + length > TABLE_CELL_MAX)
        return TABLE_TOO_LARGE;
    buffer_add(&csv->cell, start, length);
    if (length >= 3 && memmem(start, length, wide_comma, 3))
        csv->has_wide_comma = true;
    return TABLE_OK;
}

/* ="0012" is how a text is kept from becoming a number. */
static enum table_fault give_cell(struct csv *csv)
{
    const char *text = csv->cell.data ? csv->cell.data : "";
    size_t length = csv->cell.size;
    struct table_cell cell = {.kind = CELL_TEXT};
    if (length >= 3 && text[0] == '=' && text[1] == '"' && text[length - 1] == '"') {
        cell.was_formula = true;
        text += 2;
        length -= 3;
    }
    return table_rows_cell(csv->rows, csv->n_cells++, &cell, text, length);
}

static enum table_fault take_cell(struct csv *csv)
{
    enum table_fault fault = TABLE_OK;
    csv->cell.size = 0;
    if (csv->at < csv->end && *csv->at == '"') {
        csv->at++;
        fault = take_quoted(csv);
    }
    if (fault == TABLE_OK)
        fault = take_plain(csv);
    return fault == TABLE_OK ? give_cell(csv) : fault;
}

static enum table_fault take_row(struct csv *csv)
{
    enum table_fault fault;
    csv->n_cells = 0;
    csv->has_wide_comma = false;
    while ((fault = take_cell(csv)) == TABLE_OK && csv->at < csv->end && !is_line_end(*csv->at))
        csv->at += csv->separator_length;
    if (fault != TABLE_OK || csv->at >= csv->end)
        return fault;
    const bool is_pair = *csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n';
    csv->at += is_pair ? 2 : 1;
    return TABLE_OK;
}

static enum table_fault note(const struct csv *csv, enum table_note what, uint32_t row)
{
    const struct table_sink *sink = csv->rows->sink;
    return sink->note && sink->note(sink->arg, what, row) != 0 ? TABLE_STOPPED : TABLE_OK;
}

static enum table_fault take_rows(struct csv *csv)
{
    enum table_fault fault = TABLE_OK;
    for (uint32_t number = 1; csv->at < csv->end && fault == TABLE_OK; number++) {
        /* the end mark of old editors */
        if (csv->end - csv->at == 1 && *csv->at == 0x1a)
            break;
        fault = take_row(csv);
        if (fault == TABLE_OK)
            fault = table_rows_end(csv->rows, "", number, false);
        if (fault == TABLE_OK && csv->has_wide_comma && csv->n_cells < csv->n_usual)
            fault = note(csv, TABLE_NOTE_MIXED_COMMA, number);
        if (csv->n_usual == 0 && csv->n_cells > 1)
            csv->n_usual = csv->n_cells;
    }
    return fault;
}

enum table_fault table_csv_read(const char *text, size_t size, struct table_rows *rows)
{
    struct csv csv = {.at = text, .end = text + size, .rows = rows};
    enum table_fault fault = TABLE_OK;
    csv.separator = told(text, csv.end);
    if (csv.separator)
        csv.at += 5 + (csv.end - csv.at > 6 && text[5] == '\r' && text[6] == '\n' ? 2 : 1);
    else
        csv.separator = guess(text, csv.end);
    csv.separator_length = strlen(csv.separator);
    if (csv.separator == wide_comma)
        fault = note(&csv, TABLE_NOTE_FULL_WIDTH_COMMA, 0);
    if (fault == TABLE_OK)
        fault = take_rows(&csv);
    buffer_done(&csv.cell);
    return fault;
}
