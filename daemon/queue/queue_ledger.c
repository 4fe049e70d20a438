/* Signatures under lines of the ledger that do not come to zero. What a line's difference is, is counted elsewhere
 * (desk/ledger.h) and comes with the command; here stands only which difference was signed, and why. Deciding and
 * applying both. Pure, no I/O and no clock; one thread per state. */
#include <string.h>

#include "base/bytes.h"
#include "queue/decide.h"

static struct queue_signature *find(const struct queue *queue, const char *lane,
                                    const struct ledger_mark *mark)
{
    for (size_t i = 0; i < queue->n_signatures; i++) {
        struct queue_signature *signature = &queue->signatures[i];
        if (signature->mark.kind == mark->kind && signature->mark.unit == mark->unit &&
            strcmp(signature->lane, lane) == 0)
            return signature;
    }
    return NULL;
}

const struct queue_signature *queue_signature(const struct queue *queue, const char *lane,
                                              const struct ledger_mark *mark)
{
    return find(queue, lane, mark);
}

/* A line is the event's, a lane's or a unit's. */
static bool is_line(const struct queue *queue, const char *lane, const char *extra, struct ledger_mark *ret)
{
    return ledger_mark_parse(extra, ret) && (!*lane || (!ret->unit && state_lane(queue, lane)));
}

static bool is_signed_so(const struct queue_signature *signature, uint32_t value,
                         const struct ledger_mark *mark)
{
    return signature && signature->difference == (int32_t)value && signature->mark.who == mark->who;
}

enum queue_verdict decide_ledger_sign(const struct queue *queue, const struct queue_command *command,
                                      struct queue_decision *decision)
{
    struct ledger_mark mark;
    if (*command->lane && !state_lane(queue, command->lane))
        return QUEUE_LANE_UNKNOWN;
    if (!is_line(queue, command->lane, command->extra, &mark))
        return QUEUE_WRONG_STATE;
    if ((int32_t)command->value != command->difference || (mark.who && mark.who != command->who))
        return QUEUE_LEDGER_MOVED;
    mark.who = command->who;
    if (!command->value || is_signed_so(find(queue, command->lane, &mark), command->value, &mark))
        return QUEUE_UNCHANGED;
    if (entry_text_is_blank(command->text))
        return QUEUE_REASON_NEEDED;
    struct queue_entry *entry = decision_add(decision, command, ENTRY_LEDGER_SIGNED);
    entry->value = command->value;
    ledger_mark_text(&mark, entry->extra);
    memcpy(entry->text, command->text, sizeof entry->text);
    return QUEUE_DONE;
}

enum queue_apply_fault apply_signed(struct queue *queue, const struct queue_entry *entry)
{
    struct ledger_mark mark;
    if (!entry->value || entry_text_is_blank(entry->text) ||
        !is_line(queue, entry->lane, entry->extra, &mark))
        return QUEUE_APPLY_IMPOSSIBLE;
    struct queue_signature *signature = find(queue, entry->lane, &mark);
    if (is_signed_so(signature, entry->value, &mark))
        return QUEUE_APPLY_IMPOSSIBLE;
    if (!signature) {
        queue->signatures =
            bytes_resize(queue->signatures, (queue->n_signatures + 1) * sizeof *queue->signatures);
        signature = &queue->signatures[queue->n_signatures++];
    }
    *signature = (struct queue_signature){.mark = mark,
                                          .difference = (int32_t)entry->value,
                                          .at_us = entry->at_us,
                                          .reason = state_keep_reason(queue, entry->text)};
    memcpy(signature->lane, entry->lane, sizeof signature->lane);
    memcpy(signature->device, entry->device, sizeof signature->device);
    return QUEUE_APPLY_OK;
}
