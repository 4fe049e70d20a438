/* The door of the pages: one HTTP server for people's devices and one on a local socket for the tool.
 *
 * * Each of the two is one libmicrohttpd daemon with one epoll thread, which never waits for the disk: a
 * request that changes something hands a command to the desk, suspends its connection and is answered after
 * the commit. A third thread ticks once a second and carries news to the live streams. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H
#include <stddef.h>

#include "base/bytes.h"
#include "base/config.h"
#include "desk/desk.h"
#include "desk/list.h"

struct http;

/* A list that came as a file: people, excluded, captured, paid or schedule. Borrowed for the call. */
struct http_list {
    enum list_kind kind;
    const uint8_t *bytes;
    size_t size;
    bool is_preview;         /* says what would happen, stores nothing */
    bool accepts_good;       /* stores the good rows although others have errors */
    bool replaces;           /* excluded, captured: whoever is not in it loses the mark */
    const char *division_of; /* schedule: the college whose own table it is, "" for the school's */
    uint32_t pace_s;         /* schedule: not 0: how the days will go at that pace, too */
    const char *device, *key;
};
struct http_list_answer {
    enum problem problem;
    bool is_replayed;
    char *members; /* of a JSON object, without the braces: "stored", "counts", "problems"; free() */
};

/* A package that the office asks for. Borrowed for the call. */
struct http_handover {
    bool is_school, is_zip;
    const char *folder; /* NULL: a ZIP to be downloaded */
    const char *device;
};

struct http_options {
    const struct config *config; /* borrowed for the server's life, as are the desk and the path */
    struct desk *desk;
    const char
        *control_path; /* local socket, mode 0600, same routes with role office and no token; NULL: none */
    /* The hand-over table of a lane, made on a thread of its own. 0 and bytes to free(), -ENOENT or another
     * -errno. ret_seq: the journal position it shows, for the file's name, numbers-LANE-SEQ.csv. */
    int (*numbers_csv)(void *arg, const char *lane, char **ret_data, size_t *ret_size, uint64_t *ret_seq);
    void *numbers_arg;
    /* Reads a list and, unless it is a preview, stores it. On a thread of its own; waits for the desk. */
    void (*take_list)(void *arg, const struct http_list *, struct http_list_answer *ret);
    /* The schedule as JSON, with what is doubtful in it; pace_s not 0: with the predicted end of each slot at that
     * pace. NULL: there is none. free(). On a thread of its own. */
    char *(*show_schedule)(void *arg, uint32_t pace_s);
    void *lists_arg;
    /* What other rooms know of the event, as further members of its JSON object (",\"backup\":..."), free(); `whole`:
     * with names of folders. NULL: nothing. */
    char *(*event_members)(void *arg, bool whole);
    /* The tool wants the data to itself, to purge: PROBLEM_NONE when the daemon will end now. */
    enum problem (*end_for_purge)(void *arg, bool is_copy);
    /* A person has decided that this copy of the event goes on. *ret_error: 0, or the -errno of the claim in the backup
     * folder. On a thread of its own; waits for the desk. */
    enum problem (*continue_event)(void *arg, const char *device, int *ret_error);
    void *safety_arg;
    /* Packages (handover/job.h), on threads of their own. start: PROBLEM_NONE and an id. show: JSON, to wipe and free();
     * device: whoever looks. open: a descriptor and the file's name (free()), or -ENOENT or another -errno. */
    enum problem (*start_handover)(void *arg, const struct http_handover *, uint64_t *ret_id);
    void (*cancel_handover)(void *arg); /* at once, on any thread */
    char *(*show_handover)(void *arg, const char *device);
    int (*open_package)(void *arg, const char *address, char **ret_name, uint64_t *ret_size);
    void *handover_arg;
    /* Adds what other rooms have to tell in /metrics; on the server's threads. NULL: nothing. */
    void (*print_figures)(void *arg, struct buffer *out);
    void *figures_arg;
};

/* Listens and serves. On failure *ret_error (free()) says why in English: the address is taken, the
 * certificate cannot be used, ... The caller holds the data lock, so a control socket found in the way is
 * stale and is removed. Takes the desk's desk_on_publish for itself. */
int http_start(struct http **ret, const struct http_options *, char **ret_error);
/* Refuses new requests, waits until the desk has answered those under way (so the desk must still run),
 * ends the live streams, closes. NULL is fine. */
void http_stop(struct http *);
/* The TCP port listened on, for listen ports given as 0. */
unsigned http_port(const struct http *);

#endif
