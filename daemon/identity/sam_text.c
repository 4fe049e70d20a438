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

enum { TEXT_MOST = ADDRESS_SIZE / 2 * 3 + 1 };

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

enum sam_text_fault sam_text_parse(const uint8_t *record, size_t size, struct presentation *ret)
{
    if (size != SAM_TEXT_SIZE)
        return SAM_TEXT_BAD_SIZE;
    if (record[TYPE_AT] != ' ' || record[TYPE_AT + 1] != 0)
        return SAM_TEXT_UNSUPPORTED_CARD;
    char name[TEXT_MOST], text[TEXT_MOST], number[ID_NUMBER_LENGTH + 1];
    int name_length = utf16le_to_utf8(record + NAME_AT, NAME_SIZE, name, sizeof name);
    int text_length = utf16le_to_utf8(record + NUMBER_AT, NUMBER_SIZE, text, sizeof text);
    if (name_length < 0 || text_length < 0)
        return SAM_TEXT_BAD_ENCODING;
    if (id_number_parse(text, (size_t)text_length, number) != ID_NUMBER_OK)
        return SAM_TEXT_BAD_ID_NUMBER;
    if (!text_is_plain(name, (size_t)name_length, PERSON_NAME_MAX))
        return SAM_TEXT_BAD_NAME;
    *ret = (struct presentation){.medium = MEDIUM_ID_CARD};
    memcpy(ret->id_number, number, sizeof number);
    memcpy(ret->name, name, (size_t)name_length + 1);
    take_valid_to(record, ret);
    return SAM_TEXT_OK;
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
        !text_is_plain(name, strlen(name), PERSON_NAME_MAX))
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
