/* What a scan is: a capture code, an ID number, a student number, a passport or a payment token. Told by the rules of the
 * configuration, never guessed: what two rules take is ambiguous and refused, and so is what none takes.
 *   id_number      the 18 characters, the 15 old digits or a permanent resident's 15 of id_number.h, valid
 *   student_no     what the configured extended regular expression matches, as a whole
 *   mrz            two lines of 44 characters of a TD3 passport (ICAO 9303-4), together or as two scans
 *   payment_token  what begins with the configured prefix; it names nobody at a door
 *   capture_code   everything else, byte for byte
 * Blanks, tabs and line breaks around belong to none but a capture code. What has the shape of an ID number or of a
 * passport's lines (scan_shape.h) is that or is refused: a misread number would else be somebody else's code. With
 * capture_code alone, or with payment_token beside it, no other shape is looked at. */
#ifndef IDENTITY_SCAN_CLASS_H
#define IDENTITY_SCAN_CLASS_H
#include "identity/medium.h"
#include <regex.h>

enum scan_rule {
    SCAN_RULE_NONE = 0,
    SCAN_RULE_CAPTURE_CODE = 1,
    SCAN_RULE_ID_NUMBER = 2,
    SCAN_RULE_STUDENT_NO = 4,
    SCAN_RULE_MRZ = 8,
    SCAN_RULE_PAYMENT_TOKEN = 16,
};
/* "capture_code", "id_number", "student_no", "mrz", "payment_token"; SCAN_RULE_NONE for anything else. */
enum scan_rule scan_rule_from_name(const char *name);

enum {
    SCAN_LINE_US = 2000000, /* a passport's second line comes within this time of the first */
    SCAN_PREFIX_MAX = 32,   /* bytes */
};

struct scan_class {
    unsigned accepts; /* of enum scan_rule */
    regex_t student_no;
    char token_prefix[SCAN_PREFIX_MAX + 1]; /* "": there are no payment tokens here */
    bool has_line1;                         /* a passport's first line waits for its second */
    bool has_dropped; /* by the latest scan: a first line that waited, because something else came */
    char line1[MRZ_LINE_LENGTH];
    int64_t line1_us;
};

enum scan_verdict {
    SCAN_TAKEN,
    SCAN_HALF, /* a passport's first line: kept, wait for the second */
    SCAN_AMBIGUOUS,
    SCAN_NOT_ACCEPTED,
    SCAN_BLANK,         /* nothing but blanks */
    SCAN_BAD_ID_NUMBER, /* the shape of an ID number, but not a valid one */
    SCAN_BAD_MRZ,       /* a passport's lines, but not whole, or their check digits do not hold */
    SCAN_LINE_MISSING,  /* one line of a passport without the other */
    SCAN_PAYMENT_TOKEN, /* names nobody: left alone, for whoever takes payments */
    SCAN_VERDICT_COUNT
};

/* pattern: NULL or "" without student_no; token_prefix likewise without payment tokens. 0, or -EINVAL for a pattern that
 * is no regular expression or a prefix that is too long; that rule is then left out. */
int scan_class_init(struct scan_class *, unsigned accepts, const char *pattern, const char *token_prefix);
void scan_class_done(struct scan_class *);
/* `scan` came as MEDIUM_CAPTURE_CODE. SCAN_TAKEN turns it into what it is: an ID number or a student number becomes
 * MEDIUM_MANUAL (a number was shown, no card was checked), a passport MEDIUM_PASSPORT. Else it is left alone. */
enum scan_verdict scan_class_take(struct scan_class *, struct presentation *scan, int64_t now_us);
/* The same for a scan after which no second line comes: never SCAN_HALF. Keeps nothing. */
enum scan_verdict scan_class_take_whole(struct scan_class *, struct presentation *scan);
/* True once when the second line has not come in time; the first is forgotten. */
bool scan_class_gives_up(struct scan_class *, int64_t now_us);

#endif
