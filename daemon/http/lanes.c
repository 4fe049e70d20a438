/* Lanes: the snapshot, the session, a late round, what settles a mismatch, the list of numbers. On the listener's thread,
 * except make_numbers. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/reply.h"

enum MHD_Result lane_snapshot(struct request *request)
{
    struct desk *desk = request->http->options.desk;
    struct lane_view view;
    struct buffer body = {0};
    if (desk_lane(desk, request->params.lane, &view) != 0)
        return reply_problem(request, PROBLEM_LANE_UNKNOWN);
    char *notes = request->audience == AUDIENCE_STAFF ? desk_notes(desk, request->params.lane) : NULL;
    render_snapshot(&body, &view, notes, clock_utc_us(), request->audience);
    free(notes);
    lane_view_done(&view);
    return reply_send(request, MHD_HTTP_OK, reply_json(&body));
}

/* Everybody who still has an open number, in the order of the numbers. */
static void render_open(struct buffer *out, const struct lane_view *view, enum audience audience)
{
    member(out, "open");
    buffer_add(out, "[", 1);
    if (view->has_current)
        render_ticket(out, &view->current, audience);
    for (size_t i = 0; i < view->n_line; i++) {
        buffer_add_text(out, view->has_current || i > 0 ? "," : "");
        render_ticket(out, &view->line[i], audience);
    }
    buffer_add(out, "]", 1);
}

/* The session as it stands now; one that closes lists everybody who is still open. */
static enum MHD_Result answer_session(struct request *request, const struct wait *wait)
{
    struct lane_view view;
    if (wait->answer.problem)
        return reply_refusal(request, &wait->answer);
    if (desk_lane(request->http->options.desk, request->params.lane, &view) != 0)
        return reply_problem(request, PROBLEM_LANE_UNKNOWN);
    struct buffer body = {0};
    buffer_add_text(&body, "{\"lane\":");
    render_text(&body, view.lane.name);
    member(&body, "session");
    render_session(&body, &view.lane);
    member_bool(&body, "late_round", view.lane.is_late_round);
    render_open(&body, &view, request->audience);
    render_trouble(&body, &view, request->audience);
    buffer_add(&body, "}", 1);
    lane_view_done(&view);
    return reply_answer(request, MHD_HTTP_OK, &body, &wait->answer);
}

enum MHD_Result lane_session(struct request *request)
{
    static const char *const members[] = {"state", NULL};
    const char *state = NULL;
    json_t *object = NULL;
    enum command_kind kind = COMMAND_NONE;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return reply_problem(request, problem);
    problem = body_text(object, "state", 16, &state);
    if (!problem && state && strcmp(state, "open") == 0)
        kind = COMMAND_SESSION_OPEN;
    else if (!problem && state && strcmp(state, "closed") == 0)
        kind = COMMAND_SESSION_CLOSE;
    json_decref(object);
    if (kind == COMMAND_NONE)
        return reply_problem_saying(request, PROBLEM_BAD_REQUEST, "\"state\" must be \"open\" or \"closed\".",
                                    "state 须为 open 或 closed。");
    struct desk_command command;
    request_command(request, kind, &command);
    return wait_for_desk(request, &command, answer_session);
}

/* ---- a late round: those who were missed may take new numbers */
enum MHD_Result lane_late(struct request *request)
{
    static const char *const members[] = {"open", NULL};
    struct desk_command command;
    json_t *object = NULL;
    bool is_open = false;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return reply_problem(request, problem);
    if (!json_is_boolean(json_object_get(object, "open")))
        problem = PROBLEM_BAD_REQUEST;
    else
        problem = body_bool(object, "open", &is_open);
    json_decref(object);
    if (problem)
        return reply_problem_saying(request, problem, "\"open\" must be true or false.",
                                    "open 须为 true 或 false。");
    request_command(request, COMMAND_LATE_ROUND, &command);
    command.queue.value = is_open;
    return wait_for_desk(request, &command, answer_session);
}

/* ---- what settles a mismatch */
static enum problem take_decision(const struct request *request, struct queue_command *command)
{
    static const char *const members[] = {"decision", "from", "reason", NULL};
    const char *name = NULL, *from = NULL, *reason = NULL;
    struct queue_event event;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return problem;
    problem = body_text(object, "decision", 16, &name);
    if (!problem)
        problem = body_text(object, "from", TICKET_LABEL_SIZE - 1, &from);
    if (!problem)
        problem = body_text(object, "reason", PLAIN_TEXT_MAX, &reason);
    int decision = !problem && name ? decision_from_name(name) : -1;
    desk_event(request->http->options.desk, &event);
    if (!problem && (decision < 0 || (from && decision != DECISION_SUSPECT)))
        problem = PROBLEM_BAD_REQUEST;
    if (!problem && from && !(command->value = ticket_label_parse(&event.rules, command->lane, from)))
        problem = PROBLEM_TICKET_UNKNOWN;
    if (!problem && reason)
        strcpy(command->text, reason);
    if (!problem)
        command->decision = (enum decision)decision;
    json_decref(object);
    return problem;
}

enum MHD_Result lane_resolve(struct request *request)
{
    struct desk_command command;
    request_command(request, COMMAND_RESOLVE, &command);
    enum problem problem = take_decision(request, &command.queue);
    if (problem == PROBLEM_BAD_REQUEST)
        return reply_problem_saying(
            request, problem,
            "\"decision\" must be \"order-right\", \"put-right\" or \"suspect\"; only the "
            "last takes \"from\".",
            "decision 须为 order-right、put-right 或 suspect，仅后者可带 from。");
    if (problem)
        return reply_problem(request, problem);
    return wait_for_desk(request, &command, answer_session);
}

/* ---- numbers.csv, made on a thread of its own */
static void make_numbers(struct wait *wait)
{
    struct work *work = &wait->work;
    const struct http_options *options = work->options;
    int result = options->numbers_csv(options->numbers_arg, work->lane, &work->data, &work->size, &work->seq);
    work->problem = result == 0 ? PROBLEM_NONE : result == -ENOENT ? PROBLEM_LANE_UNKNOWN : PROBLEM_INTERNAL;
}

static enum MHD_Result answer_numbers(struct request *request, const struct wait *wait)
{
    const struct work *work = &wait->work;
    if (work->problem)
        return reply_problem(request, work->problem);
    char name[64];
    snprintf(name, sizeof name, "attachment; filename=\"numbers-%s-%" PRIu64 ".csv\"", work->lane, work->seq);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(work->size, work->data, MHD_RESPMEM_MUST_COPY);
    if (!response)
        abort();
    reply_secure(response, REPLY_API);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/csv; charset=utf-8");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION, name);
    return reply_send(request, MHD_HTTP_OK, response);
}

enum MHD_Result lane_numbers(struct request *request)
{
    struct work work = {.run = make_numbers, .options = &request->http->options};
    memcpy(work.lane, request->params.lane, sizeof work.lane);
    return wait_for_work(request, &work, answer_numbers);
}
