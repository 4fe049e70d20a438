/* The table of SW3 values. */
#include "readers/sam_status.h"
#include <stddef.h>

static const struct sam_status statuses[] = {
    {SAM_OK, READER_FAULT_CARD_UNREADABLE, "success"},
    {SAM_FOUND, READER_FAULT_CARD_UNREADABLE, "card found"},
    {0x91, READER_FAULT_CARD_UNREADABLE, "the card has no such item"},
    {0x10, READER_FAULT_FRAME_GARBLED, "checksum of the request wrong"},
    {0x11, READER_FAULT_FRAME_GARBLED, "length of the request wrong"},
    {0x21, READER_FAULT_READER_ERROR, "command refused"},
    {0x23, READER_FAULT_READER_ERROR, "command not permitted"},
    {0x24, READER_FAULT_READER_ERROR, "unrecognised error"},
    {0x31, READER_FAULT_CARD_NOT_ACCEPTED, "the card could not authenticate the SAM"},
    {0x32, READER_FAULT_CARD_NOT_ACCEPTED, "the SAM could not authenticate the card"},
    {0x33, READER_FAULT_CARD_UNREADABLE, "information on the card does not verify"},
    {0x34, READER_FAULT_CARD_REMOVED, "no card found yet"},
    {0x37, READER_FAULT_CARD_UNREADABLE, "fingerprint does not verify"},
    {0x3f, READER_FAULT_CARD_UNREADABLE, "length of the information wrong"},
    {0x40, READER_FAULT_CARD_UNSUPPORTED, "unrecognised card type"},
    {0x41, READER_FAULT_CARD_UNREADABLE, "read failed"},
    {0x47, READER_FAULT_CARD_UNREADABLE, "no random number from the card"},
    {SAM_SELF_TEST_FAILED, READER_FAULT_READER_ERROR, "SAM self-test failed"},
    {SAM_NOT_AUTHORISED, READER_FAULT_READER_ERROR, "SAM not authorised"},
    {SAM_NOT_FOUND, READER_FAULT_CARD_REMOVED, "no card"},
    {SAM_NOT_SELECTED, READER_FAULT_CARD_REMOVED, "card could not be selected"},
};

const struct sam_status *sam_status(uint8_t sw3)
{
    static const struct sam_status unknown = {0, READER_FAULT_READER_ERROR, "unknown status"};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].sw3 == sw3)
            return &statuses[i];
    return &unknown;
}
