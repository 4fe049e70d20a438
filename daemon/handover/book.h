/* A workbook (.xlsx, ECMA-376) as Excel, WPS and LibreOffice open it: made row by row in little memory, for paper as much
 * as for the screen. Headings in Chinese and English, frozen and repeated on every page, a filter on them, a print area,
 * A4 fitted to its width, "page x of y" below, Chinese fonts.
 *
 * Texts stay texts ("@", so that 0012 and an 18-digit number come out as they went in) and are never a formula nor a link.
 * Nothing in it depends on the clock, the locale or chance: the same calls give the same bytes.
 *
 * Errors stick: every call may be made after one, and book_close tells. What is written before a row is complete needs no
 * disk but that of `temp_folder`; what stands there has no name, so nothing is left behind. One thread at a time per book. */
#ifndef HANDOVER_BOOK_H
#define HANDOVER_BOOK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum book_kind {
    BOOK_TEXT,
    BOOK_NUMBER,
    BOOK_TIME, /* a date with time of day, as clocks on the wall show it in China (UTC+8) */
    BOOK_MONEY /* yuan with two decimals */
};
struct book_column {
    const char *zh, *en; /* the heading; either may be NULL */
    unsigned width;      /* in characters of a digit's width; 0: by the kind */
    enum book_kind kind;
};
struct book_sheet {
    const char *name;  /* made safe and unlike the others' (book_sheet_name) */
    const char *title; /* above every page; NULL: none */
    const struct book_column *columns;
    size_t n_columns;
    bool is_landscape;
    unsigned row_height; /* points, for rows that are written on by hand; 0: usual */
};
struct book_options {
    const char *path;        /* of the file, which must not exist */
    const char *temp_folder; /* a private folder on a disk with room for twice the sheets as XML */
    const char *title;       /* document property; NULL: none */
    int64_t at_us;           /* when the document says it was made, UTC */
};
struct book;
/* 0, or -errno and *ret untouched. Options are copied. */
int book_new(struct book **ret, const struct book_options *);
/* Begins a sheet, and ends the one before. Copies; a heading's texts are borrowed until the next sheet or book_close. */
void book_sheet(struct book *, const struct book_sheet *);

/* ---- a cell each, from left to right; more than there are columns: -EINVAL. A sheet that is full (1,048,576 rows) goes
 * on in another with the same headings. */
void book_text(struct book *,
               const char *); /* UTF-8; NULL and "": empty. Beyond 32,767 characters cut off with "…" */
void book_number(struct book *, int64_t);
void book_time(struct book *, int64_t utc_us); /* 0: empty */
void book_money(struct book *, int64_t fen);
void book_blank(struct book *);
/* The cells of this row from here on are shaded: somebody is missing. */
void book_shade(struct book *);
void book_end_row(struct book *);

/* Writes the file, not yet synced. 0; -ENOSPC, -EFBIG, -EIO ...: the temporary or the final file cannot be written, and
 * the path is gone; -EEXIST; -EILSEQ: a text that is no UTF-8. Frees the book in any case. */
int book_close(struct book *);
/* Frees it and removes the file; NULL is fine. */
void book_abandon(struct book *);

/* ---- for tests and for those who refer to sheets */
enum { BOOK_SHEET_NAME_SIZE = 31 * 3 + 1 };
/* A name as a sheet may have it: at most 31 UTF-16 units, none of []:*?/\, no apostrophe at either end, never empty, not
 * "History". Says nothing of others with the same name. */
void book_sheet_name(const char *name, char ret_name[static BOOK_SHEET_NAME_SIZE]);

#endif
