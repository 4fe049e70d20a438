/* Who holds the data, and how outcomes are told. The tool's main thread. */
#include "tool/tool.h"
#include "backup/copies.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/files.h"
#include "desk/report.h"
#include "tool/commands.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- telling ---- */

/* lines: of the ledger, that stand open or that there are; NULL: none. */
static void tell(const struct tool_options *options, const struct tool_message *message, const json_t *lines)
{
    fprintf(stderr, "paihao: %s: %s / %s\n", message->code, message->en, message->zh);
    for (size_t i = 0; i < json_array_size(lines); i++)
        ledger_print_line(stderr, json_array_get(lines, i));
    if (!options->is_json)
        return;
    json_t *object = json_pack("{s:s, s:i, s:{s:s, s:s}}", "code", message->code, "status",
                               (int)message->status, "message", "zh", message->zh, "en", message->en);
    if (lines)
        json_object_set(object, "lines", (json_t *)(uintptr_t)lines);
    tool_print_json(object);
}

void tool_tell(const struct tool_options *options, const struct tool_message *message)
{
    tell(options, message, NULL);
}

enum tool_exit tool_refuse_because(const struct tool_options *options, enum problem problem, const char *zh,
                                   const char *en)
{
    tool_tell(options, &(struct tool_message){problem_code(problem), zh, en, problem_status(problem)});
    return problem_status(problem) >= 500 ? TOOL_ENVIRONMENT : TOOL_REFUSED;
}

enum tool_exit tool_refuse(const struct tool_options *options, enum problem problem)
{
    return tool_refuse_because(options, problem, problem_zh(problem), problem_en(problem));
}

static char *format_text(const char *format, va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        abort();
    return text;
}

enum tool_exit tool_wrong_usage(const struct tool_options *options, const char *en, ...)
{
    va_list arguments;
    va_start(arguments, en);
    char *cause = format_text(en, arguments);
    va_end(arguments);
    char *text = bytes_format("%s; see paihao --help", cause);
    tool_tell(options,
              &(struct tool_message){"usage", "命令用法有误，请运行 paihao --help 查看用法。", text, 400});
    free(text);
    free(cause);
    return TOOL_WRONG_USAGE;
}

enum tool_exit tool_environment(const struct tool_options *options, const char *code, const char *zh,
                                const char *en, ...)
{
    va_list arguments;
    va_start(arguments, en);
    char *text = format_text(en, arguments);
    va_end(arguments);
    tool_tell(options, &(struct tool_message){code, zh, text, 503});
    free(text);
    return TOOL_ENVIRONMENT;
}

enum tool_exit tool_journal_fault(const struct tool_options *options, enum journal_fault fault,
                                  const char *detail)
{
    static const struct {
        const char *code, *zh;
    } facts[JOURNAL_FAULT_COUNT] = {
        [JOURNAL_FOREIGN] = {"database-foreign", "该数据库文件不属于本程序，未作改动。"},
        [JOURNAL_NEWER] = {"database-newer", "该数据库由更新的版本写成，请使用新版本程序。"},
        [JOURNAL_CORRUPT] = {"database-corrupt", "数据库已损坏或被改动，请停止使用并联系负责人。"},
        [JOURNAL_READ_ONLY] = {"database-read-only", "数据目录或数据库无法写入。"},
        [JOURNAL_FULL] = {"disk-full", "磁盘已满，本次操作未生效，请清理磁盘空间。"},
        [JOURNAL_IO] = {"store-failed", "磁盘读写失败，本次操作未生效。"},
        [JOURNAL_BUSY] = {"database-busy", "另一程序正在使用该数据库。"},
        [JOURNAL_KEY_MISSING] = {"key-missing", "数据库在，但密钥文件不见了，请放回密钥文件。"},
        [JOURNAL_KEY_WRONG] = {"key-wrong", "密钥文件不属于此数据库、已损坏，或他人可读。"},
        [JOURNAL_KEY_UNWRITABLE] = {"key-unwritable", "密钥文件无法写入。"},
        [JOURNAL_DUPLICATE] = {"file-exists", "目标文件已存在，未作改动。"},
    };
    if (fault == JOURNAL_MISSING)
        return tool_refuse(options, PROBLEM_NO_EVENT);
    if (fault == JOURNAL_PURGED)
        return tool_refuse(options, PROBLEM_EVENT_PURGED);
    bool is_known = (unsigned)fault < JOURNAL_FAULT_COUNT && facts[fault].code;
    return tool_environment(options, is_known ? facts[fault].code : "store-failed",
                            is_known ? facts[fault].zh : "数据库故障，本次操作未生效。", "%s",
                            detail ? detail : journal_fault_text(fault));
}

void tool_print_json(json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    puts(text ? text : "null");
    free(text);
    json_decref(value);
}

json_t *tool_time_json(int64_t at_us)
{
    char text[CLOCK_TEXT_SIZE];
    if (at_us == 0)
        return json_null();
    clock_text(at_us, text);
    return json_string(text);
}

/* ---- the way to the data ---- */

int tool_make_folder(const char *data_dir, const char *folder)
{
    struct stat parent;
    bool is_new = mkdir(folder, 0700) == 0;
    if (!is_new && errno != EEXIST)
        return -errno;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int error = 0;
    if (is_new && geteuid() == 0 &&
        (stat(data_dir, &parent) != 0 || fchown(fd, parent.st_uid, parent.st_gid) != 0))
        error = -errno;
    close(fd);
    return error;
}

static enum tool_exit reach_desk(struct tool *tool, bool create)
{
    char *error = NULL;
    struct desk_options options = {.config = tool->config, .create = create};
    enum journal_fault fault = desk_open(&tool->desk, &options, &error);
    if (fault == JOURNAL_OK) {
        desk_set_elsewhere(tool->desk, copies_are_elsewhere(tool->config, NULL));
        return TOOL_DONE;
    }
    tool->is_purged = fault == JOURNAL_PURGED && tool->may_be_purged;
    enum tool_exit result = tool->is_purged ? TOOL_DONE : tool_journal_fault(&tool->options, fault, error);
    free(error);
    if (!tool->is_purged)
        tool_leave(tool);
    return result;
}

enum tool_exit tool_reach(struct tool *tool, bool create)
{
    tool->lock = data_lock(tool->config->data_dir, NULL);
    if (tool->lock >= 0)
        return reach_desk(tool, create);
    int error = tool->lock;
    tool->lock = -1;
    if (error == -EWOULDBLOCK)
        error = control_open(tool->config->data_dir, &tool->control);
    if (error == 0)
        return TOOL_DONE;
    return tool_environment(&tool->options, "folder-unusable", "数据目录无法使用。", "%s: %s",
                            tool->config->data_dir, strerror(-error));
}

void tool_leave(struct tool *tool)
{
    desk_close(tool->desk);
    tool->desk = NULL;
    control_close(tool->control);
    tool->control = NULL;
    if (tool->lock >= 0)
        close(tool->lock);
    tool->lock = -1;
}

enum tool_exit tool_desk_call(struct tool *tool, const struct desk_command *command, struct desk_answer *ret)
{
    desk_call(tool->desk, command, ret);
    if (ret->problem == PROBLEM_NONE)
        return TOOL_DONE;
    if (ret->problem != PROBLEM_LEDGER_OPEN && ret->problem != PROBLEM_LEDGER_LINE_UNKNOWN)
        return tool_refuse(&tool->options, ret->problem);
    const char *lane = command->queue.kind == COMMAND_SESSION_CLOSE ? command->queue.lane : NULL;
    json_t *lines = ret->problem == PROBLEM_LEDGER_OPEN ? report_open_lines(tool->desk, lane)
                                                        : report_known_lines(tool->desk);
    tell(&tool->options,
         &(struct tool_message){problem_code(ret->problem), problem_zh(ret->problem),
                                problem_en(ret->problem), problem_status(ret->problem)},
         lines);
    json_decref(lines);
    return TOOL_REFUSED;
}

enum tool_exit tool_strange_answer(const struct tool *tool)
{
    return tool_environment(&tool->options, "daemon-strange", "服务程序的答复无法理解，版本可能不同。",
                            "the daemon answered in a way this version does not understand");
}

static enum tool_exit tell_silence(struct tool *tool, int error)
{
    return tool_environment(&tool->options, "daemon-silent",
                            "服务程序未答复，操作是否生效未知，请查看状态后再试。",
                            "the daemon did not answer (%s); whether this was done is not known: look "
                            "before trying again",
                            strerror(-error));
}

static enum tool_exit tell_answer(struct tool *tool, const struct control_answer *answer)
{
    struct tool_message message = {.status = (unsigned)answer->status};
    if (json_unpack(answer->json, "{s:s, s:{s:s, s:s}}", "code", &message.code, "message", "zh", &message.zh,
                    "en", &message.en) != 0)
        return tool_strange_answer(tool);
    if (strcmp(message.code, problem_code(PROBLEM_STOPPING)) == 0)
        return TOOL_AGAIN;
    tell(&tool->options, &message, json_object_get(answer->json, "lines"));
    return answer->status >= 500 ? TOOL_ENVIRONMENT : TOOL_REFUSED;
}

enum tool_exit tool_send(struct tool *tool, const char *path, const void *bytes, size_t size,
                         struct control_answer *ret)
{
    *ret = (struct control_answer){0};
    int error = control_send(tool->control, path, bytes, size, ret);
    if (error == -EAGAIN)
        return TOOL_AGAIN;
    if (error != 0)
        return tell_silence(tool, error);
    return ret->status >= 200 && ret->status < 300 ? TOOL_DONE : tell_answer(tool, ret);
}

enum tool_exit tool_read_file(const struct tool *tool, const char *path, size_t most, char **ret_data,
                              size_t *ret_size)
{
    int error = file_read(path, most, ret_data, ret_size);
    if (error == 0)
        return TOOL_DONE;
    if (error == -EFBIG) {
        char *zh = bytes_format("文件过大，最多 %zu MiB。请删去多余的行、列和工作表后再试。", most >> 20);
        char *en = bytes_format(
            "The file is too large: at most %zu MiB. Take out rows, columns and sheets that are not "
            "needed.",
            most >> 20);
        enum tool_exit result = tool_refuse_because(&tool->options, PROBLEM_TOO_LARGE, zh, en);
        free(zh);
        free(en);
        return result;
    }
    return tool_environment(&tool->options, "file-unreadable", "文件无法读取。", "%s: %s", path,
                            strerror(-error));
}

enum tool_exit tool_ask(struct tool *tool, const char *method, const char *path, json_t *body,
                        struct control_answer *ret)
{
    struct control_answer answer = {0};
    int error = control_request(tool->control, method, path, body, &answer);
    json_decref(body);
    if (error == -EAGAIN)
        return TOOL_AGAIN;
    if (error != 0)
        return tell_silence(tool, error);
    if (answer.status >= 200 && answer.status < 300) {
        *ret = answer;
        return TOOL_DONE;
    }
    enum tool_exit result = tell_answer(tool, &answer);
    control_answer_done(&answer);
    return result;
}
