/* The supervisor's thread: waits for whatever any reader does, and lets each have its turn. Must not block
 * anywhere but in its one poll(). */
#include "readers/supervisor.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "readers/supervisor_figures.h"
#include "readers/supervisor_reader.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    HELD_UP_US = 500000, /* so much later than planned is no fault of the readers */
    POLITE_US = 1000000,
    INSIST_US = 2000000,
    LOOK_EVERY_US = 10000,
    OWN_POLLS = 2,
};

struct supervisor {
    struct mail mail;
    struct supervised *readers;
    size_t n_readers;
    struct pollfd *polls;    /* the mail's, udev's, then SUPERVISED_POLLS of each reader */
    struct hotplug *hotplug; /* NULL without udev */
    pthread_mutex_t figures_lock;
    struct reader_figures *figures; /* of each reader, under the lock */
    atomic_bool is_stopping;
    pthread_t thread;
};

static int64_t next_deadline_us(const struct supervisor *supervisor, int64_t now_us)
{
    int64_t first_us = INT64_MAX;
    for (size_t i = 0; i < supervisor->n_readers; i++) {
        int64_t deadline_us = supervised_deadline_us(&supervisor->readers[i], now_us);
        if (deadline_us < first_us)
            first_us = deadline_us;
    }
    return first_us;
}

static void wait_for_work(struct supervisor *supervisor, int64_t deadline_us)
{
    size_t n_polls = OWN_POLLS + SUPERVISED_POLLS * supervisor->n_readers;
    supervisor->polls[0] = (struct pollfd){.fd = supervisor->mail.wake_fd, .events = POLLIN};
    supervisor->polls[1] = (struct pollfd){.fd = hotplug_fd(supervisor->hotplug), .events = POLLIN};
    for (size_t i = 0; i < supervisor->n_readers; i++)
        supervised_polls(&supervisor->readers[i], supervisor->polls + OWN_POLLS + SUPERVISED_POLLS * i);
    int64_t wait_us = deadline_us - clock_mono_us();
    int timeout_ms = deadline_us == INT64_MAX ? -1 : wait_us <= 0 ? 0 : (int)(wait_us / 1000 + 1);
    if (poll(supervisor->polls, n_polls, timeout_ms) < 0)
        for (size_t i = 0; i < n_polls; i++)
            supervisor->polls[i].revents = 0;
}

static void deliver(struct supervisor *supervisor)
{
    for (struct letter *letter = mail_take(&supervisor->mail), *next; letter; letter = next) {
        next = letter->next;
        supervised_answer(&supervisor->readers[letter->reader], letter);
        letter_free(letter);
    }
}

/* Every reader that may be meant. */
static void look_at_devices(struct supervisor *supervisor, int64_t now_us)
{
    struct hotplug_event event;
    while (hotplug_next(supervisor->hotplug, &event)) {
        for (size_t i = 0; i < supervisor->n_readers; i++)
            supervised_look(&supervisor->readers[i], &event, now_us);
        hotplug_done(&event);
    }
}

static void take_figures(struct supervisor *supervisor)
{
    pthread_mutex_lock(&supervisor->figures_lock);
    for (size_t i = 0; i < supervisor->n_readers; i++)
        reader_figures_take(&supervisor->figures[i], &supervisor->readers[i].life);
    pthread_mutex_unlock(&supervisor->figures_lock);
}

static void do_round(struct supervisor *supervisor)
{
    int64_t deadline_us = next_deadline_us(supervisor, clock_mono_us());
    wait_for_work(supervisor, deadline_us);
    int64_t now_us = clock_mono_us();
    int64_t late_us = deadline_us < now_us ? now_us - deadline_us : 0;
    if (supervisor->polls[0].revents)
        deliver(supervisor);
    if (supervisor->polls[1].revents)
        look_at_devices(supervisor, now_us);
    for (size_t i = 0; i < supervisor->n_readers; i++) {
        struct supervised *reader = &supervisor->readers[i];
        if (late_us > HELD_UP_US)
            reader_life_forgive(&reader->life, late_us);
        supervised_serve(reader, supervisor->polls + OWN_POLLS + SUPERVISED_POLLS * i, now_us);
        supervised_tick(reader, now_us);
    }
    take_figures(supervisor);
}

void supervisor_print_figures(struct supervisor *supervisor, struct buffer *out)
{
    pthread_mutex_lock(&supervisor->figures_lock);
    reader_figures_print(supervisor->figures, supervisor->n_readers, clock_mono_us(), out);
    pthread_mutex_unlock(&supervisor->figures_lock);
}

static bool wait_until_over(struct supervisor *supervisor, int64_t limit_us)
{
    for (int64_t end_us = clock_mono_us() + limit_us;;) {
        bool is_over = true;
        for (size_t i = 0; i < supervisor->n_readers; i++)
            is_over &= supervised_is_over(&supervisor->readers[i]);
        if (is_over || clock_mono_us() >= end_us)
            return is_over;
        clock_sleep_us(LOOK_EVERY_US);
    }
}

/* On this thread, because the readers are killed when the thread that started them ends. */
static void end_readers(struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->n_readers; i++)
        supervised_end(&supervisor->readers[i]);
    if (wait_until_over(supervisor, POLITE_US))
        return;
    for (size_t i = 0; i < supervisor->n_readers; i++)
        supervised_kill(&supervisor->readers[i]);
    wait_until_over(supervisor, INSIST_US);
}

static void *run(void *arg)
{
    struct supervisor *supervisor = arg;
    pthread_setname_np(pthread_self(), "readers");
    while (!atomic_load(&supervisor->is_stopping))
        do_round(supervisor);
    end_readers(supervisor);
    return NULL;
}

static void add_readers(struct supervisor *supervisor, const struct config *config, struct desk *desk)
{
    for (size_t i = 0; i < config->n_lanes; i++)
        supervisor->n_readers += config->lanes[i].n_readers;
    supervisor->readers = bytes_alloc(supervisor->n_readers * sizeof *supervisor->readers);
    supervisor->polls =
        bytes_alloc((OWN_POLLS + SUPERVISED_POLLS * supervisor->n_readers) * sizeof *supervisor->polls);
    supervisor->figures = bytes_alloc(supervisor->n_readers * sizeof *supervisor->figures);
    size_t n = 0;
    for (size_t i = 0; i < config->n_lanes; i++)
        for (size_t j = 0; j < config->lanes[i].n_readers; j++, n++) {
            const struct config_reader *reader = &config->lanes[i].readers[j];
            supervisor->figures[n] = (struct reader_figures){
                .lane = config->lanes[i].name, .reader = reader->name, .driver = reader->driver};
            supervised_init(&supervisor->readers[n], config->reader_program, &config->lanes[i], reader, desk,
                            &supervisor->mail, n, clock_mono_us());
        }
}

static void free_supervisor(struct supervisor *supervisor)
{
    mail_done(&supervisor->mail);
    for (size_t i = 0; i < supervisor->n_readers; i++)
        supervised_done(&supervisor->readers[i]);
    free(supervisor->readers);
    free(supervisor->figures);
    pthread_mutex_destroy(&supervisor->figures_lock);
    free(supervisor->polls);
    hotplug_free(supervisor->hotplug);
    free(supervisor);
}

int supervisor_start(struct supervisor **ret, const struct config *config, struct desk *desk)
{
    struct supervisor *supervisor = bytes_alloc(sizeof *supervisor);
    int result = mail_init(&supervisor->mail);
    if (result < 0) {
        free(supervisor);
        return result;
    }
    add_readers(supervisor, config, desk);
    pthread_mutex_init(&supervisor->figures_lock, NULL);
    take_figures(supervisor);
    supervisor->hotplug = hotplug_new();
    /* signals are the main thread's; SIGPIPE must not end us when a reader is gone */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    result = -pthread_create(&supervisor->thread, NULL, run, supervisor);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (result < 0) {
        free_supervisor(supervisor);
        return result;
    }
    *ret = supervisor;
    return 0;
}

void supervisor_stop(struct supervisor *supervisor)
{
    if (!supervisor)
        return;
    atomic_store(&supervisor->is_stopping, true);
    mail_wake(&supervisor->mail);
    pthread_join(supervisor->thread, NULL);
    free_supervisor(supervisor);
}
