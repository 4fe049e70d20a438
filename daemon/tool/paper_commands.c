/* The paper twin: slips to print beforehand, and what was written on them entered afterwards. */
#include "base/bytes.h"
#include "base/files.h"
#include "desk/paper.h"
#include "roster/import.h"
#include "roster/paper_table.h"
#include "roster/table_child.h"
#include "tool/commands.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLIPS_USUAL = 100, SLIPS_MOST = 2000 };

/* ---- slips to print ---- */

/* What the numbers look like, and which comes next. */
struct numbering {
    struct queue_rules rules;
    uint32_t next;
    char event[ENTRY_TEXT_MAX + 1];
};

static enum tool_exit desk_numbering(struct tool *tool, struct numbering *ret)
{
    struct queue_event event;
    struct queue_lane lane;
    desk_event(tool->desk, &event);
    if (!event.exists)
        return tool_refuse(&tool->options, PROBLEM_NO_EVENT);
    if (desk_lane_facts(tool->desk, tool->options.lane, &lane) != 0)
        return tool_refuse(&tool->options, PROBLEM_LANE_UNKNOWN);
    ret->rules = event.rules;
    ret->next = lane.counts.issued + 1;
    snprintf(ret->event, sizeof ret->event, "%s", event.name);
    return TOOL_DONE;
}

static enum tool_exit ask_numbering(struct tool *tool, struct numbering *ret)
{
    struct control_answer answer;
    char *escaped = control_escape(tool->control, tool->options.lane),
         *path = bytes_format("/api/v1/lanes/%s", escaped);
    enum tool_exit result = tool_ask(tool, "GET", path, NULL, &answer);
    free(path);
    free(escaped);
    if (result != TOOL_DONE)
        return result;
    const char *prefix = "", *event = "";
    json_int_t width = 4, issued = 0;
    json_unpack(answer.json, "{s:{s:I}, s:{s:s, s:I}}", "counts", "issued", &issued, "rules", "prefix",
                &prefix, "width", &width);
    json_unpack(answer.json, "{s:{s:s}}", "event", "name", &event);
    queue_rules_default(&ret->rules);
    snprintf(ret->rules.prefix, sizeof ret->rules.prefix, "%s", prefix);
    ret->rules.width = (uint32_t)width;
    ret->next = (uint32_t)issued + 1;
    snprintf(ret->event, sizeof ret->event, "%s", event);
    control_answer_done(&answer);
    return *ret->event ? TOOL_DONE : tool_refuse(&tool->options, PROBLEM_NO_EVENT);
}

static void add_escaped(struct buffer *out, const char *text)
{
    for (; *text; text++) {
        const char *entity = *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : NULL;
        if (entity)
            buffer_add_text(out, entity);
        else
            buffer_add(out, text, 1);
    }
}

static void add_slips(struct buffer *out, const struct numbering *numbering, const char *lane, uint32_t from,
                      uint32_t count)
{
    char label[TICKET_LABEL_SIZE];
    buffer_add_text(
        out, "<!DOCTYPE html>\n<html lang=\"zh\"><meta charset=\"utf-8\"><title>拍摄号条</title>\n<style>\n"
             "@page { size: A4; margin: 10mm }\n"
             "body { font: 11pt sans-serif; display: grid; grid-template-columns: 1fr 1fr; gap: 3mm }\n"
             "section { border: 1px dashed #000; padding: 3mm; break-inside: avoid }\n"
             "b { font-size: 32pt; display: block }\np { margin: 1.5mm 0 }\n</style>\n");
    for (uint32_t i = 0; i < count; i++) {
        ticket_label(&numbering->rules, lane, from + i, label);
        buffer_format(out, "<section><b>%s</b><p>", label);
        add_escaped(out, numbering->event);
        buffer_add_text(out, "</p><p>姓名 Name ____________ 学号 Student no. ______________</p>"
                             "<p>□ 已拍 shot □ 过号 missed □ 作废 void　时间 Time ______</p></section>\n");
    }
    buffer_add_text(out, "</html>\n");
}

enum tool_exit check_paper_slips(const struct tool_options *options)
{
    return options->count <= SLIPS_MOST ? TOOL_DONE
                                        : tool_wrong_usage(options, "--count is at most %d", SLIPS_MOST);
}

static enum tool_exit write_slips(const struct tool_options *options, const struct buffer *page)
{
    int error = options->is_forced ? file_write_durably(options->output, page->data, page->size, 0644)
                                   : file_create_durably(options->output, page->data, page->size, 0644);
    if (error == 0)
        return TOOL_DONE;
    if (error == -EEXIST) {
        tool_tell(options, &(struct tool_message){"file-exists", "目标文件已存在，未作改动。",
                                                  "The file exists already and was left alone.", 409});
        return TOOL_REFUSED;
    }
    return tool_environment(options, "file-unwritable", "文件无法写入，请检查文件夹、权限和磁盘空间。",
                            "%s: %s", options->output, strerror(-error));
}

enum tool_exit run_paper_slips(struct tool *tool)
{
    const struct tool_options *options = &tool->options;
    struct numbering numbering;
    struct buffer page = {0};
    enum tool_exit result = tool->desk ? desk_numbering(tool, &numbering) : ask_numbering(tool, &numbering);
    if (result != TOOL_DONE)
        return result;
    uint32_t from = options->from ? (uint32_t)options->from : numbering.next,
             count = options->count ? (uint32_t)options->count : SLIPS_USUAL;
    char first[TICKET_LABEL_SIZE], last[TICKET_LABEL_SIZE];
    if (from < numbering.next)
        return tool_refuse_because(options, PROBLEM_BAD_REQUEST, "这些号码已经发出，号条只能用于以后的号码。",
                                   "These numbers are issued already; slips are for later ones.");
    ticket_label(&numbering.rules, options->lane, from, first);
    ticket_label(&numbering.rules, options->lane, from + count - 1, last);
    add_slips(&page, &numbering, options->lane, from, count);
    result = write_slips(options, &page);
    buffer_done(&page);
    if (result == TOOL_DONE && options->is_json)
        tool_print_json(json_pack("{s:s, s:s, s:s}", "file", options->output, "first", first, "last", last));
    else if (result == TOOL_DONE)
        printf("%s: %s to %s\n", options->output, first, last);
    return result;
}

/* ---- entering what was written ---- */

static enum tool_exit read_rows(struct tool *tool, struct paper_table *ret)
{
    char *data = NULL;
    size_t size = 0;
    enum tool_exit result = tool_read_file(tool, tool->options.argument, IMPORT_MAX, &data, &size);
    if (result != TOOL_DONE)
        return result;
    const struct table_sink sink = paper_table_sink(ret);
    enum table_fault fault =
        table_child_read(NULL, (const uint8_t *)data, size, TABLE_CHILD_TIMEOUT_MS, &sink);
    wipe_bytes(data, size);
    free(data);
    if (fault != TABLE_OK) {
        tool_tell(&tool->options, &(struct tool_message){table_fault_code(fault), table_fault_zh(fault),
                                                         table_fault_en(fault), 422});
        return fault == TABLE_SYSTEM ? TOOL_ENVIRONMENT : TOOL_REFUSED;
    }
    if (json_array_size(ret->rows) > 0)
        return TOOL_DONE;
    return tool_refuse_because(&tool->options, PROBLEM_BAD_REQUEST, "没有找到“号码”列，或表中没有内容。",
                               "There is no column \"号码\" (number), or nothing below it.");
}

static enum tool_exit ask_enter(struct tool *tool, json_t *rows, json_t **ret)
{
    struct control_answer answer;
    char *escaped = control_escape(tool->control, tool->options.lane),
         *path = bytes_format("/api/v1/lanes/%s/paper", escaped);
    enum tool_exit result =
        tool_ask(tool, "POST", path,
                 json_pack("{s:O, s:b}", "rows", rows, "preview", tool->options.is_preview), &answer);
    free(path);
    free(escaped);
    if (result != TOOL_DONE)
        return result;
    *ret = json_incref(answer.json);
    control_answer_done(&answer);
    return TOOL_DONE;
}

static enum tool_exit desk_enter(struct tool *tool, const json_t *rows, json_t **ret)
{
    const struct paper_request request = {tool->options.lane, "tool", AUTHORITY_OFFICE,
                                          tool->options.is_preview};
    enum problem problem = paper_enter(tool->desk, &request, rows, ret);
    return problem ? tool_refuse(&tool->options, problem) : TOOL_DONE;
}

static bool may_unblock(const json_t *row, const char *way)
{
    size_t i;
    const json_t *one;
    json_array_foreach (json_object_get(row, "unblocks"), i, one)
        if (strcmp(json_string_value(one), way) == 0)
            return true;
    return false;
}

/* What somebody with the table in front of them can do about a refusal. */
static void print_ways(const json_t *row)
{
    const char *next = json_string_value(json_object_get(row, "next")),
               *ticket = json_string_value(json_object_get(row, "ticket"));
    if (ticket)
        printf("    the number in question / 相关号码: %s\n", ticket);
    if (next)
        printf("    the next number to enter / 下一个应录入的号码: %s\n", next);
    if (may_unblock(row, "override"))
        puts("    enter it all the same: write why under \"override reason\" / "
             "如需照录，请在“放行原因”列写明原因");
    if (may_unblock(row, "unused"))
        puts("    or leave it out: outcome \"unused\", nobody named, and the slips behind it can be entered"
             " / 或将结果改为“未用”并清空人员，即可录入后面的号条");
}

static void print_warnings(const json_t *row)
{
    size_t i;
    const json_t *code;
    json_array_foreach (json_object_get(row, "warnings"), i, code)
        printf("    warning / 提示: %s\n", json_string_value(code));
}

static void print_entered(const struct paper_table *table, const json_t *answer)
{
    const json_t *rows = json_object_get(answer, "rows"), *counts = json_object_get(answer, "counts");
    for (size_t i = 0; i < json_array_size(rows) && i < table->n_lines; i++) {
        const json_t *row = json_array_get(rows, i), *message = json_object_get(row, "message");
        const char *number = "", *result = "";
        json_unpack((json_t *)(uintptr_t)row, "{s:s, s:s}", "number", &number, "result", &result);
        printf("row %u  %s  %s", table->lines[i], number, result);
        if (message)
            printf("  %s: %s / %s", json_string_value(json_object_get(row, "code")),
                   json_string_value(json_object_get(message, "en")),
                   json_string_value(json_object_get(message, "zh")));
        puts("");
        print_ways(row);
        print_warnings(row);
    }
    printf("%s%lld done, %lld unchanged, %lld refused\n",
           json_is_true(json_object_get(answer, "preview")) ? "preview: " : "",
           (long long)json_integer_value(json_object_get(counts, "done")),
           (long long)json_integer_value(json_object_get(counts, "unchanged")),
           (long long)json_integer_value(json_object_get(counts, "refused")));
}

enum tool_exit run_paper_enter(struct tool *tool)
{
    struct paper_table table;
    json_t *answer = NULL;
    paper_table_init(&table);
    enum tool_exit result = read_rows(tool, &table);
    if (result == TOOL_DONE)
        result = tool->desk ? desk_enter(tool, table.rows, &answer) : ask_enter(tool, table.rows, &answer);
    if (result == TOOL_DONE) {
        bool has_refused =
            json_integer_value(json_object_get(json_object_get(answer, "counts"), "refused")) > 0;
        if (tool->options.is_json)
            tool_print_json(json_incref(answer));
        else
            print_entered(&table, answer);
        result = has_refused ? TOOL_REFUSED : TOOL_DONE;
    }
    json_decref(answer);
    paper_table_done(&table);
    return result;
}
