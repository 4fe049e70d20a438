/* Reads a stranger's table in a confined process: `paihao table -` beside the running program, which gets the bytes as a
 * memory file and answers in lines (roster/table_lines.h). Bounded in time, in what it may answer, and in each line. */
#ifndef ROSTER_TABLE_CHILD_H
#define ROSTER_TABLE_CHILD_H
#include "roster/table.h"

enum { TABLE_CHILD_TIMEOUT_MS = 60 * 1000 };

/* The path of `paihao` in the folder of the running program, else in the bin/ beside that folder; to free(). NULL when that cannot be told. */
char *table_child_program(void);
/* Blocks until the child has ended, at most timeout_ms: not for an event loop's thread. The sink is called in this thread
 * while the child reads; what it was given counts only when the result is TABLE_OK. `program` NULL: the one above.
 * TABLE_BROKEN also when the file crashed the child, TABLE_TOO_LARGE also when it ran out of time or of memory,
 * TABLE_SYSTEM when it could not be run or answered something else. */
enum table_fault table_child_read(const char *program, const uint8_t *bytes, size_t size, unsigned timeout_ms,
                                  const struct table_sink *);

#endif
