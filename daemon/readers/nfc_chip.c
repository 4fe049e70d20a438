/* The only file that includes nfc.h. libnfc can abort the process or never return, on bytes that a bad device can send:
 * nothing here may matter to anybody else. Only calls with a bounded time-out are used: not nfc_initiator_poll_target,
 * which may wait for ever, nor nfc_initiator_target_is_present, which these cards never answer. */
#include "readers/nfc_chip.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "readers/reader_trace.h"
#include "readers/serial_port.h"
#include <errno.h>
#include <nfc/nfc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Exported by libnfc 1.8.0 for its own tools but not in its headers; for the PN53x family only. Needed
 * because nfc_initiator_transceive_bytes hides whether nobody answered or two cards at once. */
int pn53x_transceive(nfc_device *, const uint8_t *tx, size_t tx_size, uint8_t *rx, size_t rx_size,
                     int timeout_ms);
int pn53x_write_register(nfc_device *, uint16_t address, uint8_t mask, uint8_t value);

enum {
    ANSWER_MS = 300,
    FIELD_SETTLE_US = 5000, /* a card's time to lose and to gain power (ISO/IEC 14443-3) */
    REQUEST_MS = 4,         /* the chip makes 3.2 ms of it */
    CARD_MS = 52,           /* libnfc's own: 51.2 ms */
    RF_CONFIGURATION = 0x32,
    MAX_RETRIES = 0x05,
    IN_COMMUNICATE_THRU = 0x42,
    IN_LIST_PASSIVE_TARGET = 0x4a,
    TYPE_A_106 = 0x00,
    NO_STATUS = 0x3f, /* stands where the chip's status will be; bit 7 there would make libnfc abort() */
};

struct nfc_chip {
    nfc_context *context;
    nfc_device *device;
    int lock_fd; /* -1 for a device that is no tty */
    bool is_pn53x;
    int error; /* of libnfc, the last one */
    uint8_t tries;
    int wait_ms; /* for a card's answer */
};

static enum nfc_exchange told(const char *call, enum nfc_exchange e)
{
    static const char *const names[] = {
        [NFC_DONE] = "done", [NFC_SILENT] = "silent", [NFC_DISTURBED] = "disturbed", [NFC_BROKEN] = "broken"};
    reader_trace_told("%s %s", call, names[e]);
    return e;
}

static enum nfc_exchange broken(struct nfc_chip *c, int error)
{
    c->error = error;
    return NFC_BROKEN;
}

static enum nfc_exchange done_or_broken(struct nfc_chip *c, int r)
{
    return r < 0 ? broken(c, r) : NFC_DONE;
}

int nfc_chip_error(const struct nfc_chip *c)
{
    const int error = c->error == NFC_ETIMEOUT ? -ETIMEDOUT : -EPROTO;
    reader_trace_told("error %d", -error);
    return error;
}

const char *nfc_chip_name(const struct nfc_chip *c)
{
    return nfc_device_get_name(c->device);
}

static bool has_hung_up(const struct nfc_chip *c)
{
    struct pollfd p = {.fd = c->lock_fd};
    return poll(&p, 1, 0) > 0;
}

bool nfc_chip_has_hung_up(const struct nfc_chip *c)
{
    const bool is_so = has_hung_up(c);
    reader_trace_told("hung-up %d", is_so);
    return is_so;
}

/* ---- the field */

static enum nfc_exchange set(struct nfc_chip *c, nfc_property property, bool is_on)
{
    return done_or_broken(c, nfc_device_set_property_bool(c->device, property, is_on));
}

static enum nfc_exchange restart_field(struct nfc_chip *c)
{
    const enum nfc_exchange e = set(c, NP_ACTIVATE_FIELD, false);
    if (e != NFC_DONE)
        return e;
    clock_sleep_us(FIELD_SETTLE_US);
    const enum nfc_exchange on = set(c, NP_ACTIVATE_FIELD, true);
    clock_sleep_us(FIELD_SETTLE_US);
    return on;
}

enum nfc_exchange nfc_chip_restart_field(struct nfc_chip *c)
{
    return told("restart-field", restart_field(c));
}

enum nfc_exchange nfc_chip_try(struct nfc_chip *c, uint8_t tries)
{
    /* retries of ATR_REQ and PSL_REQ, which nobody sends, as libnfc sets them; then of passive activation */
    const uint8_t command[] = {RF_CONFIGURATION, MAX_RETRIES, 0x00, 0x01, (uint8_t)(tries - 1)};
    uint8_t reply[NFC_ANSWER_MAX];
    if (!c->is_pn53x || c->tries == tries)
        return told("try", NFC_DONE);
    const int r = pn53x_transceive(c->device, command, sizeof command, reply, sizeof reply, ANSWER_MS);
    c->tries = r < 0 ? 0 : tries;
    return told("try", done_or_broken(c, r));
}

static enum nfc_exchange wait_for_cards(struct nfc_chip *c, int wait_ms)
{
    if (!c->is_pn53x || c->wait_ms == wait_ms)
        return NFC_DONE;
    const int r = nfc_device_set_property_int(c->device, NP_TIMEOUT_COM, wait_ms);
    c->wait_ms = r < 0 ? 0 : wait_ms;
    return done_or_broken(c, r);
}

static enum nfc_exchange prepare_b(struct nfc_chip *c)
{
    static const struct {
        uint16_t address;
        uint8_t value;
    } registers[] = {
        {0x6302, 0x83}, /* TxMode: CRC, 106 kbit/s, type B */
        {0x6303, 0x83}, /* RxMode */
        {0x6305, 0x00}, /* TxAuto: no forced 100 % modulation */
        {0x6308, 0x4d}, /* RxThreshold */
        {0x6309, 0x4d}, /* Demod */
        {0x630d, 0x10}, /* ManualRCV */
        {0x630e, 0x03}, /* TypeB */
        {0x6314, 0x68}, /* ModWidth */
        {0x6317, 0xff}, /* GsNOn */
        {0x6318, 0x3f}, /* CWGsP */
        {0x6319, 0x18}, /* ModGsP */
    };
    if (!c->is_pn53x) {
        const enum nfc_exchange e = set(c, NP_FORCE_ISO14443_B, true);
        return e == NFC_DONE ? set(c, NP_FORCE_SPEED_106, true) : e;
    }
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++) { /* all go in one command */
        const int r = pn53x_write_register(c->device, registers[i].address, 0xff, registers[i].value);
        if (r < 0)
            return broken(c, r);
    }
    return NFC_DONE;
}

enum nfc_exchange nfc_chip_prepare_b(struct nfc_chip *c)
{
    return told("prepare-b", prepare_b(c));
}

/* ---- frames */

/* Status bytes of UM0701-02 section 7.1. */
static enum nfc_exchange outcome_of_status(struct nfc_chip *c, uint8_t status)
{
    switch (status) {
    case 0x01: /* time-out */
        return NFC_SILENT;
    case 0x02: /* CRC */
    case 0x03: /* parity */
    case 0x04: /* bit count */
    case 0x05: /* framing */
    case 0x06: /* collision */
    case 0x0b: /* RF protocol */
        return NFC_DISTURBED;
    default:
        return broken(c, NFC_ERFTRANS);
    }
}

static enum nfc_exchange say_pn53x(struct nfc_chip *c, const void *bytes, size_t size, struct nfc_answer *ret)
{
    uint8_t command[1 + 16] = {IN_COMMUNICATE_THRU}, reply[1 + NFC_ANSWER_MAX] = {NO_STATUS};
    memcpy(command + 1, bytes, size);
    const int r = pn53x_transceive(c->device, command, size + 1, reply, sizeof reply, ANSWER_MS);
    if (r == NFC_ERFTRANS)
        return outcome_of_status(c, reply[0] & 0x3f);
    if (r < 1)
        return broken(c, r < 0 ? r : NFC_EIO);
    ret->size = (size_t)r - 1;
    memcpy(ret->bytes, reply + 1, ret->size);
    return NFC_DONE;
}

static enum nfc_exchange say_any(struct nfc_chip *c, const void *bytes, size_t size, struct nfc_answer *ret)
{
    if (c->is_pn53x)
        return say_pn53x(c, bytes, size, ret);
    const int r =
        nfc_initiator_transceive_bytes(c->device, bytes, size, ret->bytes, sizeof ret->bytes, ANSWER_MS);
    if (r == NFC_ERFTRANS)
        return NFC_SILENT;
    if (r < 0)
        return broken(c, r);
    ret->size = (size_t)r;
    return NFC_DONE;
}

static enum nfc_exchange say_within(struct nfc_chip *c, int wait_ms, const void *bytes, size_t size,
                                    struct nfc_answer *ret)
{
    reader_trace_sent(bytes, size);
    enum nfc_exchange e = wait_for_cards(c, wait_ms);
    if (e == NFC_DONE)
        e = say_any(c, bytes, size, ret);
    if (e != NFC_DONE || ret->size == 0)
        return told("answer", e);
    reader_trace_received(ret->bytes, ret->size);
    return e;
}

enum nfc_exchange nfc_chip_say(struct nfc_chip *c, const void *bytes, size_t size, struct nfc_answer *ret)
{
    return say_within(c, CARD_MS, bytes, size, ret);
}

enum nfc_exchange nfc_chip_request_b(struct nfc_chip *c, const void *bytes, size_t size,
                                     struct nfc_answer *ret)
{
    return say_within(c, REQUEST_MS, bytes, size, ret);
}

/* ---- lists */

/* A list of two, which nfc_initiator_select_passive_target does not ask for. */
static int list_a_pn53x(struct nfc_chip *c, struct chip_uid *ret)
{
    static const uint8_t command[] = {IN_LIST_PASSIVE_TARGET, 2, TYPE_A_106};
    uint8_t reply[NFC_ANSWER_MAX];
    const int r = pn53x_transceive(c->device, command, sizeof command, reply, sizeof reply, ANSWER_MS);
    if (r < 0)
        return r;
    const int found = chip_targets_parse(reply, (size_t)r, ret);
    return found < 0 ? NFC_EIO : found;
}

static int list_a_any(struct nfc_chip *c, struct chip_uid *ret)
{
    static const nfc_modulation type_a = {.nmt = NMT_ISO14443A, .nbr = NBR_106};
    nfc_target targets[2];
    const int found = nfc_initiator_list_passive_targets(c->device, type_a, targets, 2);
    const nfc_iso14443a_info *info = &targets[0].nti.nai;
    return found == 1 && chip_uid_take(info->abtUid, info->szUidLen, ret) < 0 ? NFC_EIO : found;
}

int nfc_chip_list_a(struct nfc_chip *c, struct chip_uid *ret)
{
    const int found = c->is_pn53x ? list_a_pn53x(c, ret) : list_a_any(c, ret);
    char uid[2 * sizeof ret->bytes + 1] = "";
    if (found < 0)
        c->error = found;
    if (found == 1)
        hex_encode(ret->bytes, ret->size, uid);
    reader_trace_told("list-a %d %s", found < 0 ? -1 : found, uid);
    wipe_bytes(uid, sizeof uid);
    return found;
}

int nfc_chip_list_b(struct nfc_chip *c)
{
    static const nfc_modulation type_b = {.nmt = NMT_ISO14443B, .nbr = NBR_106};
    nfc_target target;
    const int found = nfc_initiator_select_passive_target(c->device, type_b, NULL, 0, &target);
    if (found < 0)
        c->error = found;
    reader_trace_told("list-b %d", found < 0 ? -1 : found > 0);
    return found > 0 ? 1 : found;
}

/* ---- opening */

void nfc_chip_close(struct nfc_chip *c)
{
    if (!c)
        return;
    if (c->device)
        nfc_close(c->device);
    if (c->context)
        nfc_exit(c->context);
    if (c->lock_fd >= 0)
        close(c->lock_fd);
    free(c);
}

/* nfc_open gives a device even when the chip's firmware answer was lost; selecting with it is an assertion.
 */
static bool is_known_chip(nfc_device *device)
{
    const nfc_modulation_type *types = NULL;
    return nfc_device_get_supported_modulation(device, N_INITIATOR, &types) >= 0 && types;
}

static int start(struct nfc_chip *c, const char *connstring)
{
    nfc_connstring address = "";
    snprintf(address, sizeof address, "%s", connstring);
    nfc_init(&c->context);
    if (!c->context)
        return -ENOMEM;
    c->device = nfc_open(c->context, address);
    if (!c->device)
        return c->lock_fd < 0 ? -ENODEV : -ETIMEDOUT;
    if (!is_known_chip(c->device) || nfc_initiator_init(c->device) < 0 ||
        nfc_device_set_property_bool(c->device, NP_INFINITE_SELECT, false) < 0 ||
        nfc_device_set_property_bool(c->device, NP_EASY_FRAMING, false) < 0)
        return -ETIMEDOUT;
    /* No RATS: a UID is all that is asked for, and libnfc crashes on an ATS with a TL of zero. */
    if (nfc_device_set_property_bool(c->device, NP_AUTO_ISO14443_4, false) < 0 && c->is_pn53x)
        return -ETIMEDOUT;
    return 0;
}

int nfc_chip_open(const struct nfc_address *address, struct nfc_chip **ret)
{
    struct nfc_chip *c = bytes_alloc(sizeof *c);
    int r = 0;
    c->is_pn53x = address->is_pn53x;
    c->tries = NFC_TRIES;
    c->wait_ms = CARD_MS;
    c->lock_fd = -1;
    if (address->path[0])
        c->lock_fd = r = serial_lock(address->path);
    if (r >= 0) {
        setenv("LIBNFC_LOG_LEVEL", "0", 0); /* it would write to standard error; its results say enough */
        r = start(c, address->connstring);
        if (r < 0 && has_hung_up(c))
            r = -EIO;
    }
    if (r < 0) {
        nfc_chip_close(c);
        return r;
    }
    *ret = c;
    return 0;
}
