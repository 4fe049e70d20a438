/* Media, and a presentation from JSON. Pure functions; any thread. Must not log anything: all of it is
 * personal. */
#include "identity/medium.h"
#include "base/bytes.h"
#include "base/text.h"
#include "identity/id_number.h"
#include "identity/mrz.h"
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHIP_SIZE = 8 };

static const char *const names[MEDIUM_COUNT] = {
    [MEDIUM_NONE] = "none",
    [MEDIUM_MANUAL] = "manual",
    [MEDIUM_ID_CARD] = "id_card",
    [MEDIUM_CHIP] = "chip",
    [MEDIUM_PASSPORT] = "passport",
    [MEDIUM_CAPTURE_CODE] = "capture_code",
    [MEDIUM_CAMPUS_CARD] = "campus_card",
};

const char *medium_name(enum medium medium)
{
    return names[medium];
}

enum medium medium_from_name(const char *name)
{
    for (enum medium medium = MEDIUM_MANUAL; medium < MEDIUM_COUNT; medium++)
        if (strcmp(names[medium], name) == 0)
            return medium;
    return MEDIUM_NONE;
}

/* ---- fields ---- */

struct field {
    const char *text; /* NULL when the field is missing, null or "" */
    size_t length;
};

/* False when it is there and no string. */
static bool take_field(const json_t *object, const char *key, struct field *ret)
{
    const json_t *value = json_object_get(object, key);
    *ret = (struct field){0};
    if (!value || json_is_null(value))
        return true;
    if (!json_is_string(value))
        return false;
    if (json_string_length(value) > 0)
        *ret = (struct field){json_string_value(value), json_string_length(value)};
    return true;
}

/* Blanks around are typing, not part of what was meant. */
static struct field without_blanks(struct field field)
{
    static const char wide[] = "\u3000";
    for (size_t step; field.length > 0; field.text += step, field.length -= step) {
        step = field.text[0] == ' ' ? 1 : field.length >= 3 && memcmp(field.text, wide, 3) == 0 ? 3 : 0;
        if (step == 0)
            break;
    }
    for (size_t step; field.length > 0; field.length -= step) {
        const char *end = field.text + field.length;
        step = end[-1] == ' ' ? 1 : field.length >= 3 && memcmp(end - 3, wide, 3) == 0 ? 3 : 0;
        if (step == 0)
            break;
    }
    return field;
}

/* An optional text into `to`, which has room for `most` bytes and a NUL. */
static bool take_text(const json_t *object, const char *key, char *to, size_t most)
{
    struct field field;
    if (!take_field(object, key, &field))
        return false;
    field = without_blanks(field);
    if (field.length == 0)
        return true;
    if (!text_is_plain(field.text, field.length, most))
        return false;
    memcpy(to, field.text, field.length);
    return true;
}

static enum presentation_fault take_id_number(const json_t *object, struct presentation *to)
{
    struct field field;
    if (!take_field(object, "id_number", &field))
        return PRESENTATION_BAD_REQUEST;
    if (field.text && id_number_parse(field.text, field.length, to->id_number) != ID_NUMBER_OK)
        return PRESENTATION_BAD_ID_NUMBER;
    return PRESENTATION_OK;
}

static bool take_valid_to(const json_t *object, struct presentation *to)
{
    if (!take_text(object, "valid_to", to->valid_to, sizeof to->valid_to - 1))
        return false;
    const char *text = to->valid_to;
    return !text[0] || strcmp(text, "LONG") == 0 || (strlen(text) == 8 && strspn(text, "0123456789") == 8);
}

/* ---- one function a medium ---- */

static enum presentation_fault take_manual(const json_t *object, struct presentation *to)
{
    enum presentation_fault fault = take_id_number(object, to);
    if (fault != PRESENTATION_OK)
        return fault;
    if (!take_text(object, "student_no", to->student_no, STUDENT_NO_MAX))
        return PRESENTATION_BAD_REQUEST;
    return to->id_number[0] || to->student_no[0] ? PRESENTATION_OK : PRESENTATION_BAD_REQUEST;
}

static enum presentation_fault take_id_card(const json_t *object, struct presentation *to)
{
    enum presentation_fault fault = take_id_number(object, to);
    if (fault != PRESENTATION_OK)
        return fault;
    return to->id_number[0] && take_valid_to(object, to) ? PRESENTATION_OK : PRESENTATION_BAD_REQUEST;
}

static bool are_all_zero(const uint8_t *bytes, size_t size)
{
    return sodium_is_zero(bytes, size) == 1;
}

/* Hexadecimal digits of one of the sizes, which end with 0. */
static enum presentation_fault take_serial(const json_t *object, const size_t *sizes, struct presentation *to)
{
    struct field field;
    if (!take_field(object, "serial", &field) || !field.text)
        return PRESENTATION_BAD_REQUEST;
    int size = hex_decode(field.text, field.length, to->credential, sizeof to->credential);
    for (; *sizes; sizes++)
        if (size == (int)*sizes && !are_all_zero(to->credential, *sizes)) {
            to->credential_size = *sizes;
            return PRESENTATION_OK;
        }
    return PRESENTATION_BAD_CHIP;
}

static enum presentation_fault take_chip(const json_t *object, struct presentation *to)
{
    return take_serial(object, (const size_t[]){CHIP_SIZE, 0}, to);
}

/* ISO/IEC 14443-3: a single, double or triple size UID. */
static enum presentation_fault take_campus_card(const json_t *object, struct presentation *to)
{
    return take_serial(object, (const size_t[]){4, 7, 10, 0}, to);
}

static enum presentation_fault take_capture_code(const json_t *object, struct presentation *to)
{
    const json_t *value = json_object_get(object, "payload_base64");
    if (!json_is_string(value))
        return PRESENTATION_BAD_REQUEST;
    int size = base64_decode(json_string_value(value), json_string_length(value), to->credential,
                             sizeof to->credential);
    if (size < 0)
        return size == -E2BIG ? PRESENTATION_TOO_LARGE : PRESENTATION_BAD_REQUEST;
    to->credential_size = (size_t)size;
    return size == 0 ? PRESENTATION_EMPTY_SCAN : PRESENTATION_OK;
}

static enum presentation_fault take_mrz(const char *line1, size_t length1, const char *line2, size_t length2,
                                        struct presentation *to)
{
    struct mrz mrz;
    if (mrz_repair(line1, length1, line2, length2, &mrz, &to->repairs) != MRZ_OK)
        return PRESENTATION_BAD_MRZ;
    to->credential_size =
        (size_t)snprintf((char *)to->credential, sizeof to->credential, "%s:%s", mrz.state, mrz.document_no);
    snprintf(to->name, sizeof to->name, "%s%s%s", mrz.surname, mrz.given[0] ? " " : "", mrz.given);
    snprintf(to->valid_to, sizeof to->valid_to, "20%s", mrz.expiry);
    wipe_bytes(&mrz, sizeof mrz);
    return PRESENTATION_OK;
}

enum presentation_fault presentation_from_mrz(const char *line1, size_t length1, const char *line2,
                                              size_t length2, struct presentation *ret)
{
    struct presentation passport = {.medium = MEDIUM_PASSPORT};
    enum presentation_fault fault = take_mrz(line1, length1, line2, length2, &passport);
    if (fault == PRESENTATION_OK)
        *ret = passport;
    presentation_wipe(&passport);
    return fault;
}

static enum presentation_fault take_passport(const json_t *object, struct presentation *to)
{
    const json_t *lines = json_object_get(object, "mrz"), *one = json_array_get(lines, 0),
                 *two = json_array_get(lines, 1);
    if (json_array_size(lines) != 2 || !json_is_string(one) || !json_is_string(two))
        return PRESENTATION_BAD_REQUEST;
    return take_mrz(json_string_value(one), json_string_length(one), json_string_value(two),
                    json_string_length(two), to);
}

static enum presentation_fault take_all(const json_t *object, struct presentation *to)
{
    static enum presentation_fault (*const takers[MEDIUM_COUNT])(const json_t *, struct presentation *) = {
        [MEDIUM_MANUAL] = take_manual,     [MEDIUM_ID_CARD] = take_id_card,
        [MEDIUM_CHIP] = take_chip,         [MEDIUM_CAPTURE_CODE] = take_capture_code,
        [MEDIUM_PASSPORT] = take_passport, [MEDIUM_CAMPUS_CARD] = take_campus_card,
    };
    const json_t *name = json_object_get(object, "medium");
    if (!json_is_string(name))
        return PRESENTATION_BAD_REQUEST;
    const char *text = json_string_value(name);
    to->medium = strlen(text) == json_string_length(name) ? medium_from_name(text) : MEDIUM_NONE;
    if (to->medium == MEDIUM_NONE)
        return PRESENTATION_BAD_MEDIUM;
    if (!take_text(object, "name", to->name, PERSON_NAME_MAX) ||
        !take_text(object, "unit", to->unit, UNIT_MAX))
        return PRESENTATION_BAD_REQUEST;
    return takers[to->medium](object, to);
}

enum presentation_fault presentation_from_json(const json_t *object, struct presentation *ret)
{
    struct presentation presentation = {0};
    enum presentation_fault fault = take_all(object, &presentation);
    if (fault == PRESENTATION_OK)
        *ret = presentation;
    presentation_wipe(&presentation);
    return fault;
}

bool presentation_is_expired(const struct presentation *presentation, const char *today)
{
    const char *text = presentation->valid_to;
    return strspn(text, "0123456789") == 8 && strcmp(text, today) < 0;
}

json_t *presentation_expired_note(void)
{
    json_t *note = json_pack("{ss ss ss}", "code", "card-expired", "zh", "证件已过有效期，请核对本人", "en",
                             "The card has expired: please check the person");
    if (!note)
        abort();
    return note;
}

void presentation_wipe(struct presentation *presentation)
{
    wipe_bytes(presentation, sizeof *presentation);
}

/* ---- who it is ---- */

static enum credential_kind kind_of(enum medium medium)
{
    switch (medium) {
    case MEDIUM_CHIP:
        return CREDENTIAL_CHIP;
    case MEDIUM_CAPTURE_CODE:
        return CREDENTIAL_CAPTURE_CODE;
    case MEDIUM_PASSPORT:
        return CREDENTIAL_PASSPORT;
    case MEDIUM_CAMPUS_CARD:
        return CREDENTIAL_CAMPUS_CARD;
    default:
        abort(); /* a presentation without any credential cannot have come from here */
    }
}

enum credential_kind presentation_credential(const struct presentation *presentation,
                                             const uint8_t **ret_bytes, size_t *ret_size)
{
    if (presentation->id_number[0]) {
        *ret_bytes = (const uint8_t *)presentation->id_number;
        *ret_size = strlen(presentation->id_number);
        return CREDENTIAL_ID_NUMBER;
    }
    if (presentation->student_no[0]) {
        *ret_bytes = (const uint8_t *)presentation->student_no;
        *ret_size = strlen(presentation->student_no);
        return CREDENTIAL_STUDENT_NO;
    }
    *ret_bytes = presentation->credential;
    *ret_size = presentation->credential_size;
    return kind_of(presentation->medium);
}

bool credential_is_bound(enum credential_kind kind)
{
    return kind == CREDENTIAL_ID_NUMBER || kind == CREDENTIAL_STUDENT_NO || kind == CREDENTIAL_PASSPORT;
}

void credential_digest(const uint8_t key[static DIGEST_KEY_SIZE], enum credential_kind kind,
                       const uint8_t *bytes, size_t size, uint8_t ret_digest[static DIGEST_SIZE])
{
    /* kind in one byte, length in eight, little endian: part of every database, never to be changed */
    uint8_t head[9] = {(uint8_t)kind};
    for (size_t i = 0; i < 8; i++)
        head[1 + i] = (uint8_t)((uint64_t)size >> (8 * i));
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, DIGEST_KEY_SIZE, DIGEST_SIZE);
    crypto_generichash_update(&state, head, sizeof head);
    crypto_generichash_update(&state, bytes, size);
    crypto_generichash_final(&state, ret_digest, DIGEST_SIZE);
    wipe_bytes(&state, sizeof state);
}
