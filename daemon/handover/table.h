/* Rows that go to a CSV or to a workbook's sheet alike: the same cells, written once. Any thread. */
#ifndef HANDOVER_TABLE_H
#define HANDOVER_TABLE_H
#include "handover/book.h"
#include "handover/csv.h"

/* Exactly one is set; borrowed. */
struct table {
    struct csv *csv;
    struct book *book;
};
/* A CSV's first row; of a book the sheet has its headings already. */
void table_head(struct table *, const struct book_column *columns, size_t n_columns);
void table_text(struct table *, const char *);
void table_number(struct table *, uint64_t);
void table_utc(struct table *, int64_t utc_us);  /* a text, to the microsecond */
void table_time(struct table *, int64_t utc_us); /* by the clocks in China; a CSV: a text to the second */
void table_end_row(struct table *);

/* A CSV of its own at `path`, which must not exist: `fill` adds the rows behind the head, 0 or -errno. 0 or -errno. */
int table_write_csv(const char *path, const struct book_column *columns, size_t n_columns,
                    int (*fill)(void *arg, struct table *), void *arg);
/* Text at `path`, which must not exist. 0 or -errno. */
int table_write_text(const char *path, const struct buffer *text);

#endif
