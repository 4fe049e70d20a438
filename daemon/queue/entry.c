/* Names of entries and states, the note and the label of a number. Pure. */
#include "queue/entry.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    enum entry_kind kind;
    const char *name;
} kind_names[] = {
    {ENTRY_EVENT_CREATED, "event-created"},
    {ENTRY_EVENT_CLOSED, "event-closed"},
    {ENTRY_LANE_SET, "lane-set"},
    {ENTRY_SESSION_OPENED, "session-opened"},
    {ENTRY_SESSION_CLOSED, "session-closed"},
    {ENTRY_TOKEN_CREATED, "token-created"},
    {ENTRY_TOKEN_REVOKED, "token-revoked"},
    {ENTRY_RULES_SET, "rules-set"},
    {ENTRY_LIST_IMPORTED, "list-imported"},
    {ENTRY_LATE_ROUND, "late-round"},
    {ENTRY_ISSUED, "issued"},
    {ENTRY_CALLED, "called"},
    {ENTRY_SHOT, "shot"},
    {ENTRY_RETAKE, "retake"},
    {ENTRY_MISSED, "missed"},
    {ENTRY_VOIDED, "voided"},
    {ENTRY_RETAKE_DROPPED, "retake-dropped"},
    {ENTRY_BOUND, "bound"},
    {ENTRY_CONFIRMED, "confirmed"},
    {ENTRY_MISMATCH, "mismatch"},
    {ENTRY_RESOLVED, "resolved"},
    {ENTRY_VOID_ACKNOWLEDGED, "void-acknowledged"},
    {ENTRY_LEFT, "left"},
    {ENTRY_PAYMENT, "payment"},
    {ENTRY_CARD_OUT, "card-out"},
    {ENTRY_CARD_BACK, "card-back"},
    {ENTRY_ROLL, "roll"},
    {ENTRY_LEDGER_SIGNED, "ledger-signed"},
    {ENTRY_HANDED_OVER, "handed-over"},
    {ENTRY_RESTORED, "restored"},
    {ENTRY_PURGED, "purged"},
    {ENTRY_UNDONE, "undone"},
    {ENTRY_LEARNT, "learnt"},
};

const char *entry_kind_name(enum entry_kind kind)
{
    for (size_t i = 0; i < sizeof kind_names / sizeof *kind_names; i++)
        if (kind_names[i].kind == kind)
            return kind_names[i].name;
    return "?";
}

const char *ticket_state_name(enum ticket_state state)
{
    static const char *const names[TICKET_STATE_COUNT] = {"none", "waiting", "called",
                                                          "shot", "missed",  "void"};
    return (unsigned)state < TICKET_STATE_COUNT ? names[state] : "?";
}

bool person_id_is_none(const struct person_id *id)
{
    static const struct person_id none;
    return person_id_equal(id, &none);
}

bool person_id_equal(const struct person_id *a, const struct person_id *b)
{
    return memcmp(a->bytes, b->bytes, PERSON_ID_SIZE) == 0;
}

bool entry_text_is_blank(const char *text)
{
    static const char *const blanks[] = {" ", "\t", "\r", "\n", "\v", "\f", "\xc2\xa0", "\xe3\x80\x80"};
    enum { COUNT = sizeof blanks / sizeof *blanks };
    while (*text) {
        size_t i = 0;
        while (i < COUNT && strncmp(text, blanks[i], strlen(blanks[i])) != 0)
            i++;
        if (i == COUNT)
            return false;
        text += strlen(blanks[i]);
    }
    return true;
}

/* ---- the note of a number */
void issue_note_text(const struct issue_note *note, char ret_text[static PROFILE_MAX + 1])
{
    const struct {
        char name;
        uint32_t value;
    } parts[] = {{'u', note->unit}, {'r', note->rank}, {'f', note->flags}};
    size_t length = 0;
    ret_text[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].value)
            length += (size_t)snprintf(ret_text + length, PROFILE_MAX + 1 - length, "%s%c%" PRIu32,
                                       length ? " " : "", parts[i].name, parts[i].value);
}

static uint32_t *note_part(struct issue_note *note, char name)
{
    return name == 'u' ? &note->unit : name == 'r' ? &note->rank : name == 'f' ? &note->flags : NULL;
}

bool issue_note_parse(const char *text, struct issue_note *ret)
{
    struct issue_note note = {0};
    char exact[PROFILE_MAX + 1];
    if (strlen(text) > PROFILE_MAX)
        return false;
    for (const char *at = text; *at;) {
        uint32_t *part = note_part(&note, *at++);
        uint64_t value = 0;
        if (!part)
            return false;
        for (; isdigit((unsigned char)*at); at++)
            value = value * 10 + (uint64_t)(*at - '0');
        if (value > UINT32_MAX)
            return false;
        *part = (uint32_t)value;
        at += *at == ' ';
    }
    issue_note_text(&note, exact);
    if (strcmp(exact, text) != 0 || note.flags & ~(uint32_t)ISSUE_FLAGS)
        return false;
    *ret = note;
    return true;
}

/* ---- when the tap was made */
void step_kept_text(uint32_t kept_ms, char ret_extra[static PROFILE_MAX + 1])
{
    ret_extra[0] = '\0';
    if (kept_ms)
        snprintf(ret_extra, PROFILE_MAX + 1, STEP_KEPT "%" PRIu32, kept_ms);
}

bool step_kept_parse(const char *extra, uint32_t *ret_kept_ms)
{
    uint64_t kept_ms = 0;
    char exact[PROFILE_MAX + 1];
    if (strncmp(extra, STEP_KEPT, strlen(STEP_KEPT)) == 0)
        for (const char *at = extra + strlen(STEP_KEPT); isdigit((unsigned char)*at); at++) {
            kept_ms = kept_ms * 10 + (uint64_t)(*at - '0');
            if (kept_ms > KEPT_MS_MAX)
                return false;
        }
    step_kept_text((uint32_t)kept_ms, exact);
    if (strcmp(exact, extra) != 0)
        return false;
    *ret_kept_ms = (uint32_t)kept_ms;
    return true;
}

/* ---- which copy was purged */
void purged_copy_text(uint64_t seq, char ret_extra[static PROFILE_MAX + 1])
{
    ret_extra[0] = '\0';
    if (seq)
        snprintf(ret_extra, PROFILE_MAX + 1, PURGED_COPY "%" PRIu64, seq);
}

bool purged_copy_parse(const char *extra, uint64_t *ret_seq)
{
    const size_t mark = strlen(PURGED_COPY);
    char exact[PROFILE_MAX + 1];
    const uint64_t seq = strncmp(extra, PURGED_COPY, mark) == 0 ? strtoull(extra + mark, NULL, 10) : 0;
    purged_copy_text(seq, exact);
    if (strcmp(exact, extra) != 0)
        return false;
    *ret_seq = seq;
    return true;
}

/* ---- small words */
const char *payment_state_name(enum payment_state state)
{
    static const char *const names[PAYMENT_STATE_COUNT] = {"none", "due", "paid", "waived", "refunded"};
    return (unsigned)state < PAYMENT_STATE_COUNT ? names[state] : "?";
}

int payment_state_from_name(const char *name)
{
    for (unsigned state = 0; state < PAYMENT_STATE_COUNT; state++)
        if (strcmp(name, payment_state_name((enum payment_state)state)) == 0)
            return (int)state;
    return -1;
}

const char *decision_name(enum decision decision)
{
    static const char *const names[DECISION_COUNT] = {"?", "order-right", "put-right", "suspect"};
    return (unsigned)decision < DECISION_COUNT ? names[decision] : "?";
}

int decision_from_name(const char *name)
{
    for (unsigned decision = DECISION_ORDER_RIGHT; decision < DECISION_COUNT; decision++)
        if (strcmp(name, decision_name((enum decision)decision)) == 0)
            return (int)decision;
    return -1;
}

/* ---- the ledger */
const char *ledger_code(enum ledger_kind kind)
{
    static const char *const codes[LEDGER_KIND_COUNT] = {"numbers", "people", "money", "cards"};
    return (unsigned)kind < LEDGER_KIND_COUNT ? codes[kind] : "?";
}

int ledger_kind_from_code(const char *code)
{
    for (unsigned kind = 0; kind < LEDGER_KIND_COUNT; kind++)
        if (strcmp(code, ledger_code((enum ledger_kind)kind)) == 0)
            return (int)kind;
    return -1;
}

void ledger_mark_text(const struct ledger_mark *mark, char ret_text[static PROFILE_MAX + 1])
{
    char unit[16] = "", who[16] = "";
    if (mark->unit)
        snprintf(unit, sizeof unit, " u%" PRIu32, mark->unit);
    if (mark->who)
        snprintf(who, sizeof who, " w%08" PRIx32, mark->who);
    snprintf(ret_text, PROFILE_MAX + 1, "%s%s%s", ledger_code(mark->kind), unit, who);
}

void ledger_who_text(uint32_t who, char ret_text[static LEDGER_WHO_SIZE])
{
    snprintf(ret_text, LEDGER_WHO_SIZE, "%08" PRIx32, who);
}

bool ledger_who_parse(const char *text, uint32_t *ret_who)
{
    if (strlen(text) != LEDGER_WHO_SIZE - 1 || strspn(text, "0123456789abcdef") != LEDGER_WHO_SIZE - 1)
        return false;
    const uint32_t who = (uint32_t)strtoul(text, NULL, 16);
    if (who)
        *ret_who = who;
    return who;
}

bool ledger_mark_parse(const char *text, struct ledger_mark *ret)
{
    struct ledger_mark mark = {0};
    char code[PROFILE_MAX + 1], exact[PROFILE_MAX + 1];
    const size_t size = strcspn(text, " ");
    if (size > PROFILE_MAX)
        return false;
    memcpy(code, text, size);
    code[size] = '\0';
    const int kind = ledger_kind_from_code(code);
    if (kind < 0)
        return false;
    mark.kind = (enum ledger_kind)kind;
    uint64_t unit = 0;
    for (const char *at = text[size] && text[size + 1] == 'u' ? text + size + 2 : "";
         isdigit((unsigned char)*at) && unit <= UINT32_MAX; at++)
        unit = unit * 10 + (uint64_t)(*at - '0');
    mark.unit = (uint32_t)unit;
    const char *who = strstr(text, " w");
    mark.who = who ? (uint32_t)strtoul(who + 2, NULL, 16) : 0;
    ledger_mark_text(&mark, exact);
    if (unit > UINT32_MAX || strcmp(exact, text) != 0)
        return false;
    *ret = mark;
    return true;
}

/* ---- labels */
static const char *separator_after(const char *lane)
{
    size_t length = strlen(lane);
    return length > 0 && isdigit((unsigned char)lane[length - 1]) ? "-" : "";
}

void ticket_label(const struct queue_rules *rules, const char *lane, uint32_t number,
                  char ret_label[static TICKET_LABEL_SIZE])
{
    int width = rules->width >= NUMBER_WIDTH_MIN && rules->width <= NUMBER_WIDTH_MAX ? (int)rules->width : 4;
    snprintf(ret_label, TICKET_LABEL_SIZE, "%.*s%.*s%s%0*" PRIu32, PREFIX_MAX, rules->prefix, LANE_NAME_MAX,
             lane, separator_after(lane), width, number);
}

uint32_t ticket_label_parse(const struct queue_rules *rules, const char *lane, const char *label)
{
    size_t before = strlen(rules->prefix) + strlen(lane) + strlen(separator_after(lane));
    if (strlen(label) <= before || strlen(label) >= TICKET_LABEL_SIZE)
        return 0;
    uint64_t number = 0;
    for (const char *digit = label + before; *digit; digit++) {
        if (!isdigit((unsigned char)*digit) || number > UINT32_MAX)
            return 0;
        number = number * 10 + (uint64_t)(*digit - '0');
    }
    if (number == 0 || number > UINT32_MAX)
        return 0;
    char exact[TICKET_LABEL_SIZE];
    ticket_label(rules, lane, (uint32_t)number, exact);
    return strcmp(exact, label) == 0 ? (uint32_t)number : 0;
}
