/* Builds libmicrohttpd responses and problem documents. On the listener's thread. */
#include "http/reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assets.h"
#include "desk/report.h"

/* libmicrohttpd copies both texts. A response without memory for its headers aborts like any other
 * allocation. */
static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    if (MHD_add_response_header(response, name, value) != MHD_YES)
        bytes_resize(NULL, SIZE_MAX / 2);
}

void reply_secure(struct MHD_Response *response, enum reply_kind kind)
{
    static const char page_policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; img-src "
                                      "'self'; font-src 'self'; media-src 'self'; "
                                      "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri "
                                      "'none'; frame-ancestors 'none'";
    add_header(response, "Content-Security-Policy",
               kind == REPLY_PAGE ? page_policy : "default-src 'none'; frame-ancestors 'none'");
    add_header(response, "X-Frame-Options", "DENY"); /* browsers that know no frame-ancestors */
    add_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    add_header(response, "X-Content-Type-Options", "nosniff");
    add_header(response, "Referrer-Policy", "no-referrer");
    if (kind == REPLY_API)
        add_header(response, "Paihao-Pages", assets_version);
    add_header(response, "Cache-Control", kind == REPLY_PAGE ? "no-cache" : "no-store");
}

static struct MHD_Response *take_body(struct buffer *body, const char *content_type)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body->size, body->data, MHD_RESPMEM_MUST_FREE);
    if (!response)
        bytes_resize(NULL, SIZE_MAX / 2);
    *body = (struct buffer){0};
    add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    reply_secure(response, REPLY_API);
    return response;
}

struct MHD_Response *reply_json(struct buffer *body)
{
    return take_body(body, "application/json");
}

enum MHD_Result reply_share(struct request *request, unsigned status, struct MHD_Response *response)
{
    counters_count(&request->http->counters, request->route, status);
    request->stage = REQUEST_ANSWERING;
    return MHD_queue_response(request->connection, status, response);
}

enum MHD_Result reply_send(struct request *request, unsigned status, struct MHD_Response *response)
{
    if (request->must_close)
        add_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result result = reply_share(request, status, response);
    MHD_destroy_response(response);
    return result;
}

void render_problem(struct buffer *out, enum problem problem, bool is_chinese,
                    const struct problem_more *more, enum audience audience)
{
    const char *title = is_chinese ? problem_zh(problem) : problem_en(problem);
    const char *detail = is_chinese ? more->zh : more->en;
    buffer_add_text(out, "{\"type\":\"about:blank\",\"status\":");
    render_number(out, problem_status(problem));
    buffer_add_text(out, ",\"code\":");
    render_text(out, problem_code(problem));
    buffer_add_text(out, ",\"title\":");
    render_text(out, title);
    buffer_add_text(out, ",\"detail\":");
    render_text(out, detail ? detail : title);
    buffer_add_text(out, ",\"message\":{\"zh\":");
    render_text(out, more->is_message ? more->zh : problem_zh(problem));
    buffer_add_text(out, ",\"en\":");
    render_text(out, more->is_message ? more->en : problem_en(problem));
    buffer_add_text(out, "}");
    if (more->ticket) {
        buffer_add_text(out, ",\"ticket\":");
        render_ticket(out, more->ticket, audience);
    }
    if (more->could_override)
        member_codes(out, "override", more->could_override, override_code);
    if (more->members)
        buffer_add_text(out, more->members);
    buffer_add_text(out, "}");
}

static struct MHD_Response *problem_response(const struct request *request, enum problem problem,
                                             const struct problem_more *more)
{
    struct buffer body = {0};
    render_problem(&body, problem, request->is_chinese, more, request->audience);
    struct MHD_Response *response = take_body(&body, "application/problem+json");
    add_header(response, MHD_HTTP_HEADER_CONTENT_LANGUAGE, request->is_chinese ? "zh" : "en");
    if (problem == PROBLEM_BAD_TOKEN)
        add_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
    if (problem == PROBLEM_RATE_LIMITED)
        add_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "60");
    if (problem == PROBLEM_BUSY)
        add_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    return response;
}

enum MHD_Result reply_problem_with(struct request *request, enum problem problem,
                                   const struct problem_more *more)
{
    return reply_send(request, problem_status(problem), problem_response(request, problem, more));
}

enum MHD_Result reply_problem_saying(struct request *request, enum problem problem, const char *detail_en,
                                     const char *detail_zh)
{
    return reply_problem_with(request, problem, &(struct problem_more){.en = detail_en, .zh = detail_zh});
}

enum MHD_Result reply_problem(struct request *request, enum problem problem)
{
    return reply_problem_saying(request, problem, NULL, NULL);
}

enum MHD_Result reply_tree(struct request *request, unsigned status, json_t *tree)
{
    char *text = json_dumps(tree, JSON_COMPACT);
    struct buffer body = {0};
    json_decref(tree);
    if (!text)
        abort();
    buffer_add_text(&body, text);
    free(text);
    return reply_send(request, status, reply_json(&body));
}

enum MHD_Result reply_answer(struct request *request, unsigned status, struct buffer *body,
                             const struct desk_answer *answer)
{
    struct MHD_Response *response = reply_json(body);
    if (answer->replayed)
        add_header(response, "Idempotency-Replayed", "true");
    return reply_send(request, status, response);
}

enum MHD_Result reply_not_allowed(struct request *request, const char *allow)
{
    struct MHD_Response *response =
        problem_response(request, PROBLEM_METHOD_NOT_ALLOWED, &(struct problem_more){0});
    add_header(response, MHD_HTTP_HEADER_ALLOW, allow);
    return reply_send(request, problem_status(PROBLEM_METHOD_NOT_ALLOWED), response);
}

/* Takes `lines`. */
static char *lines_member(json_t *lines)
{
    char *text = json_dumps(lines, JSON_COMPACT),
         *members = bytes_format(",\"lines\":%s", text ? text : "[]");
    free(text);
    json_decref(lines);
    return members;
}

/* What a refusal says besides, for free(); NULL: nothing. */
static char *members_of(const struct request *request, const struct desk_answer *answer)
{
    struct desk *desk = request->http->options.desk;
    const char *lane = request->params.has_lane ? request->params.lane : NULL;
    struct queue_event event;
    char next[TICKET_LABEL_SIZE];
    if (answer->problem == PROBLEM_LEDGER_MOVED && !answer->replayed) {
        char who[LEDGER_WHO_SIZE];
        ledger_who_text(answer->who, who);
        return bytes_format(",\"difference\":%" PRId32 ",\"who\":\"%s\"", answer->difference, who);
    }
    if (answer->problem == PROBLEM_LEDGER_OPEN)
        return lines_member(report_open_lines(desk, lane));
    if (answer->problem == PROBLEM_LEDGER_LINE_UNKNOWN)
        return lines_member(report_known_lines(desk));
    if (answer->problem != PROBLEM_PAPER_GAP)
        return NULL;
    desk_event(desk, &event);
    ticket_label(&event.rules, request->params.lane, answer->next_number, next);
    return bytes_format(",\"next\":\"%s\"", next);
}

enum MHD_Result reply_refusal(struct request *request, const struct desk_answer *answer)
{
    char *members = members_of(request, answer);
    struct problem_more more = {.ticket = answer->has_ticket ? &answer->ticket : NULL,
                                .could_override =
                                    request->audience == AUDIENCE_STAFF ? answer->could_override : 0,
                                .members = members};
    struct MHD_Response *response = problem_response(request, answer->problem, &more);
    free(members);
    if (answer->replayed)
        add_header(response, "Idempotency-Replayed", "true");
    return reply_send(request, problem_status(answer->problem), response);
}

enum MHD_Result reply_recorded(struct request *request, const struct wait *wait)
{
    const struct desk_answer *answer = &wait->answer;
    struct buffer body = {0};
    if (answer->problem)
        return reply_refusal(request, answer);
    buffer_add_text(&body, answer->is_unchanged ? "{\"recorded\":false" : "{\"recorded\":true");
    member_number(&body, "seq", answer->seq);
    if (answer->has_ticket) {
        member(&body, "ticket");
        render_ticket(&body, &answer->ticket, request->audience);
    }
    buffer_add_text(&body, "}");
    return reply_answer(request, answer->created ? MHD_HTTP_CREATED : MHD_HTTP_OK, &body, answer);
}
