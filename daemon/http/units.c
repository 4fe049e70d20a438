/* Classes: how far each is, who of it is there and who is missing, and the roll call. On the listener's thread. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "desk/report.h"
#include "http/reply.h"
#include "http/scoped.h"

static uint32_t unit_id(const json_t *unit)
{
    return (uint32_t)json_integer_value(json_object_get(unit, "id"));
}

enum MHD_Result unit_list(struct request *request)
{
    json_t *units = report_units(request->http->options.desk);
    for (size_t i = json_array_size(units); i-- > 0;)
        if (!scoped_covers(request, unit_id(json_array_get(units, i))))
            json_array_remove(units, i);
    return reply_tree(request, MHD_HTTP_OK, units);
}

enum MHD_Result tally_show(struct request *request)
{
    return reply_tree(request, MHD_HTTP_OK, report_tallies(request->http->options.desk));
}

enum MHD_Result payment_show(struct request *request)
{
    return reply_tree(request, MHD_HTTP_OK, report_payments(request->http->options.desk));
}

/* ---- one class */
static const char *roll_name(enum roll roll)
{
    return roll == ROLL_PRESENT ? "present" : roll == ROLL_ABSENT ? "absent" : "unknown";
}

static void render_member(struct buffer *out, const struct desk_member *who)
{
    buffer_add_text(out, "{\"person\":");
    render_person_id(out, &who->id);
    member_text(out, "name", who->name);
    member_text(out, "student_no", who->student_no);
    member_number(out, "rank", who->rank);
    member_text(out, "level", degree_name(who->level));
    member_text(out, "payment", payment_state_name(who->state.payment));
    member_number(out, "paid_fen", who->state.paid_fen);
    member_bool(out, "has_card", who->state.has_card);
    member_text(out, "roll", roll_name(who->state.roll));
    member_bool(out, "next", who->is_next);
    member_bool(out, "excluded", who->is_excluded);
    member_bool(out, "captured", who->is_captured);
    member(out, "ticket");
    render_ticket_or_null(out, who->has_ticket ? &who->ticket : NULL, AUDIENCE_STAFF);
    buffer_add(out, "}", 1);
}

/* Whose device is for certain units is not even told which others there are. */
static enum problem find_unit(const struct request *request, struct desk_unit *ret)
{
    uint64_t id = 0;
    const bool is_number = text_to_u64(request->params.label, 1, UINT32_MAX, &id) == 0;
    if (!scoped_covers(request, (uint32_t)id))
        return PROBLEM_UNIT_NOT_YOURS;
    return is_number && desk_unit(request->http->options.desk, (uint32_t)id, ret) == 0 ? PROBLEM_NONE
                                                                                       : PROBLEM_NOT_FOUND;
}

enum MHD_Result unit_show(struct request *request)
{
    struct desk_unit unit;
    struct desk_member *members = NULL;
    struct buffer body = {0};
    size_t count = 0;
    enum problem problem = find_unit(request, &unit);
    if (!problem && desk_unit_members(request->http->options.desk, unit.id, &members, &count) != 0)
        problem = PROBLEM_NOT_FOUND;
    if (problem)
        return reply_problem(request, problem);
    json_t *object = report_unit(&unit);
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (!text)
        abort();
    buffer_add_text(&body, "{\"unit\":");
    buffer_add_text(&body, text);
    free(text);
    member(&body, "members");
    buffer_add(&body, "[", 1);
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(&body, i > 0 ? "," : "");
        render_member(&body, &members[i]);
    }
    buffer_add_text(&body, "]}");
    free(members);
    return reply_send(request, MHD_HTTP_OK, reply_json(&body));
}

/* ---- the roll */
static enum MHD_Result answer_roll(struct request *request, const struct wait *wait)
{
    if (wait->answer.problem)
        return reply_refusal(request, &wait->answer);
    return unit_show(request);
}

static int roll_from_name(const char *name)
{
    for (int roll = ROLL_UNKNOWN; roll <= ROLL_ABSENT; roll++)
        if (strcmp(roll_name((enum roll)roll), name) == 0)
            return roll;
    return -1;
}

static bool is_member(struct desk *desk, uint32_t unit, const struct person_id *person)
{
    struct desk_member *members = NULL;
    size_t count = 0;
    bool is_one = false;
    if (desk_unit_members(desk, unit, &members, &count) != 0)
        return false;
    for (size_t i = 0; i < count && !is_one; i++)
        is_one = person_id_equal(&members[i].id, person);
    free(members);
    return is_one;
}

/* {"person","roll"} or {"all"} */
static enum problem take_roll(const struct request *request, struct desk_command *command)
{
    static const char *const members[] = {"person", "roll", "all", NULL};
    const char *roll = NULL, *all = NULL;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return problem;
    problem = body_text(object, "roll", 16, &roll);
    if (!problem)
        problem = body_text(object, "all", 16, &all);
    if (!problem && !roll == !all)
        problem = PROBLEM_BAD_REQUEST;
    if (!problem && roll)
        problem = body_person(object, &command->queue.person);
    if (!problem && all && json_object_get(object, "person"))
        problem = PROBLEM_BAD_REQUEST;
    int value = problem ? -1 : roll_from_name(roll ? roll : all);
    json_decref(object);
    if (value < 0)
        return PROBLEM_BAD_REQUEST;
    command->queue.value = (uint32_t)value;
    return PROBLEM_NONE;
}

enum MHD_Result unit_roll(struct request *request)
{
    struct desk_unit unit;
    struct desk_command command;
    enum problem problem = find_unit(request, &unit);
    if (problem)
        return reply_problem(request, problem);
    request_command(request, COMMAND_ROLL, &command);
    command.kind = DESK_ROLL;
    command.unit = unit.id;
    problem = take_roll(request, &command);
    if (problem)
        return reply_problem_saying(
            request, problem,
            "Give \"person\" and \"roll\", or \"all\"; a roll is \"present\", \"absent\" or \"unknown\".",
            "须给出 person 和 roll，或 all；取值为 present、absent、unknown。");
    if (!person_id_is_none(&command.queue.person) &&
        !is_member(request->http->options.desk, unit.id, &command.queue.person))
        return reply_problem(request, PROBLEM_PERSON_UNKNOWN);
    return wait_for_desk(request, &command, answer_roll);
}
