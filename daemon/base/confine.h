/* What a process that reads strangers' bytes gives up before it looks at the first of them: root, privileges, new files,
 * new sockets, new processes, executable memory. One way only, for all its threads.
 *
 * Descriptors that are open stay usable. A call outside the list fails with EPERM. It does not kill: what a library tries
 * in passing (a time zone, a terminal's name) must not end the work, and a refused call has done nothing. */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True in builds with a sanitizer, whose run-time maps terabytes, reads /proc and starts a process to look for leaks:
 * these may also read files and clone, and have no limit of memory. Everything else is as in real builds. */
extern const bool confine_is_widened;

struct confine {
    unsigned user, group; /* who to be, when started by root */
    uint64_t memory_most; /* bytes of address space; not when widened */
    unsigned cpu_seconds; /* of the whole process; 0: no limit */
    unsigned files_most;  /* descriptors */
    bool denies_files; /* by Landlock as well, where the kernel has it: every path, but not what has none */
    /* By name, except for fcntl(), of which everybody may do the harmless part and nobody the rest. */
    const char *const *calls; /* unknown ones are left out, since not every architecture has every call */
    size_t n_calls;
    /* Further rules, with libseccomp's filter; 0 or -errno. NULL: none. */
    int (*add_rules)(void *filter);
};

/* `user` is a user's name, looked up in files. 0, or -ENOENT for an unknown one and for root. */
int confine_find_user(struct confine *, const char *user);
/* 0, 1 when done except that the kernel has no seccomp filters, or -errno: the process may be half confined and has to
 * end. */
int confine_enter(const struct confine *);

#endif
