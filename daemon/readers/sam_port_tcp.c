/* A SAM reader behind a serial server: its frames over TCP, unmodified. Never waits without a deadline; the name
 * of the host is the one thing that may take longer, so addresses are the better choice. Runs on the reader's only
 * thread. */
#include "base/bytes.h"
#include "base/clock.h"
#include "readers/sam_port.h"
#include "readers/serial_port.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECT_MS = 1500 };

/* A server that lost its power says nothing: after this it counts as gone. */
enum { KEEPALIVE_IDLE_S = 5, KEEPALIVE_EVERY_S = 2, KEEPALIVE_COUNT = 3, UNACKNOWLEDGED_MS = 6000 };

struct tcp {
    int fd;
};

/* Nothing at that address counts as an absent device, not as an error. */
static int absent_or(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
    case ECONNRESET:
    case ETIMEDOUT:
    case EADDRNOTAVAIL:
        return -ENXIO;
    default:
        return -error;
    }
}

static int wait_connected(int fd, int64_t until_us)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    const int64_t left_ms = (until_us - clock_mono_us()) / 1000;
    if (poll(&p, 1, left_ms > 0 ? (int)left_ms : 0) <= 0)
        return -ENXIO;
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        error = errno;
    return error ? absent_or(error) : 0;
}

static int connect_to(const struct addrinfo *to, int64_t until_us)
{
    const int fd = socket(to->ai_family, to->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, to->ai_protocol);
    if (fd < 0)
        return absent_or(errno);
    int result = connect(fd, to->ai_addr, to->ai_addrlen) < 0 ? -errno : 0;
    result = result == -EINPROGRESS ? wait_connected(fd, until_us) : result < 0 ? absent_or(-result) : 0;
    if (result == 0)
        return fd;
    close(fd);
    return result;
}

/* Without one of these the connection works, only its end is seen later. */
static void set_watch(int fd)
{
    const struct {
        int level, name, value;
    } options[] = {
        {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S},
        {IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_EVERY_S},
        {IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT},
        {IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS},
        {IPPROTO_TCP, TCP_NODELAY, 1},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        (void)setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof options[i].value);
}

static int tcp_open(const struct device_address *address, int baud, void **ret_port)
{
    (void)baud; /* the serial server's matter */
    char service[8];
    struct addrinfo *found;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    snprintf(service, sizeof service, "%u", (unsigned)address->port);
    if (getaddrinfo(address->host, service, &hints, &found) != 0)
        return -ENXIO;
    const int64_t until_us = clock_mono_us() + CONNECT_MS * 1000;
    int fd = -ENXIO;
    for (const struct addrinfo *to = found; to && fd < 0; to = to->ai_next)
        fd = connect_to(to, until_us);
    freeaddrinfo(found);
    if (fd < 0)
        return fd;
    set_watch(fd);
    struct tcp *tcp = bytes_alloc(sizeof *tcp);
    tcp->fd = fd;
    *ret_port = tcp;
    return 0;
}

static int tcp_send(void *port, const uint8_t *bytes, size_t size, int timeout_ms)
{
    const struct tcp *tcp = port;
    const int64_t until_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
    while (size > 0) {
        const ssize_t n = send(tcp->fd, bytes, size, MSG_NOSIGNAL);
        if (n >= 0) {
            bytes += n;
            size -= (size_t)n;
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return -EIO;
        const int64_t left_ms = (until_us - clock_mono_us()) / 1000;
        if (left_ms <= 0)
            return -ETIMEDOUT;
        (void)poll(&(struct pollfd){.fd = tcp->fd, .events = POLLOUT}, 1, (int)left_ms);
    }
    return 0;
}

static int tcp_receive(void *port, uint8_t ret_bytes[static SAM_PORT_CHUNK], int timeout_ms)
{
    const struct tcp *tcp = port;
    const int n = serial_read(tcp->fd, ret_bytes, SAM_PORT_CHUNK, timeout_ms);
    return n < 0 ? -EIO : n; /* a connection that broke is a device that has gone */
}

static void tcp_close(void *port)
{
    struct tcp *tcp = port;
    close(tcp->fd);
    free(tcp);
}

static const char *tcp_describe(void *port)
{
    (void)port;
    return "";
}

const struct sam_port_class sam_port_tcp = {
    .open = tcp_open,
    .send = tcp_send,
    .receive = tcp_receive,
    .close = tcp_close,
    .describe = tcp_describe,
};
