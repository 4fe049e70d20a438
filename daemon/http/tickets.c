/* Tickets: check-in, the steps of a ticket, binding. On the listener's thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/reply.h"
#include "http/scanned.h"

/* ---- check-in */
static enum MHD_Result answer_check_in(struct request *request, const struct wait *wait)
{
    const struct desk_answer *answer = &wait->answer;
    if (answer->problem)
        return reply_refusal(request, answer);
    struct buffer body = {0};
    const struct ticket_more more = {
        .repairs = &request->repairs, .is_expired = request->is_expired, .is_alarm = answer->is_alarm};
    render_ticket_answer(&body, &answer->ticket, &more, request->audience);
    return reply_answer(request, answer->created ? MHD_HTTP_CREATED : MHD_HTTP_OK, &body, answer);
}

/* "override":{"codes":["unpaid"],"reason":"..."}: which refusals are to be passed over, and why. */
static enum problem take_override(const json_t *object, struct queue_command *command)
{
    static const char *const members[] = {"codes", "reason", NULL};
    const json_t *wish = json_object_get(object, "override");
    const char *reason = NULL;
    size_t i;
    json_t *item;
    if (!wish || json_is_null(wish))
        return PROBLEM_NONE;
    enum problem problem = body_members(wish, members);
    if (!problem)
        problem = body_text(wish, "reason", PLAIN_TEXT_MAX, &reason);
    const json_t *codes = json_object_get(wish, "codes");
    if (problem || json_array_size(codes) == 0)
        return PROBLEM_BAD_REQUEST;
    json_array_foreach (codes, i, item) {
        uint32_t flag = json_is_string(item) ? override_from_code(json_string_value(item)) : 0;
        if (!flag)
            return PROBLEM_BAD_REQUEST;
        command->overrides |= flag;
    }
    if (reason)
        strcpy(command->text, reason);
    return PROBLEM_NONE;
}

static bool is_tap(const json_t *object)
{
    const char *medium = json_string_value(json_object_get(object, "medium"));
    return medium && strcmp(medium, "tap") == 0;
}

/* "medium":"tap","tap":"id": what was presented at a reader of the lane a moment ago, and refused. */
static enum problem take_tap(const struct request *request, const json_t *object,
                             struct desk_command *command, struct presentation *ret)
{
    static const char *const members[] = {"medium", "tap", "override", "level", NULL};
    const char *id = NULL;
    enum problem problem = body_members(object, members);
    if (!problem)
        problem = body_text(object, "tap", TAP_ID_SIZE - 1, &id);
    if (problem || !id)
        return PROBLEM_BAD_REQUEST;
    strcpy(command->tap, id);
    return desk_take_tap(request->http->options.desk, request->params.lane, id,
                         request->fields.key ? request->fields.key : "", ret) == 0
               ? PROBLEM_NONE
               : PROBLEM_TAP_EXPIRED;
}

/* PROBLEM_NONE and a presentation to wipe. */
static enum problem take_check_in(const struct request *request, struct desk_command *command,
                                  struct presentation *ret)
{
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, NULL, &object);
    if (problem)
        return problem;
    problem = body_level(object, &command->level);
    if (!problem)
        problem = take_override(object, &command->queue);
    if (!problem)
        problem =
            is_tap(object) ? take_tap(request, object, command, ret) : scanned_object(request, object, ret);
    json_decref(object);
    return problem;
}

enum MHD_Result ticket_check_in(struct request *request)
{
    struct presentation presentation;
    struct desk_command command;
    request_command(request, COMMAND_CHECK_IN, &command);
    enum problem problem = take_check_in(request, &command, &presentation);
    if (problem)
        return reply_problem(request, problem);
    command.presentation = &presentation;
    request->repairs = presentation.repairs;
    char today[CLOCK_DATE_SIZE];
    clock_local_date(clock_utc_us(), today);
    request->is_expired = presentation_is_expired(&presentation, today);
    enum MHD_Result result = wait_for_desk(request, &command, answer_check_in);
    presentation_wipe(&presentation);
    return result;
}

/* ---- the steps of a ticket */
static enum MHD_Result answer_act(struct request *request, const struct wait *wait)
{
    const struct desk_answer *answer = &wait->answer;
    if (answer->problem)
        return reply_refusal(request, answer);
    struct buffer body = {0};
    const struct ticket_more more = {.tells_called = wait->advance,
                                     .called = answer->has_called ? &answer->called : NULL,
                                     .warnings = answer->warnings};
    render_ticket_answer(&body, &answer->ticket, &more, request->audience);
    return reply_answer(request, MHD_HTTP_OK, &body, answer);
}

/* What the optional body of a step may say. */
enum { MAY_ADVANCE = 1, MAY_REASON = 2, MAY_CARD = 4 };
static unsigned wishes_of(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_SHOT:
        return MAY_ADVANCE | MAY_CARD;
    case COMMAND_MISS:
    case COMMAND_VOID:
        return MAY_ADVANCE | MAY_REASON;
    case COMMAND_RETAKE:
    case COMMAND_MISMATCH:
    case COMMAND_LEAVE:
        return MAY_REASON;
    default:
        return 0;
    }
}

/* "age_ms": how long the tap waited for the network before it was sent. "retakes": how many the page knew of then. */
static enum problem take_lateness(const json_t *object, struct queue_command *command)
{
    enum problem problem = body_number(object, "age_ms", KEPT_MS_MAX, &command->age_ms);
    if (problem)
        return problem;
    command->has_seen = json_is_integer(json_object_get(object, "retakes"));
    return body_number(object, "retakes", UINT32_MAX, &command->seen_retakes);
}

static enum problem take_wish(const struct request *request, struct queue_command *command)
{
    static const char *const members[] = {"advance", "reason", "card", "age_ms", "retakes", NULL};
    unsigned may = wishes_of(command->kind);
    const char *reason = NULL;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return problem;
    problem = body_bool(object, "advance", &command->advance);
    if (!problem)
        problem = body_bool(object, "card", &command->card);
    if (!problem)
        problem = body_text(object, "reason", PLAIN_TEXT_MAX, &reason);
    if (!problem)
        problem = take_lateness(object, command);
    if (!problem && ((command->advance && !(may & MAY_ADVANCE)) || (reason && !(may & MAY_REASON)) ||
                     (command->card && !(may & MAY_CARD))))
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
    command.queue.number = request_number(request);
    if (command.queue.number == 0)
        return reply_problem(request, PROBLEM_TICKET_UNKNOWN);
    enum problem problem = take_wish(request, &command.queue);
    if (problem)
        return reply_problem(request, problem);
    return wait_for_desk(request, &command, answer_act);
}

/* ---- bind: what the marshal typed says who a number is */
static enum problem take_typed(const struct request *request, struct desk_command *command,
                               struct presentation *ret)
{
    static const char *const members[] = {"id_number", "name", "student_no", "level", "void", NULL};
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return problem;
    problem = body_bool(object, "void", &command->queue.also_void);
    if (!problem)
        problem = body_level(object, &command->level);
    if (problem) {
        json_decref(object);
        return problem;
    }
    json_object_del(object, "level");
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
    command.queue.number = request_number(request);
    if (command.queue.number == 0)
        return reply_problem(request, PROBLEM_TICKET_UNKNOWN);
    enum problem problem = take_typed(request, &command, &presentation);
    if (problem)
        return reply_problem(request, problem);
    command.presentation = &presentation;
    enum MHD_Result result = wait_for_desk(request, &command, answer_act);
    presentation_wipe(&presentation);
    return result;
}
