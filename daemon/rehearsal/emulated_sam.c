/* The SAM reader's protocol engine. Pure push machine under the lock of the device's owner; no I/O, no clock
 * of its own. Anything a host may send is legal input. */
#include "rehearsal/emulated_sam.h"
#include "base/bytes.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_SIZE = 5, REQUEST_MAX = 64, ANSWER_MAX = 1536 };
enum { PARTIAL_EXPIRES_US = 500000, SLOW_GAP_US = 2000, LATE_US = 1700000 };
enum sw3 {
    SW_BAD_CHECKSUM = 0x10,
    SW_BAD_LENGTH = 0x11,
    SW_BAD_COMMAND = 0x21,
    SW_NOT_AUTHENTIC = 0x31,
    SW_READ_FAILED = 0x41,
    SW_NO_CARD = 0x80,
    SW_SELECT_FAILED = 0x81,
    SW_OK = 0x90,
    SW_NO_ITEM = 0x91,
    SW_FOUND = 0x9f,
};

/* Assumed durations inside the reader; a whole read takes about half a second in earnest. */
enum { FIND_US = 20000, SELECT_US = 20000, READ_US = 300000 };

enum fault_kind {
    FAULT_NONE,
    FAULT_CHECKSUM,
    FAULT_TRUNCATE,
    FAULT_HEADER,
    FAULT_NOISE,
    FAULT_EXTRA_AA,
    FAULT_STATUS41,
    FAULT_STATUS31,
    FAULT_STATUS81,
    FAULT_SILENCE,
    FAULT_MUTE,
    FAULT_SLOW,
    FAULT_DUP,
    FAULT_LATE,
};
static const char *const fault_names[] = {"none",     "checksum", "truncate", "header",   "noise",
                                          "extra-aa", "status41", "status31", "status81", "silence",
                                          "mute",     "slow",     "dup",      "late",     NULL};

static const uint8_t header[HEADER_SIZE] = {0xaa, 0xaa, 0xaa, 0x96, 0x69};

struct sam {
    struct device device;
    uint8_t input[HEADER_SIZE + 2 + REQUEST_MAX];
    size_t input_size;
    int64_t input_us; /* when its last byte came */
    struct card card;
    bool is_card_there; /* exactly one resident card */
    bool is_found, is_selected, is_resting;
    bool lets_rest, lets_reread;
};

struct answer {
    uint8_t bytes[ANSWER_MAX];
    size_t size;
    int64_t delay_us;
    bool is_read; /* answers 30 xx */
    bool is_card; /* carries the record */
};

static struct sam *sam_of(struct device *d)
{
    return (struct sam *)d;
}

/* ---- what commands do */

static void answer_add(struct answer *a, const void *bytes, size_t size)
{
    memcpy(a->bytes + a->size, bytes, size);
    a->size += size;
}

static void answer_status(struct answer *a, enum sw3 status)
{
    a->size = 0;
    answer_add(a, header, sizeof header);
    answer_add(a, (const uint8_t[]){0x00, 0x00, 0x00, 0x00, (uint8_t)status}, 5);
}

static void find(struct sam *s, struct answer *a)
{
    a->delay_us = FIND_US;
    s->is_selected = false;
    s->is_found = s->is_card_there && !(s->is_resting && s->lets_rest);
    answer_status(a, s->is_found ? SW_FOUND : SW_NO_CARD);
    if (s->is_found)
        answer_add(a, "\0\0\0\0", 4);
}

static void select_card(struct sam *s, struct answer *a)
{
    a->delay_us = SELECT_US;
    s->is_selected = s->is_found && s->is_card_there;
    answer_status(a, s->is_selected ? SW_OK : SW_SELECT_FAILED);
    if (s->is_selected)
        answer_add(a, "\0\0\0\0\0\0\0\0", 8);
}

/* 30 01 and 30 10; the cards here have no fingerprint. */
static void read_record(struct sam *s, bool with_fingerprint, struct answer *a)
{
    static const uint8_t photo[SAM_PHOTO_SIZE];
    const bool may =
        s->is_selected && s->is_card_there && (!s->is_resting || s->lets_reread || !s->lets_rest);
    a->is_read = true;
    a->delay_us = READ_US;
    if (!may) {
        answer_status(a, SW_READ_FAILED);
        return;
    }
    s->is_resting = true;
    a->is_card = true;
    answer_status(a, SW_OK);
    answer_add(a, (const uint8_t[]){0x01, 0x00, 0x04, 0x00, 0x00, 0x00}, with_fingerprint ? 6 : 4);
    answer_add(a, s->card.text, sizeof s->card.text);
    answer_add(a, photo, sizeof photo);
}

static void read_new_address(struct sam *s, struct answer *a)
{
    a->is_read = true;
    a->delay_us = SELECT_US;
    answer_status(a, s->is_selected && s->is_card_there ? SW_NO_ITEM : SW_READ_FAILED);
}

static void reset(struct sam *s)
{
    s->is_found = s->is_selected = false;
}

static void give_number(struct answer *a)
{
    static const uint8_t number[16] = {0x05, 0x00, 0x03, 0x00, 0xa5, 0x3a, 0x34, 0x01,
                                       0x87, 0xd6, 0x12, 0x00, 0xb1, 0xcb, 0x74, 0x00};
    answer_status(a, SW_OK);
    answer_add(a, number, sizeof number);
}

static void run_command(struct sam *s, uint8_t command, uint8_t parameter, struct answer *a)
{
    switch (command << 8 | parameter) {
    case 0x10ff:
        reset(s);
        answer_status(a, SW_OK);
        break;
    case 0x11ff:
        answer_status(a, SW_OK);
        break;
    case 0x12ff:
        give_number(a);
        break;
    case 0x2001:
        find(s, a);
        break;
    case 0x2002:
        select_card(s, a);
        break;
    case 0x3001:
    case 0x3010:
        read_record(s, parameter == 0x10, a);
        break;
    case 0x3003:
        read_new_address(s, a);
        break;
    default:
        answer_status(a, command == 0x60 && parameter <= 4 ? SW_OK : SW_BAD_COMMAND);
        break;
    }
}

static size_t expected_length(uint8_t command)
{
    return command == 0x61 ? 4 : 3;
}

/* ---- how answers leave */

static void finish(struct answer *a)
{
    const size_t length = a->size - HEADER_SIZE - 2 + 1;
    uint8_t check = 0;
    a->bytes[HEADER_SIZE] = (uint8_t)(length >> 8);
    a->bytes[HEADER_SIZE + 1] = (uint8_t)length;
    for (size_t i = HEADER_SIZE; i < a->size; i++)
        check ^= a->bytes[i];
    a->bytes[a->size++] = check;
}

static enum fault_kind take_fault(struct sam *s, const struct answer *a, uint8_t command, uint8_t parameter)
{
    const int planned = s->device.fault.kind;
    if ((planned == FAULT_STATUS41 || planned == FAULT_STATUS31) && !a->is_read)
        return FAULT_NONE;
    if (planned == FAULT_STATUS81 && !(command == 0x20 && parameter == 0x02))
        return FAULT_NONE;
    return (enum fault_kind)device_take_fault(&s->device, a->is_read);
}

static void fail_instead(struct sam *s, enum fault_kind fault, struct answer *a)
{
    if (fault == FAULT_STATUS41 || fault == FAULT_STATUS31)
        answer_status(a, fault == FAULT_STATUS41 ? SW_READ_FAILED : SW_NOT_AUTHENTIC);
    if (fault == FAULT_STATUS81) {
        s->is_selected = false;
        answer_status(a, SW_SELECT_FAILED);
    }
}

static void send_answer(struct sam *s, enum fault_kind fault, struct answer *a, int64_t now_us)
{
    static const uint8_t noise[] = {0x00, 0xaa, 0xaa, 0x96, 0x69, 0x00, 0xff, 0xaa, 0x13};
    struct timed_writes *out = &s->device.output;
    const size_t chunk = out->chunk;
    const int64_t gap_us = out->gap_us;
    if (fault == FAULT_NOISE)
        timed_writes_add(out, now_us, noise, sizeof noise, 0);
    if (fault == FAULT_EXTRA_AA)
        timed_writes_add(out, now_us, header, 2, 0);
    if (fault == FAULT_CHECKSUM)
        a->bytes[a->size - 1] ^= 0x5a;
    if (fault == FAULT_TRUNCATE)
        a->size /= 2;
    if (fault == FAULT_HEADER) {
        memmove(a->bytes + 2, a->bytes + 1, a->size - 1);
        a->bytes[1] = 0x00;
        a->size++;
    }
    if (fault == FAULT_SLOW) {
        out->chunk = 1;
        out->gap_us = SLOW_GAP_US;
    }
    const bool is_sound = fault != FAULT_CHECKSUM && fault != FAULT_TRUNCATE;
    s->device.counts.answers++;
    timed_writes_add(out, now_us, a->bytes, a->size, a->is_card && is_sound ? TIMED_WRITE_ENDS_READ : 0);
    if (fault == FAULT_DUP)
        timed_writes_add(out, now_us, a->bytes, a->size, 0);
    out->chunk = chunk;
    out->gap_us = gap_us;
}

/* body: command, parameter, ..., checksum. */
static void obey(struct sam *s, const uint8_t *frame, size_t length, int64_t now_us)
{
    struct answer a = {.size = 0};
    const uint8_t *body = frame + HEADER_SIZE + 2;
    uint8_t check = 0;
    for (size_t i = HEADER_SIZE; i < HEADER_SIZE + 2 + length; i++)
        check ^= frame[i];
    s->device.counts.commands++;
    if (s->device.is_mute)
        return;
    if (check != 0)
        answer_status(&a, SW_BAD_CHECKSUM);
    else if (length != expected_length(body[0]))
        answer_status(&a, SW_BAD_LENGTH);
    else if (body[0] == 0x61)
        answer_status(&a, body[1] == 0xff ? SW_OK : SW_BAD_COMMAND);
    else
        run_command(s, body[0], body[1], &a);
    const enum fault_kind fault = take_fault(s, &a, body[0], length > 2 ? body[1] : 0);
    if (fault == FAULT_MUTE)
        s->device.is_mute = true;
    if (fault == FAULT_MUTE || fault == FAULT_SILENCE)
        return;
    if (fault == FAULT_STATUS31 || fault == FAULT_STATUS41 || fault == FAULT_STATUS81) {
        a.is_card = false;
        fail_instead(s, fault, &a);
    }
    finish(&a);
    const int64_t delay_us = fault == FAULT_LATE ? LATE_US : device_delay_us(&s->device, a.delay_us);
    send_answer(s, fault, &a, now_us + delay_us);
}

/* ---- how requests arrive */

/* Drops input until it could be the beginning of a frame. */
static void resync(struct sam *s)
{
    size_t from = 0;
    while (from < s->input_size) {
        const size_t rest = s->input_size - from, part = rest < HEADER_SIZE ? rest : HEADER_SIZE;
        if (memcmp(s->input + from, header, part) == 0)
            break;
        from++;
    }
    memmove(s->input, s->input + from, s->input_size - from);
    s->input_size -= from;
}

static void push(struct sam *s, uint8_t byte, int64_t now_us)
{
    s->input[s->input_size++] = byte;
    resync(s);
    if (s->input_size < HEADER_SIZE + 2)
        return;
    const size_t length = (size_t)s->input[HEADER_SIZE] << 8 | s->input[HEADER_SIZE + 1];
    if (length < 2 || length > REQUEST_MAX) {
        struct answer a = {.size = 0};
        s->input_size = 0;
        if (s->device.is_mute)
            return;
        answer_status(&a, SW_BAD_LENGTH);
        finish(&a);
        send_answer(s, FAULT_NONE, &a, now_us);
        return;
    }
    if (s->input_size < HEADER_SIZE + 2 + length)
        return;
    s->input_size = 0;
    obey(s, s->input, length, now_us);
}

static void feed(struct device *d, const uint8_t *bytes, size_t size, int64_t now_us)
{
    struct sam *s = sam_of(d);
    if (s->input_size && now_us - s->input_us > PARTIAL_EXPIRES_US)
        s->input_size = 0;
    s->input_us = now_us;
    if (d->output.baud)
        now_us += (int64_t)size * 10 * 1000000 / d->output.baud;
    for (size_t i = 0; i < size; i++)
        push(s, bytes[i], now_us);
}

static void put(struct device *d, const struct card *cards, size_t n, int64_t now_us)
{
    struct sam *s = sam_of(d);
    (void)now_us;
    s->is_card_there = n == 1 && cards[0].kind == CARD_RESIDENT;
    if (s->is_card_there)
        s->card = cards[0];
    s->is_resting = false;
    reset(s);
}

static int option(struct device *d, const char *key, const char *value)
{
    struct sam *s = sam_of(d);
    if (strcmp(key, "rests") == 0)
        return device_parse_switch(value, &s->lets_rest);
    if (strcmp(key, "reread") == 0)
        return device_parse_switch(value, &s->lets_reread);
    return -ENOENT;
}

static void power_up(struct device *d)
{
    struct sam *s = sam_of(d);
    timed_writes_clear(&d->output);
    d->is_mute = false;
    s->input_size = 0;
    s->is_resting = false;
    reset(s);
}

static struct device *create(void)
{
    struct sam *s = bytes_alloc(sizeof *s);
    device_init(&s->device, &emulated_sam);
    s->lets_rest = s->lets_reread = true;
    return &s->device;
}

static void destroy(struct device *d)
{
    device_done(d);
    free(d);
}

const struct device_class emulated_sam = {
    .name = "sam",
    .faults = fault_names,
    .create = create,
    .destroy = destroy,
    .feed = feed,
    .put = put,
    .option = option,
    .power_up = power_up,
};
