/* The same rows as text and as a page. No I/O, no clock. Any thread. */
#include "handover/certificate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"

struct row {
    const char *zh, *en;
    char *value;
};
enum { ROWS_MAX = 24 };
struct rows {
    struct row list[ROWS_MAX];
    size_t count;
};

struct words {
    const char *title_zh, *title_en, *note_zh, *note_en;
};
static const char title_zh[] = "个人信息销毁证明", title_en[] = "Certificate of destruction of personal data";
static const char copy_title_zh[] = "未继续副本的个人信息销毁证明",
                  copy_title_en[] =
                      "Certificate of destruction of personal data in a copy that did not go on";
static const char copy_note_zh[] = "本证明只涉及活动的一份未继续的副本；活动在另一份副本上继续，那一份没有因"
                                   "此销毁任何内容，须另行销毁并另有证明。"
                                   "本副本数据库中所有密封的个人字段已被覆盖删除，数据库文件已重写，数据目录"
                                   "内的密钥文件已被覆盖并删除。继续的副本"
                                   "使用同一密钥；本副本日志中密封的原因和此前的备份只有用该密钥才能读取。日"
                                   "志保留，其中没有姓名、证件号、学号和采集码。";
static const char copy_note_en[] =
    "This certificate is of one copy of the event that did not go on. The event goes on as another copy, of "
    "which nothing was destroyed hereby; it needs a purge and a certificate of its own. Every sealed "
    "personal field in this copy's database was overwritten and deleted, the file was written anew, and a "
    "key in its data folder was overwritten and deleted. The copy that goes on has the same key; sealed "
    "reasons in this copy's journal and earlier backups can be read with that key only. The journal stays; "
    "it holds no name, ID number, student number or capture code.";
static const char note_zh[] =
    "本活动的密钥已被覆盖并删除，数据库中所有密封的个人字段已被覆盖删除，数据库文件已重写。此前的备份若仍存在"
    "，其中的个人字段没有"
    "密钥无法读取；若有密钥的另存副本，须由保管人一并销毁。日志保留，其中没有姓名、证件号、学号和采集码。";
static const char note_en[] = "The event's key was overwritten and deleted; every sealed personal field in "
                              "the database was overwritten and deleted, "
                              "and the file was written anew. Personal fields in earlier backups cannot be "
                              "read without the key; whoever keeps a copy "
                              "of the key must destroy it, too. The journal stays; it holds no name, ID "
                              "number, student number or capture code.";

/* Takes `value`. */
static void add(struct rows *rows, const char *zh, const char *en, char *value)
{
    if (rows->count == ROWS_MAX)
        abort();
    rows->list[rows->count++] = (struct row){zh, en, value};
}

static char *number(uint64_t value)
{
    return bytes_format("%" PRIu64, value);
}

static char *hex(const uint8_t *bytes)
{
    char *text = bytes_alloc(2 * JOURNAL_HASH_SIZE + 1);
    hex_encode(bytes, JOURNAL_HASH_SIZE, text);
    return text;
}

/* China Standard Time, whatever the machine's zone. */
static char *time_text(int64_t at_us)
{
    enum { ZONE_S = 8 * 3600, TEXT = 40 };
    char text[TEXT] = "";
    time_t at = (time_t)(at_us / 1000000 + ZONE_S);
    struct tm local;
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S +08:00", gmtime_r(&at, &local));
    return bytes_text(text);
}

static char *package(const struct journal_handed_over *package)
{
    return package->seq ? bytes_format("%" PRIu64 ", SHA-256 %s", package->seq, package->digest)
                        : bytes_text("–");
}

static char *joined(char *const *list, size_t count)
{
    struct buffer out = {0};
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(&out, i ? "; " : "");
        buffer_add_text(&out, list[i]);
    }
    return count ? out.data : bytes_text("–");
}

/* Whole sentences; chosen by what the journal says. */
static struct words words_of(const struct certificate *certificate)
{
    return certificate->copy->other_seq
               ? (struct words){copy_title_zh, copy_title_en, copy_note_zh, copy_note_en}
               : (struct words){title_zh, title_en, note_zh, note_en};
}

static void fill_copy(const struct journal_copy *copy, struct rows *rows)
{
    if (!copy->other_seq)
        return;
    add(rows, "本副本（已移机次数，编号）", "This copy (moves, id)",
        bytes_format("%" PRIu32 ", %s", copy->moves, *copy->copy ? copy->copy : "–"));
    add(rows, "继续的副本，最后所见（已移机次数，日志位置）",
        "The copy that goes on, as last seen (moves, journal position)",
        bytes_format("%" PRIu32 ", %" PRIu64, copy->other_moves, copy->other_seq));
}

static void fill(const struct certificate *certificate, struct rows *rows)
{
    const struct journal_copy *copy = certificate->copy;
    const struct purge_counts *counts = certificate->counts;
    add(rows, "采集活动", "Event", bytes_text(copy->name));
    add(rows, "活动编号", "Event id", hex(copy->event));
    fill_copy(copy, rows);
    add(rows, "建立时间", "Created", time_text(copy->created_us));
    add(rows, "销毁时间", "Destroyed", time_text(copy->purged_us));
    add(rows, "人员记录", "Records of people", number(counts->people));
    add(rows, "证件号、学号和采集码", "ID numbers, student numbers, codes", number(counts->credentials));
    add(rows, "规则和时间表的原文", "Texts of profiles and schedules", bytes_text("全部 all"));
    if (copy->other_seq)
        add(rows, "手写的原因（密封，仅凭继续副本的密钥可读）",
            "Written reasons (sealed; only the key of the copy that goes on opens them)",
            number(counts->reasons));
    else
        add(rows, "手写的原因（已无法读取）", "Written reasons (unreadable now)", number(counts->reasons));
    add(rows, "本机保存的交接包", "Packages kept on this computer", number(counts->packages));
    add(rows, "本机数据目录内的备份", "Backups in the data folder", number(counts->backups));
    if (certificate->key_left)
        add(rows, "密钥（不在数据目录内，未动）", "Key (outside the data folder, left alone)",
            bytes_text(certificate->key_left));
    else
        add(rows, "密钥", "Keys", bytes_text("1"));
    add(rows, "影像机构交接包（日志位置，清单摘要）",
        "Agency package (journal position, digest of its manifest)", package(&copy->agency));
    add(rows, "学校交接包（日志位置，清单摘要）", "School package (journal position, digest of its manifest)",
        package(&copy->school));
    char head[2 * JOURNAL_HASH_SIZE + 1];
    hex_encode(copy->head, sizeof copy->head, head);
    add(rows, "日志末位与摘要", "Journal: last position and head",
        bytes_format("%" PRIu64 ", %s", copy->seq, head));
    add(rows, "配置的备份文件夹", "Configured backup folder",
        bytes_text(*certificate->backup_folder ? certificate->backup_folder : "–"));
    add(rows, "其中尚存的备份", "Backups still in it", joined(certificate->backups, certificate->n_backups));
    add(rows, "数据目录中未动的其他文件", "Other files left in the data folder",
        joined(certificate->left_alone, certificate->n_left_alone));
}

static void rows_done(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free(rows->list[i].value);
}

char *certificate_text(const struct certificate *certificate)
{
    struct rows rows = {.count = 0};
    struct buffer out = {0};
    const struct words words = words_of(certificate);
    fill(certificate, &rows);
    buffer_format(&out, "%s\n%s\n\n", words.title_zh, words.title_en);
    for (size_t i = 0; i < rows.count; i++)
        buffer_format(&out, "%s / %s: %s\n", rows.list[i].zh, rows.list[i].en, rows.list[i].value);
    buffer_format(&out, "\n%s\n%s\n\n", words.note_zh, words.note_en);
    buffer_add_text(&out, "影像机构 / Agency: ______________________  日期 / Date: ____________\n"
                          "学校 / School:     ______________________  日期 / Date: ____________\n");
    rows_done(&rows);
    return out.data;
}

static void add_escaped(struct buffer *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '<':
            buffer_add_text(out, "&lt;");
            break;
        case '>':
            buffer_add_text(out, "&gt;");
            break;
        case '&':
            buffer_add_text(out, "&amp;");
            break;
        case '"':
            buffer_add_text(out, "&quot;");
            break;
        default:
            buffer_add(out, text, 1);
        }
    }
}

static const char style[] =
    "@page{size:A4;margin:20mm}body{font:11pt/1.5 'Noto Sans CJK SC','Source Han Sans SC','Microsoft "
    "YaHei',sans-serif;"
    "color:#000;background:#fff;max-width:170mm;margin:0 auto}h1{font-size:18pt;text-align:center;margin:0}"
    "h2{font-size:12pt;font-weight:normal;text-align:center;margin:0 0 "
    "8mm}table{border-collapse:collapse;width:100%}"
    "th,td{border:.3mm solid #000;padding:1.5mm 2mm;text-align:left;vertical-align:top;font-weight:normal}"
    "th{width:62mm}td{overflow-wrap:anywhere}th span{display:block;font-size:9pt}p{margin:4mm 0}"
    ".sign{margin-top:16mm;display:flex;gap:10mm}.sign div{flex:1;border-top:.3mm solid #000;padding-top:2mm;"
    "margin-top:14mm}";

char *certificate_html(const struct certificate *certificate)
{
    struct rows rows = {.count = 0};
    struct buffer out = {0};
    const struct words words = words_of(certificate);
    fill(certificate, &rows);
    buffer_format(
        &out,
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<title>%s</title>\n"
        "<style>%s</style>\n</head>\n<body>\n<h1>%s</h1>\n<h2 lang=\"en\">%s</h2>\n<table>\n",
        words.title_zh, style, words.title_zh, words.title_en);
    for (size_t i = 0; i < rows.count; i++) {
        buffer_format(&out, "<tr><th scope=\"row\">%s<span lang=\"en\">%s</span></th><td>", rows.list[i].zh,
                      rows.list[i].en);
        add_escaped(&out, rows.list[i].value);
        buffer_add_text(&out, "</td></tr>\n");
    }
    buffer_format(&out, "</table>\n<p>%s</p>\n<p lang=\"en\">%s</p>\n", words.note_zh, words.note_en);
    buffer_add_text(&out, "<div class=\"sign\"><div>影像机构 / Agency　　　　日期 / Date</div>"
                          "<div>学校 / School　　　　日期 / Date</div></div>\n</body>\n</html>\n");
    rows_done(&rows);
    return out.data;
}
