/* Builds pages in memory: a sheet or two of paper. No state; any thread. */
#include "handover/html.h"

#include <string.h>

void html_add(struct buffer *out, const char *text)
{
    static const struct {
        char plain;
        const char *escaped;
    } table[] = {{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    for (; *text; text++) {
        const char *escaped = NULL;
        for (size_t i = 0; i < sizeof table / sizeof *table && !escaped; i++)
            if (*text == table[i].plain)
                escaped = table[i].escaped;
        if (escaped)
            buffer_add_text(out, escaped);
        else
            buffer_add(out, (unsigned char)*text < 0x20 || *text == 0x7f ? " " : text, 1);
    }
}

void html_begin(struct buffer *out, const char *title_zh, const char *title_en)
{
    buffer_add_text(out, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    html_add(out, title_zh);
    buffer_add_text(out, " · ");
    html_add(out, title_en);
    buffer_add_text(
        out,
        "</title>\n<style>\n@page { size: A4; margin: 14mm }\n"
        "body { font: 10.5pt/1.45 \"Noto Sans CJK SC\", \"Microsoft YaHei\", \"PingFang SC\", sans-serif;"
        " max-width: 182mm; margin: 6mm auto; color: #000; background: #fff }\n"
        "h1 { font-size: 17pt; margin: 0 0 3mm } h2 { font-size: 12pt; margin: 5mm 0 1.5mm }\n"
        "table { border-collapse: collapse; width: 100% } th, td { border: 0.3mm solid #666;"
        " padding: 1mm 1.5mm; text-align: left; vertical-align: top; overflow-wrap: anywhere }\n"
        "thead th { background: #eee } tr { break-inside: avoid } p, ul { margin: 1.5mm 0 }\n"
        "code { font-family: monospace; font-size: 9pt; overflow-wrap: anywhere }\n"
        ".sign { display: flex; gap: 8mm; margin-top: 7mm; break-inside: avoid }\n"
        ".sign div { flex: 1; border: 0.3mm solid #666; padding: 2mm; min-height: 26mm }\n"
        "</style>\n</head>\n<body>\n<h1>");
    html_add(out, title_zh);
    buffer_add_text(out, " <small lang=\"en\">");
    html_add(out, title_en);
    buffer_add_text(out, "</small></h1>\n");
}

void html_end(struct buffer *out)
{
    buffer_add_text(out, "</body>\n</html>\n");
}

void html_row(struct buffer *out, const char *tag, const char *const cells[], size_t n_cells)
{
    buffer_add_text(out, "<tr>");
    for (size_t i = 0; i < n_cells; i++) {
        buffer_format(out, "<%s>", tag);
        html_add(out, cells[i]);
        buffer_format(out, "</%s>", tag);
    }
    buffer_add_text(out, "</tr>\n");
}

static void signature(struct buffer *out, const char *zh, const char *en)
{
    buffer_add_text(out, "<div><b>");
    html_add(out, zh);
    buffer_add_text(out, "</b> <span lang=\"en\">");
    html_add(out, en);
    buffer_add_text(out, "</span><p>姓名 Name：</p><p>签字 Signature：</p><p>日期 Date：</p></div>\n");
}

void html_signatures(struct buffer *out, const char *one_zh, const char *one_en, const char *other_zh,
                     const char *other_en)
{
    buffer_add_text(out, "<div class=\"sign\">\n");
    signature(out, one_zh, one_en);
    signature(out, other_zh, other_en);
    buffer_add_text(out, "</div>\n");
}
