/* libnfc's connection strings, as far as the path of a tty in them concerns us:
 * "pn532_uart:/dev/ttyUSB1:115200". libnfc cuts at every colon, which paths under /dev/serial have too, so
 * the path is resolved first. Paths of I2C and SPI ("pn532_i2c:/dev/i2c-1", "pn532_spi:/dev/spidev0.0:500000") are
 * treated alike; USB and PC/SC devices ("pn53x_usb:001:004", "acr122_usb") have none. */
#ifndef READERS_NFC_ADDRESS_H
#define READERS_NFC_ADDRESS_H
#include <limits.h>
#include <stdbool.h>

enum { NFC_CONNSTRING_SIZE = 1024 }; /* as libnfc has it */

struct nfc_address {
    char connstring[NFC_CONNSTRING_SIZE]; /* for nfc_open */
    char path[PATH_MAX]; /* of the tty or bus, resolved; "" when there is none (USB, PC/SC) */
    bool is_pn53x;       /* a chip of the PN53x family behind it */
};

/* NULL, or why this is no connection string that can be used. */
const char *nfc_address_objection(const char *device);
/* 0, -ENOENT or another -errno of the path, -ENAMETOOLONG, -EINVAL when the resolved path has a colon. */
int nfc_address_resolve(const char *device, struct nfc_address *ret);

#endif
