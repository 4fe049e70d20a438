/* A SAM reader on USB through libusb. The only file that includes libusb.h; must not know what the bytes mean.
 * Every transfer has a time limit. Runs on the reader's only thread. */
#include "base/bytes.h"
#include "base/clock.h"
#include "readers/reader_trace.h"
#include "readers/sam_pipes.h"
#include "readers/sam_port.h"
#include <errno.h>
#include <libusb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENDPOINTS_MAX = 16, DRAIN_MS = 20, DRAINS_MAX = 64, RECORD_PAUSE_US = 100000 };
enum { HID_SET_REPORT = 0x09, HID_OUTPUT_REPORT = 0x0200, COMMAND_AT = 7, COMMAND_READ = 0x30 };

struct usb {
    libusb_context *context;
    libusb_device_handle *handle;
    int interface;
    struct sam_pipes pipes;
    struct sam_inflow inflow;
    char description[64];
};

static int errno_of(int error)
{
    switch (error) {
    case LIBUSB_ERROR_NO_DEVICE:
    case LIBUSB_ERROR_NOT_FOUND:
        return -ENODEV;
    case LIBUSB_ERROR_ACCESS:
        return -EACCES;
    case LIBUSB_ERROR_BUSY:
        return -EWOULDBLOCK;
    case LIBUSB_ERROR_TIMEOUT:
        return -ETIMEDOUT;
    default:
        return -EIO;
    }
}

/* ---- finding it */

static size_t take_endpoints(const struct libusb_interface_descriptor *interface,
                             struct sam_endpoint ret_endpoints[static ENDPOINTS_MAX])
{
    size_t n = 0;
    for (int i = 0; i < interface->bNumEndpoints && n < ENDPOINTS_MAX; i++) {
        const struct libusb_endpoint_descriptor *endpoint = &interface->endpoint[i];
        const int type = endpoint->bmAttributes & LIBUSB_TRANSFER_TYPE_MASK;
        if (type != LIBUSB_ENDPOINT_TRANSFER_TYPE_BULK && type != LIBUSB_ENDPOINT_TRANSFER_TYPE_INTERRUPT)
            continue;
        ret_endpoints[n++] =
            (struct sam_endpoint){.address = endpoint->bEndpointAddress,
                                  .is_interrupt = type == LIBUSB_ENDPOINT_TRANSFER_TYPE_INTERRUPT,
                                  .packet = endpoint->wMaxPacketSize & 0x7ff};
    }
    return n;
}

/* The first interface that could carry frames. */
static int choose_pipes(libusb_device *device, struct usb *usb)
{
    struct libusb_config_descriptor *config;
    const int r = libusb_get_active_config_descriptor(device, &config);
    if (r < 0)
        return errno_of(r);
    for (int i = 0; i < config->bNumInterfaces && usb->pipes.layout == SAM_LAYOUT_NONE; i++) {
        struct sam_endpoint endpoints[ENDPOINTS_MAX];
        if (config->interface[i].num_altsetting < 1)
            continue;
        const struct libusb_interface_descriptor *interface = &config->interface[i].altsetting[0];
        const size_t n = take_endpoints(interface, endpoints);
        usb->interface = interface->bInterfaceNumber;
        usb->pipes = sam_pipes_choose(interface->bInterfaceClass == LIBUSB_CLASS_HID, endpoints, n);
    }
    libusb_free_config_descriptor(config);
    return usb->pipes.layout == SAM_LAYOUT_NONE ? -ENODEV : 0;
}

static int open_device(libusb_device *device, struct usb *usb)
{
    int r = choose_pipes(device, usb);
    if (r < 0)
        return r;
    r = libusb_open(device, &usb->handle);
    if (r < 0)
        return errno_of(r);
    libusb_set_auto_detach_kernel_driver(usb->handle, 1); /* where that exists */
    r = libusb_claim_interface(usb->handle, usb->interface);
    if (r < 0)
        return errno_of(r);
    snprintf(usb->description, sizeof usb->description, "USB bus %u device %u, %s",
             (unsigned)libusb_get_bus_number(device), (unsigned)libusb_get_device_address(device),
             sam_layout_name(usb->pipes.layout));
    sam_inflow_init(&usb->inflow, &usb->pipes);
    return 0;
}

static int find_and_open(struct usb *usb, const struct device_address *address)
{
    libusb_device **devices;
    const ssize_t n = libusb_get_device_list(usb->context, &devices);
    int result = -ENODEV;
    if (n < 0)
        return errno_of((int)n);
    for (ssize_t i = 0; i < n && result == -ENODEV; i++) {
        struct libusb_device_descriptor descriptor;
        if (libusb_get_device_descriptor(devices[i], &descriptor) == 0 &&
            descriptor.idVendor == address->vendor && descriptor.idProduct == address->product)
            result = open_device(devices[i], usb);
    }
    libusb_free_device_list(devices, 1);
    return result;
}

/* A port that was opened, or one that failed half-way. */
static void usb_close(void *port)
{
    struct usb *usb = port;
    if (usb->handle)
        libusb_close(usb->handle); /* releases the interface and gives it back to the kernel's driver */
    libusb_exit(usb->context);
    wipe_bytes(usb, sizeof *usb);
    free(usb);
}

static int usb_open(const struct device_address *address, int baud, void **ret_port)
{
    (void)baud;
    libusb_context *context;
    const int r = libusb_init(&context);
    if (r < 0)
        return errno_of(r);
    struct usb *usb = bytes_alloc(sizeof *usb);
    usb->context = context;
    const int result = find_and_open(usb, address);
    if (result < 0)
        usb_close(usb);
    else
        *ret_port = usb;
    return result;
}

/* ---- transfers */

/* Bytes moved, 0 when none were in time, or -errno. A stalled pipe is cleared and counts as silence. */
static int transfer(struct usb *usb, uint8_t endpoint, uint8_t *bytes, size_t size, int timeout_ms)
{
    int moved = 0;
    const unsigned limit_ms = timeout_ms > 0 ? (unsigned)timeout_ms : 1; /* 0 would be for ever */
    const int r = usb->pipes.layout == SAM_LAYOUT_REPORTS
                      ? libusb_interrupt_transfer(usb->handle, endpoint, bytes, (int)size, &moved, limit_ms)
                      : libusb_bulk_transfer(usb->handle, endpoint, bytes, (int)size, &moved, limit_ms);
    if (r == LIBUSB_ERROR_PIPE || r == LIBUSB_ERROR_OVERFLOW) {
        usb->inflow.is_dirty = true;
        libusb_clear_halt(usb->handle, endpoint);
        return 0;
    }
    return r == 0 || r == LIBUSB_ERROR_TIMEOUT ? moved : errno_of(r);
}

/* What an answer left behind that was given up must not be taken for the next one's. */
static int drain(struct usb *usb)
{
    const uint8_t pipes[] = {usb->pipes.in, usb->pipes.in_rest};
    const size_t n = pipes[0] == pipes[1] ? 1 : 2;
    uint8_t bytes[SAM_PORT_CHUNK];
    int moved = 0;
    for (size_t i = 0; i < n && moved >= 0; i++)
        for (int turns = 0; turns < DRAINS_MAX; turns++) {
            if ((moved = transfer(usb, pipes[i], bytes, sizeof bytes, DRAIN_MS)) <= 0)
                break;
            reader_trace_aside('<', bytes, (size_t)moved);
        }
    wipe_bytes(bytes, sizeof bytes);
    return moved < 0 ? moved : 0;
}

static int put(struct usb *usb, uint8_t endpoint, const uint8_t *bytes, size_t size, int timeout_ms)
{
    uint8_t copy[SAM_REPORT_SIZE] = {0}; /* libusb does not promise to leave it alone */
    memcpy(copy, bytes, size);
    const int moved = transfer(usb, endpoint, copy, size, timeout_ms);
    return moved < 0 ? moved : (size_t)moved == size ? 0 : -ETIMEDOUT;
}

static int put_report(struct usb *usb, const uint8_t *bytes, size_t size, int timeout_ms)
{
    uint8_t report[SAM_REPORT_SIZE] = {0};
    memcpy(report, bytes, size);
    if (usb->pipes.out)
        return put(usb, usb->pipes.out, report, sizeof report, timeout_ms);
    const int r = libusb_control_transfer(
        usb->handle, LIBUSB_ENDPOINT_OUT | LIBUSB_REQUEST_TYPE_CLASS | LIBUSB_RECIPIENT_INTERFACE,
        HID_SET_REPORT, HID_OUTPUT_REPORT, (uint16_t)usb->interface, report, sizeof report,
        (unsigned)timeout_ms);
    return r < 0 ? errno_of(r) : 0;
}

static int usb_send(void *port, const uint8_t *bytes, size_t size, int timeout_ms)
{
    struct usb *usb = port;
    int result = usb->inflow.is_dirty || usb->inflow.left > 0 ? drain(usb) : 0;
    if (result < 0)
        return result;
    sam_inflow_begin(&usb->inflow);
    if (size > SAM_REPORT_SIZE || size <= SAM_HEAD_SIZE)
        return -EMSGSIZE;
    if (usb->pipes.layout == SAM_LAYOUT_FOUR) {
        result = put(usb, usb->pipes.out, bytes, SAM_HEAD_SIZE, timeout_ms);
        return result < 0
                   ? result
                   : put(usb, usb->pipes.out_rest, bytes + SAM_HEAD_SIZE, size - SAM_HEAD_SIZE, timeout_ms);
    }
    if (usb->pipes.layout == SAM_LAYOUT_PAIR)
        return put(usb, usb->pipes.out, bytes, size, timeout_ms);
    result = put_report(usb, bytes, size, timeout_ms);
    if (result == 0 && bytes[COMMAND_AT] == COMMAND_READ)
        clock_sleep_us(RECORD_PAUSE_US); /* vendors' programs give these devices time for a record */
    return result;
}

/* Asks until something can be handed on, or the time is over. */
static int usb_receive(void *port, uint8_t ret_bytes[static SAM_PORT_CHUNK], int timeout_ms)
{
    struct usb *usb = port;
    const int64_t until_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
    uint8_t bytes[SAM_PORT_CHUNK], answer[SAM_ANSWER_SIZE] = {0};
    size_t given = 0;
    int moved;
    do {
        size_t size;
        const uint8_t endpoint = sam_inflow_next(&usb->inflow, sizeof bytes, &size);
        moved = transfer(usb, endpoint, bytes, size, (int)((until_us - clock_mono_us()) / 1000));
        if (moved > 0)
            given = sam_inflow_take(&usb->inflow, bytes, (size_t)moved, answer);
    } while (moved > 0 && given == 0);
    if (given > SAM_PORT_CHUNK)
        given = SAM_PORT_CHUNK; /* no real answer is so long: what is missing spoils it */
    memcpy(ret_bytes, answer, given);
    wipe_bytes(bytes, sizeof bytes);
    wipe_bytes(answer, given);
    return moved < 0 ? moved : (int)given;
}

static const char *usb_describe(void *port)
{
    const struct usb *usb = port;
    return usb->description;
}

const struct sam_port_class sam_port_usb = {
    .open = usb_open,
    .send = usb_send,
    .receive = usb_receive,
    .close = usb_close,
    .describe = usb_describe,
};
