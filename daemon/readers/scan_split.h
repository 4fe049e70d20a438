/* Cuts what a barcode scanner sends into scans. Without being told, a scan ends with CR, LF or CRLF, or, with a
 * scanner that has shown no such ending yet, with a pause. Everything else, NUL and TAB included, belongs to the code
 * and is kept exactly: payloads are opaque. A scanner that is told to end its scans in one way ends them in no other,
 * so that all other bytes may stand in a code. Once an ending has been seen or is told of, a scan that stops without
 * one is incomplete and is reported as cut off, never as a shorter code. Pure: a push machine; time is given. */
#ifndef READERS_SCAN_SPLIT_H
#define READERS_SCAN_SPLIT_H
#include "identity/medium.h"

enum {
    SCAN_PAUSE_US = 200000,      /* ends a scan of a scanner without endings, and an overlong one ... */
    SCAN_KEYS_PAUSE_US = 300000, /* ... and of one that types */
    SCAN_CUT_OFF_US = 1000000,   /* gives up waiting for an ending */
    SCAN_ENDING_US = 100000,     /* the LF of a CRLF comes within this time */
};

enum scan_event {
    SCAN_NONE,
    SCAN_WHOLE, /* bytes and size hold it until the next call */
    SCAN_EMPTY,
    SCAN_TOO_LARGE, /* over CREDENTIAL_MAX bytes; swallowed to its end, reported once there */
    SCAN_CUT_OFF,
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

struct scan_split {
    enum scan_separator separator;
    int64_t pause_us;
    uint8_t bytes[CREDENTIAL_MAX];
    size_t size;
    bool is_done; /* bytes were handed out: the next byte starts anew */
    bool is_overlong;
    bool knows_endings; /* this scanner has ended a scan, or is told to */
    bool holds_cr;      /* told CRLF: a CR that ends the scan if LF follows and is payload otherwise */
    uint8_t ending;     /* the CR or LF that was the last byte, else 0 */
    int64_t last_us;    /* when the last byte came */
};

/* Also forgets a scan in progress, and wipes it. pause_us: SCAN_PAUSE_US or SCAN_KEYS_PAUSE_US. */
void scan_split_init(struct scan_split *, enum scan_separator, int64_t pause_us);
/* Takes bytes up to the next event; *ret_used says how many. */
enum scan_event scan_split_feed(struct scan_split *, const uint8_t *bytes, size_t size, int64_t now_us,
                                size_t *ret_used);
/* To be called when nothing has come by scan_split_due_us(). */
enum scan_event scan_split_idle(struct scan_split *, int64_t now_us);
/* When a pause will mean something; INT64_MAX when nothing is in progress. */
int64_t scan_split_due_us(const struct scan_split *);

#endif
