/* Peers are made and freed on the listeners' threads and expired by the ticker. */
#include "http/peers.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"

void peers_init(struct peers *peers)
{
    pthread_mutex_init(&peers->lock, NULL);
    peers->list = NULL;
    peers->n_refused = 0;
    peers->log_after_us = 0;
}

void peers_done(struct peers *peers)
{
    pthread_mutex_destroy(&peers->lock);
}

static void take_address(const struct sockaddr *socket, struct peer_address *ret)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    memset(ret, 0, sizeof *ret);
    if (socket->sa_family == AF_INET) {
        const struct in_addr *v4 = &((const struct sockaddr_in *)socket)->sin_addr;
        memcpy(ret->bytes, mapped, sizeof mapped);
        memcpy(ret->bytes + sizeof mapped, v4, sizeof *v4);
        ret->is_loopback = ntohl(v4->s_addr) >> 24 == 127;
    } else if (socket->sa_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)socket)->sin6_addr;
        bool is_mapped = IN6_IS_ADDR_V4MAPPED(v6);
        memcpy(ret->bytes, v6, is_mapped ? 16 : 8);
        ret->is_loopback = IN6_IS_ADDR_LOOPBACK(v6) || (is_mapped && v6->s6_addr[12] == 127);
    } else {
        ret->is_loopback = socket->sa_family == AF_UNIX;
    }
}

/* 127.0.0.1, ::1 (whose last half is not kept) and local sockets. */
static bool is_this_machine(const struct peer_address *address)
{
    static const uint8_t none[4], local[4] = {127, 0, 0, 1};
    return address->is_loopback &&
           (memcmp(address->bytes + 12, none, 4) == 0 || memcmp(address->bytes + 12, local, 4) == 0);
}

static void log_refused(struct peers *peers, const struct peer_address *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(AF_INET6, address->bytes, text, sizeof text);
    log_warning("http: %u connections turned away: %s has %d already", peers->n_refused, text,
                PEER_CONNECTIONS_MAX);
    peers->n_refused = 0;
}

bool peers_admit(struct peers *peers, const struct sockaddr *socket)
{
    struct peer_address address;
    unsigned count = 0;
    take_address(socket, &address);
    if (is_this_machine(&address))
        return true;
    pthread_mutex_lock(&peers->lock);
    for (const struct peer *peer = peers->list; peer; peer = peer->next)
        count += memcmp(peer->address.bytes, address.bytes, sizeof address.bytes) == 0;
    pthread_mutex_unlock(&peers->lock);
    if (count < PEER_CONNECTIONS_MAX)
        return true;
    int64_t now_us = clock_mono_us();
    peers->n_refused++;
    if (now_us >= peers->log_after_us) {
        peers->log_after_us = now_us + PEER_LOG_US;
        log_refused(peers, &address);
    }
    return false;
}

struct peer *peer_new(struct peers *peers, struct MHD_Connection *connection)
{
    struct peer *peer = bytes_alloc(sizeof *peer);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    peer->fd = info->connect_fd;
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    take_address(info->client_addr, &peer->address);
    peer_allow(peer, PEER_REQUEST_US);
    pthread_mutex_lock(&peers->lock);
    peer->next = peers->list;
    if (peer->next)
        peer->next->previous = peer;
    peers->list = peer;
    pthread_mutex_unlock(&peers->lock);
    return peer;
}

void peer_free(struct peers *peers, struct peer *peer)
{
    pthread_mutex_lock(&peers->lock);
    if (peer->next)
        peer->next->previous = peer->previous;
    *(peer->previous ? &peer->previous->next : &peers->list) = peer->next;
    pthread_mutex_unlock(&peers->lock);
    free(peer);
}

void peer_allow(struct peer *peer, int64_t us)
{
    atomic_store_explicit(&peer->deadline_us, us ? clock_mono_us() + us : 0, memory_order_relaxed);
}

void peers_expire(struct peers *peers, int64_t now_mono_us)
{
    pthread_mutex_lock(&peers->lock);
    for (struct peer *peer = peers->list; peer; peer = peer->next) {
        int64_t deadline_us = atomic_load_explicit(&peer->deadline_us, memory_order_relaxed);
        if (deadline_us == 0 || now_mono_us < deadline_us)
            continue;
        shutdown(peer->fd, SHUT_RDWR);
        peer_allow(peer, PEER_IDLE_US);
    }
    pthread_mutex_unlock(&peers->lock);
}
