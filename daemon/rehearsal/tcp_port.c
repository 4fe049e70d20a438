/* Loopback sockets as serial servers. All descriptors are non-blocking; nothing here waits. */
#include "rehearsal/tcp_port.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

void tcp_port_init(struct tcp_port *p)
{
    *p = (struct tcp_port){.listener = -1, .host = -1};
}

static int listen_at(int fd, uint16_t number, uint16_t *ret_number)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(number)};
    socklen_t size = sizeof at;
    const int yes = 1;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(fd, (const struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 1) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) < 0)
        return -errno;
    *ret_number = ntohs(at.sin_port);
    return 0;
}

int tcp_port_plug(struct tcp_port *p)
{
    tcp_port_unplug(p);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    const int r = listen_at(fd, p->number, &p->number);
    if (r < 0)
        close(fd);
    else
        p->listener = fd;
    return r;
}

/* At once, unsent bytes and all, as when the power goes. */
static void drop_host(struct tcp_port *p, bool is_reset)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    if (p->host < 0)
        return;
    if (is_reset)
        (void)setsockopt(p->host, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(p->host);
    p->host = -1;
}

void tcp_port_unplug(struct tcp_port *p)
{
    drop_host(p, true);
    if (p->listener >= 0)
        close(p->listener);
    p->listener = -1;
}

bool tcp_port_look_for_host(struct tcp_port *p)
{
    const int yes = 1;
    if (p->host < 0 && p->listener >= 0) {
        p->host = accept4(p->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (p->host >= 0)
            (void)setsockopt(p->host, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    return p->host >= 0;
}

size_t tcp_port_read(struct tcp_port *p, void *ret_bytes, size_t capacity)
{
    if (!tcp_port_look_for_host(p))
        return 0;
    const ssize_t got = recv(p->host, ret_bytes, capacity, 0);
    if (got > 0)
        return (size_t)got;
    if (got == 0 || (errno != EAGAIN && errno != EINTR))
        drop_host(p, false);
    return 0;
}

size_t tcp_port_write(struct tcp_port *p, const void *bytes, size_t size)
{
    if (!tcp_port_look_for_host(p))
        return 0;
    const ssize_t put = send(p->host, bytes, size, MSG_NOSIGNAL);
    return put > 0 ? (size_t)put : 0;
}
