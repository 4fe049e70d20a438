/* The one writer. Every change is a command handed to the desk; one thread decides (queue), commits in groups
 * (journal), applies, answers and publishes, in that order. Nothing is answered or published before its
 * commit.
 *
 * What others see is a second queue state, changed only after the commit, under the desk's lock.
 * Full disk: the group is rolled back, its commands are answered disk-full, and the desk opens the journal
 * anew at the next command once there is room. Any other failure of the store: everything is answered
 * store-failed until the process ends. */
#ifndef DESK_DESK_H
#define DESK_DESK_H
#include "base/config.h"
#include "desk/ledger.h"
#include "desk/list.h"
#include "desk/problem.h"

struct desk;

struct desk_options {
    const struct config *config; /* borrowed for the desk's life */
    bool create;                 /* make the database when there is none */
    const char *vfs;             /* tests only, NULL otherwise */
};
/* Opens the journal, replays it, adds lanes of the configuration that the journal does not know, starts the
 * writer. The caller holds the data lock. On failure *ret_error (free()) says why in English. */
enum journal_fault desk_open(struct desk **ret, const struct desk_options *, char **ret_error);
/* Refuses further commands (stopping), drains those waiting, checkpoints, closes. NULL is fine. */
void desk_close(struct desk *);

/* ---- tickets as others may see them */
struct ticket_view {
    struct ticket ticket; /* state as of the entry or answer it came with; its `reason` is always "" here: */
    char reason[PLAIN_TEXT_MAX + 1]; /* read this one, which a view owns */
    char label[TICKET_LABEL_SIZE];
    char name[40]; /* masked (identity/mask.h) */
    char id_mask[ID_NUMBER_LENGTH + 1];
    char unit[UNIT_MAX + 1], college[UNIT_MAX + 1];
    enum degree level;
    enum payment_state payment; /* of the person, as of now */
};

/* ---- commands */
/* The id of a tap, below: 128 random bits as hexadecimal digits. */
enum { TAP_ID_SIZE = 33 };
enum desk_kind {
    /* queue: a command of queue.h. For COMMAND_CHECK_IN `presentation` says who, `level` at which degree level when that
     * was asked for (DEGREE_NONE: not said). COMMAND_PAPER likewise; without a presentation the slip was not used, and
     * queue.at_us may say when it happened (0: now). COMMAND_EVENT_CREATE with a document: DESK_RULES in the same step.
     * queue.text is a written reason where queue.h says so; overrides, authority and card as there. */
    DESK_QUEUE,
    DESK_BIND, /* queue: lane, number, also_void, device; `presentation` (manual) says who that number is, `level`
                          at which degree level when that was asked for. From then on
                          everything that person ever presented and the typed numbers name the same one. A number made
                          void on the way has the reason "same-person A0001", with the one that stands. */
    DESK_TOKEN_CREATE, /* token: role, lane, name, kind, expires_us, hash; answer.token */
    DESK_TOKEN_REVOKE, /* token.id */
    DESK_PAIR, /* token.hash: of the token presented; session: the record to create from it (kind, hash,
                  expires); session.id: the session that the device had until now and that ends, 0: none */
    DESK_TOKENS_SEEN, /* writes down when each token was last heard of. No entry, no answer worth having */
    DESK_RULES, /* queue: rules, extra (the profile's name), device; document: the profile's whole text */
    DESK_LIST,  /* list; queue: device, at_us is not used. All of it or nothing */
    DESK_PAYMENT, /* queue: value (CNY 0.01), extra ("paid cash"), card, text (reason), device; who: presentation (and
                     level), or person_ref. Somebody nobody knew becomes a person */
    DESK_ROLL, /* queue: person, value (enum roll), device. Or queue.person none and `unit`: all of that unit who have
                     no number yet */
    DESK_LEDGER_SIGN, /* queue: COMMAND_LEDGER_SIGN. A line that is not there: ledger-line-unknown */
};
struct desk_command {
    enum desk_kind kind;
    struct queue_command queue;              /* times are filled in by the desk; person too */
    const struct presentation *presentation; /* borrowed only during desk_submit */
    char key[ANSWER_KEY_MAX + 1];            /* idempotency key of the caller, "" for none */
    struct token_record token, session;
    struct desk_list *list;      /* DESK_LIST: taken by desk_submit whatever happens */
    char *document;              /* DESK_RULES, event create: malloc'd, taken likewise; NULL: none */
    struct person_id person_ref; /* DESK_PAYMENT without a presentation */
    uint32_t unit;               /* DESK_ROLL */
    enum degree level;           /* with a presentation */
    char tap[TAP_ID_SIZE]; /* check-in: the tap that `presentation` was, used up by a number; "" for none */
};
/* What became of a list's rows. skipped: those with an error (list_finding.def). Whoever loses a mark because
 * a list replaces the one before is among the updated. */
struct list_result {
    uint32_t added, updated, unchanged, skipped;
};
struct desk_answer {
    enum problem problem; /* PROBLEM_NONE: done */
    bool created;         /* a ticket, event or token came into being: HTTP 201 */
    bool is_unchanged;    /* done: everything was so already, nothing was recorded */
    bool replayed;        /* the first answer to this key, given again */
    bool has_ticket, has_called;
    struct ticket_view ticket,
        called;                /* with a problem: the ticket in question. called: the next one (`advance`) */
    struct token_record token; /* DESK_TOKEN_CREATE, DESK_PAIR */
    uint64_t seq;              /* journal position after it */
    bool is_alarm; /* check-in: out of order, and the rules want that heard ("alarm":"out-of-order") */
    uint32_t
        could_override; /* a refusal: enum issue_flag, ISSUE_OVER_... that would let it through for this role */
    uint32_t
        blocked; /* a refused check-in: the same, whoever might; 0 when no override helps, or when replayed */
    /* bind and paper: what a check-in would have needed of the person it turned out to be: ISSUE_OVER_EXCLUDED, _ROSTER,
     * _CAPTURED, _UNPAID, and ISSUE_UNPAID, ISSUE_CAPTURED where the gate only warns. The number stands; the marshal
     * acts. */
    uint32_t warnings;
    uint32_t next_number; /* paper-gap: the number that comes next */
    int32_t difference;   /* ledger-moved: the line's, now; unless replayed */
    uint32_t who;         /* and ledger_who of it */
    struct list_result list;
};
/* "excluded" "not-on-roster" "already-captured" "unpaid" "missed-waits" "already-shot": the refusal that an
 * ISSUE_OVER_... flag overrides; "" for another flag. And back: 0 when unknown. */
const char *override_code(enum issue_flag);
uint32_t override_from_code(const char *);
/* A note's code: "look-twice" "outsider" "unpaid" "out-of-order" "out-of-slot" "captured" "paper" "name-differs"
 * "not-called"; "override-shot" "override-excluded" "override-roster" "override-captured" "override-unpaid" "override-missed"; "" when unknown. */
const char *issue_flag_code(enum issue_flag);
/* Called once for each submitted command, on the writer's thread, after the commit. Must not block or call
 * the desk's submit functions; reading functions are fine. */
typedef void (*desk_done_fn)(void *arg, const struct desk_answer *);
/* Any thread; copies the command. 0, or -EBUSY when DESK_QUEUE_MAX commands wait already (done is not
 * called), or -ESHUTDOWN when the desk is closing. */
enum { DESK_QUEUE_MAX = 4096, DESK_GROUP_MAX = 256 };
int desk_submit(struct desk *, const struct desk_command *, desk_done_fn, void *arg);
/* The same, waiting for the answer (BUSY and STOPPING become its problem). Not on the writer's thread. */
void desk_call(struct desk *, const struct desk_command *, struct desk_answer *ret);

/* ---- what is visible now. Any thread. */
/* Somebody of the roster, or who paid: for roles that may see a class. */
struct desk_member {
    struct person_id id;
    char name[40]; /* masked */
    char student_no[STUDENT_NO_MAX + 1];
    uint32_t unit, rank; /* place in the unit by student number, from 1; 0: none */
    char unit_name[UNIT_MAX + 1], college[UNIT_MAX + 1];
    enum degree level;
    bool is_excluded, is_captured;
    bool is_next; /* who should come next, as lookup_next says */
    struct queue_person state;
    bool has_ticket;
    struct ticket_view ticket; /* the latest */
};
enum { LANE_AT_RISK_MAX = 16, LANE_OPEN_VOIDS_MAX = 32 };
struct lane_view {
    struct queue_lane lane;
    bool has_current, has_last;
    struct ticket_view current, last; /* last: the latest shot */
    struct ticket_view *line;         /* every other unfinished ticket, in number order */
    size_t n_line;
    struct ticket_view recent[QUEUE_RECENT_MAX]; /* latest finished, newest first */
    size_t n_recent;
    struct queue_event event;
    enum problem store; /* PROBLEM_NONE, PROBLEM_DISK_FULL, PROBLEM_STORE_FAILED */
    uint64_t seq;       /* of the whole journal */
    uint64_t feed;      /* the feed's position: feed_read from here on misses nothing and repeats nothing */
    bool has_stopped;   /* a mismatch waits to be resolved */
    struct ticket_view stopped,
        at_risk[LANE_AT_RISK_MAX]; /* its number; who may have the wrong face, lowest first */
    size_t n_at_risk;
    struct ticket_view
        open_voids[LANE_OPEN_VOIDS_MAX]; /* void and not acknowledged, lowest first; lane.open_voids: all */
    size_t n_open_voids;
    bool has_expected;
    struct desk_member expected; /* who of the class at the door should come next */
    uint32_t pace_ms;            /* 0: too few people yet */
    uint32_t limit;              /* of the frozen line, in force: the lane's own or the rules'; 0: none */
    bool is_full;                /* the door shows a stop sign */
};
/* 0, or -ENOENT for an unknown lane (*ret untouched). */
int desk_lane(struct desk *, const char *lane, struct lane_view *ret);
void lane_view_done(struct lane_view *);
/* Only what the lane itself is, without its people: 0, or -ENOENT. ret may be NULL. */
int desk_lane_facts(struct desk *, const char *lane, struct queue_lane *ret);
/* The journal's position, as far as it is visible. */
uint64_t desk_seq(struct desk *);
void desk_event(struct desk *, struct queue_event *ret);
/* The lanes' names, NULL-terminated; free() the one block. */
char (*desk_lane_names(struct desk *, size_t *ret_count))[LANE_NAME_MAX + 1];
/* The event goes on at another computer: from now on nothing is issued, recorded or closed here; everything but tokens,
 * hand-over and COMMAND_RESTORED is refused PROBLEM_EVENT_ELSEWHERE, which desk_store_state says, too. Or it may again. */
void desk_set_elsewhere(struct desk *, bool is_elsewhere);
enum problem desk_store_state(struct desk *);
/* What SQLite or the system said of the latest failure, for the log; "" while there was none. */
enum { STORE_DETAIL_SIZE = 256 };
void desk_store_detail(struct desk *, char ret_detail[static STORE_DETAIL_SIZE]);
/* 0 and the ticket, or -ENOENT. */
int desk_ticket(struct desk *, const char *lane, uint32_t number, struct ticket_view *ret);

/* What a check-in would be answered now, without one: decided on the visible state, nothing is stored or kept.
 * desk/check.h turns it into words. */
struct desk_preview {
    enum problem problem;          /* PROBLEM_NONE: it would get a number, or has one */
    bool is_waiting;               /* has a number in this lane already */
    char label[TICKET_LABEL_SIZE]; /* of the ticket in question, "" for none */
};
void desk_preview(struct desk *, const char *lane, const struct presentation *, enum degree level,
                  struct desk_preview *ret);

/* Tokens: the live record (not revoked, not expired, a pairing token not spent) whose hash this is. 0 or
 * -ENOENT. From then on the token was seen, unless it is a pairing token: those are spent, not used. */
int desk_token(struct desk *, const uint8_t hash[static DIGEST_SIZE], struct token_record *ret);
/* The record whatever became of it, and what did; *ret is untouched when unknown. Nothing is seen by that. */
enum token_life { TOKEN_LIVE, TOKEN_UNKNOWN, TOKEN_USED, TOKEN_EXPIRED, TOKEN_REVOKED };
enum token_life desk_token_life(struct desk *, const uint8_t hash[static DIGEST_SIZE],
                                struct token_record *ret);
/* How many live sessions were paired with that token. */
size_t desk_sessions_of(struct desk *, uint32_t id);
/* Grows whenever tokens were made, spent or revoked: who keeps one looks again. */
unsigned desk_token_changes(struct desk *);
/* Has the seen times written down, with whatever is written next; for every few minutes. Closing the desk does so,
 * too. A crash forgets what came after the latest. */
void desk_keep_seen(struct desk *);
/* Every token ever made, by id; free() the one block. */
struct token_record *desk_tokens(struct desk *, size_t *ret_count);
/* BLAKE2b-256 of a token's text, and a new random token text (32 bytes, base64url without padding, 43
 * characters). */
enum { TOKEN_TEXT_SIZE = 44 };
void token_hash(const char *text, uint8_t ret_hash[static DIGEST_SIZE]);
void token_text(char ret_text[static TOKEN_TEXT_SIZE]);

/* ---- the feed: what was committed, in commit order, and passing notes between. One ring for all; readers
 * keep a position of their own, so a slow one costs nothing and falls behind visibly. */
enum feed_kind {
    FEED_TICKET, /* a ticket changed: ticket as of seq */
    FEED_LANE,   /* session or lane settings changed */
    FEED_NOTE,   /* passing: reader states, door results. seq is 0 */
    FEED_STORE,  /* the store's state changed. seq is 0 */
};
enum { FEED_SIZE = 32768 };
struct feed_item {
    enum feed_kind kind;
    uint64_t position, seq;
    char lane[LANE_NAME_MAX + 1]; /* "" for FEED_STORE */
    struct ticket_view ticket;    /* FEED_TICKET */
    struct queue_lane lane_state; /* FEED_LANE */
    char note[16]; /* FEED_NOTE: the SSE event's name, "reader", "door", "check" or, of no lane, "lists" */
    const char
        *json;       /* FEED_NOTE: borrowed until the next call of feed_read by this thread; NULL otherwise */
    bool staff_only; /* FEED_NOTE: not for display and liaison; notes "check" also for the queue-tail check */
};
enum feed_result { FEED_ITEM, FEED_NONE, FEED_BEHIND };
/* The first item of this lane (or of all, lane NULL) at or after *position; moves *position behind it.
 * FEED_BEHIND: the ring has gone past; take a fresh desk_lane and its feed position. */
enum feed_result feed_read(struct desk *, const char *lane, uint64_t *position, struct feed_item *ret);
/* The position of the first item with a seq above this one; FEED_BEHIND when the ring does not reach back so
 * far. */
enum feed_result feed_find(struct desk *, uint64_t after_seq, uint64_t *ret_position);
/* Called after every publication, on the publishing thread; must not block nor hold a lock that is held
 * around a call of this function. One listener; NULL takes it away, and once that returns it is not called
 * any more. */
void desk_on_publish(struct desk *, void (*wake)(void *arg), void *arg);
/* Publishes a note. `key` non-NULL: also kept as the latest of its lane and key (reader states), for
 * desk_notes. */
void desk_note(struct desk *, const char *lane, const char *note, const char *key, const char *json,
               bool staff_only);
/* The kept notes of a lane as one JSON array text, in order of first appearance; free(). */
char *desk_notes(struct desk *, const char *lane);

/* ---- taps at a reader that were refused, for a marshal who overrides it or says which degree level. In memory only: at most
 * TAPS_MOST of a lane, wiped after TAP_LIFE_US, by a number, and with the desk. Any thread. */
enum { TAPS_MOST = 8, TAP_LIFE_US = 180000000, TAP_REPEAT_US = 60000000 };
void desk_keep_tap(struct desk *, const char *lane, const char *reader, const struct presentation *,
                   char ret_id[static TAP_ID_SIZE]);
/* 0 and a copy to presentation_wipe(), or -ENOENT. It stays until a command that names it has given a number; and for
 * TAP_REPEAT_US longer for that command's key alone, whose answer may have to be repeated. */
int desk_take_tap(struct desk *, const char *lane, const char *id, const char *key, struct presentation *ret);

/* ---- figures for /metrics */
struct desk_stats {
    uint64_t commands, refused, commits, entries, busy; /* busy: turned away because the queue was full */
    uint64_t commit_us_sum, group_max;
    uint32_t waiting; /* in the command queue now */
};
void desk_stats(struct desk *, struct desk_stats *ret);

/* ---- the roster as it stands. Each gives one block to free(); 0 or -ENOENT. Any thread. */
struct desk_unit {
    uint32_t id; /* from 1 */
    char college[UNIT_MAX + 1], name[UNIT_MAX + 1];
    uint32_t people, excluded, captured; /* captured: before, says a list */
    uint32_t due, paid, waived, refunded, present, absent;
    struct queue_counts counts; /* of its people's latest numbers */
    uint32_t next_rank;         /* of who should come next, 0: nobody */
    uint32_t pace_ms;           /* of the lane that photographs it, 0: unknown */
    uint32_t left;              /* people still to be photographed: not shot, excluded, captured or absent */
};
int desk_units(struct desk *, struct desk_unit **ret, size_t *ret_count); /* by id */
int desk_unit(struct desk *, uint32_t unit, struct desk_unit *ret);
int desk_unit_members(struct desk *, uint32_t unit, struct desk_member **ret,
                      size_t *ret_count); /* by rank */
/* Paid (or with a payment card) and never photographed: money to give back. */
int desk_refunds(struct desk *, struct desk_member **ret, size_t *ret_count);

/* Sums that must agree with each other. People are counted by the number they were
 * photographed with, in the lane where that was; without one by their latest. */
enum tally_scope { TALLY_EVENT, TALLY_LANE, TALLY_UNIT };
struct desk_tally {
    enum tally_scope scope;
    char lane[LANE_NAME_MAX + 1]; /* TALLY_LANE */
    uint32_t unit;                /* TALLY_UNIT */
    char college[UNIT_MAX + 1], name[UNIT_MAX + 1];
    uint32_t planned; /* people of the roster who are to be photographed: not excluded, not captured before */
    uint32_t issued, waiting, called, shot, missed, voided, open_voids,
        suspects;                         /* numbers; of a unit: people */
    uint32_t people_shot;                 /* people with a photograph: a number of theirs is shot */
    uint32_t due, paid, waived, refunded; /* people */
    uint64_t paid_fen, bill_fen;          /* paid in all, refunds taken off; people_shot * the fee */
    uint32_t refund_due;                  /* people who paid and were never photographed */
    uint32_t cards_out, cards_back,
        cards_held;                       /* handed out in all, returned, still out; lanes: returned there */
    uint32_t absent, excluded, outsiders; /* outsiders: people with a number who are on no roster */
};
/* The event first, then the lanes in their order, then the units by id. */
int desk_tallies(struct desk *, struct desk_tally **ret, size_t *ret_count);

/* A line of the ledger as it is now. */
struct desk_ledger_cause {
    enum ledger_fault fault;
    char label[TICKET_LABEL_SIZE]; /* "": somebody without a number */
};
struct desk_ledger_line {
    struct ledger_line line;
    uint32_t who;                                   /* ledger_who */
    char college[UNIT_MAX + 1], name[UNIT_MAX + 1]; /* of a unit */
    struct desk_ledger_cause *causes;               /* of everybody who makes the difference */
    size_t n_causes;
    bool has_signature; /* the latest; it counts when line.is_signed */
    int32_t signed_difference;
    int64_t signed_us;
    char signed_by[DEVICE_MAX + 1], reason[PLAIN_TEXT_MAX + 1];
};
/* In the order of ledger_lines; desk_ledger_free. */
struct desk_ledger_line *desk_ledger(struct desk *, size_t *ret_count, uint64_t *ret_seq);
void desk_ledger_free(struct desk_ledger_line *, size_t count);

/* The stored text, to free(), and the journal position it came with. Kinds: "profile", "schedule". -ENOENT: none. */
int desk_document(struct desk *, const char *kind, char **ret_text, uint64_t *ret_seq);
/* The slots in force; free(). */
struct list_slot *desk_slots(struct desk *, size_t *ret_count);

/* ---- for hand-over: the lane's tickets in number order with the unmasked person. Called without the lock
 * held, on the caller's thread, from a copy of the visible state. */
typedef int (*desk_row_fn)(void *arg, const struct ticket_view *, const struct person_record *);
int desk_rows(struct desk *, const char *lane, desk_row_fn, void *arg,
              uint64_t *ret_seq); /* 0, -ENOENT, or the row function's */
/* Everybody of a unit by rank, likewise; 0, -ENOENT, or the row function's. For printed sheets. */
typedef int (*desk_person_fn)(void *arg, const struct desk_member *, const struct person_record *);
int desk_unit_rows(struct desk *, uint32_t unit, desk_person_fn, void *arg);
/* journal_backup of this desk's data. */
enum journal_fault desk_backup(struct desk *, const char *target, uint64_t *ret_seq,
                               uint8_t ret_head[static JOURNAL_HASH_SIZE]);

#endif
