/* Workbooks. The archive's own format hides everything behind checksums and compression, so an input is what stands in the
 * parts: bytes between lines "@name" go into an archive made here; without any such line the input is an archive itself. */
#include "fuzz_table.h"
#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where the next part begins, or the end. */
static const uint8_t *next_part(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *mark = at < end ? memmem(at, (size_t)(end - at), "\n@", 2) : NULL;
    return mark ? mark + 1 : end;
}

static void add_part(zip_t *zip, const uint8_t *at, const uint8_t *end)
{
    char name[128];
    const uint8_t *line_end = memchr(at, '\n', (size_t)(end - at));
    const size_t length = (size_t)((line_end ? line_end : end) - at) - 1;
    if (length == 0 || length >= sizeof name)
        return;
    memcpy(name, at + 1, length);
    name[length] = '\0';
    const uint8_t *body = line_end ? line_end + 1 : end;
    zip_source_t *source = zip_source_buffer(zip, body, (size_t)(end - body), 0);
    if (zip_file_add(zip, name, source, 0) < 0)
        zip_source_free(source);
}

static size_t make_archive(const uint8_t *data, size_t size, uint8_t **ret)
{
    zip_error_t error;
    zip_stat_t stat;
    const uint8_t *end = data + size;
    zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_source_keep(out);
    zip_t *zip = zip_open_from_source(out, ZIP_TRUNCATE, &error);
    require(zip != NULL);
    for (const uint8_t *at = data, *next; at < end; at = next) {
        next = next_part(at + 1, end);
        add_part(zip, at, next);
    }
    *ret = NULL;
    if (zip_close(zip) < 0) {
        zip_discard(zip);
        zip_source_free(out);
        return 0;
    }
    size_t whole = 0;
    if (zip_source_stat(out, &stat) == 0 && zip_source_open(out) == 0) {
        *ret = bytes_alloc(stat.size);
        whole = (size_t)zip_source_read(out, *ret, stat.size);
        zip_source_close(out);
    }
    zip_source_free(out);
    return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct watch watch = {.repeats_sheets = true};
    const struct table_sink sink = watch_sink(&watch);
    uint8_t *made = NULL;
    size_t whole = size;
    if (size > 0 && data[0] == '@')
        whole = make_archive(data, size, &made);
    const uint8_t *bytes = made ? made : data;
    if (whole >= 4 && memcmp(bytes, "PK", 2) == 0) {
        const enum table_fault fault = table_read(bytes, whole, &sink);
        require(fault != TABLE_STOPPED && fault != TABLE_WEB_PAGE);
        require((fault == TABLE_OK) <= (watch.n_rows > 0));
        require(fault != TABLE_EMPTY || watch.n_rows == 0);
    }
    watch_done(&watch);
    free(made);
    return 0;
}
