/* How the configuration and the readers name a device:
 *   serial:/dev/ttyUSB0      a serial line
 *   tcp:HOST:PORT            a serial server; an IPv6 address stands in brackets, tcp:[fe80::1]:4001
 *   usb:0400:c35a            the first USB device of that vendor and product, four hexadecimal digits each
 * Connection strings of libnfc are none of these. */
#ifndef BASE_DEVICE_ADDRESS_H
#define BASE_DEVICE_ADDRESS_H
#include <stdint.h>

enum { DEVICE_HOST_MAX = 255, DEVICE_PATH_MAX = 1000 };

enum device_kind { DEVICE_SERIAL, DEVICE_TCP, DEVICE_USB };

struct device_address {
    enum device_kind kind;
    char path[DEVICE_PATH_MAX + 1]; /* serial */
    char host[DEVICE_HOST_MAX + 1]; /* tcp, without brackets */
    uint16_t port;
    uint16_t vendor, product; /* usb */
};

/* NULL, or what is wrong, for an error message; *ret is written only on success. */
const char *device_address_parse(const char *text, struct device_address *ret);

#endif
