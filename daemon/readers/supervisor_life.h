/* The life of one reader as the staff see it, and of the process behind it: which state may follow which,
 * when silence is death, how long to wait before the next start. Pure: the time is handed in, nothing is
 * started or told here. */
#ifndef READERS_SUPERVISOR_LIFE_H
#define READERS_SUPERVISOR_LIFE_H
#include "readers/reader_event.h"

/* Times of the monotonic clock unless they say UTC. */
enum {
    LIFE_FIRST_SILENCE_US =
        5000000,               /* until the first heartbeat: opening a dead port alone takes libnfc 1.4 s */
    LIFE_SILENCE_US = 3000000, /* a heartbeat comes every second */
    LIFE_BACKOFF_US = 200000,  /* doubled by each failure in a row ... */
    LIFE_BACKOFF_MOST_US = 2000000, /* ... up to this, so that a device that is back is used within 5 s */
    LIFE_HEALTHY_US = 30000000,     /* a process that lived so long starts the series anew */
    LIFE_WAKE_US = 100000,          /* a device that comes ends the back-off, but not sooner than this */
    LIFE_GARBAGE_MOST = 20,         /* lines that are none, in one process's life */
    LIFE_READINGS_PER_S = 50,
    LIFE_LINES_PER_S = 200,
};

enum life_phase {
    LIFE_DOWN, /* no process; the next one starts at next_start_us */
    LIFE_UP,
    LIFE_DYING, /* killed, not yet gone: on a hanging device that can take as long as it likes */
};

struct reader_life {
    enum reader_state state;
    char code[READER_CODE_MAX + 1], detail[READER_TEXT_MAX + 1];
    int64_t since_utc_us; /* of the state */
    unsigned restarts;    /* starts after the first, but for those that only open a lost device again */
    bool
        is_reopening; /* the process ended as agreed because it lost its device; the state stays as it said */
    enum life_phase phase;
    unsigned starts, failures_in_a_row, garbage;
    bool has_beaten;
    int64_t started_us, heard_us, ended_us, next_start_us;
    int64_t beaten_us;                     /* the latest heartbeat of any of its processes; 0: none yet */
    uint64_t readings_total, faults_total; /* heard since the supervisor's start */
    int64_t second_us;                     /* the second in which these two were counted */
    unsigned lines, readings;
};

void reader_life_init(struct reader_life *, int64_t now_us,
                      int64_t utc_us); /* absent, down, to be started now */

enum life_move { LIFE_SAME, LIFE_CHANGED, LIFE_FORBIDDEN };
/* Goes along an edge of the table. Another code or detail in the same state is a change, but leaves `since`.
 */
enum life_move reader_life_move(struct reader_life *, enum reader_state, const char *code, const char *detail,
                                int64_t utc_us);
bool reader_life_may_move(enum reader_state from, enum reader_state to);

void reader_life_started(struct reader_life *, int64_t now_us);
void reader_life_killed(struct reader_life *);
/* The process is gone, or could not be started: sets when to try again. */
void reader_life_ended(struct reader_life *, int64_t now_us);
/* Said after that: it ended in order to open its device anew. */
void reader_life_lost_device(struct reader_life *);
/* Something like its device has come. True when the process that runs should be told. */
bool reader_life_wake(struct reader_life *, int64_t now_us);

/* A line came. False when it is one too many in this second. */
bool reader_life_heard(struct reader_life *, const struct reader_event *, int64_t now_us);
/* Counts a bad line. True when the process has used up its patience. */
bool reader_life_is_fed_up(struct reader_life *);
bool reader_life_is_silent(const struct reader_life *, int64_t now_us);
/* The supervisor itself was held up (a suspended machine): that says nothing about the reader. */
void reader_life_forgive(struct reader_life *, int64_t held_up_us);
/* When to look again: the end of patience or of the back-off; INT64_MAX: only an event can change anything.
 */
int64_t reader_life_deadline_us(const struct reader_life *);

#endif
