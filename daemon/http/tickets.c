/* Lanes and their tickets: check-in, the five steps of a ticket, binding, the session, the snapshot, the list of
 * numbers. On the listener's thread, except make_numbers. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/reply.h"

static enum MHD_Result answer_with(struct request *request, unsigned status, struct buffer *body,
                                   const struct desk_answer *answer)
{
    struct MHD_Response *response = reply_json(body);
    if (answer->replayed)
        MHD_add_response_header(response, "Idempotency-Replayed", "true");
    return reply_send(request, status, response);
}

/* ---- check-in */
static enum MHD_Result answer_check_in(struct request *request, const struct wait *wait)
{
    const struct desk_answer *answer = &wait->answer;
    if (answer->problem)
        return reply_refusal(request, answer);
    struct buffer body = {0};
    render_ticket_and_repairs(&body, &answer->ticket, &request->repairs, request->audience);
    return answer_with(request, answer->created ? MHD_HTTP_CREATED : MHD_HTTP_OK, &body, answer);
}

/* PROBLEM_NONE and a presentation to wipe. */
static enum problem take_presentation(const struct request *request, struct presentation *ret)
{
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, NULL, &object);
    if (problem)
        return problem;
    problem = problem_of_presentation(presentation_from_json(object, ret));
    json_decref(object);
    return problem;
}

enum MHD_Result ticket_check_in(struct request *request)
{
    struct presentation presentation;
    struct desk_command command;
    enum problem problem = take_presentation(request, &presentation);
    if (problem)
        return reply_problem(request, problem);
    request_command(request, COMMAND_CHECK_IN, &command);
    command.presentation = &presentation;
    request->repairs = presentation.repairs;
    enum MHD_Result result = wait_for_desk(request, &command, answer_check_in);
    presentation_wipe(&presentation);
    return result;
}

/* The number in the path, by the event's rules; 0: none. */
static uint32_t number_of(const struct request *request)
{
    struct queue_event event;
    desk_event(request->http->options.desk, &event);
    return ticket_label_parse(&event.rules, request->params.lane, request->params.label);
}

/* ---- call, shot, retake, miss, void */
static enum MHD_Result answer_act(struct request *request, const struct wait *wait)
{
    const struct desk_answer *answer = &wait->answer;
    if (answer->problem)
        return reply_refusal(request, answer);
    struct buffer body = {0};
    if (wait->advance)
        render_ticket_and_called(&body, &answer->ticket, answer->has_called ? &answer->called : NULL,
                                 request->audience);
    else
        render_ticket(&body, &answer->ticket, request->audience);
    return answer_with(request, MHD_HTTP_OK, &body, answer);
}

/* The optional body: whether the next one is called too, and why. */
static enum problem take_wish(const struct request *request, struct queue_command *command)
{
    static const char *const members[] = {"advance", "reason", NULL};
    enum command_kind kind = command->kind;
    bool may_advance = kind == COMMAND_SHOT || kind == COMMAND_MISS || kind == COMMAND_VOID;
    bool may_reason = kind == COMMAND_VOID || kind == COMMAND_MISS || kind == COMMAND_RETAKE;
    const char *reason = NULL;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return problem;
    problem = body_bool(object, "advance", &command->advance);
    if (!problem)
        problem = body_text(object, "reason", PLAIN_TEXT_MAX, &reason);
    if (!problem && ((command->advance && !may_advance) || (reason && !may_reason)))
        problem = PROBLEM_BAD_REQUEST;
    if (!problem && reason)
        strcpy(command->text, reason);
    json_decref(object);
    return problem;
}

enum MHD_Result ticket_act(struct request *request)
{
    struct desk_command command;
    request_command(request, (enum command_kind)request->route->argument, &command);
    command.queue.number = number_of(request);
    if (command.queue.number == 0)
        return reply_problem(request, PROBLEM_TICKET_UNKNOWN);
    enum problem problem = take_wish(request, &command.queue);
    if (problem)
        return reply_problem(request, problem);
    return wait_for_desk(request, &command, answer_act);
}

/* ---- bind: what the marshal typed says who a number is */
static enum problem take_typed(const struct request *request, struct presentation *ret)
{
    static const char *const members[] = {"id_number", "name", "student_no", NULL};
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return problem;
    if (json_object_set_new(object, "medium", json_string(medium_name(MEDIUM_MANUAL))) < 0)
        abort();
    problem = problem_of_presentation(presentation_from_json(object, ret));
    json_decref(object);
    return problem;
}

enum MHD_Result ticket_bind(struct request *request)
{
    struct presentation presentation;
    struct desk_command command;
    request_command(request, COMMAND_BIND, &command);
    command.kind = DESK_BIND;
    command.queue.number = number_of(request);
    if (command.queue.number == 0)
        return reply_problem(request, PROBLEM_TICKET_UNKNOWN);
    enum problem problem = take_typed(request, &presentation);
    if (problem)
        return reply_problem(request, problem);
    command.presentation = &presentation;
    enum MHD_Result result = wait_for_desk(request, &command, answer_act);
    presentation_wipe(&presentation);
    return result;
}

/* ---- the lane */
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
    buffer_add_text(&body, ",\"session\":");
    render_session(&body, &view.lane);
    buffer_add_text(&body, "}");
    lane_view_done(&view);
    return answer_with(request, MHD_HTTP_OK, &body, &wait->answer);
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
