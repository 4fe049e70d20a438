/* Which form a file has, by its first bytes and never by its name, and the words for what is wrong with it. Opens
 * nothing but what table_prepare() says. */
#include "roster/table.h"
#include "roster/table_csv.h"
#include "roster/table_text.h"
#include "roster/table_xls.h"
#include "roster/table_xlsx.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void table_prepare(void)
{
    table_text_prepare();
    table_xls_prepare();
}

static bool begins_with(const char *text, size_t size, const char *word)
{
    return size >= strlen(word) && strncasecmp(text, word, strlen(word)) == 0;
}

static bool is_web_page(const char *text, size_t size)
{
    static const char *const words[] = {"<!doctype", "<html", "<table", "<head",
                                        "<meta",     "<?xml", "<style", "<div"};
    while (size > 0 && strchr(" \t\r\n", *text)) {
        text++;
        size--;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (begins_with(text, size, words[i]))
            return true;
    return false;
}

static enum table_fault read_text(const uint8_t *bytes, size_t size, struct table_rows *rows)
{
    struct table_text text;
    enum table_fault fault = table_text_decode(bytes, size, &text);
    if (fault != TABLE_OK)
        return fault;
    fault = is_web_page(text.data, text.size) ? TABLE_WEB_PAGE : table_csv_read(text.data, text.size, rows);
    table_text_done(&text);
    return fault;
}

/* What people send by mistake: it could pass for GB18030. */
static bool is_other(const uint8_t *bytes, size_t size)
{
    static const char *const magics[] = {"%PDF",         "Rar!",    "7z\xBC\xAF", "\x1F\x8B",
                                         "\xFF\xD8\xFF", "\x89PNG", "{\\rtf"};
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (size >= strlen(magics[i]) && memcmp(bytes, magics[i], strlen(magics[i])) == 0)
            return true;
    return false;
}

enum table_fault table_read(const uint8_t *bytes, size_t size, const struct table_sink *sink)
{
    enum table_fault fault;
    if (size > TABLE_FILE_MAX)
        return TABLE_TOO_LARGE;
    if (is_other(bytes, size))
        return TABLE_UNKNOWN;
    struct table_rows *rows = bytes_alloc(sizeof *rows);
    table_prepare();
    table_rows_init(rows, sink);
    if (table_xls_is_compound(bytes, size))
        fault = table_xls_read(bytes, size, rows);
    else if (size >= 4 && memcmp(bytes, "PK", 2) == 0 && bytes[2] < 9)
        fault = table_xlsx_read(bytes, size, rows);
    else
        fault = read_text(bytes, size, rows);
    if (fault == TABLE_OK && rows->n_given == 0)
        fault = TABLE_EMPTY;
    table_rows_done(rows);
    free(rows);
    return fault;
}
