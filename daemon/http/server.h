/* Inside of the room: what the server consists of, and which thread may touch what. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H
#include <microhttpd.h>
#include <stdatomic.h>

#include "http/auth.h"
#include "http/http.h"
#include "http/metrics.h"
#include "http/pages.h"
#include "http/peers.h"
#include "http/stream.h"
#include "http/wait.h"

enum {
    LISTENER_CONNECTIONS_MAX = 900,
    CONTROL_CONNECTIONS_MAX = 64,
    CONNECTION_MEMORY = 32 * 1024,
    CONNECTION_IDLE_S = 30
};

/* One libmicrohttpd daemon and its thread. */
struct listener {
    struct http *http;
    struct MHD_Daemon *daemon; /* NULL: not started */
    int fd;                    /* listening; -1: none */
    bool is_control;
    struct stream_texts texts; /* this thread's */
};

struct http {
    struct http_options options;
    struct listener network, control;
    unsigned port;
    bool has_tls;
    char *tls_key, *tls_cert; /* PEM, for the daemon's life */
    size_t tls_key_size;
    char **names; /* Host names: http.hosts and the listen host. The array is ours, not the texts. */
    size_t n_names;
    struct pages *pages;
    struct auth auth;
    struct peers peers;
    struct waits waits;
    struct hub hub;
    struct counters counters;
    pthread_t ticker;
    bool has_ticker;
    int bell; /* eventfd: news in the feed, or the end */
    atomic_bool is_closing;
    atomic_uint n_requests; /* between request_new and request_free */
    atomic_uint n_uploads;  /* of them, files on their way in */
    pthread_t starter;
    char last_log[256]; /* libmicrohttpd's latest words while starting: the cause */
};

#endif
