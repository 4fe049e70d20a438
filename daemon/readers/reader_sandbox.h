/* What a reader process gives up once its device is open, before the first byte of a stranger's card is looked at:
 * root, privileges, new files, new sockets, new processes, executable memory, typing into a terminal. One way only.
 * Hence a device that was lost cannot be opened again here: the process ends and another one begins
 * (reader_loop.h). That is simpler to reason about than a process that keeps a way to open files, and it rids us of
 * whatever the lost device may have left behind in a library.
 *
 * Descriptors that are open stay usable: that is how a serial port, a usbfs device, libusb's netlink socket, an evdev
 * device or the connection of a tcp: reader go on working. So no driver needs a wider filter than another.
 *
 * A call outside the list fails with EPERM. It does not kill: what a library tries in passing (a time zone, a terminal's
 * name) must not take the reader from the door, and a refused call has done nothing. */
#ifndef READERS_READER_SANDBOX_H
#define READERS_READER_SANDBOX_H
#include <stdbool.h>

/* Looked up before the device is opened, since name services read files. */
struct reader_sandbox {
    unsigned user, group; /* who to be, when started by root */
};

/* `user` is a user's name. 0, or -ENOENT for an unknown one. */
int reader_sandbox_prepare(struct reader_sandbox *, const char *user);
/* Confines all threads of this process. 0, 1 when done except that the kernel has no seccomp filters, or -errno: the
 * process may be half confined and has to end. */
int reader_sandbox_enter(const struct reader_sandbox *);

#endif
