/* From the configuration's words to the rules of identity/scan_class.h, and from its verdicts to problems. Must not log:
 * all of it is personal. */
#include "desk/scan.h"

enum problem problem_of_scan(enum scan_verdict verdict)
{
    static const enum problem problems[SCAN_VERDICT_COUNT] = {
        [SCAN_TAKEN] = PROBLEM_NONE,
        [SCAN_HALF] = PROBLEM_NONE,
        [SCAN_AMBIGUOUS] = PROBLEM_SCAN_AMBIGUOUS,
        [SCAN_NOT_ACCEPTED] = PROBLEM_SCAN_NOT_ACCEPTED,
        [SCAN_BLANK] = PROBLEM_EMPTY_SCAN,
        [SCAN_BAD_ID_NUMBER] = PROBLEM_BAD_ID_NUMBER,
        [SCAN_BAD_MRZ] = PROBLEM_BAD_MRZ,
        [SCAN_LINE_MISSING] = PROBLEM_MRZ_LINE_MISSING,
        [SCAN_PAYMENT_TOKEN] = PROBLEM_PAYMENT_TOKEN,
    };
    return problems[verdict];
}

/* The configuration has compiled the pattern once; without it nothing would pass for a student number. */
static void init(struct scan_class *class, char *const *kinds, size_t n_kinds, const char *pattern,
                 const char *token_prefix)
{
    unsigned accepts = n_kinds > 0 ? SCAN_RULE_NONE : SCAN_RULE_CAPTURE_CODE;
    for (size_t i = 0; i < n_kinds; i++)
        accepts |= scan_rule_from_name(kinds[i]);
    scan_class_init(class, accepts, pattern, token_prefix);
}

void scan_init_for_reader(struct scan_class *class, const struct config_lane *lane,
                          const struct config_reader *reader)
{
    init(class, reader->accepts, reader->n_accepts, reader->student_no_pattern, lane->payment_token_prefix);
}

enum problem scan_take_at_lane(const struct config_lane *lane, struct presentation *scan)
{
    struct scan_class class;
    if (lane)
        init(&class, lane->accepts, lane->n_accepts, lane->student_no_pattern, lane->payment_token_prefix);
    else
        init(&class, NULL, 0, NULL, NULL);
    const enum problem problem = problem_of_scan(scan_class_take_whole(&class, scan));
    scan_class_done(&class);
    return problem;
}
