/* Emulated devices on ptys and TCP ports, all served by one thread. The calls below may come from any other thread; each
 * returns when the device is in its new state, not when the host has seen it. Devices are named by the index
 * that emulator_add gave. */
#ifndef REHEARSAL_EMULATOR_H
#define REHEARSAL_EMULATOR_H
#include "rehearsal/device.h"
#include <stdbool.h>

struct emulator;

enum { EMULATOR_DEVICES_MAX = 16, EMULATOR_BAUD = 115200 };

/* Fast: no wire time and no radio delays; otherwise 115200 baud and the delays of a real device. Starts the
 * thread. */
int emulator_new(bool is_fast, struct emulator **ret);
/* Unplugs everything. Accepts NULL. */
void emulator_free(struct emulator *);

/* Plugs a new device behind `link`, or, without one, behind a TCP port that emulator_state tells. An index >= 0, or -errno: -EEXIST when the name is taken or the link's
 * path is no link of ours, -ENOSPC. */
int emulator_add(struct emulator *, const struct device_class *, const char *name, const char *link);
/* -ENOENT when there is none. */
int emulator_find(struct emulator *, const char *name);
const struct device_class *emulator_class(struct emulator *, int device);

/* n = 0 takes the cards away. -ENOTSUP for a device without a field. */
int emulator_put(struct emulator *, int device, const struct card *cards, size_t n);
/* -ENOTSUP for a device that does not scan. */
int emulator_scan(struct emulator *, int device, const uint8_t *bytes, size_t size);
/* See device.h for both. */
int emulator_fault(struct emulator *, int device, const char *kind, unsigned count, bool is_for_reads);
int emulator_option(struct emulator *, int device, const char *key, const char *value);
void emulator_unplug(struct emulator *, int device);
int emulator_replug(struct emulator *, int device);

struct emulator_state {
    struct device_counts counts;
    bool is_plugged, has_host;
    unsigned port;      /* TCP, on the loopback interface; 0 for a pty */
    unsigned long lost; /* bytes that never reached a host */
    size_t pending;     /* pieces not yet due */
};
void emulator_state(struct emulator *, int device, struct emulator_state *ret);
/* Waits until the device's count of complete reads exceeds `before`. False when the time is over. */
bool emulator_wait_read(struct emulator *, int device, unsigned long before, int timeout_ms);
/* Puts the cards, waits for a complete read, leaves them there for `linger_ms` more, takes them away. 1 when
 * read, 0 when not, or -ENOTSUP. Blocks its caller. */
int emulator_tap(struct emulator *, int device, const struct card *cards, size_t n, int timeout_ms,
                 int linger_ms);

#endif
