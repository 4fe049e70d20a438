/* Inside of the desk: the ring of published items. Guarded by the desk's lock. Items are kept small; names
 * are looked up when read. */
#ifndef DESK_FEED_H
#define DESK_FEED_H
#include "desk/desk.h"

struct feed_slot {
    enum feed_kind kind;
    uint64_t seq;      /* 0 for notes and store changes */
    uint64_t head_seq; /* the journal's position when it was published: never falls */
    char lane[LANE_NAME_MAX + 1];
    bool staff_only;
    struct ticket ticket;     /* FEED_TICKET */
    struct queue_lane *facts; /* FEED_LANE: owned */
    char note[16];            /* FEED_NOTE */
    char *json;               /* FEED_NOTE: owned */
};

struct feed {
    struct feed_slot *slots; /* FEED_SIZE of them */
    uint64_t next;           /* position of the next item */
    uint64_t dropped_seq;    /* head_seq of the latest item overwritten */
};

void feed_init(struct feed *);
void feed_done(struct feed *);
/* What an entry means to those who watch, from the state it was just applied to. */
void feed_add_entry(struct feed *, const struct queue *, const struct queue_entry *);
void feed_add_note(struct feed *, const char *lane, const char *note, const char *json, bool staff_only);
void feed_add_store(struct feed *);
/* The slot at or after *position that concerns this lane (NULL: any), NULL with FEED_NONE or FEED_BEHIND. */
const struct feed_slot *feed_next(const struct feed *, const char *lane, uint64_t *position,
                                  enum feed_result *ret);
enum feed_result feed_position_after(const struct feed *, uint64_t seq, uint64_t *ret_position);

/* The latest notes that were published under a key. */
struct kept_note {
    struct kept_note *next;
    char lane[LANE_NAME_MAX + 1];
    char *key, *json;
};
void kept_notes_put(struct kept_note **list, const char *lane, const char *key, const char *json);
char *kept_notes_json(const struct kept_note *list, const char *lane);
void kept_notes_free(struct kept_note *);

#endif
