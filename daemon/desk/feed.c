/* A ring that overwrites its oldest item. Readers come with a position; nothing is kept per reader. */
#include "desk/feed.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

void feed_init(struct feed *feed)
{
    memset(feed, 0, sizeof *feed);
    feed->slots = bytes_alloc(FEED_SIZE * sizeof *feed->slots);
}

void feed_done(struct feed *feed)
{
    for (size_t i = 0; feed->slots && i < FEED_SIZE; i++) {
        free(feed->slots[i].facts);
        free(feed->slots[i].json);
    }
    free(feed->slots);
    memset(feed, 0, sizeof *feed);
}

static uint64_t head_seq(const struct feed *feed)
{
    return feed->next ? feed->slots[(feed->next - 1) % FEED_SIZE].head_seq : 0;
}

/* `head`: the journal's position then. Of several items of one entry all but the last have the position before it as their
 * seq, so that whoever was cut off between them gets the rest. */
static struct feed_slot *add_at(struct feed *feed, enum feed_kind kind, const char *lane, uint64_t seq,
                                uint64_t head)
{
    struct feed_slot *slot = &feed->slots[feed->next % FEED_SIZE];
    if (feed->next >= FEED_SIZE)
        feed->dropped_seq = slot->head_seq;
    free(slot->facts);
    free(slot->json);
    *slot = (struct feed_slot){.kind = kind, .seq = seq, .head_seq = head};
    strncpy(slot->lane, lane, LANE_NAME_MAX);
    feed->next++;
    return slot;
}

static struct feed_slot *add(struct feed *feed, enum feed_kind kind, const char *lane, uint64_t seq)
{
    return add_at(feed, kind, lane, seq, seq ? seq : head_seq(feed));
}

static void add_lane(struct feed *feed, const struct queue_lane *facts, uint64_t seq)
{
    struct feed_slot *slot = add(feed, FEED_LANE, facts->name, seq);
    slot->facts = bytes_alloc(sizeof *slot->facts);
    *slot->facts = *facts;
}

static void add_ticket(struct feed *feed, const struct ticket *ticket, uint64_t seq, uint64_t head)
{
    if (ticket)
        add_at(feed, FEED_TICKET, ticket->lane, seq, head)->ticket = *ticket;
}

/* A ticket and what it did to its lane. */
static void add_both(struct feed *feed, const struct queue *queue, const struct queue_entry *entry)
{
    if (entry->kind == ENTRY_RESOLVED)
        for (uint32_t number = entry->value; number && number < entry->number; number++)
            add_ticket(feed, queue_ticket(queue, entry->lane, number), entry->seq - 1, entry->seq);
    add_ticket(feed, queue_ticket(queue, entry->lane, entry->number), entry->seq - 1, entry->seq);
    add_lane(feed, queue_lane(queue, entry->lane), entry->seq);
}

void feed_add_entry(struct feed *feed, const struct queue *queue, const struct queue_entry *entry)
{
    switch (entry->kind) {
    case ENTRY_LANE_SET:
    case ENTRY_SESSION_OPENED:
    case ENTRY_SESSION_CLOSED:
    case ENTRY_LATE_ROUND:
        add_lane(feed, queue_lane(queue, entry->lane), entry->seq);
        return;
    case ENTRY_MISMATCH:
    case ENTRY_RESOLVED:
        add_both(feed, queue, entry);
        return;
    case ENTRY_PAYMENT:
    case ENTRY_CARD_OUT:
    case ENTRY_LEARNT:
        add_ticket(feed, queue_ticket_of(queue, &entry->person), entry->seq, entry->seq);
        return;
    case ENTRY_RULES_SET:
    case ENTRY_EVENT_CREATED:
    case ENTRY_EVENT_CLOSED:
        for (size_t i = 0; i < queue_lane_count(queue); i++)
            add_lane(feed, queue_lane_at(queue, i), entry->seq);
        return;
    default:
        if (entry->number)
            add(feed, FEED_TICKET, entry->lane, entry->seq)->ticket =
                *queue_ticket(queue, entry->lane, entry->number);
    }
}

void feed_add_note(struct feed *feed, const char *lane, const char *note, const char *json, bool staff_only)
{
    struct feed_slot *slot = add(feed, FEED_NOTE, lane, 0);
    strncpy(slot->note, note, sizeof slot->note - 1);
    slot->json = bytes_text(json);
    slot->staff_only = staff_only;
}

void feed_add_store(struct feed *feed)
{
    add(feed, FEED_STORE, "", 0);
}

const struct feed_slot *feed_next(const struct feed *feed, const char *lane, uint64_t *position,
                                  enum feed_result *ret)
{
    if (*position + FEED_SIZE < feed->next) {
        *ret = FEED_BEHIND;
        return NULL;
    }
    while (*position < feed->next) {
        const struct feed_slot *slot = &feed->slots[*position % FEED_SIZE];
        ++*position;
        if (!lane || !*slot->lane || strcmp(slot->lane, lane) == 0) {
            *ret = FEED_ITEM;
            return slot;
        }
    }
    *ret = FEED_NONE;
    return NULL;
}

enum feed_result feed_position_after(const struct feed *feed, uint64_t seq, uint64_t *ret_position)
{
    if (seq < feed->dropped_seq)
        return FEED_BEHIND;
    uint64_t low = feed->next > FEED_SIZE ? feed->next - FEED_SIZE : 0, high = feed->next;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (feed->slots[middle % FEED_SIZE].head_seq > seq)
            high = middle;
        else
            low = middle + 1;
    }
    *ret_position = low;
    return low < feed->next ? FEED_ITEM : FEED_NONE;
}

void kept_notes_put(struct kept_note **list, const char *lane, const char *key, const char *json)
{
    while (*list && (strcmp((*list)->lane, lane) != 0 || strcmp((*list)->key, key) != 0))
        list = &(*list)->next;
    if (!*list) {
        *list = bytes_alloc(sizeof **list);
        strncpy((*list)->lane, lane, LANE_NAME_MAX);
        (*list)->key = bytes_text(key);
    }
    free((*list)->json);
    (*list)->json = bytes_text(json);
}

char *kept_notes_json(const struct kept_note *list, const char *lane)
{
    struct buffer out = {0};
    buffer_add_text(&out, "[");
    for (bool first = true; list; list = list->next) {
        if (strcmp(list->lane, lane) != 0)
            continue;
        buffer_add_text(&out, first ? "" : ",");
        buffer_add_text(&out, list->json);
        first = false;
    }
    buffer_add_text(&out, "]");
    return out.data;
}

void kept_notes_free(struct kept_note *list)
{
    for (struct kept_note *next; list; list = next) {
        next = list->next;
        free(list->key);
        free(list->json);
        free(list);
    }
}
