/* The JSON of what people see. Strangers' eyes (display, liaison) get numbers only; the queue-tail check gets numbers and
 * its own notes. Any thread. */
#ifndef HTTP_RENDER_H
#define HTTP_RENDER_H
#include "base/bytes.h"
#include "desk/desk.h"

enum audience { AUDIENCE_STAFF, AUDIENCE_HALL, AUDIENCE_CHECK, AUDIENCE_COUNT };

void render_text(struct buffer *, const char *text); /* a JSON string, or "null" for NULL */
void render_time(struct buffer *, int64_t utc_us);   /* a JSON string, or null for 0 */
void render_number(struct buffer *, uint64_t number);

void render_ticket(struct buffer *, const struct ticket_view *, enum audience);
/* The ticket with one more member: "called", null for NULL. */
void render_ticket_and_called(struct buffer *, const struct ticket_view *, const struct ticket_view *called,
                              enum audience);
/* The ticket with what the staff are to know of what was presented: "repaired" (mrz_repair.h) when something was, "note" (medium.h)
 * when it has expired. */
void render_ticket_as_presented(struct buffer *, const struct ticket_view *, const struct mrz_repairs *,
                                bool is_expired, enum audience);
void render_session(struct buffer *, const struct queue_lane *);
void render_counts(struct buffer *, const struct queue_counts *);
void render_event_brief(struct buffer *, const struct queue_event *); /* {"name","state"} or null */
/* notes_json: the readers, as desk_notes gives them. now_us: UTC. */
void render_snapshot(struct buffer *, const struct lane_view *, const char *notes_json, int64_t now_us,
                     enum audience);

/* One Server-Sent Event of the feed, "" when it is not for this audience. */
void render_item(struct buffer *, const struct feed_item *, enum problem store, enum audience);

#endif
