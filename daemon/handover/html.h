/* Pages that leave with a package: a document of its own, no script, nothing from elsewhere. Any thread. */
#ifndef HANDOVER_HTML_H
#define HANDOVER_HTML_H
#include "base/bytes.h"

void html_add(
    struct buffer *,
    const char *text); /* escaped, for text and quoted attributes; control characters become blanks */
/* The head of an A4 page in Chinese and English, up to and with <body>; and its end. */
void html_begin(struct buffer *, const char *title_zh, const char *title_en);
void html_end(struct buffer *);
/* A row of a table: n cells of tag "th" or "td". */
void html_row(struct buffer *, const char *tag, const char *const cells[], size_t n_cells);
/* Two boxes to be signed in, each headed by who signs. */
void html_signatures(struct buffer *, const char *one_zh, const char *one_en, const char *other_zh,
                     const char *other_en);

#endif
