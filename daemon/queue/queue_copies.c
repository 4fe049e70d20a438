/* What happens to the event as a whole: packages of it leave, it moves to another computer, its personal fields are
 * destroyed. Deciding and applying both. Pure, no I/O and no clock; one thread per state. */
#include <stdlib.h>
#include <string.h>

#include "queue/decide.h"

bool entry_is_content(enum entry_kind kind)
{
    return kind != ENTRY_TOKEN_CREATED && kind != ENTRY_TOKEN_REVOKED && kind != ENTRY_HANDED_OVER &&
           kind != ENTRY_RESTORED && kind != ENTRY_PURGED;
}

/* "SEQ HEX": the position, or 0 when it is not so written. */
static uint64_t handed_over_seq(const char *text)
{
    enum { HEX = 64 };
    char *end = NULL;
    if (*text < '1' || *text > '9')
        return 0;
    const uint64_t seq = strtoull(text, &end, 10);
    const bool is_exact = *end == ' ' && strlen(end + 1) == HEX && strspn(end + 1, "0123456789abcdef") == HEX;
    return is_exact ? seq : 0;
}

static uint64_t *handed_over(struct queue_event *event, const char *kind)
{
    if (strcmp(kind, "agency") == 0)
        return &event->agency_seq;
    return strcmp(kind, "school") == 0 ? &event->school_seq : NULL;
}

/* Behind by moves, then by entries. Both only grow, so that of two copies one at most can be behind the other, and the one
 * that is ahead of all can never be destroyed as a copy. */
static bool is_behind(const struct queue *queue, uint32_t moves, uint64_t seq)
{
    return moves > queue->event.moves || (moves == queue->event.moves && seq > queue->seq);
}

static enum queue_verdict decide_purged(const struct queue *queue, const struct queue_command *command)
{
    const struct queue_event *event = &queue->event;
    uint64_t seq;
    if (!purged_copy_parse(command->extra, &seq))
        return QUEUE_WRONG_STATE;
    if (seq)
        return is_behind(queue, command->value, seq) ? QUEUE_DONE : QUEUE_COPY_GOES_ON;
    return event->is_closed && event->agency_seq == event->content_seq &&
                   event->school_seq == event->content_seq
               ? QUEUE_DONE
               : QUEUE_NOT_HANDED_OVER;
}

enum queue_verdict decide_copies(const struct queue *queue, const struct queue_command *command,
                                 struct queue_decision *decision)
{
    static const enum entry_kind kinds[COMMAND_KIND_COUNT] = {
        [COMMAND_HANDED_OVER] = ENTRY_HANDED_OVER,
        [COMMAND_RESTORED] = ENTRY_RESTORED,
        [COMMAND_PURGED] = ENTRY_PURGED,
    };
    const struct queue_event *event = &queue->event;
    if (!event->exists)
        return QUEUE_NO_EVENT;
    const enum queue_verdict verdict =
        command->kind == COMMAND_PURGED ? decide_purged(queue, command) : QUEUE_DONE;
    if (verdict != QUEUE_DONE)
        return verdict;
    struct queue_entry *entry = decision_add(decision, command, kinds[command->kind]);
    memcpy(entry->text, command->text, sizeof entry->text);
    if (command->kind != COMMAND_RESTORED)
        memcpy(entry->extra, command->extra, sizeof entry->extra);
    if (command->kind == COMMAND_RESTORED)
        entry->value = event->moves + 1;
    if (command->kind == COMMAND_PURGED && *command->extra)
        entry->value = command->value;
    return QUEUE_DONE;
}

enum queue_apply_fault apply_copies(struct queue *queue, const struct queue_entry *entry)
{
    struct queue_event *event = &queue->event;
    if (!event->exists)
        return QUEUE_APPLY_IMPOSSIBLE;
    if (entry->kind == ENTRY_HANDED_OVER) {
        uint64_t *of_kind = handed_over(event, entry->extra);
        const uint64_t seq = handed_over_seq(entry->text);
        if (!of_kind || !seq || seq >= entry->seq)
            return QUEUE_APPLY_IMPOSSIBLE;
        *of_kind = seq;
        return QUEUE_APPLY_OK;
    }
    if (entry->kind == ENTRY_RESTORED) {
        if (entry->value != event->moves + 1)
            return QUEUE_APPLY_IMPOSSIBLE;
        event->moves = entry->value;
        return QUEUE_APPLY_OK;
    }
    uint64_t other_seq;
    if (!purged_copy_parse(entry->extra, &other_seq) ||
        !(other_seq ? is_behind(queue, entry->value, other_seq) : event->is_closed && !entry->value))
        return QUEUE_APPLY_IMPOSSIBLE;
    event->is_purged = true;
    return QUEUE_APPLY_OK;
}
