/* The table of faults. */
#include "readers/reader_fault.h"
#include <assert.h>

static const struct reader_fault_text texts[READER_FAULT_COUNT] = {
#define READER_FAULT(name, code, en, zh) [READER_FAULT_##name] = {code, zh, en},
#include "readers/reader_fault.def"
#undef READER_FAULT
};

const struct reader_fault_text *reader_fault_text(enum reader_fault fault)
{
    assert(fault < READER_FAULT_COUNT);
    return &texts[fault];
}
