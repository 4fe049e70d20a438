/* Frames of the SAM_V reader protocol, as vendors describe it:
 *   host to reader  AA AA AA 96 69 | LenH LenL | CMD PARA          | CHK
 *   reader to host  AA AA AA 96 69 | LenH LenL | SW1 SW2 SW3 data | CHK
 * Len counts what follows it, CHK included; CHK is the XOR of everything from LenH on. Pure: a push parser
 * that the reader, the unit tests and the fuzzer all drive. */
#ifndef READERS_SAM_FRAME_H
#define READERS_SAM_FRAME_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SAM_FRAME_LENGTH_MIN = 4,    /* SW1..SW3 and CHK */
    SAM_FRAME_LENGTH_MAX = 4096, /* the largest real reply, text + photo + fingerprints, has 2314 */
    SAM_REQUEST_SIZE = 10,
    SAM_FRAME_TAIL_SIZE = 6,
};

/* A reply whose length and checksum hold. */
struct sam_frame {
    uint8_t status[3];   /* status[2] is the outcome; the other two come from the card */
    const uint8_t *data; /* borrowed from the parser until its next feed or reset */
    size_t size;
};

enum sam_frame_event {
    SAM_FRAME_NONE, /* everything was taken, more is needed */
    SAM_FRAME_WHOLE,
    SAM_FRAME_BAD_LENGTH,
    SAM_FRAME_BAD_CHECKSUM,
};

struct sam_frame_parser {
    bool is_inside;                         /* a frame: its header has been seen */
    uint8_t tail[SAM_FRAME_TAIL_SIZE];      /* the last bytes while hunting for a header */
    size_t size;                            /* of body */
    size_t expected;                        /* 2 + Len once the length is known */
    uint8_t body[2 + SAM_FRAME_LENGTH_MAX]; /* from LenH on */
};

/* Forgets everything and wipes what a card may have said. */
void sam_frame_reset(struct sam_frame_parser *);

/* Takes bytes up to the end of the next frame, in pieces of any size. *ret_used says how many were taken;
 * call again with the rest after an event. Garbage before the header is skipped; more than three AA are
 * tolerated, and so is one foreign byte among them (AA 00 AA AA 96 69 has been seen on a live line). Inside a
 * frame bytes are counted, never matched, so a header within the data means nothing. *ret_frame is written
 * only with SAM_FRAME_WHOLE. */
enum sam_frame_event sam_frame_feed(struct sam_frame_parser *, const uint8_t *bytes, size_t size,
                                    size_t *ret_used, struct sam_frame *ret_frame);

/* True while a header has been seen whose frame is not complete. */
bool sam_frame_is_open(const struct sam_frame_parser *);

/* Composes a request without data. */
void sam_frame_request(uint8_t command, uint8_t parameter, uint8_t ret_request[static SAM_REQUEST_SIZE]);

#endif
