/* ledger, ledger sign: what must come to zero, and a difference signed that stands. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "desk/report.h"
#include "tool/commands.h"

/* ---- showing */
static long long number_of(const json_t *object, const char *name)
{
    return (long long)json_integer_value(json_object_get(object, name));
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static void print_causes(FILE *out, const json_t *causes)
{
    for (size_t i = 0; i < json_array_size(causes); i++) {
        const json_t *cause = json_array_get(causes, i), *numbers = json_object_get(cause, "numbers");
        fprintf(out, "    %s %lld:", text_of(cause, "code"), number_of(cause, "count"));
        for (size_t k = 0; k < json_array_size(numbers); k++)
            fprintf(out, " %s", json_string_value(json_array_get(numbers, k)));
        if (number_of(cause, "others"))
            fprintf(out, " (+%lld)", number_of(cause, "others"));
        fputs("\n", out);
    }
}

static void print_scope(FILE *out, const json_t *line)
{
    const char *scope = text_of(line, "scope");
    if (strcmp(scope, "lane") == 0)
        fprintf(out, ", lane %s", text_of(line, "lane"));
    else if (strcmp(scope, "unit") == 0)
        fprintf(out, ", unit %lld %s %s", number_of(line, "unit"), text_of(line, "college"),
                text_of(line, "name"));
}

void ledger_print_line(FILE *out, const json_t *line)
{
    const json_t *parts = json_object_get(line, "parts"), *signature = json_object_get(line, "signed");
    fprintf(out, "%s", text_of(line, "line"));
    print_scope(out, line);
    fprintf(out, ": %lld =", number_of(line, "total"));
    for (size_t i = 0; i < json_array_size(parts); i++)
        fprintf(out, "%s %s %lld", i ? " +" : "", text_of(json_array_get(parts, i), "code"),
                number_of(json_array_get(parts, i), "count"));
    const long long difference = number_of(line, "difference");
    if (difference)
        fprintf(out, "; difference %+lld, who %s", difference, text_of(line, "who"));
    if (json_is_object(signature))
        fprintf(out, ", signed %s by %s: %s", text_of(signature, "at"), text_of(signature, "device"),
                text_of(signature, "reason"));
    fputs("\n", out);
    print_causes(out, json_object_get(line, "causes"));
}

enum tool_exit run_ledger(struct tool *tool)
{
    json_t *ledger = NULL;
    enum tool_exit result = read_report(tool, "/api/v1/ledger", report_ledger, &ledger);
    if (result != TOOL_DONE)
        return result;
    if (tool->options.is_json) {
        tool_print_json(ledger);
        return TOOL_DONE;
    }
    const json_t *lines = json_object_get(ledger, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++)
        ledger_print_line(stdout, json_array_get(lines, i));
    puts(json_is_true(json_object_get(ledger, "is_balanced"))
             ? "every line is zero or signed / 各项均已平账或签认"
             : "not every line is zero or signed / 尚有未平且未签认的项目");
    json_decref(ledger);
    return TOOL_DONE;
}

/* ---- signing */
/* "-2", "+3", "3". */
static bool difference_of(const char *text, int32_t *ret)
{
    const bool is_negative = *text == '-';
    uint64_t size;
    if (text_to_u64(text + (*text == '-' || *text == '+'), 0, INT32_MAX, &size) != 0)
        return false;
    *ret = is_negative ? -(int32_t)size : (int32_t)size;
    return true;
}

/* The unit of --unit, 0 when none was given; false when that is no id. */
static bool unit_of(const struct tool_options *options, uint32_t *ret)
{
    uint64_t unit = 0;
    if (options->n_units > 1 ||
        (options->n_units == 1 && text_to_u64(options->units[0], 1, UINT32_MAX, &unit) != 0))
        return false;
    *ret = (uint32_t)unit;
    return true;
}

enum tool_exit check_ledger_sign(const struct tool_options *options)
{
    int32_t difference;
    uint32_t unit;
    uint32_t who;
    if (ledger_kind_from_code(options->line) < 0)
        return tool_wrong_usage(options, "--line is numbers, people, money or cards");
    if (!unit_of(options, &unit))
        return tool_wrong_usage(options, "--unit takes one unit's id, as units shows it");
    if (options->lane && unit)
        return tool_wrong_usage(options, "a line is of a lane or of a unit, not of both");
    if (!difference_of(options->difference, &difference))
        return tool_wrong_usage(options, "--difference takes a number such as -2");
    if (options->who && !ledger_who_parse(options->who, &who))
        return tool_wrong_usage(options,
                                "--who takes the eight digits that paihao ledger shows with the line");
    if (!text_is_plain(options->reason, strlen(options->reason), PLAIN_TEXT_MAX))
        return tool_wrong_usage(options, "--reason takes 1 to 200 bytes of text");
    return TOOL_DONE;
}

enum tool_exit run_ledger_sign(struct tool *tool)
{
    const struct tool_options *options = &tool->options;
    struct ledger_mark mark = {.kind = (enum ledger_kind)ledger_kind_from_code(options->line)};
    unit_of(options, &mark.unit);
    struct desk_command command = {.kind = DESK_LEDGER_SIGN,
                                   .queue = {.kind = COMMAND_LEDGER_SIGN, .authority = AUTHORITY_OFFICE}};
    int32_t difference = 0;
    difference_of(options->difference, &difference);
    strcpy(command.queue.device, "tool");
    command.queue.value = (uint32_t)difference;
    if (options->who)
        ledger_who_parse(options->who, &mark.who);
    ledger_mark_text(&mark, command.queue.extra);
    snprintf(command.queue.text, sizeof command.queue.text, "%s", options->reason);
    json_t *body = json_pack("{s:s, s:i, s:s}", "line", options->line, "difference", (int)difference,
                             "reason", options->reason);
    if (options->lane) {
        snprintf(command.queue.lane, sizeof command.queue.lane, "%s", options->lane);
        json_object_set_new(body, "lane", json_string(options->lane));
    }
    if (options->who)
        json_object_set_new(body, "who", json_string(options->who));
    if (mark.unit)
        json_object_set_new(body, "unit", json_integer(mark.unit));
    enum tool_exit result = event_change(tool, "/api/v1/ledger/sign", body, &command);
    if (result == TOOL_DONE && options->is_json)
        tool_print_json(json_pack("{s:b, s:s, s:i}", "recorded", !tool->is_unchanged, "line", options->line,
                                  "difference", (int)difference));
    else if (result == TOOL_DONE)
        printf(tool->is_unchanged ? "%s %+" PRId32 ": nothing to sign, or signed already\n"
                                  : "signed: %s %+" PRId32 "\n",
               options->line, difference);
    return result;
}
