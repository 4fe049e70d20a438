/* Plain NFC readers: the chip number of a resident identity card (type B), the UID of a campus card (type A), and two
 * cards at once named as such. Says what is looked at and when; how that is said to the chip, nfc_chip.h knows.
 *
 * While nobody is there the chip itself does the waiting, inside its lists, where a card that comes is found at once; only
 * with a card at rest, and by raw frames, which ask once each, does this process sleep between two looks. */
#include "base/bytes.h"
#include "base/clock.h"
#include "readers/chip_apdu.h"
#include "readers/chip_presence.h"
#include "readers/nfc_chip.h"
#include "readers/reader_driver.h"
#include "readers/reader_trace.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIRE_ERRORS_MAX = 4,  /* one proves nothing: libnfc drops a whole answer for one bad byte */
    REST_US = 40000,      /* between two looks at a card that lies there */
    RAW_REST_US = 15000,  /* between two looks by raw frames into an empty field */
    WHOLE_LOOK_EVERY = 4, /* looks at a resting card: for a second one beside it */
    LISTEN_EVERY = 4,     /* lists of type B into an empty field: for two cards at once */
    /* Silences of type B until the field is restarted, for a card in a state in which it does not answer: where a list came
     * before raw frames, its ATTRIB may have brought a card there. */
    SILENCES_MAX = 12,
    SILENCES_MAX_AUTO = 2,
};

struct nfc {
    struct nfc_chip *chip;
    enum chip_method method;
    bool is_selected;   /* a card of type B has given its number and may be asked for it again */
    bool needs_restart; /* of the field: a card may be in a state in which it does not answer */
    unsigned wire_errors, silences, looks_at_rest;
    struct chip_presence presence;
};

/* What one look into the field showed. */
struct sight {
    enum chip_look look;
    struct chip_card card; /* with CHIP_LOOK_NUMBER */
};

static bool restart_field(struct nfc *n)
{
    n->is_selected = false;
    n->silences = 0;
    n->needs_restart = nfc_chip_restart_field(n->chip) != NFC_DONE;
    return !n->needs_restart;
}

/* What asking a selected card for its number showed. False when the wire is broken, here and below. */
static bool look_at_selected(struct nfc *n, struct sight *ret)
{
    struct nfc_answer answer;
    const enum nfc_exchange e = nfc_chip_say(n->chip, chip_get_number, sizeof chip_get_number, &answer);
    n->is_selected = e == NFC_DONE && chip_number_is_good(answer.bytes, answer.size);
    if (e == NFC_BROKEN)
        return false;
    ret->look = n->is_selected       ? CHIP_LOOK_NUMBER
                : e == NFC_DISTURBED ? CHIP_LOOK_DISTURBED
                                     : CHIP_LOOK_STRANGE;
    if (n->is_selected) {
        ret->card = (struct chip_card){.medium = MEDIUM_CHIP, .size = CHIP_SERIAL_SIZE};
        memcpy(ret->card.bytes, answer.bytes, CHIP_SERIAL_SIZE);
    }
    return true;
}

/* ---- type A: campus cards */

static bool look_for_type_a(struct nfc *n, struct sight *ret)
{
    struct chip_uid uid;
    const int found = nfc_chip_list_a(n->chip, &uid);
    if (found < 0)
        return false;
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
    const int found = nfc_chip_list_b(n->chip);
    ret->look = CHIP_LOOK_EMPTY;
    return found > 0 ? look_at_selected(n, ret) : found == 0;
}

/* What a step of the raw selection showed that did not get through. */
static bool give_up(enum nfc_exchange e, struct sight *ret)
{
    ret->look = e == NFC_DISTURBED ? CHIP_LOOK_DISTURBED : CHIP_LOOK_EMPTY;
    return e != NFC_BROKEN;
}

/* The raw way: our own REQB and ATTRIB, because the chip's ATTRIB does not suit these cards. */
static bool look_by_hand(struct nfc *n, struct sight *ret)
{
    struct nfc_answer answer;
    if ((n->needs_restart && !restart_field(n)) || nfc_chip_prepare_b(n->chip) != NFC_DONE)
        return false;
    enum nfc_exchange e = nfc_chip_request_b(n->chip, chip_reqb, sizeof chip_reqb, &answer);
    if (e != NFC_DONE)
        return give_up(e, ret);
    if (!chip_is_resident_card(answer.bytes, answer.size)) {
        ret->look = CHIP_LOOK_STRANGE;
        return true;
    }
    e = nfc_chip_say(n->chip, chip_attrib, sizeof chip_attrib, &answer);
    return e == NFC_DONE ? look_at_selected(n, ret) : give_up(e, ret);
}

/* A list is silent about two cards, which answer at once. */
static bool listen_for_two(struct nfc *n, struct sight *ret)
{
    struct nfc_answer answer;
    if (!n->presence.has_card && chip_presence_is_calm(&n->presence) && n->silences % LISTEN_EVERY != 0)
        return true;
    const enum nfc_exchange e = nfc_chip_request_b(n->chip, chip_reqb, sizeof chip_reqb, &answer);
    if (e == NFC_DISTURBED)
        ret->look = CHIP_LOOK_DISTURBED;
    return e != NFC_BROKEN;
}

static bool look_by_either(struct nfc *n, struct sight *ret)
{
    if (!look_by_list(n, ret))
        return false;
    const enum chip_look by_list = ret->look;
    if (by_list == CHIP_LOOK_NUMBER)
        return true;
    n->needs_restart |= by_list != CHIP_LOOK_EMPTY;
    if (!look_by_hand(n, ret))
        return false;
    if (ret->look == CHIP_LOOK_EMPTY)
        ret->look = by_list;
    return true;
}

static bool look_by_method(struct nfc *n, struct sight *ret)
{
    if (n->method == CHIP_RAW)
        return look_by_hand(n, ret);
    if (n->method == CHIP_AUTO)
        return look_by_either(n, ret);
    return look_by_list(n, ret) && (ret->look != CHIP_LOOK_EMPTY || listen_for_two(n, ret));
}

static bool look_for_type_b(struct nfc *n, struct sight *ret)
{
    const unsigned silences_max = n->method == CHIP_AUTO ? SILENCES_MAX_AUTO : SILENCES_MAX;
    if (!look_by_method(n, ret))
        return false;
    if (ret->look == CHIP_LOOK_EMPTY)
        n->silences++;
    n->needs_restart |=
        n->silences >= silences_max || (ret->look != CHIP_LOOK_EMPTY && ret->look != CHIP_LOOK_NUMBER);
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
    if (nfc_chip_try(n->chip, NFC_TRIES_AGAIN) != NFC_DONE)
        return false;
    if (!look_for_type_a(n, &type_a) &&
        !look_for_type_a(n, &type_a)) /* the card may be gone at the next look */
        return false;
    if (type_a.look != CHIP_LOOK_EMPTY)
        ret->look = CHIP_LOOK_SEVERAL;
    return true;
}

/* What type B adds to what type A showed: the card may be gone at the next look, so that it is asked for twice. */
static bool look_beside_type_a(struct nfc *n, const struct sight *type_a, struct sight *ret)
{
    if (nfc_chip_try(n->chip, NFC_TRIES_AGAIN) != NFC_DONE ||
        (!look_for_type_b(n, ret) && !look_for_type_b(n, ret)))
        return false;
    put_together(n, type_a, ret);
    return true;
}

/* Between two whole looks it is enough to hear the card that rests there again: a second one of its kind, or one of the
 * other kind, does not answer then. */
static bool is_enough_at_rest(struct nfc *n)
{
    return chip_presence_is_calm(&n->presence) && ++n->looks_at_rest % WHOLE_LOOK_EVERY != 0;
}

static bool look_at_both(struct nfc *n, struct sight *ret)
{
    struct sight type_a;
    if (nfc_chip_try(n->chip, NFC_TRIES) != NFC_DONE || !look_for_type_a(n, &type_a))
        return false;
    const bool rests = type_a.look == CHIP_LOOK_NUMBER && chip_presence_has(&n->presence, &type_a.card);
    if ((rests && is_enough_at_rest(n)) || type_a.look == CHIP_LOOK_SEVERAL) {
        *ret = type_a;
        return true;
    }
    if (type_a.look != CHIP_LOOK_EMPTY)
        return look_beside_type_a(n, &type_a, ret);
    return look_for_type_b(n, ret) && look_again_for_type_a(n, ret);
}

/* One look into the field. */
static bool look(struct nfc *n, struct sight *ret)
{
    if (n->needs_restart && !restart_field(n))
        return false;
    if (n->is_selected) {
        if (is_enough_at_rest(n) && (!look_at_selected(n, ret) || n->is_selected))
            return n->is_selected;
        if (!restart_field(n))
            return false;
    }
    if (!look_at_both(n, ret))
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

/* Why a broken wire ends the step: 0 as long as it may still recover. */
static int judge_wire(struct nfc *n)
{
    n->is_selected = false;
    n->needs_restart = true;
    if (nfc_chip_has_hung_up(n->chip))
        return -EIO;
    clock_sleep_us(REST_US);
    return ++n->wire_errors < WIRE_ERRORS_MAX ? 0 : nfc_chip_error(n->chip);
}

static int nfc_step(void *device, struct reader *reader)
{
    struct nfc *n = device;
    struct sight seen;
    if (!look(n, &seen))
        return judge_wire(n);
    n->wire_errors = 0;
    report(reader, chip_presence_see(&n->presence, seen.look, &seen.card), &seen.card);
    const bool is_empty = seen.look == CHIP_LOOK_EMPTY && !n->presence.has_card;
    if (!is_empty)
        clock_sleep_us(REST_US);
    else if (n->method == CHIP_RAW)
        clock_sleep_us(RAW_REST_US);
    wipe_bytes(&seen, sizeof seen);
    return 0;
}

static void nfc_close_device(void *device)
{
    struct nfc *n = device;
    nfc_chip_close(n->chip);
    free(n);
}

static int nfc_open_device(const struct reader_options *options, struct reader *reader, void **ret_device)
{
    struct nfc_address address;
    struct nfc_chip *chip;
    int r = nfc_address_resolve(options->device, &address);
    if (r == 0)
        r = nfc_chip_open(&address, &chip);
    if (r < 0)
        return r;
    if (options->method == CHIP_RAW && nfc_chip_list_b(chip) < 0) { /* it sets the chip up for type B */
        r = nfc_chip_has_hung_up(chip) ? -EIO : -ETIMEDOUT;
        nfc_chip_close(chip);
        return r;
    }
    reader_trace_opened("");
    struct nfc *n = bytes_alloc(sizeof *n);
    n->chip = chip;
    n->method = options->method;
    n->needs_restart = options->method == CHIP_RAW; /* that list may have selected a card */
    reader_report_ready(reader, nfc_chip_name(chip));
    *ret_device = n;
    return 0;
}

const struct reader_driver driver_nfc = {
    .name = "nfc",
    .objection = nfc_address_objection,
    .open = nfc_open_device,
    .step = nfc_step,
    .close = nfc_close_device,
    .pause_ms = 0,
};
