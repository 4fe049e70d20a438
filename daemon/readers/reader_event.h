/* What a reader process prints, one JSON object a line (paihao-reader(1)), taken apart again on the daemon's
 * side. A pure push machine: bytes in, events out, however the bytes were cut. Lines carry personal data:
 * each is wiped behind it. */
#ifndef READERS_READER_EVENT_H
#define READERS_READER_EVENT_H
#include "identity/medium.h"
#include "readers/reader_line.h"

enum {
    READER_LINE_MAX = 16384, /* bytes without the line feed; the largest reading needs about 4,100 */
    READER_CODE_MAX = 32,
    READER_TEXT_MAX = 200,
};

enum reader_event_kind {
    READER_EVENT_NONE = 0,
    READER_EVENT_READING, /* presentation, when presentation_fault is OK, else of it the medium that was named */
    READER_EVENT_STATE, /* state, code, detail */
    READER_EVENT_HEARTBEAT,
    READER_EVENT_FAULT,   /* something was presented and could not be read: code, detail, zh, en */
    READER_EVENT_ENDINGS, /* a scanner's: code, of scan_split.h */
    READER_EVENT_GARBAGE, /* no line of the protocol; detail says in which way, never what it held */
};

struct reader_event {
    enum reader_event_kind kind;
    int64_t at_us; /* UTC, as the reader says; 0 when it does not */
    enum reader_state state;
    char code[READER_CODE_MAX +
              1]; /* lower-case letters, digits and '-'; "" also where it only repeats the state */
    char detail[READER_TEXT_MAX + 1]; /* plain UTF-8, cut at a character; or "" */
    char zh[READER_TEXT_MAX + 1], en[READER_TEXT_MAX + 1];
    enum presentation_fault presentation_fault;
    struct presentation presentation;
};
void reader_event_wipe(struct reader_event *);

struct reader_parser {
    size_t length;
    bool is_skipping; /* the rest of a line that was too long */
    char text[READER_LINE_MAX];
};
void reader_parser_init(struct reader_parser *);
/* Takes bytes up to the end of the first line in them and fills *ret_event wholly (READER_EVENT_NONE: all
 * bytes are taken and no line is complete). Returns how many bytes were taken, at least one of a non-empty
 * input. */
size_t reader_parser_feed(struct reader_parser *, const char *bytes, size_t size,
                          struct reader_event *ret_event);
void reader_parser_wipe(struct reader_parser *); /* forgets a half line; ready for a new process */

#endif
