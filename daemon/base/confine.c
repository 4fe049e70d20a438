/* Confinement. Called once, by the thread that goes on to work; libseccomp spreads the filter to threads that libraries
 * may have started. Must not open anything. */
#include "base/confine.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__has_feature)
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || HAS_FEATURE(address_sanitizer) ||       \
    HAS_FEATURE(thread_sanitizer)
const bool confine_is_widened = true;
#else
const bool confine_is_widened = false;
#endif

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
    "newfstatat",
    "fstatat64",
    "statx",
};

int confine_find_user(struct confine *c, const char *user)
{
    const struct passwd *entry = getpwnam(user);
    if (!entry || entry->pw_uid == 0)
        return -ENOENT;
    c->user = entry->pw_uid;
    c->group = entry->pw_gid;
    return 0;
}

/* A change of user takes the order to die with the parent away: it is given again. */
static int change_user(const struct confine *c)
{
    int order = 0;
    const pid_t parent = getppid();
    prctl(PR_GET_PDEATHSIG, &order);
    if (setgroups(0, NULL) < 0 || setresgid(c->group, c->group, c->group) < 0 ||
        setresuid(c->user, c->user, c->user) < 0)
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

static int drop_privileges(const struct confine *c)
{
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++)
        prctl(PR_CAPBSET_DROP, capability); /* who may not do this has none to lose */
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    int r = geteuid() == 0 ? change_user(c) : 0;
    if (r == 0)
        r = drop_capabilities();
    if (r < 0)
        return r;
    /* other processes of that user must not look into this one's memory; a sanitizer must, into its own */
    if (prctl(PR_SET_DUMPABLE, confine_is_widened) < 0)
        return -errno;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* By hand the output may go into a file. */
static bool writes_to_files(unsigned files_most)
{
    struct stat s;
    for (unsigned fd = 0; fd < files_most; fd++)
        if (fstat((int)fd, &s) == 0 && S_ISREG(s.st_mode) &&
            (fcntl((int)fd, F_GETFL) & O_ACCMODE) != O_RDONLY)
            return true;
    return false;
}

static int limit_resources(const struct confine *c)
{
    const struct {
        int resource;
        rlim_t most;
        bool applies;
    } limits[] = {
        {RLIMIT_CORE, 0, true},
        {RLIMIT_NPROC, 0, !confine_is_widened},
        {RLIMIT_FSIZE, 0, !writes_to_files(c->files_most)},
        {RLIMIT_NOFILE, c->files_most, true}, /* not 0: poll() of several descriptors would fail */
        {RLIMIT_AS, c->memory_most, !confine_is_widened},
        {RLIMIT_CPU, c->cpu_seconds, c->cpu_seconds > 0},
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

/* A second wall. An empty set of rules denies every path; what has no path in a file system (a memory file, a pipe)
 * opens as before. A kernel without Landlock has the filter alone. */
static int deny_files(void)
{
    const struct landlock_ruleset_attr all = {.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
    const long rules = syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    if (rules < 0)
        return 0;
    const int r = syscall(SYS_landlock_restrict_self, rules, 0) < 0 ? -errno : 0;
    close((int)rules);
    return r;
}

/* fcntl() can order the kernel to send any signal to any process of our user (F_SETOWN, F_SETSIG, O_ASYNC): what the
 * daemon that started us shares is its user. */
static bool is_by_argument(const char *name)
{
    return strcmp(name, "fcntl") == 0 || strcmp(name, "fcntl64") == 0;
}

static int allow_calls(scmp_filter_ctx filter, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (is_by_argument(names[i]))
            continue;
        const int call = seccomp_syscall_resolve_name(names[i]);
        const int r = call == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
        if (r < 0 && r != -EDOM)
            return r;
    }
    return 0;
}

/* Commands and flags masked to 32 bits, as the kernel takes them. */
static int allow_fcntl(scmp_filter_ctx filter)
{
    static const int calls[] = {SCMP_SYS(fcntl), SCMP_SYS(fcntl64)};
    static const int commands[] = {F_GETFL, F_GETFD, F_SETFD, F_DUPFD_CLOEXEC};
    int r = 0;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        for (size_t j = 0; (r == 0 || r == -EDOM) && j < sizeof commands / sizeof *commands; j++)
            r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 1,
                                 SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, (scmp_datum_t)commands[j]));
        if (r == 0)
            r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 2,
                                 SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, F_SETFL),
                                 SCMP_A2(SCMP_CMP_MASKED_EQ, O_ASYNC, 0));
        if (r < 0 && r != -EDOM)
            return r;
    }
    return 0;
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
    if (confine_is_widened)
        return allow_calls(filter, widened_calls, sizeof widened_calls / sizeof *widened_calls);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, rules[i].call, 1, rules[i].rule);
        if (r < 0 && r != -EDOM)
            return r;
    }
    return 0;
}

static int load_filter(const struct confine *c)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter)
        return -ENOMEM;
    int r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (r == 0)
        r = allow_calls(filter, c->calls, c->n_calls);
    if (r == 0 && c->add_rules)
        r = c->add_rules(filter);
    if (r == 0)
        r = allow_fcntl(filter);
    if (r == 0)
        r = allow_by_argument(filter);
    if (r == 0)
        r = seccomp_load(filter);
    seccomp_release(filter);
    return r;
}

int confine_enter(const struct confine *c)
{
    int r = limit_resources(c);
    if (r == 0)
        r = drop_privileges(c);
    if (r == 0 && c->denies_files && !confine_is_widened)
        r = deny_files();
    if (r < 0)
        return r;
    if (prctl(PR_GET_SECCOMP) < 0) /* not built into this kernel */
        return 1;
    return load_filter(c);
}
