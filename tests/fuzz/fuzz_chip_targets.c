/* Target data of type A cards: whatever a chip sends, a UID has one of the three sizes and stands in the reply. */
#include <stdlib.h>
#include <string.h>

#include "readers/chip_targets.h"

static void require(bool is_so)
{
    if (!is_so)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct chip_uid uid = {.size = 99}, again = {.size = 99};
    const int found = chip_targets_parse(data, size, &uid);
    require(found <= 2);
    if (found != 1) {
        require(uid.size == 99); /* untouched */
        return 0;
    }
    require(uid.size == 4 || uid.size == 7 || uid.size == 10);
    require(size >= 6 + uid.size && data[0] == 1);
    require(memcmp(data + 6 + data[5] - 4, uid.bytes + uid.size - 4, 4) == 0);
    require(!chip_uid_is_random(&uid) || uid.size == 4);
    require(chip_uid_take(data + 6, data[5], &again) == 0 && again.size == uid.size);
    return 0;
}
