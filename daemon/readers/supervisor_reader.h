/* One reader of the configuration: its process, what it prints, and its life. The supervisor's thread only.
 */
#ifndef READERS_SUPERVISOR_READER_H
#define READERS_SUPERVISOR_READER_H
#include <poll.h>

#include "readers/supervisor_door.h"
#include "readers/supervisor_hotplug.h"
#include "readers/supervisor_mail.h"
#include "readers/supervisor_relay.h"
#include "readers/supervisor_scan.h"
#include "readers/supervisor_spawn.h"

struct supervised {
    const char *program; /* borrowed, as all pointers here */
    const struct config_reader *config;
    struct mail *mail;
    size_t index; /* what its letters carry */
    struct door door;
    char name[LANE_NAME_MAX + 1 + READER_NAME_MAX + 1]; /* "A/door", for the log */
    struct reader_life life;
    struct reader_process process;
    struct reader_parser parser;
    struct scan_class scan;    /* what a scanner's codes are */
    enum scan_endings endings; /* what its process has learned, for the next one */
    struct relay relay;
    bool has_told_error; /* this process said itself what is wrong */
    unsigned told_restarts;
    /* what the log said last, so that a reader that fails in the same way again and again is told of once */
    enum reader_state logged_state;
    char logged_code[READER_CODE_MAX + 1], logged_detail[READER_TEXT_MAX + 1];
};

void supervised_init(struct supervised *, const char *program, const struct config_lane *,
                     const struct config_reader *, struct desk *, struct mail *, size_t index,
                     int64_t now_us);

enum { SUPERVISED_POLLS = 3 };
/* What to poll for; then hand the same three back. */
void supervised_polls(const struct supervised *, struct pollfd ret_polls[static SUPERVISED_POLLS]);
void supervised_serve(struct supervised *, const struct pollfd polls[static SUPERVISED_POLLS],
                      int64_t now_us);
/* Starts what is due, kills what is silent. */
void supervised_tick(struct supervised *, int64_t now_us);
/* A device has come, perhaps this reader's. */
void supervised_look(struct supervised *, const struct hotplug_event *, int64_t now_us);
int64_t supervised_deadline_us(const struct supervised *, int64_t now_us);
void supervised_answer(struct supervised *, const struct letter *);

/* Ending: asks politely; asks whether it is over; insists. */
void supervised_end(struct supervised *);
bool supervised_is_over(struct supervised *);
void supervised_kill(struct supervised *);
void supervised_done(struct supervised *);

#endif
