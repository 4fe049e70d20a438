/* Commands that read the data folder or leave a file: handover numbers, backup, journal verify and tail. */
#include "base/bytes.h"
#include "base/clock.h"
#include "base/files.h"
#include "handover/numbers.h"
#include "tool/commands.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static enum tool_exit refuse_existing(const struct tool_options *options)
{
    tool_tell(options, &(struct tool_message){"file-exists", "目标文件已存在，未作改动。",
                                              "The file exists already and was left alone.", 409});
    return TOOL_REFUSED;
}

static enum tool_exit file_failed(const struct tool_options *options, const char *path, int error)
{
    if (error == -EEXIST)
        return refuse_existing(options);
    return tool_environment(options, error == -ENOSPC ? "disk-full" : "file-unwritable",
                            "文件无法写入，请检查文件夹、权限和磁盘空间。", "%s: %s", path, strerror(-error));
}

/* ---- handover numbers ---- */

struct numbers_file {
    char *data, *name;
    size_t size;
};

static enum tool_exit desk_numbers(struct tool *tool, struct numbers_file *ret)
{
    const char *lane = tool->options.lane;
    uint64_t seq;
    if (handover_numbers_csv(tool->desk, lane, &ret->data, &ret->size, &seq) != 0)
        return tool_refuse(&tool->options, PROBLEM_LANE_UNKNOWN);
    ret->name = handover_numbers_file_name(lane, seq);
    return TOOL_DONE;
}

static enum tool_exit ask_numbers(struct tool *tool, struct numbers_file *ret)
{
    char *escaped = control_escape(tool->control, tool->options.lane),
         *path = bytes_format("/api/v1/handover/lanes/%s/numbers.csv", escaped);
    struct control_answer answer;
    enum tool_exit result = tool_ask(tool, "GET", path, NULL, &answer);
    free(path);
    free(escaped);
    if (result != TOOL_DONE)
        return result;
    if (!answer.file_name) {
        control_answer_done(&answer);
        return tool_strange_answer(tool);
    }
    *ret = (struct numbers_file){answer.data, answer.file_name, answer.size};
    answer.data = answer.file_name = NULL;
    control_answer_done(&answer);
    return TOOL_DONE;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Names are in it: for the owner's eyes. */
static enum tool_exit write_numbers(const struct tool *tool, const struct numbers_file *file)
{
    const struct tool_options *options = &tool->options;
    const char *given = options->output, *slash = given[strlen(given) - 1] == '/' ? "" : "/";
    char *path = is_folder(given) ? bytes_format("%s%s%s", given, slash, file->name) : bytes_text(given);
    int error = options->is_forced ? file_write_durably(path, file->data, file->size, 0600)
                                   : file_create_durably(path, file->data, file->size, 0600);
    enum tool_exit result = error == 0 ? TOOL_DONE : file_failed(options, path, error);
    if (result == TOOL_DONE && options->is_json)
        tool_print_json(json_pack("{s:s, s:s, s:s, s:I}", "path", path, "name", file->name, "lane",
                                  options->lane, "size", (json_int_t)file->size));
    else if (result == TOOL_DONE)
        puts(path);
    free(path);
    return result;
}

enum tool_exit run_handover_numbers(struct tool *tool)
{
    struct numbers_file file = {0};
    enum tool_exit result = tool->desk ? desk_numbers(tool, &file) : ask_numbers(tool, &file);
    if (result == TOOL_DONE && tool->options.output)
        result = write_numbers(tool, &file);
    else if (result == TOOL_DONE)
        fwrite(file.data, 1, file.size, stdout);
    if (file.data)
        wipe_bytes(file.data, file.size);
    free(file.data);
    free(file.name);
    return result;
}

/* ---- journal verify ---- */

static json_t *report_json(const struct journal_report *report, bool is_sound)
{
    char head[2 * JOURNAL_HASH_SIZE + 1];
    hex_encode(report->head, sizeof report->head, head);
    uint64_t bad = report->first_bad_seq;
    return json_pack("{s:b, s:b, s:i, s:b, s:I, s:I, s:I, s:I, s:I, s:s, s:o, s:s}", "ok", (int)is_sound,
                     "purged", (int)report->is_purged, "version", report->version, "older",
                     (int)report->is_older, "entries", (json_int_t)report->entries, "tickets",
                     (json_int_t)report->tickets, "people", (json_int_t)report->people, "credentials",
                     (json_int_t)report->credentials, "answers", (json_int_t)report->answers, "head", head,
                     "first_bad_seq", bad ? json_integer((json_int_t)bad) : json_null(), "problem",
                     report->problem);
}

enum tool_exit run_journal_verify(struct tool *tool)
{
    struct journal_report report = {0};
    enum journal_fault fault = journal_verify(tool->config->data_dir, tool->config->key_file, &report);
    if (fault != JOURNAL_OK && fault != JOURNAL_CORRUPT)
        return tool_journal_fault(&tool->options, fault, report.problem[0] ? report.problem : NULL);
    if (fault == JOURNAL_CORRUPT && !report.problem[0])
        snprintf(report.problem, sizeof report.problem, "%s", journal_fault_text(fault));
    bool is_sound = !report.problem[0];
    if (!is_sound)
        fprintf(stderr, "paihao: database-corrupt: %s%s / 数据库校验不符，请停止使用并联系负责人。\n",
                report.problem, report.first_bad_seq ? " (see first bad entry)" : "");
    if (tool->options.is_json) {
        tool_print_json(report_json(&report, is_sound));
    } else {
        char head[2 * JOURNAL_HASH_SIZE + 1];
        hex_encode(report.head, sizeof report.head, head);
        printf("%s: %" PRIu64 " entries, %" PRIu64 " tickets, %" PRIu64 " people\n",
               is_sound ? "sound" : "WRONG", report.entries, report.tickets, report.people);
        if (report.first_bad_seq)
            printf("first bad entry %" PRIu64 "\n", report.first_bad_seq);
        printf("head %s\n", head);
        if (report.is_purged)
            puts("purged: the personal data is destroyed, the journal alone is left / "
                 "个人信息已销毁，仅保留日志");
        if (is_sound && report.is_older)
            printf("of an older version (%d): it will be brought up to date when paihaod starts / "
                   "旧版本（%d）的数据库，paihaod 启动时自动升级。\n",
                   report.version, report.version);
    }
    return is_sound ? TOOL_DONE : TOOL_REFUSED;
}

/* ---- journal tail ---- */

static json_t *entry_json(const struct queue_entry *entry, const char *label)
{
    char person[2 * PERSON_ID_SIZE + 1];
    hex_encode(entry->person.bytes, PERSON_ID_SIZE, person);
    bool has_person = !person_id_is_none(&entry->person);
    json_t *line =
        json_pack("{s:I, s:s, s:o, s:s, s:s, s:I, s:s}", "seq", (json_int_t)entry->seq, "kind",
                  entry_kind_name(entry->kind), "at", tool_time_json(entry->at_us), "lane", entry->lane,
                  "number", label, "value", (json_int_t)entry->value, "device", entry->device);
    json_object_set_new(line, "person", has_person ? json_string(person) : json_null());
    json_object_set_new(line, "medium",
                        entry->medium ? json_string(medium_name(entry->medium)) : json_null());
    json_object_set_new(line, "text", json_string(entry->text));
    json_object_set_new(line, "extra", json_string(entry->extra));
    return line;
}

static void print_entry(const struct queue_entry *entry, const char *label)
{
    char at[CLOCK_TEXT_SIZE];
    clock_text(entry->at_us, at);
    printf("%6" PRIu64 "  %s  %-14s  %-8s  %-6" PRIu32 " %s", entry->seq, at, entry_kind_name(entry->kind),
           label[0] ? label : entry->lane, entry->value, entry->device);
    if (entry->text[0])
        printf("  \"%s\"", entry->text);
    putchar('\n');
}

static int show_entry(void *arg, const struct queue_entry *entry)
{
    const struct tool *tool = arg;
    char label[TICKET_LABEL_SIZE] = "";
    struct queue_rules rules;
    queue_rules_default(&rules);
    if (entry->number)
        ticket_label(&rules, entry->lane, entry->number, label);
    if (tool->options.is_json)
        tool_print_json(entry_json(entry, label));
    else
        print_entry(entry, label);
    return 0;
}

enum tool_exit run_journal_tail(struct tool *tool)
{
    enum { USUAL_COUNT = 10 };
    uint64_t count = tool->options.count ? tool->options.count : USUAL_COUNT;
    char *detail = NULL;
    enum journal_fault fault = journal_tail(tool->config->data_dir, count, show_entry, tool, &detail);
    enum tool_exit result =
        fault == JOURNAL_OK ? TOOL_DONE : tool_journal_fault(&tool->options, fault, detail);
    free(detail);
    return result;
}

/* ---- backup ---- */

/* The tool copies by itself, beside a daemon too: that one may run as a user who can write nowhere but in the
 * data folder. */

/* Printed for somebody who may stand in another folder. */
static char *whole_path(const char *path)
{
    char here[PATH_MAX];
    if (path[0] == '/')
        return bytes_text(path);
    return bytes_format("%s/%s", getcwd(here, sizeof here) ? here : ".", path);
}

static int take_position(void *arg, const struct queue_entry *entry)
{
    *(uint64_t *)arg = entry->seq;
    return 0;
}

static enum tool_exit read_position(const struct tool *tool, uint64_t *ret_seq)
{
    char *detail = NULL;
    enum journal_fault fault = journal_tail(tool->config->data_dir, 1, take_position, ret_seq, &detail);
    enum tool_exit result =
        fault == JOURNAL_OK ? TOOL_DONE : tool_journal_fault(&tool->options, fault, detail);
    free(detail);
    return result;
}

/* DATA_DIR/backup/event-YYYYMMDDTHHMMSSZ-SEQ.db */
static enum tool_exit usual_target(const struct tool *tool, char **ret)
{
    uint64_t seq = 0;
    enum tool_exit result = read_position(tool, &seq);
    if (result != TOOL_DONE)
        return result;
    char at[sizeof "YYYYMMDDTHHMMSSZ"];
    time_t now = (time_t)(clock_utc_us() / 1000000);
    struct tm utc;
    strftime(at, sizeof at, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    char *folder = bytes_format("%s/backup", tool->config->data_dir);
    int error = tool_make_folder(tool->config->data_dir, folder);
    if (error)
        result = file_failed(&tool->options, folder, error);
    else
        *ret = bytes_format("%s/event-%s-%" PRIu64 ".db", folder, at, seq);
    free(folder);
    return result;
}

static enum tool_exit print_backup(const struct tool *tool, const char *path, uint64_t seq,
                                   const uint8_t hash[static JOURNAL_HASH_SIZE])
{
    char head[2 * JOURNAL_HASH_SIZE + 1];
    hex_encode(hash, JOURNAL_HASH_SIZE, head);
    if (tool->options.is_json)
        tool_print_json(json_pack("{s:s, s:I, s:s}", "path", path, "seq", (json_int_t)seq, "head", head));
    else
        printf("%s\njournal position %" PRIu64 ", head %s\n", path, seq, head);
    return TOOL_DONE;
}

static enum tool_exit backup_to(const struct tool *tool, const char *target)
{
    uint64_t seq;
    uint8_t hash[JOURNAL_HASH_SIZE];
    int error = 0;
    enum journal_fault fault = journal_backup(tool->config->data_dir, target, &seq, hash, &error);
    if (fault == JOURNAL_OK)
        return print_backup(tool, target, seq, hash);
    return error ? file_failed(&tool->options, target, error)
                 : tool_journal_fault(&tool->options, fault, NULL);
}

enum tool_exit run_backup(struct tool *tool)
{
    char *target = NULL;
    enum tool_exit result = TOOL_DONE;
    if (tool->options.output)
        target = whole_path(tool->options.output);
    else
        result = usual_target(tool, &target);
    if (result == TOOL_DONE)
        result = backup_to(tool, target);
    free(target);
    return result;
}
