/* The course of a request: refuse early what can be refused early, collect the body, hand over to the
 * route's handler. Nothing here waits. On the listener's thread. */
#include "http/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "http/reply.h"

struct request *request_new(struct listener *listener, struct MHD_Connection *connection)
{
    struct request *request = bytes_alloc(sizeof *request);
    request->http = listener->http;
    request->listener = listener;
    request->connection = connection;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    request->peer = info->socket_context;
    peer_allow(request->peer, PEER_REQUEST_US);
    atomic_fetch_add(&request->http->n_requests, 1);
    return request;
}

void request_free(struct request *request)
{
    if (!request)
        return;
    wait_release(request->wait);
    /* a check-in's body holds a person's data */
    wipe_bytes(request->body.data, request->body.size);
    buffer_done(&request->body);
    if (request->secret)
        wipe_bytes(request->secret, strlen(request->secret));
    free(request->secret);
    peer_allow(request->peer, PEER_IDLE_US);
    if (request->is_upload)
        atomic_fetch_sub(&request->http->n_uploads, 1);
    atomic_fetch_sub(&request->http->n_requests, 1);
    free(request);
}

/* Fields that say one thing: a second one is refused rather than one of the two believed. */
static void take_once(struct request_fields *fields, const char **field, const char *value)
{
    fields->is_ambiguous |= *field != NULL;
    *field = value;
}

static enum MHD_Result take_field(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_size,
                                  const char *value, size_t value_size)
{
    struct request_fields *fields = arg;
    (void)kind;
    value = value ? value : "";
    head_add(&fields->head, name, name_size, value, value_size);
    if (strcasecmp(name, "Host") == 0) {
        fields->host = value;
        fields->framing.n_host++;
    } else if (strcasecmp(name, "Content-Length") == 0) {
        fields->framing.content_length = value;
        fields->framing.n_content_length++;
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        fields->framing.transfer_encoding = value;
        fields->framing.n_transfer_encoding++;
    } else if (strcasecmp(name, "Authorization") == 0) {
        take_once(fields, &fields->authorization, value);
    } else if (strcasecmp(name, "Content-Type") == 0) {
        take_once(fields, &fields->content_type, value);
    } else if (strcasecmp(name, "Idempotency-Key") == 0) {
        take_once(fields, &fields->key, value);
    } else if (strcasecmp(name, "Accept-Language") == 0) {
        fields->accept_language = value;
    } else if (strcasecmp(name, "Cookie") == 0) {
        fields->cookies = value;
    } else if (strcasecmp(name, "Origin") == 0) {
        take_once(fields, &fields->origin, value);
    } else if (strcasecmp(name, "Sec-Fetch-Site") == 0) {
        take_once(fields, &fields->fetch_site, value);
    } else if (strcasecmp(name, "Last-Event-ID") == 0) {
        fields->last_event_id = value;
    } else if (strcasecmp(name, "If-None-Match") == 0) {
        fields->if_none_match = value;
    }
    return MHD_YES;
}

/* Later versions of libmicrohttpd refuse lines of a wrong shape themselves, and cut them in other ways. */
static bool has_sound_head(const struct request *request)
{
#if MHD_VERSION < 0x00097600
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return head_is_sound(&request->fields.head, info->header_size);
#else
    return request->fields.head.has_sound_fields;
#endif
}

/* The message is sound, meant for us, and no foreign page has sent it. */
static enum problem check_message(struct request *request, const char *method, const char *target)
{
    const struct request_fields *fields = &request->fields;
    const struct http *http = request->http;
    enum problem problem = framing_check(&fields->framing);
    if (!problem && (fields->is_ambiguous || !has_sound_head(request)))
        problem = PROBLEM_BAD_REQUEST;
    if (problem) {
        request->must_close = true;
        return problem;
    }
    if (!fields->host)
        return PROBLEM_BAD_REQUEST;
    if (!request->listener->is_control && !host_is_ours(fields->host, http->names, http->n_names))
        return PROBLEM_BAD_HOST;
    request->path = target_path(target, fields->host);
    if (!request->path)
        return PROBLEM_BAD_REQUEST;
    bool is_safe = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    if (is_safe && request->has_body)
        return PROBLEM_BAD_REQUEST;
    if (is_safe || request->listener->is_control)
        return PROBLEM_NONE;
    if (fields->origin && !origin_is_ours(fields->origin, http->has_tls ? "https" : "http", fields->host))
        return PROBLEM_FORBIDDEN;
    return fields->fetch_site && !fetch_site_is_ours(fields->fetch_site) ? PROBLEM_FORBIDDEN : PROBLEM_NONE;
}

/* Who asks, and whether they may. */
static enum problem check_caller(struct request *request)
{
    const struct route *route = request->route;
    struct caller *caller = &request->caller;
    if (request->listener->is_control) {
        auth_tool(caller);
    } else if (!(route->roles & 1 << ROLE_NONE)) {
        enum problem problem =
            auth_identify(&request->http->auth, request->http->options.desk, &request->peer->address,
                          request->fields.authorization, request->fields.cookies, caller);
        bool needs_none = route->flags & ROUTE_LOOPBACK && request->peer->address.is_loopback;
        if (problem && !needs_none)
            return problem;
        if (!needs_none && !(route->roles & 1 << caller->role))
            return PROBLEM_FORBIDDEN;
    }
    bool is_staff = ROLES_CAMERA & 1 << caller->role;
    request->audience = is_staff                     ? AUDIENCE_STAFF
                        : caller->role == ROLE_CHECK ? AUDIENCE_CHECK
                                                     : AUDIENCE_HALL;
    if ((route->flags & ROUTE_CONTROL && !request->listener->is_control) ||
        (route->flags & ROUTE_WHOLE && *caller->lane))
        return PROBLEM_FORBIDDEN;
    if (!request->params.has_lane)
        return PROBLEM_NONE;
    if (desk_lane_facts(request->http->options.desk, request->params.lane, NULL) != 0)
        return PROBLEM_LANE_UNKNOWN;
    return *caller->lane && strcmp(caller->lane, request->params.lane) != 0 ? PROBLEM_FORBIDDEN
                                                                            : PROBLEM_NONE;
}

static bool may_be_a_file(const struct request *request)
{
    return request->route && request->route->flags & ROUTE_UPLOAD;
}

static size_t body_most(const struct request *request)
{
    return may_be_a_file(request) ? (size_t)UPLOAD_MAX : (size_t)REQUEST_BODY_MAX;
}

/* Only who may send a file at all has come here. A form's types are refused: any page can make a browser send them. */
static enum problem check_upload(struct request *request)
{
    const char *type = request->fields.content_type;
    if (!type || content_type_is_a_forms(type))
        return PROBLEM_BAD_MEDIA_TYPE;
    if (atomic_fetch_add(&request->http->n_uploads, 1) >= UPLOADS_AT_ONCE) {
        atomic_fetch_sub(&request->http->n_uploads, 1);
        return PROBLEM_BUSY;
    }
    request->is_upload = true;
    peer_allow(request->peer, UPLOAD_US);
    return PROBLEM_NONE;
}

/* An empty form is sent without being asked, too. The tool's library marks any empty body as one. */
static bool is_a_forms(const struct request *request)
{
    const char *type = request->fields.content_type;
    return type && content_type_is_a_forms(type) && !request->listener->is_control &&
           strcmp(request->route->method, "POST") == 0;
}

/* What is known of the body before it comes. */
static enum problem check_body(struct request *request)
{
    bool is_upload = may_be_a_file(request);
    const struct request_fields *fields = &request->fields;
    if (fields->key && !key_is_valid(fields->key))
        return PROBLEM_BAD_REQUEST;
    if (!request->has_body)
        return is_a_forms(request) ? PROBLEM_BAD_MEDIA_TYPE : PROBLEM_NONE;
    const char *length = fields->framing.content_length;
    uint64_t size = 0;
    if (length && text_to_u64(length, 0, is_upload ? UPLOAD_MAX : REQUEST_BODY_MAX, &size) != 0)
        return PROBLEM_TOO_LARGE;
    if (is_upload)
        return check_upload(request);
    return content_type_is_json(fields->content_type) ? PROBLEM_NONE : PROBLEM_BAD_MEDIA_TYPE;
}

/* An answer while the other side is still sending is lost to it: closing then resets the connection. Only who may
 * send a file has come to check_body; whoever waits for "100 Continue" sends nothing and reads the refusal at once. */
static bool is_discardable(const struct request *request)
{
    uint64_t size = 0;
    const char *length = request->fields.framing.content_length;
    return may_be_a_file(request) && request->has_body &&
           !MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT) &&
           (!length || text_to_u64(length, 0, UPLOAD_DISCARD_MAX, &size) == 0);
}

/* What is wrong with the request before its body, PROBLEM_NONE if nothing. */
static enum problem check_head(struct request *request, const char *method, const char *target)
{
    if (atomic_load_explicit(&request->http->is_closing, memory_order_relaxed)) {
        request->must_close = true;
        return PROBLEM_STOPPING;
    }
    enum problem problem = check_message(request, method, target);
    if (problem)
        return problem;
    request->route = route_find(method, request->path, &request->params, request->allow);
    if (!request->route)
        return *request->allow ? PROBLEM_METHOD_NOT_ALLOWED : PROBLEM_NOT_FOUND;
    problem = check_caller(request);
    if (problem)
        return problem;
    problem = check_body(request);
    request->is_discarded = problem && is_discardable(request);
    if (request->is_discarded)
        peer_allow(request->peer, UPLOAD_US);
    return problem;
}

_Static_assert(UPLOAD_MAX == 32 << 20, "what is said of it");
static const struct problem_more file_too_large = {
    .is_message = true,
    .en = "The file is too large: at most 32 MiB. Take out rows, columns and sheets that are not needed.",
    .zh = "文件过大，最多 32 MiB。请删去多余的行、列和工作表后再试。"};

static enum MHD_Result refuse(struct request *request)
{
    if (request->refusal == PROBLEM_METHOD_NOT_ALLOWED)
        return reply_not_allowed(request, request->allow);
    if (request->refusal == PROBLEM_TOO_LARGE && may_be_a_file(request))
        return reply_problem_with(request, PROBLEM_TOO_LARGE, &file_too_large);
    return reply_problem(request, request->refusal);
}

enum MHD_Result request_start(struct request *request, const char *method, const char *target,
                              const char *version)
{
    struct request_fields *fields = &request->fields;
    fields->framing.version = version;
    head_begin(&fields->head, method, version);
    MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, take_field, fields);
    request->is_chinese = language_is_chinese(fields->accept_language);
    const char *length = fields->framing.content_length;
    request->has_body =
        fields->framing.transfer_encoding || (length && strspn(length, "0") != strlen(length));
    /* whoever is refused now has not sent the body yet; what then comes must not be read as a request */
    request->must_close = request->has_body;
    request->refusal = check_head(request, method, target);
    if (request->refusal && request->must_close && !request->is_discarded)
        return refuse(request);
    /* without a body the refusal waits for the next call: libmicrohttpd closes after an answer to this one */
    request->must_close = false;
    request->stage = REQUEST_BODY;
    return MHD_YES;
}

enum MHD_Result request_take(struct request *request, const char *data, size_t size)
{
    /* an answer may be queued only before or after the body, so too much is drained first */
    request->body_seen += size;
    size_t most = body_most(request), drain = may_be_a_file(request) ? UPLOAD_DISCARD_MAX : REQUEST_DRAIN_MAX;
    if (request->body_seen > drain)
        return MHD_NO;
    if (request->body_seen <= most && !request->is_discarded)
        buffer_add(&request->body, data, size);
    return MHD_YES;
}

enum MHD_Result request_finish(struct request *request)
{
    peer_allow(request->peer, 0);
    if (request->wait)
        return wait_resume(request);
    if (request->refusal)
        return refuse(request);
    if (request->body_seen > body_most(request)) {
        request->refusal = PROBLEM_TOO_LARGE;
        return refuse(request);
    }
    return request->route->handle(request);
}

const char *request_argument(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

bool request_wishes(const struct request *request, const char *name)
{
    const char *value = request_argument(request, name);
    return value && strcmp(value, "1") == 0;
}

enum authority authority_of(enum role role)
{
    switch (role) {
    case ROLE_OFFICE:
        return AUTHORITY_OFFICE;
    case ROLE_MARSHAL:
        return AUTHORITY_MARSHAL;
    case ROLE_PHOTOGRAPHER:
        return AUTHORITY_CAMERA;
    default:
        return AUTHORITY_NONE;
    }
}

void request_command(const struct request *request, enum command_kind kind, struct desk_command *ret)
{
    *ret = (struct desk_command){.kind = DESK_QUEUE, .queue = {.kind = kind}};
    memcpy(ret->queue.lane, request->params.lane, sizeof ret->queue.lane);
    memcpy(ret->queue.device, request->caller.device, sizeof ret->queue.device);
    ret->queue.authority = authority_of(request->caller.role);
}

uint32_t request_number(const struct request *request)
{
    struct queue_event event;
    desk_event(request->http->options.desk, &event);
    return ticket_label_parse(&event.rules, request->params.lane, request->params.label);
}
