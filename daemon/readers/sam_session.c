/* What to ask a SAM reader next and what its answers mean. No I/O, no clock; one thread. */
#include "readers/sam_session.h"
#include "base/bytes.h"
#include "identity/sam_text.h"
#include "readers/sam_status.h"
#include <stdio.h>
#include <string.h>

enum { RECORD_HEADER_SIZE = 4 }; /* lengths of text and photo, big-endian */

static const uint8_t requests[][2] = {
    [SAM_STEP_PROBE] = {0x11, 0xff},  [SAM_STEP_NUMBER] = {0x12, 0xff}, [SAM_STEP_FIND] = {0x20, 0x01},
    [SAM_STEP_SELECT] = {0x20, 0x02}, [SAM_STEP_READ] = {0x30, 0x01},   [SAM_STEP_ADDRESS] = {0x30, 0x03},
};

void sam_session_init(struct sam_session *s, int64_t now_us)
{
    *s = (struct sam_session){.step = SAM_STEP_PROBE, .heard_us = now_us, .next_us = now_us};
    s->last_fault_us = now_us - 2 * READER_GATE_AGAIN_US;
    reader_gate_init(&s->gate, true);
}

static void go_to(struct sam_session *s, enum sam_step step, int64_t next_us)
{
    if (step == SAM_STEP_FIND || step == SAM_STEP_PROBE)
        s->is_card_sure = s->is_spoilt = false;
    if (step == SAM_STEP_PROBE)
        s->is_probed = false;
    s->is_second_try = false;
    s->step = step;
    s->next_us = next_us;
}

static void look_again(struct sam_session *s)
{
    go_to(s, SAM_STEP_FIND, s->sent_us + SAM_POLL_US);
}

static void give_fault(struct sam_session *s, enum reader_fault fault, const char *detail, int64_t now_us,
                       struct sam_event *ret)
{
    const bool is_repeated = fault == s->last_fault && now_us - s->last_fault_us < READER_GATE_AGAIN_US;
    s->last_fault = fault;
    s->last_fault_us = now_us;
    if (is_repeated)
        return;
    ret->kind = SAM_EVENT_FAULT;
    ret->fault = fault;
    snprintf(ret->detail, sizeof ret->detail, "%s", detail);
}

static void give_trouble(struct sam_session *s, const char *code, const char *detail, struct sam_event *ret)
{
    s->is_troubled = true;
    if (ret->kind != SAM_EVENT_NONE)
        return; /* the person at the door comes first; trouble shows again at the next answer */
    ret->kind = SAM_EVENT_TROUBLE;
    ret->code = code;
    snprintf(ret->detail, sizeof ret->detail, "%s", detail);
}

/* An answer that said nothing of use. */
static void miss(struct sam_session *s, const char *code, const char *detail, struct sam_event *ret)
{
    if (++s->misses >= SAM_MISSES_MAX)
        give_trouble(s, code, detail, ret);
}

static void is_well(struct sam_session *s, struct sam_event *ret)
{
    s->misses = 0;
    if (s->is_ready && !s->is_troubled)
        return;
    s->is_ready = true;
    s->is_troubled = false;
    ret->kind = SAM_EVENT_READY;
    snprintf(ret->detail, sizeof ret->detail, "%s", s->number);
}

/* An answer that refuses a command. */
static void miss_status(struct sam_session *s, uint8_t sw3, struct sam_event *ret)
{
    char detail[SAM_STATUS_TEXT_SIZE];
    sam_status_text(sw3, detail);
    miss(s, "reader-refuses", detail, ret);
}

/* The SAM itself is out of order: keep asking until it recovers. */
static bool is_out_of_order(struct sam_session *s, uint8_t sw3, struct sam_event *ret)
{
    if (sw3 != SAM_SELF_TEST_FAILED && sw3 != SAM_NOT_AUTHORISED)
        return false;
    char detail[SAM_STATUS_TEXT_SIZE];
    sam_status_text(sw3, detail);
    give_trouble(s, sw3 == SAM_SELF_TEST_FAILED ? "sam-self-test-failed" : "sam-not-authorised", detail, ret);
    go_to(s, SAM_STEP_PROBE, s->sent_us + SAM_ANSWER_US);
    return true;
}

static void end_without_reading(struct sam_session *s, enum reader_fault fault, const char *detail,
                                int64_t now_us, struct sam_event *ret)
{
    if (s->is_card_sure)
        give_fault(s, s->is_spoilt ? READER_FAULT_FRAME_GARBLED : fault, detail, now_us, ret);
    look_again(s);
}

static void refuse_card(struct sam_session *s, uint8_t sw3, int64_t now_us, struct sam_event *ret)
{
    char detail[SAM_STATUS_TEXT_SIZE];
    sam_status_text(sw3, detail);
    end_without_reading(s, sam_status(sw3)->fault, detail, now_us, ret);
    is_out_of_order(s, sw3, ret);
}

/* The text within a base record; NULL when its lengths do not add up. */
static const uint8_t *text_of_record(const struct sam_frame *frame)
{
    if (frame->size < RECORD_HEADER_SIZE)
        return NULL;
    const size_t text = (size_t)frame->data[0] << 8 | frame->data[1];
    const size_t photo = (size_t)frame->data[2] << 8 | frame->data[3];
    if (text != SAM_TEXT_SIZE || RECORD_HEADER_SIZE + text + photo != frame->size)
        return NULL;
    return frame->data + RECORD_HEADER_SIZE;
}

static void take_record(struct sam_session *s, const struct sam_frame *frame, int64_t now_us,
                        struct sam_event *ret)
{
    static const struct {
        enum reader_fault fault;
        const char *detail;
    } faults[] = {
        [SAM_TEXT_BAD_SIZE] = {READER_FAULT_CARD_UNREADABLE, "record of another size"},
        [SAM_TEXT_BAD_ENCODING] = {READER_FAULT_CARD_UNREADABLE, "record is not UTF-16"},
        [SAM_TEXT_UNSUPPORTED_CARD] = {READER_FAULT_CARD_UNSUPPORTED, "card of another type"},
        [SAM_TEXT_BAD_ID_NUMBER] = {READER_FAULT_BAD_ID_NUMBER, "the number on the card does not check"},
        [SAM_TEXT_BAD_NAME] = {READER_FAULT_CARD_UNREADABLE, "the name on the card is no plain text"},
    };
    const uint8_t *text = text_of_record(frame);
    const enum sam_text_fault fault =
        text ? sam_text_parse(text, SAM_TEXT_SIZE, &ret->presentation) : SAM_TEXT_BAD_SIZE;
    s->is_card_sure = true; /* a record proves the card, whatever became of the "found" */
    s->is_spoilt = false;
    if (fault != SAM_TEXT_OK) {
        end_without_reading(s, faults[fault].fault, faults[fault].detail, now_us, ret);
        return;
    }
    const char *number = ret->presentation.id_number;
    const bool is_new = reader_gate_is_new(&s->gate, number, strlen(number), now_us);
    if (is_new)
        ret->kind = SAM_EVENT_READING;
    else
        presentation_wipe(&ret->presentation);
    if (is_new && s->wants_address)
        go_to(s, SAM_STEP_ADDRESS, now_us);
    else
        look_again(s);
}

static void take_address(struct sam_session *s, const struct sam_frame *frame, struct sam_event *ret)
{
    static const char none[] = "";
    char text[SAM_ADDRESS_TEXT_SIZE];
    const uint8_t sw3 = frame->status[2];
    if (sw3 == SAM_OK && sam_address_text(frame->data, frame->size, text) == 0)
        ret->kind = SAM_EVENT_ADDRESS;
    else if (sw3 == SAM_NO_ITEM)
        ret->kind = SAM_EVENT_ADDRESS;
    if (ret->kind == SAM_EVENT_ADDRESS)
        snprintf(ret->detail, sizeof ret->detail, "%s", sw3 == SAM_OK ? text : none);
    look_again(s);
}

static void take_probe_answer(struct sam_session *s, uint8_t sw3, int64_t now_us, struct sam_event *ret)
{
    if (is_out_of_order(s, sw3, ret))
        return;
    s->is_probed = sw3 == SAM_OK;
    go_to(s, SAM_STEP_NUMBER, s->is_probed ? now_us : s->sent_us + SAM_ANSWER_US);
    if (!s->is_probed)
        miss_status(s, sw3, ret);
}

static void begin_finding(struct sam_session *s, int64_t now_us, struct sam_event *ret)
{
    is_well(s, ret);
    go_to(s, SAM_STEP_FIND, now_us);
}

static void take_number_answer(struct sam_session *s, const struct sam_frame *frame, int64_t now_us,
                               struct sam_event *ret)
{
    const uint8_t sw3 = frame->status[2];
    if (is_out_of_order(s, sw3, ret))
        return;
    if (sw3 == SAM_OK)
        sam_number_text(frame->data, s->number);
    if (sw3 == SAM_OK || s->is_probed) {
        begin_finding(s, now_us, ret);
    } else {
        go_to(s, SAM_STEP_PROBE, s->sent_us + SAM_ANSWER_US);
        miss_status(s, sw3, ret);
    }
}

static void take_find_answer(struct sam_session *s, uint8_t sw3, struct sam_event *ret)
{
    if (is_out_of_order(s, sw3, ret))
        return;
    if (sw3 == SAM_NOT_FOUND)
        reader_gate_gone(
            &s->gate); /* or resting: then the next "found" is the next presentation all the same */
    if (sw3 == SAM_NOT_FOUND)
        is_well(s, ret);
    else
        miss_status(s, sw3, ret);
    look_again(s);
}

/* An answer said twice, or late, must not be taken for the one that is awaited. */
static bool is_stale(const struct sam_session *s, const struct sam_frame *frame)
{
    const uint8_t sw3 = frame->status[2];
    switch (s->step) {
    case SAM_STEP_PROBE:
        return false;
    case SAM_STEP_NUMBER:
        return sw3 == SAM_OK && frame->size != SAM_NUMBER_SIZE;
    case SAM_STEP_FIND:
        return sw3 == SAM_OK;
    case SAM_STEP_SELECT:
        return sw3 == SAM_FOUND;
    case SAM_STEP_READ:
        return sw3 == SAM_FOUND || (sw3 == SAM_OK && frame->size < RECORD_HEADER_SIZE + SAM_TEXT_SIZE);
    case SAM_STEP_ADDRESS:
        return sw3 == SAM_FOUND || (sw3 == SAM_OK && frame->size != SAM_ADDRESS_SIZE);
    }
    return false;
}

static void take_awaited(struct sam_session *s, const struct sam_frame *frame, int64_t now_us,
                         struct sam_event *ret)
{
    const uint8_t sw3 = frame->status[2];
    s->is_waiting = false;
    if (s->step == SAM_STEP_PROBE) {
        take_probe_answer(s, sw3, now_us, ret);
    } else if (s->step == SAM_STEP_NUMBER) {
        take_number_answer(s, frame, now_us, ret);
    } else if (s->step == SAM_STEP_ADDRESS) {
        take_address(s, frame, ret);
    } else if (s->step == SAM_STEP_FIND) {
        take_find_answer(s, sw3, ret);
    } else if (sw3 != SAM_OK) {
        refuse_card(s, sw3, now_us, ret);
    } else if (s->step == SAM_STEP_SELECT) {
        go_to(s, SAM_STEP_READ, now_us);
    } else {
        s->misses = 0;
        take_record(s, frame, now_us, ret);
    }
}

static void take_frame(struct sam_session *s, const struct sam_frame *frame, int64_t now_us,
                       struct sam_event *ret)
{
    if (frame->status[2] == SAM_FOUND && s->step <= SAM_STEP_FIND) { /* even late: it will not be repeated */
        s->is_waiting = false;
        is_well(s, ret);
        s->is_card_sure = true;
        go_to(s, SAM_STEP_SELECT, now_us);
    } else if (s->is_waiting && !is_stale(s, frame)) {
        take_awaited(s, frame, now_us, ret);
    }
}

/* The answer came damaged or only in part. */
static void take_spoilt_answer(struct sam_session *s, const char *detail, int64_t now_us,
                               struct sam_event *ret)
{
    s->is_waiting = false;
    s->is_spoilt = true;
    const int64_t next_us = now_us + SAM_SETTLE_US;
    if (s->step == SAM_STEP_ADDRESS) {
        look_again(s);
    } else if (s->step == SAM_STEP_READ && s->is_second_try) {
        end_without_reading(s, READER_FAULT_FRAME_GARBLED, detail, now_us, ret);
        s->next_us = next_us > s->next_us ? next_us : s->next_us;
    } else if (s->step == SAM_STEP_READ) {
        s->is_second_try = true;
        s->next_us = next_us;
    } else if (s->step != SAM_STEP_PROBE) {
        go_to(s, s->step + 1, next_us);
        s->is_spoilt = true;
    } else {
        s->next_us = next_us;
    }
    miss(s, "garbled-answers", detail, ret);
}

static void take_silence(struct sam_session *s, int64_t now_us, struct sam_event *ret)
{
    const bool is_card_step = s->step == SAM_STEP_SELECT || s->step == SAM_STEP_READ;
    s->is_waiting = false;
    s->next_us = now_us;
    if (is_card_step && !s->is_second_try)
        s->is_second_try = true;
    else if (is_card_step)
        end_without_reading(s, READER_FAULT_NO_ANSWER, "no answer", now_us, ret);
    else if (s->step == SAM_STEP_ADDRESS)
        look_again(s);
    else if (s->step == SAM_STEP_NUMBER && s->is_probed)
        begin_finding(s, now_us, ret);
    else if (s->step == SAM_STEP_NUMBER)
        go_to(s, SAM_STEP_PROBE, now_us);
    if (ret->kind == SAM_EVENT_NONE && now_us - s->heard_us >= SAM_SILENCE_US)
        ret->kind = SAM_EVENT_SILENT;
}

void sam_session_feed(struct sam_session *s, const uint8_t *bytes, size_t size, int64_t now_us,
                      size_t *ret_used, struct sam_event *ret_event)
{
    struct sam_frame frame;
    size_t used = 0;
    *ret_event = (struct sam_event){.kind = SAM_EVENT_NONE};
    if (size > 0) {
        s->has_heard = true;
        s->heard_us = now_us;
    }
    while (used < size && ret_event->kind == SAM_EVENT_NONE) {
        size_t taken;
        const enum sam_frame_event event =
            sam_frame_feed(&s->parser, bytes + used, size - used, &taken, &frame);
        used += taken;
        if (event == SAM_FRAME_WHOLE) {
            take_frame(s, &frame, now_us, ret_event);
            sam_frame_reset(&s->parser);
        } else if (event != SAM_FRAME_NONE && s->is_waiting) {
            const char *detail = event == SAM_FRAME_BAD_LENGTH ? "impossible length" : "wrong checksum";
            take_spoilt_answer(s, detail, now_us, ret_event);
        }
    }
    s->heard_bytes += used;
    if (s->is_waiting && s->heard_bytes > SAM_NOISE_MAX && ret_event->kind == SAM_EVENT_NONE)
        take_spoilt_answer(s, "no end of bytes", now_us, ret_event);
    *ret_used = used;
}

static int64_t give_up_us(const struct sam_session *s)
{
    const bool is_read = s->step == SAM_STEP_READ || s->step == SAM_STEP_ADDRESS;
    if (!s->has_heard)
        return s->sent_us + (is_read ? SAM_READ_ANSWER_US : SAM_ANSWER_US);
    const int64_t whole = s->sent_us + (is_read ? SAM_WHOLE_READ_US : SAM_WHOLE_ANSWER_US);
    const int64_t gap = s->heard_us + SAM_ANSWER_US;
    return gap < whole ? gap : whole;
}

void sam_session_tick(struct sam_session *s, int64_t now_us, struct sam_event *ret_event)
{
    *ret_event = (struct sam_event){.kind = SAM_EVENT_NONE};
    if (!s->is_waiting || now_us < give_up_us(s))
        return;
    const bool is_open = sam_frame_is_open(&s->parser);
    sam_frame_reset(&s->parser);
    if (s->has_heard)
        take_spoilt_answer(s, is_open ? "answer cut short" : "no frame in the answer", now_us, ret_event);
    else
        take_silence(s, now_us, ret_event);
}

bool sam_session_send(struct sam_session *s, int64_t now_us, uint8_t ret_request[static SAM_REQUEST_SIZE])
{
    if (s->is_waiting || now_us < s->next_us)
        return false;
    const uint8_t *request = requests[s->step];
    sam_frame_request(request[0], request[1], ret_request);
    sam_frame_reset(&s->parser);
    s->is_waiting = true;
    s->has_heard = false;
    s->heard_bytes = 0;
    s->sent_us = now_us;
    return true;
}

int64_t sam_session_due_us(const struct sam_session *s)
{
    return s->is_waiting ? give_up_us(s) : s->next_us;
}
