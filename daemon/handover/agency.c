/* The numbers for the agency, as CSV and as workbook. Reads the days row by row, so that a hundred thousand numbers need no
 * more memory than ten. On the caller's thread. */
#include "handover/agency.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/reason.h"
#include "handover/cells.h"
#include "handover/table.h"
#include "identity/mask.h"
#include "identity/scan_shape.h"

static const struct book_column fixed[] = {
    {"拍摄号", "number", 12, BOOK_TEXT},
    {"机位", "lane", 8, BOOK_TEXT},
    {"场次", "session", 8, BOOK_NUMBER},
    {"状态", "state", 10, BOOK_TEXT},
    {"取号时间", "issued (UTC)", 28, BOOK_TEXT},
    {"取号时间", "issued (UTC+8)", 20, BOOK_TIME},
    {"叫号时间", "called (UTC)", 28, BOOK_TEXT},
    {"叫号时间", "called (UTC+8)", 20, BOOK_TIME},
    {"拍摄时间", "shot (UTC)", 28, BOOK_TEXT},
    {"拍摄时间", "shot (UTC+8)", 20, BOOK_TIME},
    {"介质", "medium", 14, BOOK_TEXT},
    {"拍摄次数", "shots", 8, BOOK_NUMBER},
    {"重拍次数", "retakes", 8, BOOK_NUMBER},
    {"照片存疑", "suspect", 8, BOOK_TEXT},
    {"备注", "notes", 12, BOOK_TEXT},
    {"原因", "reason", 14, BOOK_TEXT},
};
static const struct book_column fields[] = {
    {"学号", "student_no", 16, BOOK_TEXT},    {"姓名", "name", 14, BOOK_TEXT},
    {"证件号码", "id_number", 20, BOOK_TEXT}, {"单位", "unit", 20, BOOK_TEXT},
    {"学院", "college", 20, BOOK_TEXT},       {"校区", "campus", 12, BOOK_TEXT},
    {"层次", "level", 8, BOOK_TEXT},
};
static const struct book_column last[] = {
    {"活动", "event", 24, BOOK_TEXT},
    {"活动编号", "event id", 14, BOOK_TEXT},
    {"采集码", "payload (base64)", 40, BOOK_TEXT},
};
enum {
    N_FIXED = sizeof fixed / sizeof *fixed,
    N_FIELDS = sizeof fields / sizeof *fields,
    N_LAST = sizeof last / sizeof *last,
    EVENT_ID_DIGITS = 12,
};

struct agency {
    struct day *const *days;
    size_t n_days;
    bool has_field[N_FIELDS]; /* some day's profile names it */
    struct book_column columns[N_FIXED + N_FIELDS + N_LAST];
    size_t n_columns;
    /* of the table under way */
    struct table *table;
    const struct day_facts *facts;
    char event_id[EVENT_ID_DIGITS + 1];
};

static bool names_field(const struct profile *profile, const char *field)
{
    for (size_t i = 0; i < profile->n_agency_fields; i++)
        if (strcmp(profile->agency_fields[i], field) == 0)
            return true;
    return false;
}

static void put_columns(struct agency *agency, const struct book_column *columns, size_t count)
{
    memcpy(agency->columns + agency->n_columns, columns, count * sizeof *columns);
    agency->n_columns += count;
}

static void choose_columns(struct agency *agency)
{
    put_columns(agency, fixed, N_FIXED);
    for (size_t i = 0; i < N_FIELDS; i++) {
        for (size_t at = 0; at < agency->n_days; at++)
            agency->has_field[i] |= names_field(&day_facts(agency->days[at])->profile, fields[i].en);
        if (agency->has_field[i])
            put_columns(agency, &fields[i], 1);
    }
    put_columns(agency, last, N_LAST);
}

/* ---- a row */
static void put_field(struct table *table, size_t field, const struct day_person *person)
{
    char masked[ID_NUMBER_LENGTH + 1];
    mask_id_number(person->id_number, masked);
    const char *const values[N_FIELDS] = {
        person->student_no,      person->name, masked, person->unit, person->college, person->campus,
        degree_zh(person->level)};
    table_text(table, values[field]);
}

/* A scanner that takes codes alone takes an ID card's barcode or a passport's lines for one, too. */
static bool is_of_document(const struct day_number *number)
{
    char lines[2][MRZ_LINE_LENGTH];
    const struct scan_text text = scan_text_trim(number->payload, number->payload_size);
    return scan_shape_is_id_number(text) || scan_shape_zone(text, lines) != SCAN_ZONE_NONE;
}

static bool is_withheld(const struct agency *agency, const struct day_number *number)
{
    return number->payload && !names_field(&agency->facts->profile, "id_number") && is_of_document(number);
}

static void put_notes(struct table *table, const struct day_number *number, bool is_withheld)
{
    char notes[32];
    snprintf(notes, sizeof notes, "%s%s%s", number->on_paper ? " paper" : "", number->was_kept ? " kept" : "",
             is_withheld ? " withheld" : "");
    table_text(table, *notes ? notes + 1 : "");
}

static void put_payload(struct table *table, const struct day_number *number, bool is_withheld)
{
    char text[(CREDENTIAL_MAX + 2) / 3 * 4 + 1];
    text[0] = '\0';
    if (number->payload && !is_withheld)
        cell_base64(number->payload, number->payload_size, text);
    table_text(table, text);
}

static void put_both(struct table *table, int64_t utc_us)
{
    table_utc(table, utc_us);
    table_time(table, utc_us);
}

static int put_number(void *arg, const struct day_number *number)
{
    struct agency *agency = arg;
    struct table *table = agency->table;
    const struct ticket *ticket = number->ticket;
    const bool withholds = is_withheld(agency, number);
    table_text(table, number->label);
    table_text(table, ticket->lane);
    table_number(table, ticket->session);
    table_text(table, ticket_state_name(ticket->state));
    put_both(table, ticket->issued_us);
    put_both(table, ticket->called_us);
    put_both(table, ticket->shot_us);
    table_text(table, medium_name(ticket->medium));
    table_number(table, ticket->shots);
    table_number(table, ticket->retakes);
    table_text(table, ticket->is_suspect ? "yes" : "no");
    put_notes(table, number, withholds);
    table_text(table, reason_is_code(number->reason) ? number->reason : "");
    for (size_t i = 0; i < N_FIELDS; i++)
        if (agency->has_field[i] && names_field(&agency->facts->profile, fields[i].en))
            put_field(table, i, &number->person);
        else if (agency->has_field[i])
            table_text(table, "");
    table_text(table, agency->facts->event);
    table_text(table, agency->event_id);
    put_payload(table, number, withholds);
    table_end_row(table);
    return 0;
}

static int fill(void *arg, struct table *table)
{
    struct agency *agency = arg;
    int result = 0;
    agency->table = table;
    for (size_t i = 0; i < agency->n_days && result == 0; i++) {
        agency->facts = day_facts(agency->days[i]);
        memcpy(agency->event_id, agency->facts->id, EVENT_ID_DIGITS);
        result = agency->facts->profile.n_agency_fields
                     ? day_numbers(agency->days[i], put_number, agency)
                     : day_numbers_only(agency->days[i], put_number, agency);
    }
    return result;
}

/* ---- files */
static int write_csv(void *arg, const char *path)
{
    const struct agency *agency = arg;
    return table_write_csv(path, agency->columns, agency->n_columns, fill, arg);
}

/* Beside the file itself: what is written there before a row is whole has no name (book.h). */
static char *folder_of(const char *path)
{
    char *folder = bytes_text(path), *slash = strrchr(folder, '/');
    if (!slash)
        strcpy(folder, ".");
    else
        slash[slash == folder] = '\0';
    return folder;
}

static int write_book(void *arg, const char *path)
{
    struct agency *agency = arg;
    struct book *book = NULL;
    char *folder = folder_of(path);
    const struct book_options options = {.path = path,
                                         .temp_folder = folder,
                                         .title = "拍摄号 Numbers",
                                         .at_us = handover_at(agency->days, agency->n_days)};
    const struct book_sheet sheet = {.name = "拍摄号 numbers",
                                     .title = day_facts(agency->days[0])->event,
                                     .columns = agency->columns,
                                     .n_columns = agency->n_columns,
                                     .is_landscape = true};
    int result = book_new(&book, &options);
    free(folder);
    if (result)
        return result;
    struct table table = {.book = book};
    book_sheet(book, &sheet);
    result = fill(agency, &table);
    if (result) {
        book_abandon(book);
        return result;
    }
    return book_close(book);
}

static int write_summary(void *arg, const char *path)
{
    const struct agency *agency = arg;
    struct buffer page = {0};
    agency_summary(agency->days, agency->n_days, &page);
    const int result = table_write_text(path, &page);
    buffer_done(&page);
    return result;
}

static uint64_t count_numbers(const struct agency *agency)
{
    uint64_t count = 0;
    for (size_t at = 0; at < agency->n_days; at++) {
        const struct queue *queue = day_queue(agency->days[at]);
        for (size_t i = 0; i < queue_lane_count(queue); i++)
            count += queue_lane_at(queue, i)->counts.issued;
    }
    return count;
}

void agency_parts(struct day *const days[], size_t n_days, struct handover_parts *parts)
{
    enum { CSV_ROW = 300, BOOK_ROW = 160 }; /* bytes, about */
    struct agency *agency = bytes_alloc(sizeof *agency);
    agency->days = days;
    agency->n_days = n_days;
    choose_columns(agency);
    const uint64_t count = count_numbers(agency);
    handover_parts_keep(parts, agency, free);
    handover_parts_add(parts, "numbers.csv", write_csv, agency, count * CSV_ROW);
    handover_parts_add(parts, "numbers.xlsx", write_book, agency, count * BOOK_ROW);
    handover_parts_add(parts, "summary.html", write_summary, agency, 0);
}
