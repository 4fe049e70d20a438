/* A USB device that does not exist, for the real libusb: umockdev's test bed, and behind its usbfs node the emulated SAM
 * reader of the rehearsal, or its PN532 within an ACR122. Needs umockdev's library preloaded: usb_world_preload() first. The ioctl handler runs on
 * umockdev's thread, the tests on theirs; one lock guards what both touch. */
#ifndef TESTS_USB_WORLD_H
#define TESTS_USB_WORLD_H
#include "base/bytes.h"
#include "base/clock.h"
#include "rehearsal/emulated_sam.h"
#include <ctype.h>
#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <umockdev.h>
#include <unistd.h>

enum usb_kind { USB_FOUR, USB_PAIR, USB_HID, USB_HID_CONTROL, USB_FOREIGN, USB_CCID };
enum { USB_URBS_MAX = 16, USB_INPUT_MAX = 16384, USB_ENDPOINTS_MAX = 4 };

struct usb_urb {
    UMockdevIoctlData *urb, *buffer;
    uint8_t endpoint;
    size_t room;
    int status;
    bool is_done;
};

struct usb_world {
    pthread_mutex_t lock;
    UMockdevTestbed *testbed;
    UMockdevIoctlBase *handler;
    char *sys_path, *node;
    enum usb_kind kind;
    struct device *sam;
    bool is_gone;
    unsigned claims, busy_claims, controls, plugs;
    int64_t
        idle_us; /* how long a question for finished transfers waits when there is none; libusb asks without end */
    int stalls;                   /* transfers still to be answered with a stall */
    uint8_t input[USB_INPUT_MAX]; /* what the reader said and nobody fetched yet */
    size_t input_size;
    size_t rest; /* of the frame whose first 7 bytes were fetched */
    struct usb_urb urbs[USB_URBS_MAX];
    size_t n_urbs;
};

static struct usb_world world = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* umockdev redirects /sys and /dev by a library that must be there from the start of the process. */
static void usb_world_preload(char **argv)
{
    if (getenv("PAIHAO_TEST_PRELOADED"))
        return;
    setenv("PAIHAO_TEST_PRELOADED", "1", 1);
    setenv("LD_PRELOAD", "libumockdev-preload.so.0", 1);
    execv("/proc/self/exe", argv);
    perror("execv");
    exit(3);
}

/* ---- descriptors */

struct usb_pipe {
    uint8_t address, type; /* 2 bulk, 3 interrupt */
};
static const struct {
    uint16_t vendor, product;
    uint8_t class;
    struct usb_pipe pipes[USB_ENDPOINTS_MAX];
    uint8_t n;
} usb_kinds[] = {
    [USB_FOUR] = {0x0400, 0xc35a, 0xff, {{0x02, 2}, {0x81, 2}, {0x06, 2}, {0x85, 2}}, 4},
    [USB_PAIR] = {0x0400, 0xc35a, 0xff, {{0x03, 2}, {0x84, 2}}, 2},
    [USB_HID] = {0x2b8b, 0x2721, 0x03, {{0x81, 3}, {0x01, 3}}, 2},
    [USB_HID_CONTROL] = {0x0483, 0x5652, 0x03, {{0x82, 3}}, 1},
    [USB_CCID] = {0x072f, 0x2200, 0x0b, {{0x02, 2}, {0x82, 2}}, 2},
    [USB_FOREIGN] = {0x0400, 0xc35a, 0x08, {{0x81, 3}}, 1}, /* the same maker's other product */
};

static char *usb_descriptors(enum usb_kind kind)
{
    const uint16_t vendor = usb_kinds[kind].vendor, product = usb_kinds[kind].product;
    const uint8_t n = usb_kinds[kind].n, total = (uint8_t)(18 + 7 * n);
    uint8_t all[128] = {18,
                        1,
                        0x10,
                        0x01,
                        0,
                        0,
                        0,
                        64,
                        (uint8_t)vendor,
                        (uint8_t)(vendor >> 8),
                        (uint8_t)product,
                        (uint8_t)(product >> 8),
                        0,
                        1,
                        0,
                        0,
                        0,
                        1};
    const uint8_t config[] = {9, 2, total, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, n, usb_kinds[kind].class,
                              0, 0, 0};
    size_t size = 18;
    memcpy(all + size, config, sizeof config);
    size += sizeof config;
    for (uint8_t i = 0; i < n; i++) {
        const struct usb_pipe *pipe = &usb_kinds[kind].pipes[i];
        const uint8_t endpoint[] = {7, 5, pipe->address, pipe->type, 64, 0, (uint8_t)(pipe->type == 3)};
        memcpy(all + size, endpoint, sizeof endpoint);
        size += sizeof endpoint;
    }
    char *hex = bytes_alloc(2 * size + 1);
    hex_encode(all, size, hex);
    return hex;
}

/* ---- bytes, under the lock */

static void ccid_collect(const uint8_t *bytes, size_t size);

static void usb_collect(void)
{
    struct timed_write piece;
    while (timed_writes_take(&world.sam->output, clock_mono_us(), &piece)) {
        if (world.kind == USB_CCID) {
            ccid_collect(piece.bytes, piece.size);
        } else if (world.input_size + piece.size <= USB_INPUT_MAX) {
            memcpy(world.input + world.input_size, piece.bytes, piece.size);
            world.input_size += piece.size;
        }
        free(piece.bytes);
    }
}

static size_t usb_give(uint8_t *to, size_t size)
{
    if (size > world.input_size)
        size = world.input_size;
    memcpy(to, world.input, size);
    memmove(world.input, world.input + size, world.input_size - size);
    world.input_size -= size;
    return size;
}

/* Of a reader with four pipes: the head of a frame, for itself, or what else it says before the next one. */
static size_t usb_give_head(uint8_t *to, size_t room, bool is_all)
{
    static const uint8_t preamble[] = {0xaa, 0xaa, 0xaa, 0x96, 0x69};
    const uint8_t *frame = memmem(world.input, world.input_size, preamble, sizeof preamble);
    const size_t before = frame ? (size_t)(frame - world.input) : is_all ? world.input_size : 0;
    if (before > 0)
        return usb_give(to, before < room ? before : room);
    if (!frame || world.input_size < 7)
        return is_all ? usb_give(to, world.input_size < room ? world.input_size : room) : 0;
    world.rest = (size_t)world.input[5] << 8 | world.input[6];
    return usb_give(to, 7);
}

/* ---- an ACR122: CCID's blocks around the commands and answers of a PN532 */

enum { CCID_HEAD = 10, CCID_POWER_ON = 0x62, CCID_BLOCK = 0x6f, CCID_ANSWER = 0x80, PN532_TO_HOST = 0xd5 };

static void ccid_answer(const uint8_t *bytes, size_t size)
{
    const uint8_t head[CCID_HEAD] = {CCID_ANSWER, (uint8_t)size};
    memcpy(world.input, head, sizeof head);
    memcpy(world.input + CCID_HEAD, bytes, size);
    world.input_size = CCID_HEAD + size; /* one that was not fetched is lost */
}

/* The chip on its UART, awake. */
static void ccid_ask_chip(const uint8_t *command, uint8_t size)
{
    uint8_t frame[5 + 255 + 2] = {0, 0, 0xff, size, (uint8_t)-size}, sum = 0;
    static const uint8_t wake[16] = {0x55, 0x55};
    memcpy(frame + 5, command, size);
    for (uint8_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + command[i]);
    frame[5 + size] = (uint8_t)-sum;
    world.sam->class->feed(world.sam, wake, sizeof wake, clock_mono_us());
    world.sam->class->feed(world.sam, frame, 5u + size + 2u, clock_mono_us());
}

/* From the host: CLA INS P1 P2 Lc; FF 00 00 00 is for the chip, all else is answered with "done". */
static void ccid_take(const uint8_t *bytes, size_t size)
{
    static const uint8_t done[] = {0x90, 0x00};
    if (size >= CCID_HEAD && bytes[0] == CCID_POWER_ON)
        ccid_answer(done, 0);
    if (size < CCID_HEAD + 5 || bytes[0] != CCID_BLOCK)
        return;
    const uint8_t *apdu = bytes + CCID_HEAD;
    if (apdu[2] == 0 && apdu[4] > 0 && size >= CCID_HEAD + 5u + apdu[4])
        ccid_ask_chip(apdu + 5, apdu[4]);
    else
        ccid_answer(done, sizeof done);
}

/* What the chip said: its ACK goes no further, its answer is wrapped. */
static void ccid_collect(const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at + 7 < size; at++) {
        if (bytes[at] != 0 || bytes[at + 1] != 0xff || bytes[at + 4] != PN532_TO_HOST)
            continue;
        uint8_t answer[255 + 2] = {0};
        const uint8_t length = bytes[at + 2];
        if (at + 4 + length > size)
            return;
        memcpy(answer, bytes + at + 4, length);
        answer[length] = 0x90;
        ccid_answer(answer, length + 2u);
        return;
    }
}

/* One transfer in. Bytes given, 0 while there is nothing for this pipe. */
static size_t usb_answer(uint8_t endpoint, uint8_t *to, size_t room)
{
    usb_collect();
    if (world.kind == USB_HID || world.kind == USB_HID_CONTROL) {
        if (world.input_size == 0 || room < 64)
            return 0;
        memset(to, 0, 64);
        to[0] = 0x05; /* the byte in front */
        usb_give(to + 1, 63);
        return 64;
    }
    if (world.kind != USB_FOUR)
        return usb_give(to, room);
    const bool is_all = timed_writes_next_us(&world.sam->output) == INT64_MAX;
    if (endpoint == 0x81 && world.rest == 0)
        return usb_give_head(to, room, is_all);
    if (endpoint == 0x85 && world.rest > 0) {
        const size_t given = usb_give(to, world.rest < room ? world.rest : room);
        world.rest = given < world.rest && (world.input_size > 0 || !is_all) ? world.rest - given : 0;
        return given;
    }
    return 0;
}

/* ---- usbfs, on umockdev's thread */

static void usb_finish(struct usb_urb *u, int status, size_t moved)
{
    const int length = (int)moved;
    umockdev_ioctl_data_update(u->urb, offsetof(struct usbdevfs_urb, status), (guint8 *)&status,
                               sizeof status);
    umockdev_ioctl_data_update(u->urb, offsetof(struct usbdevfs_urb, actual_length),
                               (guint8 *)(uintptr_t)&length, sizeof length);
    u->is_done = true;
}

static void usb_take_out(struct usb_urb *u, unsigned char type)
{
    const uint8_t *bytes = u->buffer->data;
    size_t size = u->room;
    if (type == USBDEVFS_URB_TYPE_CONTROL) {
        world.controls++;
        bytes += 8;
        size -= 8;
    }
    if (world.kind == USB_CCID)
        ccid_take(bytes, size);
    else
        world.sam->class->feed(world.sam, bytes, size, clock_mono_us());
    usb_finish(u, 0, size);
}

static int usb_submit(UMockdevIoctlClient *client)
{
    UMockdevIoctlData *urb = umockdev_ioctl_data_resolve(umockdev_ioctl_client_get_arg(client), 0,
                                                         sizeof(struct usbdevfs_urb), NULL);
    if (world.is_gone || world.n_urbs == USB_URBS_MAX) {
        umockdev_ioctl_data_unref(urb);
        return ENODEV;
    }
    const struct usbdevfs_urb *raw = (const void *)urb->data;
    struct usb_urb *u = &world.urbs[world.n_urbs++];
    *u = (struct usb_urb){.urb = urb, .endpoint = raw->endpoint, .room = (size_t)raw->buffer_length};
    u->buffer = umockdev_ioctl_data_resolve(urb, offsetof(struct usbdevfs_urb, buffer),
                                            (gsize)raw->buffer_length, NULL);
    if (world.stalls > 0 && raw->type == USBDEVFS_URB_TYPE_BULK) {
        world.stalls--;
        usb_finish(u, -EPIPE, 0);
    } else if (!(raw->endpoint & 0x80)) {
        usb_take_out(u, raw->type);
    }
    return 0;
}

static void usb_try(struct usb_urb *u)
{
    if (u->is_done)
        return;
    if (world.is_gone) {
        usb_finish(u, -ESHUTDOWN, 0);
        return;
    }
    uint8_t *bytes = bytes_alloc(u->room + 64);
    const size_t given = usb_answer(u->endpoint, bytes, u->room);
    if (given > 0) {
        umockdev_ioctl_data_update(u->buffer, 0, bytes, (gint)given);
        usb_finish(u, 0, given);
    }
    free(bytes);
}

static void usb_forget(size_t i)
{
    umockdev_ioctl_data_unref(world.urbs[i].urb);
    if (world.urbs[i].buffer)
        umockdev_ioctl_data_unref(world.urbs[i].buffer);
    memmove(world.urbs + i, world.urbs + i + 1, (world.n_urbs - i - 1) * sizeof *world.urbs);
    world.n_urbs--;
}

static int usb_reap(UMockdevIoctlClient *client)
{
    for (size_t i = 0; i < world.n_urbs; i++) {
        usb_try(&world.urbs[i]);
        if (!world.urbs[i].is_done)
            continue;
        UMockdevIoctlData *to =
            umockdev_ioctl_data_resolve(umockdev_ioctl_client_get_arg(client), 0, sizeof(void *), NULL);
        umockdev_ioctl_data_set_ptr(to, 0, world.urbs[i].urb);
        umockdev_ioctl_client_complete(client, 0, 0);
        umockdev_ioctl_data_unref(to);
        usb_forget(i);
        return 0;
    }
    return EAGAIN;
}

static int usb_discard(UMockdevIoctlClient *client)
{
    const gulong address = *(const gulong *)(const void *)umockdev_ioctl_client_get_arg(client)->data;
    for (size_t i = 0; i < world.n_urbs; i++)
        if (world.urbs[i].urb->client_addr == address && !world.urbs[i].is_done) {
            usb_finish(&world.urbs[i], -ENOENT, 0);
            return 0;
        }
    return EINVAL;
}

static int usb_claim(void)
{
    if (world.busy_claims > 0) {
        world.busy_claims--;
        return EBUSY;
    }
    world.claims++;
    return 0;
}

/* libusb's first question at each opening. The process that had the device open before may have been killed, of which
 * umockdev does not tell reliably: its transfers are nobody's. What the device has said meanwhile waits on. */
static void usb_begin(UMockdevIoctlClient *client)
{
    const guint32 capabilities = USBDEVFS_CAP_NO_PACKET_SIZE_LIM;
    while (world.n_urbs > 0)
        usb_forget(world.n_urbs - 1);
    UMockdevIoctlData *to =
        umockdev_ioctl_data_resolve(umockdev_ioctl_client_get_arg(client), 0, sizeof capabilities, NULL);
    umockdev_ioctl_data_update(to, 0, (guint8 *)(uintptr_t)&capabilities, sizeof capabilities);
    umockdev_ioctl_client_complete(client, 0, 0);
    umockdev_ioctl_data_unref(to);
}

static gboolean usb_ioctl(UMockdevIoctlBase *self, UMockdevIoctlClient *client, gpointer arg)
{
    const gulong request = umockdev_ioctl_client_get_request(client);
    int error = 0;
    (void)self;
    (void)arg;
    pthread_mutex_lock(&world.lock);
    if (request == USBDEVFS_SUBMITURB) {
        error = usb_submit(client);
    } else if (request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY) {
        error = usb_reap(client);
    } else if (request == (gulong)USBDEVFS_DISCARDURB) {
        error = usb_discard(client);
    } else if (request == USBDEVFS_CLAIMINTERFACE) {
        error = usb_claim();
    } else if (request == USBDEVFS_GET_CAPABILITIES) {
        usb_begin(client);
    } else if (request == USBDEVFS_GETDRIVER || request == USBDEVFS_IOCTL) {
        error = ENODATA; /* no kernel driver holds it */
    } else if (request != USBDEVFS_RELEASEINTERFACE && request != USBDEVFS_CLEAR_HALT &&
               !(world.kind == USB_CCID &&
                 (request == USBDEVFS_SETCONFIGURATION || request == USBDEVFS_SETINTERFACE ||
                  request == (gulong)USBDEVFS_RESET))) {
        error = ENOTTY;
    }
    const bool is_completed =
        error == 0 && (request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY ||
                       request == USBDEVFS_GET_CAPABILITIES);
    const int64_t wait_us = error == EAGAIN ? world.idle_us : 0;
    pthread_mutex_unlock(&world.lock);
    if (wait_us > 0)
        clock_sleep_us(wait_us);
    if (!is_completed)
        umockdev_ioctl_client_complete(client, error ? -1 : 0, error);
    return TRUE;
}

/* ---- the tests' side */

static void usb_plug(enum usb_kind kind)
{
    char *descriptors = usb_descriptors(kind);
    for (char *c = descriptors; *c; c++)
        *c = (char)toupper((unsigned char)*c); /* as umockdev has it */
    const unsigned number = ++world.plugs + 1; /* another one at each plugging, as in earnest */
    /* libusb 0.1, which libnfc uses, reads the node, libusb 1.0 the file in /sys */
    char *text = bytes_format("P: /devices/pci0000:00/usb1/1-1\n"
                              "N: bus/usb/001/%03u=%s\n"
                              "E: DEVNAME=/dev/bus/usb/001/%03u\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\n"
                              "E: BUSNUM=001\nE: DEVNUM=%03u\n"
                              "A: busnum=1\nA: devnum=%u\nA: speed=12\nA: bConfigurationValue=1\n"
                              "H: descriptors=%s\n",
                              number, descriptors, number, number, number, descriptors);
    GError *error = NULL;
    pthread_mutex_lock(&world.lock);
    world.kind = kind;
    world.is_gone = false;
    world.input_size = world.rest = 0;
    world.sam->class->power_up(world.sam);
    pthread_mutex_unlock(&world.lock);
    world.node = bytes_format("/dev/bus/usb/001/%03u", number);
    world.sys_path = bytes_text("/sys/devices/pci0000:00/usb1/1-1");
    if (!umockdev_testbed_add_from_string(world.testbed, text, &error) ||
        !umockdev_testbed_attach_ioctl(world.testbed, world.node, world.handler, &error)) {
        fprintf(stderr, "umockdev: %s\n", error->message);
        exit(3);
    }
    free(text);
    free(descriptors);
}

static void usb_unplug(void)
{
    if (!world.node)
        return;
    pthread_mutex_lock(&world.lock);
    world.is_gone = true;
    pthread_mutex_unlock(&world.lock);
    umockdev_testbed_uevent(world.testbed, world.sys_path, "remove");
    umockdev_testbed_detach_ioctl(world.testbed, world.node, NULL);
    umockdev_testbed_remove_device(world.testbed, world.sys_path);
    free(world.node);
    free(world.sys_path);
    world.node = world.sys_path = NULL;
}

static void usb_put(const struct card *cards, size_t n)
{
    pthread_mutex_lock(&world.lock);
    world.sam->class->put(world.sam, cards, n, clock_mono_us());
    pthread_mutex_unlock(&world.lock);
}

static int usb_fault(const char *kind, unsigned count, bool is_for_reads)
{
    pthread_mutex_lock(&world.lock);
    const int r = device_plan_fault(world.sam, kind, count, is_for_reads);
    pthread_mutex_unlock(&world.lock);
    return r;
}

static void usb_world_init(const struct device_class *class)
{
    world.testbed = umockdev_testbed_new();
    world.handler = umockdev_ioctl_base_new();
    world.sam = class->create();
    g_signal_connect(world.handler, "handle-ioctl", G_CALLBACK(usb_ioctl), NULL);
}

static void usb_world_done(void)
{
    usb_unplug();
    g_object_unref(world.handler);
    g_object_unref(world.testbed);
    world.sam->class->destroy(world.sam);
}

#endif
