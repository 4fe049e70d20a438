/* The configuration file: from text to struct config, and the checks that need two options or the disk.
 * config_rules.c has the rest. Must not print anything. One load at a time in a thread. */
#include "base/config.h"
#include "base/bytes.h"
#include "base/config_rules.h"
#include "base/config_scans.h"
#include "base/config_text.h"
#include "base/files.h"
#include <confuse.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 1 << 20 };

/* ---- from libconfuse to ours ---- */

static void take_reader(cfg_t *cfg, cfg_t *lane, struct config_reader *reader)
{
    reader->name = bytes_text(cfg_title(cfg));
    reader->driver = bytes_text(cfg_getstr(cfg, "driver"));
    reader->device = bytes_text(cfg_getstr(cfg, "device"));
    reader->method = bytes_text(cfg_getstr(cfg, "method"));
    reader->baud = (int)cfg_getint(cfg, "baud");
    if (reader->baud == 0 && strcmp(reader->driver, "sam") != 0)
        reader->baud = CONFIG_DEFAULT_BAUD;
    reader->separator = bytes_text(cfg_getstr(cfg, "separator"));
    reader->layout = bytes_text(cfg_getstr(cfg, "layout"));
    config_take_reader_scans(cfg, lane, reader);
    reader->is_check = strcmp(cfg_getstr(cfg, "purpose"), "check") == 0;
}

static void take_lane(cfg_t *cfg, struct config_lane *lane)
{
    lane->name = bytes_text(cfg_title(cfg));
    lane->room = bytes_text(cfg_getstr(cfg, "room"));
    lane->line_limit = (unsigned)cfg_getint(cfg, "line_limit");
    lane->n_readers = cfg_size(cfg, "reader");
    lane->readers = bytes_alloc(lane->n_readers * sizeof *lane->readers);
    for (size_t i = 0; i < lane->n_readers; i++)
        take_reader(cfg_getnsec(cfg, "reader", (unsigned)i), cfg, &lane->readers[i]);
    config_take_lane_scans(cfg, lane);
}

static char *default_reader_program(void)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = '\0';
    char *beside = bytes_format("%s/paihao-reader", self);
    char *in_bin = bytes_format("%s/../bin/paihao-reader", self);
    bool is_beside = eaccess(beside, X_OK) == 0 || eaccess(in_bin, X_OK) != 0;
    free(is_beside ? in_bin : beside);
    return is_beside ? beside : in_bin;
}

static void take_all(cfg_t *cfg, struct config *config)
{
    cfg_t *http = cfg_getsec(cfg, "http");
    const char *key_file = cfg_getstr(cfg, "key_file"), *program = cfg_getstr(cfg, "reader_program");
    config->path = bytes_text(config_loading->path);
    config->data_dir = bytes_text(cfg_getstr(cfg, "data_dir"));
    config->key_file = key_file[0] ? bytes_text(key_file) : bytes_format("%s/secret.key", config->data_dir);
    config->reader_program = program[0] ? bytes_text(program) : default_reader_program();
    config_split_listen(cfg_getstr(http, "listen"), &config->listen_host, &config->listen_port);
    config->tls_cert = bytes_text(cfg_getstr(http, "tls_cert"));
    config->tls_key = bytes_text(cfg_getstr(http, "tls_key"));
    config->n_hosts = cfg_size(http, "hosts");
    config->hosts = bytes_alloc(config->n_hosts * sizeof *config->hosts);
    for (size_t i = 0; i < config->n_hosts; i++)
        config->hosts[i] = bytes_text(cfg_getnstr(http, "hosts", (unsigned)i));
    cfg_t *backup = cfg_getsec(cfg, "backup");
    config->backup_folder = bytes_text(cfg_getstr(backup, "folder"));
    config->backup_every_minutes = (unsigned)cfg_getint(backup, "every_minutes");
    config->backup_keep = (unsigned)cfg_getint(backup, "keep");
    config->n_lanes = cfg_size(cfg, "lane");
    config->lanes = bytes_alloc(config->n_lanes * sizeof *config->lanes);
    for (size_t i = 0; i < config->n_lanes; i++)
        take_lane(cfg_getnsec(cfg, "lane", (unsigned)i), &config->lanes[i]);
}

/* ---- what needs two values, or the disk ---- */

static int fail_with_errno(int line, const char *option, const char *value)
{
    int error = errno;
    if (!config_loading->error) {
        config_fail(line, "%s = \"%s\": %s", option, value, strerror(error));
        config_loading->result = -error;
    }
    return -1;
}

static int check_data_folder(const struct config *config)
{
    struct stat status;
    int line = config_loading->lines.data_dir;
    if (stat(config->data_dir, &status) != 0) {
        if (errno != ENOENT || mkdir(config->data_dir, 0700) != 0)
            return fail_with_errno(line, "data_dir", config->data_dir);
        return 0;
    }
    errno = ENOTDIR;
    if (!S_ISDIR(status.st_mode) || eaccess(config->data_dir, R_OK | W_OK | X_OK) != 0)
        return fail_with_errno(line, "data_dir", config->data_dir);
    return 0;
}

static int check_tls(const struct config *config)
{
    const char *cert = config->tls_cert, *key = config->tls_key;
    if (cert[0] && !key[0])
        return config_fail(config_loading->lines.tls_cert, "tls_cert without tls_key");
    if (key[0] && !cert[0])
        return config_fail(config_loading->lines.tls_key, "tls_key without tls_cert");
    if (cert[0] && eaccess(cert, R_OK) != 0)
        return fail_with_errno(config_loading->lines.tls_cert, "tls_cert", cert);
    if (key[0] && eaccess(key, R_OK) != 0)
        return fail_with_errno(config_loading->lines.tls_key, "tls_key", key);
    return 0;
}

static int check_whole(cfg_t *cfg, const struct config *config)
{
    if (!config->data_dir[0])
        return config_fail(cfg->line, "no data_dir");
    if (config->n_lanes == 0)
        return config_fail(cfg->line, "no lane");
    if (check_tls(config) != 0)
        return -1;
    if (config_loading->lines.reader_program && eaccess(config->reader_program, X_OK) != 0)
        return fail_with_errno(config_loading->lines.reader_program, "reader_program",
                               config->reader_program);
    return check_data_folder(config);
}

static int prepare_text(char *text, size_t size)
{
    const char *cause = NULL;
    int line = config_text_prepare(text, size, &cause);
    return line == 0 ? 0 : config_fail(line, "%s", cause);
}

static int load_text(const char *text, struct config *config)
{
    cfg_opt_t reader[] = {
        CFG_STR("driver", NULL, CFGF_NONE),       CFG_STR("device", NULL, CFGF_NONE),
        CFG_STR("method", "auto", CFGF_NONE),     CFG_INT("baud", 0, CFGF_NONE),
        CFG_STR("separator", "auto", CFGF_NONE),  CFG_STR("layout", "us", CFGF_NONE),
        CFG_STR_LIST("accepts", NULL, CFGF_NONE), CFG_STR("student_no_pattern", "", CFGF_NONE),
        CFG_STR("purpose", "desk", CFGF_NONE),    CFG_END(),
    };
    cfg_opt_t lane[] = {
        CFG_STR("room", "", CFGF_NONE),
        CFG_INT("line_limit", 0, CFGF_NONE),
        CFG_STR_LIST("accepts", NULL, CFGF_NONE),
        CFG_STR("student_no_pattern", "", CFGF_NONE),
        CFG_STR("payment_token_prefix", "", CFGF_NONE),
        CFG_SEC("reader", reader, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
        CFG_END(),
    };
    cfg_opt_t http[] = {
        CFG_STR("listen", "127.0.0.1:8100", CFGF_NONE),
        CFG_STR("tls_cert", "", CFGF_NONE),
        CFG_STR("tls_key", "", CFGF_NONE),
        CFG_STR_LIST("hosts", NULL, CFGF_NONE),
        CFG_END(),
    };
    cfg_opt_t backup[] = {
        CFG_STR("folder", "", CFGF_NONE),
        CFG_INT("every_minutes", CONFIG_BACKUP_MINUTES, CFGF_NONE),
        CFG_INT("keep", CONFIG_BACKUP_KEEP, CFGF_NONE),
        CFG_END(),
    };
    cfg_opt_t options[] = {
        CFG_INT(CONFIG_END_MARK, 0, CFGF_NONE),
        CFG_STR("data_dir", "", CFGF_NONE),
        CFG_STR("key_file", "", CFGF_NONE),
        CFG_STR("reader_program", "", CFGF_NONE),
        CFG_SEC("http", http, CFGF_NONE),
        CFG_SEC("backup", backup, CFGF_NONE),
        CFG_SEC("lane", lane, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
        CFG_END(),
    };
    cfg_t *cfg = cfg_init(options, CFGF_NONE);
    if (!cfg)
        return config_fail(0, "out of memory");
    int result = config_parse(cfg, text);
    if (result == 0) {
        take_all(cfg, config);
        result = check_whole(cfg, config);
    }
    cfg_free(cfg);
    return result;
}

int config_load(const char *path, struct config **ret, char **ret_error)
{
    struct config_loading state = {.path = path};
    struct config *config = bytes_alloc(sizeof *config);
    char *text = NULL;
    size_t size;
    config_loading = &state;
    int error = file_read(path, FILE_MOST, &text, &size);
    if (error != 0) {
        state.error = error == -ENOENT ? bytes_format("%s: No such file", path)
                                       : bytes_format("%s: %s", path, strerror(-error));
        state.result = error;
    } else if (prepare_text(text, size) == 0) {
        load_text(text, config);
    }
    config_loading = NULL;
    free(state.seen);
    free(text);
    if (state.error) {
        config_free(config);
        *ret_error = state.error;
        return state.result;
    }
    *ret = config;
    return 0;
}

static void free_lane(struct config_lane *lane)
{
    for (size_t i = 0; i < lane->n_readers; i++) {
        free(lane->readers[i].name);
        free(lane->readers[i].driver);
        free(lane->readers[i].device);
        free(lane->readers[i].method);
        free(lane->readers[i].separator);
        free(lane->readers[i].layout);
        config_free_scans(lane->readers[i].accepts, lane->readers[i].n_accepts,
                          lane->readers[i].student_no_pattern);
    }
    config_free_scans(lane->accepts, lane->n_accepts, lane->student_no_pattern);
    free(lane->payment_token_prefix);
    free(lane->readers);
    free(lane->name);
    free(lane->room);
}

void config_free(struct config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < config->n_lanes; i++)
        free_lane(&config->lanes[i]);
    for (size_t i = 0; i < config->n_hosts; i++)
        free(config->hosts[i]);
    free(config->lanes);
    free(config->hosts);
    free(config->path);
    free(config->data_dir);
    free(config->key_file);
    free(config->listen_host);
    free(config->listen_port);
    free(config->tls_cert);
    free(config->tls_key);
    free(config->reader_program);
    free(config->backup_folder);
    free(config);
}

const struct config_lane *config_lane(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->n_lanes; i++)
        if (strcmp(config->lanes[i].name, name) == 0)
            return &config->lanes[i];
    return NULL;
}
