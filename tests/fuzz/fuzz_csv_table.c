/* Text tables in any encoding: the promises to the sink, and that a table written plainly reads back the same. */
#include "fuzz_table.h"
#include "roster/table_csv.h"
#include "roster/table_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int write_csv(void *arg, const struct table_row *row)
{
    struct buffer *to = arg;
    for (size_t i = 0; i < row->n_cells; i++) {
        buffer_add_text(to, i ? ",\"" : "\"");
        for (const char *at = row->cells[i].text; *at; at++)
            buffer_add(to, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1);
        buffer_add_text(to, "\"");
    }
    buffer_add_text(to, ",\"\"\n"); /* a comma at least, that the separator is known */
    return 0;
}

/* Rows without their numbers, which empty ones left out have changed. */
static int list_cells(void *arg, const struct table_row *row)
{
    for (size_t i = 0; i < row->n_cells; i++) {
        buffer_add_text(arg, row->cells[i].text);
        buffer_add(arg, "\1", 1);
    }
    buffer_add(arg, "\2", 1);
    return 0;
}

/* Other separators, ="x" and control characters, of which only some make a file binary, mean something: then only the
 * promises hold. */
static bool is_plain(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] >= 0x7f || data[i] == '=' || data[i] == ';' ||
            (data[i] < ' ' && data[i] != '\n' && data[i] != '\r'))
            return false;
    return size < 5 || memcmp(data, "sep", 3) != 0;
}

static void read_again(const uint8_t *data, size_t size)
{
    struct buffer csv = {0}, first = {0}, second = {0};
    const struct table_sink writer = {.row = write_csv, .arg = &csv},
                            before = {.row = list_cells, .arg = &first},
                            after = {.row = list_cells, .arg = &second};
    if (table_read(data, size, &before) == TABLE_OK && table_read(data, size, &writer) == TABLE_OK) {
        /* one column more may be one too many */
        const enum table_fault fault = table_read((const uint8_t *)csv.data, csv.size, &after);
        require(fault == TABLE_OK || fault == TABLE_TOO_LARGE);
        require(fault != TABLE_OK ||
                (first.size == second.size && memcmp(first.data, second.data, first.size) == 0));
    }
    buffer_done(&csv);
    buffer_done(&first);
    buffer_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct watch watch = {0};
    const struct table_sink sink = watch_sink(&watch);
    struct table_text text;
    if (size >= 2 && memcmp(data, "PK", 2) == 0) /* a workbook: fuzz_xlsx_table's */
        return 0;
    if (table_text_decode(data, size, &text) == TABLE_OK) {
        require(utf8_is_valid(text.data, text.size) && (text.size == 0 || !memchr(text.data, 0, text.size)));
        struct table_rows *rows = bytes_alloc(sizeof *rows);
        table_rows_init(rows, &sink);
        const enum table_fault fault = table_csv_read(text.data, text.size, rows);
        require(fault == TABLE_OK || fault == TABLE_BROKEN || fault == TABLE_TOO_LARGE);
        table_rows_done(rows);
        free(rows);
        table_text_done(&text);
    }
    if (is_plain(data, size))
        read_again(data, size);
    watch_done(&watch);
    return 0;
}
