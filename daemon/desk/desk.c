/* Opening and closing the desk. Caller's thread. */
#include "desk/desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "desk/desk_state.h"

static void init_locks(struct desk *desk)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&desk->inbox_filled, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&desk->inbox_lock, NULL);
    pthread_mutex_init(&desk->lock, NULL);
    pthread_mutex_init(&desk->wake_lock, NULL);
}

static void free_desk(struct desk *desk)
{
    writer_unload(desk);
    queue_free(desk->visible);
    directory_free(desk->directory);
    feed_done(&desk->feed);
    taps_done(&desk->taps);
    kept_notes_free(desk->notes);
    free(desk->tokens.records);
    free(desk->slots);
    documents_free(desk->documents);
    free(desk->vfs);
    pthread_cond_destroy(&desk->inbox_filled);
    pthread_mutex_destroy(&desk->inbox_lock);
    pthread_mutex_destroy(&desk->lock);
    pthread_mutex_destroy(&desk->wake_lock);
    wipe_bytes(&desk->keys, sizeof desk->keys);
    free(desk);
}

static enum problem set_lane(struct desk *desk, const struct config_lane *lane)
{
    struct desk_command command = {
        .kind = DESK_QUEUE,
        .queue = {.kind = COMMAND_LANE_SET, .value = lane->line_limit, .device = "config"},
    };
    strncpy(command.queue.lane, lane->name, LANE_NAME_MAX);
    strncpy(command.queue.text, lane->room, ENTRY_TEXT_MAX);
    struct desk_answer answer;
    desk_call(desk, &command, &answer);
    return answer.problem;
}

/* Lanes that left the configuration stay known: their numbers are history. */
static enum journal_fault set_lanes(struct desk *desk, char **ret_error)
{
    for (size_t i = 0; i < desk->config->n_lanes; i++) {
        enum problem problem = set_lane(desk, &desk->config->lanes[i]);
        if (problem != PROBLEM_NONE) {
            *ret_error =
                bytes_format("cannot record lane %s: %s", desk->config->lanes[i].name, problem_en(problem));
            return problem == PROBLEM_DISK_FULL ? JOURNAL_FULL : JOURNAL_IO;
        }
    }
    return JOURNAL_OK;
}

enum journal_fault desk_open(struct desk **ret, const struct desk_options *options, char **ret_error)
{
    char *detail = NULL;
    struct desk *desk = bytes_alloc(sizeof *desk);
    desk->config = options->config;
    desk->vfs = bytes_text(options->vfs);
    desk->inbox_end = &desk->inbox;
    desk->visible = queue_new();
    init_locks(desk);
    taps_init(&desk->taps);
    feed_init(&desk->feed);
    enum journal_fault fault = writer_load(desk, options->create, true, &detail);
    if (fault != JOURNAL_OK) {
        *ret_error = bytes_format("%s: %s%s%s", desk->config->data_dir, journal_fault_text(fault),
                                  detail ? ": " : "", detail ? detail : "");
        free(detail);
        free_desk(desk);
        return fault;
    }
    free(detail);
    if (pthread_create(&desk->thread, NULL, writer_main, desk) != 0)
        abort();
    desk->has_thread = true;
    fault = set_lanes(desk, ret_error);
    if (fault != JOURNAL_OK)
        desk_close(desk);
    else
        *ret = desk;
    return fault;
}

void desk_close(struct desk *desk)
{
    if (!desk)
        return;
    pthread_mutex_lock(&desk->inbox_lock);
    desk->closing = true;
    pthread_cond_signal(&desk->inbox_filled);
    pthread_mutex_unlock(&desk->inbox_lock);
    if (desk->has_thread)
        pthread_join(desk->thread, NULL);
    free_desk(desk);
}
