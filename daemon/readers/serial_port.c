/* File descriptors of serial devices. Knows no protocol. */
#include "readers/serial_port.h"
#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

static const struct {
    int baud;
    speed_t speed;
} speeds[] = {
    {1200, B1200},     {2400, B2400},     {4800, B4800},     {9600, B9600},
    {19200, B19200},   {38400, B38400},   {57600, B57600},   {115200, B115200},
    {230400, B230400}, {460800, B460800}, {921600, B921600},
};

const char *serial_path(const char *device)
{
    static const char prefix[] = "serial:";
    const size_t length = sizeof prefix - 1;
    return strncmp(device, prefix, length) == 0 && device[length] == '/' ? device + length : NULL;
}

static bool speed_of(int baud, speed_t *ret_speed)
{
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
        if (speeds[i].baud == baud) {
            *ret_speed = speeds[i].speed;
            return true;
        }
    return false;
}

bool serial_baud_is_known(int baud)
{
    speed_t speed;
    return speed_of(baud, &speed);
}

int serial_lock(const char *path)
{
    const int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    const int error = errno;
    close(fd);
    return -error;
}

static int set_line(int fd, speed_t speed, bool drops_input)
{
    struct termios line;
    if (tcgetattr(fd, &line) < 0)
        return errno == EINVAL ? -ENOTTY : -errno;
    cfmakeraw(&line);
    line.c_cflag &= ~(tcflag_t)(CSIZE | CSTOPB | PARENB | CRTSCTS | HUPCL);
    line.c_cflag |= CS8 | CLOCAL | CREAD;
    line.c_cc[VMIN] = 1;
    line.c_cc[VTIME] = 0;
    if (cfsetspeed(&line, speed) < 0 || tcsetattr(fd, TCSANOW, &line) < 0)
        return -errno;
    if (drops_input)
        tcflush(fd, TCIOFLUSH);
    return 0;
}

int serial_open(const char *path, int baud, bool drops_input)
{
    speed_t speed;
    if (!speed_of(baud, &speed))
        return -EINVAL;
    const int fd = serial_lock(path);
    if (fd < 0)
        return fd;
    const int r = set_line(fd, speed, drops_input);
    if (r == 0)
        return fd;
    close(fd);
    return r;
}

/* 1 when ready, 0 when not in time, -EIO when the device has hung up and nothing is left to read. */
static int wait_for(int fd, short events, int timeout_ms)
{
    struct pollfd p = {.fd = fd, .events = events};
    const int n = poll(&p, 1, timeout_ms > 0 ? timeout_ms : 0);
    if (n < 0)
        return errno == EINTR ? 0 : -errno;
    if (n == 0)
        return 0;
    return p.revents & events ? 1 : -EIO;
}

int serial_read(int fd, uint8_t *ret_bytes, size_t capacity, int timeout_ms)
{
    const int ready = wait_for(fd, POLLIN, timeout_ms);
    if (ready <= 0)
        return ready;
    const ssize_t n = read(fd, ret_bytes, capacity);
    if (n > 0)
        return (int)n;
    if (n == 0)
        return -EIO;
    return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

int serial_write(int fd, const uint8_t *bytes, size_t size, int timeout_ms)
{
    const int64_t until_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
    while (size > 0) {
        const int ready = wait_for(fd, POLLOUT, (int)((until_us - clock_mono_us()) / 1000));
        if (ready < 0)
            return ready;
        if (ready == 0)
            return -ETIMEDOUT;
        const ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return -errno;
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
        }
    }
    return 0;
}
