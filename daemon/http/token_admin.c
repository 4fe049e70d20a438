/* What the office does with tokens: makes, sees (never their texts or hashes) and ends them. A token's text is given
 * out once and kept nowhere. On the listener's thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/page_address.h"
#include "base/text.h"
#include "http/pairing.h"
#include "http/qr.h"
#include "http/reply.h"
#include "http/scoped.h"

static const int64_t MINUTE_US = INT64_C(60) * 1000000;
enum { PAIRING_MINUTES = 15 };

/* ---- making one */
/* "network", "this-machine" or "no-network": whether others reach the address that we would give them. */
static char *find_authority(const struct request *request, const char **ret_reach)
{
    static const char *const names[] = {[PAGE_REACH_NETWORK] = "network",
                                        [PAGE_REACH_THIS_MACHINE] = "this-machine",
                                        [PAGE_REACH_NO_NETWORK] = "no-network"};
    enum page_reach reach;
    char port[8];
    snprintf(port, sizeof port, "%u", request->http->port);
    char *authority = page_authority(request->http->options.config, port,
                                     request->listener->is_control ? NULL : request->fields.host, &reach);
    *ret_reach = names[reach];
    return authority;
}

static enum MHD_Result answer_token(struct request *request, const struct wait *wait)
{
    const struct token_record *token = &wait->answer.token;
    if (wait->answer.problem)
        return reply_refusal(request, &wait->answer);
    const char *reach;
    char *authority = find_authority(request, &reach);
    char *url = page_token_url(request->http->options.config, authority, token->role, token->lane,
                               token->kind == TOKEN_PAIRING, request->secret);
    struct buffer body = {0};
    buffer_add_text(&body, "{\"token\":");
    render_text(&body, request->secret);
    buffer_add_text(&body, ",\"url\":");
    render_text(&body, url);
    buffer_add_text(&body, ",\"id\":");
    render_number(&body, token->id);
    if (*token->units) {
        member(&body, "units");
        render_scope(&body, request->http->options.desk, token->units);
    }
    buffer_add_text(&body, ",\"reach\":");
    render_text(&body, reach);
    buffer_format(&body, ",\"expires_in_s\":%s", token->expires_us ? "" : "null");
    if (token->expires_us)
        render_number(&body, (uint64_t)((token->expires_us - token->created_us + 500000) / 1000000));
    buffer_add_text(&body, ",\"qr\":");
    if (!render_qr(&body, url))
        buffer_add_text(&body, "null");
    buffer_add_text(&body, "}");
    wipe_bytes(url, strlen(url));
    free(url);
    free(authority);
    return reply_send(request, MHD_HTTP_CREATED, reply_json(&body));
}

static enum problem take_wish(const struct request *request, struct token_record *token, bool *ret_once,
                              struct problem_more *ret_more)
{
    static const char *const members[] = {"role", "lane", "units", "once", "name", NULL};
    const char *role = NULL, *lane = NULL, *name = NULL;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return problem;
    problem = body_text(object, "role", sizeof token->role - 1, &role);
    if (!problem)
        problem = body_text(object, "lane", LANE_NAME_MAX, &lane);
    if (!problem)
        problem = body_text(object, "name", TOKEN_NAME_MAX, &name);
    if (!problem)
        problem = body_bool(object, "once", ret_once);
    if (!problem && (!role || role_from_name(role) == ROLE_NONE))
        problem = PROBLEM_BAD_REQUEST;
    if (!problem && role_from_name(role) != ROLE_LIAISON && json_is_array(json_object_get(object, "units"))) {
        *ret_more = (struct problem_more){.en = bytes_text("Only a liaison's token is for certain classes."),
                                          .zh = bytes_text("只有联络员的令牌可以限定班级。")};
        problem = PROBLEM_BAD_REQUEST;
    }
    if (!problem)
        problem = scoped_take(request, object, token->units, ret_more);
    if (!problem) {
        strcpy(token->role, role);
        strcpy(token->lane, lane ? lane : "");
        strcpy(token->name, name ? name : "");
    }
    json_decref(object);
    return problem;
}

enum MHD_Result token_create(struct request *request)
{
    struct desk_command command = {.kind = DESK_TOKEN_CREATE};
    bool once = false;
    struct problem_more more = {0};
    enum problem problem = take_wish(request, &command.token, &once, &more);
    if (!problem && *command.token.lane &&
        desk_lane_facts(request->http->options.desk, command.token.lane, NULL) != 0)
        problem = PROBLEM_LANE_UNKNOWN;
    /* nobody gives more than they have */
    if (!problem && *request->caller.lane && strcmp(request->caller.lane, command.token.lane) != 0)
        problem = PROBLEM_FORBIDDEN;
    if (problem) {
        enum MHD_Result result = reply_problem_with(request, problem, &more);
        scoped_more_done(&more);
        return result;
    }
    memcpy(command.queue.device, request->caller.device, sizeof command.queue.device);
    token_make(request, once ? TOKEN_PAIRING : TOKEN_BEARER, once ? PAIRING_MINUTES * MINUTE_US : 0,
               &command.token);
    return wait_for_desk(request, &command, answer_token);
}

/* ---- seeing them */
static void render_token(struct buffer *out, struct desk *desk, const struct token_record *token)
{
    static const char *const kinds[] = {
        [TOKEN_BEARER] = "bearer", [TOKEN_PAIRING] = "pairing", [TOKEN_SESSION] = "session"};
    buffer_add_text(out, "{\"id\":");
    render_number(out, token->id);
    buffer_add_text(out, ",\"kind\":");
    render_text(out, kinds[token->kind]);
    if (token->parent)
        buffer_format(out, ",\"parent\":%u", token->parent);
    else
        buffer_add_text(out, ",\"parent\":null");
    buffer_add_text(out, ",\"name\":");
    render_text(out, *token->name ? token->name : NULL);
    buffer_add_text(out, ",\"role\":");
    render_text(out, token->role);
    buffer_add_text(out, ",\"lane\":");
    render_text(out, *token->lane ? token->lane : NULL);
    buffer_add_text(out, ",\"units\":");
    render_scope(out, desk, token->units);
    buffer_add_text(out, ",\"created_at\":");
    render_time(out, token->created_us);
    buffer_add_text(out, ",\"expires_at\":");
    render_time(out, token->expires_us);
    buffer_add_text(out, ",\"used_at\":");
    render_time(out, token->used_us);
    buffer_add_text(out, ",\"revoked_at\":");
    render_time(out, token->revoked_us);
    buffer_add_text(out, ",\"seen_at\":");
    render_time(out, token->seen_us);
    buffer_add_text(out, "}");
}

enum MHD_Result token_list(struct request *request)
{
    struct buffer out = {0};
    size_t count;
    const char *reach;
    char *authority = find_authority(request, &reach);
    struct token_record *tokens = desk_tokens(request->http->options.desk, &count);
    buffer_add_text(&out, "{\"tokens\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_add_text(&out, ",");
        render_token(&out, request->http->options.desk, &tokens[i]);
    }
    buffer_add_text(&out, "],\"self\":");
    if (request->caller.token_id)
        render_number(&out, request->caller.token_id);
    else
        buffer_add_text(&out, "null");
    buffer_add_text(&out, ",\"now\":");
    render_time(&out, clock_utc_us());
    buffer_add_text(&out, ",\"address\":");
    render_text(&out, authority);
    buffer_add_text(&out, ",\"reach\":");
    render_text(&out, reach);
    buffer_add_text(&out, "}");
    free(authority);
    free(tokens);
    return reply_send(request, MHD_HTTP_OK, reply_json(&out));
}

/* ---- ending one */
static enum MHD_Result answer_revoked(struct request *request, const struct wait *wait)
{
    struct buffer out = {0};
    if (wait->answer.problem)
        return reply_refusal(request, &wait->answer);
    render_token(&out, request->http->options.desk, &wait->answer.token);
    return reply_send(request, MHD_HTTP_OK, reply_json(&out));
}

enum MHD_Result token_revoke(struct request *request)
{
    struct desk_command command;
    uint64_t id;
    if (text_to_u64(request->params.label, 1, UINT32_MAX, &id) != 0)
        return reply_problem(request, PROBLEM_NOT_FOUND);
    request_command(request, COMMAND_NONE, &command);
    command.kind = DESK_TOKEN_REVOKE;
    command.token.id = (uint32_t)id;
    return wait_for_desk(request, &command, answer_revoked);
}
