/* The entries of the journal: everything that ever happened at an event, in order, and nothing personal.
 * Kinds and states are stored and hashed: never renumber. */
#ifndef QUEUE_ENTRY_H
#define QUEUE_ENTRY_H
#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "identity/medium.h"
#include "queue/rules.h"

enum entry_kind {
    ENTRY_NONE = 0,
    ENTRY_EVENT_CREATED = 1, /* text: the event's name; extra: its profile */
    ENTRY_EVENT_CLOSED = 2,
    ENTRY_LANE_SET = 3,       /* lane; text: its room; value: line limit, 0 for none */
    ENTRY_SESSION_OPENED = 4, /* lane; value: the session's number in the lane, from 1 */
    ENTRY_SESSION_CLOSED = 5, /* lane; value: as above */
    ENTRY_TOKEN_CREATED = 6,  /* lane or ""; value: token id; text: its role, " u12 c3" behind it */
    ENTRY_TOKEN_REVOKED = 7,  /* value: token id */
    ENTRY_RULES_SET = 8,      /* text: queue_rules_text; extra: the profile's name */
    ENTRY_LIST_IMPORTED =
        9, /* value: how many rows; extra: list_kind_name; text: hexadecimal digest of the bytes */
    ENTRY_LATE_ROUND =
        10, /* lane; value: 1 it begins, 0 it ends: those who were missed may take new numbers */
    ENTRY_ISSUED =
        16, /* lane, number, person, medium, bound; value: session; extra: issue_note_text; text: an
                          override's reason. person none: a slip of paper that was not used, void at once */
    /* The steps of a number. extra: STEP_PAPER when it was written down on paper and entered later, STEP_KEPT with the
     * milliseconds when the tap waited for the network (also of CONFIRMED, MISMATCH, VOID_ACKNOWLEDGED, CARD_BACK and
     * UNDONE), else "". The ticket's times are those of the tap. */
    ENTRY_CALLED = 17, /* lane, number, person; value: 1 for the first call, more when announced again */
    ENTRY_SHOT = 18,   /* lane, number, person; value: 1 for the first, more after retakes */
    ENTRY_RETAKE = 19, /* lane, number, person; text: reason; value: how many retakes with this one */
    ENTRY_MISSED = 20, /* lane, number, person; text: reason */
    ENTRY_VOIDED = 21, /* lane, number, person; text: reason */
    ENTRY_RETAKE_DROPPED = 23, /* lane, number, person; text: reason. The frame there was before stands */
    ENTRY_BOUND =
        22, /* lane, number, person: it is known now who that is. Another person than before: the number was
                         tied to somebody who is known, one entry for each number of the person it had.
                         extra: the number's note from now on */
    ENTRY_CONFIRMED = 24, /* lane, number, person: the spoken number is right */
    ENTRY_MISMATCH = 25,  /* lane, number, person; text: what was seen. The lane stops */
    ENTRY_RESOLVED =
        26, /* lane, number, person: of the mismatch; value: the first number that is under suspicion from now on,
                             0 for none; text: reason; extra: decision_name */
    ENTRY_VOID_ACKNOWLEDGED = 27, /* lane, number, person: the photographer has seen it */
    ENTRY_LEFT = 28,     /* lane, number, person; text: reason. Waiting or called, and gone; ends as missed */
    ENTRY_PAYMENT = 29,  /* person; value: CNY 0.01; extra: payment_state_name, ' ', method; text: reason */
    ENTRY_CARD_OUT = 30, /* person: a payment card was handed out */
    ENTRY_CARD_BACK = 31, /* lane, number, person: and returned at the camera */
    ENTRY_ROLL = 32,      /* person; value: enum roll */
    ENTRY_LEDGER_SIGNED =
        33, /* lane or ""; extra: the line's code, for a unit ' ' and "u12" behind it; value: the difference that was
               signed, as two's complement; text: reason */
    ENTRY_HANDED_OVER =
        34, /* extra: "agency" or "school"; text: the journal position the package shows, ' ', SHA-256 of its manifest */
    ENTRY_RESTORED =
        35, /* value: how many times the event has moved with this one; text: the new copy's random id */
    ENTRY_PURGED =
        36, /* the personal fields and their key are destroyed; text: how many of what. extra "": of the whole event;
               purged_copy_text: of a copy that did not go on; value: moves of the one that did */
    ENTRY_UNDONE =
        37, /* lane, number, person; value: the entry kind that is taken back. Only ENTRY_SHOT: called again, the frame
               does not count */
    ENTRY_LEARNT =
        38, /* person: who has a number presented something else, or more is known now. Changes no number; a package of
               the position before shows less */
};
const char *
    entry_kind_name(enum entry_kind); /* "issued", "session-opened" ...; "?" for a number without a name */

#define STEP_PAPER "paper"
/* or "kept 5230": the tap was made that many milliseconds before the entry's time, while the tablet had no network */
#define STEP_KEPT "kept "
enum { PERSON_ID_SIZE = 16, DEVICE_MAX = 32, PROFILE_MAX = 32 };
enum { KEPT_MS_MAX = 86400000 }; /* an older tap is not sent */
/* "kept 5230" and its milliseconds; 0: "", nothing was kept. */
void step_kept_text(uint32_t kept_ms, char ret_extra[static PROFILE_MAX + 1]);
/* False: neither "" nor exactly so written. */
bool step_kept_parse(const char *extra, uint32_t *ret_kept_ms);
/* ENTRY_PURGED's extra. "copy 123": of a copy that stopped for another one, which was at that position when it was last
 * seen; 0: "", of the whole event. */
#define PURGED_COPY "copy "
void purged_copy_text(uint64_t seq, char ret_extra[static PROFILE_MAX + 1]);
/* False: neither "" nor exactly so written. */
bool purged_copy_parse(const char *extra, uint64_t *ret_seq);
/* Bytes of what somebody wrote (an event's name, a room, a reason), and of what an entry holds of it: more, since a
 * written reason is sealed (desk/reason.h). */
enum { PLAIN_TEXT_MAX = 200, ENTRY_TEXT_MAX = 328 };

/* Random, so that it says nothing once the sealed record is gone. All zero: nobody. */
struct person_id {
    uint8_t bytes[PERSON_ID_SIZE];
};
bool person_id_is_none(const struct person_id *);
bool person_id_equal(const struct person_id *, const struct person_id *);
/* Nothing but blanks, the no-break and the ideographic one included: as a reason it says nothing. */
bool entry_text_is_blank(const char *);

struct queue_entry {
    uint64_t seq; /* given by the journal, from 1 without gaps */
    enum entry_kind kind;
    int64_t at_us, mono_us; /* UTC and monotonic, microseconds */
    char lane[LANE_NAME_MAX + 1];
    uint32_t number; /* 0: none */
    uint32_t value;
    struct person_id person;
    enum medium medium;
    bool bound;
    char device[DEVICE_MAX + 1]; /* who asked: "reader:door", "token:3", "tool" */
    char text[ENTRY_TEXT_MAX + 1];
    char extra[PROFILE_MAX + 1];
};

/* What is known of a number from the moment it was issued: in ENTRY_ISSUED's extra, "u12 r5 f3" (issue_note_text). */
enum issue_flag {
    ISSUE_LOOK_TWICE = 1 << 0, /* typed by hand, or a passport: compare the person with the document */
    ISSUE_OUTSIDER = 1 << 1,   /* on no roster */
    ISSUE_UNPAID = 1 << 2,     /* due, and the gate only warns */
    ISSUE_OUT_OF_ORDER = 1 << 3,
    ISSUE_OUT_OF_SLOT = 1 << 4,  /* the schedule has that class at another time or lane */
    ISSUE_CAPTURED = 1 << 5,     /* captured before, and the gate only warns */
    ISSUE_PAPER = 1 << 6,        /* issued on paper while no computer ran, entered later */
    ISSUE_NAME_DIFFERS = 1 << 7, /* the card or passport bears another name than the person is known by */
    /* an override let it through, with the entry's text as the reason */
    ISSUE_OVER_SHOT = 1 << 8,
    ISSUE_OVER_EXCLUDED = 1 << 9,
    ISSUE_OVER_ROSTER = 1 << 10,
    ISSUE_OVER_CAPTURED = 1 << 11,
    ISSUE_OVER_UNPAID = 1 << 12,
    ISSUE_OVER_MISSED = 1 << 13,
    ISSUE_NOT_CALLED = 1 << 14, /* on the roster and not marked present, where the roll is called first */
    /* of these three a bind tells anew: what is known of the person */
    ISSUE_OF_PERSON = ISSUE_OUTSIDER | ISSUE_UNPAID | ISSUE_CAPTURED,
    ISSUE_OVER = ISSUE_OVER_SHOT | ISSUE_OVER_EXCLUDED | ISSUE_OVER_ROSTER | ISSUE_OVER_CAPTURED |
                 ISSUE_OVER_UNPAID | ISSUE_OVER_MISSED,
    ISSUE_FLAGS = (1 << 15) - 1,
};
struct issue_note {
    uint32_t unit; /* of the roster, 0: none */
    uint32_t rank; /* place by student number within the unit, from 1; 0: unknown */
    uint32_t flags;
};
void issue_note_text(const struct issue_note *, char ret_text[static PROFILE_MAX + 1]); /* "" when all is 0 */
bool issue_note_parse(const char *text, struct issue_note *ret);

enum payment_state {
    PAYMENT_STATE_NONE = 0,
    PAYMENT_DUE,
    PAYMENT_PAID,
    PAYMENT_WAIVED,
    PAYMENT_REFUNDED,
    PAYMENT_STATE_COUNT
};
const char *payment_state_name(enum payment_state); /* "none" "due" "paid" "waived" "refunded" */
int payment_state_from_name(const char *);          /* -1: unknown */
enum roll { ROLL_UNKNOWN = 0, ROLL_PRESENT, ROLL_ABSENT };
/* The sums that must agree (desk/ledger.h). */
enum ledger_kind { LEDGER_NUMBERS = 0, LEDGER_PEOPLE, LEDGER_MONEY, LEDGER_CARDS, LEDGER_KIND_COUNT };
const char *ledger_code(enum ledger_kind); /* "numbers" "people" "money" "cards" */
int ledger_kind_from_code(const char *);   /* -1: unknown */
/* Which line was signed, as ENTRY_LEDGER_SIGNED has it in its extra: "cards", or "people u12" of a unit, and behind it
 * " w1f2e3d4c" for those who made its difference then. */
struct ledger_mark {
    enum ledger_kind kind;
    uint32_t unit; /* 0: of the entry's lane, or of the event */
    uint32_t
        who; /* desk/ledger.h: ledger_who; 0: not said. In a command: who made it when it was looked at */
};
/* As people and pages are shown it and send it back: eight digits 0-9a-f, not all 0. */
enum { LEDGER_WHO_SIZE = 9 };
void ledger_who_text(uint32_t who, char ret_text[static LEDGER_WHO_SIZE]);
bool ledger_who_parse(const char *text, uint32_t *ret_who);
void ledger_mark_text(const struct ledger_mark *, char ret_text[static PROFILE_MAX + 1]);
bool ledger_mark_parse(const char *text, struct ledger_mark *ret);
/* How a mismatch was settled. */
enum decision {
    DECISION_ORDER_RIGHT = 1, /* the student had misread the number; everybody stands right */
    DECISION_PUT_RIGHT, /* people had changed places and stand right again; nobody wrong was photographed */
    DECISION_SUSPECT,   /* the frames from a number on may show somebody else */
    DECISION_COUNT
};
const char *decision_name(enum decision); /* "order-right" "put-right" "suspect" */
int decision_from_name(const char *);

enum ticket_state {
    TICKET_NONE = 0,
    TICKET_WAITING = 1,
    TICKET_CALLED = 2,
    TICKET_SHOT = 3,
    TICKET_MISSED = 4,
    TICKET_VOID = 5,
    TICKET_STATE_COUNT
};
const char *ticket_state_name(enum ticket_state); /* "waiting" ... "void" */

struct ticket {
    char lane[LANE_NAME_MAX + 1];
    uint32_t number;
    enum ticket_state state;
    struct person_id person;
    enum medium medium;
    bool bound;
    uint32_t session, calls, shots, retakes;
    int64_t issued_us, called_us, shot_us,
        ended_us;             /* UTC; 0: not yet. called_us: latest call; ended: missed or void */
    uint64_t issued_seq, seq; /* first and latest entry */
    struct issue_note note;
    bool confirmed;     /* the spoken number, since it was called last */
    bool is_suspect;    /* its frame may show somebody else; a new frame clears it */
    bool acknowledged;  /* a void one: the photographer has seen it */
    bool card_back;     /* the payment card came back with this one */
    bool has_left;      /* missed because the person went away */
    uint32_t turn;      /* how many times the class had changed in the lane when it was issued */
    const char *reason; /* of the latest retake, missed or void, else of an override, else ""; the queue state
                           owns it for its whole life */
};

/* "A0001": the rules' prefix, the lane's name, a '-' when it ends in a digit (A1-0001), and at least the rules' width of
 * digits, four unless they say otherwise. Unique over lanes. */
enum { TICKET_LABEL_SIZE = PREFIX_MAX + LANE_NAME_MAX + 1 + 10 + 1 };
void ticket_label(const struct queue_rules *, const char *lane, uint32_t number,
                  char ret_label[static TICKET_LABEL_SIZE]);
/* The number in a label of this lane, exactly as ticket_label writes it; 0 when it is not one. */
uint32_t ticket_label_parse(const struct queue_rules *, const char *lane, const char *label);

#endif
