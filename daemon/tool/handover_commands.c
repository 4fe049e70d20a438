/* handover agency, school and verify: packages made here, beside a running daemon too, or of a backup; and any package
 * checked on any machine. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "tool/commands.h"
#include "tool/packing.h"

enum { RECORD_FOR_US = 5 * 1000 * 1000, RECORD_EVERY_US = 50 * 1000 };

/* ---- the journal hears of it */
static enum tool_exit record_here(struct tool *tool, const struct desk_command *command)
{
    struct desk_answer answer;
    return tool_desk_call(tool, command, &answer);
}

static enum tool_exit record_there(struct tool *tool, const char *kind, uint64_t seq, const char *digest)
{
    struct control_answer answer;
    enum tool_exit result = tool_ask(
        tool, "POST", "/api/v1/handover/record",
        json_pack("{s:s, s:I, s:s}", "kind", kind, "seq", (json_int_t)seq, "digest", digest), &answer);
    if (result == TOOL_DONE)
        control_answer_done(&answer);
    return result;
}

static enum tool_exit record_once(struct tool *tool, const char *kind, uint64_t seq, const char *digest)
{
    struct desk_command command = {.kind = DESK_QUEUE, .queue = {.kind = COMMAND_HANDED_OVER}};
    snprintf(command.queue.text, sizeof command.queue.text, "%" PRIu64 " %s", seq, digest);
    snprintf(command.queue.extra, sizeof command.queue.extra, "%s", kind);
    strcpy(command.queue.device, "tool");
    enum tool_exit result = tool_reach(tool, false);
    if (result == TOOL_DONE)
        result = tool->desk ? record_here(tool, &command) : record_there(tool, kind, seq, digest);
    tool_leave(tool);
    return result;
}

/* The package is there; a daemon that is just starting or stopping must not lose it. */
static enum tool_exit record(struct tool *tool, const struct packing *packing,
                             const struct package_result *made)
{
    const char *kind = handover_kind_name(packing->kind);
    uint64_t seq = day_facts(packing->days[0])->seq;
    int64_t end_us = clock_mono_us() + RECORD_FOR_US;
    enum tool_exit result;
    while ((result = record_once(tool, kind, seq, made->digest)) == TOOL_AGAIN && clock_mono_us() < end_us)
        clock_sleep_us(RECORD_EVERY_US);
    return result == TOOL_AGAIN
               ? tool_environment(&tool->options, "daemon-silent",
                                  "交接包已生成，但未能记入日志：服务程序没有应答。",
                                  "the package was made but not recorded: the daemon is silent")
               : result;
}

/* ---- handover agency, school */
static enum tool_exit make_of_day(struct tool *tool, enum handover_kind kind, struct day *day)
{
    struct package_result made = {0};
    struct day *const days[] = {day};
    struct packing packing;
    enum tool_exit result = packing_begin(&packing, tool, kind, days, 1);
    if (result == TOOL_DONE)
        result = packing_write(&packing, tool, &made);
    if (result == TOOL_DONE) {
        bool is_live = !tool->options.database;
        result = is_live ? record(tool, &packing, &made) : TOOL_DONE;
        packing_print(&packing, tool, &made,
                      json_pack("{s:b}", "recorded", (int)(is_live && result == TOOL_DONE)));
    }
    packing_done(&packing);
    free(made.path);
    return result;
}

static enum tool_exit make(struct tool *tool, enum handover_kind kind)
{
    const struct tool_options *options = &tool->options;
    struct day *day = NULL;
    char *detail = NULL;
    char *database = options->database ? bytes_text(options->database)
                                       : bytes_format("%s/event.db", tool->config->data_dir);
    const char *key = options->database ? options->key : tool->config->key_file;
    enum journal_fault fault = day_open(&day, database, key, &detail);
    enum tool_exit result = fault == JOURNAL_OK ? TOOL_DONE : tool_journal_fault(options, fault, detail);
    if (result == TOOL_DONE && day_facts(day)->is_purged)
        result = tool_refuse(options, PROBLEM_EVENT_PURGED);
    if (result == TOOL_DONE)
        result = make_of_day(tool, kind, day);
    day_close(day);
    free(detail);
    free(database);
    return result;
}

enum tool_exit check_handover(const struct tool_options *options)
{
    struct stat status;
    if (options->passphrase_file && !options->is_zip)
        return tool_wrong_usage(options, "--passphrase-file goes with --zip");
    if (!options->database != !options->key)
        return tool_wrong_usage(options, "--database and --key go together");
    if (options->output && stat(options->output, &status) == 0 && !S_ISDIR(status.st_mode))
        return tool_wrong_usage(options, "--output names a folder");
    return TOOL_DONE;
}

enum tool_exit run_handover_agency(struct tool *tool)
{
    return make(tool, HANDOVER_AGENCY);
}

enum tool_exit run_handover_school(struct tool *tool)
{
    return make(tool, HANDOVER_SCHOOL);
}

/* ---- handover verify */
static void print_event(const json_t *event)
{
    const char *name = json_string_value(json_object_get(event, "event"));
    printf("  %s, journal position %" JSON_INTEGER_FORMAT "\n", name ? name : "?",
           json_integer_value(json_object_get(event, "seq")));
}

static void print_sound(const struct tool *tool, json_t *about, const struct package_result *result)
{
    const json_t *events = json_object_get(about, "events");
    const char *kind = json_string_value(json_object_get(about, "kind"));
    if (tool->options.is_json) {
        tool_print_json(json_pack("{s:b, s:s, s:O, s:s, s:I, s:I}", "ok", 1, "path", tool->options.argument,
                                  "about", about, "digest", result->digest, "files",
                                  (json_int_t)result->files, "bytes", (json_int_t)result->bytes));
        return;
    }
    printf("sound / 完好: %s package, %" PRIu64 " files, %" PRIu64 " bytes\n", kind ? kind : "a",
           result->files, result->bytes);
    for (size_t i = 0; i < json_array_size(events); i++)
        print_event(json_array_get(events, i));
    printf("manifest %s\n", result->digest);
}

enum tool_exit run_handover_verify(struct tool *tool)
{
    const char *path = tool->options.argument;
    char passphrase[PASSPHRASE_MOST + 1] = "";
    struct package_result seen = {0};
    struct packing_line line = {.drawn_us = 0};
    struct stat status;
    json_t *about = NULL;
    if (stat(path, &status) != 0)
        return tool_environment(&tool->options, "file-unreadable", "文件无法读取。", "%s: %s", path,
                                strerror(errno));
    enum tool_exit result = S_ISREG(status.st_mode) ? packing_ask_passphrase(tool, passphrase) : TOOL_DONE;
    if (result != TOOL_DONE)
        return result;
    packing_watch_begin();
    enum package_fault fault = package_verify_watched(path, passphrase, packing_watch, &line, &about, &seen);
    packing_watch_end();
    wipe_bytes(passphrase, sizeof passphrase);
    if (fault == PACKAGE_OK)
        print_sound(tool, about, &seen);
    json_decref(about);
    return packing_tell(tool, fault, &seen);
}
