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
    SAM_NO_ITEM = 0x91,
    SAM_SELF_TEST_FAILED = 0x60,
    SAM_NOT_AUTHORISED = 0x66,
};

struct sam_status {
    uint8_t sw3;
    enum reader_fault fault;  /* what it means for a person whose card was being read */
    const char *meaning, *zh; /* for the log and the staff's pages */
};

/* Unknown ones are a READER_ERROR, "unknown status". */
const struct sam_status *sam_status(uint8_t sw3);
enum { SAM_STATUS_TEXT_SIZE = 160 };
/* "status 41: read failed / 读证/卡操作失败" */
void sam_status_text(uint8_t sw3, char ret_text[static SAM_STATUS_TEXT_SIZE]);

#endif
