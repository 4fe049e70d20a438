/* What happens on the day: a late round, a payment taken or given back. */
#include "base/bytes.h"
#include "base/text.h"
#include "tool/commands.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a late round ---- */

static enum tool_exit run_late(struct tool *tool, bool is_open)
{
    struct desk_command command = {
        .kind = DESK_QUEUE,
        .queue = {.kind = COMMAND_LATE_ROUND, .value = is_open, .authority = AUTHORITY_OFFICE}};
    strcpy(command.queue.device, "tool");
    strncpy(command.queue.lane, tool->options.lane, sizeof command.queue.lane - 1);
    char *escaped = tool->control ? control_escape(tool->control, tool->options.lane) : NULL,
         *path = bytes_format("/api/v1/lanes/%s/late", escaped ? escaped : "");
    enum tool_exit result = event_change(tool, path, json_pack("{s:b}", "open", is_open), &command);
    free(path);
    free(escaped);
    if (result == TOOL_DONE && tool->options.is_json)
        tool_print_json(json_pack("{s:s, s:b}", "lane", tool->options.lane, "late_round", is_open));
    else if (result == TOOL_DONE)
        printf("lane %s: %s\n", tool->options.lane, is_open ? "late round open" : "no late round");
    return result;
}

enum tool_exit run_late_open(struct tool *tool)
{
    return run_late(tool, true);
}

enum tool_exit run_late_close(struct tool *tool)
{
    return run_late(tool, false);
}

/* ---- one payment ---- */

/* "15" or "15.00" */
static bool fen_of(const char *text, uint32_t *ret)
{
    const char *dot = strchr(text, '.');
    size_t length = dot ? (size_t)(dot - text) : strlen(text), n_cents = dot ? strlen(dot + 1) : 0;
    char whole[16] = "";
    uint64_t yuan = 0, cents = 0;
    if (length == 0 || length >= sizeof whole || (dot && n_cents != 2))
        return false;
    memcpy(whole, text, length);
    if (text_to_u64(whole, 0, 100000, &yuan) != 0 || (dot && text_to_u64(dot + 1, 0, 99, &cents) != 0))
        return false;
    *ret = (uint32_t)(yuan * 100 + cents);
    return true;
}

static bool is_method(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    return strlen(text) > 0 && strlen(text) <= METHOD_MAX && strspn(text, letters) == strlen(text);
}

static enum degree level_of(const char *name)
{
    for (int level = DEGREE_NONE + 1; name && level < DEGREE_COUNT; level++)
        if (strcmp(degree_name((enum degree)level), name) == 0)
            return (enum degree)level;
    return DEGREE_NONE;
}

enum tool_exit check_payments_record(const struct tool_options *options)
{
    uint32_t fen;
    if (!options->id_number && !options->student_no)
        return tool_wrong_usage(options, "--id-number or --student-no is missing");
    if (options->state && payment_state_from_name(options->state) <= PAYMENT_STATE_NONE)
        return tool_wrong_usage(options, "--state is paid, waived, refunded or due");
    if (options->amount && !fen_of(options->amount, &fen))
        return tool_wrong_usage(options, "--amount takes yuan as 15 or 15.00");
    if (options->method && !is_method(options->method))
        return tool_wrong_usage(options, "--method takes a short word such as cash or alipay");
    if (options->level && level_of(options->level) == DEGREE_NONE)
        return tool_wrong_usage(options, "--level is associate, bachelor, master or doctor");
    if (options->reason && !text_is_plain(options->reason, strlen(options->reason), PLAIN_TEXT_MAX))
        return tool_wrong_usage(options, "--reason takes 1 to 200 bytes of text");
    return TOOL_DONE;
}

static json_t *record_body(const struct tool_options *options)
{
    json_t *body = json_object();
    const struct {
        const char *member, *value;
    } texts[] = {{"id_number", options->id_number}, {"student_no", options->student_no},
                 {"name", options->name},           {"level", options->level},
                 {"state", options->state},         {"method", options->method},
                 {"reason", options->reason}};
    uint32_t fen = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].value)
            json_object_set_new(body, texts[i].member, json_string(texts[i].value));
    if (options->amount && fen_of(options->amount, &fen))
        json_object_set_new(body, "amount_fen", json_integer(fen));
    if (options->has_card)
        json_object_set_new(body, "card", json_true());
    return body;
}

static enum problem take_who(const struct tool_options *options, struct presentation *ret)
{
    json_t *object = json_pack("{s:s}", "medium", medium_name(MEDIUM_MANUAL));
    if (options->id_number)
        json_object_set_new(object, "id_number", json_string(options->id_number));
    if (options->student_no)
        json_object_set_new(object, "student_no", json_string(options->student_no));
    if (options->name)
        json_object_set_new(object, "name", json_string(options->name));
    enum problem problem = problem_of_presentation(presentation_from_json(object, ret));
    json_decref(object);
    return problem;
}

enum tool_exit run_payments_record(struct tool *tool)
{
    const struct tool_options *options = &tool->options;
    struct presentation presentation;
    struct queue_event event;
    const char *state = options->state ? options->state : payment_state_name(PAYMENT_PAID);
    struct desk_command command = {.kind = DESK_PAYMENT,
                                   .queue = {.kind = COMMAND_PAYMENT, .authority = AUTHORITY_OFFICE},
                                   .presentation = &presentation,
                                   .level = level_of(options->level)};
    enum problem problem = take_who(options, &presentation);
    if (problem)
        return tool_refuse(options, problem);
    strcpy(command.queue.device, "tool");
    command.queue.card = options->has_card;
    snprintf(command.queue.extra, sizeof command.queue.extra, "%s%s%s", state, options->method ? " " : "",
             options->method ? options->method : "");
    snprintf(command.queue.text, sizeof command.queue.text, "%s", options->reason ? options->reason : "");
    if (options->amount)
        fen_of(options->amount, &command.queue.value);
    else if (tool->desk && strcmp(state, payment_state_name(PAYMENT_PAID)) == 0) {
        desk_event(tool->desk, &event);
        command.queue.value = event.rules.fee_fen;
    }
    enum tool_exit result = event_change(tool, "/api/v1/payments/record", record_body(options), &command);
    presentation_wipe(&presentation);
    if (result == TOOL_DONE && options->is_json)
        tool_print_json(json_pack("{s:b, s:s}", "recorded", !tool->is_unchanged, "state", state));
    else if (result == TOOL_DONE)
        printf(tool->is_unchanged ? "was %s already; nothing new was recorded\n" : "recorded: %s\n", state);
    return result;
}
