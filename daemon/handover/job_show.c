/* The jobs as JSON, and the passphrase given out once. Any thread; asks the disks before it takes the lock. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "handover/job_state.h"
#include "handover/targets.h"

static const char *const state_names[] = {"making", "packing", "checking", "done", "failed", "cancelled"};

static void show_outcome(json_t *shown, struct job *job, const char *device)
{
    json_object_set_new(shown, "digest", json_string(job->digest));
    json_object_set_new(shown, "seq", json_integer((json_int_t)job->seq));
    json_object_set_new(shown, "files", json_integer((json_int_t)job->files));
    json_object_set_new(shown, "bytes", json_integer((json_int_t)job->bytes));
    if (job->is_kept) {
        char address[KEPT_ADDRESS_SIZE];
        kept_address(job->name, address);
        char *path = bytes_format("/api/v1/handover/packages/%s", address);
        json_object_set_new(shown, "download", json_string(path));
        free(path);
    }
    if (*job->passphrase && strcmp(device, job->device) == 0) {
        json_object_set_new(shown, "passphrase", json_string(job->passphrase));
        wipe_bytes(job->passphrase, sizeof job->passphrase);
    }
}

static json_t *show_job(struct job *job, const char *device)
{
    const struct package_progress *progress = &job->progress;
    json_t *shown = json_pack(
        "{s:I, s:s, s:s, s:s?, s:s, s:I, s:I, s:I, s:s?, s:n, s:n}", "id", (json_int_t)job->id, "kind",
        handover_kind_name(job->kind), "form", job->is_zip ? "zip" : "folder", "folder", job->folder, "state",
        state_names[job->state], "done", (json_int_t)progress->done, "total", (json_int_t)progress->total,
        "rate", (json_int_t)job->rate.bytes_per_s, "name", job->name, "problem", "download");
    json_object_set_new(shown, "remaining_s",
                        job->rate.remaining_s < 0 ? json_null() : json_integer(job->rate.remaining_s));
    if (job->state == JOB_DONE)
        show_outcome(shown, job, device);
    if (job->problem)
        json_object_set_new(shown, "problem",
                            json_pack("{s:s, s:{s:s, s:s}}", "code", problem_code(job->problem), "message",
                                      "zh", job->zh, "en", job->en));
    return shown;
}

static json_t *show_targets(void)
{
    struct targets targets;
    json_t *list = json_array();
    targets_read(&targets);
    for (size_t i = 0; i < targets.count; i++) {
        const struct target *target = &targets.list[i];
        json_array_append_new(list, json_pack("{s:s, s:o}", "folder", target->folder, "room",
                                              target->room < 0 ? json_null() : json_integer(target->room)));
    }
    targets_done(&targets);
    return list;
}

char *jobs_json(struct jobs *jobs, const char *device)
{
    struct queue_event event;
    json_t *list = json_array(), *targets = show_targets(), *packages = kept_json(jobs->config->data_dir);
    desk_event(jobs->desk, &event);
    pthread_mutex_lock(&jobs->lock);
    for (size_t i = 0; i < jobs->count; i++)
        json_array_append_new(list, show_job(&jobs->list[i], device));
    pthread_mutex_unlock(&jobs->lock);
    json_t *whole = json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:b}", "jobs", list, "targets", targets,
                              "packages", packages, "agency_seq", (json_int_t)event.agency_seq, "school_seq",
                              (json_int_t)event.school_seq, "content_seq", (json_int_t)event.content_seq,
                              "is_closed", (int)event.is_closed);
    char *text = whole ? json_dumps(whole, JSON_COMPACT) : NULL;
    json_decref(whole);
    return text;
}
