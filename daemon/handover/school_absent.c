/* Who did not come: a list for the school, and a letter for each of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handover/cells.h"
#include "handover/html.h"
#include "handover/school_private.h"
#include "identity/mask.h"

static const struct book_column columns[] = {
    {"学院", "college", 20, BOOK_TEXT},     {"单位", "unit", 20, BOOK_TEXT},
    {"学号", "student no", 16, BOOK_TEXT},  {"姓名", "name", 14, BOOK_TEXT},
    {"证件号码", "ID mask", 20, BOOK_TEXT}, {"层次", "level", 8, BOOK_TEXT},
    {"校区", "campus", 10, BOOK_TEXT},      {"原因", "why", 16, BOOK_TEXT},
    {"拍摄号", "number", 12, BOOK_TEXT},    {"缴费", "payment", 14, BOOK_TEXT},
    {"备注", "note", 20, BOOK_TEXT},
};

static int put_absentee(void *arg, const struct day_person *person)
{
    struct school *school = arg;
    struct table *table = &school->table;
    char masked[ID_NUMBER_LENGTH + 1], label[TICKET_LABEL_SIZE] = "";
    if (!school_is_absent(school, person))
        return 0;
    mask_id_number(person->id_number, masked);
    if (person->ticket)
        ticket_label(&queue_event(day_queue(school->day))->rules, person->ticket->lane,
                     person->ticket->number, label);
    school_begin_row(school);
    table_text(table, person->college);
    table_text(table, person->unit);
    table_text(table, person->student_no);
    table_text(table, person->name);
    table_text(table, masked);
    table_text(table, degree_zh(person->level));
    table_text(table, person->campus);
    table_text(table, school_absence(person->ticket));
    table_text(table, label);
    table_text(table, school_payment(person->state.payment));
    table_text(table, "");
    table_end_row(table);
    return 0;
}

static int absentees_of_day(struct school *school)
{
    return day_people(school->day, put_absentee, school);
}

int school_absentees_sheet(struct school *school)
{
    return school_sheet(school, "缺席 absentees", columns, sizeof columns / sizeof *columns,
                        absentees_of_day);
}

/* ---- letters */
struct letters {
    FILE *file;
    struct buffer page;
    uint64_t count;
    int fault;
};

static void send(struct letters *letters)
{
    if (letters->page.size > 0 && letters->fault == 0 &&
        fwrite(letters->page.data, 1, letters->page.size, letters->file) < letters->page.size)
        letters->fault = errno ? -errno : -EIO;
    letters->page.size = 0;
}

static void add_paragraph(struct buffer *page, const char *language, const char *text)
{
    buffer_format(page, "<p%s>", *language ? " lang=\"en\"" : "");
    html_add(page, text);
    buffer_add_text(page, "</p>\n");
}

static void add_to_whom(struct buffer *page, const struct day_person *person)
{
    const char *const cells[][2] = {{"姓名 Name", person->name},
                                    {"学号 Student number", person->student_no},
                                    {"学院 College", person->college},
                                    {"单位 Class", person->unit},
                                    {"层次 Level", degree_zh(person->level)},
                                    {"情况 What happened", school_absence(person->ticket)}};
    buffer_add_text(page, "<table>\n");
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        html_row(page, "td", cells[i], 2);
    buffer_add_text(page, "</table>\n");
}

static void add_letter(struct school *school, struct buffer *page, const struct day_person *person)
{
    const struct profile *profile = &school->facts->profile;
    char at[CELL_LOCAL_SIZE];
    cell_local(school->facts->created_us, at);
    buffer_add_text(
        page, "<section class=\"letter\">\n<h2>补拍通知 <small lang=\"en\">To be made up</small></h2>\n");
    add_to_whom(page, person);
    char *zh = bytes_format("%s：%.10s 举行的毕业生图像采集“%s”，没有你的照片。", person->name, at,
                            school->facts->event);
    char *en = bytes_format("There is no photograph of you from the graduation photography \"%s\" of %.10s.",
                            school->facts->event, at);
    add_paragraph(page, "", zh);
    add_paragraph(page, "en", en);
    free(zh);
    free(en);
    add_paragraph(page, "",
                  *profile->letter_zh
                      ? profile->letter_zh
                      : "请尽快与学校负责毕业生图像采集的部门联系，按通知的时间、地点和方式补拍。");
    add_paragraph(
        page, "en",
        *profile->letter_en
            ? profile->letter_en
            : "Please contact the office of your school in charge of graduation photographs and have "
              "yours taken as it tells you.");
    cell_local(school->facts->at_us, at);
    char *from = bytes_format("%s  %.10s", school_name_of(school), at);
    add_paragraph(page, "", from);
    free(from);
    buffer_add_text(page, "</section>\n");
}

static int put_letter(void *arg, const struct day_person *person)
{
    struct school *school = arg;
    struct letters *letters = school->of_part;
    if (!school_is_absent(school, person))
        return 0;
    add_letter(school, &letters->page, person);
    letters->count++;
    send(letters);
    return letters->fault;
}

static int letters_of_day(struct school *school)
{
    return day_people(school->day, put_letter, school);
}

int school_letters(struct school *school, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    struct letters letters = {.file = fdopen(fd, "wb")};
    if (!letters.file)
        abort(); /* no memory */
    html_begin(&letters.page, "补拍通知", "Letters to absentees");
    buffer_add_text(&letters.page,
                    "<style>.letter { break-after: page } .letter:last-of-type { break-after: auto }"
                    "</style>\n");
    send(&letters);
    school->of_part = &letters;
    int result = school_each_day(school, letters_of_day);
    school->of_part = NULL;
    if (letters.count == 0)
        buffer_add_text(&letters.page, "<p>无人缺席。 <span lang=\"en\">Nobody was absent.</span></p>\n");
    html_end(&letters.page);
    send(&letters);
    if (fclose(letters.file) != 0 && letters.fault == 0)
        letters.fault = -errno;
    buffer_done(&letters.page);
    return result ? result : letters.fault;
}
