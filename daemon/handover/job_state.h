/* Inside of the jobs: what their thread and those who look at them share. */
#ifndef HANDOVER_JOB_STATE_H
#define HANDOVER_JOB_STATE_H
#include <pthread.h>
#include <stdatomic.h>

#include "handover/job.h"
#include "handover/package_rate.h"

enum { JOBS_KEPT = 8 };

enum job_state { JOB_MAKING, JOB_PACKING, JOB_CHECKING, JOB_DONE, JOB_FAILED, JOB_CANCELLED };

struct job {
    uint64_t id;
    enum handover_kind kind;
    bool is_zip, is_kept; /* is_kept: in DATA_DIR/handover */
    char *folder, *device;
    enum job_state state;
    struct package_progress progress;
    struct package_rate rate;
    char *name; /* of what was made, without its folder; NULL: not known yet */
    char digest[65];
    uint64_t seq, files, bytes;
    char passphrase[PASSPHRASE_SIZE]; /* "": given out, or none */
    enum problem problem;
    char *zh, *en; /* the problem's words */
};
struct jobs {
    const struct config *config;
    struct desk *desk;
    char *home;      /* DATA_DIR/handover */
    char *staging;   /* in it: parts of a ZIP */
    char *unchecked; /* in it: a ZIP that is not whole yet */
    pthread_mutex_t lock;
    struct job list[JOBS_KEPT]; /* newest first */
    size_t count;
    uint64_t last_id;
    bool is_running, has_thread, is_stopped;
    atomic_bool wants_cancel;
    pthread_t thread;
};

#endif
