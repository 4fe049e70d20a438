/* A table as an office keeps it: CSV, XLSX or XLS bytes, given row by row, every cell as text and as what it was.
 *
 * The bytes come from strangers, so whoever serves people reads them in a confined child (roster/table_child.h); the
 * readers themselves are push parsers or libraries over one block of memory and open nothing. */
#ifndef ROSTER_TABLE_H
#define ROSTER_TABLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cell_kind {
    CELL_EMPTY = 0,
    CELL_TEXT,   /* text was text */
    CELL_NUMBER, /* text: as the cell holds it, every digit ("20210001", "9.90101E+17"); `number` beside it */
    CELL_DATE, /* a number in a date or time format; text: "2019-11-24", "08:30" or "2019-11-24 08:30"; ":05" behind
                    the minutes when there are seconds */
    CELL_BOOL,  /* "TRUE" or "FALSE" */
    CELL_ERROR, /* "#N/A" ... */
};
struct table_cell {
    enum cell_kind kind;
    const char *text; /* UTF-8 without NUL, at most TABLE_CELL_MAX bytes; "" when empty */
    double number;    /* CELL_NUMBER and CELL_DATE (days since 1899-12-30) */
    bool
        was_formula; /* what a program computed last; CELL_EMPTY: nothing, the workbook was never calculated */
};
enum { TABLE_CELL_MAX = 32767, TABLE_COLUMNS_MAX = 256, TABLE_ROWS_MAX = 1048576 };

struct table_row {
    const char *sheet; /* its name; "" for CSV */
    uint32_t number;   /* as the office sees it, from 1; empty rows are left away, so numbers may jump */
    bool is_hidden;    /* the row, or its whole sheet */
    const struct table_cell *cells;
    size_t n_cells; /* trailing empty cells may be left away */
};
/* Cells that are one in the office's eyes, both corners included, from 1. Only the first one has a value. */
struct table_merge {
    const char *sheet;
    uint32_t first_row, first_column, last_row, last_column;
};

/* What was made of a file that is not quite as it should be. */
enum table_note {
    TABLE_NOTE_NONE = 0,
    TABLE_NOTE_FULL_WIDTH_COMMA, /* cells were separated by "，" */
    TABLE_NOTE_MIXED_COMMA,      /* a row with fewer cells than the first and a "，" in one of them */
    TABLE_NOTE_COUNT
};

enum table_fault {
    TABLE_OK = 0,
    TABLE_STOPPED,   /* a callback said so */
    TABLE_EMPTY,     /* no row at all */
    TABLE_UNKNOWN,   /* neither text nor a workbook that is known */
    TABLE_ENCRYPTED, /* a workbook with a password */
    TABLE_BROKEN,    /* damaged, cut off, or not what it says it is */
    TABLE_TOO_LARGE, /* rows, columns, cells or unpacked bytes beyond the limits */
    TABLE_WEB_PAGE,  /* HTML or XML under a workbook's name, as some systems export */
    TABLE_ENCODING,  /* text that is none of UTF-8, UTF-16 and GB18030 */
    TABLE_SYSTEM,    /* the confined child could not be run, or was killed */
    TABLE_FAULT_COUNT
};
/* Stable code ("table-broken") and words for the person who gave the file. */
const char *table_fault_code(enum table_fault);
const char *table_fault_zh(enum table_fault);
const char *table_fault_en(enum table_fault);

/* Called in the order of the file; all borrowed for the call. `merge` comes after the rows of its sheet, and may be NULL,
 * as may `note`. A callback's result other than 0 ends the reading with TABLE_STOPPED. */
struct table_sink {
    int (*row)(void *arg, const struct table_row *);
    int (*merge)(void *arg, const struct table_merge *);
    int (*note)(void *arg, enum table_note, uint32_t row); /* text files only; row 0: the whole file */
    void *arg;
};

enum { TABLE_FILE_MAX = 64 << 20 };

/* What must be opened while files still can be: converters of encodings, the memory file for old workbooks. Once. */
void table_prepare(void);
/* Reads a whole file of any known form in this very process; at most TABLE_FILE_MAX bytes. For the confined child, the
 * tests and the fuzzers. Prepares when that was not done. */
enum table_fault table_read(const uint8_t *bytes, size_t size, const struct table_sink *);

#endif
