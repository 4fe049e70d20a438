/* Who asks: a bearer token or a session cookie, each with a role and perhaps one lane; and how many wrong
 * ones an address may try. */
#ifndef HTTP_AUTH_H
#define HTTP_AUTH_H
#include <pthread.h>

#include "desk/desk.h"

enum role {
    ROLE_NONE = 0,
    ROLE_DISPLAY,
    ROLE_PHOTOGRAPHER,
    ROLE_MARSHAL,
    ROLE_LIAISON,
    ROLE_OFFICE,
    ROLE_CHECK, /* the queue-tail check: asks what the desk would say, sees numbers only */
    ROLE_COUNT
};
const char *role_name(enum role);
enum role role_from_name(const char *name); /* ROLE_NONE when unknown */

/* Sets of roles, as bits. */
enum {
    ROLES_OFFICE = 1 << ROLE_OFFICE,
    ROLES_DOOR = ROLES_OFFICE | 1 << ROLE_MARSHAL,
    ROLES_CAMERA = ROLES_DOOR | 1 << ROLE_PHOTOGRAPHER,
    ROLES_PHOTO =
        ROLES_OFFICE | 1 << ROLE_PHOTOGRAPHER, /* whoever answers for the photographs: has seen a void */
    ROLES_CHECK = ROLES_DOOR | 1 << ROLE_CHECK,
    ROLES_CLASS = ROLES_DOOR | 1 << ROLE_LIAISON, /* see a class by name and call its roll */
    ROLES_ALL = ROLES_CAMERA | 1 << ROLE_DISPLAY | 1 << ROLE_LIAISON | 1 << ROLE_CHECK,
    ROLES_STRANGER = ROLES_ALL | 1 << ROLE_NONE, /* no token asked for */
};

struct caller {
    enum role role;
    char lane[LANE_NAME_MAX + 1]; /* "": any */
    char units[TOKEN_SCOPE_SIZE]; /* a liaison's, as the token has them; "": all */
    char device[DEVICE_MAX + 1];  /* for the journal: "token:3" or "tool" */
    bool has_token;               /* false on the control socket */
    uint8_t hash[DIGEST_SIZE];    /* of the token */
    uint32_t token_id;            /* 0: none */
};

/* An address as IPv6 (IPv4 mapped), /64 for IPv6: what counts as one guesser. */
struct peer_address {
    uint8_t bytes[16];
    bool is_loopback;
};

enum { AUTH_GUESSERS = 64, AUTH_WRONG_A_MINUTE = 10, AUTH_WRONG_OVERALL = 120, AUTH_PAIRED_A_MINUTE = 60 };
struct guesser {
    struct peer_address address;
    int64_t since_us; /* monotonic; 0: free */
    unsigned wrong;
};
struct auth {
    pthread_mutex_t lock;
    struct guesser guessers[AUTH_GUESSERS];
    struct guesser everybody; /* all addresses together */
    struct guesser pairers[AUTH_GUESSERS];
};
void auth_init(struct auth *);
void auth_done(struct auth *);

/* Finds the token and what it may do. PROBLEM_NONE; PROBLEM_BAD_TOKEN when it is absent or unknown;
 * RATE_LIMITED when this address has tried too many that never were any. A right token always passes, so that a
 * stale tablet cannot lock out the others behind its address; 256 random bits need no slowing down. */
enum problem auth_identify(struct auth *, struct desk *, const struct peer_address *,
                           const char *authorization, const char *cookies, struct caller *ret);
/* The live session that a browser's cookie stands for, whatever else the request says. Counts nothing. */
bool auth_session(struct desk *, const char *cookies, struct token_record *ret);
/* Counts a wrong token: PROBLEM_BAD_TOKEN, or PROBLEM_RATE_LIMITED from the eleventh within a minute from this address,
 * and from the 121st of all addresses together. */
enum problem auth_wrong(struct auth *, const struct peer_address *, int64_t now_mono_us);

/* Counts a device paired with a lasting token, each of which is written down for good: PROBLEM_NONE, or
 * PROBLEM_RATE_LIMITED from the 61st within a minute from this address. 127.0.0.1 and ::1 have no limit: a proxy. */
enum problem auth_pairing(struct auth *, const struct peer_address *, int64_t now_mono_us);

/* The caller of the control socket. */
void auth_tool(struct caller *ret);

#endif
