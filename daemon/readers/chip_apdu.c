/* Bytes of the card's chip. */
#include "readers/chip_apdu.h"
#include <string.h>

const uint8_t chip_reqb[3] = {0x05, 0x00, 0x00};
const uint8_t chip_attrib[9] = {0x1d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x01, 0x08};
const uint8_t chip_get_number[5] = {0x00, 0x36, 0x00, 0x00, 0x08};

bool chip_number_is_good(const uint8_t *answer, size_t size)
{
    static const uint8_t zero[CHIP_SERIAL_SIZE];
    return size == CHIP_ANSWER_SIZE && answer[8] == 0x90 && answer[9] == 0x00 &&
           memcmp(answer, zero, sizeof zero) != 0;
}

bool chip_is_resident_card(const uint8_t *atqb, size_t size)
{
    static const uint8_t prefix[] = {0x50, 0x00, 0x00, 0x00, 0x00, 0xd1, 0x03};
    return size == CHIP_ATQB_SIZE && memcmp(atqb, prefix, sizeof prefix) == 0;
}
