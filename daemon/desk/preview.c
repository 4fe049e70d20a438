/* What the queue would decide, asked of the visible state. Must not change anything: no entry, no person, no credential
 * comes of it. Any thread; the desk's lock is held for one lookup and one decision. */
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "desk/desk_state.h"

/* A person nobody knows has an id that no ticket carries. */
static void take_person(const struct desk *desk, const uint8_t digest[static DIGEST_SIZE],
                        struct queue_command *command)
{
    const struct person_id *known = directory_by_digest(desk->directory, digest);
    if (known)
        command->person = *known;
    else
        random_bytes(command->person.bytes, sizeof command->person.bytes);
}

static void take_decision(const struct queue_rules *rules, const struct queue_decision *decision,
                          struct desk_preview *ret)
{
    ret->problem = problem_of_verdict(decision->verdict);
    ret->is_waiting = decision->verdict == QUEUE_ALREADY_WAITING;
    /* the number that a new ticket would get is nobody's yet */
    if (decision->number && decision->verdict != QUEUE_DONE)
        ticket_label(rules, decision->lane, decision->number, ret->label);
}

void desk_preview(struct desk *desk, const char *lane, const struct presentation *presentation,
                  struct desk_preview *ret)
{
    const uint8_t *bytes;
    size_t size;
    uint8_t digest[DIGEST_SIZE];
    struct queue_command command = {.kind = COMMAND_CHECK_IN, .medium = presentation->medium};
    struct queue_decision decision;
    struct queue_rules rules;
    enum credential_kind kind = presentation_credential(presentation, &bytes, &size);
    credential_digest(desk->keys.digest, kind, bytes, size, digest);
    command.bound = credential_is_bound(kind);
    command.at_us = clock_utc_us();
    command.mono_us = clock_mono_us();
    strncpy(command.lane, lane, sizeof command.lane - 1);
    *ret = (struct desk_preview){0};
    pthread_mutex_lock(&desk->lock);
    take_person(desk, digest, &command);
    queue_decide(desk->visible, &command, &decision);
    rules = queue_event(desk->visible)->rules;
    ret->problem = desk->store;
    pthread_mutex_unlock(&desk->lock);
    if (ret->problem == PROBLEM_NONE)
        take_decision(&rules, &decision, ret);
    wipe_bytes(digest, sizeof digest);
}
