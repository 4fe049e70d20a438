/* A load of check-ins from many clients over keep-alive connections, one epoll loop, so that the clients cost
 * little. load PORT PATH TOKEN CLIENTS SECONDS FIRST Each request carries a new synthetic person, counted
 * from FIRST. Prints one JSON line: requests per second, latency percentiles in microseconds, how many
 * answers were not 201. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "identity/id_number.h"

enum { LATENCIES_MAX = 4000000, ANSWER_MAX = 8192 };

struct client {
    int fd;
    int64_t sent_us;
    char answer[ANSWER_MAX];
    size_t size;
};

static const char *path, *token;
static unsigned next_person, odd_answers;
static uint32_t *latencies;
static size_t n_latencies;

static void put_person(unsigned n, char *ret_body, size_t size)
{
    char id[19];
    snprintf(id, sizeof id, "9901%02u%04u%02u%02u%03u", n / 4800000 % 100, 1950 + n / 96000 % 50,
             1 + n / 8000 % 12, 1 + n / 1000 % 8, n % 1000);
    id[17] = id_number_check(id);
    snprintf(ret_body, size, "{\"medium\":\"manual\",\"id_number\":\"%.18s\",\"name\":\"张测试\"}", id);
}

static void send_next(struct client *client)
{
    char body[128], request[1024];
    put_person(next_person++, body, sizeof body);
    int length = snprintf(request, sizeof request,
                          "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                          "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                          path, token, strlen(body), body);
    client->size = 0;
    client->sent_us = clock_mono_us();
    if (write(client->fd, request, (size_t)length) != length) {
        perror("write");
        exit(3);
    }
}

/* True when a whole answer with a Content-Length stands in the buffer. */
static int is_answered(struct client *client)
{
    client->answer[client->size] = '\0';
    char *end = strstr(client->answer, "\r\n\r\n");
    char *field = strcasestr(client->answer, "\r\nContent-Length:");
    if (!end || !field || field > end)
        return 0;
    return client->size >= (size_t)(end + 4 - client->answer) + strtoul(field + 17, NULL, 10);
}

static void receive(struct client *client, int go_on)
{
    ssize_t got = read(client->fd, client->answer + client->size, ANSWER_MAX - 1 - client->size);
    if (got <= 0) {
        fprintf(stderr, "the server hung up\n");
        exit(3);
    }
    client->size += (size_t)got;
    if (!is_answered(client))
        return;
    odd_answers += strncmp(client->answer, "HTTP/1.1 201", 12) != 0;
    if (n_latencies < LATENCIES_MAX)
        latencies[n_latencies++] = (uint32_t)(clock_mono_us() - client->sent_us);
    if (go_on)
        send_next(client);
}

static int dial(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("connect");
        exit(3);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    if (argc != 7)
        return 2;
    unsigned n_clients = (unsigned)atoi(argv[4]);
    double seconds = atof(argv[5]);
    path = argv[2];
    token = argv[3];
    next_person = (unsigned)atoi(argv[6]);
    latencies = bytes_alloc(LATENCIES_MAX * sizeof *latencies);
    struct client *clients = bytes_alloc(n_clients * sizeof *clients);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (unsigned i = 0; i < n_clients; i++) {
        clients[i].fd = dial((unsigned)atoi(argv[1]));
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &clients[i]};
        epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &event);
        send_next(&clients[i]);
    }
    int64_t start_us = clock_mono_us(), end_us = start_us + (int64_t)(seconds * 1e6);
    while (clock_mono_us() < end_us) {
        struct epoll_event events[64];
        int count = epoll_wait(epoll, events, 64, 1000);
        for (int i = 0; i < count; i++)
            receive(events[i].data.ptr, 1);
    }
    double took = (double)(clock_mono_us() - start_us) / 1e6;
    qsort(latencies, n_latencies, sizeof *latencies, by_size);
    printf("{\"per_second\":%.1f,\"p50_us\":%u,\"p99_us\":%u,\"requests\":%zu,\"odd\":%u}\n",
           (double)n_latencies / took, latencies[n_latencies / 2], latencies[n_latencies * 99 / 100],
           n_latencies, odd_answers);
    return 0;
}
