/* Does a check-in slow down as an event grows? Two desks on the same disk, one holding SMALL numbers and one holding LARGE;
 * single durable check-ins are timed at each in turn, so that a busy machine weighs on both.
 *   desk_growth FOLDER SMALL LARGE   prints {"small_p50_us":...,"small_p99_us":...,"large_p50_us":...,"large_p99_us":...,
 *                                            "ratio":...,"fill_per_second":...}     ratio: large over small, median */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "desk/desk.h"

enum { ROUNDS = 40, BATCH = 25 };

struct event {
    char folder[256], key[300];
    struct config_lane lane;
    struct config config;
    struct desk *desk;
    uint32_t people;
    int64_t took_us[ROUNDS * BATCH];
    size_t n_took;
};

static void give_up(const char *what, enum problem problem)
{
    fprintf(stderr, "%s: %s\n", what, problem_code(problem));
    exit(3);
}

/* A chip number of its own for everybody. */
static struct presentation chip_of(uint32_t n)
{
    struct presentation chip = {.medium = MEDIUM_CHIP, .credential_size = 8};
    chip.credential[0] = 0x11;
    memcpy(chip.credential + 4, &n, sizeof n);
    return chip;
}

static void order(struct event *event, enum command_kind kind)
{
    struct desk_command command = {.kind = DESK_QUEUE, .queue = {.kind = kind, .device = "bench"}};
    struct desk_answer answer;
    strcpy(command.queue.lane, kind == COMMAND_EVENT_CREATE ? "" : "A");
    strcpy(command.queue.text, "bench");
    desk_call(event->desk, &command, &answer);
    if (answer.problem != PROBLEM_NONE)
        give_up(command_kind_name(kind), answer.problem);
}

static void open_event(struct event *event, const char *folder, const char *name)
{
    char *error = NULL;
    snprintf(event->folder, sizeof event->folder, "%s/%s", folder, name);
    snprintf(event->key, sizeof event->key, "%s/secret.key", event->folder);
    mkdir(event->folder, 0700);
    event->lane = (struct config_lane){.name = (char *)"A", .room = (char *)""};
    event->config.data_dir = event->folder;
    event->config.key_file = event->key;
    event->config.lanes = &event->lane;
    event->config.n_lanes = 1;
    const struct desk_options options = {.config = &event->config, .create = true};
    if (desk_open(&event->desk, &options, &error) != JOURNAL_OK) {
        fprintf(stderr, "%s\n", error);
        exit(3);
    }
    order(event, COMMAND_EVENT_CREATE);
    order(event, COMMAND_SESSION_OPEN);
}

static struct desk_command check_in(const struct presentation *chip)
{
    return (struct desk_command){.kind = DESK_QUEUE,
                                 .presentation = chip,
                                 .queue = {.kind = COMMAND_CHECK_IN, .lane = "A", .device = "bench"}};
}

static void fill_to(struct event *event, uint32_t people)
{
    while (event->people < people) {
        const struct presentation chip = chip_of(event->people);
        const struct desk_command command = check_in(&chip);
        if (desk_submit(event->desk, &command, NULL, NULL) == 0)
            event->people++;
        else
            clock_sleep_us(500); /* the inbox is full */
    }
}

static void measure(struct event *event)
{
    for (int i = 0; i < BATCH; i++) {
        const struct presentation chip = chip_of(event->people++);
        const struct desk_command command = check_in(&chip);
        struct desk_answer answer;
        const int64_t start_us = clock_mono_us();
        desk_call(event->desk, &command, &answer);
        event->took_us[event->n_took++] = clock_mono_us() - start_us;
        if (answer.problem != PROBLEM_NONE || answer.ticket.ticket.number != event->people)
            give_up("check-in", answer.problem);
    }
}

static int by_size(const void *a, const void *b)
{
    const int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

static double percentile(struct event *event, unsigned percent)
{
    qsort(event->took_us, event->n_took, sizeof *event->took_us, by_size);
    return (double)event->took_us[event->n_took * percent / 100];
}

int main(int argc, char **argv)
{
    static struct event small, large;
    if (argc != 4) {
        fprintf(stderr, "usage: desk_growth FOLDER SMALL LARGE\n");
        return 2;
    }
    const uint32_t n_small = (uint32_t)strtoul(argv[2], NULL, 10),
                   n_large = (uint32_t)strtoul(argv[3], NULL, 10);
    open_event(&small, argv[1], "small");
    open_event(&large, argv[1], "large");
    const int64_t start_us = clock_mono_us();
    fill_to(&large, n_large);
    fill_to(&small, n_small);
    measure(&large); /* waits for what is under way, and warms up */
    measure(&small);
    const double fill_s = (double)(clock_mono_us() - start_us) / 1e6;
    large.n_took = small.n_took = 0;
    for (int round = 0; round < ROUNDS; round++) {
        measure(&small);
        measure(&large);
    }
    printf("{\"small_p50_us\":%.0f,\"small_p99_us\":%.0f,\"large_p50_us\":%.0f,\"large_p99_us\":%.0f,"
           "\"ratio\":%.3f,"
           "\"fill_per_second\":%.0f}\n",
           percentile(&small, 50), percentile(&small, 99), percentile(&large, 50), percentile(&large, 99),
           percentile(&large, 50) / percentile(&small, 50), (n_small + n_large) / fill_s);
    desk_close(small.desk);
    desk_close(large.desk);
    return 0;
}
