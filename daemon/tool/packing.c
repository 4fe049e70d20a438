/* Packages at a terminal. The tool's main thread; Ctrl-C asks the work to stop and clean up. */
#include "tool/packing.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"

enum { DRAW_EVERY_US = 200000 };

/* ---- progress */
static volatile sig_atomic_t wants_stop;
static const int ends[] = {SIGINT, SIGTERM, SIGHUP /* the window was closed */};
static struct sigaction before[sizeof ends / sizeof *ends];

static void ask_to_stop(int number)
{
    (void)number;
    wants_stop = 1;
}

void packing_watch_begin(void)
{
    const struct sigaction action = {.sa_handler = ask_to_stop, .sa_flags = SA_RESTART};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        sigaction(ends[i], &action, &before[i]);
        if (before[i].sa_handler == SIG_IGN) /* nohup */
            sigaction(ends[i], &before[i], NULL);
    }
}

void packing_watch_end(void)
{
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        sigaction(ends[i], &before[i], NULL);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

static void draw(const struct package_progress *now, const struct package_rate *rate)
{
    fprintf(stderr, "\r\033[K%s %3u %%  %.1f MB/s", now->phase, package_rate_percent(now),
            (double)rate->bytes_per_s / 1e6);
    if (rate->remaining_s >= 0)
        fprintf(stderr, "  %" PRId64 ":%02d to go", rate->remaining_s / 60, (int)(rate->remaining_s % 60));
    fflush(stderr);
}

bool packing_watch(void *arg, const struct package_progress *now)
{
    struct packing_line *line = arg;
    int64_t at_us = clock_mono_us();
    package_rate_take(&line->rate, now, at_us);
    if (isatty(STDERR_FILENO) && at_us - line->drawn_us >= DRAW_EVERY_US) {
        line->drawn_us = at_us;
        draw(now, &line->rate);
    }
    return wants_stop;
}

/* ---- passphrases */

/* One line; blanks at its ends are nobody's passphrase. */
static bool take_line(const char *text, size_t size, char ret_text[static PASSPHRASE_MOST + 1])
{
    size_t length = strcspn(text, "\r\n");
    while (length > 0 && text[length - 1] == ' ')
        length--;
    while (length > 0 && *text == ' ')
        text++, length--;
    if (length > size || !text_is_plain(text, length, PASSPHRASE_MOST))
        return false;
    memcpy(ret_text, text, length);
    ret_text[length] = '\0';
    return true;
}

static enum tool_exit read_passphrase(const struct tool *tool, const char *path,
                                      char ret_text[static PASSPHRASE_MOST + 1])
{
    char *data = NULL;
    size_t size = 0;
    enum tool_exit result = tool_read_file(tool, path, 4096, &data, &size);
    if (result != TOOL_DONE)
        return result;
    bool is_good = take_line(data, size, ret_text);
    wipe_bytes(data, size);
    free(data);
    return is_good
               ? TOOL_DONE
               : tool_wrong_usage(&tool->options, "%s: its first line must be a passphrase of 1 to %d bytes",
                                  path, PASSPHRASE_MOST);
}

enum tool_exit packing_ask_passphrase(const struct tool *tool, char ret_text[static PASSPHRASE_MOST + 1])
{
    char line[PASSPHRASE_MOST + 64] = "";
    struct termios usual, silent;
    if (tool->options.passphrase_file)
        return read_passphrase(tool, tool->options.passphrase_file, ret_text);
    bool is_terminal = tcgetattr(STDIN_FILENO, &usual) == 0;
    if (is_terminal) {
        silent = usual;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent); /* before the prompt: what is typed after it counts */
        fputs("passphrase / 口令: ", stderr);
    }
    bool is_read = fgets(line, sizeof line, stdin) != NULL;
    if (is_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
        fputs("\n", stderr);
    }
    bool is_good = is_read && take_line(line, strlen(line), ret_text);
    wipe_bytes(line, sizeof line);
    return is_good ? TOOL_DONE
                   : tool_refuse_because(
                         &tool->options, PROBLEM_PASSPHRASE_WRONG,
                         "这是加密的交接包，请输入口令，或用 --passphrase-file 给出。",
                         "This package is sealed: type its passphrase, or give --passphrase-file.");
}

enum tool_exit packing_begin(struct packing *packing, const struct tool *tool, enum handover_kind kind,
                             struct day *const *days, size_t n_days)
{
    *packing = (struct packing){.kind = kind, .days = days, .n_days = n_days};
    if (!tool->options.is_zip)
        return TOOL_DONE;
    if (tool->options.passphrase_file)
        return read_passphrase(tool, tool->options.passphrase_file, packing->passphrase);
    packing->is_shown = true;
    package_passphrase(packing->passphrase);
    return TOOL_DONE;
}

void packing_done(struct packing *packing)
{
    wipe_bytes(packing, sizeof *packing);
}

/* ---- telling */
enum tool_exit packing_tell(const struct tool *tool, enum package_fault fault,
                            const struct package_result *result)
{
    if (fault == PACKAGE_OK)
        return TOOL_DONE;
    if (fault == PACKAGE_CANCELLED) {
        tool_tell(&tool->options, &(struct tool_message){"cancelled", "已取消，没有留下交接包。",
                                                         "Stopped; no package was left behind.", 409});
        return TOOL_REFUSED;
    }
    char *zh = bytes_format("%s（%s）", package_words_zh(fault, result), result->detail),
         *en = bytes_format("%s (%s)", package_words_en(fault, result), result->detail);
    enum tool_exit told = tool_refuse_because(&tool->options, package_problem(fault), zh, en);
    free(zh);
    free(en);
    return told;
}

void packing_print(const struct packing *packing, const struct tool *tool,
                   const struct package_result *result, json_t *more)
{
    const struct day_facts *facts = day_facts(packing->days[0]);
    const char *form = *packing->passphrase ? "zip" : "folder";
    if (tool->options.is_json) {
        json_t *told =
            json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:I, s:I, s:I}", "path", result->path, "kind",
                      handover_kind_name(packing->kind), "form", form, "seq", (json_int_t)facts->seq, "head",
                      facts->head, "digest", result->digest, "files", (json_int_t)result->files, "bytes",
                      (json_int_t)result->bytes, "kept", (json_int_t)result->kept);
        if (packing->is_shown)
            json_object_set_new(told, "passphrase", json_string(packing->passphrase));
        json_object_update(told, more);
        tool_print_json(told);
    } else {
        printf("%s\n%s package, %" PRIu64 " files, %" PRIu64 " bytes\njournal position %" PRIu64
               ", head %s\nmanifest %s\n",
               result->path, handover_kind_name(packing->kind), result->files, result->bytes, facts->seq,
               facts->head, result->digest);
        if (packing->is_shown)
            printf("\n  passphrase / 口令: %s\n\nWrite it down now: it is shown once and kept nowhere.\n"
                   "请立即抄下：口令只显示这一次，系统不保存。\n",
                   packing->passphrase);
    }
    json_decref(more);
}

/* ---- making */

/* A private folder for what is staged: DATA_DIR/handover/staging, which belongs to whoever owns the data. */
static int staging_of_data(const char *data_dir, char **ret)
{
    char *home = bytes_format("%s/handover", data_dir), *staging = bytes_format("%s/staging", home);
    int error = tool_make_folder(data_dir, home);
    if (error == 0)
        error = tool_make_folder(data_dir, staging);
    free(home);
    if (error == 0)
        *ret = staging;
    else
        free(staging);
    return error;
}

static int staging_of_its_own(char **ret)
{
    const char *folder = getenv("TMPDIR");
    char *staging = bytes_format("%s/paihao-XXXXXX", folder && *folder == '/' ? folder : "/var/tmp");
    int error = mkdtemp(staging) ? 0 : -errno;
    if (error == 0)
        *ret = staging;
    else
        free(staging);
    return error;
}

static enum tool_exit write_parts(struct packing *packing, const struct tool *tool, const char *staging,
                                  struct package_result *ret)
{
    struct handover_parts parts = {0};
    struct packing_line line = {.drawn_us = 0};
    handover_parts(packing->kind, packing->days, packing->n_days, &parts);
    if (packing->report)
        merge_report_parts(packing->report, &parts);
    json_t *about = handover_about(packing->kind, packing->days, packing->n_days);
    char *name = handover_name(packing->kind, packing->days, packing->n_days);
    const struct package_options options = {
        .folder = tool->options.output ? tool->options.output : ".",
        .name = name,
        .passphrase = *packing->passphrase ? packing->passphrase : NULL,
        .staging = staging,
        .about = about,
        .at_us = handover_at(packing->days, packing->n_days),
        .progress = packing_watch,
        .progress_arg = &line,
    };
    packing_watch_begin();
    enum package_fault fault = package_write(&options, parts.list, parts.count, ret);
    packing_watch_end();
    free(name);
    json_decref(about);
    handover_parts_done(&parts);
    return packing_tell(tool, fault, ret);
}

enum tool_exit packing_write(struct packing *packing, const struct tool *tool, struct package_result *ret)
{
    char *staging = NULL;
    bool has_data = tool->config && !tool->options.database;
    if (*packing->passphrase) {
        int error =
            has_data ? staging_of_data(tool->config->data_dir, &staging) : staging_of_its_own(&staging);
        if (error != 0)
            return tool_environment(&tool->options, "folder-unusable", "无法建立临时文件夹。",
                                    "no folder for what is staged: %s", strerror(-error));
    }
    enum tool_exit result = write_parts(packing, tool, staging, ret);
    if (staging && !has_data)
        rmdir(staging);
    free(staging);
    return result;
}
