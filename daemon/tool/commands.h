/* The commands. Each tells its own failures and prints its result last, so that TOOL_AGAIN may run it once
 * more. */
#ifndef TOOL_COMMANDS_H
#define TOOL_COMMANDS_H
#include "tool/tool.h"

/* Options a command may take, as bits. */
enum tool_option {
    OPTION_NAME = 1 << 0,
    OPTION_PROFILE = 1 << 1,
    OPTION_LANE = 1 << 2,
    OPTION_ROLE = 1 << 3,
    OPTION_ONCE = 1 << 4,
    OPTION_OUTPUT = 1 << 5,
    OPTION_FORCE = 1 << 6,
    OPTION_COUNT = 1 << 7,
};

/* How a command comes to the data. */
enum tool_reach_kind {
    REACH_DESK,        /* tool_reach */
    REACH_DESK_CREATE, /* the same, making the database when there is none */
    REACH_FILES,       /* reads the data folder by itself, beside a daemon or not */
};

struct tool_command {
    const char *words;     /* "event create" */
    const char *argument;  /* what its argument is called, NULL: takes none */
    unsigned takes, needs; /* OPTION_... */
    enum tool_reach_kind reach;
    enum tool_exit (*run)(struct tool *);
    enum tool_exit (*check)(
        const struct tool_options *); /* before anything is opened; NULL: nothing to check */
    const char *synopsis, *summary;
};
extern const struct tool_command tool_commands[]; /* ends with NULL words */

/* event_commands.c */
enum tool_exit check_event_create(const struct tool_options *);
enum tool_exit run_event_create(struct tool *);
enum tool_exit run_event_status(struct tool *);
enum tool_exit run_event_close(struct tool *);
enum tool_exit run_session_open(struct tool *);
enum tool_exit run_session_close(struct tool *);
/* token_commands.c */
enum tool_exit check_token_create(const struct tool_options *);
enum tool_exit run_token_create(struct tool *);
enum tool_exit run_token_list(struct tool *);
enum tool_exit check_token_revoke(const struct tool_options *);
enum tool_exit run_token_revoke(struct tool *);
/* file_commands.c */
enum tool_exit run_handover_numbers(struct tool *);
enum tool_exit run_journal_verify(struct tool *);
enum tool_exit run_journal_tail(struct tool *);
enum tool_exit run_backup(struct tool *);

#endif
