/* The real programs as children of a rehearsal. */
#ifndef REHEARSAL_CHILD_H
#define REHEARSAL_CHILD_H
#include <stdbool.h>
#include <sys/types.h>

enum { CHILD_OUTPUT_MAX = 64 * 1024 };

/* Runs argv[0] (a path) to its end; its standard error is ours. Gives what it wrote on standard output
 * (free()), at most CHILD_OUTPUT_MAX bytes. Returns its exit code, 128 + the signal that ended it, or -errno
 * when it could not start. */
int child_run(const char *const argv[], char **ret_output);
/* Starts argv[0] with both outputs appended to the file `log`. It has a process group of its own, so that a
 * Ctrl-C reaches only us, and gets SIGTERM when we die. 0 or -errno. */
int child_start(const char *const argv[], const char *log, pid_t *ret_pid);
/* True once it has ended; *ret_code as in child_run. Reaps it, so ask only until it says so. */
bool child_has_ended(pid_t, int *ret_code);
/* SIGTERM, and SIGKILL when it has not ended in `grace_ms`. Returns its code as in child_run. */
int child_stop(pid_t, int grace_ms);

#endif
