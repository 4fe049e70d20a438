/* SAM frames: whatever comes, the same events byte by byte as at once, every frame holds its checksum, and a good
 * frame after any garbage and a reset is found. */
#include "base/bytes.h"
#include "readers/sam_frame.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define CHECK(truth)                                                                                         \
    do {                                                                                                     \
        if (!(truth))                                                                                        \
            abort();                                                                                         \
    } while (0)

static void check_frame(const struct sam_frame *frame)
{
    const size_t length = frame->size + SAM_FRAME_LENGTH_MIN;
    uint8_t sum = (uint8_t)(length >> 8) ^ (uint8_t)length;
    CHECK(length <= SAM_FRAME_LENGTH_MAX);
    for (size_t i = 0; i < 3; i++)
        sum ^= frame->status[i];
    for (size_t i = 0; i <= frame->size; i++) /* CHK stands behind the data */
        sum ^= frame->data[i];
    CHECK(sum == 0);
}

static void run(struct sam_frame_parser *parser, const uint8_t *bytes, size_t size, size_t piece,
                struct buffer *out)
{
    sam_frame_reset(parser);
    for (size_t at = 0, used; at < size; at += used) {
        struct sam_frame frame;
        const size_t n = size - at < piece ? size - at : piece;
        const enum sam_frame_event event = sam_frame_feed(parser, bytes + at, n, &used, &frame);
        CHECK(used > 0 && used <= n && (used == n || event != SAM_FRAME_NONE));
        if (event == SAM_FRAME_WHOLE)
            check_frame(&frame);
        if (event != SAM_FRAME_NONE)
            buffer_format(out, "%d@%zu ", (int)event, at + used);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const uint8_t good[] = {0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x00, 0x04, 0x00, 0x00, 0x80, 0x84};
    static struct sam_frame_parser parser;
    struct buffer whole = {0}, single = {0};
    struct sam_frame frame;
    size_t used;
    run(&parser, bytes, size, size, &whole);
    const bool is_open = sam_frame_is_open(&parser);
    run(&parser, bytes, size, 1, &single);
    CHECK(is_open == sam_frame_is_open(&parser));
    CHECK(whole.size == single.size && (whole.size == 0 || memcmp(whole.data, single.data, whole.size) == 0));
    sam_frame_reset(&parser);
    CHECK(sam_frame_feed(&parser, good, sizeof good, &used, &frame) == SAM_FRAME_WHOLE &&
          frame.status[2] == 0x80);
    buffer_done(&whole);
    buffer_done(&single);
    return 0;
}
