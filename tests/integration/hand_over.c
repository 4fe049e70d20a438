/* The parts of a package by themselves, without the package around them: what stands in each file is for the tests to say.
 *   hand_over KIND FOLDER DATABASE KEY [DATABASE KEY ...]
 * KIND: agency or school. Prints the name of each file, then {"name":...,"about":...}. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "handover/agency.h"
#include "handover/school.h"

enum { DAYS_MOST = 8 };

static int write_parts(enum handover_kind kind, const char *folder, struct day *const days[], size_t n_days)
{
    struct handover_parts parts = {.count = 0};
    int result = 0;
    if (kind == HANDOVER_AGENCY)
        agency_parts(days, n_days, &parts);
    else
        school_parts(days, n_days, &parts);
    for (size_t i = 0; i < parts.count && result == 0; i++) {
        char *path = bytes_format("%s/%s", folder, parts.list[i].name);
        result = parts.list[i].write(parts.list[i].arg, path);
        printf("%s\n", parts.list[i].name);
        if (result != 0)
            fprintf(stderr, "%s: %s\n", path, strerror(-result));
        free(path);
    }
    handover_parts_done(&parts);
    return result;
}

int main(int argc, char **argv)
{
    struct day *days[DAYS_MOST];
    size_t n_days = 0;
    if (argc < 5 || argc % 2 == 0 || (argc - 3) / 2 > DAYS_MOST)
        return 2;
    enum handover_kind kind = strcmp(argv[1], "agency") == 0 ? HANDOVER_AGENCY : HANDOVER_SCHOOL;
    int result = 0;
    for (int i = 3; i < argc && result == 0; i += 2, n_days++) {
        char *detail = NULL;
        enum journal_fault fault = day_open(&days[n_days], argv[i], argv[i + 1], &detail);
        if (fault) {
            fprintf(stderr, "%s: %s: %s\n", argv[i], journal_fault_text(fault), detail ? detail : "");
            return 1;
        }
    }
    result = write_parts(kind, argv[2], days, n_days);
    if (result == 0) {
        char *name = handover_name(kind, days, n_days);
        json_t *about = handover_about(kind, days, n_days);
        char *text = json_dumps(about, JSON_COMPACT);
        printf("{\"name\":\"%s\",\"about\":%s}\n", name, text);
        free(text);
        free(name);
        json_decref(about);
    }
    for (size_t i = 0; i < n_days; i++)
        day_close(days[i]);
    return result ? 1 : 0;
}
