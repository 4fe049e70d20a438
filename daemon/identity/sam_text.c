/* The SAM text record. Pure functions; any thread. Offsets in bytes. */
#include "identity/sam_text.h"
#include "base/text.h"
#include "identity/id_number.h"
#include <errno.h>
#include <string.h>

/* GA 467 as vendors describe it; "to" is where 长期 may stand. */
enum {
    NAME_AT = 0,
    NAME_SIZE = 30,
    SEX_AT = 30,
    SEX_SIZE = 2,
    ETHNIC_AT = 32,
    ETHNIC_SIZE = 4,
    BIRTH_AT = 36,
    DATE_SIZE = 16,
    ADDRESS_AT = 52,
    ADDRESS_SIZE = 70,
    NUMBER_AT = 122,
    NUMBER_SIZE = 36,
    ISSUER_AT = 158,
    ISSUER_SIZE = 30,
    FROM_AT = 188,
    TO_AT = 204,
    RESERVED_AT = 220,
    RESERVED_SIZE = 36,
    TYPE_AT = 248,
};

static const char forever[] = "长期";

enum { FOREIGN_NAME_MAX = 120, TEXT_MOST = FOREIGN_NAME_MAX / 2 * 3 + 1 };

struct span {
    size_t at, size;
};

/* Where each kind of card has what. A foreign name may be cut in two. */
struct layout {
    char type; /* the letter at TYPE_AT; 0: a letter that is not known here */
    struct span number, name, foreign[2];
};
static const struct layout layouts[] = {
    {' ', {NUMBER_AT, NUMBER_SIZE}, {NAME_AT, NAME_SIZE}, {{0, 0}}},
    {'J', {NUMBER_AT, NUMBER_SIZE}, {NAME_AT, NAME_SIZE}, {{0, 0}}},
    {'I', {NUMBER_AT, 30}, {158, 30}, {{0, FOREIGN_NAME_MAX}}},
    {'Y', {NUMBER_AT, NUMBER_SIZE}, {NAME_AT, NAME_SIZE}, {{52, 70}, {220, 22}}},
    {0, {NUMBER_AT, NUMBER_SIZE}, {0, 0}, {{0, 0}}},
};

static const struct layout *layout_of(const uint8_t *record)
{
    const struct layout *layout = layouts;
    while (layout->type && (record[TYPE_AT] != layout->type || record[TYPE_AT + 1] != 0))
        layout++;
    return layout;
}

static bool is_date(const char *text)
{
    return strlen(text) == 8 && strspn(text, "0123456789") == 8;
}

/* An unreadable end of validity makes a card no less its bearer's: it is left unknown. */
static void take_valid_to(const uint8_t *record, struct presentation *to)
{
    char text[TEXT_MOST];
    if (utf16le_to_utf8(record + TO_AT, DATE_SIZE, text, sizeof text) < 0)
        return;
    if (strcmp(text, forever) == 0)
        strcpy(to->valid_to, "LONG");
    else if (is_date(text))
        strcpy(to->valid_to, text);
}

/* The Chinese name, or, when the card has none, the foreign one. */
static enum sam_text_fault take_name(const uint8_t *record, const struct layout *layout,
                                     struct presentation *to)
{
    uint8_t whole[FOREIGN_NAME_MAX];
    const struct span *one = &layout->foreign[0], *two = &layout->foreign[1];
    char text[TEXT_MOST];
    int length = utf16le_to_utf8(record + layout->name.at, layout->name.size, text, sizeof text);
    if (length == 0 && one->size > 0) {
        memcpy(whole, record + one->at, one->size);
        memcpy(whole + one->size, record + two->at, two->size);
        length = utf16le_to_utf8(whole, one->size + two->size, text, sizeof text);
    }
    if (length < 0)
        return SAM_TEXT_BAD_ENCODING;
    if (!text_is_plain(text, (size_t)length, PERSON_NAME_MAX))
        return SAM_TEXT_BAD_NAME;
    memcpy(to->name, text, (size_t)length + 1);
    return SAM_TEXT_OK;
}

static enum sam_text_fault take_number(const uint8_t *record, const struct layout *layout,
                                       struct presentation *to)
{
    char text[TEXT_MOST];
    const int length = utf16le_to_utf8(record + layout->number.at, layout->number.size, text, sizeof text);
    if (length < 0)
        return SAM_TEXT_BAD_ENCODING;
    if (id_number_parse(text, (size_t)length, to->id_number) != ID_NUMBER_OK)
        return SAM_TEXT_BAD_ID_NUMBER;
    /* each kind of card has its own kind of number, whatever else would check */
    return id_number_is_citizen(to->id_number) == (layout->type != 'I') ? SAM_TEXT_OK
                                                                        : SAM_TEXT_BAD_ID_NUMBER;
}

enum sam_text_fault sam_text_parse(const uint8_t *record, size_t size, struct presentation *ret)
{
    if (size != SAM_TEXT_SIZE)
        return SAM_TEXT_BAD_SIZE;
    const struct layout *layout = layout_of(record);
    struct presentation person = {.medium = MEDIUM_ID_CARD};
    enum sam_text_fault fault = take_number(record, layout, &person);
    if (!layout->type) {
        fault = fault == SAM_TEXT_OK ? SAM_TEXT_OK : SAM_TEXT_UNSUPPORTED_CARD;
    } else if (fault == SAM_TEXT_OK) {
        fault = take_name(record, layout, &person);
        take_valid_to(record, &person);
    }
    if (fault == SAM_TEXT_OK)
        *ret = person;
    presentation_wipe(&person);
    return fault;
}

static int put_all(const char *const texts[], uint8_t record[static SAM_TEXT_SIZE])
{
    static const struct {
        size_t at, size;
    } fields[] = {
        {NAME_AT, NAME_SIZE},         {SEX_AT, SEX_SIZE},         {ETHNIC_AT, ETHNIC_SIZE},
        {BIRTH_AT, DATE_SIZE},        {ADDRESS_AT, ADDRESS_SIZE}, {NUMBER_AT, NUMBER_SIZE},
        {ISSUER_AT, ISSUER_SIZE},     {FROM_AT, DATE_SIZE},       {TO_AT, DATE_SIZE},
        {RESERVED_AT, RESERVED_SIZE},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        int result = utf8_to_utf16le(texts[i], record + fields[i].at, fields[i].size);
        if (result != 0)
            return result == -E2BIG ? -E2BIG : -EINVAL;
    }
    return 0;
}

int sam_text_compose(const char *name, const char *id_number, const char *valid_to,
                     uint8_t ret_record[static SAM_TEXT_SIZE])
{
    char number[ID_NUMBER_LENGTH + 1], birth[9] = "";
    if (id_number_parse(id_number, strlen(id_number), number) != ID_NUMBER_OK ||
        !id_number_is_citizen(number) || !text_is_plain(name, strlen(name), PERSON_NAME_MAX))
        return -EINVAL;
    bool is_forever = strcmp(valid_to, "LONG") == 0;
    if (valid_to[0] && !is_forever && !is_date(valid_to))
        return -EINVAL;
    memcpy(birth, number + 6, 8);
    bool is_male = (number[16] - '0') % 2 == 1;
    const char *const texts[] = {
        name,
        is_male ? "1" : "2",
        "01",
        birth,
        "测试省测试市测试路1号",
        number,
        "测试市公安局",
        "20200101",
        is_forever ? forever : valid_to,
        "",
    };
    uint8_t record[SAM_TEXT_SIZE];
    int result = put_all(texts, record);
    if (result == 0)
        memcpy(ret_record, record, sizeof record);
    return result;
}
