/* roster import, payments import, schedule import|lint|simulate: a file goes to whoever has the data, and what was found in
 * it is told. */
#include "base/bytes.h"
#include "roster/import.h"
#include "tool/commands.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBLEMS_SHOWN = 100 };

struct list_wish {
    enum list_kind kind;
    const char *path; /* of the daemon */
    bool is_preview, accepts_good;
    uint32_t pace_s;
};

/* ---- telling ---- */

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static void print_counts(const json_t *counts)
{
    size_t n_written = 0;
    for (void *at = json_object_iter((json_t *)(uintptr_t)counts); at;
         at = json_object_iter_next((json_t *)(uintptr_t)counts, at))
        if (json_is_integer(json_object_iter_value(at)))
            printf("%s%s %lld", n_written++ ? ", " : "", json_object_iter_key(at),
                   (long long)json_integer_value(json_object_iter_value(at)));
    puts("");
}

/* "error  row 12 column C  bad-id-number: words / 文字" */
static void print_problem(const json_t *problem)
{
    const json_t *message = json_object_get(problem, "message"), *column = json_object_get(problem, "column");
    const char *sheet = text_of(problem, "sheet");
    printf("%-7s %s%srow %lld", text_of(problem, "severity"), sheet, *sheet ? " " : "",
           (long long)json_integer_value(json_object_get(problem, "row")));
    if (json_string_length(column) > 0)
        printf(" column %s", json_string_value(column));
    else if (json_integer_value(column) > 0)
        printf(" column %lld", (long long)json_integer_value(column));
    printf("  %s: %s / %s\n", text_of(problem, "code"), text_of(message, "en"), text_of(message, "zh"));
}

static void print_told(const struct tool *tool, const json_t *told)
{
    const json_t *problems = json_object_get(told, "problems");
    if (tool->options.is_json) {
        tool_print_json(json_incref((json_t *)(uintptr_t)told));
        return;
    }
    for (size_t i = 0; i < json_array_size(problems) && i < PROBLEMS_SHOWN; i++)
        print_problem(json_array_get(problems, i));
    if (json_array_size(problems) > PROBLEMS_SHOWN)
        printf("... and %zu more; --json has them all\n", json_array_size(problems) - PROBLEMS_SHOWN);
    print_counts(json_object_get(told, "counts"));
    const bool is_stored = json_is_true(json_object_get(told, "stored"));
    puts(is_stored ? "stored:" : "nothing was stored");
    if (!is_stored && json_object_get(told, "result"))
        printf("it would be: ");
    if (json_object_get(told, "result"))
        print_counts(json_object_get(told, "result"));
}

/* A list that was stored without some of its rows is not done. */
static enum tool_exit exit_of(enum tool_exit result, const struct list_wish *wish, const json_t *told)
{
    const json_t *counts = json_object_get(told, "counts"), *outcome = json_object_get(told, "result");
    const bool has_skipped = json_integer_value(json_object_get(counts, "errors")) > 0 ||
                             json_integer_value(json_object_get(outcome, "skipped")) > 0;
    return result == TOOL_DONE && !wish->is_preview && wish->kind != LIST_SCHEDULE && has_skipped
               ? TOOL_REFUSED
               : result;
}

/* ---- handing in ---- */

static enum tool_exit desk_list(struct tool *tool, const struct list_wish *wish, const char *data,
                                size_t size, json_t **ret, struct tool_message *ret_refusal)
{
    const struct import_request request = {
        .kind = wish->kind,
        .bytes = (const uint8_t *)data,
        .size = size,
        .is_preview = wish->is_preview,
        .accepts_good = wish->accepts_good,
        .replaces = tool->options.replaces,
        .division_of = tool->options.division,
        .pace_s = wish->pace_s,
        .device = "tool",
    };
    struct import_answer answer;
    import_run(tool->desk, &request, &answer);
    char *text = bytes_format("{%s}", answer.members ? answer.members : "");
    *ret = json_loads(text, 0, NULL);
    free(text);
    free(answer.members);
    if (!answer.problem)
        return TOOL_DONE;
    *ret_refusal = (struct tool_message){problem_code(answer.problem), problem_zh(answer.problem),
                                         problem_en(answer.problem), problem_status(answer.problem)};
    return problem_status(answer.problem) >= 500 ? TOOL_ENVIRONMENT : TOOL_REFUSED;
}

static char *daemon_path(struct tool *tool, const struct list_wish *wish)
{
    struct buffer path = {0};
    buffer_format(&path, "%s?preview=%d&kind=%s", wish->path, wish->is_preview, list_kind_name(wish->kind));
    if (wish->accepts_good)
        buffer_add_text(&path, "&accept=good");
    if (tool->options.replaces)
        buffer_add_text(&path, "&replace=1");
    if (wish->pace_s)
        buffer_format(&path, "&pace_s=%u", wish->pace_s);
    if (tool->options.division) {
        char *escaped = control_escape(tool->control, tool->options.division);
        buffer_format(&path, "&division=%s", escaped);
        free(escaped);
    }
    return path.data;
}

static enum tool_exit run_desk(struct tool *tool, const struct list_wish *wish, const char *data, size_t size)
{
    json_t *told = NULL;
    struct tool_message refusal = {.code = NULL};
    enum tool_exit result = desk_list(tool, wish, data, size, &told, &refusal);
    struct tool_options quiet = tool->options;
    quiet.is_json = false;
    if (refusal.code) {
        tool_tell(&quiet, &refusal);
        json_object_set_new(told, "code", json_string(refusal.code));
        json_object_set_new(told, "status", json_integer((json_int_t)refusal.status));
        json_object_set_new(told, "message", json_pack("{s:s, s:s}", "zh", refusal.zh, "en", refusal.en));
    }
    print_told(tool, told);
    result = exit_of(result, wish, told);
    json_decref(told);
    return result;
}

static enum tool_exit run_daemon(struct tool *tool, const struct list_wish *wish, const char *data,
                                 size_t size)
{
    struct control_answer answer = {0};
    struct tool quiet = *tool;
    char *path = daemon_path(tool, wish);
    quiet.options.is_json = false;
    enum tool_exit result = tool_send(&quiet, path, data, size, &answer);
    if (result != TOOL_AGAIN && json_is_object(answer.json))
        print_told(tool, answer.json);
    result = exit_of(result, wish, answer.json);
    control_answer_done(&answer);
    free(path);
    return result;
}

static enum tool_exit run_list(struct tool *tool, const struct list_wish *wish)
{
    char *data = NULL;
    size_t size = 0;
    enum tool_exit result = tool_read_file(tool, tool->options.argument, IMPORT_MAX, &data, &size);
    if (result != TOOL_DONE)
        return result;
    result = tool->desk ? run_desk(tool, wish, data, size) : run_daemon(tool, wish, data, size);
    wipe_bytes(data, size);
    free(data);
    return result;
}

/* ---- the commands ---- */

static enum list_kind roster_kind(const struct tool_options *options)
{
    enum list_kind kind = options->kind ? list_kind_from_name(options->kind) : LIST_PEOPLE;
    return kind == LIST_PEOPLE || kind == LIST_EXCLUDED || kind == LIST_CAPTURED ? kind : (enum list_kind)0;
}

enum tool_exit check_roster_import(const struct tool_options *options)
{
    const enum list_kind kind = roster_kind(options);
    if (!kind)
        return tool_wrong_usage(options, "--kind is people, excluded or captured");
    if (options->replaces && kind != LIST_EXCLUDED && kind != LIST_CAPTURED)
        return tool_wrong_usage(options, "--replace goes with --kind excluded or --kind captured");
    if (options->replaces && options->accepts_good)
        return tool_wrong_usage(options, "--replace takes a list without errors, so not --accept-good");
    return TOOL_DONE;
}

enum tool_exit run_roster_import(struct tool *tool)
{
    return run_list(tool, &(struct list_wish){roster_kind(&tool->options), "/api/v1/roster",
                                              tool->options.is_preview, tool->options.accepts_good, 0});
}

enum tool_exit run_payments_import(struct tool *tool)
{
    return run_list(tool, &(struct list_wish){LIST_PAID, "/api/v1/payments", tool->options.is_preview,
                                              tool->options.accepts_good, 0});
}

enum tool_exit run_schedule_import(struct tool *tool)
{
    return run_list(tool, &(struct list_wish){LIST_SCHEDULE, "/api/v1/schedule", tool->options.is_preview,
                                              tool->options.accepts_good, 0});
}

enum tool_exit run_schedule_lint(struct tool *tool)
{
    return run_list(tool, &(struct list_wish){LIST_SCHEDULE, "/api/v1/schedule", true, false, 0});
}

enum tool_exit check_schedule_simulate(const struct tool_options *options)
{
    return options->pace_s > 0 && options->pace_s <= 600
               ? TOOL_DONE
               : tool_wrong_usage(options, "--pace takes a number of seconds from 1 to 600");
}

enum tool_exit run_schedule_simulate(struct tool *tool)
{
    return run_list(tool, &(struct list_wish){LIST_SCHEDULE, "/api/v1/schedule", true, false,
                                              (uint32_t)tool->options.pace_s});
}
