/* The conversation with a SAM_V reader: ask its status and its number, then look for a card, select it, read it;
 * over and over. Pure: bytes and time in, requests and events out; the reader, the golden captures and the fuzzer
 * drive the same.
 *
 * One presentation gives exactly one event. The answer "found" (9F) is the arrival of a card; it is then
 * selected and read once. Afterwards "not found" (80) means that it rests there or has gone, which cannot be
 * told apart, so nothing is concluded from it. The same number again less than two seconds after it was last
 * seen is the same presentation (modules exist that keep finding a resting card). A spoilt answer to "find"
 * may have been a "found", which the reader will not repeat, so the card is asked for all the same, quietly.
 */
#ifndef READERS_SAM_SESSION_H
#define READERS_SAM_SESSION_H
#include "identity/medium.h"
#include "readers/reader_fault.h"
#include "readers/reader_gate.h"
#include "readers/sam_frame.h"
#include "readers/sam_items.h"
#include "readers/sam_status.h"

enum {
    SAM_POLL_US = 310000,          /* vendors: more than 300 ms between two searches */
    SAM_ANSWER_US = 500000,        /* to the first byte of an answer, and between two bytes */
    SAM_READ_ANSWER_US = 1500000,  /* to the first byte of the record */
    SAM_WHOLE_ANSWER_US = 2000000, /* in all */
    SAM_WHOLE_READ_US = 5000000,
    SAM_NOISE_MAX = 8192,     /* bytes: whoever says more without an answer in it makes noise */
    SAM_SILENCE_US = 2000000, /* a reader that says nothing for so long is gone or frozen */
    SAM_SETTLE_US = 50000,    /* quiet time after a spoilt answer */
    SAM_MISSES_MAX = 4,       /* useless answers in a row that make it trouble */
};

enum sam_event_kind {
    SAM_EVENT_NONE,
    SAM_EVENT_READY, /* the reader answers as it should: first time, or again after trouble; detail: its number */
    SAM_EVENT_READING, /* presentation */
    SAM_EVENT_ADDRESS, /* detail: the newest address of the card just read, "" when it has none; only when asked */
    SAM_EVENT_FAULT,   /* fault, detail: a card was there and gave no reading */
    SAM_EVENT_TROUBLE, /* code, detail: the reader itself is unwell; the session goes on */
    SAM_EVENT_SILENT,  /* open the device anew */
};

struct sam_event {
    enum sam_event_kind kind;
    enum reader_fault fault;
    const char *code;
    char detail[SAM_STATUS_TEXT_SIZE];
    struct presentation presentation; /* wipe it when done */
};

enum sam_step {
    SAM_STEP_PROBE,  /* 11 FF */
    SAM_STEP_NUMBER, /* 12 FF; also proves a reader well that refuses 11 FF */
    SAM_STEP_FIND,
    SAM_STEP_SELECT,
    SAM_STEP_READ,
    SAM_STEP_ADDRESS,
};

struct sam_session {
    struct sam_frame_parser parser;
    struct reader_gate gate;
    enum sam_step step;
    bool is_waiting;    /* for the answer to a request */
    bool has_heard;     /* bytes came since that request */
    size_t heard_bytes; /* how many */
    bool is_card_sure;  /* 9F was seen */
    bool is_spoilt;     /* an answer of this presentation was damaged */
    bool is_second_try; /* select or read is being asked for again */
    bool is_probed;     /* the status was answered well */
    bool
        wants_address; /* set it after init, for a person who tries a reader by hand; never in the daemon's name:
                           personal data that nobody needs is not collected */
    bool is_ready, is_troubled;
    unsigned misses;
    int64_t sent_us, heard_us, next_us, last_fault_us;
    enum reader_fault last_fault;
    char number[SAM_NUMBER_TEXT_SIZE]; /* of the SAM, or "" */
};

void sam_session_init(struct sam_session *, int64_t now_us);

/* Bytes that came from the reader, up to the next event; *ret_used says how many were taken. ret_event->kind
 * is always written, the rest with it. */
void sam_session_feed(struct sam_session *, const uint8_t *bytes, size_t size, int64_t now_us,
                      size_t *ret_used, struct sam_event *ret_event);
/* Time has passed. */
void sam_session_tick(struct sam_session *, int64_t now_us, struct sam_event *ret_event);
/* True when a request is to be sent now; it then counts as sent. */
bool sam_session_send(struct sam_session *, int64_t now_us, uint8_t ret_request[static SAM_REQUEST_SIZE]);
/* When tick or send will have something to do. */
int64_t sam_session_due_us(const struct sam_session *);

#endif
