/* Cuts what a barcode scanner sends into scans, and keeps every byte of a code exactly, NUL and TAB included: payloads are
 * opaque.
 *
 * Without being told, a scan ends with CR, LF or CRLF and three tenths of a pause in which nothing comes. A line break that
 * more bytes follow at once is part of the code: a QR code of several lines, the two lines of a passport, are one scan. Line
 * breaks at its very end are the scanner's, however many. What came twice in one breath, ending and all, counts once. Silence
 * is what the caller has waited for in vain, never the time between two calls: bytes that waited while this process was held
 * up run on. Where two scans may have run together so, the scan counts as garbled, since nobody can tell it from one of
 * several lines.
 *
 * A scanner that is told to end its scans in one way ends them in no other, at once, so that all other bytes may stand in a
 * code; an empty scan right behind an ending belongs to that.
 *
 * A scan that stops without an ending is incomplete and is reported as cut off, never as a shorter code, and so is what comes
 * soon after: its tail. Only what begins as it did is the code scanned anew. That a scanner sends no endings at all is
 * believed when it is told, when it was known of the process before, or when the same scan came twice without one while
 * none has been seen; from then on a pause ends a scan. Pure: a push machine; time is given. */
#ifndef READERS_SCAN_SPLIT_H
#define READERS_SCAN_SPLIT_H
#include "identity/medium.h"

enum {
    SCAN_PAUSE_US = 200000,      /* ends a scan of a scanner without endings, and an overlong one ... */
    SCAN_KEYS_PAUSE_US = 300000, /* ... and of one that types */
    SCAN_CUT_OFF_US = 1000000,   /* gives up waiting for an ending */
    SCAN_TAIL_US = 3000000,      /* what begins in this time after that may be the rest */
    SCAN_AGAIN_US = 300000,      /* an ending so soon behind another says nothing */
    SCAN_HEAD = 4,               /* bytes that tell a code scanned anew from a tail */
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

/* What is known of an untold scanner's endings. */
enum scan_endings { SCAN_ENDINGS_UNKNOWN, SCAN_ENDINGS_BREAK, SCAN_ENDINGS_NONE, SCAN_ENDINGS_COUNT };
/* "unknown", "break", "none"; SCAN_ENDINGS_COUNT when it is none of them. */
enum scan_endings scan_endings_from_name(const char *name);
const char *scan_endings_name(enum scan_endings);

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
    bool is_done;     /* bytes were handed out: the next byte starts anew */
    bool is_overlong; /* it does not even fit the room */
    enum scan_endings endings;
    bool may_be_tail; /* it began soon after a scan that was cut off */
    bool is_late;     /* what comes now may have waited for long */
    bool has_run_on;  /* a line break inside it was late */
    uint8_t held
        [SCAN_ENDING_MAX]; /* CR, LF or both, which end the scan if nothing follows and are payload otherwise;
                                      told CRLF: a CR that ends the scan if LF follows */
    size_t n_held;
    int64_t last_us;             /* when the last byte came */
    int64_t ended_us;            /* when the last ending came */
    uint8_t cut[CREDENTIAL_MAX]; /* the scan that was cut off last, until a whole one comes */
    size_t cut_size;
    int64_t cut_us;
};

/* Also forgets a scan in progress, and wipes it. pause_us: SCAN_PAUSE_US or SCAN_KEYS_PAUSE_US. */
void scan_split_init(struct scan_split *, enum scan_separator, int64_t pause_us);
/* What the process before has learned; s->endings is what is known now. Changes nothing for a scanner that is told. */
void scan_split_know(struct scan_split *, enum scan_endings);
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
