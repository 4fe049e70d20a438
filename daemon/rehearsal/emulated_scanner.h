/* A bar-code scanner on a serial line: writes what it sees and a separator, and never listens.
 *
 * Options besides those of device.h (chunk and gap_us make split bursts):
 *   separator cr|lf|crlf|none    (cr)
 * Faults: mute (scans are lost until replugged), dup (the scan twice), truncate (half of it, no separator).
 */
#ifndef REHEARSAL_EMULATED_SCANNER_H
#define REHEARSAL_EMULATED_SCANNER_H
#include "rehearsal/device.h"

enum { SCAN_MAX = 16 * 1024 };

extern const struct device_class emulated_scanner;

#endif
