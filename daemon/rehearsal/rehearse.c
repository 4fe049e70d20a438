/* Builds the stage of a rehearsal in a temporary folder, starts the real programs on it, lets the play run,
 * and takes everything down again in the reverse order. Main thread. */
#include "rehearsal/rehearse.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "rehearsal/child.h"
#include "rehearsal/emulated_pn532.h"
#include "rehearsal/emulated_sam.h"
#include "rehearsal/emulated_scanner.h"
#include "rehearsal/http_client.h"
#include "rehearsal/play.h"
#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_WRONG = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };
enum {
    START_TIMEOUT_US = 20000000,
    LOOK_NS = 50000000,
    STOP_GRACE_MS = 10000,
    LOG_TAIL = 3000,
    LOG_MAX = 64 << 20
};

static const char lane[] = "A";

enum page { PAGE_OFFICE, PAGE_PHOTOGRAPHER, PAGE_MARSHAL, PAGE_DISPLAY, PAGES };
static const struct {
    const char *role, *zh;
} pages[PAGES] = {
    {"office", "负责人"},
    {"photographer", "摄影师"},
    {"marshal", "引导员"},
    {"display", "叫号屏"},
};

struct rehearsal {
    struct play_options play;
    int first_port;
    bool keeps, is_fast, is_networked;
    char *dir, *config, *log, *tool, *daemon_program; /* paths */
    struct play_stage stage;                          /* stage.daemon 0: not running */
    char *tokens[PAGES], *urls[PAGES];
};

static const char usage[] =
    "用法 · usage: paihao rehearse [--people N] [--pace SECONDS] [--line K] [--photographer] [--port N]\n"
    "                              [--seed S] [--fast] [--keep] [--network] [--exit-after-people]\n"
    "  --people N           来多少人，默认不限 · how many people come (no end)\n"
    "  --pace SECONDS       平均间隔 · seconds between two people (12)\n"
    "  --line K             K 人在等时暂停来人，0 不限 · nobody comes while K wait, 0: no limit (6)\n"
    "  --photographer       模拟摄影师 · simulate the photographer, too\n"
    "  --port N             网页端口，占用则顺延 · port of the pages, the next free one if taken (8100)\n"
    "  --seed S             人员随机种子 · other people for another seed (1)\n"
    "  --fast               读卡不延时 · readers without the delays of real ones\n"
    "  --keep               结束后保留文件夹 · keep the folder\n"
    "  --network            平板和手机也能打开 · tablets and phones of the network may open the pages\n"
    "  --exit-after-people  人来完即结束 · end by itself when all have come\n";

/* ---- options */

static int parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *ret)
{
    if (text_to_u64(text, least, most, ret) == 0)
        return 0;
    fprintf(stderr, "paihao rehearse: %s: 不是可用的数 · not a number that can be used\n", text);
    return -1;
}

static int parse_pace(const char *text, int64_t *ret_us)
{
    char *end;
    const double seconds = strtod(text, &end);
    if (end != text && *end == '\0' && seconds >= 0.05 && seconds <= 3600) {
        *ret_us = (int64_t)(seconds * 1e6);
        return 0;
    }
    fprintf(stderr, "paihao rehearse: %s: 间隔须为 0.05 至 3600 秒 · the pace must be 0.05 to 3600 seconds\n",
            text);
    return -1;
}

static int parse_option(struct rehearsal *r, int option)
{
    uint64_t number = 0;
    switch (option) {
    case 'p':
        return parse_pace(optarg, &r->play.pace_us);
    case 'n':
        if (parse_number(optarg, 1, 100000, &number) < 0)
            return -1;
        r->play.people = (unsigned)number;
        return 0;
    case 'l':
        if (parse_number(optarg, 0, 100000, &number) < 0)
            return -1;
        r->play.line = (unsigned)number;
        return 0;
    case 'P':
        if (parse_number(optarg, 1, 65535, &number) < 0)
            return -1;
        r->first_port = (int)number;
        return 0;
    case 's':
        return parse_number(optarg, 0, UINT64_MAX, &r->play.seed);
    default:
        return -1;
    }
}

/* 0 go on; -1 wrong usage; 1 help was wanted. */
static int parse_options(struct rehearsal *r, int argc, char **argv)
{
    int photographer = 0, fast = 0, keep = 0, network = 0, ends = 0, help = 0, option;
    const struct option options[] = {
        {"people", required_argument, NULL, 'n'}, {"pace", required_argument, NULL, 'p'},
        {"line", required_argument, NULL, 'l'},   {"port", required_argument, NULL, 'P'},
        {"seed", required_argument, NULL, 's'},   {"photographer", no_argument, &photographer, 1},
        {"fast", no_argument, &fast, 1},          {"keep", no_argument, &keep, 1},
        {"network", no_argument, &network, 1},    {"exit-after-people", no_argument, &ends, 1},
        {"help", no_argument, &help, 1},          {0},
    };
    optind = 0;
    opterr = 1;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option != 0 && parse_option(r, option) < 0)
            return -1;
    if (optind < argc) {
        fprintf(stderr, "paihao rehearse: %s: 多余的参数 · too much\n", argv[optind]);
        return -1;
    }
    if (ends && r->play.people == 0) {
        fputs("paihao rehearse: --exit-after-people 需要 --people · needs --people\n", stderr);
        return -1;
    }
    r->play.has_photographer = photographer;
    r->play.ends_after_people = ends;
    r->is_fast = fast;
    r->keeps = keep;
    r->is_networked = network;
    return help;
}

/* ---- the stage */

static int fail(const char *what, int error)
{
    fprintf(stderr, "paihao rehearse: %s: %s\n", what, strerror(error < 0 ? -error : error));
    return -1;
}

/* Beside the running program, or in sbin beside its bin. */
static char *find_program(const char *name)
{
    char self[PATH_MAX] = "";
    if (readlink("/proc/self/exe", self, sizeof self - 1) <= 0)
        return NULL;
    const char *folder = dirname(self);
    char *path = bytes_format("%s/%s", folder, name);
    if (access(path, X_OK) == 0)
        return path;
    free(path);
    path = bytes_format("%s/../sbin/%s", folder, name);
    if (access(path, X_OK) == 0)
        return path;
    free(path);
    fprintf(stderr, "paihao rehearse: %s: 找不到该程序 · not found beside %s\n", name, folder);
    return NULL;
}

/* A colon would cut libnfc's connection string, a quote the configuration. */
static int make_folder(struct rehearsal *r)
{
    const char *parent = getenv("TMPDIR");
    if (!parent || parent[0] != '/' || strpbrk(parent, ":\"\\\n$"))
        parent = "/tmp";
    r->dir = bytes_format("%s/paihao-rehearsal-XXXXXX", parent);
    if (mkdtemp(r->dir))
        return 0;
    const int error = errno;
    fail(r->dir, error);
    free(r->dir);
    r->dir = NULL;
    return -1;
}

static int write_config(struct rehearsal *r)
{
    r->config = bytes_format("%s/paihao.conf", r->dir);
    r->log = bytes_format("%s/paihaod.log", r->dir);
    char *text = bytes_format("data_dir = \"%s/data\"\n"
                              "http { listen = \"%s:%d\" }\n"
                              "lane \"%s\" {\n"
                              "  room = \"演练室\"\n"
                              "  reader \"door\" { driver = \"sam\"      device = \"serial:%s/door\" }\n"
                              "  reader \"chip\" { driver = \"nfc\"      device = \"pn532_uart:%s/chip\" }\n"
                              "  reader \"gun\"  { driver = \"scanner\"  device = \"serial:%s/gun\" }\n"
                              "}\n",
                              r->dir, r->is_networked ? "0.0.0.0" : "127.0.0.1", r->stage.port, lane, r->dir,
                              r->dir, r->dir);
    const int error = file_create_durably(r->config, text, strlen(text), 0600);
    free(text);
    return error < 0 ? fail(r->config, error) : 0;
}

static int add_device(const struct rehearsal *r, const struct device_class *class, const char *name)
{
    char *link = bytes_format("%s/%s", r->dir, name);
    const int device = emulator_add(r->stage.emulator, class, name, link);
    if (device < 0)
        fail(link, device);
    free(link);
    return device;
}

static int start_emulator(struct rehearsal *r)
{
    const int error = emulator_new(r->is_fast, &r->stage.emulator);
    if (error < 0)
        return fail("emulator", error);
    r->stage.door = add_device(r, &emulated_sam, "door");
    r->stage.chip = add_device(r, &emulated_pn532, "chip");
    r->stage.gun = add_device(r, &emulated_scanner, "gun");
    return r->stage.door < 0 || r->stage.chip < 0 || r->stage.gun < 0 ? -1 : 0;
}

/* ---- the real programs */

static void show_log(const struct rehearsal *r)
{
    char *text = NULL;
    size_t size = 0;
    if (file_read(r->log, LOG_MAX, &text, &size) < 0)
        return;
    fprintf(stderr, "--- %s\n%s---\n", r->log, size > LOG_TAIL ? text + size - LOG_TAIL : text);
    free(text);
}

static void tell_death(const struct rehearsal *r, int code)
{
    fprintf(stderr, "paihao rehearse: paihaod 已停止，代码 %d · paihaod ended with code %d\n", code, code);
    show_log(r);
}

/* Runs `paihao --config CONFIG words...`; gives its output when ret_output is not NULL. */
static int run_tool(const struct rehearsal *r, const char *const words[], char **ret_output)
{
    const char *argv[16] = {r->tool, "--config", r->config};
    char *output = NULL;
    size_t n = 3;
    for (; *words && n < 15; words++)
        argv[n++] = *words;
    const int code = child_run(argv, &output);
    if (code == 0 && ret_output) {
        *ret_output = output;
        return 0;
    }
    if (code < 0)
        fail(r->tool, code);
    else if (code > 0)
        fprintf(stderr, "paihao rehearse: paihao %s %s: 失败，代码 %d · failed with code %d\n", argv[3],
                argv[4], code, code);
    free(output);
    return code == 0 ? 0 : -1;
}

static int wait_for_health(struct rehearsal *r)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    const int64_t until_us = clock_mono_us() + START_TIMEOUT_US;
    struct http_answer answer;
    int code;
    do {
        if (child_has_ended(r->stage.daemon, &code)) {
            r->stage.daemon = 0;
            tell_death(r, code);
            return -1;
        }
        if (http_ask(r->stage.port, "GET", "/healthz", NULL, 1000, &answer) == 0) {
            json_decref(answer.json);
            if (answer.status == 200)
                return 0;
        }
        if (sigtimedwait(&r->stage.stop_signals, NULL, &pause) > 0)
            return -1;
    } while (clock_mono_us() < until_us);
    fputs("paihao rehearse: paihaod 没有就绪 · paihaod does not become ready\n", stderr);
    show_log(r);
    return -1;
}

static int start_daemon(struct rehearsal *r)
{
    const char *const argv[] = {r->daemon_program, "--config", r->config, NULL};
    const int error = child_start(argv, r->log, &r->stage.daemon);
    return error < 0 ? fail(r->daemon_program, error) : wait_for_health(r);
}

static int make_token(struct rehearsal *r, enum page page)
{
    char *output = NULL;
    const char *token, *url;
    /* the office is not one lane's */
    const char *const words[] = {
        "token", "create", "--role", pages[page].role, "--json", page == PAGE_OFFICE ? NULL : "--lane",
        lane,    NULL};
    if (run_tool(r, words, &output) < 0)
        return -1;
    json_t *answer = json_loads(output, 0, NULL);
    const int error = json_unpack(answer, "{s:s,s:s}", "token", &token, "url", &url);
    if (error == 0) {
        r->tokens[page] = bytes_text(token);
        r->urls[page] = bytes_text(url);
    } else {
        fprintf(stderr,
                "paihao rehearse: token create: 答复无法理解 · an answer that cannot be understood\n");
    }
    json_decref(answer);
    free(output);
    return error;
}

static int set_up(struct rehearsal *r)
{
    const char *const create[] = {"event", "create", "--name", "演练", NULL};
    const char *const open_session[] = {"session", "open", "--lane", lane, NULL};
    r->stage.port = http_free_port(r->first_port);
    if (r->stage.port < 0)
        return fail("127.0.0.1", r->stage.port);
    r->tool = find_program("paihao");
    r->daemon_program = find_program("paihaod");
    if (!r->tool || !r->daemon_program || make_folder(r) < 0 || write_config(r) < 0 ||
        start_emulator(r) < 0 || run_tool(r, create, NULL) < 0 || start_daemon(r) < 0 ||
        run_tool(r, open_session, NULL) < 0)
        return -1;
    for (enum page page = 0; page < PAGES; page++)
        if (make_token(r, page) < 0)
            return -1;
    r->stage.lane = lane;
    r->stage.token = r->tokens[PAGE_PHOTOGRAPHER];
    return 0;
}

static void tell_stage(const struct rehearsal *r)
{
    puts("\n演练开始 · rehearsal\n"
         "先打开负责人的页面：在“设备”里可以打开其余各页，或用二维码配对平板和手机\n"
         "open the office's page first: under Devices it opens every other page, and pairs tablets by QR "
         "code");
    if (!r->is_networked)
        puts("（要让平板和手机也能打开：paihao rehearse --network · for tablets and phones, too）");
    for (enum page page = 0; page < PAGES; page++)
        printf("  %s · %s\n      %s\n", pages[page].zh, pages[page].role, r->urls[page]);
    printf("模拟的：读卡器、扫码枪（虚拟串口）、证件、人员%s\n"
           "simulated: the readers and the scanner (on pseudo-terminals), cards, people%s\n"
           "真实的：服务程序、驱动程序、libnfc、数据库、网页\n"
           "real: the daemon, the drivers, libnfc, the database, the pages\n"
           "文件夹 · folder: %s（%s）\n"
           "按 Ctrl-C 结束 · Ctrl-C ends it\n\n",
           r->play.has_photographer ? "、摄影师" : "；请打开摄影师网页操作",
           r->play.has_photographer ? ", the photographer"
                                    : "; be the photographer on the photographer's page",
           r->dir, r->keeps ? "保留 · kept" : "结束时删除 · removed at the end");
    fflush(stdout);
}

/* ---- taking it down */

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status, (void)type, (void)where;
    return remove(path);
}

static void take_down(struct rehearsal *r)
{
    if (r->stage.daemon > 0) {
        const int code = child_stop(r->stage.daemon, STOP_GRACE_MS);
        if (code != 0)
            tell_death(r, code);
    }
    emulator_free(r->stage.emulator);
    if (r->dir && r->keeps)
        printf("保留 · kept: %s\n", r->dir);
    else if (r->dir && nftw(r->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0)
        fail(r->dir, errno);
    for (enum page page = 0; page < PAGES; page++) {
        free(r->tokens[page]);
        free(r->urls[page]);
    }
    free(r->dir);
    free(r->config);
    free(r->log);
    free(r->tool);
    free(r->daemon_program);
}

static int play(struct rehearsal *r)
{
    int code = 0;
    tell_stage(r);
    switch (play_run(&r->stage, &r->play, &code)) {
    case PLAY_OVER:
    case PLAY_INTERRUPTED:
        puts("\n演练结束 · the rehearsal is over");
        return EXIT_DONE;
    case PLAY_WENT_WRONG:
        puts("\n演练结束，有错误 · the rehearsal is over; something went wrong");
        return EXIT_WRONG;
    case PLAY_DAEMON_DIED:
        r->stage.daemon = 0;
        tell_death(r, code);
        break;
    }
    return EXIT_ENVIRONMENT;
}

int rehearse_main(int argc, char **argv)
{
    struct rehearsal r = {.first_port = 8100, .play = {.pace_us = 12000000, .seed = 1, .line = 6}};
    const int parsed = parse_options(&r, argc, argv);
    if (parsed != 0) {
        fputs(usage, parsed < 0 ? stderr : stdout);
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    }
    sigemptyset(&r.stage.stop_signals);
    sigaddset(&r.stage.stop_signals, SIGINT);
    sigaddset(&r.stage.stop_signals, SIGTERM);
    sigaddset(&r.stage.stop_signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &r.stage.stop_signals, NULL);
    const int code = set_up(&r) == 0 ? play(&r) : EXIT_ENVIRONMENT;
    take_down(&r);
    return code;
}
