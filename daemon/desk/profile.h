/* What a school's notice demands, as the crew writes it down: a short commented text (libconfuse syntax) that gives the
 * queue's rules and what the other rooms go by. packaging/profiles holds those that the programs carry; the syntax is
 * described in paihao-profile(5). Reads no file and prints nothing. Any thread. */
#ifndef DESK_PROFILE_H
#define DESK_PROFILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/config_settings.h"
#include "desk/desk.h"

enum {
    PROFILE_TITLE_MAX = 120,
    PROFILE_FILE_NAME_MAX = 120,
    PROFILE_LETTER_MAX = 900,
    PROFILE_COLUMNS_MAX = 24,
    PROFILE_COLUMN_NAME_MAX = 24,
};
/* What a photograph that comes in must be at least or at most; 0: not said. */
struct profile_image {
    uint32_t width, height, kb_least, kb_most;
    bool is_upright;
};
struct profile {
    struct queue_rules rules;
    char title_zh[PROFILE_TITLE_MAX + 1], title_en[PROFILE_TITLE_MAX + 1];
    uint32_t pace_s;                    /* planned, from one person to the next; 0: not said */
    uint32_t daily_limit;               /* people a camera and its crew can do in a day; 0: not said */
    char school[PROFILE_TITLE_MAX + 1]; /* as it is written on files; "": the event's name */
    uint32_t year;                      /* the graduates'; 0: the event's */
    /* templates (desk/profile_names.h) */
    char file_name[PROFILE_FILE_NAME_MAX +
                   1]; /* "{school}{year}{student_no}{name}.jpg"; "": the number's label */
    char sheet_name[PROFILE_FILE_NAME_MAX + 1], package_name[PROFILE_FILE_NAME_MAX + 1];
    char letter_zh[PROFILE_LETTER_MAX + 1],
        letter_en[PROFILE_LETTER_MAX + 1];                          /* how an absentee makes it up */
    char columns[PROFILE_COLUMNS_MAX][PROFILE_COLUMN_NAME_MAX + 1]; /* of the sheet that is signed */
    size_t n_columns;
    char agency_fields[PROFILE_COLUMNS_MAX]
                      [PROFILE_COLUMN_NAME_MAX + 1]; /* of people, that the agency may have */
    size_t n_agency_fields;
    struct profile_image image;
};
/* 0, or -EINVAL and the first fault with its line: an unknown setting, a value that is none, two settings that cannot
 * both be meant (both are named). */
int profile_parse(const char *text, size_t size, struct profile *ret, struct settings_fault *ret_fault);

/* ---- those that the programs carry. Texts end with a NUL; borrowed for ever. */
const char *profile_carried(const char *name); /* NULL: none of that name */
/* The names in alphabetical order; false behind the last. */
bool profile_carried_at(size_t index, char ret_name[static PROFILE_MAX + 1], const char **ret_text);
/* Rules, name and text into a command (DESK_RULES, or COMMAND_EVENT_CREATE). `text` NULL: the one carried under that
 * name. False and *ret_fault when there is none or it has a fault; the command is untouched then. */
bool profile_command(const char *name, const char *text, struct desk_command *,
                     struct settings_fault *ret_fault);
/* 1..PROFILE_MAX letters, digits, - and _. */
bool profile_name_is_valid(const char *name);

#endif
