/* Finds reply frames in a stream of bytes. No I/O, no clock, no knowledge of what a command means. */
#include "readers/sam_frame.h"
#include "base/bytes.h"
#include <string.h>

static uint8_t xor_of(const uint8_t *bytes, size_t size)
{
    uint8_t sum = 0;
    while (size--)
        sum ^= *bytes++;
    return sum;
}

void sam_frame_reset(struct sam_frame_parser *p)
{
    wipe_bytes(p, sizeof *p);
}

bool sam_frame_is_open(const struct sam_frame_parser *p)
{
    return p->is_inside;
}

void sam_frame_request(uint8_t command, uint8_t parameter, uint8_t ret_request[static SAM_REQUEST_SIZE])
{
    const uint8_t request[] = {0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x00, 0x03, command, parameter};
    memcpy(ret_request, request, sizeof request);
    ret_request[9] = xor_of(request + 5, 4);
}

static void start_hunting(struct sam_frame_parser *p)
{
    p->is_inside = false;
    memset(p->tail, 0, sizeof p->tail);
}

/* The whole header, or one with a foreign byte among its AA. */
static bool is_header(const uint8_t tail[SAM_FRAME_TAIL_SIZE])
{
    static const uint8_t end[] = {0xaa, 0xaa, 0x96, 0x69};
    return memcmp(tail + 2, end, sizeof end) == 0 && (tail[1] == 0xaa || tail[0] == 0xaa);
}

static void hunt(struct sam_frame_parser *p, uint8_t byte)
{
    memmove(p->tail, p->tail + 1, sizeof p->tail - 1);
    p->tail[sizeof p->tail - 1] = byte;
    if (!is_header(p->tail))
        return;
    p->is_inside = true;
    p->size = 0;
    p->expected = 2;
}

/* Called when as many bytes are there as were expected: after the length, and at the end. */
static enum sam_frame_event complete(struct sam_frame_parser *p, struct sam_frame *ret_frame)
{
    if (p->expected == 2) {
        const size_t length = (size_t)p->body[0] << 8 | p->body[1];
        if (length < SAM_FRAME_LENGTH_MIN || length > SAM_FRAME_LENGTH_MAX) {
            start_hunting(p);
            return SAM_FRAME_BAD_LENGTH;
        }
        p->expected += length;
        return SAM_FRAME_NONE;
    }
    start_hunting(p);
    if (xor_of(p->body, p->size) != 0)
        return SAM_FRAME_BAD_CHECKSUM;
    *ret_frame = (struct sam_frame){
        .status = {p->body[2], p->body[3], p->body[4]},
        .data = p->body + 5,
        .size = p->size - 6,
    };
    return SAM_FRAME_WHOLE;
}

enum sam_frame_event sam_frame_feed(struct sam_frame_parser *p, const uint8_t *bytes, size_t size,
                                    size_t *ret_used, struct sam_frame *ret_frame)
{
    enum sam_frame_event event = SAM_FRAME_NONE;
    size_t used = 0;
    while (used < size && event == SAM_FRAME_NONE) {
        if (!p->is_inside) {
            hunt(p, bytes[used++]);
            continue;
        }
        const size_t missing = p->expected - p->size, left = size - used;
        const size_t taken = missing < left ? missing : left;
        memcpy(p->body + p->size, bytes + used, taken);
        p->size += taken;
        used += taken;
        if (p->size == p->expected)
            event = complete(p, ret_frame);
    }
    *ret_used = used;
    return event;
}
