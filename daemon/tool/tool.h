/* What the tool's commands share: the options given, the way to the data, and how an outcome is told.
 *
 * Whoever holds the data lock writes. When it is free, the tool takes it and opens the desk in its own
 * process; when a daemon holds it, the tool asks the daemon over DATA_DIR/control.sock. A command sees
 * exactly one of the two. */
#ifndef TOOL_TOOL_H
#define TOOL_TOOL_H
#include "base/config.h"
#include "desk/desk.h"
#include "tool/control.h"

/* The contract's exit codes. TOOL_AGAIN never leaves the program: nothing was done, the daemon is just
 * starting or stopping, so look once more who holds the data. */
enum tool_exit {
    TOOL_AGAIN = -1,
    TOOL_DONE = 0,
    TOOL_REFUSED = 1, /* or found wrong */
    TOOL_WRONG_USAGE = 2,
    TOOL_ENVIRONMENT = 3,
};

struct tool_options {
    const char *config, *name, *profile, *lane, *role, *output, *argument; /* NULL: not given */
    const char *kind, *division, *id_number, *student_no, *state, *method, *amount, *reason, *level;
    const char *line, *difference, *who, *passphrase_file, *database, *key, *certificate;
    const char *const *arguments; /* of a command that takes several; the first is `argument` */
    const char **keys;            /* every --key in its order; the last is `key` */
    const char **units;           /* every --unit likewise: an id or a name, as the command takes it */
    size_t n_arguments, n_keys, n_units;
    uint64_t count, pace_s, from; /* 0: not given */
    bool is_json, is_once, is_forced, is_preview, accepts_good, replaces, has_card, is_zip, is_sure, is_copy;
};

struct tool {
    struct tool_options options;
    const struct config *config; /* NULL: REACH_NOTHING, or --database */
    int lock;                    /* -1: not ours */
    bool is_unchanged;           /* the payment had been recorded before */
    bool may_be_purged;          /* REACH_STATUS */
    bool is_purged;              /* event status only: neither desk nor control, the journal alone is left */
    bool has_changed;            /* the command's change is done already, should it run once more */
    struct desk *desk;           /* ours; NULL: a daemon holds the data */
    struct control *control;
};

/* ---- the way to the data */
/* Opens the desk or the way to the daemon, whichever it is. TOOL_DONE, TOOL_AGAIN, or the exit code after
 * telling why not. `create`: make the database when there is none. */
enum tool_exit tool_reach(struct tool *, bool create);
void tool_leave(struct tool *);

/* One command to the desk in this process. Tells a refusal. */
enum tool_exit tool_desk_call(struct tool *, const struct desk_command *, struct desk_answer *ret);
/* One request to the daemon; takes `body` (may be NULL). Tells a refusal. On TOOL_DONE the answer is 2xx and
 * the caller's to control_answer_done(). */
enum tool_exit tool_ask(struct tool *, const char *method, const char *path, json_t *body,
                        struct control_answer *ret);

/* The bytes of a file to the daemon. On a refusal tells it and gives the answer nevertheless, for what it says besides;
 * *ret is always to control_answer_done(). */
enum tool_exit tool_send(struct tool *, const char *path, const void *bytes, size_t size,
                         struct control_answer *ret);
/* A file's bytes, to wipe and free(). Tells why not. */
enum tool_exit tool_read_file(const struct tool *, const char *path, size_t most, char **ret_data,
                              size_t *ret_size);

/* Makes a folder of the owner of DATA_DIR in it, also when it is root who does; follows no link. 0 or -errno. */
int tool_make_folder(const char *data_dir, const char *folder);

/* ---- telling. "paihao: CODE: english / 中文" on standard error; with --json also
 * {"code","status","message":{"zh","en"}} on standard output. */
struct tool_message {
    const char *code, *zh, *en;
    unsigned status; /* as HTTP would say it */
};
void tool_tell(const struct tool_options *, const struct tool_message *);
enum tool_exit tool_refuse(const struct tool_options *, enum problem);
/* The same words for a problem that needs its own explanation. */
enum tool_exit tool_refuse_because(const struct tool_options *, enum problem, const char *zh, const char *en);
/* Exit code 3. `en` is a format; `zh` is a fixed sentence. */
enum tool_exit tool_environment(const struct tool_options *, const char *code, const char *zh, const char *en,
                                ...) __attribute__((format(printf, 4, 5)));
/* detail may be NULL. JOURNAL_MISSING is the refusal no-event. */
enum tool_exit tool_journal_fault(const struct tool_options *, enum journal_fault, const char *detail);

/* Exit code 2. */
enum tool_exit tool_wrong_usage(const struct tool_options *, const char *en, ...)
    __attribute__((format(printf, 2, 3)));
/* The daemon answered 2xx with something else than the contract says. */
enum tool_exit tool_strange_answer(const struct tool *);

/* Prints one JSON value on a line. Takes `value`. */
void tool_print_json(json_t *value);
/* "2026-..Z" or JSON null for 0. */
json_t *tool_time_json(int64_t at_us);

#endif
