/* Inside of the school's package: one context for its parts, which are written one after the other. */
#ifndef HANDOVER_SCHOOL_PRIVATE_H
#define HANDOVER_SCHOOL_PRIVATE_H
#include "base/name_template.h"
#include "handover/merge.h"
#include "handover/school.h"
#include "handover/table.h"

enum { SCHOOL_EVENT_ID_DIGITS = 12, SCHOOL_COLUMNS_MAX = 40 };
struct school {
    struct day *const *days;
    size_t n_days;
    struct merge *merge; /* NULL: one day, or nobody is known any more */
    /* the day under way */
    size_t at;
    struct day *day;
    const struct day_facts *facts;
    char event_id[SCHOOL_EVENT_ID_DIGITS + 1], year[12];
    struct name_template file_name;
    struct name_set names; /* of photographs, over all days */
    struct table table;
    int (*of_day)(struct school *);
    void *of_part; /* what the part under way keeps */
};
/* How somebody stands at the end. */
enum standing {
    STANDS_SHOT,
    STANDS_ELSEWHERE, /* photographed on another of the days */
    STANDS_EXCLUDED,
    STANDS_CAPTURED, /* before */
    STANDS_OPEN,     /* waits or is called */
    STANDS_ABSENT
};
enum standing school_standing(const struct school *, const struct day_person *);
/* On the roster, absent, and not told of on an earlier day already. */
bool school_is_absent(const struct school *, const struct day_person *);
/* "未到 no number", "过号 missed", "离开 left", "作废 void" */
const char *school_absence(const struct ticket *);
/* "缴费 due" ... of a payment state. */
const char *school_payment(enum payment_state);
const char *school_name_of(const struct school *); /* of the school, as it is written on files */
/* What the frame of a number will be called; "" for a number without one. Every number is asked for once, in order. free() */
char *school_file_name(struct school *, const struct day_number *);

/* Runs for each day in turn; 0 or the first other answer. */
int school_each_day(struct school *, int (*of_day)(struct school *));
/* Columns with the event's in front where there are several; how many. */
size_t school_columns(const struct school *, const struct book_column *own, size_t n_own,
                      struct book_column ret_columns[static SCHOOL_COLUMNS_MAX]);
/* The cells of those columns. */
void school_begin_row(struct school *);

/* A sheet of the book under way with one table over all days. */
int school_sheet(struct school *, const char *name, const struct book_column *own, size_t n_own,
                 int (*of_day)(struct school *));

/* ---- sheets of school.xlsx, in their order: 0 or -errno */
int school_summary_sheet(struct school *);
int school_numbers_sheet(struct school *);
int school_class_sheets(struct school *);
int school_absentees_sheet(struct school *);
int school_refunds_sheet(struct school *);
int school_bills_sheet(struct school *);
int school_exceptions_sheet(struct school *);
int school_ledger_sheet(struct school *);
int school_signatures_sheet(struct school *);
/* ---- files */
int school_numbers_csv(struct school *, const char *path);
int school_letters(struct school *, const char *path);
int school_summary(struct school *, const char *path);
int school_journal(struct school *, const char *path);

/* What the summaries count over a day. */
struct school_counts {
    uint32_t planned, shot, absent, excluded, captured, elsewhere, open, refunds;
};
int school_count(struct school *, struct school_counts *ret);

#endif
