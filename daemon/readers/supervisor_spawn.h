/* One reader process: started with pipes of its own, in a group of its own, dead when the daemon is. */
#ifndef READERS_SUPERVISOR_SPAWN_H
#define READERS_SUPERVISOR_SPAWN_H
#include <stdbool.h>
#include <sys/types.h>

#include "base/config.h"
#include "readers/scan_split.h"

/* Our ends, non-blocking and close-on-exec; -1 when closed. */
struct reader_process {
    pid_t pid;  /* 0: none */
    int pid_fd; /* readable once it has ended; -1 where the kernel has none: ask reader_process_reap */
    int input, output, messages; /* its standard input, output and error */
};

/* `program --driver D --device DEV [--method M] [--baud N] --supervised`. The calling thread must outlive the
 * process, which is killed when that thread ends. Returns 0 or -errno, also when the program cannot be run;
 * *ret as reader_process_none() then. */
int reader_process_start(const char *program, const struct config_reader *, enum scan_endings,
                         struct reader_process *ret);
struct reader_process reader_process_none(void);
/* To all its group. Works on stopped and spinning ones. */
void reader_process_signal(const struct reader_process *, int signal);
/* True when it has ended (*ret_status as by waitpid); then kills what it may have left behind and forgets the
 * pid. With is_patient it waits. The pipes stay open. */
bool reader_process_reap(struct reader_process *, bool is_patient, int *ret_status);
void reader_process_close_input(struct reader_process *);
void reader_process_close(struct reader_process *); /* closes all descriptors */

#endif
