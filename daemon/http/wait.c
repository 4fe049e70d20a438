/* Suspending and resuming, flag-guarded under one mutex: libmicrohttpd takes a resume without a suspend
 * badly, and a suspend without a resume for ever. Answers come on the desk's or a worker's thread. */
#include "http/wait.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "http/reply.h"
#include "http/server.h"

void waits_init(struct waits *waits)
{
    *waits = (struct waits){.list = NULL};
    pthread_mutex_init(&waits->lock, NULL);
    pthread_cond_init(&waits->all_answered, NULL);
}

void waits_done(struct waits *waits)
{
    pthread_cond_destroy(&waits->all_answered);
    pthread_mutex_destroy(&waits->lock);
}

static void work_drop_input(struct work *work)
{
    if (work->input.data)
        wipe_bytes(work->input.data, work->input.size);
    buffer_done(&work->input);
}

static void wait_free(struct wait *wait)
{
    free(wait->work.path);
    work_drop_input(&wait->work);
    if (wait->work.data)
        wipe_bytes(wait->work.data, wait->work.size);
    free(wait->work.data);
    if (wait->work.has_file)
        close(wait->work.file);
    free(wait);
}

/* Lock held. */
static void take_from_list(struct wait *wait)
{
    struct waits *waits = wait->waits;
    if (wait->next)
        wait->next->previous = wait->previous;
    if (wait->previous)
        wait->previous->next = wait->next;
    else if (waits->list == wait)
        waits->list = wait->next;
    wait->next = wait->previous = NULL;
}

/* Lock held. */
static void resume(struct wait *wait)
{
    take_from_list(wait);
    if (!wait->is_suspended)
        return;
    wait->is_suspended = false;
    MHD_resume_connection(wait->connection);
}

/* The answer is in place. Any thread; the wait may be gone afterwards. */
static void finish(struct wait *wait, bool is_work)
{
    struct waits *waits = wait->waits;
    pthread_mutex_lock(&waits->lock);
    wait->is_done = true;
    bool is_orphan = wait->is_orphan;
    resume(wait);
    waits->n_workers -= is_work;
    if (--waits->n_under_way == 0)
        pthread_cond_broadcast(&waits->all_answered);
    pthread_mutex_unlock(&waits->lock);
    if (is_orphan)
        wait_free(wait);
}

static void take_answer(void *arg, const struct desk_answer *answer)
{
    struct wait *wait = arg;
    wait->answer = *answer;
    finish(wait, false);
}

static void *do_work(void *arg)
{
    struct wait *wait = arg;
    wait->work.run(wait);
    finish(wait, true);
    return NULL;
}

/* NULL when the server is closing or, for work, all hands are busy: *ret_problem says which. */
static struct wait *begin(struct request *request, int64_t most_us, bool is_work, wait_after_fn after,
                          enum problem *ret_problem)
{
    struct waits *waits = &request->http->waits;
    struct wait *wait = bytes_alloc(sizeof *wait);
    wait->waits = waits;
    wait->connection = request->connection;
    wait->after = after;
    wait->deadline_us = clock_mono_us() + most_us;
    pthread_mutex_lock(&waits->lock);
    bool is_closed = waits->is_closed, is_busy = is_work && waits->n_workers == WAIT_WORKERS_MAX;
    if (!is_closed && !is_busy) {
        waits->n_under_way++;
        waits->n_workers += is_work;
        wait->next = waits->list;
        if (wait->next)
            wait->next->previous = wait;
        waits->list = wait;
    }
    pthread_mutex_unlock(&waits->lock);
    if (is_closed || is_busy) {
        free(wait);
        *ret_problem = is_closed ? PROBLEM_STOPPING : PROBLEM_BUSY;
        return NULL;
    }
    return wait;
}

/* Nobody will answer: as if it had never begun. */
static void forget(struct wait *wait, bool is_work)
{
    pthread_mutex_lock(&wait->waits->lock);
    wait->is_orphan = true;
    pthread_mutex_unlock(&wait->waits->lock);
    finish(wait, is_work);
}

static enum MHD_Result suspend(struct request *request, struct wait *wait)
{
    request->wait = wait;
    pthread_mutex_lock(&wait->waits->lock);
    bool is_done = wait->is_done;
    if (!is_done) {
        wait->is_suspended = true;
        MHD_suspend_connection(wait->connection);
    }
    pthread_mutex_unlock(&wait->waits->lock);
    return is_done ? wait_resume(request) : MHD_YES;
}

enum MHD_Result wait_for_desk(struct request *request, struct desk_command *command, wait_after_fn after)
{
    enum problem problem = PROBLEM_NONE;
    struct wait *wait = begin(request, WAIT_COMMAND_US, false, after, &problem);
    if (!wait)
        return reply_problem(request, problem);
    wait->advance = command->queue.advance;
    if (request->fields.key)
        snprintf(command->key, sizeof command->key, "%s", request->fields.key);
    int result = desk_submit(request->http->options.desk, command, take_answer, wait);
    if (result < 0) {
        forget(wait, false);
        return reply_problem(request, result == -EBUSY ? PROBLEM_BUSY : PROBLEM_STOPPING);
    }
    return suspend(request, wait);
}

enum MHD_Result wait_for_work(struct request *request, const struct work *work, wait_after_fn after)
{
    enum problem problem = PROBLEM_NONE;
    struct wait *wait = begin(request, WAIT_WORK_US, true, after, &problem);
    if (!wait) {
        struct work refused = *work;
        free(refused.path);
        work_drop_input(&refused);
        return reply_problem(request, problem);
    }
    wait->work = *work;
    memcpy(wait->work.device, request->caller.device, sizeof wait->work.device);
    wait->work.authority = authority_of(request->caller.role);
    if (request->fields.key)
        snprintf(wait->work.key, sizeof wait->work.key, "%s", request->fields.key);
    pthread_t thread;
    if (pthread_create(&thread, NULL, do_work, wait) != 0) {
        forget(wait, true);
        return reply_problem(request, PROBLEM_BUSY);
    }
    pthread_detach(thread);
    return suspend(request, wait);
}

enum MHD_Result wait_resume(struct request *request)
{
    struct wait *wait = request->wait;
    pthread_mutex_lock(&wait->waits->lock);
    bool is_done = wait->is_done;
    wait->is_orphan = !is_done;
    pthread_mutex_unlock(&wait->waits->lock);
    if (is_done)
        return wait->after(request, wait);
    request->wait = NULL;
    return reply_problem_saying(
        request, PROBLEM_BUSY,
        "The answer takes long. Ask again with the same Idempotency-Key to learn what became of it.",
        "处理时间过长，请用相同的请求编号重试以确认结果。");
}

void wait_release(struct wait *wait)
{
    if (!wait)
        return;
    pthread_mutex_lock(&wait->waits->lock);
    bool is_done = wait->is_done;
    wait->is_orphan = !is_done;
    if (!is_done)
        take_from_list(wait);
    pthread_mutex_unlock(&wait->waits->lock);
    if (is_done)
        wait_free(wait);
}

void waits_expire(struct waits *waits, int64_t now_mono_us)
{
    pthread_mutex_lock(&waits->lock);
    for (struct wait *wait = waits->list, *next; wait; wait = next) {
        next = wait->next;
        if (wait->is_suspended && now_mono_us >= wait->deadline_us)
            resume(wait);
    }
    pthread_mutex_unlock(&waits->lock);
}

void waits_close(struct waits *waits)
{
    pthread_mutex_lock(&waits->lock);
    waits->is_closed = true;
    while (waits->n_under_way > 0)
        pthread_cond_wait(&waits->all_answered, &waits->lock);
    pthread_mutex_unlock(&waits->lock);
}
