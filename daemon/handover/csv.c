/* Writes CSV into memory or through to a file that is open already. Knows no queue. Any thread. */
#include "handover/csv.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char byte_order_mark[] = "\xef\xbb\xbf";

enum { KEPT_MOST = 64 * 1024 };

static bool starts_formula(const char *field)
{
    static const char *const wide[] = {"＝", "＋", "－", "＠"};
    if (*field == '\0')
        return false;
    if (strchr("=+-@\t\r\n", *field))
        return true;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(field, wide[i], strlen(wide[i])) == 0)
            return true;
    return false;
}

static void begin_field(struct csv *csv)
{
    if (!csv->has_mark)
        buffer_add_text(&csv->text, byte_order_mark);
    csv->has_mark = true;
    if (csv->has_field)
        buffer_add_text(&csv->text, ",");
    csv->has_field = true;
}

void csv_add(struct csv *csv, const char *field)
{
    const char *guard = starts_formula(field) ? "'" : "";
    const size_t plain = strcspn(field, ",\"\r\n");
    const bool is_plain = field[plain] == '\0' && field[0] != ' ' && (plain == 0 || field[plain - 1] != ' ');
    begin_field(csv);
    if (is_plain) {
        buffer_add_text(&csv->text, guard);
        buffer_add(&csv->text, field, plain);
        return;
    }
    buffer_add_text(&csv->text, "\"");
    buffer_add_text(&csv->text, guard);
    for (const char *at = field; *at; at++)
        buffer_add(&csv->text, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1);
    buffer_add_text(&csv->text, "\"");
}

void csv_add_number(struct csv *csv, uint64_t number)
{
    char digits[20], *at = digits + sizeof digits;
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    begin_field(csv);
    buffer_add(&csv->text, at, (size_t)(digits + sizeof digits - at));
}

static void write_through(struct csv *csv)
{
    if (!csv->error && csv->text.size &&
        fwrite(csv->text.data, 1, csv->text.size, csv->file) < csv->text.size)
        csv->error = errno ? -errno : -EIO;
    csv->text.size = 0;
}

void csv_end_row(struct csv *csv)
{
    buffer_add_text(&csv->text, "\r\n");
    csv->has_field = false;
    if (csv->file && csv->text.size >= KEPT_MOST)
        write_through(csv);
}

int csv_finish(struct csv *csv)
{
    write_through(csv);
    if (!csv->error && fflush(csv->file) != 0)
        csv->error = -errno;
    const int error = csv->error;
    csv_done(csv);
    return error;
}

char *csv_take(struct csv *csv, size_t *ret_size)
{
    char *data = csv->text.data ? csv->text.data : bytes_text("");
    *ret_size = csv->text.size;
    *csv = (struct csv){0};
    return data;
}

void csv_done(struct csv *csv)
{
    buffer_done(&csv->text);
    *csv = (struct csv){0};
}
