/* Where an emulated device's bytes go: a pty, or a TCP connection. Not thread-safe. */
#ifndef REHEARSAL_PORT_H
#define REHEARSAL_PORT_H
#include "rehearsal/pty_port.h"
#include "rehearsal/tcp_port.h"

struct port {
    bool is_tcp;
    struct pty_port pty;
    struct tcp_port tcp;
};

void port_init_pty(struct port *, const char *link); /* unplugged; copies the link's path */
void port_init_tcp(struct port *);
int port_plug(struct port *); /* 0 or -errno */
void port_unplug(struct port *);
void port_done(struct port *);
bool port_is_plugged(const struct port *);
bool port_has_host(const struct port *); /* as last seen */
/* What to wait for with poll(2), -1 while only looking again from time to time helps. */
int port_fd(const struct port *);
bool port_look_for_host(struct port *);
size_t port_read(struct port *, void *ret_bytes, size_t capacity);
size_t port_write(struct port *, const void *bytes, size_t size);
/* The speed the host has set, 0 when that means nothing here. */
unsigned port_baud(const struct port *);

#endif
