/* Layouts and ends of answers. Pure; must not trust a length that a device gives. */
#include "readers/sam_pipes.h"
#include "base/bytes.h"
#include <string.h>

enum { OUT_HEAD = 0x02, OUT_REST = 0x06, IN_HEAD = 0x81, IN_REST = 0x85, IN_BIT = 0x80 };

static const struct sam_endpoint *find(const struct sam_endpoint *endpoints, size_t n, uint8_t address)
{
    for (size_t i = 0; i < n; i++)
        if (endpoints[i].address == address && !endpoints[i].is_interrupt)
            return &endpoints[i];
    return NULL;
}

static const struct sam_endpoint *first(const struct sam_endpoint *endpoints, size_t n, bool is_in,
                                        bool is_interrupt)
{
    for (size_t i = 0; i < n; i++)
        if (((endpoints[i].address & IN_BIT) != 0) == is_in && endpoints[i].is_interrupt == is_interrupt)
            return &endpoints[i];
    return NULL;
}

static uint16_t packet_of(const struct sam_endpoint *one, const struct sam_endpoint *two)
{
    const uint16_t most = one->packet > two->packet ? one->packet : two->packet;
    return most ? most : SAM_REPORT_SIZE;
}

struct sam_pipes sam_pipes_choose(bool is_hid, const struct sam_endpoint *endpoints, size_t n)
{
    const struct sam_endpoint *in = first(endpoints, n, true, is_hid),
                              *out = first(endpoints, n, false, is_hid);
    const struct sam_endpoint *in_head = find(endpoints, n, IN_HEAD), *in_rest = find(endpoints, n, IN_REST);
    if (is_hid && in)
        return (struct sam_pipes){.layout = SAM_LAYOUT_REPORTS,
                                  .out = out ? out->address : 0,
                                  .in = in->address,
                                  .in_rest = in->address,
                                  .packet = SAM_REPORT_SIZE};
    if (in_head && in_rest && find(endpoints, n, OUT_HEAD) && find(endpoints, n, OUT_REST))
        return (struct sam_pipes){SAM_LAYOUT_FOUR, OUT_HEAD, OUT_REST,
                                  IN_HEAD,         IN_REST,  packet_of(in_head, in_rest)};
    if (!is_hid && in && out)
        return (struct sam_pipes){SAM_LAYOUT_PAIR, out->address, out->address,
                                  in->address,     in->address,  packet_of(in, in)};
    return (struct sam_pipes){.layout = SAM_LAYOUT_NONE};
}

const char *sam_layout_name(enum sam_layout layout)
{
    static const char *const names[] = {"no pipes", "four pipes", "a pair of pipes", "reports"};
    return names[layout];
}

/* ---- answers */

void sam_inflow_init(struct sam_inflow *f, const struct sam_pipes *pipes)
{
    *f = (struct sam_inflow){.pipes = pipes};
}

void sam_inflow_begin(struct sam_inflow *f)
{
    wipe_bytes(f->reports, f->n);
    f->left = f->n = 0;
    f->is_dirty = false;
}

/* Bytes of the whole frame that begins here, 0 when none does. */
static size_t frame_size(const uint8_t *bytes, size_t size)
{
    static const uint8_t preamble[] = {0xaa, 0xaa, 0xaa, 0x96, 0x69};
    if (size < SAM_HEAD_SIZE || memcmp(bytes, preamble, sizeof preamble) != 0)
        return 0;
    const size_t length = (size_t)bytes[5] << 8 | bytes[6];
    return length < SAM_FRAME_LENGTH_MIN || length > SAM_FRAME_LENGTH_MAX ? 0 : SAM_HEAD_SIZE + length;
}

uint8_t sam_inflow_next(const struct sam_inflow *f, size_t most, size_t *ret_size)
{
    const size_t packet = f->pipes->packet;
    const bool is_rest = f->left > 0 && f->pipes->layout != SAM_LAYOUT_REPORTS;
    size_t size = is_rest ? (f->left + packet - 1) / packet * packet : packet;
    if (size > most)
        size = most / packet * packet;
    *ret_size = size;
    return is_rest ? f->pipes->in_rest : f->pipes->in;
}

static size_t take_piece(struct sam_inflow *f, const uint8_t *bytes, size_t size, uint8_t *ret_bytes)
{
    if (size > SAM_ANSWER_SIZE)
        size = SAM_ANSWER_SIZE;
    if (f->left == 0) {
        const size_t whole = frame_size(bytes, size);
        f->is_dirty |= whole < size; /* also when it is no frame at all */
        f->left = whole > size ? whole - size : 0;
    } else {
        f->is_dirty |= size > f->left;
        f->left -= size > f->left ? f->left : size;
    }
    memcpy(ret_bytes, bytes, size);
    return size;
}

/* The frame out of the reports, `lead` bytes before the first part and `each` before the further ones; false when
 * that takes more reports, or its checksum is wrong. */
static bool unpack(const struct sam_inflow *f, size_t lead, size_t each, size_t whole, uint8_t *ret_frame)
{
    size_t done = 0;
    for (size_t at = 0; at < f->n && done < whole; at += SAM_REPORT_SIZE) {
        const size_t skip = at == 0 ? lead : each, room = SAM_REPORT_SIZE - skip;
        const size_t part = whole - done < room ? whole - done : room;
        memcpy(ret_frame + done, f->reports + at + skip, part);
        done += part;
    }
    uint8_t sum = 0;
    for (size_t i = SAM_HEAD_SIZE - 2; i < done; i++)
        sum ^= ret_frame[i];
    return done == whole && sum == 0;
}

static size_t give_all(struct sam_inflow *f, uint8_t *ret_bytes)
{
    const size_t size = f->n < SAM_ANSWER_SIZE ? f->n : SAM_ANSWER_SIZE;
    memcpy(ret_bytes, f->reports, size);
    f->is_dirty = true;
    return size;
}

/* Which of both ways of packing holds a frame, when both or one does. */
static bool choose_packing(struct sam_inflow *f, size_t whole, bool is_complete, uint8_t *ret_frame)
{
    const bool is_first = unpack(f, 1, 0, whole, ret_frame), is_each = unpack(f, 1, 1, whole, ret_frame);
    const bool takes_each = is_each && (!is_first || (f->is_learnt && f->leads_each));
    if (!is_first && !is_each)
        return false;
    if (!takes_each && f->is_learnt && f->leads_each && !is_complete)
        return false; /* the way that was learnt needs another report */
    if (is_first != is_each) {
        f->is_learnt = true;
        f->leads_each = is_each;
    }
    return unpack(f, 1, takes_each ? 1 : 0, whole, ret_frame);
}

/* What the reports make, 0 when more are needed. */
static size_t join(struct sam_inflow *f, uint8_t *ret_bytes)
{
    const size_t at_once = frame_size(f->reports, f->n), behind = frame_size(f->reports + 1, f->n - 1);
    const size_t whole = at_once ? at_once : behind;
    if (whole == 0)
        return give_all(f, ret_bytes);
    const size_t most = (whole + SAM_REPORT_SIZE - 2) / (SAM_REPORT_SIZE - 1) * SAM_REPORT_SIZE;
    const bool is_complete = f->n >= most;
    if (at_once ? unpack(f, 0, 0, whole, ret_bytes) : choose_packing(f, whole, is_complete, ret_bytes))
        return whole;
    return is_complete ? give_all(f, ret_bytes) : 0;
}

size_t sam_inflow_take(struct sam_inflow *f, const uint8_t *bytes, size_t size,
                       uint8_t ret_bytes[static SAM_ANSWER_SIZE])
{
    if (size == 0)
        return 0;
    if (f->pipes->layout != SAM_LAYOUT_REPORTS)
        return take_piece(f, bytes, size, ret_bytes);
    const size_t part = size < SAM_REPORT_SIZE ? size : SAM_REPORT_SIZE;
    memset(f->reports + f->n, 0, SAM_REPORT_SIZE);
    memcpy(f->reports + f->n, bytes, part);
    f->n += SAM_REPORT_SIZE;
    f->left = 1;
    const size_t given = join(f, ret_bytes);
    if (given > 0) {
        wipe_bytes(f->reports, f->n);
        f->n = f->left = 0;
    }
    return given;
}
