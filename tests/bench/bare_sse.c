/* The least that a live stream can be: takes connections, reads nothing, and writes each line of its standard input to all
 * of them as one event. No HTTP reading, no token, no disk. bare_sse   prints its port, serves until the input ends */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 1024 };
static int clients[CLIENTS_MAX];
static unsigned n_clients;

static int listen_anywhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, CLIENTS_MAX) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        return -1;
    printf("%u\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void welcome(int fd)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    int client = accept(fd, NULL, NULL);
    if (client < 0 || n_clients == CLIENTS_MAX || write(client, head, sizeof head - 1) < 0)
        return;
    clients[n_clients++] = client;
}

static int tell_all(void)
{
    char line[512], event[640];
    ssize_t got = read(STDIN_FILENO, line, sizeof line - 1);
    if (got <= 0)
        return 0;
    line[strcspn(line, "\n")] = '\0';
    line[got - 1] = '\0';
    int size = snprintf(event, sizeof event, "event: ticket\ndata: %s\n\n", line);
    for (unsigned i = 0; i < n_clients; i++)
        if (write(clients[i], event, (size_t)size) != size)
            return 0;
    return 1;
}

int main(void)
{
    int fd = listen_anywhere();
    struct pollfd sources[2] = {{.fd = fd, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
    if (fd < 0)
        return 3;
    while (poll(sources, 2, -1) > 0) {
        if (sources[0].revents & POLLIN)
            welcome(fd);
        if (sources[1].revents && !tell_all())
            break;
    }
    return 0;
}
