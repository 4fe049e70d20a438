/* purge: asks, makes the daemon give way, destroys, and writes the certificate; and what is told of a purged event. */
#include "backup/backup_make.h"
#include "backup/copies.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/files.h"
#include "handover/certificate.h"
#include "handover/purge.h"
#include "tool/commands.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOCK_FOR_US = 60 * 1000 * 1000, LOCK_EVERY_US = 50 * 1000 };

/* ---- the facts ---- */

static enum tool_exit look(const struct tool *tool, struct journal_copy *ret)
{
    char *database = journal_database(tool->config->data_dir), *detail = NULL;
    enum journal_fault fault = journal_look(database, ret, &detail);
    enum tool_exit result = TOOL_DONE;
    if (fault != JOURNAL_OK)
        result = tool_journal_fault(&tool->options, fault, detail);
    else if (!ret->exists)
        result = tool_refuse(&tool->options, PROBLEM_NO_EVENT);
    free(detail);
    free(database);
    return result;
}

static void free_list(char **list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(list[i]);
    free(list);
}

/* ---- may it be ---- */

/* Only a copy that has stopped for another one, and that the other one is ahead of. */
static enum tool_exit check_copy(const struct tool *tool, const struct journal_copy *copy,
                                 struct purge_other *ret_other)
{
    struct claim found;
    if (!copies_are_elsewhere(tool->config, &found))
        return tool_refuse_because(
            &tool->options, PROBLEM_COPY_GOES_ON,
            "未发现本副本已被另一副本取代，它可能正是继续的那一份，未作更改。若活动确在另一台电脑上继续，请在"
            "那台电脑上用同一备份文件夹（U "
            "盘）做一次备份，再在本机接上该文件夹后重试。",
            "This copy of the event is not known to have stopped for another one; it may be the one that "
            "goes on. Nothing was changed. If the event does go on at another computer, let that one make a "
            "backup into the backup folder (the stick), have that folder here, and try again.");
    if (found.moves < copy->moves || (found.moves == copy->moves && found.seq <= copy->seq))
        return tool_refuse_because(
            &tool->options, PROBLEM_COPY_GOES_ON,
            "发现另一副本，但不能断定继续的是哪一份：本副本的记录不比它少，未作更改。请让继续的那一份再做一次"
            "备份，再"
            "在本机接上备份文件夹后重试。",
            "Another copy was found, but not which of both goes on: this one holds as many entries. Nothing "
            "was changed. Let the one that goes on make a backup later, have the backup folder here, and try "
            "again.");
    *ret_other = (struct purge_other){found.moves, found.seq};
    return TOOL_DONE;
}

static enum tool_exit check_allowed(const struct tool *tool, const struct journal_copy *copy,
                                    struct purge_other *ret_other)
{
    if (copy->is_purged)
        return TOOL_DONE;
    if (tool->options.is_copy)
        return check_copy(tool, copy, ret_other);
    if (!copy->is_closed || !copy->agency.seq || !copy->school.seq)
        return tool_refuse(&tool->options, PROBLEM_NOT_HANDED_OVER);
    /* its certificate would say that the event is destroyed, while people's names live on in the other copy */
    return copies_are_elsewhere(tool->config, NULL) ? tool_refuse(&tool->options, PROBLEM_EVENT_ELSEWHERE)
                                                    : TOOL_DONE;
}

/* ---- asking ---- */

static bool is_yes(void)
{
    char line[64];
    if (!fgets(line, sizeof line, stdin))
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    return strcmp(line, "purge") == 0 || strcmp(line, "销毁") == 0;
}

static void print_other(const struct journal_copy *copy, const struct purge_other *other)
{
    fprintf(stderr,
            "This is a COPY that did not go on. The event goes on elsewhere (moved %" PRIu32
            " times, at entry %" PRIu64 " when it was last seen); this copy ends at entry %" PRIu64
            " and holds %" PRIu64 " people.\n"
            "Numbers that only this copy gave are lost with it: enter them there first, as paper slips. "
            "The other copy is not touched.\n"
            "这是未继续的副本。活动已在别处继续（第 %" PRIu32 " 次移机，最后所见日志位置 %" PRIu64
            "）；本副本止于位置 %" PRIu64 "，含 %" PRIu64
            " 人。\n只有本副本发过的号码将随之丢失，请先在那边作为纸质号条补录。继续的那一份不受影响。\n",
            other->moves, other->seq, copy->seq, copy->people, other->moves, other->seq, copy->seq,
            copy->people);
}

static enum tool_exit ask(const struct tool *tool, const struct journal_copy *copy,
                          const struct purge_other *other)
{
    if (tool->options.is_sure)
        return TOOL_DONE;
    if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
        if (other)
            print_other(copy, other);
        fprintf(stderr,
                "This destroys for good: the key, %" PRIu64 " records of people, %" PRIu64
                " numbers and codes, %" PRIu64 " reasons, and the packages and backups in %s.\n"
                "将永久销毁：密钥、人员记录、证件号与采集码、手写原因，以及数据目录中的交接包和备份。\n"
                "Event / 活动: %s\nType \"purge\" to go on / 输入“销毁”或 purge 确认: ",
                copy->people, copy->credentials, copy->reasons, tool->config->data_dir, copy->name);
        fflush(stderr);
        if (is_yes())
            return TOOL_DONE;
    }
    tool_tell(&tool->options,
              &(struct tool_message){"not-confirmed", "未确认，未作任何更改。",
                                     "Not confirmed; nothing was changed. A script says --yes.", 409});
    return TOOL_REFUSED;
}

/* A certificate that is there already would be lost; one that cannot be written is noticed before anything is done. */
static enum tool_exit check_certificate(const struct tool *tool)
{
    const char *path = tool->options.certificate;
    if (!path)
        return TOOL_DONE;
    if (access(path, F_OK) == 0) {
        tool_tell(&tool->options, &(struct tool_message){"file-exists", "目标文件已存在，未作改动。",
                                                         "The file exists already and was left alone.", 409});
        return TOOL_REFUSED;
    }
    char *folder = bytes_text(path), *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    const bool may_write = access(slash ? folder : ".", W_OK) == 0;
    free(folder);
    return may_write ? TOOL_DONE
                     : tool_environment(&tool->options, "file-unwritable",
                                        "文件无法写入，请检查文件夹、权限和磁盘空间。", "%s: %s", path,
                                        strerror(errno));
}

/* ---- having the data to oneself ---- */

static enum tool_exit ask_daemon(struct tool *tool)
{
    struct control_answer answer;
    if (control_open(tool->config->data_dir, &tool->control) != 0)
        return TOOL_AGAIN;
    json_t *body = json_pack("{s:b}", "copy", (int)tool->options.is_copy);
    enum tool_exit result = tool_ask(tool, "POST", "/api/v1/purge", body, &answer);
    if (result == TOOL_DONE)
        control_answer_done(&answer);
    control_close(tool->control);
    tool->control = NULL;
    return result;
}

static enum tool_exit take_lock(struct tool *tool)
{
    const int64_t until_us = clock_mono_us() + LOCK_FOR_US;
    bool is_asked = false;
    for (;;) {
        tool->lock = data_lock(tool->config->data_dir, NULL);
        if (tool->lock >= 0)
            return TOOL_DONE;
        if (tool->lock != -EWOULDBLOCK || clock_mono_us() > until_us) {
            int error = tool->lock;
            tool->lock = -1;
            return tool_environment(&tool->options, "folder-unusable", "数据目录无法使用。", "%s: %s",
                                    tool->config->data_dir, strerror(-error));
        }
        tool->lock = -1;
        enum tool_exit result = is_asked ? TOOL_AGAIN : ask_daemon(tool);
        if (result == TOOL_DONE)
            is_asked = true;
        else if (result != TOOL_AGAIN)
            return result;
        clock_sleep_us(LOCK_EVERY_US);
    }
}

/* ---- doing it ---- */

/* What is damaged is kept: it may still have to be looked into. */
static enum tool_exit check_sound(const struct tool *tool)
{
    struct journal_report report = {0};
    enum journal_fault fault = journal_verify(tool->config->data_dir, tool->config->key_file, &report);
    if (fault == JOURNAL_OK && !report.problem[0])
        return TOOL_DONE;
    return tool_journal_fault(&tool->options, fault ? fault : JOURNAL_CORRUPT,
                              report.problem[0] ? report.problem : NULL);
}

static enum tool_exit record(struct tool *tool, const struct purge_other *other)
{
    struct desk_options options = {.config = tool->config};
    char *error = NULL;
    enum tool_exit result = check_sound(tool);
    if (result != TOOL_DONE)
        return result;
    enum journal_fault fault = desk_open(&tool->desk, &options, &error);
    if (fault == JOURNAL_OK) {
        enum problem problem = purge_record(tool->config, tool->desk, "tool", other);
        if (problem)
            result = tool_refuse(&tool->options, problem);
    } else {
        result = tool_journal_fault(&tool->options, fault, error);
    }
    desk_close(tool->desk);
    tool->desk = NULL;
    free(error);
    return result;
}

static enum tool_exit finish(const struct tool *tool)
{
    char *detail = NULL;
    enum journal_fault fault = purge_finish(tool->config, &detail);
    if (fault == JOURNAL_OK)
        return TOOL_DONE;
    enum tool_exit result = tool_environment(&tool->options, "purge-unfinished",
                                             "销毁尚未完成，请排除故障后再次运行 paihao purge。",
                                             "the purge is not finished; run paihao purge again (%s)",
                                             detail ? detail : journal_fault_text(fault));
    free(detail);
    return result;
}

/* ---- telling ---- */

static json_t *texts_json(char *const *list, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(list[i]));
    return array;
}

static json_t *handed_over_json(const struct journal_handed_over *package)
{
    return json_pack("{s:I, s:s}", "seq", (json_int_t)package->seq, "digest", package->digest);
}

/* null: the whole event was purged. */
static json_t *goes_on_json(const struct journal_copy *copy)
{
    return copy->other_seq ? json_pack("{s:I, s:I}", "moves", (json_int_t)copy->other_moves, "seq",
                                       (json_int_t)copy->other_seq)
                           : json_null();
}

static json_t *purged_json(const struct certificate *facts)
{
    const struct journal_copy *copy = facts->copy;
    const struct purge_counts *counts = facts->counts;
    char event[2 * JOURNAL_HASH_SIZE + 1], head[2 * JOURNAL_HASH_SIZE + 1];
    hex_encode(copy->event, sizeof copy->event, event);
    hex_encode(copy->head, sizeof copy->head, head);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:I, s:s, s:{s:I, s:I, s:I, s:I, s:I}, s:o, s:o, s:o, "
                     "s:o, s:o, s:s?}",
                     "id", event, "name", copy->name, "state", "purged", "profile", copy->profile,
                     "created_at", tool_time_json(copy->created_us), "purged_at",
                     tool_time_json(copy->purged_us), "seq", (json_int_t)copy->seq, "head", head, "destroyed",
                     "people", (json_int_t)counts->people, "credentials", (json_int_t)counts->credentials,
                     "reasons", (json_int_t)counts->reasons, "packages", (json_int_t)counts->packages,
                     "backups", (json_int_t)counts->backups, "agency", handed_over_json(&copy->agency),
                     "school", handed_over_json(&copy->school), "backups_left",
                     texts_json(facts->backups, facts->n_backups), "files_left",
                     texts_json(facts->left_alone, facts->n_left_alone), "goes_on", goes_on_json(copy),
                     "key_left", facts->key_left);
}

static enum tool_exit write_certificate(const struct tool *tool, const struct certificate *facts)
{
    const char *path = tool->options.certificate;
    if (!path)
        return TOOL_DONE;
    char *html = certificate_html(facts);
    int error = file_create_durably(path, html, strlen(html), 0644);
    free(html);
    return error == 0 ? TOOL_DONE
                      : tool_environment(&tool->options, "file-unwritable",
                                         "证明无法写入；再次运行 paihao purge --certificate 可重新生成。",
                                         "%s: %s; the purge itself is done: run it again for the certificate",
                                         path, strerror(-error));
}

static enum tool_exit tell(const struct tool *tool, const struct journal_copy *copy, bool is_certificate)
{
    struct purge_counts counts = {0};
    struct certificate facts = {
        .copy = copy, .counts = &counts, .backup_folder = tool->config->backup_folder};
    char **backups = *tool->config->backup_folder
                         ? backup_list(tool->config->backup_folder, copy->event, &facts.n_backups)
                         : NULL,
         **left = purge_left_alone(tool->config, &facts.n_left_alone);
    purge_counts_parse(copy->purged, &counts);
    facts.backups = backups;
    facts.left_alone = left;
    facts.key_left = purge_leaves_key(tool->config, copy) ? tool->config->key_file : NULL;
    enum tool_exit result = is_certificate ? write_certificate(tool, &facts) : TOOL_DONE;
    if (tool->options.is_json) {
        if (result == TOOL_DONE)
            tool_print_json(purged_json(&facts));
    } else {
        char *text = certificate_text(&facts);
        fputs(text, stdout);
        free(text);
    }
    free_list(backups, facts.n_backups);
    free_list(left, facts.n_left_alone);
    return result;
}

enum tool_exit run_purge(struct tool *tool)
{
    struct journal_copy copy;
    struct purge_other found = {0}, *other = tool->options.is_copy ? &found : NULL;
    enum tool_exit result = look(tool, &copy);
    if (result == TOOL_DONE)
        result = check_certificate(tool);
    if (result == TOOL_DONE)
        result = check_allowed(tool, &copy, &found);
    if (result == TOOL_DONE && !copy.is_purged)
        result = ask(tool, &copy, other);
    if (result == TOOL_DONE)
        result = take_lock(tool);
    if (result == TOOL_DONE && !copy.is_purged)
        result = record(tool, other);
    if (result == TOOL_DONE)
        result = finish(tool);
    if (result == TOOL_DONE)
        result = look(tool, &copy);
    tool_leave(tool);
    return result == TOOL_DONE ? tell(tool, &copy, true) : result;
}

/* ---- event status ---- */

enum tool_exit print_purged_status(struct tool *tool)
{
    struct journal_copy copy;
    enum tool_exit result = look(tool, &copy);
    if (result != TOOL_DONE)
        return result;
    if (tool->options.is_json)
        return tell(tool, &copy, false);
    char at[CLOCK_TEXT_SIZE];
    clock_text(copy.purged_us, at);
    if (copy.other_seq)
        printf("event \"%s\": this copy did not go on and was purged %s, only its journal is left / "
               "本副本未继续，其个人信息已销毁，仅保留日志\n",
               copy.name, at);
    else
        printf("event \"%s\": purged %s, only the journal is left / 个人信息已销毁，仅保留日志\n", copy.name,
               at);
    if (copy.people || copy.credentials)
        puts("the purge is not finished: run paihao purge again / 销毁尚未完成，请再次运行 paihao purge");
    return TOOL_DONE;
}
