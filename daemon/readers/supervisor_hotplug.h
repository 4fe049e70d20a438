/* Devices that come, as udev tells it, so that a reader that waits for its device need not wait out its back-off. Only
 * a hint: where there is no udev every reader is looked for by the clock. */
#ifndef READERS_SUPERVISOR_HOTPLUG_H
#define READERS_SUPERVISOR_HOTPLUG_H
#include <stdbool.h>

struct udev_device;
struct hotplug;

struct hotplug_event {
    struct udev_device *device; /* not NULL */
};

/* NULL when udev cannot be listened to. */
struct hotplug *hotplug_new(void);
void hotplug_free(struct hotplug *);    /* NULL is fine */
int hotplug_fd(const struct hotplug *); /* readable when there is news; -1 for NULL */
/* The next device that has come or changed; hotplug_done() it. False when there is none left. Never waits. */
bool hotplug_next(struct hotplug *, struct hotplug_event *ret);
void hotplug_done(struct hotplug_event *);

/* Whether it may be the device of the configuration: the node itself or one of its links (serial:, evdev:, a path in a
 * libnfc connection string), the USB device of that vendor and product (usb:), or any USB device for a libnfc connection
 * string without a path. */
bool hotplug_concerns(const struct hotplug_event *, const char *device);

#endif
