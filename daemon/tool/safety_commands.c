/* restore and event continue: which copy of an event goes on. */
#include "backup/copies.h"
#include "backup/restore.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/files.h"
#include "tool/commands.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- event continue ---- */

static enum tool_exit ask_continue(struct tool *tool, bool *ret_claimed)
{
    struct control_answer answer;
    enum tool_exit result = tool_ask(tool, "POST", "/api/v1/event/continue", json_object(), &answer);
    if (result != TOOL_DONE)
        return result;
    *ret_claimed = json_is_true(json_object_get(answer.json, "claimed"));
    control_answer_done(&answer);
    return TOOL_DONE;
}

static enum tool_exit desk_continue(struct tool *tool, bool *ret_claimed)
{
    int error = 0;
    enum problem problem = copies_continue(tool->config, tool->desk, "tool", &error);
    *ret_claimed = error == 0;
    return problem ? tool_refuse(&tool->options, problem) : TOOL_DONE;
}

enum tool_exit run_event_continue(struct tool *tool)
{
    bool is_claimed = false;
    enum tool_exit result = tool->desk ? desk_continue(tool, &is_claimed) : ask_continue(tool, &is_claimed);
    if (result != TOOL_DONE)
        return result;
    if (tool->options.is_json) {
        tool_print_json(json_pack("{s:b}", "claimed", (int)is_claimed));
        return TOOL_DONE;
    }
    puts("this copy of the event goes on; switch the other computer off, and enter the numbers it gave as "
         "paper slips / "
         "本机继续本活动；请停用另一台电脑，并把它已发的号码作为纸质号条补录");
    if (!is_claimed && *tool->config->backup_folder)
        puts("the backup folder could not be told: the other computer will not find out by itself / "
             "备份文件夹无法写入，另一台电脑无法自动得知");
    return TOOL_DONE;
}

/* ---- restore ---- */

static enum tool_exit tell_result(const struct tool *tool, const struct restored *restored)
{
    const struct tool_options *options = &tool->options;
    switch (restored->result) {
    case RESTORE_DONE:
        return TOOL_DONE;
    case RESTORE_EXISTS:
        return tool_refuse(options, PROBLEM_EVENT_EXISTS);
    case RESTORE_KEY_THERE:
        return tool_refuse_because(
            options, PROBLEM_EVENT_EXISTS, "密钥文件的位置已有另一个密钥，未作更改。请先将其移走。",
            "Another key lies where the event's key must go; it was left alone. Move it away first.");
    case RESTORE_ELSEWHERE:
        return tool_refuse(options, PROBLEM_EVENT_ELSEWHERE);
    case RESTORE_PURGED:
        return tool_refuse(options, PROBLEM_EVENT_PURGED);
    default:
        return tool_journal_fault(options, restored->fault, restored->detail);
    }
}

/* The last number of each lane, to compare with what was handed out. */
static json_t *last_numbers(struct tool *tool)
{
    struct desk_options options = {.config = tool->config};
    struct desk *desk = NULL;
    struct queue_event event;
    char *error = NULL;
    json_t *numbers = json_object();
    if (desk_open(&desk, &options, &error) != JOURNAL_OK) {
        free(error);
        return numbers;
    }
    size_t count;
    char(*names)[LANE_NAME_MAX + 1] = desk_lane_names(desk, &count);
    desk_event(desk, &event);
    for (size_t i = 0; i < count; i++) {
        struct queue_lane lane;
        char label[TICKET_LABEL_SIZE] = "";
        if (desk_lane_facts(desk, names[i], &lane) != 0)
            continue;
        if (lane.counts.issued)
            ticket_label(&event.rules, names[i], lane.counts.issued, label);
        json_object_set_new(numbers, names[i], json_string(label));
    }
    free(names);
    desk_close(desk);
    return numbers;
}

static void print_restored(const struct restored *restored, const json_t *numbers)
{
    char at[CLOCK_TEXT_SIZE];
    const char *lane;
    json_t *number;
    clock_text(restored->backup_us, at);
    printf("restored \"%s\" up to position %" PRIu64 " (%s), move %" PRIu32 " / 已恢复活动\n",
           restored->copy.name, restored->backup_seq, at, restored->copy.moves);
    json_object_foreach ((json_t *)(uintptr_t)numbers, lane, number)
        printf("lane %s: last number %s / 机位 %s 最后号码 %s\n", lane, json_string_value(number), lane,
               json_string_value(number));
    puts("Were higher numbers given out? Enter them as paper slips before going on (paihao paper enter) / "
         "若已发出更大的号码，请先作为纸质号条补录");
    if (restored->has_gone_on)
        printf("WARNING: the event went on to position %" PRIu64
               " after this backup was made: look for a newer one / "
               "警告：此备份之后活动还在继续，请查找更新的备份\n",
               restored->claim_seq);
    if (!restored->is_claimed)
        puts("the folder of the backup could not be written: another copy will not find out by itself that "
             "this one goes "
             "on / 备份文件夹无法写入，其他副本无法自动得知");
}

static json_t *restored_json(const struct restored *restored, json_t *numbers)
{
    char event[2 * JOURNAL_HASH_SIZE + 1];
    hex_encode(restored->copy.event, sizeof restored->copy.event, event);
    return json_pack("{s:s, s:s, s:I, s:o, s:I, s:I, s:s, s:b, s:b, s:o}", "id", event, "name",
                     restored->copy.name, "backup_seq", (json_int_t)restored->backup_seq, "backup_at",
                     tool_time_json(restored->backup_us), "seq", (json_int_t)restored->copy.seq, "moves",
                     (json_int_t)restored->copy.moves, "copy", restored->copy.copy, "gone_on",
                     (int)restored->has_gone_on, "claimed", (int)restored->is_claimed, "last_numbers",
                     numbers);
}

static enum tool_exit restore_here(struct tool *tool)
{
    struct restored restored;
    restore_run(tool->config, tool->options.argument, tool->options.key, &restored);
    enum tool_exit result = tell_result(tool, &restored);
    if (result != TOOL_DONE)
        return result;
    json_t *numbers = last_numbers(tool);
    if (tool->options.is_json) {
        tool_print_json(restored_json(&restored, numbers));
    } else {
        print_restored(&restored, numbers);
        json_decref(numbers);
    }
    return TOOL_DONE;
}

enum tool_exit run_restore(struct tool *tool)
{
    int lock = data_lock(tool->config->data_dir, NULL);
    if (lock == -EWOULDBLOCK)
        return tool_environment(
            &tool->options, "daemon-runs", "服务程序正在使用数据目录，请先停止服务再恢复。",
            "paihaod has %s: stop it first (systemctl stop paihaod)", tool->config->data_dir);
    if (lock < 0)
        return tool_environment(&tool->options, "folder-unusable", "数据目录无法使用。", "%s: %s",
                                tool->config->data_dir, strerror(-lock));
    enum tool_exit result = restore_here(tool);
    close(lock);
    return result;
}
