/* Requests that wait: for the desk's commit, or for work on a thread of its own. The connection is
 * suspended meanwhile, and the listener's thread goes on.
 *
 * * A wait belongs to two: to the request, and to whoever will answer it. Whoever lets go last frees it, so
 * an answer may come late. (A suspended connection cannot die before it is resumed, even when its client is
 * gone.) */
#ifndef HTTP_WAIT_H
#define HTTP_WAIT_H
#include <microhttpd.h>
#include <pthread.h>

#include "base/bytes.h"
#include "desk/desk.h"
#include "desk/list.h"

struct request;
struct wait;

/* Answers the request, on its listener's thread. */
typedef enum MHD_Result (*wait_after_fn)(struct request *, const struct wait *);
/* Does the work, on a thread of its own; fills wait->work and touches nothing else of it. */
typedef void (*wait_work_fn)(struct wait *);

struct work {
    wait_work_fn run;
    const struct http_options *options; /* borrowed */
    char lane[LANE_NAME_MAX + 1];
    char *path;          /* owned: a file, or the college whose table it is */
    struct buffer input; /* owned, wiped: what was sent */
    enum list_kind kind; /* of a list */
    bool is_preview, accepts_good, replaces;
    bool is_school, is_zip; /* of a package */
    bool has_file;          /* file: owned, a descriptor */
    int file;
    uint32_t pace_s;
    char device[DEVICE_MAX + 1], key[ANSWER_KEY_MAX + 1];
    enum authority authority;
    bool is_replayed;
    enum problem problem;
    bool is_taken; /* backup: there is such a file already */
    char *data;    /* owned */
    size_t size;
    uint64_t seq;
    uint8_t head[JOURNAL_HASH_SIZE];
};

struct wait {
    struct wait *previous, *next; /* all below: waits' lock */
    struct waits *waits;
    struct MHD_Connection *connection;
    bool is_done, is_suspended, is_orphan;
    bool advance;        /* of the command; so that the answer can say who was called */
    int64_t deadline_us; /* monotonic */
    wait_after_fn after;
    struct desk_answer answer; /* once done, for commands */
    struct work work;          /* once done, for work */
};

enum { WAIT_COMMAND_US = 10 * 1000 * 1000, WAIT_WORK_US = 600 * 1000 * 1000, WAIT_WORKERS_MAX = 4 };
struct waits {
    pthread_mutex_t lock;
    pthread_cond_t all_answered;
    struct wait *list; /* those not answered yet whose request still waits */
    unsigned n_under_way, n_workers;
    bool is_closed;
};
void waits_init(struct waits *);
void waits_done(struct waits *);
/* Refuses new waits and returns when every one has been answered. */
void waits_close(struct waits *);
/* Gives up on those whose deadline has passed: their requests are told to ask again. Called once a second. */
void waits_expire(struct waits *, int64_t now_mono_us);

/* Each returns what the handler has to return. The command gets its idempotency key here. */
enum MHD_Result wait_for_desk(struct request *, struct desk_command *, wait_after_fn after);
/* work: options and run are set, and what else it needs; path and input are taken. Device, key and authority are filled
 * in here. */
enum MHD_Result wait_for_work(struct request *, const struct work *, wait_after_fn after);
/* The handler's second call: the answer, or that it is late. */
enum MHD_Result wait_resume(struct request *);
void wait_release(struct wait *); /* the request lets go */

#endif
