/* Decodes items. Pure; any thread. */
#include "readers/sam_items.h"
#include "base/text.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static unsigned little(const uint8_t *bytes, size_t size)
{
    unsigned value = 0;
    while (size > 0)
        value = value << 8 | bytes[--size];
    return value;
}

void sam_number_text(const uint8_t bytes[static SAM_NUMBER_SIZE], char ret_text[static SAM_NUMBER_TEXT_SIZE])
{
    snprintf(ret_text, SAM_NUMBER_TEXT_SIZE, "%02u.%02u-%08u-%010u-%010u", little(bytes, 2),
             little(bytes + 2, 2), little(bytes + 4, 4), little(bytes + 8, 4), little(bytes + 12, 4));
}

int sam_address_text(const uint8_t *bytes, size_t size, char ret_text[static SAM_ADDRESS_TEXT_SIZE])
{
    char text[SAM_ADDRESS_TEXT_SIZE];
    if (size != SAM_ADDRESS_SIZE)
        return -EINVAL;
    const int length = utf16le_to_utf8(bytes, size, text, sizeof text);
    if (length < 0 || (length > 0 && !text_is_plain(text, (size_t)length, sizeof text - 1)))
        return -EINVAL;
    memcpy(ret_text, text, (size_t)length + 1);
    return 0;
}
