/* What others may read. Every function here takes the desk's lock for a short while and copies. Any thread.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/desk_state.h"
#include "desk/reason.h"

void copy_text(char *ret_text, size_t size, const char *text)
{
    size_t length = strnlen(text, size - 1);
    memcpy(ret_text, text, length);
    ret_text[length] = '\0';
}

void view_of_ticket(const struct desk *desk, const struct ticket *ticket, struct ticket_view *ret)
{
    struct person_facts facts;
    directory_facts(desk->directory, &ticket->person, &facts);
    reason_open(&desk->keys, ticket->reason ? ticket->reason : "", ret->reason);
    ret->ticket = *ticket;
    ret->ticket.reason = "";
    ticket_label(&queue_event(desk->visible)->rules, ticket->lane, ticket->number, ret->label);
    copy_text(ret->name, sizeof ret->name, facts.name);
    copy_text(ret->id_mask, sizeof ret->id_mask, facts.id_mask);
    copy_text(ret->unit, sizeof ret->unit, facts.unit);
    copy_text(ret->college, sizeof ret->college, facts.college);
    ret->level = facts.level;
    ret->payment = queue_person(desk->visible, &ticket->person).payment;
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
    view->store = told_store(desk);
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
    view_of_rules(desk, lane, view);
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
    enum problem store = told_store(desk);
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
