/* What goes over a reader's line, written down in the format of tests/data/readers, so that the tests can replay it:
 *   # key: value   what was captured      > HEX  host to device       < HEX  device to host
 *   + MS           time goes by           = TEXT what came of it
 *   * TEXT         what else the driver was told: a key of a scanner that types, whether a scanner was listened to in time, what
 *                  became of a frame or of another call to the chip of an NFC reader, a refusal
 * One recorder for the process, which has one device. Without an open file every call does nothing. A capture of a real
 * card holds its owner's data in full. */
#ifndef READERS_READER_TRACE_H
#define READERS_READER_TRACE_H
#include "identity/medium.h"
#include "readers/reader_fault.h"
#include <stddef.h>
#include <stdint.h>

/* Makes the file, mode 0600; one that exists is not touched (-EEXIST). 0 or -errno. Texts are borrowed for the call;
 * options: those of the command line on which a replay depends, or "". */
int reader_trace_open(const char *path, const char *driver, const char *device, const char *options);
/* 0, or what the first failed write failed with. */
int reader_trace_close(void);

/* The device is open, over the connection that the text describes, "" for none: a replay's time begins here, however long it
 * took to find the device, and its speed. */
void reader_trace_opened(const char *connection);
/* What passes beside the conversation that a replay repeats, as a comment: a speed being tried, what is left in a pipe. */
void reader_trace_aside(char direction, const void *bytes, size_t size);

/* At the one place of a transport where bytes pass. */
void reader_trace_sent(const void *bytes, size_t size);
void reader_trace_received(const void *bytes, size_t size);

/* One line "* TEXT". */
__attribute__((format(printf, 1, 2))) void reader_trace_told(const char *format, ...);

/* What the driver made of them. */
void reader_trace_ready(void);
void reader_trace_scan(const void *bytes, size_t size); /* repeated ones, too */
void reader_trace_reading(const struct presentation *); /* nothing for a scanner */
void reader_trace_address(const char *address);
void reader_trace_fault(enum reader_fault);
void reader_trace_trouble(const char *code);
void reader_trace_lost(int error);

#endif
