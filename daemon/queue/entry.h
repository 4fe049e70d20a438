/* The entries of the journal: everything that ever happened at an event, in order, and nothing personal.
 * Kinds and states are stored and hashed: never renumber. */
#ifndef QUEUE_ENTRY_H
#define QUEUE_ENTRY_H
#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "identity/medium.h"

enum entry_kind {
    ENTRY_NONE = 0,
    ENTRY_EVENT_CREATED = 1, /* text: the event's name; extra: its profile */
    ENTRY_EVENT_CLOSED = 2,
    ENTRY_LANE_SET = 3,       /* lane; text: its room; value: line limit, 0 for none */
    ENTRY_SESSION_OPENED = 4, /* lane; value: the session's number in the lane, from 1 */
    ENTRY_SESSION_CLOSED = 5, /* lane; value: as above */
    ENTRY_TOKEN_CREATED = 6,  /* lane or ""; value: token id; text: its role */
    ENTRY_TOKEN_REVOKED = 7,  /* value: token id */
    ENTRY_ISSUED = 16,        /* lane, number, person, medium, bound; value: session */
    ENTRY_CALLED = 17, /* lane, number, person; value: 1 for the first call, more when announced again */
    ENTRY_SHOT = 18,   /* lane, number, person; value: 1 for the first, more after retakes */
    ENTRY_RETAKE = 19, /* lane, number, person; text: reason; value: how many retakes with this one */
    ENTRY_MISSED = 20, /* lane, number, person; text: reason */
    ENTRY_VOIDED = 21, /* lane, number, person; text: reason */
    ENTRY_RETAKE_DROPPED = 23, /* lane, number, person; text: reason. The frame there was before stands */
    ENTRY_BOUND = 22,          /* lane, number, person: it is known now who that is */
};
const char *
    entry_kind_name(enum entry_kind); /* "issued", "session-opened" ...; "?" for a number without a name */

enum { PERSON_ID_SIZE = 16, DEVICE_MAX = 32, PROFILE_MAX = 32 };
/* Bytes of what somebody wrote (an event's name, a room, a reason), and of what an entry holds of it: more, since a
 * written reason is sealed (desk/reason.h). */
enum { PLAIN_TEXT_MAX = 200, ENTRY_TEXT_MAX = 328 };

/* Random, so that it says nothing once the sealed record is gone. All zero: nobody. */
struct person_id {
    uint8_t bytes[PERSON_ID_SIZE];
};
bool person_id_is_none(const struct person_id *);
bool person_id_equal(const struct person_id *, const struct person_id *);

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
    const char *reason; /* of the latest retake, missed or void, else ""; the queue state owns it for its
                           whole life */
};

/* "A0001": the lane's name, a '-' when it ends in a digit (A1-0001), and at least four digits. Unique over
 * lanes. */
enum { TICKET_LABEL_SIZE = LANE_NAME_MAX + 1 + 10 + 1 };
void ticket_label(const char *lane, uint32_t number, char ret_label[static TICKET_LABEL_SIZE]);
/* The number in a label of this lane, exactly as ticket_label writes it; 0 when it is not one. */
uint32_t ticket_label_parse(const char *lane, const char *label);

#endif
