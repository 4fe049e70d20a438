/* Names of files and sheets as a template says: text and fields in braces, "{college}-{number:6}.jpg".
 *
 * A field may bear a width ({number:6}: its digits are filled up with zeros) or, where it is a time, a form of %Y %m %d %H
 * %M %S ({date:%Y-%m-%d}). A template is checked before anything is named by it; what it gives is safe on every file system
 * (base/safe_name.h) whatever the fields hold, since values are made safe, too. Pure; any thread. */
#ifndef BASE_NAME_TEMPLATE_H
#define BASE_NAME_TEMPLATE_H
#include "base/safe_name.h"

enum name_kind { NAME_TEXT, NAME_NUMBER /* may have a width */, NAME_DATE };
struct name_field {
    const char *name;
    enum name_kind kind;
    const char *form; /* NAME_DATE: the form when none is given */
};
/* What a field is for one name, in the order of the fields. NULL texts are empty. */
union name_value {
    const char *text; /* NAME_TEXT; NAME_NUMBER: its last digits are what a width is for, "A0001" */
    int64_t utc_us;   /* NAME_DATE: shown in China Standard Time; 0: empty */
};

enum { NAME_TEMPLATE_MAX = 120, NAME_PARTS_MAX = 40, NAME_WIDTH_MAX = 20, NAME_FORM_MAX = 31 };
enum name_fault {
    NAME_OK = 0,
    NAME_EMPTY,
    NAME_TOO_LONG,
    NAME_NOT_TEXT, /* no UTF-8 */
    NAME_FIELD_UNKNOWN,
    NAME_BRACE_OPEN,
    NAME_BRACE_STRAY,
    NAME_FORBIDDEN, /* / \ : * ? " < > | or a control character */
    NAME_DOTS,      /* ".." or a dot at the front */
    NAME_END,       /* a dot or blank at the end */
    NAME_DEVICE,    /* CON, NUL ... before the first dot */
    NAME_WIDTH,     /* not 1..NAME_WIDTH_MAX, or of a field that takes none */
    NAME_FORM,      /* a date's form holds something else */
    NAME_PARTS,     /* too many */
    NAME_FAULT_COUNT
};
struct name_problem {
    enum name_fault fault;
    size_t at;     /* the character, from 1; 0: the whole */
    char word[40]; /* what stands there */
};
/* One line each, without the position: "没有这个字段", "there is no such field". */
const char *name_fault_zh(enum name_fault);
const char *name_fault_en(enum name_fault);

struct name_part {
    int16_t field; /* -1: a text */
    uint8_t width;
    char text[NAME_TEMPLATE_MAX + 1]; /* or a date's form */
};
struct name_template {
    const struct name_field *fields; /* borrowed; ends with a NULL name */
    struct name_part parts[NAME_PARTS_MAX];
    size_t n_parts;
    char extension[SAFE_EXTENSION_MAX + 1]; /* taken off the last part; "" for none */
};
/* 0, or -EINVAL and *ret_problem (may be NULL). */
int name_template_compile(const char *text, const struct name_field *fields, struct name_template *ret,
                          struct name_problem *ret_problem);
/* As the fields stand there, without extension and not made safe; values: one for each field. free(). */
char *name_template_text(const struct name_template *, const union name_value *values);
/* A safe file name; with a set, one that nothing in it collides with. free(). */
char *name_template_file(const struct name_template *, const union name_value *values, struct name_set *);

#endif
