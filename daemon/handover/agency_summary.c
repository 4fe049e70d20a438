/* The one page that goes with the numbers, to be read and signed by both. Builds it in memory; on the caller's thread. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "handover/agency.h"
#include "handover/cells.h"
#include "handover/html.h"

struct lane_sum {
    struct queue_counts counts;
    uint64_t retakes, suspects;
    int64_t first_us, last_us; /* the first number issued, the latest frame */
};

static void add_ticket(struct lane_sum *sum, const struct ticket *ticket)
{
    sum->retakes += ticket->retakes;
    sum->suspects += ticket->is_suspect;
    if (!sum->first_us || ticket->issued_us < sum->first_us)
        sum->first_us = ticket->issued_us;
    if (ticket->shot_us > sum->last_us)
        sum->last_us = ticket->shot_us;
}

static void sum_lane(const struct queue *queue, const struct queue_lane *lane, struct lane_sum *ret)
{
    *ret = (struct lane_sum){.counts = lane->counts};
    for (uint32_t number = 1; number <= lane->counts.issued; number++)
        add_ticket(ret, queue_ticket(queue, lane->name, number));
}

static void add_sum(struct lane_sum *total, const struct lane_sum *sum)
{
    total->counts.issued += sum->counts.issued;
    total->counts.shot += sum->counts.shot;
    total->counts.missed += sum->counts.missed;
    total->counts.voided += sum->counts.voided;
    total->counts.waiting += sum->counts.waiting;
    total->counts.called += sum->counts.called;
    total->retakes += sum->retakes;
    total->suspects += sum->suspects;
}

static void put_row(struct buffer *out, const char *lane, const char *range, const struct lane_sum *sum)
{
    enum { CELLS = 11, SIZE = 24 };
    const uint64_t numbers[] = {sum->counts.issued,
                                sum->counts.shot,
                                sum->counts.missed,
                                sum->counts.voided,
                                (uint64_t)sum->counts.waiting + sum->counts.called,
                                sum->retakes,
                                sum->suspects};
    enum { NUMBERS = sizeof numbers / sizeof *numbers };
    char texts[NUMBERS][SIZE], first[CELL_LOCAL_SIZE], latest[CELL_LOCAL_SIZE];
    const char *cells[CELLS] = {lane, range};
    for (size_t i = 0; i < NUMBERS; i++) {
        snprintf(texts[i], SIZE, "%" PRIu64, numbers[i]);
        cells[2 + i] = texts[i];
    }
    cell_local(sum->first_us, first);
    cell_local(sum->last_us, latest);
    cells[2 + NUMBERS] = first;
    cells[3 + NUMBERS] = latest;
    html_row(out, "td", cells, CELLS);
}

static void put_lane(struct buffer *out, const struct queue *queue, const struct queue_lane *lane,
                     struct lane_sum *total)
{
    char first[TICKET_LABEL_SIZE], latest[TICKET_LABEL_SIZE], range[2 * TICKET_LABEL_SIZE + 4] = "";
    struct lane_sum sum;
    sum_lane(queue, lane, &sum);
    add_sum(total, &sum);
    if (sum.counts.issued) {
        ticket_label(&queue_event(queue)->rules, lane->name, 1, first);
        ticket_label(&queue_event(queue)->rules, lane->name, sum.counts.issued, latest);
        snprintf(range, sizeof range, "%s – %s", first, latest);
    }
    char *name = bytes_format("%s%s%s", lane->name, *lane->room ? " · " : "", lane->room);
    put_row(out, name, range, &sum);
    free(name);
}

static void put_facts(struct buffer *out, const struct day_facts *facts)
{
    char at[CLOCK_TEXT_SIZE], local[CELL_LOCAL_SIZE];
    cell_utc(facts->at_us, at);
    cell_local(facts->at_us, local);
    buffer_add_text(out, "<h2>");
    html_add(out, facts->event);
    buffer_add_text(out, "</h2>\n<p>");
    buffer_format(
        out, "日志位置 <span lang=\"en\">journal position</span> <b>%" PRIu64 "</b> · %s (UTC+8) · %s<br>",
        facts->seq, local, at);
    buffer_format(out, "活动编号 <span lang=\"en\">event id</span> <code>%s</code><br>", facts->id);
    buffer_format(out, "日志末条哈希 <span lang=\"en\">head hash</span> <code>%s</code><br>", facts->head);
    buffer_add_text(out, facts->is_closed
                             ? "活动已关闭 <span lang=\"en\">the event is closed</span></p>\n"
                             : "<b>活动尚未关闭 <span lang=\"en\">the event is still open</span></b></p>\n");
}

static void put_day(struct buffer *out, const struct day *day)
{
    static const char *const head[] = {
        "机位 lane",         "号码 numbers", "发号 issued",  "已拍 shot",    "过号 missed",
        "作废 void",         "未完成 open",  "重拍 retakes", "存疑 suspect", "首次取号 first issued",
        "末次拍摄 last shot"};
    const struct queue *queue = day_queue(day);
    struct lane_sum total = {.first_us = 0};
    put_facts(out, day_facts(day));
    buffer_add_text(out, "<table><thead>");
    html_row(out, "th", head, sizeof head / sizeof *head);
    buffer_add_text(out, "</thead><tbody>\n");
    for (size_t i = 0; i < queue_lane_count(queue); i++)
        put_lane(out, queue, queue_lane_at(queue, i), &total);
    put_row(out, "合计 total", "", &total);
    buffer_add_text(out, "</tbody></table>\n");
}

static void put_explanation(struct buffer *out)
{
    buffer_add_text(
        out,
        "<p>每个机位的号码从 1 连续编排，无缺号、无重号、不改号；本页由日志逐条重放得出。<br>"
        "<span lang=\"en\">In each lane the numbers run from 1 without a gap, none twice, none renumbered; "
        "this page was"
        " replayed from the journal, entry by entry.</span></p>\n"
        "<h2>文件 <span lang=\"en\">Files</span></h2>\n<ul>\n"
        "<li><code>numbers.csv</code>、<code>numbers.xlsx</code>：每个拍摄号一行。"
        "<span lang=\"en\">One row for each number.</span></li>\n"
        "<li><code>manifest.json</code>：全部文件的大小与 SHA-256。"
        "<span lang=\"en\">Size and SHA-256 of every file.</span></li>\n</ul>\n"
        "<p>核验 <span lang=\"en\">To verify</span>：<code>paihao handover verify</code> + 本文件夹或 ZIP "
        "<span lang=\"en\">this folder or ZIP</span></p>\n");
}

void agency_summary(struct day *const days[], size_t n_days, struct buffer *ret)
{
    html_begin(ret, "拍摄交接单（机构）", "Hand-over to the agency");
    for (size_t i = 0; i < n_days; i++)
        put_day(ret, days[i]);
    put_explanation(ret);
    html_signatures(ret, "拍摄机构", "for the agency", "学校", "for the school");
    html_end(ret);
}
