/* The report of a merge, in three forms. Rows are taken from the merge as they are needed. On the caller's thread. */
#include "handover/merge_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handover/cells.h"
#include "handover/html.h"
#include "handover/merge_report_state.h"
#include "handover/table.h"

static const char *const case_texts[MERGE_CASE_COUNT][2] = {
    [MERGE_SHOT_TWICE] = {"多场均已拍摄", "photographed on more than one"},
    [MERGE_NUMBER_TWICE] = {"多场取号", "numbers on more than one"},
    [MERGE_SHOT_ELSEWHERE] = {"已在别场拍摄", "photographed elsewhere"},
    [MERGE_NAME_DIFFERS] = {"学号相同、姓名不同，请核对", "one student number, two names: please settle"},
};

/* ---- rows: one a member */
static const struct book_column agency_columns[] = {
    {"情形", "case", 0, BOOK_TEXT},     {"人员", "person", 0, BOOK_NUMBER},
    {"活动", "event", 0, BOOK_TEXT},    {"活动编号", "event id", 0, BOOK_TEXT},
    {"拍摄号", "number", 0, BOOK_TEXT}, {"机位", "lane", 0, BOOK_TEXT},
    {"状态", "state", 0, BOOK_TEXT},    {"拍摄时间", "shot (UTC+8)", 0, BOOK_TIME},
};
static const struct book_column person_columns[] = {
    {"学号", "student_no", 0, BOOK_TEXT}, {"姓名", "name", 0, BOOK_TEXT}, {"单位", "unit", 0, BOOK_TEXT}};
enum {
    N_AGENCY = sizeof agency_columns / sizeof *agency_columns,
    N_PERSON = sizeof person_columns / sizeof *person_columns,
};

struct rows {
    const struct merge_report *report;
    struct table *table;
    struct buffer *page;
    uint64_t person;
};

void merge_report_member(const struct merge_report *report, const struct merge_elsewhere *member,
                         struct member_texts *ret)
{
    const struct day_facts *facts = day_facts(report->days[member->day]);
    *ret = (struct member_texts){.event = facts->event};
    memcpy(ret->event_id, facts->id, EVENT_ID_DIGITS);
    if (!member->ticket)
        return;
    ticket_label(&facts->profile.rules, member->ticket->lane, member->ticket->number, ret->label);
    ret->lane = member->ticket->lane;
    ret->state = ticket_state_name(member->ticket->state);
    ret->shot_us = member->ticket->shot_us;
}

bool merge_report_shows(const struct merge_report *report, enum merge_case which)
{
    return report->kind == HANDOVER_SCHOOL || (which != MERGE_SHOT_ELSEWHERE && which != MERGE_NAME_DIFFERS);
}

static void put_csv_row(struct rows *rows, enum merge_case which, const struct merge_elsewhere *member)
{
    const struct merge_report *report = rows->report;
    struct table *table = rows->table;
    struct member_texts texts;
    merge_report_member(report, member, &texts);
    table_text(table, merge_case_name(which));
    table_number(table, rows->person);
    table_text(table, texts.event);
    table_text(table, texts.event_id);
    table_text(table, texts.label);
    table_text(table, texts.lane ? texts.lane : "");
    table_text(table, texts.state ? texts.state : "");
    table_time(table, texts.shot_us);
    if (report->kind == HANDOVER_SCHOOL) {
        struct day_person person;
        day_person(report->days[member->day], &member->id, &person);
        table_text(table, person.student_no);
        table_text(table, person.name);
        table_text(table, person.unit);
    }
    table_end_row(table);
}

static void put_html_row(struct rows *rows, enum merge_case which, const struct merge_elsewhere *member)
{
    const struct merge_report *report = rows->report;
    struct member_texts texts;
    char person[24], shot[CELL_LOCAL_SIZE];
    struct day_person who = {.name = ""};
    merge_report_member(report, member, &texts);
    snprintf(person, sizeof person, "%" PRIu64, rows->person);
    cell_local(texts.shot_us, shot);
    if (report->kind == HANDOVER_SCHOOL)
        day_person(report->days[member->day], &member->id, &who);
    char *words = bytes_format("%s %s", case_texts[which][0], case_texts[which][1]);
    const char *const cells[] = {
        words, person,         texts.event, texts.event_id, texts.label, texts.state ? texts.state : "",
        shot,  who.student_no, who.name,    who.unit};
    html_row(rows->page, "td", cells,
             sizeof cells / sizeof *cells - (report->kind == HANDOVER_SCHOOL ? 0 : N_PERSON));
    free(words);
}

static int put_rows(void *arg, enum merge_case which, const struct merge_elsewhere *members, size_t n_members)
{
    struct rows *rows = arg;
    if (!merge_report_shows(rows->report, which))
        return 0;
    rows->person++;
    for (size_t i = 0; i < n_members; i++)
        if (rows->table)
            put_csv_row(rows, which, &members[i]);
        else
            put_html_row(rows, which, &members[i]);
    return 0;
}

/* ---- CSV */
static int fill(void *arg, struct table *table)
{
    struct rows rows = {.report = arg, .table = table};
    return merge_rows(rows.report->merge, put_rows, &rows);
}

static int write_csv(void *arg, const char *path)
{
    const struct merge_report *report = arg;
    struct book_column columns[N_AGENCY + N_PERSON];
    memcpy(columns, agency_columns, sizeof agency_columns);
    memcpy(columns + N_AGENCY, person_columns, sizeof person_columns);
    return table_write_csv(path, columns, N_AGENCY + (report->kind == HANDOVER_SCHOOL ? N_PERSON : 0), fill,
                           arg);
}

/* ---- the page */
static void put_events(struct buffer *out, const struct merge_report *report)
{
    static const char *const head[] = {"活动 event", "活动编号 event id", "日志位置 position",
                                       "时间 at (UTC+8)", "末条哈希 head"};
    buffer_add_text(out, "<h2>来源 <span lang=\"en\">Sources</span></h2>\n<table><thead>");
    html_row(out, "th", head, sizeof head / sizeof *head);
    buffer_add_text(out, "</thead><tbody>\n");
    for (size_t i = 0; i < report->n_days; i++) {
        const struct day_facts *facts = day_facts(report->days[i]);
        char seq[24], at[CELL_LOCAL_SIZE];
        snprintf(seq, sizeof seq, "%" PRIu64, facts->seq);
        cell_local(facts->at_us, at);
        const char *const cells[] = {facts->event, facts->id, seq, at, facts->head};
        html_row(out, "td", cells, sizeof cells / sizeof *cells);
    }
    for (size_t i = 0; i < report->n_left_out; i++) {
        const struct merge_left_out *copy = &report->left_out[i];
        char seq[24], at[CELL_LOCAL_SIZE];
        snprintf(seq, sizeof seq, "%" PRIu64, copy->seq);
        cell_local(copy->at_us, at);
        const char *const cells[] = {"旧副本，未计入 an older copy, left out", copy->id, seq, at, copy->head};
        html_row(out, "td", cells, sizeof cells / sizeof *cells);
    }
    buffer_add_text(out, "</tbody></table>\n");
}

static void put_counts(struct buffer *out, const struct merge_report *report)
{
    buffer_add_text(out, "<p>");
    for (int which = 0; which < MERGE_CASE_COUNT; which++)
        if (merge_report_shows(report, (enum merge_case)which))
            buffer_format(out, "%s <span lang=\"en\">%s</span>: <b>%" PRIu64 "</b><br>", case_texts[which][0],
                          case_texts[which][1], merge_count(report->merge, (enum merge_case)which));
    buffer_add_text(
        out,
        "号码不改，同名号码以活动区分。 <span lang=\"en\">No number was changed; equal ones are told apart"
        " by their event.</span></p>\n");
}

static int write_html(void *arg, const char *path)
{
    static const char *const head[] = {
        "情形 case",  "人员 person",           "活动 event",       "活动编号 event id", "拍摄号 number",
        "状态 state", "拍摄时间 shot (UTC+8)", "学号 student no.", "姓名 name",         "单位 unit"};
    const struct merge_report *report = arg;
    struct buffer page = {0};
    struct rows rows = {.report = report, .page = &page};
    html_begin(&page, "合并报告", "Report of the merge");
    put_events(&page, report);
    put_counts(&page, report);
    buffer_add_text(&page,
                    "<h2>跨场人员 <span lang=\"en\">People on several days</span></h2>\n<table><thead>");
    html_row(&page, "th", head,
             sizeof head / sizeof *head - (report->kind == HANDOVER_SCHOOL ? 0 : N_PERSON));
    buffer_add_text(&page, "</thead><tbody>\n");
    int result = merge_rows(report->merge, put_rows, &rows);
    buffer_add_text(&page, "</tbody></table>\n");
    html_end(&page);
    if (result == 0)
        result = table_write_text(path, &page);
    wipe_bytes(page.data, page.size);
    buffer_done(&page);
    return result;
}

static int write_json(void *arg, const char *path)
{
    json_t *json = merge_report_json(arg);
    char *dump = json_dumps(json, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    if (!dump)
        abort();
    struct buffer text = {0};
    buffer_format(&text, "%s\n", dump);
    const int result = table_write_text(path, &text);
    wipe_bytes(text.data, text.size);
    wipe_bytes(dump, strlen(dump));
    buffer_done(&text);
    free(dump);
    json_decref(json);
    return result;
}

void merge_report_parts(const struct merge_report *report, struct handover_parts *parts)
{
    struct merge_report *copy = bytes_alloc(sizeof *copy);
    *copy = *report;
    handover_parts_keep(parts, copy, free);
    handover_parts_add(parts, "merge-report.html", write_html, copy, 0);
    handover_parts_add(parts, "merge-report.csv", write_csv, copy, 0);
    handover_parts_add(parts, "merge-report.json", write_json, copy, 0);
}
