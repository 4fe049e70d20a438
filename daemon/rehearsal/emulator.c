/* The emulator's thread: waits for host bytes and for the moments when answers are due. One mutex guards
 * every device; the thread never sleeps with it held. */
#include "rehearsal/emulator.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "rehearsal/port.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* How often a port without a host is looked at. */
enum { LOOK_US = 10000, READ_CHUNK = 4096, READS_PER_TURN = 16 };

struct slot {
    char *name;
    struct port port;
    struct device *device;
    unsigned long lost;
};

struct emulator {
    pthread_mutex_t mutex;
    pthread_cond_t read_done;
    pthread_t thread;
    int wake_fd;
    bool is_fast, must_stop;
    struct slot slots[EMULATOR_DEVICES_MAX];
    int n;
};

static void wake(struct emulator *e)
{
    const uint64_t one = 1;
    (void)!write(e->wake_fd, &one, sizeof one);
}

/* ---- the thread */

/* At another speed than the device's only garbage arrives. */
static bool line_fits(const struct slot *s)
{
    const unsigned host = port_baud(&s->port);
    return s->device->line_baud == 0 || host == 0 || host == s->device->line_baud;
}

static void garble(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(bytes[i] << 3 | bytes[i] >> 6) ^ 0x80;
}

static void take_input(struct slot *s, int64_t now_us)
{
    uint8_t bytes[READ_CHUNK];
    size_t n;
    for (int turn = 0; turn < READS_PER_TURN; turn++) {
        if ((n = port_read(&s->port, bytes, sizeof bytes)) == 0)
            return;
        if (!line_fits(s))
            garble(bytes, n);
        s->device->class->feed(s->device, bytes, n, now_us);
    }
}

static void give_output(struct emulator *e, struct slot *s, int64_t now_us)
{
    struct timed_write piece;
    while (timed_writes_take(&s->device->output, now_us, &piece)) {
        if (!line_fits(s))
            garble(piece.bytes, piece.size);
        const size_t put = port_write(&s->port, piece.bytes, piece.size);
        s->lost += piece.size - put;
        if (piece.ends_read && put == piece.size) {
            s->device->counts.reads++;
            s->device->counts.last_read_us = clock_mono_us();
            pthread_cond_broadcast(&e->read_done);
        }
        free(piece.bytes);
    }
}

/* Serves every device once; gives what to wait for. */
static int64_t serve(struct emulator *e, struct pollfd *fds)
{
    int64_t next_us = INT64_MAX;
    const int64_t now_us = clock_mono_us();
    for (int i = 0; i < e->n; i++) {
        struct slot *s = &e->slots[i];
        fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
        if (!port_is_plugged(&s->port))
            continue;
        take_input(s, now_us); /* also the last words of a host that just left */
        port_look_for_host(&s->port);
        give_output(e, s, now_us);
        fds[i].fd = port_fd(&s->port);
        if (fds[i].fd < 0 && next_us > now_us + LOOK_US)
            next_us = now_us + LOOK_US;
        if (next_us > timed_writes_next_us(&s->device->output))
            next_us = timed_writes_next_us(&s->device->output);
    }
    return next_us;
}

static void wait_until(struct pollfd *fds, nfds_t n, int64_t next_us)
{
    struct timespec timeout = {0};
    const int64_t rest_us = next_us == INT64_MAX ? 0 : next_us - clock_mono_us();
    if (rest_us > 0) {
        timeout.tv_sec = (time_t)(rest_us / 1000000);
        timeout.tv_nsec = (long)(rest_us % 1000000) * 1000;
    }
    (void)ppoll(fds, n, next_us == INT64_MAX ? NULL : &timeout, NULL);
}

static void *run(void *argument)
{
    struct emulator *e = argument;
    struct pollfd fds[EMULATOR_DEVICES_MAX + 1];
    uint64_t wakes;
    pthread_mutex_lock(&e->mutex);
    while (!e->must_stop) {
        const int64_t next_us = serve(e, fds);
        const nfds_t n = (nfds_t)e->n;
        fds[n] = (struct pollfd){.fd = e->wake_fd, .events = POLLIN};
        pthread_mutex_unlock(&e->mutex);
        wait_until(fds, n + 1, next_us);
        if (fds[n].revents)
            (void)!read(e->wake_fd, &wakes, sizeof wakes);
        pthread_mutex_lock(&e->mutex);
    }
    pthread_mutex_unlock(&e->mutex);
    return NULL;
}

/* ---- its life */

/* Signals belong to the threads of the program around us. */
static int start_thread(struct emulator *e)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    const int r = pthread_create(&e->thread, NULL, run, e);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return -r;
}

int emulator_new(bool is_fast, struct emulator **ret)
{
    struct emulator *e = bytes_alloc(sizeof *e);
    pthread_condattr_t monotonic;
    e->is_fast = is_fast;
    e->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (e->wake_fd < 0) {
        free(e);
        return -errno;
    }
    pthread_mutex_init(&e->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&e->read_done, &monotonic);
    pthread_condattr_destroy(&monotonic);
    const int r = start_thread(e);
    if (r < 0) {
        close(e->wake_fd);
        free(e);
        return r;
    }
    *ret = e;
    return 0;
}

void emulator_free(struct emulator *e)
{
    if (!e)
        return;
    pthread_mutex_lock(&e->mutex);
    e->must_stop = true;
    pthread_mutex_unlock(&e->mutex);
    wake(e);
    pthread_join(e->thread, NULL);
    for (int i = 0; i < e->n; i++) {
        port_done(&e->slots[i].port);
        e->slots[i].device->class->destroy(e->slots[i].device);
        free(e->slots[i].name);
    }
    pthread_cond_destroy(&e->read_done);
    pthread_mutex_destroy(&e->mutex);
    close(e->wake_fd);
    free(e);
}

/* ---- its devices; each call locks, changes, wakes the thread */

static struct slot *lock_slot(struct emulator *e, int device)
{
    pthread_mutex_lock(&e->mutex);
    return &e->slots[device];
}

static void unlock(struct emulator *e)
{
    pthread_mutex_unlock(&e->mutex);
    wake(e);
}

static int find(const struct emulator *e, const char *name)
{
    for (int i = 0; i < e->n; i++)
        if (strcmp(e->slots[i].name, name) == 0)
            return i;
    return -ENOENT;
}

int emulator_find(struct emulator *e, const char *name)
{
    pthread_mutex_lock(&e->mutex);
    const int device = find(e, name);
    pthread_mutex_unlock(&e->mutex);
    return device;
}

int emulator_add(struct emulator *e, const struct device_class *class, const char *name, const char *link)
{
    struct port port;
    int r = -ENOSPC;
    pthread_mutex_lock(&e->mutex);
    if (e->n == EMULATOR_DEVICES_MAX)
        goto out;
    r = -EEXIST;
    if (find(e, name) >= 0)
        goto out;
    if (link)
        port_init_pty(&port, link);
    else
        port_init_tcp(&port);
    r = port_plug(&port);
    if (r < 0) {
        port_done(&port);
        goto out;
    }
    struct device *d = class->create();
    d->is_fast = e->is_fast;
    d->output.baud = e->is_fast ? 0 : EMULATOR_BAUD;
    e->slots[e->n] = (struct slot){.name = bytes_text(name), .port = port, .device = d};
    r = e->n++;
out:
    unlock(e);
    return r;
}

const struct device_class *emulator_class(struct emulator *e, int device)
{
    const struct device_class *class = lock_slot(e, device)->device->class;
    pthread_mutex_unlock(&e->mutex);
    return class;
}

int emulator_put(struct emulator *e, int device, const struct card *cards, size_t n)
{
    struct device *d = lock_slot(e, device)->device;
    const bool is_able = d->class->put;
    if (is_able)
        d->class->put(d, cards, n, clock_mono_us());
    unlock(e);
    return is_able ? 0 : -ENOTSUP;
}

int emulator_scan(struct emulator *e, int device, const uint8_t *bytes, size_t size)
{
    struct slot *s = lock_slot(e, device);
    const bool is_able = s->device->class->scan;
    if (is_able && port_is_plugged(&s->port))
        s->device->class->scan(s->device, bytes, size, clock_mono_us());
    unlock(e);
    return is_able ? 0 : -ENOTSUP;
}

int emulator_fault(struct emulator *e, int device, const char *kind, unsigned count, bool is_for_reads)
{
    const int r = device_plan_fault(lock_slot(e, device)->device, kind, count, is_for_reads);
    unlock(e);
    return r;
}

int emulator_option(struct emulator *e, int device, const char *key, const char *value)
{
    const int r = device_option(lock_slot(e, device)->device, key, value);
    unlock(e);
    return r;
}

void emulator_unplug(struct emulator *e, int device)
{
    struct slot *s = lock_slot(e, device);
    port_unplug(&s->port);
    timed_writes_clear(&s->device->output);
    unlock(e);
}

int emulator_replug(struct emulator *e, int device)
{
    struct slot *s = lock_slot(e, device);
    s->device->class->power_up(s->device);
    const int r = port_plug(&s->port);
    unlock(e);
    return r;
}

void emulator_state(struct emulator *e, int device, struct emulator_state *ret)
{
    const struct slot *s = lock_slot(e, device);
    *ret = (struct emulator_state){.counts = s->device->counts,
                                   .is_plugged = port_is_plugged(&s->port),
                                   .has_host = port_has_host(&s->port),
                                   .port = s->port.tcp.number,
                                   .lost = s->lost + s->device->output.lost,
                                   .pending = s->device->output.n};
    pthread_mutex_unlock(&e->mutex);
}

bool emulator_wait_read(struct emulator *e, int device, unsigned long before, int timeout_ms)
{
    const int64_t until_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
    const struct timespec until = {.tv_sec = (time_t)(until_us / 1000000),
                                   .tv_nsec = (long)(until_us % 1000000) * 1000};
    const struct slot *s = lock_slot(e, device);
    int r = 0;
    while (s->device->counts.reads <= before && r == 0)
        r = pthread_cond_timedwait(&e->read_done, &e->mutex, &until);
    const bool is_read = s->device->counts.reads > before;
    pthread_mutex_unlock(&e->mutex);
    return is_read;
}

int emulator_tap(struct emulator *e, int device, const struct card *cards, size_t n, int timeout_ms,
                 int linger_ms)
{
    struct emulator_state state;
    emulator_state(e, device, &state);
    const int r = emulator_put(e, device, cards, n);
    if (r < 0)
        return r;
    const bool is_read = emulator_wait_read(e, device, state.counts.reads, timeout_ms);
    if (is_read)
        clock_sleep_us((int64_t)linger_ms * 1000);
    emulator_put(e, device, NULL, 0);
    return is_read;
}
