/* One payment, taken or given back on the spot. On the listener's thread. */
#include <stdio.h>
#include <string.h>

#include "http/reply.h"
#include "http/scanned.h"

enum { AMOUNT_MOST_FEN = 10000000 };

static const char *const members[] = {"id_number", "name",       "student_no", "medium", "payload_base64",
                                      "mrz",       "serial",     "person",     "level",  "state",
                                      "method",    "amount_fen", "card",       "reason", NULL};

/* "cash", "alipay", "wechat", "card", or another short word. */
static bool is_method(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    return strlen(text) > 0 && strlen(text) <= METHOD_MAX && strspn(text, letters) == strlen(text);
}

static enum problem take_amount(const json_t *object, const struct queue_rules *rules,
                                struct queue_command *command)
{
    const json_t *amount = json_object_get(object, "amount_fen");
    if (!amount || json_is_null(amount)) {
        command->value = command->extra[0] == 'p' ? rules->fee_fen : 0; /* "paid": the fee, unless told */
        return PROBLEM_NONE;
    }
    json_int_t fen = json_integer_value(amount);
    if (!json_is_integer(amount) || fen < 0 || fen > AMOUNT_MOST_FEN)
        return PROBLEM_BAD_REQUEST;
    command->value = (uint32_t)fen;
    return PROBLEM_NONE;
}

static enum problem take_state(const json_t *object, struct queue_command *command)
{
    const char *state = NULL, *method = NULL, *reason = NULL;
    if (body_text(object, "state", 16, &state) || body_text(object, "method", METHOD_MAX, &method) ||
        body_text(object, "reason", PLAIN_TEXT_MAX, &reason) || body_bool(object, "card", &command->card))
        return PROBLEM_BAD_REQUEST;
    int value = state ? payment_state_from_name(state) : PAYMENT_PAID;
    if (value <= PAYMENT_STATE_NONE || (method && !is_method(method)))
        return PROBLEM_BAD_REQUEST;
    /* as the entry has it: the state, and how it was paid */
    snprintf(command->extra, sizeof command->extra, "%s%s%s", payment_state_name((enum payment_state)value),
             method ? " " : "", method ? method : "");
    if (reason)
        strcpy(command->text, reason);
    return PROBLEM_NONE;
}

/* Who: "person" out of a list that the pages show, or what was presented; manual unless it says otherwise. */
static enum problem take_who(const struct request *request, json_t *object, struct desk_command *command,
                             struct presentation *ret, bool *ret_has)
{
    *ret_has = !json_object_get(object, "person");
    if (!*ret_has)
        return body_person(object, &command->person_ref);
    if (!json_object_get(object, "medium") &&
        json_object_set_new(object, "medium", json_string(medium_name(MEDIUM_MANUAL))) != 0)
        return PROBLEM_INTERNAL;
    return scanned_object(request, object, ret);
}

enum MHD_Result payment_record(struct request *request)
{
    struct presentation presentation;
    struct desk_command command;
    struct queue_event event;
    json_t *object = NULL;
    bool has_presentation = false;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return reply_problem(request, problem);
    request_command(request, COMMAND_PAYMENT, &command);
    command.kind = DESK_PAYMENT;
    desk_event(request->http->options.desk, &event);
    problem = take_state(object, &command.queue);
    if (!problem)
        problem = take_amount(object, &event.rules, &command.queue);
    if (!problem)
        problem = body_level(object, &command.level);
    if (!problem)
        problem = take_who(request, object, &command, &presentation, &has_presentation);
    json_decref(object);
    if (problem)
        return reply_problem(request, problem);
    command.presentation = has_presentation ? &presentation : NULL;
    enum MHD_Result result = wait_for_desk(request, &command, reply_recorded);
    if (has_presentation)
        presentation_wipe(&presentation);
    return result;
}
