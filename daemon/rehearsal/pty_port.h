/* A serial port that does not exist: the master of a pseudo-terminal, and a symbolic link to its slave whose
 * path stays the same over unplugging and replugging. Not thread-safe. */
#ifndef REHEARSAL_PTY_PORT_H
#define REHEARSAL_PTY_PORT_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct pty_port {
    char *link;       /* the path the host opens */
    char *slave_path; /* "/dev/pts/N"; NULL while unplugged */
    int master;       /* non-blocking, close-on-exec; -1 while unplugged */
    bool has_host;    /* somebody has the slave open, as last seen */
};

/* Unplugged. Copies the link's path. */
void pty_port_init(struct pty_port *, const char *link);
/* A new raw pty behind the link, replacing a dangling link but no other file. 0 or -errno (-EEXIST). */
int pty_port_plug(struct pty_port *);
/* The host sees a hang-up; the link goes. Harmless when unplugged. */
void pty_port_unplug(struct pty_port *);
void pty_port_done(struct pty_port *);

/* Looks again whether a host is there: a master without one cannot be waited for by poll(2). When the last
 * host left its exclusive mark (TIOCEXCL) behind, which only a pty keeps after the last close, a new pty
 * takes the place. */
bool pty_port_look_for_host(struct pty_port *);
/* Bytes read; 0 when there is nothing, or nobody (has_host says which). */
size_t pty_port_read(struct pty_port *, void *ret_bytes, size_t capacity);
/* Bytes written. What a host does not take, and all that nobody hears, is lost as on a real line. */
size_t pty_port_write(struct pty_port *, const void *bytes, size_t size);

#endif
