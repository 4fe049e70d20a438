/* A sheet for each class, as it is signed on paper: the profile says its columns and its name. */
#include <stdlib.h>
#include <string.h>

#include "desk/profile_names.h"
#include "handover/school_private.h"
#include "identity/mask.h"

static const struct {
    const char *field;
    struct book_column column;
} known[] = {
    {"number", {"拍摄号", "number", 12, BOOK_TEXT}},
    {"lane", {"机位", "lane", 8, BOOK_TEXT}},
    {"school", {"学校", "school", 20, BOOK_TEXT}},
    {"year", {"年届", "year", 8, BOOK_TEXT}},
    {"student_no", {"学号", "student no", 16, BOOK_TEXT}},
    {"name", {"姓名", "name", 14, BOOK_TEXT}},
    {"id_number", {"证件号码", "ID mask", 20, BOOK_TEXT}},
    {"college", {"学院", "college", 20, BOOK_TEXT}},
    {"unit", {"单位", "unit", 20, BOOK_TEXT}},
    {"campus", {"校区", "campus", 10, BOOK_TEXT}},
    {"level", {"层次", "level", 8, BOOK_TEXT}},
    {"payment", {"缴费", "payment", 14, BOOK_TEXT}},
    {"time", {"拍摄时间", "time (UTC+8)", 20, BOOK_TIME}},
    {"signature", {"签名", "signature", 16, BOOK_TEXT}},
    {"note", {"备注", "note", 18, BOOK_TEXT}},
};
static const struct book_column photograph = {"照片", "photograph", 16, BOOK_TEXT};
static const char usual[][PROFILE_COLUMN_NAME_MAX + 1] = {"number", "student_no", "name",
                                                          "unit",   "time",       "signature"};
enum { ROW_HEIGHT = 24 };

struct classes {
    const char (*fields)[PROFILE_COLUMN_NAME_MAX + 1];
    size_t n_fields;
    struct book_column columns[SCHOOL_COLUMNS_MAX];
    bool has_sheet;
    uint32_t unit;
};

static void choose_columns(struct school *school, struct classes *classes)
{
    struct book_column own[PROFILE_COLUMNS_MAX + 1];
    const struct profile *profile = &school->facts->profile;
    classes->fields = profile->n_columns ? profile->columns : usual;
    classes->n_fields = profile->n_columns ? profile->n_columns : sizeof usual / sizeof *usual;
    for (size_t i = 0; i < classes->n_fields; i++)
        for (size_t at = 0; at < sizeof known / sizeof *known; at++)
            if (strcmp(known[at].field, classes->fields[i]) == 0)
                own[i] = known[at].column;
    own[classes->n_fields] = photograph;
    school_columns(school, own, classes->n_fields + 1, classes->columns);
}

static void begin_class(struct school *school, const struct day_person *person)
{
    struct classes *classes = school->of_part;
    const struct profile *profile = &school->facts->profile;
    struct name_template template;
    const char *unit = *person->unit ? person->unit : person->college;
    const union name_value values[SHEET_FIELD_COUNT] = {
        [SHEET_UNIT] = {.text = unit},
        [SHEET_COLLEGE] = {.text = person->college},
        [SHEET_EVENT] = {.text = school->facts->event},
        [SHEET_SCHOOL] = {.text = school_name_of(school)},
        [SHEET_YEAR] = {.text = school->year},
    };
    if (profile_template_compile(PROFILE_NAMES_SHEET, profile->sheet_name, &template, NULL) != 0)
        profile_template_compile(PROFILE_NAMES_SHEET, PROFILE_SHEET_NAME, &template, NULL);
    char *name = person->unit_id ? name_template_text(&template, values) : bytes_text("其他 others");
    char *title = person->unit_id ? bytes_format("%s · %s", school_name_of(school), unit)
                                  : bytes_format("%s · 其他 others", school_name_of(school));
    size_t n_columns = classes->n_fields + 1 + (school->n_days > 1 ? 2 : 0);
    book_sheet(school->table.book, &(struct book_sheet){.name = name,
                                                        .title = title,
                                                        .columns = classes->columns,
                                                        .n_columns = n_columns,
                                                        .is_landscape = n_columns > 7,
                                                        .row_height = ROW_HEIGHT});
    free(name);
    free(title);
    classes->has_sheet = true;
    classes->unit = person->unit_id;
}

static const char *mark_of(enum standing standing)
{
    static const char *const marks[] = {[STANDS_SHOT] = "有 yes",
                                        [STANDS_ELSEWHERE] = "另处 elsewhere",
                                        [STANDS_EXCLUDED] = "不拍 excluded",
                                        [STANDS_CAPTURED] = "已采集 captured",
                                        [STANDS_OPEN] = "等候 open",
                                        [STANDS_ABSENT] = "无 no"};
    return marks[standing];
}

static void put_field(struct school *school, const char *field, const struct day_person *person)
{
    char label[TICKET_LABEL_SIZE] = "", masked[ID_NUMBER_LENGTH + 1];
    const struct ticket *ticket = person->ticket;
    if (ticket)
        ticket_label(&queue_event(day_queue(school->day))->rules, ticket->lane, ticket->number, label);
    mask_id_number(person->id_number, masked);
    const struct {
        const char *field, *text;
    } texts[] = {
        {"number", label},
        {"lane", ticket ? ticket->lane : ""},
        {"school", school_name_of(school)},
        {"year", school->year},
        {"student_no", person->student_no},
        {"name", person->name},
        {"id_number", masked},
        {"college", person->college},
        {"unit", person->unit},
        {"campus", person->campus},
        {"level", degree_zh(person->level)},
        {"payment", school_payment(person->state.payment)},
        {"signature", ""},
        {"note", person->note},
    };
    if (strcmp(field, "time") == 0)
        table_time(&school->table, ticket ? ticket->shot_us : 0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(field, texts[i].field) == 0)
            table_text(&school->table, texts[i].text);
}

static int put_person(void *arg, const struct day_person *person)
{
    struct school *school = arg;
    struct classes *classes = school->of_part;
    const enum standing standing = school_standing(school, person);
    if (!person->unit_id && !person->ticket)
        return 0; /* of no class and never here */
    if (!classes->has_sheet || classes->unit != person->unit_id)
        begin_class(school, person);
    if (standing == STANDS_ABSENT || standing == STANDS_OPEN)
        book_shade(school->table.book);
    school_begin_row(school);
    for (size_t i = 0; i < classes->n_fields; i++)
        put_field(school, classes->fields[i], person);
    table_text(&school->table, mark_of(standing));
    table_end_row(&school->table);
    return 0;
}

static int classes_of_day(struct school *school)
{
    struct classes classes = {.has_sheet = false};
    choose_columns(school, &classes);
    school->of_part = &classes;
    int result = day_people(school->day, put_person, school);
    school->of_part = NULL;
    return result;
}

int school_class_sheets(struct school *school)
{
    return school_each_day(school, classes_of_day);
}
