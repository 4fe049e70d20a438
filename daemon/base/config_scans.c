/* From the options accepts, student_no_pattern and payment_token_prefix to struct config. Must not print anything. */
#include "base/config_scans.h"
#include "base/bytes.h"
#include "base/config_rules.h"
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"capture_code", "id_number", "student_no", "mrz", "payment_token"};
enum { KINDS_COUNT = sizeof kinds / sizeof *kinds };

bool config_accepts(cfg_t *section, const char *kind)
{
    for (unsigned i = 0; i < cfg_size(section, "accepts"); i++)
        if (strcmp(cfg_getnstr(section, "accepts", i), kind) == 0)
            return true;
    return false;
}

/* ---- checks ---- */

static bool has_pattern(cfg_t *section)
{
    return cfg_getstr(section, "student_no_pattern")[0];
}

int config_check_scans(cfg_t *lane)
{
    const char *prefix = cfg_getstr(lane, "payment_token_prefix");
    const int kinds_line = config_loading->lines.lane_accepts,
              pattern_line = config_loading->lines.lane_pattern;
    bool wants_prefix = config_accepts(lane, "payment_token"), has_any_pattern = has_pattern(lane);
    for (unsigned i = 0; i < cfg_size(lane, "reader"); i++) {
        cfg_t *reader = cfg_getnsec(lane, "reader", i);
        wants_prefix |= config_accepts(reader, "payment_token");
        has_any_pattern |= has_pattern(reader);
    }
    config_loading->lines.lane_accepts = config_loading->lines.lane_pattern = 0;
    if (pattern_line && !config_accepts(lane, "student_no"))
        return config_fail(pattern_line,
                           "\"student_no_pattern\" without \"student_no\" in the lane's \"accepts\"");
    if (config_accepts(lane, "student_no") && !has_any_pattern)
        return config_fail(kinds_line, "accepts \"student_no\" without \"student_no_pattern\"");
    if (wants_prefix && !prefix[0])
        return config_fail(kinds_line ? kinds_line : lane->line,
                           "\"payment_token\" in \"accepts\" without the lane's \"payment_token_prefix\"");
    return 0;
}

/* ---- values ---- */

static void add_kind(const char *kind, char ***accepts, size_t *n_accepts)
{
    for (size_t i = 0; i < *n_accepts; i++)
        if (strcmp((*accepts)[i], kind) == 0)
            return;
    *accepts = bytes_resize(*accepts, (*n_accepts + 1) * sizeof **accepts);
    (*accepts)[(*n_accepts)++] = bytes_text(kind);
}

static void add_told(cfg_t *section, char ***accepts, size_t *n_accepts)
{
    for (size_t i = 0; i < KINDS_COUNT; i++)
        if (config_accepts(section, kinds[i]))
            add_kind(kinds[i], accepts, n_accepts);
}

static void add_token(cfg_t *lane, char ***accepts, size_t *n_accepts)
{
    if (cfg_getstr(lane, "payment_token_prefix")[0])
        add_kind("payment_token", accepts, n_accepts);
}

void config_take_reader_scans(cfg_t *reader, cfg_t *lane, struct config_reader *to)
{
    to->student_no_pattern = bytes_text(cfg_getstr(reader, "student_no_pattern"));
    add_told(reader, &to->accepts, &to->n_accepts);
    if (to->n_accepts > 0 || strcmp(to->driver, "scanner") != 0)
        return;
    add_kind("capture_code", &to->accepts, &to->n_accepts);
    add_token(lane, &to->accepts, &to->n_accepts);
}

/* One expression for the numbers of all scanners. */
static char *join_patterns(const struct config_lane *lane)
{
    char *joined = bytes_text("");
    for (size_t i = 0; i < lane->n_readers; i++) {
        const char *pattern = lane->readers[i].student_no_pattern;
        if (!pattern[0])
            continue;
        char *longer = bytes_format("%s%s(%s)", joined, joined[0] ? "|" : "", pattern);
        free(joined);
        joined = longer;
    }
    return joined;
}

void config_take_lane_scans(cfg_t *lane, struct config_lane *to)
{
    static const char *const without_scanner[] = {"capture_code", "id_number", "mrz"};
    to->payment_token_prefix = bytes_text(cfg_getstr(lane, "payment_token_prefix"));
    to->student_no_pattern =
        has_pattern(lane) ? bytes_text(cfg_getstr(lane, "student_no_pattern")) : join_patterns(to);
    add_told(lane, &to->accepts, &to->n_accepts);
    if (to->n_accepts > 0)
        return;
    for (size_t i = 0; i < to->n_readers; i++)
        for (size_t j = 0; j < to->readers[i].n_accepts; j++)
            add_kind(to->readers[i].accepts[j], &to->accepts, &to->n_accepts);
    if (to->n_accepts > 0)
        return;
    for (size_t i = 0; i < sizeof without_scanner / sizeof *without_scanner; i++)
        add_kind(without_scanner[i], &to->accepts, &to->n_accepts);
    add_token(lane, &to->accepts, &to->n_accepts);
}

void config_free_scans(char **accepts, size_t n_accepts, char *pattern)
{
    for (size_t i = 0; i < n_accepts; i++)
        free(accepts[i]);
    free(accepts);
    free(pattern);
}
