/* The feed as others read it, and what wakes them. Every function here takes the desk's lock for a short while and copies.
 * Any thread. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/desk_state.h"

static pthread_key_t note_key;
static pthread_once_t note_once = PTHREAD_ONCE_INIT;

static void make_note_key(void)
{
    pthread_key_create(&note_key, free);
}

/* The note's text may be overwritten in the ring as soon as the lock is released, so each thread keeps its
 * copy. */
static const char *keep_note(const char *json)
{
    pthread_once(&note_once, make_note_key);
    free(pthread_getspecific(note_key));
    char *copy = bytes_text(json);
    pthread_setspecific(note_key, copy);
    return copy;
}

static void fill_item(const struct desk *desk, const struct feed_slot *slot, struct feed_item *ret)
{
    ret->kind = slot->kind;
    ret->seq = slot->seq;
    ret->staff_only = slot->staff_only;
    ret->json = NULL;
    memcpy(ret->lane, slot->lane, sizeof ret->lane);
    memcpy(ret->note, slot->note, sizeof ret->note);
    if (slot->kind == FEED_TICKET)
        view_of_ticket(desk, &slot->ticket, &ret->ticket);
    if (slot->kind == FEED_LANE)
        ret->lane_state = *slot->facts;
    if (slot->kind == FEED_NOTE)
        ret->json = keep_note(slot->json);
}

enum feed_result feed_read(struct desk *desk, const char *lane, uint64_t *position, struct feed_item *ret)
{
    enum feed_result result;
    pthread_mutex_lock(&desk->lock);
    const struct feed_slot *slot = feed_next(&desk->feed, lane, position, &result);
    if (slot) {
        ret->position = *position - 1;
        fill_item(desk, slot, ret);
    }
    pthread_mutex_unlock(&desk->lock);
    return result;
}

enum feed_result feed_find(struct desk *desk, uint64_t after_seq, uint64_t *ret_position)
{
    pthread_mutex_lock(&desk->lock);
    enum feed_result result = feed_position_after(&desk->feed, after_seq, ret_position);
    pthread_mutex_unlock(&desk->lock);
    return result;
}

void desk_on_publish(struct desk *desk, void (*wake)(void *arg), void *arg)
{
    pthread_mutex_lock(&desk->wake_lock);
    desk->wake = wake;
    desk->wake_arg = arg;
    pthread_mutex_unlock(&desk->wake_lock);
}

void wake_listener(struct desk *desk)
{
    pthread_mutex_lock(&desk->wake_lock);
    if (desk->wake)
        desk->wake(desk->wake_arg);
    pthread_mutex_unlock(&desk->wake_lock);
}

void desk_note(struct desk *desk, const char *lane, const char *note, const char *key, const char *json,
               bool staff_only)
{
    pthread_mutex_lock(&desk->lock);
    feed_add_note(&desk->feed, lane, note, json, staff_only);
    if (key)
        kept_notes_put(&desk->notes, lane, key, json);
    pthread_mutex_unlock(&desk->lock);
    wake_listener(desk);
}

char *desk_notes(struct desk *desk, const char *lane)
{
    pthread_mutex_lock(&desk->lock);
    char *json = kept_notes_json(desk->notes, lane);
    pthread_mutex_unlock(&desk->lock);
    return json;
}
