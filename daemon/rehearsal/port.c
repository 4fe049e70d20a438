/* Hands on to pty_port or tcp_port. */
#include "rehearsal/port.h"
#include <termios.h>

void port_init_pty(struct port *p, const char *link)
{
    p->is_tcp = false;
    tcp_port_init(&p->tcp);
    pty_port_init(&p->pty, link);
}

void port_init_tcp(struct port *p)
{
    *p = (struct port){.is_tcp = true, .pty = {.master = -1}};
    tcp_port_init(&p->tcp);
}

int port_plug(struct port *p)
{
    return p->is_tcp ? tcp_port_plug(&p->tcp) : pty_port_plug(&p->pty);
}

void port_unplug(struct port *p)
{
    if (p->is_tcp)
        tcp_port_unplug(&p->tcp);
    else
        pty_port_unplug(&p->pty);
}

void port_done(struct port *p)
{
    if (p->is_tcp)
        tcp_port_unplug(&p->tcp);
    else
        pty_port_done(&p->pty);
}

bool port_is_plugged(const struct port *p)
{
    return (p->is_tcp ? p->tcp.listener : p->pty.master) >= 0;
}

bool port_has_host(const struct port *p)
{
    return p->is_tcp ? p->tcp.host >= 0 : p->pty.has_host;
}

int port_fd(const struct port *p)
{
    if (p->is_tcp)
        return p->tcp.host >= 0 ? p->tcp.host : p->tcp.listener;
    return p->pty.has_host ? p->pty.master : -1;
}

bool port_look_for_host(struct port *p)
{
    return p->is_tcp ? tcp_port_look_for_host(&p->tcp) : pty_port_look_for_host(&p->pty);
}

size_t port_read(struct port *p, void *ret_bytes, size_t capacity)
{
    return p->is_tcp ? tcp_port_read(&p->tcp, ret_bytes, capacity)
                     : pty_port_read(&p->pty, ret_bytes, capacity);
}

size_t port_write(struct port *p, const void *bytes, size_t size)
{
    return p->is_tcp ? tcp_port_write(&p->tcp, bytes, size) : pty_port_write(&p->pty, bytes, size);
}

unsigned port_baud(const struct port *p)
{
    static const struct {
        speed_t speed;
        unsigned baud;
    } speeds[] = {{B9600, 9600}, {B19200, 19200}, {B38400, 38400}, {B57600, 57600}, {B115200, 115200}};
    struct termios line; /* of the slave: a pty has one for both ends */
    if (p->is_tcp || p->pty.master < 0 || tcgetattr(p->pty.master, &line) < 0)
        return 0;
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
        if (cfgetispeed(&line) == speeds[i].speed)
            return speeds[i].baud;
    return 1; /* another speed is a speed, too */
}
