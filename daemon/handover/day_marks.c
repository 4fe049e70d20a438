/* Which numbers had a step that reached the journal later than it was made. Filled while the entries are replayed; on the
 * day's thread. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "handover/day_state.h"

static struct day_marks *lane_marks(const struct day *day, const char *lane)
{
    for (size_t i = 0; i < day->n_lanes; i++)
        if (strcmp(day->lanes[i].lane, lane) == 0)
            return &day->lanes[i];
    return NULL;
}

static struct day_marks *add_lane(struct day *day, const char *lane)
{
    day->lanes = bytes_resize(day->lanes, (day->n_lanes + 1) * sizeof *day->lanes);
    struct day_marks *marks = &day->lanes[day->n_lanes++];
    *marks = (struct day_marks){.n_marks = 0};
    memcpy(marks->lane, lane, strlen(lane) + 1);
    return marks;
}

struct day_marks *day_marks_lane(struct day *day, const char *lane)
{
    struct day_marks *marks = lane_marks(day, lane);
    return marks ? marks : add_lane(day, lane);
}

static void reach(struct day_marks *marks, uint32_t number)
{
    if (number > marks->capacity) {
        const size_t capacity = number < 512 ? 1024 : 2 * (size_t)number;
        marks->marks = bytes_resize(marks->marks, capacity);
        marks->capacity = capacity;
    }
    if (number > marks->n_marks) {
        memset(marks->marks + marks->n_marks, 0, number - marks->n_marks);
        marks->n_marks = number;
    }
}

static unsigned mark_of(const struct queue_entry *entry)
{
    struct issue_note note;
    if (entry->kind == ENTRY_ISSUED)
        return issue_note_parse(entry->extra, &note) && note.flags & ISSUE_PAPER ? DAY_MARK_PAPER : 0;
    if (strcmp(entry->extra, STEP_PAPER) == 0)
        return DAY_MARK_PAPER;
    return strncmp(entry->extra, STEP_KEPT, strlen(STEP_KEPT)) == 0 ? DAY_MARK_KEPT : 0;
}

void day_marks_take(struct day *day, const struct queue_entry *entry)
{
    const unsigned mark = entry->number && entry->kind != ENTRY_BOUND ? mark_of(entry) : 0;
    if (!mark)
        return;
    struct day_marks *marks = day_marks_lane(day, entry->lane);
    reach(marks, entry->number);
    marks->marks[entry->number - 1] |= (uint8_t)mark;
}

unsigned day_marks_of(const struct day *day, const struct ticket *ticket)
{
    const struct day_marks *marks = lane_marks(day, ticket->lane);
    return marks && ticket->number <= marks->n_marks ? marks->marks[ticket->number - 1] : 0;
}

void day_marks_done(struct day *day)
{
    for (size_t i = 0; i < day->n_lanes; i++) {
        free(day->lanes[i].marks);
        free(day->lanes[i].codes);
    }
    free(day->lanes);
    day->lanes = NULL;
    day->n_lanes = 0;
    day->n_capture_codes = 0;
}
