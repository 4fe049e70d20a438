/* A reader driver: one const table of functions. All that a driver may call back stands in the second half.
 * To add a driver: copy driver_scanner.c, which is the smallest, and name it in reader_drivers of
 * reader_loop.c. */
#ifndef READERS_READER_DRIVER_H
#define READERS_READER_DRIVER_H
#include "identity/medium.h"
#include "readers/evdev_keys.h"
#include "readers/reader_fault.h"
#include "readers/reader_line.h"
#include "readers/scan_split.h"

struct reader; /* the loop that runs the driver */

enum chip_method { CHIP_AUTO, CHIP_LIST, CHIP_RAW };

struct reader_driver;

struct reader_options {
    const struct reader_driver *driver;
    const char *device;            /* borrowed */
    enum chip_method method;       /* nfc only */
    int baud;                      /* serial only; 0: sam finds it out */
    enum scan_separator separator; /* scanner only */
    enum scan_endings endings;     /* scanner only: what a process before this one has learned */
    enum key_layout layout;        /* scanner at evdev: only */
    bool wants_address;            /* sam only: ask for the newest address too */
    bool shows_all;                /* personal fields unmasked on a terminal */
    bool is_supervised;            /* end when standard input ends */
    const char *user;              /* who to be after the device is open, when started by root; borrowed */
};

struct reader_driver {
    const char *name;
    /* NULL when the driver can use this DEV, else why not: a text for the usage message. Opens nothing. */
    const char *(*objection)(const char *device);
    /* Opens and gives *ret_device, or -errno: -ENOENT, -ENODEV, -ENXIO, -EIO not there; -EWOULDBLOCK held by
     * another process; -EACCES; -ETIMEDOUT there but silent. May take 1.5 s. */
    int (*open)(const struct reader_options *, struct reader *, void **ret_device);
    /* Does one short piece of work (under a second, the device permitting) and reports what came of it. 0, or
     * -errno as above: the device is lost, it is closed, and a new process opens it anew. Runs confined
     * (reader_sandbox.h): whatever is to be opened, started or looked up belongs in open(). */
    int (*step)(void *device, struct reader *);
    void (*close)(void *device);
    /* The last reading was refused. NULL: that changes nothing. */
    void (*refused)(void *device);
    int pause_ms; /* between two steps */
};

extern const struct reader_driver driver_sam, driver_nfc, driver_scanner;

/* ---- what a driver may call */
/* The device answers as it should. */
void reader_report_ready(struct reader *, const char *detail);
/* The device is in trouble but stays open. The code is stable, the detail for people. */
void reader_report_trouble(struct reader *, const char *code, const char *detail);
void reader_report_reading(struct reader *, const struct presentation *);
/* The newest address of the card just read, or "". */
void reader_report_address(struct reader *, const char *address);
void reader_report_fault(struct reader *, enum reader_fault, const char *detail);
/* How this scanner ends its scans, for the process after this one. */
void reader_report_endings(struct reader *, enum scan_endings);

#endif
