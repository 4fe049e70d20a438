/* A day of many numbers, as the packages read it.
 *   day_rows make FOLDER COUNT   an event in FOLDER (event.db, secret.key): COUNT people of classes of 40, each photographed
 *                                under a capture code, every tenth twice
 *   day_rows csv FOLDER FILE     opens it and writes the agency's numbers.csv to FILE; prints
 *                                {"open_ms":...,"write_ms":...,"people":...,"rss_kb":...,"peak_kb":...} where rss is what the
 *                                open day holds and peak the most while the rows were written */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "handover/handover.h"
#include "identity/id_number.h"

enum { UNIT_PEOPLE = 40, PAYLOAD = 180, BATCH = 500 };

static void sure(bool is_good, const char *what)
{
    if (is_good)
        return;
    fprintf(stderr, "day_rows: %s\n", what);
    exit(3);
}

/* ---- making */
struct making {
    struct journal *journal;
    struct queue *queue;
    struct queue_decision decision;
    int64_t now_us;
};

static void step(struct making *making, struct queue_command command)
{
    command.at_us = command.mono_us = making->now_us += 1500000;
    strcpy(command.device, "bench");
    queue_decide(making->queue, &command, &making->decision);
    sure(making->decision.verdict == QUEUE_DONE, command_kind_name(command.kind));
    for (size_t i = 0; i < making->decision.n_entries; i++) {
        struct queue_entry *entry = &making->decision.entries[i];
        entry->seq = journal_seq(making->journal) + 1;
        sure(queue_apply(making->queue, entry) == QUEUE_APPLY_OK, "apply");
        const struct ticket *after =
            entry->number ? queue_ticket(making->queue, entry->lane, entry->number) : NULL;
        sure(journal_append(making->journal, entry, after) == JOURNAL_OK, "append");
    }
}

static void put_person(struct making *making, uint32_t n, struct person_id *ret)
{
    struct person_record person = {
        .bound = true, .on_roster = true, .unit_id = n / UNIT_PEOPLE + 1, .level = DEGREE_BACHELOR};
    struct credential_record credential = {.kind = CREDENTIAL_CAPTURE_CODE};
    uint8_t payload[PAYLOAD];
    randombytes_buf_deterministic(
        payload, sizeof payload,
        (const uint8_t[randombytes_SEEDBYTES]){(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16)});
    memcpy(person.id.bytes, payload, sizeof person.id.bytes);
    snprintf(person.name, sizeof person.name, "测试者%" PRIu32, n);
    snprintf(person.student_no, sizeof person.student_no, "2022%08" PRIu32, n);
    snprintf(person.id_number, sizeof person.id_number, "9901012000%02u%02u%03u", n / 28 % 12 + 1, n % 28 + 1,
             n / 336 % 1000);
    person.id_number[17] = id_number_check(person.id_number);
    sure(journal_put_person(making->journal, &person) == JOURNAL_OK, "person");
    credential.person = person.id;
    credential_digest(journal_keys(making->journal)->digest, credential.kind, payload, sizeof payload,
                      credential.digest);
    sure(journal_put_credential(making->journal, &credential, payload, sizeof payload) == JOURNAL_OK,
         "credential");
    *ret = person.id;
}

static void photograph(struct making *making, uint32_t n)
{
    struct queue_command command = {.kind = COMMAND_CHECK_IN,
                                    .lane = "A",
                                    .medium = MEDIUM_CAPTURE_CODE,
                                    .bound = true,
                                    .facts = {.unit = n / UNIT_PEOPLE + 1}};
    put_person(making, n, &command.person);
    step(making, command);
    command = (struct queue_command){.kind = COMMAND_CALL, .lane = "A", .number = n + 1};
    step(making, command);
    command.kind = COMMAND_SHOT;
    step(making, command);
    if (n % 10)
        return;
    command.kind = COMMAND_RETAKE;
    strcpy(command.text, "equipment");
    step(making, command);
    command.kind = COMMAND_SHOT;
    step(making, command);
}

static void begin_event(struct making *making, uint32_t count)
{
    sure(journal_begin(making->journal) == JOURNAL_OK, "begin");
    step(making, (struct queue_command){.kind = COMMAND_EVENT_CREATE, .text = "bench", .extra = "default"});
    step(making, (struct queue_command){.kind = COMMAND_LANE_SET, .lane = "A", .text = "E201"});
    step(making, (struct queue_command){.kind = COMMAND_SESSION_OPEN, .lane = "A"});
    for (uint32_t unit = 1; unit <= (count + UNIT_PEOPLE - 1) / UNIT_PEOPLE; unit++) {
        struct unit_record record = {.id = unit, .college = "学院"};
        snprintf(record.name, sizeof record.name, "%" PRIu32 "班", unit);
        sure(journal_put_unit(making->journal, &record) == JOURNAL_OK, "unit");
    }
    sure(journal_commit(making->journal) == JOURNAL_OK, "commit");
}

static int make(const char *folder, uint32_t count)
{
    char *key = bytes_format("%s/secret.key", folder);
    const struct journal_options options = {.data_dir = folder, .key_file = key, .create = true};
    struct making making = {.queue = queue_new(), .now_us = INT64_C(1795000000000000)};
    sure(journal_open(&making.journal, &options, NULL) == JOURNAL_OK, "open");
    begin_event(&making, count);
    for (uint32_t n = 0; n < count; n++) {
        if (n % BATCH == 0)
            sure(journal_begin(making.journal) == JOURNAL_OK, "begin");
        photograph(&making, n);
        if (n % BATCH == BATCH - 1 || n == count - 1)
            sure(journal_commit(making.journal) == JOURNAL_OK, "commit");
    }
    journal_close(making.journal);
    queue_free(making.queue);
    free(key);
    return 0;
}

/* ---- reading */
static long status_kb(const char *field)
{
    char line[256];
    long value = 0;
    FILE *file = fopen("/proc/self/status", "r");
    sure(file, "/proc/self/status");
    while (fgets(line, sizeof line, file))
        if (strncmp(line, field, strlen(field)) == 0)
            value = strtol(line + strlen(field), NULL, 10);
    fclose(file);
    return value;
}

static int count_person(void *arg, const struct day_person *person)
{
    (void)person;
    ++*(uint64_t *)arg;
    return 0;
}

static const struct package_part *find_part(const struct handover_parts *parts, const char *name)
{
    for (size_t i = 0; i < parts->count; i++)
        if (strcmp(parts->list[i].name, name) == 0)
            return &parts->list[i];
    return NULL;
}

static int write_csv(const char *folder, const char *path)
{
    char *database = bytes_format("%s/event.db", folder), *key = bytes_format("%s/secret.key", folder);
    struct handover_parts parts;
    struct day *day;
    uint64_t people = 0;
    const int64_t start_us = clock_mono_us();
    sure(day_open(&day, database, key, NULL) == JOURNAL_OK, "day");
    const int64_t open_us = clock_mono_us();
    const long rss_kb = status_kb("VmRSS:");
    handover_parts(HANDOVER_AGENCY, &day, 1, &parts);
    const struct package_part *part = find_part(&parts, "numbers.csv");
    sure(part && part->write(part->arg, path) == 0, "numbers.csv");
    const int64_t end_us = clock_mono_us();
    day_people(day, count_person, &people);
    printf("{\"open_ms\":%.1f,\"write_ms\":%.1f,\"people\":%" PRIu64 ",\"rss_kb\":%ld,\"peak_kb\":%ld}\n",
           (double)(open_us - start_us) / 1000, (double)(end_us - open_us) / 1000, people, rss_kb,
           status_kb("VmHWM:"));
    handover_parts_done(&parts);
    day_close(day);
    free(database);
    free(key);
    return 0;
}

int main(int argc, char **argv)
{
    sure(argc == 4 && sodium_init() >= 0, "make FOLDER COUNT | csv FOLDER FILE");
    if (strcmp(argv[1], "make") == 0)
        return make(argv[2], (uint32_t)strtoul(argv[3], NULL, 10));
    return write_csv(argv[2], argv[3]);
}
