/* A list of people as the daemon reads it, confined child and checks included, beside a bare pass over the same bytes.
 *   roster_read PROGRAM FILE   prints {"people":...,"ms":...,"bare_ms":...,"peak_kb":...}: PROGRAM is paihao; bare: the
 * bytes of a text file split at commas and line ends, or of a workbook unpacked and its tags counted; peak: the resident
 * memory of this process, the file itself included. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/files.h"
#include "roster/roster.h"

static size_t split(const char *data, size_t size)
{
    size_t cells = 0;
    for (const char *at = data, *end = data + size; at < end; cells++) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        const char *stop = line_end ? line_end : end;
        for (const char *comma; (comma = memchr(at, ',', (size_t)(stop - at))); at = comma + 1)
            cells++;
        at = stop + 1;
    }
    return cells;
}

static size_t unpack(const char *data, size_t size)
{
    static char chunk[65536];
    size_t tags = 0;
    zip_source_t *source = zip_source_buffer_create(data, size, 0, NULL);
    zip_t *zip = zip_open_from_source(source, ZIP_RDONLY, NULL);
    for (zip_int64_t i = 0; zip && i < zip_get_num_entries(zip, 0); i++) {
        zip_file_t *file = zip_fopen_index(zip, (zip_uint64_t)i, 0);
        for (zip_int64_t n; file && (n = zip_fread(file, chunk, sizeof chunk)) > 0;)
            for (const char *at = chunk; (at = memchr(at, '<', (size_t)(chunk + n - at))); at++)
                tags++;
        if (file)
            zip_fclose(file);
    }
    if (zip)
        zip_discard(zip);
    return tags;
}

/* Not getrusage()'s, which remembers the program that started us. */
static long peak_kb(void)
{
    char line[256];
    long kb = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld", &kb) == 1)
            break;
    if (status)
        fclose(status);
    return kb;
}

int main(int argc, char **argv)
{
    char *data;
    size_t size;
    if (argc != 3 || file_read(argv[2], TABLE_FILE_MAX, &data, &size) < 0)
        return 2;
    const int64_t bare_us = clock_mono_us();
    const size_t seen = size > 2 && memcmp(data, "PK", 2) == 0 ? unpack(data, size) : split(data, size);
    const int64_t start_us = clock_mono_us();
    struct roster *roster = roster_read(LIST_PEOPLE, argv[1], (const uint8_t *)data, size);
    const int64_t end_us = clock_mono_us();
    printf("{\"people\":%zu,\"errors\":%zu,\"seen\":%zu,\"ms\":%.3f,\"bare_ms\":%.3f,\"peak_kb\":%ld}\n",
           roster->n_people, roster->n_errors, seen, (double)(end_us - start_us) / 1000,
           (double)(start_us - bare_us) / 1000, peak_kb());
    roster_free(roster);
    free(data);
    return 0;
}
