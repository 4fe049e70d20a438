/* A flat file of settings, libconfuse syntax, from memory: "name = value" lines and comments, as a school's profile is
 * written. Says of each setting whether, where and as what it was given; what the values mean is the caller's business.
 * Touches no file and prints nothing. Any thread: one load at a time, under a lock of its own (libconfuse has one
 * lexer). */
#ifndef BASE_CONFIG_SETTINGS_H
#define BASE_CONFIG_SETTINGS_H
#include <stdbool.h>
#include <stddef.h>

enum setting_kind { SETTING_TEXT, SETTING_NUMBER, SETTING_SWITCH, SETTING_LIST };
struct setting {
    const char *name;
    enum setting_kind kind;
    size_t most; /* bytes of a text; 0: SETTINGS_FAULT_SIZE / 2 */
    /* filled by settings_load; zero before */
    int line;     /* where it stands, 0: it was not given */
    char *text;   /* SETTING_TEXT: owned */
    long number;  /* SETTING_NUMBER */
    bool is_on;   /* SETTING_SWITCH */
    char **items; /* SETTING_LIST: owned texts */
    size_t n_items;
};
enum { SETTINGS_MAX = 40, SETTINGS_TEXT_MAX = 64 * 1024, SETTINGS_FAULT_SIZE = 320 };
struct settings_fault {
    int line;
    char zh[SETTINGS_FAULT_SIZE], en[SETTINGS_FAULT_SIZE]; /* one line each, without the line's number */
};
/* 0, or -EINVAL and *ret. The settings are the caller's to settings_done() in either case. */
int settings_load(const char *text, size_t size, struct setting *settings, size_t n_settings,
                  struct settings_fault *ret);
void settings_done(struct setting *settings, size_t n_settings);

/* Words into a fault; always -EINVAL. Control characters of a quoted value become blanks. */
int settings_fail(struct settings_fault *, int line, const char *zh, const char *en, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));

#endif
