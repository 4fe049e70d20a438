/* A serial line: raw 8N1 without flow control, locked against other programs, never blocking for ever. Things
 * that are not quite a tty (a pty, an emulated port) are taken as they are. */
#ifndef READERS_SERIAL_PORT_H
#define READERS_SERIAL_PORT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "serial:/dev/ttyUSB0" -> "/dev/ttyUSB0", borrowed; NULL for anything else. */
const char *serial_path(const char *device);
bool serial_baud_is_known(int baud);

/* Opens and takes the exclusive flock, which goes with the descriptor. Returns a descriptor to close(),
 * -EWOULDBLOCK when another process holds the device, or another -errno. */
int serial_lock(const char *path);
/* As above and sets the line. With drops_input what came before is forgotten. */
int serial_open(const char *path, int baud, bool drops_input);
/* Waits at most timeout_ms. Returns the bytes read, 0 when none came, -EIO when the device has gone, or
 * -errno. */
int serial_read(int fd, uint8_t *ret_bytes, size_t capacity, int timeout_ms);
/* Writes everything within timeout_ms. 0, -ETIMEDOUT, or as above. */
int serial_write(int fd, const uint8_t *bytes, size_t size, int timeout_ms);

#endif
