/* Tokens to roles. Called on the threads of both listeners; the only state is the small table of wrong
 * guesses. */
#include "http/auth.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "http/fields.h"

enum { MINUTE_US = 60 * 1000 * 1000 };

static const char *const role_names[ROLE_COUNT] = {
    [ROLE_NONE] = "none",       [ROLE_DISPLAY] = "display", [ROLE_PHOTOGRAPHER] = "photographer",
    [ROLE_MARSHAL] = "marshal", [ROLE_LIAISON] = "liaison", [ROLE_OFFICE] = "office",
    [ROLE_CHECK] = "check",
};

const char *role_name(enum role role)
{
    return role < ROLE_COUNT ? role_names[role] : "none";
}

enum role role_from_name(const char *name)
{
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        if (strcmp(name, role_names[role]) == 0)
            return (enum role)role;
    return ROLE_NONE;
}

void auth_init(struct auth *auth)
{
    memset(auth, 0, sizeof *auth);
    pthread_mutex_init(&auth->lock, NULL);
}

void auth_done(struct auth *auth)
{
    pthread_mutex_destroy(&auth->lock);
}

/* This address's entry, or the one whose minute is the oldest. */
static struct guesser *guesser_of(struct guesser guessers[static AUTH_GUESSERS],
                                  const struct peer_address *address)
{
    struct guesser *oldest = &guessers[0];
    for (size_t i = 0; i < AUTH_GUESSERS; i++) {
        struct guesser *guesser = &guessers[i];
        if (guesser->since_us && memcmp(guesser->address.bytes, address->bytes, sizeof address->bytes) == 0)
            return guesser;
        if (guesser->since_us < oldest->since_us)
            oldest = guesser;
    }
    *oldest = (struct guesser){.address = *address};
    return oldest;
}

/* One more in its minute; true when that is more than `most`. */
static bool is_too_much(struct guesser *guesser, unsigned most, int64_t now_mono_us)
{
    if (guesser->since_us == 0 || now_mono_us - guesser->since_us >= MINUTE_US) {
        guesser->since_us = now_mono_us;
        guesser->wrong = 0;
    }
    if (guesser->wrong <= most)
        guesser->wrong++;
    return guesser->wrong > most;
}

enum problem auth_wrong(struct auth *auth, const struct peer_address *address, int64_t now_mono_us)
{
    pthread_mutex_lock(&auth->lock);
    bool is_limited = is_too_much(guesser_of(auth->guessers, address), AUTH_WRONG_A_MINUTE, now_mono_us);
    is_limited |= is_too_much(&auth->everybody, AUTH_WRONG_OVERALL, now_mono_us);
    pthread_mutex_unlock(&auth->lock);
    return is_limited ? PROBLEM_RATE_LIMITED : PROBLEM_BAD_TOKEN;
}

enum problem auth_pairing(struct auth *auth, const struct peer_address *address, int64_t now_mono_us)
{
    if (address->is_loopback)
        return PROBLEM_NONE;
    pthread_mutex_lock(&auth->lock);
    bool is_limited = is_too_much(guesser_of(auth->pairers, address), AUTH_PAIRED_A_MINUTE, now_mono_us);
    pthread_mutex_unlock(&auth->lock);
    return is_limited ? PROBLEM_RATE_LIMITED : PROBLEM_NONE;
}

static bool hash_of(const char *text, size_t length, uint8_t ret_hash[static DIGEST_SIZE])
{
    char token[TOKEN_TEXT_SIZE];
    if (!token_is_well_formed(text, length))
        return false;
    memcpy(token, text, length);
    token[length] = '\0';
    token_hash(token, ret_hash);
    wipe_bytes(token, sizeof token);
    return true;
}

/* False when the text is no live token that may ask by itself: a pairing token must be exchanged first. */
static bool find_token(struct desk *desk, const char *text, size_t length, struct caller *caller)
{
    struct token_record record;
    if (!hash_of(text, length, caller->hash))
        return false;
    if (desk_token(desk, caller->hash, &record) != 0 || record.kind == TOKEN_PAIRING)
        return false;
    caller->role = role_from_name(record.role);
    caller->has_token = true;
    caller->token_id = record.id;
    memcpy(caller->lane, record.lane, sizeof caller->lane);
    memcpy(caller->units, record.units, sizeof caller->units);
    snprintf(caller->device, sizeof caller->device, "token:%u", (unsigned)record.id);
    return caller->role != ROLE_NONE;
}

/* A device whose token has ended asks again and again; that is no guessing. */
static bool was_given_out(struct desk *desk, const char *text, size_t length)
{
    uint8_t hash[DIGEST_SIZE];
    struct token_record record;
    return hash_of(text, length, hash) && desk_token_life(desk, hash, &record) != TOKEN_UNKNOWN;
}

enum problem auth_identify(struct auth *auth, struct desk *desk, const struct peer_address *address,
                           const char *authorization, const char *cookies, struct caller *ret)
{
    *ret = (struct caller){.role = ROLE_NONE};
    const char *bearer = bearer_token(authorization);
    size_t length = bearer ? strlen(bearer) : 0;
    const char *text = bearer ? bearer : cookie_find(cookies, "paihao", &length);
    if (!text && !authorization)
        return PROBLEM_BAD_TOKEN;
    struct caller caller = {.role = ROLE_NONE};
    if (!text || !find_token(desk, text, length, &caller))
        return text && was_given_out(desk, text, length) ? PROBLEM_BAD_TOKEN
                                                         : auth_wrong(auth, address, clock_mono_us());
    *ret = caller;
    return PROBLEM_NONE;
}

bool auth_session(struct desk *desk, const char *cookies, struct token_record *ret)
{
    uint8_t hash[DIGEST_SIZE];
    size_t length = 0;
    const char *text = cookie_find(cookies, "paihao", &length);
    return text && hash_of(text, length, hash) && desk_token(desk, hash, ret) == 0 &&
           ret->kind == TOKEN_SESSION;
}

void auth_tool(struct caller *ret)
{
    *ret = (struct caller){.role = ROLE_OFFICE, .device = "tool"};
}
