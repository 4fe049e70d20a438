/* The open connections: where each comes from, and until when its request must have come in.
 * libmicrohttpd's own timeout counts idle time only, so a byte now and then would hold a connection for
 * ever. */
#ifndef HTTP_PEERS_H
#define HTTP_PEERS_H
#include <stdatomic.h>

#include "http/auth.h"

struct MHD_Connection;
struct sockaddr;

enum {
    PEER_REQUEST_US = 10 * 1000 * 1000, /* from the first line of a request to its last byte */
    PEER_IDLE_US = 10 * 1000 * 1000,    /* from an answer to the next request's first line */
    PEER_CONNECTIONS_MAX = 64,          /* of one address, so that nobody takes all there are */
    PEER_LOG_US = 60 * 1000 * 1000,     /* between two log lines about those turned away */
};

struct peer {
    struct peer *previous, *next; /* peers' lock */
    int fd;                       /* libmicrohttpd's; valid while listed */
    struct peer_address address;
    atomic_int_fast64_t deadline_us; /* monotonic; 0: none, a request is being answered */
};

struct peers {
    pthread_mutex_t lock;
    struct peer *list;
    unsigned n_refused;   /* since the latest log line */
    int64_t log_after_us; /* monotonic */
};
void peers_init(struct peers *);
void peers_done(struct peers *);
/* Whether one more connection may come from there. No limit for 127.0.0.1, ::1 and local sockets: a reverse
 * proxy speaks for everybody. Who is turned away is logged, once a minute. On the listener's thread. */
bool peers_admit(struct peers *, const struct sockaddr *);
struct peer *peer_new(struct peers *, struct MHD_Connection *);
void peer_free(struct peers *, struct peer *); /* before its descriptor is closed */
void peer_allow(struct peer *, int64_t us);    /* from now on; 0: without end */
/* Shuts down the connections whose time is up; libmicrohttpd then frees them. Called once a second. */
void peers_expire(struct peers *, int64_t now_mono_us);

#endif
