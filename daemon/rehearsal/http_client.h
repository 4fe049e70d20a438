/* One HTTP request to the daemon on this machine, over a plain socket, as a tablet on a desk would send it.
 */
#ifndef REHEARSAL_HTTP_CLIENT_H
#define REHEARSAL_HTTP_CLIENT_H
#include <jansson.h>

struct http_answer {
    int status;   /* 200, 404 ... */
    json_t *json; /* the body; NULL when it is not JSON. To json_decref() */
};

/* POSTs an empty object when method is "POST", with a fresh Idempotency-Key. token may be NULL. 0 or -errno:
 * -ECONNREFUSED, -ETIMEDOUT, -EPROTO for an answer that is not HTTP or has no end. */
int http_ask(int port, const char *method, const char *path, const char *token, int timeout_ms,
             struct http_answer *ret);
/* The first port from `first` on that can be listened to on 127.0.0.1, or -EADDRINUSE after a hundred. */
int http_free_port(int first);

#endif
