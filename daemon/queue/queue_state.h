/* Inside of the queue room: how a state is laid out, and what deciding and applying ask of it. Not for other rooms. */
#ifndef QUEUE_QUEUE_STATE_H
#define QUEUE_QUEUE_STATE_H
#include "queue/queue.h"

/* Where a ticket stands. number 0: nowhere. */
struct place {
    uint32_t lane, number; /* lane: index in the state */
};

/* A frame that can still be taken back, and what was before it. */
struct frame_mark {
    uint64_t seq, earlier_seq; /* of its entry, 0: not to be taken back; of the frame before it in the lane */
    int64_t tapped_us, mono_us; /* UTC, when the tap was made; of the entry */
    int64_t shot_us;
    int64_t pace_us;           /* when the frame before was, for the pace; 0: none in this session */
    uint32_t pace_interval_ms; /* that the pace overwrote */
    bool is_paced;             /* an interval was added */
    bool is_suspect, card_back;
    bool took_card; /* the payment card came back in the same command */
};

/* A ticket, its place in the lane's list of unfinished ones, which is in number order (0: no neighbour), and the same
 * person's ticket before. */
struct slot {
    struct ticket ticket;
    uint32_t before, after;
    bool is_listed;
    struct place earlier;
    uint64_t ended_seq;      /* of the entry that made it missed, 0: none */
    struct frame_mark frame; /* the latest */
};

/* The latest numbers that went through something, oldest overwritten; more than a page shows, since some come
 * back. */
enum { TRAIL_SIZE = 32 };
struct trail {
    uint32_t numbers[TRAIL_SIZE];
    uint32_t count;
};

struct pace { /* the latest intervals, oldest overwritten */
    uint32_t intervals_ms[PACE_MOST];
    uint32_t count;
    int64_t frame_us; /* when the latest frame was, 0: none in this session */
};

struct lane_state {
    struct queue_lane facts;
    struct slot *slots; /* number n at index n - 1 */
    uint32_t capacity;
    uint32_t first_open, last_open; /* 0: nobody */
    uint64_t opened_seq;            /* of the entry that opened the latest session */
    struct trail finished, shot;
    uint64_t frame_seq; /* of the entry with the latest frame that was not taken back; 0: none to take back */
    struct pace pace;
};

struct person_slot { /* open addressing */
    struct person_id person;
    bool is_used;
    struct place latest;
    struct queue_person facts;
};

struct unit_slot { /* open addressing; unit 0: free */
    uint32_t unit, highest_rank;
    struct queue_counts counts;
};

struct reason {
    struct reason *next;
    char text[];
};

struct queue {
    uint64_t seq;
    struct queue_event event;
    bool has_rules; /* set by an entry, not merely the default */
    struct lane_state *lanes;
    size_t n_lanes;
    struct person_slot *people;
    size_t people_capacity, n_people; /* capacity: a power of two */
    struct unit_slot *units;
    size_t units_capacity, n_units; /* likewise */
    struct reason *reasons;
    struct queue_signature *signatures; /* one for each line that was ever signed */
    size_t n_signatures;
    /* A person's numbers move to another person one entry at a time: none but these entries until all have moved. */
    struct person_id moving_from, moving_to; /* none: nothing moves */
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

/* ---- queue.c */
struct lane_state *state_lane(const struct queue *, const char *name); /* NULL: unknown */
struct slot *state_slot(const struct lane_state *, uint32_t number);   /* NULL: not issued */
struct slot *state_at(const struct queue *, struct place);             /* NULL: nowhere */
/* The first who waits, other than `except`; NULL: nobody. */
const struct ticket *state_next_waiting(const struct lane_state *, uint32_t except);
const struct ticket *state_current(const struct lane_state *); /* the first who is called; NULL: nobody */
void state_link_open(struct lane_state *, uint32_t number);
void state_unlink_open(struct lane_state *, uint32_t number);
const char *state_keep_reason(struct queue *, const char *text);
bool ticket_is_open(const struct ticket *); /* waiting or called */
bool ticket_stands(
    const struct ticket *); /* open, or shot: two such of one person are not for a machine to settle */
uint32_t *count_of(struct queue_counts *, enum ticket_state);

/* ---- queue_lanes.c: the trails, the pace, and who is at risk */
void trail_add(struct trail *, uint32_t number);
/* Fills the pace's part of *ret. */
void pace_frame(struct pace *, int64_t at_us, bool is_first, struct frame_mark *ret);
void pace_take_back(struct pace *, const struct frame_mark *); /* of the latest frame that was put in */
void pace_break(struct pace *);
/* The first number that may show somebody else when `number` turns out to be wrong. */
uint32_t risk_from(const struct lane_state *, uint32_t number);

/* ---- queue_people.c */
void people_init(struct queue *);
void people_done(struct queue *);
/* NULL: never heard of. */
const struct person_slot *people_find(const struct queue *, const struct person_id *);
struct person_slot *people_keep(struct queue *, const struct person_id *); /* valid until the next one */
const struct slot *people_latest(const struct queue *, const struct person_id *); /* NULL: no ticket */
/* The person's latest ticket that is shot, NULL: none. */
const struct ticket *people_shot(const struct queue *, const struct person_id *);
/* The person's latest ticket that is open, NULL: none. Not always the latest: a retake opens an earlier one again. */
const struct ticket *people_open(const struct queue *, const struct person_id *);
/* The person's latest ticket that is shot, else that is open; NULL: none. */
const struct ticket *people_standing(const struct queue *, const struct person_id *);
/* The slot's person; counts its unit. Latest first by issue, but one that does not stand goes behind all that do. */
void people_add_ticket(struct queue *, struct place, struct slot *);
void people_drop_ticket(struct queue *, struct place, struct slot *);
void people_note(struct queue *, struct slot *,
                 const struct issue_note *); /* in its place; counts the unit anew */
void people_count(struct queue *, const struct ticket *, enum ticket_state from, enum ticket_state to);
uint32_t unit_highest_rank(const struct queue *, uint32_t unit);
void unit_raise_rank(struct queue *, const struct issue_note *);

/* ---- queue_gates.c: what deciding and applying must see alike */
bool gate_is_due(const struct queue *, const struct person_id *);
/* True while somebody whose latest number was missed may not have a new one in this lane. */
bool gate_missed_holds(const struct queue *, const struct lane_state *, const struct slot *latest);
bool gate_line_full(const struct queue *, const struct lane_state *);
bool gate_rank_is_late(const struct queue *, const struct issue_note *); /* below one that was issued */
bool gate_may_differ(enum medium); /* bears a name that may be another than the known one */
/* The roll is called before a class checks in, and this person is not marked present. */
bool gate_is_uncalled(const struct queue *, const struct person_id *);
/* May `ticket` be called now: announced again, or the first who waits while nobody is called. */
bool gate_may_call(const struct lane_state *, const struct ticket *);
/* May the number's frame be taken back by a tap made then. */
bool gate_may_undo(const struct queue *, const struct lane_state *, const struct slot *, int64_t tapped_us);
/* A tap made well before the number's frame was not for that one, but for one that is gone since. */
bool gate_was_tapped_before(const struct slot *, int64_t tapped_us);
/* Stops at a mismatch: no call, frame, retake, miss, undo or confirmation until it is resolved. */
bool gate_is_stopped(const struct lane_state *, enum entry_kind);
/* May the numbers of `from` go to `to`: of the two, one at most has numbers that stand. */
bool gate_may_join(const struct queue *, const struct person_id *from, const struct person_id *to);
bool gate_rules_fixed(const struct queue *, const struct queue_rules *);
/* These rules, by this profile, hold already. */
bool gate_rules_same(const struct queue *, const char *text, const char *profile);
/* "paid cash": a state other than none, a blank, a method of letters, digits, '-' and '_' (it may be ""). */
bool payment_parse(const char *extra, enum payment_state *ret);
/* The numbers of `from` move to `to`, and with them what was paid and handed out. */
void persons_merge(struct queue_person *from, struct queue_person *to);

/* ---- queue_ledger.c */
enum queue_apply_fault apply_signed(struct queue *, const struct queue_entry *);

/* ---- queue_copies.c: the event as a whole leaves, moves or loses what is personal; also once it is closed */
enum queue_apply_fault apply_copies(struct queue *, const struct queue_entry *);
/* Is an entry of this kind shown by a package? */
bool entry_is_content(enum entry_kind);

/* ---- queue_apply_ticket.c: entries that name a number; the lane is there and the event open */
enum queue_apply_fault apply_ticket_entry(struct queue *, struct lane_state *, const struct queue_entry *);

#endif
