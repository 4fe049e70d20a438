/* A SAM reader on USB, without USB: which pipes carry its frames, by its descriptors, and where in what comes from
 * them one answer ends. Pure: the port, the unit tests and the fuzzer drive the same.
 *
 *   four pipes   OUT 02 and IN 81 carry the first 7 bytes of a frame, OUT 06 and IN 85 the rest (the original SAM_V)
 *   a pair       one bulk pipe out, one in, a whole frame at once
 *   reports      a HID device: 64-byte reports; a request is padded with zeros; an answer has one byte before its
 *                frame. Sources disagree whether each further report has it again or only the first, so the checksum
 *                decides, and what it decided is remembered. */
#ifndef READERS_SAM_PIPES_H
#define READERS_SAM_PIPES_H
#include "readers/sam_frame.h"

enum {
    SAM_REPORT_SIZE = 64,
    SAM_HEAD_SIZE = 7, /* preamble and length */
    SAM_ANSWER_SIZE = SAM_HEAD_SIZE + SAM_FRAME_LENGTH_MAX,
};

enum sam_layout { SAM_LAYOUT_NONE, SAM_LAYOUT_FOUR, SAM_LAYOUT_PAIR, SAM_LAYOUT_REPORTS };

struct sam_endpoint {
    uint8_t address;   /* bit 7: in */
    bool is_interrupt; /* else bulk; others are left out */
    uint16_t packet;
};

struct sam_pipes {
    enum sam_layout layout;
    uint8_t out, out_rest, in, in_rest; /* addresses; out 0 with reports: by control transfers */
    uint16_t packet;                    /* of the pipes in, the larger one */
};

/* What the endpoints of one interface make possible; layout NONE when nothing. */
struct sam_pipes sam_pipes_choose(bool is_hid, const struct sam_endpoint *endpoints, size_t n);
/* "four pipes", "a pair of pipes", "reports". */
const char *sam_layout_name(enum sam_layout);

struct sam_inflow {
    const struct sam_pipes *pipes; /* borrowed */
    size_t left;                   /* bytes of the current answer still to come */
    bool is_dirty;                 /* what came was no answer: drain the pipes before the next request */
    bool is_learnt, leads_each;    /* reports: whether each has the byte in front */
    size_t n;                      /* bytes of reports, of the current answer */
    uint8_t reports[SAM_ANSWER_SIZE / (SAM_REPORT_SIZE - 1) * SAM_REPORT_SIZE + 2 * SAM_REPORT_SIZE];
};

void sam_inflow_init(struct sam_inflow *, const struct sam_pipes *);
/* A new request goes out: what is left of the last answer no longer matters. */
void sam_inflow_begin(struct sam_inflow *);
/* The pipe that has the next bytes, and how many to ask for, a multiple of its packets, at most `most`. */
uint8_t sam_inflow_next(const struct sam_inflow *, size_t most, size_t *ret_size);
/* One transfer came. Gives in ret_bytes, of room SAM_ANSWER_SIZE, what can be handed on: at once with pipes; with
 * reports when the answer is complete. */
size_t sam_inflow_take(struct sam_inflow *, const uint8_t *bytes, size_t size,
                       uint8_t ret_bytes[static SAM_ANSWER_SIZE]);

#endif
