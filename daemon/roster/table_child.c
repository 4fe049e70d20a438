/* The parent of a table's reader. Any thread; posix_spawn() is safe beside others. Must not look into the file. */
#include "roster/table_child.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "roster/table_lines.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_MAX = 1 << 30, CHUNK = 64 << 10, FIRST_OTHER_FD = 3 };

char *table_child_program(void)
{
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    /* installed, the daemon stands in sbin and the tool in bin */
    char *beside = bytes_format("%s/paihao", path), *in_bin = bytes_format("%s/../bin/paihao", path);
    const bool is_beside = eaccess(beside, X_OK) == 0 || eaccess(in_bin, X_OK) != 0;
    free(is_beside ? in_bin : beside);
    return is_beside ? beside : in_bin;
}

/* The bytes behind a descriptor that can be read from its beginning. */
static int memory_file(const uint8_t *bytes, size_t size)
{
    const int fd = memfd_create("table", MFD_CLOEXEC);
    for (size_t done = 0; fd >= 0 && done < size;) {
        const ssize_t n = pwrite(fd, bytes + done, size - done, (off_t)done);
        if (n <= 0) {
            const int error = n < 0 ? errno : EIO;
            close(fd);
            return -error;
        }
        done += (size_t)n;
    }
    return fd < 0 ? -errno : fd;
}

/* Nothing of ours goes along: no variables, no descriptors, no blocked signals. */
static int spawn(const char *program, int input, int output, pid_t *ret_pid)
{
    char *const arguments[] = {(char *)(uintptr_t)program, (char[]){"table"}, (char[]){"-"}, NULL};
    char locale[] = "LC_ALL=C", path[] = "PATH=/usr/bin:/bin";
    char *const environment[] = {locale, path, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    int r = posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (r == 0)
        r = posix_spawn_file_actions_addclosefrom_np(&files, FIRST_OTHER_FD);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setpgroup(&how, 0);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    if (r == 0)
        r = posix_spawn(ret_pid, program, &files, &how, arguments, environment);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return -r;
}

/* Standard descriptors that are closed here would take the pipe's numbers. */
static int above_standard(int *fd)
{
    if (*fd >= FIRST_OTHER_FD)
        return 0;
    const int moved = fcntl(*fd, F_DUPFD_CLOEXEC, FIRST_OTHER_FD);
    if (moved < 0)
        return -errno;
    close(*fd);
    *fd = moved;
    return 0;
}

static int start(const char *program, const uint8_t *bytes, size_t size, int *ret_answer, pid_t *ret_pid)
{
    int ends[2] = {-1, -1}, r;
    int input = memory_file(bytes, size);
    if (input < 0)
        return input;
    r = pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0;
    for (int i = 0; i < 2 && r == 0; i++)
        r = above_standard(&ends[i]);
    if (r == 0)
        r = above_standard(&input);
    if (r == 0)
        r = spawn(program, input, ends[1], ret_pid);
    close(input);
    if (ends[1] >= 0)
        close(ends[1]);
    if (r < 0 && ends[0] >= 0)
        close(ends[0]);
    else
        *ret_answer = ends[0];
    return r;
}

/* ---- its answer ---- */

struct answer {
    int fd;
    int64_t end_us;
    struct buffer waiting;
    size_t taken;
    struct table_lines *lines;
};

/* All whole lines that have come. 0 or as table_lines_take(). */
static int take_lines(struct answer *answer, size_t fresh)
{
    size_t start = 0, searched = fresh;
    const char *data = answer->waiting.data, *line_end;
    int r = 0;
    while (r == 0 && (line_end = memchr(data + searched, '\n', answer->waiting.size - searched))) {
        const size_t end = (size_t)(line_end - data);
        r = table_lines_take(answer->lines, data + start, end - start);
        start = searched = end + 1;
    }
    buffer_take_front(&answer->waiting, start);
    return r == 0 && answer->waiting.size > TABLE_LINE_MAX ? -EPROTO : r;
}

/* 1: goes on, 0: the answer ended, -ETIMEDOUT, -EPROTO, -ECANCELED or another -errno. */
static int take_some(struct answer *answer)
{
    char chunk[CHUNK];
    const int64_t left_us = answer->end_us - clock_mono_us();
    struct pollfd ready = {.fd = answer->fd, .events = POLLIN};
    const int n_ready = left_us > 0 ? poll(&ready, 1, (int)(left_us / 1000 + 1)) : 0;
    if (n_ready < 0)
        return errno == EINTR ? 1 : -errno;
    if (n_ready == 0)
        return -ETIMEDOUT;
    const ssize_t n = read(answer->fd, chunk, sizeof chunk);
    if (n < 0)
        return errno == EINTR ? 1 : -errno;
    if (n == 0)
        return answer->waiting.size > 0 ? -EPROTO : 0;
    answer->taken += (size_t)n;
    if (answer->taken > ANSWER_MAX)
        return -EFBIG;
    const size_t fresh = answer->waiting.size;
    buffer_add(&answer->waiting, chunk, (size_t)n);
    const int r = take_lines(answer, fresh);
    return r < 0 ? r : 1;
}

/* How it ended says something only of an answer that did not. */
static enum table_fault judge(int result, int status, const struct table_lines *lines)
{
    if (result == -ECANCELED)
        return TABLE_STOPPED;
    if (result == -ETIMEDOUT || result == -EFBIG)
        return TABLE_TOO_LARGE;
    if (WIFSIGNALED(status)) {
        const int by = WTERMSIG(status);
        if (by == SIGXCPU || by == SIGKILL || by == SIGABRT) /* the last: no memory left */
            return TABLE_TOO_LARGE;
        return by == SIGSEGV || by == SIGBUS || by == SIGILL || by == SIGFPE ? TABLE_BROKEN : TABLE_SYSTEM;
    }
    return result == 0 && lines->has_ended ? lines->end : TABLE_SYSTEM;
}

static enum table_fault follow(int fd, pid_t pid, unsigned timeout_ms, const struct table_sink *sink)
{
    struct answer answer = {.fd = fd, .end_us = clock_mono_us() + (int64_t)timeout_ms * 1000};
    int result, status = 0;
    answer.lines = bytes_alloc(sizeof *answer.lines);
    table_lines_init(answer.lines, sink);
    do
        result = take_some(&answer);
    while (result > 0);
    if (result < 0)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    const enum table_fault fault = judge(
        result, result < 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : status, answer.lines);
    table_lines_done(answer.lines);
    free(answer.lines);
    buffer_done(&answer.waiting);
    return fault;
}

enum table_fault table_child_read(const char *program, const uint8_t *bytes, size_t size, unsigned timeout_ms,
                                  const struct table_sink *sink)
{
    int fd = -1;
    pid_t pid = 0;
    if (size > TABLE_FILE_MAX)
        return TABLE_TOO_LARGE;
    char *found = program ? NULL : table_child_program();
    if (!program)
        program = found;
    const int r = program ? start(program, bytes, size, &fd, &pid) : -ENOENT;
    free(found);
    if (r < 0)
        return TABLE_SYSTEM;
    const enum table_fault fault = follow(fd, pid, timeout_ms, sink);
    close(fd);
    return fault;
}
