/* Boxes for people and payloads. Never keeps a plain field longer than the call. Any thread. */
#include "journal/seal.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/bytes.h"

static_assert(SEAL_OVERHEAD ==
                  crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
              "nonce and tag");
static_assert(JOURNAL_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");

enum { BLOCK = 64, AD_MAX = 64 };

static size_t person_ad(const struct person_id *id, uint8_t ret_ad[static AD_MAX])
{
    memcpy(ret_ad, "person", 6);
    memcpy(ret_ad + 6, id->bytes, PERSON_ID_SIZE);
    return 6 + PERSON_ID_SIZE;
}

static size_t payload_ad(const struct credential_record *record, uint8_t ret_ad[static AD_MAX])
{
    uint8_t *at = ret_ad;
    memcpy(at, "credential", 10);
    at += 10;
    memcpy(at, record->digest, DIGEST_SIZE);
    at += DIGEST_SIZE;
    *at++ = (uint8_t)record->kind;
    memcpy(at, record->person.bytes, PERSON_ID_SIZE);
    at += PERSON_ID_SIZE;
    return (size_t)(at - ret_ad);
}
static_assert(10 + DIGEST_SIZE + 1 + PERSON_ID_SIZE <= AD_MAX, "associated data");

static size_t seal(const uint8_t *key, const uint8_t *ad, size_t ad_size, const uint8_t *plain, size_t size,
                   uint8_t *ret_box)
{
    random_bytes(ret_box, SEAL_NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(ret_box + SEAL_NONCE_SIZE, NULL, plain, size, ad, ad_size,
                                               NULL, ret_box, key);
    return size + SEAL_OVERHEAD;
}

static bool unseal(const uint8_t *key, const uint8_t *ad, size_t ad_size, const uint8_t *box, size_t size,
                   uint8_t *ret_plain)
{
    return crypto_aead_xchacha20poly1305_ietf_decrypt(ret_plain, NULL, NULL, box + SEAL_NONCE_SIZE,
                                                      size - SEAL_NONCE_SIZE, ad, ad_size, box, key) == 0;
}

static uint8_t *put_field(uint8_t *at, const char *text, size_t most)
{
    size_t length = strnlen(text, most);
    *at++ = (uint8_t)length;
    *at++ = (uint8_t)(length >> 8);
    memcpy(at, text, length);
    return at + length;
}

enum { MARK_BOUND = 1, MARK_ROSTER = 2, FLAG_ROSTER = 1, FLAG_EXCLUDED = 2, FLAG_CAPTURED = 4 };

static bool has_roster_fields(const struct person_record *person)
{
    return person->on_roster || person->is_excluded || person->is_captured || person->unit_id ||
           person->level != DEGREE_NONE || *person->college || *person->campus || *person->note;
}

static uint8_t *put_roster(uint8_t *at, const struct person_record *person)
{
    at = put_field(at, person->college, UNIT_MAX);
    at = put_field(at, person->campus, CAMPUS_TEXT_MAX);
    at = put_field(at, person->note, NOTE_TEXT_MAX);
    *at++ = (uint8_t)((person->on_roster ? FLAG_ROSTER : 0) | (person->is_excluded ? FLAG_EXCLUDED : 0) |
                      (person->is_captured ? FLAG_CAPTURED : 0));
    *at++ = (uint8_t)person->level;
    for (unsigned i = 0; i < 4; i++)
        *at++ = (uint8_t)(person->unit_id >> (8 * i));
    return at;
}

size_t seal_person(const uint8_t key[static JOURNAL_KEY_SIZE], const struct person_record *person,
                   uint8_t ret_box[static SEAL_PERSON_MAX])
{
    uint8_t plain[SEAL_PERSON_PLAIN_MAX] = {0}, *at = plain, ad[AD_MAX];
    const bool of_roster = has_roster_fields(person);
    *at++ = (uint8_t)(person->bound | (of_roster ? MARK_ROSTER : 0));
    at = put_field(at, person->name, PERSON_NAME_MAX);
    at = put_field(at, person->id_number, ID_NUMBER_LENGTH);
    at = put_field(at, person->student_no, STUDENT_NO_MAX);
    at = put_field(at, person->unit, UNIT_MAX);
    at = put_field(at, person->valid_to, sizeof person->valid_to - 1);
    if (of_roster)
        at = put_roster(at, person);
    size_t size = ((size_t)(at - plain) + BLOCK - 1) / BLOCK * BLOCK;
    size_t box_size = seal(key, ad, person_ad(&person->id, ad), plain, size, ret_box);
    wipe_bytes(plain, sizeof plain);
    return box_size;
}

size_t seal_payload(const uint8_t key[static JOURNAL_KEY_SIZE], const struct credential_record *record,
                    const uint8_t *payload, size_t payload_size, uint8_t ret_box[static SEAL_PAYLOAD_MAX])
{
    uint8_t ad[AD_MAX];
    assert(payload_size <= CREDENTIAL_MAX);
    return seal(key, ad, payload_ad(record, ad), payload, payload_size, ret_box);
}

/* A cursor over the opened box; `left` becomes -1 once a field does not fit. */
struct fields {
    const uint8_t *at;
    ptrdiff_t left;
};

static void take_field(struct fields *fields, char *ret_text, size_t most)
{
    size_t length = fields->left >= 2 ? (size_t)fields->at[0] | (size_t)fields->at[1] << 8 : SIZE_MAX;
    if (length > most || (ptrdiff_t)length > fields->left - 2 || memchr(fields->at + 2, 0, length)) {
        fields->left = -1;
        return;
    }
    memcpy(ret_text, fields->at + 2, length);
    ret_text[length] = 0;
    fields->at += 2 + length;
    fields->left -= 2 + (ptrdiff_t)length;
}

static void take_roster(struct fields *fields, struct person_record *ret)
{
    enum { REST = 6 };
    take_field(fields, ret->college, UNIT_MAX);
    take_field(fields, ret->campus, CAMPUS_TEXT_MAX);
    take_field(fields, ret->note, NOTE_TEXT_MAX);
    const uint8_t *at = fields->at;
    if (fields->left < REST || at[0] > (FLAG_ROSTER | FLAG_EXCLUDED | FLAG_CAPTURED) ||
        at[1] >= DEGREE_COUNT) {
        fields->left = -1;
        return;
    }
    ret->on_roster = at[0] & FLAG_ROSTER;
    ret->is_excluded = at[0] & FLAG_EXCLUDED;
    ret->is_captured = at[0] & FLAG_CAPTURED;
    ret->level = (enum degree)at[1];
    ret->unit_id = (uint32_t)at[2] | (uint32_t)at[3] << 8 | (uint32_t)at[4] << 16 | (uint32_t)at[5] << 24;
    fields->at += REST;
    fields->left -= REST;
}

static bool person_parse(const uint8_t *plain, size_t size, struct person_record *ret)
{
    if (size == 0 || plain[0] > (MARK_BOUND | MARK_ROSTER))
        return false;
    ret->bound = plain[0] & MARK_BOUND;
    struct fields fields = {plain + 1, (ptrdiff_t)size - 1};
    take_field(&fields, ret->name, PERSON_NAME_MAX);
    take_field(&fields, ret->id_number, ID_NUMBER_LENGTH);
    take_field(&fields, ret->student_no, STUDENT_NO_MAX);
    take_field(&fields, ret->unit, UNIT_MAX);
    take_field(&fields, ret->valid_to, sizeof ret->valid_to - 1);
    if (plain[0] & MARK_ROSTER)
        take_roster(&fields, ret);
    if (fields.left < 0 || fields.left >= BLOCK)
        return false;
    return sodium_is_zero(fields.at, (size_t)fields.left);
}

bool unseal_person(const uint8_t key[static JOURNAL_KEY_SIZE], const struct person_id *id, const uint8_t *box,
                   size_t size, struct person_record *ret)
{
    uint8_t plain[SEAL_PERSON_PLAIN_MAX], ad[AD_MAX];
    if (size <= SEAL_OVERHEAD || size > SEAL_PERSON_MAX ||
        !unseal(key, ad, person_ad(id, ad), box, size, plain))
        return false;
    struct person_record person = {.id = *id};
    bool is_whole = person_parse(plain, size - SEAL_OVERHEAD, &person);
    if (is_whole)
        *ret = person;
    wipe_bytes(plain, sizeof plain);
    wipe_bytes(&person, sizeof person);
    return is_whole;
}

bool unseal_payload(const uint8_t key[static JOURNAL_KEY_SIZE], const struct credential_record *record,
                    const uint8_t *box, size_t size, uint8_t *ret_bytes, size_t capacity, size_t *ret_size)
{
    uint8_t plain[CREDENTIAL_MAX], ad[AD_MAX];
    if (size < SEAL_OVERHEAD || size > SEAL_PAYLOAD_MAX || size - SEAL_OVERHEAD > capacity)
        return false;
    size -= SEAL_OVERHEAD;
    if (!unseal(key, ad, payload_ad(record, ad), box, size + SEAL_OVERHEAD, plain))
        return false;
    if (size)
        memcpy(ret_bytes, plain, size);
    *ret_size = size;
    wipe_bytes(plain, size);
    return true;
}
