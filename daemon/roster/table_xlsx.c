/* A workbook's archive: what is in it, and its parts in turn. From memory; opens no file. */
#include "roster/table_xlsx.h"
#include "roster/table_xlsx_parts.h"
#include <stdlib.h>
#include <string.h>

static enum table_fault open_archive(const uint8_t *bytes, size_t size, zip_t **ret)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(bytes, size, 0, &error);
    *ret = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    if (!*ret && source)
        zip_source_free(source);
    zip_error_fini(&error);
    return *ret ? TABLE_OK : TABLE_BROKEN;
}

/* Two parts of one name: two programs could read two different lists from one file. */
static enum table_fault check_entries(zip_t *zip)
{
    const zip_int64_t n = zip_get_num_entries(zip, 0);
    if (n > XLSX_ENTRIES_MAX)
        return TABLE_TOO_LARGE;
    for (zip_int64_t i = 0; i < n; i++) {
        const char *name = zip_get_name(zip, (zip_uint64_t)i, 0);
        if (!name || zip_name_locate(zip, name, ZIP_FL_NOCASE) != i)
            return TABLE_BROKEN;
    }
    return TABLE_OK;
}

/* The folder of a part, with its slash. */
static void folder_of(const char *part, char ret_folder[static XLSX_PATH_MAX])
{
    const char *slash = strrchr(part, '/');
    const size_t length = slash ? (size_t)(slash - part) + 1 : 0;
    memcpy(ret_folder, part, length);
    ret_folder[length] = '\0';
}

/* Which part is the workbook. Where nothing says so, where it usually is. */
static enum table_fault find_workbook(struct xlsx *xlsx, char ret_part[static XLSX_PATH_MAX])
{
    const char *part = "xl/workbook.xml";
    if (xlsx_has_part(xlsx, "_rels/.rels")) {
        const enum table_fault fault = xlsx_read_relations(xlsx, "_rels/.rels", "");
        const char *told = xlsx_target_of_type(xlsx, "/officeDocument");
        if (fault != TABLE_OK)
            return fault;
        if (told)
            part = told;
    }
    if (strlen(part) >= XLSX_PATH_MAX)
        return TABLE_BROKEN;
    strcpy(ret_part, part);
    xlsx_forget_relations(xlsx);
    return xlsx_has_part(xlsx, ret_part) ? TABLE_OK : TABLE_UNKNOWN;
}

static enum table_fault read_workbook(struct xlsx *xlsx)
{
    char part[XLSX_PATH_MAX], folder[XLSX_PATH_MAX], relations[2 * XLSX_PATH_MAX + 16];
    enum table_fault fault = find_workbook(xlsx, part);
    if (fault != TABLE_OK)
        return fault;
    folder_of(part, folder);
    snprintf(relations, sizeof relations, "%s_rels/%s.rels", folder, part + strlen(folder));
    fault = xlsx_read_relations(xlsx, relations, folder);
    if (fault == TABLE_OK)
        fault = xlsx_read_workbook(xlsx, part);
    const char *styles = xlsx_target_of_type(xlsx, "/styles"),
               *strings = xlsx_target_of_type(xlsx, "/sharedStrings");
    if (fault == TABLE_OK && styles)
        fault = xlsx_read_styles(xlsx, styles);
    if (fault == TABLE_OK && strings)
        fault = xlsx_read_strings(xlsx, strings);
    return fault;
}

static enum table_fault read_sheets(struct xlsx *xlsx)
{
    enum table_fault fault = TABLE_OK;
    for (size_t i = 0; i < xlsx->n_sheets && fault == TABLE_OK; i++) {
        const struct xlsx_sheet *sheet = &xlsx->sheets[i];
        const char *part = xlsx_target_of_id(xlsx, sheet->relation);
        /* a chart, a macro or a dialogue has its own sheet */
        if (part &&
            (strstr(part, "chartsheets/") || strstr(part, "macrosheets/") || strstr(part, "dialogsheets/")))
            continue;
        fault = part ? xlsx_read_sheet(xlsx, part, sheet) : TABLE_BROKEN;
    }
    return fault;
}

static void close_workbook(struct xlsx *xlsx)
{
    xlsx_forget_relations(xlsx);
    for (size_t i = 0; i < xlsx->n_sheets; i++) {
        free(xlsx->sheets[i].name);
        free(xlsx->sheets[i].relation);
    }
    free(xlsx->sheets);
    free(xlsx->string_starts);
    free(xlsx->style_is_date);
    buffer_done(&xlsx->strings);
    if (xlsx->zip)
        zip_discard(xlsx->zip);
}

enum table_fault table_xlsx_read(const uint8_t *bytes, size_t size, struct table_rows *rows)
{
    struct xlsx xlsx = {.rows = rows};
    enum table_fault fault = open_archive(bytes, size, &xlsx.zip);
    if (fault == TABLE_OK)
        fault = check_entries(xlsx.zip);
    if (fault == TABLE_OK)
        fault = read_workbook(&xlsx);
    if (fault == TABLE_OK)
        fault = read_sheets(&xlsx);
    close_workbook(&xlsx);
    return fault;
}
