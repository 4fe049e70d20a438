/* Listening sockets. */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

/* TCP on a numeric address or a name; port "0" takes a free one. A descriptor and *ret_port, or -errno and
 * *ret_error (free()), in English. */
int listen_tcp(const char *host, const char *port, unsigned *ret_port, char **ret_error);
/* A local stream socket of mode 0600. A socket already there is removed; any other file is left, and is an
 * error. */
int listen_local(const char *path, char **ret_error);

#endif
