/* Inside of the desk: what was presented at a reader and refused, for a marshal who then decides (desk.h). In memory only,
 * of a few minutes, wiped before it is freed. Has a lock of its own, under which no other is taken. */
#ifndef DESK_TAPS_H
#define DESK_TAPS_H
#include <pthread.h>

#include "desk/desk.h"

struct tap {
    struct tap *next; /* older */
    char id[TAP_ID_SIZE];
    char lane[LANE_NAME_MAX + 1], reader[READER_NAME_MAX + 1];
    int64_t until_us; /* monotonic: wiped from then on */
    bool is_used;
    char key[ANSWER_KEY_MAX + 1]; /* used: the request that may ask for its answer once more */
    struct presentation presentation;
};
struct taps {
    pthread_mutex_t lock;
    struct tap *list; /* latest first */
};
void taps_init(struct taps *);
void taps_done(struct taps *);
/* Forgets an earlier one of the same card or code, and the oldest of a lane that has TAPS_MOST. */
void taps_keep(struct taps *, const char *lane, const char *reader, const struct presentation *,
               int64_t now_us, char ret_id[static TAP_ID_SIZE]);
/* 0 and copies, *ret to presentation_wipe(); or -ENOENT: unknown, of another lane, too old, or used by another key. */
int taps_find(struct taps *, const char *lane, const char *id, const char *key, int64_t now_us,
              char ret_reader[static READER_NAME_MAX + 1], struct presentation *ret);
/* It has led to a number. Without a key it is wiped at once; with one it stays for TAP_REPEAT_US for that key alone, since
 * an answer may be lost on its way and is then asked for again. */
void taps_use(struct taps *, const char *lane, const char *id, const char *key, int64_t now_us);
void taps_expire(struct taps *, int64_t now_us);
bool taps_has_any(struct taps *);

#endif
