/* Pseudo-terminals as serial ports. All descriptors are non-blocking; nothing here waits. */
#include "rehearsal/pty_port.h"
#include "base/bytes.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { SLAVE_PATH_MAX = 64 };

void pty_port_init(struct pty_port *p, const char *link)
{
    *p = (struct pty_port){.link = bytes_text(link), .master = -1};
}

/* Opens the slave once: makes it raw and leaves the master in the state "no host", which it has not before
 * the first opening. */
static int touch_slave(const char *path)
{
    struct termios t;
    const int slave = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (slave < 0)
        return -errno;
    int r = tcgetattr(slave, &t);
    if (r == 0) {
        cfmakeraw(&t);
        t.c_cflag |= CLOCAL | CREAD;
        r = tcsetattr(slave, TCSANOW, &t);
    }
    const int error = r < 0 ? -errno : 0;
    close(slave);
    return error;
}

static int open_master(char ret_slave[static SLAVE_PATH_MAX])
{
    int r = 0;
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (master < 0)
        return -errno;
    if (grantpt(master) < 0 || unlockpt(master) < 0)
        r = -errno;
    else
        r = -ptsname_r(master, ret_slave, SLAVE_PATH_MAX);
    if (r == 0)
        r = touch_slave(ret_slave);
    if (r == 0)
        return master;
    close(master);
    return r;
}

/* Only a link of our kind is replaced: one that leads into /dev/pts. */
static int put_link(const char *target, const char *path)
{
    char old[SLAVE_PATH_MAX] = "";
    if (readlink(path, old, sizeof old - 1) > 0 && strncmp(old, "/dev/pts/", 9) == 0)
        unlink(path);
    return symlink(target, path) < 0 ? -errno : 0;
}

int pty_port_plug(struct pty_port *p)
{
    char slave[SLAVE_PATH_MAX];
    pty_port_unplug(p);
    const int master = open_master(slave);
    if (master < 0)
        return master;
    const int r = put_link(slave, p->link);
    if (r < 0) {
        close(master);
        return r;
    }
    p->master = master;
    p->slave_path = bytes_text(slave);
    p->has_host = false;
    return 0;
}

void pty_port_unplug(struct pty_port *p)
{
    char target[SLAVE_PATH_MAX] = "";
    if (p->master < 0)
        return;
    if (readlink(p->link, target, sizeof target - 1) > 0 && strcmp(target, p->slave_path) == 0)
        unlink(p->link);
    close(p->master);
    free(p->slave_path);
    p->slave_path = NULL;
    p->master = -1;
    p->has_host = false;
}

void pty_port_done(struct pty_port *p)
{
    pty_port_unplug(p);
    free(p->link);
    p->link = NULL;
}

/* A failure to replace leaves the old pty, which its next host finds busy; looked at again at the next
 * departure. */
static void host_left(struct pty_port *p)
{
    p->has_host = false;
    const int probe = open(p->slave_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (probe >= 0)
        close(probe);
    else if (errno == EBUSY)
        (void)pty_port_plug(p);
}

bool pty_port_look_for_host(struct pty_port *p)
{
    struct pollfd fd = {.fd = p->master};
    if (p->master < 0)
        return false;
    const bool is_hung_up = poll(&fd, 1, 0) > 0 && fd.revents & (POLLHUP | POLLERR);
    if (!is_hung_up)
        p->has_host = true;
    else if (p->has_host)
        host_left(p);
    return p->has_host;
}

size_t pty_port_read(struct pty_port *p, void *ret_bytes, size_t capacity)
{
    if (p->master < 0)
        return 0;
    const ssize_t got = read(p->master, ret_bytes, capacity);
    if (got > 0) {
        p->has_host = true;
        return (size_t)got;
    }
    if (got < 0 && errno == EIO && p->has_host)
        host_left(p);
    return 0;
}

size_t pty_port_write(struct pty_port *p, const void *bytes, size_t size)
{
    if (!pty_port_look_for_host(p))
        return 0;
    const ssize_t put = write(p->master, bytes, size);
    return put > 0 ? (size_t)put : 0;
}
