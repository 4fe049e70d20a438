/* The sandbox of a reader process. Called once, by the loop's thread. Must not open anything. */
#include "readers/reader_sandbox.h"
#include "base/confine.h"
#include <linux/i2c-dev.h>
#include <linux/spi/spidev.h>
#include <linux/usbdevice_fs.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>

enum { FILES_MOST = 64, MEMORY_MOST = 512 << 20 };

/* What moves bytes over open descriptors, keeps time, memory and signals, and ends. Names, since not every
 * architecture has every call; unknown ones are left out. Nothing that takes a path, stat() neither: glibc 2.36 makes
 * fstat() of newfstatat(), too, which no library needs any more once its device is open. */
static const char *const calls[] = {
    "read",
    "readv",
    "pread64",
    "write",
    "writev",
    "pwrite64",
    "close",
    "lseek",
    "_llseek",
    "fstat",
    "fstat64",
    "flock",
    "dup",
    "poll",
    "ppoll",
    "ppoll_time64",
    "select",
    "_newselect",
    "pselect6",
    "pselect6_time64",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "pipe",
    "pipe2",
    "eventfd2",
    "timerfd_create",
    "timerfd_settime",
    "timerfd_settime64",
    "timerfd_gettime",
    "timerfd_gettime64",
    /* on sockets that are open already; there is no call here that makes one */
    "recvfrom",
    "recvmsg",
    "recv",
    "sendto",
    "sendmsg",
    "send",
    "shutdown",
    "getsockopt",
    "setsockopt",
    "clock_gettime",
    "clock_gettime64",
    "clock_getres",
    "clock_nanosleep",
    "clock_nanosleep_time64",
    "nanosleep",
    "gettimeofday",
    "time",
    "alarm",
    "setitimer",
    "futex",
    "futex_time64",
    "set_robust_list",
    "rseq",
    "sched_yield",
    "brk",
    "munmap",
    "mremap",
    "madvise",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigreturn",
    "rt_sigtimedwait",
    "rt_sigtimedwait_time64",
    "sigaltstack",
    "restart_syscall",
    "getrandom",
    "getpid",
    "gettid",
    "getppid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "uname",
    "exit",
    "exit_group",
};

/* Requests to terminals by themselves: TIOCSTI and TIOCLINUX, by which a process types into a terminal, belong to the
 * same family. All others by family: usbfs, evdev, hidraw, I2C and SPI. */
static const uint32_t terminal_requests[] = {
    TCGETS,   TCSETS,   TCSETSW,    TCSETSF,  TCSBRK,   TCSBRKP,  TCXONC,   TCFLSH,    TIOCEXCL, TIOCNXCL,
    TIOCOUTQ, FIONREAD, TIOCGWINSZ, TIOCMGET, TIOCMBIS, TIOCMBIC, TIOCMSET, TIOCGPGRP, FIONBIO,
};
static const uint32_t request_families[] = {'U', 'E', 'H', SPI_IOC_MAGIC, I2C_SLAVE >> 8};

int reader_sandbox_prepare(struct reader_sandbox *s, const char *user)
{
    struct confine found = {0};
    tzset(); /* reads a file */
    const int r = confine_find_user(&found, user);
    if (r == 0)
        *s = (struct reader_sandbox){.user = found.user, .group = found.group};
    return r;
}

/* Masked to 32 bits, as the kernel takes them: higher ones would slip past. */
static int allow_requests(void *filter)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < sizeof terminal_requests / sizeof *terminal_requests; i++)
        r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                             SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, terminal_requests[i]));
    for (size_t i = 0; r == 0 && i < sizeof request_families / sizeof *request_families; i++)
        r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                             SCMP_A1(SCMP_CMP_MASKED_EQ, 0xff00, request_families[i] << 8));
    return r;
}

int reader_sandbox_enter(const struct reader_sandbox *s)
{
    const struct confine walls = {
        .user = s->user,
        .group = s->group,
        .memory_most = MEMORY_MOST,
        .files_most = FILES_MOST,
        .calls = calls,
        .n_calls = sizeof calls / sizeof *calls,
        .add_rules = allow_requests,
    };
    return confine_enter(&walls);
}
