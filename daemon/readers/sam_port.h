/* How bytes get to a SAM reader and back: one const table of functions a kind of connection. The frames are the
 * same on all of them. Which one it is, the device's address says (base/device_address.h). */
#ifndef READERS_SAM_PORT_H
#define READERS_SAM_PORT_H
#include "base/device_address.h"
#include <stddef.h>

enum { SAM_PORT_CHUNK = 4096 }; /* room that receive() must be given */

struct sam_port_class {
    /* Gives *ret_port, or -errno as reader_driver.open does. May take 2 s. baud 0: found out, where the
     * connection has one. */
    int (*open)(const struct device_address *, int baud, void **ret_port);
    /* The whole request within timeout_ms. 0, -ETIMEDOUT, or another -errno: the reader is gone. */
    int (*send)(void *port, const uint8_t *bytes, size_t size, int timeout_ms);
    /* Waits for bytes at most timeout_ms. How many came, 0 when none did, or -errno. */
    int (*receive)(void *port, uint8_t ret_bytes[static SAM_PORT_CHUNK], int timeout_ms);
    void (*close)(void *port);
    /* What there is to say about this connection, "" for nothing; borrowed from the port. */
    const char *(*describe)(void *port);
};

extern const struct sam_port_class sam_port_serial, sam_port_tcp, sam_port_usb;

const struct sam_port_class *sam_port_class(enum device_kind);

#endif
