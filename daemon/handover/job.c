/* One package at a time. The job's thread does all the work and owns the day; what others see of it stands under the lock.
 * Nothing here runs on the server's or the writer's thread except what only looks under the lock. */
#include "handover/job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "handover/job_state.h"
#include "handover/targets.h"

enum { NICENESS = 10 };

static void job_done(struct job *job)
{
    free(job->folder);
    free(job->device);
    free(job->name);
    free(job->zh);
    free(job->en);
    wipe_bytes(job, sizeof *job);
}

struct jobs *jobs_new(const struct config *config, struct desk *desk)
{
    struct jobs *jobs = bytes_alloc(sizeof *jobs);
    jobs->config = config;
    jobs->desk = desk;
    jobs->home = bytes_format("%s/handover", config->data_dir);
    jobs->staging = bytes_format("%s/staging", jobs->home);
    jobs->unchecked = bytes_format("%s/unchecked", jobs->home);
    pthread_mutex_init(&jobs->lock, NULL);
    return jobs;
}

void jobs_stop(struct jobs *jobs)
{
    if (!jobs)
        return;
    pthread_mutex_lock(&jobs->lock);
    jobs->is_stopped = true;
    bool has_thread = jobs->has_thread;
    jobs->has_thread = false;
    pthread_mutex_unlock(&jobs->lock);
    atomic_store(&jobs->wants_cancel, true);
    if (has_thread)
        pthread_join(jobs->thread, NULL);
}

void jobs_free(struct jobs *jobs)
{
    if (!jobs)
        return;
    jobs_stop(jobs);
    for (size_t i = 0; i < jobs->count; i++)
        job_done(&jobs->list[i]);
    pthread_mutex_destroy(&jobs->lock);
    free(jobs->home);
    free(jobs->staging);
    free(jobs->unchecked);
    free(jobs);
}

/* ---- on the job's thread; list[0] is its own */
static bool watch(void *arg, const struct package_progress *now)
{
    struct jobs *jobs = arg;
    int64_t at_us = clock_mono_us();
    pthread_mutex_lock(&jobs->lock);
    struct job *job = &jobs->list[0];
    job->progress = *now;
    package_rate_take(&job->rate, now, at_us);
    job->state = strcmp(now->phase, "making") == 0    ? JOB_MAKING
                 : strcmp(now->phase, "packing") == 0 ? JOB_PACKING
                                                      : JOB_CHECKING;
    pthread_mutex_unlock(&jobs->lock);
    return atomic_load(&jobs->wants_cancel);
}

static void end(struct jobs *jobs, enum job_state state, enum problem problem, const char *zh, const char *en)
{
    pthread_mutex_lock(&jobs->lock);
    struct job *job = &jobs->list[0];
    job->state = state;
    job->problem = problem;
    job->zh = bytes_text(zh);
    job->en = bytes_text(en);
    jobs->is_running = false;
    pthread_mutex_unlock(&jobs->lock);
}

static void fail(struct jobs *jobs, enum problem problem)
{
    end(jobs, JOB_FAILED, problem, problem_zh(problem), problem_en(problem));
}

static int make_folders(const struct jobs *jobs)
{
    const char *const folders[] = {jobs->home, jobs->staging, jobs->unchecked};
    package_remove(jobs->unchecked); /* of a run that was interrupted */
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (mkdir(folders[i], 0700) != 0 && errno != EEXIST)
            return -errno;
    return 0;
}

static enum problem put_on_record(struct jobs *jobs, const struct job *job, uint64_t seq, const char *digest)
{
    struct desk_command command = {.kind = DESK_QUEUE, .queue = {.kind = COMMAND_HANDED_OVER}};
    struct desk_answer answer;
    snprintf(command.queue.text, sizeof command.queue.text, "%" PRIu64 " %s", seq, digest);
    snprintf(command.queue.extra, sizeof command.queue.extra, "%s", handover_kind_name(job->kind));
    snprintf(command.queue.device, sizeof command.queue.device, "%s", job->device);
    desk_call(jobs->desk, &command, &answer);
    return answer.problem;
}

/* A ZIP for the pages gets its place only now; the one before it of the same name has a passphrase that nobody may have. */
static int give_place(const struct jobs *jobs, const struct package_result *made, const char *name)
{
    char *path = bytes_format("%s/%s", jobs->home, name);
    int error = rename(made->path, path) == 0 ? 0 : -errno;
    free(path);
    return error ? error : folder_sync(jobs->home);
}

static void succeed(struct jobs *jobs, const struct job *job, struct package_result *made, uint64_t seq,
                    const char *passphrase)
{
    const char *slash = strrchr(made->path, '/'), *name = slash ? slash + 1 : made->path;
    int error = job->is_kept ? give_place(jobs, made, name) : 0;
    if (error != 0) {
        log_error("handover: %s: %s", jobs->home, strerror(-error));
        fail(jobs, error == -ENOSPC ? PROBLEM_DISK_FULL : PROBLEM_INTERNAL);
        return;
    }
    enum problem problem = put_on_record(jobs, job, seq, made->digest);
    pthread_mutex_lock(&jobs->lock);
    struct job *shown = &jobs->list[0];
    shown->name = bytes_text(name);
    memcpy(shown->digest, made->digest, sizeof shown->digest);
    shown->seq = seq;
    shown->files = made->files;
    shown->bytes = made->bytes;
    snprintf(shown->passphrase, sizeof shown->passphrase, "%s", passphrase);
    pthread_mutex_unlock(&jobs->lock);
    log_info("handover: %s package made, journal position %" PRIu64, handover_kind_name(job->kind), seq);
    if (problem)
        log_warning("handover: the package is not on record: %s", problem_code(problem));
    end(jobs, JOB_DONE, problem, problem ? problem_zh(problem) : NULL, problem ? problem_en(problem) : NULL);
}

static void write_day(struct jobs *jobs, const struct job *job, struct day *day)
{
    struct day *const days[] = {day};
    struct package_result made;
    struct handover_parts parts = {0};
    char passphrase[PASSPHRASE_SIZE] = "";
    if (job->is_zip)
        package_passphrase(passphrase);
    handover_parts(job->kind, days, 1, &parts);
    json_t *about = handover_about(job->kind, days, 1);
    char *name = handover_name(job->kind, days, 1);
    const struct package_options options = {
        .folder = job->is_kept ? jobs->unchecked : job->folder,
        .name = name,
        .passphrase = job->is_zip ? passphrase : NULL,
        .staging = jobs->staging,
        .about = about,
        .at_us = handover_at(days, 1),
        .progress = watch,
        .progress_arg = jobs,
    };
    enum package_fault fault = package_write(&options, parts.list, parts.count, &made);
    if (fault == PACKAGE_OK) {
        succeed(jobs, job, &made, day_facts(day)->seq, passphrase);
    } else if (fault == PACKAGE_CANCELLED) {
        end(jobs, JOB_CANCELLED, PROBLEM_NONE, NULL, NULL);
    } else {
        log_warning("handover: %s package not made: %s", handover_kind_name(job->kind),
                    problem_code(package_problem(fault)));
        end(jobs, JOB_FAILED, package_problem(fault), package_words_zh(fault, &made),
            package_words_en(fault, &made));
    }
    wipe_bytes(passphrase, sizeof passphrase);
    free(made.path);
    free(name);
    json_decref(about);
    handover_parts_done(&parts);
}

static void *run(void *arg)
{
    struct jobs *jobs = arg;
    struct day *day = NULL;
    char *detail = NULL;
    /* the line at the door comes first; not every system lets us */
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
    pthread_mutex_lock(&jobs->lock);
    const struct job job = jobs->list[0]; /* its texts stay until the next job */
    pthread_mutex_unlock(&jobs->lock);
    char *database = bytes_format("%s/event.db", jobs->config->data_dir);
    int error = make_folders(jobs);
    if (error != 0) {
        log_error("handover: %s: %s", jobs->home, strerror(-error));
        fail(jobs, error == -ENOSPC ? PROBLEM_DISK_FULL : PROBLEM_INTERNAL);
    } else {
        enum journal_fault fault = day_open(&day, database, jobs->config->key_file, &detail);
        if (fault != JOURNAL_OK) {
            log_error("handover: %s", detail ? detail : journal_fault_text(fault));
            fail(jobs, fault == JOURNAL_MISSING ? PROBLEM_NO_EVENT : problem_of_journal(fault));
        } else if (day_facts(day)->is_purged) {
            fail(jobs, PROBLEM_EVENT_PURGED);
        } else {
            write_day(jobs, &job, day);
        }
    }
    day_close(day);
    free(detail);
    free(database);
    return NULL;
}

/* ---- asked from outside */

/* Lock held. */
static struct job *new_job(struct jobs *jobs, const struct job_wish *wish)
{
    if (jobs->count == JOBS_KEPT)
        job_done(&jobs->list[--jobs->count]);
    memmove(&jobs->list[1], &jobs->list[0], jobs->count * sizeof *jobs->list);
    jobs->count++;
    jobs->list[0] = (struct job){
        .id = ++jobs->last_id,
        .kind = wish->kind,
        .is_zip = wish->is_zip,
        .is_kept = !wish->folder,
        .folder = bytes_text(wish->folder),
        .device = bytes_text(wish->device),
        .progress = {.phase = "making"},
        .rate = {.remaining_s = -1},
    };
    return &jobs->list[0];
}

/* Lock held. */
static enum problem start(struct jobs *jobs, const struct job_wish *wish, uint64_t *ret_id)
{
    if (jobs->is_stopped)
        return PROBLEM_STOPPING;
    if (jobs->is_running)
        return PROBLEM_HANDOVER_BUSY;
    if (jobs->has_thread)
        pthread_join(jobs->thread, NULL); /* has ended, or is about to: it needs the lock no more */
    jobs->has_thread = false;
    atomic_store(&jobs->wants_cancel, false);
    const struct job *job = new_job(jobs, wish);
    if (pthread_create(&jobs->thread, NULL, run, jobs) != 0) {
        job_done(&jobs->list[0]);
        memmove(&jobs->list[0], &jobs->list[1], --jobs->count * sizeof *jobs->list);
        return PROBLEM_BUSY;
    }
    jobs->has_thread = jobs->is_running = true;
    *ret_id = job->id;
    return PROBLEM_NONE;
}

enum problem jobs_start(struct jobs *jobs, const struct job_wish *wish, uint64_t *ret_id)
{
    struct targets targets = {0};
    if (!wish->folder && !wish->is_zip)
        return PROBLEM_BAD_REQUEST;
    if (wish->folder)
        targets_read(&targets);
    bool is_there = !wish->folder || targets_has(&targets, wish->folder);
    targets_done(&targets);
    if (!is_there)
        return PROBLEM_TARGET_GONE;
    pthread_mutex_lock(&jobs->lock);
    enum problem problem = start(jobs, wish, ret_id);
    pthread_mutex_unlock(&jobs->lock);
    return problem;
}

void jobs_cancel(struct jobs *jobs)
{
    atomic_store(&jobs->wants_cancel, true);
}

int jobs_open(const struct jobs *jobs, const char *address, char **ret_name, uint64_t *ret_size)
{
    return kept_open(jobs->config->data_dir, address, ret_name, ret_size);
}
