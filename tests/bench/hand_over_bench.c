/* What a hand-over costs beside the bare libraries.
 *   hand_over_bench FOLDER NUMBERS   makes an event of that many photographed people in FOLDER, once
 *   hand_over_bench FOLDER           prints {"numbers":...,"open_ms":...,"csv_ms":...,"book_ms":...,"bare_ms":...,"cells":...,
 *                                    "school_ms":...,"open_kb":...,"csv_kb":...,"book_kb":...,"school_kb":...}
 * csv, book: the agency's numbers.csv and numbers.xlsx; bare: libxlsxwriter alone writes the cells of that workbook, which
 * stand in memory; school: school.xlsx; ms: of the processor, since all of this is work for it; kb: by how much the resident memory rose at most meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/files.h"
#include "desk/desk.h"
#include "handover/agency.h"
#include "handover/school.h"

enum { CSV_MOST = 1 << 30, DAY_S = 86400 };

/* ---- an event */
static void give_up(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(3);
}

static void order(struct desk *desk, const struct desk_command *command)
{
    struct desk_answer answer;
    desk_call(desk, command, &answer);
    if (answer.problem != PROBLEM_NONE)
        give_up(problem_code(answer.problem));
}

static void submit(struct desk *desk, const struct desk_command *command)
{
    while (desk_submit(desk, command, NULL, NULL) != 0)
        clock_sleep_us(500); /* the inbox is full */
}

static struct presentation card_of(uint32_t n)
{
    static const char digits[] = "10X98765432";
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    struct presentation card = {.medium = MEDIUM_ID_CARD};
    int sum = 0;
    snprintf(card.id_number, sizeof card.id_number, "9901%02u2000%02u%02u%03u", n % 100, n / 100000 % 12 + 1,
             n / 1200000 % 28 + 1, n / 100 % 1000);
    for (int i = 0; i < 17; i++)
        sum += (card.id_number[i] - '0') * weights[i];
    card.id_number[17] = digits[sum % 11];
    snprintf(card.name, sizeof card.name, "张测试%u", n);
    snprintf(card.student_no, sizeof card.student_no, "2026%08u", n);
    snprintf(card.unit, sizeof card.unit, "第%u班", n / 40);
    return card;
}

static void make_event(const char *folder, const char *key, uint32_t people)
{
    char *error = NULL;
    struct desk *desk;
    struct config_lane lane = {.name = (char *)"A", .room = (char *)""};
    struct config config = {
        .data_dir = (char *)folder, .key_file = (char *)key, .lanes = &lane, .n_lanes = 1};
    if (desk_open(&desk, &(struct desk_options){.config = &config, .create = true}, &error) != JOURNAL_OK)
        give_up(error);
    struct desk_command command = {
        .kind = DESK_QUEUE, .queue = {.kind = COMMAND_EVENT_CREATE, .text = "bench", .device = "bench"}};
    order(desk, &command);
    strcpy(command.queue.lane, "A");
    command.queue.kind = COMMAND_SESSION_OPEN;
    order(desk, &command);
    for (uint32_t n = 0; n < people; n++) {
        const struct presentation card = card_of(n);
        submit(desk,
               &(struct desk_command){.kind = DESK_QUEUE,
                                      .presentation = &card,
                                      .queue = {.kind = COMMAND_CHECK_IN, .lane = "A", .device = "bench"}});
    }
    command.queue.kind = COMMAND_CALL;
    command.queue.number = 1;
    order(desk, &command);
    command.queue.kind = COMMAND_SHOT;
    command.queue.advance = true;
    for (uint32_t n = 1; n < people; n++) {
        command.queue.number = n;
        submit(desk, &command);
    }
    command.queue.number = people;
    order(desk, &command);
    desk_close(desk);
}

/* ---- measures */
static int64_t cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static long status_kb(const char *name)
{
    char line[256];
    long kb = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, name, strlen(name)) == 0)
            kb = atol(line + strlen(name) + 1);
    if (status)
        fclose(status);
    return kb;
}

/* The peak begins anew (proc(5), clear_refs). */
static long begin_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file) {
        fputs("5", file);
        fclose(file);
    }
    return status_kb("VmRSS");
}

static void measure(struct handover_parts *parts, const char *name, const char *path, double *ret_ms,
                    long *ret_kb)
{
    for (size_t i = 0; i < parts->count; i++) {
        if (strcmp(parts->list[i].name, name) != 0)
            continue;
        unlink(path);
        const long before_kb = begin_peak();
        const int64_t start_us = cpu_us();
        if (parts->list[i].write(parts->list[i].arg, path) != 0)
            give_up(name);
        *ret_ms = (double)(cpu_us() - start_us) / 1000;
        *ret_kb = status_kb("VmHWM") - before_kb;
    }
}

/* ---- the bare library over the cells of a CSV without quotes */
static double serial_of(const char *text)
{
    int year, month, day, hour, minute, second;
    if (sscanf(text, "%d-%d-%d %d:%d:%d", &year, &month, &day, &hour, &minute, &second) != 6)
        return 0;
    struct tm date = {.tm_year = year - 1900,
                      .tm_mon = month - 1,
                      .tm_mday = day,
                      .tm_hour = hour,
                      .tm_min = minute,
                      .tm_sec = second};
    return 25569 + (double)timegm(&date) / DAY_S;
}

struct cell {
    const char *text;
    double number;
    bool is_text;
};

static size_t cells_of(char *data, struct cell **ret_cells, size_t *ret_columns)
{
    size_t count = 0, capacity = 1 << 20, columns = 0;
    struct cell *cells = bytes_alloc(capacity * sizeof *cells);
    for (char *line = strsep(&data, "\r"); line; line = strsep(&data, "\r")) {
        line += *line == '\n';
        if (!*line)
            continue;
        for (char *field = strsep(&line, ","); field; field = strsep(&line, ",")) {
            if (count == capacity)
                cells = bytes_resize(cells, (capacity *= 2) * sizeof *cells);
            double serial = serial_of(field);
            bool is_number = *field && strspn(field, "0123456789") == strlen(field) && strlen(field) < 5;
            cells[count++] =
                (struct cell){field, serial > 0 ? serial : atof(field), serial == 0 && !is_number};
            columns += !*ret_columns;
        }
        if (!*ret_columns)
            *ret_columns = columns;
    }
    *ret_cells = cells;
    return count;
}

static double bare(const char *csv, const char *path, size_t *ret_cells)
{
    char *data;
    size_t size, columns = 0;
    struct cell *cells;
    if (file_read(csv, CSV_MOST, &data, &size) != 0)
        give_up(csv);
    *ret_cells = cells_of(data, &cells, &columns);
    const int64_t start_us = cpu_us();
    lxw_workbook *book = workbook_new_opt(path, &(lxw_workbook_options){.constant_memory = LXW_TRUE});
    lxw_worksheet *sheet = workbook_add_worksheet(book, "numbers");
    lxw_format *text = workbook_add_format(book), *time = workbook_add_format(book);
    format_set_num_format(text, "@");
    format_set_num_format(time, "yyyy-mm-dd hh:mm:ss");
    for (size_t i = 0; i < *ret_cells; i++) {
        lxw_row_t row = (lxw_row_t)(i / columns);
        lxw_col_t column = (lxw_col_t)(i % columns);
        if (cells[i].is_text)
            worksheet_write_string(sheet, row, column, cells[i].text, text);
        else
            worksheet_write_number(sheet, row, column, cells[i].number, time);
    }
    if (workbook_close(book) != LXW_NO_ERROR)
        give_up(path);
    const double ms = (double)(cpu_us() - start_us) / 1000;
    free(cells);
    free(data);
    return ms;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    char *database = bytes_format("%s/event.db", argv[1]), *key = bytes_format("%s/secret.key", argv[1]);
    char *csv = bytes_format("%s/bench.csv", argv[1]), *book = bytes_format("%s/bench.xlsx", argv[1]);
    double csv_ms = 0, book_ms = 0, school_ms = 0;
    long csv_kb = 0, book_kb = 0, school_kb = 0;
    if (argc > 2) {
        mkdir(argv[1], 0700);
        make_event(argv[1], key, (uint32_t)atol(argv[2]));
        return 0;
    }
    struct day *day = NULL;
    struct handover_parts agency = {.count = 0}, school = {.count = 0};
    const long before_kb = begin_peak();
    const int64_t start_us = cpu_us();
    if (day_open(&day, database, key, NULL) != JOURNAL_OK)
        give_up(database);
    const double open_ms = (double)(cpu_us() - start_us) / 1000;
    const long open_kb = status_kb("VmHWM") - before_kb;
    agency_parts(&day, 1, &agency);
    school_parts(&day, 1, &school);
    measure(&agency, "numbers.csv", csv, &csv_ms, &csv_kb);
    measure(&agency, "numbers.xlsx", book, &book_ms, &book_kb);
    measure(&school, "school.xlsx", book, &school_ms, &school_kb);
    const uint32_t numbers = queue_lane_at(day_queue(day), 0)->counts.issued;
    handover_parts_done(&agency);
    handover_parts_done(&school);
    day_close(day);
    size_t cells = 0;
    const double bare_ms = bare(csv, book, &cells);
    printf("{\"numbers\":%u,\"open_ms\":%.1f,\"csv_ms\":%.1f,\"book_ms\":%.1f,\"bare_ms\":%.1f,\"cells\":%zu,"
           "\"school_ms\":%.1f,\"open_kb\":%ld,\"csv_kb\":%ld,\"book_kb\":%ld,\"school_kb\":%ld}\n",
           numbers, open_ms, csv_ms, book_ms, bare_ms, cells, school_ms, open_kb, csv_kb, book_kb, school_kb);
    free(database);
    free(key);
    free(csv);
    free(book);
    return 0;
}
