/* The monitor of udev events. Must not block. Runs on the supervisor's thread. */
#include "readers/supervisor_hotplug.h"
#include "base/bytes.h"
#include <libudev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hotplug {
    struct udev *udev;
    struct udev_monitor *monitor;
};

struct hotplug *hotplug_new(void)
{
    static const char *const subsystems[] = {"tty", "usb", "input", "hidraw"};
    struct hotplug *h = bytes_alloc(sizeof *h);
    h->udev = udev_new();
    h->monitor = h->udev ? udev_monitor_new_from_netlink(h->udev, "udev") : NULL;
    bool is_good = h->monitor != NULL;
    for (size_t i = 0; is_good && i < sizeof subsystems / sizeof *subsystems; i++)
        is_good = udev_monitor_filter_add_match_subsystem_devtype(h->monitor, subsystems[i], NULL) >= 0;
    if (is_good && udev_monitor_enable_receiving(h->monitor) >= 0)
        return h;
    hotplug_free(h);
    return NULL;
}

void hotplug_free(struct hotplug *h)
{
    if (!h)
        return;
    udev_monitor_unref(h->monitor);
    udev_unref(h->udev);
    free(h);
}

int hotplug_fd(const struct hotplug *h)
{
    return h ? udev_monitor_get_fd(h->monitor) : -1;
}

bool hotplug_next(struct hotplug *h, struct hotplug_event *ret)
{
    struct udev_device *device;
    while ((device = udev_monitor_receive_device(h->monitor))) {
        const char *action = udev_device_get_action(device);
        if (action && strcmp(action, "remove") != 0 && strcmp(action, "unbind") != 0) {
            ret->device = device;
            return true;
        }
        udev_device_unref(device);
    }
    return false;
}

void hotplug_done(struct hotplug_event *event)
{
    udev_device_unref(event->device);
    event->device = NULL;
}

/* The path in "driver:/path" or "driver:/path:speed" begins with `node` and ends there. */
static bool is_path(const char *path, const char *node)
{
    const size_t length = node ? strlen(node) : 0;
    return length > 0 && strncmp(path, node, length) == 0 && (path[length] == '\0' || path[length] == ':');
}

static bool has_path(struct udev_device *device, const char *path)
{
    if (is_path(path, udev_device_get_devnode(device)))
        return true;
    for (struct udev_list_entry *link = udev_device_get_devlinks_list_entry(device); link;
         link = udev_list_entry_get_next(link))
        if (is_path(path, udev_list_entry_get_name(link)))
            return true;
    return false;
}

/* The numbers stand in sysfs, or in the event when the device is quick to go again. */
static bool has_usb_id(struct udev_device *device, const char *id)
{
    const char *vendor = udev_device_get_sysattr_value(device, "idVendor");
    const char *product = udev_device_get_sysattr_value(device, "idProduct");
    if (!vendor || !product) {
        vendor = udev_device_get_property_value(device, "ID_VENDOR_ID");
        product = udev_device_get_property_value(device, "ID_MODEL_ID");
    }
    char text[32];
    if (!vendor || !product)
        return false;
    snprintf(text, sizeof text, "%.8s:%.8s", vendor, product);
    return strcasecmp(text, id) == 0;
}

bool hotplug_concerns(const struct hotplug_event *event, const char *device)
{
    const char *subsystem = udev_device_get_subsystem(event->device);
    const char *rest = strchr(device, ':');
    const bool is_usb = subsystem && strcmp(subsystem, "usb") == 0;
    if (!rest || strncmp(device, "tcp:", 4) == 0)
        return false;
    if (rest[1] == '/')
        return has_path(event->device, rest + 1);
    return strncmp(device, "usb:", 4) == 0 ? has_usb_id(event->device, rest + 1) : is_usb;
}
