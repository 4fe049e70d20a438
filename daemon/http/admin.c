/* What the office does: the event, tokens and pairing, the backup; and what a device asks about itself.
 * On the listener's thread, except make_backup. */
#include <ifaddrs.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/reply.h"

static const int64_t DAY_US = INT64_C(86400) * 1000000, MINUTE_US = INT64_C(60) * 1000000;
enum { SESSION_DAYS = 30, PAIRING_MINUTES = 15, PROFILE_NAME_SIZE = PROFILE_MAX + 1, BACKUP_PATH_MAX = 4000 };

/* ---- the event */
static void render_lanes(struct buffer *body, struct desk *desk, const char *only)
{
    size_t count = 0, n_written = 0;
    char(*names)[LANE_NAME_MAX + 1] = desk_lane_names(desk, &count);
    buffer_add_text(body, "[");
    for (size_t i = 0; i < count; i++) {
        if (*only && strcmp(only, names[i]) != 0)
            continue;
        buffer_add_text(body, n_written++ ? "," : "");
        render_text(body, names[i]);
    }
    buffer_add_text(body, "]");
    free(names);
}

/* Over all lanes. */
static void count_tickets(struct desk *desk, struct queue_counts *ret)
{
    size_t count = 0;
    char(*names)[LANE_NAME_MAX + 1] = desk_lane_names(desk, &count);
    *ret = (struct queue_counts){0};
    for (size_t i = 0; i < count; i++) {
        struct lane_view view;
        if (desk_lane(desk, names[i], &view) != 0)
            continue;
        const struct queue_counts *counts = &view.lane.counts;
        ret->issued += counts->issued;
        ret->waiting += counts->waiting;
        ret->called += counts->called;
        ret->shot += counts->shot;
        ret->missed += counts->missed;
        ret->voided += counts->voided;
        lane_view_done(&view);
    }
    free(names);
}

static enum MHD_Result answer_event(struct request *request, unsigned status, bool is_replayed)
{
    struct desk *desk = request->http->options.desk;
    struct queue_event event;
    struct queue_counts counts;
    struct buffer body = {0};
    desk_event(desk, &event);
    if (!event.exists)
        return reply_problem(request, PROBLEM_NO_EVENT);
    count_tickets(desk, &counts);
    buffer_add_text(&body, "{\"name\":");
    render_text(&body, event.name);
    buffer_add_text(&body, event.is_closed ? ",\"state\":\"closed\",\"profile\":"
                                           : ",\"state\":\"open\",\"profile\":");
    render_text(&body, event.profile);
    buffer_add_text(&body, ",\"created_at\":");
    render_time(&body, event.created_us);
    buffer_add_text(&body, ",\"lanes\":");
    render_lanes(&body, desk, "");
    buffer_add_text(&body, ",\"counts\":");
    render_counts(&body, &counts);
    buffer_add_text(&body, "}");
    struct MHD_Response *response = reply_json(&body);
    if (is_replayed)
        MHD_add_response_header(response, "Idempotency-Replayed", "true");
    return reply_send(request, status, response);
}

enum MHD_Result event_status(struct request *request)
{
    return answer_event(request, MHD_HTTP_OK, false);
}

static enum MHD_Result answer_event_change(struct request *request, const struct wait *wait)
{
    const struct desk_answer *answer = &wait->answer;
    if (answer->problem)
        return reply_refusal(request, answer);
    return answer_event(request, answer->created ? MHD_HTTP_CREATED : MHD_HTTP_OK, answer->replayed);
}

enum MHD_Result event_create(struct request *request)
{
    static const char *const members[] = {"name", "profile", NULL};
    struct desk_command command;
    const char *name = NULL, *profile = NULL;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return reply_problem(request, problem);
    request_command(request, COMMAND_EVENT_CREATE, &command);
    problem = body_text(object, "name", ENTRY_TEXT_MAX, &name);
    if (!problem)
        problem = body_text(object, "profile", PROFILE_MAX, &profile);
    if (!problem && name) {
        strcpy(command.queue.text, name);
        strcpy(command.queue.extra, profile ? profile : "default");
    }
    json_decref(object);
    if (problem || !*command.queue.text)
        return reply_problem_saying(request, PROBLEM_BAD_REQUEST,
                                    "\"name\" must be a text of 1 to 200 bytes.",
                                    "name 须为 1 至 200 字节的文本。");
    return wait_for_desk(request, &command, answer_event_change);
}

enum MHD_Result event_close(struct request *request)
{
    static const char *const members[] = {NULL};
    struct desk_command command;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return reply_problem(request, problem);
    json_decref(object);
    request_command(request, COMMAND_EVENT_CLOSE, &command);
    return wait_for_desk(request, &command, answer_event_change);
}

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

/* Where a device finds the pairing page: the first configured name, else where we listen. The token stands
 * behind the '#', so that it is in no log. */
static void render_url(struct buffer *out, const struct http *http, const char *token)
{
    const struct config *config = http->options.config;
    char host[256];
    snprintf(host, sizeof host, "%s", config->n_hosts ? config->hosts[0] : config->listen_host);
    if (strcmp(host, "0.0.0.0") == 0 || strcmp(host, "") == 0)
        find_address(AF_INET, host, sizeof host);
    else if (strcmp(host, "::") == 0)
        find_address(AF_INET6, host, sizeof host);
    bool is_ipv6 = strchr(host, ':');
    buffer_format(out, "%s://%s%s%s:%u/pair/#token=%s", http->has_tls ? "https" : "http", is_ipv6 ? "[" : "",
                  host, is_ipv6 ? "]" : "", http->port, token);
}

static enum MHD_Result answer_token(struct request *request, const struct wait *wait)
{
    const struct desk_answer *answer = &wait->answer;
    if (answer->problem)
        return reply_refusal(request, answer);
    struct buffer body = {0}, url = {0};
    render_url(&url, request->http, request->secret);
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

static bool lane_is_known(struct desk *desk, const char *lane)
{
    struct lane_view view;
    if (desk_lane(desk, lane, &view) != 0)
        return false;
    lane_view_done(&view);
    return true;
}

enum MHD_Result token_create(struct request *request)
{
    struct desk_command command = {.kind = DESK_TOKEN_CREATE};
    bool once = false;
    enum problem problem = take_token_wish(request, &command.token, &once);
    if (!problem && *command.token.lane && !lane_is_known(request->http->options.desk, command.token.lane))
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

enum MHD_Result me_status(struct request *request)
{
    struct desk *desk = request->http->options.desk;
    const struct caller *caller = &request->caller;
    struct queue_event event;
    struct buffer body = {0};
    desk_event(desk, &event);
    buffer_add_text(&body, "{\"role\":");
    render_text(&body, role_name(caller->role));
    buffer_add_text(&body, ",\"lane\":");
    render_text(&body, *caller->lane ? caller->lane : NULL);
    buffer_add_text(&body, ",\"lanes\":");
    render_lanes(&body, desk, caller->lane);
    buffer_add_text(&body, ",\"event\":");
    render_event_brief(&body, &event);
    buffer_add_text(&body, "}");
    return reply_send(request, MHD_HTTP_OK, reply_json(&body));
}

/* ---- backup, made on a thread of its own */
static void make_backup(struct wait *wait)
{
    struct work *work = &wait->work;
    enum journal_fault fault = desk_backup(work->options->desk, work->path, &work->seq, work->head);
    work->is_taken = fault == JOURNAL_DUPLICATE;
    work->problem = fault == JOURNAL_OK ? PROBLEM_NONE : problem_of_journal(fault);
}

static enum MHD_Result answer_backup(struct request *request, const struct wait *wait)
{
    const struct work *work = &wait->work;
    char head[2 * JOURNAL_HASH_SIZE + 1];
    if (work->is_taken)
        return reply_problem_saying(request, PROBLEM_BAD_REQUEST,
                                    "There is such a file already; it is left as it is.",
                                    "目标文件已存在，未作改动。");
    if (work->problem)
        return reply_problem(request, work->problem);
    hex_encode(work->head, sizeof work->head, head);
    struct buffer body = {0};
    buffer_add_text(&body, "{\"path\":");
    render_text(&body, work->path);
    buffer_add_text(&body, ",\"seq\":");
    render_number(&body, work->seq);
    buffer_format(&body, ",\"head\":\"%s\"}", head);
    return reply_send(request, MHD_HTTP_OK, reply_json(&body));
}

/* DATA_DIR/backups/event-20261122T083000Z.db, NULL when the folder cannot be made. */
static char *default_backup_path(const struct config *config)
{
    char stamp[32];
    time_t now = time(NULL);
    struct tm tm;
    char *folder = bytes_format("%s/backups", config->data_dir);
    bool is_there = mkdir(folder, 0700) == 0 || access(folder, W_OK) == 0;
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
    char *path = is_there ? bytes_format("%s/event-%s.db", folder, stamp) : NULL;
    free(folder);
    return path;
}

enum MHD_Result backup_make(struct request *request)
{
    static const char *const members[] = {"path", NULL};
    struct work work = {.run = make_backup, .options = &request->http->options};
    const char *path = NULL;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return reply_problem(request, problem);
    problem = body_text(object, "path", BACKUP_PATH_MAX, &path);
    if (!problem && path && *path != '/')
        problem = PROBLEM_BAD_REQUEST;
    if (!problem)
        work.path = path ? bytes_text(path) : default_backup_path(request->http->options.config);
    json_decref(object);
    if (problem)
        return reply_problem_saying(request, problem, "\"path\" must be an absolute path, or null.",
                                    "path 须为绝对路径或 null。");
    if (!work.path)
        return reply_problem(request, PROBLEM_STORE_FAILED);
    return wait_for_work(request, &work, answer_backup);
}
