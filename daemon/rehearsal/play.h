/* The play of a rehearsal: people come, cards are tapped, a photographer may work. One line of story for each
 * event on standard output, in Chinese and English. */
#ifndef REHEARSAL_PLAY_H
#define REHEARSAL_PLAY_H
#include "rehearsal/emulator.h"
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct play_options {
    unsigned people; /* 0: no end */
    int64_t pace_us; /* between two people, give or take two fifths */
    uint64_t seed;
    unsigned line; /* nobody comes while so many wait; 0: no limit */
    bool has_photographer, ends_after_people;
};

enum play_end {
    PLAY_OVER,        /* everybody came and what was expected happened */
    PLAY_WENT_WRONG,  /* over, but somebody got no number or a wrong one */
    PLAY_INTERRUPTED, /* one of stop_signals came */
    PLAY_DAEMON_DIED, /* *ret_code says how (child.h) */
};

struct play_stage {
    struct emulator *emulator;
    int door, chip, gun; /* devices: SAM, PN532, scanner */
    int port;
    const char *lane, *token; /* the token of a photographer */
    pid_t daemon;
    sigset_t stop_signals; /* blocked in every thread */
};

enum play_end play_run(const struct play_stage *, const struct play_options *, int *ret_code);

#endif
