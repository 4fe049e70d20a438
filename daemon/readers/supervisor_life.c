/* The rules of a reader's life. Must not read a clock, start, kill or tell anything. Runs on the supervisor's
 * thread. */
#include "readers/supervisor_life.h"
#include <stdio.h>
#include <string.h>

/* Rows: from; columns: to. Out of absent only opening leads to ready, so that the pages show every return of a device.
 * A reader in trouble with an open device gets ready again by itself. */
static const bool edges[READER_STATE_COUNT][READER_STATE_COUNT] = {
    [READER_OPENING] =
        {[READER_OPENING] = true, [READER_READY] = true, [READER_ABSENT] = true, [READER_ERROR] = true},
    [READER_READY] =
        {[READER_OPENING] = true, [READER_READY] = true, [READER_ABSENT] = true, [READER_ERROR] = true},
    [READER_ABSENT] = {[READER_OPENING] = true, [READER_ABSENT] = true, [READER_ERROR] = true},
    [READER_ERROR] =
        {[READER_OPENING] = true, [READER_READY] = true, [READER_ABSENT] = true, [READER_ERROR] = true},
};

bool reader_life_may_move(enum reader_state from, enum reader_state to)
{
    return edges[from][to];
}

void reader_life_init(struct reader_life *life, int64_t now_us, int64_t utc_us)
{
    *life = (struct reader_life){.state = READER_ABSENT, .since_utc_us = utc_us, .next_start_us = now_us};
}

enum life_move reader_life_move(struct reader_life *life, enum reader_state state, const char *code,
                                const char *detail, int64_t utc_us)
{
    if (!reader_life_may_move(life->state, state))
        return LIFE_FORBIDDEN;
    bool is_same = life->state == state;
    if (is_same && strcmp(life->code, code) == 0 && strcmp(life->detail, detail) == 0)
        return LIFE_SAME;
    life->state = state;
    snprintf(life->code, sizeof life->code, "%s", code);
    snprintf(life->detail, sizeof life->detail, "%s", detail);
    if (!is_same)
        life->since_utc_us = utc_us;
    return LIFE_CHANGED;
}

void reader_life_started(struct reader_life *life, int64_t now_us)
{
    life->phase = LIFE_UP;
    life->starts++;
    life->restarts += life->starts > 1 && !life->is_reopening;
    life->garbage = life->lines = life->readings = 0;
    life->has_beaten = false;
    life->started_us = life->heard_us = life->second_us = now_us;
}

void reader_life_killed(struct reader_life *life)
{
    life->phase = LIFE_DYING;
}

void reader_life_ended(struct reader_life *life, int64_t now_us)
{
    bool was_healthy = life->phase != LIFE_DOWN && now_us - life->started_us >= LIFE_HEALTHY_US;
    if (was_healthy)
        life->failures_in_a_row = 0;
    int64_t wait_us = LIFE_BACKOFF_US;
    for (unsigned i = 0; i < life->failures_in_a_row && wait_us < LIFE_BACKOFF_MOST_US; i++)
        wait_us *= 2;
    life->failures_in_a_row++;
    life->phase = LIFE_DOWN;
    life->is_reopening = false;
    life->ended_us = now_us;
    life->next_start_us = now_us + (wait_us < LIFE_BACKOFF_MOST_US ? wait_us : LIFE_BACKOFF_MOST_US);
}

void reader_life_lost_device(struct reader_life *life)
{
    life->is_reopening = true;
}

bool reader_life_wake(struct reader_life *life, int64_t now_us)
{
    if (life->phase == LIFE_UP)
        return life->state != READER_READY;
    const int64_t at_us = life->ended_us + LIFE_WAKE_US > now_us ? life->ended_us + LIFE_WAKE_US : now_us;
    if (life->phase == LIFE_DOWN && at_us < life->next_start_us)
        life->next_start_us = at_us;
    return false;
}

bool reader_life_heard(struct reader_life *life, const struct reader_event *event, int64_t now_us)
{
    life->heard_us = now_us;
    if (event->kind == READER_EVENT_HEARTBEAT) {
        life->has_beaten = true;
        life->beaten_us = now_us;
    }
    life->readings_total += event->kind == READER_EVENT_READING;
    life->faults_total += event->kind == READER_EVENT_FAULT;
    if (now_us - life->second_us >= 1000000) {
        life->second_us = now_us;
        life->lines = life->readings = 0;
    }
    life->lines++;
    life->readings += event->kind == READER_EVENT_READING || event->kind == READER_EVENT_FAULT;
    return life->lines <= LIFE_LINES_PER_S && life->readings <= LIFE_READINGS_PER_S;
}

bool reader_life_is_fed_up(struct reader_life *life)
{
    return ++life->garbage >= LIFE_GARBAGE_MOST;
}

static int64_t end_of_patience_us(const struct reader_life *life)
{
    return life->heard_us + (life->has_beaten ? LIFE_SILENCE_US : LIFE_FIRST_SILENCE_US);
}

bool reader_life_is_silent(const struct reader_life *life, int64_t now_us)
{
    return life->phase == LIFE_UP && now_us >= end_of_patience_us(life);
}

void reader_life_forgive(struct reader_life *life, int64_t held_up_us)
{
    life->heard_us += held_up_us;
}

int64_t reader_life_deadline_us(const struct reader_life *life)
{
    if (life->phase == LIFE_DOWN)
        return life->next_start_us;
    return life->phase == LIFE_UP ? end_of_patience_us(life) : INT64_MAX;
}
