/* Misread passports: the first line break parts the lines. What the strict parser takes is taken alike and without a
 * repair; what is taken otherwise becomes, by the listed repairs alone, something the strict parser takes with the same
 * result. */
#include "identity/mrz_repair.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(truth)                                                                                         \
    do {                                                                                                     \
        if (!(truth))                                                                                        \
            abort();                                                                                         \
    } while (0)

static void apply(const struct mrz_repair *repair, char zone[2][MRZ_LINE_LENGTH])
{
    CHECK(repair->line == 1 || repair->line == 2);
    CHECK(repair->column <= MRZ_LINE_LENGTH && repair->from != repair->to);
    char *line = zone[repair->line - 1];
    if (repair->column > 0) {
        CHECK(line[repair->column - 1] == repair->from);
        line[repair->column - 1] = repair->to;
        return;
    }
    CHECK(repair->to == '<' && memchr(line, repair->from, MRZ_LINE_LENGTH));
    for (size_t i = 0; i < MRZ_LINE_LENGTH; i++)
        if (line[i] == repair->from)
            line[i] = '<';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *gap = size > 0 ? memchr(text, '\n', size) : NULL;
    if (!gap)
        return 0;
    const char *line2 = gap + 1;
    const size_t length1 = (size_t)(gap - text), length2 = size - length1 - 1;
    struct mrz strict, lenient;
    struct mrz_repairs repairs = {.count = 99};
    memset(&strict, 0, sizeof strict);
    memset(&lenient, 0, sizeof lenient);
    const enum mrz_fault plain = mrz_parse(text, length1, line2, length2, &strict);
    const enum mrz_fault fault = mrz_repair(text, length1, line2, length2, &lenient, &repairs);
    if (fault != MRZ_OK) {
        CHECK(plain != MRZ_OK && repairs.count == 99);
        return 0;
    }
    CHECK(repairs.count <= MRZ_REPAIRS_MAX && (repairs.count == 0) == (plain == MRZ_OK));
    char zone[2][MRZ_LINE_LENGTH];
    memcpy(zone[0], text, MRZ_LINE_LENGTH);
    memcpy(zone[1], line2, MRZ_LINE_LENGTH);
    for (size_t i = 0; i < repairs.count; i++)
        apply(&repairs.list[i], zone);
    CHECK(mrz_parse(zone[0], MRZ_LINE_LENGTH, zone[1], MRZ_LINE_LENGTH, &strict) == MRZ_OK);
    CHECK(strcmp(strict.document_no, lenient.document_no) == 0 && strcmp(strict.state, lenient.state) == 0 &&
          strcmp(strict.surname, lenient.surname) == 0 && strcmp(strict.given, lenient.given) == 0 &&
          strcmp(strict.birth, lenient.birth) == 0 && strcmp(strict.expiry, lenient.expiry) == 0);
    return 0;
}
