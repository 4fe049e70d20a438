/* What the office does: the event and the backup; and what a device asks about itself. Tokens are in pairing.c.
 * On the listener's thread, except make_backup. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/reply.h"
#include "http/scoped.h"

enum { BACKUP_PATH_MAX = 4000 };

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
        struct queue_lane lane;
        if (desk_lane_facts(desk, names[i], &lane) != 0)
            continue;
        const struct queue_counts *counts = &lane.counts;
        ret->issued += counts->issued;
        ret->waiting += counts->waiting;
        ret->called += counts->called;
        ret->shot += counts->shot;
        ret->missed += counts->missed;
        ret->voided += counts->voided;
    }
    free(names);
}

/* Folders are the office's to know. */
static void add_members(const struct request *request, struct buffer *body)
{
    const struct http_options *options = &request->http->options;
    char *members = options->event_members
                        ? options->event_members(options->safety_arg, request->caller.role == ROLE_OFFICE)
                        : NULL;
    if (members)
        buffer_add_text(body, members);
    free(members);
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
    add_members(request, &body);
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
    static const char *const members[] = {"name", "profile", "text", NULL};
    struct desk_command command;
    enum MHD_Result result;
    const char *name = NULL;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return reply_problem(request, problem);
    request_command(request, COMMAND_EVENT_CREATE, &command);
    problem = body_text(object, "name", PLAIN_TEXT_MAX, &name);
    if (problem || !name) {
        result =
            reply_problem_saying(request, PROBLEM_BAD_REQUEST, "\"name\" must be a text of 1 to 200 bytes.",
                                 "name 须为 1 至 200 字节的文本。");
    } else {
        strcpy(command.queue.text, name);
        result = profile_submit(request, object, &command, answer_event_change);
    }
    json_decref(object);
    return result;
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

/* ---- the device itself */
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
    buffer_add_text(&body, ",\"units\":");
    render_scope(&body, desk, caller->units);
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
    if (!problem && (!path || *path != '/'))
        problem = PROBLEM_BAD_REQUEST;
    if (!problem)
        work.path = bytes_text(path);
    json_decref(object);
    if (problem)
        return reply_problem_saying(request, problem, "\"path\" must be an absolute path.",
                                    "path 须为绝对路径。");
    return wait_for_work(request, &work, answer_backup);
}
