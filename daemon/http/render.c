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

void member(struct buffer *out, const char *name)
{
    buffer_add(out, ",\"", 2);
    buffer_add_text(out, name);
    buffer_add(out, "\":", 2);
}

void member_text(struct buffer *out, const char *name, const char *value)
{
    member(out, name);
    render_text(out, value);
}

void member_time(struct buffer *out, const char *name, int64_t utc_us)
{
    member(out, name);
    render_time(out, utc_us);
}

void member_number(struct buffer *out, const char *name, uint64_t value)
{
    member(out, name);
    render_number(out, value);
}

void member_bool(struct buffer *out, const char *name, bool value)
{
    member(out, name);
    buffer_add_text(out, value ? "true" : "false");
}

void member_codes(struct buffer *out, const char *name, uint32_t flags,
                  const char *(*code_of)(enum issue_flag))
{
    size_t n_written = 0;
    member(out, name);
    buffer_add(out, "[", 1);
    for (unsigned bit = 0; bit < 32; bit++) {
        const char *code = flags & 1u << bit ? code_of((enum issue_flag)(1u << bit)) : "";
        if (!*code)
            continue;
        buffer_add_text(out, n_written++ ? "," : "");
        render_text(out, code);
    }
    buffer_add(out, "]", 1);
}

/* Who it is and what was noted, for those who may see it. */
static void render_staff_members(struct buffer *out, const struct ticket_view *view)
{
    const struct ticket *ticket = &view->ticket;
    member_text(out, "medium", medium_name(ticket->medium));
    member_bool(out, "bound", ticket->bound);
    member_text(out, "name", view->name);
    member_text(out, "id_mask", view->id_mask);
    member_text(out, "unit", view->unit);
    member_text(out, "college", view->college);
    member_text(out, "level", degree_name(view->level));
    member_text(out, "payment", payment_state_name(view->payment));
    member_codes(out, "notes", ticket->note.flags, issue_flag_code);
    member_bool(out, "confirmed", ticket->confirmed);
    member_bool(out, "suspect", ticket->is_suspect);
    member_bool(out, "left", ticket->has_left);
    member_bool(out, "card_back", ticket->card_back);
    if (ticket->state == TICKET_VOID)
        member_bool(out, "acknowledged", ticket->acknowledged);
    if (*view->reason)
        member_text(out, "reason", view->reason);
}

static void render_open_ticket(struct buffer *out, const struct ticket_view *view, enum audience audience)
{
    const struct ticket *ticket = &view->ticket;
    buffer_add_text(out, "{\"number\":");
    render_text(out, view->label);
    member_text(out, "lane", ticket->lane);
    member_text(out, "state", ticket_state_name(ticket->state));
    if (audience == AUDIENCE_STAFF)
        render_staff_members(out, view);
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

void render_ticket_or_null(struct buffer *out, const struct ticket_view *view, enum audience audience)
{
    if (view)
        render_ticket(out, view, audience);
    else
        buffer_add(out, "null", 4);
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

void render_ticket_answer(struct buffer *out, const struct ticket_view *view, const struct ticket_more *more,
                          enum audience audience)
{
    render_open_ticket(out, view, audience);
    if (more->tells_called) {
        member(out, "called");
        render_ticket_or_null(out, more->called, audience);
    }
    if (more->repairs && more->repairs->count > 0)
        member_json(out, "repaired", mrz_repairs_json(more->repairs));
    if (more->is_expired)
        member_json(out, "note", presentation_expired_note());
    if (more->is_alarm)
        member_text(out, "alarm", "out-of-order");
    if (more->warnings)
        member_codes(out, "warnings", more->warnings, override_code);
    buffer_add(out, "}", 1);
}

void render_tickets(struct buffer *out, const struct ticket_view *views, size_t count, enum audience audience)
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
    member_time(out, "created_at", event->created_us);
    buffer_add(out, "}", 1);
}
