/* What a scan's bytes look like, before any rule is asked: an ID number, a passport's lines, or neither. A shape that is
 * nearly right is told apart from none at all, so that a misread ID number or passport is refused and never passes for a
 * code. Pure functions over bytes from strangers; any thread. */
#ifndef IDENTITY_SCAN_SHAPE_H
#define IDENTITY_SCAN_SHAPE_H
#include "identity/mrz.h"
#include <stdbool.h>
#include <stddef.h>

/* Without blanks, tabs and line breaks around: a scanner's suffix, or what a barcode was padded with. */
struct scan_text {
    const char *bytes;
    size_t size;
};
struct scan_text scan_text_trim(const void *bytes, size_t size);

/* 17 digits and a digit or X, also when up to two digits were lost or one came in, 15 digits, or three letters and 12
 * digits, blanks inside or not; right or wrong. */
bool scan_shape_is_id_number(struct scan_text);

enum scan_zone {
    SCAN_ZONE_NONE,
    SCAN_ZONE_LINE1, /* of a passport, alone */
    SCAN_ZONE_LINE2,
    SCAN_ZONE_BOTH,
    SCAN_ZONE_BROKEN, /* machine-readable lines, but not two of 44 characters, or not a passport's */
};
/* Puts what may be lines, in capitals, into ret_lines: LINE1 the first, LINE2 the second, BOTH both, which need not be
 * right. A line of 44 that could be a second one by its characters alone is NONE here, see scan_shape_may_follow. */
enum scan_zone scan_shape_zone(struct scan_text, char ret_lines[2][MRZ_LINE_LENGTH]);
/* Whether these bytes, right behind a first line, are its second, right or wrong. When they are 44 characters they are
 * put into ret_line and *ret_is_whole is set. */
bool scan_shape_may_follow(struct scan_text, char ret_line[static MRZ_LINE_LENGTH], bool *ret_is_whole);

#endif
