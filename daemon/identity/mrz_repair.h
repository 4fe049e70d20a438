/* Passports as scanners and fingers give them: repairs what was misread, then judges strictly (mrz.h).
 * Repaired is only what leaves no choice:
 *   - 0/O, 1/I, 5/S, 8/B and 2/Z, where the place takes letters alone or digits alone, so that each wrong
 *     character has exactly one right one. In a document number or the optional data both may stand: nothing is
 *     touched there, and a zone that would need it is refused;
 *   - the filler, when a keyboard layout turned every '<' into one other character ('>', ';', ',' or '&'): no '<' is left
 *     in either line and only one kind of these is there. This goes for whole lines, never for single characters.
 * All five check digits must hold afterwards. Names have none: that is why the operator is shown every repair. */
#ifndef IDENTITY_MRZ_REPAIR_H
#define IDENTITY_MRZ_REPAIR_H
#include "identity/mrz.h"
#include <jansson.h>
#include <stdbool.h>

enum {
    MRZ_CONFUSIONS_MAX = 4, /* more misread characters than this: the zone is read again instead */
    MRZ_REPAIRS_MAX = MRZ_CONFUSIONS_MAX + 2,
};

struct mrz_repair {
    unsigned char line;   /* 1 or 2 */
    unsigned char column; /* 1 to 44; 0: throughout the line */
    char from, to;
};

struct mrz_repairs {
    size_t count;
    struct mrz_repair list[MRZ_REPAIRS_MAX];
};

/* As mrz_parse(). The outputs are filled only on success. MRZ_BAD_CHARACTER also for too many repairs. */
enum mrz_fault mrz_repair(const char *line1, size_t length1, const char *line2, size_t length2,
                          struct mrz *ret, struct mrz_repairs *ret_repairs);
/* [{"line":1,"column":8,"from":"0","to":"O"}], new. */
json_t *mrz_repairs_json(const struct mrz_repairs *);

#endif
