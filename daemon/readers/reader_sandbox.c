/* The sandbox of a reader process. Called once, by the loop's thread; libseccomp spreads the filter to the threads that
 * libusb may have started. Must not open anything. */
#include "readers/reader_sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/i2c-dev.h>
#include <linux/spi/spidev.h>
#include <linux/usbdevice_fs.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#if defined(__has_feature)
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || HAS_FEATURE(address_sanitizer) ||       \
    HAS_FEATURE(thread_sanitizer)
const bool reader_sandbox_is_widened = true;
#else
const bool reader_sandbox_is_widened = false;
#endif

enum { FILES_MOST = 64 };
static const rlim_t memory_most = (rlim_t)512 << 20;

/* What moves bytes over open descriptors, keeps time, memory and signals, and ends. Names, since not every
 * architecture has every call; unknown ones are left out. */
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
    "newfstatat",
    "fstatat64",
    "statx",
    "fcntl",
    "fcntl64",
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

/* The run-time of a sanitizer, see the header. */
static const char *const widened_calls[] = {
    "openat",
    "open",
    "readlink",
    "readlinkat",
    "clone",
    "clone3",
    "wait4",
    "ptrace",
    "prctl",
    "prlimit64",
    "getrlimit",
    "sched_getaffinity",
    "getdents",
    "getdents64",
    "sysinfo",
    "mmap",
    "mprotect",
    "tgkill",
    "kill",
    "mlock",
    "munlock",
    "get_robust_list",
    "process_vm_readv",
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
    tzset(); /* reads a file */
    const struct passwd *entry = getpwnam(user);
    if (!entry || entry->pw_uid == 0)
        return -ENOENT;
    *s = (struct reader_sandbox){.user = entry->pw_uid, .group = entry->pw_gid};
    return 0;
}

/* A change of user takes the order to die with the parent away: it is given again. */
static int change_user(const struct reader_sandbox *s)
{
    int order = 0;
    const pid_t parent = getppid();
    prctl(PR_GET_PDEATHSIG, &order);
    if (setgroups(0, NULL) < 0 || setresgid(s->group, s->group, s->group) < 0 ||
        setresuid(s->user, s->user, s->user) < 0)
        return -errno;
    if (order != 0 && (prctl(PR_SET_PDEATHSIG, order) < 0 || getppid() != parent))
        return -ESRCH;
    return setuid(0) == 0 ? -EPERM : 0;
}

/* A service manager may forbid the call; then it must have left us nothing to drop, which is looked at. */
static int drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3] = {0};
    if (syscall(SYS_capset, &head, held) == 0)
        return 0;
    if (syscall(SYS_capget, &head, held) < 0)
        return -errno;
    for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        if (held[i].permitted != 0)
            return -EPERM;
    return 0;
}

static int drop_privileges(const struct reader_sandbox *s)
{
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++)
        prctl(PR_CAPBSET_DROP, capability); /* who may not do this has none to lose */
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    int r = geteuid() == 0 ? change_user(s) : 0;
    if (r == 0)
        r = drop_capabilities();
    if (r < 0)
        return r;
    /* other processes of that user must not look into this one's memory; a sanitizer must, into its own */
    if (prctl(PR_SET_DUMPABLE, reader_sandbox_is_widened) < 0)
        return -errno;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* By hand the output may go into a file. */
static bool writes_to_files(void)
{
    struct stat s;
    for (int fd = 0; fd < FILES_MOST; fd++)
        if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY)
            return true;
    return false;
}

static int limit_resources(void)
{
    const struct {
        int resource;
        rlim_t most;
        bool applies;
    } limits[] = {
        {RLIMIT_CORE, 0, true},
        {RLIMIT_NPROC, 0, !reader_sandbox_is_widened},
        {RLIMIT_FSIZE, 0, !writes_to_files()},
        {RLIMIT_NOFILE, FILES_MOST, true}, /* not 0: poll() of several descriptors would fail */
        {RLIMIT_AS, memory_most, !reader_sandbox_is_widened},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct rlimit limit;
        if (!limits[i].applies || getrlimit(limits[i].resource, &limit) < 0)
            continue;
        if (limit.rlim_max > limits[i].most)
            limit = (struct rlimit){limits[i].most, limits[i].most};
        if (setrlimit(limits[i].resource, &limit) < 0)
            return -errno;
    }
    return 0;
}

static int allow_calls(scmp_filter_ctx filter, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const int call = seccomp_syscall_resolve_name(names[i]);
        const int r = call == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
        if (r < 0 && r != -EDOM)
            return r;
    }
    return 0;
}

/* Masked to 32 bits, as the kernel takes them: higher ones would slip past. */
static int allow_requests(scmp_filter_ctx filter)
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

/* Memory that can be run is made by none of our libraries; a signal goes to ourselves only (abort()). */
static int allow_by_argument(scmp_filter_ctx filter)
{
    const struct {
        int call;
        struct scmp_arg_cmp rule;
    } rules[] = {
        {SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {SCMP_SYS(mmap2), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_MASKED_EQ, 0xffffffff, (scmp_datum_t)getpid())},
    };
    if (reader_sandbox_is_widened)
        return allow_calls(filter, widened_calls, sizeof widened_calls / sizeof *widened_calls);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, rules[i].call, 1, rules[i].rule);
        if (r < 0 && r != -EDOM)
            return r;
    }
    return 0;
}

static int load_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter)
        return -ENOMEM;
    int r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (r == 0)
        r = allow_calls(filter, calls, sizeof calls / sizeof *calls);
    if (r == 0)
        r = allow_requests(filter);
    if (r == 0)
        r = allow_by_argument(filter);
    if (r == 0)
        r = seccomp_load(filter);
    seccomp_release(filter);
    return r;
}

int reader_sandbox_enter(const struct reader_sandbox *s)
{
    int r = limit_resources();
    if (r == 0)
        r = drop_privileges(s);
    if (r < 0)
        return r;
    if (prctl(PR_GET_SECCOMP) < 0) /* not built into this kernel */
        return 1;
    return load_filter();
}
