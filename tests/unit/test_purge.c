/* The purge in the database and of files, and the certificate of it. */
#include "journal_world.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "handover/certificate.h"
#include "journal/journal_copies.h"

static void counts_are_read_as_written(void **state)
{
    static const struct {
        const char *text;
        bool is_right;
    } cases[] = {
        {"people 3 credentials 5 reasons 1 packages 2 backups 1", true},
        {"people 0 credentials 0 reasons 0 packages 0 backups 0", true},
        {"people 18446744073709551615 credentials 0 reasons 0 packages 0 backups 0", true},
        {"", false},
        {"people 3", false},
        {"people 03 credentials 5 reasons 1 packages 2 backups 1", false},
        {"people 3 credentials 5 reasons 1 packages 2 backups 1 more", false},
        {"people -3 credentials 5 reasons 1 packages 2 backups 1", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct purge_counts counts;
        char text[ENTRY_TEXT_MAX + 1];
        print_message("    \"%s\"\n", cases[i].text);
        assert_int_equal(purge_counts_parse(cases[i].text, &counts), cases[i].is_right);
        if (!cases[i].is_right)
            continue;
        purge_counts_text(&counts, text);
        assert_string_equal(text, cases[i].text);
    }
}

/* ---- the database */
static bool is_in_file(const char *path, const void *bytes, size_t size)
{
    char *data = NULL;
    size_t length = 0;
    if (file_read(path, 1 << 26, &data, &length) != 0)
        return false;
    const bool found = memmem(data, length, bytes, size) != NULL;
    free(data);
    return found;
}

static void step(struct world *world, struct queue_command command)
{
    assert_journal(journal_begin(world->journal), JOURNAL_OK);
    assert_journal(world_try_step(world, command), JOURNAL_OK);
    assert_journal(journal_commit(world->journal), JOURNAL_OK);
}

static void hand_over(struct world *world, const char *kind)
{
    struct queue_command command = {.kind = COMMAND_HANDED_OVER};
    snprintf(command.extra, sizeof command.extra, "%s", kind);
    snprintf(command.text, sizeof command.text, "%llu %064d",
             (unsigned long long)queue_event(world->queue)->content_seq, 7);
    step(world, command);
}

/* An event of `count` people in one lane, all photographed, closed and handed over. */
static void world_closed(struct world *world, unsigned count)
{
    world_open(world);
    world_event(world);
    world_check_in(world, "A", count);
    for (uint32_t number = 1; number <= count; number++) {
        step(world, (struct queue_command){.kind = COMMAND_CALL, .lane = "A", .number = number});
        step(world, (struct queue_command){.kind = COMMAND_SHOT, .lane = "A", .number = number});
    }
    step(world, (struct queue_command){.kind = COMMAND_EVENT_CLOSE});
    hand_over(world, "agency");
    hand_over(world, "school");
}

struct boxes {
    uint8_t bytes[400][32];
    size_t count;
};

static void take_boxes(const char *path, struct boxes *boxes)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT sealed FROM person UNION ALL SELECT sealed FROM credential UNION ALL "
                           "SELECT digest FROM credential",
                           -1, &statement, NULL),
        SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW && boxes->count < 400)
        memcpy(boxes->bytes[boxes->count++], sqlite3_column_blob(statement, 0), 32);
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

static size_t boxes_left(const char *dir, const struct boxes *boxes)
{
    static const char *const names[] = {"event.db", "event.db-wal", "event.db-shm"};
    size_t left = 0;
    for (size_t n = 0; n < 3; n++) {
        char *path = bytes_format("%s/%s", dir, names[n]);
        for (size_t i = 0; i < boxes->count; i++)
            left += is_in_file(path, boxes->bytes[i], 32);
        free(path);
    }
    return left;
}

static void no_box_is_left_on_any_page(void **state)
{
    struct world world;
    struct boxes boxes = {.count = 0};
    struct journal_copy copy;
    struct journal_report report;
    char *detail = NULL;
    (void)state;
    world_init(&world);
    world_closed(&world, 120);
    take_boxes(world.db, &boxes);
    assert_int_equal(boxes.count, 360);
    assert_journal(journal_purge(world.dir, &detail), JOURNAL_CORRUPT); /* the journal does not say so */
    free(detail);
    detail = NULL;
    assert_true(boxes_left(world.dir, &boxes) >= boxes.count);
    step(&world, (struct queue_command){.kind = COMMAND_PURGED, .text = "people 120"});
    world_close(&world);
    assert_int_equal(unlink(world.key), 0);
    assert_journal(world_try_open(&world, true), JOURNAL_PURGED);
    assert_journal(journal_verify(world.dir, world.key, &report), JOURNAL_OK);
    assert_non_null(strstr(report.problem, "not finished"));
    assert_journal(journal_purge(world.dir, NULL), JOURNAL_OK);
    assert_int_equal(boxes_left(world.dir, &boxes), 0);
    assert_journal(journal_purge(world.dir, NULL), JOURNAL_OK); /* once more changes nothing */
    assert_journal(journal_look(world.db, &copy, NULL), JOURNAL_OK);
    assert_true(copy.is_purged && copy.is_closed && copy.people == 0 && copy.credentials == 0);
    assert_string_equal(copy.purged, "people 120");
    assert_int_equal(copy.agency.seq, copy.school.seq);
    assert_journal(journal_verify(world.dir, world.key, &report), JOURNAL_OK);
    assert_string_equal(report.problem, "");
    assert_true(report.is_purged && report.tickets == 120 && report.people == 0);
    assert_memory_equal(report.head, copy.head, sizeof copy.head);
    world_done(&world);
}

/* ---- files */
static void a_destroyed_file_was_overwritten(void **state)
{
    static const char secret[] = "the key, in so many letters";
    struct world world;
    char data[sizeof secret] = "";
    (void)state;
    world_init(&world);
    char *other = bytes_format("%s/other", world.dir), *link_path = bytes_format("%s/link", world.dir);
    assert_int_equal(file_create_durably(world.key, secret, sizeof secret, 0400), 0);
    assert_int_equal(link(world.key, other), 0); /* what is on the disk then can still be seen */
    assert_int_equal(file_destroy(world.key), 0);
    assert_int_equal(access(world.key, F_OK), -1);
    int fd = open(other, O_RDONLY);
    assert_int_equal(read(fd, data, sizeof data), sizeof secret);
    close(fd);
    assert_memory_not_equal(data, secret, 8);
    assert_int_equal(file_destroy(world.key), 0); /* gone already */
    assert_int_equal(file_write_durably(other, secret, sizeof secret, 0600), 0);
    assert_int_equal(symlink(other, link_path), 0);
    assert_int_equal(file_destroy(link_path), 0);
    assert_true(is_in_file(other, secret, sizeof secret)); /* what a link points to is not ours */
    free(other);
    free(link_path);
    world_done(&world);
}

/* ---- the certificate */
static void the_certificate_names_everything_and_is_inert(void **state)
{
    struct journal_copy copy = {.exists = true,
                                .seq = 77,
                                .created_us = INT64_C(1795000000000000),
                                .purged_us = INT64_C(1795100000000000),
                                .agency = {70, "aa"},
                                .school = {70, "bb"}};
    const struct purge_counts counts = {11, 22, 33, 44, 55};
    char backup[] = "/media/<stick>/paihao-1.db", left[] = "tls&.key";
    char *backups[] = {backup}, *files[] = {left};
    const struct certificate facts = {&copy, &counts, "/media/<stick>", backups, 1, files, 1, NULL};
    static const char *const wanted[] = {"11",   "22",         "33",         "44",       "55",
                                         "77, ", "SHA-256 aa", "SHA-256 bb", "2026-11-", "+08:00"};
    (void)state;
    snprintf(copy.name, sizeof copy.name, "<script>\"毕业\"&");
    memset(copy.event, 0xcd, sizeof copy.event);
    char *text = certificate_text(&facts), *html = certificate_html(&facts),
         *again = certificate_html(&facts);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        print_message("    %s\n", wanted[i]);
        assert_non_null(strstr(text, wanted[i]));
        assert_non_null(strstr(html, wanted[i]));
    }
    assert_string_equal(html, again);
    assert_non_null(strstr(text, backup));
    assert_non_null(strstr(html, "/media/&lt;stick&gt;/paihao-1.db"));
    assert_non_null(strstr(html, "tls&amp;.key"));
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "://")); /* of its own */
    assert_non_null(strstr(html, "cdcdcdcdcdcdcdcd"));
    free(text);
    free(html);
    free(again);
}

static void the_certificate_of_a_copy_says_so(void **state)
{
    struct journal_copy copy = {.exists = true, .seq = 77, .moves = 2, .other_seq = 88, .other_moves = 3};
    const struct purge_counts counts = {11, 22, 33, 44, 55};
    struct certificate facts = {
        .copy = &copy, .counts = &counts, .backup_folder = "", .key_left = "/m/<key>"};
    (void)state;
    snprintf(copy.copy, sizeof copy.copy, "0123");
    char *text = certificate_text(&facts), *html = certificate_html(&facts);
    static const char *const wanted[] = {"2, 0123", "3, 88", "77, ", "未继续副本",
                                         "a copy that did not go on"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        print_message("    %s\n", wanted[i]);
        assert_non_null(strstr(text, wanted[i]));
        assert_non_null(strstr(html, wanted[i]));
    }
    assert_non_null(strstr(text, "left alone): /m/<key>"));
    assert_non_null(strstr(html, "/m/&lt;key&gt;"));
    assert_null(strstr(text, "unreadable now")); /* the copy that goes on has the key */
    assert_null(strstr(text, "Keys: 1"));
    free(text);
    free(html);
    copy.other_seq = 0;
    facts.key_left = NULL;
    text = certificate_text(&facts);
    assert_null(strstr(text, "did not go on"));
    assert_non_null(strstr(text, "Keys: 1"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_read_as_written),
        cmocka_unit_test(no_box_is_left_on_any_page),
        cmocka_unit_test(a_destroyed_file_was_overwritten),
        cmocka_unit_test(the_certificate_names_everything_and_is_inert),
        cmocka_unit_test(the_certificate_of_a_copy_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
