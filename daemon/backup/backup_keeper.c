/* The keeper's thread: when a backup is due, and whether the event goes on elsewhere. Making one is backup_make.c's. Must
 * never wait for the desk's writer nor hold its lock over a read of the disk. */
#include "backup/backup_keeper.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "backup/backup_make.h"
#include "backup/copies.h"
#include "base/clock.h"
#include "base/log.h"

enum { LOOK_S = 1, CLAIM_LOOK_S = 5, RETRY_S = 10, MINUTE_US = 60 * 1000 * 1000, SECOND_US = 1000 * 1000 };

struct backup_keeper {
    const struct config *config;
    struct desk *desk;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what stands below, up to the next remark */
    pthread_cond_t ended;
    bool is_ending;
    struct backup_state state;
    uint8_t event[JOURNAL_HASH_SIZE];
    bool has_event;

    /* the thread's own, after the start */
    int hold;                  /* the event's name on this computer; -1: not yet */
    uint64_t n_closed;         /* sessions that were closed by the latest look */
    bool was_closed;           /* the event, likewise */
    bool is_due;               /* something was closed since the latest backup */
    int64_t try_us, latest_us; /* monotonic: not before; the latest backup */
    int64_t claim_us;          /* monotonic: when to look at the claim again */
    enum problem told;         /* in the log */
    bool was_elsewhere;
};

/* ---- other copies of the event */
static int take_event(struct backup_keeper *keeper)
{
    struct queue_event event;
    struct journal_copy copy;
    desk_event(keeper->desk, &event);
    if (keeper->hold >= 0 || !event.exists)
        return 0;
    char *database = journal_database(keeper->config->data_dir);
    enum journal_fault fault = journal_look(database, &copy, NULL);
    free(database);
    if (fault != JOURNAL_OK || !copy.exists)
        return 0;
    pthread_mutex_lock(&keeper->lock);
    memcpy(keeper->event, copy.event, sizeof keeper->event);
    keeper->has_event = true;
    pthread_mutex_unlock(&keeper->lock);
    int hold = copies_hold(copy.event);
    if (hold >= 0)
        keeper->hold = hold;
    return hold == -EADDRINUSE ? hold : 0;
}

static void look_for_copies(struct backup_keeper *keeper)
{
    struct claim claim;
    const bool is_elsewhere = copies_are_elsewhere(keeper->config, &claim);
    desk_set_elsewhere(keeper->desk, is_elsewhere);
    if (is_elsewhere && !keeper->was_elsewhere)
        log_error("event-elsewhere: another copy of this event goes on (restored %" PRIu32
                  " times, position %" PRIu64
                  "): nothing is issued here until somebody decides, see \"paihao event "
                  "continue\" in paihao(1)",
                  claim.moves, claim.seq);
    else if (!is_elsewhere && keeper->was_elsewhere)
        log_info("this copy of the event goes on");
    keeper->was_elsewhere = is_elsewhere;
}

/* ---- backups */
/* Sessions that were ever closed: it only grows, so one that was closed and opened again in between counts. */
static uint64_t count_closed(struct desk *desk)
{
    size_t count = 0;
    uint64_t n_closed = 0;
    char(*names)[LANE_NAME_MAX + 1] = desk_lane_names(desk, &count);
    for (size_t i = 0; i < count; i++) {
        struct queue_lane lane;
        if (desk_lane_facts(desk, names[i], &lane) == 0)
            n_closed += lane.session - lane.is_open;
    }
    free(names);
    return n_closed;
}

static void look_for_closing(struct backup_keeper *keeper, const struct queue_event *event)
{
    const uint64_t n_closed = count_closed(keeper->desk);
    keeper->is_due |= n_closed > keeper->n_closed || (event->is_closed && !keeper->was_closed);
    keeper->n_closed = n_closed;
    keeper->was_closed = event->is_closed;
}

static bool is_due(const struct backup_keeper *keeper, int64_t now_us)
{
    const int64_t every_us = (int64_t)keeper->config->backup_every_minutes * MINUTE_US;
    if (now_us < keeper->try_us || desk_seq(keeper->desk) <= keeper->state.seq)
        return false;
    return keeper->is_due || keeper->state.problem || !keeper->latest_us ||
           now_us - keeper->latest_us >= every_us;
}

static void tell(struct backup_keeper *keeper, enum problem problem, const char *detail)
{
    if (problem == keeper->told)
        return;
    keeper->told = problem;
    if (problem)
        log_error("backup to %s: %s: %s (%s)", keeper->config->backup_folder, problem_code(problem),
                  problem_en(problem), detail);
    else
        log_info("backups to %s are made again", keeper->config->backup_folder);
}

static void make_backup(struct backup_keeper *keeper)
{
    struct backup_made made;
    backup_write(keeper->config, &made);
    const int64_t now_us = clock_mono_us();
    pthread_mutex_lock(&keeper->lock);
    keeper->state.problem = made.problem;
    keeper->state.is_same_disk = made.is_same_disk;
    if (made.problem) {
        keeper->state.failed++;
    } else {
        keeper->state.made += made.is_new;
        keeper->state.seq = made.seq;
        keeper->state.at_us = clock_utc_us();
    }
    pthread_mutex_unlock(&keeper->lock);
    tell(keeper, made.problem, made.detail);
    keeper->try_us = made.problem ? now_us + RETRY_S * SECOND_US : 0;
    if (!made.problem) {
        keeper->latest_us = now_us;
        keeper->is_due = false;
    }
}

/* A stick that is not there is told before a backup is due, too. */
static void look_at_folder(struct backup_keeper *keeper)
{
    if (keeper->state.problem)
        return;
    char *detail = NULL;
    enum problem problem = backup_folder_check(keeper->config->backup_folder, &detail);
    if (problem) {
        pthread_mutex_lock(&keeper->lock);
        keeper->state.problem = problem;
        pthread_mutex_unlock(&keeper->lock);
        tell(keeper, problem, detail);
    }
    free(detail);
}

/* While nothing changes, the stick alone says whether it is well again. */
static void look_for_healing(struct backup_keeper *keeper)
{
    if (!keeper->state.problem || desk_seq(keeper->desk) > keeper->state.seq)
        return;
    char *detail = NULL;
    if (backup_folder_check(keeper->config->backup_folder, &detail) == PROBLEM_NONE) {
        pthread_mutex_lock(&keeper->lock);
        keeper->state.problem = PROBLEM_NONE;
        pthread_mutex_unlock(&keeper->lock);
        tell(keeper, PROBLEM_NONE, "");
    }
    free(detail);
}

static void mind_backups(struct backup_keeper *keeper)
{
    struct queue_event event;
    desk_event(keeper->desk, &event);
    if (!event.exists || !*keeper->config->backup_folder)
        return;
    look_for_closing(keeper, &event);
    look_at_folder(keeper);
    look_for_healing(keeper);
    /* the copy that may not go on must not look like the newest one */
    if (!keeper->was_elsewhere && is_due(keeper, clock_mono_us()))
        make_backup(keeper);
}

static bool wait_a_moment(struct backup_keeper *keeper)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_S;
    pthread_mutex_lock(&keeper->lock);
    int waited = 0;
    while (!keeper->is_ending && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&keeper->ended, &keeper->lock, &until);
    const bool goes_on = !keeper->is_ending;
    pthread_mutex_unlock(&keeper->lock);
    return goes_on;
}

static void *keep(void *arg)
{
    enum { BACKGROUND = 10 };
    struct backup_keeper *keeper = arg;
    setpriority(PRIO_PROCESS, (id_t)gettid(), BACKGROUND); /* where that is not allowed, it matters little */
    while (wait_a_moment(keeper)) {
        if (take_event(keeper) == -EADDRINUSE)
            desk_set_elsewhere(keeper->desk, keeper->was_elsewhere = true);
        else if (clock_mono_us() >= keeper->claim_us) {
            look_for_copies(keeper);
            keeper->claim_us = clock_mono_us() + CLAIM_LOOK_S * SECOND_US;
        }
        mind_backups(keeper);
    }
    return NULL;
}

/* ---- life */
int backup_keeper_start(struct backup_keeper **ret, const struct config *config, struct desk *desk)
{
    struct queue_event event;
    pthread_condattr_t monotonic;
    struct backup_keeper *keeper = bytes_alloc(sizeof *keeper);
    keeper->config = config;
    keeper->desk = desk;
    keeper->hold = -1;
    keeper->state.has_folder = *config->backup_folder;
    desk_event(desk, &event);
    keeper->was_closed = event.is_closed;
    keeper->n_closed = count_closed(desk);
    int error = take_event(keeper);
    if (error < 0) {
        free(keeper);
        return error;
    }
    look_for_copies(keeper);
    if (*config->backup_folder)
        keeper->state.seq = backup_latest(config);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&keeper->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&keeper->lock, NULL);
    error = pthread_create(&keeper->thread, NULL, keep, keeper);
    if (error != 0)
        abort();
    *ret = keeper;
    return 0;
}

void backup_keeper_stop(struct backup_keeper *keeper)
{
    if (!keeper)
        return;
    pthread_mutex_lock(&keeper->lock);
    keeper->is_ending = true;
    pthread_cond_signal(&keeper->ended);
    pthread_mutex_unlock(&keeper->lock);
    pthread_join(keeper->thread, NULL);
    pthread_cond_destroy(&keeper->ended);
    pthread_mutex_destroy(&keeper->lock);
    if (keeper->hold >= 0)
        close(keeper->hold);
    free(keeper);
}

/* ---- what it says; any thread */
void backup_keeper_state(struct backup_keeper *keeper, struct backup_state *ret)
{
    pthread_mutex_lock(&keeper->lock);
    *ret = keeper->state;
    pthread_mutex_unlock(&keeper->lock);
}

static json_t *state_json(const struct backup_keeper *keeper, const struct backup_state *state, bool whole)
{
    char at[CLOCK_TEXT_SIZE];
    clock_text(state->at_us, at);
    json_t *backup = json_pack("{s:o, s:I, s:b}", "at", state->at_us ? json_string(at) : json_null(), "seq",
                               (json_int_t)state->seq, "same_disk", (int)state->is_same_disk);
    if (whole)
        json_object_set_new(backup, "folder", json_string(keeper->config->backup_folder));
    json_object_set_new(
        backup, "problem",
        state->problem ? json_pack("{s:s, s:{s:s, s:s}}", "code", problem_code(state->problem), "message",
                                   "zh", problem_zh(state->problem), "en", problem_en(state->problem))
                       : json_null());
    return backup;
}

char *backup_keeper_members(struct backup_keeper *keeper, bool whole)
{
    struct backup_state state;
    char id[2 * JOURNAL_HASH_SIZE + 1] = "";
    pthread_mutex_lock(&keeper->lock);
    state = keeper->state;
    if (keeper->has_event)
        hex_encode(keeper->event, sizeof keeper->event, id);
    pthread_mutex_unlock(&keeper->lock);
    json_t *backup = state.has_folder ? state_json(keeper, &state, whole) : json_null();
    char *text = json_dumps(backup, JSON_COMPACT | JSON_ENCODE_ANY);
    const bool is_elsewhere = desk_store_state(keeper->desk) == PROBLEM_EVENT_ELSEWHERE;
    char *members = bytes_format(",\"id\":\"%s\",\"elsewhere\":%s,\"backup\":%s", id,
                                 is_elsewhere ? "true" : "false", text ? text : "null");
    free(text);
    json_decref(backup);
    return members;
}

static void figure(struct buffer *out, const char *name, const char *type, const char *help, uint64_t value)
{
    buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", name, help, name, type, name, value);
}

void backup_keeper_print_figures(struct backup_keeper *keeper, struct buffer *out)
{
    struct backup_state state;
    backup_keeper_state(keeper, &state);
    if (!state.has_folder)
        return;
    figure(out, "paihao_backup_ok", "gauge", "1 while backups can be made.", state.problem == PROBLEM_NONE);
    figure(out, "paihao_backup_seq", "gauge", "Journal position of the latest backup.", state.seq);
    figure(out, "paihao_backup_last_seconds", "gauge",
           "When the latest backup was made, since 1970; 0: none yet.", (uint64_t)(state.at_us / SECOND_US));
    figure(out, "paihao_backups_total", "counter", "Backups made and proved since the start.", state.made);
    figure(out, "paihao_backups_failed_total", "counter", "Backups that could not be made.", state.failed);
}

enum problem backup_keeper_continue(struct backup_keeper *keeper, const char *device, int *ret_claim_error)
{
    return copies_continue(keeper->config, keeper->desk, device, ret_claim_error);
}
