/* The commands. Each tells its own failures and prints its result last, so that TOOL_AGAIN may run it once
 * more. */
#ifndef TOOL_COMMANDS_H
#define TOOL_COMMANDS_H
#include "tool/tool.h"
#include <stdio.h>

/* Options a command may take, as bits of an option_set. */
typedef uint64_t option_set;
#define OPTION_NAME            (UINT64_C(1) << 0)
#define OPTION_PROFILE         (UINT64_C(1) << 1)
#define OPTION_LANE            (UINT64_C(1) << 2)
#define OPTION_ROLE            (UINT64_C(1) << 3)
#define OPTION_ONCE            (UINT64_C(1) << 4)
#define OPTION_OUTPUT          (UINT64_C(1) << 5)
#define OPTION_FORCE           (UINT64_C(1) << 6)
#define OPTION_COUNT           (UINT64_C(1) << 7)
#define OPTION_KIND            (UINT64_C(1) << 8)
#define OPTION_PREVIEW         (UINT64_C(1) << 9)
#define OPTION_ACCEPT_GOOD     (UINT64_C(1) << 10)
#define OPTION_DIVISION        (UINT64_C(1) << 11)
#define OPTION_PACE            (UINT64_C(1) << 12)
#define OPTION_ID_NUMBER       (UINT64_C(1) << 13)
#define OPTION_STUDENT_NO      (UINT64_C(1) << 14)
#define OPTION_STATE           (UINT64_C(1) << 15)
#define OPTION_METHOD          (UINT64_C(1) << 16)
#define OPTION_AMOUNT          (UINT64_C(1) << 17)
#define OPTION_CARD            (UINT64_C(1) << 18)
#define OPTION_REASON          (UINT64_C(1) << 19)
#define OPTION_FROM            (UINT64_C(1) << 20)
#define OPTION_LEVEL           (UINT64_C(1) << 21)
#define OPTION_REPLACE         (UINT64_C(1) << 22)
#define OPTION_LINE            (UINT64_C(1) << 23)
#define OPTION_UNIT            (UINT64_C(1) << 24)
#define OPTION_DIFFERENCE      (UINT64_C(1) << 25)
#define OPTION_ZIP             (UINT64_C(1) << 26)
#define OPTION_PASSPHRASE_FILE (UINT64_C(1) << 27)
#define OPTION_DATABASE        (UINT64_C(1) << 28)
#define OPTION_KEY             (UINT64_C(1) << 29)
#define OPTION_CERTIFICATE     (UINT64_C(1) << 30)
#define OPTION_SURE            (UINT64_C(1) << 31)
#define OPTION_COPY            (UINT64_C(1) << 32)
#define OPTION_WHO             (UINT64_C(1) << 33)

/* How a command comes to the data. */
enum tool_reach_kind {
    REACH_DESK,        /* tool_reach */
    REACH_DESK_CREATE, /* the same, making the database when there is none */
    REACH_STATUS,      /* tool_reach, and of a purged event nothing: tool.is_purged */
    REACH_FILES,       /* reads the data folder by itself, beside a daemon or not */
    REACH_NOTHING,     /* neither configuration nor data folder */
};

struct tool_command {
    const char *words;       /* "event create" */
    const char *argument;    /* what its argument is called, "...": one or more; NULL: takes none */
    option_set takes, needs; /* OPTION_... */
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
