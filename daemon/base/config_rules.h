/* For config.c only: the rules of paihao.conf(5) that libconfuse checks while it parses, when the line of a
 * value is known. What needs two options or the disk is left to config.c, which takes the lines from here. */
#ifndef BASE_CONFIG_RULES_H
#define BASE_CONFIG_RULES_H
#include <confuse.h>
#include <stddef.h>

enum { CONFIG_DEFAULT_BAUD = 115200, CONFIG_BACKUP_MINUTES = 10, CONFIG_BACKUP_KEEP = 24 };

/* libconfuse closes open sections at the end of a file by itself. config_parse() puts this option behind the
 * text: it exists at the top only, so that a section still open there is an error. */
#define CONFIG_END_MARK "end_of_file"

/* One load: the first error, and the lines of options that are looked at again later. */
struct config_loading {
    const char *path;
    char *error; /* "FILE:LINE: cause", NULL while all is well */
    int result;  /* -errno or -EINVAL beside it */
    int last_line;
    cfg_opt_t **seen;
    size_t n_seen;
    struct {
        int data_dir, reader_program, tls_cert, tls_key, driver, device, method, baud;
        int separator, layout, accepts, pattern, lane_accepts, lane_pattern;
    } lines;
};

/* libconfuse's callbacks carry no pointer of ours: config_load() sets this one, per thread. */
extern _Thread_local struct config_loading *config_loading;

/* Keeps the first error. Always returns -1. */
int config_fail(int line, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Parses a text by the rules. 0, or -1 after config_fail(). */
int config_parse(cfg_t *, const char *text);
/* "host:port" or "[v6]:port"; gives the parts, to free(), when they are asked for. NULL, or what is wrong. */
const char *config_split_listen(const char *text, char **ret_host, char **ret_port);

/* ---- config_rules.c, for the other files of rules */
/* An option that is given once only. */
int config_check_once(cfg_t *, cfg_opt_t *);
/* Once, and a text without control characters of at most `most` bytes. */
int config_check_plain(cfg_t *, cfg_opt_t *, size_t most);

/* ---- config_backup.c */
int config_check_backup(cfg_t *, cfg_opt_t *);
int config_check_backup_folder(cfg_t *, cfg_opt_t *);
int config_check_backup_minutes(cfg_t *, cfg_opt_t *);
int config_check_backup_keep(cfg_t *, cfg_opt_t *);

#endif
