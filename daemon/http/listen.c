/* Sockets are made here rather than by libmicrohttpd, so that each failure has its own words. Caller's
 * thread. */
#include "http/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"

enum { BACKLOG = 1024 };

static unsigned port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {.any.sa_family = AF_UNSPEC};
    socklen_t size = sizeof address;
    if (getsockname(fd, &address.any, &size) != 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

/* A descriptor or -errno. */
static int listen_on(const struct addrinfo *info)
{
    const int yes = 1;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int result = -errno;
    close(fd);
    return result;
}

int listen_tcp(const char *host, const char *port, unsigned *ret_port, char **ret_error)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    int fault = getaddrinfo(*host ? host : NULL, port, &hints, &list);
    if (fault != 0) {
        *ret_error = bytes_format("cannot listen on %s port %s: %s", host, port, gai_strerror(fault));
        return -EADDRNOTAVAIL;
    }
    int fd = -EADDRNOTAVAIL;
    for (const struct addrinfo *info = list; info && fd < 0; info = info->ai_next)
        fd = listen_on(info);
    freeaddrinfo(list);
    if (fd < 0)
        *ret_error =
            bytes_format("cannot listen on %s port %s: %s%s", host, port, strerror(-fd),
                         fd == -EADDRINUSE ? " (another program, or another paihaod, has this port)" : "");
    else
        *ret_port = port_of(fd);
    return fd;
}

/* sun_path holds 107 characters; a longer path is reached through a descriptor of its folder. */
static int local_address(const char *path, struct sockaddr_un *ret, int *ret_folder)
{
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    *ret_folder = -1;
    size_t length = strlen(path);
    if (length < sizeof ret->sun_path) {
        memcpy(ret->sun_path, path, length);
        return 0;
    }
    const char *name = strrchr(path, '/');
    if (!name)
        return -ENAMETOOLONG;
    char *folder = bytes_format("%.*s", (int)(name - path), path);
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int result = fd < 0 ? -errno : 0;
    free(folder);
    if (result < 0)
        return result;
    int written = snprintf(ret->sun_path, sizeof ret->sun_path, "/proc/self/fd/%d%s", fd, name);
    if (written < 0 || (size_t)written >= sizeof ret->sun_path) {
        close(fd);
        return -ENAMETOOLONG;
    }
    *ret_folder = fd;
    return 0;
}

static int remove_stale(const char *path)
{
    struct stat found;
    if (lstat(path, &found) != 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISSOCK(found.st_mode))
        return -EEXIST;
    return unlink(path) == 0 ? 0 : -errno;
}

int listen_local(const char *path, char **ret_error)
{
    struct sockaddr_un address;
    int folder = -1, fd = -1;
    int result = remove_stale(path);
    if (result == 0)
        result = local_address(path, &address, &folder);
    if (result < 0)
        goto out;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* the mode is set before the name exists, so nobody else can slip in between */
    if (fd < 0 || fchmod(fd, 0600) != 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(address.sun_path, 0600) != 0 || listen(fd, BACKLOG) != 0)
        result = -errno;
out:
    if (folder >= 0)
        close(folder);
    if (result == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    *ret_error = bytes_format("cannot make the control socket %s: %s", path, strerror(-result));
    return result;
}
