/* Starting and stopping, and libmicrohttpd's callbacks. The order of stopping matters: libmicrohttpd aborts
 * when it is stopped with a suspended connection left, and the desk must have answered everybody before it
 * may go. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "http/listen.h"
#include "http/reply.h"

enum {
    TICK_US = 1000 * 1000,
    STREAM_WAKE_US =
        10, /* what waking one stream costs, roughly: others get as much time as a broadcast takes */
    FEW_STREAMS = 32,
    KEEP_SEEN_US = 5 * 60 * 1000 * 1000, /* between two times that the devices' last seen is written down */
    STOP_US = 1000 * 1000,               /* for the last answers to leave */
    TLS_FILE_MAX = 1024 * 1024,
};

/* ---- libmicrohttpd's callbacks */
static void *see_request(void *arg, const char *uri, struct MHD_Connection *connection)
{
    (void)uri;
    return request_new(arg, connection);
}

static enum MHD_Result serve(void *arg, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *data, size_t *size,
                             void **context)
{
    struct request *request = *context;
    (void)arg;
    (void)connection;
    if (request->stage == REQUEST_FIRST)
        return request_start(request, method, url, version);
    if (*size == 0)
        return request_finish(request);
    enum MHD_Result result = request_take(request, data, *size);
    *size = 0;
    return result;
}

static void see_end(void *arg, struct MHD_Connection *connection, void **context,
                    enum MHD_RequestTerminationCode code)
{
    (void)arg;
    (void)connection;
    (void)code;
    request_free(*context);
    *context = NULL;
}

static enum MHD_Result admit(void *arg, const struct sockaddr *address, socklen_t size)
{
    struct listener *listener = arg;
    (void)size;
    return peers_admit(&listener->http->peers, address) ? MHD_YES : MHD_NO;
}

static void see_connection(void *arg, struct MHD_Connection *connection, void **context,
                           enum MHD_ConnectionNotificationCode code)
{
    struct listener *listener = arg;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *context = peer_new(&listener->http->peers, connection);
    else if (*context)
        peer_free(&listener->http->peers, *context);
}

static size_t unescape(void *arg, struct MHD_Connection *connection, char *text)
{
    (void)arg;
    (void)connection;
    return path_unescape(text);
}

/* On the starting thread the words are kept: they are the cause of a failure. Others tell of clients that
 * broke off. */
static void log_words(void *arg, const char *format, va_list arguments)
{
    struct http *http = arg;
    char words[sizeof http->last_log];
    vsnprintf(words, sizeof words, format, arguments);
    words[strcspn(words, "\n")] = '\0';
    if (pthread_equal(pthread_self(), http->starter))
        memcpy(http->last_log, words, sizeof words);
    else
        log_debug("http: %s", words);
}

static void panic(void *arg, const char *file, unsigned line, const char *reason)
{
    (void)arg;
    log_error("libmicrohttpd: %s (%s:%u)", reason ? reason : "cannot go on", file, line);
    abort();
}

/* ---- the ticker's thread */
static void ring(void *arg)
{
    struct http *http = arg;
    const uint64_t one = 1;
    bool is_needed = atomic_load(&http->hub.n_streams) > 0 || atomic_load(&http->is_closing);
    if (is_needed && write(http->bell, &one, sizeof one) < 0)
        return; /* the counter is full, so the bell rings already */
}

static void wait_for_bell(int bell, int64_t until_us)
{
    int64_t left_us = until_us - clock_mono_us();
    struct pollfd poll_bell = {.fd = bell, .events = POLLIN};
    uint64_t count;
    if (left_us > 0 && poll(&poll_bell, 1, (int)(left_us / 1000 + 1)) > 0 &&
        read(bell, &count, sizeof count) < 0)
        return; /* nobody else reads, so it will ring again */
}

static void *tick(void *arg)
{
    struct http *http = arg;
    pthread_setname_np(pthread_self(), "http-ticker");
    int64_t next_us = clock_mono_us() + TICK_US, keep_us = clock_mono_us() + KEEP_SEEN_US;
    while (!atomic_load(&http->is_closing)) {
        wait_for_bell(http->bell, next_us);
        int64_t now_us = clock_mono_us();
        bool is_beat = now_us >= next_us;
        unsigned count = hub_broadcast(&http->hub, is_beat);
        if (is_beat) {
            waits_expire(&http->waits, now_us);
            peers_expire(&http->peers, now_us);
            if (now_us >= keep_us) {
                desk_keep_seen(http->options.desk);
                keep_us = now_us + KEEP_SEEN_US;
            }
            next_us = now_us - now_us % TICK_US + TICK_US;
        }
        /* what is published meanwhile goes out with the next round */
        if (count > FEW_STREAMS)
            clock_sleep_us((int64_t)count * STREAM_WAKE_US);
    }
    return NULL;
}

static int start_ticker(struct http *http)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int result = pthread_create(&http->ticker, NULL, tick, http);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    http->has_ticker = result == 0;
    return -result;
}

/* ---- starting */
static int read_tls(struct http *http, char **ret_error)
{
    const struct config *config = http->options.config;
    const struct {
        const char *name, *path, *mark, *what;
        char **ret;
        size_t *ret_size;
    } files[] = {
        {"tls_cert", config->tls_cert, "-----BEGIN CERTIFICATE-----", "certificate", &http->tls_cert, NULL},
        {"tls_key", config->tls_key, "PRIVATE KEY-----", "private key", &http->tls_key, &http->tls_key_size}};
    if (!*config->tls_cert && !*config->tls_key)
        return 0;
    http->has_tls = true;
    for (size_t i = 0; i < 2; i++) {
        size_t size = 0;
        int result = file_read(files[i].path, TLS_FILE_MAX, files[i].ret, &size);
        if (result < 0) {
            *ret_error = bytes_format("%s: cannot read %s = \"%s\": %s", config->path, files[i].name,
                                      files[i].path, strerror(-result));
            return result;
        }
        if (!strstr(*files[i].ret, files[i].mark)) {
            *ret_error = bytes_format("%s: %s = \"%s\" holds no %s in PEM", config->path, files[i].name,
                                      files[i].path, files[i].what);
            return -EINVAL;
        }
        if (files[i].ret_size)
            *files[i].ret_size = size;
    }
    return 0;
}

static int start_listener(struct listener *listener, const char *where, char **ret_error)
{
    struct http *http = listener->http;
    bool has_tls = http->has_tls && !listener->is_control;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG | (has_tls ? MHD_USE_TLS : 0);
    static char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, http->tls_key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, http->tls_cert},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, priorities},
        {MHD_OPTION_END, 0, NULL},
    };
    if (!has_tls)
        tls[0].option = MHD_OPTION_END;
    listener->daemon = MHD_start_daemon(
        flags, 0, admit, listener, serve, listener, MHD_OPTION_EXTERNAL_LOGGER, log_words, http,
        MHD_OPTION_LISTEN_SOCKET, listener->fd, MHD_OPTION_ARRAY, tls, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)(listener->is_control ? CONTROL_CONNECTIONS_MAX : LISTENER_CONNECTIONS_MAX),
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, see_request,
        listener, MHD_OPTION_NOTIFY_COMPLETED, see_end, listener, MHD_OPTION_NOTIFY_CONNECTION,
        see_connection, listener, MHD_OPTION_UNESCAPE_CALLBACK, unescape, listener, MHD_OPTION_END);
    if (listener->daemon)
        return 0;
    *ret_error = bytes_format("cannot serve on %s: %s", where,
                              *http->last_log ? http->last_log : "libmicrohttpd refuses");
    return -EINVAL;
}

static int start_network(struct http *http, char **ret_error)
{
    const struct config *config = http->options.config;
    int result = read_tls(http, ret_error);
    if (result < 0)
        return result;
    http->network.fd = listen_tcp(config->listen_host, config->listen_port, &http->port, ret_error);
    if (http->network.fd < 0)
        return http->network.fd;
    if (!http->has_tls)
        return start_listener(&http->network, "the network", ret_error);
    char *where =
        bytes_format("TLS with tls_cert = \"%s\" and tls_key = \"%s\", which are damaged or no pair",
                     config->tls_cert, config->tls_key);
    result = start_listener(&http->network, where, ret_error);
    free(where);
    return result;
}

static int start_control(struct http *http, char **ret_error)
{
    http->control.is_control = true;
    if (!http->options.control_path)
        return 0;
    http->control.fd = listen_local(http->options.control_path, ret_error);
    if (http->control.fd < 0)
        return http->control.fd;
    return start_listener(&http->control, "the control socket", ret_error);
}

/* The names under which requests may reach us. */
static void take_names(struct http *http)
{
    const struct config *config = http->options.config;
    http->names = bytes_alloc((config->n_hosts + 1) * sizeof *http->names);
    for (size_t i = 0; i < config->n_hosts; i++)
        http->names[http->n_names++] = config->hosts[i];
    http->names[http->n_names++] = config->listen_host;
}

static struct http *http_new(const struct http_options *options)
{
    struct http *http = bytes_alloc(sizeof *http);
    http->options = *options;
    http->network = (struct listener){.http = http, .fd = -1};
    http->control = (struct listener){.http = http, .fd = -1};
    http->bell = -1;
    http->starter = pthread_self();
    take_names(http);
    http->pages = pages_new();
    auth_init(&http->auth);
    peers_init(&http->peers);
    waits_init(&http->waits);
    hub_init(&http->hub);
    return http;
}

static void http_free(struct http *http)
{
    if (http->bell >= 0)
        close(http->bell);
    stream_texts_done(&http->network.texts);
    stream_texts_done(&http->control.texts);
    hub_done(&http->hub);
    waits_done(&http->waits);
    peers_done(&http->peers);
    auth_done(&http->auth);
    pages_free(http->pages);
    free(http->names);
    if (http->tls_key)
        wipe_bytes(http->tls_key, http->tls_key_size);
    free(http->tls_key);
    free(http->tls_cert);
    free(http);
}

int http_start(struct http **ret, const struct http_options *options, char **ret_error)
{
    *ret_error = NULL;
    MHD_set_panic_func(panic, NULL);
    struct http *http = http_new(options);
    http->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int result = http->bell < 0 ? -errno : 0;
    desk_on_publish(options->desk, ring, http);
    if (result == 0)
        result = start_network(http, ret_error);
    if (result == 0)
        result = start_control(http, ret_error);
    if (result == 0)
        result = start_ticker(http);
    if (result < 0 && !*ret_error)
        *ret_error = bytes_format("cannot start the server: %s", strerror(-result));
    if (result < 0) {
        http_stop(http);
        return result;
    }
    *ret = http;
    return 0;
}

unsigned http_port(const struct http *http)
{
    return http->port;
}

/* ---- stopping */
static void stop_accepting(struct listener *listener)
{
    /* gives the listening socket back; closed once the daemon is stopped */
    if (listener->daemon)
        MHD_quiesce_daemon(listener->daemon);
}

static void stop_listener(struct listener *listener)
{
    if (listener->daemon)
        MHD_stop_daemon(listener->daemon);
    if (listener->fd >= 0)
        close(listener->fd);
}

static void stop_ticker(struct http *http)
{
    const uint64_t one = 1;
    if (!http->has_ticker)
        return;
    if (write(http->bell, &one, sizeof one) < 0)
        log_warning("http: the ticker may stop late");
    pthread_join(http->ticker, NULL);
}

void http_stop(struct http *http)
{
    if (!http)
        return;
    atomic_store(&http->is_closing, true);
    desk_on_publish(http->options.desk, NULL, NULL);
    stop_ticker(http);
    stop_accepting(&http->network);
    stop_accepting(&http->control);
    hub_close(&http->hub);
    waits_close(&http->waits);
    for (int64_t end_us = clock_mono_us() + STOP_US;
         atomic_load(&http->n_requests) > 0 && clock_mono_us() < end_us;)
        clock_sleep_us(2000);
    stop_listener(&http->network);
    stop_listener(&http->control);
    if (http->options.control_path && http->control.fd >= 0)
        unlink(http->options.control_path);
    http_free(http);
}
