/* What the journal tells: the whole of it as lines of JSON, and of it what was out of the ordinary. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "desk/desk.h"
#include "handover/cells.h"
#include "handover/school_private.h"

/* ---- exceptions */
static const struct book_column exceptions[] = {
    {"日志序号", "seq", 8, BOOK_NUMBER},   {"时间", "time (UTC+8)", 20, BOOK_TIME},
    {"事项", "what", 24, BOOK_TEXT},       {"拍摄号", "number", 12, BOOK_TEXT},
    {"机位", "lane", 8, BOOK_TEXT},        {"学号", "student no", 16, BOOK_TEXT},
    {"姓名", "name", 14, BOOK_TEXT},       {"单位", "unit", 20, BOOK_TEXT},
    {"说明", "codes", 24, BOOK_TEXT},      {"原因", "reason", 32, BOOK_TEXT},
    {"经办设备", "device", 16, BOOK_TEXT},
};

/* NULL: nothing out of the ordinary. */
static const char *exception_of(const struct queue_entry *entry, const char *reason, uint32_t *ret_over)
{
    struct issue_note note = {.flags = 0};
    *ret_over = 0;
    switch (entry->kind) {
    case ENTRY_ISSUED:
        if (person_id_is_none(&entry->person))
            return "作废（纸质号未用） void (slip not used)";
        if (!issue_note_parse(entry->extra, &note) || !(note.flags & ISSUE_OVER))
            return NULL;
        *ret_over = note.flags & ISSUE_OVER;
        return "越权放行 override";
    case ENTRY_VOIDED:
        return "作废 void";
    case ENTRY_RETAKE:
        return "重拍 retake";
    case ENTRY_RETAKE_DROPPED:
        return "放弃重拍 retake dropped";
    case ENTRY_MISSED:
        return *reason ? "过号 missed" : NULL;
    case ENTRY_LEFT:
        return "离开 left";
    case ENTRY_MISMATCH:
        return "报号不符 mismatch";
    case ENTRY_RESOLVED:
        return "处理报号不符 resolved";
    case ENTRY_UNDONE:
        return "撤销 undone";
    case ENTRY_PAYMENT:
        return *reason ? "缴费更改 payment" : NULL;
    default:
        return NULL;
    }
}

static void put_codes(struct table *table, const struct queue_entry *entry, uint32_t over)
{
    char text[CELL_FLAGS_SIZE] = "";
    if (over)
        cell_flags(over, text);
    else if (entry->kind == ENTRY_RESOLVED || entry->kind == ENTRY_PAYMENT)
        snprintf(text, sizeof text, "%s", entry->extra);
    table_text(table, text);
}

static int put_exception(void *arg, const struct queue_entry *entry, const char *reason,
                         const uint8_t hash[static JOURNAL_HASH_SIZE])
{
    (void)hash;
    struct school *school = arg;
    struct table *table = &school->table;
    struct day_person person;
    char label[TICKET_LABEL_SIZE] = "";
    uint32_t over;
    const char *what = exception_of(entry, reason, &over);
    if (!what)
        return 0;
    day_person(school->day, &entry->person, &person);
    if (entry->number)
        ticket_label(&queue_event(day_queue(school->day))->rules, entry->lane, entry->number, label);
    school_begin_row(school);
    table_number(table, entry->seq);
    table_time(table, entry->at_us);
    table_text(table, what);
    table_text(table, label);
    table_text(table, entry->lane);
    table_text(table, person.student_no);
    table_text(table, person.name);
    table_text(table, person.unit);
    put_codes(table, entry, over);
    table_text(table, reason);
    table_text(table, entry->device);
    table_end_row(table);
    return 0;
}

static int exceptions_of_day(struct school *school)
{
    return day_entries(school->day, put_exception, school);
}

int school_exceptions_sheet(struct school *school)
{
    return school_sheet(school, "作废与例外 exceptions", exceptions, sizeof exceptions / sizeof *exceptions,
                        exceptions_of_day);
}

/* ---- the journal */
struct lines {
    struct school *school;
    FILE *file;
};

static int put_line(struct lines *lines, json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    if (!text)
        abort(); /* no memory; the journal's texts are UTF-8 */
    errno = 0;
    int result = fputs(text, lines->file) < 0 || fputc('\n', lines->file) < 0 ? (errno ? -errno : -EIO) : 0;
    free(text);
    json_decref(object);
    return result;
}

/* All that is hashed, by the names of the table's columns, then what it means. */
static int put_entry(void *arg, const struct queue_entry *entry, const char *reason,
                     const uint8_t hash[static JOURNAL_HASH_SIZE])
{
    struct lines *lines = arg;
    char at[CLOCK_TEXT_SIZE], digits[2 * JOURNAL_HASH_SIZE + 1], person[2 * PERSON_ID_SIZE + 1] = "";
    cell_utc(entry->at_us, at);
    hex_encode(hash, JOURNAL_HASH_SIZE, digits);
    if (!person_id_is_none(&entry->person))
        hex_encode(entry->person.bytes, PERSON_ID_SIZE, person);
    json_t *object =
        json_pack("{s:I, s:i, s:s, s:I, s:I, s:s, s:s, s:I, s:I, s:s, s:i, s:b, s:s, s:s, s:s, s:s}", "seq",
                  (json_int_t)entry->seq, "kind", (int)entry->kind, "name", entry_kind_name(entry->kind),
                  "at_us", (json_int_t)entry->at_us, "mono_us", (json_int_t)entry->mono_us, "at", at, "lane",
                  entry->lane, "number", (json_int_t)entry->number, "value", (json_int_t)entry->value,
                  "person", person, "medium", (int)entry->medium, "bound", (int)entry->bound, "device",
                  entry->device, "text", entry->text, "extra", entry->extra, "hash", digits);
    if (object && *reason && strcmp(reason, entry->text) != 0)
        json_object_set_new(object, "reason", json_string(reason));
    if (object && lines->school->n_days > 1)
        json_object_set_new(object, "event_id", json_string(lines->school->event_id));
    return put_line(lines, object);
}

static int lines_of_day(struct school *school)
{
    struct lines lines = {school, school->of_part};
    int result = day_entries(school->day, put_entry, &lines);
    if (result != 0)
        return result;
    json_t *object = json_pack("{s:s, s:s, s:I, s:s}", "event", school->facts->event, "id", school->facts->id,
                               "seq", (json_int_t)school->facts->seq, "head", school->facts->head);
    return put_line(&lines, object);
}

int school_journal(struct school *school, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    FILE *file = fdopen(fd, "wb");
    if (!file)
        abort(); /* no memory */
    school->of_part = file;
    int result = school_each_day(school, lines_of_day);
    school->of_part = NULL;
    errno = 0;
    if (fclose(file) != 0 && result == 0)
        result = errno ? -errno : -EIO;
    return result;
}
