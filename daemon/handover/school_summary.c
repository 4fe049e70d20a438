/* One page that says what the package holds, and the first sheet of the workbook that says the same. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "desk/ledger.h"
#include "handover/cells.h"
#include "handover/html.h"
#include "handover/school_private.h"

/* Item by item to the sheet or to the page, whichever there is. */
struct summary {
    struct buffer *page;
};

static void put_item(struct school *school, const char *item, const char *text)
{
    const struct summary *summary = school->of_part;
    if (summary->page) {
        const char *const cells[] = {item, text};
        html_row(summary->page, "td", cells, 2);
        return;
    }
    school_begin_row(school);
    table_text(&school->table, item);
    table_text(&school->table, text);
    table_end_row(&school->table);
}

static void put_count(struct school *school, const char *item, uint64_t count)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, count);
    put_item(school, item, text);
}

static void put_facts(struct school *school)
{
    const struct day_facts *facts = school->facts;
    char at[CELL_LOCAL_SIZE];
    put_item(school, "学校 School", school_name_of(school));
    put_item(school, "采集活动 Event", facts->event);
    put_item(school, "场地方案 Profile", facts->profile_name);
    cell_local(facts->created_us, at);
    put_item(school, "开始 Begun (UTC+8)", at);
    cell_local(facts->at_us, at);
    put_item(school, "截止 Up to (UTC+8)", at);
    put_item(school, "活动已结束 Closed", facts->is_closed ? "是 yes" : "否 no");
    put_count(school, "日志位置 Journal position", facts->seq);
    put_item(school, "该条哈希 Its hash", facts->head);
    put_item(school, "活动编号 Event id", facts->id);
}

static void put_lanes(struct school *school)
{
    const struct queue *queue = day_queue(school->day);
    for (size_t i = 0; i < queue_lane_count(queue); i++) {
        const struct queue_lane *lane = queue_lane_at(queue, i);
        const struct queue_counts *counts = &lane->counts;
        char item[96];
        snprintf(item, sizeof item, "机位 Lane %s", lane->name);
        char *text = bytes_format(
            "%s · 取号 issued %u = 已拍 shot %u + 过号 missed %u + 作废 void %u + 未完 open %u", lane->room,
            counts->issued, counts->shot, counts->missed, counts->voided, counts->waiting + counts->called);
        put_item(school, item, text);
        free(text);
    }
}

static int put_people(struct school *school)
{
    struct school_counts counts;
    int result = school_count(school, &counts);
    if (result != 0)
        return result;
    put_count(school, "应拍人数 Planned", counts.planned);
    put_count(school, "已拍人数 Photographed", counts.shot);
    put_count(school, "缺席人数 Absent", counts.absent);
    put_count(school, "在其他场地已拍 Photographed elsewhere", counts.elsewhere);
    put_count(school, "不在此拍摄 Excluded", counts.excluded);
    put_count(school, "此前已采集 Captured before", counts.captured);
    put_count(school, "未完成 Open", counts.open);
    put_count(school, "应退费人数 Refunds due", counts.refunds);
    return 0;
}

static int summary_of_day(struct school *school)
{
    put_facts(school);
    put_lanes(school);
    return put_people(school);
}

int school_summary_sheet(struct school *school)
{
    static const struct book_column columns[] = {{"项目", "item", 30, BOOK_TEXT},
                                                 {"内容", "content", 72, BOOK_TEXT}};
    struct summary summary = {.page = NULL};
    school->of_part = &summary;
    int result = school_sheet(school, "概要 summary", columns, 2, summary_of_day);
    school->of_part = NULL;
    return result;
}

/* ---- the page */
static int page_of_day(struct school *school)
{
    const struct summary *summary = school->of_part;
    buffer_add_text(summary->page, "<table>\n");
    int result = summary_of_day(school);
    buffer_add_text(summary->page, "</table>\n");
    return result;
}

int school_summary(struct school *school, const char *path)
{
    static const char *const files[][2] = {
        {"school.xlsx",
         "号码对应学生、各班签字表、缺席、退费、账单、例外、对账 · numbers and people, class sheets, "
         "absentees, refunds, bills, exceptions, ledger"},
        {"numbers.csv", "号码对应学生 · numbers and people"},
        {"letters.html", "补拍通知，每人一页 · a letter for each absentee"},
        {"journal.jsonl", "日志全文及哈希 · the whole journal with its hashes"},
        {"manifest.json", "文件清单与 SHA-256 · list of files"}};
    struct buffer page = {0};
    struct summary summary = {.page = &page};
    html_begin(&page, "学校交接包概要", "Package for the school");
    school->of_part = &summary;
    int result = school_each_day(school, page_of_day);
    school->of_part = NULL;
    buffer_add_text(&page, "<h2>文件 <small lang=\"en\">Files</small></h2>\n<table>\n");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        html_row(&page, "td", files[i], 2);
    buffer_add_text(&page, "</table>\n<p>本包含个人信息，只供学校使用；证件号码只以统一的掩码出现。"
                           " <span lang=\"en\">This package holds personal information and is for the school "
                           "alone; of ID numbers there is but the one mask.</span></p>\n");
    html_signatures(&page, "交出：采集机构", "Handed over by the agency", "接收：学校",
                    "Received by the school");
    html_end(&page);
    if (result == 0)
        result = table_write_text(path, &page);
    buffer_done(&page);
    return result;
}
