/* event create|status|close and session open|close. What is printed is built from the same JSON, whether this
 * process has the desk or a daemon does. */
#include "base/bytes.h"
#include "base/text.h"
#include "tool/commands.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

static json_t *counts_json(const struct queue_counts *counts)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "issued", (json_int_t)counts->issued, "waiting",
                     (json_int_t)counts->waiting, "called", (json_int_t)counts->called, "shot",
                     (json_int_t)counts->shot, "missed", (json_int_t)counts->missed, "void",
                     (json_int_t)counts->voided);
}

static json_t *lane_json(const struct queue_lane *lane)
{
    return json_pack("{s:s, s:s, s:I, s:{s:s, s:I, s:o, s:o}, s:o}", "lane", lane->name, "room", lane->room,
                     "line_limit", (json_int_t)lane->line_limit, "session", "state",
                     lane->is_open ? "open" : "closed", "number", (json_int_t)lane->session, "opened_at",
                     tool_time_json(lane->opened_us), "closed_at", tool_time_json(lane->closed_us), "counts",
                     counts_json(&lane->counts));
}

static enum tool_exit desk_lane_json(struct tool *tool, const char *name, json_t **ret)
{
    struct queue_lane lane;
    if (desk_lane_facts(tool->desk, name, &lane) != 0)
        return tool_refuse(&tool->options, PROBLEM_LANE_UNKNOWN);
    *ret = lane_json(&lane);
    return TOOL_DONE;
}

/* The daemon's snapshot says more than is wanted here. */
static enum tool_exit ask_lane_json(struct tool *tool, const char *name, json_t **ret)
{
    static const char *const wanted[] = {"lane", "room", "line_limit", "session", "counts"};
    char *escaped = control_escape(tool->control, name), *path = bytes_format("/api/v1/lanes/%s", escaped);
    struct control_answer answer;
    enum tool_exit result = tool_ask(tool, "GET", path, NULL, &answer);
    free(path);
    free(escaped);
    if (result != TOOL_DONE)
        return result;
    *ret = json_object();
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        json_object_set(*ret, wanted[i], json_object_get(answer.json, wanted[i]));
    control_answer_done(&answer);
    return TOOL_DONE;
}

static enum tool_exit read_lane(struct tool *tool, const char *name, json_t **ret)
{
    if (!name)
        return tool_strange_answer(tool);
    return tool->desk ? desk_lane_json(tool, name, ret) : ask_lane_json(tool, name, ret);
}

static enum tool_exit desk_event_json(struct tool *tool, json_t **ret)
{
    struct queue_event event;
    desk_event(tool->desk, &event);
    if (!event.exists)
        return tool_refuse(&tool->options, PROBLEM_NO_EVENT);
    size_t count;
    char(*names)[LANE_NAME_MAX + 1] = desk_lane_names(tool->desk, &count);
    json_t *lanes = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(lanes, json_string(names[i]));
    free(names);
    *ret = json_pack("{s:s, s:s, s:s, s:o, s:o}", "name", event.name, "state",
                     event.is_closed ? "closed" : "open", "profile", event.profile, "created_at",
                     tool_time_json(event.created_us), "lanes", lanes);
    return TOOL_DONE;
}

static enum tool_exit ask_event_json(struct tool *tool, json_t **ret)
{
    static const char *const wanted[] = {"name", "state", "profile", "created_at", "lanes"};
    struct control_answer answer;
    enum tool_exit result = tool_ask(tool, "GET", "/api/v1/event", NULL, &answer);
    if (result != TOOL_DONE)
        return result;
    *ret = json_object();
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        json_object_set(*ret, wanted[i], json_object_get(answer.json, wanted[i]));
    control_answer_done(&answer);
    return TOOL_DONE;
}

/* The event with its lanes as objects. */
static enum tool_exit read_status(struct tool *tool, json_t **ret)
{
    json_t *event = NULL, *lanes = json_array();
    enum tool_exit result = tool->desk ? desk_event_json(tool, &event) : ask_event_json(tool, &event);
    const json_t *names = json_object_get(event, "lanes");
    for (size_t i = 0; i < json_array_size(names) && result == TOOL_DONE; i++) {
        json_t *lane = NULL;
        result = read_lane(tool, json_string_value(json_array_get(names, i)), &lane);
        json_array_append_new(lanes, lane ? lane : json_null());
    }
    if (result == TOOL_DONE) {
        json_object_set(event, "lanes", lanes);
        *ret = event;
    } else {
        json_decref(event);
    }
    json_decref(lanes);
    return result;
}

/* ---- printing ---- */

static void print_lane(const json_t *lane)
{
    const char *name = "", *room = "", *state = "";
    json_int_t session = 0, limit = 0, issued = 0, waiting = 0, called = 0, shot = 0, missed = 0, voided = 0;
    json_unpack((json_t *)lane, "{s:s, s:s, s:I, s:{s:s, s:I}, s:{s:I, s:I, s:I, s:I, s:I, s:I}}", "lane",
                &name, "room", &room, "line_limit", &limit, "session", "state", &state, "number", &session,
                "counts", "issued", &issued, "waiting", &waiting, "called", &called, "shot", &shot, "missed",
                &missed, "void", &voided);
    printf("lane %s%s%s: ", name, room[0] ? ", room " : "", room);
    if (session > 0)
        printf("session %lld %s", (long long)session, state);
    else
        printf("no session yet");
    if (limit > 0)
        printf(", line limit %lld", (long long)limit);
    printf("; issued %lld, waiting %lld, called %lld, shot %lld, missed %lld, void %lld\n", (long long)issued,
           (long long)waiting, (long long)called, (long long)shot, (long long)missed, (long long)voided);
}

/* Takes `status`. */
static void print_status(const struct tool *tool, json_t *status)
{
    if (tool->options.is_json) {
        tool_print_json(status);
        return;
    }
    const char *name = "", *state = "", *profile = "", *created = "";
    json_unpack(status, "{s:s, s:s, s:s, s:s}", "name", &name, "state", &state, "profile", &profile,
                "created_at", &created);
    printf("event \"%s\": %s, profile %s, created %s\n", name, state, profile, created);
    const json_t *lanes = json_object_get(status, "lanes");
    for (size_t i = 0; i < json_array_size(lanes); i++)
        print_lane(json_array_get(lanes, i));
    json_decref(status);
}

enum tool_exit run_event_status(struct tool *tool)
{
    json_t *status = NULL;
    if (tool->is_purged)
        return print_purged_status(tool);
    enum tool_exit result = read_status(tool, &status);
    if (result == TOOL_DONE)
        print_status(tool, status);
    return result;
}

/* ---- changing ---- */

enum tool_exit event_change(struct tool *tool, const char *path, json_t *body, struct desk_command *command)
{
    enum tool_exit result = TOOL_DONE;
    if (!tool->has_changed && tool->desk) {
        struct desk_answer answer;
        result = tool_desk_call(tool, command, &answer);
        tool->is_unchanged = result == TOOL_DONE && answer.is_unchanged;
        command->document = NULL;
    } else if (!tool->has_changed) {
        struct control_answer answer = {0};
        result = tool_ask(tool, "POST", path, json_incref(body), &answer);
        tool->is_unchanged = json_is_false(json_object_get(answer.json, "recorded"));
        control_answer_done(&answer);
    }
    free(command->document);
    command->document = NULL;
    json_decref(body);
    tool->has_changed = result == TOOL_DONE;
    return result;
}

static enum tool_exit change(struct tool *tool, const char *path, json_t *body,
                             const struct queue_command *queue)
{
    struct desk_command command = {.kind = DESK_QUEUE, .queue = *queue};
    command.queue.authority = AUTHORITY_OFFICE;
    return event_change(tool, path, body, &command);
}

enum tool_exit check_event_create(const struct tool_options *options)
{
    if (!text_is_plain(options->name, strlen(options->name), PLAIN_TEXT_MAX))
        return tool_refuse_because(
            options, PROBLEM_BAD_REQUEST, "活动名称须为 1 至 200 字节的 UTF-8 文本，不含控制字符。",
            "The name of an event is 1 to 200 bytes of UTF-8 text without control characters.");
    return check_event_rules(options);
}

enum tool_exit run_event_create(struct tool *tool)
{
    struct desk_command command = {.kind = DESK_QUEUE,
                                   .queue = {.kind = COMMAND_EVENT_CREATE, .authority = AUTHORITY_OFFICE}};
    strcpy(command.queue.device, "tool");
    strncpy(command.queue.text, tool->options.name, sizeof command.queue.text - 1);
    json_t *body = json_pack("{s:s}", "name", tool->options.name);
    enum tool_exit result = profile_into(&tool->options, body, &command);
    if (result != TOOL_DONE) {
        json_decref(body);
        return result;
    }
    result = event_change(tool, "/api/v1/event", body, &command);
    return result == TOOL_DONE ? run_event_status(tool) : result;
}

enum tool_exit run_event_close(struct tool *tool)
{
    struct queue_command command = {.kind = COMMAND_EVENT_CLOSE, .device = "tool"};
    enum tool_exit result = change(tool, "/api/v1/event/close", json_object(), &command);
    return result == TOOL_DONE ? run_event_status(tool) : result;
}

/* ---- who is still open when a session closes: all who have an open number, voids nobody has acknowledged, a stop ---- */

static json_t *ticket_json(const struct ticket_view *view)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "number", view->label, "state",
                     ticket_state_name(view->ticket.state), "name", view->name, "unit", view->unit);
}

static enum tool_exit desk_left(struct tool *tool, const char *name, json_t *ret)
{
    struct lane_view view;
    if (desk_lane(tool->desk, name, &view) != 0)
        return tool_refuse(&tool->options, PROBLEM_LANE_UNKNOWN);
    json_t *open = json_array(), *voids = json_array();
    if (view.has_current)
        json_array_append_new(open, ticket_json(&view.current));
    for (size_t i = 0; i < view.n_line; i++)
        json_array_append_new(open, ticket_json(&view.line[i]));
    for (size_t i = 0; i < view.n_open_voids; i++)
        json_array_append_new(voids, ticket_json(&view.open_voids[i]));
    json_object_set_new(ret, "open", open);
    json_object_set_new(ret, "open_voids", voids);
    json_object_set_new(ret, "stopped", view.has_stopped ? ticket_json(&view.stopped) : json_null());
    lane_view_done(&view);
    return TOOL_DONE;
}

/* The same of a ticket that the daemon has told of. */
static json_t *told_ticket(const json_t *ticket)
{
    static const char *const wanted[] = {"number", "state", "name", "unit"};
    json_t *copy = json_object();
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        json_object_set(copy, wanted[i], json_object_get(ticket, wanted[i]));
    return copy;
}

static void told_tickets(json_t *into, const json_t *tickets)
{
    for (size_t i = 0; i < json_array_size(tickets); i++)
        json_array_append_new(into, told_ticket(json_array_get(tickets, i)));
}

static enum tool_exit ask_left(struct tool *tool, const char *path, json_t *ret)
{
    struct control_answer answer;
    enum tool_exit result = tool_ask(tool, "GET", path, NULL, &answer);
    if (result != TOOL_DONE)
        return result;
    const json_t *current = json_object_get(answer.json, "current");
    const json_t *stopped = json_object_get(json_object_get(answer.json, "stopped"), "ticket");
    json_t *open = json_array(), *voids = json_array();
    if (json_is_object(current))
        json_array_append_new(open, told_ticket(current));
    told_tickets(open, json_object_get(answer.json, "line"));
    told_tickets(voids, json_object_get(answer.json, "open_voids"));
    json_object_set_new(ret, "open", open);
    json_object_set_new(ret, "open_voids", voids);
    json_object_set_new(ret, "stopped", stopped ? told_ticket(stopped) : json_null());
    control_answer_done(&answer);
    return TOOL_DONE;
}

static void print_ticket(const char *what, const json_t *ticket)
{
    const char *number = "", *state = "", *name = "", *unit = "";
    json_unpack((json_t *)(uintptr_t)ticket, "{s:s, s:s, s:s, s:s}", "number", &number, "state", &state,
                "name", &name, "unit", &unit);
    printf("  %s: %s %s %s %s\n", what, number, state, name, unit);
}

static void print_left(const json_t *lane)
{
    const json_t *open = json_object_get(lane, "open"), *voids = json_object_get(lane, "open_voids"),
                 *stopped = json_object_get(lane, "stopped");
    for (size_t i = 0; i < json_array_size(open); i++)
        print_ticket("still open / 尚未完成", json_array_get(open, i));
    for (size_t i = 0; i < json_array_size(voids); i++)
        print_ticket("void, not acknowledged / 作废待确认", json_array_get(voids, i));
    if (json_is_object(stopped))
        print_ticket("stopped by a wrong number, to be decided / 号码不符停队，待处理", stopped);
}

static enum tool_exit run_session(struct tool *tool, bool is_open)
{
    const char *name = tool->options.lane;
    struct queue_command command = {.kind = is_open ? COMMAND_SESSION_OPEN : COMMAND_SESSION_CLOSE,
                                    .device = "tool"};
    strncpy(command.lane, name, sizeof command.lane - 1);
    char *escaped = tool->control ? control_escape(tool->control, name) : NULL,
         *path = bytes_format("/api/v1/lanes/%s", escaped ? escaped : ""),
         *session = bytes_format("%s/session", path);
    json_t *lane = NULL;
    enum tool_exit result =
        change(tool, session, json_pack("{s:s}", "state", is_open ? "open" : "closed"), &command);
    if (result == TOOL_DONE)
        result = read_lane(tool, name, &lane);
    if (result == TOOL_DONE && !is_open)
        result = tool->desk ? desk_left(tool, name, lane) : ask_left(tool, path, lane);
    if (result == TOOL_DONE && !tool->options.is_json) {
        print_lane(lane);
        print_left(lane);
    }
    if (result == TOOL_DONE && tool->options.is_json)
        tool_print_json(json_incref(lane));
    json_decref(lane);
    free(session);
    free(path);
    free(escaped);
    return result;
}

enum tool_exit run_session_open(struct tool *tool)
{
    return run_session(tool, true);
}

enum tool_exit run_session_close(struct tool *tool)
{
    return run_session(tool, false);
}
