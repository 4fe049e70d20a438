/* Making and checking packages at a terminal: the passphrase, the progress, how it ended. For the commands "handover ..."
 * and "merge". */
#ifndef TOOL_PACKING_H
#define TOOL_PACKING_H
#include "handover/handover.h"
#include "handover/merge_report.h"
#include "handover/package_rate.h"
#include "tool/tool.h"

enum { PASSPHRASE_MOST = 256 };
struct packing {
    enum handover_kind kind;
    struct day *const *days;
    size_t n_days;
    const struct merge_report *report;    /* of a merge, goes into the package; NULL: none */
    char passphrase[PASSPHRASE_MOST + 1]; /* "": a folder */
    bool is_shown;                        /* the passphrase was made here, and is to be told */
};
/* With --zip: a passphrase of --passphrase-file, or a new one. Tells what is wrong. */
enum tool_exit packing_begin(struct packing *, const struct tool *, enum handover_kind,
                             struct day *const *days, size_t n_days);
/* Makes the package in --output (here when there is none), with what of a ZIP is staged in DATA_DIR/handover, or beside
 * where there is no configuration. Tells what went wrong. */
enum tool_exit packing_write(struct packing *, const struct tool *, struct package_result *ret);
/* What a person or a program is told of it; `more` is merged into the JSON, taken, may be NULL. */
void packing_print(const struct packing *, const struct tool *, const struct package_result *, json_t *more);
void packing_done(struct packing *); /* wipes */

/* The passphrase for a ZIP that is there: of --passphrase-file, else asked for (unseen on a terminal). */
enum tool_exit packing_ask_passphrase(const struct tool *, char ret_text[static PASSPHRASE_MOST + 1]);
/* PACKAGE_OK is TOOL_DONE; anything else is told. */
enum tool_exit packing_tell(const struct tool *, enum package_fault, const struct package_result *);
/* For package_verify_watched; `arg` is a struct packing_line, {0} at first. Draws on standard error where that is a
 * terminal, and stops when the person does (Ctrl-C). */
struct packing_line {
    struct package_rate rate;
    int64_t drawn_us;
};
bool packing_watch(void *arg, const struct package_progress *);
void packing_watch_begin(void);
void packing_watch_end(void);

#endif
