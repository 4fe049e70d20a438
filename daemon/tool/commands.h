/* The commands. Each tells its own failures and prints its result last, so that TOOL_AGAIN may run it once
 * more. */
#ifndef TOOL_COMMANDS_H
#define TOOL_COMMANDS_H
#include "tool/tool.h"
#include <stdio.h>

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
    OPTION_KIND = 1 << 8,
    OPTION_PREVIEW = 1 << 9,
    OPTION_ACCEPT_GOOD = 1 << 10,
    OPTION_DIVISION = 1 << 11,
    OPTION_PACE = 1 << 12,
    OPTION_ID_NUMBER = 1 << 13,
    OPTION_STUDENT_NO = 1 << 14,
    OPTION_STATE = 1 << 15,
    OPTION_METHOD = 1 << 16,
    OPTION_AMOUNT = 1 << 17,
    OPTION_CARD = 1 << 18,
    OPTION_REASON = 1 << 19,
    OPTION_FROM = 1 << 20,
    OPTION_LEVEL = 1 << 21,
    OPTION_REPLACE = 1 << 22,
    OPTION_LINE = 1 << 23,
    OPTION_UNIT = 1 << 24,
    OPTION_DIFFERENCE = 1 << 25,
    OPTION_ZIP = 1 << 26,
    OPTION_PASSPHRASE_FILE = 1 << 27,
    OPTION_DATABASE = 1 << 28,
    OPTION_KEY = 1 << 29,
    OPTION_CERTIFICATE = 1 << 30,
    OPTION_SURE = (int)(1u << 31),
};

/* How a command comes to the data. */
enum tool_reach_kind {
    REACH_DESK,        /* tool_reach */
    REACH_DESK_CREATE, /* the same, making the database when there is none */
    REACH_STATUS,      /* tool_reach, and of a purged event nothing: tool.is_purged */
    REACH_FILES,       /* reads the data folder by itself, beside a daemon or not */
    REACH_NOTHING,     /* neither configuration nor data folder */
};

struct tool_command {
    const char *words;     /* "event create" */
    const char *argument;  /* what its argument is called, "...": one or more; NULL: takes none */
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
/* With `path` and `body` for the daemon or `command` for the desk here. Takes `body`, and the command's document. */
enum tool_exit event_change(struct tool *, const char *path, json_t *body, struct desk_command *command);
enum tool_exit run_event_create(struct tool *);
enum tool_exit run_event_status(struct tool *);
enum tool_exit run_event_close(struct tool *);
enum tool_exit run_session_open(struct tool *);
enum tool_exit run_session_close(struct tool *);
/* rules_commands.c */
/* The profile of --profile ("default" when absent), a carried one's name or a file's path, into a body and a command.
 * Tells what is wrong with it. */
enum tool_exit profile_into(const struct tool_options *, json_t *body, struct desk_command *);
enum tool_exit check_event_rules(const struct tool_options *);
enum tool_exit run_event_rules(struct tool *);
/* list_commands.c */
enum tool_exit check_roster_import(const struct tool_options *);
enum tool_exit run_roster_import(struct tool *);
enum tool_exit run_payments_import(struct tool *);
enum tool_exit run_schedule_import(struct tool *);
enum tool_exit run_schedule_lint(struct tool *);
enum tool_exit check_schedule_simulate(const struct tool_options *);
enum tool_exit run_schedule_simulate(struct tool *);
/* report_commands.c */
/* From the desk here, or from the daemon at `path`. */
enum tool_exit read_report(struct tool *, const char *path, json_t *(*report)(struct desk *), json_t **ret);
enum tool_exit run_units(struct tool *);
enum tool_exit run_tallies(struct tool *);
enum tool_exit run_payments_status(struct tool *);
/* ledger_commands.c */
/* One line of report_ledger, for people. */
void ledger_print_line(FILE *, const json_t *line);
enum tool_exit run_ledger(struct tool *);
enum tool_exit check_ledger_sign(const struct tool_options *);
enum tool_exit run_ledger_sign(struct tool *);
/* day_commands.c */
enum tool_exit check_payments_record(const struct tool_options *);
enum tool_exit run_payments_record(struct tool *);
enum tool_exit run_late_open(struct tool *);
enum tool_exit run_late_close(struct tool *);
/* paper_commands.c */
enum tool_exit check_paper_slips(const struct tool_options *);
enum tool_exit run_paper_slips(struct tool *);
enum tool_exit run_paper_enter(struct tool *);
/* token_commands.c */
enum tool_exit check_token_create(const struct tool_options *);
enum tool_exit run_token_create(struct tool *);
enum tool_exit run_token_list(struct tool *);
enum tool_exit check_token_revoke(const struct tool_options *);
enum tool_exit run_token_revoke(struct tool *);
/* handover_commands.c */
enum tool_exit check_handover(const struct tool_options *);
enum tool_exit run_handover_agency(struct tool *);
enum tool_exit run_handover_school(struct tool *);
enum tool_exit run_handover_verify(struct tool *);
/* merge_commands.c */
enum tool_exit check_merge(const struct tool_options *);
enum tool_exit run_merge(struct tool *);
/* file_commands.c */
enum tool_exit run_handover_numbers(struct tool *);
enum tool_exit run_journal_verify(struct tool *);
enum tool_exit run_journal_tail(struct tool *);
enum tool_exit run_backup(struct tool *);
/* safety_commands.c */
enum tool_exit run_event_continue(struct tool *);
enum tool_exit run_restore(struct tool *);
/* purge_command.c */
enum tool_exit run_purge(struct tool *);
enum tool_exit print_purged_status(struct tool *);

#endif
