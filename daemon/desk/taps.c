/* A short list of refused taps. Must never write or log any of it. Any thread. */
#include "desk/taps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "desk/desk_state.h"

void taps_init(struct taps *taps)
{
    taps->list = NULL;
    pthread_mutex_init(&taps->lock, NULL);
}

/* The lock is held. */
static void forget(struct tap **link)
{
    struct tap *tap = *link;
    *link = tap->next;
    wipe_bytes(tap, sizeof *tap);
    free(tap);
}

void taps_done(struct taps *taps)
{
    while (taps->list)
        forget(&taps->list);
    pthread_mutex_destroy(&taps->lock);
}

static bool is_same_credential(const struct presentation *one, const struct presentation *other)
{
    const uint8_t *bytes, *other_bytes;
    size_t size, other_size;
    enum credential_kind kind = presentation_credential(one, &bytes, &size);
    return kind == presentation_credential(other, &other_bytes, &other_size) && size == other_size &&
           memcmp(bytes, other_bytes, size) == 0;
}

static void make_room(struct taps *taps, const char *lane, const struct presentation *presentation)
{
    size_t n = 0;
    for (struct tap **link = &taps->list; *link;) {
        bool is_here = strcmp((*link)->lane, lane) == 0;
        if (is_here && (is_same_credential(&(*link)->presentation, presentation) || ++n == TAPS_MOST))
            forget(link);
        else
            link = &(*link)->next;
    }
}

void taps_keep(struct taps *taps, const char *lane, const char *reader,
               const struct presentation *presentation, int64_t now_us, char ret_id[static TAP_ID_SIZE])
{
    uint8_t id[(TAP_ID_SIZE - 1) / 2];
    struct tap *tap = bytes_alloc(sizeof *tap);
    random_bytes(id, sizeof id);
    hex_encode(id, sizeof id, tap->id);
    strncpy(tap->lane, lane, LANE_NAME_MAX);
    strncpy(tap->reader, reader, READER_NAME_MAX);
    tap->until_us = now_us + TAP_LIFE_US;
    tap->presentation = *presentation;
    memcpy(ret_id, tap->id, TAP_ID_SIZE);
    pthread_mutex_lock(&taps->lock);
    make_room(taps, lane, presentation);
    tap->next = taps->list;
    taps->list = tap;
    pthread_mutex_unlock(&taps->lock);
}

/* The lock is held. */
static struct tap **link_of(struct taps *taps, const char *lane, const char *id)
{
    struct tap **link = &taps->list;
    while (*link && (strcmp((*link)->id, id) != 0 || strcmp((*link)->lane, lane) != 0))
        link = &(*link)->next;
    return link;
}

int taps_find(struct taps *taps, const char *lane, const char *id, const char *key, int64_t now_us,
              char ret_reader[static READER_NAME_MAX + 1], struct presentation *ret)
{
    pthread_mutex_lock(&taps->lock);
    const struct tap *tap = *link_of(taps, lane, id);
    bool is_found = tap && now_us < tap->until_us && (!tap->is_used || strcmp(tap->key, key) == 0);
    if (is_found) {
        memcpy(ret_reader, tap->reader, sizeof tap->reader);
        *ret = tap->presentation;
    }
    pthread_mutex_unlock(&taps->lock);
    return is_found ? 0 : -ENOENT;
}

void taps_use(struct taps *taps, const char *lane, const char *id, const char *key, int64_t now_us)
{
    pthread_mutex_lock(&taps->lock);
    struct tap **link = link_of(taps, lane, id);
    struct tap *tap = *link;
    if (tap && !*key) {
        forget(link);
    } else if (tap && !tap->is_used) {
        tap->is_used = true;
        strncpy(tap->key, key, ANSWER_KEY_MAX);
        if (tap->until_us > now_us + TAP_REPEAT_US)
            tap->until_us = now_us + TAP_REPEAT_US;
    }
    pthread_mutex_unlock(&taps->lock);
}

void taps_expire(struct taps *taps, int64_t now_us)
{
    pthread_mutex_lock(&taps->lock);
    for (struct tap **link = &taps->list; *link;)
        if (now_us >= (*link)->until_us)
            forget(link);
        else
            link = &(*link)->next;
    pthread_mutex_unlock(&taps->lock);
}

bool taps_has_any(struct taps *taps)
{
    pthread_mutex_lock(&taps->lock);
    bool has_any = taps->list != NULL;
    pthread_mutex_unlock(&taps->lock);
    return has_any;
}

/* ---- the desk's */
void desk_keep_tap(struct desk *desk, const char *lane, const char *reader,
                   const struct presentation *presentation, char ret_id[static TAP_ID_SIZE])
{
    taps_keep(&desk->taps, lane, reader, presentation, clock_mono_us(), ret_id);
    /* the writer may sleep until a command comes; from now on it looks at the clock */
    pthread_mutex_lock(&desk->inbox_lock);
    pthread_cond_signal(&desk->inbox_filled);
    pthread_mutex_unlock(&desk->inbox_lock);
}

int desk_take_tap(struct desk *desk, const char *lane, const char *id, const char *key,
                  struct presentation *ret)
{
    char reader[READER_NAME_MAX + 1];
    return taps_find(&desk->taps, lane, id, key, clock_mono_us(), reader, ret);
}
