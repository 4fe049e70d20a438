/* The rules in force and the profile they come from. On the listener's thread. */
#include <stdlib.h>
#include <string.h>

#include "desk/profile.h"
#include "http/reply.h"

/* ---- as they stand */
static enum MHD_Result answer_rules(struct request *request, unsigned status,
                                    const struct desk_answer *answer)
{
    struct desk *desk = request->http->options.desk;
    struct queue_event event;
    struct buffer body = {0};
    char *text = NULL;
    uint64_t seq = 0;
    desk_event(desk, &event);
    if (!event.exists)
        return reply_problem(request, PROBLEM_NO_EVENT);
    if (desk_document(desk, "profile", &text, &seq) != 0)
        text = NULL;
    const char *carried = profile_carried(event.profile);
    buffer_add_text(&body, "{\"profile\":");
    render_text(&body, event.profile);
    member_text(&body, "text", text ? text : carried ? carried : "");
    member(&body, "rules");
    render_rules(&body, &event.rules);
    buffer_add(&body, "}", 1);
    free(text);
    return reply_answer(request, status, &body, answer);
}

enum MHD_Result rules_show(struct request *request)
{
    return answer_rules(request, MHD_HTTP_OK, &(struct desk_answer){0});
}

enum MHD_Result profile_list(struct request *request)
{
    struct buffer body = {0};
    char name[PROFILE_MAX + 1];
    const char *text = NULL;
    buffer_add_text(&body, "[");
    for (size_t i = 0; profile_carried_at(i, name, &text); i++) {
        struct profile profile;
        struct settings_fault fault;
        if (profile_parse(text, strlen(text), &profile, &fault) != 0)
            continue;
        buffer_add_text(&body, i > 0 ? ",{\"name\":" : "{\"name\":");
        render_text(&body, name);
        buffer_add_text(&body, ",\"title\":{\"zh\":");
        render_text(&body, profile.title_zh);
        member_text(&body, "en", profile.title_en);
        buffer_add_text(&body, "}");
        member_text(&body, "text", text);
        buffer_add_text(&body, "}");
    }
    buffer_add_text(&body, "]");
    return reply_send(request, MHD_HTTP_OK, reply_json(&body));
}

/* ---- a profile in a body: "profile" names it, "text" is its text; without a text it is one of ours. */
static enum MHD_Result refuse_profile(struct request *request, const struct settings_fault *fault)
{
    struct buffer members = {0};
    buffer_format(&members, ",\"line\":%d", fault->line);
    const struct problem_more more = {
        .en = fault->en, .zh = fault->zh, .is_message = true, .members = members.data};
    enum MHD_Result result = reply_problem_with(request, PROBLEM_BAD_PROFILE, &more);
    buffer_done(&members);
    return result;
}

enum MHD_Result profile_submit(struct request *request, const json_t *object, struct desk_command *command,
                               wait_after_fn after)
{
    const json_t *value = json_object_get(object, "text");
    const char *name = NULL, *text = json_string_value(value);
    struct settings_fault fault;
    if (body_text(object, "profile", PROFILE_MAX, &name) != PROBLEM_NONE ||
        (value && !json_is_null(value) && (!text || strlen(text) != json_string_length(value))))
        return reply_problem(request, PROBLEM_BAD_REQUEST);
    if (!profile_command(name ? name : "default", text, command, &fault))
        return refuse_profile(request, &fault);
    return wait_for_desk(request, command, after);
}

static enum MHD_Result answer_set(struct request *request, const struct wait *wait)
{
    if (wait->answer.problem)
        return reply_refusal(request, &wait->answer);
    return answer_rules(request, MHD_HTTP_OK, &wait->answer);
}

enum MHD_Result rules_set(struct request *request)
{
    static const char *const members[] = {"profile", "text", NULL};
    struct desk_command command;
    json_t *object = NULL;
    enum problem problem = body_object(request->body.data, request->body.size, members, &object);
    if (problem)
        return reply_problem(request, problem);
    request_command(request, COMMAND_RULES_SET, &command);
    command.kind = DESK_RULES;
    enum MHD_Result result = profile_submit(request, object, &command, answer_set);
    json_decref(object);
    return result;
}
