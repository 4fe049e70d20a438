/* Which devices here look like readers: serial adapters and USB devices by vendor and product, keyboards by what they
 * call themselves. Looks into udev's records only; opens no device, since a byte sent to the wrong one may do harm. */
#ifndef READERS_READER_LIST_H
#define READERS_READER_LIST_H
#include <stdbool.h>
#include <stddef.h>

struct reader_candidate {
    const char *driver; /* static */
    char *
        device; /* as --device and the configuration take it; a name that outlives a re-plug where there is one */
    char *what;    /* for people */
    char id[10];   /* "1a86:7523", or "" */
    bool is_guess; /* the same device is listed for another driver, too: only a trial tells */
};

/* In the order of the device string. Gives an array, reader_list_free() it; 0 or -errno. */
int reader_list_find(struct reader_candidate **ret, size_t *ret_n);
void reader_list_free(struct reader_candidate *, size_t n);

/* Lines for the configuration, or with is_json one JSON array. To free(). */
char *reader_list_text(const struct reader_candidate *, size_t n, bool is_json);

#endif
