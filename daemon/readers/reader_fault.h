/* What may go wrong with one presentation, and what to tell the person who stands there, in both languages.
 */
#ifndef READERS_READER_FAULT_H
#define READERS_READER_FAULT_H

enum reader_fault {
#define READER_FAULT(name, code, en, zh) READER_FAULT_##name,
#include "readers/reader_fault.def"
#undef READER_FAULT
    READER_FAULT_COUNT
};

struct reader_fault_text {
    const char *code; /* stable */
    const char *zh, *en;
};

const struct reader_fault_text *reader_fault_text(enum reader_fault);

#endif
