/* Turning a token into a device's cookie. A device has one session: pairing anew ends the one before. On the
 * listener's thread. */
#include "http/pairing.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/reply.h"
#include "http/scoped.h"

enum { SESSION_DAYS = 30, SESSIONS_OF_A_TOKEN = 1000 };
static const int64_t DAY_US = INT64_C(86400) * 1000000;

void token_make(struct request *request, enum token_kind kind, int64_t life_us, struct token_record *ret)
{
    request->secret = bytes_alloc(TOKEN_TEXT_SIZE);
    token_text(request->secret);
    token_hash(request->secret, ret->hash);
    ret->kind = kind;
    ret->expires_us = life_us ? clock_utc_us() + life_us : 0;
}

/* ---- refusals: what to do now, for whoever holds the device */
static enum MHD_Result refuse(struct request *request, enum token_life life)
{
    static const struct problem_more words[] = {
        [TOKEN_UNKNOWN] = {.is_message = true,
                           .en = "This pairing code is not one of this server's. Ask for a new one.",
                           .zh = "配对码无效，不是本服务器给出的。请负责人重新生成一个。",
                           .members = ",\"why\":\"unknown\""},
        [TOKEN_USED] =
            {.is_message = true,
             .en = "This pairing code was used already: each is good for one device. Ask for a new one.",
             .zh = "这个配对码已经用过了，每个码只能配对一台设备。请负责人重新生成一个。",
             .members = ",\"why\":\"used\""},
        [TOKEN_EXPIRED] = {.is_message = true,
                           .en = "This pairing code has expired. Ask for a new one and scan it at once.",
                           .zh = "这个配对码已过期。请负责人重新生成一个，随即扫描。",
                           .members = ",\"why\":\"expired\""},
        [TOKEN_REVOKED] = {.is_message = true,
                           .en = "This pairing code was withdrawn. Ask for a new one.",
                           .zh = "这个配对码已被撤销。请负责人重新生成一个。",
                           .members = ",\"why\":\"revoked\""},
    };
    enum problem problem = PROBLEM_BAD_TOKEN;
    /* what was once given out is no guess */
    if (life == TOKEN_UNKNOWN)
        problem = auth_wrong(&request->http->auth, &request->peer->address, clock_mono_us());
    return problem == PROBLEM_BAD_TOKEN ? reply_problem_with(request, problem, &words[life])
                                        : reply_problem(request, problem);
}

/* ---- answers */
static struct MHD_Response *paired_response(struct desk *desk, const struct token_record *token)
{
    struct buffer body = {0};
    buffer_add_text(&body, "{\"role\":");
    render_text(&body, token->role);
    buffer_add_text(&body, ",\"lane\":");
    render_text(&body, *token->lane ? token->lane : NULL);
    if (*token->units) {
        member(&body, "units");
        render_scope(&body, desk, token->units);
    }
    if (*token->name) {
        buffer_add_text(&body, ",\"name\":");
        render_text(&body, token->name);
    }
    buffer_add_text(&body, "}");
    return reply_json(&body);
}

static enum MHD_Result answer_pair(struct request *request, const struct wait *wait)
{
    const struct desk_answer *answer = &wait->answer;
    if (answer->problem == PROBLEM_BAD_TOKEN) /* another device was faster, or it ended a moment ago */
        return refuse(request, TOKEN_USED);
    if (answer->problem)
        return reply_refusal(request, answer);
    char cookie[192];
    snprintf(cookie, sizeof cookie, "paihao=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s",
             request->secret, SESSION_DAYS * 86400, request->http->has_tls ? "; Secure" : "");
    struct MHD_Response *response = paired_response(request->http->options.desk, &answer->token);
    MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, cookie);
    wipe_bytes(cookie, sizeof cookie);
    return reply_send(request, MHD_HTTP_OK, response);
}

/* ---- the request */
static enum problem take_wish(const struct request *request, bool *ret_preview, uint8_t ret_hash[DIGEST_SIZE],
                              bool *ret_is_formed)
{
    static const char *const members[] = {"token", "preview", NULL};
    const char *token = NULL;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return problem;
    problem = body_text(object, "token", 256, &token);
    if (!problem)
        problem = body_bool(object, "preview", ret_preview);
    if (!problem && !token)
        problem = PROBLEM_BAD_REQUEST;
    *ret_is_formed = !problem && token_is_well_formed(token, strlen(token));
    if (*ret_is_formed)
        token_hash(token, ret_hash);
    json_decref(object);
    return problem;
}

/* A lasting token pairs any number of devices, and each leaves an entry for good: whoever got hold of one must not fill
 * the disk with it. */
static enum problem check_crowd(struct request *request, uint32_t id)
{
    if (desk_sessions_of(request->http->options.desk, id) >= SESSIONS_OF_A_TOKEN)
        return PROBLEM_RATE_LIMITED;
    return auth_pairing(&request->http->auth, &request->peer->address, clock_mono_us());
}

enum MHD_Result pair_device(struct request *request)
{
    struct desk *desk = request->http->options.desk;
    struct desk_command command = {.kind = DESK_PAIR};
    struct token_record token, session = {0};
    bool is_preview = false, is_formed = false;
    enum problem problem = take_wish(request, &is_preview, command.token.hash, &is_formed);
    if (problem)
        return reply_problem(request, problem);
    enum token_life life = is_formed ? desk_token_life(desk, command.token.hash, &token) : TOKEN_UNKNOWN;
    if (life != TOKEN_UNKNOWN && token.kind == TOKEN_SESSION) /* a cookie's text pairs nobody */
        life = TOKEN_UNKNOWN;
    bool has_session = auth_session(desk, request->fields.cookies, &session);
    /* the same link once more, on the very device that it paired */
    if (has_session && (life == TOKEN_LIVE || life == TOKEN_USED) && session.parent == token.id)
        return reply_send(request, MHD_HTTP_OK, paired_response(desk, &session));
    if (life != TOKEN_LIVE)
        return refuse(request, life);
    if (is_preview)
        return reply_send(request, MHD_HTTP_OK, paired_response(desk, &token));
    problem = token.kind == TOKEN_BEARER ? check_crowd(request, token.id) : PROBLEM_NONE;
    if (problem)
        return reply_problem(request, problem);
    token_make(request, TOKEN_SESSION, SESSION_DAYS * DAY_US, &command.session);
    command.session.id = has_session ? session.id : 0;
    return wait_for_desk(request, &command, answer_pair);
}
