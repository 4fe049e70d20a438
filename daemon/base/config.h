/* The configuration file (paihao.conf(5)), libconfuse syntax. An unknown key, a bad value or an unreachable
 * folder is an error with file, line and cause. Loaded once, read-only afterwards. */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H
#include <stdbool.h>
#include <stddef.h>

#define CONFIG_DEFAULT_PATH "/etc/paihao/paihao.conf"

enum { LANE_NAME_MAX = 8, READER_NAME_MAX = 16 };

struct config_reader {
    char *name;      /* unique in its lane; letters, digits, - and _ ; at most READER_NAME_MAX */
    char *driver;    /* "sam", "nfc" or "scanner" */
    char *device;    /* "serial:/dev/ttyUSB0"; for sam also tcp: and usb: (device_address.h); for scanner also
                     "evdev:/dev/input/by-id/..."; for nfc a libnfc connection string */
    char *method;    /* nfc only: "auto", "list" or "raw" */
    int baud;        /* serial only: 115200 unless told; for sam 0, found out by the reader */
    char *separator; /* scanner only: "auto", "cr", "lf", "crlf", "tab" or "silence" */
    char *layout;    /* scanner at "evdev:" only: "us", "de" or "fr" */
    char **accepts;  /* scanner only: "capture_code", "id_number", "student_no", "mrz", "payment_token" */
    size_t
        n_accepts; /* {"capture_code"} unless told, and "payment_token" where the lane has a prefix; never 0 for
                                 a scanner */
    char *student_no_pattern; /* scanner only: an extended regular expression for the whole number, or "" */
    /* purpose "check": at the tail of the queue, issues nothing; otherwise "desk" */
    bool is_check;
};

struct config_lane {
    char *name;          /* letters, digits, - and _ ; at most LANE_NAME_MAX; unique */
    char *room;          /* may be "" */
    unsigned line_limit; /* people in the frozen line; 0: no limit */
    struct config_reader *readers;
    size_t n_readers;
    /* What is scanned into the fields of its pages, as a reader's. Unless told: what any of its scanners accepts; without
     * a scanner capture codes, ID numbers and passports. Never 0. */
    char **accepts;
    size_t n_accepts;
    char *student_no_pattern;   /* or ""; unless told those of its scanners, joined */
    char *payment_token_prefix; /* also for its scanners; "": there are no payment tokens */
};

struct config {
    char *path;
    char *data_dir;                  /* created (0700) when only its last part is missing */
    char *key_file;                  /* default: DATA_DIR/secret.key */
    char *listen_host, *listen_port; /* from http.listen; IPv6 as [::1]:8100 */
    char *tls_cert, *tls_key;        /* "" for none */
    char **hosts;                    /* further Host names that requests may carry */
    size_t n_hosts;
    char *backup_folder; /* absolute; "": no backups by themselves */
    unsigned backup_every_minutes, backup_keep;
    char *reader_program; /* default: paihao-reader beside the running program */
    struct config_lane *lanes;
    size_t n_lanes;
};

/* On failure returns -errno or -EINVAL and gives *ret_error, a text "FILE:LINE: cause" to free(). */
int config_load(const char *path, struct config **ret, char **ret_error);
void config_free(struct config *);
/* NULL when there is no such lane. */
const struct config_lane *config_lane(const struct config *, const char *name);

#endif
