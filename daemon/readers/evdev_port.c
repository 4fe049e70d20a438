/* libevdev, and nothing of what keys mean. Time stamps of events are not used, so that the device's clock is left as it
 * is (EVIOCSCLOCKID is missing on emulated devices). */
#include "readers/evdev_port.h"
#include "base/bytes.h"
#include <errno.h>
#include <fcntl.h>
#include <libevdev/libevdev.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct evdev_port {
    int fd;
    struct libevdev *device;
};

const char *evdev_path(const char *device)
{
    static const char prefix[] = "evdev:";
    const size_t length = sizeof prefix - 1;
    return strncmp(device, prefix, length) == 0 && device[length] == '/' ? device + length : NULL;
}

static bool can_type(const struct libevdev *device)
{
    return libevdev_has_event_code(device, EV_KEY, KEY_1) && libevdev_has_event_code(device, EV_KEY, KEY_A);
}

static int adopt(struct evdev_port *port)
{
    const int r = libevdev_new_from_fd(port->fd, &port->device);
    if (r < 0)
        return r;
    return can_type(port->device) ? libevdev_grab(port->device, LIBEVDEV_GRAB) : -ENOTTY;
}

int evdev_port_open(const char *path, struct evdev_port **ret)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct evdev_port *port = bytes_alloc(sizeof *port);
    port->fd = fd;
    const int r = adopt(port);
    if (r < 0) {
        libevdev_free(port->device);
        close(fd);
        free(port);
        return r;
    }
    *ret = port;
    return 0;
}

void evdev_port_close(struct evdev_port *port)
{
    libevdev_free(port->device); /* lets go of the grab */
    close(port->fd);
    free(port);
}

/* After an overrun libevdev tells what differs; none of it was typed. */
static int drain(struct evdev_port *port)
{
    struct input_event event;
    int r;
    do
        r = libevdev_next_event(port->device, LIBEVDEV_READ_FLAG_SYNC, &event);
    while (r == LIBEVDEV_READ_STATUS_SYNC);
    return r < 0 && r != -EAGAIN ? r : EVDEV_LOST;
}

static int next_queued(struct evdev_port *port, unsigned *ret_code, int *ret_value)
{
    struct input_event event;
    for (;;) {
        const int r = libevdev_next_event(port->device, LIBEVDEV_READ_FLAG_NORMAL, &event);
        if (r == LIBEVDEV_READ_STATUS_SYNC)
            return drain(port);
        if (r != LIBEVDEV_READ_STATUS_SUCCESS)
            return r == -EAGAIN || r == -EINTR ? EVDEV_NOTHING : r;
        if (event.type != EV_KEY)
            continue;
        *ret_code = event.code;
        *ret_value = event.value;
        return EVDEV_KEY;
    }
}

int evdev_port_next(struct evdev_port *port, int timeout_ms, unsigned *ret_code, int *ret_value)
{
    const int queued = next_queued(port, ret_code, ret_value);
    if (queued != EVDEV_NOTHING)
        return queued;
    struct pollfd p = {.fd = port->fd, .events = POLLIN};
    const int n = poll(&p, 1, timeout_ms);
    if (n < 0)
        return errno == EINTR ? EVDEV_NOTHING : -errno;
    if (n == 0)
        return EVDEV_NOTHING;
    return p.revents & POLLIN ? next_queued(port, ret_code, ret_value) : -ENODEV;
}
