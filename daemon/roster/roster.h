/* People out of a table: the roster, exclusions, earlier captures, payments. Columns are found by their Chinese or English
 * headings in any order, numbers that a spreadsheet has changed are repaired where no digit was lost and refused where one
 * was, and everything that is odd is told with its cell. Nothing is stored here; roster_list() gives what the desk takes.
 *
 * Memory grows with the people: names and numbers stand in one store, classes and colleges once each. */
#ifndef ROSTER_ROSTER_H
#define ROSTER_ROSTER_H
#include "desk/list.h"
#include "roster/table.h"
#include <jansson.h>

struct roster_person { /* texts: "" for what the list does not say; they live as long as the roster */
    const char *name, *id_number, *student_no;
    const char *document; /* the number of a passport or another paper that is no ID card */
    const char *college, *major, *unit, *campus, *category, *note, *method;
    enum degree level;
    uint32_t amount_fen;
    uint32_t row;
    uint16_t sheet;                 /* index into the roster's sheets */
    bool is_student_no_from_number; /* the cell held a number, not a text */
    bool is_wrong; /* an error stands against this row: it is not among the people in the end */
};

enum roster_severity { ROSTER_ERROR, ROSTER_WARNING };
enum roster_trouble {
#define ROSTER_PROBLEM(name, code, severity, how, en, zh) ROSTER_##name,
#include "roster/roster_problem.def"
#undef ROSTER_PROBLEM
    ROSTER_TROUBLE_COUNT
};
const char *roster_trouble_code(enum roster_trouble);
enum roster_severity roster_trouble_severity(enum roster_trouble);
const char *roster_trouble_en(enum roster_trouble);
const char *roster_trouble_zh(enum roster_trouble);

struct roster_problem {
    enum roster_trouble trouble;
    uint16_t sheet;         /* index; the roster may have none at all */
    uint32_t row, column;   /* from 1; 0: the whole sheet or row */
    uint32_t count;         /* how many cells, for those that are told together; row: the first of them */
    const char *value;      /* masked, or "" */
    uint16_t other_sheet;   /* of a repetition: where it was before */
    uint32_t other_row;     /* 0: none */
    enum table_fault fault; /* of ROSTER_FILE */
};

enum roster_column {
    COLUMN_NONE = 0,
    COLUMN_NAME,
    COLUMN_ID_NUMBER,
    COLUMN_STUDENT_NO,
    COLUMN_ID_KIND,
    COLUMN_PASSPORT,
    COLUMN_COLLEGE,
    COLUMN_MAJOR,
    COLUMN_UNIT,
    COLUMN_LEVEL,
    COLUMN_CAMPUS,
    COLUMN_CATEGORY,
    COLUMN_NOTE,
    COLUMN_AMOUNT,
    COLUMN_METHOD,
    COLUMN_COUNT
};
const char *roster_column_name(enum roster_column); /* "student_no" */
const char *roster_column_zh(enum roster_column);   /* 学号 */

struct roster_sheet {
    const char *name;
    uint32_t heading_row;                    /* 0: no heading was found */
    uint8_t columns[TABLE_COLUMNS_MAX];      /* enum roster_column of each */
    const char *headings[TABLE_COLUMNS_MAX]; /* as they stand there; NULL: none */
    size_t n_people;
};

enum { ROSTER_PROBLEMS_MAX = 2000 }; /* errors kept one by one, and as many warnings */

struct roster {
    enum list_kind kind;
    enum table_fault fault;
    struct roster_person *people; /* the right ones, in the order of the file */
    size_t n_people;
    struct roster_problem *problems; /* in the order they were found */
    size_t n_problems, n_left_off;
    size_t n_errors, n_warnings; /* cells and rows, those that were left off included */
    size_t n_rows;               /* that hold, or should hold, a person */
    size_t n_skipped;            /* totals, signatures, repeated headings, rows again */
    struct roster_sheet *sheets;
    size_t n_sheets;
    struct roster_store *store;
};
void roster_free(struct roster *); /* wipes it; NULL is fine */

/* Rows in, people out: give `roster_build_sink()` to whoever reads the table, then finish with how the reading ended. */
struct roster_build;
struct roster_build *roster_build_new(enum list_kind);
struct table_sink roster_build_sink(struct roster_build *);
struct roster *roster_build_finish(struct roster_build *, enum table_fault); /* takes the build */

/* Reads a stranger's file through the confined child (roster/table_child.h); blocks as long as that. */
struct roster *roster_read(enum list_kind, const char *program, const uint8_t *bytes, size_t size);

/* What the office sees before anything is stored: {"kind","fault","counts":{...},"levels":[...],"units":[...],
 * "sheets":[...],"problems":[...]}. No name and no number in it but masked ones. */
json_t *roster_preview_json(const struct roster *);
/* The people as the desk takes them; to desk_list_free(). `digest` as list.h says. */
struct desk_list *roster_list(const struct roster *, const char *digest);

#endif
