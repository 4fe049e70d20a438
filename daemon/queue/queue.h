/* The rules. Pure: a command against a state gives entries or a refusal; an entry applied to a state changes
 * it. No I/O, no clock, no randomness: replaying the same entries gives the same state, everywhere and
 * always.
 *
 * Ticket life (DESIGN.md): waiting -> called -> shot; called -> missed; waiting|called -> void, or missed by leaving;
 * shot -> called (retake). A retake that is given up (miss) leaves the number shot: the frame there was stands, and
 * a number with a frame cannot be missed or void. The lane's latest frame can be taken back for a minute (undo). The edges are one declared table in queue_rules.c. Binding a
 * number to a person is no step: it changes neither state nor order. One thread at a time per state. */
#ifndef QUEUE_QUEUE_H
#define QUEUE_QUEUE_H
#include <stddef.h>

#include "queue/entry.h"

enum command_kind {
    COMMAND_NONE = 0,
    COMMAND_EVENT_CREATE, /* text: name; extra: profile */
    COMMAND_EVENT_CLOSE,
    COMMAND_LANE_SET,      /* lane, text: room, value: line limit. No entry when nothing changes. */
    COMMAND_SESSION_OPEN,  /* lane */
    COMMAND_SESSION_CLOSE, /* lane */
    COMMAND_CHECK_IN,      /* lane, person, medium, bound */
    COMMAND_CALL,          /* lane, number: these five name the ticket they mean */
    COMMAND_SHOT,
    COMMAND_RETAKE,
    COMMAND_MISS,
    COMMAND_VOID,
    /* lane, number; person: whom the typed numbers name already, none when nobody; facts: of that person; other: somebody
     * else whom they name, too; bound: what was typed contradicts what is known of the number's own person; name_differs:
     * another name was typed than that person is known by. Somebody who is known takes over every number of an unbound
     * person, with what that one paid, had in hand and was called; two known persons are never merged. Whoever stands in
     * line or was shot takes over finished numbers without a frame only: of two that stand people must choose. With
     * also_void they have chosen: an open number without a frame is made void first, in the same step; text: the reason.
     * It is left as it is when nothing of the known person stands. */
    COMMAND_BIND,
    COMMAND_RULES_SET,     /* rules; extra: profile. No entry when nothing changes */
    COMMAND_LIST_IMPORTED, /* value, extra, text as in the entry */
    COMMAND_LATE_ROUND,    /* lane; value: 1 begin, 0 end */
    COMMAND_CONFIRM,       /* lane, number: these six name the ticket, too */
    COMMAND_MISMATCH,      /* text: what was seen */
    COMMAND_RESOLVE, /* text: reason, needed; decision; value: with DECISION_SUSPECT the first number, 0: the first at risk */
    COMMAND_VOID_ACKNOWLEDGE,
    COMMAND_LEAVE,     /* text: reason */
    COMMAND_CARD_BACK, /* the payment card returned at the camera */
    COMMAND_PAYMENT,   /* person; value, extra, text as in the entry; card: hand one out in the same step */
    COMMAND_ROLL,      /* person; value: enum roll */
    COMMAND_PAPER, /* lane, number, person, medium, bound, facts: a slip of paper, in order of the numbers; outcome: what
                      became of it. person none and outcome void: a slip that was not used */
    COMMAND_LEDGER_SIGN, /* lane, value, extra, text as in the entry */
    COMMAND_HANDED_OVER, /* text, extra as in the entry; also of a closed event */
    COMMAND_RESTORED,    /* text as in the entry */
    COMMAND_PURGED,      /* text, extra and value as in the entry; nothing may follow */
    /* lane, number: takes back the lane's latest frame, while the number stands as shot, no longer than UNDO_US after the
     * tap, nor by a tap made before the frame. Not beyond a retake of that frame, a slip of paper with a frame, a settled mismatch, another session, or once
     * somebody else was found to own the number. A payment card that came back with the frame is out again; whoever was
     * called meanwhile stays called. */
    COMMAND_UNDO,
    COMMAND_KIND_COUNT
};
const char *command_kind_name(enum command_kind);

/* What is known of a person who checks in, besides what the queue keeps itself. All zero: nothing. */
struct queue_facts {
    bool has_roster; /* there is a roster at all */
    bool on_roster;  /* and the person is on it */
    bool
        is_known; /* bind: on the roster, or somebody whose numbers were typed or read from a document before */
    bool is_excluded;  /* on the list of those who are not photographed here */
    bool is_captured;  /* photographed before at this degree level, says a list */
    bool is_ambiguous; /* the credential is of one human at two degree levels, and both could be meant */
    bool
        is_other_level; /* a degree level was asked for at which nobody is known by these numbers, though at another */
    bool is_out_of_slot;
    uint32_t unit, rank; /* as struct issue_note */
    uint32_t
        ahead; /* how many of the unit before that rank and above every rank that came already have not come
                       and are not marked absent: a gap is told once */
};
/* Who asks, as far as overriding goes. */
enum authority { AUTHORITY_NONE = 0, AUTHORITY_CAMERA, AUTHORITY_MARSHAL, AUTHORITY_OFFICE };

bool queue_may_override(const struct queue_rules *, enum authority); /* at all, under these rules */

struct queue_command {
    enum command_kind kind;
    int64_t at_us, mono_us;
    char lane[LANE_NAME_MAX + 1];
    uint32_t number, value;
    struct person_id person;
    struct person_id
        other;         /* check-in, bind: somebody else whom the presented numbers name, too; none: nobody */
    bool name_differs; /* check-in, bind: another name was typed than the person is known by */
    bool name_noted;   /* check-in: so does the card or passport; it is noted, not refused */
    bool also_void;    /* bind */
    enum medium medium;
    bool bound;
    bool advance; /* with shot, miss and void: in the same breath call the next who waits, if nobody is called
                   */
    struct queue_facts facts; /* check-in, paper, bind (of `person`) */
    uint32_t overrides; /* check-in: enum issue_flag, ISSUE_OVER_... that are asked for; text: the reason */
    enum authority authority;
    enum decision decision;    /* resolve */
    enum ticket_state outcome; /* paper: TICKET_WAITING, TICKET_SHOT, TICKET_MISSED or TICKET_VOID */
    bool card;                 /* payment: with a payment card; shot: the card came back */
    /* session and event close: lines of the lane or of the whole ledger that are neither zero nor signed */
    uint32_t open_lines;
    int32_t difference; /* ledger-sign: of the line, as it is now */
    uint32_t who;       /* ledger-sign: who makes it (desk/ledger.h); 0: not said */
    bool
        has_seen; /* steps, confirm and mismatch: meant for the number as it stood after `seen_retakes` retakes */
    uint32_t seen_retakes;
    uint32_t
        age_ms; /* steps, and what is said of a number: so long before at_us the tap was made; at most KEPT_MS_MAX */
    struct queue_rules rules; /* rules-set */
    char device[DEVICE_MAX + 1];
    char text[ENTRY_TEXT_MAX + 1];
    char extra[PROFILE_MAX + 1];
};

/* Kept answers hold the number of a verdict: new ones come last. */
enum queue_verdict {
    QUEUE_DONE = 0,        /* entries to commit; the ticket, if any, is the one they leave behind */
    QUEUE_ALREADY_WAITING, /* check-in of somebody who waits here: no entry; ticket says which */
    QUEUE_UNCHANGED,       /* already as wished, no entry: a session already open, a lane already so */
    QUEUE_NO_EVENT,
    QUEUE_EVENT_EXISTS,
    QUEUE_EVENT_CLOSED,
    QUEUE_LANE_UNKNOWN,
    QUEUE_SESSION_CLOSED,
    QUEUE_ALREADY_WAITING_ELSEWHERE, /* ticket: that one */
    QUEUE_ALREADY_SHOT,              /* ticket: that one */
    QUEUE_LINE_FULL,
    QUEUE_TICKET_UNKNOWN,
    QUEUE_WRONG_STATE, /* no such edge; ticket: as it stands. Bind: of a number without a person, or of a person
                             with more than QUEUE_ENTRIES_MAX numbers. Payment: not a state */
    QUEUE_NOT_NEXT,    /* call of somebody who is not first in line; ticket: who is */
    QUEUE_ANOTHER_CALLED, /* ticket: who is called */
    QUEUE_LINE_NOT_EMPTY, /* event close while somebody waits or is called; ticket: the first of them */
    QUEUE_NUMBERS_SPENT,  /* 4,294,967,295 numbers in one lane */
    QUEUE_NAME_DIFFERS, /* check-in or bind under another name than known; ticket: that person's latest, if any */
    QUEUE_CREDENTIAL_TAKEN, /* bind or check-in with numbers of another person; ticket: that person's shot or open one,
                               else the latest, if any */
    QUEUE_ALREADY_BOUND, /* bind of a number that is tied to a person already; ticket: as it stands */
    QUEUE_MEDIUM_NOT_ALLOWED,
    QUEUE_NOT_ON_ROSTER, /* from here to MISSED_WAITS an override may help */
    QUEUE_EXCLUDED,
    QUEUE_ALREADY_CAPTURED,
    QUEUE_UNPAID,
    QUEUE_MISSED_WAITS,       /* missed, and the rules want the person later; ticket: the missed one */
    QUEUE_LEVEL_AMBIGUOUS,    /* say which degree level */
    QUEUE_OVERRIDE_FORBIDDEN, /* the rules do not let this role override, or this cannot be overridden */
    QUEUE_REASON_NEEDED,
    QUEUE_LANE_STOPPED, /* by a mismatch; ticket: that one. Also event close, and check-in to scan-and-sit: that would be
                           a call */
    QUEUE_NOT_STOPPED,   /* nothing to resolve */
    QUEUE_NOT_CONFIRMED, /* the rules want the spoken number confirmed before the frame */
    QUEUE_CAMERA_BUSY,   /* scan-and-sit while somebody sits; ticket: that one */
    QUEUE_NO_CARD,       /* a payment card back from somebody who has none out */
    QUEUE_CARD_IS_OUT,   /* a second payment card for somebody who has one */
    QUEUE_NOT_PAID,      /* a refund of what was never paid */
    QUEUE_RULES_CONTRADICT,
    QUEUE_RULES_FIXED,    /* prefix and width once a number is issued: no number is ever renamed */
    QUEUE_PAPER_GAP,      /* a slip beyond the next number; number: the next one */
    QUEUE_PAPER_CONFLICT, /* that number stands for somebody else already; ticket: as it stands */
    QUEUE_VOID_OPEN, /* event close before the photographer has seen a void number; ticket: the first of them */
    QUEUE_ALREADY_PAID,  /* another amount of somebody who has paid, and no reason why */
    QUEUE_LEVEL_DIFFERS, /* known, but at another degree level than was said */
    QUEUE_LEDGER_OPEN,   /* session or event close while a line of the ledger is neither zero nor signed */
    QUEUE_LEDGER_MOVED, /* signing a difference that is not the line's (any more), or that other people make now */
    QUEUE_UNDO_LATE, /* not the lane's latest frame, or too long ago; ticket: as it stands */
    QUEUE_EVENT_PURGED,
    QUEUE_NOT_HANDED_OVER, /* purge before both packages were made of the closed event */
    QUEUE_COPY_GOES_ON,    /* purge of a copy that is not behind another one */
    QUEUE_VERDICT_COUNT
};

/* UNDO_SLACK_US: what the times of two taps of one tablet may be wrong against each other, by their way to here. */
enum { QUEUE_ENTRIES_MAX = 16, UNDO_US = 60000000, UNDO_SLACK_US = 5000000 };

struct queue_decision {
    enum queue_verdict verdict;
    size_t n_entries;
    struct queue_entry entries[QUEUE_ENTRIES_MAX]; /* seq is 0 still */
    char lane[LANE_NAME_MAX + 1];                  /* of the ticket meant in the comments above */
    uint32_t number;                               /* 0: none */
    uint32_t called; /* the number that `advance` or scan-and-sit called in the same step, 0: none */
    uint32_t
        could_override; /* a refusal: the ISSUE_OVER_... that would let it through for this authority, 0: none */
    uint32_t blocked; /* a refused check-in: the same, whoever may; 0 where an override would not be enough */
    uint32_t
        warnings; /* bind and paper, done: the ISSUE_OVER_... a check-in would have needed, and ISSUE_UNPAID or
                           ISSUE_CAPTURED where the gate only warns */
};

struct queue;
struct queue *queue_new(void);
void queue_free(struct queue *);
/* A copy to try things on; queue_free. It borrows the texts of reasons, so the original must outlive it. */
struct queue *queue_clone(const struct queue *);
/* Never changes the state. Fills *ret wholly. */
void queue_decide(const struct queue *, const struct queue_command *, struct queue_decision *ret);

enum queue_apply_fault {
    QUEUE_APPLY_OK = 0,
    QUEUE_APPLY_IMPOSSIBLE, /* no rule allows this entry here: the journal is not ours or was altered */
};
/* seq must be greater than that of every entry before. Unchanged on a fault. */
enum queue_apply_fault queue_apply(struct queue *, const struct queue_entry *);

/* ---- what the state says. Pointers stay valid until the next queue_apply. */
struct queue_counts {
    uint32_t issued, waiting, called, shot, missed, voided;
};
struct queue_lane {
    char name[LANE_NAME_MAX + 1];
    char room[ENTRY_TEXT_MAX + 1];
    uint32_t line_limit;
    bool is_open;
    uint32_t session; /* number of the latest session, 0: none yet */
    int64_t opened_us, closed_us;
    struct queue_counts counts;
    uint32_t stopped_by;      /* the mismatch that waits to be resolved, 0: the lane runs */
    uint32_t confirmed_up_to; /* the latest number whose spoken check was right, 0: none */
    bool is_late_round;
    uint32_t last_unit;  /* of the latest person who came here for the first time and has one, 0: unknown */
    uint32_t turn;       /* how many times that has changed */
    uint32_t open_voids; /* void and not acknowledged yet */
    uint32_t cards_back;
};
struct queue_event {
    bool exists, is_closed;
    char name[ENTRY_TEXT_MAX + 1], profile[PROFILE_MAX + 1];
    int64_t created_us;
    struct queue_rules rules;
    uint32_t cards_out; /* payment cards handed out */
    uint64_t
        content_seq; /* the latest entry that a package shows: not of tokens, hand-over, restoring, purging */
    uint64_t agency_seq, school_seq; /* the position of the latest package handed over, 0: none */
    uint32_t moves;                  /* how many times the event was restored somewhere */
    bool is_purged;
};
/* What the queue keeps of a person. */
struct queue_person {
    enum payment_state payment;
    uint32_t paid_fen;
    bool has_card; /* a payment card is out */
    enum roll roll;
};
uint64_t queue_seq(const struct queue *); /* of the latest entry applied, 0: none */
const struct queue_event *queue_event(const struct queue *);
size_t queue_lane_count(const struct queue *);
const struct queue_lane *queue_lane_at(const struct queue *, size_t index);  /* in the order they were set */
const struct queue_lane *queue_lane(const struct queue *, const char *name); /* NULL: unknown */
const struct ticket *queue_ticket(const struct queue *, const char *lane,
                                  uint32_t number); /* NULL: not issued */
/* The person's latest ticket in any lane, NULL: none. A finished one without a frame that was moved here by a bind is
 * never before one that was open or shot then: it says nothing of how that person stands. */
const struct ticket *queue_ticket_of(const struct queue *, const struct person_id *);
/* The person's latest ticket that is shot, in any lane; NULL: none. An override may have given a later one. */
const struct ticket *queue_shot_of(const struct queue *, const struct person_id *);
/* The same person's ticket behind this one, in the order of queue_ticket_of; NULL: none. */
const struct ticket *queue_ticket_behind(const struct queue *, const struct ticket *);
/* Under rules that want each person to pay: who has not. Refunded is owed again. */
bool queue_is_owed(const struct queue *, const struct queue_person *);
/* The latest signature under a line of the ledger; NULL: none. It counts while the line's difference is that one,
 * made by the same people. */
struct queue_signature {
    char lane[LANE_NAME_MAX + 1]; /* "": the event's line, or a unit's */
    struct ledger_mark mark;
    int32_t difference;
    int64_t at_us;
    char device[DEVICE_MAX + 1];
    const char *reason; /* as the entry has it; the queue state owns it */
};
const struct queue_signature *queue_signature(const struct queue *, const char *lane,
                                              const struct ledger_mark *);
/* The called ticket with the lowest number, NULL: none. */
const struct ticket *queue_current(const struct queue *, const char *lane);
/* The unfinished (waiting or called) ticket with the lowest number above `after`, NULL: none. O(1) per step.
 */
const struct ticket *queue_open_after(const struct queue *, const char *lane, uint32_t after);
/* The latest finished tickets of a lane by their last entry, newest first; at most `most`. Returns how many.
 */
enum { QUEUE_RECENT_MAX = 5 };
size_t queue_recent(const struct queue *, const char *lane, const struct ticket *ret_tickets[], size_t most);
/* All zero for somebody who never paid, was called or came. */
struct queue_person queue_person(const struct queue *, const struct person_id *);
/* People of a unit by their latest ticket: what is issued, and how it stands. */
struct queue_counts queue_unit_counts(const struct queue *, uint32_t unit);
/* The highest rank of a unit that has a number, 0: none. */
uint32_t queue_unit_rank(const struct queue *, uint32_t unit);
/* Milliseconds from one frame to the next in the lane: the median over the latest PACE_MOST people (retakes, paper and
 * pauses of more than PACE_PAUSE_S left away); 0 while fewer than PACE_LEAST are known. */
enum { PACE_LEAST = 3, PACE_MOST = 32, PACE_PAUSE_S = 180 };
uint32_t queue_pace_ms(const struct queue *, const char *lane);
/* The numbers with a frame since the latest confirmed one, and the one that is called: who is at risk at a mismatch.
 * Lowest first, the latest `most`; while none was ever confirmed, the lane's latest RISK_LEAST frames. */
enum { RISK_LEAST = 5 };
size_t queue_at_risk(const struct queue *, const char *lane, const struct ticket *ret_tickets[], size_t most);
/* The ticket whose `shot` is the latest in the lane and that is still shot, NULL: none. */
const struct ticket *queue_last_shot(const struct queue *, const char *lane);

#endif
