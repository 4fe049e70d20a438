/* The lines that a reader process prints: one JSON object each (DESIGN.md, Interfaces; paihao-reader(1)). */
#ifndef READERS_READER_LINE_H
#define READERS_READER_LINE_H
#include "identity/medium.h"
#include "readers/reader_fault.h"
#include <stdbool.h>
#include <stdint.h>

enum reader_state { READER_OPENING, READER_READY, READER_ABSENT, READER_ERROR, READER_STATE_COUNT };

/* "opening", "ready", "absent", "error". */
const char *reader_state_name(enum reader_state);

/* Each gives a line without its end, to free(). Masked readings show neither number, name nor payload,
 * and of a chip number or UID the first two bytes. */
char *reader_line_reading(const struct presentation *, int64_t at_us, bool is_masked);
/* Only for who tries a reader by hand; the daemon never asks for an address and takes none. */
char *reader_line_address(const char *address, int64_t at_us, bool is_masked);
char *reader_line_state(enum reader_state, const char *code, const char *detail);
char *reader_line_endings(const char *code);
char *reader_line_heartbeat(int64_t at_us);
char *reader_line_fault(enum reader_fault, const char *detail);

#endif
