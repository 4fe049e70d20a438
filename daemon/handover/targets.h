/* Sticks and disks that somebody plugged in: what is mounted below /media, /run/media and /mnt and can be written. */
#ifndef HANDOVER_TARGETS_H
#define HANDOVER_TARGETS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct target {
    char *folder;
    int64_t room; /* bytes; -1: not known */
};
struct targets {
    struct target *list;
    size_t count;
};
/* In the order of their folders. Asks the disks, so it may block. */
void targets_read(struct targets *);
void targets_done(struct targets *);
bool targets_has(const struct targets *, const char *folder);
/* The mount point that a line of /proc/self/mountinfo tells of (proc_pid_mountinfo(5)), to free(), when it is one where
 * sticks are mounted and may be written; else NULL. */
char *target_of_line(const char *line);

#endif
