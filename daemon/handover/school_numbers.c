/* Number to student: the same rows as a sheet and as a CSV. */
#include <stdio.h>
#include <stdlib.h>

#include "handover/cells.h"
#include "handover/school_private.h"
#include "identity/mask.h"

static const struct book_column columns[] = {
    {"拍摄号", "number", 12, BOOK_TEXT},
    {"姓名", "name", 14, BOOK_TEXT},
    {"学号", "student no", 16, BOOK_TEXT},
    {"证件号码", "ID mask", 20, BOOK_TEXT},
    {"单位", "unit", 20, BOOK_TEXT},
    {"学院", "college", 20, BOOK_TEXT},
    {"校区", "campus", 10, BOOK_TEXT},
    {"层次", "level", 8, BOOK_TEXT},
    {"已核身份", "bound", 8, BOOK_TEXT},
    {"机位", "lane", 8, BOOK_TEXT},
    {"场次", "session", 8, BOOK_NUMBER},
    {"介质", "medium", 14, BOOK_TEXT},
    {"状态", "state", 10, BOOK_TEXT},
    {"取号时间", "issued (UTC+8)", 20, BOOK_TIME},
    {"叫号时间", "called (UTC+8)", 20, BOOK_TIME},
    {"拍摄时间", "shot (UTC+8)", 20, BOOK_TIME},
    {"结束时间", "ended (UTC+8)", 20, BOOK_TIME},
    {"拍摄次数", "shots", 8, BOOK_NUMBER},
    {"重拍次数", "retakes", 8, BOOK_NUMBER},
    {"原因", "reason", 18, BOOK_TEXT},
    {"备注", "notes", 18, BOOK_TEXT},
    {"报号核对", "confirmed", 8, BOOK_TEXT},
    {"照片存疑", "suspect", 8, BOOK_TEXT},
    {"缴费", "payment", 14, BOOK_TEXT},
    {"照片文件名", "file name", 32, BOOK_TEXT},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static void put_notes(struct table *table, const struct day_number *number)
{
    char flags[CELL_FLAGS_SIZE], text[CELL_FLAGS_SIZE + 8];
    cell_flags(number->ticket->note.flags, flags);
    snprintf(text, sizeof text, "%s%s%s", flags, *flags && number->was_kept ? " " : "",
             number->was_kept ? "kept" : "");
    table_text(table, text);
}

static void put_person(struct table *table, const struct day_person *person)
{
    char masked[ID_NUMBER_LENGTH + 1];
    mask_id_number(person->id_number, masked);
    table_text(table, person->name);
    table_text(table, person->student_no);
    table_text(table, masked);
    table_text(table, person->unit);
    table_text(table, person->college);
    table_text(table, person->campus);
    table_text(table, degree_zh(person->level));
}

static int put_number(void *arg, const struct day_number *number)
{
    struct school *school = arg;
    struct table *table = &school->table;
    const struct ticket *ticket = number->ticket;
    char *file_name = school_file_name(school, number);
    school_begin_row(school);
    table_text(table, number->label);
    put_person(table, &number->person);
    table_text(table, ticket->bound ? "yes" : "no");
    table_text(table, ticket->lane);
    table_number(table, ticket->session);
    table_text(table, medium_name(ticket->medium));
    table_text(table, ticket_state_name(ticket->state));
    table_time(table, ticket->issued_us);
    table_time(table, ticket->called_us);
    table_time(table, ticket->shot_us);
    table_time(table, ticket->ended_us);
    table_number(table, ticket->shots);
    table_number(table, ticket->retakes);
    table_text(table, number->reason);
    put_notes(table, number);
    table_text(table, ticket->confirmed ? "yes" : "no");
    table_text(table, ticket->is_suspect ? "yes" : "no");
    table_text(table, payment_state_name(number->person.state.payment));
    table_text(table, file_name);
    table_end_row(table);
    free(file_name);
    return 0;
}

static int numbers_of_day(struct school *school)
{
    return day_numbers(school->day, put_number, school);
}

int school_numbers_sheet(struct school *school)
{
    name_set_done(&school->names);
    return school_sheet(school, "拍摄号 numbers", columns, N_COLUMNS, numbers_of_day);
}

static int fill_csv(void *arg, struct table *table)
{
    struct school *school = arg;
    school->table = *table;
    int result = school_each_day(school, numbers_of_day);
    school->table = (struct table){0};
    return result;
}

int school_numbers_csv(struct school *school, const char *path)
{
    struct book_column all[SCHOOL_COLUMNS_MAX];
    name_set_done(&school->names);
    return table_write_csv(path, all, school_columns(school, columns, N_COLUMNS, all), fill_csv, school);
}
