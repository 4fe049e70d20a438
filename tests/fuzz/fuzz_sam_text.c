/* SAM records: what is read is a whole person, and, for a citizen, composing that person gives a record that reads the same.
 */
#include "base/text.h"
#include "identity/id_number.h"
#include "identity/mask.h"
#include "identity/sam_text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_person(const struct presentation *person)
{
    char number[19], mask[NAME_MASK_SIZE];
    if (person->medium != MEDIUM_ID_CARD ||
        (person->name[0] && !text_is_plain(person->name, strlen(person->name), PERSON_NAME_MAX)))
        abort();
    if (id_number_parse(person->id_number, strlen(person->id_number), number) != ID_NUMBER_OK ||
        strcmp(number, person->id_number) != 0)
        abort();
    mask_name(person->name, mask);
    if (!utf8_is_valid(mask, strlen(mask)) || strlen(mask) >= sizeof mask)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct presentation person = {.name = "untouched"}, again;
    if (sam_text_parse(data, size, &person) != SAM_TEXT_OK) {
        if (strcmp(person.name, "untouched") != 0)
            abort();
        return 0;
    }
    if (size != SAM_TEXT_SIZE)
        abort();
    check_person(&person);
    if (data[248] != ' ' || data[249] != 0) { /* only an unknown kind of card goes without a name */
        const bool is_known = strchr("JIY", data[248]) && data[248] && data[249] == 0;
        if (is_known != (person.name[0] != '\0'))
            abort();
        return 0;
    }
    uint8_t record[SAM_TEXT_SIZE];
    if (sam_text_compose(person.name, person.id_number, person.valid_to, record) != 0)
        abort();
    if (sam_text_parse(record, sizeof record, &again) != SAM_TEXT_OK ||
        memcmp(&person, &again, sizeof again) != 0)
        abort();
    return 0;
}
