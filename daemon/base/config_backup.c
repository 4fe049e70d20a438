/* The rules for the section "backup". Called by libconfuse while it parses; must not print anything. */
#include <limits.h>

#include "base/config_rules.h"

int config_check_backup(cfg_t *cfg, cfg_opt_t *opt)
{
    return config_check_once(cfg, opt);
}

/* Whether it is there is found out while the daemon runs: a stick may be plugged in later. */
int config_check_backup_folder(cfg_t *cfg, cfg_opt_t *opt)
{
    const char *folder = cfg_opt_getstr(opt);
    if (config_check_plain(cfg, opt, PATH_MAX - 128) != 0)
        return -1;
    if (*folder && *folder != '/')
        return config_fail(cfg->line, "folder = \"%s\": an absolute path, please", folder);
    return 0;
}

static int check_range(cfg_t *cfg, cfg_opt_t *opt, long most)
{
    const long value = cfg_opt_getnint(opt, 0);
    if (config_check_once(cfg, opt) != 0)
        return -1;
    if (value < 1 || value > most)
        return config_fail(cfg->line, "%s = %ld: a number from 1 to %ld, please", opt->name, value, most);
    return 0;
}

int config_check_backup_minutes(cfg_t *cfg, cfg_opt_t *opt)
{
    enum { DAY = 24 * 60 };
    return check_range(cfg, opt, DAY);
}

int config_check_backup_keep(cfg_t *cfg, cfg_opt_t *opt)
{
    enum { KEEP_MOST = 10000 };
    return check_range(cfg, opt, KEEP_MOST);
}
