/* Does the queue slow down as an event grows? Decides and applies check-ins when SMALL and when LARGE numbers are there:
 * everybody but the last few is shot, as on a real day, and nothing but the pure queue runs.
 *   queue_growth SMALL LARGE   prints {"small_p50_ns":...,"small_p99_ns":...,"large_p50_ns":...,"large_p99_ns":...,"ratio":...}
 * The two are measured in turn, so that a busy machine weighs on both; ratio: large over small, median. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "queue/queue.h"

enum { ROUNDS = 400, BATCH = 50, LINE = 5, UNIT_PEOPLE = 40 };

struct event {
    struct queue *queue;
    struct queue_decision decision;
    uint64_t seq;
    uint32_t people;
    int64_t *took_ns;
    size_t n_took;
};

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void give(struct event *event, const struct queue_command *command)
{
    queue_decide(event->queue, command, &event->decision);
    if (event->decision.verdict != QUEUE_DONE) {
        fprintf(stderr, "%s: verdict %d\n", command_kind_name(command->kind), event->decision.verdict);
        exit(3);
    }
    for (size_t i = 0; i < event->decision.n_entries; i++) {
        event->decision.entries[i].seq = ++event->seq;
        if (queue_apply(event->queue, &event->decision.entries[i]) != QUEUE_APPLY_OK)
            exit(3);
    }
}

/* The rules that ask most of a check-in. */
static void open_event(struct event *event)
{
    struct queue_command command = {.kind = COMMAND_EVENT_CREATE, .text = "bench"};
    event->queue = queue_new();
    event->took_ns = bytes_alloc(ROUNDS * BATCH * sizeof *event->took_ns);
    give(event, &command);
    command = (struct queue_command){.kind = COMMAND_RULES_SET, .extra = "bench"};
    queue_rules_default(&command.rules);
    command.rules.payment = PAYMENT_ON_SITE;
    command.rules.payment_gate = GATE_WARN;
    command.rules.order = ORDER_ALARM;
    command.rules.missed = MISSED_AFTER_CLASS;
    command.rules.line_limit = LINE + 2;
    give(event, &command);
    command = (struct queue_command){.kind = COMMAND_LANE_SET, .lane = "A"};
    give(event, &command);
    command.kind = COMMAND_SESSION_OPEN;
    give(event, &command);
}

/* Scattered like the random ids of real people (Knuth's multiplier). */
static struct person_id person(uint64_t n)
{
    const uint64_t scattered[2] = {n * UINT64_C(6364136223846793005) + 1, n};
    struct person_id id;
    memcpy(id.bytes, scattered, sizeof id.bytes);
    return id;
}

static int64_t check_in(struct event *event)
{
    const uint32_t n = event->people++;
    struct queue_command command = {
        .kind = COMMAND_CHECK_IN,
        .lane = "A",
        .at_us = (int64_t)n * 10000000 + 1,
        .person = person(n),
        .medium = MEDIUM_ID_CARD,
        .bound = true,
        .facts = {
            .has_roster = true, .on_roster = true, .unit = n / UNIT_PEOPLE + 1, .rank = n % UNIT_PEOPLE + 1}};
    const int64_t start_ns = now_ns();
    give(event, &command);
    return now_ns() - start_ns;
}

/* The line stays short: whoever is first is called and shot. */
static void shoot(struct event *event)
{
    struct queue_command command = {
        .kind = COMMAND_CALL, .lane = "A", .at_us = (int64_t)event->people * 10000000};
    command.number = queue_open_after(event->queue, "A", 0)->number;
    give(event, &command);
    command.kind = COMMAND_SHOT;
    give(event, &command);
}

static void grow_to(struct event *event, uint32_t people)
{
    while (event->people < people) {
        check_in(event);
        if (event->people > LINE)
            shoot(event);
    }
}

static void measure(struct event *event)
{
    for (int i = 0; i < BATCH; i++) {
        event->took_ns[event->n_took++] = check_in(event);
        shoot(event);
    }
}

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    if (argc != 3 || atol(argv[1]) < LINE || atol(argv[2]) < LINE)
        return 2;
    const uint32_t sizes[2] = {(uint32_t)atol(argv[1]), (uint32_t)atol(argv[2])};
    struct event small = {0}, large = {0};
    open_event(&large);
    grow_to(&large, sizes[1]);
    int64_t *small_ns = bytes_alloc(ROUNDS * BATCH * sizeof *small_ns);
    for (int round = 0; round < ROUNDS; round++) {
        open_event(&small); /* a new one each time: it would not stay small */
        grow_to(&small, sizes[0]);
        measure(&small);
        memcpy(small_ns + round * BATCH, small.took_ns, BATCH * sizeof *small_ns);
        queue_free(small.queue);
        free(small.took_ns);
        small = (struct event){0};
        measure(&large);
    }
    const size_t count = ROUNDS * BATCH;
    qsort(small_ns, count, sizeof *small_ns, by_size);
    qsort(large.took_ns, count, sizeof *large.took_ns, by_size);
    printf("{\"small_p50_ns\":%lld,\"small_p99_ns\":%lld,\"large_p50_ns\":%lld,\"large_p99_ns\":%lld,"
           "\"ratio\":%.2f}\n",
           (long long)small_ns[count / 2], (long long)small_ns[count * 99 / 100],
           (long long)large.took_ns[count / 2], (long long)large.took_ns[count * 99 / 100],
           (double)large.took_ns[count / 2] / (double)small_ns[count / 2]);
    queue_free(large.queue);
    free(large.took_ns);
    free(small_ns);
    return 0;
}
