/* USB transfers of any content, size and order: nothing is asked for beyond its room, reports never pile up, and a frame
 * that comes out of reports whole has its checksum. The first byte chooses layout and packet. */
#include "base/bytes.h"
#include "readers/sam_pipes.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 4096 };

static void require(bool is_so)
{
    if (!is_so)
        abort();
}

static void check_answer(const struct sam_inflow *flow, const uint8_t *bytes, size_t n)
{
    static const uint8_t preamble[] = {0xaa, 0xaa, 0xaa, 0x96, 0x69};
    require(n <= SAM_ANSWER_SIZE);
    if (flow->pipes->layout != SAM_LAYOUT_REPORTS || flow->is_dirty || n == 0)
        return;
    uint8_t sum = 0;
    require(n >= 11 && memcmp(bytes, preamble, sizeof preamble) == 0);
    require(n == 7U + (unsigned)(bytes[5] << 8 | bytes[6]));
    for (size_t i = 5; i < n; i++)
        sum ^= bytes[i];
    require(sum == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const struct sam_pipes pipes = {.layout = SAM_LAYOUT_FOUR + data[0] % 3,
                                    .in = 0x81,
                                    .in_rest = data[0] % 3 ? 0x81 : 0x85,
                                    .packet = data[0] % 3 == 2 || !(data[0] & 8) ? 64 : 512};
    struct sam_inflow *flow = bytes_alloc(sizeof *flow);
    uint8_t *given = bytes_alloc(SAM_ANSWER_SIZE);
    sam_inflow_init(flow, &pipes);
    for (size_t at = 1; at + 2 <= size;) {
        size_t wanted, part = (size_t)data[at] << 4 | data[at + 1] >> 4;
        if (data[at + 1] & 1)
            sam_inflow_begin(flow);
        at += 2;
        const uint8_t endpoint = sam_inflow_next(flow, ROOM, &wanted);
        require(endpoint == pipes.in || endpoint == pipes.in_rest);
        require(wanted > 0 && wanted <= ROOM && wanted % pipes.packet == 0);
        if (part > wanted)
            part = wanted;
        if (part > size - at)
            part = size - at;
        const size_t n = sam_inflow_take(flow, data + at, part, given);
        check_answer(flow, given, n);
        require(flow->left <= SAM_FRAME_LENGTH_MAX && flow->n <= sizeof flow->reports - SAM_REPORT_SIZE);
        at += part;
    }
    free(given);
    free(flow);
    return 0;
}
