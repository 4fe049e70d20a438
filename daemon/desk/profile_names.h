/* The templates of a profile (base/name_template.h): what the photographs, the sheets and the packages are called, and
 * which fields each may name. Any thread. */
#ifndef DESK_PROFILE_NAMES_H
#define DESK_PROFILE_NAMES_H
#include "base/name_template.h"

enum profile_template { PROFILE_NAMES_FILE, PROFILE_NAMES_SHEET, PROFILE_NAMES_PACKAGE };

/* In the order of a template's values. */
enum file_field {
    FILE_NUMBER, /* the label, "A0001" */
    FILE_LANE,
    FILE_SCHOOL,
    FILE_YEAR,
    FILE_STUDENT_NO,
    FILE_NAME_,
    FILE_ID_NUMBER, /* the one fixed mask of it */
    FILE_COLLEGE,
    FILE_UNIT,
    FILE_CAMPUS,
    FILE_LEVEL, /* 本科 */
    FILE_PAYMENT,
    FILE_NOTE,
    FILE_EVENT,
    FILE_DATE, /* of the frame, FILE_TIME too */
    FILE_TIME,
    FILE_FIELD_COUNT
};
enum sheet_field { SHEET_UNIT, SHEET_COLLEGE, SHEET_EVENT, SHEET_SCHOOL, SHEET_YEAR, SHEET_FIELD_COUNT };
enum package_field {
    PACKAGE_EVENT,
    PACKAGE_KIND, /* "agency" "school" */
    PACKAGE_DATE, /* of the journal position */
    PACKAGE_TIME,
    PACKAGE_SEQ, /* the position */
    PACKAGE_SCHOOL,
    PACKAGE_YEAR,
    PACKAGE_PROFILE,
    PACKAGE_FIELD_COUNT
};
#define PROFILE_SHEET_NAME   "{unit}"
#define PROFILE_PACKAGE_NAME "{event}-{kind}-{date}-{seq}"

/* 0, or -EINVAL and *ret_problem (may be NULL). */
int profile_template_compile(enum profile_template, const char *text, struct name_template *ret,
                             struct name_problem *ret_problem);
/* Whether the columns of a sheet, or the agency, may have that field. */
bool profile_is_column(const char *name);
bool profile_is_agency_field(const char *name);

#endif
