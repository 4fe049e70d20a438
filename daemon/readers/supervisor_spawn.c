/* Starts and ends reader processes. Between fork and exec only async-signal-safe calls: the daemon has
 * threads, and the child's memory is a copy of theirs at some moment. Runs on the supervisor's thread. */
#include "readers/supervisor_spawn.h"
#include "base/bytes.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 16, ENDS_FROM = 10 };

/* The reader's environment is ours without what is meant for us alone, and without what makes its libraries print what goes
 * over the wire or choose another device. JOURNAL_STREAM makes it put the <priority> in
 * front of its log lines, by which supervisor_relay.h knows them. */
static const char *const own_variables[] =
    {/* how they begin */
     "JOURNAL_STREAM=", "NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID=", "LIBNFC_", "LIBUSB_", NULL};
static const char journal_stream[] = "JOURNAL_STREAM=paihaod";

/* Which end of each pipe is the child's. The last pipe brings the errno of a failed exec, or closes at its
 * success. */
enum { PIPE_INPUT, PIPE_OUTPUT, PIPE_MESSAGES, PIPE_REPORT, PIPE_COUNT };

struct reader_process reader_process_none(void)
{
    return (struct reader_process){.pid_fd = -1, .input = -1, .output = -1, .messages = -1};
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void reader_process_close_input(struct reader_process *process)
{
    close_fd(&process->input);
}

void reader_process_close(struct reader_process *process)
{
    close_fd(&process->input);
    close_fd(&process->output);
    close_fd(&process->messages);
    close_fd(&process->pid_fd);
}

static void build_arguments(const char *program, const struct config_reader *reader,
                            enum scan_endings endings, char baud[static 12],
                            const char *arguments[static ARGUMENTS_MAX])
{
    size_t n = 0;
    arguments[n++] = program;
    arguments[n++] = "--driver";
    arguments[n++] = reader->driver;
    arguments[n++] = "--device";
    arguments[n++] = reader->device;
    if (strcmp(reader->driver, "nfc") == 0) {
        arguments[n++] = "--method";
        arguments[n++] = reader->method;
    } else if (strncmp(reader->device, "serial:", 7) == 0 && reader->baud > 0) {
        snprintf(baud, 12, "%d", reader->baud);
        arguments[n++] = "--baud";
        arguments[n++] = baud;
    }
    if (strcmp(reader->driver, "scanner") == 0) {
        arguments[n++] = "--separator";
        arguments[n++] = reader->separator;
        arguments[n++] = "--endings";
        arguments[n++] = scan_endings_name(endings);
        arguments[n++] = "--layout";
        arguments[n++] = reader->layout;
    }
    arguments[n++] = "--supervised";
    arguments[n] = NULL;
}

static bool is_own_variable(const char *variable)
{
    for (const char *const *own = own_variables; *own; own++)
        if (strncmp(variable, *own, strlen(*own)) == 0)
            return true;
    return false;
}

/* To free(), without its texts. */
static const char **build_environment(void)
{
    size_t count = 0, n = 0;
    while (environ[count])
        count++;
    const char **variables = bytes_alloc((count + 2) * sizeof *variables);
    for (size_t i = 0; i < count; i++)
        if (!is_own_variable(environ[i]))
            variables[n++] = environ[i];
    variables[n] = journal_stream;
    return variables;
}

static int child_end(int which, int pipes[PIPE_COUNT][2])
{
    return which == PIPE_INPUT ? pipes[which][0] : pipes[which][1];
}

_Noreturn static void give_up(int report)
{
    int cause = errno;
    ssize_t written = write(report, &cause, sizeof cause);
    (void)written;
    _exit(127);
}

/* In the child. */
_Noreturn static void become_reader(const char *const *arguments, const char *const *environment,
                                    int pipes[PIPE_COUNT][2], pid_t daemon)
{
    /* copies high up first: the pipes may themselves be numbers 0 to 2 */
    int ends[PIPE_COUNT];
    for (int i = 0; i < PIPE_COUNT; i++)
        if ((ends[i] = fcntl(child_end(i, pipes), F_DUPFD_CLOEXEC, ENDS_FROM)) < 0)
            _exit(127);
    for (int i = 0; i < PIPE_REPORT; i++)
        if (dup2(ends[i], i) < 0)
            give_up(ends[PIPE_REPORT]);
    if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        give_up(ends[PIPE_REPORT]);
    if (getppid() != daemon) /* it died before the line above */
        _exit(127);
    sigset_t none;
    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(arguments[0], (char *const *)(const void *)arguments, (char *const *)(const void *)environment);
    give_up(ends[PIPE_REPORT]);
}

static int open_pipes(int pipes[PIPE_COUNT][2])
{
    for (int i = 0; i < PIPE_COUNT; i++)
        pipes[i][0] = pipes[i][1] = -1;
    for (int i = 0; i < PIPE_COUNT; i++)
        if (pipe2(pipes[i], O_CLOEXEC) < 0)
            return -errno;
    const int ours[] = {pipes[PIPE_INPUT][1], pipes[PIPE_OUTPUT][0], pipes[PIPE_MESSAGES][0]};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (fcntl(ours[i], F_SETFL, O_NONBLOCK) < 0)
            return -errno;
    return 0;
}

/* 0 once the program runs, or what its exec failed with; the child has ended then. */
static int read_report(int report, pid_t pid)
{
    int cause = 0;
    ssize_t size;
    do
        size = read(report, &cause, sizeof cause);
    while (size < 0 && errno == EINTR);
    if (size == 0)
        return 0;
    waitpid(pid, NULL, 0);
    return size == sizeof cause && cause > 0 ? -cause : -EIO;
}

static int fork_reader(const char *const *arguments, const char *const *environment, int pipes[PIPE_COUNT][2],
                       struct reader_process *process)
{
    pid_t daemon = getpid();
    pid_t pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0)
        become_reader(arguments, environment, pipes, daemon);
    for (int i = 0; i < PIPE_COUNT; i++) {
        int end = i == PIPE_INPUT ? 0 : 1;
        close_fd(&pipes[i][end]);
    }
    int result = read_report(pipes[PIPE_REPORT][0], pid);
    if (result < 0)
        return result;
    process->pid = pid;
    process->pid_fd = pidfd_open(pid, 0);
    return 0;
}

int reader_process_start(const char *program, const struct config_reader *reader, enum scan_endings endings,
                         struct reader_process *ret)
{
    struct reader_process process = reader_process_none();
    const char *arguments[ARGUMENTS_MAX], **environment = build_environment();
    char baud[12];
    int pipes[PIPE_COUNT][2];
    build_arguments(program, reader, endings, baud, arguments);
    int result = open_pipes(pipes);
    if (result == 0)
        result = fork_reader(arguments, environment, pipes, &process);
    if (result == 0) {
        process.input = pipes[PIPE_INPUT][1];
        process.output = pipes[PIPE_OUTPUT][0];
        process.messages = pipes[PIPE_MESSAGES][0];
        pipes[PIPE_INPUT][1] = pipes[PIPE_OUTPUT][0] = pipes[PIPE_MESSAGES][0] = -1;
    }
    for (int i = 0; i < PIPE_COUNT; i++) {
        close_fd(&pipes[i][0]);
        close_fd(&pipes[i][1]);
    }
    free(environment);
    *ret = process;
    return result;
}

void reader_process_signal(const struct reader_process *process, int signal)
{
    if (process->pid > 0)
        kill(-process->pid, signal);
}

bool reader_process_reap(struct reader_process *process, bool is_patient, int *ret_status)
{
    siginfo_t info = {0};
    int result;
    do
        result = waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOWAIT | (is_patient ? 0 : WNOHANG));
    while (result < 0 && errno == EINTR);
    if (result == 0 && info.si_pid == 0)
        return false;
    *ret_status = 0;
    /* while the dead leader is not yet reaped, its number cannot name another group */
    kill(-process->pid, SIGKILL);
    waitpid(process->pid, ret_status, 0);
    process->pid = 0;
    return true;
}
