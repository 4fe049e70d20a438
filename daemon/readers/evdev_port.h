/* A keyboard-type device through libevdev, grabbed: its keys reach nobody else, so that a scan never types into
 * another window. The only file that knows libevdev. */
#ifndef READERS_EVDEV_PORT_H
#define READERS_EVDEV_PORT_H
#include <stdbool.h>

struct evdev_port;

/* "evdev:/dev/input/by-id/..." -> "/dev/input/by-id/...", borrowed; NULL for anything else. */
const char *evdev_path(const char *device);

/* 0, -EBUSY when another program has grabbed it, -ENOTTY when it is no input device, -EINVAL when it has no keys to
 * type with, or another -errno. */
int evdev_port_open(const char *path, struct evdev_port **ret);
void evdev_port_close(struct evdev_port *);

enum evdev_event {
    EVDEV_NOTHING, /* within the time */
    EVDEV_KEY,
    EVDEV_LOST, /* the kernel's queue ran over: keys are missing */
};
/* Waits at most timeout_ms. An enum evdev_event, -ENODEV when the device has gone, or another -errno. */
int evdev_port_next(struct evdev_port *, int timeout_ms, unsigned *ret_code, int *ret_value);

#endif
