/* Which capture code each number was given for. The journal holds no code, but who had one when a number was issued: a code
 * that nobody knows makes a new person, and a bind moves a person's numbers and codes together. Filled while the entries
 * are replayed; on the day's thread. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "handover/day_state.h"

static uint32_t code_at(const struct day *day, const struct ticket *ticket)
{
    for (size_t i = 0; i < day->n_lanes; i++)
        if (strcmp(day->lanes[i].lane, ticket->lane) == 0)
            return ticket->number <= day->lanes[i].n_codes ? day->lanes[i].codes[ticket->number - 1] : 0;
    return 0;
}

static void keep(struct day_marks *marks, uint32_t number, uint32_t code)
{
    if (number > marks->codes_capacity) {
        marks->codes_capacity = number < 512 ? 1024 : 2 * (size_t)number;
        marks->codes = bytes_resize(marks->codes, marks->codes_capacity * sizeof *marks->codes);
    }
    while (marks->n_codes < number)
        marks->codes[marks->n_codes++] = 0;
    marks->codes[number - 1] = code;
}

/* Who has shown several and comes again may have shown any of them: the latest is taken. */
void day_codes_take(struct day *day, const struct queue_entry *entry)
{
    if (entry->kind != ENTRY_ISSUED || entry->medium != MEDIUM_CAPTURE_CODE)
        return;
    uint32_t code = 0;
    const struct ticket *ticket = queue_ticket_of(day->queue, &entry->person);
    for (; ticket; ticket = queue_ticket_behind(day->queue, ticket)) {
        const uint32_t theirs = code_at(day, ticket);
        code = theirs > code ? theirs : code;
    }
    keep(day_marks_lane(day, entry->lane), entry->number, code ? code : ++day->n_capture_codes);
}

/* Is this the first of the person's numbers, from the latest, that has its code? */
static bool is_first_of_code(const struct day *day, const struct ticket *first, const struct ticket *ticket)
{
    const uint32_t code = code_at(day, ticket);
    while (first != ticket && code_at(day, first) != code)
        first = queue_ticket_behind(day->queue, first);
    return first == ticket;
}

size_t day_code_of(const struct day *day, const struct ticket *ticket, bool *ret_is_one_of_several)
{
    const uint32_t own = code_at(day, ticket);
    const struct ticket *first = queue_ticket_of(day->queue, &ticket->person);
    size_t before = 0, count = 0;
    for (const struct ticket *at = first; at; at = queue_ticket_behind(day->queue, at)) {
        const uint32_t code = code_at(day, at);
        if (!code || !is_first_of_code(day, first, at))
            continue;
        count++;
        before += code < own;
    }
    *ret_is_one_of_several = count > 1;
    return before;
}
