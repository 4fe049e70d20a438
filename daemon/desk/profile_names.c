/* Tables of fields. Pure. */
#include "desk/profile_names.h"

#include <string.h>

static const struct name_field file_fields[] = {
    [FILE_NUMBER] = {"number", NAME_NUMBER, NULL},
    [FILE_LANE] = {"lane", NAME_TEXT, NULL},
    [FILE_SCHOOL] = {"school", NAME_TEXT, NULL},
    [FILE_YEAR] = {"year", NAME_NUMBER, NULL},
    [FILE_STUDENT_NO] = {"student_no", NAME_TEXT, NULL},
    [FILE_NAME_] = {"name", NAME_TEXT, NULL},
    [FILE_ID_NUMBER] = {"id_number", NAME_TEXT, NULL},
    [FILE_COLLEGE] = {"college", NAME_TEXT, NULL},
    [FILE_UNIT] = {"unit", NAME_TEXT, NULL},
    [FILE_CAMPUS] = {"campus", NAME_TEXT, NULL},
    [FILE_LEVEL] = {"level", NAME_TEXT, NULL},
    [FILE_PAYMENT] = {"payment", NAME_TEXT, NULL},
    [FILE_NOTE] = {"note", NAME_TEXT, NULL},
    [FILE_EVENT] = {"event", NAME_TEXT, NULL},
    [FILE_DATE] = {"date", NAME_DATE, "%Y%m%d"},
    [FILE_TIME] = {"time", NAME_DATE, "%H%M%S"},
    [FILE_FIELD_COUNT] = {NULL, NAME_TEXT, NULL},
};
static const struct name_field sheet_fields[] = {
    [SHEET_UNIT] = {"unit", NAME_TEXT, NULL},   [SHEET_COLLEGE] = {"college", NAME_TEXT, NULL},
    [SHEET_EVENT] = {"event", NAME_TEXT, NULL}, [SHEET_SCHOOL] = {"school", NAME_TEXT, NULL},
    [SHEET_YEAR] = {"year", NAME_NUMBER, NULL}, [SHEET_FIELD_COUNT] = {NULL, NAME_TEXT, NULL},
};
static const struct name_field package_fields[] = {
    [PACKAGE_EVENT] = {"event", NAME_TEXT, NULL},    [PACKAGE_KIND] = {"kind", NAME_TEXT, NULL},
    [PACKAGE_DATE] = {"date", NAME_DATE, "%Y%m%d"},  [PACKAGE_TIME] = {"time", NAME_DATE, "%H%M%S"},
    [PACKAGE_SEQ] = {"seq", NAME_NUMBER, NULL},      [PACKAGE_SCHOOL] = {"school", NAME_TEXT, NULL},
    [PACKAGE_YEAR] = {"year", NAME_NUMBER, NULL},    [PACKAGE_PROFILE] = {"profile", NAME_TEXT, NULL},
    [PACKAGE_FIELD_COUNT] = {NULL, NAME_TEXT, NULL},
};
static const char *const columns[] = {"number",    "lane",      "school", "year",   "student_no", "name",
                                      "id_number", "college",   "unit",   "campus", "level",      "payment",
                                      "time",      "signature", "note",   NULL};
static const char *const agency_fields[] = {"student_no", "name",   "id_number", "unit",
                                            "college",    "campus", "level",     NULL};

int profile_template_compile(enum profile_template kind, const char *text, struct name_template *ret,
                             struct name_problem *ret_problem)
{
    static const struct name_field *const fields[] = {[PROFILE_NAMES_FILE] = file_fields,
                                                      [PROFILE_NAMES_SHEET] = sheet_fields,
                                                      [PROFILE_NAMES_PACKAGE] = package_fields};
    return name_template_compile(text, fields[kind], ret, ret_problem);
}

static bool is_in(const char *const *list, const char *name)
{
    while (*list && strcmp(*list, name) != 0)
        list++;
    return *list != NULL;
}

bool profile_is_column(const char *name)
{
    return is_in(columns, name);
}

bool profile_is_agency_field(const char *name)
{
    return is_in(agency_fields, name);
}
