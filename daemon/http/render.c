/* Writes JSON straight into a buffer: a snapshot may hold a thousand tickets, and no tree is needed to
 * print one. Texts come from the desk, which has checked that they are UTF-8. No state; any thread. */
#include "http/render.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static void add_escaped(struct buffer *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    if (c == '"' || c == '\\') {
        char text[2] = {'\\', (char)c};
        buffer_add(out, text, sizeof text);
    } else {
        char text[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
        buffer_add(out, text, sizeof text);
    }
}

void render_text(struct buffer *out, const char *text)
{
    if (!text) {
        buffer_add(out, "null", 4);
        return;
    }
    buffer_add(out, "\"", 1);
    for (const char *start = text, *at = text;; at++) {
        unsigned char c = (unsigned char)*at;
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        buffer_add(out, start, (size_t)(at - start));
        if (!c)
            break;
        add_escaped(out, c);
        start = at + 1;
    }
    buffer_add(out, "\"", 1);
}

void render_time(struct buffer *out, int64_t utc_us)
{
    char text[CLOCK_TEXT_SIZE];
    if (utc_us == 0) {
        buffer_add(out, "null", 4);
        return;
    }
    clock_text(utc_us, text);
    buffer_add(out, "\"", 1);
    buffer_add_text(out, text);
    buffer_add(out, "\"", 1);
}

void render_number(struct buffer *out, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    buffer_add(out, digits + at, sizeof digits - at);
}

/* The members below write `,"name":value`; the first of an object is written by hand. */
static void member(struct buffer *out, const char *name)
{
    buffer_add(out, ",\"", 2);
    buffer_add_text(out, name);
    buffer_add(out, "\":", 2);
}

static void member_text(struct buffer *out, const char *name, const char *value)
{
    member(out, name);
    render_text(out, value);
}

static void member_time(struct buffer *out, const char *name, int64_t utc_us)
{
    member(out, name);
    render_time(out, utc_us);
}

static void member_number(struct buffer *out, const char *name, uint64_t value)
{
    member(out, name);
    render_number(out, value);
}

static void render_open_ticket(struct buffer *out, const struct ticket_view *view, enum audience audience)
{
    const struct ticket *ticket = &view->ticket;
    buffer_add_text(out, "{\"number\":");
    render_text(out, view->label);
    member_text(out, "lane", ticket->lane);
    member_text(out, "state", ticket_state_name(ticket->state));
    if (audience == AUDIENCE_STAFF) {
        member_text(out, "medium", medium_name(ticket->medium));
        member(out, "bound");
        buffer_add_text(out, ticket->bound ? "true" : "false");
        member_text(out, "name", view->name);
        member_text(out, "id_mask", view->id_mask);
        member_text(out, "unit", view->unit);
        if (*view->reason)
            member_text(out, "reason", view->reason);
    }
    member_time(out, "issued_at", ticket->issued_us);
    member_time(out, "called_at", ticket->called_us);
    member_time(out, "shot_at", ticket->shot_us);
    member_number(out, "retakes", ticket->retakes);
    member_number(out, "seq", ticket->seq);
}

void render_ticket(struct buffer *out, const struct ticket_view *view, enum audience audience)
{
    render_open_ticket(out, view, audience);
    buffer_add(out, "}", 1);
}

static void render_ticket_or_null(struct buffer *out, const struct ticket_view *view, enum audience audience)
{
    if (view)
        render_ticket(out, view, audience);
    else
        buffer_add(out, "null", 4);
}

void render_ticket_and_called(struct buffer *out, const struct ticket_view *view,
                              const struct ticket_view *called, enum audience audience)
{
    render_open_ticket(out, view, audience);
    member(out, "called");
    render_ticket_or_null(out, called, audience);
    buffer_add(out, "}", 1);
}

/* Takes the value. */
static void member_json(struct buffer *out, const char *name, json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);
    json_decref(value);
    if (!text)
        abort();
    member(out, name);
    buffer_add_text(out, text);
    free(text);
}

void render_ticket_as_presented(struct buffer *out, const struct ticket_view *view,
                                const struct mrz_repairs *repairs, bool is_expired, enum audience audience)
{
    render_open_ticket(out, view, audience);
    if (repairs->count > 0)
        member_json(out, "repaired", mrz_repairs_json(repairs));
    if (is_expired)
        member_json(out, "note", presentation_expired_note());
    buffer_add(out, "}", 1);
}

static void render_tickets(struct buffer *out, const struct ticket_view *views, size_t count,
                           enum audience audience)
{
    buffer_add(out, "[", 1);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_add(out, ",", 1);
        render_ticket(out, &views[i], audience);
    }
    buffer_add(out, "]", 1);
}

void render_session(struct buffer *out, const struct queue_lane *lane)
{
    buffer_add_text(out, lane->is_open ? "{\"state\":\"open\"" : "{\"state\":\"closed\"");
    member_number(out, "number", lane->session);
    member_time(out, "opened_at", lane->opened_us);
    member_time(out, "closed_at", lane->is_open ? 0 : lane->closed_us);
    buffer_add(out, "}", 1);
}

void render_counts(struct buffer *out, const struct queue_counts *counts)
{
    buffer_add_text(out, "{\"issued\":");
    render_number(out, counts->issued);
    member_number(out, "waiting", counts->waiting);
    member_number(out, "called", counts->called);
    member_number(out, "shot", counts->shot);
    member_number(out, "missed", counts->missed);
    member_number(out, "void", counts->voided);
    buffer_add(out, "}", 1);
}

void render_event_brief(struct buffer *out, const struct queue_event *event)
{
    if (!event->exists) {
        buffer_add(out, "null", 4);
        return;
    }
    buffer_add_text(out, "{\"name\":");
    render_text(out, event->name);
    member_text(out, "state", event->is_closed ? "closed" : "open");
    buffer_add(out, "}", 1);
}

static const char *store_name(enum problem store)
{
    return store == PROBLEM_NONE ? "ok" : problem_code(store);
}

void render_snapshot(struct buffer *out, const struct lane_view *view, const char *notes_json, int64_t now_us,
                     enum audience audience)
{
    buffer_add_text(out, "{\"lane\":");
    render_text(out, view->lane.name);
    member_text(out, "room", view->lane.room);
    member(out, "session");
    render_session(out, &view->lane);
    member(out, "current");
    render_ticket_or_null(out, view->has_current ? &view->current : NULL, audience);
    member(out, "line");
    render_tickets(out, view->line, view->n_line, audience);
    member_number(out, "line_limit", view->lane.line_limit);
    member(out, "last");
    render_ticket_or_null(out, view->has_last ? &view->last : NULL, audience);
    member(out, "done");
    render_tickets(out, view->recent, view->n_recent, audience);
    member(out, "counts");
    render_counts(out, &view->lane.counts);
    if (audience == AUDIENCE_STAFF) {
        member(out, "readers");
        buffer_add_text(out, notes_json);
    }
    member(out, "event");
    render_event_brief(out, &view->event);
    member_text(out, "store", store_name(view->store));
    member_time(out, "now", now_us);
    member_number(out, "seq", view->seq);
    buffer_add(out, "}", 1);
}

static void render_lane(struct buffer *out, const struct queue_lane *lane)
{
    buffer_add_text(out, "{\"lane\":");
    render_text(out, lane->name);
    member(out, "session");
    render_session(out, lane);
    member_number(out, "line_limit", lane->line_limit);
    buffer_add(out, "}", 1);
}

/* A line end inside the data would end the field (WHATWG HTML, 9.2.6); in JSON it can only be white space. */
static void add_one_line(struct buffer *out, const char *json)
{
    size_t start = out->size;
    buffer_add_text(out, json);
    for (char *c = out->data + start; *c; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
}

static void render_start(struct buffer *out, const char *name, uint64_t seq)
{
    buffer_add_text(out, "event: ");
    buffer_add_text(out, name);
    if (seq) {
        buffer_add_text(out, "\nid: ");
        render_number(out, seq);
    }
    buffer_add_text(out, "\ndata: ");
}

static bool is_for(const struct feed_item *item, enum audience audience)
{
    if (item->kind != FEED_NOTE || !item->staff_only || audience == AUDIENCE_STAFF)
        return true;
    return audience == AUDIENCE_CHECK && strcmp(item->note, "check") == 0;
}

void render_item(struct buffer *out, const struct feed_item *item, enum problem store, enum audience audience)
{
    if (!is_for(item, audience))
        return;
    switch (item->kind) {
    case FEED_TICKET:
        render_start(out, "ticket", item->seq);
        render_ticket(out, &item->ticket, audience);
        break;
    case FEED_LANE:
        render_start(out, "lane", item->seq);
        render_lane(out, &item->lane_state);
        break;
    case FEED_NOTE:
        render_start(out, item->note, 0);
        add_one_line(out, item->json);
        break;
    case FEED_STORE:
        render_start(out, "store", 0);
        buffer_add_text(out, "{\"store\":");
        render_text(out, store_name(store));
        buffer_add(out, "}", 1);
        break;
    }
    buffer_add(out, "\n\n", 2);
}
