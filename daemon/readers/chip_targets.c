/* Target data of type A cards. */
#include "readers/chip_targets.h"
#include <errno.h>
#include <string.h>

enum {
    CASCADE_TAG = 0x88, /* stands before the rest of a longer UID; older chips leave it in */
    TARGET_HEAD = 5,    /* Tg, SENS_RES (2), SEL_RES, length of the UID */
    SEL_RES_ISO_DEP = 0x20,
    TARGETS_MAX = 2,
};

int chip_uid_take(const uint8_t *bytes, size_t size, struct chip_uid *ret)
{
    struct chip_uid uid = {.size = 0};
    const bool has_tags = size == 8 || size == 12;
    if (size != 4 && size != 7 && size != 10 && !has_tags)
        return -EPROTO;
    for (size_t i = 0; i < size; i++) {
        const bool is_tag = has_tags && i + 4 < size && i % 4 == 0;
        if (is_tag && bytes[i] != CASCADE_TAG)
            return -EPROTO;
        if (!is_tag)
            uid.bytes[uid.size++] = bytes[i];
    }
    *ret = uid;
    return 0;
}

int chip_targets_parse(const uint8_t *reply, size_t size, struct chip_uid *ret)
{
    if (size == 0 || reply[0] > TARGETS_MAX)
        return -EPROTO;
    if (reply[0] == 0)
        return size == 1 ? 0 : -EPROTO;
    const uint8_t *target = reply + 1;
    const size_t rest = size - 1;
    if (rest < TARGET_HEAD || rest - TARGET_HEAD < target[4])
        return -EPROTO;
    if (reply[0] == TARGETS_MAX)
        return TARGETS_MAX;
    const bool is_whole = rest - TARGET_HEAD == target[4] || (target[3] & SEL_RES_ISO_DEP);
    return is_whole && chip_uid_take(target + TARGET_HEAD, target[4], ret) == 0 ? 1 : -EPROTO;
}

bool chip_uid_is_random(const struct chip_uid *uid)
{
    return uid->size == 4 && uid->bytes[0] == 0x08;
}

bool chip_uid_is_zero(const struct chip_uid *uid)
{
    static const uint8_t zero[CHIP_UID_MAX];
    return memcmp(uid->bytes, zero, uid->size) == 0;
}
