/* Names of entries and states, and the label of a number. Pure. */
#include "queue/entry.h"

#include <ctype.h>
#include <stdio.h>
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
    {ENTRY_ISSUED, "issued"},
    {ENTRY_CALLED, "called"},
    {ENTRY_SHOT, "shot"},
    {ENTRY_RETAKE, "retake"},
    {ENTRY_MISSED, "missed"},
    {ENTRY_VOIDED, "voided"},
    {ENTRY_RETAKE_DROPPED, "retake-dropped"},
    {ENTRY_BOUND, "bound"},
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

static const char *separator_after(const char *lane)
{
    size_t length = strlen(lane);
    return length > 0 && isdigit((unsigned char)lane[length - 1]) ? "-" : "";
}

void ticket_label(const char *lane, uint32_t number, char ret_label[static TICKET_LABEL_SIZE])
{
    snprintf(ret_label, TICKET_LABEL_SIZE, "%.*s%s%04u", LANE_NAME_MAX, lane, separator_after(lane), number);
}

uint32_t ticket_label_parse(const char *lane, const char *label)
{
    size_t prefix = strlen(lane) + strlen(separator_after(lane));
    if (strlen(label) <= prefix || strlen(label) >= TICKET_LABEL_SIZE)
        return 0;
    uint64_t number = 0;
    for (const char *digit = label + prefix; *digit; digit++) {
        if (!isdigit((unsigned char)*digit))
            return 0;
        number = number * 10 + (uint64_t)(*digit - '0');
    }
    if (number == 0 || number > UINT32_MAX)
        return 0;
    char exact[TICKET_LABEL_SIZE];
    ticket_label(lane, (uint32_t)number, exact);
    return strcmp(exact, label) == 0 ? (uint32_t)number : 0;
}
