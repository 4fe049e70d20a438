/* Workbooks: names of sheets, cells that are hostile, the same bytes twice, disks that fill up. What readers make of them is
 * in tests/integration/book_test.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <sys/mount.h>

#include "base/files.h"
#include "handover/book.c"
#include "handover/book_spool.c"

enum { FILE_MOST = 64 * 1024 * 1024 };
static const struct book_column columns[] = {{"拍摄号", "number", 0, BOOK_TEXT},
                                             {"次数", "count", 0, BOOK_NUMBER},
                                             {"时间", "time", 0, BOOK_TIME},
                                             {"费用", "fee", 0, BOOK_MONEY}};
static char *folder;

static int make_folder(void **state)
{
    (void)state;
    char name[] = "/tmp/test_book.XXXXXX";
    folder = bytes_text(mkdtemp(name));
    return folder ? 0 : -1;
}

static size_t files_in(const char *path)
{
    size_t count = 0;
    DIR *entries = opendir(path);
    for (const struct dirent *entry; entries && (entry = readdir(entries));)
        count += entry->d_name[0] != '.' || entry->d_name[1] == 'b';
    closedir(entries);
    return count;
}

static int remove_folder(void **state)
{
    (void)state;
    int result = rmdir(folder); /* fails when anything was left */
    free(folder);
    return result;
}

static struct book *begin(const char *path, const char *temp)
{
    struct book *book = NULL;
    assert_int_equal(book_new(&book, &(struct book_options){.path = path,
                                                            .temp_folder = temp,
                                                            .title = "一天",
                                                            .at_us = 1795000000000000}),
                     0);
    book_sheet(book, &(struct book_sheet){
                         .name = "号码 / numbers", .title = "A & B", .columns = columns, .n_columns = 4});
    return book;
}

static void fill(struct book *book, uint32_t rows)
{
    for (uint32_t i = 0; i < rows; i++) {
        char text[32];
        snprintf(text, sizeof text, "A%07u", i * 2654435761U % 10000000);
        book_text(book, text);
        book_number(book, i);
        book_time(book, 1795000000000000 + i * 1000000LL);
        book_money(book, 1550);
        book_end_row(book);
    }
}

static int make(const char *name, const char *temp, uint32_t rows)
{
    struct book *book = begin(name, temp);
    fill(book, rows);
    return book_close(book);
}

static void names(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *name, *safe;
    } cases[] = {
        {"plain", "计算机2101班", "计算机2101班"},
        {"nothing", "", "Sheet"},
        {"blanks only", "   ", "Sheet"},
        {"forbidden ones", "[a]:*?/\\", "［a］：＊？／＼"},
        {"apostrophes", "'a'", "’a’"},
        {"Excel's own", "History", "History_"},
        {"Excel's own, small", "hIsToRy", "hIsToRy_"},
        {"31 stay", "1234567890123456789012345678901", "1234567890123456789012345678901"},
        {"32 are cut", "12345678901234567890123456789012", "1234567890123456789012345678901"},
        {"a pair of units is not cut in two", "123456789012345678901234567890𠮷",
         "123456789012345678901234567890"},
        {"a blank at the cut", "123456789012345678901234567890 2", "123456789012345678901234567890"},
        {"a control character", "a\tb\x01", "a b"},
        {"no UTF-8", "a\xff", "a_"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char safe[BOOK_SHEET_NAME_SIZE];
        book_sheet_name(cases[i].name, safe);
        if (strcmp(safe, cases[i].safe) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].legend, safe, cases[i].safe);
    }
}

static void cells(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *text, *cell;
    } cases[] = {
        {"control characters", "a\x01z\x1f", "a\ufffdz\ufffd"},
        {"no characters", "a\uffffz\ufffe", "a\ufffdz\ufffd"},
        {"line ends", "a\r\nb\rc\nd", "a\nb\nc\nd"},
        {"what looks escaped", "_x0041_ _x41_", "_x005F_x0041_ _x41_"},
        {"a row of them", "_x0041_x0042_", "_x005F_x0041_x005F_x0042_"},
    };
    struct book book = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (is_simple(cases[i].text, strlen(cases[i].text)))
            fail_msg("%s: taken for simple", cases[i].legend);
        const char *cell = as_cell(&book, cases[i].text);
        if (strcmp(cell, cases[i].cell) != 0)
            fail_msg("%s: \"%s\"", cases[i].legend, cell);
    }
    assert_true(is_simple("0012 中文 =1+1\n\t", strlen("0012 中文 =1+1\n\t")));
    char *longest = bytes_alloc(40001 * 3);
    for (size_t i = 0; i < 40000; i++)
        memcpy(longest + 3 * i, "长", 3);
    const char *cell = as_cell(&book, longest);
    assert_int_equal(utf16_length(cell), CELL_TEXT_MAX);
    assert_string_equal(cell + strlen(cell) - 3, "…");
    free(longest);
    buffer_done(&book.scratch);
}

static void same_bytes(void **state)
{
    (void)state;
    char *paths[2] = {bytes_format("%s/1.xlsx", folder), bytes_format("%s/2.xlsx", folder)}, *data[2];
    size_t sizes[2];
    for (int i = 0; i < 2; i++) {
        setenv("TZ", i ? "America/New_York" : "Asia/Shanghai", 1);
        tzset();
        assert_int_equal(make(paths[i], folder, 5000), 0);
        assert_int_equal(file_read(paths[i], FILE_MOST, &data[i], &sizes[i]), 0);
        if (i == 0)
            usleep(2100000); /* ZIP counts in steps of two seconds */
        unlink(paths[i]);
        free(paths[i]);
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(data[0], data[1], sizes[0]);
    free(data[0]);
    free(data[1]);
    assert_int_equal(files_in(folder), 0);
}

static void misuse(void **state)
{
    (void)state;
    char *path = bytes_format("%s/m.xlsx", folder);
    struct book *book = begin(path, folder), *second;
    assert_int_equal(book_new(&second, &(struct book_options){.path = path, .temp_folder = folder}), -EEXIST);
    for (int i = 0; i < 5; i++)
        book_number(book, i); /* there are four columns */
    assert_int_equal(book_close(book), -EINVAL);
    book = begin(path, folder);
    book_text(book, "\xff");
    book_end_row(book);
    assert_int_equal(book_close(book), -EILSEQ);
    book = begin(path, folder);
    book_text(book, "a row that does not end");
    assert_int_equal(book_close(book), -EINVAL);
    assert_int_equal(book_new(&second, &(struct book_options){.path = path, .temp_folder = folder}), 0);
    assert_int_equal(book_close(second), -EINVAL); /* no sheet */
    book = begin(path, folder);
    fill(book, 3000);
    book_abandon(book);
    book_abandon(NULL);
    assert_int_equal(
        book_new(&second, &(struct book_options){.path = "/nowhere/m.xlsx", .temp_folder = folder}), -ENOENT);
    assert_int_equal(files_in(folder), 0);
    free(path);
}

static void goes_on(void **state)
{
    (void)state;
    char *path = bytes_format("%s/g.xlsx", folder);
    struct book *book = begin(path, folder);
    book->row = LXW_ROW_MAX - 2; /* as if the rows before were written */
    fill(book, 5);
    assert_int_equal(book->row, 4); /* the headings and three */
    assert_int_equal(book_close(book), 0);
    unlink(path);
    free(path);
}

static int open_files(void)
{
    int count = 0;
    for (int i = 0; i < 1024; i++)
        count += fcntl(i, F_GETFD) >= 0;
    return count;
}

/* Nothing may ever be longer than the limit: temporary files or the target, wherever that strikes first. */
static void full(void **state)
{
    (void)state;
    char *path = bytes_format("%s/f.xlsx", folder), *data;
    size_t whole, size;
    assert_int_equal(make(path, folder, 20000), 0);
    assert_int_equal(file_read(path, FILE_MOST, &data, &whole), 0);
    free(data);
    unlink(path);
    signal(SIGXFSZ, SIG_IGN);
    int failures = 0, successes = 0, before = open_files();
    for (size_t limit = 1024; limit < (size_t)FILE_MOST; limit = limit * 5 / 4 + 3) {
        struct rlimit old, now;
        getrlimit(RLIMIT_FSIZE, &old);
        now = (struct rlimit){.rlim_cur = limit, .rlim_max = old.rlim_max};
        setrlimit(RLIMIT_FSIZE, &now);
        int result = make(path, folder, 20000);
        setrlimit(RLIMIT_FSIZE, &old);
        if (result == 0) {
            assert_int_equal(file_read(path, FILE_MOST, &data, &size), 0);
            assert_int_equal(size, whole);
            free(data);
            unlink(path);
            successes++;
        } else {
            assert_int_equal(result, -EFBIG);
            assert_int_equal(access(path, F_OK), -1);
            failures++;
        }
    }
    assert_true(failures > 10);
    assert_true(successes > 3);
    /* the library keeps one of its own each time the target breaks, but never of the target */
    assert_true(open_files() - before <= failures);
    assert_int_equal(files_in(folder), 0);
    free(path);
}

/* A stick that is full can be taken out all the same. */
static void full_stick(void **state)
{
    (void)state;
    char *stick = bytes_format("%s/stick", folder), *path = bytes_format("%s/s.xlsx", stick);
    assert_int_equal(mkdir(stick, 0700), 0);
    if (mount("none", stick, "tmpfs", 0, "size=256k") != 0) {
        rmdir(stick);
        free(stick);
        free(path);
        skip(); /* only root may mount */
    }
    int target = make(path, folder, 20000), temporary = make(path, stick, 20000);
    int unmounted = umount(stick);
    rmdir(stick);
    free(stick);
    free(path);
    assert_int_equal(target, -ENOSPC);
    assert_int_equal(temporary, -ENOSPC);
    assert_int_equal(unmounted, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),      cmocka_unit_test(cells),   cmocka_unit_test(same_bytes),
        cmocka_unit_test(misuse),     cmocka_unit_test(goes_on), cmocka_unit_test(full),
        cmocka_unit_test(full_stick),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
