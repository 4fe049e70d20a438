/* Every file of tests/data/roster/files, read as the daemon reads it but in this process, against its golden preview. After
 * a change that is meant, PAIHAO_GOLDEN=write lets this test write golden/ anew: read the difference before you keep it. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/files.h"
#include "roster/roster.h"

#define FOLDER "tests/data/roster/"
enum { FILES_FEWEST = 50 };

static enum list_kind kind_of(const char *name)
{
    char word[16];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(name, "-"), name);
    return list_kind_from_name(word);
}

/* The preview, and the people as masks would not show them: so that a wrong digit in a result is seen, too. */
static char *preview_of(const char *name)
{
    char *path = bytes_format(FOLDER "files/%s", name), *data;
    size_t size;
    assert_int_equal(file_read(path, TABLE_FILE_MAX, &data, &size), 0);
    struct roster_build *build = roster_build_new(kind_of(name));
    const struct table_sink sink = roster_build_sink(build);
    struct roster *roster = roster_build_finish(build, table_read((const uint8_t *)data, size, &sink));
    json_t *preview = roster_preview_json(roster), *people = json_array();
    assert_non_null(preview);
    for (size_t i = 0; i < roster->n_people; i++) {
        const struct roster_person *p = &roster->people[i];
        char *line =
            bytes_format("%u|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%u", p->row, p->student_no, p->name,
                         p->id_number, p->document, p->college, p->major, p->unit, degree_name(p->level),
                         p->campus, p->category, p->note, p->method, p->amount_fen);
        json_array_append_new(people, json_string(line));
        free(line);
    }
    json_object_set_new(preview, "people", people);
    char *text = json_dumps(preview, JSON_INDENT(1));
    json_decref(preview);
    roster_free(roster);
    free(data);
    free(path);
    return text;
}

static void check_file(const char *name, bool writes)
{
    char *text = preview_of(name), *path = bytes_format(FOLDER "golden/%s.json", name), *golden = NULL;
    size_t size = 0;
    struct buffer whole = {0};
    buffer_format(&whole, "%s\n", text);
    if (writes)
        assert_int_equal(file_write_durably(path, whole.data, whole.size, 0644), 0);
    assert_int_equal(file_read(path, 1 << 20, &golden, &size), 0);
    if (strcmp(golden, whole.data) != 0)
        fprintf(stderr, "%s differs from its golden preview:\n%s\n", name, whole.data);
    assert_string_equal(golden, whole.data);
    buffer_done(&whole);
    free(golden);
    free(path);
    free(text);
}

static void previews_are_golden(void **state)
{
    const char *order = getenv("PAIHAO_GOLDEN");
    size_t n = 0;
    (void)state;
    DIR *folder = opendir(FOLDER "files");
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.') {
            check_file(entry->d_name, order && strcmp(order, "write") == 0);
            n++;
        }
    closedir(folder);
    assert_true(n >= FILES_FEWEST);
}

/* Two readings of the same bytes give the same; what the desk gets is what the preview counted. */
static void lists_are_whole(void **state)
{
    static const char name[] = FOLDER "files/people-headings-odd.csv";
    char *data;
    size_t size;
    (void)state;
    assert_int_equal(file_read(name, TABLE_FILE_MAX, &data, &size), 0);
    struct roster_build *build = roster_build_new(LIST_PEOPLE);
    const struct table_sink sink = roster_build_sink(build);
    struct roster *roster = roster_build_finish(build, table_read((const uint8_t *)data, size, &sink));
    struct desk_list *list = roster_list(roster, "0123456789abcdef0123456789abcdef");
    assert_int_equal(list->kind, LIST_PEOPLE);
    assert_int_equal(list->n_people, 2);
    assert_string_equal(list->people[0].name, "张三");
    assert_string_equal(list->people[0].student_no, "2021000001");
    assert_string_equal(list->people[0].unit, "软工一班");
    assert_string_equal(list->people[0].campus, "东校区");
    assert_string_equal(list->people[0].note, "缓毕业");
    assert_int_equal(list->people[0].level, DEGREE_BACHELOR);
    assert_int_equal(list->people[1].level, DEGREE_MASTER);
    assert_int_equal(list->people[1].row, 3);
    assert_string_equal(list->digest, "0123456789abcdef0123456789abcdef");
    desk_list_free(list);
    roster_free(roster);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(previews_are_golden),
                                       cmocka_unit_test(lists_are_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
