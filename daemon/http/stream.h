/* Live events (WHATWG HTML, 9.2): streams suspended while there is nothing to say, woken by the ticker.
 *
 * * A stream keeps a position in the desk's feed and nothing else, so a slow one costs nothing; one that
 * falls out of the feed is told so and starts anew. Disconnects are noticed by writing: the beat of each
 * second frees what died within two. */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H
#include <pthread.h>
#include <stdatomic.h>

#include "http/render.h"

struct http;
struct stream;

enum { STREAMS_MAX = 512, STREAM_BEAT_SIZE = 80 };

/* Guarded by its lock. Lock order: hub, then the desk's and libmicrohttpd's own. */
struct hub {
    pthread_mutex_t lock;
    struct stream *list;
    atomic_uint n_streams; /* written with the lock */
    uint64_t beat;         /* how many so far */
    char beat_text[STREAM_BEAT_SIZE];
    size_t beat_size;
    bool is_closed;
};
void hub_init(struct hub *);
void hub_done(struct hub *);
/* Wakes every stream that waits. With a new beat if `with_beat`. Returns how many were woken. Any thread. */
unsigned hub_broadcast(struct hub *, bool with_beat);
/* Refuses new streams, lets the others end. */
void hub_close(struct hub *);

/* The latest items of the feed as text, so that what 500 streams get is looked up and written once. One
 * listener's thread. */
enum { STREAM_TEXTS = 64 };
struct stream_text {
    bool is_used;
    char lane[LANE_NAME_MAX + 1];
    enum audience audience;
    uint64_t from, next; /* feed positions: before and behind the item */
    struct buffer text;
};
struct stream_texts {
    struct stream_text slots[STREAM_TEXTS];
};
void stream_texts_done(struct stream_texts *);

#endif
