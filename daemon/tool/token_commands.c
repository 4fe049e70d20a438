/* token create|list|revoke. A token's text is made here or in the daemon, printed once and never stored. */
#include "base/bytes.h"
#include "base/clock.h"
#include "base/page_address.h"
#include "base/text.h"
#include "desk/report.h"
#include "desk/scope.h"
#include "tool/commands.h"
#include "tool/terminal.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t pairing_life_us = INT64_C(15) * 60 * 1000000;

/* Where the device stands: as the server takes it. */
static bool is_name(const char *name)
{
    return !name || text_is_plain(name, strlen(name), TOKEN_NAME_MAX);
}

enum tool_exit check_token_create(const struct tool_options *options)
{
    static const char *const roles[] = {"display", "photographer", "marshal", "liaison", "check", "office"};
    if (!is_name(options->name))
        return tool_wrong_usage(options, "the name is 1 to 60 bytes of text without control characters");
    if (options->n_units > 0 && strcmp(options->role, "liaison") != 0)
        return tool_wrong_usage(options, "--unit is for the role liaison alone");
    if (options->n_units > TOKEN_SCOPE_MAX)
        return tool_wrong_usage(options, "--unit may be given at most 16 times");
    for (size_t i = 0; i < options->n_units; i++)
        if (!text_is_plain(options->units[i], strlen(options->units[i]), SCOPE_LABEL_SIZE - 1))
            return tool_wrong_usage(options, "--unit takes the name of a class or college");
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(options->role, roles[i]) == 0)
            return TOOL_DONE;
    return tool_wrong_usage(options,
                            "the role is one of display, photographer, marshal, liaison, check, office");
}

/* ---- create ---- */

/* The names of --unit to what the token keeps. Tells which is not there, and what is like it. */
static enum tool_exit find_units(struct tool *tool, struct token_record *token)
{
    const struct tool_options *options = &tool->options;
    struct scope_miss miss;
    char *zh, *en;
    enum problem problem = desk_scope_find(tool->desk, options->units, options->n_units, token->units, &miss);
    if (problem != PROBLEM_UNIT_UNKNOWN)
        return problem ? tool_refuse(options, problem) : TOOL_DONE;
    scope_miss_text(&miss, &zh, &en);
    enum tool_exit result = tool_refuse_because(options, problem, zh, en);
    free(zh);
    free(en);
    return result;
}

/* What was made. */
struct made {
    char *token;
    json_int_t id;
    json_t *units; /* as report_scope says */
};

static enum tool_exit desk_create(struct tool *tool, struct made *ret)
{
    const struct tool_options *options = &tool->options;
    char text[TOKEN_TEXT_SIZE];
    struct desk_command command = {.kind = DESK_TOKEN_CREATE, .queue.device = "tool"};
    struct desk_answer answer;
    token_text(text);
    token_hash(text, command.token.hash);
    command.token.kind = options->is_once ? TOKEN_PAIRING : TOKEN_BEARER;
    command.token.expires_us = options->is_once ? clock_utc_us() + pairing_life_us : 0;
    strncpy(command.token.role, options->role, sizeof command.token.role - 1);
    strncpy(command.token.lane, options->lane ? options->lane : "", sizeof command.token.lane - 1);
    strncpy(command.token.name, options->name ? options->name : "", sizeof command.token.name - 1);
    enum tool_exit result = find_units(tool, &command.token);
    if (result == TOOL_DONE)
        result = tool_desk_call(tool, &command, &answer);
    if (result == TOOL_DONE) {
        *ret = (struct made){bytes_text(text), answer.token.id, report_scope(tool->desk, answer.token.units)};
    }
    wipe_bytes(text, sizeof text);
    return result;
}

static enum tool_exit ask_create(struct tool *tool, struct made *ret)
{
    const struct tool_options *options = &tool->options;
    const char *text;
    struct control_answer answer;
    json_t *units = options->n_units ? json_array() : json_null();
    for (size_t i = 0; i < options->n_units; i++)
        json_array_append_new(units, json_string(options->units[i]));
    enum tool_exit result =
        tool_ask(tool, "POST", "/api/v1/tokens",
                 json_pack("{s:s, s:s?, s:o, s:s?, s:b}", "role", options->role, "lane", options->lane,
                           "units", units, "name", options->name, "once", options->is_once),
                 &answer);
    if (result != TOOL_DONE)
        return result;
    if (json_unpack(answer.json, "{s:s, s:I, s?O}", "token", &text, "id", &ret->id, "units", &ret->units) ==
        0)
        ret->token = bytes_text(text);
    else
        result = tool_strange_answer(tool);
    control_answer_done(&answer);
    return result;
}

/* The classes and colleges that it is for; nothing for all. */
static void print_units(const json_t *units, const char *before, const char *after)
{
    for (size_t i = 0; i < json_array_size(units); i++) {
        const json_t *unit = json_array_get(units, i);
        const char *name = json_string_value(json_object_get(unit, "name")),
                   *college = json_string_value(json_object_get(unit, "college"));
        char label[SCOPE_LABEL_SIZE];
        scope_label(college ? college : "", name ? name : "", label);
        const bool is_gone = json_integer_value(json_object_get(unit, "people")) == 0;
        printf("%s%s%s", i > 0 ? ", " : before, label, is_gone ? " (not on the list now)" : "");
    }
    if (json_array_size(units) > 0)
        fputs(after, stdout);
}

static void print_token(const struct tool *tool, const struct made *made)
{
    const struct tool_options *options = &tool->options;
    const char *token = made->token;
    enum page_reach reach;
    char *authority = page_authority(tool->config, tool->config->listen_port, NULL, &reach);
    char *url =
        page_token_url(tool->config, authority, options->role, options->lane, options->is_once, token);
    free(authority);
    if (tool->options.is_json) {
        json_t *json = json_pack("{s:s, s:s, s:I}", "token", token, "url", url, "id", made->id);
        if (json_is_array(made->units))
            json_object_set(json, "units", made->units);
        tool_print_json(json);
    } else if (!isatty(STDOUT_FILENO)) {
        puts(token);
    } else {
        char *code = terminal_qr(url);
        printf("%s\n%s\n%s", token, url, code ? code : "");
        print_units(made->units, "of / 限：", "\n");
        if (tool->options.is_once)
            printf("one device, within 15 minutes / 仅限一台设备，15 分钟内有效\n");
        if (reach != PAGE_REACH_NETWORK)
            printf("only this machine reaches that address; see http.listen in paihao.conf(5) / "
                   "只有本机能打开这个地址，见 paihao.conf(5) 的 http.listen\n");
        free(code);
    }
    free(url);
}

enum tool_exit run_token_create(struct tool *tool)
{
    struct made made = {0};
    enum tool_exit result = tool->desk ? desk_create(tool, &made) : ask_create(tool, &made);
    if (result == TOOL_DONE)
        print_token(tool, &made);
    if (made.token)
        wipe_bytes(made.token, strlen(made.token));
    free(made.token);
    json_decref(made.units);
    return result;
}

/* ---- list ---- */

static json_t *record_json(struct desk *desk, const struct token_record *token)
{
    static const char *const kinds[] = {
        [TOKEN_BEARER] = "bearer", [TOKEN_PAIRING] = "pairing", [TOKEN_SESSION] = "session"};
    return json_pack(
        "{s:I, s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", (json_int_t)token->id, "kind",
        kinds[token->kind], "parent", token->parent ? json_integer(token->parent) : json_null(), "name",
        token->name[0] ? json_string(token->name) : json_null(), "role", token->role, "lane",
        token->lane[0] ? json_string(token->lane) : json_null(), "units", report_scope(desk, token->units),
        "created_at", tool_time_json(token->created_us), "expires_at", tool_time_json(token->expires_us),
        "used_at", tool_time_json(token->used_us), "revoked_at", tool_time_json(token->revoked_us), "seen_at",
        tool_time_json(token->seen_us));
}

static enum tool_exit read_tokens(struct tool *tool, json_t **ret)
{
    if (tool->desk) {
        size_t count;
        struct token_record *records = desk_tokens(tool->desk, &count);
        *ret = json_array();
        for (size_t i = 0; i < count; i++)
            json_array_append_new(*ret, record_json(tool->desk, &records[i]));
        free(records);
        return TOOL_DONE;
    }
    struct control_answer answer;
    enum tool_exit result = tool_ask(tool, "GET", "/api/v1/tokens", NULL, &answer);
    if (result != TOOL_DONE)
        return result;
    *ret = json_incref(json_object_get(answer.json, "tokens"));
    control_answer_done(&answer);
    return json_is_array(*ret) ? TOOL_DONE : tool_strange_answer(tool);
}

/* Times of one form compare as texts. */
static const char *life_of(const json_t *token, const char *now)
{
    const char *expires = json_string_value(json_object_get(token, "expires_at"));
    if (json_string_value(json_object_get(token, "revoked_at")))
        return "revoked";
    if (json_string_value(json_object_get(token, "used_at")))
        return "used";
    return expires && strcmp(expires, now) <= 0 ? "expired" : "live";
}

static void print_token_line(const json_t *token, const char *now)
{
    json_int_t id = 0;
    const char *kind = "", *role = "", *created = "",
               *lane = json_string_value(json_object_get(token, "lane")),
               *name = json_string_value(json_object_get(token, "name")),
               *seen = json_string_value(json_object_get(token, "seen_at"));
    json_unpack((json_t *)token, "{s:I, s:s, s:s, s:s}", "id", &id, "kind", &kind, "role", &role,
                "created_at", &created);
    printf("%4lld  %-8s %-13s %-8s %-7s created %s  seen %-27s  %s", (long long)id, kind, role,
           lane ? lane : "-", life_of(token, now), created, seen ? seen : "never", name ? name : "-");
    print_units(json_object_get(token, "units"), "  of ", "");
    putchar('\n');
}

enum tool_exit run_token_list(struct tool *tool)
{
    json_t *tokens = NULL;
    char now[CLOCK_TEXT_SIZE];
    enum tool_exit result = read_tokens(tool, &tokens);
    clock_text(clock_utc_us(), now);
    if (result == TOOL_DONE && tool->options.is_json)
        tool_print_json(json_pack("{s:O}", "tokens", tokens));
    else if (result == TOOL_DONE)
        for (size_t i = 0; i < json_array_size(tokens); i++)
            print_token_line(json_array_get(tokens, i), now);
    json_decref(tokens);
    return result;
}

/* ---- revoke ---- */

enum tool_exit check_token_revoke(const struct tool_options *options)
{
    uint64_t id;
    if (text_to_u64(options->argument, 1, UINT32_MAX, &id) != 0)
        return tool_wrong_usage(options, "ID is a number, as token list shows it");
    return TOOL_DONE;
}

static bool is_listed(const json_t *tokens, uint64_t id)
{
    for (size_t i = 0; i < json_array_size(tokens); i++)
        if (json_integer_value(json_object_get(json_array_get(tokens, i), "id")) == (json_int_t)id)
            return true;
    return false;
}

static enum tool_exit revoke_token(struct tool *tool, uint64_t id)
{
    enum tool_exit result;
    if (tool->desk) {
        struct desk_command command = {
            .kind = DESK_TOKEN_REVOKE, .queue.device = "tool", .token.id = (uint32_t)id};
        struct desk_answer answer;
        result = tool_desk_call(tool, &command, &answer);
    } else {
        struct control_answer answer = {0};
        char *path = bytes_format("/api/v1/tokens/%" PRIu64 "/revoke", id);
        result = tool_ask(tool, "POST", path, json_object(), &answer);
        control_answer_done(&answer);
        free(path);
    }
    return result;
}

enum tool_exit run_token_revoke(struct tool *tool)
{
    uint64_t id = 0;
    json_t *tokens = NULL;
    text_to_u64(tool->options.argument, 1, UINT32_MAX, &id);
    enum tool_exit result = read_tokens(tool, &tokens);
    if (result == TOOL_DONE && !is_listed(tokens, id))
        result = tool_refuse_because(&tool->options, PROBLEM_NOT_FOUND, "没有这个编号的令牌。",
                                     "There is no token with this number; see token list.");
    json_decref(tokens);
    if (result == TOOL_DONE)
        result = revoke_token(tool, id);
    if (result == TOOL_DONE && tool->options.is_json)
        tool_print_json(json_pack("{s:I, s:b}", "id", (json_int_t)id, "revoked", 1));
    else if (result == TOOL_DONE)
        printf("token %" PRIu64 " revoked\n", id);
    return result;
}
