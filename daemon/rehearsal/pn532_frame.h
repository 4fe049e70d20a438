/* PN532 frames as the chip sees them (PN532 user manual UM0701-02, section 6.2): preamble, start code 00 FF,
 * LEN, LCS, TFI, data, DCS. Host frames in, chip frames out. */
#ifndef REHEARSAL_PN532_FRAME_H
#define REHEARSAL_PN532_FRAME_H
#include <stddef.h>
#include <stdint.h>

enum {
    PN532_PAYLOAD_MAX = 265,                    /* TFI, command and 263 bytes */
    PN532_WIRE_MAX = PN532_PAYLOAD_MAX + 8 + 2, /* extended frame with everything around it */
    PN532_ACK_SIZE = 6,
};

extern const uint8_t pn532_ack[PN532_ACK_SIZE];

enum pn532_input {
    PN532_INPUT_NONE,
    PN532_INPUT_FRAME, /* parser->payload, parser->size */
    PN532_INPUT_ACK,   /* the host cancels */
    PN532_INPUT_NACK,  /* the host wants the last answer again */
};

/* Zeroed is ready. Anything before a start code, such as wake-up bytes, is skipped; a frame with a wrong LCS
 * or DCS is dropped in silence, as the chip does. */
struct pn532_parser {
    int state;
    size_t expected, size;
    uint8_t length_high;
    uint8_t sum;
    uint8_t payload[PN532_PAYLOAD_MAX];
};

enum pn532_input pn532_parser_push(struct pn532_parser *, uint8_t byte);
/* A normal frame up to 255 bytes of payload (TFI first), else an extended one. Returns its size on the wire.
 */
size_t pn532_frame_compose(const uint8_t *payload, size_t size, uint8_t ret_wire[static PN532_WIRE_MAX]);

#endif
