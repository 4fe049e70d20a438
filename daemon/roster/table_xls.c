/* Old workbooks. Opens its own memory file and nothing else; not reentrant. */
#include "roster/table_xls.h"
#include "roster/table_date.h"
#include <errno.h>
#include <freexl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct {
    char *path; /* NULL: not prepared */
    int fd;
    const uint8_t *loaded; /* whose bytes it holds */
    size_t size;
} file = {.fd = -1};

void table_xls_prepare(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (file.path)
        return;
    file.fd = memfd_create("table", MFD_CLOEXEC);
    char *path = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (file.fd < 0 || path == MAP_FAILED)
        return;
    snprintf(path, page, "/proc/self/fd/%d", file.fd);
    if (mprotect(path, page, PROT_READ) == 0)
        file.path = path;
}

const char *table_xls_path(void)
{
    return file.path;
}

int table_xls_load(const uint8_t *bytes, size_t size)
{
    table_xls_prepare();
    if (!file.path)
        return -ENOMEM;
    file.loaded = NULL;
    if (ftruncate(file.fd, 0) < 0)
        return -errno;
    for (size_t done = 0; done < size;) {
        const ssize_t n = pwrite(file.fd, bytes + done, size - done, (off_t)done);
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        done += (size_t)n;
    }
    file.loaded = bytes;
    file.size = size;
    return 0;
}

bool table_xls_is_compound(const uint8_t *bytes, size_t size)
{
    return size >= 8 && memcmp(bytes, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0;
}

/* ---- cells ---- */

/* The shortest decimal that is this number. Numbers of more than 15 digits lost some before we saw them. */
static void number_text(double number, char ret_text[static 32])
{
    snprintf(ret_text, 32, "%.15g", number);
    if (strchr(ret_text, 'e') && fabs(number) < 1e15 && number == floor(number))
        snprintf(ret_text, 32, "%.0f", number);
}

static enum table_fault take_date(struct table_rows *rows, size_t column, const char *told)
{
    struct table_cell cell = {.kind = CELL_DATE};
    char date[TABLE_DATE_SIZE];
    if (!table_date_parse(told, &cell.number) || !table_date_text(cell.number, date)) {
        cell = (struct table_cell){.kind = CELL_TEXT};
        return table_rows_cell(rows, column, &cell, told, strlen(told));
    }
    return table_rows_cell(rows, column, &cell, date, strlen(date));
}

static enum table_fault take_number(struct table_rows *rows, size_t column, double number)
{
    const struct table_cell cell = {.kind = CELL_NUMBER, .number = number};
    char text[32];
    if (!isfinite(number))
        return TABLE_BROKEN;
    number_text(number, text);
    return table_rows_cell(rows, column, &cell, text, strlen(text));
}

static enum table_fault take_cell(const void *book, unsigned row, unsigned short column,
                                  struct table_rows *rows)
{
    const struct table_cell text = {.kind = CELL_TEXT};
    FreeXL_CellValue value;
    if (freexl_get_cell_value(book, row, column, &value) != FREEXL_OK)
        return TABLE_BROKEN;
    switch (value.type) {
    case FREEXL_CELL_NULL:
        return TABLE_OK;
    case FREEXL_CELL_INT:
        return take_number(rows, column, value.value.int_value);
    case FREEXL_CELL_DOUBLE:
        return take_number(rows, column, value.value.double_value);
    case FREEXL_CELL_TEXT:
    case FREEXL_CELL_SST_TEXT:
        return value.value.text_value ? table_rows_cell(rows, column, &text, value.value.text_value,
                                                        strlen(value.value.text_value))
                                      : TABLE_OK;
    case FREEXL_CELL_DATE:
    case FREEXL_CELL_DATETIME:
    case FREEXL_CELL_TIME:
        return take_date(rows, column, value.value.text_value);
    default:
        return TABLE_BROKEN;
    }
}

/* ---- sheets ---- */

static enum table_fault take_sheet(const void *book, unsigned short index, struct table_rows *rows)
{
    const char *name = NULL;
    unsigned n_rows;
    unsigned short n_columns;
    if (freexl_select_active_worksheet(book, index) != FREEXL_OK ||
        freexl_get_worksheet_name(book, index, &name) != FREEXL_OK || !name ||
        freexl_worksheet_dimensions(book, &n_rows, &n_columns) != FREEXL_OK)
        return TABLE_BROKEN;
    if (n_rows > TABLE_ROWS_MAX || strlen(name) > TABLE_SHEET_NAME_MAX)
        return TABLE_TOO_LARGE;
    table_rows_begin_sheet(rows);
    enum table_fault fault = TABLE_OK;
    for (unsigned row = 0; row < n_rows && fault == TABLE_OK; row++) {
        for (unsigned short column = 0; column < n_columns && fault == TABLE_OK; column++)
            fault = take_cell(book, row, column, rows);
        if (fault == TABLE_OK)
            fault = table_rows_end(rows, name, row + 1, false);
    }
    return fault;
}

static enum table_fault take_book(const void *book, struct table_rows *rows)
{
    unsigned is_obfuscated = FREEXL_UNKNOWN, n_sheets = 0;
    if (freexl_get_info(book, FREEXL_BIFF_PASSWORD, &is_obfuscated) != FREEXL_OK)
        return TABLE_BROKEN;
    if (is_obfuscated == FREEXL_BIFF_OBFUSCATED)
        return TABLE_ENCRYPTED;
    if (freexl_get_info(book, FREEXL_BIFF_SHEET_COUNT, &n_sheets) != FREEXL_OK)
        return TABLE_BROKEN;
    enum table_fault fault = TABLE_OK;
    for (unsigned i = 0; i < n_sheets && i < UINT16_MAX && fault == TABLE_OK; i++)
        fault = take_sheet(book, (unsigned short)i, rows);
    return fault;
}

/* What else comes in a compound file: a name in its directory, UTF-16. */
static bool holds_entry(const uint8_t *bytes, size_t size, const char *name)
{
    uint8_t wide[64];
    const size_t length = strlen(name);
    for (size_t i = 0; i < length; i++) {
        wide[2 * i] = (uint8_t)name[i];
        wide[2 * i + 1] = 0;
    }
    return memmem(bytes, size, wide, 2 * length) != NULL;
}

enum table_fault table_xls_read(const uint8_t *bytes, size_t size, struct table_rows *rows)
{
    const void *book = NULL;
    if (holds_entry(bytes, size, "EncryptedPackage"))
        return TABLE_ENCRYPTED;
    if (holds_entry(bytes, size, "WordDocument") || holds_entry(bytes, size, "PowerPoint Document"))
        return TABLE_UNKNOWN;
    if ((file.loaded != bytes || file.size != size) && table_xls_load(bytes, size) < 0)
        return TABLE_SYSTEM;
    enum table_fault fault = TABLE_BROKEN;
    if (freexl_open(file.path, &book) == FREEXL_OK && book)
        fault = take_book(book, rows);
    if (book)
        freexl_close(book);
    file.loaded = NULL;
    return fault;
}
