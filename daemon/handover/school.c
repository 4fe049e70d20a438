/* The school's package: its parts, and what they share. On the caller's thread; rows are read as they are written, so that
 * memory does not grow with them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/ledger.h"
#include "desk/profile_names.h"
#include "handover/cells.h"
#include "handover/school_private.h"
#include "identity/mask.h"

/* ---- people */
enum standing school_standing(const struct school *school, const struct day_person *person)
{
    struct merge_elsewhere elsewhere;
    const struct ticket *ticket = person->ticket;
    if (ticket && ticket->state == TICKET_SHOT)
        return STANDS_SHOT;
    if (merge_is_shot_elsewhere(school->merge, school->at, &person->id, &elsewhere))
        return STANDS_ELSEWHERE;
    if (person->is_excluded)
        return STANDS_EXCLUDED;
    if (person->is_captured)
        return STANDS_CAPTURED;
    return ticket && (ticket->state == TICKET_WAITING || ticket->state == TICKET_CALLED) ? STANDS_OPEN
                                                                                         : STANDS_ABSENT;
}

bool school_is_absent(const struct school *school, const struct day_person *person)
{
    return person->on_roster && school_standing(school, person) == STANDS_ABSENT &&
           merge_is_first(school->merge, school->at, &person->id);
}

const char *school_absence(const struct ticket *ticket)
{
    if (!ticket)
        return "未到 no number";
    if (ticket->state == TICKET_VOID)
        return "作废 void";
    return ticket->has_left ? "离开 left" : "过号 missed";
}

const char *school_payment(enum payment_state state)
{
    static const char *const words[PAYMENT_STATE_COUNT] = {[PAYMENT_STATE_NONE] = "",
                                                           [PAYMENT_DUE] = "未缴 due",
                                                           [PAYMENT_PAID] = "已缴 paid",
                                                           [PAYMENT_WAIVED] = "免缴 waived",
                                                           [PAYMENT_REFUNDED] = "已退 refunded"};
    return state < PAYMENT_STATE_COUNT ? words[state] : "";
}

/* ---- names of photographs */
const char *school_name_of(const struct school *school)
{
    const struct profile *profile = &school->facts->profile;
    return *profile->school ? profile->school : school->facts->event;
}

char *school_file_name(struct school *school, const struct day_number *number)
{
    char masked[ID_NUMBER_LENGTH + 1];
    const struct day_person *person = &number->person;
    const int64_t shot_us = number->ticket->shot_us;
    if (number->ticket->state != TICKET_SHOT)
        return bytes_text("");
    mask_id_number(person->id_number, masked);
    const union name_value values[FILE_FIELD_COUNT] = {
        [FILE_NUMBER] = {.text = number->label},
        [FILE_LANE] = {.text = number->ticket->lane},
        [FILE_SCHOOL] = {.text = school_name_of(school)},
        [FILE_YEAR] = {.text = school->year},
        [FILE_STUDENT_NO] = {.text = person->student_no},
        [FILE_NAME_] = {.text = person->name},
        [FILE_ID_NUMBER] = {.text = masked},
        [FILE_COLLEGE] = {.text = person->college},
        [FILE_UNIT] = {.text = person->unit},
        [FILE_CAMPUS] = {.text = person->campus},
        [FILE_LEVEL] = {.text = degree_zh(person->level)},
        [FILE_PAYMENT] = {.text = payment_state_name(person->state.payment)},
        [FILE_NOTE] = {.text = person->note},
        [FILE_EVENT] = {.text = school->facts->event},
        [FILE_DATE] = {.utc_us = shot_us},
        [FILE_TIME] = {.utc_us = shot_us},
    };
    return name_template_file(&school->file_name, values, &school->names);
}

/* ---- days */
static void enter_day(struct school *school, size_t at)
{
    char created[CELL_LOCAL_SIZE];
    school->at = at;
    school->day = school->days[at];
    school->facts = day_facts(school->day);
    memcpy(school->event_id, school->facts->id, SCHOOL_EVENT_ID_DIGITS);
    const struct profile *profile = &school->facts->profile;
    cell_local(school->facts->created_us, created);
    if (profile->year)
        snprintf(school->year, sizeof school->year, "%" PRIu32, profile->year);
    else
        snprintf(school->year, sizeof school->year, "%.4s", created);
    /* a sound profile has sound templates */
    if (profile_template_compile(PROFILE_NAMES_FILE, profile->file_name, &school->file_name, NULL) != 0)
        profile_template_compile(PROFILE_NAMES_FILE, "{number}.jpg", &school->file_name, NULL);
}

int school_each_day(struct school *school, int (*of_day)(struct school *))
{
    int result = 0;
    for (size_t at = 0; at < school->n_days && result == 0; at++) {
        enter_day(school, at);
        result = of_day(school);
    }
    return result;
}

size_t school_columns(const struct school *school, const struct book_column *own, size_t n_own,
                      struct book_column ret_columns[static SCHOOL_COLUMNS_MAX])
{
    size_t front = school->n_days > 1 ? 2 : 0;
    if (front + n_own > SCHOOL_COLUMNS_MAX)
        abort();
    if (front) {
        ret_columns[0] = (struct book_column){"活动", "event", 24, BOOK_TEXT};
        ret_columns[1] = (struct book_column){"活动编号", "event id", 14, BOOK_TEXT};
    }
    memcpy(ret_columns + front, own, n_own * sizeof *own);
    return front + n_own;
}

void school_begin_row(struct school *school)
{
    if (school->n_days < 2)
        return;
    table_text(&school->table, school->facts->event);
    table_text(&school->table, school->event_id);
}

int school_sheet(struct school *school, const char *name, const struct book_column *own, size_t n_own,
                 int (*of_day)(struct school *))
{
    struct book_column columns[SCHOOL_COLUMNS_MAX];
    size_t n_columns = school_columns(school, own, n_own, columns);
    enter_day(school, 0);
    char *title = bytes_format("%s · %s", school_name_of(school), name);
    book_sheet(school->table.book, &(struct book_sheet){.name = name,
                                                        .title = title,
                                                        .columns = columns,
                                                        .n_columns = n_columns,
                                                        .is_landscape = n_columns > 6});
    free(title);
    return school_each_day(school, of_day);
}

/* ---- counts */
static int count_person(void *arg, const struct day_person *person)
{
    struct school *school = arg;
    struct school_counts *counts = school->of_part;
    const enum standing standing = school_standing(school, person);
    counts->planned += person->on_roster && !person->is_excluded;
    counts->shot += standing == STANDS_SHOT;
    counts->absent += school_is_absent(school, person);
    counts->excluded += person->is_excluded;
    counts->captured += standing == STANDS_CAPTURED;
    counts->elsewhere += standing == STANDS_ELSEWHERE;
    counts->open += standing == STANDS_OPEN;
    counts->refunds +=
        standing != STANDS_ELSEWHERE && person_gets_refund(day_queue(school->day), &person->id);
    return 0;
}

int school_count(struct school *school, struct school_counts *ret)
{
    void *before = school->of_part;
    *ret = (struct school_counts){0};
    school->of_part = ret;
    int result = day_people(school->day, count_person, school);
    school->of_part = before;
    return result;
}

/* ---- parts */
static int prepare(struct school *school)
{
    for (size_t i = 0; i < school->n_days; i++)
        if (day_facts(school->days[i])->is_purged)
            return 0;
    return school->n_days > 1 && !school->merge ? merge_new(&school->merge, school->days, school->n_days) : 0;
}

static int fill_book(struct school *school)
{
    static int (*const sheets[])(struct school *) = {
        school_summary_sheet,    school_numbers_sheet, school_class_sheets,
        school_absentees_sheet,  school_refunds_sheet, school_bills_sheet,
        school_exceptions_sheet, school_ledger_sheet,  school_signatures_sheet};
    int result = 0;
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets && result == 0; i++)
        result = sheets[i](school);
    return result;
}

/* What the library writes before a row is whole stands beside the file, without a name. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == path ? bytes_text("/")
           : slash       ? bytes_format("%.*s", (int)(slash - path), path)
                         : bytes_text(".");
}

static int write_book(void *arg, const char *path)
{
    struct school *school = arg;
    struct book *book = NULL;
    char *folder = folder_of(path);
    int result = prepare(school);
    if (result == 0)
        result = book_new(&book, &(struct book_options){.path = path,
                                                        .temp_folder = folder,
                                                        .title = day_facts(school->days[0])->event,
                                                        .at_us = handover_at(school->days, school->n_days)});
    free(folder);
    if (result != 0)
        return result;
    school->table = (struct table){.book = book};
    result = fill_book(school);
    school->table = (struct table){0};
    if (result == 0)
        return book_close(book);
    book_abandon(book);
    return result;
}

static int write_part(struct school *school, const char *path, int (*write)(struct school *, const char *))
{
    int result = prepare(school);
    enter_day(school, 0);
    return result == 0 ? write(school, path) : result;
}

static int write_csv(void *arg, const char *path)
{
    return write_part(arg, path, school_numbers_csv);
}

static int write_letters(void *arg, const char *path)
{
    return write_part(arg, path, school_letters);
}

static int write_summary(void *arg, const char *path)
{
    return write_part(arg, path, school_summary);
}

static int write_journal(void *arg, const char *path)
{
    return write_part(arg, path, school_journal);
}

static void free_school(void *context)
{
    struct school *school = context;
    merge_free(school->merge);
    name_set_done(&school->names);
    free(school);
}

void school_parts(struct day *const days[], size_t n_days, struct handover_parts *parts)
{
    enum { CSV_ROW = 320, BOOK_ROW = 260, ENTRY_ROW = 420 }; /* bytes, about */
    struct school *school = bytes_alloc(sizeof *school);
    uint64_t n_numbers = 0, n_entries = 0;
    school->days = days;
    school->n_days = n_days;
    for (size_t at = 0; at < n_days; at++) {
        const struct queue *queue = day_queue(days[at]);
        n_entries += day_facts(days[at])->seq;
        for (size_t i = 0; i < queue_lane_count(queue); i++)
            n_numbers += queue_lane_at(queue, i)->counts.issued;
    }
    handover_parts_keep(parts, school, free_school);
    handover_parts_add(parts, "school.xlsx", write_book, school, n_numbers * BOOK_ROW);
    handover_parts_add(parts, "numbers.csv", write_csv, school, n_numbers * CSV_ROW);
    handover_parts_add(parts, "summary.html", write_summary, school, 0);
    handover_parts_add(parts, "letters.html", write_letters, school, 0);
    handover_parts_add(parts, "journal.jsonl", write_journal, school, n_entries * ENTRY_ROW);
}
