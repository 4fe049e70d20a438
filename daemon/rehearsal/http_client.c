/* A small HTTP/1.1 client: one request, one connection, blocking with a time limit. */
#include "rehearsal/http_client.h"
#include "base/bytes.h"
#include "base/clock.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 4 * 1024 * 1024, PORTS_TRIED = 100 };

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int http_free_port(int first)
{
    for (int port = first; port < first + PORTS_TRIED && port <= 65535; port++) {
        const struct sockaddr_in address = loopback(port);
        const int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
            return -errno;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        const int r = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 ? listen(fd, 1) : -1;
        close(fd);
        if (r == 0)
            return port;
    }
    return -EADDRINUSE;
}

static int dial(int port)
{
    const struct sockaddr_in address = loopback(port);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    const int error = -errno;
    close(fd);
    return error;
}

static int send_request(int fd, int port, const char *method, const char *path, const char *token)
{
    struct buffer request = {0};
    uint8_t random[16];
    char key[2 * sizeof random + 1];
    buffer_format(&request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n", method, path,
                  port);
    if (token)
        buffer_format(&request, "Authorization: Bearer %s\r\n", token);
    if (strcmp(method, "POST") == 0) {
        random_bytes(random, sizeof random);
        hex_encode(random, sizeof random, key);
        buffer_format(&request,
                      "Content-Type: application/json\r\nContent-Length: 2\r\nIdempotency-Key: %s\r\n\r\n{}",
                      key);
    } else {
        buffer_add_text(&request, "\r\n");
    }
    const ssize_t sent = send(fd, request.data, request.size, MSG_NOSIGNAL);
    const int r = sent == (ssize_t)request.size ? 0 : sent < 0 ? -errno : -EIO;
    buffer_done(&request);
    return r;
}

/* Reads to the end of the stream. */
static int receive(int fd, int64_t until_us, struct buffer *answer)
{
    char part[4096];
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        const int64_t rest_ms = (until_us - clock_mono_us()) / 1000;
        const int r = rest_ms > 0 ? poll(&p, 1, (int)rest_ms) : 0;
        if (r == 0)
            return -ETIMEDOUT;
        const ssize_t n = r < 0 ? -1 : recv(fd, part, sizeof part, 0);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            buffer_add(answer, part, (size_t)n);
        if (answer->size > ANSWER_MAX)
            return -EPROTO;
    }
}

static int parse(const struct buffer *answer, struct http_answer *ret)
{
    int status;
    const char *end = answer->data ? strstr(answer->data, "\r\n\r\n") : NULL;
    if (!end || sscanf(answer->data, "HTTP/1.%*1[01] %3d", &status) != 1)
        return -EPROTO;
    end += 4;
    ret->status = status;
    ret->json = json_loadb(end, answer->size - (size_t)(end - answer->data), JSON_REJECT_DUPLICATES, NULL);
    return 0;
}

int http_ask(int port, const char *method, const char *path, const char *token, int timeout_ms,
             struct http_answer *ret)
{
    struct buffer answer = {0};
    const int64_t until_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
    const int fd = dial(port);
    if (fd < 0)
        return fd;
    int r = send_request(fd, port, method, path, token);
    if (r == 0)
        r = receive(fd, until_us, &answer);
    if (r == 0)
        r = parse(&answer, ret);
    close(fd);
    buffer_done(&answer);
    return r;
}
