/* From the bytes of an office's file to what the desk stores, and what the office is told of it: one way for the pages,
 * the tool and the tests. The bytes are read in a confined child, so these block; not on an event loop's thread and not
 * on the desk's writer. Prints nothing. */
#ifndef ROSTER_IMPORT_H
#define ROSTER_IMPORT_H
#include "desk/desk.h"

enum { IMPORT_MAX = 32 * 1024 * 1024 };
struct import_request {
    enum list_kind kind;
    const uint8_t *bytes;
    size_t size;
    bool is_preview;   /* says what would happen, stores nothing */
    bool accepts_good; /* stores the good rows although others have errors */
    bool
        replaces; /* LIST_EXCLUDED, LIST_CAPTURED: whoever is not in it loses the mark; then errors refuse it all,
                          and a list of nobody is one */
    const char
        *division_of; /* LIST_SCHEDULE: the college whose own table this is; NULL or "": the school's */
    uint32_t pace_s;  /* LIST_SCHEDULE: not 0: "plan", too, how the days will go at that pace */
    const char *device, *key; /* for the journal; the idempotency key, "" for none */
    const char *program;      /* of the confined child; NULL: the one beside the running program */
};
struct import_answer {
    enum problem
        problem; /* IMPORT_REFUSED: errors, and accepts_good was not said; TABLE_...: the file; or the desk's */
    bool is_replayed;
    /* of a JSON object, without the braces: "stored", "counts", "problems" (of the file and of how its rows meet the
     * people on record), "result": what became of the rows, of a preview what would; free() */
    char *members;
};
void import_run(struct desk *, const struct import_request *, struct import_answer *ret);

/* The stored schedule with what is doubtful in it (schedule_json.h); with pace_s not 0 how the days will go at that pace
 * (plan_json of plan.h). NULL: none is stored. free(). */
char *import_show_schedule(struct desk *, uint32_t pace_s);

#endif
