/* A SAM session against a device that does what the input says. First byte of each step:
 *   0 answers a bare status (next byte)     1 answers "selected"        2 answers a good record
 *   3 answers a damaged record              4 waits (next byte, 20 ms)  5 writes raw bytes (count, bytes)
 *   6 answers a record with a byte changed (offset, value)              others: the request goes unanswered
 * Whatever it does: requests are well-formed and never pile up, there is at most one outcome per record or card
 * found, a reading has a number that checks, and afterwards a well-behaved device is heard again. */
#include "base/bytes.h"
#include "identity/id_number.h"
#include "identity/sam_text.h"
#include "readers/sam_session.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define CHECK(truth)                                                                                         \
    do {                                                                                                     \
        if (!(truth))                                                                                        \
            abort();                                                                                         \
    } while (0)

enum { MS = 1000, FRAME_MAX = 1400 };

struct world {
    struct sam_session session;
    int64_t now_us;
    unsigned reads, outcomes; /* requests for a record; readings and faults, and what each fault took */
    unsigned selects;
    bool is_ready;
    uint8_t record[4 + SAM_TEXT_SIZE + 1024];
};

static void take(struct world *w, struct sam_event *event)
{
    struct presentation *p = &event->presentation;
    char number[ID_NUMBER_LENGTH + 1];
    if (event->kind == SAM_EVENT_READING) {
        CHECK(p->medium == MEDIUM_ID_CARD);
        CHECK(id_number_parse(p->id_number, strlen(p->id_number), number) == ID_NUMBER_OK);
    }
    if (event->kind == SAM_EVENT_READING || event->kind == SAM_EVENT_FAULT)
        CHECK(++w->outcomes <= w->reads + w->selects);
    if (event->kind == SAM_EVENT_FAULT)
        CHECK(event->fault < READER_FAULT_COUNT && strlen(event->detail) < sizeof event->detail);
    if (event->kind == SAM_EVENT_TROUBLE)
        CHECK(event->code && event->detail[0]);
    if (event->kind == SAM_EVENT_READY)
        w->is_ready = true;
}

static void say(struct world *w, const uint8_t *bytes, size_t size)
{
    for (size_t at = 0, used; at < size; at += used) {
        struct sam_event event;
        sam_session_feed(&w->session, bytes + at, size - at, w->now_us, &used, &event);
        CHECK(used > 0 && used <= size - at);
        take(w, &event);
    }
}

static void answer(struct world *w, uint8_t sw3, const uint8_t *data, size_t size, uint8_t damage)
{
    uint8_t frame[FRAME_MAX] = {0xaa, 0xaa, 0xaa, 0x96, 0x69, (uint8_t)((size + 4) >> 8), (uint8_t)(size + 4),
                                0,    0,    sw3};
    uint8_t sum = 0;
    if (size)
        memcpy(frame + 10, data, size);
    for (size_t i = 5; i < 10 + size; i++)
        sum ^= frame[i];
    frame[10 + size] = sum ^ damage;
    say(w, frame, 11 + size);
}

/* Lets time go by until a request is sent; it always is. */
static void wait_for_request(struct world *w)
{
    for (int i = 0; i < 2000; i++, w->now_us += 10 * MS) {
        uint8_t request[SAM_REQUEST_SIZE];
        struct sam_event event;
        sam_session_tick(&w->session, w->now_us, &event);
        take(w, &event);
        if (!sam_session_send(&w->session, w->now_us, request))
            continue;
        CHECK(memcmp(request, "\xaa\xaa\xaa\x96\x69\x00\x03", 7) == 0);
        CHECK((request[7] ^ request[8] ^ 3) == request[9]);
        CHECK(!sam_session_send(&w->session, w->now_us, request));
        w->reads += request[7] == 0x30;
        w->selects += request[7] == 0x20 && request[8] == 0x02;
        return;
    }
    abort();
}

static size_t play_step(struct world *w, const uint8_t *bytes, size_t size)
{
    static const uint8_t zeros[8];
    const uint8_t a = size > 1 ? bytes[1] : 0, b = size > 2 ? bytes[2] : 0;
    size_t n;
    switch (bytes[0]) {
    case 0:
        wait_for_request(w);
        answer(w, a, zeros, a == 0x9f ? 4 : 0, 0);
        return 2;
    case 1:
        wait_for_request(w);
        answer(w, 0x90, zeros, 8, 0);
        return 1;
    case 2:
    case 3:
        wait_for_request(w);
        answer(w, 0x90, w->record, sizeof w->record, bytes[0] == 3);
        return 1;
    case 4:
        w->now_us += a * 20 * MS;
        return 2;
    case 5:
        n = size > 2 && a < size - 2 ? a : size > 2 ? size - 2 : 0;
        say(w, bytes + 2, n);
        return 2 + n;
    case 6:
        wait_for_request(w);
        w->record[a] ^= b;
        answer(w, 0x90, w->record, sizeof w->record, 0);
        w->record[a] ^= b;
        return 3;
    default:
        wait_for_request(w);
        return 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    CHECK(sodium_init() >= 0);
    struct world *w = bytes_alloc(sizeof *w);
    w->now_us = 1000 * 1000 * MS;
    memcpy(w->record, "\x01\x00\x04\x00", 4);
    CHECK(sam_text_compose("张测试", "990101199001010019", "LONG", w->record + 4) == 0);
    sam_session_init(&w->session, w->now_us);
    w->session.wants_address = size % 2 == 1;
    for (size_t at = 0; at < size && at < 4096;)
        at += play_step(w, bytes + at, size - at);
    w->is_ready = w->session.is_ready && !w->session.is_troubled;
    for (int i = 0; i < 12; i++) { /* and now a device without faults */
        wait_for_request(w);
        answer(w, w->session.step == SAM_STEP_PROBE ? 0x90 : 0x80, NULL, 0, 0);
    }
    CHECK(w->is_ready && w->session.misses == 0);
    free(w);
    return 0;
}
