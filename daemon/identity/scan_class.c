/* Rules over a scan's bytes. No I/O, no clock. Must not log: all of it is personal. */
#include "identity/scan_class.h"
#include "base/bytes.h"
#include "base/text.h"
#include "identity/id_number.h"
#include "identity/scan_shape.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum scan_rule scan_rule_from_name(const char *name)
{
    static const struct {
        const char *name;
        enum scan_rule rule;
    } rules[] = {
        {"capture_code", SCAN_RULE_CAPTURE_CODE},   {"id_number", SCAN_RULE_ID_NUMBER},
        {"student_no", SCAN_RULE_STUDENT_NO},       {"mrz", SCAN_RULE_MRZ},
        {"payment_token", SCAN_RULE_PAYMENT_TOKEN},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].name, name) == 0)
            return rules[i].rule;
    return SCAN_RULE_NONE;
}

int scan_class_init(struct scan_class *class, unsigned accepts, const char *pattern, const char *token_prefix)
{
    const size_t prefix_length = token_prefix ? strlen(token_prefix) : 0;
    int result = 0;
    memset(class, 0, sizeof *class);
    class->accepts = accepts;
    if (prefix_length > 0 && prefix_length <= SCAN_PREFIX_MAX) {
        memcpy(class->token_prefix, token_prefix, prefix_length);
    } else if (prefix_length > 0 || (accepts & SCAN_RULE_PAYMENT_TOKEN)) {
        class->accepts &= ~(unsigned)SCAN_RULE_PAYMENT_TOKEN;
        result = -EINVAL;
    }
    if (!(accepts & SCAN_RULE_STUDENT_NO))
        return result;
    if (pattern && pattern[0] && regcomp(&class->student_no, pattern, REG_EXTENDED) == 0)
        return result;
    class->accepts &= ~(unsigned)SCAN_RULE_STUDENT_NO;
    return -EINVAL;
}

void scan_class_done(struct scan_class *class)
{
    if (class->accepts & SCAN_RULE_STUDENT_NO)
        regfree(&class->student_no);
    wipe_bytes(class, sizeof *class);
}

/* ---- numbers ---- */

static bool is_student_no(const struct scan_class *class, struct scan_text text,
                          char ret_number[static STUDENT_NO_MAX + 1])
{
    if (!(class->accepts & SCAN_RULE_STUDENT_NO) || !text_is_plain(text.bytes, text.size, STUDENT_NO_MAX))
        return false;
    memcpy(ret_number, text.bytes, text.size);
    ret_number[text.size] = '\0';
    /* POSIX finds the leftmost longest match, so that a match of the whole is found when there is one */
    regmatch_t match;
    return regexec(&class->student_no, ret_number, 1, &match, 0) == 0 && match.rm_so == 0 &&
           match.rm_eo == (regoff_t)text.size;
}

static void become_manual(struct presentation *scan, const char *id_number, const char *student_no)
{
    presentation_wipe(scan);
    scan->medium = MEDIUM_MANUAL;
    strcpy(scan->id_number, id_number);
    strcpy(scan->student_no, student_no);
}

static enum scan_verdict take_number(const struct scan_class *class, struct presentation *scan,
                                     struct scan_text text, bool is_student, const char *student_no)
{
    char id_number[ID_NUMBER_LENGTH + 1] = "";
    const bool accepts_id = class->accepts & SCAN_RULE_ID_NUMBER;
    const enum id_number_fault fault = id_number_parse(text.bytes, text.size, id_number);
    /* a date that is none says that no ID number was meant; a wrong check digit says nothing of the kind */
    const bool may_be_id = accepts_id && (fault == ID_NUMBER_OK || fault == ID_NUMBER_BAD_CHECK);
    enum scan_verdict verdict = SCAN_NOT_ACCEPTED;
    if (is_student && may_be_id) {
        verdict = SCAN_AMBIGUOUS;
    } else if (is_student || (accepts_id && fault == ID_NUMBER_OK)) {
        become_manual(scan, is_student ? "" : id_number, is_student ? student_no : "");
        verdict = SCAN_TAKEN;
    } else if (scan_shape_is_id_number(text)) {
        verdict = accepts_id ? SCAN_BAD_ID_NUMBER : SCAN_NOT_ACCEPTED;
    } else if (class->accepts & SCAN_RULE_CAPTURE_CODE) {
        verdict = SCAN_TAKEN;
    }
    wipe_bytes(id_number, sizeof id_number);
    return verdict;
}

/* ---- passports ---- */

static enum scan_verdict become_passport(struct presentation *scan, const char *line1, const char *line2)
{
    struct presentation passport;
    if (presentation_from_mrz(line1, MRZ_LINE_LENGTH, line2, MRZ_LINE_LENGTH, &passport) != PRESENTATION_OK)
        return SCAN_BAD_MRZ;
    *scan = passport;
    presentation_wipe(&passport);
    return SCAN_TAKEN;
}

static void forget_line1(struct scan_class *class)
{
    wipe_bytes(class->line1, sizeof class->line1);
    class->has_line1 = false;
}

static enum scan_verdict take_line1(struct scan_class *class, const char *line, int64_t now_us)
{
    memcpy(class->line1, line, sizeof class->line1);
    class->line1_us = now_us;
    class->has_line1 = true;
    class->has_dropped = false; /* the same line once more */
    return SCAN_HALF;
}

/* A line that waits is used up or dropped. *ret_is_mrz: false when this is neither a passport nor part of one. */
static enum scan_verdict take_mrz(struct scan_class *class, struct presentation *scan, struct scan_text text,
                                  int64_t now_us, bool *ret_is_mrz)
{
    char lines[2][MRZ_LINE_LENGTH] = {{0}}, line1[MRZ_LINE_LENGTH];
    enum scan_verdict verdict = SCAN_NOT_ACCEPTED;
    bool is_whole = false;
    const enum scan_zone zone = scan_shape_zone(text, lines);
    const bool is_late = class->has_line1 && now_us - class->line1_us >= SCAN_LINE_US;
    const bool follows = class->has_line1 && !is_late && zone != SCAN_ZONE_LINE1 &&
                         scan_shape_may_follow(text, lines[1], &is_whole);
    class->has_dropped = class->has_line1 && !follows;
    memcpy(line1, class->line1, sizeof line1);
    forget_line1(class);
    *ret_is_mrz = zone != SCAN_ZONE_NONE || follows;
    if (follows)
        verdict = is_whole ? become_passport(scan, line1, lines[1]) : SCAN_BAD_MRZ;
    else if (zone == SCAN_ZONE_BOTH)
        verdict = become_passport(scan, lines[0], lines[1]);
    else if (zone == SCAN_ZONE_LINE1)
        verdict = take_line1(class, lines[0], now_us);
    else if (zone == SCAN_ZONE_LINE2)
        verdict = SCAN_LINE_MISSING;
    else if (zone == SCAN_ZONE_BROKEN)
        verdict = SCAN_BAD_MRZ;
    wipe_bytes(lines, sizeof lines);
    wipe_bytes(line1, sizeof line1);
    return verdict;
}

/* ---- all of them ---- */

static bool is_token(const struct scan_class *class, struct scan_text text)
{
    const size_t length = strlen(class->token_prefix);
    return length > 0 && text.size > length && memcmp(text.bytes, class->token_prefix, length) == 0;
}

static enum scan_verdict verdict_on_token(const struct scan_class *class)
{
    return class->accepts & SCAN_RULE_PAYMENT_TOKEN ? SCAN_PAYMENT_TOKEN : SCAN_NOT_ACCEPTED;
}

/* With rules that could take more than codes. */
static enum scan_verdict classify(struct scan_class *class, struct presentation *scan, struct scan_text text,
                                  int64_t now_us)
{
    char student_no[STUDENT_NO_MAX + 1] = "";
    char lines[2][MRZ_LINE_LENGTH];
    bool is_mrz = false;
    const bool is_student = is_student_no(class, text, student_no);
    enum scan_verdict verdict = SCAN_NOT_ACCEPTED;
    if (class->accepts & SCAN_RULE_MRZ)
        verdict = take_mrz(class, scan, text, now_us, &is_mrz);
    else
        is_mrz = scan_shape_zone(text, lines) != SCAN_ZONE_NONE;
    if (!is_mrz && is_token(class, text))
        verdict = is_student ? SCAN_AMBIGUOUS : verdict_on_token(class);
    else if (!is_mrz)
        verdict = text.size == 0 ? SCAN_BLANK : take_number(class, scan, text, is_student, student_no);
    wipe_bytes(lines, sizeof lines);
    wipe_bytes(student_no, sizeof student_no);
    return verdict;
}

enum scan_verdict scan_class_take(struct scan_class *class, struct presentation *scan, int64_t now_us)
{
    const struct scan_text text = scan_text_trim(scan->credential, scan->credential_size);
    class->has_dropped = false;
    if ((class->accepts & ~(unsigned)SCAN_RULE_PAYMENT_TOKEN) != SCAN_RULE_CAPTURE_CODE)
        return classify(class, scan, text, now_us);
    return is_token(class, text) ? verdict_on_token(class) : SCAN_TAKEN;
}

enum scan_verdict scan_class_take_whole(struct scan_class *class, struct presentation *scan)
{
    const enum scan_verdict verdict = scan_class_take(class, scan, 0);
    if (verdict != SCAN_HALF)
        return verdict;
    forget_line1(class);
    return SCAN_LINE_MISSING;
}

bool scan_class_gives_up(struct scan_class *class, int64_t now_us)
{
    if (!class->has_line1 || now_us - class->line1_us < SCAN_LINE_US)
        return false;
    forget_line1(class);
    return true;
}
