/* Tokens: only hashes are kept. The desk guards the lists. */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "desk/desk_state.h"

void token_hash(const char *text, uint8_t ret_hash[static DIGEST_SIZE])
{
    crypto_generichash(ret_hash, DIGEST_SIZE, (const uint8_t *)text, strlen(text), NULL, 0);
}

void token_text(char ret_text[static TOKEN_TEXT_SIZE])
{
    uint8_t bytes[32];
    random_bytes(bytes, sizeof bytes);
    sodium_bin2base64(ret_text, TOKEN_TEXT_SIZE, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    wipe_bytes(bytes, sizeof bytes);
}

struct token_record *tokens_by_id(const struct token_list *list, uint32_t id)
{
    return id >= 1 && id <= list->count ? &list->records[id - 1] : NULL;
}

struct token_record *tokens_by_hash(const struct token_list *list, const uint8_t hash[static DIGEST_SIZE])
{
    for (size_t i = 0; i < list->count; i++)
        if (sodium_memcmp(list->records[i].hash, hash, DIGEST_SIZE) == 0)
            return &list->records[i];
    return NULL;
}

void tokens_put(struct token_list *list, const struct token_record *record)
{
    struct token_record *known = tokens_by_id(list, record->id);
    if (!known) {
        list->records = bytes_resize(list->records, (list->count + 1) * sizeof *list->records);
        known = &list->records[list->count++];
        known->seen_us = 0;
    }
    const int64_t seen_us = known->seen_us;
    *known = *record;
    if (known->seen_us < seen_us) /* heard of since it was written down */
        known->seen_us = seen_us;
}

bool token_is_live(const struct token_record *token, int64_t now_us)
{
    bool is_spent = token->kind == TOKEN_PAIRING && token->used_us;
    return !token->revoked_us && !is_spent && (token->expires_us == 0 || token->expires_us > now_us);
}

int desk_token(struct desk *desk, const uint8_t hash[static DIGEST_SIZE], struct token_record *ret)
{
    const int64_t now_us = clock_utc_us();
    pthread_mutex_lock(&desk->lock);
    struct token_record *token = tokens_by_hash(&desk->tokens, hash);
    bool is_live = token && token_is_live(token, now_us);
    if (is_live && token->kind != TOKEN_PAIRING)
        token->seen_us = now_us;
    if (is_live)
        *ret = *token;
    pthread_mutex_unlock(&desk->lock);
    return is_live ? 0 : -ENOENT;
}

enum token_life desk_token_life(struct desk *desk, const uint8_t hash[static DIGEST_SIZE],
                                struct token_record *ret)
{
    enum token_life life = TOKEN_LIVE;
    pthread_mutex_lock(&desk->lock);
    const struct token_record *token = tokens_by_hash(&desk->tokens, hash);
    if (!token)
        life = TOKEN_UNKNOWN;
    else if (token->revoked_us)
        life = TOKEN_REVOKED;
    else if (token->kind == TOKEN_PAIRING && token->used_us)
        life = TOKEN_USED;
    else if (!token_is_live(token, clock_utc_us()))
        life = TOKEN_EXPIRED;
    if (token)
        *ret = *token;
    pthread_mutex_unlock(&desk->lock);
    return life;
}

size_t desk_sessions_of(struct desk *desk, uint32_t id)
{
    const int64_t now_us = clock_utc_us();
    size_t count = 0;
    pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < desk->tokens.count; i++)
        count += desk->tokens.records[i].parent == id && token_is_live(&desk->tokens.records[i], now_us);
    pthread_mutex_unlock(&desk->lock);
    return count;
}

unsigned desk_token_changes(struct desk *desk)
{
    return atomic_load_explicit(&desk->token_changes, memory_order_acquire);
}

void desk_keep_seen(struct desk *desk)
{
    const struct desk_command command = {.kind = DESK_TOKENS_SEEN};
    desk_submit(desk, &command, NULL, NULL); /* a full inbox has better to do; the next round comes */
}

struct token_record *desk_tokens(struct desk *desk, size_t *ret_count)
{
    pthread_mutex_lock(&desk->lock);
    size_t count = desk->tokens.count;
    struct token_record *copy = bytes_alloc(count * sizeof *copy);
    if (count > 0)
        memcpy(copy, desk->tokens.records, count * sizeof *copy);
    pthread_mutex_unlock(&desk->lock);
    *ret_count = count;
    return copy;
}
