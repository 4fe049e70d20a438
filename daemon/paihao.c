/* paihao(1): the tool for the people who run an event. Options, and which command is meant; the commands are
 * in tool/. One thread besides those of the desk. */
#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "rehearsal/rehearse.h"
#include "roster/table_command.h"
#include "tool/commands.h"
#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    AGAIN_FOR_US = 5 * 1000 * 1000, /* how long a daemon may take to start or stop */
    AGAIN_EVERY_US = 50 * 1000,
};

struct arguments {
    struct tool_options options;
    option_set given;   /* OPTION_... */
    const char **words; /* room for all of the command line */
    int n_words;
    bool wants_help, wants_version;
};

static void print_help(void)
{
    puts(
        "Usage: paihao [--config FILE] [--json] COMMAND ...\n"
        "For the people who run an event. A running paihaod is asked; otherwise the tool works by itself.\n");
    for (const struct tool_command *command = tool_commands; command->words; command++)
        printf("  %-58s %s\n", command->synopsis, command->summary);
    printf("  %-58s %s\n", "table FILE", "what is read in a CSV, XLSX or XLS file, as JSON lines");
    printf("  %-58s %s\n", "rehearse ...", "try everything with emulated readers and people");
    puts("\n"
         "  -c, --config FILE  configuration, paihao.conf(5); else " CONFIG_DEFAULT_PATH "\n"
         "  -j, --json         results and refusals as JSON on standard output\n"
         "  -h, --help         this text\n"
         "  -V, --version      the version\n"
         "\n"
         "Exit codes: 0 done, 1 refused or found wrong, 2 usage, 3 environment. More in paihao(1).");
}

/* ---- options ---- */

static const char short_options[] = "+:c:jhVn:";
static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"name", required_argument, NULL, 'N'},
    {"profile", required_argument, NULL, 'P'},
    {"lane", required_argument, NULL, 'L'},
    {"role", required_argument, NULL, 'R'},
    {"once", no_argument, NULL, 'O'},
    {"output", required_argument, NULL, 'o'},
    {"force", no_argument, NULL, 'f'},
    {"lines", required_argument, NULL, 'n'},
    {"count", required_argument, NULL, 'n'},
    {"kind", required_argument, NULL, 'K'},
    {"preview", no_argument, NULL, 'p'},
    {"accept-good", no_argument, NULL, 'g'},
    {"replace", no_argument, NULL, 'r'},
    {"division", required_argument, NULL, 'D'},
    {"pace", required_argument, NULL, 's'},
    {"id-number", required_argument, NULL, 'I'},
    {"student-no", required_argument, NULL, 'S'},
    {"state", required_argument, NULL, 'T'},
    {"method", required_argument, NULL, 'M'},
    {"amount", required_argument, NULL, 'A'},
    {"card", no_argument, NULL, 'C'},
    {"reason", required_argument, NULL, 'E'},
    {"from", required_argument, NULL, 'F'},
    {"level", required_argument, NULL, 'l'},
    {"line", required_argument, NULL, 'i'},
    {"unit", required_argument, NULL, 'u'},
    {"difference", required_argument, NULL, 'd'},
    {"zip", no_argument, NULL, 'z'},
    {"passphrase-file", required_argument, NULL, 'W'},
    {"database", required_argument, NULL, 'B'},
    {"key", required_argument, NULL, 'k'},
    {"certificate", required_argument, NULL, 'Z'},
    {"yes", no_argument, NULL, 'y'},
    {"copy", no_argument, NULL, 'Y'},
    {"who", required_argument, NULL, 'w'},
    {0},
};

/* What an option is, and where its value goes: one of the three; --key and --unit gather theirs. */
struct option_place {
    int option;
    option_set bit;
    const char **text;
    bool *is_on;
    uint64_t *number;
};

static enum tool_exit take_number(struct arguments *arguments, const char *text, uint64_t *number)
{
    if (text_to_u64(text, 1, 1000000000, number) == 0)
        return TOOL_DONE;
    return tool_wrong_usage(&arguments->options, "-n, --pace and --from take a number from 1 to 1000000000");
}

static enum tool_exit take_option(struct arguments *arguments, int option, const char *value)
{
    struct tool_options *to = &arguments->options;
    const struct option_place places[] = {
        {'c', 0, &to->config, NULL, NULL},
        {'j', 0, NULL, &to->is_json, NULL},
        {'h', 0, NULL, &arguments->wants_help, NULL},
        {'V', 0, NULL, &arguments->wants_version, NULL},
        {'N', OPTION_NAME, &to->name, NULL, NULL},
        {'P', OPTION_PROFILE, &to->profile, NULL, NULL},
        {'L', OPTION_LANE, &to->lane, NULL, NULL},
        {'R', OPTION_ROLE, &to->role, NULL, NULL},
        {'O', OPTION_ONCE, NULL, &to->is_once, NULL},
        {'o', OPTION_OUTPUT, &to->output, NULL, NULL},
        {'f', OPTION_FORCE, NULL, &to->is_forced, NULL},
        {'n', OPTION_COUNT, NULL, NULL, &to->count},
        {'K', OPTION_KIND, &to->kind, NULL, NULL},
        {'p', OPTION_PREVIEW, NULL, &to->is_preview, NULL},
        {'g', OPTION_ACCEPT_GOOD, NULL, &to->accepts_good, NULL},
        {'r', OPTION_REPLACE, NULL, &to->replaces, NULL},
        {'D', OPTION_DIVISION, &to->division, NULL, NULL},
        {'s', OPTION_PACE, NULL, NULL, &to->pace_s},
        {'I', OPTION_ID_NUMBER, &to->id_number, NULL, NULL},
        {'S', OPTION_STUDENT_NO, &to->student_no, NULL, NULL},
        {'T', OPTION_STATE, &to->state, NULL, NULL},
        {'M', OPTION_METHOD, &to->method, NULL, NULL},
        {'A', OPTION_AMOUNT, &to->amount, NULL, NULL},
        {'C', OPTION_CARD, NULL, &to->has_card, NULL},
        {'E', OPTION_REASON, &to->reason, NULL, NULL},
        {'F', OPTION_FROM, NULL, NULL, &to->from},
        {'l', OPTION_LEVEL, &to->level, NULL, NULL},
        {'i', OPTION_LINE, &to->line, NULL, NULL},
        {'u', OPTION_UNIT, NULL, NULL, NULL},
        {'d', OPTION_DIFFERENCE, &to->difference, NULL, NULL},
        {'z', OPTION_ZIP, NULL, &to->is_zip, NULL},
        {'W', OPTION_PASSPHRASE_FILE, &to->passphrase_file, NULL, NULL},
        {'B', OPTION_DATABASE, &to->database, NULL, NULL},
        {'k', OPTION_KEY, &to->key, NULL, NULL},
        {'Z', OPTION_CERTIFICATE, &to->certificate, NULL, NULL},
        {'y', OPTION_SURE, NULL, &to->is_sure, NULL},
        {'Y', OPTION_COPY, NULL, &to->is_copy, NULL},
        {'w', OPTION_WHO, &to->who, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (places[i].option != option)
            continue;
        arguments->given |= places[i].bit;
        if (places[i].bit == OPTION_KEY)
            to->keys[to->n_keys++] = value;
        if (places[i].bit == OPTION_UNIT)
            to->units[to->n_units++] = value;
        if (places[i].text)
            *places[i].text = value;
        if (places[i].is_on)
            *places[i].is_on = true;
        if (places[i].number)
            return take_number(arguments, value, places[i].number);
    }
    return TOOL_DONE;
}

static enum tool_exit refuse_option(const struct arguments *arguments, int option, char *const *argv)
{
    const char *fault = option == ':' ? "needs a value" : "is not an option here";
    if (strncmp(argv[optind - 1], "--", 2) == 0)
        return tool_wrong_usage(&arguments->options, "%s %s", argv[optind - 1], fault);
    return tool_wrong_usage(&arguments->options, "-%c %s", optopt, fault);
}

/* Options before, between and behind the words of the command; behind "rehearse" everything is the
 * rehearsal's. */
static enum tool_exit take_arguments(struct arguments *arguments, int argc, char **argv)
{
    bool is_behind_rehearse = false;
    opterr = 0;
    while (optind < argc && !is_behind_rehearse) {
        int option = getopt_long(argc, argv, short_options, long_options, NULL);
        enum tool_exit result = TOOL_DONE;
        if (option == '?' || option == ':') {
            return refuse_option(arguments, option, argv);
        } else if (option != -1) {
            result = take_option(arguments, option, optarg);
        } else if (optind < argc) {
            is_behind_rehearse = arguments->n_words == 0 && strcmp(argv[optind], "rehearse") == 0;
            arguments->words[arguments->n_words++] = argv[optind++];
        }
        if (result != TOOL_DONE)
            return result;
    }
    return TOOL_DONE;
}

/* ---- which command ---- */

/* How many of the given words name this command, 0: it is not meant. */
static int words_of(const struct tool_command *command, const struct arguments *arguments)
{
    size_t first = strcspn(command->words, " ");
    if (strlen(arguments->words[0]) != first || strncmp(command->words, arguments->words[0], first) != 0)
        return 0;
    if (command->words[first] == '\0')
        return 1;
    return arguments->n_words > 1 && strcmp(command->words + first + 1, arguments->words[1]) == 0 ? 2 : 0;
}

static const struct tool_command *find_command(const struct arguments *arguments, int *ret_words)
{
    for (const struct tool_command *command = tool_commands; command->words; command++)
        if ((*ret_words = words_of(command, arguments)) > 0)
            return command;
    return NULL;
}

static enum tool_exit check_command(const struct tool_command *command, struct arguments *arguments,
                                    int n_words)
{
    const struct tool_options *options = &arguments->options;
    int n_rest = arguments->n_words - n_words;
    const bool takes_many = command->argument && strstr(command->argument, "...");
    if (!takes_many && n_rest > (command->argument ? 1 : 0))
        return tool_wrong_usage(options, "\"%s\" is too much: %s",
                                arguments->words[n_words + (command->argument ? 1 : 0)], command->synopsis);
    if (command->argument && n_rest == 0)
        return tool_wrong_usage(options, "%s is missing: %s", command->argument, command->synopsis);
    if (arguments->given & ~command->takes)
        return tool_wrong_usage(options, "an option that does not belong here: %s", command->synopsis);
    if (command->needs & ~arguments->given)
        return tool_wrong_usage(options, "an option is missing: %s", command->synopsis);
    arguments->options.argument = command->argument ? arguments->words[n_words] : NULL;
    arguments->options.arguments = arguments->words + n_words;
    arguments->options.n_arguments = (size_t)n_rest;
    if (options->lane && (options->lane[0] == '\0' || strlen(options->lane) > LANE_NAME_MAX))
        return tool_refuse(options, PROBLEM_LANE_UNKNOWN);
    if (options->output && options->output[0] == '\0')
        return tool_wrong_usage(options, "the name of the file is empty: %s", command->synopsis);
    return command->check ? command->check(options) : TOOL_DONE;
}

/* ---- running it ---- */

static enum tool_exit run_once(const struct tool_command *command, struct tool *tool)
{
    if (command->reach == REACH_FILES || command->reach == REACH_NOTHING)
        return command->run(tool);
    tool->may_be_purged = command->reach == REACH_STATUS;
    enum tool_exit result = tool_reach(tool, command->reach == REACH_DESK_CREATE);
    if (result == TOOL_DONE)
        result = command->run(tool);
    tool_leave(tool);
    return result;
}

static enum tool_exit run_command(const struct tool_command *command, const struct tool_options *options)
{
    struct config *config = NULL;
    char *error = NULL;
    bool needs_config = command->reach != REACH_NOTHING && !options->database;
    if (needs_config && config_load(options->config, &config, &error) != 0) {
        tool_environment(options, "config-wrong", "配置文件有误或无法读取。", "%s", error);
        free(error);
        return TOOL_ENVIRONMENT;
    }
    struct tool tool = {.options = *options, .config = config, .lock = -1};
    int64_t end_us = clock_mono_us() + AGAIN_FOR_US;
    enum tool_exit result;
    while ((result = run_once(command, &tool)) == TOOL_AGAIN && clock_mono_us() < end_us)
        clock_sleep_us(AGAIN_EVERY_US);
    if (result == TOOL_AGAIN)
        result = tool_environment(
            options, "daemon-silent", "数据目录被占用，但服务程序没有应答。",
            "%s is in use by a program that does not answer; its lock file names the process",
            config->data_dir);
    config_free(config);
    if (fflush(stdout) != 0 && result == TOOL_DONE)
        result =
            tool_environment(options, "output-failed", "输出失败。", "standard output cannot be written: %m");
    return result;
}

/* Needs no configuration, and gives up the world before it works. */
static int run_table(const struct arguments *arguments)
{
    char **words = bytes_alloc(((size_t)arguments->n_words + 1) * sizeof *words);
    for (int i = 0; i < arguments->n_words; i++)
        words[i] = (char *)(uintptr_t)arguments->words[i];
    int result = table_command(arguments->n_words, words);
    free(words);
    return result;
}

static enum tool_exit run(struct arguments *arguments, int argc, char **argv)
{
    int n_words = 0;
    enum tool_exit result = take_arguments(arguments, argc, argv);
    if (result != TOOL_DONE)
        return result;
    if (arguments->wants_help || arguments->wants_version) {
        if (arguments->wants_help)
            print_help();
        else
            puts("paihao " PAIHAO_VERSION);
        return TOOL_DONE;
    }
    if (arguments->n_words == 0)
        return tool_wrong_usage(&arguments->options, "no command");
    if (strcmp(arguments->words[0], "rehearse") == 0)
        return (enum tool_exit)rehearse_main(argc - optind + 1, argv + optind - 1);
    if (strcmp(arguments->words[0], "table") == 0)
        return (enum tool_exit)run_table(arguments);
    const struct tool_command *command = find_command(arguments, &n_words);
    if (!command)
        return tool_wrong_usage(&arguments->options, "unknown command \"%s%s%s\"", arguments->words[0],
                                arguments->n_words > 1 ? " " : "",
                                arguments->n_words > 1 ? arguments->words[1] : "");
    result = check_command(command, arguments, n_words);
    return result == TOOL_DONE ? run_command(command, &arguments->options) : result;
}

int main(int argc, char **argv)
{
    log_init("paihao", LOG_LEVEL_WARNING);
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    if (sodium_init() < 0) {
        log_error("libsodium cannot be used");
        return TOOL_ENVIRONMENT;
    }
    const size_t room = ((size_t)argc + 1) * sizeof(char *);
    struct arguments arguments = {
        .options = {.config = CONFIG_DEFAULT_PATH, .keys = bytes_alloc(room), .units = bytes_alloc(room)},
        .words = bytes_alloc(room)};
    enum tool_exit result = run(&arguments, argc, argv);
    free(arguments.options.keys);
    free(arguments.options.units);
    free(arguments.words);
    return (int)result;
}
