/* The sandbox of a reader process: a child confines itself and then tries each call of a table; what came of it is
 * compared with the legend. Rows marked `real` do not hold for builds with a sanitizer (reader_sandbox.h). */
#include "base/confine.h"
#include "patience.h"
#include "readers/reader_sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

/* What was open before. */
static int tty, tty_master, pipe_ends[2], sockets[2];
static atomic_int thread_asks, thread_answer = -1;

static int error_of(long result)
{
    return result < 0 ? errno : 0;
}

/* ---- each gives 0 or an errno */
static int read_passwd(void)
{
    return error_of(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int read_passwd_from_root(void)
{
    return error_of(
        syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", (uint64_t[3]){O_RDONLY}, sizeof(uint64_t[3])));
}

static int make_file(void)
{
    return error_of(open("/tmp/paihao-test-sandbox", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int remove_file(void)
{
    return error_of(unlink("/tmp/paihao-test-none"));
}

static int internet_socket(void)
{
    return error_of(socket(AF_INET, SOCK_STREAM, 0));
}

static int local_socket(void)
{
    return error_of(socket(AF_UNIX, SOCK_DGRAM, 0));
}

static int connect_somewhere(void)
{
    const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = 9};
    return error_of(connect(sockets[0], (const struct sockaddr *)&address, sizeof address));
}

static int run_program(void)
{
    return error_of(execve("/bin/true", (char *[]){(char[]){"true"}, NULL}, (char *[]){NULL}));
}

static int start_process(void)
{
    const long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    return error_of(pid);
}

static int signal_parent(void)
{
    return error_of(kill(getppid(), 0));
}

static int signal_thread_of_parent(void)
{
    return error_of(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int runnable_memory(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno
                                                                                                     : 0;
}

static int much_memory(void)
{
    void *memory = mmap(NULL, (size_t)1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? errno : 0;
}

static int type_into_terminal(void)
{
    return error_of(ioctl(tty, TIOCSTI, "x"));
}

static int type_with_high_bits(void) /* the kernel looks at 32 bits only */
{
    return error_of(syscall(SYS_ioctl, tty, (uint64_t)1 << 32 | TIOCSTI, "x"));
}

static int mount_something(void)
{
    return error_of(mount("none", "/mnt", "tmpfs", 0, NULL));
}

static int trace_parent(void)
{
    return error_of(syscall(SYS_process_vm_writev, getppid(), NULL, 0, NULL, 0, 0));
}

static int become_root(void)
{
    return error_of(setuid(0));
}

static int in_another_thread(void)
{
    thread_asks = 1;
    while (thread_answer < 0)
        poll(NULL, 0, 1);
    return thread_answer;
}

/* ---- orders to the kernel to send a signal */
static int own_a_pipe(void)
{
    return error_of(fcntl(pipe_ends[0], F_SETOWN, getppid()));
}

static int own_a_pipe_by_the_newer_command(void)
{
    return error_of(fcntl(pipe_ends[0], F_SETOWN_EX, &(struct f_owner_ex){F_OWNER_PID, getppid()}));
}

static int own_with_high_bits(void)
{
    return error_of(syscall(SYS_fcntl, pipe_ends[0], (uint64_t)1 << 32 | F_SETOWN, getppid()));
}

static int choose_signal(void)
{
    return error_of(fcntl(pipe_ends[0], F_SETSIG, SIGKILL));
}

static int be_asynchronous(void)
{
    return error_of(fcntl(pipe_ends[0], F_SETFL, O_ASYNC | O_NONBLOCK));
}

static int be_asynchronous_by_request(void)
{
    return error_of(ioctl(pipe_ends[0], FIOASYNC, &(int){1}));
}

static int own_a_socket(void)
{
    return error_of(ioctl(sockets[0], FIOSETOWN, &(int){getppid()}));
}

static int own_a_socket_by_group(void)
{
    return error_of(ioctl(sockets[0], SIOCSPGRP, &(int){getppid()}));
}

static int own_a_terminal(void)
{
    return error_of(ioctl(tty, TIOCSPGRP, &(int){getppid()}));
}

static int lease_a_file(void)
{
    return error_of(fcntl(pipe_ends[0], F_SETLEASE, F_RDLCK));
}

static int queue_signal(void)
{
    siginfo_t info = {.si_code = SI_QUEUE};
    return error_of(syscall(SYS_rt_sigqueueinfo, getppid(), SIGURG, &info));
}

static int die_another_way(void)
{
    return error_of(prctl(PR_SET_PDEATHSIG, 0));
}

static int look_at_a_path(void)
{
    struct stat s;
    return error_of(stat("/etc/shadow", &s));
}

static int look_at_a_path_anew(void)
{
    struct statx s;
    return error_of(statx(AT_FDCWD, "/etc/shadow", 0, STATX_SIZE, &s));
}

static int flags_of_descriptors(void)
{
    const int flags = fcntl(pipe_ends[0], F_GETFL);
    if (flags < 0 || fcntl(pipe_ends[0], F_SETFL, flags | O_NONBLOCK) < 0 ||
        fcntl(pipe_ends[0], F_SETFD, FD_CLOEXEC) < 0)
        return errno;
    const int copy = fcntl(pipe_ends[0], F_DUPFD_CLOEXEC, 10);
    return copy < 0 ? errno : error_of(close(copy));
}

static int terminal_settings(void)
{
    struct termios line;
    return error_of(tcgetattr(tty, &line)) ? errno : error_of(tcsetattr(tty, TCSANOW, &line));
}

static int bytes_of_terminal(void)
{
    char c = 0;
    if (write(tty_master, "y\n", 2) != 2)
        return errno;
    struct pollfd p = {.fd = tty, .events = POLLIN};
    return poll(&p, 1, (int)patiently(1000)) == 1 && read(tty, &c, 1) == 1 && c == 'y' ? 0 : ENOMSG;
}

static int bytes_of_socket(void)
{
    char c = 0;
    return send(sockets[0], "z", 1, 0) == 1 && recv(sockets[1], &c, 1, 0) == 1 && c == 'z' ? 0 : errno;
}

static int some_memory(void)
{
    char *volatile memory = malloc(8 << 20);
    if (!memory)
        return ENOMEM;
    memset(memory, 1, 8 << 20);
    free(memory);
    return 0;
}

static int time_and_signals(void)
{
    struct timespec now, moment = {0, 1000};
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    if (clock_gettime(CLOCK_MONOTONIC, &now) < 0 || nanosleep(&moment, NULL) < 0)
        return errno;
    return sigtimedwait(&ends, NULL, &moment) < 0 && errno != EAGAIN ? errno : 0;
}

static int many_descriptors(void)
{
    int n = 0, last = -1;
    for (int fd; n < 200 && (fd = dup(pipe_ends[0])) >= 0; last = fd)
        n++;
    for (int i = 0; i < n; i++)
        close(last - i);
    return n < 64 ? EMFILE : 0;
}

static const struct {
    const char *legend;
    int (*call)(void);
    int error; /* 0: works */
    bool real;
} rows[] = {
    {"a file", read_passwd, EPERM, true},
    {"a file by a newer call", read_passwd_from_root, EPERM, false},
    {"a new file", make_file, EPERM, true},
    {"removing a file", remove_file, EPERM, false},
    {"a socket of the network", internet_socket, EPERM, false},
    {"a local socket", local_socket, EPERM, false},
    {"connecting an old socket", connect_somewhere, EPERM, false},
    {"another program", run_program, EPERM, false},
    {"another process", start_process, EPERM, true},
    {"a signal to another", signal_parent, EPERM, false},
    {"a signal to a thread of another", signal_thread_of_parent, EPERM, false},
    {"the pipe's owner", own_a_pipe, EPERM, false},
    {"the pipe's owner by a newer command", own_a_pipe_by_the_newer_command, EPERM, false},
    {"the pipe's owner with high bits", own_with_high_bits, EPERM, false},
    {"the pipe's signal", choose_signal, EPERM, false},
    {"a signal for each byte", be_asynchronous, EPERM, false},
    {"a signal for each byte by ioctl", be_asynchronous_by_request, EPERM, false},
    {"the socket's owner", own_a_socket, EPERM, false},
    {"the socket's group", own_a_socket_by_group, EPERM, false},
    {"the terminal's group", own_a_terminal, EPERM, false},
    {"a lease", lease_a_file, EPERM, false},
    {"a signal with a value", queue_signal, EPERM, false},
    {"another fate at the parent's death", die_another_way, EPERM, true},
    {"what is known of a path", look_at_a_path, EPERM, true},
    {"what is known of a path, anew", look_at_a_path_anew, EPERM, true},
    {"memory of another", trace_parent, EPERM, false},
    {"memory to run", runnable_memory, EPERM, true},
    {"a gigabyte", much_memory, ENOMEM, true},
    {"typing into a terminal", type_into_terminal, EPERM, false},
    {"typing with high bits", type_with_high_bits, EPERM, false},
    {"mounting", mount_something, EPERM, false},
    {"root again", become_root, EPERM, false},
    {"a file, in a thread that was there before", in_another_thread, EPERM, true},
    {"more than 64 descriptors", many_descriptors, EMFILE, false},
    {"flags of descriptors", flags_of_descriptors, 0, false},
    {"the device's settings", terminal_settings, 0, false},
    {"the device's bytes", bytes_of_terminal, 0, false},
    {"bytes of a connection", bytes_of_socket, 0, false},
    {"some memory", some_memory, 0, false},
    {"time and signals", time_and_signals, 0, false},
};
enum { N_ROWS = sizeof rows / sizeof rows[0] };

static void *thread(void *none)
{
    (void)none;
    while (!thread_asks)
        poll(NULL, 0, 1);
    thread_answer = read_passwd();
    return NULL;
}

static void open_things(void)
{
    tty_master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(tty_master >= 0 && grantpt(tty_master) == 0 && unlockpt(tty_master) == 0);
    tty = open(ptsname(tty_master), O_RDWR | O_NOCTTY);
    assert_true(tty >= 0);
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
}

struct report {
    int entered, errors[N_ROWS], uid;
    long long capabilities;
};

static long long effective_capabilities(int status_fd)
{
    char text[4096];
    const ssize_t n = pread(status_fd, text, sizeof text - 1, 0);
    if (n <= 0)
        return -1;
    text[n] = '\0';
    const char *line = strstr(text, "CapPrm:");
    return line ? strtoll(line + 7, NULL, 16) : -1;
}

_Noreturn static void be_confined(int report_fd)
{
    struct report report = {0};
    struct reader_sandbox sandbox;
    pthread_t other;
    const int status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (reader_sandbox_prepare(&sandbox, "nobody") < 0 || pthread_create(&other, NULL, thread, NULL) != 0)
        _exit(9);
    report.entered = reader_sandbox_enter(&sandbox);
    for (size_t i = 0; report.entered == 0 && i < N_ROWS; i++)
        report.errors[i] = rows[i].call();
    report.uid = (int)getuid();
    report.capabilities = effective_capabilities(status);
    if (write(report_fd, &report, sizeof report) != sizeof report)
        _exit(8);
    _exit(0);
}

static void confined_processes_can_do_their_work_and_nothing_else(void **state)
{
    (void)state;
    struct report report;
    int ends[2], status;
    open_things();
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0)
        be_confined(ends[1]);
    close(ends[1]);
    const ssize_t n = read(ends[0], &report, sizeof report);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(n, sizeof report);
    assert_int_equal(report.entered, 0);
    for (size_t i = 0; i < N_ROWS; i++)
        if (report.errors[i] != rows[i].error && !(rows[i].real && confine_is_widened))
            fail_msg("%s: %s instead of %s", rows[i].legend, strerror(report.errors[i]),
                     strerror(rows[i].error));
    assert_true(report.uid != 0);
    assert_int_equal(report.capabilities, 0);
}

/* A pipe told to send SIGKILL to somebody of the same user for the next byte. */
_Noreturn static void attack(pid_t victim, bool is_confined)
{
    int ends[2];
    struct reader_sandbox sandbox;
    if (pipe(ends) < 0)
        _exit(9);
    if (is_confined &&
        (reader_sandbox_prepare(&sandbox, "nobody") < 0 || reader_sandbox_enter(&sandbox) != 0))
        _exit(9);
    fcntl(ends[0], F_SETOWN, victim);
    fcntl(ends[0], F_SETSIG, SIGKILL);
    fcntl(ends[0], F_SETFL, O_ASYNC);
    _exit(write(ends[1], "x", 1) == 1 ? 0 : 8);
}

/* True when its child's attack has killed a process that has the child's user, as the daemon has. */
static bool attack_kills(bool is_confined)
{
    int status;
    const struct passwd *nobody = getpwnam("nobody");
    assert_non_null(nobody);
    const pid_t parent = fork();
    if (parent == 0) {
        const pid_t self = getpid();
        if (geteuid() == 0 && (setresgid(nobody->pw_gid, nobody->pw_gid, nobody->pw_gid) < 0 ||
                               setresuid(nobody->pw_uid, nobody->pw_uid, nobody->pw_uid) < 0))
            _exit(7);
        const pid_t child = fork();
        if (child == 0)
            attack(self, is_confined);
        _exit(waitpid(child, &status, 0) == child && status == 0 ? 0 : 6);
    }
    assert_int_equal(waitpid(parent, &status, 0), parent);
    assert_true(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void the_kernel_kills_nobody_for_it(void **state)
{
    (void)state;
    assert_true(attack_kills(false)); /* else this test shows nothing */
    assert_false(attack_kills(true));
}

/* libnfc aborts on what a bad device can send: that must still end the process, by that signal. */
static void abort_still_aborts(void **state)
{
    (void)state;
    int status;
    const pid_t child = fork();
    if (child == 0) {
        struct reader_sandbox sandbox;
        signal(SIGABRT, SIG_DFL); /* not the test library's */
        if (reader_sandbox_prepare(&sandbox, "nobody") < 0 || reader_sandbox_enter(&sandbox) != 0)
            _exit(9);
        abort();
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* A change of user must not lose the order to die with the parent: a child confines itself and waits for ever, its
 * parent ends, and the pipe that only the child still holds is closed. */
static void dies_with_its_parent(void **state)
{
    (void)state;
    int ends[2];
    char c;
    assert_int_equal(pipe(ends), 0);
    const pid_t parent = fork();
    if (parent == 0) {
        int ready[2];
        if (pipe(ready) < 0)
            _exit(9);
        if (fork() == 0) {
            struct reader_sandbox sandbox;
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            const bool is_confined =
                reader_sandbox_prepare(&sandbox, "nobody") == 0 && reader_sandbox_enter(&sandbox) == 0;
            const ssize_t written = write(ready[1], is_confined ? "1" : "0", 1);
            (void)written;
            for (;;)
                poll(NULL, 0, -1);
        }
        _exit(read(ready[0], &c, 1) == 1 && c == '1' ? 0 : 8);
    }
    int status;
    close(ends[1]);
    assert_int_equal(waitpid(parent, &status, 0), parent);
    assert_int_equal(status, 0);
    struct pollfd end = {.fd = ends[0], .events = POLLIN};
    assert_int_equal(poll(&end, 1, (int)patiently(5000)), 1);
    assert_int_equal(read(ends[0], &c, 1), 0);
}

static void unknown_users_and_root_are_refused(void **state)
{
    (void)state;
    struct reader_sandbox sandbox;
    assert_int_equal(reader_sandbox_prepare(&sandbox, "no-such-user-here"), -ENOENT);
    assert_int_equal(reader_sandbox_prepare(&sandbox, "root"), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(confined_processes_can_do_their_work_and_nothing_else),
        cmocka_unit_test(the_kernel_kills_nobody_for_it),
        cmocka_unit_test(abort_still_aborts),
        cmocka_unit_test(dies_with_its_parent),
        cmocka_unit_test(unknown_users_and_root_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
