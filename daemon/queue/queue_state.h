/* Inside of the queue room: how a state is laid out. Not for other rooms. */
#ifndef QUEUE_QUEUE_STATE_H
#define QUEUE_QUEUE_STATE_H
#include "queue/queue.h"

/* A ticket and its place in the lane's list of unfinished ones, which is in number order. 0: no neighbour. */
struct slot {
    struct ticket ticket;
    uint32_t before, after;
    bool is_listed;
};

/* The latest numbers that went through something, oldest overwritten; more than a page shows, since some come
 * back. */
enum { TRAIL_SIZE = 32 };
struct trail {
    uint32_t numbers[TRAIL_SIZE];
    uint32_t count;
};

struct lane_state {
    struct queue_lane facts;
    struct slot *slots; /* number n at index n - 1 */
    uint32_t capacity;
    uint32_t first_open, last_open; /* 0: nobody */
    struct trail finished, shot;
};

struct person_slot { /* open addressing; number 0: free */
    struct person_id person;
    uint32_t lane, number;
};

struct reason {
    struct reason *next;
    char text[];
};

struct queue {
    uint64_t seq;
    struct queue_event event;
    struct lane_state *lanes;
    size_t n_lanes;
    struct person_slot *people;
    size_t people_capacity, n_people; /* capacity: a power of two */
    struct reason *reasons;
};

/* The declared ticket life: which command (and the entry it leaves) leads from which state to which. */
enum frames { FRAMES_ANY, FRAMES_NONE, FRAMES_SOME }; /* whether the number must have been shot before */
struct edge {
    enum command_kind command;
    enum ticket_state from;
    enum frames frames;
    enum entry_kind entry;
    enum ticket_state to;
};
/* NULL: no such edge from where the ticket stands. */
const struct edge *edge_of_command(enum command_kind, const struct ticket *);
const struct edge *edge_of_entry(enum entry_kind, const struct ticket *);

struct lane_state *state_lane(const struct queue *, const char *name); /* NULL: unknown */
struct slot *state_slot(const struct lane_state *, uint32_t number);   /* NULL: not issued */
/* The first who waits, other than `except`; NULL: nobody. */
const struct ticket *state_next_waiting(const struct lane_state *, uint32_t except);
bool ticket_is_open(const struct ticket *); /* waiting or called */

#endif
