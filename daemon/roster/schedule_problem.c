/* The list of findings. Must not decide what is wrong. Pure; any thread. */
#include "roster/schedule_problem.h"
#include <stdlib.h>

#include "base/bytes.h"

static const struct {
    const char *code, *en, *zh;
    enum schedule_severity severity;
} texts[] = {
#define SCHEDULE_PROBLEM(name, code, severity, en, zh) {code, en, zh, SCHEDULE_##severity},
#include "roster/schedule_problem.def"
#undef SCHEDULE_PROBLEM
};

const char *schedule_code_text(enum schedule_code code)
{
    return texts[code].code;
}

enum schedule_severity schedule_code_severity(enum schedule_code code)
{
    return texts[code].severity;
}

const char *schedule_severity_text(enum schedule_severity severity)
{
    static const char *const names[] = {"note", "warning", "error"};
    return names[severity];
}

static char *fill_gaps(const char *sentence, const struct schedule_word *words, size_t n_words,
                       bool in_english)
{
    struct buffer text = {0};
    buffer_add_text(&text, "");
    for (const char *at = sentence; *at; at++) {
        size_t gap = (size_t)(at[1] - '0');
        if (at[0] != '{' || at[1] < '0' || at[1] > '9' || at[2] != '}') {
            buffer_add(&text, at, 1);
            continue;
        }
        if (gap < n_words)
            buffer_add_text(&text, in_english && words[gap].en ? words[gap].en : words[gap].zh);
        at += 2;
    }
    return text.data;
}

void schedule_report(struct schedule_problems *problems, enum schedule_code code, struct schedule_where where,
                     const struct schedule_word *words, size_t n_words)
{
    problems->n_by_severity[texts[code].severity]++;
    if (problems->n_items >= SCHEDULE_PROBLEMS_MAX) {
        problems->n_dropped++;
        return;
    }
    problems->items = bytes_resize(problems->items, (problems->n_items + 1) * sizeof *problems->items);
    problems->items[problems->n_items++] = (struct schedule_problem){
        .code = code,
        .sheet = bytes_text(where.sheet ? where.sheet : ""),
        .row = where.row,
        .other_row = where.other_row,
        .column = where.column,
        .zh = fill_gaps(texts[code].zh, words, n_words, false),
        .en = fill_gaps(texts[code].en, words, n_words, true),
    };
}

bool schedule_has_errors(const struct schedule_problems *problems)
{
    return problems->n_by_severity[SCHEDULE_ERROR] > 0;
}

static void free_item(struct schedule_problem *item)
{
    free(item->sheet);
    free(item->zh);
    free(item->en);
}

void schedule_problems_move(struct schedule_problems *problems, struct schedule_problems *more)
{
    for (size_t i = 0; i < 3; i++)
        problems->n_by_severity[i] += more->n_by_severity[i];
    problems->n_dropped += more->n_dropped;
    problems->items =
        bytes_resize(problems->items, (problems->n_items + more->n_items + 1) * sizeof *problems->items);
    for (size_t i = 0; i < more->n_items; i++) {
        if (problems->n_items < SCHEDULE_PROBLEMS_MAX) {
            problems->items[problems->n_items++] = more->items[i];
        } else {
            problems->n_dropped++;
            free_item(&more->items[i]);
        }
    }
    free(more->items);
    *more = (struct schedule_problems){0};
}

void schedule_problems_done(struct schedule_problems *problems)
{
    for (size_t i = 0; i < problems->n_items; i++)
        free_item(&problems->items[i]);
    free(problems->items);
    *problems = (struct schedule_problems){0};
}
