/* Passports: the first line break parts the lines. What is accepted has no fillers at its ends and right
 * digits. */
#include "identity/mrz.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_field(const char *text, size_t least, size_t most, char last)
{
    size_t length = strlen(text);
    if (length < least || length > most || (length > 0 && text[length - 1] == last))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *gap = size > 0 ? memchr(text, '\n', size) : NULL;
    if (!gap)
        return 0;
    const char *line2 = gap + 1;
    size_t length1 = (size_t)(gap - text), length2 = size - length1 - 1;
    struct mrz mrz = {.sex = 'u'};
    if (mrz_parse(text, length1, line2, length2, &mrz) != MRZ_OK) {
        if (mrz.sex != 'u')
            abort();
        return 0;
    }
    check_field(mrz.state, 1, 3, '<');
    check_field(mrz.nationality, 1, 3, '<');
    check_field(mrz.document_no, 1, 9, '<');
    check_field(mrz.surname, 1, MRZ_NAME_MAX, ' ');
    check_field(mrz.given, 0, MRZ_NAME_MAX, ' ');
    if (line2[9] != mrz_check(line2, 9) || memcmp(mrz.birth, line2 + 13, 6) != 0)
        abort();
    return 0;
}
