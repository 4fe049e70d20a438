/* The chip: wakes, parses, obeys, answers. Pure push machine under the lock of the device's owner; no I/O, no
 * clock of its own. Anything a host may send is legal input. */
#include "rehearsal/emulated_pn532.h"
#include "base/bytes.h"
#include "base/text.h"
#include "rehearsal/pn532_chip.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WAKE_UP = 0x55 };

enum fault_kind {
    FAULT_NONE,
    FAULT_NO_ACK,
    FAULT_BAD_ACK,
    FAULT_DCS,
    FAULT_LCS,
    FAULT_PREAMBLE,
    FAULT_TFI,
    FAULT_COMMAND,
    FAULT_POSTAMBLE,
    FAULT_TRUNCATE,
    FAULT_SILENCE,
    FAULT_MUTE,
    FAULT_LATE,
    FAULT_NAD,
    FAULT_MI,
    FAULT_ERROR,
    FAULT_JUNK,
    FAULT_DUP,
};
static const char *const fault_names[] = {
    "none",    "noack", "badack", "dcs", "lcs", "preamble", "tfi",  "command", "postamble", "truncate",
    "silence", "mute",  "late",   "nad", "mi",  "error",    "junk", "dup",     NULL};

static struct pn532_chip *chip_of(struct device *d)
{
    return (struct pn532_chip *)d;
}

static enum fault_kind take_fault(struct pn532_chip *c, const struct pn532_reply *r)
{
    const int planned = c->device.fault.kind;
    if ((planned == FAULT_NAD || planned == FAULT_MI) && !r->has_status)
        return FAULT_NONE;
    return (enum fault_kind)device_take_fault(&c->device, r->is_read);
}

static void spoil_payload(enum fault_kind fault, struct pn532_reply *r)
{
    if (fault == FAULT_ERROR)
        r->when = PN532_REPLY_ERROR;
    if (fault == FAULT_TFI)
        r->payload[0] ^= 0x01;
    if (fault == FAULT_COMMAND)
        r->payload[1] ^= 0x10;
    if (fault == FAULT_NAD)
        r->payload[2] |= PN532_STATUS_NAD;
    if (fault == FAULT_MI) {
        r->payload[2] |= PN532_STATUS_MORE;
        r->size = 3;
    }
    if (r->when == PN532_REPLY_ERROR) {
        r->payload[0] = PN532_ERROR;
        r->size = 1;
    }
}

static size_t spoil_wire(enum fault_kind fault, uint8_t *wire, size_t size)
{
    if (fault == FAULT_DCS)
        wire[size - 2] ^= 0x5a;
    if (fault == FAULT_LCS)
        wire[4] ^= 0x5a;
    if (fault == FAULT_PREAMBLE)
        wire[2] = 0xfe;
    if (fault == FAULT_POSTAMBLE)
        wire[size - 1] = 0xff;
    return fault == FAULT_TRUNCATE ? size / 2 : size;
}

/* Writes the answer; with_ack tells whether its ACK still has to go first. */
static void send_reply(struct pn532_chip *c, struct pn532_reply *r, bool with_ack, int64_t now_us)
{
    static const uint8_t nack[] = {0x00, 0x00, 0xff, 0xff, 0x00, 0x00},
                         junk[] = {0x13, 0x37, 0xaa, 0x55, 0xc3};
    struct timed_writes *out = &c->device.output;
    const enum fault_kind fault = take_fault(c, r);
    uint8_t wire[PN532_ACK_SIZE + PN532_WIRE_MAX];
    if (fault == FAULT_MUTE) {
        c->device.is_mute = true;
        return;
    }
    size_t n_ack = with_ack && fault != FAULT_NO_ACK ? PN532_ACK_SIZE : 0;
    memcpy(wire, fault == FAULT_BAD_ACK ? nack : pn532_ack, n_ack);
    const int64_t answer_us = now_us + device_delay_us(&c->device, r->delay_us);
    if (n_ack && (!c->merges_ack || fault == FAULT_SILENCE || fault == FAULT_LATE)) {
        timed_writes_add(out, now_us, wire, n_ack, 0);
        n_ack = 0;
    }
    if (fault == FAULT_SILENCE)
        return;
    spoil_payload(fault, r);
    size_t size = pn532_frame_compose(r->payload, r->size, wire + n_ack);
    size = spoil_wire(fault, wire + n_ack, size);
    memcpy(c->last_answer, wire + n_ack, size);
    c->last_answer_size = size;
    c->device.counts.answers++;
    if (fault == FAULT_JUNK)
        timed_writes_add(out, answer_us, junk, sizeof junk, 0);
    const bool is_sound = fault == FAULT_NONE || fault == FAULT_DUP;
    const unsigned flags = r->is_read && is_sound ? TIMED_WRITE_ENDS_READ : 0;
    if (fault == FAULT_LATE)
        timed_writes_add(out, answer_us + c->late_us, wire, n_ack + size, TIMED_WRITE_STALE);
    else
        timed_writes_add(out, answer_us, wire, n_ack + size, flags);
    if (fault == FAULT_DUP)
        timed_writes_add(out, answer_us, wire + n_ack, size, 0);
}

static void start_search(struct pn532_chip *c, const struct pn532_reply *r, const uint8_t *args, size_t n,
                         int64_t now_us)
{
    c->search.is_active = n <= PN532_SEARCH_ARGS_MAX;
    c->search.until_us = r->wait_us == INT64_MAX ? INT64_MAX : now_us + r->wait_us;
    c->search.command = (uint8_t)(r->payload[1] - 1);
    c->search.n_args = c->search.is_active ? n : 0;
    memcpy(c->search.args, args, c->search.n_args);
}

/* A new frame abandons whatever the chip was still doing. */
static void obey(struct pn532_chip *c, const uint8_t *frame, size_t size, int64_t now_us)
{
    struct pn532_reply r = {.when = PN532_REPLY_ERROR};
    timed_writes_cancel(&c->device.output);
    c->search.is_active = false;
    c->device.counts.commands++;
    if (c->device.is_mute)
        return;
    if (size >= 2 && frame[0] == PN532_FROM_HOST)
        pn532_run_command(c, frame[1], frame + 2, size - 2, &r);
    if (r.when == PN532_REPLY_WHEN_FOUND) {
        start_search(c, &r, frame + 2, size - 2, now_us);
        if (r.wait_us == INT64_MAX) {
            timed_writes_add(&c->device.output, now_us, pn532_ack, sizeof pn532_ack, 0);
            return;
        }
        r.delay_us = r.wait_us;
    }
    send_reply(c, &r, true, now_us);
}

static void feed(struct device *d, const uint8_t *bytes, size_t size, int64_t now_us)
{
    struct pn532_chip *c = chip_of(d);
    if (d->output.baud)
        now_us += (int64_t)size * 10 * 1000000 / d->output.baud;
    for (size_t i = 0; i < size; i++) {
        if (c->is_asleep) {
            c->is_asleep = bytes[i] != WAKE_UP;
            continue;
        }
        switch (pn532_parser_push(&c->parser, bytes[i])) {
        case PN532_INPUT_FRAME:
            obey(c, c->parser.payload, c->parser.size, now_us);
            break;
        case PN532_INPUT_ACK:
            timed_writes_cancel(&d->output);
            c->search.is_active = false;
            break;
        case PN532_INPUT_NACK:
            if (!d->is_mute)
                timed_writes_add(&d->output, now_us, c->last_answer, c->last_answer_size, 0);
            break;
        case PN532_INPUT_NONE:
            break;
        }
    }
}

static void put(struct device *d, const struct card *cards, size_t n, int64_t now_us)
{
    struct pn532_chip *c = chip_of(d);
    struct pn532_reply r;
    rf_field_put(&c->field, cards, n);
    if (n == 0 || !c->search.is_active || now_us >= c->search.until_us)
        return;
    pn532_run_command(c, c->search.command, c->search.args, c->search.n_args, &r);
    if (r.when != PN532_REPLY_NOW)
        return;
    bool owes_ack = false;
    if (c->search.until_us != INT64_MAX) { /* an ACK and "none" may be on their way */
        owes_ack = timed_writes_next_us(&d->output) < c->search.until_us;
        timed_writes_cancel(&d->output);
    }
    c->search.is_active = false;
    send_reply(c, &r, owes_ack, now_us);
}

static int option(struct device *d, const char *key, const char *value)
{
    struct pn532_chip *c = chip_of(d);
    uint64_t number;
    if (strcmp(key, "nbtg0") == 0)
        return device_parse_switch(value, &c->finds_no_resident_card);
    if (strcmp(key, "merge") == 0)
        return device_parse_switch(value, &c->merges_ack);
    if (strcmp(key, "late_ms") != 0)
        return -ENOENT;
    if (text_to_u64(value, 0, 60000, &number) < 0)
        return -EINVAL;
    c->late_us = (int64_t)number * 1000;
    return 0;
}

static void power_up(struct device *d)
{
    struct pn532_chip *c = chip_of(d);
    timed_writes_clear(&d->output);
    d->is_mute = false;
    c->parser = (struct pn532_parser){0};
    memset(c->registers, 0, sizeof c->registers);
    rf_field_switch(&c->field, false);
    c->is_asleep = true;
    c->parameters = PN532_PARAMETERS_AT_RESET;
    c->passive_retries = PN532_RETRY_FOR_EVER;
    c->answer_timeout_us = 51200;
    c->n_targets = 0;
    c->search.is_active = false;
    c->last_answer_size = 0;
}

static struct device *create(void)
{
    struct pn532_chip *c = bytes_alloc(sizeof *c);
    device_init(&c->device, &emulated_pn532);
    c->late_us = 600000;
    power_up(&c->device);
    return &c->device;
}

static void destroy(struct device *d)
{
    device_done(d);
    free(d);
}

const struct device_class emulated_pn532 = {
    .name = "pn532",
    .faults = fault_names,
    .create = create,
    .destroy = destroy,
    .feed = feed,
    .put = put,
    .option = option,
    .power_up = power_up,
};
