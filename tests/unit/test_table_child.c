/* The confined child: what it may still do, what its parent makes of every way it can end. The real program is the one of
 * this build; false ones are small scripts. Rows marked `real` do not hold for builds with a sanitizer (base/confine.h). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/confine.h"
#include "base/files.h"
#include "patience.h"
#include "roster/roster.h"
#include "roster/table_child.h"
#include "roster/table_command.h"
#include "roster/table_lines.h"
#include "roster/table_xls.h"

static char folder[] = "/tmp/paihao-test-child-XXXXXX";

static char *real_program(void)
{
    char *beside = table_child_program();
    assert_non_null(beside);
    char *program = bytes_format("%.*s/../paihao", (int)(strrchr(beside, '/') - beside), beside);
    free(beside);
    return program;
}

static int add_row(void *arg, const struct table_row *row)
{
    table_lines_add_row(arg, row);
    return 0;
}

static int add_merge(void *arg, const struct table_merge *merge)
{
    table_lines_add_merge(arg, merge);
    return 0;
}

static int add_note(void *arg, enum table_note note, uint32_t row)
{
    table_lines_add_note(arg, note, row);
    return 0;
}

/* ---- the real child ---- */

static void child_reads_as_we_do(void **state)
{
    static const char *const names[] = {
        "people-gb18030.csv",   "people-merged.xlsx", "people-numbers.xlsx",    "people-numbers.xls",
        "people-sheets.xlsx",   "people-utf16be.csv", "people-mixed-comma.csv", "people-password.xlsx",
        "people-entities.xlsx", "people-cut-off.xls", "people-empty.csv"};
    char *program = real_program();
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct buffer ours = {0}, childs = {0};
        struct table_sink sink = {.row = add_row, .merge = add_merge, .note = add_note, .arg = &ours};
        char *path = bytes_format("tests/data/roster/files/%s", names[i]), *data;
        size_t size;
        assert_int_equal(file_read(path, TABLE_FILE_MAX, &data, &size), 0);
        const enum table_fault fault = table_read((const uint8_t *)data, size, &sink);
        sink.arg = &childs;
        const enum table_fault told =
            table_child_read(program, (const uint8_t *)data, size, TABLE_CHILD_TIMEOUT_MS, &sink);
        if (fault != told)
            fail_msg("%s: %s, the child says %s", names[i], table_fault_code(fault), table_fault_code(told));
        assert_string_equal(ours.data ? ours.data : "", childs.data ? childs.data : "");
        buffer_done(&ours);
        buffer_done(&childs);
        free(data);
        free(path);
    }
    free(program);
}

static int stop(void *arg, const struct table_row *row)
{
    (void)row;
    ++*(int *)arg;
    return 1;
}

static void a_stopped_child_ends(void **state)
{
    struct buffer text = {0};
    int rows = 0;
    char *program = real_program();
    const struct table_sink sink = {.row = stop, .arg = &rows};
    (void)state;
    for (int i = 0; i < 300000; i++)
        buffer_add_text(&text, "a,b,c\n");
    assert_int_equal(
        table_child_read(program, (const uint8_t *)text.data, text.size, TABLE_CHILD_TIMEOUT_MS, &sink),
        TABLE_STOPPED);
    assert_int_equal(rows, 1);
    assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
    buffer_done(&text);
    free(program);
}

static void too_much_never_reaches_a_child(void **state)
{
    const struct table_sink sink = {.row = stop};
    (void)state;
    uint8_t *bytes = bytes_alloc(TABLE_FILE_MAX + 1);
    assert_int_equal(table_child_read("/nowhere", bytes, TABLE_FILE_MAX + 1, 1000, &sink), TABLE_TOO_LARGE);
    free(bytes);
}

/* ---- false children ---- */

static void every_end_is_told(void **state)
{
    static const struct {
        const char *legend, *script;
        enum table_fault fault;
    } cases[] = {
        {"ends well", "echo '{\"end\":\"ok\"}'", TABLE_OK},
        {"says what is wrong, whatever its exit status", "echo '{\"end\":\"table-broken\"}'; exit 1",
         TABLE_BROKEN},
        {"says nothing", "exit 0", TABLE_SYSTEM},
        {"no end line", "echo '{\"row\":1,\"sheet\":\"\",\"cells\":[\"a\"]}'", TABLE_SYSTEM},
        {"a line cut off", "printf '{\"end\":\"ok\"}'", TABLE_SYSTEM},
        {"something else", "echo hello", TABLE_SYSTEM},
        {"a row behind the end",
         "echo '{\"end\":\"ok\"}'; echo '{\"row\":1,\"sheet\":\"\",\"cells\":[\"a\"]}'", TABLE_SYSTEM},
        {"a line without end", "head -c 3000000 /dev/zero | tr '\\0' a", TABLE_SYSTEM},
        {"crashes", "kill -SEGV $$", TABLE_BROKEN},
        {"crashes behind its end line", "echo '{\"end\":\"ok\"}'; kill -BUS $$", TABLE_BROKEN},
        {"out of time", "kill -XCPU $$", TABLE_TOO_LARGE},
        {"out of memory", "kill -ABRT $$", TABLE_TOO_LARGE},
        {"never ends", "sleep 60", TABLE_TOO_LARGE},
        {"reads what it was given", "read -r line; [ \"$line\" = input ] && echo '{\"end\":\"table-empty\"}'",
         TABLE_EMPTY},
        {"has no variables of ours", "[ -z \"$PAIHAO_TEST_SECRET\" ] && echo '{\"end\":\"table-empty\"}'",
         TABLE_EMPTY},
        {"has no descriptors of ours",
         "[ \"$(ls /proc/self/fd | wc -l)\" -le 4 ] && echo '{\"end\":\"table-empty\"}'", TABLE_EMPTY},
    };
    struct buffer out = {0};
    const struct table_sink sink = {.row = add_row, .arg = &out};
    (void)state;
    setenv("PAIHAO_TEST_SECRET", "1", 1);
    const int ours = open("/dev/null", O_RDONLY); /* not even close-on-exec */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = bytes_format("%s/child", folder),
             *script = bytes_format("#!/bin/sh\n%s\n", cases[i].script);
        assert_int_equal(file_write_durably(path, script, strlen(script), 0700), 0);
        /* the one that never ends may take less, so that this does not take long */
        const int limit_ms = strcmp(cases[i].legend, "never ends") == 0 ? 3000 : 15000;
        const int64_t start_us = clock_mono_us();
        const enum table_fault fault = table_child_read(path, (const uint8_t *)"input\n", 6, limit_ms, &sink);
        if (fault != cases[i].fault)
            fail_msg("%s: %s", cases[i].legend, table_fault_code(fault));
        assert_true(clock_mono_us() - start_us < patiently(20 * 1000000));
        assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
        unlink(path);
        free(script);
        free(path);
    }
    close(ours);
    assert_int_equal(table_child_read("/nowhere/paihao", (const uint8_t *)"a", 1, 1000, &sink), TABLE_SYSTEM);
    buffer_done(&out);
}

/* ---- the walls ---- */

static int error_of(long result)
{
    return result < 0 ? errno : 0;
}

static int read_file(void)
{
    return error_of(open("/etc/passwd", O_RDONLY));
}

static int read_own_status(void)
{
    return error_of(open("/proc/self/status", O_RDONLY));
}

static int make_file(void)
{
    return error_of(open("/tmp/paihao-test-none", O_WRONLY | O_CREAT, 0600));
}

static int make_socket(void)
{
    return error_of(socket(AF_INET, SOCK_STREAM, 0));
}

static int make_process(void)
{
    const pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return error_of(pid);
}

static int run_program(void)
{
    return error_of(execl("/bin/true", "true", NULL));
}

static int signal_parent(void)
{
    return error_of(kill(getppid(), 0));
}

static int map_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno
                                                                                                     : 0;
}

static int read_memory_file(void)
{
    return error_of(open(table_xls_path(), O_RDONLY));
}

static int write_memory_file(void)
{
    return error_of(open(table_xls_path(), O_RDWR));
}

static int same_path_elsewhere(void)
{
    char copy[64];
    snprintf(copy, sizeof copy, "%s", table_xls_path());
    return error_of(open(copy, O_RDONLY));
}

static int take_memory(void)
{
    void *block = mmap(NULL, (size_t)2 << 30, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return block == MAP_FAILED ? errno : 0;
}

static void walls_hold(void **state)
{
    static const struct {
        const char *legend;
        int (*attempt)(void);
        int error;
        bool is_real; /* not for builds with a sanitizer */
    } rows[] = {
        {"read a file", read_file, EPERM, true},
        {"read of itself", read_own_status, EPERM, true},
        {"make a file", make_file, EPERM, true},
        {"make a socket", make_socket, EPERM, false},
        {"make a process", make_process, EPERM, true},
        {"run a program", run_program, EPERM, false},
        {"signal its parent", signal_parent, EPERM, true},
        {"map code", map_code, EPERM, true},
        {"take 2 GiB", take_memory, ENOMEM, true},
        {"read its memory file", read_memory_file, 0, false},
        {"write its memory file", write_memory_file, EPERM, true},
        {"the same path at another address", same_path_elsewhere, EPERM, true},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    int ends[2], errors[ROWS];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        const int r = (table_prepare(), table_confine());
        if (r < 0)
            _exit(100);
        for (size_t i = 0; i < ROWS; i++)
            errors[i] = rows[i].attempt();
        _exit(write(ends[1], errors, sizeof errors) == sizeof errors ? r : 101);
    }
    int status;
    close(ends[1]);
    const ssize_t n = read(ends[0], errors, sizeof errors);
    close(ends[0]);
    waitpid(pid, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
        skip(); /* a kernel without filters */
    assert_int_equal(status, 0);
    assert_int_equal(n, sizeof errors);
    for (size_t i = 0; i < ROWS; i++)
        if (errors[i] != rows[i].error && !(rows[i].is_real && confine_is_widened))
            fail_msg("%s: %s", rows[i].legend, strerror(errors[i]));
}

/* A list all the way: file, child, people. */
static void a_list_is_read_confined(void **state)
{
    char *program = real_program(), *data;
    size_t size;
    (void)state;
    assert_int_equal(file_read("tests/data/roster/files/people-merged.xlsx", TABLE_FILE_MAX, &data, &size),
                     0);
    struct roster *roster = roster_read(LIST_PEOPLE, program, (const uint8_t *)data, size);
    assert_int_equal(roster->fault, TABLE_OK);
    assert_int_equal(roster->n_people, 4);
    assert_string_equal(roster->people[3].unit, "二班");
    roster_free(roster);
    roster = roster_read(LIST_PEOPLE, "/nowhere", (const uint8_t *)data, size);
    assert_int_equal(roster->fault, TABLE_SYSTEM);
    assert_int_equal(roster->n_errors, 1);
    roster_free(roster);
    free(data);
    free(program);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(child_reads_as_we_do),
        cmocka_unit_test(a_stopped_child_ends),
        cmocka_unit_test(too_much_never_reaches_a_child),
        cmocka_unit_test(every_end_is_told),
        cmocka_unit_test(walls_hold),
        cmocka_unit_test(a_list_is_read_confined),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
