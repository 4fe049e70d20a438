/* One row writer for two kinds of files. Files are not synced here: whoever makes the package does. No state. */
#include "handover/table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "handover/cells.h"

void table_head(struct table *table, const struct book_column *columns, size_t n_columns)
{
    for (size_t i = 0; i < n_columns && table->csv; i++) {
        const char *zh = columns[i].zh, *en = columns[i].en;
        char *name = bytes_format("%s%s%s", zh ? zh : "", zh && en ? " " : "", en ? en : "");
        csv_add(table->csv, name);
        free(name);
    }
    if (table->csv)
        csv_end_row(table->csv);
}

void table_text(struct table *table, const char *text)
{
    if (table->csv)
        csv_add(table->csv, text);
    else
        book_text(table->book, text);
}

void table_number(struct table *table, uint64_t number)
{
    if (table->csv)
        csv_add_number(table->csv, number);
    else
        book_number(table->book, (int64_t)number);
}

void table_utc(struct table *table, int64_t utc_us)
{
    char text[CLOCK_TEXT_SIZE];
    cell_utc(utc_us, text);
    table_text(table, text);
}

void table_time(struct table *table, int64_t utc_us)
{
    char text[CELL_LOCAL_SIZE];
    if (!table->csv) {
        book_time(table->book, utc_us);
        return;
    }
    cell_local(utc_us, text);
    csv_add(table->csv, text);
}

void table_end_row(struct table *table)
{
    if (table->csv)
        csv_end_row(table->csv);
    else
        book_end_row(table->book);
}

static int create(const char *path, FILE **ret)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    FILE *file = fdopen(fd, "wb");
    if (!file)
        abort(); /* no memory */
    *ret = file;
    return 0;
}

int table_write_csv(const char *path, const struct book_column *columns, size_t n_columns,
                    int (*fill)(void *arg, struct table *), void *arg)
{
    struct csv csv = {.has_field = false};
    struct table table = {.csv = &csv};
    int result = create(path, &csv.file);
    if (result)
        return result;
    FILE *file = csv.file;
    table_head(&table, columns, n_columns);
    result = fill(arg, &table);
    const int written = csv_finish(&csv);
    if (fclose(file) != 0 && !written && !result)
        result = -errno;
    return result ? result : written;
}

int table_write_text(const char *path, const struct buffer *text)
{
    FILE *file;
    int result = create(path, &file);
    if (result)
        return result;
    if (fwrite(text->data, 1, text->size, file) < text->size)
        result = -errno;
    if (fclose(file) != 0 && !result)
        result = -errno;
    return result;
}
