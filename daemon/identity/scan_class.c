/* Rules over a scan's bytes. No I/O, no clock. Must not log: all of it is personal. */
#include "identity/scan_class.h"
#include "base/bytes.h"
#include "base/text.h"
#include "identity/id_number.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum scan_rule scan_rule_from_name(const char *name)
{
    static const struct {
        const char *name;
        enum scan_rule rule;
    } rules[] = {
        {"capture_code", SCAN_RULE_CAPTURE_CODE},
        {"id_number", SCAN_RULE_ID_NUMBER},
        {"student_no", SCAN_RULE_STUDENT_NO},
        {"mrz", SCAN_RULE_MRZ},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].name, name) == 0)
            return rules[i].rule;
    return SCAN_RULE_NONE;
}

int scan_class_init(struct scan_class *class, unsigned accepts, const char *pattern)
{
    memset(class, 0, sizeof *class);
    class->accepts = accepts;
    if (!(accepts & SCAN_RULE_STUDENT_NO))
        return 0;
    int result = pattern && pattern[0] ? regcomp(&class->student_no, pattern, REG_EXTENDED) : -1;
    if (result == 0)
        return 0;
    class->accepts = accepts & ~(unsigned)SCAN_RULE_STUDENT_NO;
    return -EINVAL;
}

void scan_class_done(struct scan_class *class)
{
    if (class->accepts & SCAN_RULE_STUDENT_NO)
        regfree(&class->student_no);
    wipe_bytes(class, sizeof *class);
}

/* ---- numbers ---- */

static bool is_id_number(const struct presentation *scan, char ret_number[static ID_NUMBER_LENGTH + 1])
{
    const char *text = (const char *)scan->credential;
    return (scan->credential_size == 18 || scan->credential_size == 15) && text[0] != ' ' &&
           text[scan->credential_size - 1] != ' ' &&
           id_number_parse(text, scan->credential_size, ret_number) == ID_NUMBER_OK;
}

static bool is_student_no(const struct scan_class *class, const struct presentation *scan,
                          char ret_number[static STUDENT_NO_MAX + 1])
{
    size_t size = scan->credential_size;
    if (!text_is_plain((const char *)scan->credential, size, STUDENT_NO_MAX))
        return false;
    memcpy(ret_number, scan->credential, size);
    ret_number[size] = '\0';
    /* POSIX finds the leftmost longest match, so that a match of the whole is found when there is one */
    regmatch_t match;
    return regexec(&class->student_no, ret_number, 1, &match, 0) == 0 && match.rm_so == 0 &&
           match.rm_eo == (regoff_t)size;
}

static void become_manual(struct presentation *scan, const char *id_number, const char *student_no)
{
    presentation_wipe(scan);
    scan->medium = MEDIUM_MANUAL;
    strcpy(scan->id_number, id_number);
    strcpy(scan->student_no, student_no);
}

/* ---- passports ---- */

static bool are_of_zone(const char *text)
{
    for (size_t i = 0; i < MRZ_LINE_LENGTH; i++)
        if (!text[i] || !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<>;,", text[i]))
            return false;
    return true;
}

/* P, and two fillers between the names, whatever a keyboard layout made of them. */
static bool looks_like_line1(const char *text)
{
    if (text[0] != 'P' || !are_of_zone(text))
        return false;
    for (size_t i = 5; i + 1 < MRZ_LINE_LENGTH; i++)
        if (text[i] == text[i + 1] && strchr("<>;,", text[i]))
            return true;
    return false;
}

/* A second line alone: each character where it belongs, and the document number checks. */
static bool looks_like_line2(const char *text)
{
    for (size_t i = 0; i < MRZ_LINE_LENGTH; i++) {
        unsigned kind = text[i] >= 'A' && text[i] <= 'Z'   ? MRZ_LETTERS
                        : text[i] >= '0' && text[i] <= '9' ? MRZ_DIGITS
                        : text[i] == '<'                   ? MRZ_FILLER
                                                           : 0;
        if (!(kind & mrz_alphabet(1, i)))
            return false;
    }
    return text[9] == mrz_check(text, 9);
}

static size_t without_ending(const char *text, size_t size)
{
    while (size > 0 && (text[size - 1] == '\r' || text[size - 1] == '\n' || text[size - 1] == '\t'))
        size--;
    return size;
}

/* 88 characters, or 44, one or two that end a line, and 44. NULL when it is neither. */
static const char *find_line2(const char *text, size_t size)
{
    if (size < 2 * MRZ_LINE_LENGTH || size > 2 * MRZ_LINE_LENGTH + 2)
        return NULL;
    const char *line2 = text + size - MRZ_LINE_LENGTH;
    bool is_parted = without_ending(text, (size_t)(line2 - text)) == MRZ_LINE_LENGTH;
    return is_parted && looks_like_line1(text) && are_of_zone(line2) ? line2 : NULL;
}

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

/* SCAN_NOT_ACCEPTED: no passport. */
static enum scan_verdict take_mrz(struct scan_class *class, struct presentation *scan, int64_t now_us)
{
    const char *text = (const char *)scan->credential;
    size_t size = without_ending(text, scan->credential_size);
    const char *line2 = find_line2(text, size);
    bool has_line1 = class->has_line1 && now_us - class->line1_us < SCAN_LINE_US;
    enum scan_verdict verdict = SCAN_NOT_ACCEPTED;
    if (line2) {
        verdict = become_passport(scan, text, line2);
    } else if (size == MRZ_LINE_LENGTH && looks_like_line1(text)) {
        memcpy(class->line1, text, sizeof class->line1);
        class->line1_us = now_us;
        class->has_line1 = true;
        return SCAN_HALF;
    } else if (size == MRZ_LINE_LENGTH && has_line1 && are_of_zone(text)) {
        verdict = become_passport(scan, class->line1, text);
    } else if (size == MRZ_LINE_LENGTH && looks_like_line2(text)) {
        verdict = SCAN_BAD_MRZ;
    }
    forget_line1(class);
    return verdict;
}

enum scan_verdict scan_class_take(struct scan_class *class, struct presentation *scan, int64_t now_us)
{
    char id_number[ID_NUMBER_LENGTH + 1] = "", student_no[STUDENT_NO_MAX + 1] = "";
    bool is_id = (class->accepts & SCAN_RULE_ID_NUMBER) && is_id_number(scan, id_number);
    bool is_student = (class->accepts & SCAN_RULE_STUDENT_NO) && is_student_no(class, scan, student_no);
    enum scan_verdict verdict = SCAN_NOT_ACCEPTED;
    if (class->accepts & SCAN_RULE_MRZ)
        verdict = take_mrz(class, scan, now_us);
    if (verdict == SCAN_NOT_ACCEPTED && is_id && is_student)
        verdict = SCAN_AMBIGUOUS;
    else if (verdict == SCAN_NOT_ACCEPTED && (is_id || is_student)) {
        become_manual(scan, is_id ? id_number : "", is_student ? student_no : "");
        verdict = SCAN_TAKEN;
    } else if (verdict == SCAN_NOT_ACCEPTED && (class->accepts & SCAN_RULE_CAPTURE_CODE)) {
        verdict = SCAN_TAKEN;
    }
    wipe_bytes(id_number, sizeof id_number);
    wipe_bytes(student_no, sizeof student_no);
    return verdict;
}

bool scan_class_gives_up(struct scan_class *class, int64_t now_us)
{
    if (!class->has_line1 || now_us - class->line1_us < SCAN_LINE_US)
        return false;
    forget_line1(class);
    return true;
}
