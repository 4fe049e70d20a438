/* What a lane's latest steps say: who is done, how fast the people come, who may have changed places. Pure; one thread
 * per state. */
#include <stdlib.h>
#include <string.h>

#include "queue/queue_state.h"

/* ---- trails */
void trail_add(struct trail *trail, uint32_t number)
{
    trail->numbers[trail->count++ % TRAIL_SIZE] = number;
}

/* Newest first; 0 beyond the end. */
static uint32_t trail_back(const struct trail *trail, uint32_t steps)
{
    return steps < trail->count && steps < TRAIL_SIZE
               ? trail->numbers[(trail->count - 1 - steps) % TRAIL_SIZE]
               : 0;
}

static bool is_among(const struct ticket *tickets[], size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        if (tickets[i]->number == number)
            return true;
    return false;
}

size_t queue_recent(const struct queue *queue, const char *lane, const struct ticket *ret_tickets[],
                    size_t most)
{
    const struct lane_state *state = state_lane(queue, lane);
    size_t count = 0;
    uint32_t number;
    for (uint32_t back = 0; state && count < most && (number = trail_back(&state->finished, back)); back++) {
        const struct slot *slot = state_slot(state, number);
        if (!slot->is_listed && !is_among(ret_tickets, count, number))
            ret_tickets[count++] = &slot->ticket;
    }
    return count;
}

const struct ticket *queue_last_shot(const struct queue *queue, const char *lane)
{
    const struct lane_state *state = state_lane(queue, lane);
    uint32_t number;
    for (uint32_t back = 0; state && (number = trail_back(&state->shot, back)); back++) {
        const struct ticket *ticket = &state_slot(state, number)->ticket;
        if (ticket->state == TICKET_SHOT)
            return ticket;
    }
    return NULL;
}

/* ---- pace */
/* A retake's frame begins an interval but ends none: it was nobody's turn. */
void pace_frame(struct pace *pace, int64_t at_us, bool is_first, struct frame_mark *ret)
{
    const int64_t interval_us = at_us - pace->frame_us;
    uint32_t *interval_ms = &pace->intervals_ms[pace->count % PACE_MOST];
    ret->pace_us = pace->frame_us;
    ret->is_paced =
        is_first && pace->frame_us && interval_us > 0 && interval_us <= PACE_PAUSE_S * INT64_C(1000000);
    ret->pace_interval_ms = *interval_ms;
    if (ret->is_paced) {
        *interval_ms = (uint32_t)(interval_us / 1000);
        pace->count++;
    }
    pace->frame_us = at_us;
}

void pace_take_back(struct pace *pace, const struct frame_mark *frame)
{
    if (frame->is_paced)
        pace->intervals_ms[--pace->count % PACE_MOST] = frame->pace_interval_ms;
    pace->frame_us = frame->pace_us;
}

void pace_break(struct pace *pace)
{
    pace->frame_us = 0;
}

static int by_length(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

uint32_t queue_pace_ms(const struct queue *queue, const char *lane)
{
    const struct lane_state *state = state_lane(queue, lane);
    if (!state || state->pace.count < PACE_LEAST)
        return 0;
    uint32_t sorted[PACE_MOST];
    size_t count = state->pace.count < PACE_MOST ? state->pace.count : PACE_MOST;
    memcpy(sorted, state->pace.intervals_ms, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_length);
    return sorted[(count - 1) / 2];
}

/* ---- who is at risk */
static bool has_frame(const struct ticket *ticket)
{
    return ticket->shots > 0;
}

uint32_t risk_from(const struct lane_state *lane, uint32_t number)
{
    if (lane->facts.confirmed_up_to)
        return lane->facts.confirmed_up_to < number ? lane->facts.confirmed_up_to + 1 : number;
    uint32_t from = number;
    for (uint32_t at = number - 1, frames = 0; at >= 1 && frames < RISK_LEAST; at--) {
        if (!has_frame(&lane->slots[at - 1].ticket))
            continue;
        from = at;
        frames++;
    }
    return from;
}

size_t queue_at_risk(const struct queue *queue, const char *lane, const struct ticket *ret_tickets[],
                     size_t most)
{
    const struct lane_state *state = state_lane(queue, lane);
    if (!state)
        return 0;
    const struct ticket *latest = state_current(state) ? state_current(state) : queue_last_shot(queue, lane);
    const uint32_t number = state->facts.stopped_by ? state->facts.stopped_by : latest ? latest->number : 0;
    size_t count = 0;
    if (!number)
        return 0;
    const uint32_t from = risk_from(state, number);
    for (uint32_t at = number; at >= from && count < most; at--) {
        const struct ticket *ticket = &state->slots[at - 1].ticket;
        if (has_frame(ticket) || ticket->state == TICKET_CALLED)
            ret_tickets[count++] = ticket;
    }
    for (size_t i = 0; i < count / 2; i++) { /* lowest first */
        const struct ticket *swap = ret_tickets[i];
        ret_tickets[i] = ret_tickets[count - 1 - i];
        ret_tickets[count - 1 - i] = swap;
    }
    return count;
}
