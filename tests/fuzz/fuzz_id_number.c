/* ID numbers: whatever is accepted is 18 characters, or a resident's 15, checks, and is accepted again as itself. */
#include "identity/id_number.h"
#include "identity/mask.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char number[19] = "untouched", again[19], mask[ID_NUMBER_LENGTH + 1];
    if (id_number_parse((const char *)data, size, number) != ID_NUMBER_OK) {
        if (strcmp(number, "untouched") != 0)
            abort();
        return 0;
    }
    const size_t length = strlen(number);
    if (id_number_is_citizen(number) ? length != 18 || number[17] != id_number_check(number) : length != 15)
        abort();
    if (id_number_parse(number, length, again) != ID_NUMBER_OK || strcmp(number, again) != 0)
        abort();
    mask_id_number(number, mask);
    if (strlen(mask) != 18 || memcmp(mask, number, 6) != 0 || strcmp(mask + 6, "************") != 0)
        abort();
    return 0;
}
