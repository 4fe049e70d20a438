/* An emulated device as its owner sees it: host bytes in, timed writes out. A class is one table of
 * functions; a device is a pure push machine without file descriptors, clock or thread, so that unit tests,
 * fuzzers and the emulator all drive the same one. */
#ifndef REHEARSAL_DEVICE_H
#define REHEARSAL_DEVICE_H
#include "rehearsal/card.h"
#include "rehearsal/timed_writes.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device;

struct device_class {
    const char *name;
    /* NULL-terminated; a fault's kind is its index, and 0 is "none". */
    const char *const *faults;
    struct device *(*create)(void);
    void (*destroy)(struct device *);
    void (*feed)(struct device *, const uint8_t *bytes, size_t size, int64_t now_us);
    /* Replaces all that lies on the reader; n may be 0. Copies. NULL for a device without a field. */
    void (*put)(struct device *, const struct card *cards, size_t n, int64_t now_us);
    /* Writes a scan. NULL for a device that does not scan. */
    void (*scan)(struct device *, const uint8_t *bytes, size_t size, int64_t now_us);
    /* An option of its own; 0, -EINVAL for a bad value, -ENOENT for an unknown key. */
    int (*option)(struct device *, const char *key, const char *value);
    /* Loses all volatile state, as a device does that was unplugged. Cards, options and counts stay. */
    void (*power_up)(struct device *);
};

struct device_counts {
    unsigned long commands; /* well-formed host frames */
    unsigned long answers;  /* written, faulty ones included */
    unsigned long reads;    /* cards or scans whose every byte went out undamaged */
    int64_t last_read_us;   /* when the last byte of the latest of them went out; monotonic, 0: none yet */
};

struct device_fault {
    int kind;
    unsigned left; /* UINT_MAX: for ever */
    bool is_for_reads;
};

/* The first member of every emulated device. */
struct device {
    const struct device_class *class;
    struct timed_writes output;
    struct device_counts counts;
    struct device_fault fault;
    bool is_fast;       /* no delays of radio or chip */
    bool is_mute;       /* until the next power_up */
    unsigned line_baud; /* the only speed at which a pty's host is understood; 0: any */
};

/* Plans a fault for the next `count` answers (0: for ever), only those that carry a card when is_for_reads.
 * -ENOENT for a kind this class does not know. "none" takes a plan back. */
int device_plan_fault(struct device *, const char *kind, unsigned count, bool is_for_reads);
/* The fault due now, counted down; 0 for none. */
int device_take_fault(struct device *, bool is_read);
/* "fast on|off", "baud N" (0: unpaced), "line N" (line_baud), "chunk N", "gap_us N", or one of the class's own. 0, -EINVAL or
 * -ENOENT. */
int device_option(struct device *, const char *key, const char *value);
/* "on"/"off". 0 or -EINVAL. */
int device_parse_switch(const char *value, bool *ret_is_on);
/* Delay that disappears on a fast device. */
int64_t device_delay_us(const struct device *, int64_t us);
/* A device as it leaves the factory: fast, unpaced. */
void device_init(struct device *, const struct device_class *);
void device_done(struct device *);

#endif
