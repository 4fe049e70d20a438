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
void render_person_id(struct buffer *, const struct person_id *); /* a JSON string, hexadecimal */
/* These write `,"name":value`; the first member of an object is written by hand. */
void member(struct buffer *, const char *name);
void member_text(struct buffer *, const char *name, const char *value);
void member_time(struct buffer *, const char *name, int64_t utc_us);
void member_number(struct buffer *, const char *name, uint64_t value);
void member_bool(struct buffer *, const char *name, bool value);
/* An array of the codes of those bits that have one. */
void member_codes(struct buffer *, const char *name, uint32_t flags, const char *(*code_of)(enum issue_flag));

void render_ticket(struct buffer *, const struct ticket_view *, enum audience);
void render_ticket_or_null(struct buffer *, const struct ticket_view *, enum audience); /* null for NULL */
void render_tickets(struct buffer *, const struct ticket_view *, size_t count, enum audience); /* an array */
/* The ticket with what an answer tells besides. */
struct ticket_more {
    bool tells_called;                 /* "called": a ticket or null */
    const struct ticket_view *called;  /* NULL: nobody */
    const struct mrz_repairs *repairs; /* "repaired" (mrz_repair.h), when there is one; NULL: none */
    bool is_expired;                   /* "note" (medium.h): the card or passport has expired */
    bool is_alarm;                     /* "alarm":"out-of-order" */
    uint32_t warnings;                 /* "warnings": override_code of each */
};
void render_ticket_answer(struct buffer *, const struct ticket_view *, const struct ticket_more *,
                          enum audience);
void render_session(struct buffer *, const struct queue_lane *);
void render_counts(struct buffer *, const struct queue_counts *);
void render_event_brief(struct buffer *,
                        const struct queue_event *); /* {"name","state","created_at"} or null */
void render_rules(struct buffer *, const struct queue_rules *);
/* ,"stopped":{...}|null,"open_voids":[...] */
void render_trouble(struct buffer *, const struct lane_view *, enum audience);
/* notes_json: the readers, as desk_notes gives them. now_us: UTC. */
void render_snapshot(struct buffer *, const struct lane_view *, const char *notes_json, int64_t now_us,
                     enum audience);

/* One Server-Sent Event of the feed, "" when it is not for this audience. */
void render_item(struct buffer *, const struct feed_item *, enum problem store, enum audience);

#endif
