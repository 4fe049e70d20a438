/* Plain NFC readers through libnfc: the chip number of a resident identity card (type B), the UID of a campus card
 * (type A), and two cards at once named as such. The only file that includes
 * nfc.h. libnfc can abort the process or never return, on bytes that a bad device can send: nothing here may
 * matter to anybody else. Only calls with a bounded time-out are used: not nfc_initiator_poll_target, which
 * may wait for ever, nor nfc_initiator_target_is_present, which these cards never answer. */
#include "base/bytes.h"
#include "base/clock.h"
#include "readers/chip_apdu.h"
#include "readers/chip_presence.h"
#include "readers/chip_targets.h"
#include "readers/nfc_address.h"
#include "readers/reader_driver.h"
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
    ANSWER_MAX = 262,       /* what the chip can hold */
    FIELD_SETTLE_US = 5000, /* a card's time to lose and to gain power (ISO/IEC 14443-3) */
    WIRE_ERRORS_MAX = 4,    /* one proves nothing: libnfc drops a whole answer for one bad byte */
    PAUSE_MS = 40,
    IN_COMMUNICATE_THRU = 0x42,
    IN_LIST_PASSIVE_TARGET = 0x4a,
    TYPE_A_106 = 0x00,
    NO_STATUS = 0x3f, /* stands where the chip's status will be; bit 7 there would make libnfc abort() */
};

struct nfc {
    nfc_context *context;
    nfc_device *device;
    int lock_fd; /* -1 for a device that is no tty */
    enum chip_method method;
    bool is_pn53x;
    bool is_selected;   /* a card has given its number and may be asked for it again */
    bool needs_restart; /* of the field: the wire broke while a card may have been selected */
    int wire_error;     /* of libnfc, the last one */
    unsigned wire_errors;
    struct chip_presence presence;
};

enum exchange { EXCHANGE_DONE, EXCHANGE_SILENT, EXCHANGE_DISTURBED, EXCHANGE_BROKEN };

struct answer {
    uint8_t bytes[ANSWER_MAX];
    size_t size;
};

/* What one look into the field showed. */
struct sight {
    enum chip_look look;
    struct chip_card card; /* with CHIP_LOOK_NUMBER */
};

static enum exchange broken(struct nfc *n, int error)
{
    n->wire_error = error;
    return EXCHANGE_BROKEN;
}

/* Status bytes of UM0701-02 section 7.1. */
static enum exchange outcome_of_status(struct nfc *n, uint8_t status)
{
    switch (status) {
    case 0x01: /* time-out */
        return EXCHANGE_SILENT;
    case 0x02: /* CRC */
    case 0x03: /* parity */
    case 0x04: /* bit count */
    case 0x05: /* framing */
    case 0x06: /* collision */
    case 0x0b: /* RF protocol */
        return EXCHANGE_DISTURBED;
    default:
        return broken(n, NFC_ERFTRANS);
    }
}

static enum exchange exchange_pn53x(struct nfc *n, const uint8_t *bytes, size_t size, struct answer *ret)
{
    uint8_t command[1 + 16] = {IN_COMMUNICATE_THRU}, reply[1 + ANSWER_MAX] = {NO_STATUS};
    memcpy(command + 1, bytes, size);
    const int r = pn53x_transceive(n->device, command, size + 1, reply, sizeof reply, ANSWER_MS);
    if (r == NFC_ERFTRANS)
        return outcome_of_status(n, reply[0] & 0x3f);
    if (r < 1)
        return broken(n, r < 0 ? r : NFC_EIO);
    ret->size = (size_t)r - 1;
    memcpy(ret->bytes, reply + 1, ret->size);
    return EXCHANGE_DONE;
}

static enum exchange exchange_any(struct nfc *n, const uint8_t *bytes, size_t size, struct answer *ret)
{
    if (n->is_pn53x)
        return exchange_pn53x(n, bytes, size, ret);
    const int r =
        nfc_initiator_transceive_bytes(n->device, bytes, size, ret->bytes, sizeof ret->bytes, ANSWER_MS);
    if (r == NFC_ERFTRANS)
        return EXCHANGE_SILENT;
    if (r < 0)
        return broken(n, r);
    ret->size = (size_t)r;
    return EXCHANGE_DONE;
}

static enum exchange exchange(struct nfc *n, const uint8_t *bytes, size_t size, struct answer *ret)
{
    reader_trace_sent(bytes, size);
    const enum exchange e = exchange_any(n, bytes, size, ret);
    if (e == EXCHANGE_DONE)
        reader_trace_received(ret->bytes, ret->size);
    return e;
}

static enum exchange set(struct nfc *n, nfc_property property, bool is_on)
{
    const int r = nfc_device_set_property_bool(n->device, property, is_on);
    return r < 0 ? broken(n, r) : EXCHANGE_DONE;
}

/* Puts every card back to its beginning. */
static enum exchange restart_field(struct nfc *n)
{
    n->is_selected = false;
    enum exchange e = set(n, NP_ACTIVATE_FIELD, false);
    if (e != EXCHANGE_DONE)
        return e;
    clock_sleep_us(FIELD_SETTLE_US);
    e = set(n, NP_ACTIVATE_FIELD, true);
    clock_sleep_us(FIELD_SETTLE_US);
    n->needs_restart = e != EXCHANGE_DONE;
    return e;
}

/* What asking a selected card for its number showed. False when the wire is broken. */
static bool look_at_selected(struct nfc *n, struct sight *ret)
{
    struct answer answer;
    const enum exchange e = exchange(n, chip_get_number, sizeof chip_get_number, &answer);
    n->is_selected = e == EXCHANGE_DONE && chip_number_is_good(answer.bytes, answer.size);
    if (e == EXCHANGE_BROKEN)
        return false;
    ret->look = n->is_selected            ? CHIP_LOOK_NUMBER
                : e == EXCHANGE_DISTURBED ? CHIP_LOOK_DISTURBED
                                          : CHIP_LOOK_STRANGE;
    if (n->is_selected) {
        ret->card = (struct chip_card){.medium = MEDIUM_CHIP, .size = CHIP_SERIAL_SIZE};
        memcpy(ret->card.bytes, answer.bytes, CHIP_SERIAL_SIZE);
    }
    return true;
}

/* ---- type A: campus cards */

/* A list of two, which nfc_initiator_select_passive_target does not ask for. */
static int list_type_a_pn53x(struct nfc *n, struct chip_uid *ret)
{
    static const uint8_t command[] = {IN_LIST_PASSIVE_TARGET, 2, TYPE_A_106};
    uint8_t reply[ANSWER_MAX];
    const int r = pn53x_transceive(n->device, command, sizeof command, reply, sizeof reply, ANSWER_MS);
    if (r < 0)
        return r;
    const int found = chip_targets_parse(reply, (size_t)r, ret);
    return found < 0 ? NFC_EIO : found;
}

static int list_type_a(struct nfc *n, struct chip_uid *ret)
{
    static const nfc_modulation type_a = {.nmt = NMT_ISO14443A, .nbr = NBR_106};
    nfc_target targets[2];
    if (n->is_pn53x)
        return list_type_a_pn53x(n, ret);
    const int found = nfc_initiator_list_passive_targets(n->device, type_a, targets, 2);
    const nfc_iso14443a_info *info = &targets[0].nti.nai;
    return found == 1 && chip_uid_take(info->abtUid, info->szUidLen, ret) < 0 ? NFC_EIO : found;
}

static bool look_for_type_a(struct nfc *n, struct sight *ret)
{
    struct chip_uid uid;
    const int found = list_type_a(n, &uid);
    if (found < 0)
        return broken(n, found) != EXCHANGE_BROKEN;
    if (found != 1) {
        ret->look = found == 0 ? CHIP_LOOK_EMPTY : CHIP_LOOK_SEVERAL;
        return true;
    }
    ret->look = chip_uid_is_random(&uid) ? CHIP_LOOK_RANDOM
                : chip_uid_is_zero(&uid) ? CHIP_LOOK_STRANGE
                                         : CHIP_LOOK_NUMBER;
    ret->card = (struct chip_card){.medium = MEDIUM_CAMPUS_CARD, .size = uid.size};
    memcpy(ret->card.bytes, uid.bytes, uid.size);
    return true;
}

/* ---- type B: resident cards */

/* The list way: the chip finds and selects by itself. */
static bool look_by_list(struct nfc *n, struct sight *ret)
{
    static const nfc_modulation type_b = {.nmt = NMT_ISO14443B, .nbr = NBR_106};
    nfc_target target;
    const int found = nfc_initiator_select_passive_target(n->device, type_b, NULL, 0, &target);
    if (found < 0)
        return broken(n, found) != EXCHANGE_BROKEN;
    if (found > 0)
        return look_at_selected(n, ret);
    ret->look = CHIP_LOOK_EMPTY;
    return true;
}

/* The registers with which the PN532 hears these cards (readers.md 6.2); the chip itself sets others for 4A.
 */
static enum exchange prepare_raw(struct nfc *n)
{
    static const struct {
        uint16_t address;
        uint8_t value;
    } registers[] = {
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
    for (size_t i = 0; n->is_pn53x && i < sizeof registers / sizeof *registers; i++) {
        const int r = pn53x_write_register(n->device, registers[i].address, 0xff, registers[i].value);
        if (r < 0)
            return broken(n, r);
    }
    const enum exchange e = set(n, NP_FORCE_ISO14443_B, true);
    return e == EXCHANGE_DONE ? set(n, NP_FORCE_SPEED_106, true) : e;
}

/* One step of the raw selection: ret->look is what it showed when it did not get through. */
static enum exchange say_raw(struct nfc *n, const uint8_t *bytes, size_t size, struct answer *ret_answer,
                             struct sight *ret)
{
    const enum exchange e = exchange(n, bytes, size, ret_answer);
    ret->look = e == EXCHANGE_DISTURBED ? CHIP_LOOK_DISTURBED : CHIP_LOOK_EMPTY;
    return e;
}

/* The raw way: our own REQB and ATTRIB, because the chip's ATTRIB does not suit these cards. */
static bool look_by_hand(struct nfc *n, struct sight *ret)
{
    struct answer answer;
    if (restart_field(n) != EXCHANGE_DONE || prepare_raw(n) != EXCHANGE_DONE)
        return false;
    enum exchange e = say_raw(n, chip_reqb, sizeof chip_reqb, &answer, ret);
    if (e != EXCHANGE_DONE)
        return e != EXCHANGE_BROKEN;
    if (!chip_is_resident_card(answer.bytes, answer.size)) {
        ret->look = CHIP_LOOK_STRANGE;
        return true;
    }
    e = say_raw(n, chip_attrib, sizeof chip_attrib, &answer, ret);
    if (e != EXCHANGE_DONE)
        return e != EXCHANGE_BROKEN;
    return look_at_selected(n, ret);
}

static bool look_for_type_b(struct nfc *n, struct sight *ret)
{
    if (n->method == CHIP_RAW)
        return look_by_hand(n, ret);
    if (!look_by_list(n, ret))
        return false;
    if (ret->look == CHIP_LOOK_NUMBER)
        return true;
    if (n->method == CHIP_LIST)
        return restart_field(n) == EXCHANGE_DONE;
    const enum chip_look by_list = ret->look;
    if (!look_by_hand(n, ret))
        return false;
    if (ret->look == CHIP_LOOK_EMPTY)
        ret->look = by_list;
    return true;
}

/* ---- both */

/* A card of type A lies there; *ret is what type B showed. */
static void put_together(struct nfc *n, const struct sight *type_a, struct sight *ret)
{
    if (ret->look == CHIP_LOOK_EMPTY)
        *ret = *type_a;
    else if (ret->look != CHIP_LOOK_DISTURBED)
        ret->look = CHIP_LOOK_SEVERAL;
    n->is_selected = false; /* the next look must see both again */
}

/* Both cards of a wallet may have come between the two questions, so that a new card of type B is believed only when
 * type A is asked for again. */
static bool look_again_for_type_a(struct nfc *n, struct sight *ret)
{
    struct sight type_a;
    if (ret->look != CHIP_LOOK_NUMBER || chip_presence_has(&n->presence, &ret->card))
        return true;
    n->is_selected = false;
    n->needs_restart = true;
    if (!look_for_type_a(n, &type_a) &&
        !look_for_type_a(n, &type_a)) /* the card may be gone at the next look */
        return false;
    if (type_a.look != CHIP_LOOK_EMPTY)
        ret->look = CHIP_LOOK_SEVERAL;
    return true;
}

/* One look into the field. False when the wire is broken. */
static bool look(struct nfc *n, struct sight *ret)
{
    struct sight type_a;
    if (n->needs_restart && restart_field(n) != EXCHANGE_DONE)
        return false;
    if (n->is_selected) {
        if (!look_at_selected(n, ret))
            return false;
        if (n->is_selected)
            return true;
        if (restart_field(n) != EXCHANGE_DONE)
            return false;
    }
    if (!look_for_type_a(n, &type_a))
        return false;
    const bool rests = type_a.look == CHIP_LOOK_NUMBER && chip_presence_has(&n->presence, &type_a.card);
    if (rests || type_a.look == CHIP_LOOK_SEVERAL)
        *ret = type_a;
    else if (!look_for_type_b(n, ret) && (type_a.look == CHIP_LOOK_EMPTY || !look_for_type_b(n, ret)))
        return false;
    else if (type_a.look != CHIP_LOOK_EMPTY)
        put_together(n, &type_a, ret);
    else if (!look_again_for_type_a(n, ret))
        return false;
    n->needs_restart |= ret->look == CHIP_LOOK_SEVERAL; /* one of them was put to sleep */
    return true;
}

static void report_card(struct reader *reader, const struct chip_card *card)
{
    struct presentation *p = bytes_alloc(sizeof *p);
    p->medium = card->medium;
    p->credential_size = card->size;
    memcpy(p->credential, card->bytes, card->size);
    reader_report_reading(reader, p);
    presentation_wipe(p);
    free(p);
}

static void report(struct reader *reader, enum chip_event event, const struct chip_card *card)
{
    switch (event) {
    case CHIP_EVENT_NONE:
        break;
    case CHIP_EVENT_READING:
        report_card(reader, card);
        break;
    case CHIP_EVENT_TWO_CARDS:
        reader_report_fault(reader, READER_FAULT_TWO_CARDS, "more than one card in the field");
        break;
    case CHIP_EVENT_UNSUPPORTED:
        reader_report_fault(reader, READER_FAULT_CARD_UNSUPPORTED, "a card without a chip number");
        break;
    case CHIP_EVENT_RANDOM_UID:
        reader_report_fault(reader, READER_FAULT_RANDOM_UID, "a UID that begins with 08");
        break;
    }
}

static bool has_hung_up(const struct nfc *n)
{
    struct pollfd p = {.fd = n->lock_fd};
    return poll(&p, 1, 0) > 0;
}

/* Why a broken wire ends the step: 0 as long as it may still recover. */
static int judge_wire(struct nfc *n)
{
    if (has_hung_up(n))
        return -EIO;
    if (++n->wire_errors < WIRE_ERRORS_MAX)
        return 0;
    return n->wire_error == NFC_ETIMEOUT ? -ETIMEDOUT : -EPROTO;
}

static int nfc_step(void *device, struct reader *reader)
{
    struct nfc *n = device;
    struct sight seen;
    if (!look(n, &seen)) {
        n->is_selected = false;
        n->needs_restart = true;
        return judge_wire(n);
    }
    n->wire_errors = 0;
    report(reader, chip_presence_see(&n->presence, seen.look, &seen.card), &seen.card);
    wipe_bytes(&seen, sizeof seen);
    return 0;
}

static void nfc_close_device(void *device)
{
    struct nfc *n = device;
    if (n->device)
        nfc_close(n->device);
    if (n->context)
        nfc_exit(n->context);
    if (n->lock_fd >= 0)
        close(n->lock_fd);
    free(n);
}

/* nfc_open gives a device even when the chip's firmware answer was lost; selecting with it is an assertion.
 */
static bool is_known_chip(nfc_device *device)
{
    const nfc_modulation_type *types = NULL;
    return nfc_device_get_supported_modulation(device, N_INITIATOR, &types) >= 0 && types;
}

static int start(struct nfc *n, const char *connstring)
{
    nfc_connstring address = "";
    snprintf(address, sizeof address, "%s", connstring);
    nfc_init(&n->context);
    if (!n->context)
        return -ENOMEM;
    n->device = nfc_open(n->context, address);
    if (!n->device)
        return n->lock_fd < 0 ? -ENODEV : -ETIMEDOUT;
    if (!is_known_chip(n->device) || nfc_initiator_init(n->device) < 0 ||
        nfc_device_set_property_bool(n->device, NP_INFINITE_SELECT, false) < 0 ||
        nfc_device_set_property_bool(n->device, NP_EASY_FRAMING, false) < 0)
        return -ETIMEDOUT;
    /* No RATS: a UID is all that is asked for, and libnfc crashes on an ATS with a TL of zero. */
    if (nfc_device_set_property_bool(n->device, NP_AUTO_ISO14443_4, false) < 0 && n->is_pn53x)
        return -ETIMEDOUT;
    if (n->method != CHIP_RAW)
        return 0;
    struct sight seen; /* a 4A sets the chip up for type B; what it finds is left to the first look */
    return look_by_list(n, &seen) ? 0 : -ETIMEDOUT;
}

static int nfc_open_device(const struct reader_options *options, struct reader *reader, void **ret_device)
{
    struct nfc *n = bytes_alloc(sizeof *n);
    struct nfc_address address;
    n->lock_fd = -1;
    n->method = options->method;
    int r = nfc_address_resolve(options->device, &address);
    if (r < 0)
        goto out;
    n->is_pn53x = address.is_pn53x;
    if (address.path[0]) {
        r = serial_lock(address.path);
        if (r < 0)
            goto out;
        n->lock_fd = r;
    }
    setenv("LIBNFC_LOG_LEVEL", "0", 0); /* it would write to standard error; its results say enough */
    r = start(n, address.connstring);
    if (r < 0) {
        r = has_hung_up(n) ? -EIO : r;
        goto out;
    }
    reader_report_ready(reader, nfc_device_get_name(n->device));
    *ret_device = n;
    n = NULL;
    r = 0;
out:
    if (n)
        nfc_close_device(n);
    return r;
}

const struct reader_driver driver_nfc = {
    .name = "nfc",
    .objection = nfc_address_objection,
    .open = nfc_open_device,
    .step = nfc_step,
    .close = nfc_close_device,
    .pause_ms = PAUSE_MS,
};
