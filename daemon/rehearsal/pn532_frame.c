/* Framing of the PN532's serial line, the chip's side. A pure push machine: no I/O, no clock. */
#include "rehearsal/pn532_frame.h"
#include <assert.h>
#include <string.h>

enum {
    HUNT_ZERO, /* must be the zero state */
    HUNT_FF,
    AT_LENGTH,
    AT_LENGTH_CHECK,
    AT_LONG_HIGH,
    AT_LONG_LOW,
    AT_LONG_CHECK,
    AT_PAYLOAD,
    AT_SUM,
};

const uint8_t pn532_ack[PN532_ACK_SIZE] = {0x00, 0x00, 0xff, 0x00, 0xff, 0x00};

static void hunt(struct pn532_parser *p, uint8_t byte)
{
    if (p->state == HUNT_FF && byte == 0xff)
        p->state = AT_LENGTH;
    else
        p->state = byte == 0x00 ? HUNT_FF : HUNT_ZERO;
}

/* A payload of `length` bytes follows, or the hunt starts anew. */
static void expect(struct pn532_parser *p, size_t length)
{
    p->expected = length;
    p->size = 0;
    p->sum = 0;
    p->state = length >= 1 && length <= PN532_PAYLOAD_MAX ? AT_PAYLOAD : HUNT_ZERO;
}

static enum pn532_input push_length_check(struct pn532_parser *p, uint8_t byte)
{
    const uint8_t length = (uint8_t)p->expected;
    p->state = HUNT_ZERO;
    if (length == 0x00 && byte == 0xff)
        return PN532_INPUT_ACK;
    if (length == 0xff && byte == 0x00)
        return PN532_INPUT_NACK;
    if (length == 0xff && byte == 0xff)
        p->state = AT_LONG_HIGH;
    else if ((uint8_t)(length + byte) == 0)
        expect(p, length);
    return PN532_INPUT_NONE;
}

static void push_payload(struct pn532_parser *p, uint8_t byte)
{
    p->payload[p->size++] = byte;
    p->sum = (uint8_t)(p->sum + byte);
    if (p->size == p->expected)
        p->state = AT_SUM;
}

enum pn532_input pn532_parser_push(struct pn532_parser *p, uint8_t byte)
{
    switch (p->state) {
    case AT_LENGTH:
        p->expected = byte;
        p->state = AT_LENGTH_CHECK;
        return PN532_INPUT_NONE;
    case AT_LENGTH_CHECK:
        return push_length_check(p, byte);
    case AT_LONG_HIGH:
        p->length_high = byte;
        p->state = AT_LONG_LOW;
        return PN532_INPUT_NONE;
    case AT_LONG_LOW:
        p->expected = (size_t)p->length_high << 8 | byte;
        p->sum = (uint8_t)(p->length_high + byte);
        p->state = AT_LONG_CHECK;
        return PN532_INPUT_NONE;
    case AT_LONG_CHECK:
        if ((uint8_t)(p->sum + byte) == 0)
            expect(p, p->expected);
        else
            p->state = HUNT_ZERO;
        return PN532_INPUT_NONE;
    case AT_PAYLOAD:
        push_payload(p, byte);
        return PN532_INPUT_NONE;
    case AT_SUM:
        p->state = HUNT_ZERO;
        return (uint8_t)(p->sum + byte) == 0 ? PN532_INPUT_FRAME : PN532_INPUT_NONE;
    default:
        hunt(p, byte);
        return PN532_INPUT_NONE;
    }
}

size_t pn532_frame_compose(const uint8_t *payload, size_t size, uint8_t ret_wire[static PN532_WIRE_MAX])
{
    assert(size >= 1 && size <= PN532_PAYLOAD_MAX);
    size_t n = 0;
    uint8_t sum = 0;
    ret_wire[n++] = 0x00;
    ret_wire[n++] = 0x00;
    ret_wire[n++] = 0xff;
    if (size <= 0xff) {
        ret_wire[n++] = (uint8_t)size;
        ret_wire[n++] = (uint8_t)-size;
    } else {
        ret_wire[n++] = 0xff;
        ret_wire[n++] = 0xff;
        ret_wire[n++] = (uint8_t)(size >> 8);
        ret_wire[n++] = (uint8_t)size;
        ret_wire[n++] = (uint8_t) - (uint8_t)((size >> 8) + size);
    }
    memcpy(ret_wire + n, payload, size);
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + payload[i]);
    n += size;
    ret_wire[n++] = (uint8_t)-sum;
    ret_wire[n++] = 0x00;
    return n;
}
