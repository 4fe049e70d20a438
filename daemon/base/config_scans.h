/* For config.c and config_rules.c only: what the scans of a lane may be, at its scanners and on its pages. */
#ifndef BASE_CONFIG_SCANS_H
#define BASE_CONFIG_SCANS_H
#include "base/config.h"
#include <confuse.h>

/* Bytes of payment_token_prefix and of student_no_pattern. */
enum { CONFIG_PREFIX_MOST = 32, CONFIG_PATTERN_MOST = 200 };

bool config_accepts(cfg_t *section, const char *kind);
/* At the lane's closing brace, all its readers known: 0, or -1 after config_fail(). */
int config_check_scans(cfg_t *lane);
/* From the section, which was checked. The lane's need those of all its readers. */
void config_take_reader_scans(cfg_t *reader, cfg_t *lane, struct config_reader *to);
void config_take_lane_scans(cfg_t *lane, struct config_lane *to);
void config_free_scans(char **accepts, size_t n_accepts, char *pattern);

#endif
