/* Cuts what a barcode scanner sends into scans, and keeps every byte of a code exactly, NUL and TAB included: payloads are
 * opaque.
 *
 * Without being told, a scan ends with CR, LF or CRLF and three tenths of a pause in which nothing comes. A line break that more
 * bytes follow at once is part of the code: a QR code of several lines, the two lines of a passport, are one scan. A scanner
 * that has shown no ending yet ends its scans with a pause. What came twice in one breath, ending and all, counts once. Silence is what the caller has waited for in vain, never the time
 * between two calls: bytes that waited while this process was held up run on. Where two scans may have run together so, the
 * scan counts as garbled, since nobody can tell it from one of several lines.
 *
 * A scanner that is told to end its scans in one way ends them in no other, at once, so that all other bytes may stand in a
 * code. Once an ending has been seen or is told of, a scan that stops without one is incomplete and is reported as cut off,
 * never as a shorter code. Pure: a push machine; time is given. */
#ifndef READERS_SCAN_SPLIT_H
#define READERS_SCAN_SPLIT_H
#include "identity/medium.h"

enum {
    SCAN_PAUSE_US = 200000,      /* ends a scan of a scanner without endings, and an overlong one ... */
    SCAN_KEYS_PAUSE_US = 300000, /* ... and of one that types */
    SCAN_CUT_OFF_US = 1000000,   /* gives up waiting for an ending */
    SCAN_LINE_TENTHS =
        3, /* of a pause make a line break an ending: more than the 16 ms of USB serial adapters and the
                             time between two keys, far less than between two scans */
};

enum scan_event {
    SCAN_NONE,
    SCAN_WHOLE, /* bytes and size hold it until the next call */
    SCAN_EMPTY,
    SCAN_TOO_LARGE, /* over CREDENTIAL_MAX bytes; swallowed to its end, reported once there */
    SCAN_CUT_OFF,
    SCAN_GARBLED, /* perhaps two scans */
};

enum scan_separator {
    SCAN_SEPARATOR_AUTO,
    SCAN_SEPARATOR_CR,
    SCAN_SEPARATOR_LF,
    SCAN_SEPARATOR_CRLF,
    SCAN_SEPARATOR_TAB,
    SCAN_SEPARATOR_SILENCE,
    SCAN_SEPARATOR_COUNT
};
/* "auto", "cr", "lf", "crlf", "tab", "silence"; SCAN_SEPARATOR_COUNT when unknown. */
enum scan_separator scan_separator_from_name(const char *name);

enum {
    SCAN_ENDING_MAX = 2,
    SCAN_TIMES_MAX = 4,
    SCAN_ROOM = 2 * CREDENTIAL_MAX + SCAN_ENDING_MAX, /* the longest scan, said twice */
};

struct scan_split {
    enum scan_separator separator;
    int64_t pause_us;
    uint8_t bytes[SCAN_ROOM];
    size_t size;
    bool is_done;       /* bytes were handed out: the next byte starts anew */
    bool is_overlong;   /* it does not even fit the room */
    bool knows_endings; /* this scanner has ended a scan, or is told to */
    bool is_late;       /* what comes now may have waited for long */
    bool has_run_on;    /* a line break inside it was late */
    uint8_t held
        [SCAN_ENDING_MAX]; /* CR, LF or both, which end the scan if nothing follows and are payload otherwise;
                                      told CRLF: a CR that ends the scan if LF follows */
    size_t n_held;
    int64_t last_us; /* when the last byte came */
};

/* Also forgets a scan in progress, and wipes it. pause_us: SCAN_PAUSE_US or SCAN_KEYS_PAUSE_US. */
void scan_split_init(struct scan_split *, enum scan_separator, int64_t pause_us);
/* Takes bytes up to the next event; *ret_used says how many. */
enum scan_event scan_split_feed(struct scan_split *, const uint8_t *bytes, size_t size, int64_t now_us,
                                size_t *ret_used);
/* The caller has not listened for so long that a silence may have passed unheard; until it is told otherwise, once it has
 * taken all that waited. */
void scan_split_set_late(struct scan_split *, bool is_late);
/* To be called when nothing has come by scan_split_due_us(). */
enum scan_event scan_split_idle(struct scan_split *, int64_t now_us);
/* When a pause will mean something; INT64_MAX when nothing is in progress. */
int64_t scan_split_due_us(const struct scan_split *);

#endif
