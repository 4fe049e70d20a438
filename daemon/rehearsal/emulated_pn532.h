/* A PN532 on its high-speed UART, as libnfc 1.8 talks to it (readers.md 6.3 to 6.7, emulation.md 1; NXP
 * UM0701-02): asleep until 55 .. wakes it, an ACK before each answer, one command at a time (a new frame or a
 * host ACK abandons the old one), a register file, one antenna with cards of type A and resident cards of
 * type B.
 *
 * Two resident cards at once: InListPassiveTarget finds none, raw commands report CRC, framing and collision
 * errors in turn. Cards of type A are told apart by anticollision: InListPassiveTarget with MaxTg 2 gives both. A card
 * of each type answers its own kind of request only. With RATS switched on (SetParameters) a card's ATS follows its UID; a card whose ATS is cut short is
 * then not found.
 *
 * Options besides those of device.h:
 *   nbtg0 on|off    on: InListPassiveTarget never finds a resident card, so that only the raw way works
 *   merge on|off    on: ACK and answer leave in one write
 *   late_ms N       how late the fault "late" answers (600)
 *
 * Faults of the answers (for ever with count 0). "for reads" means answers that carry a chip number or a UID:
 *   noack      the answer without its ACK            badack     a NACK in place of the ACK
 *   dcs lcs preamble tfi command postamble           that part of the answer is wrong
 *   truncate   half an answer                        silence    the ACK and nothing more
 *   mute       nothing at all until replugged        late       the answer after late_ms, whatever else
 * happens nad        bit 7 of the status byte: libnfc aborts the process mi         bit 6 of the status byte
 * and no data: libnfc asks again, for ever with count 0 error      a syntax error frame (7F)             junk
 * noise between ACK and answer dup        the answer twice nad and mi wait for an answer that has a status
 * byte. */
#ifndef REHEARSAL_EMULATED_PN532_H
#define REHEARSAL_EMULATED_PN532_H
#include "rehearsal/device.h"

extern const struct device_class emulated_pn532;

#endif
