/* What the walk over a table (schedule_import.c) and the reading of one row (schedule_row.c) share. */
#ifndef ROSTER_SCHEDULE_IMPORT_STATE_H
#define ROSTER_SCHEDULE_IMPORT_STATE_H
#include "roster/schedule_columns.h"
#include "roster/schedule_grid.h"
#include "roster/schedule_import.h"
#include "roster/schedule_units.h"

struct import_state {
    const struct schedule_import_options *options;
    struct schedule_problems *problems;
    struct schedule *schedule;
    /* of the sheet */
    const char *sheet;
    uint8_t columns[GRID_COLUMNS_MAX]; /* enum schedule_column */
    bool has_heading;                  /* ... they are known */
    const char *headings[GRID_COLUMNS_MAX];
    char *place;                            /* from the title or the sheet's name, may be NULL */
    const char *banner_date, *banner_place; /* from a row of their own, may be NULL */
    const struct grid_cell *carried_more[GRID_COLUMNS_MAX]; /* under one heading, column by column */
    const struct grid_cell *carried[COLUMN_KINDS];          /* of the row before */
    /* of the file */
    uint32_t year; /* 0 unknown */
    bool is_year_noted, is_title_year;
    int32_t title_date; /* or SCHEDULE_NO_DATE */
    bool any_heading;
    struct grid_cell **joined; /* cells under one heading as one; their texts are their own */
    size_t n_joined;
    uint32_t n_filled;
    struct schedule_where first_filled;
};

/* A row's cells by what they are; NULL where blank. */
struct import_row {
    uint32_t number;
    const struct grid_cell *cells[COLUMN_KINDS];
    uint32_t column[COLUMN_KINDS]; /* where they stand, from 1 */
    const struct grid_row *grid;
};

void import_row_read(struct import_state *, struct import_row *);
const char *import_text(const struct import_row *, enum schedule_column); /* "" when blank */
/* Adds whom the row is for; `text` is the unit's cell, or what took its place. False when reported. */
bool import_units_read(struct import_state *, const struct import_row *, const char *text,
                       struct unit_list *);
/* The lane of a place; NULL when there is none or more than one. The map's text, or the place's own. */
const char *import_lane_of(const struct import_state *, const char *place);
void import_report(struct import_state *, enum schedule_code, const struct import_row *, enum schedule_column,
                   const char *word, const char *other);

#endif
