/* merge: databases of lanes, rooms and campuses that had no network between them, as one package. Needs no configuration and
 * touches no database. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "handover/cells.h"
#include "handover/merge.h"
#include "handover/merge_report.h"
#include "tool/commands.h"
#include "tool/packing.h"

struct merging {
    struct tool *tool;
    char **databases; /* as they were opened */
    struct day **days;
    size_t n_days;
    struct day **kept; /* of those, in the same order, borrowed */
    size_t n_kept;
    struct merge_left_out *left_out;
    struct merge_copy *copies;
    struct merge *merge;
};

/* ---- opening */
static char *database_of(const char *argument)
{
    struct stat status;
    const bool is_folder = stat(argument, &status) == 0 && S_ISDIR(status.st_mode);
    return is_folder ? bytes_format("%s/event.db", argument) : bytes_text(argument);
}

static char *key_beside(const char *database)
{
    const char *slash = strrchr(database, '/');
    return bytes_format("%.*ssecret.key", slash ? (int)(slash - database + 1) : 0, database);
}

static enum tool_exit open_one(struct merging *merging, size_t at)
{
    const struct tool_options *options = &merging->tool->options;
    char *detail = NULL, *words = NULL;
    char *database = merging->databases[at] = database_of(options->arguments[at]);
    char *key = at < options->n_keys ? bytes_text(options->keys[at]) : key_beside(database);
    enum journal_fault fault = day_open(&merging->days[at], database, key, &detail);
    enum tool_exit result = TOOL_DONE;
    if (fault == JOURNAL_OK && day_facts(merging->days[at])->is_purged) {
        result = tool_refuse(options, PROBLEM_EVENT_PURGED);
    } else if (fault == JOURNAL_MISSING) {
        char *zh = bytes_format("%s：没有采集活动的数据。", database);
        words = bytes_format("%s: there is no event's database", database);
        result = tool_refuse_because(options, PROBLEM_NO_EVENT, zh, words);
        free(zh);
    } else if (fault != JOURNAL_OK) {
        words = bytes_format("%s: %s", database, detail ? detail : journal_fault_text(fault));
        result = tool_journal_fault(options, fault, words);
    }
    free(words);
    free(detail);
    free(key);
    return result;
}

static enum tool_exit open_all(struct merging *merging)
{
    enum tool_exit result = TOOL_DONE;
    for (size_t i = 0; i < merging->n_days && result == TOOL_DONE; i++)
        result = open_one(merging, i);
    return result;
}

/* ---- copies of one event */
static enum tool_exit refuse_fork(const struct merging *merging, const struct merge_fork *fork)
{
    char one[CELL_LOCAL_SIZE], other[CELL_LOCAL_SIZE];
    const char *databases[] = {merging->databases[fork->one], merging->databases[fork->other]};
    cell_local(fork->entries[0].at_us, one);
    cell_local(fork->entries[1].at_us, other);
    char *zh = bytes_format("同一活动的两份数据各自继续过，不能合并：自日志第 %" PRIu64
                            " 条起不同（%s：%s，%s；%s：%s，%s）。",
                            fork->seq, databases[0], entry_kind_name(fork->entries[0].kind), one,
                            databases[1], entry_kind_name(fork->entries[1].kind), other),
         *en = bytes_format(
             "Two copies of one event each went on by themselves and cannot be merged: they part at entry "
             "%" PRIu64 " (%s: %s at %s; %s: %s at %s, UTC+8).",
             fork->seq, databases[0], entry_kind_name(fork->entries[0].kind), one, databases[1],
             entry_kind_name(fork->entries[1].kind), other);
    enum tool_exit result = tool_refuse_because(&merging->tool->options, PROBLEM_EVENT_ELSEWHERE, zh, en);
    free(zh);
    free(en);
    return result;
}

static void leave_out(struct merging *merging, const struct day_facts *facts, size_t n_left_out)
{
    struct merge_left_out *copy = &merging->left_out[n_left_out];
    *copy = (struct merge_left_out){.seq = facts->seq, .at_us = facts->at_us};
    memcpy(copy->id, facts->id, sizeof copy->id);
    memcpy(copy->head, facts->head, sizeof copy->head);
}

static enum tool_exit choose(struct merging *merging)
{
    struct merge_fork fork;
    int error = merge_copies(merging->days, merging->n_days, merging->copies, &fork);
    if (error == -EEXIST)
        return refuse_fork(merging, &fork);
    if (error)
        return tool_refuse(&merging->tool->options, PROBLEM_STORE_FAILED);
    for (size_t i = 0; i < merging->n_days; i++)
        if (merging->copies[i].is_left_out)
            leave_out(merging, day_facts(merging->days[i]), i - merging->n_kept);
        else
            merging->kept[merging->n_kept++] = merging->days[i];
    error = merge_new(&merging->merge, merging->kept, merging->n_kept);
    return error ? tool_refuse(&merging->tool->options, PROBLEM_STORE_FAILED) : TOOL_DONE;
}

/* ---- telling */
static void print_sources(const struct merging *merging)
{
    for (size_t i = 0; i < merging->n_days; i++) {
        const struct day_facts *facts = day_facts(merging->days[i]);
        if (merging->copies[i].is_left_out)
            printf("%s: an older copy of %s, left out / 旧副本，未计入\n", merging->databases[i],
                   merging->databases[merging->copies[i].of]);
        else
            printf("%s: %s, journal position %" PRIu64 "\n", merging->databases[i], facts->event, facts->seq);
    }
    for (int which = 0; which < MERGE_CASE_COUNT; which++)
        printf("%s %" PRIu64 "%s", merge_case_name((enum merge_case)which),
               merge_count(merging->merge, (enum merge_case)which),
               which + 1 < MERGE_CASE_COUNT ? ", " : "\n");
}

static enum tool_exit pack(struct merging *merging, enum handover_kind kind)
{
    struct tool *tool = merging->tool;
    struct package_result made = {0};
    struct packing packing;
    const struct merge_report report = {.kind = kind,
                                        .days = merging->kept,
                                        .n_days = merging->n_kept,
                                        .merge = merging->merge,
                                        .left_out = merging->left_out,
                                        .n_left_out = merging->n_days - merging->n_kept};
    enum tool_exit result = packing_begin(&packing, tool, kind, merging->kept, merging->n_kept);
    packing.report = &report;
    if (result == TOOL_DONE)
        result = packing_write(&packing, tool, &made);
    if (result == TOOL_DONE && !tool->options.is_json)
        print_sources(merging);
    if (result == TOOL_DONE)
        packing_print(&packing, tool, &made, json_pack("{s:o}", "merge", merge_report_json(&report)));
    packing_done(&packing);
    free(made.path);
    return result;
}

enum tool_exit check_merge(const struct tool_options *options)
{
    if (strcmp(options->kind, "agency") != 0 && strcmp(options->kind, "school") != 0)
        return tool_wrong_usage(options, "--kind is agency or school");
    if (options->n_arguments < 2 || options->n_arguments > MERGE_DAYS_MAX)
        return tool_wrong_usage(options, "merge takes 2 to %d databases", MERGE_DAYS_MAX);
    if (options->n_keys > options->n_arguments)
        return tool_wrong_usage(options, "more --key than databases");
    if (options->passphrase_file && !options->is_zip)
        return tool_wrong_usage(options, "--passphrase-file goes with --zip");
    return TOOL_DONE;
}

enum tool_exit run_merge(struct tool *tool)
{
    const size_t count = tool->options.n_arguments;
    struct merging merging = {
        .tool = tool,
        .databases = bytes_alloc(count * sizeof *merging.databases),
        .days = bytes_alloc(count * sizeof *merging.days),
        .n_days = count,
        .kept = bytes_alloc(count * sizeof *merging.kept),
        .left_out = bytes_alloc(count * sizeof *merging.left_out),
        .copies = bytes_alloc(count * sizeof *merging.copies),
    };
    enum tool_exit result = open_all(&merging);
    if (result == TOOL_DONE)
        result = choose(&merging);
    if (result == TOOL_DONE)
        result =
            pack(&merging, strcmp(tool->options.kind, "agency") == 0 ? HANDOVER_AGENCY : HANDOVER_SCHOOL);
    merge_free(merging.merge);
    for (size_t i = 0; i < count; i++) {
        day_close(merging.days[i]);
        free(merging.databases[i]);
    }
    free(merging.databases);
    free(merging.days);
    free(merging.kept);
    free(merging.left_out);
    free(merging.copies);
    return result;
}
