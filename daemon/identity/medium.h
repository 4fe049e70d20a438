/* The media a person may present, and what was read from one: a presentation. */
#ifndef IDENTITY_MEDIUM_H
#define IDENTITY_MEDIUM_H
#include "identity/mrz_repair.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum medium {
    MEDIUM_NONE = 0,
    MEDIUM_MANUAL = 1, /* typed by the marshal */
    MEDIUM_ID_CARD,    /* resident identity card through a SAM reader: number and name */
    MEDIUM_CHIP,       /* the same card through a plain NFC reader: only its 8-byte chip number */
    MEDIUM_CAPTURE_CODE,
    MEDIUM_PASSPORT,
    MEDIUM_CAMPUS_CARD, /* ISO 14443 type A UID: 4, 7 or 10 bytes */
    MEDIUM_COUNT
};

/* "manual", "id_card", "chip", "capture_code", "passport", "campus_card"; stable, used in JSON, journal and CSV. */
const char *medium_name(enum medium);
enum medium medium_from_name(const char *name); /* MEDIUM_NONE when unknown */

enum {
    ID_NUMBER_LENGTH = 18, /* at most: a permanent resident's may have 15, see id_number.h */
    PERSON_NAME_MAX = 192, /* bytes of UTF-8 */
    STUDENT_NO_MAX = 32,
    UNIT_MAX = 120,
    CREDENTIAL_MAX = 2953, /* bytes: a full version-40 QR code, ISO/IEC 18004 */
};

struct presentation {
    enum medium medium;
    char id_number[ID_NUMBER_LENGTH + 1]; /* checked and upper case, or "" */
    char name[PERSON_NAME_MAX + 1];       /* plain UTF-8, or "" */
    char student_no[STUDENT_NO_MAX + 1];
    char unit[UNIT_MAX + 1];
    char valid_to[9]; /* YYYYMMDD, "" unknown, "LONG" for 长期 */
    uint8_t
        credential[CREDENTIAL_MAX]; /* chip number, UID or code payload, exactly; passport: "UTO:L898902C3" */
    size_t credential_size;
    struct mrz_repairs repairs; /* passport: what was misread and repaired, to be shown to the operator */
};

enum presentation_fault {
    PRESENTATION_OK = 0,
    PRESENTATION_BAD_REQUEST,   /* not an object, a field missing, of the wrong type, or not plain text */
    PRESENTATION_BAD_MEDIUM,    /* no such medium */
    PRESENTATION_BAD_ID_NUMBER, /* GB 11643: length, date or check digit */
    PRESENTATION_BAD_CHIP,      /* not 16 hexadecimal digits, or all zero */
    PRESENTATION_EMPTY_SCAN,
    PRESENTATION_TOO_LARGE,
    PRESENTATION_BAD_MRZ,
};

/* From the fields of DESIGN.md's check-in, which a reader's line shares. Borrows `object`; fills *ret only on success. */
enum presentation_fault presentation_from_json(const json_t *object, struct presentation *ret);
/* True when the card or passport was valid until a day before `today` (YYYYMMDD). One that does not say, or that is
 * valid for ever, never expires. It still says who somebody is: this is a matter for a note, not for a refusal. */
bool presentation_is_expired(const struct presentation *, const char *today);
/* What the staff are told then, {"code","zh","en"}: an expired document still says who somebody is. To be decref'd. */
json_t *presentation_expired_note(void);
/* The passport of two lines; misread characters are repaired as mrz_repair.h says. Likewise. */
enum presentation_fault presentation_from_mrz(const char *line1, size_t length1, const char *line2,
                                              size_t length2, struct presentation *ret);
void presentation_wipe(struct presentation *);

/* Of what the digest that names a person is taken. Kinds are part of the digest and of the database: never renumber. */
enum credential_kind {
    CREDENTIAL_ID_NUMBER = 1,
    CREDENTIAL_STUDENT_NO = 2,
    CREDENTIAL_CHIP = 3,
    CREDENTIAL_CAPTURE_CODE = 4,
    CREDENTIAL_PASSPORT = 5,
    CREDENTIAL_CAMPUS_CARD = 6,
};
enum { DIGEST_SIZE = 32, DIGEST_KEY_SIZE = 32 };

/* Which credential of a presentation says who it is: the ID number when there is one, else the student number,
 * else the medium's own bytes. Gives a pointer into `presentation`. */
enum credential_kind presentation_credential(const struct presentation *, const uint8_t **ret_bytes,
                                             size_t *ret_size);
/* True when the credential names a person whom a register could know (number, passport), false for opaque ones. */
bool credential_is_bound(enum credential_kind);
/* Keyed BLAKE2b-256 over kind, length and bytes. */
void credential_digest(const uint8_t key[static DIGEST_KEY_SIZE], enum credential_kind, const uint8_t *bytes,
                       size_t size, uint8_t ret_digest[static DIGEST_SIZE]);

#endif
