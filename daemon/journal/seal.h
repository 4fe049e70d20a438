/* Sealing of personal fields: XChaCha20-Poly1305 (libsodium, IETF construction), a random nonce in front of
 * each box.
 *
 * A person's box is bound to "person" and the id; a payload's to "credential", digest, kind and person. So a
 * box moved to another row does not open. Inside a person's box: u8 bound, then name, id_number, student_no,
 * unit and valid_to, each as u16 length (little-endian) and bytes, zeros up to a multiple of 64, so that the
 * size says little about the name. With anything of the roster known, the first byte is 2 | bound, and behind valid_to
 * stand college, campus and note, then u8 flags (1 on the roster, 2 excluded, 4 captured before), u8 level, u32 unit. */
#ifndef JOURNAL_SEAL_H
#define JOURNAL_SEAL_H
#include "journal/journal.h"

enum {
    SEAL_NONCE_SIZE = 24,
    SEAL_OVERHEAD = SEAL_NONCE_SIZE + 16,
    SEAL_PERSON_PLAIN_MAX = (1 + 8 * 2 + PERSON_NAME_MAX + ID_NUMBER_LENGTH + STUDENT_NO_MAX + 2 * UNIT_MAX +
                             8 + CAMPUS_TEXT_MAX + NOTE_TEXT_MAX + 6 + 63) /
                            64 * 64,
    SEAL_PERSON_MAX = SEAL_OVERHEAD + SEAL_PERSON_PLAIN_MAX,
    SEAL_PAYLOAD_MAX = SEAL_OVERHEAD + CREDENTIAL_MAX,
};

/* Both return the size of the box. payload_size is at most CREDENTIAL_MAX. */
size_t seal_person(const uint8_t key[static JOURNAL_KEY_SIZE], const struct person_record *,
                   uint8_t ret_box[static SEAL_PERSON_MAX]);
size_t seal_payload(const uint8_t key[static JOURNAL_KEY_SIZE], const struct credential_record *,
                    const uint8_t *payload, size_t payload_size, uint8_t ret_box[static SEAL_PAYLOAD_MAX]);

/* Both return false, and leave the outputs alone, when the box is not of this key and this row, or its inside
 * is not as above. unseal_payload also when the payload is larger than the capacity. */
bool unseal_person(const uint8_t key[static JOURNAL_KEY_SIZE], const struct person_id *, const uint8_t *box,
                   size_t size, struct person_record *ret);
bool unseal_payload(const uint8_t key[static JOURNAL_KEY_SIZE], const struct credential_record *,
                    const uint8_t *box, size_t size, uint8_t *ret_bytes, size_t capacity, size_t *ret_size);

#endif
