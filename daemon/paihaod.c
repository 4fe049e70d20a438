/* paihaod(8): takes the data directory, then brings up desk, pages and readers in that order, waits for a
 * signal or for the store to fail, and takes everything down in the exact reverse order. The rooms do not
 * know each other; they are introduced here. All threads have all signals blocked, only this one asks for
 * them. */
#include "backup/backup_keeper.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/files.h"
#include "base/log.h"
#include "desk/desk.h"
#include "handover/job.h"
#include "handover/numbers.h"
#include "http/http.h"
#include "readers/supervisor.h"
#include "roster/import.h"
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

/* EXIT_NEVER: another start with this folder would be refused, too (paihaod.service does not try) */
enum { EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3, EXIT_NEVER = 4 };
enum {
    FILES_LEAST = 4096, /* descriptors: one for each page that is open, and some */
    LOOK_EVERY_US = 500000,
    LOCK_PATIENCE_US = 2000000,
    TELL_US = 1000000, /* how long the pages have to see that the store failed */
};

static const char usage[] =
    "Usage: paihaod [--config FILE]\n"
    "Issues shooting numbers: runs the card readers, keeps the event's database, serves "
    "the pages.\n"
    "Runs in the foreground and logs to standard error.\n"
    "\n"
    "  -c, --config FILE  configuration, paihao.conf(5); else " CONFIG_DEFAULT_PATH "\n"
    "  -h, --help         this text\n"
    "  -V, --version      the version\n";

/* ---- the parts, NULL or -1 until they run */
struct daemon {
    struct config *config;
    int lock;
    struct desk *desk;
    struct backup_keeper *keeper;
    atomic_bool wants_end; /* the tool is to purge the event */
    bool is_refused;       /* EXIT_NEVER */
    char *control_path;
    struct jobs *jobs;
    struct http *http;
    pthread_mutex_t figures_lock; /* /metrics may be asked before the readers run and after they ended */
    struct supervisor *supervisor;
};

static int numbers_csv(void *arg, const char *lane, char **ret_data, size_t *ret_size, uint64_t *ret_seq)
{
    return handover_numbers_csv(arg, lane, ret_data, ret_size, ret_seq);
}

static void take_list(void *arg, const struct http_list *list, struct http_list_answer *ret)
{
    const struct import_request request = {
        .kind = list->kind,
        .bytes = list->bytes,
        .size = list->size,
        .is_preview = list->is_preview,
        .accepts_good = list->accepts_good,
        .replaces = list->replaces,
        .division_of = list->division_of,
        .pace_s = list->pace_s,
        .device = list->device,
        .key = list->key,
    };
    struct import_answer answer;
    import_run(arg, &request, &answer);
    *ret = (struct http_list_answer){answer.problem, answer.is_replayed, answer.members};
}

static char *show_schedule(void *arg, uint32_t pace_s)
{
    return import_show_schedule(arg, pace_s);
}

static enum problem start_handover(void *arg, const struct http_handover *wish, uint64_t *ret_id)
{
    return jobs_start(arg,
                      &(struct job_wish){wish->is_school ? HANDOVER_SCHOOL : HANDOVER_AGENCY, wish->is_zip,
                                         wish->folder, wish->device},
                      ret_id);
}

static void cancel_handover(void *arg)
{
    jobs_cancel(arg);
}

static char *show_handover(void *arg, const char *device)
{
    return jobs_json(arg, device);
}

static int open_package(void *arg, const char *address, char **ret_name, uint64_t *ret_size)
{
    return jobs_open(arg, address, ret_name, ret_size);
}

static void print_figures(void *arg, struct buffer *out)
{
    struct daemon *daemon = arg;
    pthread_mutex_lock(&daemon->figures_lock);
    if (daemon->supervisor)
        supervisor_print_figures(daemon->supervisor, out);
    pthread_mutex_unlock(&daemon->figures_lock);
    backup_keeper_print_figures(daemon->keeper, out);
}

static char *event_members(void *arg, bool whole)
{
    const struct daemon *daemon = arg;
    return backup_keeper_members(daemon->keeper, whole);
}

/* As COMMAND_PURGED would say, before anybody stops working for it. */
static enum problem end_for_purge(void *arg, bool is_copy)
{
    struct daemon *daemon = arg;
    struct queue_event event;
    desk_event(daemon->desk, &event);
    if (!event.exists)
        return PROBLEM_NO_EVENT;
    const bool is_handed_over =
        event.is_closed && event.agency_seq == event.content_seq && event.school_seq == event.content_seq;
    if (is_copy && desk_store_state(daemon->desk) != PROBLEM_EVENT_ELSEWHERE)
        return PROBLEM_COPY_GOES_ON;
    if (!is_copy && !is_handed_over)
        return PROBLEM_NOT_HANDED_OVER;
    daemon->wants_end = true;
    return PROBLEM_NONE;
}

static enum problem continue_event(void *arg, const char *device, int *ret_error)
{
    const struct daemon *daemon = arg;
    return backup_keeper_continue(daemon->keeper, device, ret_error);
}

static int take_data(struct daemon *daemon)
{
    const char *data_dir = daemon->config->data_dir;
    pid_t holder = 0;
    int lock = data_lock(data_dir, &holder);
    /* A command of the tool holds it for a moment only. */
    for (int64_t until_us = clock_mono_us() + LOCK_PATIENCE_US;
         lock == -EWOULDBLOCK && clock_mono_us() < until_us;) {
        clock_sleep_us(50000);
        lock = data_lock(data_dir, &holder);
    }
    if (lock >= 0) {
        daemon->lock = lock;
        return 0;
    }
    if (lock != -EWOULDBLOCK)
        log_error("cannot lock %s: %s", data_dir, strerror(-lock));
    else if (holder > 0)
        log_error("another paihaod (pid %jd) has %s", (intmax_t)holder, data_dir);
    else
        log_error("another paihaod has %s", data_dir);
    return -1;
}

static int open_desk(struct daemon *daemon)
{
    const struct desk_options options = {.config = daemon->config, .create = true};
    char *error = NULL;
    enum journal_fault fault = desk_open(&daemon->desk, &options, &error);
    if (fault != JOURNAL_OK)
        log_error("cannot open the event: %s", error ? error : journal_fault_text(fault));
    free(error);
    daemon->is_refused = fault == JOURNAL_PURGED;
    return fault == JOURNAL_OK ? 0 : -1;
}

/* One that is just ending may have the event for a moment longer. */
static int start_keeper(struct daemon *daemon)
{
    const int64_t until_us = clock_mono_us() + LOCK_PATIENCE_US;
    int result;
    while ((result = backup_keeper_start(&daemon->keeper, daemon->config, daemon->desk)) == -EADDRINUSE &&
           clock_mono_us() < until_us)
        clock_sleep_us(50000);
    if (result == 0)
        return 0;
    daemon->is_refused = true;
    log_error("%s: another paihaod of this computer has this event, from another folder",
              problem_code(PROBLEM_EVENT_ELSEWHERE));
    return result;
}

static int open_pages(struct daemon *daemon)
{
    daemon->control_path = bytes_format("%s/control.sock", daemon->config->data_dir);
    daemon->jobs = jobs_new(daemon->config, daemon->desk);
    const struct http_options options = {
        .config = daemon->config,
        .desk = daemon->desk,
        .control_path = daemon->control_path,
        .numbers_csv = numbers_csv,
        .numbers_arg = daemon->desk,
        .take_list = take_list,
        .show_schedule = show_schedule,
        .lists_arg = daemon->desk,
        .event_members = event_members,
        .end_for_purge = end_for_purge,
        .continue_event = continue_event,
        .safety_arg = daemon,
        .start_handover = start_handover,
        .cancel_handover = cancel_handover,
        .show_handover = show_handover,
        .open_package = open_package,
        .handover_arg = daemon->jobs,
        .print_figures = print_figures,
        .figures_arg = daemon,
    };
    char *error = NULL;
    int result = http_start(&daemon->http, &options, &error);
    if (result < 0)
        log_error("cannot serve the pages: %s", error ? error : strerror(-result));
    free(error);
    return result;
}

static int start_readers(struct daemon *daemon)
{
    struct supervisor *supervisor = NULL;
    int result = supervisor_start(&supervisor, daemon->config, daemon->desk);
    if (result < 0)
        log_error("cannot watch over the readers: %s", strerror(-result));
    pthread_mutex_lock(&daemon->figures_lock);
    daemon->supervisor = supervisor;
    pthread_mutex_unlock(&daemon->figures_lock);
    return result;
}

static void stop(struct daemon *daemon)
{
    pthread_mutex_lock(&daemon->figures_lock);
    struct supervisor *supervisor = daemon->supervisor;
    daemon->supervisor = NULL;
    pthread_mutex_unlock(&daemon->figures_lock);
    supervisor_stop(supervisor);
    jobs_stop(daemon->jobs); /* its pages may still look at it */
    http_stop(daemon->http);
    backup_keeper_stop(daemon->keeper);
    jobs_free(daemon->jobs);
    desk_close(daemon->desk);
    if (daemon->lock >= 0)
        close(daemon->lock);
    free(daemon->control_path);
    config_free(daemon->config);
}

/* ---- the time in between */

static void tell_ready(const struct daemon *daemon)
{
    const struct config *config = daemon->config;
    bool is_v6 = strchr(config->listen_host, ':') != NULL;
    log_info("listening on %s://%s%s%s:%u", *config->tls_cert ? "https" : "http", is_v6 ? "[" : "",
             config->listen_host, is_v6 ? "]" : "", http_port(daemon->http));
    sd_notify(0, "READY=1");
}

/* 0 when nobody watches us. */
static int64_t watchdog_us(void)
{
    uint64_t span_us = 0;
    return sd_watchdog_enabled(0, &span_us) > 0 ? (int64_t)span_us : 0;
}

/* Once per change, in SQLite's words; what the pages say is for people. */
static void log_store(const struct daemon *daemon, enum problem *told)
{
    enum problem store = desk_store_state(daemon->desk);
    char detail[STORE_DETAIL_SIZE];
    if (store == *told)
        return;
    *told = store;
    desk_store_detail(daemon->desk, detail);
    if (store == PROBLEM_NONE)
        log_info("the database can be written again");
    else
        log_error("%s: %s", problem_code(store), detail);
}

/* Waits until a signal asks for the end (EXIT_SUCCESS) or the store has failed (EXIT_ENVIRONMENT). A full
 * disk ends nothing: the desk goes on once there is room. */
static int wait_for_end(const struct daemon *daemon, const sigset_t *signals)
{
    int64_t span_us = watchdog_us();
    int64_t look_us = span_us > 0 && span_us / 3 < LOOK_EVERY_US ? span_us / 3 : LOOK_EVERY_US;
    const struct timespec look = {look_us / 1000000, look_us % 1000000 * 1000};
    enum problem told = PROBLEM_NONE;
    for (;;) {
        int signal = sigtimedwait(signals, NULL, &look);
        log_store(daemon, &told);
        if (signal > 0) {
            log_info("stopping (SIG%s)", sigabbrev_np(signal));
            return EXIT_SUCCESS;
        }
        if (daemon->wants_end) {
            log_info("stopping: the event is to be purged");
            return EXIT_SUCCESS;
        }
        if (desk_store_state(daemon->desk) == PROBLEM_STORE_FAILED)
            return EXIT_ENVIRONMENT;
        if (span_us > 0)
            sd_notify(0, "WATCHDOG=1");
    }
}

static int serve(const struct daemon *daemon, const sigset_t *signals)
{
    tell_ready(daemon);
    int result = wait_for_end(daemon, signals);
    sd_notify(0, "STOPPING=1");
    if (result == EXIT_ENVIRONMENT) {
        log_error("%s: stopping, since nothing can be kept any more", problem_en(PROBLEM_STORE_FAILED));
        clock_sleep_us(TELL_US);
    }
    return result;
}

/* ---- the process */

/* Log lines must never land in a file or socket that happened to get a standard stream's number. */
static void fill_standard_streams(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

static void limit_process(void)
{
    umask(077);
    const struct rlimit no_core = {0, 0}; /* a core file would hold names and numbers */
    setrlimit(RLIMIT_CORE, &no_core);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        struct rlimit wanted = {files.rlim_max, files.rlim_max};
        if (wanted.rlim_max < FILES_LEAST)
            wanted.rlim_cur = wanted.rlim_max = FILES_LEAST;
        if (setrlimit(RLIMIT_NOFILE, &wanted) == 0)
            files = wanted;
        if (files.rlim_cur < FILES_LEAST)
            log_warning("only %ju files may be open at once; many pages will need %d",
                        (uintmax_t)files.rlim_cur, FILES_LEAST);
    }
}

static void block_signals(sigset_t *ret_ends)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(ret_ends);
    sigaddset(ret_ends, SIGTERM);
    sigaddset(ret_ends, SIGINT);
}

/* Fills *ret_path, or ends the program's work: returns -1 to go on, else the exit code. */
static int take_options(int argc, char **argv, const char **ret_path)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"version", no_argument, NULL, 'V'},
                                            {0}};
    for (int option; (option = getopt_long(argc, argv, "c:hV", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            *ret_path = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        case 'V':
            puts("paihaod " PAIHAO_VERSION);
            return EXIT_SUCCESS;
        default:
            fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (optind == argc)
        return -1;
    fprintf(stderr, "paihaod: unexpected argument \"%s\"\n%s", argv[optind], usage);
    return EXIT_USAGE;
}

static int run(const char *config_path)
{
    struct daemon daemon = {.lock = -1, .figures_lock = PTHREAD_MUTEX_INITIALIZER};
    sigset_t ends;
    char *error = NULL;
    int result = EXIT_ENVIRONMENT;
    limit_process();
    block_signals(&ends);
    if (sodium_init() < 0) {
        log_error("libsodium cannot be used");
        return result;
    }
    if (config_load(config_path, &daemon.config, &error) < 0)
        log_error("%s", error);
    else if (take_data(&daemon) == 0 && open_desk(&daemon) == 0 && start_keeper(&daemon) == 0 &&
             open_pages(&daemon) == 0 && start_readers(&daemon) == 0)
        result = serve(&daemon, &ends);
    if (daemon.is_refused)
        result = EXIT_NEVER;
    free(error);
    stop(&daemon);
    return result;
}

int main(int argc, char **argv)
{
    const char *config_path = CONFIG_DEFAULT_PATH;
    fill_standard_streams();
    log_init("paihaod", LOG_LEVEL_INFO);
    int result = take_options(argc, argv, &config_path);
    return result >= 0 ? result : run(config_path);
}
