/* One request, from its first line to the last byte of its answer. Lives in libmicrohttpd's con_cls; used
 * only on its listener's thread. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H
#include <jansson.h>

#include "base/bytes.h"
#include "http/fields.h"
#include "http/render.h"
#include "http/routes.h"
#include "http/server.h"
#include "http/wait.h"

enum {
    REQUEST_BODY_MAX = 64 * 1024,
    REQUEST_DRAIN_MAX =
        1024 * 1024, /* beyond the most of a body without a length: more cuts the connection */
    UPLOAD_MAX = 32 * 1024 * 1024,
    UPLOADS_AT_ONCE = 2,
    /* so much of a body that is refused is read and thrown away: whoever still sends can then read the refusal */
    UPLOAD_DISCARD_MAX = 2 * UPLOAD_MAX,
    UPLOAD_US = 120 * 1000 * 1000, /* for the whole of a file, once it is clear that it may come */
};

/* Borrowed from libmicrohttpd until the answer is out; NULL: absent. */
struct request_fields {
    const char *host, *origin, *authorization, *cookies, *content_type, *accept_language, *key,
        *last_event_id;
    const char *if_none_match;
    struct framing framing;
    struct head head;
    bool is_ambiguous; /* two of a field that may come once */
};

enum request_stage { REQUEST_FIRST, REQUEST_BODY, REQUEST_ANSWERING };

struct request {
    struct http *http;
    struct listener *listener;
    struct MHD_Connection *connection;
    struct peer *peer;
    enum request_stage stage;
    struct request_fields fields;
    const char *path;
    const struct route *route; /* NULL: none found */
    struct route_params params;
    struct caller caller;
    enum audience audience;
    bool is_chinese, has_body, must_close;
    bool is_upload;       /* counted in http.n_uploads */
    bool is_discarded;    /* refused, but the body is let come to its end and thrown away */
    enum problem refusal; /* known from the head alone */
    char allow[ALLOW_SIZE];
    struct buffer body;
    size_t body_seen;
    struct wait *wait;          /* NULL: does not wait */
    struct mrz_repairs repairs; /* of the passport in the body, for the answer */
    bool is_expired;            /* what the body presents, by its own date; for the answer, too */
    char *secret;               /* a token's text to give out with the answer; owned, wiped */
};

struct request *request_new(struct listener *, struct MHD_Connection *);
void request_free(struct request *); /* NULL is fine */
/* The steps of the access handler. */
enum MHD_Result request_start(struct request *, const char *method, const char *target, const char *version);
enum MHD_Result request_take(struct request *, const char *data, size_t size);
enum MHD_Result request_finish(struct request *);

/* The value of the first argument of that name behind the path's '?'; NULL: none. */
const char *request_argument(const struct request *, const char *name);
/* "1" is yes; absent, empty or "0" is no. */
bool request_wishes(const struct request *, const char *name);
enum authority authority_of(enum role);
/* A command of this caller for the lane of the path. */
void request_command(const struct request *, enum command_kind, struct desk_command *ret);
/* The number that the path names in its lane, 0 when it cannot be one. */
uint32_t request_number(const struct request *);

/* Hands in a command with the profile that a body's "profile" and "text" give, or answers what is wrong with it (rules.c).
 */
enum MHD_Result profile_submit(struct request *, const json_t *object, struct desk_command *,
                               wait_after_fn after);

/* The body as a JSON object without any member but those listed (NULL at the end; no list: any). An empty
 * body is an empty object. PROBLEM_BAD_REQUEST, or PROBLEM_NONE and *ret to json_decref(). */
enum problem body_object(const char *data, size_t size, const char *const *members, json_t **ret);
/* The same of an object inside. */
enum problem body_members(const json_t *object, const char *const *members);
enum problem body_level(const json_t *object, enum degree *ret); /* "level"; absent: *ret stays */
/* "person": 32 hexadecimal digits; absent: PROBLEM_BAD_REQUEST. */
enum problem body_person(const json_t *object, struct person_id *ret);
/* A member's text: NULL in *ret when absent or null; PROBLEM_BAD_REQUEST when it is no plain text of
 * 1..most bytes. */
enum problem body_text(const json_t *object, const char *member, size_t most, const char **ret);
enum problem body_number(const json_t *object, const char *member, uint32_t most,
                         uint32_t *ret); /* absent or null: left as it is */
enum problem body_bool(const json_t *object, const char *member, bool *ret); /* absent or null: false */

#endif
