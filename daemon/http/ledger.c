/* The ledger: looked at, and a difference signed. On the listener's thread. */
#include <stdlib.h>
#include <string.h>

#include "desk/report.h"
#include "http/reply.h"

enum MHD_Result ledger_show(struct request *request)
{
    return reply_tree(request, MHD_HTTP_OK, report_ledger(request->http->options.desk));
}

static bool take_integer(const json_t *object, const char *name, int64_t least, int64_t most, int64_t *ret)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_integer(value) || json_integer_value(value) < least || json_integer_value(value) > most)
        return false;
    *ret = json_integer_value(value);
    return true;
}

/* Which line: "line" and one of "lane" and "unit", or neither; and "who", when the caller says whom it has seen. */
static enum problem take_line(const json_t *object, struct queue_command *command)
{
    const char *code = NULL, *lane = NULL, *who = NULL;
    int64_t unit = 0;
    enum problem problem = body_text(object, "line", PROFILE_MAX, &code);
    if (!problem)
        problem = body_text(object, "lane", LANE_NAME_MAX, &lane);
    if (!problem)
        problem = body_text(object, "who", LEDGER_WHO_SIZE - 1, &who);
    if (problem)
        return problem;
    const json_t *of_unit = json_object_get(object, "unit");
    const bool has_unit = of_unit && !json_is_null(of_unit);
    const int kind = code ? ledger_kind_from_code(code) : -1;
    if (kind < 0 || (lane && has_unit) || (has_unit && !take_integer(object, "unit", 1, UINT32_MAX, &unit)))
        return PROBLEM_BAD_REQUEST;
    struct ledger_mark mark = {.kind = (enum ledger_kind)kind, .unit = (uint32_t)unit};
    if (who && !ledger_who_parse(who, &mark.who))
        return PROBLEM_BAD_REQUEST;
    ledger_mark_text(&mark, command->extra);
    if (lane)
        strcpy(command->lane, lane);
    return PROBLEM_NONE;
}

static enum problem take_sign(const struct request *request, struct queue_command *command)
{
    static const char *const members[] = {"line", "lane", "unit", "difference", "who", "reason", NULL};
    const char *reason = NULL;
    int64_t difference = 0;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return problem;
    problem = take_line(object, command);
    if (!problem && !take_integer(object, "difference", INT32_MIN, INT32_MAX, &difference))
        problem = PROBLEM_BAD_REQUEST;
    if (!problem)
        problem = body_text(object, "reason", PLAIN_TEXT_MAX, &reason);
    if (!problem && reason)
        strcpy(command->text, reason);
    command->value = (uint32_t)difference;
    json_decref(object);
    return problem;
}

enum MHD_Result ledger_sign(struct request *request)
{
    struct desk_command command;
    request_command(request, COMMAND_LEDGER_SIGN, &command);
    command.kind = DESK_LEDGER_SIGN;
    enum problem problem = take_sign(request, &command.queue);
    if (problem)
        return reply_problem_saying(
            request, problem,
            "Give \"line\" (numbers, people, money, cards), \"lane\" or \"unit\" or neither, "
            "\"difference\", \"who\" as the line has it (or none) and \"reason\".",
            "须给出 line（numbers、people、money、cards）、lane 或 unit（或都不填）、difference、该项的 "
            "who（可不填）和 reason。");
    return wait_for_desk(request, &command, reply_recorded);
}
