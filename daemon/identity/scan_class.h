/* What a scan is: a capture code, an ID number, a student number or a passport. Told by the rules of the reader's
 * configuration, never guessed: what two rules take is ambiguous and refused, and so is what none takes.
 *   id_number     exactly the 18 characters or the 15 old digits of GB 11643, valid
 *   student_no    exactly what the configured extended regular expression matches, as a whole
 *   mrz           two lines of 44 characters of a TD3 passport (ICAO 9303-4), together or as two scans
 *   capture_code  everything else, byte for byte
 * With capture_code alone, which is the default, nothing is looked at. */
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
};
/* "capture_code", "id_number", "student_no", "mrz"; SCAN_RULE_NONE for anything else. */
enum scan_rule scan_rule_from_name(const char *name);

enum { SCAN_LINE_US = 2000000 }; /* a passport's second line comes within this time of the first */

struct scan_class {
    unsigned accepts; /* of enum scan_rule */
    regex_t student_no;
    bool has_line1; /* a passport's first line waits for its second */
    char line1[MRZ_LINE_LENGTH];
    int64_t line1_us;
};

enum scan_verdict {
    SCAN_TAKEN,
    SCAN_HALF, /* a passport's first line: kept, wait for the second */
    SCAN_AMBIGUOUS,
    SCAN_NOT_ACCEPTED,
    SCAN_BAD_MRZ, /* a passport, but its check digits do not hold */
};

/* pattern: NULL or "" without student_no. 0, or -EINVAL for a pattern that is no regular expression. */
int scan_class_init(struct scan_class *, unsigned accepts, const char *pattern);
void scan_class_done(struct scan_class *);
/* `scan` came as MEDIUM_CAPTURE_CODE. SCAN_TAKEN turns it into what it is: an ID number or a student number becomes
 * MEDIUM_MANUAL (a number was shown, no card was checked), a passport MEDIUM_PASSPORT. Else it is left alone. */
enum scan_verdict scan_class_take(struct scan_class *, struct presentation *scan, int64_t now_us);
/* True once when the second line has not come in time; the first is forgotten. */
bool scan_class_gives_up(struct scan_class *, int64_t now_us);

#endif
