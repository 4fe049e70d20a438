/* The rules of a profile as one line of text, which the journal keeps, and what in them cannot be meant. Pure. */
#include "queue/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identity/medium.h"

static const char *const gates[] = {"off", "warn", "refuse", NULL};
static const char *const payment_ways[] = {"none", "prepaid", "token", "on-site", "class", NULL};
static const char *const order_rules[] = {"free", "hint", "alarm", NULL};
static const char *const missed_rules[] = {"line-end", "class-end", "after-class", "session-end", NULL};
static const char *const override_bys[] = {"nobody", "office", "marshal", NULL};

static const char *name_in(const char *const names[], unsigned value)
{
    for (unsigned i = 0; names[i]; i++)
        if (i == value)
            return names[i];
    return NULL;
}

static int value_in(const char *const names[], const char *name)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

#define NAMED(type, prefix, names)                                                                           \
    const char *prefix##_name(enum type value)                                                               \
    {                                                                                                        \
        return name_in(names, (unsigned)value);                                                              \
    }                                                                                                        \
    int prefix##_from_name(const char *name)                                                                 \
    {                                                                                                        \
        return value_in(names, name);                                                                        \
    }
NAMED(gate, gate, gates)
NAMED(payment_way, payment_way, payment_ways)
NAMED(order_rule, order_rule, order_rules)
NAMED(missed_rule, missed_rule, missed_rules)
NAMED(override_by, override_by, override_bys)
#undef NAMED

static const uint32_t all_media = (1u << MEDIUM_COUNT) - (1u << MEDIUM_MANUAL);

void queue_rules_default(struct queue_rules *ret)
{
    *ret = (struct queue_rules){
        .media = all_media,
        .outsiders = true,
        .captured = GATE_REFUSE,
        .overrides = OVERRIDE_MARSHAL,
        .width = 4,
    };
}

/* ---- the canonical text: one table of fields, written and read by the same rows */
enum field_kind { FIELD_MEDIA, FIELD_BOOL, FIELD_NUMBER, FIELD_PREFIX, FIELD_NAME };
static const struct field {
    const char *name;
    enum field_kind kind;
    size_t at;
    const char *const *names;
} fields[] = {
    {"media", FIELD_MEDIA, offsetof(struct queue_rules, media), NULL},
    {"outsiders", FIELD_BOOL, offsetof(struct queue_rules, outsiders), NULL},
    {"payment", FIELD_NAME, offsetof(struct queue_rules, payment), payment_ways},
    {"payment_gate", FIELD_NAME, offsetof(struct queue_rules, payment_gate), gates},
    {"fee_fen", FIELD_NUMBER, offsetof(struct queue_rules, fee_fen), NULL},
    {"order", FIELD_NAME, offsetof(struct queue_rules, order), order_rules},
    {"line_limit", FIELD_NUMBER, offsetof(struct queue_rules, line_limit), NULL},
    {"missed", FIELD_NAME, offsetof(struct queue_rules, missed), missed_rules},
    {"captured", FIELD_NAME, offsetof(struct queue_rules, captured), gates},
    {"overrides", FIELD_NAME, offsetof(struct queue_rules, overrides), override_bys},
    {"spoken_check", FIELD_BOOL, offsetof(struct queue_rules, spoken_check), NULL},
    {"scan_and_sit", FIELD_BOOL, offsetof(struct queue_rules, scan_and_sit), NULL},
    {"roll_call", FIELD_BOOL, offsetof(struct queue_rules, roll_call), NULL},
    {"prefix", FIELD_PREFIX, offsetof(struct queue_rules, prefix), NULL},
    {"width", FIELD_NUMBER, offsetof(struct queue_rules, width), NULL},
};
enum { FIELD_COUNT = sizeof fields / sizeof *fields, VALUE_SIZE = 48 };
/* All enumerations are read and written as unsigned; a compiler that lays them out otherwise stops here. */
_Static_assert(sizeof(enum gate) == sizeof(unsigned) && sizeof(enum payment_way) == sizeof(unsigned) &&
                   sizeof(enum order_rule) == sizeof(unsigned) &&
                   sizeof(enum missed_rule) == sizeof(unsigned) &&
                   sizeof(enum override_by) == sizeof(unsigned),
               "enumerations of another size");

static void media_text(uint32_t media, char ret_text[static VALUE_SIZE])
{
    size_t length = 0;
    ret_text[0] = '\0';
    for (unsigned medium = 0; medium < MEDIUM_COUNT; medium++)
        if (media & 1u << medium)
            length +=
                (size_t)snprintf(ret_text + length, VALUE_SIZE - length, "%s%u", length ? "," : "", medium);
}

static void field_text(const struct field *field, const struct queue_rules *rules,
                       char ret_text[static VALUE_SIZE])
{
    const char *at = (const char *)rules + field->at;
    unsigned number = 0;
    if (field->kind != FIELD_BOOL && field->kind != FIELD_PREFIX)
        memcpy(&number, at, sizeof number);
    const char *name = field->kind == FIELD_NAME ? name_in(field->names, number) : NULL;
    switch (field->kind) {
    case FIELD_MEDIA:
        media_text(number, ret_text);
        return;
    case FIELD_BOOL:
        snprintf(ret_text, VALUE_SIZE, "%d", *(const bool *)(const void *)at);
        return;
    case FIELD_NUMBER:
        snprintf(ret_text, VALUE_SIZE, "%u", number);
        return;
    case FIELD_PREFIX:
        snprintf(ret_text, VALUE_SIZE, "%.*s", PREFIX_MAX, at);
        return;
    case FIELD_NAME:
        snprintf(ret_text, VALUE_SIZE, "%s", name ? name : "?");
    }
}

void queue_rules_text(const struct queue_rules *rules, char ret_text[static RULES_TEXT_SIZE])
{
    size_t length = 0;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        char value[VALUE_SIZE];
        field_text(&fields[i], rules, value);
        length += (size_t)snprintf(ret_text + length, RULES_TEXT_SIZE - length, "%s%s=%s", i ? " " : "",
                                   fields[i].name, value);
    }
}

static bool parse_number(const char *text, uint32_t *ret)
{
    if (strspn(text, "0123456789") != strlen(text) || !*text || strlen(text) > 10)
        return false;
    unsigned long long number = strtoull(text, NULL, 10);
    *ret = (uint32_t)number;
    return number <= UINT32_MAX;
}

/* Leniently: the exactness comes from writing the whole again. */
static bool parse_media(const char *text, uint32_t *ret)
{
    uint32_t media = 0;
    for (; *text; text++)
        if (*text >= '1' && *text < '0' + MEDIUM_COUNT)
            media |= 1u << (*text - '0');
        else if (*text != ',')
            return false;
    *ret = media;
    return true;
}

static bool field_parse(const struct field *field, const char *text, struct queue_rules *rules)
{
    char *at = (char *)rules + field->at;
    uint32_t number = 0;
    int named;
    switch (field->kind) {
    case FIELD_MEDIA:
        if (!parse_media(text, &number))
            return false;
        break;
    case FIELD_BOOL:
        *(bool *)(void *)at = text[0] == '1';
        return true;
    case FIELD_NUMBER:
        if (!parse_number(text, &number))
            return false;
        break;
    case FIELD_PREFIX:
        if (strlen(text) > PREFIX_MAX)
            return false;
        memcpy(at, text, strlen(text) + 1);
        return true;
    case FIELD_NAME:
        named = value_in(field->names, text);
        if (named < 0)
            return false;
        number = (uint32_t)named;
        break;
    }
    memcpy(at, &number, sizeof number);
    return true;
}

bool queue_rules_parse(const char *text, struct queue_rules *ret)
{
    struct queue_rules rules = {0};
    char exact[RULES_TEXT_SIZE];
    const char *at = text;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        char value[VALUE_SIZE];
        size_t name = strlen(fields[i].name), size = strcspn(at, " ");
        if (size <= name || strncmp(at, fields[i].name, name) != 0 || at[name] != '=' ||
            size - name - 1 >= VALUE_SIZE)
            return false;
        memcpy(value, at + name + 1, size - name - 1);
        value[size - name - 1] = '\0';
        if (!field_parse(&fields[i], value, &rules))
            return false;
        at += size + (at[size] == ' ');
    }
    queue_rules_text(&rules, exact);
    if (strcmp(exact, text) != 0 || queue_rules_check(&rules) != RULES_SOUND)
        return false;
    *ret = rules;
    return true;
}

/* ---- what cannot be meant */
static bool is_plain_prefix(const char *prefix)
{
    size_t length = strnlen(prefix, PREFIX_MAX + 1);
    if (length > PREFIX_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", prefix[i]))
            return false;
    return true;
}

enum rules_conflict queue_rules_check(const struct queue_rules *rules)
{
    if (!rules->media || rules->media & ~all_media)
        return RULES_NO_MEDIUM;
    if (rules->payment_gate != GATE_OFF &&
        (rules->payment == PAYMENT_NONE || rules->payment == PAYMENT_CLASS))
        return RULES_GATE_UNPAID;
    if (rules->scan_and_sit && rules->line_limit)
        return RULES_SIT_WITH_LIMIT;
    if (rules->scan_and_sit && rules->missed != MISSED_LINE_END)
        return RULES_SIT_WITH_MISSED;
    if (!is_plain_prefix(rules->prefix))
        return RULES_BAD_PREFIX;
    if (rules->width < NUMBER_WIDTH_MIN || rules->width > NUMBER_WIDTH_MAX)
        return RULES_BAD_WIDTH;
    return RULES_SOUND;
}

void rules_conflict_settings(enum rules_conflict conflict, const char *ret_names[2])
{
    static const char *const names[RULES_CONFLICT_COUNT][2] = {
        [RULES_SOUND] = {"", ""},
        [RULES_NO_MEDIUM] = {"media", ""},
        [RULES_GATE_UNPAID] = {"payment_gate", "payment"},
        [RULES_SIT_WITH_LIMIT] = {"scan_and_sit", "line_limit"},
        [RULES_SIT_WITH_MISSED] = {"scan_and_sit", "missed"},
        [RULES_BAD_PREFIX] = {"prefix", ""},
        [RULES_BAD_WIDTH] = {"width", ""},
    };
    unsigned place = (unsigned)conflict < RULES_CONFLICT_COUNT ? (unsigned)conflict : RULES_SOUND;
    ret_names[0] = names[place][0];
    ret_names[1] = names[place][1];
}
