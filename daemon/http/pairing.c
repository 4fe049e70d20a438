/* Making tokens and turning them into a device's cookie. A token's text is given out once and kept nowhere.
 * On the listener's thread. */
#include <ifaddrs.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/reply.h"

static const int64_t DAY_US = INT64_C(86400) * 1000000, MINUTE_US = INT64_C(60) * 1000000;
enum { SESSION_DAYS = 30, PAIRING_MINUTES = 15 };

/* ---- tokens */
/* An address of this machine that others can reach, for a server that listens on all of them. */
static void find_address(int family, char *ret_host, size_t capacity)
{
    struct ifaddrs *list = NULL;
    snprintf(ret_host, capacity, "%s", family == AF_INET6 ? "::1" : "127.0.0.1");
    if (getifaddrs(&list) != 0)
        return;
    for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
        const struct sockaddr *address = at->ifa_addr;
        if (!address || address->sa_family != AF_INET || strncmp(at->ifa_name, "lo", 2) == 0)
            continue;
        if (getnameinfo(address, sizeof(struct sockaddr_in), ret_host, (socklen_t)capacity, NULL, 0,
                        NI_NUMERICHOST) == 0)
            break;
    }
    freeifaddrs(list);
}

static bool is_everywhere(const char *host)
{
    return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "") == 0 || strcmp(host, "::") == 0;
}

/* The role's page; office and liaison have the first page, which shows what they may use. */
static const char *page_of(const char *role)
{
    return strcmp(role, "office") == 0 || strcmp(role, "liaison") == 0 ? "" : role;
}

/* The address that `paihao token create` prints too: where we listen, else the first configured name, else an
 * address of this machine. The token stands behind the '#', so that it is in no log. */
static void render_url(struct buffer *out, const struct http *http, const struct token_record *token,
                       const char *secret)
{
    const struct config *config = http->options.config;
    const char *page = page_of(token->role);
    char host[256];
    snprintf(host, sizeof host, "%s", config->listen_host);
    if (is_everywhere(host) && config->n_hosts > 0)
        snprintf(host, sizeof host, "%s", config->hosts[0]);
    else if (is_everywhere(host))
        find_address(strcmp(host, "::") == 0 ? AF_INET6 : AF_INET, host, sizeof host);
    bool is_ipv6 = strchr(host, ':');
    buffer_format(out, "%s://%s%s%s:%u/%s%s", http->has_tls ? "https" : "http", is_ipv6 ? "[" : "", host,
                  is_ipv6 ? "]" : "", http->port, page, *page ? "/" : "");
    buffer_format(out, "%s%s#token=%s", *token->lane ? "?lane=" : "", token->lane, secret);
}

static enum MHD_Result answer_token(struct request *request, const struct wait *wait)
{
    const struct desk_answer *answer = &wait->answer;
    if (answer->problem)
        return reply_refusal(request, answer);
    struct buffer body = {0}, url = {0};
    render_url(&url, request->http, &answer->token, request->secret);
    buffer_add_text(&body, "{\"token\":");
    render_text(&body, request->secret);
    buffer_add_text(&body, ",\"url\":");
    render_text(&body, url.data);
    buffer_add_text(&body, ",\"id\":");
    render_number(&body, answer->token.id);
    buffer_add_text(&body, "}");
    wipe_bytes(url.data, url.size);
    buffer_done(&url);
    return reply_send(request, MHD_HTTP_CREATED, reply_json(&body));
}

/* A fresh token's text, kept with the request for its answer, and its record. */
static void make_token(struct request *request, enum token_kind kind, int64_t life_us,
                       struct token_record *ret)
{
    request->secret = bytes_alloc(TOKEN_TEXT_SIZE);
    token_text(request->secret);
    token_hash(request->secret, ret->hash);
    ret->kind = kind;
    ret->expires_us = life_us ? clock_utc_us() + life_us : 0;
}

static enum problem take_token_wish(const struct request *request, struct token_record *token, bool *ret_once)
{
    static const char *const members[] = {"role", "lane", "once", NULL};
    const char *role = NULL, *lane = NULL;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return problem;
    problem = body_text(object, "role", sizeof token->role - 1, &role);
    if (!problem)
        problem = body_text(object, "lane", LANE_NAME_MAX, &lane);
    if (!problem)
        problem = body_bool(object, "once", ret_once);
    if (!problem && (!role || role_from_name(role) == ROLE_NONE))
        problem = PROBLEM_BAD_REQUEST;
    if (!problem)
        strcpy(token->role, role);
    if (!problem && lane)
        strcpy(token->lane, lane);
    json_decref(object);
    return problem;
}

enum MHD_Result token_create(struct request *request)
{
    struct desk_command command = {.kind = DESK_TOKEN_CREATE};
    bool once = false;
    enum problem problem = take_token_wish(request, &command.token, &once);
    if (!problem && *command.token.lane &&
        desk_lane_facts(request->http->options.desk, command.token.lane, NULL) != 0)
        problem = PROBLEM_LANE_UNKNOWN;
    /* nobody gives more than they have */
    if (!problem && *request->caller.lane && strcmp(request->caller.lane, command.token.lane) != 0)
        problem = PROBLEM_FORBIDDEN;
    if (problem)
        return reply_problem(request, problem);
    memcpy(command.queue.device, request->caller.device, sizeof command.queue.device);
    make_token(request, once ? TOKEN_PAIRING : TOKEN_BEARER, once ? PAIRING_MINUTES * MINUTE_US : 0,
               &command.token);
    return wait_for_desk(request, &command, answer_token);
}

/* ---- pairing */
static enum MHD_Result answer_pair(struct request *request, const struct wait *wait)
{
    const struct desk_answer *answer = &wait->answer;
    if (answer->problem == PROBLEM_BAD_TOKEN)
        return reply_problem(request,
                             auth_wrong(&request->http->auth, &request->peer->address, clock_mono_us()));
    if (answer->problem)
        return reply_refusal(request, answer);
    struct buffer body = {0};
    buffer_add_text(&body, "{\"role\":");
    render_text(&body, answer->token.role);
    buffer_add_text(&body, ",\"lane\":");
    render_text(&body, *answer->token.lane ? answer->token.lane : NULL);
    buffer_add_text(&body, "}");
    char cookie[192];
    snprintf(cookie, sizeof cookie, "paihao=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s",
             request->secret, SESSION_DAYS * 86400, request->http->has_tls ? "; Secure" : "");
    struct MHD_Response *response = reply_json(&body);
    MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, cookie);
    wipe_bytes(cookie, sizeof cookie);
    return reply_send(request, MHD_HTTP_OK, response);
}

enum MHD_Result pair_device(struct request *request)
{
    static const char *const members[] = {"token", NULL};
    struct desk_command command = {.kind = DESK_PAIR};
    const char *token = NULL;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return reply_problem(request, problem);
    problem = body_text(object, "token", 256, &token);
    if (!problem && !token)
        problem = PROBLEM_BAD_REQUEST;
    if (!problem && !token_is_well_formed(token, strlen(token)))
        problem = auth_wrong(&request->http->auth, &request->peer->address, clock_mono_us());
    if (!problem)
        token_hash(token, command.token.hash);
    json_decref(object);
    if (problem)
        return reply_problem(request, problem);
    make_token(request, TOKEN_SESSION, SESSION_DAYS * DAY_US, &command.session);
    return wait_for_desk(request, &command, answer_pair);
}
