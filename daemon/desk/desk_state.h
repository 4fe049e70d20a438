/* Inside of the desk: its parts and who may touch them. */
#ifndef DESK_DESK_STATE_H
#define DESK_DESK_STATE_H
#include <pthread.h>
#include <stdatomic.h>

#include "desk/answers.h"
#include "desk/desk.h"
#include "desk/directory.h"
#include "desk/documents.h"
#include "desk/feed.h"
#include "desk/taps.h"

/* A submitted command, waiting. Owned by the list, then by the writer. */
struct job {
    struct job *next;
    struct desk_command command;
    desk_done_fn done;
    void *arg;
    struct person_record fresh; /* the person to create when the credential is unknown; id random */
    struct credential_record credential;
    struct credential_record
        second; /* a student number beside an ID number; a passport's number without its state; kind 0: none */
    uint8_t *payload;
    size_t payload_size;
    uint8_t fingerprint[16];
};

struct token_list {
    struct token_record *records;
    size_t count;
};

/* What the writer decides on: ahead of the visible state by the group under way. Writer's thread only. */
struct writer {
    struct journal *journal; /* NULL while the disk is full */
    struct queue *deciding;
    struct answers *answers;
    struct token_list tokens;
    int64_t retry_mono_us; /* disk full: not before */
};

struct desk {
    const struct config *config;
    char *vfs;
    pthread_t thread;
    bool has_thread;
    struct journal_keys keys;
    struct writer writer;

    pthread_mutex_t
        inbox_lock; /* guards the inbox alone; never held together with `lock`; before taps.lock */
    pthread_cond_t inbox_filled;
    struct job *inbox, **inbox_end;
    uint32_t inbox_count;
    bool closing;

    pthread_mutex_t lock; /* guards everything below */
    struct queue *visible;
    struct directory *directory;
    struct token_list tokens;
    struct list_slot *slots; /* the schedule in force */
    size_t n_slots;
    struct stored_document *documents;
    struct feed feed;
    struct kept_note *notes;
    enum problem store;
    atomic_bool is_elsewhere; /* changed under the lock */
    char store_detail[STORE_DETAIL_SIZE];
    struct desk_stats stats;

    struct taps taps; /* guards itself */

    pthread_mutex_t wake_lock; /* held while the listener is called, so that it can be taken away safely */
    void (*wake)(void *arg);
    void *wake_arg;
    atomic_uint_fast64_t busy;
};

/* writer.c */
void *writer_main(void *desk);
void set_store(struct desk *, enum problem store, const char *detail); /* publishes it */
/* Opens the journal and builds the writer's state from it; with `everything`, the visible state too. */
enum journal_fault writer_load(struct desk *, bool create, bool everything, char **ret_detail);
void writer_unload(struct desk *);

enum problem told_store(const struct desk *); /* what is to be said of it; `lock` held */

/* group.c: one group of commands in one transaction. Consumes the jobs. */
void group_run(struct desk *, struct job *jobs);

/* view.c */
void copy_text(char *ret_text, size_t size, const char *text); /* cut at size - 1 bytes */
void view_of_ticket(const struct desk *, const struct ticket *, struct ticket_view *ret); /* `lock` held */
void wake_listener(struct desk *);                                                        /* no lock held */

/* view_office.c; `lock` held */
void view_of_rules(const struct desk *, const struct queue_lane *, struct lane_view *);

/* tokens.c */
struct token_record *tokens_by_id(const struct token_list *, uint32_t id);
struct token_record *tokens_by_hash(const struct token_list *, const uint8_t hash[static DIGEST_SIZE]);
void tokens_put(struct token_list *, const struct token_record *);
bool token_is_live(const struct token_record *, int64_t now_us);

/* submit.c */
/* What waits, ready for the writer but for who is to be answered; job_free. */
struct job *job_new(const struct desk *, const struct desk_command *);
void job_free(struct job *);
/* Fills who was presented: fresh, credential, second, payload. job_forget wipes them. */
void job_present(const struct desk *, struct job *, const struct presentation *);
void job_forget(struct job *);

#endif
