/* Check-ins: any JSON text. What is accepted has a credential of a lawful size and only plain texts. */
#include "base/text.h"
#include "identity/mask.h"
#include "identity/medium.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t most)
{
    size_t length = strnlen(text, most + 1);
    if (length > 0 && !text_is_plain(text, length, most))
        abort();
}

static void check(const struct presentation *person)
{
    check_text(person->name, PERSON_NAME_MAX);
    check_text(person->student_no, STUDENT_NO_MAX);
    check_text(person->unit, UNIT_MAX);
    check_text(person->id_number, ID_NUMBER_LENGTH);
    check_text(person->valid_to, 8);
    if (medium_from_name(medium_name(person->medium)) != person->medium)
        abort();
    const uint8_t *bytes;
    size_t size;
    enum credential_kind kind = presentation_credential(person, &bytes, &size);
    if (size == 0 || size > CREDENTIAL_MAX)
        abort();
    static const uint8_t key[DIGEST_KEY_SIZE] = {1};
    uint8_t digest[DIGEST_SIZE], other[DIGEST_SIZE];
    credential_digest(key, kind, bytes, size, digest);
    credential_digest(key, kind, bytes, size - 1, other);
    if (memcmp(digest, other, sizeof digest) == 0)
        abort();
    char mask[NAME_MASK_SIZE];
    mask_name(person->name, mask);
    check_text(mask, NAME_MASK_SIZE - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *object = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
    struct presentation person = {.medium = MEDIUM_COUNT};
    if (presentation_from_json(object, &person) == PRESENTATION_OK)
        check(&person);
    else if (person.medium != MEDIUM_COUNT)
        abort();
    json_decref(object);
    return 0;
}
