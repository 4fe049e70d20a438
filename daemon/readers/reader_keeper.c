/* The process that a person started by hand. Must not touch the device. One thread. */
#include "readers/reader_keeper.h"
#include "readers/reader_loop.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static sigset_t ends(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

static pid_t start(int (*work)(const struct reader_options *, bool), const struct reader_options *options,
                   bool is_again)
{
    const pid_t keeper = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != keeper)
        _exit(EXIT_FAILURE);
    exit(work(options, is_again));
}

/* Waits for the child, passing on what asks for the end. True when it was asked for. */
static bool wait_for_child(pid_t pid, int *ret_status)
{
    bool is_told = false;
    sigset_t set = ends();
    sigaddset(&set, SIGCHLD);
    while (waitpid(pid, ret_status, WNOHANG) == 0) {
        const int signal = sigwaitinfo(&set, NULL);
        if (signal > 0 && signal != SIGCHLD) {
            is_told = true;
            kill(pid, signal);
        }
    }
    return is_told;
}

/* True when the end was asked for meanwhile. */
static bool pause_before_next(void)
{
    const struct timespec wait = {0, READER_REOPEN_US * 1000L};
    const sigset_t set = ends();
    return sigtimedwait(&set, NULL, &wait) > 0;
}

_Noreturn static void end_alike(int signal_number)
{
    sigset_t set;
    signal(signal_number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, signal_number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(signal_number);
    _exit(EXIT_FAILURE);
}

int reader_keeper_run(int (*work)(const struct reader_options *, bool is_again),
                      const struct reader_options *options)
{
    for (bool is_again = false;; is_again = true) {
        int status;
        const pid_t pid = start(work, options, is_again);
        if (pid < 0)
            return EXIT_FAILURE;
        const bool is_told = wait_for_child(pid, &status);
        if (WIFSIGNALED(status))
            end_alike(WTERMSIG(status));
        if (WEXITSTATUS(status) != READER_EXIT_LOST)
            return WEXITSTATUS(status);
        if (is_told || pause_before_next())
            return EXIT_SUCCESS;
    }
}
