/* A serial server that does not exist: listens on the loopback interface and passes bytes between one host and a device,
 * as pty_port does by a pty. The port number stays the same over unplugging and replugging. Not thread-safe. */
#ifndef REHEARSAL_TCP_PORT_H
#define REHEARSAL_TCP_PORT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tcp_port {
    uint16_t number; /* 0 until it is first plugged: the kernel chooses */
    int listener;    /* non-blocking, close-on-exec; -1 while unplugged */
    int host;        /* -1: nobody is connected */
};

void tcp_port_init(struct tcp_port *); /* unplugged */
int tcp_port_plug(struct tcp_port *);  /* 0 or -errno */
/* The host sees its connection reset, and refused afterwards. Harmless when unplugged. */
void tcp_port_unplug(struct tcp_port *);

/* Takes a host in when none is there; a second one has to wait, as with most serial servers. True when one is there. */
bool tcp_port_look_for_host(struct tcp_port *);
/* Bytes read; 0 when there is nothing, or nobody. */
size_t tcp_port_read(struct tcp_port *, void *ret_bytes, size_t capacity);
/* Bytes written; what nobody hears is lost. */
size_t tcp_port_write(struct tcp_port *, const void *bytes, size_t size);

#endif
