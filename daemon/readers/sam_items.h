/* Small items that a SAM reader gives besides the record. */
#ifndef READERS_SAM_ITEMS_H
#define READERS_SAM_ITEMS_H
#include <stddef.h>
#include <stdint.h>

enum {
    SAM_NUMBER_SIZE = 16,
    SAM_NUMBER_TEXT_SIZE = 48,
    SAM_ADDRESS_SIZE = 70,
    SAM_ADDRESS_TEXT_SIZE = SAM_ADDRESS_SIZE / 2 * 3 + 1,
};

/* The number of the SAM module (12 FF) as its vendors print it: "05.03-20200101-0001234567-0007654321". */
void sam_number_text(const uint8_t bytes[static SAM_NUMBER_SIZE], char ret_text[static SAM_NUMBER_TEXT_SIZE]);
/* The newest address (30 03), UTF-16LE. 0, or -EINVAL when it is no plain text. */
int sam_address_text(const uint8_t *bytes, size_t size, char ret_text[static SAM_ADDRESS_TEXT_SIZE]);

#endif
