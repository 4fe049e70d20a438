/* What others may read. Every function here takes the desk's lock for a short while and copies. Any thread.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/desk_state.h"
#include "desk/reason.h"

static void copy_text(char *ret_text, size_t size, const char *text)
{
    size_t length = strnlen(text, size - 1);
    memcpy(ret_text, text, length);
    ret_text[length] = '\0';
}

void view_of_ticket(const struct desk *desk, const struct ticket *ticket, struct ticket_view *ret)
{
    struct person_masks masks;
    directory_masks(desk->directory, &ticket->person, &masks);
    reason_open(&desk->keys, ticket->reason ? ticket->reason : "", ret->reason);
    ret->ticket = *ticket;
    ret->ticket.reason = "";
    ticket_label(&queue_event(desk->visible)->rules, ticket->lane, ticket->number, ret->label);
    copy_text(ret->name, sizeof ret->name, masks.name);
    copy_text(ret->id_mask, sizeof ret->id_mask, masks.id_mask);
    copy_text(ret->unit, sizeof ret->unit, masks.unit);
}

static void fill_line(const struct desk *desk, struct lane_view *view, uint32_t current)
{
    const struct queue_counts *counts = &view->lane.counts;
    view->line = bytes_alloc((counts->waiting + counts->called) * sizeof *view->line);
    const struct ticket *ticket = queue_open_after(desk->visible, view->lane.name, 0);
    for (; ticket; ticket = queue_open_after(desk->visible, view->lane.name, ticket->number))
        if (ticket->number != current)
            view_of_ticket(desk, ticket, &view->line[view->n_line++]);
}

static void fill_lane(const struct desk *desk, const struct queue_lane *lane, struct lane_view *view)
{
    view->lane = *lane;
    view->event = *queue_event(desk->visible);
    view->store = desk->store;
    view->seq = queue_seq(desk->visible);
    view->feed = desk->feed.next;
    const struct ticket *current = queue_current(desk->visible, lane->name);
    const struct ticket *last = queue_last_shot(desk->visible, lane->name);
    view->has_current = current;
    view->has_last = last;
    if (current)
        view_of_ticket(desk, current, &view->current);
    if (last)
        view_of_ticket(desk, last, &view->last);
    fill_line(desk, view, current ? current->number : 0);
    const struct ticket *recent[QUEUE_RECENT_MAX];
    view->n_recent = queue_recent(desk->visible, lane->name, recent, QUEUE_RECENT_MAX);
    for (size_t i = 0; i < view->n_recent; i++)
        view_of_ticket(desk, recent[i], &view->recent[i]);
}

int desk_lane(struct desk *desk, const char *lane, struct lane_view *ret)
{
    pthread_mutex_lock(&desk->lock);
    const struct queue_lane *facts = queue_lane(desk->visible, lane);
    if (facts) {
        memset(ret, 0, sizeof *ret);
        fill_lane(desk, facts, ret);
    }
    pthread_mutex_unlock(&desk->lock);
    return facts ? 0 : -ENOENT;
}

void lane_view_done(struct lane_view *view)
{
    free(view->line);
    view->line = NULL;
    view->n_line = 0;
}

int desk_lane_facts(struct desk *desk, const char *lane, struct queue_lane *ret)
{
    pthread_mutex_lock(&desk->lock);
    const struct queue_lane *facts = queue_lane(desk->visible, lane);
    if (facts && ret)
        *ret = *facts;
    pthread_mutex_unlock(&desk->lock);
    return facts ? 0 : -ENOENT;
}

uint64_t desk_seq(struct desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    uint64_t seq = queue_seq(desk->visible);
    pthread_mutex_unlock(&desk->lock);
    return seq;
}

void desk_event(struct desk *desk, struct queue_event *ret)
{
    pthread_mutex_lock(&desk->lock);
    *ret = *queue_event(desk->visible);
    pthread_mutex_unlock(&desk->lock);
}

char (*desk_lane_names(struct desk *desk, size_t *ret_count))[LANE_NAME_MAX + 1]
{
    pthread_mutex_lock(&desk->lock);
    size_t count = queue_lane_count(desk->visible);
    char(*names)[LANE_NAME_MAX + 1] = bytes_alloc((count + 1) * sizeof *names);
    for (size_t i = 0; i < count; i++)
        memcpy(names[i], queue_lane_at(desk->visible, i)->name, sizeof *names);
    pthread_mutex_unlock(&desk->lock);
    *ret_count = count;
    return names;
}

enum problem desk_store_state(struct desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    enum problem store = desk->store;
    pthread_mutex_unlock(&desk->lock);
    return store;
}

void desk_store_detail(struct desk *desk, char ret_detail[static STORE_DETAIL_SIZE])
{
    pthread_mutex_lock(&desk->lock);
    memcpy(ret_detail, desk->store_detail, STORE_DETAIL_SIZE);
    pthread_mutex_unlock(&desk->lock);
}

int desk_ticket(struct desk *desk, const char *lane, uint32_t number, struct ticket_view *ret)
{
    pthread_mutex_lock(&desk->lock);
    const struct ticket *ticket = queue_ticket(desk->visible, lane, number);
    if (ticket)
        view_of_ticket(desk, ticket, ret);
    pthread_mutex_unlock(&desk->lock);
    return ticket ? 0 : -ENOENT;
}

/* ---- the feed */
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

void desk_stats(struct desk *desk, struct desk_stats *ret)
{
    pthread_mutex_lock(&desk->inbox_lock);
    uint32_t waiting = desk->inbox_count;
    pthread_mutex_unlock(&desk->inbox_lock);
    pthread_mutex_lock(&desk->lock);
    *ret = desk->stats;
    pthread_mutex_unlock(&desk->lock);
    ret->waiting = waiting;
    ret->busy = desk->busy;
}

/* ---- hand-over */
struct row {
    struct ticket_view view;
    struct person_record person;
};

static struct row *copy_rows(struct desk *desk, const char *lane, size_t *ret_count, uint64_t *ret_seq)
{
    struct row *rows = NULL;
    pthread_mutex_lock(&desk->lock);
    const struct queue_lane *facts = queue_lane(desk->visible, lane);
    if (facts) {
        *ret_count = facts->counts.issued;
        *ret_seq = queue_seq(desk->visible);
        rows = bytes_alloc(facts->counts.issued * sizeof *rows);
        for (uint32_t number = 1; number <= facts->counts.issued; number++) {
            const struct ticket *ticket = queue_ticket(desk->visible, lane, number);
            view_of_ticket(desk, ticket, &rows[number - 1].view);
            directory_get(desk->directory, &ticket->person, &rows[number - 1].person);
        }
    }
    pthread_mutex_unlock(&desk->lock);
    return rows;
}

int desk_rows(struct desk *desk, const char *lane, desk_row_fn row_fn, void *arg, uint64_t *ret_seq)
{
    size_t count = 0;
    uint64_t seq = 0;
    struct row *rows = copy_rows(desk, lane, &count, &seq);
    if (!rows)
        return -ENOENT;
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result = row_fn(arg, &rows[i].view, &rows[i].person);
    wipe_bytes(rows, count * sizeof *rows);
    free(rows);
    *ret_seq = seq;
    return result;
}

enum journal_fault desk_backup(struct desk *desk, const char *target, uint64_t *ret_seq,
                               uint8_t ret_head[static JOURNAL_HASH_SIZE])
{
    return journal_backup(desk->config->data_dir, target, ret_seq, ret_head, NULL);
}
