/* SW3, the outcome in every SAM_V reply (vendor documents agree on these). */
#ifndef READERS_SAM_STATUS_H
#define READERS_SAM_STATUS_H
#include "readers/reader_fault.h"
#include <stdint.h>

enum {
    SAM_OK = 0x90,
    SAM_FOUND = 0x9f,
    SAM_NOT_FOUND = 0x80,
    SAM_NOT_SELECTED = 0x81,
    SAM_SELF_TEST_FAILED = 0x60,
    SAM_NOT_AUTHORISED = 0x66,
};

struct sam_status {
    uint8_t sw3;
    enum reader_fault fault; /* what it means for a person whose card was being read */
    const char *meaning;     /* English, for the log */
};

/* Unknown ones are a READER_ERROR, "unknown status". */
const struct sam_status *sam_status(uint8_t sw3);

#endif
