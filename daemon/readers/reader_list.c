/* Likely reader devices. Reads sysfs and udev's database through libudev; must not open a device. One thread. */
#include "readers/reader_list.h"
#include "base/bytes.h"
#include "base/text.h"
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <libudev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* USB devices that say by their number alone what they are: readers.md 1.9, libnfc's 93-pn53x.rules. */
static const struct {
    const char *id, *driver, *scheme, *what;
} known[] = {
    {"0400:c35a", "sam", "usb", "SAM_V identity card reader"},
    {"0316:5020", "sam", "usb", "SAM_V identity card reader (Synjones)"},
    {"0483:5652", "sam", "usb", "SAM_V identity card reader, HID kind"},
    {"2b8b:2721", "sam", "usb", "SAM_V identity card reader, HID kind"},
    {"072f:2200", "nfc", "acr122_usb", "ACR122U"},
    {"072f:90cc", "nfc", "acr122_usb", "Touchatag"},
    {"072f:2214", "nfc", "acr122_usb", "ACR1222U"},
    {"04cc:0531", "nfc", "pn53x_usb", "PN531"},
    {"04cc:2533", "nfc", "pn53x_usb", "PN533"},
    {"054c:0193", "nfc", "pn53x_usb", "Sony PN531"},
    {"054c:02e1", "nfc", "pn53x_usb", "Sony RC-S330 family"},
    {"04e6:5591", "nfc", "pn53x_usb", "SCL3711"},
    {"04e6:5594", "nfc", "pn53x_usb", "SCL3712"},
    {"1fd3:0608", "nfc", "pn53x_usb", "ASK LoGO"},
};

/* Serial adapters that may sit in anything. */
static const struct {
    const char *id, *what;
} adapters[] = {
    {"1a86:7523", "serial adapter CH340"},
    {"10c4:ea60", "serial adapter CP210x"},
    {"0403:6001", "serial adapter FT232"},
};

/* What scanners that type call themselves, in lower case. */
static const char *const scanner_words[] = {
    "scan",  "barcode",   "bar code", "2d imager", "qr code",  "honeywell", "metrologic",
    "zebra", "datalogic", "newland",  "netum",     "symbol t", "opticon",   "mindeo",
};

struct list {
    struct reader_candidate *items;
    size_t n, capacity;
};

/* Takes the device's text. */
static void add(struct list *list, const char *driver, char *device, const char *what, const char *id,
                bool is_guess)
{
    if (list->n == list->capacity) {
        list->capacity = list->capacity * 2 + 8;
        list->items = bytes_resize(list->items, list->capacity * sizeof *list->items);
    }
    struct reader_candidate *c = &list->items[list->n++];
    *c = (struct reader_candidate){
        .driver = driver, .device = device, .what = bytes_text(what), .is_guess = is_guess};
    snprintf(c->id, sizeof c->id, "%s", id);
}

/* "vvvv:pppp" of the USB device that this one is or belongs to; false when there is none. */
static bool usb_id(struct udev_device *device, char ret_id[static 10])
{
    struct udev_device *usb = device; /* borrowed either way */
    if (!udev_device_get_sysattr_value(device, "idVendor"))
        usb = udev_device_get_parent_with_subsystem_devtype(device, "usb", "usb_device");
    const char *vendor = usb ? udev_device_get_sysattr_value(usb, "idVendor") : NULL;
    const char *product = usb ? udev_device_get_sysattr_value(usb, "idProduct") : NULL;
    if (!vendor || !product || strlen(vendor) != 4 || strlen(product) != 4)
        return false;
    snprintf(ret_id, 10, "%s:%s", vendor, product);
    return true;
}

/* A link in the folder that leads to the node, or NULL. */
static char *link_to(const char *folder_name, const char *node)
{
    DIR *folder = opendir(folder_name);
    struct stat wanted, seen;
    char *found = NULL;
    const bool is_there = stat(node, &wanted) == 0;
    for (const struct dirent *entry; is_there && folder && !found && (entry = readdir(folder));) {
        char *path = bytes_format("%s/%s", folder_name, entry->d_name);
        if (stat(path, &seen) == 0 && seen.st_ino == wanted.st_ino && seen.st_dev == wanted.st_dev)
            found = path;
        else
            free(path);
    }
    if (folder)
        closedir(folder);
    return found;
}

/* The link that outlives a re-plug, else the node itself; NULL for a device without a node. */
static char *lasting_name(struct udev_device *device)
{
    static const char *const folders[] = {"/dev/serial/by-id", "/dev/input/by-id"};
    const char *node = udev_device_get_devnode(device);
    char *link = NULL;
    for (size_t i = 0; node && !link && i < sizeof folders / sizeof *folders; i++)
        link = link_to(folders[i], node);
    return link ? link : bytes_text(node);
}

/* A device of the kinds we know. */
static void look_at_usb(struct list *list, struct udev_device *device)
{
    char id[10];
    const char *bus = udev_device_get_sysattr_value(device, "busnum");
    if (!usb_id(device, id))
        return;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].id, id) != 0)
            continue;
        const bool is_sam = strcmp(known[i].driver, "sam") == 0;
        if (is_sam ||
            bus) /* libnfc names the bus in three digits; the address on it changes with every plug */
            add(list, known[i].driver,
                is_sam ? bytes_format("usb:%s", id) : bytes_format("%s:%03d", known[i].scheme, atoi(bus)),
                known[i].what, id, false);
    }
}

static const char *adapter_name(const char *id)
{
    for (size_t i = 0; i < sizeof adapters / sizeof *adapters; i++)
        if (strcmp(adapters[i].id, id) == 0)
            return adapters[i].what;
    return NULL;
}

static void look_at_tty(struct list *list, struct udev_device *device)
{
    char id[10];
    const char *kernel_name = udev_device_get_sysname(device);
    if (!usb_id(device, id))
        return;
    char *name = lasting_name(device);
    const char *adapter = adapter_name(id);
    if (name && adapter) {
        add(list, "nfc", bytes_format("pn532_uart:%s", name), adapter, id, true);
        add(list, "sam", bytes_format("serial:%s", name), adapter, id, true);
        add(list, "scanner", bytes_format("serial:%s", name), adapter, id, true);
    } else if (name && strncmp(kernel_name, "ttyACM", 6) == 0) {
        add(list, "scanner", bytes_format("serial:%s", name), "USB serial device, likely a scanner", id,
            false);
    }
    free(name);
}

static bool looks_like_scanner(const char *text)
{
    for (size_t i = 0; text && i < sizeof scanner_words / sizeof *scanner_words; i++)
        if (strcasestr(text, scanner_words[i]))
            return true;
    return false;
}

static void look_at_input(struct list *list, struct udev_device *device)
{
    struct udev_device *parent = udev_device_get_parent_with_subsystem_devtype(device, "input", NULL);
    const char *name = parent ? udev_device_get_sysattr_value(parent, "name") : NULL;
    const char *keyboard = udev_device_get_property_value(device, "ID_INPUT_KEYBOARD");
    const char *key = udev_device_get_property_value(device, "ID_INPUT_KEY");
    char id[10] = "";
    if (strncmp(udev_device_get_sysname(device), "event", 5) != 0 || (!keyboard && !key))
        return;
    if (!looks_like_scanner(name) &&
        !looks_like_scanner(udev_device_get_property_value(device, "ID_VENDOR")) &&
        !looks_like_scanner(udev_device_get_property_value(device, "ID_MODEL")))
        return;
    char *path = lasting_name(device);
    usb_id(device, id);
    if (path)
        add(list, "scanner", bytes_format("evdev:%s", path), "scanner that types like a keyboard", id, false);
    free(path);
}

static int look_through(struct list *list, struct udev *udev, const char *subsystem,
                        void (*look)(struct list *, struct udev_device *))
{
    struct udev_enumerate *all = udev_enumerate_new(udev);
    struct udev_list_entry *entry;
    if (!all)
        return -ENOMEM;
    udev_enumerate_add_match_subsystem(all, subsystem);
    const int r = udev_enumerate_scan_devices(all);
    udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(all))
    {
        struct udev_device *device = udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));
        if (device)
            look(list, device);
        udev_device_unref(device);
    }
    udev_enumerate_unref(all);
    return r < 0 ? r : 0;
}

static int by_device(const void *a, const void *b)
{
    const struct reader_candidate *first = a, *second = b;
    const int order = strcmp(first->device, second->device);
    return order ? order : strcmp(first->driver, second->driver);
}

int reader_list_find(struct reader_candidate **ret, size_t *ret_n)
{
    struct list list = {.n = 0};
    struct udev *udev = udev_new();
    if (!udev)
        return -ENOMEM;
    int r = look_through(&list, udev, "usb", look_at_usb);
    if (r == 0)
        r = look_through(&list, udev, "tty", look_at_tty);
    if (r == 0)
        r = look_through(&list, udev, "input", look_at_input);
    udev_unref(udev);
    if (r < 0) {
        reader_list_free(list.items, list.n);
        return r;
    }
    if (list.n > 0)
        qsort(list.items, list.n, sizeof *list.items, by_device);
    *ret = list.items;
    *ret_n = list.n;
    return 0;
}

void reader_list_free(struct reader_candidate *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(items[i].device);
        free(items[i].what);
    }
    free(items);
}

/* Device names come from the device's own descriptors. */
static const char *plain(const char *text)
{
    return text_is_plain(text, strlen(text), 1000) ? text : "?";
}

static char *list_json(const struct reader_candidate *items, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, json_pack("{ss ss ss ss sb}", "driver", items[i].driver, "device",
                                               plain(items[i].device), "what", plain(items[i].what), "id",
                                               items[i].id, "guess", (int)items[i].is_guess));
    char *text = json_dumps(array, JSON_COMPACT);
    json_decref(array);
    if (!text)
        abort();
    char *line = bytes_format("%s\n", text);
    free(text);
    return line;
}

/* One section of a lane each; guesses are comments, of which the right one is to be chosen. */
char *reader_list_text(const struct reader_candidate *items, size_t n, bool is_json)
{
    struct buffer out = {0};
    if (is_json)
        return list_json(items, n);
    for (size_t i = 0; i < n; i++)
        buffer_format(&out, "%sreader \"%s%zu\" { driver = \"%s\" device = \"%s\" }  # %s%s%s\n",
                      items[i].is_guess ? "# " : "", items[i].driver, i + 1, items[i].driver,
                      plain(items[i].device), plain(items[i].what), items[i].id[0] ? ", " : "", items[i].id);
    if (n == 0)
        buffer_add_text(&out, "# no likely reader found\n");
    char *text = bytes_text(out.data);
    buffer_done(&out);
    return text;
}
