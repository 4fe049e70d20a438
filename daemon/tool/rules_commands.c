/* event rules, and the profile that an event is created with: one that the programs carry, or a file. */
#include "base/bytes.h"
#include "base/files.h"
#include "desk/profile.h"
#include "tool/commands.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a profile by name or path ---- */

struct named_profile {
    char name[PROFILE_MAX + 1];
    char *text; /* NULL: carried */
};

static enum tool_exit refuse_profile(const struct tool_options *options, const char *zh, const char *en)
{
    return tool_refuse_because(options, PROBLEM_BAD_PROFILE, zh, en);
}

/* "/etc/paihao/our-school.conf" -> "our-school" */
static bool name_of_path(const char *path, char ret_name[static PROFILE_MAX + 1])
{
    const char *slash = strrchr(path, '/'), *start = slash ? slash + 1 : path, *dot = strrchr(start, '.');
    size_t length = dot && dot > start ? (size_t)(dot - start) : strlen(start);
    if (length > PROFILE_MAX)
        return false;
    memcpy(ret_name, start, length);
    ret_name[length] = '\0';
    return profile_name_is_valid(ret_name);
}

static enum tool_exit load_profile(const struct tool_options *options, struct named_profile *ret)
{
    const char *wish = options->profile ? options->profile : "default";
    size_t size = 0;
    *ret = (struct named_profile){.text = NULL};
    if (profile_carried(wish)) {
        strcpy(ret->name, wish);
        return TOOL_DONE;
    }
    int error = file_read(wish, SETTINGS_TEXT_MAX, &ret->text, &size);
    if (error == -ENOENT)
        return refuse_profile(options, "没有这个场地方案，也没有这个文件。",
                              "There is neither a profile of that name nor such a file.");
    if (error == -EFBIG)
        return refuse_profile(options, "文件超过 64 KiB。", "The file is larger than 64 KiB.");
    if (error != 0)
        return tool_environment(options, "file-unreadable", "文件无法读取。", "%s: %s", wish,
                                strerror(-error));
    if (strlen(ret->text) == size && name_of_path(wish, ret->name))
        return TOOL_DONE;
    free(ret->text);
    return refuse_profile(options, "文件名须为字母、数字、- 和 _ 组成，内容须为文本。",
                          "The file's name must be letters, digits, - and _, and its content text.");
}

enum tool_exit profile_into(const struct tool_options *options, json_t *body, struct desk_command *command)
{
    struct named_profile profile;
    struct settings_fault fault;
    enum tool_exit result = load_profile(options, &profile);
    if (result != TOOL_DONE)
        return result;
    if (profile_command(profile.name, profile.text, command, &fault)) {
        json_object_set_new(body, "profile", json_string(profile.name));
        if (profile.text)
            json_object_set_new(body, "text", json_string(profile.text));
    } else {
        char *zh = bytes_format("%s 第 %d 行：%s", profile.name, fault.line, fault.zh),
             *en = bytes_format("%s, line %d: %s", profile.name, fault.line, fault.en);
        result = refuse_profile(options, zh, en);
        free(zh);
        free(en);
    }
    free(profile.text);
    return result;
}

enum tool_exit check_event_rules(const struct tool_options *options)
{
    struct desk_command command = {.kind = DESK_RULES};
    json_t *body = json_object();
    enum tool_exit result = profile_into(options, body, &command);
    json_decref(body);
    free(command.document);
    return result;
}

/* ---- showing and setting ---- */

static enum tool_exit desk_rules(struct tool *tool, json_t **ret)
{
    struct queue_event event;
    char rules[RULES_TEXT_SIZE], *text = NULL;
    uint64_t seq;
    desk_event(tool->desk, &event);
    if (!event.exists)
        return tool_refuse(&tool->options, PROBLEM_NO_EVENT);
    if (desk_document(tool->desk, "profile", &text, &seq) != 0)
        text = NULL;
    queue_rules_text(&event.rules, rules);
    const char *carried = profile_carried(event.profile);
    *ret = json_pack("{s:s, s:s}", "profile", event.profile, "text", text ? text : carried ? carried : "");
    free(text);
    return TOOL_DONE;
}

static enum tool_exit ask_rules(struct tool *tool, json_t **ret)
{
    struct control_answer answer;
    enum tool_exit result = tool_ask(tool, "GET", "/api/v1/rules", NULL, &answer);
    if (result != TOOL_DONE)
        return result;
    *ret = json_object();
    json_object_set(*ret, "profile", json_object_get(answer.json, "profile"));
    json_object_set(*ret, "text", json_object_get(answer.json, "text"));
    control_answer_done(&answer);
    return TOOL_DONE;
}

static enum tool_exit set_rules(struct tool *tool)
{
    struct desk_command command = {.kind = DESK_RULES,
                                   .queue = {.kind = COMMAND_RULES_SET, .authority = AUTHORITY_OFFICE}};
    strcpy(command.queue.device, "tool");
    json_t *body = json_object();
    enum tool_exit result = profile_into(&tool->options, body, &command);
    if (result == TOOL_DONE)
        return event_change(tool, "/api/v1/rules", body, &command);
    json_decref(body);
    return result;
}

enum tool_exit run_event_rules(struct tool *tool)
{
    json_t *rules = NULL;
    enum tool_exit result = tool->options.profile ? set_rules(tool) : TOOL_DONE;
    if (result == TOOL_DONE)
        result = tool->desk ? desk_rules(tool, &rules) : ask_rules(tool, &rules);
    if (result != TOOL_DONE)
        return result;
    if (tool->options.is_json)
        tool_print_json(json_incref(rules));
    else
        printf("# profile %s\n%s", json_string_value(json_object_get(rules, "profile")),
               json_string_value(json_object_get(rules, "text")));
    json_decref(rules);
    return TOOL_DONE;
}
