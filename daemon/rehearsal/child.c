/* Starting, watching and stopping programs. Between fork and exec only async-signal-safe calls, for the
 * emulator's thread may run at that moment. */
#include "rehearsal/child.h"
#include "base/bytes.h"
#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_US = 20000, CANNOT_EXEC = 127 };

static void become(const char *const argv[], int output, int errors, bool is_own_group, pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (is_own_group)
        setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(CANNOT_EXEC);
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    execv(argv[0], (char *const *)argv);
    _exit(CANNOT_EXEC);
}

static int code_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int reap(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return code_of(status);
}

static void read_all(int fd, struct buffer *output)
{
    char part[4096];
    ssize_t n;
    while ((n = read(fd, part, sizeof part)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0 && output->size + (size_t)n <= CHILD_OUTPUT_MAX)
            buffer_add(output, part, (size_t)n);
}

int child_run(const char *const argv[], char **ret_output)
{
    int ends[2];
    struct buffer output = {0};
    const pid_t parent = getpid();
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    const pid_t pid = fork();
    if (pid == 0)
        become(argv, ends[1], STDERR_FILENO, false, parent);
    const int error = pid < 0 ? -errno : 0;
    close(ends[1]);
    if (pid > 0)
        read_all(ends[0], &output);
    close(ends[0]);
    if (error < 0)
        return error;
    *ret_output = output.data ? output.data : bytes_text("");
    return reap(pid);
}

int child_start(const char *const argv[], const char *log, pid_t *ret_pid)
{
    const pid_t parent = getpid();
    const int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    const pid_t pid = fork();
    if (pid == 0)
        become(argv, fd, fd, true, parent);
    const int error = pid < 0 ? -errno : 0;
    close(fd);
    if (error == 0)
        *ret_pid = pid;
    return error;
}

bool child_has_ended(pid_t pid, int *ret_code)
{
    int status;
    if (waitpid(pid, &status, WNOHANG) != pid)
        return false;
    *ret_code = code_of(status);
    return true;
}

int child_stop(pid_t pid, int grace_ms)
{
    const int64_t until_us = clock_mono_us() + (int64_t)grace_ms * 1000;
    int code;
    kill(pid, SIGTERM);
    while (clock_mono_us() < until_us) {
        if (child_has_ended(pid, &code))
            return code;
        clock_sleep_us(LOOK_US);
    }
    kill(pid, SIGKILL);
    return reap(pid);
}
