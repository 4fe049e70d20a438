/* A SAM_V desktop reader on a serial line (readers.md 1): finds, selects and reads a resident card and gives
 * its text and photograph. Commands: 10 FF, 11 FF, 12 FF, 20 01, 20 02, 30 01, 30 03, 30 10, 60 00..04, 61
 * FF.
 *
 * After a read, good or bad, the card must leave before it is found again (readers.md 1.7); the read itself
 * may be repeated while it rests. Two cards at once are not found.
 *
 * Options besides those of device.h:
 *   rests on|off    off: a card that stays is found again and again
 *   reread on|off   off: a second read of a resting card fails with 41
 *
 * Faults of the answers (for ever with count 0). "for reads" means answers to 30 xx:
 *   checksum truncate       that part is wrong          header     AA 00 AA AA 96 69 (a tolerant host can read on)
 *   noise                   junk before the frame       extra-aa   two more AA before the frame
 *   status41 status31       a read fails                status81   a select fails
 *   silence                 no answer                   mute       nothing at all until replugged
 *   slow                    byte by byte, 2 ms apart    dup        the answer twice
 *   late                    1.7 s late, longer than a host waits, and before anything else is answered
 * status31, status41 and status81 wait for their command. */
#ifndef REHEARSAL_EMULATED_SAM_H
#define REHEARSAL_EMULATED_SAM_H
#include "rehearsal/device.h"

enum { SAM_PHOTO_SIZE = 1024 };

extern const struct device_class emulated_sam;

#endif
