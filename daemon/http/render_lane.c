/* What a lane looks like now, and its live events. No state; any thread. */
#include <string.h>

#include "http/render.h"

static const char *store_name(enum problem store)
{
    return store == PROBLEM_NONE ? "ok" : problem_code(store);
}

void render_rules(struct buffer *out, const struct queue_rules *rules)
{
    size_t n_written = 0;
    buffer_add_text(out, "{\"media\":[");
    for (int medium = MEDIUM_NONE + 1; medium < MEDIUM_COUNT; medium++) {
        if (!(rules->media & 1u << medium))
            continue;
        buffer_add_text(out, n_written++ ? "," : "");
        render_text(out, medium_name((enum medium)medium));
    }
    buffer_add(out, "]", 1);
    member_text(out, "outsiders", rules->outsiders ? "accept" : "refuse");
    member_text(out, "payment", payment_way_name(rules->payment));
    member_text(out, "payment_gate", gate_name(rules->payment_gate));
    member_number(out, "fee_fen", rules->fee_fen);
    member_text(out, "order", order_rule_name(rules->order));
    member_number(out, "line_limit", rules->line_limit);
    member_text(out, "missed", missed_rule_name(rules->missed));
    member_text(out, "captured", gate_name(rules->captured));
    member_text(out, "overrides", override_by_name(rules->overrides));
    member_bool(out, "spoken_check", rules->spoken_check);
    member_bool(out, "scan_and_sit", rules->scan_and_sit);
    member_bool(out, "roll_call", rules->roll_call);
    member_text(out, "prefix", rules->prefix);
    member_number(out, "width", rules->width);
    buffer_add(out, "}", 1);
}

void render_person_id(struct buffer *out, const struct person_id *person)
{
    char text[2 * PERSON_ID_SIZE + 1];
    hex_encode(person->bytes, sizeof person->bytes, text);
    render_text(out, text);
}

/* Whether people may come in at the door, and who should be the next of the class there. */
static void render_door(struct buffer *out, const struct lane_view *view, enum audience audience)
{
    member(out, "door");
    buffer_add_text(out, view->is_full ? "{\"stop\":true" : "{\"stop\":false");
    member_number(out, "limit", view->limit);
    buffer_add(out, "}", 1);
    member_bool(out, "late_round", view->lane.is_late_round);
    member_number(out, "pace_ms", view->pace_ms);
    if (audience != AUDIENCE_STAFF)
        return;
    member(out, "expected");
    if (!view->has_expected) {
        buffer_add_text(out, "null");
        return;
    }
    buffer_add_text(out, "{\"name\":");
    render_text(out, view->expected.name);
    member_text(out, "unit", view->expected.unit_name);
    member_number(out, "rank", view->expected.rank);
    member(out, "person");
    render_person_id(out, &view->expected.id);
    buffer_add(out, "}", 1);
}

void render_trouble(struct buffer *out, const struct lane_view *view, enum audience audience)
{
    member(out, "stopped");
    if (view->has_stopped) {
        buffer_add_text(out, "{\"ticket\":");
        render_ticket(out, &view->stopped, audience);
        member(out, "at_risk");
        render_tickets(out, view->at_risk, view->n_at_risk, audience);
        buffer_add(out, "}", 1);
    } else {
        buffer_add_text(out, "null");
    }
    member(out, "open_voids");
    render_tickets(out, view->open_voids, view->n_open_voids, audience);
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
    member(out, "rules");
    render_rules(out, &view->event.rules);
    render_door(out, view, audience);
    render_trouble(out, view, audience);
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
    member_bool(out, "is_stopped", lane->stopped_by != 0);
    member_bool(out, "late_round", lane->is_late_round);
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
