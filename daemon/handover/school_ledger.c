/* The ledger as it stands at the position, and who signed what of it. */
#include <stdio.h>
#include <string.h>

#include "desk/ledger.h"
#include "handover/school_private.h"

static const char *const lines_zh[LEDGER_KIND_COUNT] = {[LEDGER_NUMBERS] = "号码",
                                                        [LEDGER_PEOPLE] = "人数",
                                                        [LEDGER_MONEY] = "费用",
                                                        [LEDGER_CARDS] = "缴费拍摄卡"};

static void line_name(enum ledger_kind kind, char ret_text[static 48])
{
    snprintf(ret_text, 48, "%s %s", lines_zh[kind], ledger_code(kind));
}

/* ---- lines */
static const struct book_column lines[] = {
    {"账目", "line", 20, BOOK_TEXT},         {"机位", "lane", 8, BOOK_TEXT},
    {"学院", "college", 20, BOOK_TEXT},      {"单位", "unit", 20, BOOK_TEXT},
    {"合计", "total", 8, BOOK_NUMBER},       {"分项", "parts", 56, BOOK_TEXT},
    {"差额", "difference", 10, BOOK_NUMBER}, {"已签字", "signed", 10, BOOK_TEXT},
};

static int add_person(void *arg, const struct day_person *person)
{
    ledger_add(arg, &(struct ledger_person){.id = person->id,
                                            .unit = person->unit_id,
                                            .on_roster = person->on_roster,
                                            .is_excluded = person->is_excluded,
                                            .is_captured = person->is_captured});
    return 0;
}

static void put_parts(struct table *table, const struct ledger_line *line)
{
    struct buffer text = {0};
    for (size_t i = 0; i < line->n_parts; i++)
        buffer_format(&text, "%s%s %u", i ? " + " : "", ledger_part_code(line->kind, i), line->parts[i]);
    table_text(table, text.data ? text.data : "");
    buffer_done(&text);
}

static void put_line(struct school *school, const struct ledger_line *line)
{
    struct table *table = &school->table;
    char name[48];
    size_t n_units;
    const struct unit_record *units = day_units(school->day, &n_units);
    const struct unit_record *unit =
        line->scope == LEDGER_UNIT && line->unit && line->unit <= n_units ? &units[line->unit - 1] : NULL;
    line_name(line->kind, name);
    school_begin_row(school);
    if (line->difference != 0)
        book_shade(table->book);
    table_text(table, name);
    table_text(table, line->scope == LEDGER_LANE ? line->lane : "");
    table_text(table, unit ? unit->college : "");
    table_text(table, unit ? unit->name : "");
    table_number(table, line->total);
    put_parts(table, line);
    book_number(table->book, line->difference);
    table_text(table, line->difference == 0 ? "" : line->is_signed ? "是 yes" : "否 no");
    table_end_row(table);
}

static int ledger_of_day(struct school *school)
{
    size_t n_units, count;
    day_units(school->day, &n_units);
    struct ledger *ledger = ledger_new(day_queue(school->day), (uint32_t)n_units);
    int result = day_people(school->day, add_person, ledger);
    const struct ledger_line *all = result == 0 ? ledger_lines(ledger, &count) : NULL;
    for (size_t i = 0; all && i < count; i++)
        put_line(school, &all[i]);
    ledger_free(ledger);
    return result;
}

int school_ledger_sheet(struct school *school)
{
    return school_sheet(school, "对账 ledger", lines, sizeof lines / sizeof *lines, ledger_of_day);
}

/* ---- signatures */
static const struct book_column signatures[] = {
    {"日志序号", "seq", 8, BOOK_NUMBER},     {"时间", "time (UTC+8)", 20, BOOK_TIME},
    {"账目", "line", 20, BOOK_TEXT},         {"机位", "lane", 8, BOOK_TEXT},
    {"学院", "college", 20, BOOK_TEXT},      {"单位", "unit", 20, BOOK_TEXT},
    {"差额", "difference", 10, BOOK_NUMBER}, {"原因", "reason", 40, BOOK_TEXT},
    {"签字设备", "device", 16, BOOK_TEXT},
};

static int put_signature(void *arg, const struct queue_entry *entry, const char *reason,
                         const uint8_t hash[static JOURNAL_HASH_SIZE])
{
    (void)hash;
    struct school *school = arg;
    struct table *table = &school->table;
    struct ledger_mark mark;
    char name[48];
    size_t n_units;
    if (entry->kind != ENTRY_LEDGER_SIGNED || !ledger_mark_parse(entry->extra, &mark))
        return 0;
    const struct unit_record *units = day_units(school->day, &n_units);
    const struct unit_record *unit = mark.unit && mark.unit <= n_units ? &units[mark.unit - 1] : NULL;
    line_name(mark.kind, name);
    school_begin_row(school);
    table_number(table, entry->seq);
    table_time(table, entry->at_us);
    table_text(table, name);
    table_text(table, entry->lane);
    table_text(table, unit ? unit->college : "");
    table_text(table, unit ? unit->name : "");
    book_number(table->book, (int32_t)entry->value);
    table_text(table, reason);
    table_text(table, entry->device);
    table_end_row(table);
    return 0;
}

static int signatures_of_day(struct school *school)
{
    return day_entries(school->day, put_signature, school);
}

int school_signatures_sheet(struct school *school)
{
    return school_sheet(school, "签字 signatures", signatures, sizeof signatures / sizeof *signatures,
                        signatures_of_day);
}
